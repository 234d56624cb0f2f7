"""Window functions, a deprecated sequence, and a single number as a tensor."""

from __future__ import annotations

import builtins
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dtypes import as_dtype, get_default_dtype
from ..dtypes import dtype as DType
from ..ops.bessel import i0
from .creation import factory, numpy_dtype
from .from_data import made

if TYPE_CHECKING:
    from ._tensor import Tensor


def _window(name: str, length: int, periodic: bool, shape: Any, dtype: DType | None, device: Any, grad: bool) -> Tensor:
    """shape(share), share from 0 to 1 over the window; a periodic one is one longer, without its last element"""
    kind = numpy_dtype(dtype)
    if kind.kind != "f":
        raise RuntimeError(
            f"{name} expects floating point dtypes, got: TensorOptions(dtype={_IN_CPP.get(kind.name, kind.name)}, "
            "device=cpu, layout=Strided (default), requires_grad=false (default), pinned_memory=false, "
            "memory_format=(nullopt))"
        )
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if length < 2:
        return made(np.ones(length, kind), device, grad)
    count = length + 1 if periodic else length
    return made(shape(np.arange(count) / (count - 1))[:length].astype(kind), device, grad)


_IN_CPP = {"int64": "long int", "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char"}


@factory
def hann_window(
    window_length: int, periodic: bool = True, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """(1 - cos(2 pi t)) / 2, t from 0 to 1; periodic: as one period of a longer signal"""
    return _window("hann_window", window_length, periodic, _cosines(0.5, 0.5), dtype, device, requires_grad)


@factory
def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *, dtype: DType | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """alpha - beta cos(2 pi t), t from 0 to 1"""
    return _window("hamming_window", window_length, periodic, _cosines(alpha, beta), dtype, device, requires_grad)


@factory
def blackman_window(
    window_length: int, periodic: bool = True, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.42 - cos(2 pi t) / 2 + 0.08 cos(4 pi t), t from 0 to 1"""
    shape = _cosines(0.42, 0.5, 0.08)
    return _window("blackman_window", window_length, periodic, shape, dtype, device, requires_grad)


@factory
def bartlett_window(
    window_length: int, periodic: bool = True, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """1 - |2 t - 1|, t from 0 to 1"""
    shape = lambda t: 1 - np.absolute(2 * t - 1)  # noqa: E731
    return _window("bartlett_window", window_length, periodic, shape, dtype, device, requires_grad)


@factory
def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """i0(beta sqrt(1 - (2 t - 1)^2)) / i0(beta), t from 0 to 1"""

    def shape(t: Any) -> Any:
        return i0(beta * np.sqrt(np.maximum(1 - (2 * t - 1) ** 2, 0))) / i0(np.asarray(float(beta)))  # type: ignore[arg-type]

    return _window("kaiser_window", window_length, periodic, shape, dtype, device, requires_grad)


def _cosines(*weights: float) -> Any:
    """w[0] - w[1] cos(2 pi t) + w[2] cos(4 pi t)"""
    last = len(weights) - 1  # from the last on, so that the ends of blackman's are 0
    return lambda t: sum((-1) ** k * weights[k] * np.cos(2 * math.pi * k * t) for k in builtins.range(last, -1, -1))


@factory
def range(
    start: Any = 0, end: Any = None, step: Any = 1, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """start, start + step, … up to and with end; deprecated, use arange, which is without end"""
    if end is None:
        raise TypeError('range() missing 1 required positional arguments: "end"')
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
        stacklevel=3,
    )
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    kind = (get_default_dtype() if dtype is None else as_dtype(dtype)).numpy
    count = int((end - start) / step) + 1
    return made((start + step * np.arange(count)).astype(kind), device, requires_grad)


@factory
def scalar_tensor(s: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A number as a 0-dim tensor of the default dtype"""
    return made(np.asarray(s, numpy_dtype(dtype)), device, requires_grad)
