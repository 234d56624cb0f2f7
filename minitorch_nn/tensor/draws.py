"""Functions that make tensors of random numbers, from the default generator or the one that is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import random
from .._bfloat16 import finished, float_of
from ..autograd.arrays import settle
from ..autograd.variable import TensorBase
from ..dtypes import dtype as DType
from ..layout import memory_format as MemoryFormat
from ..layout import preserve_format
from ..ops.checks import number
from ..ops.dims import common_shape
from .creation import factory, given_shape, numpy_dtype, sized
from .from_data import made
from .memory_format import like

if TYPE_CHECKING:
    from ._tensor import Tensor


def _generator(generator: random.Generator | None) -> random.Generator:
    return random.current_generator() if generator is None else generator


@factory
def rand(
    *size: Any,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **kwargs: Any,
) -> Tensor:
    """Uniform numbers in [0, 1)"""
    return made(_generator(generator).rand(sized("rand", size, kwargs), numpy_dtype(dtype)), device, requires_grad)


@factory
def randn(
    *size: Any,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    **kwargs: Any,
) -> Tensor:
    """Normal numbers, mean 0 and variance 1"""
    return made(
        _generator(generator).normal(sized("randn", size, kwargs), dtype=numpy_dtype(dtype)), device, requires_grad
    )


@factory
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
    drawn = _generator(generator).randint(low, high, given_shape("randint", size), kind)
    return made(np.asarray(drawn), device, requires_grad)


@factory
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


@factory
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
            _generator(generator).normal(given_shape("normal", size), number(mean), number(std), numpy_dtype(dtype)),
            device,
            requires_grad,
        )
    data = [v._data for v in (mean, std) if isinstance(v, TensorBase)]
    if not data:
        raise TypeError("normal() needs a size where mean and std are numbers")
    if isinstance(std, TensorBase) and (float_of(std._data) < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    shape = common_shape(*(d.shape for d in data))
    kind = data[0].dtype
    noise = _generator(generator).normal(shape, dtype=kind)
    scaled = finished(float_of(noise) * float_of(getattr(std, "_data", std)), kind)
    shifted = finished(float_of(scaled) + float_of(getattr(mean, "_data", mean)), kind)
    return made(np.asarray(shifted), device, requires_grad)


def _as_it_lies(draw: Callable[..., Tensor], input: Tensor, order: MemoryFormat, **options: Any) -> Tensor:
    """draw(shape) with the numbers in the order in which input's elements lie in memory, as PyTorch fills them in"""
    if not isinstance(input, TensorBase):
        raise TypeError(f"argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    array = settle(input)
    dims = sorted(range(array.ndim), key=lambda d: -array.strides[d])
    if order is not preserve_format or array.flags.c_contiguous or 0 in array.strides:
        return like(draw(array.shape, dtype=options.pop("dtype") or input.dtype, **options), order)
    drawn = draw(tuple(array.shape[d] for d in dims), dtype=options.pop("dtype") or input.dtype, **options)
    drawn._data = drawn._data.transpose(sorted(range(array.ndim), key=dims.__getitem__))
    return drawn


def _is_scattered(input: Tensor) -> bool:
    """Whether normals of its layout are made one by one: where the elements do not lie row by row."""
    strides = settle(input).strides if isinstance(input, TensorBase) else ()
    return 0 not in strides and list(strides) != sorted(strides, reverse=True)


def _one_by_one(size: Any, *, generator: Any, dtype: DType, device: Any, requires_grad: bool) -> Tensor:
    array = _generator(generator).normal(tuple(size), 0.0, 1.0, dtype.numpy, True)
    return made(array, device, requires_grad)


@factory
def rand_like(
    input: Tensor,
    *,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """Uniform numbers in [0, 1), of input's shape and dtype"""
    return _as_it_lies(
        rand, input, memory_format, generator=generator, dtype=dtype, device=device, requires_grad=requires_grad
    )


@factory
def randn_like(
    input: Tensor,
    *,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """Normal numbers, of input's shape and dtype"""
    return _as_it_lies(
        _one_by_one if _is_scattered(input) else randn,
        input,
        memory_format,
        generator=generator,
        dtype=dtype,
        device=device,
        requires_grad=requires_grad,
    )


@factory
def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    generator: random.Generator | None = None,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: MemoryFormat = preserve_format,
) -> Tensor:
    """Whole numbers in [low, high), or [0, low), of input's shape and dtype"""
    return _as_it_lies(
        lambda shape, **options: randint(low, high, tuple(shape), **options),
        input,
        memory_format,
        generator=generator,
        dtype=dtype,
        device=device,
        requires_grad=requires_grad,
    )
