"""Recurrent layers, attention and the Transformer: texts, keys, initial values, outputs, gradients, errors."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .common import Case, fill, raised, wave

CASES: dict[str, Case] = {}
FILE = Path(__file__).parent.parent / "recorded" / "nn_sequence"
T, N, IN, H = 5, 3, 4, 6

# layers over sequences: constructor, shape of the input, shape of h (and c) or None -----------------------------------
SEQUENCES: dict[str, tuple[Callable[[Any], Any], tuple[int, ...], tuple[int, ...] | None]] = {
    "RNN": (lambda nn: nn.RNN(IN, H), (T, N, IN), None),
    "RNN relu": (lambda nn: nn.RNN(IN, H, nonlinearity="relu"), (T, N, IN), (1, N, H)),
    "RNN relu by place": (lambda nn: nn.RNN(IN, H, 2, "relu", False, True), (N, T, IN), None),
    "RNN bidirectional": (lambda nn: nn.RNN(IN, H, 2, bidirectional=True), (T, N, IN), (4, N, H)),
}
for name in ("LSTM", "GRU"):
    SEQUENCES |= {
        name: (lambda nn, k=name: getattr(nn, k)(IN, H), (T, N, IN), None),
        f"{name} hx": (lambda nn, k=name: getattr(nn, k)(IN, H), (T, N, IN), (1, N, H)),
        f"{name} no bias": (lambda nn, k=name: getattr(nn, k)(IN, H, bias=False), (T, N, IN), (1, N, H)),
        f"{name} layers": (lambda nn, k=name: getattr(nn, k)(IN, H, 3), (T, N, IN), (3, N, H)),
        f"{name} batch first": (lambda nn, k=name: getattr(nn, k)(IN, H, 2, batch_first=True), (N, T, IN), (2, N, H)),
        f"{name} bidirectional": (
            lambda nn, k=name: getattr(nn, k)(IN, H, num_layers=2, bidirectional=True, batch_first=True),
            (N, T, IN),
            (4, N, H),
        ),
        f"{name} unbatched": (lambda nn, k=name: getattr(nn, k)(IN, H, 2, bidirectional=True), (T, IN), (4, H)),
        f"{name} unbatched batch first": (lambda nn, k=name: getattr(nn, k)(IN, H, batch_first=True), (T, IN), None),
        f"{name} one step": (lambda nn, k=name: getattr(nn, k)(IN, H), (1, N, IN), (1, N, H)),
        f"{name} empty batch": (lambda nn, k=name: getattr(nn, k)(IN, H, 2, bidirectional=True), (T, 0, IN), None),
        f"{name} all dropped": (lambda nn, k=name: getattr(nn, k)(IN, H, 2, dropout=1.0), (T, N, IN), None),
    }
CELLS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...], tuple[int, ...] | None]] = {
    "RNNCell relu": (lambda nn: nn.RNNCell(IN, H, nonlinearity="relu"), (N, IN), (N, H)),
}
for name in ("RNNCell", "LSTMCell", "GRUCell"):
    CELLS |= {
        name: (lambda nn, k=name: getattr(nn, k)(IN, H), (N, IN), (N, H)),
        f"{name} zeros": (lambda nn, k=name: getattr(nn, k)(IN, H, bias=False), (N, IN), None),
        f"{name} unbatched": (lambda nn, k=name: getattr(nn, k)(IN, H), (IN,), (H,)),
    }


def tensors(value: Any) -> list[Any]:
    """The Tensors in nested tuples, in order."""
    if isinstance(value, (tuple, list)):
        return [t for v in value for t in tensors(v)]
    return [] if value is None else [value]


def arguments(torch: Any, name: str, shape: tuple[int, ...], state: tuple[int, ...] | None) -> list[Any]:
    """The input, and hx if there is one, all requiring gradients."""
    x = wave(torch, *shape).requires_grad_()
    if state is None:
        return [x]
    h = wave(torch, *state, phase=0.7).requires_grad_()
    c = wave(torch, *state, phase=1.9).requires_grad_()
    return [x, (h, c) if name.startswith("LSTM") else h]


def differentiated(torch: Any, out: Any, leaves: list[Any]) -> list[Any]:
    """All outputs, and the gradients of a weighted sum of them."""
    outs = tensors(out)
    total = sum((o * wave(torch, *o.shape, phase=0.9 + k)).sum() for k, o in enumerate(outs) if o.requires_grad)
    total.backward()
    return [[o.detach() for o in outs], [leaf.grad for leaf in leaves]]


def _recurrent(name: str, make: Any, shape: Any, state: Any) -> Case:
    def case(torch: Any) -> Any:
        torch.manual_seed(3)
        layer = make(torch.nn)
        drawn = [p.detach().double() for p in layer.parameters()]
        with torch.no_grad():
            for p in fill(torch, layer).parameters():
                p.mul_(0.4)
        args = arguments(torch, name, shape, state)
        leaves = [*tensors(args), *layer.parameters()]
        return [repr(layer), list(layer.state_dict()), drawn, *differentiated(torch, layer(*args), leaves)]

    return case


for name, row in {**SEQUENCES, **CELLS}.items():
    CASES[f"recurrent/{name}"] = _recurrent(name, *row)

# attention: options, options of the call, shapes of query, key and value ---------------------------------------------
E, L, S = 8, 4, 5
SELF, CROSS = ((L, N, E),), ((L, N, E), (S, N, E))


def _causal(torch: Any, n: int = L) -> Any:
    return torch.ones(n, n).triu(1).bool()


def _ends(torch: Any, n: int = L) -> Any:
    mask = torch.zeros(N, n).bool()
    mask[0, -1] = mask[2, -2:] = True
    return mask


ATTENTION: dict[str, tuple[dict[str, Any], Callable[[Any], dict[str, Any]], Any]] = {
    "self": ({}, lambda torch: {}, SELF),
    "two heads' weights": ({"num_heads": 4}, lambda torch: {"average_attn_weights": False}, SELF),
    "cross": ({"bias": False}, lambda torch: {}, CROSS),
    "cross, three": ({}, lambda torch: {}, (*CROSS, (S, N, E))),
    "kdim vdim": ({"kdim": 3, "vdim": 7}, lambda torch: {}, ((L, N, E), (S, N, 3), (S, N, 7))),
    "kdim no bias": ({"kdim": 3, "bias": False}, lambda torch: {"need_weights": False}, ((L, N, E), (S, N, 3), (S, N, E))),
    "batch first": ({"batch_first": True}, lambda torch: {}, ((N, L, E),)),
    "unbatched": ({}, lambda torch: {}, ((L, E), (S, E), (S, E))),
    "unbatched without weights": ({"batch_first": True}, lambda torch: {"need_weights": False}, ((L, E),)),
    "without weights": ({}, lambda torch: {"need_weights": False}, CROSS),
    "causal": ({}, lambda torch: {"attn_mask": _causal(torch)}, SELF),
    "causal hint": ({}, lambda torch: {"attn_mask": _causal(torch), "is_causal": True, "need_weights": False}, SELF),
    "added mask": ({}, lambda torch: {"attn_mask": wave(torch, L, S), "need_weights": False}, CROSS),
    "mask by head": ({}, lambda torch: {"attn_mask": wave(torch, 2 * N, L, L)}, SELF),
    "mask by head without weights": (
        {},
        lambda torch: {"attn_mask": wave(torch, 2 * N, L, L), "need_weights": False},
        SELF,
    ),
    "padding": ({}, lambda torch: {"key_padding_mask": _ends(torch)}, SELF),
    "padding and mask": ({}, lambda torch: {"key_padding_mask": _ends(torch), "attn_mask": _causal(torch)}, SELF),
    "padding without weights": (
        {"batch_first": True},
        lambda torch: {"key_padding_mask": _ends(torch), "need_weights": False},
        ((N, L, E),),
    ),
    "more keys": (
        {"add_bias_kv": True, "add_zero_attn": True},
        lambda torch: {"key_padding_mask": _ends(torch), "attn_mask": _causal(torch)},
        SELF,
    ),
}  # fmt: skip


def attention(torch: Any, name: str) -> tuple[Any, list[Any], dict[str, Any], list[Any]]:
    """The module with fixed weights, its inputs (the same Tensor again where they are fewer than three), options."""
    options, call, shapes = ATTENTION[name]
    module = fill(torch, torch.nn.MultiheadAttention(E, **{"num_heads": 2, **options}))
    inputs = [wave(torch, *shape, phase=0.2 + k).requires_grad_() for k, shape in enumerate(shapes)]
    three = [*inputs, inputs[-1], inputs[-1]][:3]
    return module, three, call(torch), inputs


def _attention(name: str) -> Case:
    def case(torch: Any) -> Any:
        torch.manual_seed(5)
        options, _, _ = ATTENTION[name]
        drawn = [p.detach() for p in torch.nn.MultiheadAttention(E, **{"num_heads": 2, **options}).parameters()]
        module, three, call, inputs = attention(torch, name)
        result = [repr(module), list(module.state_dict()), [d.double() for d in drawn]]
        result += differentiated(torch, module(*three, **call), [*inputs, *module.parameters()])
        with torch.no_grad():  # PyTorch has another path for this
            return [*result, tensors(module.eval()(*three, **call))]

    return case


for name in ATTENTION:
    CASES[f"attention/{name}"] = _attention(name)

# the Transformer: constructor, call ----------------------------------------------------------------------------------
SMALL = {"dim_feedforward": 7, "dropout": 0.0}
TRANSFORMERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any, Any, Any], Any]]] = {
    "EncoderLayer": (lambda nn: nn.TransformerEncoderLayer(E, 2, **SMALL), lambda torch, m, x, y: m(x)),
    "EncoderLayer norm first": (
        lambda nn: nn.TransformerEncoderLayer(E, 4, **SMALL, activation="gelu", norm_first=True, bias=False),
        lambda torch, m, x, y: m(x, src_mask=_causal(torch), is_causal=True),
    ),
    "EncoderLayer batch first": (
        lambda nn: nn.TransformerEncoderLayer(E, 2, **SMALL, activation=nn.Tanh(), batch_first=True),
        lambda torch, m, x, y: m(x.transpose(0, 1), src_key_padding_mask=_ends(torch)),
    ),
    "EncoderLayer unbatched": (
        lambda nn: nn.TransformerEncoderLayer(E, 2, **SMALL, batch_first=True),
        lambda torch, m, x, y: m(x[:, 0]),
    ),
    "DecoderLayer": (lambda nn: nn.TransformerDecoderLayer(E, 2, **SMALL), lambda torch, m, x, y: m(x, y)),
    "DecoderLayer masks": (
        lambda nn: nn.TransformerDecoderLayer(E, 2, **SMALL, norm_first=True),
        lambda torch, m, x, y: m(x, y, tgt_mask=_causal(torch), memory_key_padding_mask=_ends(torch, S)),
    ),
    "Encoder": (
        lambda nn: nn.TransformerEncoder(nn.TransformerEncoderLayer(E, 2, **SMALL, batch_first=True), 2),
        lambda torch, m, x, y: m(x.transpose(0, 1), src_key_padding_mask=_ends(torch)),
    ),
    "Encoder norm": (
        lambda nn: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(E, 2, **SMALL, batch_first=True), 2, nn.LayerNorm(E)
        ),
        lambda torch, m, x, y: m(x.transpose(0, 1), mask=_causal(torch)),
    ),
    "Decoder": (
        lambda nn: nn.TransformerDecoder(nn.TransformerDecoderLayer(E, 2, **SMALL), 2, nn.LayerNorm(E)),
        lambda torch, m, x, y: m(x, y, tgt_mask=_causal(torch)),
    ),
    "Transformer": (
        lambda nn: nn.Transformer(E, 2, 2, 2, **SMALL),
        lambda torch, m, x, y: m(
            y, x, tgt_mask=m.generate_square_subsequent_mask(L), src_key_padding_mask=_ends(torch, S).double() * -9
        ),
    ),
}


def _transformer(make: Any, call: Any) -> Case:
    def case(torch: Any) -> Any:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            torch.manual_seed(7)
            drawn = [p.detach().double() for p in make(torch.nn).parameters()]
        module = make_quietly(torch, make)
        x, y = wave(torch, L, N, E).requires_grad_(), wave(torch, S, N, E, phase=0.6).requires_grad_()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            out = call(torch, module, x, y)
            leaves = [x, *module.parameters()]
            result = differentiated(torch, out, leaves)
            with torch.no_grad():
                evaluated = call(torch, module.eval(), x, y)
        return [repr(module), list(module.state_dict()), [str(w.message) for w in caught], drawn, *result, evaluated]

    return case


def make_quietly(torch: Any, make: Any) -> Any:
    """The module with fixed weights, without the warnings of its constructor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = fill(torch, make(torch.nn))
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(0.5)
    return module


