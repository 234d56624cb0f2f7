"""Arrays as they lie in memory: layouts of new arrays, and views of one piece of memory under two layouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.arrays import is_hidden
from ..autograd.op import op
from ..autograd.variable import TensorBase

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


def image_like(pattern: Any, shape: Shape) -> Any:
    """An empty array of pattern's dtype that lies channels-last in memory if `pattern` does, else row by row"""
    if len(shape) != pattern.ndim or not is_hidden(pattern):
        return np.empty(shape, pattern.dtype)
    return np.moveaxis(np.empty((shape[0], *shape[2:], shape[1]), pattern.dtype), -1, 1)


def by_rows(array: Any) -> Any:
    """The array laid out row by row, as PyTorch lays out most new tensors; the package's own channels-last layout stays"""
    if type(array) is not np.ndarray or array.flags.c_contiguous or is_hidden(array):
        return array
    return np.ascontiguousarray(array)


def copy_of(array: Any) -> Any:
    """A copy that keeps the order of the dimensions in memory; row by row if elements are repeated in it"""
    return np.array(array, order="C" if 0 in array.strides else "K")


def memory_order(t: TensorBase) -> tuple[int, ...]:
    """The dimensions from the slowest to the fastest in memory as the user sees it; a view may have them permuted.

    It is the order in which PyTorch fills a tensor with random numbers.
    """
    array = t._data
    if array.flags.c_contiguous or 0 in array.strides or (t._view is None and is_hidden(array)):
        return tuple(range(array.ndim))
    return tuple(sorted(range(array.ndim), key=lambda dim: -array.strides[dim]))


def filled_in_order(t: TensorBase, draw: Callable[[Shape], Any]) -> Any:
    """An array of t's shape with numbers that follow each other as t's elements do in memory: draw(shape) gives them
    row by row."""
    order = memory_order(t)
    values = draw(tuple(t._data.shape[dim] for dim in order))
    return values.transpose(np.argsort(order))


def layout(array: np.ndarray[Any, Any]) -> tuple[Shape, Shape]:
    """(shape, strides in elements)"""
    return array.shape, tuple(s // array.itemsize for s in array.strides)


def _storage_of(values: Any, origin: tuple[Shape, Shape]) -> Any:
    """The values of a dense array as they lie in memory under the layout `origin`."""
    shape, strides = origin
    last = sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    flat = np.zeros(0 if 0 in shape else last + 1, values.dtype)
    _strided(flat, (shape, strides, 0))[...] = values
    return flat


def _strided(flat: Any, at: tuple[Shape, Shape, int]) -> Any:
    shape, strides, offset = at
    return np.lib.stride_tricks.as_strided(flat[offset:], shape, [s * flat.itemsize for s in strides])


@op(name="AsStridedBackward0", view=True, input=lambda g, origin, at: take_memory_grad(g, origin=origin, at=at))
def memory_view(input: Tensor, *, origin: Any, at: Any) -> Tensor:
    """The elements of input's memory at (size, stride, offset) = at, in elements; `origin` is input's own layout."""
    return _strided(_storage_of(input, origin), at)  # type: ignore[no-any-return]


@op(g=lambda g, origin, at: memory_view(g, origin=origin, at=at))
def take_memory_grad(g: Tensor, *, origin: Any, at: Any) -> Tensor:
    """Zeros in the layout `origin` with g added at `at`"""
    flat = _storage_of(np.zeros(origin[0], g.dtype), origin)  # type: ignore[call-overload]
    np.add.at(flat, _strided(np.arange(flat.size), at), g)
    return _strided(flat, (*origin, 0))  # type: ignore[no-any-return]


@op(
    base=lambda g, origin, at: memory_put(g, 0.0, origin=origin, at=at),
    part=lambda g, origin, at: memory_view(g, origin=origin, at=at),
)
def memory_put(base: Tensor, part: Tensor | float, *, origin: Any, at: Any) -> Tensor:
    """base with `part` written over what a view of its memory shows"""
    flat = _storage_of(base, origin)
    _strided(flat, at)[...] = part
    return _strided(flat, (*origin, 0))  # type: ignore[no-any-return]
