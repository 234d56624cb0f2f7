"""Powers, exponentials, logarithms, trigonometry, signs and parts of numbers, element by element."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, number
from ..autograd.op import op
from ..autograd.variable import TensorBase
from ..dtypes import from_numpy, result_numpy
from .arithmetic import constant, reciprocal
from .checks import FLOATS, NUMBERS, fit_number, supports
from .choose import where
from .memory import by_rows

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# Powers ---------------------------------------------------------------------------------------------------------------
_QUICK = {  # np.power is 20 times slower; PyTorch computes these the same way
    -2: lambda x: np.reciprocal(x * x),
    -1: np.reciprocal,
    -0.5: lambda x: np.reciprocal(np.sqrt(x)),
    0: np.ones_like,
    0.5: np.sqrt,
    1: np.copy,
    2: lambda x: x * x,
    3: lambda x: x * x * x,
}


@op(
    name="PowBackward0",
    x=lambda g, x, exponent: (
        constant(x, value=0.0) if exponent == 0 else g * (exponent * power(x, exponent=exponent - 1))
    ),
)
def power(x: Tensor, *, exponent: Number) -> Tensor:
    """x ** exponent, for a Python number"""
    quick = _QUICK.get(exponent)
    return np.power(x, exponent) if quick is None else quick(x)


@op(
    name="PowBackward1",
    kind="promote",
    x=lambda g, x, y: where(y == 0, 0.0, g * (y * power_tensor(x, y - 1))),
    y=lambda g, x, y, out: g * where((x == 0) & (y >= 0), 0.0, out * log(x)),
)
@supports(NUMBERS, "pow")
def power_tensor(x: Tensor, y: Tensor) -> Tensor:
    """x ** y, for two tensors"""
    return _power(x, y)


@op(name="PowBackward2", kind="promote", y=lambda g, base, y, out: _exponential_grad(g, base, y, out))
@supports(NUMBERS, "pow")
def power_of_number(base: Number, y: Tensor) -> Tensor:
    """base ** y, for a Python number"""
    return by_rows(_power(base, y))  # type: ignore[no-any-return]


def _power(x: Any, y: Any) -> Any:
    if isinstance(x, (int, float)) or isinstance(y, (int, float)) or x.dtype.kind == "f" or not (y < 0).any():
        return np.power(x, y)
    # x ** -y of integers is 1 / x ** y without its fraction: 0 but for x = 1 and x = -1
    power = np.power(x, np.absolute(y))
    return np.where(y >= 0, power, np.where(np.absolute(x) == 1, power, 0))


def _exponential_grad(g: Any, base: float, y: Any, out: Any) -> Any:
    if base == 0:
        return where(y >= 0, 0.0, g * (out * -math.inf))
    return g * (out * (math.log(base) if base > 0 else math.nan))


def pow(input: Any, exponent: Any) -> Tensor:
    """input ** exponent; either may be a Python number. Integers take no negative number as exponent."""
    if isinstance(exponent, (TensorBase, np.ndarray)):
        if isinstance(input, (TensorBase, np.ndarray)):
            return power_tensor(input, exponent)
        return power_of_number(input, exponent)
    if isinstance(exponent, np.generic):
        exponent = exponent.item()
    if input._data.dtype.kind not in FLOATING:
        kind = result_numpy(input._data, exponent)
        if kind.kind in "iu":
            if exponent < 0:
                raise RuntimeError("Integers to negative integer powers are not allowed.")
            exponent = fit_number(exponent, kind)
        input = input.to(from_numpy(kind))
    return power(input, exponent=number(exponent, input._data.dtype))


def square(input: Tensor) -> Tensor:
    """input ** 2"""
    return pow(input, 2)


# Exponentials, logarithms, roots --------------------------------------------------------------------------------------
@op(kind="float", input=lambda g, out: g * out)
def exp(input: Tensor) -> Tensor:
    """e ** input"""
    return np.exp(input)


@op(kind="float", input=lambda g, out: g * (out * math.log(2)))
def exp2(input: Tensor) -> Tensor:
    """2 ** input"""
    return np.exp2(input)


@op(kind="float", input=lambda g, out: g * (out + 1))
def expm1(input: Tensor) -> Tensor:
    """e ** input - 1, exact near 0"""
    return np.expm1(input)


@op(kind="float", input=lambda g, input: g / input)
def log(input: Tensor) -> Tensor:
    """The natural logarithm; -inf at 0, nan below."""
    return np.log(input)


@op(kind="float", input=lambda g, input: g / (input * math.log(2)))
def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2"""
    return np.log2(input)