for name, (make, call) in TRANSFORMERS.items():
    CASES[f"transformer/{name}"] = _transformer(make, call)

# errors --------------------------------------------------------------------------------------------------------------
ERRORS: dict[str, Callable[[Any, Any], Any]] = {
    "nonlinearity": lambda t, nn: nn.RNN(IN, H, nonlinearity="sin"),
    "proj_size of GRU": lambda t, nn: nn.GRU(IN, H, proj_size=2),
    "proj_size of RNN": lambda t, nn: nn.RNN(IN, H, proj_size=2),
    "proj_size too large": lambda t, nn: nn.LSTM(IN, H, proj_size=9),
    "proj_size negative": lambda t, nn: nn.LSTM(IN, H, proj_size=-1),
    "unknown argument": lambda t, nn: nn.LSTM(IN, H, size=1),
    "dropout above 1": lambda t, nn: nn.LSTM(IN, H, 2, dropout=1.5),
    "dropout True": lambda t, nn: nn.LSTM(IN, H, 2, dropout=True),
    "bias no bool": lambda t, nn: nn.LSTM(IN, H, bias=1),
    "batch_first no bool": lambda t, nn: nn.GRU(IN, H, batch_first=None),
    "input_size float": lambda t, nn: nn.RNN(4.0, H),
    "input_size 0": lambda t, nn: nn.RNN(0, H),
    "hidden_size 0": lambda t, nn: nn.RNN(IN, 0),
    "num_layers 0": lambda t, nn: nn.RNN(IN, H, 0),
    "RNN 4-D": lambda t, nn: nn.RNN(IN, H)(t.zeros(1, 1, 1, IN)),
    "LSTM 1-D": lambda t, nn: nn.LSTM(IN, H)(t.zeros(IN)),
    "GRU 1-D": lambda t, nn: nn.GRU(IN, H)(t.zeros(IN)),
    "GRU input size": lambda t, nn: nn.GRU(IN, H)(t.zeros(T, N, 3)),
    "RNN hx unbatched": lambda t, nn: nn.RNN(IN, H)(t.zeros(T, N, IN), t.zeros(1, H)),
    "GRU hx batched": lambda t, nn: nn.GRU(IN, H)(t.zeros(T, IN), t.zeros(1, N, H)),
    "LSTM hx unbatched": lambda t, nn: nn.LSTM(IN, H)(t.zeros(T, N, IN), (t.zeros(1, H), t.zeros(1, H))),
    "LSTM hx batched": lambda t, nn: nn.LSTM(IN, H)(t.zeros(T, IN), (t.zeros(1, 1, H), t.zeros(1, 1, H))),
    "RNN hx size": lambda t, nn: nn.RNN(IN, H)(t.zeros(T, N, IN), t.zeros(2, N, H)),
    "LSTM h size": lambda t, nn: nn.LSTM(IN, H)(t.zeros(T, N, IN), (t.zeros(1, N, IN), t.zeros(1, N, H))),
    "LSTM c size": lambda t, nn: nn.LSTM(IN, H)(t.zeros(T, N, IN), (t.zeros(1, N, H), t.zeros(1, N, IN))),
    "dtype": lambda t, nn: nn.LSTM(IN, H)(t.zeros(T, N, IN).double()),
    "integers": lambda t, nn: nn.GRU(IN, H)(t.zeros(T, N, IN).long()),
    "dtype of hx": lambda t, nn: nn.GRU(IN, H)(t.zeros(T, N, IN), t.zeros(1, N, H).double()),
    "no steps": lambda t, nn: nn.LSTM(IN, H)(t.zeros(0, N, IN)),
    "RNNCell 3-D": lambda t, nn: nn.RNNCell(IN, H)(t.zeros(1, N, IN)),
    "RNNCell hx 3-D": lambda t, nn: nn.RNNCell(IN, H)(t.zeros(N, IN), t.zeros(1, N, H)),
    "LSTMCell hx 3-D": lambda t, nn: nn.LSTMCell(IN, H)(t.zeros(N, IN), (t.zeros(N, H), t.zeros(1, N, H))),
    "GRUCell input size": lambda t, nn: nn.GRUCell(IN, H)(t.zeros(N, 3)),
    "GRUCell hidden size": lambda t, nn: nn.GRUCell(IN, H)(t.zeros(N, IN), t.zeros(N, IN)),
    "LSTMCell batch": lambda t, nn: nn.LSTMCell(IN, H)(t.zeros(N, IN), (t.zeros(2, H), t.zeros(N, H))),
    "LSTMCell second size": lambda t, nn: nn.LSTMCell(IN, H)(t.zeros(N, IN), (t.zeros(N, H), t.zeros(N, IN))),
    "RNNCell nonlinearity": lambda t, nn: nn.RNNCell(IN, H, nonlinearity="sin")(t.zeros(N, IN)),
    "RNNCell dtype": lambda t, nn: nn.RNNCell(IN, H)(t.zeros(N, IN).double()),
    "no heads": lambda t, nn: nn.MultiheadAttention(E, 0),
    "heads": lambda t, nn: nn.MultiheadAttention(E, 3),
    "query 1-D": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(E)] * 3),
    "key 2-D": lambda t, nn: nn.MultiheadAttention(E, 2)(t.zeros(L, N, E), t.zeros(L, E), t.zeros(L, E)),
    "key 3-D": lambda t, nn: nn.MultiheadAttention(E, 2)(t.zeros(L, E), t.zeros(L, N, E), t.zeros(L, N, E)),
    "embedding": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, 6)] * 3),
    "value size": lambda t, nn: nn.MultiheadAttention(E, 2)(t.zeros(L, N, E), t.zeros(S, N, E), t.zeros(L, N, E)),
    "value size, kdim": lambda t, nn: nn.MultiheadAttention(E, 2, kdim=3)(
        t.zeros(L, N, E), t.zeros(S, N, 3), t.zeros(L, N, E)
    ),
    "mask 1-D": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, E)] * 3, attn_mask=t.zeros(L)),
    "mask 2-D": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, E)] * 3, attn_mask=t.zeros(L, S)),
    "mask 3-D": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, E)] * 3, attn_mask=t.zeros(N, L, L)),
    "mask 3-D unbatched": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, E)] * 3, attn_mask=t.zeros(N, L, L)),
    "mask of integers": lambda t, nn: nn.MultiheadAttention(E, 2)(
        *[t.zeros(L, N, E)] * 3, attn_mask=t.zeros(L, L).long()
    ),
    "padding 1-D": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, E)] * 3, key_padding_mask=t.zeros(L)),
    "padding 2-D": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, E)] * 3, key_padding_mask=t.zeros(N, L)),
    "padding batch": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, E)] * 3, key_padding_mask=t.zeros(2, L)),
    "padding length": lambda t, nn: nn.MultiheadAttention(E, 2)(
        *[t.zeros(L, N, E)] * 3, key_padding_mask=t.zeros(N, S)
    ),
    "hint alone": lambda t, nn: nn.MultiheadAttention(E, 2)(*[t.zeros(L, N, E)] * 3, is_causal=True),
    "activation": lambda t, nn: nn.TransformerEncoderLayer(E, 2, activation="tanh"),
    "batches": lambda t, nn: nn.Transformer(E, 2, 1, 1, 4)(t.zeros(S, N, E), t.zeros(L, 2, E)),
    "features": lambda t, nn: nn.Transformer(E, 2, 1, 1, 4)(t.zeros(S, N, E), t.zeros(L, N, 6)),
}


