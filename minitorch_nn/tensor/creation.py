"""Functions that make tensors: of one value, and in sequence."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from functools import wraps
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from .._bfloat16 import FLOATING, element, finished, float_of, narrow, rounded, wide
from ..autograd.variable import TensorBase
from ..dtypes import as_dtype, get_default_dtype, int64
from ..dtypes import bool as bool_
from ..dtypes import dtype as DType
from ..layout import contiguous_format, preserve_format, strided
from ..layout import memory_format as MemoryFormat
from ..ops.arguments import by_position, refusal, with_numbers
from ..ops.checks import fit_number
from ..ops.output import takes_out, write
from .from_data import as_tensor as as_tensor
from .from_data import from_numpy as from_numpy
from .from_data import made
from .from_data import tensor as tensor
from .memory_format import like
from .steps import arange_values, linspace_values

if TYPE_CHECKING:
    from ._tensor import Tensor


F = TypeVar("F", bound=Callable[..., Any])


def factory(function: F) -> F:
    """A function that makes tensors, with PyTorch's `layout` (there is one), `pin_memory` (which has no effect) and `out`."""

    @wraps(function)
    def make(*args: Any, **kwargs: Any) -> Any:
        if "out" in kwargs and takes_out(function.__name__):
            out = kwargs.pop("out")
            if out is None:
                return make(*args, **kwargs)
            if getattr(out, "requires_grad", False):
                raise RuntimeError("cannot resize variables that require grad")
            kwargs.setdefault("dtype", getattr(out, "dtype", None))
            return write(function.__name__, make, out, args, kwargs)
        if "pin_memory" in kwargs or "layout" in kwargs:
            kwargs.pop("pin_memory", None)
            if kwargs.pop("layout", strided) is not strided:
                raise NotImplementedError(f"{function.__name__}(): the only layout is torch.strided")
        try:
            return function(*args, **kwargs)
        except Exception as failed:
            placed = by_position("torch", function.__name__, args, kwargs) if isinstance(failed, TypeError) else None
            if placed is not None:
                return function(*placed[0], **placed[1])
            read = with_numbers("torch", function.__name__, function, args, kwargs)
            if read is not None:
                return make(*read[0], **read[1])
            text = refusal("torch", function.__name__, args, kwargs)
            if text is None:
                raise
        raise TypeError(text)

    return cast(F, make)


def numpy_dtype(dtype: DType | None) -> Any:
    return get_default_dtype().numpy if dtype is None else as_dtype(dtype).numpy


# Shapes ---------------------------------------------------------------------------------------------------------------
def _is_size(n: Any) -> bool:
    """Whether n is a whole number; a bool is none here"""
    return type(n) is int or (hasattr(n, "__index__") and not isinstance(n, (builtins.bool, np.ndarray)))


def _shape(name: str, args: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape that `name(2, 3)` and `name((2, 3))` ask for. Raises TypeError and RuntimeError as PyTorch."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = tuple(args[0])
        wrong = next((i for i, n in enumerate(args) if not (_is_size(n) or (i and isinstance(n, builtins.bool)))), None)
        if wrong is not None:
            raise TypeError(
                f"{name}(): argument 'size' (position 1) must be tuple of ints, but found element of type "
                f"{type(args[wrong]).__name__} at pos {wrong}"
            )
    for i, n in enumerate(args):
        if not (_is_size(n) or (i and isinstance(n, builtins.bool))):  # PyTorch looks at the first alone so closely
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


def sized(name: str, size: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, ...]:
    """The shape, by position or as `size=`; no other keyword is accepted"""
    if not size and "size" in kwargs:
        size = (kwargs.pop("size"),)
    if kwargs:
        raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    if not size:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    return _shape(name, size)


def given_shape(name: str, size: Any) -> tuple[int, ...]:
    """The shape where it must be a tuple"""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}")
    return _shape(name, (size,))


def _filled(shape: tuple[int, ...], value: Any, kind: np.dtype[Any]) -> Any:
    return np.full(shape, element(value, kind), kind)


# Of one value ---------------------------------------------------------------------------------------------------------
@factory
def zeros(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any
) -> Tensor:
    """Zeros of the given shape: zeros(2, 3) or zeros((2, 3))"""
    return made(np.zeros(sized("zeros", size, kwargs), numpy_dtype(dtype)), device, requires_grad)


@factory
def ones(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any
) -> Tensor:
    """Ones of the given shape: ones(2, 3) or ones((2, 3))"""
    return made(_filled(sized("ones", size, kwargs), 1, numpy_dtype(dtype)), device, requires_grad)


