"""Recurrent layers over whole sequences: `RNN`, `LSTM`, `GRU`."""

from __future__ import annotations

import numbers
import warnings
from typing import Any

from ...dtypes import dtype as DType
from ...tensor import Tensor, empty, zeros
from ..packed import PackedSequence, permuted
from ..parameter import Parameter
from ..recurrence import full_weights, run_layers
from .module import Module
from .rnn_cell import _uniform_parameters_

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


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
            outputs = proj_size or hidden_size
            inner = input_size if layer == 0 else outputs * directions
            parts: list[tuple[str, tuple[int, ...]]] = [("weight_ih", (gates, inner)), ("weight_hh", (gates, outputs))]
            parts += [("bias_ih", (gates,)), ("bias_hh", (gates,))] if bias else []
            parts += [("weight_hr", (proj_size, hidden_size))] if proj_size else []
            for suffix in ("", "_reverse")[:directions]:
                self._all_weights.append([f"{name}_l{layer}{suffix}" for name, _ in parts])
                for name, (_, shape) in zip(self._all_weights[-1], parts, strict=True):
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

    @property
    def _flat_weights_names(self) -> list[str]:
        """The parameters' names, layer by layer, as programs that draw them anew ask for them."""
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        """The parameters in that order."""
        return [getattr(self, name) for name in self._flat_weights_names]

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in (
            ("proj_size", 0),
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
        if input.dim() not in (2, 3):
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

    def _state_shape(self, batch: int, projected: bool = True) -> tuple[int, int, int]:
        size = self.proj_size if projected and self.proj_size else self.hidden_size
        return self.num_layers * (2 if self.bidirectional else 1), batch, size

    def _check_state(self, batch: int, state: Tensor, what: str, projected: bool = True) -> None:
        expected = self._state_shape(batch, projected)
        if state.size() != expected:
            raise RuntimeError(f"Expected {what} size {expected}, got {list(state.size())}")

    def _run(self, input: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """(T, N, I) or with batch_first (N, T, I), each state (layers * directions, N, H) -> output, last states."""
        x = input.transpose(0, 1) if self.batch_first else input
        if not len(x):
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        x, last = self._run_layers(x, None, states)
        return x.transpose(0, 1) if self.batch_first else x, last

    def _run_packed(self, packed: PackedSequence, states: list[Tensor]) -> tuple[PackedSequence, list[Tensor]]:
        """The same for the rows of a PackedSequence; the states in the order of the user's sequences."""
        states = [permuted(s, packed.sorted_indices) for s in states]
        sizes = packed.batch_sizes.tolist()  # type: ignore[no-untyped-call]
        data, last = self._run_layers(packed.data, sizes, states)
        return packed._replace(data=data), [permuted(s, packed.unsorted_indices) for s in last]

    def _run_layers(self, x: Tensor, sizes: list[int] | None, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        weights = [full_weights(own, self.bias, self.proj_size > 0) for own in self.all_weights]
        return run_layers(self.mode, x, sizes, states, weights, self.dropout, self.training, self.bidirectional)


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
    (h, c). With proj_size P > 0 every h is projected, h' = o tanh(c') W_hrᵀ, and P takes the place of H but for c; the
    further parameters weight_hr_l{k} are (P, H).

    Source: Hochreiter and Schmidhuber 1997, Long Short-Term Memory; the forget gate: Gers et al. 2000.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def _zeros(self, batch: int, dtype: DType) -> tuple[Tensor, Tensor]:
        """h and c before the first step."""
        start = zeros(self._state_shape(batch), dtype=dtype)
        return start, start if not self.proj_size else zeros(self._state_shape(batch, False), dtype=dtype)

    def forward(
        self, input: Tensor | PackedSequence, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor | PackedSequence, tuple[Tensor, Tensor]]:
        if isinstance(input, PackedSequence):
            batch = int(input.batch_sizes[0])
            if hx is None:
                hx = self._zeros(batch, input.data.dtype)
            self._check_input(input.data, 2)
            for k in range(2):
                self._check_state(batch, hx[k], f"hidden[{k}]", k == 0)
            packed, (h, c) = self._run_packed(input, list(hx))
            return packed, (h, c)
        self._check_kind(input, "LSTM", "")
        batched = input.ndim == 3
        where = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(where)
        batch = input.size(where)
        if hx is None:
            hx = self._zeros(batch, input.dtype)
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
            self._check_state(batch, hx[k], f"hidden[{k}]", k == 0)
        output, (h, c) = self._run(input, list(hx))
        return (output, (h, c)) if batched else (output.squeeze(where), (h.squeeze(1), c.squeeze(1)))
