"""Functions that make tensors: from data, of one value, in sequence, at random."""

from __future__ import annotations

import builtins
import math
import warnings
from typing import Any

import numpy as np

from .. import random
from ..autograd.grad_mode import mode
from ..autograd.variable import TensorBase
from ..device import check_device
from ..dtypes import bool as bool_
from ..dtypes import dtype as DType
from ..dtypes import from_numpy as dtype_of
from ..dtypes import get_default_dtype, int64
from ..ops.dims import sizes
from ._tensor import Tensor


def _made(array: Any, device: Any, requires_grad: bool) -> Tensor:
    check_device(device)
    t = Tensor._wrap(array)
    if mode.inference:
        t._counter = None  # type: ignore[assignment]
    if requires_grad:
        t.requires_grad_()
    return t


def _numpy(dtype: DType | None) -> Any:
    if dtype is None:
        return get_default_dtype().numpy
    if not isinstance(dtype, DType):
        raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(dtype).__name__}")
    return dtype.numpy


def _shape(size: tuple[Any, ...]) -> tuple[int, ...]:
    shape = sizes(size)
    for n in shape:
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {list(shape)}")
    return shape


# From data ------------------------------------------------------------------------------------------------------------
def _array(data: Any, dtype: DType | None) -> np.ndarray[Any, Any]:
    """A new array of data: numbers, (nested) sequences of them and of tensors, arrays"""
    if isinstance(data, TensorBase):
        array = np.array(data._data)
    elif isinstance(data, (np.ndarray, np.generic)):
        dtype_of(np.asarray(data).dtype)
        array = np.array(data)
    else:
        try:
            array = np.array(_plain(data) if isinstance(data, (list, tuple)) else data)
        except ValueError:
            raise ValueError(_ragged(data)) from None
        if array.dtype.kind == "O":
            raise RuntimeError(f"Could not infer dtype of {_culprit(data)}")
        if array.dtype.kind in "US":
            raise TypeError("new(): invalid data type 'str'")
        if array.dtype.kind == "c":
            raise TypeError("complex numbers are not supported")
        if dtype is None and (array.dtype == np.float64 or not array.size):
            array = array.astype(get_default_dtype().numpy)
        elif array.dtype.kind == "u":
            array = array.astype(np.int64)
    return array if dtype is None else array.astype(dtype.numpy, copy=False)


def _plain(data: Any) -> Any:
    """Nested sequences with tensors in them as nested lists of numbers and arrays"""
    if isinstance(data, TensorBase):
        return data._data if data._data.ndim else data._data.item()
    if isinstance(data, np.generic):
        return data.item()
    return [_plain(d) for d in data] if isinstance(data, (list, tuple)) else data


def _ragged(data: Any, depth: int = 0) -> str:
    lengths = [len(d) if isinstance(d, (list, tuple)) else None for d in data]
    for n in lengths:
        if n != lengths[0]:
            if n is None or lengths[0] is None:
                return f"expected sequence of length {lengths[0]} at dim {depth + 1} (got {n})" if n else "not a sequence"
            return f"expected sequence of length {lengths[0]} at dim {depth + 1} (got {n})"
    for d in data:
        if isinstance(d, (list, tuple)):
            text = _ragged(d, depth + 1)
            if text:
                return text
    return ""


def _culprit(data: Any) -> str:
    while isinstance(data, (list, tuple)) and data:
        data = next((d for d in data if isinstance(d, (list, tuple)) or not isinstance(d, (int, float, builtins.bool))), None)
    return type(data).__name__


def tensor(data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:
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
    return _made(_array(data, dtype), device, requires_grad)


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """data as a tensor, without a copy where that is possible: a tensor as it is, an array by sharing its memory"""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or dtype.numpy == data.dtype):
        return from_numpy(data)
    return Tensor._wrap(_array(data, dtype))


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """A tensor on the memory of ndarray: a change of one is seen in the other"""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    dtype_of(ndarray.dtype)
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
    return Tensor._wrap(ndarray.view() if type(ndarray) is np.ndarray else np.asarray(ndarray))


# Of one value ---------------------------------------------------------------------------------------------------------
def zeros(*size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any) -> Tensor:
    """Zeros of the given shape: zeros(2, 3) or zeros((2, 3))"""
    return _made(np.zeros(_shape(_size(size, kwargs)), _numpy(dtype)), device, requires_grad)


def ones(*size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any) -> Tensor:
    """Ones of the given shape: ones(2, 3) or ones((2, 3))"""
    return _made(np.ones(_shape(_size(size, kwargs)), _numpy(dtype)), device, requires_grad)


def empty(*size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any) -> Tensor:
    """Unspecified values of the given shape: empty(2, 3) or empty((2, 3))"""
    return _made(np.empty(_shape(_size(size, kwargs)), _numpy(dtype)), device, requires_grad)


