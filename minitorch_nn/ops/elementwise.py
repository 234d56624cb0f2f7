"""Arithmetic and mathematical functions, element by element, with broadcasting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# Arithmetic -----------------------------------------------------------------------------------------------------------
@op(name="AddBackward0", kind="promote", a=lambda g: g, b=lambda g: g)
def plus(a: Tensor, b: Tensor | Number) -> Tensor:
    """a + b"""
    return np.add(a, b)


@op(name="SubBackward0", kind="promote", a=lambda g: g, b=lambda g: -g)
def minus(a: Tensor | Number, b: Tensor | Number) -> Tensor:
    """a - b"""
    return np.subtract(a, b)


@op(name="MulBackward0", kind="promote", a=lambda g, b: g * b, b=lambda g, a: g * a)
def times(a: Tensor, b: Tensor | Number) -> Tensor:
    """a * b"""
    return np.multiply(a, b)


@op(name="DivBackward0", kind="float", a=lambda g, b: g / b, b=lambda g, a, b: -g * ((a / b) / b))
def over(a: Tensor | Number, b: Tensor | Number) -> Tensor:
    """a / b, true division: integers give the default floating-point type."""
    return np.divide(a, b)


@op(input=lambda g: -g)
def neg(input: Tensor) -> Tensor:
    """-input"""
    return np.negative(input)


@op(name="RsubBackward1", kind="promote", a=lambda g: -g, b=lambda g: g)
def reverse_minus(a: Tensor, b: Tensor | Number) -> Tensor:
    """b - a, as `rsub`"""
    return np.subtract(b, a)


@op(kind="promote", name="DivBackward1")
def divide_floor(a: Tensor, b: Tensor | Number) -> Tensor:
    """floor(a / b)"""
    return np.floor_divide(a, b)


@op(input=lambda g: constant(g, value=0.0))
def trunc(input: Tensor) -> Tensor:
    """input without its fraction. The gradient is 0."""
    return np.trunc(input) if input.dtype.kind == "f" else input.copy()


@op(kind="promote", a=lambda g: g, b=lambda g, a, b: -g * floor_quotient(a, b))
def remainder(a: Tensor, b: Tensor | Number) -> Tensor:
    """a - b * floor(a / b): the sign of b, as Python's %"""
    return np.remainder(a, b)


@op(kind="promote", a=lambda g: g, b=lambda g, a, b: -g * trunc(a / b))
def fmod(a: Tensor, b: Tensor | Number) -> Tensor:
    """a - b * trunc(a / b): the sign of a, as C's fmod"""
    return np.fmod(a, b)


@op(kind="promote")
def floor_quotient(a: Tensor, b: Tensor | Number) -> Tensor:
    """floor(a / b), for gradients"""
    return np.floor_divide(a, b)


@op()
def constant(input: Tensor, *, value: float) -> Tensor:
    """An array like input, filled with value; part of no graph."""
    return np.full_like(input, value)


# Powers, exponentials, logarithms -------------------------------------------------------------------------------------
def _pow_kernel(x: Any, exponent: float) -> Any:
    if exponent == 2:
        return x * x
    if exponent == 3:
        return x * x * x  # powf is 20 times slower
    if exponent == 0.5:
        return np.sqrt(x)
    return np.power(x, exponent)


@op(
    name="PowBackward0",
    x=lambda g, x, exponent: constant(x, value=0.0) if exponent == 0 else g * (exponent * power(x, exponent=exponent - 1)),
)
def power(x: Tensor, *, exponent: float) -> Tensor:
    """x ** exponent, for a Python number"""
    return _pow_kernel(x, exponent)


@op(
    name="PowBackward1",
    kind="promote",
    x=lambda g, x, y: where(y == 0, 0.0, g * (y * power_tensor(x, y - 1))),
    y=lambda g, x, y, out: where((x == 0) & (y >= 0), 0.0, g * (out * log(x))),
)
def power_tensor(x: Tensor, y: Tensor) -> Tensor:
    """x ** y, for two tensors"""
    return np.power(x, y)


@op(name="PowBackward1", kind="promote", y=lambda g, base, y, out: _exponential_grad(g, base, y, out))
def power_of_number(y: Tensor, *, base: float) -> Tensor:
    """base ** y, for a Python number"""
    return np.power(base, y)


def _exponential_grad(g: Any, base: float, y: Any, out: Any) -> Any:
    if base == 0:
        return where(y >= 0, 0.0, g * (out * -math.inf))
    return g * (out * (math.log(base) if base > 0 else math.nan))


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


@op(kind="float", input=lambda g, input: g / (input + 1))
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


@op(kind="float", input=lambda g, out: -g * (out * out))
def reciprocal(input: Tensor) -> Tensor:
    """1 / input"""
    return np.reciprocal(input)


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


@op(
    kind="float",
    a=lambda g, a, b: g * (b * reciprocal(a * a + b * b)),
    b=lambda g, a, b: g * (-a * reciprocal(a * a + b * b)),
)
def atan2(a: Tensor, b: Tensor) -> Tensor:
    """The angle of the point (b, a), in radians"""
    return np.arctan2(a, b)


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


