"""Recurrent networks over whole sequences: all layers and directions, for tensors and for packed sequences; and under
`torch.lstm`, `torch.gru`, `torch.rnn_tanh` and `torch.rnn_relu` as functions of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from .. import ops
from ..ops import recurrent
from ..ops.checks import kind_name
from ..tensor import Tensor
from . import functional as F
from .packed import run_in_parts

__all__ = ["gru", "lstm", "rnn_relu", "rnn_tanh"]

LAYERS = {
    "RNN_TANH": recurrent.rnn_tanh_layer,
    "RNN_RELU": recurrent.rnn_relu_layer,
    "LSTM": recurrent.lstm_layer,
    "GRU": recurrent.gru_layer,
}


def run_layers(
    mode: str,
    x: Tensor,
    batch_sizes: list[int] | None,
    states: Sequence[Tensor],
    weights: Sequence[Sequence[Any]],
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> tuple[Tensor, list[Tensor]]:
    """All layers and directions of a network: its output, and the last states, each (layers * directions, N, H).

    x: (T, N, I), or with batch_sizes the rows of a packed sequence. states: as the last ones. weights: for each layer and
    direction w_ih, w_hh, b_ih, b_hh (or None), and w_hr where the output of an LSTM is projected.
    """
    for state in states:
        if state.dtype != x.dtype:
            kinds = f"{kind_name(state._data)} and {kind_name(x._data)}"
            raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {kinds}")
    directions = 2 if bidirectional else 1
    layers = len(weights) // directions
    last: list[tuple[Tensor, ...]] = []
    for k in range(layers):
        outputs = []
        for reverse in (False, True)[:directions]:
            n = k * directions + reverse
            *own, w_hr = weights[n]
            layer = LAYERS[mode] if w_hr is None else partial(recurrent.lstm_projected_layer, w_hr)
            output, *after = _run_layer(layer, reverse, x, batch_sizes, own, [s[n] for s in states])
            outputs.append(output)
            last.append(tuple(after))
        x = outputs[0] if directions == 1 else ops.cat(outputs, -1)
        if k + 1 < layers:
            x = F.dropout(x, dropout, train)
    return x, [ops.stack(s) for s in zip(*last, strict=True)]


def _run_layer(
    layer: Any, reverse: bool, x: Tensor, batch_sizes: list[int] | None, weights: list[Any], state: list[Tensor]
) -> tuple[Tensor, ...]:
    if batch_sizes is not None:
        return run_in_parts(layer, reverse, x, batch_sizes, weights, state)
    output, *last = layer(reverse, x, *weights, *state)
    return output, output[0 if reverse else -1], *last


# As functions of the weights ------------------------------------------------------------------------------------------
def _function(mode: str, name: str, states: int, has_projection: bool = False) -> Any:
    def run(*args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
        given: list[Any] = list(args)
        packed = "data" in kwargs or "batch_sizes" in kwargs or (len(args) > 1 and _is_sizes(args[1], args))
        names = ["data", "batch_sizes"] if packed else ["input"]
        names += ["hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional"]
        names += [] if packed else ["batch_first"]
        missing = names[len(given) :]
        if len(given) > len(names) or set(kwargs) != set(missing):
            raise TypeError(f"{name}() takes the arguments {', '.join(names)}")
        given += [kwargs[n] for n in missing]
        sizes = given.pop(1).tolist() if packed else None
        return _run(mode, name, states, has_projection, sizes, *given)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"""{name}(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first) or
    {name}(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional) -> output, last states

    The network of nn.{mode.split("_")[0]} with `params`, its parameters in the order of nn.Module.parameters().
    """
    return run


def _is_sizes(second: Any, args: tuple[Any, ...]) -> bool:
    """Whether the second argument is batch_sizes: then the third one is a state, not the parameters."""
    third = args[2] if len(args) > 2 else None
    return isinstance(second, Tensor) and second.ndim == 1 and not second.dtype.is_floating_point and third is not None


def _run(
    mode: str,
    name: str,
    count: int,
    has_projection: bool,
    sizes: list[int] | None,
    x: Tensor,
    hx: Any,
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool = False,
) -> tuple[Tensor, ...]:
    states = list(hx) if count > 1 else [hx]
    if len(states) != count:
        raise RuntimeError(f"{name} expects two hidden states")
    projected = has_projection and states[0].size(2) != states[1].size(2)
    each = (4 if has_biases else 2) + projected
    if len(params) % each:
        raise RuntimeError(f"MatrixRef: ArrayRef size {len(params)} not divisible by stride {each}")
    if len(params) // each != num_layers * (2 if bidirectional else 1):
        raise RuntimeError(
            f"{name}: {num_layers} layers need {num_layers * (2 if bidirectional else 1) * each} params, got {len(params)}"
        )
    weights = [full_weights(params[k : k + each], has_biases, projected) for k in range(0, len(params), each)]
    if batch_first:
        x = x.transpose(0, 1)
    out, last = run_layers(mode, x, sizes, states, weights, dropout, train, bidirectional)
    return out.transpose(0, 1) if batch_first else out, *last


def full_weights(weights: Sequence[Any], has_biases: bool, projected: bool) -> list[Any]:
    """w_ih, w_hh, b_ih, b_hh and w_hr, with None for those that there are not."""
    own = list(weights)
    w_hr = own.pop() if projected else None
    return [*own, *(() if has_biases else (None, None)), w_hr]


lstm = _function("LSTM", "lstm", 2, True)
gru = _function("GRU", "gru", 1)
rnn_tanh = _function("RNN_TANH", "rnn_tanh", 1)
rnn_relu = _function("RNN_RELU", "rnn_relu", 1)
