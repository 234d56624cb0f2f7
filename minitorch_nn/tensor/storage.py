"""The memory under a tensor and its views: `x.untyped_storage()`, and what it tells of how tensors lie in it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import float_of
from ..autograd.arrays import settle
from ..device import CPU, device
from ..dtypes import dtype as DType
from ..dtypes import from_numpy

if TYPE_CHECKING:
    from ._tensor import Tensor


def _memory(t: Any) -> Any:
    """All elements that the tensor and the tensor that it is a view of lie in, as one row"""
    array = settle(t if t._view is None else t._view[0])
    if not array.size:
        return array.reshape(-1)
    length = 1 + sum((n - 1) * s for n, s in zip(array.shape, array.strides, strict=True)) // array.itemsize
    return np.lib.stride_tricks.as_strided(array, (length,), (array.itemsize,))


class UntypedStorage:
    """A row of bytes. Two tensors share memory where their storages have the same `data_ptr()`."""

    def __init__(self, memory: Any) -> None:
        self._row = memory.view(np.uint8)

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return int(self._row.__array_interface__["data"][0])

    def nbytes(self) -> int:
        """How many bytes."""
        return int(self._row.size)

    __len__ = size = nbytes

    def element_size(self) -> int:
        """1: of a byte."""
        return 1

    @property
    def device(self) -> device:
        """Always the CPU."""
        return CPU

    def is_shared(self) -> bool:
        """False: the memory belongs to this process."""
        return False

    def tolist(self) -> list[int]:
        """The bytes, as numbers below 256."""
        return self._row.tolist()  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def __getitem__(self, index: Any) -> Any:
        return UntypedStorage(self._row[index]) if isinstance(index, slice) else int(self._row[index])

    def __repr__(self) -> str:
        lines = "".join(f" {x}\n" for x in self)
        return f"{lines}[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]"


class TypedStorage:
    """A row of numbers of one dtype: all that lie in the memory of a tensor, in their order there."""

    def __init__(self, memory: Any) -> None:
        self._row = memory

    @property
    def dtype(self) -> DType:
        """Of the numbers."""
        return from_numpy(self._row.dtype)

    @property
    def device(self) -> device:
        """Always the CPU."""
        return CPU

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self._row)

    def data_ptr(self) -> int:
        """The address of the first number."""
        return self.untyped().data_ptr()

    def size(self) -> int:
        """How many numbers."""
        return int(self._row.size)

    __len__ = size

    def nbytes(self) -> int:
        """How many bytes."""
        return int(self._row.nbytes)

    def element_size(self) -> int:
        """Bytes of one number."""
        return int(self._row.itemsize)

    def is_shared(self) -> bool:
        """False: the memory belongs to this process."""
        return False

    def tolist(self) -> list[Any]:
        """The numbers, as those of Python."""
        return float_of(self._row).tolist()  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __getitem__(self, index: int) -> Any:
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        return self.tolist()[index]

    def __repr__(self) -> str:
        lines = "".join(f" {x}\n" for x in self)
        return f"{lines}[torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {len(self)}]"


class Stored:
    """What a tensor tells of its memory."""

    __slots__ = ()

    def untyped_storage(self: Any) -> UntypedStorage:
        """The memory that the tensor and its views share, as bytes."""
        return UntypedStorage(_memory(self))

    def storage(self: Any) -> TypedStorage:
        """The same as numbers of the tensor's dtype. It warns, as PyTorch does, that `untyped_storage` is to stay."""
        warnings.warn(
            "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage "
            "class. This should only matter to you if you are using storages directly.  To access UntypedStorage "
            "directly, use tensor.untyped_storage() instead of tensor.storage()",
            stacklevel=2,
        )
        return TypedStorage(_memory(self))

    def is_set_to(self: Any, tensor: Any) -> bool:
        """Whether both are the same elements of the same memory, in the same shape."""
        one, other = settle(self), settle(tensor)
        places = [(t.data_ptr(), tuple(t.shape), t.stride()) for t in (self, tensor)]
        return bool(one.dtype == other.dtype and places[0] == places[1])

    def dim_order(self: Any) -> tuple[int, ...]:
        """The dimensions from that of the longest step in memory to that of the shortest."""
        steps = self.stride()
        return tuple(sorted(range(len(steps)), key=lambda d: -steps[d]))

    def new(self: Any, *args: Any) -> Tensor:
        """The old form of `new_tensor` (of a list or a tensor) and `new_empty` (of sizes), of self's dtype."""
        if len(args) == 1 and isinstance(args[0], (list, tuple, np.ndarray)) and not hasattr(args[0], "numel"):
            return self.new_tensor(args[0])  # type: ignore[no-any-return]
        if len(args) == 1 and hasattr(args[0], "_data"):
            if args[0]._data.dtype != self._data.dtype:
                raise TypeError(f"expected {self.type()} (got {args[0].type()})")
            return args[0].detach()  # type: ignore[no-any-return]
        return self.new_empty(*(args or (0,)))  # type: ignore[no-any-return]
