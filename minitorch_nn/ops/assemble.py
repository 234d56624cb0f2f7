"""Matrices and tensors put together or taken apart by other operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import float_of
from .arithmetic import minus, times
from .checks import refuse_halves
from .choose import where
from .dims import one_dim
from .functions import sqrt
from .indexing import index_select
from .join import cat
from .linalg import matmul
from .norm import norm
from .rearrange import flip
from .reduction import sum
from .shape import permute, reshape, transpose, unsqueeze
from .slices import diagonal

if TYPE_CHECKING:
    from ..tensor import Tensor


def trace(input: Tensor) -> Tensor:
    """The sum of a matrix's diagonal"""
    if input._data.ndim != 2:
        raise RuntimeError("trace: expected a matrix, but got tensor with dim " + str(input._data.ndim))
    return sum(diagonal(input))


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The sum of products over dims: the last n of a with the first n of b, or the two lists given"""
    n, m = a._data.ndim, b._data.ndim
    if hasattr(dims, "_data"):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        left, right = list(range(-dims, 0)), list(range(dims))
    else:
        left, right = ([one_dim(d, k) for d in ds] for ds, k in zip(dims, (n, m), strict=True))
    for i, j in zip(left, right, strict=True):
        if a._data.shape[i] != b._data.shape[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a._data.shape[i]} in dim {i} and second has size "
                f"{b._data.shape[j]} in dim {j}"
            )
    left, right = [one_dim(i, n) for i in left], [one_dim(j, m) for j in right]
    rows, columns = [i for i in range(n) if i not in left], [j for j in range(m) if j not in right]
    shape = [a._data.shape[i] for i in rows] + [b._data.shape[j] for j in columns]
    inner = int(np.prod([a._data.shape[i] for i in left], dtype=np.int64))
    x = reshape(permute(a, *rows, *left), (-1, inner))
    y = reshape(permute(b, *right, *columns), (inner, -1))
    return reshape(matmul(x, y), tuple(shape))  # type: ignore[no-any-return]


def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: (a, b), (c, d) -> (a * c, b * d)"""
    n = max(input._data.ndim, other._data.ndim)
    shapes = [(1,) * (n - t._data.ndim) + t._data.shape for t in (input, other)]
    a = reshape(input, tuple(v for s in shapes[0] for v in (s, 1)))
    b = reshape(other, tuple(v for s in shapes[1] for v in (1, s)))
    return reshape(times(a, b), tuple(p * q for p, q in zip(*shapes, strict=True)))  # type: ignore[no-any-return]


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = None) -> Tensor:
    """(..., m, k), (..., n, k) -> (..., m, n): the p-norm of each difference; its gradient at 0 is 0

    compute_mode: of PyTorch's ways to compute it; here it is the difference itself for all of them.
    """
    modes = (None, "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    if compute_mode not in modes:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    if x1._data.shape[-1] != x2._data.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1._data.shape[-1]} X2: {x2._data.shape[-1]}"
        )
    refuse_halves("cdist", x1)
    difference = minus(unsqueeze(x1, -2), unsqueeze(x2, -3))
    if p != 2.0:
        return norm(difference, p, -1)
    squares = sum(times(difference, difference), -1)
    zero = float_of(squares._data) == 0
    return where(zero, 0.0, sqrt(where(zero, 1.0, squares)))  # type: ignore[no-any-return]


def block_diag(*tensors: Tensor) -> Tensor:
    """The matrices along the diagonal of one, zeros elsewhere"""
    blocks = [reshape(t, (1, -1)) if t._data.ndim < 2 else t for t in tensors]
    width = int(np.sum([b._data.shape[1] for b in blocks]))
    rows, start = [], 0
    for b in blocks:
        height, columns = b._data.shape
        before, after = (b._wrap(np.zeros((height, n), b._data.dtype)) for n in (start, width - start - columns))
        rows.append(cat([before, b, after], 1))
        start += columns
    return cat(rows, 0)


def atleast_1d(*tensors: Any) -> Any:
    """Tensors with at least one dimension"""
    return _at_least(tensors, lambda t: reshape(t, (1,)) if not t._data.ndim else t)


def atleast_2d(*tensors: Any) -> Any:
    """Tensors with at least two dimensions, new ones in front"""
    return _at_least(
        tensors, lambda t: reshape(t, (1,) * (2 - t._data.ndim) + t._data.shape) if t._data.ndim < 2 else t
    )


def atleast_3d(*tensors: Any) -> Any:
    """Tensors with at least three dimensions: (n,) -> (1, n, 1), (m, n) -> (m, n, 1)"""

    def raised(t: Any) -> Any:
        shape = t._data.shape
        return t if len(shape) > 2 else reshape(t, {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)])

    return _at_least(tensors, raised)


def _at_least(tensors: tuple[Any, ...], raised: Any) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)):
        return raised(tensors[0])
    group = tensors[0] if len(tensors) == 1 else tensors
    return tuple(raised(t) for t in group)


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Vectors as columns, matrices side by side"""
    return cat([reshape(t, (-1, 1)) if t._data.ndim < 2 else t for t in tensors], 1)


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one behind the other along a third dimension"""
    return cat(list(atleast_3d(list(tensors))), 2)


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """input turned by k quarters in the plane of dims, from the first towards the second"""
    a, b = (one_dim(d, input._data.ndim) for d in dims)
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    if k % 4 == 0:
        return input.clone()
    if k % 4 == 2:
        return flip(input, a, b)
    return flip(transpose(input, a, b), a) if k % 4 == 1 else transpose(flip(input, a), a, b)


def argwhere(input: Tensor) -> Tensor:
    """Where input is not zero: (count, ndim), int64"""
    return input._wrap(np.argwhere(float_of(input._data)))


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """(size, ndim), int64: the first `size` indices of what is not zero, in rows; rows of fill_value where there are fewer"""
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    found = np.argwhere(float_of(input._data))[:size]
    out = np.full((size, input._data.ndim), fill_value, np.int64)
    out[: len(found)] = found
    return input._wrap(out)


def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements of the flattened input at index, in index's shape"""
    at = index._data
    n = input._data.size
    if at.size and (at.min() < -n or at.max() >= n):
        raise IndexError(
            f"out of range: tried to access index {at[(at < -n) | (at >= n)].flat[0]} on a tensor of {n} elements."
        )
    flat = index_select(reshape(input, (-1,)), 0, index._wrap(np.where(at < 0, at + n, at).reshape(-1)))
    return reshape(flat, at.shape)  # type: ignore[no-any-return]
