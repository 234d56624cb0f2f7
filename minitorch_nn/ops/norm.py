"""Norms: the length of a vector, over some or all dimensions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, wide
from ..autograd.op import op
from ..dtypes import dtype as DType
from .checks import kind_name
from .choose import where
from .dims import Dims, many_dims, numpy_names, one_dim
from .functions import abs, power, sign
from .memory import by_rows
from .reduction import keep

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


@op(
    name="LinalgVectorNormBackward0",
    input=lambda g, input, out, ord, dim, keepdim: norm_grad(
        keep(g, dim, keepdim, input.shape), input, keep(out, dim, keepdim, input.shape), ord, dim
    ),
)
def vector_norm(input: Tensor, *, ord: float, dim: Shape, keepdim: bool) -> Tensor:
    """sum(|input|^ord)^(1/ord); the largest (smallest) magnitude for ord inf (-inf), the count of non-zeros for 0"""
    size = by_rows(np.absolute(input))
    if ord == math.inf:
        return np.maximum.reduce(size, axis=dim, keepdims=keepdim)
    if ord == -math.inf:
        return np.minimum.reduce(size, axis=dim, keepdims=keepdim)
    if ord == 0:
        return np.count_nonzero(size, axis=dim, keepdims=keepdim).astype(input.dtype)
    if ord == 1:
        return np.add.reduce(size, axis=dim, keepdims=keepdim)
    if ord == 2:
        return np.sqrt(np.add.reduce(size * size, axis=dim, keepdims=keepdim))
    return np.power(np.add.reduce(np.power(size, ord), axis=dim, keepdims=keepdim), 1 / ord)


def norm_grad(g: Any, x: Any, norm: Any, ord: float, dim: Shape) -> Any:
    """The gradient of `vector_norm`; g and norm broadcast to x"""
    if ord == 0:
        return None  # a count has no gradient
    if ord == 1:
        return g * sign(x)
    if ord == 2:
        return g * where(norm == 0, 0.0, x / norm)
    if math.isinf(ord):
        hit = abs(x) == norm
        mask = np.asarray(getattr(hit, "_data", hit))
        share = (mask / np.add.reduce(mask, axis=dim, keepdims=True)).astype(wide(getattr(x, "_data", x).dtype))
        return g * (sign(x) * share)
    scale = where(x == 0, 0.0, x * power(abs(x), exponent=ord - 2)) if ord < 2 else x * power(abs(x), exponent=ord - 2)
    return scale * where(norm == 0, 0.0, g / power(norm, exponent=ord - 1))


def vector_norm_of(input: Tensor, ord: float, dim: Dims, keepdim: bool, dtype: DType | None) -> Tensor:
    """`vector_norm` with PyTorch's checks"""
    if input._data.dtype.kind not in FLOATING:
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {kind_name(input)}"
        )
    x = input if dtype is None else input.to(dtype)
    dims = many_dims(dim, x._data.ndim)
    if (ord < 0 or ord == math.inf) and not all(x._data.shape[d] for d in dims):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {ord:g} norm on an empty tensor because the operation does not have an "
            "identity"
        )
    return vector_norm(x, ord=ord, dim=dims, keepdim=keepdim)


@numpy_names
def norm(
    input: Tensor, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """The p-norm of all elements, or over dim; "fro" is the 2-norm"""
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    ord = 2.0 if p is None or isinstance(p, str) else p
    return vector_norm_of(input, ord, dim, keepdim, dtype)


# Rows of bounded norm -------------------------------------------------------------------------------------------------
def _norms(x: Any, p: float, dim: int) -> Any:
    others = tuple(d for d in range(x.ndim) if d != dim)
    return (abs(x) ** p).sum(others, True) ** (1 / p) if hasattr(x, "_data") else _array_norms(x, p, others)


def _array_norms(x: Any, p: float, others: tuple[int, ...]) -> Any:
    return np.add.reduce(np.absolute(x) ** p, axis=others, keepdims=True) ** (1 / p)


def _renorm_grad(g: Any, x: Any, p: float, dim: int, maxnorm: float) -> Any:
    others = tuple(d for d in range(x.ndim) if d != dim)
    norm = _norms(x, p, dim)
    inverse = 1 / (norm + 1e-7)
    slope = x if p == 2 else where(x == 0, 0.0, abs(where(x == 0, 1.0, x)) ** (p - 2) * x)
    by_norm = (x * g).sum(others, keepdim=True) if hasattr(x, "_data") else (x * g).sum(others, keepdims=True)
    through = slope * (by_norm / where(norm == 0, 1.0, norm) ** (p - 1))
    return where(norm > maxnorm, maxnorm * inverse * (g - inverse * through), g)


@op(
    name="RenormBackward0",
    input=lambda g, input, p, dim, maxnorm: _renorm_grad(g, input, p, dim, maxnorm),
)
def renorm_rows(input: Tensor, *, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each row of dim scaled down to the p-norm maxnorm where it has more"""
    norm = _norms(input, p, dim)
    return np.where(norm > maxnorm, input * (maxnorm / (norm + 1e-7)).astype(input.dtype), input)


def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each row of dim scaled down to the p-norm maxnorm where it has more"""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    ndim = input._data.ndim
    if ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {ndim} dimensions")
    return renorm_rows(input, p=float(p), dim=one_dim(dim, ndim), maxnorm=float(maxnorm))
