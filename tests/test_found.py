"""What random comparison with PyTorch found, as plain statements; see also tests/programs/found.py."""

from __future__ import annotations

from typing import Any

import pytest

ROW_BY_ROW = {
    "amax": lambda t, x: x.amax(1), "sum": lambda t, x: x.sum(1), "mean": lambda t, x: x.mean(1, keepdim=True),
    "var": lambda t, x: x.var(1), "prod": lambda t, x: x.prod(1), "cumsum": lambda t, x: x.cumsum(1),
    "cumprod": lambda t, x: x.cumprod(1), "any": lambda t, x: x.any(1), "count_nonzero": lambda t, x: x.count_nonzero(1),
    "softmax": lambda t, x: x.softmax(1), "log_softmax": lambda t, x: x.log_softmax(0), "norm": lambda t, x: x.norm(dim=1),
    "logsumexp": lambda t, x: x.logsumexp(1), "masked_fill": lambda t, x: x.masked_fill(x > 0, 0.5),
    "scatter": lambda t, x: x.scatter(1, t.zeros(4, 3, 2, dtype=t.int64), 0.5), "rpow": lambda t, x: 2.0**x,
    "layer_norm": lambda t, x: t.nn.functional.layer_norm(x, (3, 2)), "cummax": lambda t, x: x.cummax(1).values,
    "logsigmoid": lambda t, x: t.nn.functional.logsigmoid(x), "logcumsumexp": lambda t, x: x.logcumsumexp(1),
}  # fmt: skip


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_results_of_transposed_tensors_lie_row_by_row(torch: Any, name: str) -> None:
    x = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4).permute(2, 1, 0) - 7
    out = ROW_BY_ROW[name](torch, x)
    assert out.is_contiguous()
    assert out.view(-1).numel() == out.numel()


def test_tensors_of_the_common_shape_are_not_expanded(torch: Any) -> None:
    x, y = torch.zeros(2, 3), torch.zeros(3)
    first, second = torch.broadcast_tensors(x, y)
    assert first is x or first.data_ptr() == x.data_ptr()
    assert second.stride() == (0, 1)


def test_zero_keeps_its_sign(torch: Any) -> None:
    for count in (1, 3, 8, 33):
        x = torch.full((count,), -0.0)
        assert torch.relu(x).signbit().all()


def test_absolute_error_of_bools(torch: Any) -> None:
    x = torch.tensor([True, False])
    with pytest.raises(RuntimeError, match="Subtraction, the `-` operator, with two bool tensors"):
        torch.nn.functional.l1_loss(x, x)
    with pytest.raises(RuntimeError, match="Subtraction, the `-` operator, with two bool tensors"):
        torch.dist(x, x)


def test_data_of_a_leaf_stays_floating(torch: Any) -> None:
    x = torch.zeros(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="data set to a tensor that requires gradients must be floating point"):
        x.data = torch.zeros(2, dtype=torch.int64)


def test_order_of_errors(torch: Any) -> None:
    x = torch.zeros(2, dtype=torch.bool)
    with pytest.raises(RuntimeError, match="selected index k out of range"):
        x.topk(3)
    with pytest.raises(IndexError, match="Dimension specified as -1 but tensor has no dimensions"):
        torch.tensor(1).unique(dim=-1)
    with pytest.raises(RuntimeError, match="at dimension -1"):
        torch.zeros(3).split([1, 1], -1)


def test_divided_by_what_stands_left(torch: Any) -> None:
    assert torch.tensor([2.0, 1.0]).__rdiv__(4).tolist() == [2.0, 4.0]


def test_the_replaced_keep_the_original_in_mind(torch: Any) -> None:
    x = torch.tensor([1.0, -1.0], requires_grad=True)
    y = torch.nn.functional.threshold_(x * 1, 0.7, 5.0)
    (g,) = torch.autograd.grad(y.sum(), x)
    assert g.tolist() == [1.0, 0.0]


def test_divergence_of_negative_targets_has_no_gradient(torch: Any) -> None:
    y = torch.tensor([0.5, -1.0], requires_grad=True)
    (g,) = torch.autograd.grad(torch.nn.functional.kl_div(torch.zeros(2), y, reduction="sum"), y)
    assert g.isnan().tolist() == [False, True]


