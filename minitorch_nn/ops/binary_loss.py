"""Losses of yes-or-no answers: cross entropy of probabilities, and of logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, float_of
from ..autograd.op import op
from .checks import kind_name, not_implemented
from .choose import clamp_min_number
from .dims import common_shape
from .functions import log, sigmoid
from .loss import check_reduction, reduced, share

if TYPE_CHECKING:
    from ..tensor import Tensor


def _weighed(g: Any, weight: Any) -> Any:
    return g if weight is None else g * weight


# Of probabilities -----------------------------------------------------------------------------------------------------
@op(
    name="BinaryCrossEntropyBackward0",
    input=lambda g, input, target, weight, reduction: (
        _weighed(share(g, input.shape, reduction), weight)
        * ((input - target) / clamp_min_number((1 - input) * input, min=1e-12))
    ),
    target=lambda g, input, weight, reduction: (
        _weighed(share(g, input.shape, reduction), weight) * (log(1 - input) - log(input))
    ),
)
def binary_entropy(input: Tensor, target: Tensor, *, weight: Any, reduction: str) -> Tensor:
    """-weight * (target * log(input) + (1 - target) * log(1 - input)), logarithms at least -100, reduced"""
    values = (target - 1) * np.maximum(np.log1p(-input), -100) - target * np.maximum(np.log(input), -100)  # type: ignore[operator]
    return reduced(_weighed(values, weight), reduction)  # type: ignore[no-any-return]


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """The mean (sum, none) of -weight * (target * log(input) + (1 - target) * log(1 - input)); both between 0 and 1"""
    check_reduction(reduction)
    if target._data.shape != input._data.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    x = float_of(input._data)
    if target._data.dtype != input._data.dtype:
        raise RuntimeError(f"Found dtype {kind_name(target)} but expected {kind_name(input)}")
    if x.dtype.kind != "f":
        raise not_implemented("binary_cross_entropy", input)
    for name, values in (("input", x), ("target", float_of(target._data))):
        if values.size and not (values.min() >= 0 and values.max() <= 1):
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    return binary_entropy(input, target, weight=_spread(weight, x), reduction=reduction)


def _spread(weight: Tensor | None, x: Any) -> Any:
    """weight as an array of x's shape and dtype. Raises RuntimeError where it does not broadcast."""
    if weight is None:
        return None
    if common_shape(x.shape, weight._data.shape) != x.shape:
        raise RuntimeError(f"the weight's shape {list(weight._data.shape)} does not broadcast to {list(x.shape)}")
    return np.broadcast_to(float_of(weight._data).astype(x.dtype, copy=False), x.shape)


# Of logits ------------------------------------------------------------------------------------------------------------
@op(
    name="BinaryCrossEntropyWithLogitsBackward0",
    kind="promote",
    input=lambda g, input, target, weight, pos_weight, reduction: (
        _weighed(share(g, input.shape, reduction), weight) * _logit_slope(input, target, pos_weight)
    ),
    target=lambda g, input, weight, pos_weight, reduction: (
        _weighed(share(g, input.shape, reduction), weight) * _target_slope(input, pos_weight)
    ),
)
def binary_entropy_logits(input: Tensor, target: Tensor, *, weight: Any, pos_weight: Any, reduction: str) -> Tensor:
    """weight * ((1 - target) * input + w * log(1 + exp(-input))), w = (pos_weight - 1) * target + 1, reduced"""
    soft = np.log1p(np.exp(-np.absolute(input))) - np.minimum(input, 0)
    if pos_weight is not None:
        soft = soft * ((pos_weight - 1) * target + 1)
    return reduced(_weighed((1 - target) * input + soft, weight), reduction)  # type: ignore[operator,no-any-return]


def _logit_slope(x: Any, target: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return sigmoid(x) - target
    t = pos_weight * target
    return (t + 1 - target) * sigmoid(x) - t


def _target_slope(x: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return -x
    return log(1 - sigmoid(x)) - pos_weight * log(sigmoid(x))


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """binary_cross_entropy(sigmoid(input), target), without underflow; pos_weight multiplies the positive part"""
    check_reduction(reduction)
    if target._data.shape != input._data.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    if input._data.dtype.kind not in FLOATING:
        raise not_implemented("log_sigmoid_cpu", input)
    if target._data.dtype.kind not in FLOATING:
        raise RuntimeError(
            f"result type {kind_name(input)} can't be cast to the desired output type {kind_name(target)}"
        )
    w, p = (_spread(v, float_of(input._data)) for v in (weight, pos_weight))
    return binary_entropy_logits(input, target, weight=w, pos_weight=p, reduction=reduction)
