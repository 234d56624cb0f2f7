"""A tensor's memory seen under any sizes and strides: as_strided, and resize_ and fill_diagonal_, which come down to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.arrays import settle
from ..autograd.op import op
from .dims import sizes
from .filling import fill_
from .inplace import check_history, reshaped
from .memory import layout

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]
At = tuple[Shape, Shape, int]
"""Sizes, strides and the place of the first element, in elements."""


def _strided(flat: Any, at: At) -> Any:
    size, stride, offset = at
    return np.lib.stride_tricks.as_strided(flat[offset:], size, [s * flat.itemsize for s in stride])


@op(name="AsStridedBackward0", view=True, input=lambda g, origin, at: spread_strided(g, origin=origin, at=at))
def strided_view(input: Tensor, *, memory: Any, place: int, origin: tuple[Shape, Shape], at: At) -> Tensor:
    """The elements of `memory` at `at`, which is counted from its element `place`, where input with its layout begins"""
    size, stride, offset = at
    flat = np.lib.stride_tricks.as_strided(memory, (_extent(*layout(memory)),), (memory.itemsize,))
    return _strided(flat, (size, stride, place + offset))  # type: ignore[no-any-return]


def _places(origin: tuple[Shape, Shape], at: At) -> tuple[Any, Any, int]:
    """Where the elements of the origin and those at `at` lie in one piece of memory, and its length"""
    size, stride, offset = at
    start = min(0, offset)
    length = max(_extent(*origin), offset + _extent(size, stride)) - start
    numbers = np.arange(length)
    return _strided(numbers, (*origin, -start)), _strided(numbers, (size, stride, offset - start)), length


def _extent(size: Shape, stride: Shape) -> int:
    """How many elements of memory the layout spans"""
    return 0 if 0 in size else 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))


@op(g=lambda g, origin, at: gather_strided(g, origin=origin, at=at))
def spread_strided(g: Tensor, *, origin: tuple[Shape, Shape], at: At) -> Tensor:
    """The elements of g added up where they lie at `at`, as the origin sees them; elements that are one place share"""
    own, other, length = _places(origin, at)
    flat = np.zeros(length, g.dtype)  # type: ignore[call-overload]
    np.add.at(flat, other, g)
    return flat[own] / _holders(own, length)[own]  # type: ignore[no-any-return]


@op(g=lambda g, origin, at: spread_strided(g, origin=origin, at=at))
def gather_strided(g: Tensor, *, origin: tuple[Shape, Shape], at: At) -> Tensor:
    """The elements that g, laid out as the origin, has at `at`; 0 where it has none"""
    own, other, length = _places(origin, at)
    flat = np.zeros(length, g.dtype)  # type: ignore[call-overload]
    np.add.at(flat, own, g / _holders(own, length)[own])
    return flat[other]  # type: ignore[no-any-return]


def _holders(places: Any, length: int) -> Any:
    return np.bincount(places.reshape(-1), minlength=length)


def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """The elements of input's memory at these sizes and strides, beginning at `storage_offset`, all in elements

    storage_offset: by default where input begins. The memory is that of the tensor that input is a view of; the gradient
    of elements that input does not show is lost.

    Raises RuntimeError for what lies outside of the memory.
    """
    new, steps = tuple(size), tuple(stride)
    owner = input if input._view is None else input._view[0]
    memory = settle(owner)
    place = int(input.storage_offset())
    first = place if storage_offset is None else storage_offset
    if len(new) != len(steps):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in steps):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(steps)}")
    if any(n < 0 for n in new):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(new)} and strides={list(steps)}")
    if first < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {first}")
    needed, room = (first + _extent(new, steps)) * memory.itemsize, _extent(*layout(memory)) * memory.itemsize
    if 0 not in new and needed > room:
        raise RuntimeError(
            f"setStorage: sizes {list(new)}, strides {list(steps)}, storage offset {first}, and itemsize {memory.itemsize} "
            f"requiring a storage size of {needed} are out of bounds for storage of size {room}"
        )
    at = (new, steps, (place if 0 in new else first) - place)
    return strided_view(input, memory=memory, place=place, origin=layout(input._data), at=at)


as_strided_ = reshaped(as_strided)


def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Fill the main diagonal (of all dimensions) with a number, in place

    wrap: let the diagonal of a tall matrix begin again after it has come to the last column and one row is left out.
    """
    shape, strides = layout(settle(self))
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    count, step = min(shape), sum(strides)
    fill_(as_strided(self, (count,), (step,)), fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        start = (shape[1] + 1) * strides[0]
        left = math.ceil((shape[0] - shape[1] - 1) * shape[1] / (shape[1] + 1)) if shape[1] else 0
        place = int(self.storage_offset()) + start
        fill_(as_strided(self, (left,), (step,), place), fill_value)
    return self


def resize_(self: Tensor, *size: Any) -> Tensor:
    """Take another shape in place, on the same memory row by row; where that is too small, on a copy with unspecified
    elements at its end, of which views that there are do not know

    Raises RuntimeError for a tensor that requires gradients.
    """
    new = sizes(size, "resize_", "size")
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    check_history(self)
    if any(n < 0 for n in new):
        raise RuntimeError("numel: integer multiplication overflow")
    array = settle(self)
    if new != array.shape:
        count = math.prod(new)
        flat = _rest_of_memory(array)
        if flat.size < count:
            larger = np.empty(count, array.dtype)
            larger[: flat.size] = flat
            flat = larger
        self._data = flat[:count].reshape(new)
    self._bump()
    return self


def _rest_of_memory(array: Any) -> Any:
    """From the first element of the array to the end of the memory that it lies in"""
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    used = array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    length = max(_extent(*layout(array)), (root.nbytes - used) // array.itemsize)
    return np.lib.stride_tricks.as_strided(array, (length,), (array.itemsize,))


def resize_as_(self: Tensor, the_template: Tensor) -> Tensor:
    """`resize_` to the shape of the_template"""
    return resize_(self, the_template._data.shape)
