"""Activation functions with a kernel or a gradient rule of their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.op import op
from .elementwise import clamp_max_number, erf, exp, neg, over, plus, sigmoid, tanh, times, where
from .reduction import softmax

if TYPE_CHECKING:
    from ..tensor import Tensor


# The ReLU family ------------------------------------------------------------------------------------------------------
@op(input=lambda g, out: relu_grad(g, out))
def relu(input: Tensor) -> Tensor:
    """max(input, 0); its gradient at 0 is 0."""
    return backends.kernels.relu(input)  # type: ignore[no-any-return]


@op(name="ThresholdBackwardBackward0", g=lambda gg, out: relu_grad(gg, out))
def relu_grad(g: Tensor, out: Tensor) -> Tensor:
    """g where out > 0, else 0"""
    return backends.kernels.relu_grad(g, out)  # type: ignore[no-any-return]


@op(name="LeakyReluBackward0", input=lambda g, input, slope: where(input > 0, g, g * slope))
def leaky(input: Tensor, *, slope: float) -> Tensor:
    """input where it is above 0, else slope * input"""
    return np.where(input > 0, input, input * slope)  # type: ignore[operator,return-value]


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """input where it is above 0, else negative_slope * input"""
    return leaky(input, slope=negative_slope)


@op(name="HardtanhBackward0", input=lambda g, input, low, high: g * ((input > low) & (input < high)))
def hard_limits(input: Tensor, *, low: float, high: float) -> Tensor:
    """input held between low and high; the gradient at the limits is 0"""
    return np.clip(input, low, high)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """input held between min_val and max_val"""
    return hard_limits(input, low=min_val, high=max_val)


def relu6(input: Tensor) -> Tensor:
    """min(max(input, 0), 6)"""
    return hard_limits(input, low=0.0, high=6.0)


@op(
    name="PreluKernelBackward0",
    input=lambda g, input, weight: where(input > 0, g, g * weight),
    weight=lambda g, input: where(input > 0, 0.0, g * input),
)
def prelu_kernel(input: Tensor, weight: Tensor) -> Tensor:
    """input where it is above 0, else weight * input; weight broadcasts"""
    return np.where(input > 0, input, input * weight)  # type: ignore[operator,return-value]


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """input where it is above 0, else weight * input; weight: one number, or one for each channel (dimension 1)"""
    n, shape = weight._data.size, input._data.shape
    if n != 1:
        if len(shape) < 2:
            raise RuntimeError("Not allow zero-dim input tensor." if not shape else _channels(n, 1))
        if shape[1] != n:
            raise RuntimeError(_channels(n, shape[1]))
    if len(shape) > 1:
        weight = weight.reshape((1, n) + (1,) * (len(shape) - 2))
    elif weight._data.ndim > len(shape):
        weight = weight.reshape(())
    return prelu_kernel(input, weight)


def _channels(n: int, have: int) -> str:
    return f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {n} and channel size = {have}."


# Exponential ones -----------------------------------------------------------------------------------------------------
@op(
    name="EluBackward0",
    input=lambda g, input, alpha, scale, input_scale: g
    * where(input > 0, scale, exp(clamp_max_number(input, max=0.0) * input_scale) * (alpha * scale * input_scale)),
)
def elu_kernel(input: Tensor, *, alpha: float, scale: float = 1.0, input_scale: float = 1.0) -> Tensor:
    """scale * (input where it is above 0, else alpha * (exp(input_scale * input) - 1))"""
    negative = np.expm1(np.minimum(input, 0) * input_scale) * (alpha * scale)
    return np.where(input > 0, input * scale, negative)  # type: ignore[operator,return-value]


def elu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """input where it is above 0, else alpha * (exp(input) - 1)"""
    return elu_kernel(input, alpha=alpha)


def selu(input: Tensor) -> Tensor:
    """scale * elu(input, alpha) with the constants that keep mean 0 and variance 1

    Source: Klambauer et al. 2017, Self-Normalizing Neural Networks, equation 2.
    """
    return elu_kernel(input, alpha=1.6732632423543772848170429916717, scale=1.0507009873554804934193349852946)


@op(
    name="GeluBackward0",
    input=lambda g, input: g * (0.5 * (1 + erf(input * math.sqrt(0.5))) + input * exp(input * input * -0.5) * (1 / math.sqrt(2 * math.pi))),
)
def gelu_exact(input: Tensor) -> Tensor:
    """input * Phi(input), Phi the normal distribution function"""
    return input * 0.5 * (1 + erf(input * math.sqrt(0.5)))  # type: ignore[no-any-return]


_BETA = math.sqrt(2 / math.pi)
_KAPPA = 0.044715


@op(name="GeluBackward0", input=lambda g, input: g * _gelu_tanh_slope(input))
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


def _silu_slope(x: Any) -> Any:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


@op(input=lambda g, input: g * _silu_slope(input))
def silu(input: Tensor) -> Tensor:
    """input * sigmoid(input)"""
    return input / (1 + np.exp(-input))  # type: ignore[operator,no-any-return]


@op(name="SoftplusBackward0", input=lambda g, input, beta, threshold: g * _softplus_slope(input, beta, threshold))
def softplus_kernel(input: Tensor, *, beta: float, threshold: float) -> Tensor:
    """log(1 + exp(beta * input)) / beta; input itself where beta * input > threshold"""
    z = input * beta
    return np.where(z > threshold, input, np.log1p(np.exp(np.minimum(z, threshold))) / beta)  # type: ignore[return-value]


def _softplus_slope(x: Any, beta: float, threshold: float) -> Any:
    return where(x * beta > threshold, 1.0, sigmoid(clamp_max_number(x * beta, max=threshold)))


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta * input)) / beta; input itself where beta * input > threshold"""
    return softplus_kernel(input, beta=beta, threshold=threshold)


