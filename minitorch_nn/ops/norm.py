"""Norms: the length of a vector, over some or all dimensions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..dtypes import dtype as DType
from .checks import kind_name
from .choose import where
from .dims import Dims, many_dims, numpy_names
from .extremes import amax, amin
from .functions import abs, power, sign
from .reduction import keep
from .shape import squeeze_dims

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


@op(
    name="LinalgVectorNormBackward0",
    input=lambda g, input, out, ord, dim, keepdim: _norm_grad(
        keep(g, dim, keepdim, input.shape), input, keep(out, dim, keepdim, input.shape), ord, dim
    ),
)
def vector_norm(input: Tensor, *, ord: float, dim: Shape, keepdim: bool) -> Tensor:
    """sum(|input|^ord)^(1/ord); the largest (smallest) magnitude for ord inf (-inf), the count of non-zeros for 0"""
    size = np.absolute(input)
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


def _norm_grad(g: Any, x: Any, norm: Any, ord: float, dim: Shape) -> Any:
    if ord == 0:
        return None  # a count has no gradient
    if ord == 1:
        return g * sign(x)
    if ord == 2:
        return g * where(norm == 0, 0.0, x / norm)
    if math.isinf(ord):
        hit = abs(x) == norm
        mask = np.asarray(getattr(hit, "_data", hit))
        share = (mask / np.add.reduce(mask, axis=dim, keepdims=True)).astype(getattr(x, "_data", x).dtype)
        return g * (sign(x) * share)
    scale = where(x == 0, 0.0, x * power(abs(x), exponent=ord - 2)) if ord < 2 else x * power(abs(x), exponent=ord - 2)
    return scale * where(norm == 0, 0.0, g / power(norm, exponent=ord - 1))


def vector_norm_of(input: Tensor, ord: float, dim: Dims, keepdim: bool, dtype: DType | None) -> Tensor:
    """`vector_norm` with PyTorch's checks"""
    if input._data.dtype.kind != "f":
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
    if p == "nuc":
        raise NotImplementedError("norm(p='nuc') is not supported here; 'fro' and numbers are")
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    ord = 2.0 if p is None or isinstance(p, str) else p
    return vector_norm_of(input, ord, dim, keepdim, dtype)


def matrix_norm(
    A: Tensor, ord: float | str = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """The norm of matrices: "fro" (2-norm of the elements), 1 (largest sum of a column), inf (of a row), -1, -inf

    The norms 2, -2 and "nuc" need singular values, which are not computed here.
    """
    if A._data.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    rows, columns = many_dims(dim, A._data.ndim)
    if ord == "fro":
        return vector_norm_of(A, 2, (rows, columns), keepdim, dtype)
    if ord in (2, -2, "nuc"):
        raise NotImplementedError(
            f"linalg.matrix_norm: order {ord} needs singular values, which are not supported here"
        )
    if isinstance(ord, str) or ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    summed, searched = (rows, columns) if ord in (1, -1) else (columns, rows)
    sums = vector_norm_of(A, 1, summed, True, dtype)
    extreme = amax if ord > 0 else amin
    out = extreme(sums, searched, True)
    return out if keepdim else squeeze_dims(out, dims=(rows, columns))
