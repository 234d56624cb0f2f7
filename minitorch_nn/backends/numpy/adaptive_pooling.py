"""Adaptive pooling: window i of an axis runs from floor(i n / out) to ceil((i + 1) n / out)."""

from __future__ import annotations

import itertools

import numpy as np

from .memory import channels_first, channels_last, working_dtype
from .pooling import avg_pool2d, avg_pool2d_grad

Pair = tuple[int, int]


def _bounds(size: int, out: int) -> list[tuple[int, int]]:
    return [(i * size // out, -(-(i + 1) * size // out)) for i in range(out)]


def _even_kernel(size: Pair, out: Pair) -> Pair | None:
    """The window of the plain pooling that an adaptive one is, where the output divides the input."""
    if 0 in out or 0 in size or size[0] % out[0] or size[1] % out[1]:
        return None
    return size[0] // out[0], size[1] // out[1]


def adaptive_avg_pool2d(x: np.ndarray, output_size: Pair) -> np.ndarray:
    """y[n, c, i, j] = mean of window (i, j). x (N, C, H, W) -> (N, C, *output_size), channels-last in memory."""
    size = (x.shape[2], x.shape[3])
    dtype = working_dtype(x)
    if output_size == (1, 1) and size[0] * size[1]:
        xl = channels_last(x)
        mean = xl.reshape(len(xl), size[0] * size[1], xl.shape[3]).mean(axis=1, dtype=dtype)
        return channels_first(mean.reshape(len(xl), 1, 1, -1)).astype(x.dtype, copy=False)
    kernel = _even_kernel(size, output_size)
    if kernel is not None:
        return avg_pool2d(x, kernel)
    xl = channels_last(x)
    y = np.empty((len(xl), *output_size, xl.shape[3]), dtype)
    rows, cols = _bounds(size[0], output_size[0]), _bounds(size[1], output_size[1])
    for (i, (i0, i1)), (j, (j0, j1)) in itertools.product(enumerate(rows), enumerate(cols)):
        y[:, i, j] = xl[:, i0:i1, j0:j1].mean(axis=(1, 2), dtype=dtype)
    return channels_first(y).astype(x.dtype, copy=False)


def adaptive_avg_pool2d_grad(g: np.ndarray, x_shape: tuple[int, ...]) -> np.ndarray:
    """g (N, C, oh, ow) -> x_shape: every element of window (i, j) gets g[i, j] / its area."""
    batch, channels, height, width = x_shape
    out = (g.shape[2], g.shape[3])
    dtype = working_dtype(g)
    kernel = _even_kernel((height, width), out)
    if out == (1, 1) and height * width:
        gl = channels_last(g).astype(dtype, copy=False) / dtype.type(height * width)
        gx = np.empty((batch, height, width, channels), g.dtype)
        gx[...] = gl
        return channels_first(gx)
    if kernel is not None:
        return avg_pool2d_grad(g, x_shape, kernel)
    gl = channels_last(g)
    gx = np.zeros((batch, height, width, channels), dtype)
    rows, cols = _bounds(height, out[0]), _bounds(width, out[1])
    for (i, (i0, i1)), (j, (j0, j1)) in itertools.product(enumerate(rows), enumerate(cols)):
        area = dtype.type((i1 - i0) * (j1 - j0))
        gx[:, i0:i1, j0:j1] += (gl[:, i, j] / area)[:, None, None]
    return channels_first(gx).astype(g.dtype, copy=False)


def adaptive_max_pool2d(x: np.ndarray, output_size: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Maximum of each window and its flat int64 position in the H * W plane; the first maximum wins, or the last nan.

    x (N, C, H, W) -> two of (N, C, *output_size), channels-last in memory.
    """
    xl = channels_last(x)
    batch, height, width, channels = xl.shape
    y = np.empty((batch, *output_size, channels), x.dtype)
    indices = np.empty(y.shape, np.int64)
    has_nan = np.issubdtype(x.dtype, np.floating) and bool(np.isnan(xl).any())
    rows, cols = _bounds(height, output_size[0]), _bounds(width, output_size[1])
    for (i, (i0, i1)), (j, (j0, j1)) in itertools.product(enumerate(rows), enumerate(cols)):
        window = xl[:, i0:i1, j0:j1].reshape(batch, -1, channels)
        found = window.argmax(axis=1)
        if has_nan:
            nan = np.isnan(window)
            found = np.where(nan.any(axis=1), nan.shape[1] - 1 - nan[:, ::-1].argmax(axis=1), found)
        y[:, i, j] = np.take_along_axis(window, found[:, None], axis=1)[:, 0]
        indices[:, i, j] = (i0 + found // (j1 - j0)) * width + j0 + found % (j1 - j0)
    return channels_first(y), channels_first(indices)
