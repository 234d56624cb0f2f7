"""Losses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .arithmetic import minus, times
from .choose import clamp_min_number, where
from .functions import exp, log, sigmoid, sign
from .gather import put_at
from .join import broadcast_tensors
from .reduction import mean_all, sum_all, sum_dims
from .shape import expand_shape, reshape
from .softmax import log_softmax

if TYPE_CHECKING:
    from ..tensor import Tensor


def reduce(loss: Tensor, reduction: str) -> Tensor:
    """loss itself, its mean, or its sum. Raises ValueError for another name."""
    if reduction == "mean":
        return mean_all(loss)
    if reduction == "sum":
        return sum_all(loss)
    if reduction == "none":
        return loss
    raise ValueError(f"{reduction} is not a valid value for reduction")


def _reduced(values: Any, reduction: str) -> Any:
    if reduction == "none":
        return values
    total = np.add.reduce(values, axis=None)
    return total if reduction == "sum" else total / values.dtype.type(values.size)


def _share(g: Any, shape: tuple[int, ...], reduction: str) -> Any:
    """The gradient of each element of the unreduced loss"""
    if reduction == "none":
        return g
    return expand_shape(g / max(math.prod(shape), 1) if reduction == "mean" else g, shape=shape)


def _check(reduction: str) -> None:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


# Regression -----------------------------------------------------------------------------------------------------------
@op(
    name="MseLossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction: _share(g, input.shape, reduction) * (2.0 * (input - target)),
    target=lambda g, input, target, reduction: _share(g, input.shape, reduction) * (2.0 * (target - input)),
)
def squared_error(input: Tensor, target: Tensor, *, reduction: str) -> Tensor:
    """(input - target)^2, reduced"""
    d = input - target
    return _reduced(d * d, reduction)  # type: ignore[no-any-return]


def _slope_share(g: Any, x: Any, y: Any, reduction: str, edge: float, inner: float, outer: float) -> Any:
    """g times inner * d where |d| < edge, else outer * sign(d), for d = x - y"""
    d = x - y
    small = (d < edge) & (d > -edge)
    return _share(g, x.shape, reduction) * where(small, d * inner, sign(d) * outer)


@op(
    name="SmoothL1LossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction, beta: _slope_share(g, input, target, reduction, beta, 1 / beta, 1.0),
    target=lambda g, input, target, reduction, beta: _slope_share(g, target, input, reduction, beta, 1 / beta, 1.0),
)
def smooth_error(input: Tensor, target: Tensor, *, reduction: str, beta: float) -> Tensor:
    """d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, reduced"""
    d = np.absolute(input - target)
    return _reduced(np.where(d < beta, d * d * (0.5 / beta), d - 0.5 * beta), reduction)  # type: ignore[no-any-return]


@op(
    name="HuberLossBackward0",
    kind="promote",
    input=lambda g, input, target, reduction, delta: _slope_share(g, input, target, reduction, delta, 1.0, delta),
    target=lambda g, input, target, reduction, delta: _slope_share(g, target, input, reduction, delta, 1.0, delta),
)
def huber_error(input: Tensor, target: Tensor, *, reduction: str, delta: float) -> Tensor:
    """d^2 / 2 where |d| < delta, else delta * (|d| - delta / 2), reduced"""
    d = np.absolute(input - target)
    return _reduced(np.where(d < delta, d * d * 0.5, delta * (d - 0.5 * delta)), reduction)  # type: ignore[no-any-return]


def _pair(input: Tensor, target: Tensor, reduction: str) -> tuple[Any, Any]:
    _check(reduction)
    return broadcast_tensors(input, target) if input._data.shape != target._data.shape else (input, target)


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of (input - target)^2"""
    return squared_error(*_pair(input, target, reduction), reduction=reduction)


