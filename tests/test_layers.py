"""Layers and losses: as recorded from PyTorch, and their gradients by finite differences."""

from __future__ import annotations

from typing import Any

import pytest
from nn_cases import layers, losses
from nn_cases.common import compare, fill, load, raised, run, wave

RECORDED = load()
CASES = {**layers.CASES, **losses.CASES}


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors", "ignore:Using padding='same'")
@pytest.mark.parametrize("name", CASES)
def test_as_recorded(torch: Any, name: str) -> None:
    rtol = 1e-6 if "Hardsigmoid" in name else 1e-9  # PyTorch has 1/6 in single precision in its derivative
    compare(run({name: CASES[name]}, torch)[name], RECORDED[name], rtol)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("name", [n for n in layers.LAYERS if "everything" not in n and "in place" not in n])
def test_gradients(torch: Any, name: str) -> None:
    """gradcheck by inputs and parameters, and gradgradcheck by inputs, in float64."""
    make, shapes = layers.LAYERS[name]
    layer = fill(torch, make(torch.nn))
    inputs = [wave(torch, *shape, phase=0.1 + 0.5 * k).requires_grad_() for k, shape in enumerate(shapes)]
    parameters = list(layer.parameters())

    def call(*values: Any) -> Any:
        return layer(*values[: len(inputs)])

    assert torch.autograd.gradcheck(call, (*inputs, *parameters), check_undefined_grad=False)
    if torch.__name__ != "torch" or name != "Hardsigmoid":  # PyTorch has no second derivative of this one
        assert torch.autograd.gradgradcheck(call, inputs)


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_loss_gradients(torch: Any, name: str) -> None:
    make, inputs = losses.LOSSES[name]
    loss = make(torch.nn, torch, "mean")
    x, *rest = [value(torch) for value in inputs]
    x.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss(x, *rest), (x,))
    assert torch.autograd.gradgradcheck(lambda x: loss(x, *rest), (x,))


@pytest.mark.parametrize(
    ("function", "shape"),
    [("dropout1d", (3, 4)), ("dropout1d", (2, 3, 4)), ("dropout2d", (2, 3, 4, 4)), ("dropout3d", (3, 2, 2, 2))],
)
def test_dropout_of_channels_in_place_returns_its_input(torch: Any, function: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x = torch.ones(shape)
    for p, training in ((0.5, True), (1.0, True)):
        assert getattr(torch.nn.functional, function)(x, p, training, inplace=True) is x
    assert not x.any()


@pytest.mark.parametrize("function", ["dropout2d", "feature_alpha_dropout"])
@pytest.mark.filterwarnings("ignore:dropout2d")
def test_dropout_of_channels_asks_for_them_only_where_it_draws(torch: Any, function: str) -> None:
    drop = getattr(torch.nn.functional, function)
    assert drop(torch.ones(3), 0.5, False).sum() == 3 and drop(torch.ones(3), 1.0, True).sum() == 0
    with pytest.raises(RuntimeError, match="Feature dropout requires at least 2 dimensions in the input"):
        drop(torch.ones(3), 0.5, True)


def test_dropout_statistics(torch: Any) -> None:
    """Which elements are dropped is drawn anew for each call; the kept ones are scaled; evaluation passes through."""
    torch.manual_seed(0)
    x = torch.ones(100, 100)
    layer = torch.nn.Dropout(0.3)
    a, b = layer(x), layer(x)
    assert not torch.equal(a, b)
    assert abs(float((a == 0).float().mean()) - 0.3) < 0.02
    assert torch.equal(a[a != 0], torch.full_like(a[a != 0], 1 / 0.7))
    assert layer.eval()(x) is x
    planes = torch.nn.Dropout2d(0.5)(torch.ones(20, 30, 4, 4))
    per_channel = planes.flatten(2)
    assert torch.equal(per_channel.amax(2), per_channel.amin(2))
    assert 200 < int((per_channel.amax(2) == 0).sum()) < 400
    y = torch.ones(1000)
    assert torch.nn.Dropout(0.5, inplace=True)(y) is y and int((y == 0).sum()) > 400
    alpha = torch.nn.AlphaDropout(0.2)(torch.randn(100_000))
    assert abs(float(alpha.mean())) < 0.02 and abs(float(alpha.std()) - 1) < 0.02


def test_softmax_without_dim_warns(torch: Any) -> None:
    for make, name in (
        (torch.nn.Softmax, "softmax"),
        (torch.nn.Softmin, "softmin"),
        (torch.nn.LogSoftmax, "log_softmax"),
    ):
        with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name} has been deprecated"):
            make()(torch.zeros(2, 3))


