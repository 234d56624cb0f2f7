"""Normal numbers from uniform ones, with the last bit that PyTorch's compiled code gives.

PyTorch's reference build (x86 with AVX2) rounds once where a multiplication and an addition stand in one expression,
and takes float32 logarithm, sine and cosine from Cephes' polynomials. Both are done here with plain IEEE operations, so
float32 results are the same on every machine.

Source: Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Statist. 29 (1958); Moshier,
Cephes mathematical library (logf, sinf, cosf).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["box_muller", "fma32", "fma64"]

Array = np.ndarray[Any, Any]


def fma32(a: Array, b: Array | np.float32, c: Array | np.float32) -> Array:
    """float32(a * b + c) with one rounding: the product of two float32 is exact in float64."""
    wide = a.astype(np.float64)
    wide *= b
    wide += c
    return wide.astype(np.float32)


def fma64(a: Array, b: float, c: float) -> Array:
    """a * b + c in float64 with one rounding, by error-free transformations.

    Source: Dekker, Numer. Math. 18 (1971), product; Knuth, TAOCP vol. 2, 4.2.2, sum.
    """
    with np.errstate(all="ignore"):  # splitting overflows beyond 2**996; the plain sum is taken there
        product = a * b
        a_high = a * 134217729.0  # 2**27 + 1 splits the 53 bits in two halves, whose products are exact
        a_high -= a_high - a
        b_high = b * 134217729.0
        b_high -= b_high - b
        a_low, b_low = a - a_high, b - b_high
        product_error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
        total = product + c
        shift = total - product
        error = ((product - (total - shift)) + (c - shift)) + product_error
        return np.where(np.isfinite(error), total + error, total)


def _horner32(coefficients: list[np.float32], x: Array) -> Array:
    """Polynomial in x, highest power first, every step a fused float32 multiply-add."""
    wide = x.astype(np.float64)
    result = (coefficients[0] * wide + coefficients[1]).astype(np.float32)
    for coefficient in coefficients[2:]:
        result = fma32(result, wide, coefficient)
    return result


def _single(*values: float) -> list[np.float32]:
    return [np.float32(value) for value in values]


_SQRT_HALF, _LN2_LOW, _LN2_HIGH = _single(0.707106781186547524, -2.12194440e-4, 0.693359375)
_LOG = _single(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_FOUR_OVER_PI = np.float32(4 / math.pi)
_PI_4_HIGH, _PI_4_MID, _PI_4_LOW = _single(-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)
_COS = _single(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_SIN = _single(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_HALF, _ONE, _TWO = _single(0.5, 1.0, 2.0)


def _log32(x: Array) -> Array:
    """log(x) for contiguous float32 x in (0, 1], as Cephes' logf with fused steps."""
    bits = x.view(np.int32)
    mantissa = ((bits & 0x007FFFFF) | 0x3F000000).view(np.float32)  # x = mantissa * 2**exponent, mantissa in [1/2, 1)
    low = mantissa < _SQRT_HALF
    exponent = (((bits >> 23) - 126) - low).astype(np.float32)
    x = mantissa * low + (mantissa - _ONE)
    square = x * x
    y = _horner32(_LOG, x) * x
    y = fma32(y, square, exponent * _LN2_LOW) - square * _HALF
    logarithm: Array = (x + y) + exponent * _LN2_HIGH
    return logarithm


def _sincos32(x: Array) -> tuple[Array, Array]:
    """sin(x), cos(x) for float32 x in [0, 2 pi], as Cephes' sinf and cosf with fused steps."""
    octant = ((x * _FOUR_OVER_PI).astype(np.int32) + 1) & ~1
    turns = octant.astype(np.float32)
    x = fma32(turns, _PI_4_LOW, (x + turns * _PI_4_HIGH) + turns * _PI_4_MID)  # the first two products are exact
    square = x * x
    cos = _horner32(_COS, square) * square
    cos = fma32(cos, square, square * -_HALF) + _ONE
    sin = fma32(_horner32(_SIN, square) * square, x, x)
    # np.where takes 3.4 ns an element on random masks (mispredicted branches), a product with 0 or 1 takes 0.2.
    swap = (octant & 2).astype(np.float32) * _HALF
    keep = _ONE - swap
    sin_sign = _ONE - (octant & 4).astype(np.float32) * _HALF
    cos_sign = _ONE - ((octant + 2) & 4).astype(np.float32) * _HALF
    return (sin * keep + cos * swap) * sin_sign, (cos * keep + sin * swap) * cos_sign


def box_muller(uniform: Array, mean: float, std: float) -> Array:
    """Uniform numbers (16 n,) -> normal numbers (16 n,): of each 16, radius from the first 8, angle from the last 8."""
    pairs = uniform.reshape(-1, 2, 8)
    result = np.empty_like(pairs)
    radius, angle = 1 - pairs[:, 0], pairs[:, 1]  # 1 - u: (0, 1], the logarithm's domain
    if uniform.dtype == np.float32:
        radius = np.sqrt(-_TWO * _log32(radius))
        sin, cos = _sincos32(angle * np.float32(2 * math.pi))
        result[:, 0] = fma32(radius * cos, np.float32(std), np.float32(mean))
        result[:, 1] = fma32(radius * sin, np.float32(std), np.float32(mean))
    else:
        radius = np.sqrt(-2 * np.log(radius))
        angle = 2 * math.pi * angle
        result[:, 0] = fma64(radius * np.cos(angle), std, mean)
        result[:, 1] = fma64(radius * np.sin(angle), std, mean)
    return result.reshape(-1)
