"""Inverse hyperbolic functions, degrees, the cardinal sine and the hypotenuse, element by element."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, no_derivative, supports
from .choose import where
from .functions import cos, rsqrt, sin

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(kind="float", input=lambda g, input: g * rsqrt(input * input + 1))
def asinh(input: Tensor) -> Tensor:
    """log(input + sqrt(input^2 + 1)), the inverse of sinh"""
    return np.arcsinh(input)


@op(kind="float", input=lambda g, input: g * rsqrt(input * input - 1))
def acosh(input: Tensor) -> Tensor:
    """log(input + sqrt(input^2 - 1)), the inverse of cosh; nan below 1"""
    return np.arccosh(input)


@op(kind="float", input=lambda g, input: g / (1 - input * input))
def atanh(input: Tensor) -> Tensor:
    """log((1 + input) / (1 - input)) / 2, the inverse of tanh; nan outside [-1, 1]"""
    return np.arctanh(input)


@op(name="AsinhBackward1", kind="float", input=lambda g: no_derivative("inplace version of asinh"))
def asinh_changed(input: Tensor) -> Tensor:
    """As `asinh`, in place: without a derivative, as in PyTorch"""
    return np.arcsinh(input)


@op(name="AcoshBackward1", kind="float", input=lambda g: no_derivative("inplace version of acosh"))
def acosh_changed(input: Tensor) -> Tensor:
    """As `acosh`, in place: without a derivative, as in PyTorch"""
    return np.arccosh(input)


@op(name="AtanhBackward1", kind="float", input=lambda g: no_derivative("inplace version of atanh"))
def atanh_changed(input: Tensor) -> Tensor:
    """As `atanh`, in place: without a derivative, as in PyTorch"""
    return np.arctanh(input)


@op(name="Deg2RadBackward0", kind="float", input=lambda g: g * (math.pi / 180))
def deg2rad(input: Tensor) -> Tensor:
    """input * pi / 180: degrees as radians"""
    return np.multiply(input, math.pi / 180)


@op(name="Rad2DegBackward0", kind="float", input=lambda g: g * (180 / math.pi))
def rad2deg(input: Tensor) -> Tensor:
    """input * 180 / pi: radians as degrees"""
    return np.multiply(input, 180 / math.pi)


def _sinc_grad(g: Any, x: Any) -> Any:
    """g * (cos(pi x) - sinc(x)) / x, and 0 at 0"""
    zero = x == 0
    angle = where(zero, 1.0, x) * math.pi
    return where(zero, 0.0, g * ((angle * cos(angle) - sin(angle)) / (angle * angle) * math.pi))


@op(kind="float", input=lambda g, input: _sinc_grad(g, input))
def sinc(input: Tensor) -> Tensor:
    """sin(pi * input) / (pi * input), and 1 at 0"""
    angle = np.asarray(input * math.pi)
    out: Any = np.ones_like(angle)
    return np.divide(np.sin(angle), angle, out=out, where=angle != 0)


@op(
    kind="promote",
    input=lambda g, input, out: g * (input / out),
    other=lambda g, other, out: g * (other / out),
)
@supports(FLOATS, "hypot_cpu")
def hypot(input: Tensor, other: Tensor) -> Tensor:
    """sqrt(input^2 + other^2), of floating-point tensors"""
    return np.hypot(input, other)
