"""Copies with the elements repeated, reversed, shifted, cut to a triangle, or the distinct ones alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import no_derivative, not_implemented
from .dims import one_dim, sizes
from .indexing import index_select_at
from .memory import copy_of
from .shape import contiguous_copy, expand_shape, reshape, unsqueeze_at, view_shape

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


# Repeated -------------------------------------------------------------------------------------------------------------
@op(name="RepeatBackward0", input=lambda g, input_shape, repeats: _sum_repeats(g, input_shape, repeats))
def repeat_array(input: Tensor, *, repeats: Shape) -> Tensor:
    """input tiled `repeats` times along each dimension"""
    return np.asarray(np.tile(input, repeats), order="C")


def _sum_repeats(g: Any, shape: Shape, repeats: Shape) -> Any:
    full = (1,) * (len(repeats) - len(shape)) + shape
    split = tuple(n for pair in zip(repeats, full, strict=True) for n in pair)
    return reshape(reshape(g, split).sum(tuple(range(0, len(split), 2))), shape) if split else g


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """input tiled `repeats` times along each dimension; more repeats than dimensions add leading ones"""
    counts, shape = sizes(repeats, "repeat", "repeats"), input._data.shape
    lead = len(counts) - len(shape)
    if lead < 0:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    full = [n * count for n, count in zip((1,) * lead + shape, counts, strict=True)]
    for n in full:
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {full}")
    return repeat_array(input, repeats=counts)


def tile(input: Tensor, *dims: Any) -> Tensor:
    """As repeat, with missing leading repeats as 1"""
    counts = sizes(dims, "tile", "dims")
    return repeat(input, (1,) * (input._data.ndim - len(counts)) + counts)


def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element (row of dim) `repeats` times in a row; repeats: int, or int tensor with one count for each

    With one argument alone, a tensor of counts: 0 as often as the first says, 1 as often as the second, and so on.
    output_size: the size of the result along dim, checked.
    """
    if repeats is None:
        return input._wrap(np.repeat(np.arange(input._data.size), _counts(input._data, input._data.size)))
    if dim is None:
        input, dim = reshape(input, (-1,)), 0
    elif not input._data.ndim:
        one_dim(dim if hasattr(repeats, "_data") else 1, 0)
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    shape = input._data.shape
    d = one_dim(dim, len(shape))
    if not isinstance(repeats, int):
        index = np.repeat(np.arange(shape[d]), _counts(repeats._data, shape[d]))
        if output_size is not None and output_size != len(index):
            raise RuntimeError("allocated size does not match required size")
        return index_select_at(input, dim=d, index=index)
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    size = shape[d] * repeats
    if output_size is not None and output_size != size:
        raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {size} but got {output_size}")
    rows = expand_shape(unsqueeze_at(input, dim=d + 1), shape=(*shape[: d + 1], repeats, *shape[d + 1 :]))
    return view_shape(contiguous_copy(rows), shape=(*shape[:d], size, *shape[d + 1 :]))


def _counts(repeats: Any, size: int) -> Any:
    """One count for each of `size` rows. Raises RuntimeError where `repeats` is not that."""
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if repeats.dtype not in (np.int64, np.int32):
        raise not_implemented("repeat_interleave_cpu", repeats)
    if repeats.size not in (1, size):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.size} and "
            f"input.size(0) = {size}"
        )
    if (repeats < 0).any():
        raise RuntimeError("repeats can not be negative")
    return np.broadcast_to(repeats, (size,))


# Reversed and shifted -------------------------------------------------------------------------------------------------
@op(name="FlipBackward0", input=lambda g, dims: flip_dims(g, dims=dims))
def flip_dims(input: Tensor, *, dims: Shape) -> Tensor:
    """input with the order along dims reversed"""
    return copy_of(np.flip(input, dims))


def flip(input: Tensor, *dims: Any) -> Tensor:
    """input with the order along dims reversed"""
    ndim = input._data.ndim
    along = tuple(one_dim(d, ndim) for d in sizes(dims, "flip", "dims"))
    for d in along:
        if along.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return flip_dims(input, dims=along if ndim else ())


def fliplr(input: Tensor) -> Tensor:
    """The columns in reverse order"""
    if input._data.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip_dims(input, dims=(1,))


def flipud(input: Tensor) -> Tensor:
    """The rows in reverse order"""
    if input._data.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip_dims(input, dims=(0,))