# Parts and signs ------------------------------------------------------------------------------------------------------
@op(input=lambda g, input: g * sign(input))
def abs(input: Tensor) -> Tensor:
    """The absolute value; its gradient at 0 is 0."""
    return np.absolute(input)


@op(input=lambda g: constant(g, value=0.0))
def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1. The gradient is 0."""
    return np.sign(input) if input.dtype.kind != "b" else input.copy()


@op(input=lambda g: constant(g, value=0.0))
def floor(input: Tensor) -> Tensor:
    """The largest whole number not above input. The gradient is 0."""
    return np.floor(input) if input.dtype.kind == "f" else input.copy()


@op(input=lambda g: constant(g, value=0.0))
def ceil(input: Tensor) -> Tensor:
    """The smallest whole number not below input. The gradient is 0."""
    return np.ceil(input) if input.dtype.kind == "f" else input.copy()


@op(input=lambda g: constant(g, value=0.0))
def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """The nearest whole number, halves to even. The gradient is 0."""
    return np.round(input, decimals)


@op(input=lambda g: g)
def frac(input: Tensor) -> Tensor:
    """input - trunc(input)"""
    return input - np.trunc(input)


# Choosing -------------------------------------------------------------------------------------------------------------
@op(
    name="WhereBackward0",
    kind="promote",
    a=lambda g, condition: choose(g, 0.0, condition=condition),
    b=lambda g, condition: choose(0.0, g, condition=condition),
)
def choose(a: Tensor | Number, b: Tensor | Number, *, condition: Any) -> Tensor:
    """a where condition (a boolean array), else b"""
    return np.where(condition, a, b)


def where(condition: Any, input: Any, other: Any) -> Any:
    """input where condition, else other; all three broadcast.

    condition: bool tensor. input, other: tensors or numbers, promoted to a common dtype.
    """
    mask = getattr(condition, "_data", condition)
    if isinstance(mask, np.ndarray) and mask.dtype.kind not in "bu":
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype}")
    return choose(input, other, condition=mask if mask.dtype.kind == "b" else mask.astype(bool))


def _larger_share(g: Any, x: Any, y: Any) -> Any:
    """g where x > y, half of it where they are equal."""
    return where(x == y, g / 2, g) * (x >= y)


@op(
    kind="promote",
    input=lambda g, input, other: _larger_share(g, input, other),
    other=lambda g, input, other: _larger_share(g, other, input),
)
def maximum(input: Tensor, other: Tensor) -> Tensor:
    """The larger of the two, nan if either is; equal ones share the gradient."""
    return np.maximum(input, other)


@op(
    kind="promote",
    input=lambda g, input, other: _larger_share(g, other, input),
    other=lambda g, input, other: _larger_share(g, input, other),
)
def minimum(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of the two, nan if either is; equal ones share the gradient."""
    return np.minimum(input, other)


@op(name="ClampBackward1", input=lambda g, input, min, max: g * between(input, min=min, max=max))
def clamp_numbers(input: Tensor, *, min: float | None, max: float | None) -> Tensor:
    """input held between two Python numbers"""
    return np.clip(input, min, max)


@op(name="ClampMinBackward0", input=lambda g, input, min: g * between(input, min=min, max=None))
def clamp_min_number(input: Tensor, *, min: float) -> Tensor:
    """max(input, min)"""
    return np.maximum(input, min)


@op(name="ClampMaxBackward0", input=lambda g, input, max: g * between(input, min=None, max=max))
def clamp_max_number(input: Tensor, *, max: float) -> Tensor:
    """min(input, max)"""
    return np.minimum(input, max)


@op()
def between(input: Tensor, *, min: float | None, max: float | None) -> Tensor:
    """1 where min <= input <= max, else 0"""
    if min is None:
        return input <= max  # type: ignore[operator]
    return input >= min if max is None else (input >= min) & (input <= max)


# Combinations ---------------------------------------------------------------------------------------------------------
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """input + weight * (end - input)"""
    return plus(input, times(minus(end, input), weight))


# Error function -------------------------------------------------------------------------------------------------------
@op(kind="float", input=lambda g, input: g * (2 / math.sqrt(math.pi) * exp(-(input * input))))
def erf(input: Tensor) -> Tensor:
    """2 / sqrt(pi) * the integral of exp(-t*t) from 0 to input

    Source: the rational approximations of Sun's fdlibm (s_erf.c, 1993), good to 1 ulp in float64.
    """
    x = np.asarray(input, dtype=np.float64)
    z = np.absolute(x)
    out = np.empty_like(z)
    for inside, part in (
        (z < 0.84375, _erf_small),
        ((z >= 0.84375) & (z < 1.25), _erf_middle),
        ((z >= 1.25) & (z < 6), _erf_large),
    ):
        if inside.any():
            out[inside] = part(z[inside])
    out[z >= 6] = 1.0
    out[np.isnan(x)] = np.nan
    return np.copysign(out, x).astype(input.dtype)


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """c[0] + c[1] x + c[2] x^2 + ..."""
    out = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        out *= x
        out += c
    return out


# fmt: off
_PP = (1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03,
       -2.37630166566501626084e-05)