def _errors(torch: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: raised(lambda call=call: call(torch, torch.nn)) for name, call in ERRORS.items()}


CASES["errors"] = _errors


# the file ------------------------------------------------------------------------------------------------------------
def save(results: dict[str, list[Any]], version: str) -> None:
    """Write the recorded file: texts as JSON, arrays beside them."""
    arrays: dict[str, np.ndarray] = {}
    texts: dict[str, list[Any]] = {}
    for name, leaves in results.items():
        for i, leaf in enumerate(leaves):
            if isinstance(leaf, np.ndarray):
                arrays[f"{name}#{i}"] = leaf
        texts[name] = [{"array": f"{name}#{i}"} if f"{name}#{i}" in arrays else x for i, x in enumerate(leaves)]
    FILE.with_suffix(".json").write_text(json.dumps({"torch": version, "cases": texts}, indent=1) + "\n")
    np.savez_compressed(FILE.with_suffix(".npz"), **arrays)


def load() -> dict[str, list[Any]]:
    """The recorded leaves by case name."""
    texts = json.loads(FILE.with_suffix(".json").read_text())["cases"]
    with np.load(FILE.with_suffix(".npz")) as arrays:
        return {
            name: [arrays[leaf["array"]] if isinstance(leaf, dict) else leaf for leaf in leaves]
            for name, leaves in texts.items()
        }
