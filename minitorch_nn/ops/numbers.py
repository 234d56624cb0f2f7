"""Signs, parts and neighbours of floating-point numbers, divisors of whole ones, element by element."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._bfloat16 import FLOATING
from ..autograd.op import op
from ..autograd.variable import TensorBase
from ..dtypes import float64
from .arithmetic import constant
from .checks import FLOATS, supports, underived
from .choose import where
from .comparison import isnan
from .functions import exp2, pow

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# Of two numbers -------------------------------------------------------------------------------------------------------
def _ratio(g: Any, input: Any, out: Any) -> Any:
    """g with the sign that the copying changed; 0 at 0"""
    zero = input == 0
    return where(zero, 0.0, g * (out / where(zero, 1.0, input)))


@op(
    name="CopysignBackward0",
    kind="float",
    input=lambda g, input, out: _ratio(g, input, out),
    other=lambda g: constant(g, value=0.0),
)
def copy_sign(input: Tensor, other: Tensor) -> Tensor:
    """|input| with the sign of other, for two tensors"""
    return np.copysign(input, other)


@op(name="CopysignBackward1", kind="float", input=lambda g, input, out: _ratio(g, input, out))
def copy_sign_of_number(input: Tensor, *, other: Number) -> Tensor:
    """|input| with the sign of a Python number"""
    return np.copysign(input, input.dtype.type(math.copysign(1.0, other)))


def copysign(input: Tensor, other: Any) -> Tensor:
    """|input| with the sign of other, a tensor or a number; -0.0 is negative"""
    return copy_sign(input, other) if hasattr(other, "_data") else copy_sign_of_number(input, other=other)


@op(
    kind="promote",
    input=lambda g, input, other: where((input >= other) | isnan(other), g, 0.0),
    other=lambda g, input, other: where((input >= other) | isnan(other), 0.0, g),
)
def fmax(input: Tensor, other: Tensor) -> Tensor:
    """The larger of the two, and the number where the other is nan; of equal ones input has the gradient"""
    return np.fmax(input, other)


@op(
    kind="promote",
    input=lambda g, input, other: where((input <= other) | isnan(other), g, 0.0),
    other=lambda g, input, other: where((input <= other) | isnan(other), 0.0, g),
)
def fmin(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of the two, and the number where the other is nan; of equal ones input has the gradient"""
    return np.fmin(input, other)


@op(
    kind="promote",
    input=lambda g, input, other: where(input != other, g, 0.0),
    other=lambda g: constant(g, value=0.0),
)
@supports(FLOATS, "nextafter_cpu")
def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """The next floating-point number after input in the direction of other"""
    return np.nextafter(input, other)


@op(name="NotImplemented", input=underived("heaviside"), values=underived("heaviside"))
def step(input: Tensor, values: Tensor) -> Tensor:
    """0 below 0 and for nan, values at 0, 1 above"""
    return np.where(input == 0, values, np.where(input > 0, input.dtype.type(1), input.dtype.type(0)))


def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """0 where input is below 0, values where it is 0, 1 above; no derivative. Both have one dtype."""
    if input._data.dtype != values._data.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return step(input, values)


def float_power(input: Any, exponent: Any) -> Tensor:
    """input ** exponent, computed in float64; either may be a Python number"""
    base, power = (v.to(float64) if isinstance(v, TensorBase) else float(v) for v in (input, exponent))  # type: ignore[attr-defined]
    return pow(base, power)


# Mantissa and exponent ------------------------------------------------------------------------------------------------
@op(
    kind="float",
    input=lambda g, other: g * exp2(other),
    other=lambda g, out: g * (out * math.log(2)),
)
def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """input * 2 ** other; PyTorch's gradient for negative int exponents is 0, here it is 2 ** other"""
    return np.multiply(input, np.exp2(other))


class frexp_result(NamedTuple):
    """What `frexp` returns."""

    mantissa: Tensor
    exponent: Tensor

    def __repr__(self) -> str:
        return f"torch.return_types.frexp(\nmantissa={self.mantissa!r},\nexponent={self.exponent!r})"


def _scaled_back(g: Any, exponent: Any) -> Any:
    return g / np.exp2(exponent).astype(getattr(g, "_data", g).dtype)


@op(
    name="FrexpBackward0",
    outputs=("mantissa", "exponent"),
    input=lambda g, exponent: _scaled_back(g, exponent),
)
def parts_of_float(input: Tensor) -> Any:
    """mantissa * 2 ** exponent, mantissa in [1/2, 1)"""
    return np.frexp(input)


def frexp(input: Tensor) -> Any:
    """(mantissa, exponent): input = mantissa * 2 ** exponent, |mantissa| in [1/2, 1), the exponent int32"""
    if input._data.dtype.kind not in FLOATING:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return frexp_result(*parts_of_float(input))


# Whole numbers --------------------------------------------------------------------------------------------------------
@op(kind="promote")
@supports("iu", "gcd_cpu")
def gcd(input: Tensor, other: Tensor) -> Tensor:
    """The greatest common divisor, not negative; gcd(0, 0) is 0"""
    return np.gcd(input, other)


@op(kind="promote")
@supports("iu", "lcm_cpu")
def lcm(input: Tensor, other: Tensor) -> Tensor:
    """The least common multiple, not negative; 0 where either is 0"""
    return np.lcm(input, other)


# Questions ------------------------------------------------------------------------------------------------------------
@op()
def signbit(input: Tensor) -> Tensor:
    """Where input is negative; -0.0 is"""
    return np.signbit(input) if input.dtype.kind == "f" else np.less(input, 0)


@op()
def isposinf(input: Tensor) -> Tensor:
    """Where input is inf"""
    return np.equal(input, np.inf)


@op()
def isneginf(input: Tensor) -> Tensor:
    """Where input is -inf"""
    return np.equal(input, -np.inf)


@op()
def isreal(input: Tensor) -> Tensor:
    """True everywhere: there are no complex tensors here"""
    return np.ones(input.shape, bool)  # type: ignore[return-value]


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape"""
    return input._data.shape == other._data.shape


def is_signed(input: Tensor) -> bool:
    """Whether the dtype has negative numbers"""
    return input._data.dtype.kind in "if"
