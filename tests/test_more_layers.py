"""Packed sequences, bags of embeddings, margins, clusters, parametrizations: against what they are made of."""

from __future__ import annotations

import copy
import importlib
import itertools
from typing import Any

import pytest
from nn_cases.common import fill, raised, wave

LENGTHS = {True: [5, 3, 3, 1], False: [2, 5, 1, 2]}


@pytest.mark.parametrize("by_length", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_packed_sequences_are_those_run_alone(
    torch: Any, kind: str, bidirectional: bool, batch_first: bool, by_length: bool
) -> None:
    """Outputs, last states and all gradients of a packed batch are those of its sequences, one by one."""
    rnn, lengths = torch.nn.utils.rnn, LENGTHS[by_length]
    layer = fill(torch, getattr(torch.nn, kind)(3, 4, 2, bidirectional=bidirectional, batch_first=batch_first))
    with torch.no_grad():
        for p in layer.parameters():
            p.mul_(0.3)
    x = wave(torch, 4, 5, 3).requires_grad_()
    states = [wave(torch, 4 if bidirectional else 2, 4, 4, phase=k).requires_grad_() for k in (1.0, 2.0)]
    states = states if kind == "LSTM" else states[:1]

    def run(y: Any, hx: list[Any]) -> tuple[Any, list[Any]]:
        out, last = layer(y, tuple(hx) if kind == "LSTM" else hx[0])
        return out, list(last) if kind == "LSTM" else [last]

    packed = rnn.pack_padded_sequence(x if batch_first else x.transpose(0, 1), lengths, batch_first, by_length)
    out, last = run(packed, states)
    assert isinstance(out, rnn.PackedSequence) and torch.equal(out.batch_sizes, packed.batch_sizes)
    padded, found = rnn.pad_packed_sequence(out, batch_first)
    assert found.tolist() == lengths
    padded = padded if batch_first else padded.transpose(0, 1)
    total = (padded * padded).sum() + sum((s**3).sum() for s in last)
    leaves = [x, *states, *layer.parameters()]
    together = torch.autograd.grad(total, leaves)

    total = 0
    for k, n in enumerate(lengths):
        alone, ends = run(x[k, :n], [s[:, k] for s in states])
        assert torch.allclose(padded[k, :n], alone, rtol=1e-9)
        assert not padded[k, n:].any()
        for s, end in zip(last, ends, strict=True):
            assert torch.allclose(s[:, k], end, rtol=1e-9)
        total = total + (alone * alone).sum() + sum((end**3).sum() for end in ends)
    for g, h in zip(together, torch.autograd.grad(total, leaves), strict=True):
        assert torch.allclose(g, h, rtol=1e-9, atol=1e-12)


def test_packing_goes_there_and_back(torch: Any) -> None:
    rnn = torch.nn.utils.rnn
    parts = [torch.tensor([1, 2]), torch.tensor([3]), torch.tensor([4, 5, 6])]
    packed = rnn.pack_sequence(parts, enforce_sorted=False)
    assert packed.data.tolist() == [4, 1, 3, 5, 2, 6]
    assert packed.batch_sizes.tolist() == [3, 2, 1]
    assert (packed.sorted_indices.tolist(), packed.unsorted_indices.tolist()) == ([2, 0, 1], [1, 2, 0])
    for back in (rnn.unpack_sequence(packed), rnn.unpad_sequence(rnn.pad_sequence(parts), torch.tensor([2, 1, 3]))):
        assert [part.tolist() for part in back] == [[1, 2], [3], [4, 5, 6]]
    padded, lengths = rnn.pad_packed_sequence(packed, True, -1, 4)
    assert padded.tolist() == [[1, 2, -1, -1], [3, -1, -1, -1], [4, 5, 6, -1]] and lengths.tolist() == [2, 1, 3]
    assert packed.double().data.dtype == torch.float64 and packed.to(torch.int64) is packed
    assert repr(packed).startswith("PackedSequence(data=tensor([4, 1, 3, 5, 2, 6]), batch_sizes=tensor([3, 2, 1])")
    assert "total_length=2 and max sequence length being 3" in raised(
        lambda: rnn.pad_packed_sequence(packed, total_length=2)
    )


def test_ctc_sums_over_all_alignments(torch: Any) -> None:
    """The loss of a short text is -log of the sum over all strings that reduce to it."""
    log_probs = wave(torch, 4, 3).log_softmax(-1)
    for text in ([1], [1, 2], [1, 1], []):
        total = 0.0
        for labels in itertools.product(range(3), repeat=4):
            merged = [label for label, _ in itertools.groupby(labels)]
            if [label for label in merged if label] == text:
                total += float(sum(log_probs[t, label] for t, label in enumerate(labels)).exp())
        target = torch.tensor([text], dtype=torch.int64).reshape(1, len(text))
        loss = torch.nn.CTCLoss(reduction="sum")(log_probs.unsqueeze(1), target, [4], [len(text)])
        assert torch.allclose(loss.exp(), torch.tensor(1 / total, dtype=torch.float64))


def test_adaptive_softmax_is_a_distribution(torch: Any) -> None:
    torch.manual_seed(0)
    layer = torch.nn.AdaptiveLogSoftmaxWithLoss(16, 20, [4, 9], 2.0).double()
    x, y = wave(torch, 6, 16), torch.tensor([0, 3, 5, 8, 12, 19])
    every = layer.log_prob(x)
    assert every.shape == (6, 20) and torch.allclose(every.exp().sum(1), torch.ones(6, dtype=torch.float64))
    result = layer(x, y)
    assert torch.allclose(result.output, every.gather(1, y.unsqueeze(1)).squeeze(1))
    assert torch.allclose(result.loss, -result.output.mean())
    assert torch.equal(layer.predict(x), every.argmax(1))
    assert torch.autograd.gradcheck(lambda *p: layer(x, y).loss, tuple(layer.parameters()), check_undefined_grad=False)
    assert "but values in range [0, 50] were found" in raised(lambda: layer(x, torch.tensor([0, 1, 2, 3, 4, 50])))


def test_embedding_bag_is_an_embedding_reduced(torch: Any) -> None:
    torch.manual_seed(0)
    rows = torch.tensor([[0, 3, 3], [2, 1, 0]])
    for mode in ("sum", "mean", "max"):
        bag = torch.nn.EmbeddingBag(4, 5, mode=mode)
        plain = torch.nn.Embedding.from_pretrained(bag.weight.detach())
        want = plain(rows).amax(1) if mode == "max" else getattr(plain(rows), mode)(1)
        assert torch.allclose(bag(rows), want)
        assert torch.allclose(bag(rows.flatten(), torch.tensor([0, 3])), want)
    assert (
        repr(torch.nn.EmbeddingBag(4, 5, mode="sum", padding_idx=-1)) == "EmbeddingBag(4, 5, mode='sum', padding_idx=3)"
    )
    frozen = torch.nn.EmbeddingBag.from_pretrained(torch.ones(2, 3))
    assert not frozen.weight.requires_grad


class Symmetric:
    """Makes a Module that keeps the upper triangle of a matrix and mirrors it."""

    def __new__(cls, torch: Any) -> Any:
        class Mirror(torch.nn.Module):
            def forward(self, x: Any) -> Any:
                return x.triu() + x.triu(1).transpose(-1, -2)

            def right_inverse(self, x: Any) -> Any:
                return x.triu()

        return Mirror()


def test_a_parametrization_comes_and_goes(torch: Any) -> None:
    parametrize = importlib.import_module(f"{torch.__name__}.nn.utils.parametrize")
    layer = torch.nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric(torch))
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert type(layer).__name__ == "ParametrizedLinear"
    assert parametrize.type_before_parametrizations(layer) is torch.nn.Linear
    assert parametrize.is_parametrized(layer, "weight") and not parametrize.is_parametrized(layer, "bias")
    assert torch.equal(layer.weight, layer.weight.T)
    layer.weight = torch.tensor([[1.0, 2.0, 0.0], [2.0, 3.0, 0.0], [0.0, 0.0, 4.0]])
    assert layer.parametrizations.weight.original[1, 0] == 0 and layer.weight[1, 0] == 2
    with parametrize.cached():
        assert layer.weight is layer.weight
    assert layer.weight is not layer.weight
    layer(torch.ones(1, 3)).sum().backward()
    assert layer.parametrizations.weight.original.grad.tolist() == [[1, 2, 2], [0, 1, 2], [0, 0, 1]]
    other = copy.deepcopy(layer)
    assert torch.equal(other.weight, layer.weight)
    parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is torch.nn.Linear and layer.weight[1, 0] == 2 and layer.weight.requires_grad
    assert parametrize.is_parametrized(other)
    assert "does not have a parametrization on weight" in raised(
        lambda: parametrize.remove_parametrizations(layer, "weight")
    )

    class Smaller(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return x[:1]

    assert raised(lambda: parametrize.register_parametrization(layer, "weight", Smaller())).startswith(
        "ValueError: Registering a parametrization may not change the shape of the tensor"
    )


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
@pytest.mark.parametrize("make", [lambda nn: nn.Linear(3, 4), lambda nn: nn.ConvTranspose2d(2, 3, 2)])
@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm(torch: Any, make: Any, dim: int | None) -> None:
    """The weight stays; its length can be set alone; the older form's state loads into the newer."""
    utils = torch.nn.utils
    torch.manual_seed(0)
    plain = make(torch.nn)
    old, new = (
        utils.weight_norm(copy.deepcopy(plain), dim=dim),
        utils.parametrizations.weight_norm(make(torch.nn), dim=dim),
    )
    new.load_state_dict(old.state_dict())
    assert torch.allclose(old.weight, plain.weight) and torch.allclose(new.weight, plain.weight)
    assert list(old.state_dict()) == ["bias", "weight_g", "weight_v"]
    with torch.no_grad():
        new.parametrizations.weight.original0.mul_(2)
    assert torch.allclose(new.weight, 2 * plain.weight)
    assert torch.allclose(utils.remove_weight_norm(old).weight, plain.weight)
    assert "weight_norm of 'weight' not found" in raised(lambda: utils.remove_weight_norm(old))


@pytest.mark.parametrize("older", [True, False])
def test_spectral_norm(torch: Any, older: bool) -> None:
    """After some steps the largest singular value is 1; evaluation leaves the estimate as it is."""
    utils = torch.nn.utils
    torch.manual_seed(0)
    layer = (utils.spectral_norm if older else utils.parametrizations.spectral_norm)(torch.nn.Linear(5, 4))
    x = torch.ones(2, 5)
    for _ in range(100):
        layer(x)
    assert abs(max(torch.linalg.svdvals(layer.weight.detach()).tolist()) - 1) < 1e-4
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    layer.eval()(x).sum().backward()
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())


