"""The heavy kernels against slow references that share no code with them: loops over taps and windows, and einsum."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from minitorch_nn import backends
from minitorch_nn.backends.numpy import parallel, products, winograd
from minitorch_nn.backends.numpy.reductions import fold


def available() -> list[str]:
    """The backends that can run here"""
    found = []
    for name in backends.BACKENDS:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"minitorch_nn.backends.{name}")
            found.append(name)
    return found


@pytest.fixture(autouse=True, params=available())
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test runs on every backend."""
    before = backends.current()
    backends.use(request.param)
    yield request.param
    backends.use(before)


TOLERANCE = {"float64": 1e-12, "float32": 3e-6}
DTYPES = sorted(TOLERANCE)


def draw(*shape: int, dtype: str = "float64", seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def layouts(x: np.ndarray) -> Iterator[np.ndarray]:
    """The same values as plain, channels-last and non-dense memory, the last one also read-only."""
    yield x
    yield np.ascontiguousarray(np.moveaxis(x, 1, -1)).swapaxes(1, -1).swapaxes(2, -1) if x.ndim == 4 else x
    spread = np.zeros(tuple(2 * n for n in x.shape), x.dtype)[tuple(slice(None, None, 2) for _ in x.shape)]
    spread[...] = x
    spread.setflags(write=False)
    yield spread


def assert_close(actual: np.ndarray, expected: np.ndarray, dtype: str, factor: float = 1.0) -> None:
    assert actual.dtype == np.dtype(dtype)
    assert actual.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=factor * scale * TOLERANCE[dtype])


def is_channels_last(x: np.ndarray) -> bool:
    return x.transpose(0, 2, 3, 1).flags.c_contiguous


# --- convolution ------------------------------------------------------------------------------------------------------

# batch, channels, height, width, out channels, kernel, stride, padding, dilation, groups
CONVOLUTIONS = [
    (2, 3, 7, 9, 4, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    (3, 4, 8, 8, 6, (3, 3), (2, 2), (1, 1), (1, 1), 1),
    (2, 4, 9, 7, 6, (3, 2), (2, 1), (2, 1), (1, 1), 2),
    (1, 5, 10, 10, 3, (5, 5), (3, 3), (4, 4), (1, 1), 1),  # padding larger than half of the kernel
    (2, 1, 12, 13, 5, (4, 4), (3, 2), (3, 0), (1, 2), 1),
    (2, 2, 3, 3, 2, (3, 3), (1, 1), (6, 6), (1, 1), 1),  # padding larger than the kernel
    (2, 4, 10, 10, 4, (3, 3), (2, 2), (0, 0), (3, 3), 1),
    (2, 4, 12, 10, 4, (3, 3), (4, 4), (1, 1), (2, 2), 2),  # stride and dilation share a divisor
    (2, 4, 10, 10, 4, (2, 2), (3, 3), (0, 0), (1, 1), 1),  # stride larger than the kernel: pixels no window meets
    (4, 8, 9, 9, 16, (1, 1), (1, 1), (0, 0), (1, 1), 1),
    (4, 8, 9, 9, 16, (1, 1), (2, 2), (0, 0), (1, 1), 1),
    (4, 8, 9, 9, 16, (1, 1), (2, 2), (1, 1), (1, 1), 2),
    (2, 6, 11, 12, 6, (3, 3), (1, 1), (1, 1), (2, 2), 6),  # depthwise
    (2, 6, 11, 12, 12, (3, 3), (2, 2), (2, 1), (1, 1), 6),  # depthwise, two outputs per channel
    (2, 12, 6, 7, 24, (3, 3), (1, 1), (1, 1), (1, 1), 6),  # more groups than are multiplied one by one
    (0, 3, 8, 8, 4, (3, 3), (1, 1), (1, 1), (1, 1), 1),  # empty batch
    (1, 3, 40, 200, 4, (7, 7), (2, 2), (3, 3), (1, 1), 1),
    (9, 16, 20, 20, 16, (3, 3), (1, 1), (1, 1), (1, 1), 1),  # few output channels: computed in pairs, in slices
    (3, 40, 17, 23, 24, (3, 3), (2, 1), (1, 1), (1, 1), 1),
    (2, 48, 90, 90, 2, (5, 5), (1, 1), (2, 2), (1, 1), 1),  # one image is cut into several blocks of rows
]


def taps_of(size, kernel, stride, padding, dilation):
    """Output size, and for each tap of the window the slices of the padded input under it."""
    out = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    ]
    pieces = {}
    for tap in itertools.product(range(kernel[0]), range(kernel[1])):
        pieces[tap] = (
            ...,
            *(slice(t * d, t * d + (o - 1) * s + 1, s) for t, d, o, s in zip(tap, dilation, out, stride, strict=True)),
        )
    return out, pieces