NUMBER_BY_TENSOR = {
    "sum": (lambda t, x, one, half: x.sum(one), lambda t, x: x.sum(1)),
    "mean": (lambda t, x, one, half: x.mean(dim=one), lambda t, x: x.mean(1)),
    "squeeze": (lambda t, x, one, half: x[:, :1].squeeze(one), lambda t, x: x[:, 0]),
    "roll": (lambda t, x, one, half: x.roll(one), lambda t, x: x.roll(1)),
    "huber_loss": (
        lambda t, x, one, half: t.nn.functional.huber_loss(x, x + 2, delta=half),
        lambda t, x: t.nn.functional.huber_loss(x, x + 2, delta=0.5),
    ),
    "smooth_l1_loss": (
        lambda t, x, one, half: t.nn.functional.smooth_l1_loss(x, x + 2, beta=half),
        lambda t, x: t.nn.functional.smooth_l1_loss(x, x + 2, beta=0.5),
    ),
    "batch_norm": (
        lambda t, x, one, half: t.nn.functional.batch_norm(x, x[0], x[1], eps=half),
        lambda t, x: t.nn.functional.batch_norm(x, x[0], x[1], eps=0.5),
    ),
    "linspace": (lambda t, x, one, half: t.linspace(0, 1, one + 2), lambda t, x: t.tensor([0.0, 0.5, 1.0])),
    "normal_": (lambda t, x, one, half: x.normal_(one, half), lambda t, x: x.normal_(1, 0.5)),
    "uniform_": (lambda t, x, one, half: x.uniform_(half, one), lambda t, x: x.uniform_(0.5, 1)),
    "exponential_": (lambda t, x, one, half: x.exponential_(half), lambda t, x: x.exponential_(0.5)),
    "cauchy_": (lambda t, x, one, half: x.cauchy_(one, half), lambda t, x: x.cauchy_(1, 0.5)),
    "log_normal_": (lambda t, x, one, half: x.log_normal_(one, half), lambda t, x: x.log_normal_(1, 0.5)),
    "geometric_": (lambda t, x, one, half: x.geometric_(half), lambda t, x: x.geometric_(0.5)),
    "random_": (lambda t, x, one, half: x.random_(one, one + 6), lambda t, x: x.random_(1, 7)),
    "randint": (lambda t, x, one, half: t.randint(one, one + 6, (9,)), lambda t, x: t.randint(1, 7, (9,))),
    "randperm": (lambda t, x, one, half: t.randperm(one + 6), lambda t, x: t.randperm(7)),
    "normal": (lambda t, x, one, half: t.normal(one, half, (9,)), lambda t, x: t.normal(1.0, 0.5, (9,))),
    "init.normal_": (lambda t, x, one, half: t.nn.init.normal_(x, one, half), lambda t, x: t.nn.init.normal_(x, 1, 0.5)),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBER_BY_TENSOR)
def test_a_tensor_of_no_dimension_stands_for_a_number(torch: Any, name: str) -> None:
    by_tensor, by_number = NUMBER_BY_TENSOR[name]
    torch.manual_seed(0)
    found = by_tensor(torch, torch.arange(12.0).reshape(3, 4), torch.tensor(1), torch.tensor(0.5))
    torch.manual_seed(0)
    assert torch.equal(found, by_number(torch, torch.arange(12.0).reshape(3, 4)))


def test_a_tensor_in_the_graph_or_of_a_dimension_is_no_number(torch: Any) -> None:
    for bad in (torch.tensor(0.5, requires_grad=True), torch.tensor([0.5])):
        with pytest.raises(TypeError, match=r"argument 'mean' \(position 1\) must be (float|double), not Tensor"):
            torch.zeros(3).normal_(bad)
    with pytest.raises(TypeError, match="must be int, not Tensor"):
        torch.zeros(3).topk(torch.tensor(2.0))


def test_elu_keeps_the_sign_of_zero(torch: Any) -> None:
    for function in (torch.nn.functional.elu, torch.nn.functional.celu, torch.nn.functional.selu):
        assert function(torch.full((9,), -0.0)).signbit().all() and not function(torch.zeros(9)).signbit().any()