def test_fused_layers_compute_the_same(torch: Any) -> None:
    nn, fusion = torch.nn, importlib.import_module(f"{torch.__name__}.nn.utils.fusion")
    torch.manual_seed(0)
    norm = fill(torch, nn.BatchNorm2d(3))
    norm.running_mean.copy_(wave(torch, 3))
    for conv, transpose in ((nn.Conv2d(2, 3, 2, bias=False), False), (nn.ConvTranspose2d(2, 3, 2), True)):
        conv, x = conv.double().eval(), wave(torch, 2, 2, 4, 4)
        assert torch.allclose(fusion.fuse_conv_bn_eval(conv, norm.eval(), transpose)(x), norm(conv(x)))
    linear, norm = nn.Linear(2, 3).double().eval(), fill(torch, nn.BatchNorm1d(3)).eval()
    assert torch.allclose(fusion.fuse_linear_bn_eval(linear, norm)(wave(torch, 4, 2)), norm(linear(wave(torch, 4, 2))))
    assert raised(lambda: fusion.fuse_conv_bn_eval(conv.train(), norm)) == "AssertionError: Fusion only for eval!"


def test_dropped_channels_and_random_slopes(torch: Any) -> None:
    torch.manual_seed(0)
    out = torch.nn.Dropout3d(0.5)(torch.ones(20, 30, 2, 2, 2)).flatten(2)
    assert torch.equal(out.amax(2), out.amin(2)) and 200 < int((out.amax(2) == 0).sum()) < 400
    out = torch.nn.FeatureAlphaDropout(0.5)(torch.ones(20, 30, 4)).flatten(2)
    assert torch.equal(out.amax(2), out.amin(2)) and len(out.unique()) == 2
    x = wave(torch, 40, 50).requires_grad_()
    layer = torch.nn.RReLU(0.1, 0.4)
    slope = (layer(x) / x).detach()
    assert torch.equal(slope[x > 0], torch.ones_like(slope[x > 0]))
    below = slope[x < 0]
    assert 0.1 <= float(below.min()) < 0.12 and 0.38 < float(below.max()) <= 0.4
    assert torch.allclose(layer.eval()(x), torch.where(x > 0, x, 0.25 * x))
    assert repr(layer) == "RReLU(lower=0.1, upper=0.4)"


