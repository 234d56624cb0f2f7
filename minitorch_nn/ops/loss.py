"""Losses between numbers, and of probabilities: squares, absolute values and what lies between; divergence, margins."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING
from ..autograd.op import op
from .arithmetic import minus, sub, times
from .checks import FLOATS, kind_name, supports
from .choose import where
from .functions import exp, log, sigmoid, sign
from .join import broadcast_tensors
from .reduction import mean, sum_all
from .shape import expand_shape

if TYPE_CHECKING:
    from ..tensor import Tensor


# Reduction ------------------------------------------------------------------------------------------------------------
def check_reduction(reduction: str) -> None:
    """Raise ValueError unless reduction is "none", "mean" or "sum"."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def reduce(loss: Tensor, reduction: str) -> Tensor:
    """loss itself, its mean, or its sum. Raises ValueError for another name."""
    check_reduction(reduction)
    if reduction == "mean":
        return mean(loss)
    return sum_all(loss) if reduction == "sum" else loss


def reduced(values: Any, reduction: str) -> Any:
    """The same for an array, within a kernel"""
    if reduction == "none":
        return values
    total = np.add.reduce(values, axis=None)
    return total if reduction == "sum" else total / values.dtype.type(values.size)


def share(g: Any, shape: tuple[int, ...], reduction: str) -> Any:
    """The gradient of each element of the unreduced loss"""
    if reduction == "none":
        return g
    return expand_shape(g / max(math.prod(shape), 1) if reduction == "mean" else g, shape=shape)


# Regression -----------------------------------------------------------------------------------------------------------
@op(
    name="MseLossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction: share(g, input.shape, reduction) * (2.0 * (input - target)),
    target=lambda g, input, target, reduction: share(g, input.shape, reduction) * (2.0 * (target - input)),
)
@supports(FLOATS, "mse_cpu")
def squared_error(input: Tensor, target: Tensor, *, reduction: str) -> Tensor:
    """(input - target)^2, reduced"""
    d = input - target
    return reduced(d * d, reduction)  # type: ignore[no-any-return]


def _slope_share(g: Any, x: Any, y: Any, reduction: str, edge: float, inner: float, outer: float) -> Any:
    """g times inner * d where |d| < edge, else outer * sign(d), for d = x - y"""
    d = x - y
    small = (d < edge) & (d > -edge)
    return share(g, x.shape, reduction) * where(small, d * inner, sign(d) * outer)


@op(
    name="SmoothL1LossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction, beta: _slope_share(g, input, target, reduction, beta, 1 / beta, 1.0),
    target=lambda g, input, target, reduction, beta: _slope_share(g, target, input, reduction, beta, 1 / beta, 1.0),
)
@supports(FLOATS, "smooth_l1_cpu")
def smooth_error(input: Tensor, target: Tensor, *, reduction: str, beta: float) -> Tensor:
    """d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, reduced"""
    d = np.absolute(input - target)
    return reduced(np.where(d < beta, d * d * (0.5 / beta), d - 0.5 * beta), reduction)  # type: ignore[no-any-return]


@op(
    name="HuberLossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction, delta: _slope_share(g, input, target, reduction, delta, 1.0, delta),
    target=lambda g, input, target, reduction, delta: _slope_share(g, target, input, reduction, delta, 1.0, delta),
)
@supports(FLOATS, "huber_cpu")
def huber_error(input: Tensor, target: Tensor, *, reduction: str, delta: float) -> Tensor:
    """d^2 / 2 where |d| < delta, else delta * (|d| - delta / 2), reduced"""
    d = np.absolute(input - target)
    return reduced(np.where(d < delta, d * d * 0.5, delta * (d - 0.5 * delta)), reduction)  # type: ignore[no-any-return]


def _pair(input: Tensor, target: Tensor, reduction: str) -> tuple[Tensor, ...]:
    """Both, broadcast to one shape"""
    check_reduction(reduction)
    return broadcast_tensors(input, target) if input._data.shape != target._data.shape else (input, target)


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of (input - target)^2"""
    x, y = _pair(input, target, reduction)
    return squared_error(x, y, reduction=reduction)


def l1_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of |input - target|"""
    x, y = _pair(input, target, reduction)
    return reduce(sub(x, y).abs(), reduction)


def smooth_l1_loss(input: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """The mean (sum, none) of d^2 / (2 beta) where |d| < beta, else |d| - beta / 2"""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, reduction)
    x, y = _pair(input, target, reduction)
    return smooth_error(x, y, reduction=reduction, beta=beta)


def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """The mean (sum, none) of d^2 / 2 where |d| < delta, else delta * (|d| - delta / 2)

    Source: Huber 1964, Robust Estimation of a Location Parameter.
    """
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    x, y = _pair(input, target, reduction)
    return huber_error(x, y, reduction=reduction, delta=delta)


# Margin ---------------------------------------------------------------------------------------------------------------
@op(
    name="SoftMarginLossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction: share(g, input.shape, reduction) * (-target * sigmoid(-target * input)),
)
def soft_margin(input: Tensor, target: Tensor, *, reduction: str) -> Tensor:
    """log(1 + exp(-target * input)), reduced"""
    return reduced(np.log1p(np.exp(-target * input)), reduction)  # type: ignore[operator,no-any-return]


def soft_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of log(1 + exp(-target * input)), target being 1 or -1"""
    if target.requires_grad:
        raise RuntimeError(
            "The function 'soft_margin_loss' is not differentiable with respect to argument 'target'. This input cannot "
            "have requires_grad True."
        )
    if input._data.dtype.kind not in FLOATING:
        raise RuntimeError(f"result type Float can't be cast to the desired output type {kind_name(input)}")
    x, y = _pair(input, target, reduction)
    return soft_margin(x, y, reduction=reduction)


# Divergence -----------------------------------------------------------------------------------------------------------
@op(
    name="XlogyBackward0",
    input=lambda g, input: where(g == 0, 0.0, g * log(where(input == 0, 1.0, input))) + g * (input / input),
)
def times_own_log(input: Tensor) -> Tensor:
    """input * log(input), 0 where input is 0"""
    return input * np.log(np.where(input == 0, 1, input))  # type: ignore[no-any-return]


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """The mean (sum, none) of target * (log(target) - input), input being log-probabilities

    log_target: target is log-probabilities too.

    Source: Kullback and Leibler 1951, On Information and Sufficiency.
    """
    check_reduction(reduction)
    if input._data.dtype.kind not in FLOATING or target._data.dtype.kind not in FLOATING:
        raise RuntimeError("kl_div: Integral inputs not supported.")
    if log_target:
        return reduce(times(exp(target), minus(target, input)), reduction)
    return reduce(minus(times_own_log(target), times(target, input)), reduction)
