"""Channels-last views and copies, and scratch memory that outlives a call.

Logical shapes are PyTorch's (N, C, H, W). The memory behind an array the kernels return is (N, H, W, C), carried by
strides alone. A fresh large array costs a page fault every 4 KB, so the blocks of the kernels live in buffers that each
thread keeps.
"""

from __future__ import annotations

import math
import threading

import numpy as np

_KEPT = 32 << 20  # bytes one buffer may have and still be kept for the next call


class _Buffers(threading.local):
    def __init__(self) -> None:
        self.by_role: dict[str, np.ndarray] = {}


_buffers = _Buffers()


def scratch(role: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An uninitialised C-ordered array over this thread's buffer for `role`.

    Valid until the same thread asks for the same role again; never to be returned to the caller of a kernel.
    """
    size = math.prod(shape) * dtype.itemsize
    buffer = _buffers.by_role.get(role)
    if buffer is None or buffer.size < size:
        buffer = np.empty(size, np.uint8)
        if size <= _KEPT:
            _buffers.by_role[role] = buffer
    return buffer[:size].view(dtype).reshape(shape)


def channels_last(x: np.ndarray, dtype: np.dtype | None = None) -> np.ndarray:
    """(N, C, H, W) in any strides -> (N, H, W, C) C-contiguous; a view where the memory is that already."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1), dtype)


def channels_first(x: np.ndarray) -> np.ndarray:
    """(N, H, W, C) -> its (N, C, H, W) view."""
    return x.transpose(0, 3, 1, 2)


def working_dtype(*arrays: np.ndarray) -> np.dtype:
    """The dtype to compute in: that of the operands, but float32 for float16, which has no BLAS."""
    dtype = np.result_type(*arrays)
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def copy_window(x: np.ndarray, out: np.ndarray, top: int, left: int, fill: float = 0.0) -> None:
    """out[:, i, j] = x[:, top + i, left + j], and `fill` where that lies outside of x.

    x (n, H, W, C), out (n, h, w, C). `top` and `left` may be negative (padding) or positive (cropping).
    """
    height, width = out.shape[1:3]
    i0, i1 = min(max(-top, 0), height), max(min(x.shape[1] - top, height), 0)
    j0, j1 = min(max(-left, 0), width), max(min(x.shape[2] - left, width), 0)
    if i0 >= i1 or j0 >= j1:
        out.fill(fill)
        return
    for edge in (out[:, :i0], out[:, i1:], out[:, i0:i1, :j0], out[:, i0:i1, j1:]):
        if edge.size:
            edge.fill(fill)
    out[:, i0:i1, j0:j1] = x[:, top + i0 : top + i1, left + j0 : left + j1]


def strided(base: np.ndarray, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> np.ndarray:
    """A view of C-ordered `base` from byte `offset` on: np.lib.stride_tricks.as_strided at a tenth of its price."""
    return np.ndarray(shape, base.dtype, base, offset, strides)


def windows_of(
    x: np.ndarray,
    role: str,
    images: tuple[int, int],
    corner: tuple[int, int],
    extent: tuple[int, int],
    fill: float = 0.0,
) -> tuple[np.ndarray, int]:
    """The rectangle at `corner` of the images of x (N, H, W, C): (C-ordered array that holds it, byte offset in it).

    That is x itself where the rectangle lies inside, else a scratch copy with `fill` around the image.
    """
    n0, n1 = images
    (top, left), (height, width) = corner, extent
    if top >= 0 and left >= 0 and top + height <= x.shape[1] and left + width <= x.shape[2]:
        return x, n0 * x.strides[0] + top * x.strides[1] + left * x.strides[2]
    padded = scratch(role, (n1 - n0, height, width, x.shape[3]), x.dtype)
    copy_window(x[n0:n1], padded, top, left, fill)
    return padded, 0
