"""Views of parts of a tensor: one index of a dimension, a slice, a diagonal, windows. Their gradients write zeros beside."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..autograd.variable import TensorBase
from .dims import one_dim
from .shape import reshape

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]
ALL = slice(None)


# One index, one slice -------------------------------------------------------------------------------------------------
@op(name="SelectBackward0", view=True, input=lambda g, input_shape, index: put_basic(g, shape=input_shape, index=index))
def select_at(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """input[:, ..., i]"""
    return input[(*index, ...)]  # the dots make a view even of a single element


@op(name="SliceBackward0", view=True, input=lambda g, input_shape, index: put_basic(g, shape=input_shape, index=index))
def slice_at(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """input[:, ..., start:stop:step]"""
    out = input[index]
    if 0 not in out.shape:
        return out
    start = tuple(slice(s.start, None) for s in index)  # NumPy puts an empty slice at 0, PyTorch where it starts
    return input[start][tuple(slice(n) for n in out.shape)]


@op(g=lambda g, index: take_basic(g, index=index))
def put_basic(g: Tensor, *, shape: Shape, index: tuple[Any, ...]) -> Tensor:
    """Zeros of `shape` with g at `index` (whole numbers and slices)"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    out[index] = g
    return out  # type: ignore[no-any-return]


@op(g=lambda g, g_shape, index: put_basic(g, shape=g_shape, index=index))
def take_basic(g: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """A copy of g[index]"""
    return g[index].copy()  # type: ignore[attr-defined,no-any-return]


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """input[:, ..., index], `index` at dimension dim"""
    shape, i = input._data.shape, operator.index(index)
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    d = one_dim(dim, len(shape))
    if not -shape[d] <= i < shape[d]:
        raise IndexError(f"select(): index {i} out of range for tensor of size {list(shape)} at dimension {d}")
    return select_at(input, index=(ALL,) * d + (i,))


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """input[:, ..., start:start + length], at dimension dim; start counts from the end where it is negative"""
    if isinstance(start, TensorBase) and (start._data.ndim or start._data.dtype.kind not in "iu"):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    shape, first = input._data.shape, operator.index(start)
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    d = one_dim(dim, len(shape))
    n = shape[d]
    if not -n <= first <= n:
        raise IndexError(f"start out of range (expected to be in range of [-{n}, {n}], but got {first})")
    first += n if first < 0 else 0
    if first + length > n:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({n}).")
    return part_of(input, d, first, first + length)


@op(
    name="NarrowCopyBackward0",
    input=lambda g, input_shape, index: put_basic(g, shape=input_shape, index=index),
)
def part_copy(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """A copy of input[index]"""
    return input[index].copy()  # type: ignore[attr-defined,no-any-return]


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """As `narrow`, but a copy"""
    view = narrow(input.detach(), dim, start, length)  # its checks
    d = one_dim(dim, input._data.ndim)
    first = start + input._data.shape[d] if start < 0 else start
    return part_copy(input, index=(slice(None),) * d + (slice(first, first + view._data.shape[d]),))


def part_of(x: Any, dim: int, start: int, stop: int) -> Any:
    """x[:, ..., start:stop], of a tensor or an array"""
    return slice_at(x, index=(ALL,) * dim + (slice(start, stop),))


# Diagonals ------------------------------------------------------------------------------------------------------------
def _diagonal_grad(g: Any, input_shape: Shape, offset: int, dim1: int, dim2: int) -> Any:
    return put_diagonal(g, shape=input_shape, offset=offset, dim1=dim1, dim2=dim2)


@op(name="DiagonalBackward0", view=True, input=_diagonal_grad)
def diagonal_of(input: Tensor, *, offset: int, dim1: int, dim2: int) -> Tensor:
    """The diagonal of two dimensions, as the last dimension"""
    out = np.diagonal(input, offset, dim1, dim2)
    out.flags.writeable = input.flags.writeable  # type: ignore[attr-defined]
    return out  # type: ignore[return-value]


@op(name="DiagonalBackward0_copy", input=_diagonal_grad)
def diagonal_copy(input: Tensor, *, offset: int, dim1: int, dim2: int) -> Tensor:
    """A copy of the diagonal"""
    return np.diagonal(input, offset, dim1, dim2).copy()  # type: ignore[return-value]


@op(
    name="DiagEmbedBackward0",
    g=lambda g, offset, dim1, dim2: diagonal_of(g, offset=offset, dim1=dim1, dim2=dim2),
)
def put_diagonal(g: Tensor, *, shape: Shape, offset: int, dim1: int, dim2: int) -> Tensor:
    """Zeros of `shape` with g on the diagonal of two dimensions"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    view = np.diagonal(out, offset, dim1, dim2)
    view.flags.writeable = True
    view[...] = g
    return out  # type: ignore[no-any-return]


def _two_dims(dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    a, b = one_dim(dim1, ndim), one_dim(dim2, ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return a, b


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two dimensions, as the last dimension, on the same memory"""
    a, b = _two_dims(dim1, dim2, input._data.ndim)
    return diagonal_of(input, offset=offset, dim1=a, dim2=b)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A vector as the diagonal of a matrix; of a matrix, a copy of its diagonal"""
    n = input._data.ndim
    if n == 1:
        return diag_embed(input, diagonal)
    if n != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {n}D")
    return diagonal_copy(input, offset=diagonal, dim1=0, dim2=1)


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """(..., n) -> (..., m, m), m = n + |offset|, zeros beside the diagonal; dim1, dim2: where the result has m"""
    shape = input._data.shape
    a, b = _two_dims(dim1, dim2, len(shape) + 1)
    full = list(shape[:-1])
    for d in sorted((a, b)):
        full.insert(d, shape[-1] + max(offset, -offset))
    return put_diagonal(input, shape=tuple(full), offset=offset, dim1=a, dim2=b)


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """All elements of input as the diagonal of a matrix"""
    return diag_embed(reshape(input, (-1,)), offset)


# Windows --------------------------------------------------------------------------------------------------------------
@op(
    name="UnfoldBackward0",
    view=True,
    input=lambda g, input_shape, dim, size, step: put_windows(g, shape=input_shape, dim=dim, size=size, step=step),
)
def windows(input: Tensor, *, dim: int, size: int, step: int) -> Tensor:
    """All windows of size `size` along `dim`, one every `step`, as the last dimension"""
    if not input.ndim:
        return input.reshape(1)[:size]  # type: ignore[no-any-return]
    shape, strides = list(input.shape), list(input.strides)  # type: ignore[attr-defined]
    shape[dim] = (shape[dim] - size) // step + 1
    shape.append(size)
    strides.append(strides[dim])
    strides[dim] *= step
    return np.lib.stride_tricks.as_strided(input, shape, strides, writeable=input.flags.writeable)  # type: ignore[attr-defined,return-value]


@op(g=lambda g, dim, size, step: windows(g, dim=dim, size=size, step=step))
def put_windows(g: Tensor, *, shape: Shape, dim: int, size: int, step: int) -> Tensor:
    """Zeros of `shape` with the windows g added up"""
    if not shape:
        return np.sum(g).reshape(())  # type: ignore[no-any-return]
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    count = g.shape[dim]
    for k in range(size):
        out[(ALL,) * dim + (slice(k, k + (count - 1) * step + 1, step),)] += g[..., k]
    return out  # type: ignore[no-any-return]


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """All windows of `size` along `dimension`, one every `step`, as the last dimension, on the same memory"""
    shape = input._data.shape
    d = one_dim(dimension, len(shape))
    length = shape[d] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {d} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return windows(input, dim=d, size=size, step=step)
