"""Functions that make tensors: of one value, in sequence, at random."""

from __future__ import annotations

import builtins
import math
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import random
from ..autograd.variable import TensorBase
from ..dtypes import as_dtype, get_default_dtype, int64
from ..dtypes import bool as bool_
from ..dtypes import dtype as DType
from ..ops.checks import fit_number
from .from_data import as_tensor as as_tensor
from .from_data import from_numpy as from_numpy
from .from_data import made
from .from_data import tensor as tensor

if TYPE_CHECKING:
    from ._tensor import Tensor


def _numpy(dtype: DType | None) -> Any:
    return get_default_dtype().numpy if dtype is None else as_dtype(dtype).numpy


# Shapes ---------------------------------------------------------------------------------------------------------------
def _is_size(n: Any) -> bool:
    """Whether n is a whole number; a bool is none here"""
    return type(n) is int or (hasattr(n, "__index__") and not isinstance(n, (builtins.bool, np.ndarray)))


def _shape(name: str, args: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape that `name(2, 3)` and `name((2, 3))` ask for. Raises TypeError and RuntimeError as PyTorch."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = tuple(args[0])
        wrong = next((i for i, n in enumerate(args) if not _is_size(n)), None)
        if wrong is not None:
            raise TypeError(
                f"{name}(): argument 'size' (position 1) must be tuple of ints, but found element of type "
                f"{type(args[wrong]).__name__} at pos {wrong}"
            )
    for i, n in enumerate(args):
        if not _is_size(n):
            kind = type(n).__name__
            if i == 0:
                raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {kind}")
            raise TypeError(
                f"{name}(): argument 'size' failed to unpack the object at pos {i + 1} with error \"type must be tuple of "
                f'ints,but got {kind}"'
            )
    shape = tuple(map(index, args))
    for n in shape:
        if n < 0:
            if name == "zeros":
                raise RuntimeError("zeros: Dimension size must be non-negative.")
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {list(shape)}")
    return shape


def _sized(name: str, size: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, ...]:
    """The shape, by position or as `size=`; no other keyword is accepted"""
    if not size and "size" in kwargs:
        size = (kwargs.pop("size"),)
    if kwargs:
        raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    if not size:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    return _shape(name, size)


def _given(name: str, size: Any) -> tuple[int, ...]:
    """The shape where it must be a tuple"""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}")
    return _shape(name, (size,))


# Of one value ---------------------------------------------------------------------------------------------------------
def zeros(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any
) -> Tensor:
    """Zeros of the given shape: zeros(2, 3) or zeros((2, 3))"""
    return made(np.zeros(_sized("zeros", size, kwargs), _numpy(dtype)), device, requires_grad)


def ones(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any
) -> Tensor:
    """Ones of the given shape: ones(2, 3) or ones((2, 3))"""
    return made(np.ones(_sized("ones", size, kwargs), _numpy(dtype)), device, requires_grad)


def empty(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any
) -> Tensor:
    """Unspecified values of the given shape: empty(2, 3) or empty((2, 3))"""
    return made(np.empty(_sized("empty", size, kwargs), _numpy(dtype)), device, requires_grad)


