"""Batch normalisation, forward and backward, in blocks that stay in the L2 cache.

The channels are the last axis of memory. Several positions are laid side by side to one wide row, so every pass is one
long vector loop, and sums go over few rows. Sums within a block have the dtype of the data, sums of blocks are float64.
Where a mean is large against its deviation, the statistics are taken again around it, so float32 stays accurate.

Source: Ioffe and Szegedy, "Batch Normalization" (2015), algorithm 1 and the gradients below it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import parallel
from .activation import mask_positive
from .memory import scratch, working_dtype
from .reductions import fold

_BLOCK = 1 << 18  # elements per block: smaller ones make the threads wait for each other
_CLOSE = 16.0  # up to mean ** 2 = 16 var, E[x ** 2] - mean ** 2 loses no more than 4 of float32's 24 bits


def _rows(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """(N, C, ...) in any strides -> (N * ..., C) C-ordered; a view where the memory is channels-last."""
    last = np.moveaxis(x, 1, -1) if x.ndim > 2 else x
    return np.ascontiguousarray(last, dtype=dtype).reshape(x.size // max(1, x.shape[1]), x.shape[1])


def _like(rows: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Back from folded rows to the shape and dtype of x, channels-last in memory."""
    last = rows.reshape(x.shape[0], *x.shape[2:], x.shape[1])
    return (np.moveaxis(last, -1, 1) if x.ndim > 2 else last).astype(x.dtype, copy=False)