def l1_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of |input - target|"""
    return reduce(minus(*_pair(input, target, reduction)).abs(), reduction)


def smooth_l1_loss(input: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """The mean (sum, none) of d^2 / (2 beta) where |d| < beta, else |d| - beta / 2"""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    return l1_loss(input, target, reduction) if beta == 0 else smooth_error(*_pair(input, target, reduction), reduction=reduction, beta=beta)


def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """The mean (sum, none) of d^2 / 2 where |d| < delta, else delta * (|d| - delta / 2)"""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return huber_error(*_pair(input, target, reduction), reduction=reduction, delta=delta)


# Classification -------------------------------------------------------------------------------------------------------
@op(
    name="NllLossBackward0",
    input=lambda g, input_shape, target, weight, ignore, reduction: _nll_grad(g, input_shape, target, weight, ignore, reduction),
)
def nll(input: Tensor, *, target: Any, weight: Any, ignore: int, reduction: str) -> Tensor:
    """-weight[t] * input[n, t] for each row n; the mean divides by the sum of the weights. input: (N, C) log-probabilities"""
    safe, each = _nll_weights(target, weight, ignore, input.dtype)
    values = -np.take_along_axis(input, safe[:, None], 1)[:, 0] * each
    values[each == 0] = 0  # an ignored row counts for nothing even where it is infinite
    if reduction == "none":
        return values  # type: ignore[no-any-return]
    total = np.add.reduce(values)
    return total if reduction == "sum" else total / np.add.reduce(each)  # type: ignore[no-any-return]


def _nll_weights(target: Any, weight: Any, ignore: int, dtype: Any) -> tuple[Any, Any]:
    kept = target != ignore
    safe = np.where(kept, target, 0)
    return safe, kept.astype(dtype) if weight is None else weight[safe] * kept


def _nll_grad(g: Any, shape: tuple[int, ...], target: Any, weight: Any, ignore: int, reduction: str) -> Any:
    kind = getattr(g, "_data", g).dtype
    safe, each = _nll_weights(target, weight, ignore, kind)
    if reduction == "mean":
        each = each / np.add.reduce(each)
    each = -each.astype(kind)
    rows = g * each if reduction != "none" else times(g, each)
    return put_at(reshape(rows, (-1, 1)), index=safe[:, None], dim=1, shape=shape)


@op(
    name="NllLoss2DBackward0",
    input=lambda g, input_shape, target, weight, ignore, reduction: _nll_planes_grad(g, input_shape, target, weight, ignore, reduction),
)
def nll_planes(input: Tensor, *, target: Any, weight: Any, ignore: int, reduction: str) -> Tensor:
    """As nll, for input (N, C, d1, ...) and target (N, d1, ...)"""
    rows = np.moveaxis(input, 1, -1).reshape(-1, input.shape[1])  # type: ignore[arg-type]
    out = nll(rows, target=target.reshape(-1), weight=weight, ignore=ignore, reduction=reduction)
    return out.reshape(target.shape) if reduction == "none" else out


def _nll_planes_grad(g: Any, shape: tuple[int, ...], target: Any, weight: Any, ignore: int, reduction: str) -> Any:
    rows = (target.size, shape[1])
    flat = _nll_grad(reshape(g, (-1,)) if reduction == "none" else g, rows, target.reshape(-1), weight, ignore, reduction)
    from .shape import permute_dims

    back = reshape(flat, (shape[0], *shape[2:], shape[1]))
    return permute_dims(back, dims=(0, len(shape) - 1, *range(1, len(shape) - 1)))


def nll_loss(input: Tensor, target: Tensor, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of -weight[target] * input[..., target]; the mean divides by the sum of the weights

    input: log-probabilities (N, C), (C,) or (N, C, d1, ...). target: int64 of the same shape without C.
    Raises IndexError for a target outside the classes that is not ignore_index.
    """
    _check(reduction)
    x, t = input._data, target._data
    if x.ndim == 0 or t.ndim > max(x.ndim, 1):
        raise RuntimeError("input tensor should be 1D or 2D")
    classes = x.shape[1] if x.ndim > 1 else x.shape[0]
    wanted = x.shape[:1] + x.shape[2:] if x.ndim > 1 else ()
    if t.shape != wanted:
        if x.ndim == 2 or x.ndim == 1:
            raise ValueError(f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({t.shape[0] if t.ndim else 0}).") if x.ndim == 2 and t.ndim == 1 else RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        raise RuntimeError(f"size mismatch (got input: {list(x.shape)} , target: {list(t.shape)})") if x.ndim != 4 else RuntimeError(f"size mismatch (got input: {list(x.shape)} , target: {list(t.shape)}")
    if t.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {target.dtype.type_name}")
    bad = t[(t != ignore_index) & ((t < 0) | (t >= classes))]
    if bad.size:
        raise IndexError(f"Target {bad.flat[0]} is out of bounds.")
    w = None
    if weight is not None:
        w = weight._data
        if w.shape != (classes,):
            raise RuntimeError(
                f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
                f"shape: {list(w.shape)}"
            )
    if x.ndim == 2:
        return nll(input, target=t, weight=w, ignore=ignore_index, reduction=reduction)
    if x.ndim == 1:
        out = nll(reshape(input, (1, -1)), target=t.reshape(1), weight=w, ignore=ignore_index, reduction=reduction)
        return reshape(out, ())  # type: ignore[no-any-return]
    return nll_planes(input, target=t, weight=w, ignore=ignore_index, reduction=reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """nll_loss(log_softmax(input), target)

    input: logits (N, C), (C,) or (N, C, d1, ...). target: classes (int64) of the same shape without C, or probabilities
    of input's shape and dtype. label_smoothing: this share of the target goes evenly to all classes.

    Source: Szegedy et al. 2016, Rethinking the Inception Architecture, section 7 (label smoothing).
    """
    _check(reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    dim = 0 if input._data.ndim == 1 else 1
    if target._data.dtype.kind == "f":
        return _cross_entropy_probabilities(input, target, weight, reduction, label_smoothing, dim)
    logs = log_softmax(input, dim)
    loss = nll_loss(logs, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    classes = input._data.shape[dim]
    shape = [1] * input._data.ndim
    shape[dim] = classes
    each = logs if weight is None else times(logs, reshape(weight, tuple(shape)))
    smooth = -sum_dims(each, dim=(dim,), keepdim=False)
    kept = target._data != ignore_index
    smooth = where(kept, smooth, 0.0)
    if reduction == "mean":
        total = kept.sum() if weight is None else (weight._data[np.where(kept, target._data, 0)] * kept).sum()
        smooth = sum_all(smooth) / float(total)
    elif reduction == "sum":
        smooth = sum_all(smooth)
    return (1 - label_smoothing) * loss + (label_smoothing / classes) * smooth  # type: ignore[no-any-return]


def _cross_entropy_probabilities(input: Tensor, target: Tensor, weight: Any, reduction: str, smoothing: float, dim: int) -> Tensor:
    if target._data.shape != input._data.shape:
        raise RuntimeError(
            "Expected floating point type for target with class probabilities, got " + target.dtype.type_name
            if target._data.dtype.kind != "f"
            else f"size mismatch (got input: {list(input._data.shape)} , target: {list(target._data.shape)})"
        )
    classes = input._data.shape[dim]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    loss = log_softmax(input, dim) * target
    if weight is not None:
        shape = [1] * input._data.ndim
        shape[dim] = classes
        loss = loss * reshape(weight, tuple(shape))
    if reduction == "none":
        return -sum_dims(loss, dim=(dim,), keepdim=False)
    total = -sum_all(loss)
    return total / max(input._data.size // classes, 1) if reduction == "mean" else total


# Binary ---------------------------------------------------------------------------------------------------------------
def _weighed(g: Any, weight: Any) -> Any:
    return g if weight is None else g * weight


@op(
    name="BinaryCrossEntropyBackward0",
    input=lambda g, input, target, weight, reduction: _weighed(_share(g, input.shape, reduction), weight)
    * ((input - target) / clamp_min_number((1 - input) * input, min=1e-12)),
    target=lambda g, input, weight, reduction: _weighed(_share(g, input.shape, reduction), weight)
    * (log(1 - input) - log(input)),
)
def binary_entropy(input: Tensor, target: Tensor, *, weight: Any, reduction: str) -> Tensor:
    """-weight * (target * log(input) + (1 - target) * log(1 - input)), logarithms at least -100, reduced"""
    values = (target - 1) * np.maximum(np.log1p(-input), -100) - target * np.maximum(np.log(input), -100)  # type: ignore[operator]
    return _reduced(_weighed(values, weight), reduction)  # type: ignore[no-any-return]


def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean") -> Tensor:
    """The mean (sum, none) of -weight * (target * log(input) + (1 - target) * log(1 - input)); input between 0 and 1"""
    _check(reduction)
    x = input._data
    if target._data.shape != x.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise RuntimeError("all elements of input should be between 0 and 1")
    w = None if weight is None else np.broadcast_to(weight._data, x.shape)
    return binary_entropy(input, target, weight=w, reduction=reduction)


@op(
    name="BinaryCrossEntropyWithLogitsBackward0",
    input=lambda g, input, target, weight, pos_weight, reduction: _weighed(_share(g, input.shape, reduction), weight)
    * _logit_slope(input, target, pos_weight),
    target=lambda g, input, weight, pos_weight, reduction: _weighed(_share(g, input.shape, reduction), weight)
    * _target_slope(input, pos_weight),
)
def binary_entropy_logits(input: Tensor, target: Tensor, *, weight: Any, pos_weight: Any, reduction: str) -> Tensor:
    """weight * ((1 - target) * input + w * log(1 + exp(-input))), w = (pos_weight - 1) * target + 1, reduced"""
    soft = np.log1p(np.exp(-np.absolute(input))) - np.minimum(input, 0)
    if pos_weight is not None:
        soft = soft * ((pos_weight - 1) * target + 1)
    return _reduced(_weighed((1 - target) * input + soft, weight), reduction)  # type: ignore[operator,no-any-return]


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
    input: Tensor, target: Tensor, weight: Tensor | None = None, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """binary_cross_entropy(sigmoid(input), target), without underflow; pos_weight multiplies the positive part"""
    _check(reduction)
    if target._data.shape != input._data.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    w = None if weight is None else np.broadcast_to(weight._data, input._data.shape)
    p = None if pos_weight is None else np.broadcast_to(pos_weight._data, input._data.shape)
    return binary_entropy_logits(input, target, weight=w, pos_weight=p, reduction=reduction)


@op(
    kind="promote",
    input=lambda g, target: g * -target,
    target=lambda g, input, target: where(target > 0, g * (log(clamp_min_number(target, min=1e-300)) + 1 - input), 0.0),
)
def kl_terms(input: Tensor, target: Tensor) -> Tensor:
    """target * (log(target) - input), 0 where target is 0"""
    logs = np.log(np.where(target > 0, target, 1))  # type: ignore[operator]
    return np.where(target > 0, target * logs, 0) - target * input  # type: ignore[operator,return-value]


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """The mean (sum, none) of target * (log(target) - input), input being log-probabilities

    log_target: target is log-probabilities too.
    """
    _check(reduction)
    terms = times(exp(target), minus(target, input)) if log_target else kl_terms(input, target)
    return reduce(terms, reduction)