@op(kind="float", input=lambda g, input: g / (input * math.log(10)))
def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10"""
    return np.log10(input)


@op(name="Log1PBackward0", kind="float", input=lambda g, input: g / (input + 1))
def log1p(input: Tensor) -> Tensor:
    """log(1 + input), exact near 0"""
    return np.log1p(input)


@op(kind="float", input=lambda g, out: g / (2 * out))
def sqrt(input: Tensor) -> Tensor:
    """The square root; nan below 0."""
    return np.sqrt(input)


@op(kind="float", input=lambda g, out: -0.5 * g * power(out, exponent=3))
def rsqrt(input: Tensor) -> Tensor:
    """1 / sqrt(input)"""
    return np.divide(1, np.sqrt(input), dtype=input.dtype)


# Trigonometry ---------------------------------------------------------------------------------------------------------
@op(kind="float", input=lambda g, input: g * cos(input))
def sin(input: Tensor) -> Tensor:
    """The sine of radians"""
    return np.sin(input)


@op(kind="float", input=lambda g, input: g * -sin(input))
def cos(input: Tensor) -> Tensor:
    """The cosine of radians"""
    return np.cos(input)


@op(kind="float", input=lambda g, out: g * (1 + out * out))
def tan(input: Tensor) -> Tensor:
    """The tangent of radians"""
    return np.tan(input)


@op(kind="float", input=lambda g, input: g * rsqrt(1 - input * input))
def asin(input: Tensor) -> Tensor:
    """The inverse sine, in radians"""
    return np.arcsin(input)


@op(kind="float", input=lambda g, input: -g * rsqrt(1 - input * input))
def acos(input: Tensor) -> Tensor:
    """The inverse cosine, in radians"""
    return np.arccos(input)


@op(kind="float", input=lambda g, input: g / (input * input + 1))
def atan(input: Tensor) -> Tensor:
    """The inverse tangent, in radians"""
    return np.arctan(input)


def _inverse_square(a: Any, b: Any) -> Any:
    """1 / (a^2 + b^2), and 0 at the origin, where the angle's gradient counts as 0"""
    square = a * a + b * b
    return where(square == 0, 0.0, reciprocal(square))


@op(
    kind="float",
    input=lambda g, input, other: g * (other * _inverse_square(input, other)),
    other=lambda g, input, other: g * (-input * _inverse_square(input, other)),
)
def atan2(input: Tensor, other: Tensor) -> Tensor:
    """The angle of the point (other, input), in radians"""
    return np.arctan2(input, other)


@op(kind="float", input=lambda g, input: g * cosh(input))
def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine"""
    return np.sinh(input)


@op(kind="float", input=lambda g, input: g * sinh(input))
def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine"""
    return np.cosh(input)


@op(kind="float", input=lambda g, out: g * (1 - out * out))
def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent"""
    return np.tanh(input)


@op(kind="float", input=lambda g, out: g * ((1 - out) * out))
def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-input))"""
    out = np.exp(-input)
    out += 1
    return np.reciprocal(out)


# Signs and parts ------------------------------------------------------------------------------------------------------
def _unless_whole(function: Any, x: Any) -> Any:
    """function(x); integers are what they are"""
    return function(x) if x.dtype.kind == "f" else x.copy()


@op(input=lambda g, input: g * sign(input))
@supports(NUMBERS, "abs_cpu")
def abs(input: Tensor) -> Tensor:
    """The absolute value; its gradient at 0 is 0."""
    return np.absolute(input)


@op(input=lambda g: constant(g, value=0.0))
def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1, of nan 0. The gradient is 0."""
    return np.subtract(input > 0, input < 0, dtype=input.dtype) if input.dtype.kind != "b" else input.copy()


@op(input=lambda g: constant(g, value=0.0))
@supports(NUMBERS, "floor_vml_cpu")
def floor(input: Tensor) -> Tensor:
    """The largest whole number not above input. The gradient is 0."""
    return _unless_whole(np.floor, input)


@op(input=lambda g: constant(g, value=0.0))
@supports(NUMBERS, "ceil_vml_cpu")
def ceil(input: Tensor) -> Tensor:
    """The smallest whole number not below input. The gradient is 0."""
    return _unless_whole(np.ceil, input)


@op(input=lambda g: constant(g, value=0.0))
@supports(NUMBERS, "trunc_vml_cpu")
def trunc(input: Tensor) -> Tensor:
    """input without its fraction. The gradient is 0."""
    return _unless_whole(np.trunc, input)


@op(name="RoundBackward0", input=lambda g: constant(g, value=0.0))
@supports(NUMBERS, "round_vml_cpu")
def round_whole(input: Tensor) -> Tensor:
    """The nearest whole number, halves to even. The gradient is 0."""
    return _unless_whole(np.rint, input)


@op(name="RoundBackward1", input=lambda g: constant(g, value=0.0))
@supports(FLOATS, "round_cpu")
def round_decimals(input: Tensor, *, decimals: int) -> Tensor:
    """input with so many decimals. The gradient is 0."""
    return np.round(input, decimals)


def round(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """The nearest whole number, halves to even; or the nearest with so many decimals. The gradient is 0."""
    return round_whole(input) if decimals is None else round_decimals(input, decimals=decimals)


@op(input=lambda g: g)
@supports(FLOATS, "frac_cpu")
def frac(input: Tensor) -> Tensor:
    """input - trunc(input)"""
    return input - np.trunc(input)
