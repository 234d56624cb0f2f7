"""Smooth activation functions, most of them the input times a gate between 0 and 1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, supports
from .choose import clamp_max_number, where
from .dims import one_dim
from .erf import erf
from .functions import exp, sigmoid, tanh
from .join import cat_arrays
from .memory import by_rows
from .slices import part_of

if TYPE_CHECKING:
    from ..tensor import Tensor


# The normal distribution's --------------------------------------------------------------------------------------------
@op(
    name="GeluBackward0",
    input=lambda g, input: (
        g * (0.5 * (1 + erf(input * math.sqrt(0.5))) + input * exp(input * input * -0.5) * (1 / math.sqrt(2 * math.pi)))
    ),
)
@supports(FLOATS, "GeluKernelImpl")
def gelu_exact(input: Tensor) -> Tensor:
    """input * Phi(input), Phi the normal distribution function"""
    return input * 0.5 * (1 + erf(input * math.sqrt(0.5)))


_BETA = math.sqrt(2 / math.pi)
_KAPPA = 0.044715


@op(name="GeluBackward0", input=lambda g, input: g * _gelu_tanh_slope(input))
@supports(FLOATS, "GeluKernelImpl")
def gelu_tanh(input: Tensor) -> Tensor:
    """0.5 * input * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input^3)))"""
    return 0.5 * input * (1 + np.tanh(_BETA * (input + _KAPPA * (input * input * input))))  # type: ignore[operator,no-any-return]


def _gelu_tanh_slope(x: Any) -> Any:
    t = tanh(_BETA * (x + _KAPPA * (x * x * x)))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (_BETA * (1 + 3 * _KAPPA * (x * x)))


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """input * Phi(input); approximate="tanh" for the cheaper formula

    Source: Hendrycks and Gimpel 2016, Gaussian Error Linear Units, section 2.
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return gelu_exact(input) if approximate == "none" else gelu_tanh(input)


# With the sigmoid -----------------------------------------------------------------------------------------------------
def _silu_slope(x: Any) -> Any:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


@op(input=lambda g, input: g * _silu_slope(input))
@supports(FLOATS, "silu_cpu")
def silu(input: Tensor) -> Tensor:
    """input * sigmoid(input)"""
    return input / (1 + np.exp(-input))  # type: ignore[operator,no-any-return]


@op(name="SoftplusBackward0", input=lambda g, input, beta, threshold: g * _softplus_slope(input, beta, threshold))
@supports(FLOATS, "softplus_cpu")
def softplus_kernel(input: Tensor, *, beta: float, threshold: float) -> Tensor:
    """log(1 + exp(beta * input)) / beta; input itself where beta * input > threshold"""
    z = input * beta
    return np.where(z > threshold, input, np.log1p(np.exp(np.minimum(z, threshold))) / beta)  # type: ignore[return-value]


def _softplus_slope(x: Any, beta: float, threshold: float) -> Any:
    return where(x * beta > threshold, 1.0, sigmoid(clamp_max_number(x * beta, max=threshold)))


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta * input)) / beta; input itself where beta * input > threshold"""
    return softplus_kernel(input, beta=float(beta), threshold=float(threshold))


@op(name="LogSigmoidBackward0", input=lambda g, input: g * sigmoid(-input))
@supports(FLOATS, "log_sigmoid_cpu")
def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(input)), without underflow"""
    return by_rows(np.minimum(input, 0) - np.log1p(np.exp(-np.absolute(input))))  # type: ignore[no-any-return]


@op(input=lambda g, input: g * _mish_slope(input))
@supports(FLOATS, "mish_cpu")
def mish(input: Tensor) -> Tensor:
    """input * tanh(softplus(input))

    Source: Misra 2019, Mish, equation 1.
    """
    return input * np.tanh(softplus_kernel(input, beta=1.0, threshold=20.0))


def _mish_slope(x: Any) -> Any:
    t = tanh(softplus_kernel(x, beta=1.0, threshold=20.0))
    return t + x * sigmoid(x) * (1 - t * t)


@op(name="GluBackward0", input=lambda g, input, dim: _glu_grad(g, input, dim))
@supports(FLOATS, "glu_cpu")
def glu_halves(input: Tensor, *, dim: int) -> Tensor:
    """a * sigmoid(b), a and b the halves of input along dim"""
    a, b = np.split(input, 2, dim)  # type: ignore[arg-type]
    return a * sigmoid(b)


def _glu_grad(g: Any, x: Any, dim: int) -> Any:
    half = x.shape[dim] // 2
    a, s = part_of(x, dim, 0, half), sigmoid(part_of(x, dim, half, 2 * half))
    return cat_arrays(g * s, g * (a * s * (1 - s)), dim=dim)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """a * sigmoid(b), a and b the halves of input along dim

    Source: Dauphin et al. 2016, Language Modeling with Gated Convolutional Networks, equation 1.
    """
    shape = input._data.shape
    if not shape:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    d = one_dim(dim, len(shape))
    if shape[d] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {d} is size {shape[d]}")
    return glu_halves(input, dim=d)


@op(name="HardsigmoidBackward0", input=lambda g, input: g * ((input > -3) & (input < 3)) * (1 / 6))
@supports(FLOATS, "hardsigmoid_cpu")
def hardsigmoid(input: Tensor) -> Tensor:
    """min(max(input + 3, 0), 6) / 6"""
    return np.clip(input + 3, 0, 6) / 6  # type: ignore[operator,no-any-return]


@op(
    name="HardswishBackward0",
    input=lambda g, input: where(input <= -3, 0.0, where(input < 3, g * (input / 3 + 0.5), g)),
)
@supports(FLOATS, "hardswish_cpu")
def hardswish(input: Tensor) -> Tensor:
    """input * min(max(input + 3, 0), 6) / 6

    Source: Howard et al. 2019, Searching for MobileNetV3, section 5.2.
    """
    return input * np.clip(input + 3, 0, 6) / 6  # type: ignore[operator,no-any-return]
