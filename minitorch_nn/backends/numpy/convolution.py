"""Convolution and its two gradients by blocked im2col on channels-last memory.

All three are built on one correlation: pack the windows of a block of output positions into rows (in the order kernel
row, kernel column, channel, as the memory has them), multiply by the weight as a matrix, write the block of the output.
A block's rows stay in the L2 cache; blocks are shared out over the threads. The whole-batch column buffer that a plain
im2col makes costs three to five times as much.

Source: Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document Processing" (2006),
section 2 (convolution unrolled into a matrix product).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from . import parallel, winograd
from .blocks import Block, image_blocks
from .memory import channels_first, channels_last, scratch, strided, windows_of, working_dtype

Pair = tuple[int, int]

_BLOCK_BYTES = 3 << 20  # packed rows per block: larger leaves the cache, smaller makes threads meet too often
_NARROW = 16  # up to so many output channels two neighbouring outputs are computed as one
_FEW_GROUPS = 4  # up to here group by group, in slices; beyond, one call for all
_SHORTEST = 32  # rows of a slice below which slicing does not pay
_SMALL_PRODUCT = 1_000_000  # OpenBLAS multiplies up to this many m * n * k without packing its operands first


@dataclass(frozen=True, slots=True)
class _Windows:
    """Where the windows of a correlation lie on its input."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    top: int  # row and column of the input at the first tap of the first window (minus the padding)
    left: int
    out: Pair  # height and width of the output

    def extent(self, rows: int) -> Pair:
        """Height and width of the input under `rows` rows of windows."""
        (kh, kw), (sh, sw), (dh, dw) = self.kernel, self.stride, self.dilation
        return (rows - 1) * sh + (kh - 1) * dh + 1, (self.out[1] - 1) * sw + (kw - 1) * dw + 1