def test_old_reduction_arguments_warn(torch: Any) -> None:
    with pytest.warns(UserWarning, match="please use reduction='sum' instead"):
        assert torch.nn.MSELoss(size_average=False).reduction == "sum"
    with pytest.warns(UserWarning, match="please use reduction='none' instead"):
        assert torch.nn.functional.mse_loss(torch.zeros(2), torch.ones(2), reduce=False).shape == (2,)


def test_sizes_that_differ_warn(torch: Any) -> None:
    with pytest.warns(UserWarning, match=r"Using a target size \(torch.Size\(\[3, 1\]\)\) that is different"):
        torch.nn.MSELoss()(torch.zeros(3), torch.zeros(3, 1))


def test_functional_composites(torch: Any) -> None:
    """Functions that no layer stands for."""
    F = torch.nn.functional
    x = wave(torch, 2, 8, 4, 6)
    assert torch.equal(F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2), x)
    assert F.pixel_shuffle(x, 2).shape == (2, 2, 8, 12)
    assert torch.equal(F.pixel_shuffle(x, 2)[0, 0, :2, 0], torch.stack([x[0, 0, 0, 0], x[0, 2, 0, 0]]))
    shuffled = F.channel_shuffle(x, 2)
    assert torch.equal(shuffled[:, 1], x[:, 4]) and torch.equal(shuffled[:, 2], x[:, 1])
    assert torch.allclose(F.normalize(x, dim=1).norm(dim=1), torch.ones(2, 4, 6, dtype=torch.float64))
    assert torch.allclose(F.lp_pool2d(x, 2, 2) ** 2, F.avg_pool2d(x * x, 2) * 4)
    assert torch.allclose(F.lp_pool2d(x, float("inf"), 2), F.max_pool2d(x.abs(), 2))
    assert torch.equal(F.fold(F.unfold(x, 2, stride=2), (4, 6), 2, stride=2), x)
    torch.manual_seed(0)
    hard = F.gumbel_softmax(wave(torch, 5, 4), tau=0.5, hard=True)
    assert torch.allclose(hard.sum(1), torch.ones(5, dtype=torch.float64))
    assert int((hard > 0.5).sum()) == 5
    q, k, v = (wave(torch, 2, 3, 5, 4, phase=p) for p in (0.1, 0.2, 0.3))
    weights = (q @ k.transpose(-2, -1) / 2).masked_fill(~torch.ones(5, 5).tril().bool(), -torch.inf).softmax(-1)
    assert torch.allclose(F.scaled_dot_product_attention(q, k, v, is_causal=True), weights @ v)


def test_what_is_not_available_says_so() -> None:
    mt = pytest.importorskip("minitorch_nn")
    F = mt.nn.functional
    assert raised(lambda: mt.nn.Embedding(2, 2, sparse=True)).startswith("NotImplementedError: embedding: sparse=True")
    for call in (
        lambda: F.interpolate(mt.zeros(1, 1, 2, 2), 4, mode="bilinear", antialias=True),
        lambda: F.interpolate(mt.zeros(1, 1, 2, 2), 4, mode="lanczos"),
    ):
        assert raised(call).startswith("NotImplementedError: ")