@factory
def empty(
    *size: Any, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, **kwargs: Any
) -> Tensor:
    """Unspecified values of the given shape: empty(2, 3) or empty((2, 3))"""
    order = kwargs.pop("memory_format", contiguous_format)
    array = np.empty(sized("empty", size, kwargs), numpy_dtype(dtype))
    return like(made(array, device, requires_grad), preserve_format if order is contiguous_format else order)


@factory
def full(
    size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """fill_value everywhere; its type gives the dtype (bool, int64 or the default)"""
    value = fill_value.item() if isinstance(fill_value, TensorBase) else fill_value  # type: ignore[attr-defined]
    if dtype is None:
        dtype = bool_ if isinstance(value, builtins.bool) else int64 if isinstance(value, int) else None
    kind = numpy_dtype(dtype)
    return made(_filled(given_shape("full", size), fit_number(value, kind), kind), device, requires_grad)


@factory
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
    kind = numpy_dtype(dtype)
    return made(finished(np.eye(n, m, dtype=wide(kind)), kind), device, requires_grad)


def _like(input: Any, dtype: DType | None) -> Any:
    return input._data.dtype if dtype is None else as_dtype(dtype).numpy


@factory
def zeros_like(
    input: Tensor,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """Zeros of input's shape and dtype"""
    return like(made(np.zeros_like(input._data, _like(input, dtype)), device, requires_grad), memory_format)


@factory
def ones_like(
    input: Tensor,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """Ones of input's shape and dtype"""
    kind = _like(input, dtype)
    return like(made(np.full_like(input._data, element(1, kind), kind), device, requires_grad), memory_format)


@factory
def empty_like(
    input: Tensor,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """Unspecified values of input's shape and dtype"""
    return like(made(np.empty_like(input._data, _like(input, dtype)), device, requires_grad), memory_format)


@factory
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """fill_value everywhere, of input's shape and dtype"""
    kind = _like(input, dtype)
    filled = np.full_like(input._data, element(fit_number(_number(fill_value), kind), kind), kind)
    return like(made(filled, device, requires_grad), memory_format)


# In sequence ----------------------------------------------------------------------------------------------------------
def _number(x: Any) -> Any:
    return x.item() if isinstance(x, (TensorBase, np.generic)) else x  # type: ignore[union-attr]


@factory
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
    if kind.char in "fd":
        return made(arange_values(float(start), float(step), count, kind), device, requires_grad)
    if kind.kind in FLOATING:
        return made(finished(start + np.arange(count) * float(step), kind), device, requires_grad)
    return made((int(start) + np.arange(count) * int(step)).astype(kind), device, requires_grad)


@factory
def linspace(
    start: Any, end: Any, steps: int, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """steps numbers from start to end, both included, evenly spaced"""
    kind = numpy_dtype(dtype)
    return made(_even_steps("linspace", start, end, steps, kind), device, requires_grad)


@factory
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
    kind = numpy_dtype(dtype)
    work = wide(kind) if kind.kind in FLOATING else np.dtype(np.float64)
    exponents = _even_steps("logspace", start, end, steps, work)
    return made(finished(np.power(base, exponents, dtype=work), kind), device, requires_grad)


def _even_steps(name: str, start: Any, end: Any, steps: int, kind: np.dtype[Any]) -> Any:
    text = refusal("torch", name, (start, end, steps), {})
    if text is not None:
        raise TypeError(text)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    for end_name, x in (("start", start), ("end", end)):
        if isinstance(x, TensorBase) and x._data.ndim:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got {end_name} with {x._data.ndim} dimension(s)."
            )
    if kind.kind == "b":
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    if kind.kind == "V":
        return _even_bfloat16s(_number(start), _number(end), steps)
    if kind.kind != "f":
        return np.linspace(_number(start), _number(end), steps).astype(kind)
    first, last = kind.type(_number(start)), kind.type(_number(end))
    if steps == 1:
        return np.array([first])
    if kind.char in "fd":
        return linspace_values(first, last, steps, kind)
    step = (last - first) / kind.type(max(steps - 1, 1))
    i = np.arange(steps, dtype=kind)
    half = i < steps // 2  # from both ends, as PyTorch does, so that the two ends are exact
    return np.where(half, first + step * i, last - step * (steps - 1 - i)).astype(kind)


def _even_bfloat16s(start: float, end: float, steps: int) -> Any:
    """As `_even_steps`, each intermediate result rounded"""
    first, last = rounded(start), rounded(end)
    if steps == 1:
        return narrow(np.array([first]))
    step = rounded(rounded(last - first) / max(steps - 1, 1))
    i = np.arange(steps)
    low = i < steps // 2
    offset = float_of(narrow(step * np.where(low, i, steps - 1 - i)))
    return narrow(np.where(low, first + offset, last - offset))
