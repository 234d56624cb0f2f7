"""The same memory read as numbers of another type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.arrays import settle
from ..dtypes import as_dtype

if TYPE_CHECKING:
    from ..tensor import Tensor


def view_dtype(input: Tensor, dtype: Any) -> Tensor:
    """The bytes of input's memory as numbers of dtype, without a copy

    (..., n) -> (..., n * old / new), by the sizes of the two types in bytes. It shares the memory and the count of its
    changes with input, and has no gradient.

    Raises RuntimeError where the bytes of the last dimension do not lie together, or are no whole number of new ones.
    """
    new = as_dtype(dtype)
    array = settle(input)
    old_size, new_size = array.itemsize, new.numpy.itemsize
    if old_size != new_size:
        _check_sizes(input, f"to view {input.dtype.type_name} as {new.type_name} (different element sizes)", new_size)
    out = input._wrap(_bytes_as(array, new.numpy))
    if input._counter is not None:
        out._counter = input._counter
    return out


def _check_sizes(input: Tensor, purpose: str, new_size: int) -> None:
    if not input._data.ndim:
        raise RuntimeError(f"self.dim() cannot be 0 {purpose}")
    strides: Any = input.stride() if input._data.size else (1,) * input._data.ndim
    ratio = new_size // input._data.itemsize
    if ratio > 1:
        for what, n in (("size(-1)", input._data.shape[-1]), ("storage_offset()", input.storage_offset())):
            if n % ratio:
                raise RuntimeError(f"self.{what} must be divisible by {ratio} {purpose}, but got {n}")
    if strides[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {purpose}, but got {strides[-1]}")
    for i, n in enumerate(strides[:-1] if ratio > 1 else ()):
        if n % ratio:
            raise RuntimeError(f"self.stride({i}) must be divisible by {ratio} {purpose}, but got {n}")


def _bytes_as(array: Any, kind: Any) -> Any:
    if array.size or array.itemsize == kind.itemsize:
        return array.view(kind)
    shape = (*array.shape[:-1], array.shape[-1] * array.itemsize // kind.itemsize)
    return array.reshape(-1).view(kind).reshape(shape)  # NumPy looks at the strides even where there is nothing
