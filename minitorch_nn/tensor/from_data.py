"""Tensors from data: numbers, nested sequences, arrays, other tensors."""

from __future__ import annotations

import warnings
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .._bfloat16 import FLOATING, as_type, finished, float_of
from ..autograd.grad_mode import mode
from ..autograd.variable import TensorBase, tensor_type
from ..device import check_device
from ..dtypes import as_dtype, get_default_dtype, promote_numpy
from ..dtypes import dtype as DType
from ..dtypes import from_numpy as dtype_of
from ..ops.arguments import checked_factory

if TYPE_CHECKING:
    from ._tensor import Tensor

_SEQUENCES = (list, tuple, range)


def made(array: Any, device: Any, requires_grad: bool) -> Tensor:
    """A new tensor on `array`, which nobody else holds"""
    check_device(device)
    t = cast("Tensor", tensor_type()._wrap(array))
    if mode.inference:
        t._counter = None  # type: ignore[assignment]
    if requires_grad:
        if requires_grad is not True:
            raise TypeError(f"argument 'requires_grad' must be bool, not {type(requires_grad).__name__}")
        if array.dtype.kind not in FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        t._requires = True
    return t


# The dtype ------------------------------------------------------------------------------------------------------------
def _leaf_types(data: Any) -> set[np.dtype[Any]]:
    """The dtypes of all numbers in nested sequences; Python's floats count as the default dtype"""
    if not isinstance(data, _SEQUENCES):
        return {_leaf_type(type(data), data)}
    found = set()
    for kind in set(map(type, data)):  # one look a row, not one a number: rows are long and of one type
        if issubclass(kind, (*_SEQUENCES, np.ndarray, TensorBase)):
            found |= set().union(*(_leaf_types(d) for d in data if type(d) is kind))
        else:
            found.add(_leaf_type(kind, None))
    return found


def _leaf_type(kind: type, value: Any) -> np.dtype[Any]:
    if issubclass(kind, (TensorBase, np.ndarray)):
        array = getattr(value, "_data", value)
        return dtype_of(array.dtype).numpy
    if issubclass(kind, np.generic):
        return dtype_of(np.dtype(kind)).numpy
    for python in (bool, int, float):
        if issubclass(kind, python):
            return as_dtype(python).numpy if python is not float else get_default_dtype().numpy
    if issubclass(kind, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{kind.__name__}'")
    if kind is complex:
        raise TypeError("complex numbers are not supported")
    raise RuntimeError(f"Could not infer dtype of {kind.__name__}")


def _of_users(array: np.ndarray[Any, Any]) -> DType:
    """The dtype of an array that comes from outside, where no type stands for bfloat16. Raises TypeError."""
    if array.dtype.kind == "V":
        raise TypeError(
            "can't convert np.ndarray of type numpy.void. The only supported types are: float64, float32, float16, "
            "complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool."
        )
    found = dtype_of(array.dtype)
    assert found.numpy == array.dtype  # asked for, so that operations know of arrays of two bytes
    return found


# The values -----------------------------------------------------------------------------------------------------------
def as_array(data: Any, dtype: DType | None) -> np.ndarray[Any, Any]:
    """A new array of data: numbers, (nested) sequences of them and of tensors, arrays"""
    if isinstance(data, TensorBase):
        return as_type(data._data, data._data.dtype if dtype is None else dtype.numpy)
    if isinstance(data, (np.ndarray, np.generic)):
        kind = _of_users(np.asarray(data)) if dtype is None else dtype
        return finished(np.array(data), kind.numpy)
    if hasattr(data, "__array__") and not isinstance(data, type):
        return as_array(np.asarray(data), dtype)
    first = data
    while isinstance(first, _SEQUENCES) and len(first):
        first = first[0]
    if isinstance(first, (str, bytes)) and first is not data:
        raise ValueError(f"too many dimensions '{type(first).__name__}'")
    try:
        found = _leaf_types(data)
    except RuntimeError:
        lists = _as_lists(data)
        if lists is data:
            raise
        return as_array(lists, dtype)
    target = dtype.numpy if dtype is not None else reduce(promote_numpy, found) if found else get_default_dtype().numpy
    try:
        array = np.array(_numbers(data))
    except ValueError:
        raise _ragged(data) from None
    if array.dtype.kind not in "biuf" or array.dtype == np.uint64:
        raise ValueError("Overflow when unpacking long long")
    return _fitted(array, target)


def _as_lists(data: Any) -> Any:
    """Sequences of other types (`deque`, `array.array`, a class with `__len__` and `__getitem__`) as lists, nested too"""
    if isinstance(data, (str, bytes, dict, np.ndarray, np.generic, TensorBase)):
        return data
    if not (hasattr(type(data), "__len__") and hasattr(type(data), "__getitem__")):
        return data
    elements = [data[i] for i in range(len(data))]
    lists = [_as_lists(d) for d in elements]
    changed = not isinstance(data, _SEQUENCES) or any(a is not b for a, b in zip(elements, lists, strict=True))
    return lists if changed else data


def _numbers(data: Any) -> Any:
    """Nested sequences with tensors in them as nested sequences of numbers"""
    if isinstance(data, TensorBase):
        if data._data.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return float_of(data._data).item()
    if isinstance(data, (list, tuple)) and any(issubclass(k, (TensorBase, list, tuple)) for k in set(map(type, data))):
        return [_numbers(d) for d in data]
    return data


def _fitted(array: np.ndarray[Any, Any], target: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """The array as `target`. Raises RuntimeError where an integer type does not hold a value; -1 as uint8 is 255"""
    if target.kind in "iu" and array.dtype.kind in "iuf" and array.dtype != target and array.size:
        limits = np.iinfo(target)
        low = -limits.max if target.kind == "u" else limits.min
        if not (array.min() >= low and array.max() <= limits.max):
            raise RuntimeError(f"value cannot be converted to type {target.name} without overflow")
    with np.errstate(over="ignore"):
        return finished(array, target)


def _ragged(data: Any) -> Exception:
    """PyTorch's error for sequences of different lengths: the first element of each depth sets the shape"""
    shape = []
    first = data
    while isinstance(first, (*_SEQUENCES, np.ndarray)):
        shape.append(len(first))
        if not len(first):
            break
        first = first[0]

    def search(part: Any, depth: int) -> Exception | None:
        if depth == len(shape):
            if isinstance(part, _SEQUENCES):
                wanted = (
                    "must be real number, not {}"
                    if isinstance(first, float)
                    else "'{}' object cannot be interpreted as an integer"
                )
                return TypeError(wanted.format(type(part).__name__))
            return None
        if not isinstance(part, (*_SEQUENCES, np.ndarray)):
            return TypeError("not a sequence")
        if len(part) != shape[depth]:
            return ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(part)})")
        return next((e for p in part if (e := search(p, depth + 1)) is not None), None)

    return search(data, 0) or ValueError("could not make a tensor of these sequences")


