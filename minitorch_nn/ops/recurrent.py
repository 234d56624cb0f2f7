"""Recurrent networks: one step of each cell, and a whole layer, in one direction, as one operation.

A layer multiplies the inputs of all time steps with their weight at once, and so it does with the gradients; only what
depends on the step before is done step by step, on arrays, in place. For derivatives of the gradient the layer is
composed of its steps again, as ordinary operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from .._bfloat16 import finished, float_of
from ..autograd.differentiate import grad
from ..autograd.function import Function
from ..autograd.grad_mode import mode
from ..autograd.variable import tensor_type
from .activation import relu
from .arithmetic import plus, times
from .functions import sigmoid, tanh
from .join import stack
from .linalg import linear
from .shape import clone
from .slices import select
from .split import chunk

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = [
    "gru_cell",
    "gru_layer",
    "lstm_cell",
    "lstm_layer",
    "lstm_projected_layer",
    "rnn_relu_cell",
    "rnn_relu_layer",
    "rnn_tanh_cell",
]
__all__ += ["rnn_tanh_layer"]


# One step -------------------------------------------------------------------------------------------------------------
# x is the input times its weight, plus its bias; b_hh may be None.
def _tanh_step(x: Any, w_hh: Any, b_hh: Any, h: Any) -> tuple[Any]:
    return (tanh(plus(x, linear(h, w_hh, b_hh))),)


def _relu_step(x: Any, w_hh: Any, b_hh: Any, h: Any) -> tuple[Any]:
    return (relu(plus(x, linear(h, w_hh, b_hh))),)


def _lstm_step(x: Any, w_hh: Any, b_hh: Any, h: Any, c: Any) -> tuple[Any, Any]:
    i, f, g, o = chunk(plus(x, linear(h, w_hh, b_hh)), 4, 1)
    c = plus(times(sigmoid(f), c), times(sigmoid(i), tanh(g)))
    return times(sigmoid(o), tanh(c)), c


def _gru_step(x: Any, w_hh: Any, b_hh: Any, h: Any) -> tuple[Any]:
    x_r, x_z, x_n = chunk(x, 3, 1)
    h_r, h_z, h_n = chunk(linear(h, w_hh, b_hh), 3, 1)
    r, z = sigmoid(plus(x_r, h_r)), sigmoid(plus(x_z, h_z))
    n = tanh(plus(x_n, times(r, h_n)))
    return (plus(times(h - n, z), n),)


def rnn_tanh_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """h' = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh): (N, I), (N, H) -> (N, H)"""
    return _tanh_step(linear(input, w_ih, b_ih), w_hh, b_hh, hx)[0]


def rnn_relu_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """h' = relu(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh): (N, I), (N, H) -> (N, H)"""
    return _relu_step(linear(input, w_ih, b_ih), w_hh, b_hh, hx)[0]


def lstm_cell(
    input: Tensor,
    hx: Sequence[Tensor],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """(i, f, g, o) = x W_ihᵀ + b_ih + h W_hhᵀ + b_hh; c' = σ(f) c + σ(i) tanh(g); h' = σ(o) tanh(c'); returns h', c'

    Source: Hochreiter and Schmidhuber 1997, Long Short-Term Memory; the forget gate: Gers et al. 2000.
    """
    return _lstm_step(linear(input, w_ih, b_ih), w_hh, b_hh, *hx)


def gru_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """r, z = σ(x_r + h_r), σ(x_z + h_z); n = tanh(x_n + r h_n); h' = (1 - z) n + z h, where
    (x_r, x_z, x_n) = x W_ihᵀ + b_ih and (h_r, h_z, h_n) = h W_hhᵀ + b_hh

    Source: Cho et al. 2014, Learning Phrase Representations, section 2.3; r times h_n, not h, as PyTorch has it.
    """
    return _gru_step(linear(input, w_ih, b_ih), w_hh, b_hh, hx)[0]


# A whole layer --------------------------------------------------------------------------------------------------------
def _order(steps: int, reverse: bool) -> range:
    return range(steps - 1, -1, -1) if reverse else range(steps)


def _sigmoid_(z: Any) -> None:
    """σ(z), in place"""
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)


def _project(x: Any, weight: Any, bias: Any) -> Any:
    """x weightᵀ + bias, for all time steps in one product: (T, N, I) -> (T, N, G)"""
    steps, batch, size = x.shape
    out = backends.kernels.matmul(x.reshape(steps * batch, size), weight.T)
    if bias is not None:
        out += bias
    return out.reshape(steps, batch, len(weight))


