"""Batch normalisation on channels-last arrays of float32; everything else is left to NumPy's kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numpy import normalization as plain
from ..numpy.memory import channels_first, channels_last
from . import primitives as dnn
from .primitives import (
    DIFF_DST,
    DIFF_SCALE,
    DIFF_SHIFT,
    DIFF_SRC,
    DST,
    MEAN,
    SCALE,
    SHIFT,
    SRC,
    VARIANCE,
    Primitive,
    described,
)

_SCALE_AND_SHIFT = 2 | 4
_LEAST = 4096  # elements below which calling a primitive costs more than NumPy's few passes
_FAR = 100.0  # squared means in variances beyond which float32 loses digits that NumPy's kernel keeps in float64


def _forward_description(memory: Any, eps: float) -> Any:
    return dnn.made(
        dnn.dnnl.batch_normalization_forward_primitive_desc_create,
        dnn.ENGINE, dnn.FORWARD_TRAINING, memory, memory, eps, _SCALE_AND_SHIFT, dnn.ATTRIBUTES,
    )  # fmt: skip


class _Train:
    def __init__(self, shape: tuple[int, ...], eps: float) -> None:
        memory, vector = dnn.channels_last(shape), described((shape[1],), (1,))
        roles = [(SRC, memory), (DST, memory), *((role, vector) for role in (SCALE, SHIFT, MEAN, VARIANCE))]
        self.run = Primitive(_forward_description(memory, eps), roles)


class _Grads:
    def __init__(self, shape: tuple[int, ...]) -> None:
        memory, vector = dnn.channels_last(shape), described((shape[1],), (1,))
        description = dnn.made(
            dnn.dnnl.batch_normalization_backward_primitive_desc_create, dnn.ENGINE, dnn.BACKWARD, memory, memory, memory,
            0.0, _SCALE_AND_SHIFT, _forward_description(memory, 0.0), dnn.ATTRIBUTES,
        )  # fmt: skip
        roles = [
            (SRC, memory),
            (DIFF_DST, memory),
            *((role, vector) for role in (SCALE, MEAN, VARIANCE)),
            (DIFF_SRC, memory),
        ]
        self.run = Primitive(description, [*roles, (DIFF_SCALE, vector), (DIFF_SHIFT, vector)])


def _fits(x: np.ndarray) -> bool:
    return x.ndim == 4 and x.dtype == np.float32 and x.size >= _LEAST


def _vector(values: np.ndarray | None, channels: int, otherwise: float) -> np.ndarray:
    return np.full(channels, otherwise, np.float32) if values is None else np.ascontiguousarray(values, np.float32)


def batch_norm_train(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, eps: float, relu: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """As the NumPy backend's `batch_norm_train`."""
    if not _fits(x) or relu:
        return plain.batch_norm_train(x, weight, bias, eps, relu)
    kernel = dnn.cached(("batch_norm", x.shape, eps), lambda: _Train(x.shape, eps))
    channels = x.shape[1]
    xl = channels_last(x)
    y, mean, variance = np.empty_like(xl), np.empty(channels, np.float32), np.empty(channels, np.float32)
    kernel.run(xl, y, _vector(weight, channels, 1.0), _vector(bias, channels, 0.0), mean, variance)
    if np.any(mean * mean > _FAR * variance):
        return plain.batch_norm_train(x, weight, bias, eps)
    return channels_first(y), mean, 1 / np.sqrt(variance + np.float32(eps)), variance


def batch_norm_grads(
    g: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray | None,
    mean: np.ndarray,
    invstd: np.ndarray,
    need_x: bool = True,
    need_weight: bool = True,
    need_bias: bool = True,
    y_for_relu: np.ndarray | None = None,
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """As the NumPy backend's `batch_norm_grads`."""
    fits = _fits(x) and g.dtype == np.float32 and need_x and y_for_relu is None
    if not fits or np.any(np.square(mean * invstd) > _FAR):
        return plain.batch_norm_grads(g, x, weight, mean, invstd, need_x, need_weight, need_bias, y_for_relu)
    kernel = dnn.cached(("batch_norm_grads", x.shape), lambda: _Grads(x.shape))
    channels = x.shape[1]
    xl = channels_last(x)
    gx, gw, gb = np.empty_like(xl), np.empty(channels, np.float32), np.empty(channels, np.float32)
    kernel.run(xl, channels_last(g), _vector(weight, channels, 1.0), mean, 1 / np.square(invstd), gx, gw, gb)
    return channels_first(gx), gw if need_weight else None, gb if need_bias else None
