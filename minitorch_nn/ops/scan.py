"""Running maximum, minimum and log-sum-exp along a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, supports
from .choose import where
from .dims import numpy_names, one_dim
from .extremes import ValuesAndIndices
from .functions import exp, log
from .gather import put_at
from .memory import by_rows
from .rearrange import flip_dims

if TYPE_CHECKING:
    from ..tensor import Tensor

CummaxResult, CumminResult = (type(n, (ValuesAndIndices,), {"__slots__": ()}) for n in ("cummax", "cummin"))


def _running(accumulate: Any, x: Any, dim: int) -> Any:
    """The extreme so far and where it was last; a nan, once there, stays"""
    if not x.ndim:
        return x.copy(), np.asarray(0)
    values = accumulate(x, dim)
    hit = x == values
    if x.dtype.kind == "f":
        hit |= np.isnan(x)
    place = np.arange(x.shape[dim]).reshape([-1 if d == dim else 1 for d in range(x.ndim)])
    return by_rows(values), by_rows(np.maximum.accumulate(np.where(hit, place, 0), dim))


@op(
    name="CummaxBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, input_shape: put_at(g, index=indices, dim=dim, shape=input_shape),
)
def cummax_dim(input: Tensor, *, dim: int) -> Any:
    """The largest so far along dim, and where it is"""
    return _running(np.maximum.accumulate, input, dim)


@op(
    name="CumminBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, input_shape: put_at(g, index=indices, dim=dim, shape=input_shape),
)
def cummin_dim(input: Tensor, *, dim: int) -> Any:
    """The smallest so far along dim, and where it is"""
    return _running(np.minimum.accumulate, input, dim)


@numpy_names
def cummax(input: Tensor, dim: int) -> ValuesAndIndices:
    """(values, indices) of the largest so far along dim; of equal ones the last"""
    return CummaxResult(*cummax_dim(input, dim=one_dim(dim, input._data.ndim)))


@numpy_names
def cummin(input: Tensor, dim: int) -> ValuesAndIndices:
    """(values, indices) of the smallest so far along dim; of equal ones the last"""
    return CumminResult(*cummin_dim(input, dim=one_dim(dim, input._data.ndim)))


def _sum_of_shares(g: Any, x: Any, out: Any, dim: int) -> Any:
    """sum over j >= i of g[j] exp(x[i] - out[j]), by the logarithms of the positive and of the negative g"""
    lowest = float(np.finfo(getattr(g, "_data", g).dtype).min)
    parts = []
    for part in (g, -g):
        logs = where(part > 0, log(where(part > 0, part, 1.0)), lowest) - out
        backwards = logcumsumexp_dim(flip_dims(logs, dims=(dim,)), dim=dim)
        parts.append(exp(flip_dims(backwards, dims=(dim,)) + x))
    return parts[0] - parts[1]


@op(
    name="LogcumsumexpBackward0",
    input=lambda g, input, out, dim: _sum_of_shares(g, input, out, dim) if input.ndim else g,
)
@supports(FLOATS, "logcumsumexp_out_cpu")
def logcumsumexp_dim(input: Tensor, *, dim: int) -> Tensor:
    """log(cumsum(exp(input))) along dim, without overflow"""
    return by_rows(np.logaddexp.accumulate(input, dim)) if input.ndim else input.copy()  # type: ignore[attr-defined,no-any-return]


@numpy_names
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """log(cumsum(exp(input))) along dim, without overflow"""
    return logcumsumexp_dim(input, dim=one_dim(dim, input._data.ndim))