# The functions --------------------------------------------------------------------------------------------------------
@checked_factory
def tensor(
    data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False
) -> Tensor:
    """A new tensor with a copy of data: a number, nested sequences, an array or a tensor

    Python floats take the default dtype, ints int64; arrays and tensors keep theirs. `pin_memory` has no effect.

    >>> import minitorch_nn as torch
    >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    if isinstance(data, TensorBase):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            stacklevel=2,
        )
    return made(as_array(data, None if dtype is None else as_dtype(dtype)), device, requires_grad)


@checked_factory
def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """data as a tensor, without a copy where that is possible: a tensor as it is, an array by sharing its memory"""
    kind = None if dtype is None else as_dtype(dtype)
    if isinstance(data, TensorBase):
        check_device(device)
        there = cast("Tensor", data)
        return there if kind is None else there.to(kind)
    if isinstance(data, np.ndarray) and (kind is None or kind.numpy == data.dtype):
        check_device(device)
        return from_numpy(data)
    return made(as_array(data, kind), device, False)


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """A tensor on the memory of ndarray: a change of one is seen in the other"""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    _of_users(ndarray)
    if any(s < 0 for s in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().) "
        )
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing "
            "to this tensor will result in undefined behavior. You may want to copy the array to protect its data or make "
            "it writable before converting it to a tensor. This type of warning will be suppressed for the rest of this "
            "program.",
            stacklevel=2,
        )
    array = ndarray.view() if type(ndarray) is np.ndarray else np.asarray(ndarray)
    return cast("Tensor", tensor_type()._wrap(array))


def asarray(
    obj: Any, *, dtype: DType | None = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """obj as a tensor: shares memory where it can for copy=None, always copies for True, raises where it can't for False"""
    if isinstance(obj, TensorBase):
        source: Any = obj
        t = source if dtype is None else source.to(dtype)
        shared, t = t is source, t if requires_grad else t.detach() if t.is_leaf else t
    else:
        t = as_tensor(obj, dtype, device)
        shared = isinstance(obj, np.ndarray) and np.may_share_memory(t._data, obj)
    check_device(device)
    if copy is False and not shared:
        raise ValueError("can't alias memory of the given object with this dtype; use copy=None or copy=True")
    t = t.clone() if copy and shared else t
    return cast("Tensor", t.requires_grad_() if requires_grad else t)


def frombuffer(buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A 1-d tensor on the memory of an object with Python's buffer protocol (bytes, bytearray, memoryview, ...)"""
    kind = as_dtype(dtype).numpy
    size = memoryview(buffer).nbytes
    if size == 0:
        raise ValueError(f"both buffer length ({size}) and count ({count}) must not be 0")
    if count == 0:
        raise ValueError(f"both buffer length ({size}) and count ({count}) must not be 0")
    if not 0 <= offset < size:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({size} bytes) minus 1"
        )
    if count < 0 and (size - offset) % kind.itemsize:
        raise ValueError(
            f"buffer length ({size - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({kind.itemsize})"
        )
    if count > 0 and offset + count * kind.itemsize > size:
        raise ValueError(
            f"requested buffer length ({count} * {kind.itemsize} bytes) after offset ({offset} bytes) must not be greater "
            f"than actual buffer length ({size} bytes)"
        )
    array = np.frombuffer(buffer, kind, count, offset)
    if not array.flags.writeable:
        warnings.warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write "
            "to the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect "
            "its data or make it writable before converting it to a tensor. This type of warning will be suppressed for the "
            "rest of this program.",
            stacklevel=2,
        )
    return made(array, None, requires_grad)