_QQ = (1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
       1.32494738004321644526e-04, -3.96022827877536812320e-06)
_PA = (-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01,
       -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03)
_QA = (1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
       1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02)
_RA = (-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01,
       -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00)
_SA = (1.0, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
       6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00,
       -6.04244152148580987438e-02)
_RB = (-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02,
       -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02)
_SB = (1.0, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
       3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01)
# fmt: on


def _erf_small(z: Any) -> Any:
    return z + z * (_polynomial(_PP, z * z) / _polynomial(_QQ, z * z))


def _erf_middle(z: Any) -> Any:
    return 8.45062911510467529297e-01 + _polynomial(_PA, z - 1) / _polynomial(_QA, z - 1)


def _erf_large(z: Any) -> Any:
    s = 1 / (z * z)
    near = z < 1 / 0.35
    r = np.where(near, _polynomial(_RA, s), _polynomial(_RB, s))
    d = np.where(near, _polynomial(_SA, s), _polynomial(_SB, s))
    return 1 - np.exp(-z * z - 0.5625 + r / d) / z


# The public forms with PyTorch's options ------------------------------------------------------------------------------
def _scaled(other: Any, alpha: Any) -> Any:
    return other if alpha == 1 else other * alpha


def add(input: Any, other: Any, *, alpha: Number = 1) -> Tensor:
    """input + alpha * other"""
    return plus(input, _scaled(other, alpha))


def sub(input: Any, other: Any, *, alpha: Number = 1) -> Tensor:
    """input - alpha * other"""
    if _is_bool(input) and _is_bool(other):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if _is_bool(input) or _is_bool(other):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )
    return minus(input, _scaled(other, alpha))


def _is_bool(x: Any) -> bool:
    return isinstance(x, bool) or (hasattr(x, "_data") and x._data.dtype.kind == "b")


def rsub(input: Any, other: Any, *, alpha: Number = 1) -> Tensor:
    """other - alpha * input"""
    return reverse_minus(_scaled(input, alpha), other)


def mul(input: Any, other: Any) -> Tensor:
    """input * other"""
    return times(input, other)


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """input / other; rounding_mode None (true division), "trunc" (towards zero) or "floor" (down)."""
    if rounding_mode is None:
        return over(input, other)
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode == "trunc":
        quotient = trunc(over(input, other))
        common = [getattr(v, "_data", v) for v in (input, other)]
        return quotient if quotient._data.dtype == _common(common) else quotient.to(_dtype_of(common))
    raise RuntimeError(
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '" + str(rounding_mode) + "'"
    )


def _common(values: list[Any]) -> Any:
    from ..dtypes import result_numpy

    return result_numpy(*values)


def _dtype_of(values: list[Any]) -> Any:
    from ..dtypes import from_numpy

    return from_numpy(_common(values))


def rdiv(input: Any, other: Any) -> Tensor:
    """input / other for a number divided by a tensor: other's reciprocal times input, as PyTorch does"""
    return times(reciprocal(other), input)


def floor_divide(input: Any, other: Any) -> Tensor:
    """floor(input / other), in the common dtype"""
    data = getattr(other, "_data", other)
    if getattr(getattr(input, "_data", input), "dtype", np.dtype(float)).kind in "iub" and not np.all(data):
        raise RuntimeError("ZeroDivisionError")
    return divide_floor(input, other)


def pow(input: Any, exponent: Any) -> Tensor:
    """input ** exponent; either may be a Python number."""
    if not hasattr(exponent, "_data"):
        x = input._data
        if x.dtype.kind != "f":
            if isinstance(exponent, float):
                input = input.to(_dtype_of([x, exponent]))
            elif exponent < 0:
                raise RuntimeError("Integers to negative integer powers are not allowed.")
            elif x.dtype.kind == "b":
                input = input.to(_dtype_of([x, exponent]))
        return power(input, exponent=exponent)
    if not hasattr(input, "_data"):
        if exponent._data.dtype.kind != "f" and isinstance(input, float):
            exponent = exponent.to(_dtype_of([exponent._data, input]))
        return power_of_number(exponent, base=input)
    return power_tensor(input, exponent)


def square(input: Tensor) -> Tensor:
    """input ** 2"""
    return pow(input, 2)


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """input held between min and max: numbers, tensors, or None for no bound"""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if hasattr(min, "_data") or hasattr(max, "_data"):
        out = input if min is None else maximum(input, min)
        return out if max is None else minimum(out, max)
    kind = input._data.dtype.kind
    if kind != "f" and (isinstance(min, float) or isinstance(max, float)):
        input = input.to(_dtype_of([input._data, 1.0]))
    return clamp_numbers(input, min=min, max=max)


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """max(input, min)"""
    return maximum(input, min) if hasattr(min, "_data") else clamp_min_number(input, min=min)


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """min(input, max)"""
    return minimum(input, max) if hasattr(max, "_data") else clamp_max_number(input, max=max)


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """input + value * tensor1 * tensor2"""
    return plus(input, times(_scaled(tensor1, value), tensor2))


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """input + value * tensor1 / tensor2"""
    return plus(input, times(over(tensor1, tensor2), value))


