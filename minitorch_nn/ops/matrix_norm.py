"""Norms of matrices, and what is told by singular values: rank and condition."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING
from ..dtypes import dtype as DType
from . import factors
from .arithmetic import div, times
from .decompositions import linalg_eigvalsh, linalg_svdvals
from .dims import Dims, numpy_names, one_dim
from .extremes import amax, amin
from .norm import norm as length_norm
from .norm import vector_norm_of
from .reduction import sum
from .shape import permute, squeeze, unsqueeze
from .solve import cutoff, linalg_inv_ex, tolerances
from .statistics import nan_to_num

if TYPE_CHECKING:
    from ..tensor import Tensor


def linalg_matrix_rank(
    A: Tensor, tol: Any = None, *, atol: Any = None, rtol: Any = None, hermitian: bool = False
) -> Tensor:
    """How many singular values are greater than max(atol, rtol * the largest): (..., m, n) -> (...), int64

    tol: an absolute tolerance alone. rtol is max(m, n) * eps by default, 0 where a positive atol is given.
    """
    factors.at_least_matrix("torch.linalg.matrix_rank", A, "input")
    if tol is not None:
        atol, rtol = tol, 0.0
    atol, rtol = tolerances(A, atol, rtol)
    factors.floating("linalg.matrix_rank", A, "linalg_svd_cpu")
    x = A.detach()
    s = np.absolute(linalg_eigvalsh(x)._data) if hermitian else linalg_svdvals(x)._data
    return A._wrap(np.asarray((s > cutoff(s, atol, rtol)).sum(-1), dtype=np.int64))


def _two_dims(dim: Any, ndim: int) -> tuple[int, int]:
    if len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(str(d) for d in dim)}")
    rows, columns = (one_dim(d, ndim) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    return rows, columns


@numpy_names
def matrix_norm(
    A: Tensor, ord: float | str = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """The norm of matrices: "fro" (2-norm of the elements), "nuc" (sum of the singular values), 2 and -2 (largest and
    smallest singular value), 1 and -1 (largest and smallest sum of a column), inf and -inf (of a row)

    dim: which dimensions are the rows and the columns.
    """
    factors.at_least_matrix("linalg.matrix_norm", A)
    if A._data.dtype.kind not in FLOATING or ord in (2, -2, "nuc"):
        factors.floating("linalg.matrix_norm", A)
    rows, columns = _two_dims(dim, A._data.ndim)
    if ord == "fro":
        return vector_norm_of(A, 2, (rows, columns), keepdim, dtype)
    if ord in (2, -2, "nuc"):
        return _by_singular_values(A if dtype is None else A.to(dtype), ord, rows, columns, keepdim)
    if isinstance(ord, str) or ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    summed, searched = (rows, columns) if ord in (1, -1) else (columns, rows)
    sums = vector_norm_of(A, 1, summed, keepdim, dtype)
    if not keepdim and summed < searched:
        searched -= 1
    return (amax if ord > 0 else amin)(sums, searched, keepdim)


def _by_singular_values(A: Tensor, ord: float | str, rows: int, columns: int, keepdim: bool) -> Tensor:
    n = A._data.ndim
    place = [*(d for d in range(n) if d not in (rows, columns)), rows, columns]
    s = linalg_svdvals(A if place == list(range(n)) else permute(A, tuple(place)))
    out = sum(s, -1, keepdim) if ord == "nuc" else (amax if ord == 2 else amin)(s, -1, keepdim)
    if keepdim:
        out = unsqueeze(out, -1)
        out = out if place == list(range(n)) else permute(out, tuple(place.index(d) for d in range(n)))
    return out


@numpy_names
def norm(
    input: Tensor, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """The p-norm of all elements, or over dim; "fro" is the 2-norm, "nuc" the sum of a matrix's singular values"""
    if p == "nuc":
        dims = tuple(range(input._data.ndim)) if dim is None else dim
        return matrix_norm(input, "nuc", dims, keepdim, dtype=dtype)
    return length_norm(input, p, dim, keepdim, dtype=dtype)


def nuclear_norm(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The sum of the singular values; deprecated"""
    warnings.warn(
        "at::nuclear_norm is deprecated and it is just left for JIT compatibility. It will be removed in a future PyTorch "
        "release. Please use `linalg.matrix_norm(A, 'nuc', dim, keepdim)` instead",
        stacklevel=2,
    )
    return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)


def frobenius_norm(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """The 2-norm over dim; deprecated"""
    warnings.warn(
        "at::frobenius_norm is deprecated and it is just left for JIT compatibility. It will be removed in a future PyTorch "
        "release. Please use `linalg.vector_norm(A, 2., dim, keepdim)` instead",
        stacklevel=2,
    )
    return vector_norm_of(input, 2, dim, keepdim, None)


@numpy_names
def linalg_vector_norm(
    x: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """sum(|x|^ord)^(1/ord) over dim (all dimensions for None)"""
    return vector_norm_of(x, ord, dim, keepdim, dtype)


@numpy_names
def linalg_norm(
    A: Tensor, ord: float | str | None = None, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """The norm of a vector, or with `ord` and two dimensions of a matrix; without `ord` the 2-norm of all elements"""
    if ord is None:
        return vector_norm_of(A, 2, dim, keepdim, dtype)
    n = A._data.ndim
    if dim is None and n not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {n}D.")
    pair = n == 2 if dim is None else isinstance(dim, Sequence) and len(dim) == 2
    if isinstance(ord, str) or pair:
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm_of(A, ord, dim, keepdim, dtype)


def linalg_cond(A: Tensor, p: float | str | None = None) -> Tensor:
    """The condition number: the largest singular value by the smallest (None, 2; -2 the inverse), or norm(A) norm(A⁻¹)

    p: None, 2, -2, "fro", "nuc", inf, -inf, 1, -1. Singular matrices have inf.
    """
    if A._data.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p is None or p in (2, -2):
        if not A._data.size:
            return A._wrap(np.zeros(A._data.shape[:-2], A._data.dtype))
        s = linalg_svdvals(A)
        ends = s[..., 0:1], s[..., -1:]
        return squeeze(div(ends[1], ends[0]) if p == -2 else div(*ends), -1)
    if p not in ("fro", "nuc", math.inf, -math.inf, 1, -1):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    factors.square(f"linalg.cond(ord={p})", A)
    inverse, info = linalg_inv_ex(A)
    if p == "nuc":
        factors.failed("linalg.cond", info._data, factors.SINGULAR)
        return times(matrix_norm(A, p), matrix_norm(inverse, p))
    return nan_to_num(times(matrix_norm(A, p), matrix_norm(inverse, p)), math.inf, math.inf, -math.inf)
