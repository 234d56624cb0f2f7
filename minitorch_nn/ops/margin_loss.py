"""Margins between classes: the hinge loss of one right class, and of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import times
from .checks import kind_name, refuse_halves
from .choose import clamp_min
from .gather import gather_at
from .loss import reduce
from .reduction import sum_dims
from .shape import reshape, unsqueeze_at

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["multi_margin_loss", "multilabel_margin_loss"]


def _rows(input: Tensor, what: str) -> tuple[Tensor, int, int]:
    """input as (N, C)"""
    shape = input._data.shape
    if len(shape) > 2 or not all(shape[-1:]):
        raise RuntimeError(f"Expected non-empty {what} with optional 0-dim batch size, but got: {list(shape)}")
    n, classes = (shape[0] if len(shape) == 2 else 1), (shape[-1] if shape else 1)
    return reshape(input, (n, classes)), n, classes


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """(N, C), (N,) -> the mean (sum, none) of sum over i != y of weight[y] max(0, margin - x[y] + x[i])^p / C"""
    x, n, classes = _rows(input, "vector or matrix")
    y = target._data
    if y.ndim > 1 or y.size != n:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{n}], but got {list(y.shape)}. Input has shape {list(input._data.shape)}."
        )
    if weight is not None and weight._data.size != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight._data.shape)}")
    if y.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {kind_name(y)}")
    refuse_halves("multi_margin_loss_cpu_kernel", input)
    if y.size and (y.min() < 0 or y.max() >= classes):
        raise RuntimeError("target out of range")
    index = y.reshape(-1, 1)
    others = (np.arange(classes) != index).astype(x._data.dtype)
    short = clamp_min(x - gather_at(x, index=index, dim=1) + margin, 0)
    short = times(short if p == 1 else short * short, others)
    if weight is not None:
        short = times(short, weight._data[index])
    loss = sum_dims(short, dim=(1,), keepdim=False) / classes
    if reduction == "none" and not y.ndim:
        loss = reshape(loss, ())
    return reduce(loss, reduction)


def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """(N, C), classes (N, C) up to the first -1 -> the mean (sum, none) of
    sum over the classes j, and i that is none of them, of max(0, 1 - x[j] + x[i]) / C"""
    x, n, classes = _rows(input, "vector or matrix")
    y: Any = target._data
    if y.shape != input._data.shape:
        raise RuntimeError(f"inconsistent target size: {list(y.shape)} for input of size: {list(input._data.shape)}")
    if y.size and (y.min() < -1 or y.max() >= classes):
        raise RuntimeError("argument #2 'target' is out of range")
    if y.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {kind_name(y)}")
    refuse_halves("multilabel_margin_loss_forward_out_frame", input)
    y = y.reshape(n, classes)
    listed = np.cumprod(y >= 0, 1).astype(bool)
    index = np.where(listed, y, 0)
    right = np.zeros((n, classes), bool)
    right[np.nonzero(listed)[0], y[listed]] = True
    pairs = (listed[:, :, None] & ~right[:, None, :]).astype(x._data.dtype)
    of_classes = unsqueeze_at(gather_at(x, index=index, dim=1), dim=2)
    short = times(clamp_min(1 - of_classes + unsqueeze_at(x, dim=1), 0), pairs)
    loss = sum_dims(short, dim=(1, 2), keepdim=False) / classes
    if reduction == "none" and input._data.ndim < 2:
        loss = reshape(loss, ())
    return reduce(loss, reduction)
