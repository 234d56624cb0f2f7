"""bfloat16 on NumPy, which has no such type: the upper half of a float32, kept as its 16 bits.

An array of it has a structured dtype of one field, two bytes without a meaning to NumPy. So what only moves elements
(views, slices, copies, indexing) works as on any array; arithmetic, numbers written into it and its `astype` raise (but
`astype` *to* it does not: use `finished`). What computes widens to float32, which holds every bfloat16, and rounds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

BFLOAT16: np.dtype[Any] = np.dtype([("bfloat16", "V2")])
FLOATING = "fV"
"""Kinds of the NumPy dtypes that stand for floating-point types: structured arrays are bfloat16."""
_WIDE: np.dtype[Any] = np.dtype(np.float32)
LARGEST, SMALLEST_NORMAL, EPS = (2 - 2.0**-7) * 2.0**127, 2.0**-126, 2.0**-7
"""Its largest number, its smallest one of full precision, and the step from 1 to the next."""
_NAN = np.uint16(0xFFFF)
"""What PyTorch's vector instructions write for every nan"""


HALVES = "eV"
"""Characters of the NumPy dtypes of two bytes, float16 and bfloat16."""


class _State:
    __slots__ = ("in_use",)

    def __init__(self) -> None:
        self.in_use = False


state = _State()
"""`in_use`: whether anybody has asked for bfloat16 or float16 yet; until then nobody has to look for such arrays."""


def is_bfloat16(value: Any) -> bool:
    """Whether value is an array of bfloat16."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "V"


def is_half(value: Any) -> bool:
    """Whether value is an array of bfloat16 or float16, which operations compute with in float32"""
    return isinstance(value, np.ndarray) and value.dtype.char in HALVES


def upcast(value: Any) -> Any:
    """value with float32 for arrays of bfloat16 and float16, in tuples too; anything else as it is"""
    if type(value) is tuple:
        return tuple([upcast(v) for v in value])
    return as_type(value, _WIDE) if is_half(value) else value


def widen(array: Array) -> Array:
    """bfloat16 -> float32 of the same values, in the same order of memory (row by row where it was expanded)"""
    bits = array.view(np.uint16).astype(np.uint32, order="C" if 0 in array.strides else "K")
    bits <<= 16
    return bits.view(np.float32)


def float_of(value: Any) -> Any:
    """value with float32 for bfloat16 arrays, in tuples too; anything else as it is"""
    if type(value) is tuple:
        return tuple([float_of(v) for v in value])
    return widen(value) if is_bfloat16(value) else value


def narrow(array: Array) -> Array:
    """Any number type -> bfloat16, rounded to nearest, ties to even; by way of float32, as PyTorch does.

    What lies beyond the largest number becomes infinite; every nan becomes the same one.
    """
    order: Any = "C" if 0 in array.strides else "K"
    with np.errstate(over="ignore", invalid="ignore"):
        bits = array.astype(np.float32, order=order, copy=False).view(np.uint32)
        # just below half of the lowest bit that stays is added, and one more where that bit is odd: ties become even
        rounded = np.right_shift(bits, 16, out=np.empty_like(bits))
        rounded &= 1
        rounded += 0x7FFF
        rounded += bits
    rounded >>= 16
    out = rounded.astype(np.uint16, order=order)
    np.copyto(out, _NAN, where=(bits & 0x7FFFFFFF) > 0x7F800000)
    return out.view(BFLOAT16)


def finished(array: Array, kind: np.dtype[Any]) -> Array:
    """What was computed in `wide(kind)` as `kind`: array itself where it is that"""
    if kind.kind == "V":
        return narrow(array)
    with np.errstate(over="ignore"):
        return _by_way_of(array, kind).astype(kind, copy=False)


def _by_way_of(array: Array, kind: np.dtype[Any]) -> Array:
    """float64 that is to become float16 as float32, for PyTorch rounds it twice, too"""
    return array.astype(_WIDE) if kind.char == "e" and array.dtype.char == "d" else array


def wide(kind: np.dtype[Any]) -> np.dtype[Any]:
    """The type to make arrays of `kind` in: float32 for bfloat16"""
    return _WIDE if kind.kind == "V" else kind


def element(value: Any, kind: np.dtype[Any]) -> Any:
    """A number as NumPy writes it into arrays of `kind`"""
    if kind.char not in HALVES or (kind.char == "e" and not isinstance(value, float)):
        return value
    return finished(np.asarray(value), kind)


def ones_like(array: Array) -> Array:
    """Ones of array's shape and type"""
    out = np.empty_like(array)
    out[...] = element(1, array.dtype)
    return out


def write(target: Array, values: Array) -> None:
    """target[...] = values, cast to its type whatever is lost"""
    if target.dtype.kind == "V" or values.dtype.kind == "V":
        values = as_type(values, target.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        np.copyto(target, _by_way_of(values, target.dtype), casting="unsafe")


def rounded(value: float) -> float:
    """The bfloat16 nearest to value"""
    return float(widen(narrow(np.asarray(value))))


def number(value: Any, kind: np.dtype[Any]) -> Any:
    """A Python number as one of `kind` where that is of two bytes, else as it is"""
    return float(upcast(finished(np.asarray(value), kind))) if kind.char in HALVES else value


def add(a: Array, b: Array) -> Array:
    """a + b, rounded to bfloat16; either may be of another type"""
    return narrow(np.add(float_of(a), float_of(b)))


def as_type(array: Array, kind: np.dtype[Any]) -> Array:
    """A copy of array as another type, to and from bfloat16 too, in the same order of memory; row by row where it was
    expanded."""
    order: Any = "C" if 0 in array.strides else "K"
    if kind.kind == "V":
        return array.copy(order) if array.dtype.kind == "V" else narrow(array)
    plain: Array = float_of(array)
    return _by_way_of(plain, kind).astype(kind, order=order)
