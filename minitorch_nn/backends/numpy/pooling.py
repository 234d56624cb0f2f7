"""Max and average pooling on channels-last memory: one pass per tap of the window, in blocks that stay in L2."""

from __future__ import annotations

import math

import numpy as np

from . import parallel
from .activation import keep_where
from .blocks import Block, image_blocks
from .memory import channels_first, channels_last, copy_window, scratch, working_dtype

Pair = tuple[int, int]

_BLOCK_ELEMENTS = 1 << 17  # output elements per block


def pooled_size(size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Pair:
    """Height and width of a pooling's output; with `ceil_mode` a last window must start inside input or left padding.

    Source: `pooling_output_shape` as PyTorch documents it for MaxPool2d and AvgPool2d.
    """
    out = []
    for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True):
        span = n + 2 * p - d * (k - 1) - 1
        count = (-(-span // s) if ceil_mode else span // s) + 1
        if ceil_mode and (count - 1) * s >= n + p:
            count -= 1
        out.append(count)
    return out[0], out[1]


def _row_blocks(batch: int, size: Pair, channels: int) -> list[Block]:
    return image_blocks(batch, size, channels, _BLOCK_ELEMENTS)


def _lowest(dtype: np.dtype) -> float:
    return -math.inf if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).min


def _taps(
    x: np.ndarray, block: Block, width: int, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, fill: float
) -> list[np.ndarray]:
    """For each tap of the window, the (n, rows, width, C) view of the input under it, `fill` outside of x."""
    n0, n1, i0, i1 = block
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
    tall, wide = (i1 - i0 - 1) * sh + (kh - 1) * dh + 1, (width - 1) * sw + (kw - 1) * dw + 1
    top, left = i0 * sh - padding[0], -padding[1]
    part = x[n0:n1]
    if top >= 0 and left >= 0 and top + tall <= x.shape[1] and left + wide <= x.shape[2]:
        part = part[:, top : top + tall, left : left + wide]
    else:
        padded = scratch("padded", (n1 - n0, tall, wide, x.shape[3]), x.dtype)
        copy_window(part, padded, top, left, fill)
        part = padded
    return [
        part[:, r * dh : r * dh + (i1 - i0 - 1) * sh + 1 : sh, s * dw : s * dw + (width - 1) * sw + 1 : sw]
        for r in range(kh)
        for s in range(kw)
    ]


def _starts(count: int, stride: int, padding: int) -> np.ndarray:
    """For each window of an axis, the position of its first tap; negative in the padding."""
    return np.arange(count) * stride - padding


def _window_starts(size: Pair, width: int, stride: Pair, padding: Pair) -> np.ndarray:
    """(oh, ow, 1): the flat position of each window's first tap in a plane of this width."""
    rows, cols = (_starts(n, s, p) for n, s, p in zip(size, stride, padding, strict=True))
    starts: np.ndarray = rows[:, None, None] * width + cols[:, None]
    return starts


def _offsets(kernel: Pair, dilation: Pair, width: int) -> list[int]:
    """Per tap, its distance from the window's first tap in a plane of this width: rising."""
    return [r * dilation[0] * width + s * dilation[1] for r in range(kernel[0]) for s in range(kernel[1])]


def max_pool2d(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """y[n, c, i, j] = max over the window, and where it was found: the flat int64 position in the H * W plane.

    x (N, C, H, W) -> two of (N, C, oh, ow), channels-last in memory. The first maximum wins, unless there is a nan:
    then the last nan does. Padding counts as minus infinity.
    """
    stride = kernel_size if stride is None else stride
    xl = channels_last(x)
    batch, height, width, channels = xl.shape
    size = pooled_size((height, width), kernel_size, stride, padding, dilation, ceil_mode)
    y = np.empty((batch, *size, channels), x.dtype)
    indices = np.empty(y.shape, np.int64)
    starts = _window_starts(size, width, stride, padding)
    offsets = _offsets(kernel_size, dilation, width)
    blocks = _row_blocks(batch, size, channels)

    def task(index: int) -> None:
        n0, n1, i0, i1 = block = blocks[index]
        taps = _taps(xl, block, size[1], kernel_size, stride, padding, dilation, _lowest(x.dtype))
        best, place = y[n0:n1, i0:i1], indices[n0:n1, i0:i1]
        found = _argmax_over_taps(taps, offsets, best)
        np.copyto(place, found)
        place += starts[i0:i1]
        if any(padding):
            _keep_inside(place, found, i0, size, width, stride, padding, dilation)

    parallel.run(task, len(blocks))
    return channels_first(y), channels_first(indices)


def _argmax_over_taps(taps: list[np.ndarray], offsets: list[int], best: np.ndarray) -> np.ndarray:
    """Fill `best` with the maximum over the taps; return the offset of the first tap that has it (of the last nan)."""
    small = np.min_scalar_type(offsets[-1])
    found = scratch("found", best.shape, small)
    above = scratch("above", best.shape, np.dtype(bool))
    offset_above = scratch("offset", best.shape, small)
    found.fill(0)
    np.copyto(best, taps[0])
    for tap, offset in zip(taps[1:], offsets[1:], strict=True):
        np.greater(tap, best, out=above)
        np.maximum(best, tap, out=best)
        np.multiply(above.view(np.uint8), small.type(offset), out=offset_above)
        np.maximum(found, offset_above, out=found)  # offsets rise, so the largest is that of the last rise
    if best.dtype.kind == "f" and np.isnan(np.max(best)):
        for tap, offset in zip(taps, offsets, strict=True):
            np.copyto(found, small.type(offset), where=np.isnan(tap))
    return found


def _keep_inside(
    place: np.ndarray, found: np.ndarray, i0: int, size: Pair, width: int, stride: Pair, padding: Pair, dilation: Pair
) -> None:
    """A window with nothing above minus infinity keeps its first tap, which may lie in the padding: step inside."""
    rows = _starts(size[0], stride[0], padding[0])[i0 : i0 + place.shape[1]]
    cols = _starts(size[1], stride[1], padding[1])
    inside = [np.where(start < 0, start % step, start) for start, step in zip((rows, cols), dilation, strict=True)]
    first = inside[0][:, None, None] * width + inside[1][:, None]
    for edge in ((slice(None), rows < 0), (slice(None), slice(None), cols < 0)):
        border = np.broadcast_to(first, place.shape)[edge]
        place[edge] = np.where(found[edge] == 0, border, place[edge])


def max_pool2d_grad(
    g: np.ndarray,
    indices: np.ndarray,
    x_shape: tuple[int, ...],
    kernel_size: Pair | None = None,
    stride: Pair | None = None,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> np.ndarray:
    """gx[n, c, indices[n, c, i, j]] += g[n, c, i, j]: also max_unpool where windows do not overlap.

    g and indices (N, C, oh, ow) -> x_shape (N, C, H, W), channels-last in memory. Where the windows are given, the
    sum goes tap by tap; without them, element by element (slower).
    """
    gl, places = channels_last(g), channels_last(indices)
    batch, channels, height, width = x_shape
    gx = np.zeros((batch, height, width, channels), g.dtype)
    if not gl.size or not gx.size:
        return channels_first(gx)
    if kernel_size is None or math.prod(kernel_size) > 64:
        flat = (np.arange(batch)[:, None, None] * (height * width) + places.reshape(batch, -1, channels)) * channels
        flat += np.arange(channels)
        np.add.at(gx.reshape(-1), flat.ravel(), gl.ravel())
        return channels_first(gx)
    stride = kernel_size if stride is None else stride
    size = (gl.shape[1], gl.shape[2])
    starts = _window_starts(size, width, stride, padding)
    offsets = np.array(_offsets(kernel_size, dilation, width)).reshape(kernel_size)
    small = np.min_scalar_type(offsets[-1, -1])
    offsets = offsets.astype(small)  # compared with int64 numbers, the small integers would all be widened
    spans = parallel.spans(batch, max(1, _BLOCK_ELEMENTS // max(1, math.prod(size) * channels)))
    rows, cols = (
        _taps_inside(n, k, s, p, d, count)
        for n, k, s, p, d, count in zip((height, width), kernel_size, stride, padding, dilation, size, strict=True)
    )

    disjoint = all(s > d * (k - 1) for k, s, d in zip(kernel_size, stride, dilation, strict=True))

    def task(index: int) -> None:
        n0, n1 = spans[index]
        above, target = gl[n0:n1], gx[n0:n1]
        found = np.subtract(places[n0:n1], starts, out=scratch("found", above.shape, small), casting="unsafe")
        chosen = scratch("above", above.shape, np.dtype(bool))
        share = scratch("offset", above.shape, g.dtype)
        for r, (i0, i1, row) in rows.items():
            for s, (j0, j1, col) in cols.items():
                np.equal(found, offsets[r, s], out=chosen)
                window = (slice(None), slice(i0, i1), slice(j0, j1))
                into = target[:, _every(i0, i1, row, stride[0]), _every(j0, j1, col, stride[1])]
                if disjoint:
                    keep_where(above[window], chosen[window], into)
                else:
                    keep_where(above, chosen, share)
                    np.add(into, share[window], out=into)

    parallel.run(task, len(spans))
    return channels_first(gx)


def _taps_inside(
    size: int, kernel: int, stride: int, padding: int, dilation: int, count: int
) -> dict[int, tuple[int, int, int]]:
    """Per tap of one axis: the windows (start, stop) whose tap lies inside the input, and where window 0 has it."""
    taps = {}
    for k in range(kernel):
        offset = k * dilation - padding
        start = max(0, -(offset // stride)) if offset < 0 else 0
        stop = min(count, (size - 1 - offset) // stride + 1)
        if start < stop:
            taps[k] = start, stop, offset
    return taps


def _every(start: int, stop: int, offset: int, stride: int) -> slice:
    """The positions under one tap of the windows start … stop - 1."""
    return slice(start * stride + offset, (stop - 1) * stride + offset + 1, stride)


def max_pool2d_gather(x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """y[n, c, i, j] = x[n, c, indices[n, c, i, j]]: x (N, C, H, W), indices (N, C, oh, ow) -> like indices."""
    xl, places = channels_last(x), channels_last(indices)
    batch, height, width, channels = xl.shape
    plane = xl.reshape(batch, height * width, channels)
    y = np.take_along_axis(plane, places.reshape(batch, -1, channels), axis=1)
    return channels_first(y.reshape(places.shape))


def _window_counts(size: int, kernel: int, stride: int, padding: int, count: int, include_pad: bool) -> np.ndarray:
    """How many elements of one axis each window of an average counts."""
    start = np.arange(count) * stride - padding
    stop = np.minimum(start + kernel, size + padding)
    if include_pad:
        return stop - start
    return np.minimum(stop, size) - np.maximum(start, 0)


def _inverse_divisor(
    size: Pair,
    out: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    count_include_pad: bool,
    divisor_override: int | None,
    dtype: np.dtype,
) -> np.ndarray:
    """1 / the number of elements each window divides by, (oh, ow, 1)."""
    if divisor_override is not None:
        return np.full((1, 1, 1), 1.0 / divisor_override, dtype)
    rows, cols = (
        _window_counts(n, k, s, p, o, count_include_pad)
        for n, k, s, p, o in zip(size, kernel, stride, padding, out, strict=True)
    )
    counts: np.ndarray = rows[:, None, None] * cols[:, None]
    inverse: np.ndarray = np.divide(1.0, counts).astype(dtype)
    return inverse


def avg_pool2d(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """y[n, c, i, j] = sum over the window / number of its elements (padding counted or not, or `divisor_override`).

    x (N, C, H, W) -> (N, C, oh, ow), channels-last in memory.
    """
    stride = kernel_size if stride is None else stride
    dtype = working_dtype(x)
    xl = channels_last(x.astype(dtype, copy=False))
    batch, height, width, channels = xl.shape
    size = pooled_size((height, width), kernel_size, stride, padding, (1, 1), ceil_mode)
    inverse = _inverse_divisor(
        (height, width), size, kernel_size, stride, padding, count_include_pad, divisor_override, dtype
    )
    y = np.empty((batch, *size, channels), dtype)
    blocks = _row_blocks(batch, size, channels)

    def task(index: int) -> None:
        n0, n1, i0, i1 = block = blocks[index]
        total = y[n0:n1, i0:i1]
        taps = _taps(xl, block, size[1], kernel_size, stride, padding, (1, 1), 0.0)
        np.copyto(total, taps[0])
        for tap in taps[1:]:
            np.add(total, tap, out=total)
        total *= inverse if divisor_override is not None else inverse[i0:i1]

    parallel.run(task, len(blocks))
    return channels_first(y).astype(x.dtype, copy=False)


def avg_pool2d_grad(
    g: np.ndarray,
    x_shape: tuple[int, ...],
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """Every element of a window gets its share of g / divisor. g (N, C, oh, ow) -> x_shape, channels-last."""
    stride = kernel_size if stride is None else stride
    dtype = working_dtype(g)
    gl = channels_last(g.astype(dtype, copy=False))
    batch, channels, height, width = x_shape
    size = (gl.shape[1], gl.shape[2])
    inverse = _inverse_divisor(
        (height, width), size, kernel_size, stride, padding, count_include_pad, divisor_override, dtype
    )
    gx = np.zeros((batch, height, width, channels), dtype)
    axes = [
        _taps_inside(n, k, s, p, 1, count)
        for n, k, s, p, count in zip((height, width), kernel_size, stride, padding, size, strict=True)
    ]
    spans = parallel.spans(batch, max(1, 2 * _BLOCK_ELEMENTS // max(1, size[0] * size[1] * channels)))

    def task(index: int) -> None:
        n0, n1 = spans[index]
        share = scratch("number", (n1 - n0, *gl.shape[1:]), dtype)
        np.multiply(gl[n0:n1], inverse, out=share)
        for i0, i1, row in axes[0].values():
            for j0, j1, col in axes[1].values():
                into = gx[n0:n1, _every(i0, i1, row, stride[0]), _every(j0, j1, col, stride[1])]
                np.add(into, share[:, i0:i1, j0:j1], out=into)

    parallel.run(task, len(spans))
    return channels_first(gx).astype(g.dtype, copy=False)
