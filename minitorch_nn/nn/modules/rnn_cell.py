"""Recurrent layers for one time step: `RNNCell`, `LSTMCell`, `GRUCell`."""

from __future__ import annotations

import math
from typing import Any

from ...dtypes import dtype as DType
from ...ops import recurrent
from ...tensor import Tensor, empty, zeros
from .. import init
from ..parameter import Parameter
from .module import Module

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


def _uniform_parameters_(module: Module, hidden_size: int) -> None:
    """Draw all parameters from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size))."""
    bound = 1.0 / math.sqrt(hidden_size) if hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


class RNNCellBase(Module):
    """weight_ih (G, I), weight_hh (G, H), bias_ih and bias_hh (G,) or None, drawn from U(-1/sqrt(H), 1/sqrt(H))."""

    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        gates = num_chunks * hidden_size
        for name, shape in (("weight_ih", (gates, input_size)), ("weight_hh", (gates, hidden_size))):
            setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(gates, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        _uniform_parameters_(self, self.hidden_size)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _batched(self, input: Tensor, states: list[Tensor | None], names: list[str]) -> tuple[Tensor, list[Tensor]]:
        """The input and the states with a batch dimension, states made of zeros where there are none; checked."""
        kind = type(self).__name__
        for name, x in zip(["input", *names], [input, *states], strict=True):
            if x is not None and x.ndim not in (1, 2):
                raise ValueError(f"{kind}: Expected {name} to be 1D or 2D, got {x.ndim}D instead")
        if alone := input.ndim == 1:
            input = input.unsqueeze(0)
        if input.size(1) != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.size(1)} expected {self.input_size}")
        full = []
        for k, s in enumerate(states):
            if s is None:
                s = zeros((input.size(0), self.hidden_size), dtype=input.dtype)
            elif alone:
                s = s.unsqueeze(0)
            if s.size(0) != input.size(0):
                raise RuntimeError(f"Input batch size {input.size(0)} doesn't match hidden{k} batch size {s.size(0)}")
            if s.size(1) != self.hidden_size:
                raise RuntimeError(
                    f"hidden{k} has inconsistent hidden_size: got {s.size(1)}, expected {self.hidden_size}"
                )
            full.append(s)
        return input, full

    def _weights(self) -> tuple[Any, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh


class RNNCell(RNNCellBase):
    """(N, I), (N, H) or (I,), (H,) -> the state's shape: h' = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh).

    nonlinearity: 'tanh' or 'relu'. hx: by default zeros.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (h,) = self._batched(input, [hx], ["hidden"])
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        step = recurrent.rnn_tanh_cell if self.nonlinearity == "tanh" else recurrent.rnn_relu_cell
        h = step(x, h, *self._weights())
        return h if input.ndim == 2 else h.squeeze(0)


class LSTMCell(RNNCellBase):
    """(N, I), ((N, H), (N, H)) or (I,), ((H,), (H,)) -> (h', c'): one step of LSTM. hx: by default zeros."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: DType | None = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        states: list[Any] = [None, None] if hx is None else [hx[0], hx[1]]
        x, state = self._batched(input, states, ["hx[0]", "hx[1]"])
        h, c = recurrent.lstm_cell(x, state, *self._weights())
        return (h, c) if input.ndim == 2 else (h.squeeze(0), c.squeeze(0))


class GRUCell(RNNCellBase):
    """(N, I), (N, H) or (I,), (H,) -> the state's shape: one step of GRU. hx: by default zeros."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: DType | None = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (h,) = self._batched(input, [hx], ["hidden"])
        h = recurrent.gru_cell(x, h, *self._weights())
        return h if input.ndim == 2 else h.squeeze(0)
