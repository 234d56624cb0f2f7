"""Recurrent layers, attention and the Transformer: as recorded from PyTorch, and their derivatives by differences."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from nn_cases import sequence
from nn_cases.common import compare, fill, raised, run, wave
from nn_cases.sequence import ATTENTION, IN, H, N, T, arguments, attention, tensors

RECORDED = sequence.load()


@pytest.mark.filterwarnings("ignore:Support for mismatched")
@pytest.mark.parametrize("name", sequence.CASES)
def test_as_recorded(torch: Any, name: str) -> None:
    compare(run({name: sequence.CASES[name]}, torch)[name], RECORDED[name], rtol=1e-9, atol=1e-11)


SMALL = {
    "RNN": lambda nn: nn.RNN(2, 3, bidirectional=True),
    "RNN relu": lambda nn: nn.RNN(2, 3, nonlinearity="relu", bidirectional=True),
    "LSTM": lambda nn: nn.LSTM(2, 3, bidirectional=True),
    "GRU": lambda nn: nn.GRU(2, 3, bidirectional=True),
    "GRU no bias": lambda nn: nn.GRU(2, 3, bias=False, bidirectional=True),
    "RNNCell": lambda nn: nn.RNNCell(2, 3),
    "LSTMCell": lambda nn: nn.LSTMCell(2, 3),
    "GRUCell": lambda nn: nn.GRUCell(2, 3),
}


@pytest.mark.parametrize("name", SMALL)
def test_derivatives_of_recurrent_layers(torch: Any, name: str) -> None:
    """gradcheck by input, state and parameters, and gradgradcheck, where the layer is composed of its steps."""
    layer = fill(torch, SMALL[name](torch.nn))
    with torch.no_grad():
        for p in layer.parameters():
            p.mul_(0.4)
    inputs = tensors(arguments(torch, name, *(((2, 2), (2, 3)) if "Cell" in name else ((3, 2, 2), (2, 2, 3)))))

    def call(x: Any, *rest: Any) -> Any:
        state = rest[: len(inputs) - 1]
        return tuple(tensors(layer(x, state if len(state) == 2 else state[0])))

    leaves = (*inputs, *layer.parameters())
    assert torch.autograd.gradcheck(call, leaves, check_undefined_grad=False)
    assert torch.autograd.gradgradcheck(call, leaves)


@pytest.mark.parametrize("name", ATTENTION)
def test_derivatives_of_attention(torch: Any, name: str) -> None:
    module, three, call, inputs = attention(torch, name)
    again = [next(k for k, x in enumerate(inputs) if x is y) for y in three]
    weights = list(module.parameters())

    def f(*values: Any) -> Any:
        out, shares = module(*[values[k] for k in again], **call)
        return out if shares is None else (out, shares)

    assert torch.autograd.gradcheck(f, (*inputs, *weights), check_undefined_grad=False)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_single_precision_and_one_tensor_twice(torch: Any, kind: str) -> None:
    """float32 stays float32 and is near float64; a state that is one tensor twice gets both its gradients."""
    torch.manual_seed(0)
    layer = getattr(torch.nn, kind)(IN, H, 2, bidirectional=True)
    x = wave(torch, T, N, IN)
    small = layer(x.float())[0]
    large = layer.double()(x)[0]
    assert small.dtype == torch.float32 and large.dtype == torch.float64
    assert torch.allclose(small.double(), large, rtol=1e-5, atol=1e-6)
    if kind == "LSTM":
        layer = torch.nn.LSTM(IN, H).double()
        h = wave(torch, 1, N, H).requires_grad_()
        h1, c1 = h.detach().requires_grad_(), h.detach().requires_grad_()
        for create_graph in (False, True):
            (both,) = torch.autograd.grad(layer(x, (h, h))[0].sum(), h, create_graph=create_graph)
            parts = torch.autograd.grad(layer(x, (h1, c1))[0].sum(), (h1, c1))
            assert torch.allclose(both, parts[0] + parts[1])


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_parameter_in_two_places(torch: Any, kind: str) -> None:
    """Both its gradients are added up, recorded or not."""
    layer = fill(torch, getattr(torch.nn, kind)(IN, H))
    x = wave(torch, T, N, IN)
    layer.bias_hh_l0 = torch.nn.Parameter(layer.bias_ih_l0.detach().clone())
    apart = torch.autograd.grad(layer(x)[0].sum(), (layer.bias_ih_l0, layer.bias_hh_l0))
    layer.bias_hh_l0 = layer.bias_ih_l0
    for create_graph in (False, True):
        (both,) = torch.autograd.grad(layer(x)[0].sum(), layer.bias_ih_l0, create_graph=create_graph)
        assert torch.allclose(both, apart[0] + apart[1])


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_only_what_is_wanted(torch: Any, kind: str) -> None:
    """Frozen weights get no gradient and the others the same as without freezing; the state may want one alone."""
    torch.manual_seed(1)
    layer = getattr(torch.nn, kind)(IN, H).double()
    x, h = wave(torch, T, N, IN), wave(torch, 1, N, H).requires_grad_()
    state = (h, h.detach()) if kind == "LSTM" else h
    layer(x, state)[0].sum().backward()
    want = {name: p.grad.clone() for name, p in layer.named_parameters()}
    wanted_state = h.grad.clone()
    for frozen in want:
        layer.zero_grad()
        h.grad = None
        for name, p in layer.named_parameters():
            p.requires_grad_(name != frozen)
        layer(x, state)[0].sum().backward()
        for name, p in layer.named_parameters():
            assert p.grad is None if name == frozen else torch.allclose(p.grad, want[name]), (frozen, name)
        assert torch.allclose(h.grad, wanted_state)
    layer.requires_grad_(False)
    assert torch.allclose(torch.autograd.grad(layer(x, state)[0].sum(), h)[0], wanted_state)
    out = layer(x)[0]
    assert not out.requires_grad


def test_a_weight_changed_in_place_before_backward_is_found_out(torch: Any) -> None:
    layer = torch.nn.GRU(IN, H)
    out = layer(torch.zeros(T, N, IN))[0]
    with torch.no_grad():
        layer.weight_hh_l0.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()
    again = layer(torch.zeros(T, N, IN))[0].sum()
    again.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        again.backward()


def test_dropout_between_layers(torch: Any) -> None:
    """Drawn anew for each call while training, off in evaluation, never after the last layer."""
    torch.manual_seed(0)
    x = torch.ones(T, N, IN)
    layer = torch.nn.LSTM(IN, 50, 2, dropout=0.5)
    a, b = layer(x)[0], layer(x)[0]
    assert not torch.equal(a, b) and not bool((a == 0).any())
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])
    with pytest.warns(UserWarning, match="dropout option adds dropout after all but last recurrent layer"):
        torch.nn.GRU(IN, H, dropout=0.5)
    torch.manual_seed(0)
    noisy = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.5)
    y = torch.ones(T, N, 8)
    assert not torch.equal(noisy(y), noisy(y))
    assert torch.equal(noisy.eval()(y), noisy(y))


def test_mismatched_masks_warn(torch: Any) -> None:
    x = torch.ones(4, 2, 8)
    module = torch.nn.MultiheadAttention(8, 2)
    with pytest.warns(UserWarning, match="Support for mismatched key_padding_mask and attn_mask is deprecated"):
        module(x, x, x, key_padding_mask=torch.zeros(2, 4).bool(), attn_mask=torch.zeros(4, 4))


def test_an_encoder_cuts_padded_ends(torch: Any) -> None:
    """In evaluation without gradients what is masked at the ends is 0; not with gradients, nor where told not to."""
    nn = torch.nn
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    x, mask = torch.ones(2, 4, 8), torch.tensor([[False, False, True, True], [False, False, False, False]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for nested in (True, False):
            encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=nested).eval()
            with torch.no_grad():
                out = encoder(x, src_key_padding_mask=mask)
            assert bool((out[0, 2:] == 0).all()) is nested
            assert not bool((encoder(x, src_key_padding_mask=mask)[0, 2:] == 0).any())
            assert torch.allclose(encoder(x, src_key_padding_mask=mask)[~mask], out[~mask], atol=1e-6)


def test_copies_and_parameters(torch: Any) -> None:
    """all_weights, copies that share nothing, and a state dict that goes from one to the other."""
    import copy

    layer = torch.nn.LSTM(IN, H, 2, bidirectional=True)
    layer.flatten_parameters()
    assert [len(w) for w in layer.all_weights] == [4] * 4
    assert layer.all_weights[3][0] is layer.weight_ih_l1_reverse
    other = copy.deepcopy(layer)
    assert other.weight_ih_l0 is not layer.weight_ih_l0 and torch.equal(other.weight_ih_l0, layer.weight_ih_l0)
    other.reset_parameters()
    assert not torch.equal(other.weight_ih_l0, layer.weight_ih_l0)
    other.load_state_dict(layer.state_dict())
    x = wave(torch, T, N, IN, dtype=torch.float32)
    assert torch.equal(other(x)[0], layer(x)[0])
    twice = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
    first, second = twice.layers
    assert first.linear1.weight is not second.linear1.weight
    assert torch.equal(first.linear1.weight, second.linear1.weight)


def test_what_is_not_available_says_so() -> None:
    mt = pytest.importorskip("minitorch_nn")
    layer = mt.nn.LSTM(IN, H)
    assert raised(lambda: layer((mt.zeros(3, IN), [1]))) == "AttributeError: 'tuple' object has no attribute 'dim'"
    assert "static_k" in raised(
        lambda: mt.nn.functional.multi_head_attention_forward(
            *[mt.zeros(1, 1, 2)] * 3, 2, 1, mt.zeros(6, 2), None, None, None, False, 0.0, mt.zeros(2, 2), None,
            static_k=mt.zeros(1, 1, 2),
        )
    )  # fmt: skip