def output_size(size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    """Height and width of a convolution's output."""
    h, w = (
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    )
    return h, w


def _window_view(x: np.ndarray, windows: _Windows, block: Block) -> np.ndarray:
    """(n, rows, width, kh, kw, C) view of the windows of a block, over x itself or a padded copy of its part."""
    n0, n1, i0, i1 = block
    corner = windows.top + i0 * windows.stride[0], windows.left
    base, offset = windows_of(x, "padded", (n0, n1), corner, windows.extent(i1 - i0))
    n, h, w, c = base.strides
    (sh, sw), (dh, dw) = windows.stride, windows.dilation
    return strided(
        base,
        offset,
        (n1 - n0, i1 - i0, windows.out[1], *windows.kernel, x.shape[3]),
        (n, h * sh, w * sw, h * dh, w * dw, c),
    )


def _pack(x: np.ndarray, windows: _Windows, block: Block, groups: int) -> np.ndarray:
    """The windows of a block as rows: (groups, positions, kh * kw * C / groups); a view where no copy is needed."""
    view = _window_view(x, windows, block)
    n, rows, width, kh, kw, channels = view.shape
    if kh == kw == 1 and groups == 1 and view.flags.c_contiguous:
        return view.reshape(1, -1, channels)
    depth = channels // groups
    columns = scratch("columns", (groups, n, rows, width, kh, kw, depth), x.dtype)
    np.copyto(columns, view.reshape(*view.shape[:5], groups, depth).transpose(5, 0, 1, 2, 3, 4, 6))
    return columns.reshape(groups, -1, kh * kw * depth)


def multiply(rows: np.ndarray, matrix: np.ndarray, out: np.ndarray) -> None:
    """out = rows @ matrix, for tall rows (m, k), a matrix (k, n) and out (m, n).

    Narrow products go to the BLAS in slices small enough for its kernels that do not pack: 1.3 to 2 times faster.
    """
    (m, k), n = rows.shape, matrix.shape[1]
    step = _slice_of_small_product(n * k)
    whole = m - m % step
    if step < _SHORTEST or not whole:
        np.matmul(rows, matrix, out=out)
        return
    np.matmul(rows[:whole].reshape(-1, step, k), matrix, out=out[:whole].reshape(-1, step, n))
    if whole < m:
        np.matmul(rows[whole:], matrix, out=out[whole:])


def _slice_of_small_product(size: int) -> int:
    return max(8, _SMALL_PRODUCT // max(1, size) // 8 * 8)


def multiply_transposed(left: np.ndarray, right: np.ndarray, out: np.ndarray) -> None:
    """out = left @ right, for wide left (n, m), tall right (m, k) and small out (n, k); sliced along m as above."""
    (n, m), k = left.shape, right.shape[1]
    step = _slice_of_small_product(n * k)
    whole = m - m % step
    if step < 64 or not whole:
        np.matmul(left, right, out=out)
        return
    parts = scratch("parts", (whole // step, n, k), out.dtype)
    np.matmul(left[:, :whole].reshape(n, -1, step).transpose(1, 0, 2), right[:whole].reshape(-1, step, k), out=parts)
    np.add.reduce(parts, axis=0, out=out)
    if whole < m:
        out += left[:, whole:] @ right[whole:]


def _can_pair(windows: _Windows, groups: int) -> bool:
    return (
        groups == 1
        and windows.kernel[1] > 1
        and windows.stride[1] == windows.dilation[1] == 1
        and (windows.out[1] % 2 == 0)
    )


def _paired(matrices: np.ndarray, windows: _Windows, channels: int) -> tuple[np.ndarray, _Windows]:
    """The same correlation with two neighbouring outputs as one of twice the channels, from windows one column wider.

    A third more multiplications in a product twice as wide, and a third less to pack: faster for few output channels.
    """
    (kh, kw), out_channels = windows.kernel, matrices.shape[2]
    taps = matrices.reshape(kh, kw, channels, out_channels)
    wide = np.zeros((kh, kw + 1, channels, 2, out_channels), matrices.dtype)
    wide[:, :kw, :, 0] = taps
    wide[:, 1:, :, 1] = taps
    pairs = replace(
        windows, kernel=(kh, kw + 1), stride=(windows.stride[0], 2), out=(windows.out[0], windows.out[1] // 2)
    )
    return wide.reshape(1, -1, 2 * out_channels), pairs


def _correlate(
    x: np.ndarray, matrices: np.ndarray, windows: _Windows, out: np.ndarray, bias: np.ndarray | None = None
) -> None:
    """Correlate x (N, H, W, C) with matrices (groups, kh * kw * C / groups, O / groups) into out (N, oh, ow, O).

    `out` may have any strides; where it is not C-ordered, the products go through a scratch block.
    """
    if matrices.shape[2] <= _NARROW and out.flags.c_contiguous and _can_pair(windows, matrices.shape[0]):
        batch, height, width, channels = out.shape
        _correlate(
            x,
            *_paired(matrices, windows, x.shape[3]),
            out.reshape(batch, height, width // 2, 2 * channels),
            None if bias is None else np.tile(bias, 2),
        )
        return
    groups, depth, group_out = matrices.shape
    blocks = image_blocks(x.shape[0], windows.out, groups * depth * x.itemsize, _BLOCK_BYTES)
    direct = out.flags.c_contiguous

    def task(index: int) -> None:
        n0, n1, i0, i1 = block = blocks[index]
        rows = _pack(x, windows, block, groups)
        target = out[n0:n1, i0:i1]
        result = target if direct else scratch("products", target.shape, out.dtype)
        flat = result.reshape(-1, groups, group_out)
        for group in range(groups) if groups <= _FEW_GROUPS else ():
            multiply(rows[group], matrices[group], flat[:, group])
        if groups > _FEW_GROUPS:
            np.matmul(rows, matrices, out=flat.transpose(1, 0, 2))
        if bias is not None:
            result += bias
        if not direct:
            target[...] = result

    parallel.run(task, len(blocks))


def _correlate_depthwise(
    x: np.ndarray, weight: np.ndarray, windows: _Windows, out: np.ndarray, bias: np.ndarray | None = None
) -> None:
    """One input channel per group: multiply-add per tap, no products. weight (kh, kw, C, multiplier)."""
    kh, kw, channels, multiplier = weight.shape
    blocks = image_blocks(x.shape[0], windows.out, channels * multiplier * x.itemsize, _BLOCK_BYTES // 4)

    def task(index: int) -> None:
        n0, n1, i0, i1 = block = blocks[index]
        view = _window_view(x, windows, block)
        target = out[n0:n1, i0:i1].reshape(*view.shape[:3], channels, multiplier)
        for m in range(multiplier):
            total = target[..., m]
            product = scratch("products", total.shape, out.dtype)
            first = True
            for r in range(kh):
                for s in range(kw):
                    np.multiply(view[:, :, :, r, s], weight[r, s, :, m], out=total if first else product)
                    if not first:
                        np.add(total, product, out=total)
                    first = False
        if bias is not None:
            target += bias.reshape(channels, multiplier)

    parallel.run(task, len(blocks))


def _as_matrices(weight: np.ndarray, groups: int) -> np.ndarray:
    """(O, kh, kw, I) -> (groups, kh * kw * I, O / groups); C-ordered for small products, which need that to be fast."""
    out_channels = weight.shape[0]
    matrices = weight.reshape(groups, out_channels // groups, math.prod(weight.shape[1:])).transpose(0, 2, 1)
    large = matrices[0].size * _SHORTEST > _SMALL_PRODUCT
    return matrices if large else np.ascontiguousarray(matrices)


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """y[n, o, i, j] = bias[o] + sum over c, r, s of x[n, c, i sh + r dh - ph, j sw + s dw - pw] weight[o, c, r, s].

    x (N, C, H, W), weight (O, C / groups, kh, kw), bias (O,) or None -> (N, O, oh, ow), channels-last in memory.
    """
    result, dtype = np.result_type(x, weight), working_dtype(x, weight)
    xl, wl = channels_last(x, dtype), channels_last(weight, dtype)
    bias = None if bias is None else bias.astype(dtype, copy=False)
    kernel = (weight.shape[2], weight.shape[3])
    size = output_size((xl.shape[1], xl.shape[2]), kernel, stride, padding, dilation)
    y = np.empty((xl.shape[0], *size, weight.shape[0]), dtype)
    windows = _Windows(kernel, stride, dilation, -padding[0], -padding[1], size)
    if winograd.is_faster(xl.shape, kernel, stride, dilation, groups, size, weight.shape[0], dtype):
        winograd.correlate(xl, wl.transpose(1, 2, 3, 0), windows.top, windows.left, y, bias)
    elif groups == xl.shape[3] > 1:
        taps = wl.reshape(groups, -1, *kernel).transpose(2, 3, 0, 1)
        _correlate_depthwise(xl, np.ascontiguousarray(taps), windows, y, bias)
    else:
        _correlate(xl, _as_matrices(wl, groups), windows, y, bias)
    return channels_first(y).astype(result, copy=False)


def _phase(offset: int, size: int, kernel: int, stride: int, padding: int, dilation: int) -> tuple[int, int, int, int]:
    """The taps that reach the positions offset, offset + stride, … of one axis of a convolution's input.

    Returns (first tap, tap step, row of the output gradient under the first tap, row step per tap, towards zero).
    A first tap of `kernel` or more says that none does.
    """
    common = math.gcd(stride, dilation)
    step = stride // common
    first = next((r for r in range(min(step, kernel)) if (offset + padding - r * dilation) % stride == 0), kernel)
    return first, step, (offset + padding - first * dilation) // stride, dilation // common


def conv2d_input_grad(
    g: np.ndarray,
    weight: np.ndarray,
    x_shape: tuple[int, ...],
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """The gradient of conv2d's input; also the transposed convolution of g, to which `bias` (C,) is added.

    g (N, O, oh, ow), weight (O, C / groups, kh, kw), x_shape (N, C, H, W) -> x_shape, channels-last in memory.

    The input positions fall into stride x stride phases. Those of one phase meet every stride-th tap only, and their
    gradient is a stride-1 correlation of g with these taps, last tap first: no overlapping additions, and no
    multiplication by the zeros that a dilated g would hold.
    """
    result, dtype = np.result_type(g, weight), working_dtype(g, weight)
    gl, wl = channels_last(g, dtype), channels_last(weight, dtype)
    bias = None if bias is None else bias.astype(dtype, copy=False)
    batch, channels, height, width = x_shape
    (kh, kw), group_out = wl.shape[1:3], wl.shape[0] // groups
    gx = np.empty((batch, height, width, channels), dtype)
    # (groups, O/g, kh, kw, I) -> (kh, kw, groups, O/g, I)
    taps = wl.reshape(groups, group_out, kh, kw, -1).transpose(2, 3, 0, 1, 4)
    for a in range(min(stride[0], height)):
        r0, r_step, top, up = _phase(a, height, kh, stride[0], padding[0], dilation[0])
        for b in range(min(stride[1], width)):
            s0, s_step, left, back = _phase(b, width, kw, stride[1], padding[1], dilation[1])
            out = gx[:, a :: stride[0], b :: stride[1]]
            part = taps[r0::r_step, s0::s_step][::-1, ::-1]
            rows, columns = part.shape[:2]
            if not rows * columns:
                out[...] = 0 if bias is None else bias
                continue
            windows = _Windows(
                (rows, columns),
                (1, 1),
                (up, back),
                top - (rows - 1) * up,
                left - (columns - 1) * back,
                (out.shape[1], out.shape[2]),
            )
            if winograd.is_faster(
                gl.shape, windows.kernel, stride, windows.dilation, groups, windows.out, channels, dtype
            ):
                winograd.correlate(gl, part[:, :, 0], windows.top, windows.left, out, bias)
            elif groups == gl.shape[3] == channels > 1:
                depthwise = part.reshape(rows, columns, channels, 1)
                _correlate_depthwise(gl, depthwise, windows, out, bias)
            else:
                matrices = np.ascontiguousarray(part.transpose(2, 0, 1, 3, 4)).reshape(
                    groups, rows * columns * group_out, channels // groups
                )
                _correlate(gl, matrices, windows, out, bias)
    return channels_first(gx).astype(result, copy=False)


def conv2d_weight_grad(
    g: np.ndarray,
    x: np.ndarray,
    weight_shape: tuple[int, ...],
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """The gradient of conv2d's weight: sum over n, i, j of g[n, o, i, j] x[n, c, i sh + r dh - ph, j sw + s dw - pw].

    g (N, O, oh, ow), x (N, C, H, W), weight_shape (O, C / groups, kh, kw) -> weight_shape, channels-last in memory.
    """
    result, dtype = np.result_type(g, x), working_dtype(g, x)
    gl, xl = channels_last(g, dtype), channels_last(x, dtype)
    out_channels, depth, kh, kw = weight_shape
    windows = _Windows((kh, kw), stride, dilation, -padding[0], -padding[1], (gl.shape[1], gl.shape[2]))
    if winograd.is_faster(xl.shape, (kh, kw), stride, dilation, groups, windows.out, out_channels, dtype):
        gw = winograd.weight_grad(gl, xl, windows.top, windows.left)
    elif groups == xl.shape[3] > 1:
        gw = _weight_grad_depthwise(gl, xl, windows)
    else:
        gw = _weight_grad(gl, xl, windows, groups)
    return channels_first(gw.reshape(out_channels, kh, kw, depth)).astype(result, copy=False)


def _weight_grad(g: np.ndarray, x: np.ndarray, windows: _Windows, groups: int) -> np.ndarray:
    """(groups, O / groups, kh * kw * C / groups): each thread sums its share of the blocks, the shares are added."""
    group_out = g.shape[3] // groups
    depth = math.prod(windows.kernel) * (x.shape[3] // groups)
    blocks = image_blocks(x.shape[0], windows.out, groups * depth * x.itemsize, _BLOCK_BYTES)
    shares = parallel.spans(len(blocks), -(-len(blocks) // parallel.get_num_threads()))
    sums = np.zeros((max(1, len(shares)), groups, group_out, depth), x.dtype)

    def task(index: int) -> None:
        total = sums[index]
        for block in blocks[slice(*shares[index])]:
            n0, n1, i0, i1 = block
            rows = _pack(x, windows, block, groups)
            left = g[n0:n1, i0:i1].reshape(-1, groups, group_out).transpose(1, 2, 0)
            product = scratch("products", total.shape, x.dtype)
            for group in range(groups) if groups <= _FEW_GROUPS else ():
                multiply_transposed(left[group], rows[group], product[group])
            if groups > _FEW_GROUPS:
                np.matmul(left, rows, out=product)
            total += product

    parallel.run(task, len(shares))
    total: np.ndarray = np.add.reduce(sums, axis=0) if len(shares) > 1 else sums[0]
    return total


def _weight_grad_depthwise(g: np.ndarray, x: np.ndarray, windows: _Windows) -> np.ndarray:
    """(C, multiplier, kh, kw): one multiply-and-sum per tap."""
    channels = x.shape[3]
    multiplier = g.shape[3] // channels
    kh, kw = windows.kernel
    blocks = image_blocks(x.shape[0], windows.out, channels * x.itemsize, _BLOCK_BYTES // 4)
    sums = np.zeros((max(1, len(blocks)), channels, multiplier, kh, kw), x.dtype)

    def task(index: int) -> None:
        n0, n1, i0, i1 = block = blocks[index]
        view = _window_view(x, windows, block)
        part = g[n0:n1, i0:i1].reshape(*view.shape[:3], channels, multiplier)
        product = scratch("products", (*view.shape[:3], channels), x.dtype)
        for m in range(multiplier):
            for r in range(kh):
                for s in range(kw):
                    np.multiply(view[:, :, :, r, s], part[..., m], out=product)
                    sums[index, :, m, r, s] = product.sum(axis=(0, 1, 2))

    parallel.run(task, len(blocks))
    total: np.ndarray = sums.sum(axis=0)
    return total


def conv2d_grads(
    g: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Both gradients of conv2d: (gradient of x, gradient of weight)."""
    return (
        conv2d_input_grad(g, weight, x.shape, stride, padding, dilation, groups),
        conv2d_weight_grad(g, x, weight.shape, stride, padding, dilation, groups),
    )
