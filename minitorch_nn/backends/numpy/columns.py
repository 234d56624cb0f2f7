"""unfold and fold: the windows of an image as columns, in PyTorch's order (channel, kernel row, kernel column)."""

from __future__ import annotations

import numpy as np

Pair = tuple[int, int]


def _grid(size: Pair, kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Pair:
    rows, cols = (
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, d, p, s in zip(size, kernel_size, dilation, padding, stride, strict=True)
    )
    return rows, cols


def unfold(
    x: np.ndarray, kernel_size: Pair, dilation: Pair = (1, 1), padding: Pair = (0, 0), stride: Pair = (1, 1)
) -> np.ndarray:
    """x (N, C, H, W) -> (N, C * kh * kw, L): column l holds the window at position l of the output grid."""
    batch, channels, height, width = x.shape
    rows, cols = _grid((height, width), kernel_size, dilation, padding, stride)
    padded = np.zeros((batch, channels, height + 2 * padding[0], width + 2 * padding[1]), x.dtype)
    padded[:, :, padding[0] : padding[0] + height, padding[1] : padding[1] + width] = x
    n, c, h, w = padded.strides
    windows = np.lib.stride_tricks.as_strided(
        padded,
        (batch, channels, *kernel_size, rows, cols),
        (n, c, h * dilation[0], w * dilation[1], h * stride[0], w * stride[1]),
    )
    return windows.reshape(batch, channels * kernel_size[0] * kernel_size[1], rows * cols)


def fold(
    columns: np.ndarray,
    output_size: Pair,
    kernel_size: Pair,
    dilation: Pair = (1, 1),
    padding: Pair = (0, 0),
    stride: Pair = (1, 1),
) -> np.ndarray:
    """columns (N, C * kh * kw, L) -> (N, C, *output_size): overlapping windows are added; the adjoint of unfold."""
    (kh, kw), (height, width) = kernel_size, output_size
    rows, cols = _grid(output_size, kernel_size, dilation, padding, stride)
    batch, channels = columns.shape[0], columns.shape[1] // (kh * kw)
    windows = columns.reshape(batch, channels, kh, kw, rows, cols)
    padded = np.zeros((batch, channels, height + 2 * padding[0], width + 2 * padding[1]), columns.dtype)
    for r in range(kh):
        for s in range(kw):
            top, left = r * dilation[0], s * dilation[1]
            padded[
                :,
                :,
                top : top + (rows - 1) * stride[0] + 1 : stride[0],
                left : left + (cols - 1) * stride[1] + 1 : stride[1],
            ] += windows[:, :, r, s]
    return np.ascontiguousarray(padded[:, :, padding[0] : padding[0] + height, padding[1] : padding[1] + width])
