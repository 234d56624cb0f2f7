"""Recurrent layers over whole sequences: `RNN`, `LSTM`, `GRU`."""

from __future__ import annotations

import numbers
import warnings
from typing import Any

from ... import ops
from ...dtypes import dtype as DType
from ...ops import recurrent
from ...ops.checks import kind_name
from ...tensor import Tensor, empty, zeros
from .. import functional as F
from ..packed import PackedSequence, permuted, run_in_parts
from ..parameter import Parameter
from .module import Module
from .rnn_cell import _uniform_parameters_

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}
_LAYERS = {
    "RNN_TANH": recurrent.rnn_tanh_layer,
    "RNN_RELU": recurrent.rnn_relu_layer,
    "LSTM": recurrent.lstm_layer,
    "GRU": recurrent.gru_layer,
}


def _same_type(state: Tensor, input: Tensor) -> None:
    if state.dtype != input.dtype:
        kinds = f"{kind_name(state._data)} and {kind_name(input._data)}"
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {kinds}")


class RNNBase(Module):
    """What RNN, LSTM and GRU share: the parameters of all layers and directions, and running them one after another.

    Parameters of layer k: weight_ih_l{k} (G, I), weight_hh_l{k} (G, H), bias_ih_l{k} (G,), bias_hh_l{k} (G,), of the
    reverse direction with `_reverse` at the end; G is H times the number of gates. All are drawn from
    U(-1/sqrt(H), 1/sqrt(H)).

    forward takes a Tensor, or a PackedSequence of sequences of different lengths, and returns its output as that.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check_arguments(dropout)
        gates = _GATES[mode] * hidden_size
        directions = 2 if bidirectional else 1
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            inner = input_size if layer == 0 else hidden_size * directions
            shapes: list[tuple[int, ...]] = [(gates, inner), (gates, hidden_size), (gates,), (gates,)]
            for suffix in ("", "_reverse")[:directions]:
                names = [f"{name}_l{layer}{suffix}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
                self._all_weights.append(names if bias else names[:2])
                for name, shape in zip(self._all_weights[-1], shapes, strict=False):
                    setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def _check_arguments(self, dropout: Any) -> None:
        if not isinstance(dropout, numbers.Number) or not 0 <= self.dropout <= 1 or isinstance(dropout, bool):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if self.dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        for name, kind in (("bias", bool), ("batch_first", bool), ("input_size", int), ("hidden_size", int)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
            if kind is int and value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.proj_size:
            raise NotImplementedError("LSTM: proj_size is not available; use a Linear layer after the LSTM")
        if self.mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        _uniform_parameters_(self, self.hidden_size)

    def flatten_parameters(self) -> None:
        """Nothing to do: it is for a GPU's memory layout."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in (
            ("num_layers", 1),
            ("bias", True),
            ("batch_first", False),
            ("dropout", 0),
            ("bidirectional", False),
        ):
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return text

    # ---- forward ----------------------------------------------------------------------------------------------

    def _check_kind(self, input: Any, name: str, tail: str) -> None:
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}: expected a Tensor or a PackedSequence, got {type(input).__name__}")
        if input.ndim not in (2, 3):
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.ndim}D{tail} instead")

    def _check_input(self, input: Tensor, dims: int = 3) -> None:
        dtype = next(self.parameters()).dtype
        if input.dtype != dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
                f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        if input.ndim != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.ndim}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def _state_shape(self, batch: int) -> tuple[int, int, int]:
        return self.num_layers * (2 if self.bidirectional else 1), batch, self.hidden_size

    def _check_state(self, batch: int, state: Tensor, what: str) -> None:
        expected = self._state_shape(batch)
        if state.size() != expected:
            raise RuntimeError(f"Expected {what} size {expected}, got {list(state.size())}")

    def _run(self, input: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """(T, N, I) or with batch_first (N, T, I), each state (layers * directions, N, H) -> output, last states."""
        x = input.transpose(0, 1) if self.batch_first else input
        if not len(x):
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        layer = _LAYERS[self.mode]

        def whole(reverse: bool, x: Tensor, *rest: Any) -> tuple[Tensor, ...]:
            output, *last = layer(reverse, x, *rest)
            return output, output[0 if reverse else -1], *last

        x, last = self._stack_layers(whole, x, states)
        return x.transpose(0, 1) if self.batch_first else x, last

    def _run_packed(self, packed: PackedSequence, states: list[Tensor]) -> tuple[PackedSequence, list[Tensor]]:
        """The same for the rows of a PackedSequence; the states in the order of the user's sequences."""
        states = [permuted(s, packed.sorted_indices) for s in states]
        sizes = packed.batch_sizes.tolist()  # type: ignore[no-untyped-call]
        layer = _LAYERS[self.mode]

        def parts(reverse: bool, x: Tensor, *rest: Any) -> tuple[Tensor, ...]:
            return run_in_parts(layer, reverse, x, sizes, rest[:4], list(rest[4:]))

        data, last = self._stack_layers(parts, packed.data, states)
        return packed._replace(data=data), [permuted(s, packed.unsorted_indices) for s in last]

    def _stack_layers(self, run: Any, x: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """All layers and directions; run(reverse, x, w_ih, w_hh, b_ih, b_hh, *state) -> output, *last state is one."""
        for state in states:
            _same_type(state, x)
        directions = 2 if self.bidirectional else 1
        last: list[tuple[Tensor, ...]] = []
        for k in range(self.num_layers):
            outputs = []
            for reverse in (False, True)[:directions]:
                n = k * directions + reverse
                weights = [*self.all_weights[n], None, None][:4]
                output, *state = run(reverse, x, *weights, *[s[n] for s in states])
                outputs.append(output)
                last.append(tuple(state))
            x = outputs[0] if directions == 1 else ops.cat(outputs, -1)
            if k + 1 < self.num_layers:
                x = F.dropout(x, self.dropout, self.training)
        return x, [ops.stack(s) for s in zip(*last, strict=True)]


class _OneState(RNNBase):
    """forward of RNN and GRU, whose state is h alone."""

    _in_errors: tuple[str, str]

    def __init__(self, mode: str, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__(mode, *args, **kwargs)

    def forward(
        self, input: Tensor | PackedSequence, hx: Tensor | None = None
    ) -> tuple[Tensor | PackedSequence, Tensor]:
        if isinstance(input, PackedSequence):
            batch = int(input.batch_sizes[0])
            if hx is None:
                hx = zeros(self._state_shape(batch), dtype=input.data.dtype)
            self._check_input(input.data, 2)
            self._check_state(batch, hx, "hidden")
            packed, (last,) = self._run_packed(input, [hx])
            return packed, last
        self._check_kind(input, *self._in_errors)
        batched = input.ndim == 3
        if hx is not None and hx.ndim != input.ndim:
            kind = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(f"For {kind} input, hx should also be {input.ndim}-D but got {hx.ndim}-D tensor")
        where = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(where)
            hx = None if hx is None else hx.unsqueeze(1)
        batch = input.size(where)
        if hx is None:
            hx = zeros(self._state_shape(batch), dtype=input.dtype)
        self._check_input(input)
        self._check_state(batch, hx, "hidden")
        output, (last,) = self._run(input, [hx])
        return (output, last) if batched else (output.squeeze(where), last.squeeze(1))


class RNN(_OneState):
    """(T, N, I) -> (T, N, D H), (layers D, N, H): h_t = tanh(x_t W_ihᵀ + b_ih + h_{t-1} W_hhᵀ + b_hh).

    input: (T, N, I), with batch_first (N, T, I), or unbatched (T, I). hx: (layers D, N, H), by default zeros. D is 2
    if bidirectional, else 1. Returns the last layer's h of all time steps, and the last h of every layer.
    nonlinearity: 'tanh' or 'relu'. dropout: between the layers. For the parameters see RNNBase.

    Source: Elman 1990, Finding Structure in Time.
    """

    _in_errors = ("RNN", " tensor")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, *args, **kwargs)
        self.nonlinearity = nonlinearity


class GRU(_OneState):
    """(T, N, I) -> (T, N, D H), (layers D, N, H): gated recurrent units. Arguments and results as of RNN.

    r = σ(x W_irᵀ + b_ir + h W_hrᵀ + b_hr), z = σ(x W_izᵀ + b_iz + h W_hzᵀ + b_hz),
    n = tanh(x W_inᵀ + b_in + r (h W_hnᵀ + b_hn)), h' = (1 - z) n + z h; the gates lie in the weights as r, z, n.

    Source: Cho et al. 2014, Learning Phrase Representations, section 2.3; r times (h W + b), as PyTorch has it.
    """

    _in_errors = ("GRU", "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("GRU", *args, **kwargs)


class LSTM(RNNBase):
    """(T, N, I) -> (T, N, D H), ((layers D, N, H), (layers D, N, H)): long short-term memory.

    i, f, o = σ(x W_iᵀ + b_i + h W_hᵀ + b_h), g = tanh(...), c' = f c + i g, h' = o tanh(c'); the gates lie in the
    weights as i, f, g, o. hx: (h, c), by default zeros. Arguments and results else as of RNN; the last states are
    (h, c). proj_size is not available.

    Source: Hochreiter and Schmidhuber 1997, Long Short-Term Memory; the forget gate: Gers et al. 2000.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def forward(
        self, input: Tensor | PackedSequence, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor | PackedSequence, tuple[Tensor, Tensor]]:
        if isinstance(input, PackedSequence):
            batch = int(input.batch_sizes[0])
            if hx is None:
                start = zeros(self._state_shape(batch), dtype=input.data.dtype)
                hx = (start, start)
            self._check_input(input.data, 2)
            for k in range(2):
                self._check_state(batch, hx[k], f"hidden[{k}]")
            packed, (h, c) = self._run_packed(input, list(hx))
            return packed, (h, c)
        self._check_kind(input, "LSTM", "")
        batched = input.ndim == 3
        where = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(where)
        batch = input.size(where)
        if hx is None:
            start = zeros(self._state_shape(batch), dtype=input.dtype)
            hx = (start, start)
        else:
            want = 3 if batched else 2
            if hx[0].ndim != want or hx[1].ndim != want:
                kind = "batched 3-D" if batched else "unbatched 2-D"
                raise RuntimeError(
                    f"For {kind} input, hx and cx should also be {want}-D "
                    f"but got ({hx[0].ndim}-D, {hx[1].ndim}-D) tensors"
                )
            if not batched:
                hx = (hx[0].unsqueeze(1), hx[1].unsqueeze(1))
        self._check_input(input)
        for k in range(2):
            self._check_state(batch, hx[k], f"hidden[{k}]")
        output, (h, c) = self._run(input, list(hx))
        return (output, (h, c)) if batched else (output.squeeze(where), (h.squeeze(1), c.squeeze(1)))
