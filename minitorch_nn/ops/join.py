"""Joining, repeating and reordering: copies of whole tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .dims import many_dims, numpy_names, one_dim, sizes
from .indexing import index_select_at
from .shape import cat_arrays, expand_shape, flip_dims, lower, repeat_array, reshape, roll_dims, stack_arrays, upper

if TYPE_CHECKING:
    from ..tensor import Tensor


@numpy_names
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after the other along dim; all other sizes must agree"""
    _sequence("cat", tensors)
    if not tensors:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    kept = [t for t in tensors if t._data.shape != (0,)] or list(tensors[:1])  # an empty vector fits beside anything
    for i, t in enumerate(tensors):
        if not t._data.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    first = kept[0]._data.shape
    d = one_dim(dim, len(first))
    for i, t in enumerate(kept):
        shape = t._data.shape
        if len(shape) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for k, (n, m) in enumerate(zip(first, shape, strict=True)):
            if k != d and n != m:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {d}. Expected size {n} but got size {m} for tensor "
                    f"number {i} in the list."
                )
    return cat_arrays(*kept, dim=d)


def _sequence(name: str, tensors: Any) -> None:
    if hasattr(tensors, "_data") or not isinstance(tensors, (list, tuple)):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    for i, t in enumerate(tensors):
        if not hasattr(t, "_data"):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(t).__name__}"
            )


@numpy_names
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors, all of one shape, side by side along a new dimension"""
    _sequence("stack", tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]._data.shape
    for i, t in enumerate(tensors):
        if t._data.shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and {list(t._data.shape)} "
                f"at entry {i}"
            )
    return stack_arrays(*tensors, dim=one_dim(dim, len(first) + 1))


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """input tiled `repeats` times along each dimension; more repeats than dimensions add leading ones"""
    counts = sizes(repeats)
    if len(counts) < input._data.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    return repeat_array(input, repeats=counts)


def tile(input: Tensor, *dims: Any) -> Tensor:
    """As repeat, with missing leading repeats as 1"""
    counts = sizes(dims)
    return repeat_array(input, repeats=(1,) * (input._data.ndim - len(counts)) + counts)


def repeat_interleave(input: Tensor, repeats: Any, dim: int | None = None, *, output_size: int | None = None) -> Tensor:
    """Each element (row of dim) `repeats` times in a row; repeats: int, or int tensor with one count for each"""
    if dim is None:
        input, dim = reshape(input, (-1,)), 0
    d = one_dim(dim, input._data.ndim)
    n = input._data.shape[d]
    counts = np.broadcast_to(getattr(repeats, "_data", repeats), (n,)) if np.ndim(getattr(repeats, "_data", repeats)) < 2 else None
    if counts is None:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    return index_select_at(input, dim=d, index=np.repeat(np.arange(n), counts))


def flip(input: Tensor, *dims: Any) -> Tensor:
    """input with the order along dims reversed"""
    return flip_dims(input, dims=many_dims(sizes(dims), input._data.ndim))


def roll(input: Tensor, shifts: int | Sequence[int], dims: Any = None) -> Tensor:
    """input shifted along dims; what falls out comes in on the other side. Without dims, of the flattened tensor."""
    moved = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    if dims is None or dims == ():
        flat = roll_dims(reshape(input, (-1,)), shifts=moved, dims=(0,))
        return reshape(flat, input._data.shape)  # type: ignore[no-any-return]
    along = (dims,) if isinstance(dims, int) else tuple(dims)
    if len(along) != len(moved):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(moved)}, dims:{len(along)}")
    return roll_dims(input, shifts=moved, dims=tuple(one_dim(d, input._data.ndim) for d in along))


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


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """All tensors expanded to their common shape"""
    group = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    from ..autograd.arrays import broadcast_error

    shape: tuple[int, ...] = ()
    for t in group:
        wrong = broadcast_error(shape, t._data.shape)
        if wrong is not None:
            raise wrong
        shape = np.broadcast_shapes(shape, t._data.shape)
    return tuple(expand_shape(t, shape=shape) for t in group)


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """The coordinates of a grid: for vectors of n and m, tensors (n, m); (m, n) for indexing="xy" """
    group = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    if indexing not in ("ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    swapped = indexing == "xy" and len(group) >= 2
    vectors = [group[1], group[0], *group[2:]] if swapped else list(group)
    shape = tuple(v._data.size for v in vectors)
    out = [
        expand_shape(reshape(v, tuple(-1 if k == i else 1 for k in range(len(vectors)))), shape=shape)
        for i, v in enumerate(vectors)
    ]
    if swapped:
        out = [o.transpose(0, 1) for o in out]
        out[0], out[1] = out[1], out[0]
    return tuple(out)


def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The distinct elements (rows of dim) in order; with flags also where each went and how often each is there"""
    values, inverse, counts = np.unique(input._data, return_inverse=True, return_counts=True, axis=dim)
    shape = input._data.shape if dim is None else (input._data.shape[dim],)
    out = [input._wrap(values)]
    if return_inverse:
        out.append(input._wrap(inverse.reshape(shape)))
    if return_counts:
        out.append(input._wrap(counts))
    return out[0] if len(out) == 1 else tuple(out)
