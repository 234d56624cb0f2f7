"""Log-sum-exp, softmax and its logarithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING
from ..autograd.op import op
from ..dtypes import dtype as DType
from .checks import not_implemented
from .dims import Dims, many_dims, numpy_names, one_dim
from .functions import exp
from .memory import by_rows
from .reduction import keep, sum_dims

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


def _steady(x: Any, dim: Any) -> Any:
    """The maximum to subtract before exp; 0 where it is infinite"""
    m = np.maximum.reduce(x, axis=dim, keepdims=True) if x.size else np.add.reduce(x, axis=dim, keepdims=True)
    return np.where(np.isfinite(m), m, 0).astype(x.dtype)


@op(
    kind="float",
    name="LogsumexpBackward0",
    input=lambda g, input, out, dim, keepdim: (
        keep(g, dim, keepdim, input.shape) * exp(input - keep(out, dim, keepdim, input.shape))
    ),
)
def logsumexp_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """log(sum(exp(input))) over dim, without overflow"""
    m = _steady(input, dim)
    total = np.log(np.add.reduce(np.exp(input - m), axis=dim, keepdims=True)) + m
    return by_rows(total if keepdim else total.squeeze(dim))  # type: ignore[no-any-return]


def _total(x: Any, dim: int) -> Any:
    """The sum along dim, kept; a 0-dim tensor itself"""
    return sum_dims(x, dim=(dim,), keepdim=True) if x.ndim else x


@op(name="SoftmaxBackward0", input=lambda g, out, dim: out * (g - _total(g * out, dim)))
def softmax_dim(input: Tensor, *, dim: int) -> Tensor:
    """exp(input) / sum(exp(input)) over dim"""
    if 0 in input.shape:
        return input.copy()
    out = np.exp(input - np.maximum.reduce(input, axis=dim, keepdims=True))
    out /= np.add.reduce(out, axis=dim, keepdims=True)
    return by_rows(out)  # type: ignore[no-any-return]


@op(name="LogSoftmaxBackward0", input=lambda g, out, dim: g - exp(out) * _total(g, dim))
def log_softmax_dim(input: Tensor, *, dim: int) -> Tensor:
    """input - log(sum(exp(input))) over dim"""
    if 0 in input.shape:
        return input.copy()
    out = input - np.maximum.reduce(input, axis=dim, keepdims=True)
    out -= np.log(np.add.reduce(np.exp(out), axis=dim, keepdims=True))
    return by_rows(out)  # type: ignore[no-any-return]


@numpy_names
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False) -> Tensor:
    """log(sum(exp(input))) over dim, without overflow"""
    return logsumexp_dims(input, dim=many_dims(dim, input._data.ndim), keepdim=keepdim)


@numpy_names
def softmax(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """exp(input) / sum(exp(input)) over dim"""
    return _along(softmax_dim, "softmax", input, dim, dtype)


@numpy_names
def log_softmax(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """log(softmax(input)) over dim, without underflow"""
    return _along(log_softmax_dim, "log_softmax", input, dim, dtype)


def _along(op_: Any, what: str, input: Tensor, dim: int, dtype: DType | None) -> Tensor:
    if dtype is not None:
        input = input.to(dtype)
    d, ndim = one_dim(dim, input._data.ndim), input._data.ndim
    if input._data.dtype.kind not in FLOATING and input._data.size:
        raise not_implemented(f"{what}_{'lastdim_' if d + 1 >= ndim else ''}kernel_impl", input)
    return op_(input, dim=d)