@op(name="LogSigmoidBackward0", input=lambda g, input: g * sigmoid(-input))
def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(input)), without underflow"""
    return np.minimum(input, 0) - np.log1p(np.exp(-np.absolute(input)))


@op(input=lambda g, input: g * _mish_slope(input))
def mish(input: Tensor) -> Tensor:
    """input * tanh(softplus(input))

    Source: Misra 2019, Mish, equation 1.
    """
    return input * np.tanh(softplus_kernel(input, beta=1.0, threshold=20.0))


def _mish_slope(x: Any) -> Any:
    t = tanh(softplus_kernel(x, beta=1.0, threshold=20.0))
    return t + x * sigmoid(x) * (1 - t * t)


@op(name="HardsigmoidBackward0", input=lambda g, input: g * ((input > -3) & (input < 3)) * (1 / 6))
def hardsigmoid(input: Tensor) -> Tensor:
    """min(max(input + 3, 0), 6) / 6"""
    return np.clip(input + 3, 0, 6) / 6  # type: ignore[operator,no-any-return]


@op(
    name="HardswishBackward0",
    input=lambda g, input: where(input <= -3, 0.0, where(input < 3, g * (input / 3 + 0.5), g)),
)
def hardswish(input: Tensor) -> Tensor:
    """input * min(max(input + 3, 0), 6) / 6"""
    return input * np.clip(input + 3, 0, 6) / 6  # type: ignore[operator,no-any-return]


def softsign(input: Tensor) -> Tensor:
    """input / (1 + |input|)"""
    return over(input, plus(input.abs(), 1))


def softmin(input: Tensor, dim: int) -> Tensor:
    """softmax(-input) over dim"""
    return softmax(neg(input), dim)


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """In training, zero with probability p, and the rest divided by 1 - p; else input itself

    Source: Srivastava et al. 2014, Dropout, section 10.
    """
    from ..random import current_generator

    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0 or not input._data.size:
        return input
    if p == 1:
        return times(input, input._wrap(np.zeros_like(input._data)))
    x = input._data
    mask = current_generator().bernoulli(1 - p, x.shape, x.dtype)
    mask /= 1 - p
    return times(input, input._wrap(mask))


