"""Losses of classes: the negative log-likelihood and the cross entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, float_of, wide
from ..autograd.op import op
from .arithmetic import times
from .checks import FLOATS, expect_tensor, kind_name, supports
from .choose import where
from .gather import put_at
from .loss import check_reduction
from .reduction import sum_all, sum_dims
from .shape import permute_dims, reshape
from .softmax import log_softmax

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


# Negative log-likelihood ----------------------------------------------------------------------------------------------
@op(
    name="NllLossBackward0",
    input=lambda g, input_shape, target, weight, ignore, reduction: _nll_grad(
        g, input_shape, target, weight, ignore, reduction
    ),
)
@supports(FLOATS, "nll_loss_out_frame")
def nll(input: Tensor, *, target: Any, weight: Any, ignore: int, reduction: str) -> Tensor:
    """-weight[t] * input[n, t] for each row n; the mean divides by the sum of the weights

    input: (N, C) or (C,) log-probabilities. target: (N,) or ().
    """
    rows, t = input.reshape(-1, input.shape[-1]), target.reshape(-1)
    safe, each = _nll_weights(t, weight, ignore, input.dtype)
    values = -np.take_along_axis(rows, safe[:, None], 1)[:, 0] * each  # type: ignore[arg-type]
    values[each == 0] = 0  # an ignored row counts for nothing even where it is infinite
    if reduction == "none":
        return values.reshape(target.shape)  # type: ignore[no-any-return]
    total = np.add.reduce(values)
    return total if reduction == "sum" else total / np.add.reduce(each)  # type: ignore[no-any-return]


def _nll_weights(target: Any, weight: Any, ignore: int, dtype: Any) -> tuple[Any, Any]:
    """The classes with 0 for those ignored, and the weight of each row"""
    kept = target != ignore
    safe = np.where(kept, target, 0)
    return safe, kept.astype(dtype) if weight is None else weight[safe] * kept


def _nll_grad(g: Any, shape: Shape, target: Any, weight: Any, ignore: int, reduction: str) -> Any:
    kind = wide(getattr(g, "_data", g).dtype)
    safe, each = _nll_weights(target.reshape(-1), weight, ignore, kind)
    if reduction == "mean":
        each = each / (np.add.reduce(each) or 1)
    each = -each.astype(kind)
    rows = times(reshape(g, (-1,)), each) if reduction == "none" else g * each
    return reshape(put_at(reshape(rows, (-1, 1)), index=safe[:, None], dim=1, shape=(safe.size, shape[-1])), shape)


@op(
    name="NllLoss2DBackward0",
    input=lambda g, input_shape, target, weight, ignore, reduction: _nll_planes_grad(
        g, input_shape, target, weight, ignore, reduction
    ),
)
@supports(FLOATS, "nll_loss2d_forward_out_frame")
def nll_planes(input: Tensor, *, target: Any, weight: Any, ignore: int, reduction: str) -> Tensor:
    """As nll, for input (N, C, H, W) and target (N, H, W)"""
    rows = np.moveaxis(input, 1, -1).reshape(-1, input.shape[1])  # type: ignore[type-var]
    out = nll(rows, target=target.reshape(-1), weight=weight, ignore=ignore, reduction=reduction)  # type: ignore[arg-type]
    return out.reshape(target.shape) if reduction == "none" else out


def _nll_planes_grad(g: Any, shape: Shape, target: Any, weight: Any, ignore: int, reduction: str) -> Any:
    n, c, h, w = shape
    flat = _nll_grad(g, (target.size, c), target, weight, ignore, reduction)
    return permute_dims(reshape(flat, (n, h, w, c)), dims=(0, 3, 1, 2))


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """The mean (sum, none) of -weight[target] * input[..., target]; the mean divides by the sum of the weights

    input: log-probabilities (N, C), (C,) or (N, C, d1, ...). target: int64 or uint8 of the same shape without C.
    Raises IndexError for a target outside the classes that is not ignore_index.
    """
    check_reduction(reduction)
    expect_tensor("nll_loss_nd", "target", 2, target)
    x, t = input._data, target._data
    if not x.ndim:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if x.ndim == 1:
        if t.ndim == 1 and t.size != 1:
            raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {t.size}")
    elif x.shape[0] != (t.shape[0] if t.ndim else 0):
        raise ValueError(
            f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({t.shape[0] if t.ndim else 0})."
        )
    classes = x.shape[1] if x.ndim > 1 else x.shape[0]
    _check_target_shape(x.shape, t.shape)
    w = _class_weights(input, weight, classes)
    if t.dtype not in (np.int64, np.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {kind_name(t)}")
    inside = (t >= 0) & (t < classes)
    if not inside.all() and not (inside | (t == ignore_index)).all():
        raise IndexError(f"Target {t[~inside & (t != ignore_index)].flat[0]} is out of bounds.")
    if x.ndim <= 2:
        if x.ndim == 1:
            t = t.reshape(())
        return nll(input, target=t, weight=w, ignore=ignore_index, reduction=reduction)
    planes = input
    if x.ndim != 4:
        planes, t = reshape(input, (*x.shape[:2], 1, -1)), t.reshape(x.shape[0], 1, -1)
    out = nll_planes(planes, target=t, weight=w, ignore=ignore_index, reduction=reduction)
    return reshape(out, target._data.shape) if x.ndim != 4 and reduction == "none" else out  # type: ignore[no-any-return]


def _check_target_shape(x: Shape, t: Shape) -> None:
    if len(x) <= 2:
        if len(t) > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    elif len(x) == 4:
        if len(t) != 3:
            raise RuntimeError(
                f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {len(t)}"
            )
        if t[1:] != x[2:]:
            raise RuntimeError(f"size mismatch (got input: {list(x)} , target: {list(t)}")
    elif t[1:] != x[2:]:
        raise RuntimeError(f"Expected target size {[x[0], *x[2:]]}, got {list(t)}")


def _class_weights(input: Tensor, weight: Tensor | None, classes: int) -> Any:
    """weight as an array, checked"""
    if weight is None:
        return None
    w = weight._data
    if w.shape != (classes,):
        if input._data.ndim > 2:
            raise RuntimeError("weight tensor should be defined either for all or no classes")
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(w.shape)}"
        )
    if w.dtype != input._data.dtype:
        raise RuntimeError(f"expected scalar type {kind_name(input)} but found {kind_name(w)}")
    return float_of(w)


# Cross entropy --------------------------------------------------------------------------------------------------------
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
    check_reduction(reduction)
    expect_tensor("cross_entropy_loss", "target", 2, target)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input._data.shape == target._data.shape:
        return _of_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    dim = 0 if input._data.ndim == 1 else 1
    logs = log_softmax(input, dim)
    loss = nll_loss(logs, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    even = _of_all_classes(logs, target._data, weight, ignore_index, reduction, dim)
    return loss * (1 - label_smoothing) + even * (label_smoothing / input._data.shape[dim])


def _along(dim: int, ndim: int, weight: Tensor) -> Tensor:
    """One weight for each class, to broadcast along dim"""
    return reshape(weight, tuple(-1 if d == dim else 1 for d in range(ndim)))  # type: ignore[no-any-return]


def _of_all_classes(logs: Tensor, target: Any, weight: Tensor | None, ignore: int, reduction: str, dim: int) -> Tensor:
    """The loss against all classes at once: what label smoothing adds"""
    kept = target != ignore
    if weight is not None:
        each = float_of(weight._data)[np.where(kept, target, 0)] * kept
        logs = logs * _along(dim, logs._data.ndim, weight)
    else:
        each = kept.astype(wide(logs._data.dtype))
    rows = where(kept, -sum_dims(logs, dim=(dim,), keepdim=False), 0.0)
    if reduction == "none":
        return rows
    total = sum_all(rows)
    return total / float(np.add.reduce(each, axis=None)) if reduction == "mean" else total


@op(name="DivBackward1", input=lambda g, by: g / by)
def divided(input: Tensor, *, by: int) -> Tensor:
    """input / by, for a whole number"""
    return input / by  # type: ignore[no-any-return]


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore: int, reduction: str, smoothing: float
) -> Tensor:
    """-sum of target * log_softmax(input) * weight over the classes"""
    if target._data.dtype.kind not in FLOATING:
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {kind_name(target)}")
    if ignore >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    dim = 0 if input._data.ndim == 1 else 1
    classes = input._data.shape[dim]
    if weight is not None and weight._data.shape != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes but got weight "
            f"tensor of shape: {list(weight._data.shape)}"
        )
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    loss = log_softmax(input, dim) * target
    if weight is not None:
        loss = loss * _along(dim, loss._data.ndim, weight)
    if reduction == "none":
        return -sum_dims(loss, dim=(dim,), keepdim=False)
    total = -sum_all(loss)
    return divided(total, by=max(input._data.size // classes, 1)) if reduction == "mean" else total