def _rows(x: Any) -> Any:
    return x.reshape(-1, x.shape[-1])


def _hidden_weight_grad(d: Any, out: Any, h0: Any, reverse: bool) -> Any:
    """The sum over time of dᵀ (h of the step before): (T, N, G), (T, N, H) -> (G, H)"""
    first, rest, before = (d[-1], d[:-1], out[1:]) if reverse else (d[0], d[1:], out[:-1])
    return backends.kernels.matmul(_rows(rest).T, _rows(before)) + backends.kernels.matmul(first.T, h0)


def _finish(want: Sequence[bool], x: Any, w_ih: Any, h0: Any, out: Any, dx: Any, dh: Any, reverse: bool) -> list[Any]:
    """The gradients of input, w_ih, w_hh, b_ih and b_hh from those of the two products, each (T, N, G)."""
    flat = _rows(dx)
    input_bias = flat.sum(0) if want[3] or want[4] else None
    return [
        backends.kernels.matmul(flat, w_ih).reshape(x.shape) if want[0] else None,
        backends.kernels.matmul(flat.T, _rows(x)) if want[1] else None,
        _hidden_weight_grad(dh, out, h0, reverse) if want[2] else None,
        input_bias,
        (input_bias.copy() if dh is dx else _rows(dh).sum(0)) if want[4] else None,
    ]


