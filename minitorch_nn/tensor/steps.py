"""start, start + step, start + 2 step, ... rounded as PyTorch's CPU kernels round it."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["arange_values", "fused", "linspace_values"]

_SPLIT = 134217729.0  # 2 ** 27 + 1: cuts a float64 into two halves whose products are exact


def fused(a: Any, b: Any, c: Any) -> Any:
    """a * b + c in float64, rounded once, as a fused multiply-add is.

    The product's and the sum's rounding errors are found exactly and added back.
    Source: Dekker, "A Floating-Point Technique for Extending the Available Precision", 1971.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        product = a * b
        a_high = a * _SPLIT - (a * _SPLIT - a)
        b_high = b * _SPLIT - (b * _SPLIT - b)
        a_low, b_low = a - a_high, b - b_high
        product_error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
        total = c + product
        added = total - c
        sum_error = (c - (total - added)) + (product - added)
        exact = total + (sum_error + product_error)
    finite = np.isfinite(exact)
    return exact if finite.all() else np.where(finite, exact, total)  # numbers near the largest one cannot be cut


def arange_values(start: float, step: float, count: int, kind: np.dtype[Any]) -> Any:
    """(count,) float32 or float64: start + i * step, i = 0, 1, ...

    PyTorch computes blocks of 16 (float64: 8) by vectors of 8 (4): the first number of a vector is rounded to
    `kind`, and the others are counted from it, so `arange(-1, 1, 0.01)[100]` is 8.9e-10. The rest is computed
    one by one.
    """
    i = np.arange(count, dtype=np.float64)
    if float(start).is_integer() and float(step).is_integer():
        return (start + i * step).astype(kind)
    width = 32 // kind.itemsize
    whole = count // (2 * width) * (2 * width)
    if not whole:
        return fused(step, i, start).astype(kind)
    heads = fused(step, i[:whole:width], start).astype(kind).astype(np.float64)
    vectors = fused(step, i[:width], heads[:, None]).astype(kind)
    return np.concatenate([vectors.reshape(-1), fused(step, i[whole:], start).astype(kind)])


def linspace_values(first: Any, last: Any, count: int, kind: np.dtype[Any]) -> Any:
    """(count,) float32 or float64, count > 1: from both ends, so that both are exact, each number rounded once."""
    step = (last - first) / kind.type(count - 1)
    i = np.arange(count, dtype=np.float64)
    low = i < count // 2
    offset = np.where(low, i, -(count - 1 - i))
    end = np.where(low, first, last).astype(np.float64)
    if kind.itemsize == 4:  # the product of two float32 is exact in float64
        return (float(step) * offset + end).astype(kind)
    return fused(step, offset, end)
