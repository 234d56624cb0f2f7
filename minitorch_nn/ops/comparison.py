"""Comparisons and logic: bool tensors, part of no graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import float_of
from ..autograd.arrays import broadcast_mismatch
from ..autograd.op import op
from .checks import INTEGERS, kind_name, supports

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(kind="promote")
def eq(input: Tensor, other: Any) -> Tensor:
    """input == other"""
    return np.equal(input, other)


@op(kind="promote")
def ne(input: Tensor, other: Any) -> Tensor:
    """input != other"""
    return np.not_equal(input, other)


@op(kind="promote")
def lt(input: Tensor, other: Any) -> Tensor:
    """input < other"""
    return np.less(input, other)


@op(kind="promote")
def le(input: Tensor, other: Any) -> Tensor:
    """input <= other"""
    return np.less_equal(input, other)


@op(kind="promote")
def gt(input: Tensor, other: Any) -> Tensor:
    """input > other"""
    return np.greater(input, other)


@op(kind="promote")
def ge(input: Tensor, other: Any) -> Tensor:
    """input >= other"""
    return np.greater_equal(input, other)


@op(kind="promote")
def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Whether both are true (not zero)"""
    return np.logical_and(input, other)


@op(kind="promote")
def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Whether either is true (not zero)"""
    return np.logical_or(input, other)


@op(kind="promote")
def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """Whether exactly one is true (not zero)"""
    return np.logical_xor(input, other)


@op()
def logical_not(input: Tensor) -> Tensor:
    """Whether input is zero"""
    return np.logical_not(input)


@op(kind="promote")
@supports(INTEGERS, "bitwise_and_cpu")
def bitwise_and(input: Tensor, other: Any) -> Tensor:
    """input & other, of integers and bools"""
    return np.bitwise_and(input, other)


@op(kind="promote")
@supports(INTEGERS, "bitwise_or_cpu")
def bitwise_or(input: Tensor, other: Any) -> Tensor:
    """input | other, of integers and bools"""
    return np.bitwise_or(input, other)


@op(kind="promote")
@supports(INTEGERS, "bitwise_xor_cpu")
def bitwise_xor(input: Tensor, other: Any) -> Tensor:
    """input ^ other, of integers and bools"""
    return np.bitwise_xor(input, other)


@op()
@supports(INTEGERS, "bitwise_not_cpu")
def bitwise_not(input: Tensor) -> Tensor:
    """~input, of integers and bools"""
    return np.invert(input)


@op(kind="promote")
@supports("iu", "lshift_cpu")
def bitwise_left_shift(input: Tensor, other: Any) -> Tensor:
    """input << other, of integers"""
    return np.left_shift(input, other)


@op(kind="promote")
@supports("iu", "rshift_cpu")
def bitwise_right_shift(input: Tensor, other: Any) -> Tensor:
    """input >> other, of integers"""
    return np.right_shift(input, other)


@op()
def isnan(input: Tensor) -> Tensor:
    """Where input is not a number"""
    return np.isnan(input)


@op()
def isinf(input: Tensor) -> Tensor:
    """Where input is infinite"""
    return np.isinf(input)


@op()
def isfinite(input: Tensor) -> Tensor:
    """Where input is neither infinite nor nan"""
    return np.isfinite(input)


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """|input - other| <= atol + rtol * |other|, elementwise, of two tensors of one dtype"""
    a, b = input._data, other._data
    if a.dtype != b.dtype:
        raise RuntimeError(f"{kind_name(a)} did not match {kind_name(b)}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance:g}")
    wrong = broadcast_mismatch(a.shape, b.shape)
    if wrong is not None:
        raise RuntimeError(wrong)
    return input._wrap(np.asarray(np.isclose(float_of(a), float_of(b), rtol, atol, equal_nan)))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds everywhere"""
    return bool(isclose(input, other, rtol, atol, equal_nan)._data.all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape and the same values"""
    return input._data.shape == other._data.shape and bool((float_of(input._data) == float_of(other._data)).all())