class _Layer(Function):
    """One layer of a recurrent network in one direction.

    apply(reverse, input, w_ih, w_hh, b_ih, b_hh, *state) -> (output, *state after the last step but for its h)

    input: (T, N, I), T >= 1. w_ih: (G, I), w_hh: (G, H), b_ih and b_hh: (G,) or both None, G gates times H.
    state: each (N, H). output: (T, N, H), the h of every step. reverse: from the last time step to the first.
    """

    _node_name = "StackBackward0"  # PyTorch stacks the steps
    step: Any
    """One step on Tensors."""

    @staticmethod
    def run(reverse: bool, *inputs: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The outputs for arrays, and what else `pull` needs."""
        raise NotImplementedError

    @staticmethod
    def pull(reverse: bool, want: Sequence[bool], grads: Any, inputs: Any, kept: Any) -> list[Any]:
        """The gradients for the inputs, as arrays; `kept` starts with the outputs."""
        raise NotImplementedError

    @classmethod
    def forward(cls, ctx: Any, reverse: bool, *inputs: Any) -> tuple[Any, ...]:
        outputs, kept = cls.run(reverse, *[None if x is None else float_of(x._data) for x in inputs])
        wrap = tensor_type()._wrap
        kind = inputs[0]._data.dtype
        wrapped = tuple(wrap(finished(o, kind)) for o in outputs)
        ctx.reverse = reverse
        ctx.save_for_backward(*inputs, *wrapped, *[wrap(k) for k in kept])
        return wrapped

    @classmethod
    def backward(cls, ctx: Any, *grads: Any) -> tuple[Any, ...]:
        saved, want = ctx.saved_tensors, ctx.needs_input_grad[1:]
        inputs, kept = saved[: len(want)], saved[len(want) :]
        if mode.grad:
            return (None, *cls._composed(ctx.reverse, want, grads, inputs))
        parts = cls.pull(
            ctx.reverse, want, *[[None if t is None else float_of(t._data) for t in ts] for ts in (grads, inputs, kept)]
        )
        wrap = tensor_type()._wrap
        return (None, *[None if p is None or not w else wrap(p) for p, w in zip(parts, want, strict=True)])

    @classmethod
    def _composed(cls, reverse: bool, want: Sequence[bool], grads: Any, inputs: Any) -> list[Any]:
        """The gradients as part of the graph: the layer again, of ordinary operations, and the gradient of that."""
        own = [clone(x) if w else x for x, w in zip(inputs, want, strict=True)]  # two inputs may be one tensor
        x, w_ih, w_hh, b_ih, b_hh, *state = own
        projected, steps = linear(x, w_ih, b_ih), len(x._data)
        hidden: list[Any] = [None] * steps
        for t in _order(steps, reverse):
            state = cls.step(select(projected, 0, t), w_hh, b_hh, *state)
            hidden[t] = state[0]
        found = iter(
            grad(
                [stack(hidden), *state[1:]], [x for x, w in zip(own, want, strict=True) if w], grads, create_graph=True
            )
        )
        return [next(found) if w else None for w in want]


class _Elman(_Layer):
    """h' = activation(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh)"""

    activate: Any
    slope: Any  # of the activation, from its output

    @classmethod
    def run(cls, reverse: bool, x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any) -> Any:  # type: ignore[override]
        out = _project(x, w_ih, None if b_ih is None else b_ih + b_hh)
        for t in _order(len(out), reverse):
            a = out[t]
            a += backends.kernels.matmul(h, w_hh.T)
            cls.activate(a, out=a)
            h = a
        return (out,), ()

    @classmethod
    def pull(cls, reverse: bool, want: Sequence[bool], grads: Any, inputs: Any, kept: Any) -> list[Any]:
        x, w_ih, w_hh, _, _, h0 = inputs
        (out,), d = kept, np.empty_like(kept[0])
        dh: Any = 0
        for t in _order(len(out), not reverse):
            np.multiply(grads[0][t] + dh, cls.slope(out[t]), out=d[t])
            dh = backends.kernels.matmul(d[t], w_hh)
        return [*_finish(want, x, w_ih, h0, out, d, d, reverse), dh]


class RnnTanh(_Elman):
    """A layer of rnn_tanh_cell; see `_Layer`."""

    step = staticmethod(_tanh_step)
    activate = np.tanh
    slope = staticmethod(lambda h: 1 - h * h)


class RnnRelu(_Elman):
    """A layer of rnn_relu_cell; see `_Layer`."""

    step = staticmethod(_relu_step)
    activate = staticmethod(lambda a, out: np.maximum(a, 0, out=out))
    slope = staticmethod(lambda h: h > 0)


class Lstm(_Layer):
    """A layer of lstm_cell; see `_Layer`. The state is h and c.

    As σ(x) = (1 + tanh(x / 2)) / 2, one tanh over all gates, with no gaps between them, does for a step; the halves go
    into the weights beforehand. Below 1e-7 in float32 such a σ is 0, where PyTorch's has some digits.
    """

    step = staticmethod(_lstm_step)

    @staticmethod
    def run(  # type: ignore[override]
        reverse: bool, x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, c: Any
    ) -> Any:
        size = w_hh.shape[1]
        scale = np.repeat(np.array([0.5, 0.5, 1, 0.5], w_hh.dtype), size)
        shift = np.repeat(np.array([0.5, 0.5, 0, 0.5], w_hh.dtype), size)
        bias = None if b_ih is None else (b_ih + b_hh) * scale
        gates = _project(x, w_ih * scale[:, None], bias)  # becomes σ(i), σ(f), tanh(g), σ(o)
        weight = np.multiply(w_hh.T, scale, order="C")
        out = np.empty((*gates.shape[:2], size), gates.dtype)
        cells, part = np.empty_like(out), np.empty_like(out[0])
        for t in _order(len(gates), reverse):
            z = gates[t]
            z += backends.kernels.matmul(h, weight)
            np.tanh(z, out=z)
            z *= scale
            z += shift
            i, f, g, o = (z[:, k * size : (k + 1) * size] for k in range(4))
            c = np.multiply(f, c, out=cells[t])
            c += np.multiply(i, g, out=part)
            h = np.tanh(c, out=out[t])
            h *= o
        return (out, c.copy()), (cells, gates)

    @staticmethod
    def pull(reverse: bool, want: Sequence[bool], grads: Any, inputs: Any, kept: Any) -> list[Any]:
        x, w_ih, w_hh, _, _, h0, c0 = inputs
        out, _, cells, gates = kept
        size, steps = w_hh.shape[1], len(out)
        sigmoids = np.repeat(np.array([1, 1, 0, 1], w_hh.dtype), size)  # which gates are σ
        tanhs = 1 - sigmoids
        d, slope = np.empty_like(gates), np.empty_like(gates[0])
        dh: Any = np.zeros_like(h0)
        dc, part = grads[1].copy(), np.empty_like(h0)
        for t in _order(steps, not reverse):
            z = gates[t]
            i, f, g, o = (z[:, k * size : (k + 1) * size] for k in range(4))
            di, df, dg, do = (d[t, :, k * size : (k + 1) * size] for k in range(4))
            before = t + 1 if reverse else t - 1
            dh += grads[0][t]
            tanh_c = np.tanh(cells[t])
            np.multiply(dh, tanh_c, out=do)
            dh *= o
            dc += dh
            tanh_c *= tanh_c
            dc -= np.multiply(dh, tanh_c, out=part)
            np.multiply(dc, g, out=di)
            np.multiply(dc, cells[before] if 0 <= before < steps else c0, out=df)
            np.multiply(dc, i, out=dg)
            dc *= f
            np.subtract(sigmoids, z, out=slope)  # σ' = σ (1 - σ), tanh' = 1 - tanh²
            slope *= z
            slope += tanhs
            d[t] *= slope
            dh = backends.kernels.matmul(d[t], w_hh)
        return [*_finish(want, x, w_ih, h0, out, d, d, reverse), dh, dc]


class LstmFloat(Lstm):
    """Lstm of float32, which PyTorch leaves to a library"""

    _node_name = "MkldnnRnnLayerBackward0"


class Gru(_Layer):
    """A layer of gru_cell; see `_Layer`."""

    step = staticmethod(_gru_step)

    @staticmethod
    def run(reverse: bool, x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any) -> Any:  # type: ignore[override]
        gates = _project(x, w_ih, b_ih)  # becomes σ(r), σ(z), tanh(n)
        size = w_hh.shape[1]
        out = np.empty((*gates.shape[:2], size), gates.dtype)
        hidden_n = np.empty_like(out)
        for t in _order(len(gates), reverse):
            product = backends.kernels.matmul(h, w_hh.T)
            if b_hh is not None:
                product += b_hh
            rz, n = gates[t, :, : 2 * size], gates[t, :, 2 * size :]
            rz += product[:, : 2 * size]
            _sigmoid_(rz)
            hidden_n[t] = product[:, 2 * size :]
            n += rz[:, :size] * hidden_n[t]
            np.tanh(n, out=n)
            h = np.subtract(h, n, out=out[t])
            h *= rz[:, size:]
            h += n
        return (out,), (gates, hidden_n)

    @staticmethod
    def pull(reverse: bool, want: Sequence[bool], grads: Any, inputs: Any, kept: Any) -> list[Any]:
        x, w_ih, w_hh, _, _, h0 = inputs
        out, gates, hidden_n = kept
        size, steps = w_hh.shape[1], len(out)
        d_x, d_h = np.empty_like(gates), np.empty_like(gates)
        dh: Any = 0
        for t in _order(steps, not reverse):
            r, z, n = (gates[t, :, k * size : (k + 1) * size] for k in range(3))
            dr, dz, dn = (d_x[t, :, k * size : (k + 1) * size] for k in range(3))
            before = t + 1 if reverse else t - 1
            h_before = out[before] if 0 <= before < steps else h0
            dh = grads[0][t] + dh
            np.multiply(dh * (h_before - n), z - z * z, out=dz)
            np.multiply(dh - dh * z, 1 - n * n, out=dn)
            np.multiply(dn * hidden_n[t], r - r * r, out=dr)
            d_h[t, :, : 2 * size] = d_x[t, :, : 2 * size]
            np.multiply(dn, r, out=d_h[t, :, 2 * size :])
            dh *= z
            dh += backends.kernels.matmul(d_h[t], w_hh)
        return [*_finish(want, x, w_ih, h0, out, d_x, d_h, reverse), dh]


def lstm_layer(reverse: bool, input: Tensor, *rest: Any) -> Any:
    """A layer of lstm_cell; see `_Layer`"""
    return (LstmFloat if input._data.dtype == np.float32 else Lstm).apply(reverse, input, *rest)


rnn_tanh_layer, rnn_relu_layer, gru_layer = RnnTanh.apply, RnnRelu.apply, Gru.apply


def lstm_projected_layer(
    w_hr: Tensor, reverse: bool, input: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Any, b_hh: Any, h: Tensor, c: Tensor
) -> tuple[Tensor, Tensor]:
    """A layer of lstm_cell whose h is projected, h' = σ(o) tanh(c') w_hrᵀ: (T, N, I) -> (T, N, P), the last c (N, H)

    w_hr: (P, H), w_hh: (G, P), h: (N, P), c: (N, H). Composed of its steps.

    Source: Sak et al. 2014, Long Short-Term Memory Based Recurrent Neural Network Architectures, section 2.2.
    """
    projected, steps = linear(input, w_ih, b_ih), len(input._data)
    hidden: list[Any] = [None] * steps
    for t in _order(steps, reverse):
        wide, c = _lstm_step(select(projected, 0, t), w_hh, b_hh, h, c)
        h = hidden[t] = linear(wide, w_hr)
    return stack(hidden), c
