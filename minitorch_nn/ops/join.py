"""Joining tensors: cat, stack and their kin; grids and common shapes of several tensors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..autograd.variable import tensor_type
from .checks import expect_tensors
from .dims import common_shape, numpy_names, one_dim
from .memory import image_like
from .shape import expand_shape, reshape
from .slices import ALL, part_of, select_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


# One after the other --------------------------------------------------------------------------------------------------
@op(
    name="CatBackward0",
    kind="promote",
    joint=lambda g, wanted, tensors_shape, dim: _cut(g, wanted, tensors_shape, dim),
)
def cat_arrays(*tensors: Tensor, dim: int) -> Tensor:
    """The tensors one after the other along dim; empty vectors fit beside anything"""
    parts = [t for t in tensors if t.shape != (0,)] or list(tensors[:1])
    shape = list(parts[0].shape)
    shape[dim] = sum(p.shape[dim] for p in parts)
    return np.concatenate(parts, dim, out=image_like(parts[0], tuple(shape)))  # type: ignore[call-overload,no-any-return]


def _cut(g: Any, wanted: Sequence[bool], shapes: Sequence[Shape], dim: int) -> list[Any]:
    """g taken apart again, None for the parts that nobody wants"""
    parts, start = [], 0
    for want, shape in zip(wanted, shapes, strict=True):
        size = shape[dim] if shape != (0,) else 0
        part = part_of(g, dim, start, start + size) if want else None
        parts.append(part if part is None or shape != (0,) else reshape(part, shape))
        start += size
    return parts


def _sequence(function: str, tensors: Any) -> None:
    """Raise TypeError unless these are a list or tuple of tensors"""
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(
            f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    for i, t in enumerate(tensors):
        if not hasattr(t, "_data"):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(t).__name__}")


def _several(function: str, tensors: Any) -> None:
    _sequence(function, tensors)
    if not tensors:
        raise RuntimeError(f"{function} expects a non-empty TensorList")


@numpy_names
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after the other along dim; all other sizes must agree"""
    _sequence("cat", tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    shapes = [t._data.shape for t in tensors]
    for i, shape in enumerate(shapes):
        if not shape:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    kept = [(i, shape) for i, shape in enumerate(shapes) if shape != (0,)]  # an empty vector fits beside anything
    first = kept[0][1] if kept else shapes[0]
    d = one_dim(dim, len(first)) if kept else 0
    for i, shape in kept:
        if len(shape) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for k, (n, m) in enumerate(zip(first, shape, strict=True)):
            if k != d and n != m:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {d}. Expected size {n} but got size {m} for tensor "
                    f"number {i} in the list."
                )
    return cat_arrays(*tensors, dim=d)


concat = concatenate = cat


# Side by side ---------------------------------------------------------------------------------------------------------
@op(name="StackBackward0", kind="promote", joint=lambda g, wanted, dim: _rows(g, wanted, dim))
def stack_arrays(*tensors: Tensor, dim: int) -> Tensor:
    """The tensors side by side along a new dimension"""
    shape = tensors[0].shape
    out = np.empty((*shape[:dim], len(tensors), *shape[dim:]), tensors[0].dtype)  # type: ignore[call-overload]
    return np.stack(tensors, dim, out=out)  # type: ignore[call-overload,no-any-return]


def _rows(g: Any, wanted: Sequence[bool], dim: int) -> list[Any]:
    return [select_at(g, index=(ALL,) * dim + (i,)) if want else None for i, want in enumerate(wanted)]


@numpy_names
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors, all of one shape, side by side along a new dimension"""
    _several("stack", tensors)
    first = tensors[0]._data.shape
    d = one_dim(dim, len(first) + 1)
    for i, t in enumerate(tensors):
        if t._data.shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and {list(t._data.shape)} "
                f"at entry {i}"
            )
    return stack_arrays(*tensors, dim=d)


def _at_least(t: Tensor, ndim: int) -> Tensor:
    """t with dimensions of size 1 put in front until there are ndim"""
    missing = ndim - t._data.ndim
    return t if missing <= 0 else reshape(t, (1,) * missing + t._data.shape)  # type: ignore[no-any-return]


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors one after the other along dimension 1, vectors along dimension 0"""
    _several("hstack", tensors)
    parts = [_at_least(t, 1) for t in tensors]
    return cat(parts, 0 if parts[0]._data.ndim == 1 else 1)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors one below the other, vectors as rows"""
    _several("vstack", tensors)
    return cat([_at_least(t, 2) for t in tensors], 0)


# Grids ----------------------------------------------------------------------------------------------------------------
def _group(tensors: tuple[Any, ...]) -> list[Tensor]:
    """`f(a, b)` and `f([a, b])` alike"""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    return list(tensors)


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """All tensors expanded to their common shape"""
    group = _group(tensors)
    expect_tensors(group, 0)
    shape = common_shape(*(t._data.shape for t in group))
    return tuple(t if t._data.shape == shape else expand_shape(t, shape=shape) for t in group)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """The coordinates of a grid: for vectors of n and m, tensors (n, m); (m, n) for indexing="xy" """
    group = _group(tensors)
    expect_tensors(group, 0)
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.", stacklevel=2
        )
        indexing = "ij"
    if not group:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for t in group:
        if t._data.dtype != group[0]._data.dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    for t in group:
        if t._data.ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t!r}")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    axes = list(range(len(group)))
    if indexing == "xy":
        axes[:2] = axes[1::-1] if len(axes) > 1 else axes
    shape = [0] * len(group)
    for axis, t in zip(axes, group, strict=True):
        shape[axis] = t._data.size
    lines = [reshape(t, [1] * axis + [-1] + [1] * (len(axes) - axis - 1)) for axis, t in zip(axes, group, strict=True)]
    return tuple(expand_shape(line, shape=tuple(shape)) for line in lines)


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that the shapes (tuples, or numbers for one dimension) broadcast to"""
    sizes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    common = [1] * max((len(s) for s in sizes), default=0)
    for position, shape in enumerate(sizes):
        for back in range(1, len(shape) + 1):
            n = shape[-back]
            if n < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({n}): ({n})")
            if n in (1, common[-back]):
                continue
            if common[-back] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {n} at {-back}! Mismatching argument at index "
                    f"{position} had {shape}; but expected shape should be broadcastable to {common}"
                )
            common[-back] = n
    return tensor_type()._wrap(np.broadcast_to(0, common)).shape  # as a Size