def test_modules_of_utils_import(torch: Any) -> None:
    for name, member in {
        "clip_grad": "clip_grad_norm_", "convert_parameters": "parameters_to_vector", "rnn": "pad_sequence",
        "parametrize": "cached", "parametrizations": "weight_norm", "weight_norm": "remove_weight_norm",
        "spectral_norm": "remove_spectral_norm", "stateless": "functional_call", "init": "skip_init",
    }.items():  # fmt: skip
        assert hasattr(importlib.import_module(f"{torch.__name__}.nn.utils.{name}"), member)
    attention = importlib.import_module(f"{torch.__name__}.nn.attention")
    with attention.sdpa_kernel(attention.SDPBackend.MATH):
        assert str(attention.SDPBackend.MATH) == "SDPBackend.MATH"
    torch.manual_seed(0)
    first = torch.rand(1)
    torch.manual_seed(0)
    layer = torch.nn.utils.skip_init(torch.nn.Linear, 2, 3)
    assert layer.weight.shape == (3, 2) and layer.weight.requires_grad and torch.equal(torch.rand(1), first)
    assert layer.to_empty(device="cpu").weight.shape == (3, 2)
    with pytest.warns(FutureWarning, match="deprecated"):
        module = torch.nn.Linear(1, 1, bias=False)
        new = {"weight": torch.tensor([[3.0]])}
        assert torch.nn.utils.stateless.functional_call(module, new, torch.ones(1)).item() == 3


