"""Volumes, (N, C, D, H, W), by the kernels for planes: their depth goes into the batch, or a plane's rows into one.

A convolution is the sum of the convolutions of planes over the depth of its kernel. A pooling is one over height and width
and then one over depth, as the largest, or the mean, of parts of equal size is that of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .adaptive_pooling import adaptive_avg_pool2d, adaptive_avg_pool2d_grad, adaptive_max_pool2d
from .convolution import conv2d, conv2d_input_grad, conv2d_weight_grad
from .memory import working_dtype
from .pooling import avg_pool2d, avg_pool2d_grad, max_pool2d

Three = tuple[int, int, int]
Shape = tuple[int, ...]


# Convolution ----------------------------------------------------------------------------------------------------------
def _outputs(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def _by_depth(x: np.ndarray) -> np.ndarray:
    """(N, C, D, H, W) -> (D, N, C, H, W), a view"""
    return np.moveaxis(x, 2, 0)


def _planes_under_taps(
    size: int, outputs: int, kernel: int, stride: int, padding: int, dilation: int
) -> Iterator[tuple[int, slice, slice]]:
    """For each tap of the kernel's depth that meets the input: which outputs have it inside, and on which of its planes."""
    for tap in range(kernel):
        offset = tap * dilation - padding
        first = max(-(offset // stride), 0)
        last = min((size - 1 - offset) // stride, outputs - 1)
        if first <= last:
            yield tap, slice(first, last + 1), slice(first * stride + offset, last * stride + offset + 1, stride)


def conv3d(
    x: np.ndarray,
    weight: np.ndarray,
    stride: Three,
    padding: Three,
    dilation: Three,
    groups: int,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """x (N, C, D, H, W), weight (O, C / groups, kd, kh, kw), bias (O,) -> (N, O, od, oh, ow): cross-correlation"""
    sizes = zip(x.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    depth, height, width = (_outputs(*one) for one in sizes)
    out = np.zeros((depth, len(x), len(weight), height, width), x.dtype)
    taps = _planes_under_taps(x.shape[2], depth, weight.shape[2], stride[0], padding[0], dilation[0])
    for tap, outputs, planes in taps:
        part = _by_depth(x)[planes]
        y = conv2d(_fold(part), weight[:, :, tap], stride[1:], padding[1:], dilation[1:], groups, None)
        out[outputs] += y.reshape(len(part), *out.shape[1:])
    if bias is not None:
        out += bias[:, None, None]
    return np.ascontiguousarray(np.moveaxis(out, 0, 2))


def _fold(part: np.ndarray) -> np.ndarray:
    """(D, N, C, H, W) -> (D N, C, H, W)"""
    return part.reshape(-1, *part.shape[2:])


def conv3d_input_grad(
    g: np.ndarray, weight: np.ndarray, x_shape: Shape, stride: Three, padding: Three, dilation: Three, groups: int
) -> np.ndarray:
    """The gradient of conv3d for its input, of x_shape: g (N, O, od, oh, ow) -> (N, C, D, H, W)"""
    batch, channels, depth, height, width = x_shape
    gx = np.zeros((depth, batch, channels, height, width), g.dtype)
    taps = _planes_under_taps(depth, g.shape[2], weight.shape[2], stride[0], padding[0], dilation[0])
    for tap, outputs, planes in taps:
        part = _by_depth(g)[outputs]
        shape = (len(part) * batch, channels, height, width)
        y = conv2d_input_grad(_fold(part), weight[:, :, tap], shape, stride[1:], padding[1:], dilation[1:], groups)
        gx[planes] += y.reshape(len(part), *gx.shape[1:])
    return np.ascontiguousarray(np.moveaxis(gx, 0, 2))


def conv3d_weight_grad(
    g: np.ndarray, x: np.ndarray, weight_shape: Shape, stride: Three, padding: Three, dilation: Three, groups: int
) -> np.ndarray:
    """The gradient of conv3d for its weight: g (N, O, od, oh, ow), x (N, C, D, H, W) -> weight_shape"""
    gw = np.zeros(weight_shape, g.dtype)
    plane = (*weight_shape[:2], *weight_shape[3:])
    taps = _planes_under_taps(x.shape[2], g.shape[2], weight_shape[2], stride[0], padding[0], dilation[0])
    for tap, outputs, planes in taps:
        parts = _fold(_by_depth(g)[outputs]), _fold(_by_depth(x)[planes])
        gw[:, :, tap] = conv2d_weight_grad(*parts, plane, stride[1:], padding[1:], dilation[1:], groups)
    return gw


# Pooling --------------------------------------------------------------------------------------------------------------
def _flat(x: np.ndarray) -> np.ndarray:
    """(N, C, D, H, W) -> (N C, D, H, W)"""
    return x.reshape(-1, *x.shape[2:])


def _lines(x: np.ndarray) -> np.ndarray:
    """(N, C, D, H, W) or (M, D, H, W) -> (1, M, D, H W)"""
    return x.reshape(1, -1, x.shape[-3], x.shape[-2] * x.shape[-1])


def _largest(planes: tuple[np.ndarray, np.ndarray], pool_depth: object, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Of the maxima of the planes and their places, those over depth; `shape` is the input's."""
    best, place = planes
    y, along = pool_depth(_lines(best))  # type: ignore[operator]
    size = (*shape[:2], y.shape[2], *best.shape[2:])
    at = along.reshape(len(best), -1)  # flat positions in (D, oh ow)
    within = np.take_along_axis(place.reshape(len(place), -1), at, axis=1)
    count = best.shape[2] * best.shape[3]
    indices = at // count * (shape[3] * shape[4]) + within
    return np.ascontiguousarray(y).reshape(size), indices.reshape(size)


def max_pool3d(
    x: np.ndarray, kernel: Three, stride: Three, padding: Three, dilation: Three, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The largest of each window, and its flat int64 position in D H W; the first maximum wins, or the last nan"""

    def over_depth(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        own = (kernel[0], 1), (stride[0], 1), (padding[0], 0), (dilation[0], 1)
        return max_pool2d(lines, *own, ceil_mode)

    options = (kernel[1:], stride[1:], padding[1:], dilation[1:], ceil_mode)
    return _largest(max_pool2d(_flat(x), *options), over_depth, x.shape)


def adaptive_max_pool3d(x: np.ndarray, output_size: Three) -> tuple[np.ndarray, np.ndarray]:
    """(N, C, *output_size): the largest of each part, and its flat int64 position in D H W"""
    parts = (output_size[0], output_size[1] * output_size[2])
    return _largest(
        adaptive_max_pool2d(_flat(x), output_size[1:]), lambda lines: adaptive_max_pool2d(lines, parts), x.shape
    )


Window = tuple[Three, Three, Three, bool, bool, int | None]
"""kernel_size, stride, padding, ceil_mode, count_include_pad and divisor of an average"""


def _two_windows(window: Window) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """The arguments of avg_pool2d for height and width, and for depth."""
    kernel, stride, padding, ceil_mode, include_pad, divisor = window
    rest = ceil_mode, include_pad
    planes = (kernel[1:], stride[1:], padding[1:], *rest, None if divisor is None else 1)
    return planes, ((kernel[0], 1), (stride[0], 1), (padding[0], 0), *rest, divisor)


def avg_pool3d(x: np.ndarray, *window: object) -> np.ndarray:
    """(N, C, D, H, W) -> (N, C, od, oh, ow): the mean of each window, or its sum divided by the divisor"""
    planes, depth = _two_windows(window)  # type: ignore[arg-type]
    y = avg_pool2d(_flat(x).astype(working_dtype(x), copy=False), *planes)  # type: ignore[arg-type]
    z = avg_pool2d(_lines(y), *depth)  # type: ignore[arg-type]
    return _as_volume(z, (*x.shape[:2], z.shape[2], *y.shape[2:]), x.dtype)


def _as_volume(z: np.ndarray, shape: Shape, dtype: np.dtype) -> np.ndarray:
    return np.ascontiguousarray(z).reshape(shape).astype(dtype, copy=False)


def avg_pool3d_grad(g: np.ndarray, x_shape: Shape, *window: object) -> np.ndarray:
    """g (N, C, od, oh, ow) -> x_shape: each window's gradient in equal shares to its elements"""
    planes, depth = _two_windows(window)  # type: ignore[arg-type]
    wide = g.astype(working_dtype(g), copy=False)
    batch = x_shape[0] * x_shape[1]
    y = avg_pool2d_grad(_lines(wide), (1, batch, x_shape[2], g.shape[3] * g.shape[4]), *depth)  # type: ignore[arg-type]
    y = np.ascontiguousarray(y).reshape(batch, x_shape[2], *g.shape[3:])
    return _as_volume(avg_pool2d_grad(y, (batch, *x_shape[2:]), *planes), x_shape, g.dtype)  # type: ignore[arg-type]


def adaptive_avg_pool3d(x: np.ndarray, output_size: Three) -> np.ndarray:
    """(N, C, D, H, W) -> (N, C, *output_size): the mean of each part"""
    y = adaptive_avg_pool2d(_flat(x).astype(working_dtype(x), copy=False), output_size[1:])
    z = adaptive_avg_pool2d(_lines(y), (output_size[0], output_size[1] * output_size[2]))
    return _as_volume(z, (*x.shape[:2], *output_size), x.dtype)


def adaptive_avg_pool3d_grad(g: np.ndarray, x_shape: Shape) -> np.ndarray:
    """g (N, C, od, oh, ow) -> x_shape: each part's gradient in equal shares to its elements"""
    wide = g.astype(working_dtype(g), copy=False)
    batch = x_shape[0] * x_shape[1]
    y = adaptive_avg_pool2d_grad(_lines(wide), (1, batch, x_shape[2], g.shape[3] * g.shape[4]))
    y = np.ascontiguousarray(y).reshape(batch, x_shape[2], *g.shape[3:])
    return _as_volume(adaptive_avg_pool2d_grad(y, (batch, *x_shape[2:])), x_shape, g.dtype)