def reference_convolution(x, weight, g, stride, padding, dilation, groups):
    """y, gradient of x, gradient of weight, in float64; g is drawn where None."""
    x, weight = x.astype(np.float64), weight.astype(np.float64)
    batch, channels, *size = x.shape
    out_channels, depth, *kernel = weight.shape
    out, pieces = taps_of(size, kernel, stride, padding, dilation)
    borders = ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2)
    padded = np.pad(x, borders).reshape(batch, groups, depth, size[0] + 2 * padding[0], size[1] + 2 * padding[1])
    by_group = weight.reshape(groups, -1, depth, *kernel)
    y = np.zeros((batch, groups, out_channels // groups, *out))
    g = draw(batch, out_channels, *out, seed=3) if g is None else g.astype(np.float64)
    above = g.reshape(y.shape)
    g_padded, g_weight = np.zeros_like(padded), np.zeros_like(by_group)
    for (r, s), piece in pieces.items():
        y += np.einsum("ngchw,goc->ngohw", padded[piece], by_group[..., r, s])
        g_padded[piece] += np.einsum("ngohw,goc->ngchw", above, by_group[..., r, s])
        g_weight[..., r, s] = np.einsum("ngohw,ngchw->goc", above, padded[piece])
    gx = g_padded.reshape(batch, channels, *g_padded.shape[3:])[
        :, :, padding[0] : padding[0] + size[0], padding[1] : padding[1] + size[1]
    ]
    return y.reshape(batch, out_channels, *out), gx, g_weight.reshape(weight.shape), g


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolution_and_its_gradients(case, dtype):
    batch, channels, height, width, out_channels, kernel, stride, padding, dilation, groups = case
    x, weight = (
        draw(batch, channels, height, width, dtype=dtype),
        draw(out_channels, channels // groups, *kernel, dtype=dtype, seed=1),
    )
    bias = draw(out_channels, dtype=dtype, seed=2)
    options = (stride, padding, dilation, groups)
    y, gx, gw, g = reference_convolution(x, weight, None, *options)
    g32 = g.astype(dtype)
    y, gx, gw, _ = reference_convolution(x, weight, g32, *options)
    for x_, weight_, g_ in zip(layouts(x), layouts(weight), layouts(g32), strict=True):
        result = backends.kernels.conv2d(x_, weight_, *options)
        assert is_channels_last(result)
        assert_close(result, y, dtype)
        assert_close(backends.kernels.conv2d(x_, weight_, *options, bias=bias), y + bias[:, None, None], dtype)
        result = backends.kernels.conv2d_input_grad(g_, weight_, x.shape, *options)
        assert is_channels_last(result)
        assert_close(result, gx, dtype)
        result = backends.kernels.conv2d_weight_grad(g_, x_, weight.shape, *options)
        assert is_channels_last(result)
        assert_close(result, gw, dtype)
        for result, expected in zip(backends.kernels.conv2d_grads(g_, x_, weight_, *options), (gx, gw), strict=True):
            assert_close(result, expected, dtype)


def test_transposed_convolution_reaches_output_padding_and_adds_bias():
    g, weight, bias = draw(2, 3, 4, 5), draw(3, 2, 3, 3, seed=1), draw(2, seed=2)
    shape = (2, 2, 8, 10)  # one row and column more than the windows of stride 2, padding 1 reach
    inner = reference_convolution(np.zeros((2, 2, 7, 9)), weight, g, (2, 2), (1, 1), (1, 1), 1)[1]
    result = backends.kernels.conv2d_input_grad(g, weight, shape, (2, 2), (1, 1), bias=bias)
    assert result.shape == shape
    np.testing.assert_allclose(result[:, :, :6, :8], inner[:, :, :6, :8] + bias[:, None, None], atol=1e-12)


def test_half_precision_is_computed_in_single():
    x, weight = draw(2, 3, 6, 6, dtype="float16"), draw(4, 3, 3, 3, dtype="float16", seed=1)
    y = backends.kernels.conv2d(x, weight)
    assert y.dtype == np.float16
    single = backends.kernels.conv2d(x.astype(np.float32), weight.astype(np.float32))
    assert np.array_equal(y, single.astype(np.float16))


WINOGRAD_SIZES = [(4, 24, 24, 24, 32), (2, 64, 18, 15, 20), (3, 32, 33, 14, 48)]


@pytest.mark.parametrize("size", WINOGRAD_SIZES, ids=str)
@pytest.mark.parametrize("padding", [(1, 1), (0, 2)])
def test_winograd_is_chosen_and_stays_within_its_bound(size, padding, monkeypatch):
    monkeypatch.setattr(winograd, "_BLOCK_BYTES", 1)  # several blocks for each thread
    batch, channels, height, width, out_channels = size
    x = draw(batch, channels, height, width, dtype="float32")
    weight = draw(out_channels, channels, 3, 3, dtype="float32", seed=1)
    bias = draw(out_channels, dtype="float32", seed=2)
    out = (height + 2 * padding[0] - 2, width + 2 * padding[1] - 2)
    assert winograd.is_faster((batch, height, width, channels), (3, 3), (1, 1), (1, 1), 1, out, out_channels, x.dtype)
    y, gx, gw, g = reference_convolution(
        x, weight, draw(batch, out_channels, *out, dtype="float32", seed=4), (1, 1), padding, (1, 1), 1
    )
    g = g.astype(np.float32)
    assert_close(backends.kernels.conv2d(x, weight, (1, 1), padding, bias=bias), y + bias[:, None, None], "float32", 3)
    assert_close(backends.kernels.conv2d_input_grad(g, weight, x.shape, (1, 1), padding), gx, "float32", 3)
    assert_close(backends.kernels.conv2d_weight_grad(g, x, weight.shape, (1, 1), padding), gw, "float32", 3)


def test_double_precision_never_goes_through_winograd():
    assert not winograd.is_faster((64, 32, 32, 64), (3, 3), (1, 1), (1, 1), 1, (32, 32), 64, np.dtype("float64"))


def test_convolution_is_the_same_from_run_to_run():
    x, weight = draw(9, 16, 20, 20, dtype="float32"), draw(32, 16, 3, 3, dtype="float32", seed=1)
    g = draw(9, 32, 20, 20, dtype="float32", seed=2)
    first = backends.kernels.conv2d_grads(g, x, weight, (1, 1), (1, 1))
    for _ in range(3):
        for a, b in zip(first, backends.kernels.conv2d_grads(g, x, weight, (1, 1), (1, 1)), strict=True):
            assert np.array_equal(a, b)


# --- pooling ----------------------------------------------------------------------------------------------------------

POOLINGS = [
    (size, kernel, stride, padding, ceil_mode)
    for size, kernel, stride, padding, ceil_mode in itertools.product(
        [(7, 9), (8, 6), (10, 11)], [(2, 2), (3, 3), (3, 2)], [(1, 1), (2, 2), (3, 2)], [(0, 0), (1, 1)], [False, True]
    )
]


def pooled(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    span = (n + 2 * padding - dilation * (kernel - 1) - 1) / stride
    count = (math.ceil(span) if ceil_mode else math.floor(span)) + 1
    while ceil_mode and (count - 1) * stride >= n + padding:  # the last window must not start in the right padding
        count -= 1
    return count


def windows(size, kernel, stride, padding, dilation, ceil_mode):
    """(i, j) -> the positions inside the image under window (i, j), in order."""
    out = [pooled(*axis, ceil_mode) for axis in zip(size, kernel, stride, padding, dilation, strict=True)]
    result = {}
    for i, j in itertools.product(range(out[0]), range(out[1])):
        result[i, j] = [
            (a, b)
            for a in range(i * stride[0] - padding[0], 10**6, dilation[0])[: kernel[0]]
            for b in range(j * stride[1] - padding[1], 10**6, dilation[1])[: kernel[1]]
            if 0 <= a < size[0] and 0 <= b < size[1]
        ]
    return out, result


def reference_max_pool(x, kernel, stride, padding, dilation, ceil_mode):
    out, places = windows(x.shape[2:], kernel, stride, padding, dilation, ceil_mode)
    y, indices = np.empty((*x.shape[:2], *out), x.dtype), np.empty((*x.shape[:2], *out), np.int64)
    for n, c in itertools.product(range(x.shape[0]), range(x.shape[1])):
        for at, inside in places.items():
            best = inside[0]
            for place in inside[1:]:
                value = x[n, c][place]
                if value > x[n, c][best] or np.isnan(value):
                    best = place
            y[n, c][at], indices[n, c][at] = x[n, c][best], best[0] * x.shape[3] + best[1]
    return y, indices


@pytest.mark.parametrize("case", POOLINGS, ids=str)
def test_max_pool(case):
    size, kernel, stride, padding, ceil_mode = case
    dilations = [(1, 1), (2, 1)] if kernel == (3, 2) else [(1, 1)]
    x = np.random.default_rng(0).integers(-2, 3, (2, 3, *size)).astype(np.float32)  # many ties
    for dilation in dilations:
        y, indices = reference_max_pool(x, kernel, stride, padding, dilation, ceil_mode)
        for x_ in layouts(x):
            result, found = backends.kernels.max_pool2d(x_, kernel, stride, padding, dilation, ceil_mode)
            assert np.array_equal(result, y) and np.array_equal(found, indices)
            assert result.dtype == x.dtype and found.dtype == np.int64
        assert np.array_equal(backends.kernels.max_pool2d_gather(x, found), y)
        g = draw(*y.shape)
        expected = np.zeros(x.shape)
        for at in np.ndindex(*y.shape):
            expected[at[:2]].ravel()[indices[at]] += g[at]
        for options in ((), (kernel, stride, padding, dilation)):
            np.testing.assert_allclose(
                backends.kernels.max_pool2d_grad(g, indices, x.shape, *options), expected, atol=1e-12
            )


def test_max_pool_of_nan_and_infinity():
    x = np.zeros((1, 1, 4, 6), np.float32)
    x[0, 0, 1, 1] = x[0, 0, 2, 2] = np.nan
    for value in (x, np.full_like(x, -np.inf)):
        y, indices = reference_max_pool(value, (3, 3), (2, 2), (1, 1), (1, 1), False)
        result, found = backends.kernels.max_pool2d(value, (3, 3), (2, 2), (1, 1))
        assert np.array_equal(result, y, equal_nan=True) and np.array_equal(found, indices)


def test_max_pool_of_integers_and_of_wide_windows():
    x = np.random.default_rng(0).integers(-9, 9, (2, 3, 12, 300))
    y, indices = reference_max_pool(x, (9, 9), (3, 40), (4, 4), (1, 1), False)
    result, found = backends.kernels.max_pool2d(x, (9, 9), (3, 40), (4, 4))
    assert np.array_equal(result, y) and np.array_equal(found, indices)


@pytest.mark.parametrize("case", POOLINGS, ids=str)
def test_avg_pool(case):
    size, kernel, stride, padding, ceil_mode = case
    x = draw(2, 3, *size)
    out, places = windows(size, kernel, stride, padding, (1, 1), ceil_mode)
    for include_pad, override in ((True, None), (False, None), (True, 3)):
        y, gx, g = np.zeros((2, 3, *out)), np.zeros_like(x), draw(2, 3, *out, seed=1)
        for (i, j), inside in places.items():
            if override is not None:
                divisor = override
            elif include_pad:  # padding counts, what ceil_mode adds beyond it does not
                divisor = math.prod(
                    min(o * s - p + k, n + p) - (o * s - p)
                    for o, s, p, k, n in zip((i, j), stride, padding, kernel, size, strict=True)
                )
            else:
                divisor = len(inside)
            for a, b in inside:
                y[:, :, i, j] += x[:, :, a, b] / divisor
                gx[:, :, a, b] += g[:, :, i, j] / divisor
        options = (kernel, stride, padding, ceil_mode, include_pad, override)
        for x_ in layouts(x):
            np.testing.assert_allclose(backends.kernels.avg_pool2d(x_, *options), y, atol=1e-12)
        np.testing.assert_allclose(backends.kernels.avg_pool2d_grad(g, x.shape, *options), gx, atol=1e-12)


@pytest.mark.parametrize(
    "size, out",
    [((7, 9), (1, 1)), ((8, 8), (4, 2)), ((7, 9), (3, 4)), ((3, 3), (5, 7)), ((6, 6), (6, 6)), ((2, 2), (3, 1))],
)
def test_adaptive_pooling(size, out):
    x, g = draw(2, 3, *size), draw(2, 3, *out, seed=1)
    mean, gx, top = np.zeros((2, 3, *out)), np.zeros_like(x), np.zeros((2, 3, *out))
    for i, j in itertools.product(range(out[0]), range(out[1])):
        window = (
            ...,
            *(
                slice(math.floor(k * n / o), math.ceil((k + 1) * n / o))
                for k, n, o in zip((i, j), size, out, strict=True)
            ),
        )
        mean[:, :, i, j], top[:, :, i, j] = x[window].mean(axis=(2, 3)), x[window].max(axis=(2, 3))
        gx[window] += g[:, :, i, j, None, None] / x[0, 0][window[1:]].size
    for x_ in layouts(x):
        np.testing.assert_allclose(backends.kernels.adaptive_avg_pool2d(x_, out), mean, atol=1e-12)
        y, indices = backends.kernels.adaptive_max_pool2d(x_, out)
        assert np.array_equal(y, top) and np.array_equal(backends.kernels.max_pool2d_gather(x, indices), top)
    np.testing.assert_allclose(backends.kernels.adaptive_avg_pool2d_grad(g, x.shape), gx, atol=1e-12)


def test_adaptive_max_pool_prefers_the_first_maximum_and_the_last_nan():
    x = np.zeros((1, 1, 2, 3), np.float32)
    assert backends.kernels.adaptive_max_pool2d(x, (1, 1))[1].item() == 0
    x[0, 0, 0, 1] = x[0, 0, 1, 0] = np.nan
    y, indices = backends.kernels.adaptive_max_pool2d(x, (1, 1))
    assert np.isnan(y.item()) and indices.item() == 3


@pytest.mark.parametrize("options", [((3, 2), (2, 3), (1, 0), (2, 1)), ((2, 2), (1, 1), (0, 0), (1, 1))])
def test_unfold_and_its_adjoint(options):
    kernel, dilation, padding, stride = options
    x = draw(2, 3, 8, 9)
    _, pieces = taps_of((8, 9), kernel, stride, padding, dilation)
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    expected = np.stack([padded[piece] for piece in pieces.values()], axis=2).reshape(2, 3 * math.prod(kernel), -1)
    columns = backends.kernels.unfold(x, *options)
    assert np.array_equal(columns, expected)
    other = draw(*columns.shape, seed=1)
    assert np.vdot(columns, other) == pytest.approx(np.vdot(x, backends.kernels.fold(other, (8, 9), *options)))


# --- normalisation and activation -------------------------------------------------------------------------------------


def reference_batch_norm(x, weight, bias, eps, g, alive):
    x, g = x.astype(np.float64), g.astype(np.float64) * alive
    axes, view = (0, *range(2, x.ndim)), (1, -1, *[1] * (x.ndim - 2))
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    invstd = 1 / np.sqrt(var + eps)
    xhat = (x - mean.reshape(view)) * invstd.reshape(view)
    gbias, gweight = g.sum(axis=axes), (g * xhat).sum(axis=axes)
    count = x.size // max(1, x.shape[1])
    gx = (weight * invstd).reshape(view) * (g - gbias.reshape(view) / count - xhat * gweight.reshape(view) / count)
    return xhat * weight.reshape(view) + bias.reshape(view), mean, invstd, var, gx, gweight, gbias


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mean", [0, 1000])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(
    "shape",
    [(5, 4), (16, 3, 7, 7), (4, 6, 11), (2, 3, 4, 5, 6), (40, 8, 32, 32), (1000, 1), (13, 3, 1, 1), (31, 7, 101)],
    ids=str,
)
def test_batch_norm(shape, relu, mean, dtype):
    x = draw(*shape, dtype=dtype) + np.dtype(dtype).type(mean)
    weight, bias, g = (draw(*s, dtype=dtype, seed=k) for k, s in enumerate([shape[1:2], shape[1:2], shape], 1))
    factor = 1 if mean == 0 else 1000  # the input itself is rounded to eps * mean
    for x_, g_ in zip(layouts(x), layouts(g), strict=True):
        y, got_mean, invstd, var = backends.kernels.batch_norm_train(x_, weight, bias, 1e-5, relu=relu)
        alive = y > 0 if relu else np.ones(shape, bool)
        expected = reference_batch_norm(x, weight, bias, 1e-5, g, alive)
        assert_close(y, np.maximum(expected[0], 0) if relu else expected[0], dtype, 3 * factor)
        for actual, wanted in zip((got_mean, invstd, var), expected[1:4], strict=True):
            np.testing.assert_allclose(actual, wanted, rtol=5 * TOLERANCE[dtype], atol=TOLERANCE[dtype])
        grads = backends.kernels.batch_norm_grads(g_, x_, weight, got_mean, invstd, y_for_relu=y if relu else None)
        assert_close(grads[0], expected[4], dtype, 10 * factor)
        for actual, wanted in zip(grads[1:], expected[5:], strict=True):
            assert_close(actual, wanted, dtype, 10 if mean == 0 else 100)  # the mean handed in is rounded too


def test_batch_norm_gradients_far_from_zero_stay_exact():
    x, g = draw(64, 2, 48, 48, dtype="float32") + np.float32(1000), draw(64, 2, 48, 48, dtype="float32", seed=1)
    _, mean, invstd, _ = backends.kernels.batch_norm_train(x, None, None, 1e-5)
    view = (1, -1, 1, 1)
    xhat = (x - mean.astype(np.float64).reshape(view)) * invstd.astype(np.float64).reshape(view)
    gweight = backends.kernels.batch_norm_grads(g, x, None, mean, invstd)[1]
    np.testing.assert_allclose(gweight, (g * xhat).sum(axis=(0, 2, 3)), atol=0.01)


def test_batch_norm_without_weight_and_with_gradients_not_needed():
    x, g = draw(6, 3, 5), draw(6, 3, 5, seed=1)
    y, mean, invstd, _ = backends.kernels.batch_norm_train(x, None, None, 1e-5)
    expected = reference_batch_norm(x, np.ones(3), np.zeros(3), 1e-5, g, 1)
    np.testing.assert_allclose(y, expected[0], atol=1e-12)
    gx, gweight, gbias = backends.kernels.batch_norm_grads(g, x, None, mean, invstd, need_weight=False, need_bias=False)
    np.testing.assert_allclose(gx, expected[4], atol=1e-12)
    assert gweight is None and gbias is None
    assert backends.kernels.batch_norm_grads(g, x, None, mean, invstd, need_x=False)[0] is None


def test_batch_norm_eval():
    x, weight, bias, mean = draw(4, 3, 5, 5, dtype="float32"), *(draw(3, dtype="float32", seed=k) for k in (1, 2, 3))
    var = np.array([0.5, 1.0, 2.0], np.float32)
    view = (1, -1, 1, 1)
    expected = (x - mean.reshape(view)) / np.sqrt(var + 1e-5).reshape(view)
    assert_close(backends.kernels.batch_norm_eval(x, None, None, mean, var, 1e-5), expected, "float32")
    expected = expected * weight.reshape(view) + bias.reshape(view)
    assert_close(backends.kernels.batch_norm_eval(x, weight, bias, mean, var, 1e-5), expected, "float32")
    with_relu = backends.kernels.batch_norm_eval(x, weight, bias, mean, var, 1e-5, relu=True)
    assert_close(with_relu, np.maximum(expected, 0), "float32")


def test_batch_norm_of_nothing():
    y = backends.kernels.batch_norm_eval(draw(0, 3, 4, 4), None, None, np.zeros(3), np.ones(3), 1e-5)
    assert y.shape == (0, 3, 4, 4)


@pytest.mark.parametrize("dtype", ["float16", *DTYPES])
def test_relu_keeps_layout_and_stops_infinite_gradients(dtype):
    for x in layouts(draw(4, 3, 50, 50, dtype=dtype)):
        y = backends.kernels.relu(x)
        assert np.array_equal(y, np.where(x > 0, x, 0)) and y.dtype == x.dtype
        assert np.argsort(y.strides, kind="stable").tolist() == np.argsort(x.strides, kind="stable").tolist()
        for g in (np.full_like(y, np.inf), np.full(y.shape, -2, dtype)):
            assert np.array_equal(backends.kernels.relu_grad(g, y), np.where(x > 0, g, 0))
    assert np.isnan(backends.kernels.relu(np.array([np.nan], dtype))).all()


@pytest.mark.parametrize(
    "shape, kept",
    [((7, 5), 1), ((64, 64, 3), 1), ((1009, 3), 1), ((30, 4, 5), 2), ((0, 4), 1), ((300, 2000), 1), ((4, 0), 1)],
    ids=str,
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_sum_leading(shape, kept, dtype):
    x = draw(*shape, dtype=dtype)
    expected = x.astype(np.float64).sum(axis=tuple(range(len(shape) - kept)))
    assert_close(backends.kernels.sum_leading(x, kept), expected, dtype, 10)
    assert np.array_equal(
        backends.kernels.sum_leading(np.ones(shape, np.int64), kept),
        np.ones(shape, np.int64).sum(axis=tuple(range(len(shape) - kept))),
    )


def test_fold_is_a_view_of_all_elements():
    for count, columns in ((64, 16), (1009, 3), (7, 5000), (0, 3)):
        rows = np.arange(count * columns).reshape(count, columns)
        wide = fold(rows)
        assert np.array_equal(wide.ravel(), rows.ravel()) and (not count or np.shares_memory(wide, rows))


# --- threads and the choice of backend --------------------------------------------------------------------------------


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = parallel.get_num_threads()
    parallel.set_num_threads(2)
    yield
    parallel.set_num_threads(before)


def test_run_does_every_task_once_also_when_nested(two_threads):
    done = []
    parallel.run(lambda i: parallel.run(lambda j: done.append((i, j)), 3), 5)
    assert sorted(done) == list(itertools.product(range(5), range(3)))


def test_run_hands_on_the_error_of_a_task(two_threads):
    def task(index):
        if index == 3:
            raise ArithmeticError("task 3")

    with pytest.raises(ArithmeticError, match="task 3"):
        parallel.run(task, 8)
    parallel.run(task, 3)  # the pool is still alive


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((256, 128), (128, 32), 1),  # not worth a second thread
        ((4096, 128), (128, 32), 2),
        ((64, 64, 128), (128, 32), 2),  # one tall product
        ((64, 128, 64), (64, 64, 32), 1),  # many small ones, shared out
        ((2, 512, 512), (2, 512, 64), 2),
    ],
)
def test_how_many_threads_a_product_gets(two_threads, monkeypatch, left, right, expected):
    if parallel._blas.get is None:
        pytest.skip("the BLAS of this NumPy does not tell its threads")
    threads, product = [], np.matmul
    monkeypatch.setattr(np, "matmul", lambda *a, **k: (threads.append(parallel._blas.get()), product(*a, **k))[1])
    a, b = draw(*left, dtype="float32"), draw(*right, dtype="float32")
    assert_close(products.matmul(a, b), product(a, b), "float32")
    assert set(threads) == {expected}
    assert parallel._blas.get() == 2


@pytest.mark.parametrize(
    ("before", "expected"), [("", "20"), ("import numpy; ", "None"), ("os.environ[NAME] = '9'; ", "9")]
)
def test_the_threads_of_the_blas_are_told_to_rest_before_numpy_is_loaded(before, expected):
    code = (
        f"import os; NAME = 'OPENBLAS_THREAD_TIMEOUT'; os.environ.pop(NAME, None); {before}"
        "import minitorch_nn; print(os.environ.get(NAME))"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


def test_run_from_several_threads_at_once(two_threads):
    x, weight = draw(4, 8, 12, 12, dtype="float32"), draw(8, 8, 3, 3, dtype="float32", seed=1)
    expected, results = backends.kernels.conv2d(x, weight), []
    threads = [threading.Thread(target=lambda: results.append(backends.kernels.conv2d(x, weight))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6 and all(np.array_equal(expected, result) for result in results)


def test_thread_counts_agree_closely(two_threads):
    x, weight = draw(6, 16, 20, 20, dtype="float32"), draw(16, 16, 3, 3, dtype="float32", seed=1)
    two = backends.kernels.conv2d_weight_grad(backends.kernels.conv2d(x, weight), x, weight.shape)
    parallel.set_num_threads(1)
    one = backends.kernels.conv2d_weight_grad(backends.kernels.conv2d(x, weight), x, weight.shape)
    assert_close(two, one.astype(np.float64), "float32")


@pytest.mark.parametrize(
    "a, b",
    [
        ((300, 200), (200, 400)),
        ((700, 30), (30, 5)),
        ((8, 3000), (3000, 700)),
        ((4, 300, 200), (200, 100)),
        ((6, 100, 90), (6, 90, 100)),
        ((1, 300, 90), (90, 400)),
        ((2, 1, 200, 90), (5, 90, 90)),
        ((5,), (5, 3)),
        ((0, 5), (5, 3)),
        ((3, 5), (5,)),
    ],
    ids=str,
)
def test_matmul(a, b, two_threads):
    a, b = draw(*a), draw(*b, seed=1)
    expected = np.matmul(a, b)
    for left, right in ((a, b), (np.asfortranarray(a), np.asfortranarray(b))):
        np.testing.assert_allclose(backends.kernels.matmul(left, right), expected, atol=1e-11)
    assert backends.kernels.matmul(a.astype(np.float32), b.astype(np.float32)).dtype == np.float32


def test_matmul_of_shapes_that_do_not_fit(two_threads):
    for a, b in (((3000, 400), (401, 500)), ((3, 400, 400), (4, 400, 400))):
        with pytest.raises(ValueError):
            backends.kernels.matmul(draw(*a), draw(*b))


def test_spans_cover_everything_once():
    for total, step in itertools.product((0, 1, 5, 64, 1001), (1, 3, 64, 5000)):
        spans = parallel.spans(total, step)
        assert [i for start, stop in spans for i in range(start, stop)] == list(range(total))
        assert all(stop - start <= step for start, stop in spans)


def test_number_of_threads_must_be_positive():
    with pytest.raises(RuntimeError, match="set_num_threads expects a positive integer"):
        parallel.set_num_threads(0)


def test_backends_say_which_is_in_use():
    assert backends.current() in backends.BACKENDS
    assert backends.describe().startswith(backends.current())
    with pytest.raises(ValueError, match="unknown backend 'cuda'; the backends are 'onednn', 'numpy'"):
        backends.use("cuda")