def test_copies_of_a_decoder_layer_with_a_module_for_activation(torch: Any) -> None:
    """As in PyTorch they take relu: the Module is no plain attribute of the layer's state."""
    layer = torch.nn.TransformerDecoderLayer(4, 2, 8, 0.0, activation=torch.nn.Tanh())
    assert copy.deepcopy(layer).activation is torch.nn.functional.relu
    assert isinstance(layer.activation, torch.nn.Tanh)
    encoder = torch.nn.TransformerEncoderLayer(4, 2, 8, 0.0, activation=torch.nn.Tanh())
    assert isinstance(copy.deepcopy(encoder).activation, torch.nn.Tanh)


def test_layers_over_volumes(torch: Any) -> None:
    """Normalisation is that of the volume seen as an image of D H rows; constant padding surrounds it."""
    nn, x = torch.nn, wave(torch, 2, 3, 2, 4, 5)
    for volume, image in ((nn.BatchNorm3d(3), nn.BatchNorm2d(3)), (nn.InstanceNorm3d(3), nn.InstanceNorm2d(3))):
        got, want = volume.double()(x), image.double()(x.flatten(2, 3))
        assert torch.allclose(got.flatten(2, 3), want)
        assert torch.equal(volume.eval()(x).flatten(2, 3), image.eval()(x.flatten(2, 3)))
        assert repr(volume) == repr(image).replace("2d", "3d")
    assert raised(lambda: nn.BatchNorm3d(3)(x[0])) == "ValueError: expected 5D input (got 4D input)"
    padded = nn.ConstantPad3d((1, 0, 0, 2, 1, 1), 7.0)(x)
    assert padded.shape == (2, 3, 4, 6, 6) and torch.equal(padded[:, :, 1:3, :4, 1:], x)
    assert int((padded == 7).sum()) == padded.numel() - x.numel()
    assert repr(nn.ConstantPad3d(1, 7.0)) == "ConstantPad3d(padding=(1, 1, 1, 1, 1, 1), value=7.0)"
    assert repr(nn.ZeroPad3d(1)) == "ZeroPad3d((1, 1, 1, 1, 1, 1))"