def _size(size: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """`size=` as a keyword; nothing else is accepted"""
    if "size" in kwargs:
        size = (kwargs.pop("size"),)
    if kwargs:
        raise TypeError(f"unexpected keyword argument {next(iter(kwargs))!r}")
    return size


def full(size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """fill_value everywhere; its type gives the dtype (bool, int64 or the default)"""
    value = fill_value.item() if isinstance(fill_value, TensorBase) else fill_value  # type: ignore[attr-defined]
    if dtype is None:
        dtype = bool_ if isinstance(value, builtins.bool) else int64 if isinstance(value, int) else None
    return _made(np.full(_shape((size,)), value, _numpy(dtype)), device, requires_grad)


def eye(n: int, m: int | None = None, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones on the diagonal, zeros elsewhere: (n, n) or (n, m)"""
    return _made(np.eye(n, m, dtype=_numpy(dtype)), device, requires_grad)


def _like(input: Any, dtype: DType | None) -> Any:
    return input._data.dtype if dtype is None else dtype.numpy


def zeros_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of input's shape and dtype"""
    return _made(np.zeros_like(input._data, _like(input, dtype)), device, requires_grad)


def ones_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of input's shape and dtype"""
    return _made(np.ones_like(input._data, _like(input, dtype)), device, requires_grad)


def empty_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Unspecified values of input's shape and dtype"""
    return _made(np.empty_like(input._data, _like(input, dtype)), device, requires_grad)


def full_like(input: Tensor, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """fill_value everywhere, of input's shape and dtype"""
    return _made(np.full_like(input._data, fill_value, _like(input, dtype)), device, requires_grad)


# In sequence ----------------------------------------------------------------------------------------------------------
def _number(x: Any) -> Any:
    return x.item() if isinstance(x, (TensorBase, np.generic)) else x  # type: ignore[union-attr]


def arange(start: Any, end: Any = None, step: Any = 1, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """start, start + step, ... up to but without end; arange(n) counts from 0. Whole numbers give int64."""
    start, end, step = (_number(v) for v in ((0, start, step) if end is None else (start, end, step)))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) / step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None:
        dtype = int64 if all(isinstance(v, int) for v in (start, end, step)) else get_default_dtype()
    count = max(math.ceil((end - start) / step), 0)
    kind = dtype.numpy
    work = np.int64 if kind.kind in "iub" else np.float64
    return _made((start + np.arange(count, dtype=work) * step).astype(kind), device, requires_grad)


def linspace(start: Any, end: Any, steps: int, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """steps numbers from start to end, both included, evenly spaced"""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = _numpy(dtype)
    first, last = kind.type(_number(start)), kind.type(_number(end))
    if steps == 1:
        return _made(np.array([first]), device, requires_grad)
    if kind.kind != "f":
        return _made(np.linspace(_number(start), _number(end), steps).astype(kind), device, requires_grad)
    step = (last - first) / kind.type(max(steps - 1, 1))
    i = np.arange(steps, dtype=kind)
    half = i < steps // 2  # from both ends, as PyTorch does, so that the two ends are exact
    return _made(np.where(half, first + step * i, last - step * (steps - 1 - i)).astype(kind), device, requires_grad)


# At random ------------------------------------------------------------------------------------------------------------
def _generator(generator: random.Generator | None) -> random.Generator:
    return random.default_generator if generator is None else generator


def rand(*size: Any, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any) -> Tensor:
    """Uniform numbers in [0, 1)"""
    return _made(_generator(generator).rand(_shape(_size(size, kwargs)), _numpy(dtype)), device, requires_grad)


def randn(*size: Any, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any) -> Tensor:
    """Normal numbers, mean 0 and variance 1"""
    return _made(_generator(generator).normal(_shape(_size(size, kwargs)), dtype=_numpy(dtype)), device, requires_grad)


def randint(low: int, high: Any = None, size: Any = None, *, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Whole numbers in [low, high), or in [0, low) for randint(low, size); int64 by default"""
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if size is None:
        raise TypeError("randint() missing required argument 'size'")
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    kind = np.dtype(np.int64) if dtype is None else dtype.numpy
    return _made(_generator(generator).randint(low, high, _shape((size,)), kind), device, requires_grad)


def randperm(n: int, *, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """The whole numbers 0 ... n - 1 in random order; int64 by default"""
    kind = np.dtype(np.int64) if dtype is None else dtype.numpy
    return _made(_generator(generator).randperm(n, kind), device, requires_grad)


def normal(mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Normal numbers; mean and std: numbers with a size, or tensors, one for each element"""
    if size is not None:
        return _made(_generator(generator).normal(_shape((size,)), mean, std, _numpy(dtype)), device, requires_grad)
    data = [v._data for v in (mean, std) if isinstance(v, TensorBase)]
    if not data:
        raise TypeError("normal() needs a size where mean and std are numbers")
    if isinstance(std, TensorBase) and (std._data < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    shape = np.broadcast_shapes(*(d.shape for d in data))
    noise = _generator(generator).normal(shape, dtype=data[0].dtype)
    return _made(noise * getattr(std, "_data", std) + getattr(mean, "_data", mean), device, requires_grad)


def rand_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform numbers in [0, 1), of input's shape and dtype"""
    return rand(input._data.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Normal numbers, of input's shape and dtype"""
    return randn(input._data.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def randint_like(input: Tensor, low: int, high: int | None = None, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Whole numbers in [low, high), or [0, low), of input's shape and dtype"""
    return randint(low, high, tuple(input._data.shape), dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)
