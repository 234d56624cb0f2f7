"""Activation functions in two or three pieces: the ReLU family, the shrinking ones, the exponential ones; dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from .._bfloat16 import FLOATING, HALVES, finished, float_of
from ..autograd.op import op
from ..random import default_generator
from .arithmetic import constant, neg, over, plus, times
from .checks import FLOATS, NUMBERS, fit_number, kind_name, supports
from .choose import clamp_max_number, where
from .functions import exp
from .inplace import assign, check_in_place, in_place
from .memory import filled_in_order, image_like
from .softmax import softmax

if TYPE_CHECKING:
    from ..tensor import Tensor


# The ReLU family ------------------------------------------------------------------------------------------------------
@op(input=lambda g, out: relu_grad(g, out))
def relu(input: Tensor) -> Tensor:
    """max(input, 0); its gradient at 0 is 0."""
    if input.dtype.kind == "b":  # type: ignore[attr-defined]
        raise RuntimeError("Boolean inputs not supported for relu")
    return backends.kernels.relu(input)  # type: ignore[no-any-return]


@op(name="ReluBackward0", input=lambda g, out: relu_grad(g, out))
def relu_within(input: Tensor) -> Tensor:
    """max(input, 0), written into the memory of the input: half the traffic of a result that is copied there"""
    return backends.kernels.relu(input, out=input)  # type: ignore[no-any-return]


def relu_(self: Tensor) -> Tensor:
    """`relu`, in place."""
    if self._data.dtype.kind == "b":
        return assign(self, relu(self))
    check_in_place(self)
    return assign(self, relu_within(self))


# Where the input is above 0 does not change with it, so the second derivative by the input is 0; but there is one: the
# gradient requires a gradient because the input does, as in PyTorch.
@op(name="ThresholdBackwardBackward0", g=lambda gg, out: relu_grad(gg, out), out=lambda gg: constant(gg, value=0.0))
def relu_grad(g: Tensor, out: Tensor) -> Tensor:
    """g where out > 0, else 0"""
    return backends.kernels.relu_grad(g, out)  # type: ignore[no-any-return]


@op(name="ThresholdBackward0", input=lambda g, input, threshold: where(input <= threshold, 0.0, g))
@supports(NUMBERS, "threshold_cpu")
def threshold_kernel(input: Tensor, *, threshold: float, value: float) -> Tensor:
    """input, but value where it is not above threshold"""
    return np.where(input <= threshold, input.dtype.type(value), input)  # type: ignore[operator,attr-defined,return-value]


@op(name="ThresholdBackward1", input=lambda g, input, threshold: where(input <= threshold, 0.0, g))
@supports(NUMBERS, "threshold_cpu")
def threshold_overwritten(input: Tensor, *, threshold: float, value: float) -> Tensor:
    """As threshold_kernel; PyTorch has another name for it where the input is overwritten"""
    return np.where(input <= threshold, input.dtype.type(value), input)  # type: ignore[operator,attr-defined,return-value]


def threshold(input: Tensor, threshold: float, value: float) -> Tensor:
    """input where it is above threshold, else value"""
    return threshold_kernel(input, threshold=threshold, value=value)


@op(
    name="LeakyReluBackwardBackward0",
    g=lambda gg, x, slope: leaky_grad(gg, x, slope=slope),
    x=lambda gg: constant(gg, value=0.0),
)
def leaky_grad(g: Tensor, x: Tensor, *, slope: float) -> Tensor:
    """g where x > 0, else slope * g"""
    return np.where(x > 0, g, g * slope)  # type: ignore[operator,return-value]


@op(name="LeakyReluBackward0", input=lambda g, input, slope: leaky_grad(g, input, slope=slope))
@supports(FLOATS, "leaky_relu_cpu")
def leaky(input: Tensor, *, slope: float) -> Tensor:
    """input where it is above 0, else slope * input"""
    return np.where(input > 0, input, input * slope)  # type: ignore[operator,return-value]


@op(name="LeakyReluBackward1", input=lambda g, out, slope: _leaky_grad_by_sign(g, out, slope))
@supports(FLOATS, "leaky_relu_cpu")
def leaky_overwritten(input: Tensor, *, slope: float) -> Tensor:
    """As leaky, with the gradient from the output: the input is overwritten"""
    return np.where(input > 0, input, input * slope)  # type: ignore[operator,return-value]


def _leaky_grad_by_sign(g: Any, out: Any, slope: float) -> Any:
    _by_sign(out, slope, "leakyReLu")
    return leaky_grad(g, out, slope=slope)


def _by_sign(out: Any, slope: float, name: str) -> Any:
    """Where the input was above 0, read off the output. Raises RuntimeError where the output does not tell."""
    if slope < 0:
        raise RuntimeError(
            f"In-place {name} backward calculation is triggered with a negative slope which is not supported. This is "
            "caused by calling in-place forward function with a negative slope, please call out-of-place version instead."
        )
    return out > 0


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """input where it is above 0, else negative_slope * input"""
    return leaky(input, slope=float(negative_slope))


@op(
    name="HardtanhBackwardBackward0",
    g=lambda gg, x, low, high: hard_limits_grad(gg, x, low=low, high=high),
    x=lambda gg: constant(gg, value=0.0),
)
def hard_limits_grad(g: Tensor, x: Tensor, *, low: float, high: float) -> Tensor:
    """g where x is between the limits, else 0"""
    return np.where((x <= low) | (x >= high), g.dtype.type(0), g)  # type: ignore[operator,attr-defined,return-value]


@op(name="HardtanhBackward0", input=lambda g, input, low, high: hard_limits_grad(g, input, low=low, high=high))
def hard_limits(input: Tensor, *, low: float, high: float) -> Tensor:
    """input held between low and high; the gradient at the limits is 0"""
    return np.clip(input, low, high)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """input held between min_val and max_val"""
    kind = input._data.dtype
    if kind.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    return hard_limits(input, low=fit_number(min_val, kind), high=fit_number(max_val, kind))


def relu6(input: Tensor) -> Tensor:
    """min(max(input, 0), 6)"""
    return hardtanh(input, 0.0, 6.0)


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
    if input._data.dtype != weight._data.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {kind_name(input)} and {kind_name(weight)}")
    if weight._data.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight._data.ndim}")
    if n != 1:
        if not shape:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = shape[1] if len(shape) > 1 else 1
        if channels != n:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {n} and channel size = "
                f"{channels}."
            )
    if len(shape) > 1:
        weight = weight.reshape((1, n) + (1,) * (len(shape) - 2))
    elif weight._data.ndim > len(shape):
        weight = weight.reshape(())
    return prelu_kernel(input, weight)


# The shrinking ones ---------------------------------------------------------------------------------------------------
@op(name="HardshrinkBackward0", input=lambda g, input, lambd: where((input >= -lambd) & (input <= lambd), 0.0, g))
@supports(FLOATS, "hardshrink_cpu")
def hard_shrink(input: Tensor, *, lambd: float) -> Tensor:
    """0 where |input| <= lambd, else input"""
    return np.where((input >= -lambd) & (input <= lambd), input.dtype.type(0), input)  # type: ignore[operator,attr-defined,return-value]


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """0 where |input| <= lambd, else input"""
    return hard_shrink(input, lambd=float(lambd))


@op(name="SoftshrinkBackward0", input=lambda g, input, lambd: where((input >= -lambd) & (input <= lambd), 0.0, g))
@supports(FLOATS, "softshrink_check")
def soft_shrink(input: Tensor, *, lambd: float) -> Tensor:
    """input moved towards 0 by lambd, 0 where it would pass it"""
    return np.copysign(np.maximum(np.absolute(input) - lambd, 0), input)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """input - lambd where input > lambd, input + lambd where input < -lambd, else 0"""
    if lambd < 0 and input._data.dtype.kind in FLOATING:
        limit = float(np.finfo(input._data.dtype).max)
        raise RuntimeError(
            f"lambda must be in range [0, {limit:g}] for input dtype {kind_name(input)}, but found {lambd:g}"
        )
    return soft_shrink(input, lambd=float(lambd))


# Exponential ones -----------------------------------------------------------------------------------------------------
def _elu(x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    negative = np.expm1(np.minimum(x, 0) * input_scale) * (alpha * scale)
    return np.where(x < 0, negative, x * scale)


def _elu_slope(x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    return where(x <= 0, exp(clamp_max_number(x, max=0.0) * input_scale) * (alpha * scale * input_scale), scale)


def _elu_slope_from(out: Any, alpha: float, scale: float, input_scale: float) -> Any:
    return where(_by_sign(out, alpha, "elu"), scale, (out + alpha * scale) * input_scale)


@op(
    name="EluBackward0",
    input=lambda g, input, alpha, scale: g * _elu_slope(input, alpha, scale, 1.0),
)
@supports(FLOATS, "elu_cpu")
def elu_kernel(input: Tensor, *, alpha: float, scale: float = 1.0) -> Tensor:
    """scale * (input where it is above 0, else alpha * (exp(input) - 1))"""
    return _elu(input, alpha, scale, 1.0)  # type: ignore[no-any-return]


@op(name="EluBackward1", input=lambda g, out, alpha, scale: g * _elu_slope_from(out, alpha, scale, 1.0))
@supports(FLOATS, "elu_cpu")
def elu_overwritten(input: Tensor, *, alpha: float, scale: float = 1.0) -> Tensor:
    """As elu_kernel, with the gradient from the output: the input is overwritten"""
    return _elu(input, alpha, scale, 1.0)  # type: ignore[no-any-return]


def elu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """input where it is above 0, else alpha * (exp(input) - 1)"""
    return elu_kernel(input, alpha=float(alpha))


_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def selu(input: Tensor) -> Tensor:
    """scale * elu(input, alpha) with the constants that keep mean 0 and variance 1

    Source: Klambauer et al. 2017, Self-Normalizing Neural Networks, equation 2.
    """
    return elu_kernel(input, alpha=_ALPHA, scale=_SCALE)


@op(name="CeluBackward0", input=lambda g, input, alpha: g * _elu_slope(input, alpha, 1.0, 1.0 / alpha))
@supports(FLOATS, "elu_cpu")
def celu_kernel(input: Tensor, *, alpha: float) -> Tensor:
    """input where it is above 0, else alpha * (exp(input / alpha) - 1)"""
    return _elu(input, alpha, 1.0, 1.0 / alpha)  # type: ignore[no-any-return]


@op(name="CeluBackward1", input=lambda g, out, alpha: g * _elu_slope_from(out, alpha, 1.0, 1.0 / alpha))
@supports(FLOATS, "elu_cpu")
def celu_overwritten(input: Tensor, *, alpha: float) -> Tensor:
    """As celu_kernel, with the gradient from the output: the input is overwritten"""
    return _elu(input, alpha, 1.0, 1.0 / alpha)  # type: ignore[no-any-return]


def celu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """input where it is above 0, else alpha * (exp(input / alpha) - 1)

    Source: Barron 2017, Continuously Differentiable Exponential Linear Units, equation 2.
    """
    return celu_kernel(input, alpha=_not_zero(alpha))


def _not_zero(alpha: float) -> float:
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return float(alpha)


# Compositions ---------------------------------------------------------------------------------------------------------
@op(name="DivBackward0", input=lambda g, input: g / (abs(input) + 1) ** 2 + input * 0)
def softsign_at_once(input: Tensor) -> Tensor:
    """input / (1 + |input|); far out the two parts of the gradient of a quotient cancel but for what was rounded

    As in PyTorch there is no gradient (nan) at infinity.
    """
    return input / (np.abs(input) + 1)


def softsign(input: Tensor) -> Tensor:
    """input / (1 + |input|)"""
    return softsign_at_once(input) if input._data.dtype.char in HALVES else over(input, plus(input.abs(), 1))


def softmin(input: Tensor, dim: int) -> Tensor:
    """softmax(-input) over dim"""
    return softmax(neg(input), dim)


def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """In training, zero with probability p, and the rest divided by 1 - p; else input itself

    Source: Srivastava et al. 2014, Dropout, section 10.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not train or p == 0 or not input._data.size:
        return input
    x = float_of(input._data)
    if x.dtype.kind != "f":
        raise RuntimeError(f"result type Float can't be cast to the desired output type {kind_name(x)}")
    if p == 1:
        return times(input, input._wrap(np.zeros_like(input._data)))
    mask = image_like(x, x.shape)
    drawn = filled_in_order(input, lambda shape: default_generator.bernoulli(1 - p, shape, x.dtype))
    np.divide(drawn, 1 - p, out=mask)
    return times(input, input._wrap(finished(mask, input._data.dtype)))


# In place -------------------------------------------------------------------------------------------------------------
hardtanh_, relu6_ = in_place(hardtanh), in_place(relu6)
_threshold_ = in_place(threshold_overwritten)
_leaky_, _elu_, _celu_ = in_place(leaky_overwritten), in_place(elu_overwritten), in_place(celu_overwritten)


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """`threshold`, in place"""
    return _threshold_(input, threshold=threshold, value=value)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`leaky_relu`, in place"""
    return _leaky_(input, slope=float(negative_slope))


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`elu`, in place"""
    return _elu_(input, alpha=float(alpha))


def selu_(input: Tensor) -> Tensor:
    """`selu`, in place"""
    return _elu_(input, alpha=_ALPHA, scale=_SCALE)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`celu`, in place"""
    return _celu_(input, alpha=_not_zero(alpha))