def full(
    size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """fill_value everywhere; its type gives the dtype (bool, int64 or the default)"""
    value = fill_value.item() if isinstance(fill_value, TensorBase) else fill_value  # type: ignore[attr-defined]
    if dtype is None:
        dtype = bool_ if isinstance(value, builtins.bool) else int64 if isinstance(value, int) else None
    kind = _numpy(dtype)
    return made(np.full(_given("full", size), fit_number(value, kind), kind), device, requires_grad)


def eye(
    n: int, m: int | None = None, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Ones on the diagonal, zeros elsewhere: (n, n) or (n, m)"""
    for name, size in (("n", n), ("m", n if m is None else m)):
        if not _is_size(size):
            raise TypeError(
                f"eye(): argument '{name}' (position {1 + (name == 'm')}) must be int, not {type(size).__name__}"
            )
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    return made(np.eye(n, m, dtype=_numpy(dtype)), device, requires_grad)


def _like(input: Any, dtype: DType | None) -> Any:
    return input._data.dtype if dtype is None else as_dtype(dtype).numpy


def zeros_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of input's shape and dtype"""
    return made(np.zeros_like(input._data, _like(input, dtype)), device, requires_grad)


def ones_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of input's shape and dtype"""
    return made(np.ones_like(input._data, _like(input, dtype)), device, requires_grad)


def empty_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Unspecified values of input's shape and dtype"""
    return made(np.empty_like(input._data, _like(input, dtype)), device, requires_grad)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """fill_value everywhere, of input's shape and dtype"""
    kind = _like(input, dtype)
    return made(np.full_like(input._data, fit_number(_number(fill_value), kind), kind), device, requires_grad)


# In sequence ----------------------------------------------------------------------------------------------------------
def _number(x: Any) -> Any:
    return x.item() if isinstance(x, (TensorBase, np.generic)) else x  # type: ignore[union-attr]


def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, ... up to but without end; arange(n) counts from 0. Whole numbers give int64."""
    start, end, step = (_number(v) for v in ((0, start, step) if end is None else (start, end, step)))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) / step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None:
        kind = int64.numpy if all(isinstance(v, int) for v in (start, end, step)) else get_default_dtype().numpy
    else:
        kind = as_dtype(dtype).numpy
    if kind.kind == "b":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    if kind == np.int64:
        start, end, step = int(start), int(end), int(step)
    count = max(math.ceil((end - start) / step), 0)
    if kind.kind == "f":
        return made((start + np.arange(count) * float(step)).astype(kind), device, requires_grad)
    return made((int(start) + np.arange(count) * int(step)).astype(kind), device, requires_grad)


def linspace(
    start: Any, end: Any, steps: int, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """steps numbers from start to end, both included, evenly spaced"""
    return made(_even_steps("linspace", start, end, steps, _numpy(dtype)), device, requires_grad)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """steps numbers from base ** start to base ** end, both included, with even steps of the exponent"""
    kind = _numpy(dtype)
    work = kind if kind.kind == "f" else np.dtype(np.float64)
    exponents = _even_steps("logspace", start, end, steps, work)
    return made(np.power(base, exponents, dtype=work).astype(kind), device, requires_grad)


def _even_steps(name: str, start: Any, end: Any, steps: int, kind: np.dtype[Any]) -> Any:
    if not _is_size(steps):
        raise TypeError(f"{name}(): argument 'steps' (position 3) must be int, not {type(steps).__name__}")
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if kind.kind == "b":
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    if kind.kind != "f":
        return np.linspace(_number(start), _number(end), steps).astype(kind)
    first, last = kind.type(_number(start)), kind.type(_number(end))
    if steps == 1:
        return np.array([first])
    step = (last - first) / kind.type(max(steps - 1, 1))
    i = np.arange(steps, dtype=kind)
    half = i < steps // 2  # from both ends, as PyTorch does, so that the two ends are exact
    return np.where(half, first + step * i, last - step * (steps - 1 - i)).astype(kind)


# At random ------------------------------------------------------------------------------------------------------------
def _generator(generator: random.Generator | None) -> random.Generator:
    return random.current_generator() if generator is None else generator


def rand(
    *size: Any,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **kwargs: Any,
) -> Tensor:
    """Uniform numbers in [0, 1)"""
    return made(_generator(generator).rand(_sized("rand", size, kwargs), _numpy(dtype)), device, requires_grad)


def randn(
    *size: Any,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **kwargs: Any,
) -> Tensor:
    """Normal numbers, mean 0 and variance 1"""
    return made(_generator(generator).normal(_sized("randn", size, kwargs), dtype=_numpy(dtype)), device, requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
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
    return made(_generator(generator).randint(low, high, _given("randint", size), kind), device, requires_grad)


def randperm(
    n: int,
    *,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The whole numbers 0 ... n - 1 in random order; int64 by default"""
    kind = np.dtype(np.int64) if dtype is None else dtype.numpy
    return made(_generator(generator).randperm(n, kind), device, requires_grad)


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normal numbers; mean and std: numbers with a size, or tensors, one for each element"""
    if size is not None:
        return made(
            _generator(generator).normal(_given("normal", size), mean, std, _numpy(dtype)), device, requires_grad
        )
    data = [v._data for v in (mean, std) if isinstance(v, TensorBase)]
    if not data:
        raise TypeError("normal() needs a size where mean and std are numbers")
    if isinstance(std, TensorBase) and (std._data < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    shape = np.broadcast_shapes(*(d.shape for d in data))
    noise = _generator(generator).normal(shape, dtype=data[0].dtype)
    return made(noise * getattr(std, "_data", std) + getattr(mean, "_data", mean), device, requires_grad)


def rand_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform numbers in [0, 1), of input's shape and dtype"""
    return rand(input._data.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Normal numbers, of input's shape and dtype"""
    return randn(input._data.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers in [low, high), or [0, low), of input's shape and dtype"""
    return randint(
        low, high, tuple(input._data.shape), dtype=dtype or input.dtype, device=device, requires_grad=requires_grad
    )