@op(name="RollBackward0", input=lambda g, shifts, dims: roll_dims(g, shifts=tuple(-s for s in shifts), dims=dims))
def roll_dims(input: Tensor, *, shifts: Shape, dims: Shape) -> Tensor:
    """input shifted along dims, what falls out comes in on the other side; without dims, of the flattened array"""
    return np.asarray(np.roll(input, shifts, dims or None), order="C")


def roll(input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """input shifted along dims; what falls out comes in on the other side. Without dims, of the flattened tensor."""
    moved = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    along = () if dims is None else (dims,) if isinstance(dims, int) else tuple(dims)
    if not moved:
        raise RuntimeError("`shifts` required")
    if len(along) != len(moved) and (along or len(moved) > 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(moved)}, dims:{len(along)}")
    if along and not input._data.ndim:
        raise IndexError(f"Dimension specified as {along[0]} but tensor has no dimensions")
    return roll_dims(input, shifts=moved, dims=tuple(one_dim(d, input._data.ndim) for d in along))


# Triangles ------------------------------------------------------------------------------------------------------------
@op(name="TrilBackward0", input=lambda g, diagonal: lower(g, diagonal=diagonal))
def lower(input: Tensor, *, diagonal: int) -> Tensor:
    """input with zeros above the diagonal"""
    return np.asarray(np.tril(input, diagonal), order="C")


@op(name="TriuBackward0", input=lambda g, diagonal: upper(g, diagonal=diagonal))
def upper(input: Tensor, *, diagonal: int) -> Tensor:
    """input with zeros below the diagonal"""
    return np.asarray(np.triu(input, diagonal), order="C")


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """input with zeros above the diagonal of its last two dimensions"""
    _matrix("tril", input)
    return lower(input, diagonal=diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """input with zeros below the diagonal of its last two dimensions"""
    _matrix("triu", input)
    return upper(input, diagonal=diagonal)


def _matrix(name: str, input: Tensor) -> None:
    if input._data.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


# Distinct -------------------------------------------------------------------------------------------------------------


@op(name="Unique2Backward0", outputs=("out", "inverse", "counts"), input=lambda g: no_derivative("_unique2"))
def unique_elements(input: Tensor) -> Any:
    """The distinct elements in order, where each went, and how often each is there"""
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, equal_nan=False)
    return values, inverse.reshape(input.shape), counts


@op(name="UniqueDimBackward0", outputs=("out", "inverse", "counts"), input=lambda g: no_derivative("unique_dim"))
def unique_rows(input: Tensor, *, dim: int) -> Any:
    """The distinct rows of dim in order, where each went, and how often each is there"""
    values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    return values, inverse.reshape(-1), counts


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct elements (rows of dim) in order; with flags also where each went and how often each is there

    They are in order whatever `sorted` says.
    """
    if dim is not None and not input._data.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if dim is None:
        values, inverse, counts = unique_elements(input)
    else:
        values, inverse, counts = unique_rows(input, dim=one_dim(dim, input._data.ndim))
    wanted = (values, *([inverse] if return_inverse else ()), *([counts] if return_counts else ()))
    return wanted if len(wanted) > 1 else values


@op(
    name="UniqueConsecutiveBackward0",
    outputs=("out", "inverse", "counts"),
    input=lambda g: no_derivative("unique_consecutive"),
)
def runs(input: Tensor, *, dim: int | None) -> Any:
    """The first of each run of equal elements (rows of dim), the run each is in, and the runs' lengths"""
    rows = input.reshape(-1) if dim is None else np.moveaxis(input, dim, 0)  # type: ignore[call-overload]
    changes = rows[1:] != rows[:-1]
    new = np.append(True, changes.reshape(len(changes), -1).any(1) if rows.ndim > 1 else changes)[: len(rows)]
    starts = np.flatnonzero(new)
    inverse = np.cumsum(new) - 1
    values = rows[starts] if dim is None else np.moveaxis(rows[starts], 0, dim)
    counts = np.diff(np.append(starts, len(rows)))
    return np.ascontiguousarray(values), inverse.reshape(input.shape) if dim is None else inverse, counts


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The first of each run of equal elements (rows of dim); with flags also the run each is in and the lengths"""
    d = None if dim is None else one_dim(dim, input._data.ndim)
    values, inverse, counts = runs(input, dim=d)
    wanted = (values, *([inverse] if return_inverse else ()), *([counts] if return_counts else ()))
    return wanted if len(wanted) > 1 else values