class _Folded:
    """The blocks of (positions, C) rows folded to wide ones, and values per channel repeated to their width."""

    def __init__(self, rows: np.ndarray) -> None:
        self.wide = fold(rows)
        self.positions, self.channels = rows.shape
        self.repeats = self.wide.shape[1] // max(1, self.channels)
        self.blocks = [
            slice(*span) for span in parallel.spans(len(self.wide), max(1, _BLOCK // max(1, self.wide.shape[1])))
        ]

    def tile(self, per_channel: np.ndarray) -> np.ndarray:
        return np.tile(per_channel.astype(self.wide.dtype), self.repeats)

    def partial_sums(self) -> np.ndarray:
        return np.empty((len(self.blocks), self.wide.shape[1]), self.wide.dtype)

    def total(self, partial: np.ndarray) -> np.ndarray:
        """The sum per channel, float64."""
        row: np.ndarray = partial.sum(axis=0, dtype=np.float64)
        return np.asarray(np.add.reduce(row.reshape(self.repeats, self.channels), axis=0))


def _moments(rows: _Folded, centre: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance per channel, float64, from the sums of x - centre and its square."""
    firsts, seconds = rows.partial_sums(), rows.partial_sums()
    origin = None if centre is None else rows.tile(centre)

    def task(index: int) -> None:
        block = rows.wide[rows.blocks[index]]
        if origin is not None:
            block = np.subtract(block, origin, out=scratch("centred", block.shape, block.dtype))
        np.add.reduce(block, axis=0, out=firsts[index])
        np.einsum("ij,ij->j", block, block, out=seconds[index])

    parallel.run(task, len(rows.blocks))
    count = max(1, rows.positions)
    mean, square = rows.total(firsts) / count, rows.total(seconds) / count
    variance = np.maximum(square - mean * mean, 0)
    return (mean if origin is None else mean + origin[: rows.channels]), variance


def _statistics(rows: _Folded) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance per channel, float64."""
    mean, variance = _moments(rows, None)
    if np.any(mean * mean > _CLOSE * variance):
        return _moments(rows, mean)
    return mean, variance


def _scale_shift(rows: _Folded, scale: np.ndarray, shift: np.ndarray, relu: bool) -> np.ndarray:
    """rows * scale + shift, and no less than 0 with `relu`, in one pass over memory."""
    out = np.empty_like(rows.wide)
    scale, shift = rows.tile(scale), rows.tile(shift)

    def task(index: int) -> None:
        block = rows.blocks[index]
        target = out[block]
        np.multiply(rows.wide[block], scale, out=target)
        np.add(target, shift, out=target)
        if relu:
            np.maximum(target, 0, out=target)

    parallel.run(task, len(rows.blocks))
    return out


def batch_norm_train(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, eps: float, relu: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """y = (x - mean) * invstd * weight + bias over all axes but 1, with invstd = 1 / sqrt(var + eps); relu on request.

    x (N, C, ...), weight and bias (C,) or None (one and zero).
    Returns y, mean, invstd and the biased variance; the last three (C,), float32 for float16 input.
    """
    dtype = working_dtype(x)
    rows = _Folded(_rows(x, dtype))
    mean, var = _statistics(rows)
    invstd = 1.0 / np.sqrt(var + eps)
    scale = invstd if weight is None else invstd * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    y = _like(_scale_shift(rows, scale, shift, relu), x)
    return y, mean.astype(dtype), invstd.astype(dtype), var.astype(dtype)


def batch_norm_eval(
    x: np.ndarray,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    eps: float,
    relu: bool = False,
) -> np.ndarray:
    """y = (x - running_mean) / sqrt(running_var + eps) * weight + bias, as one scale and shift."""
    scale = 1.0 / np.sqrt(running_var.astype(np.float64) + eps)
    if weight is not None:
        scale = scale * weight
    shift = -running_mean * scale if bias is None else bias - running_mean * scale
    return _like(_scale_shift(_Folded(_rows(x, working_dtype(x))), scale, shift, relu), x)


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
    """Gradients of batch_norm_train for x, weight and bias, those not needed None.

    With m values per channel and xhat = (x - mean) * invstd:
    gbias = sum g, gweight = sum g * xhat, gx = weight * invstd * (g - gbias / m - xhat * gweight / m).
    `y_for_relu`: the output, if a relu was fused into the forward pass; g counts where it is above 0.
    """
    dtype = working_dtype(x)
    rows, grads = _Folded(_rows(x, dtype)), fold(_rows(g, dtype))
    outputs = None if y_for_relu is None else fold(_rows(y_for_relu, dtype))
    mean, invstd = mean.astype(np.float64), invstd.astype(np.float64)
    origin = rows.tile(mean) if np.any(np.square(mean * invstd) > _CLOSE) else None
    sums_g, sums_gx = rows.partial_sums(), rows.partial_sums()

    def upstream(block: slice) -> np.ndarray:
        if outputs is None:
            return grads[block]
        return mask_positive(grads[block], outputs[block], scratch("masked", grads[block].shape, dtype))

    def reduce(index: int) -> None:
        block = rows.blocks[index]
        above, values = upstream(block), rows.wide[block]
        if origin is not None:
            values = np.subtract(values, origin, out=scratch("centred", values.shape, dtype))
        np.add.reduce(above, axis=0, out=sums_g[index])
        np.einsum("ij,ij->j", above, values, out=sums_gx[index])

    parallel.run(reduce, len(rows.blocks))
    total_g, total_gx = rows.total(sums_g), rows.total(sums_gx)
    centre = mean if origin is None else mean - origin[: rows.channels]
    total_gxhat = (total_gx - centre * total_g) * invstd
    gx = None
    if need_x:
        scale = invstd if weight is None else invstd * weight
        slope = -scale * invstd * total_gxhat / max(1, rows.positions)
        shift = -scale * total_g / max(1, rows.positions) - slope * mean
        gx = _like(_combine(rows, upstream, scale, slope, shift), x)
    return (gx, total_gxhat.astype(dtype) if need_weight else None, total_g.astype(dtype) if need_bias else None)


def _combine(
    rows: _Folded, upstream: Callable[[slice], np.ndarray], scale: np.ndarray, slope: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """upstream * scale + rows * slope + shift, in one pass over memory."""
    out = np.empty_like(rows.wide)
    scale, slope, shift = rows.tile(scale), rows.tile(slope), rows.tile(shift)

    def task(index: int) -> None:
        block = rows.blocks[index]
        above, target = upstream(block), out[block]
        product = scratch("centred", target.shape, target.dtype)
        np.multiply(rows.wide[block], slope, out=product)
        np.add(product, shift, out=product)
        np.multiply(above, scale, out=target)
        np.add(target, product, out=target)

    parallel.run(task, len(rows.blocks))
    return out
