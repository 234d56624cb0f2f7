"""Pooling over windows. Indices of maxima are flat positions in the plane, int64, as PyTorch's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.op import op
from .convolution import _numbers as numbers
from .reduction import mean_dims
from .shape import squeeze_dim, unsqueeze_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Pair = tuple[int, int]


@op(
    name="MaxPool2DWithIndicesBackward0",
    outputs=("out", "indices"),
    input=lambda g, indices, input_shape, kernel_size, stride, padding, dilation: spread_to(
        g, indices=indices, shape=input_shape, window=(kernel_size, stride, padding, dilation)
    ),
)
def max_pool(input: Tensor, *, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Any:
    """(N, C, H, W) -> the largest of each window and where it was; of equal ones the first"""
    return backends.kernels.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


@op(name="AdaptiveMaxPool2DBackward0", outputs=("out", "indices"), input=lambda g, indices, input_shape: spread_to(g, indices=indices, shape=input_shape, window=None))
def adaptive_max_pool(input: Tensor, *, output_size: Pair) -> Any:
    """(N, C, H, W) -> (N, C, *output_size): the largest of each part and where it was"""
    return backends.kernels.adaptive_max_pool2d(input, output_size)


@op(g=lambda gg, indices: gather_from(gg, indices=indices))
def spread_to(g: Tensor, *, indices: Any, shape: tuple[int, ...], window: Any) -> Tensor:
    """Zeros of `shape` with g added at the flat plane positions `indices`"""
    if window is None:
        return backends.kernels.max_pool2d_grad(g, indices, shape)  # type: ignore[no-any-return]
    return backends.kernels.max_pool2d_grad(g, indices, shape, *window)  # type: ignore[no-any-return]


@op(g=lambda g, indices, g_shape: spread_to(g, indices=indices, shape=g_shape, window=None))
def gather_from(g: Tensor, *, indices: Any) -> Tensor:
    """g at the flat plane positions `indices`"""
    return backends.kernels.max_pool2d_gather(g, indices)  # type: ignore[no-any-return]


@op(
    name="AvgPool2DBackward0",
    input=lambda g, input_shape, window: average_back(g, shape=input_shape, window=window),
)
def avg_pool(input: Tensor, *, window: tuple[Any, ...]) -> Tensor:
    """(N, C, H, W) -> the mean of each window; window: kernel_size, stride, padding, ceil_mode, count_include_pad, divisor"""
    return backends.kernels.avg_pool2d(input, *window)  # type: ignore[no-any-return]


@op(g=lambda gg, window: avg_pool(gg, window=window))
def average_back(g: Tensor, *, shape: tuple[int, ...], window: tuple[Any, ...]) -> Tensor:
    """Each window's gradient in equal shares to its elements"""
    return backends.kernels.avg_pool2d_grad(g, shape, *window)  # type: ignore[no-any-return]


@op(name="AdaptiveAvgPool2DBackward0", input=lambda g, input_shape: adaptive_average_back(g, shape=input_shape))
def adaptive_avg_pool(input: Tensor, *, output_size: Pair) -> Tensor:
    """(N, C, H, W) -> (N, C, *output_size): the mean of each part"""
    return backends.kernels.adaptive_avg_pool2d(input, output_size)  # type: ignore[no-any-return]


@op(g=lambda gg, g_shape: adaptive_avg_pool(gg, output_size=g_shape[2:]))
def adaptive_average_back(g: Tensor, *, shape: tuple[int, ...]) -> Tensor:
    """Each part's gradient in equal shares to its elements"""
    return backends.kernels.adaptive_avg_pool2d_grad(g, shape)  # type: ignore[no-any-return]


# The public forms, with PyTorch's checks ------------------------------------------------------------------------------
def _as_planes(input: Tensor, n: int, name: str) -> tuple[Tensor, list[int]]:
    """input as (N, C, H, W), and the dimensions to take out again"""
    ndim = input._data.ndim
    if ndim not in (n + 1, n + 2):
        raise RuntimeError(_wanted(n, name, input))
    added = []
    if n == 1:
        input = unsqueeze_at(input, dim=ndim - 1)
        added.append(ndim - 1)
    if ndim == n + 1:
        input = unsqueeze_at(input, dim=0)
        added = [d + 1 for d in added] + [0]
    return input, added


def _wanted(n: int, name: str, input: Any) -> str:
    shape = list(input._data.shape)
    if name == "max_pool2d":
        return f"non-empty 3D or 4D (batch mode) tensor expected for input"
    if n == 1 and name in ("max_pool1d", "avg_pool1d", "adaptive_avg_pool1d"):
        return f"Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:{shape}" if name != "max_pool1d" else f"max_pool1d() Expected 2D or 3D input tensor, but got {shape}"
    return f"{name}(): Expected 3D or 4D tensor, but got {shape}"


def _strip(out: Tensor, added: list[int]) -> Tensor:
    for dim in sorted(added, reverse=True):
        out = squeeze_dim(out, dims=(dim,))
    return out


def _window(n: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1) -> list[Pair]:
    kernel = numbers(kernel_size, n, "kernel_size")
    steps = kernel if stride is None or stride == [] else numbers(stride, n, "stride")
    around, spread = numbers(padding, n, "padding"), numbers(dilation, n, "dilation")
    for k, p in zip(kernel, around, strict=True):
        if k <= 0:
            raise RuntimeError(f"kernel size should be greater than zero, but got kH: {kernel[0]} kW: {kernel[-1]}")
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > k // 2:
            raise RuntimeError(f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and dilation={spread[0]}")
    if any(s <= 0 for s in steps):
        raise RuntimeError("stride should not be zero")
    if n == 1:
        return [(1, kernel[0]), (1, steps[0]), (0, around[0]), (1, spread[0])]
    return [kernel, steps, around, spread]  # type: ignore[list-item]


def _fits(input: Tensor, window: list[Pair], ceil_mode: bool) -> None:
    """Raise where the output would be empty"""
    n, c, h, w = input._data.shape
    size = []
    for length, k, s, p, d in zip((h, w), *window, strict=True):
        span = length + 2 * p - d * (k - 1) - 1
        count = (-(-span // s) if ceil_mode else span // s) + 1
        if ceil_mode and (count - 1) * s >= length + p:
            count -= 1
        size.append(count)
    if min(size) <= 0:
        raise RuntimeError(
            f"Given input size: ({c}x{h}x{w}). Calculated output size: ({c}x{size[0]}x{size[1]}). Output size is too small"
        )


def _max_pool(input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, return_indices: bool, n: int) -> Any:
    window = _window(n, kernel_size, stride, padding, dilation)
    planes, added = _as_planes(input, n, f"max_pool{n}d")
    _fits(planes, window, ceil_mode)
    kernel, steps, around, spread = window
    out, indices = max_pool(planes, kernel_size=kernel, stride=steps, padding=around, dilation=spread, ceil_mode=ceil_mode)
    return (_strip(out, added), _strip(indices, added)) if return_indices else _strip(out, added)


def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """(N, C, L) -> (N, C, ol): the largest of each window; with return_indices also where it was"""
    return _max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 1)


def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False, return_indices: bool = False) -> Any:
    """(N, C, H, W) -> (N, C, oh, ow): the largest of each window; with return_indices also where it was"""
    return _max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 2)


def _avg_pool(input: Tensor, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool, count_include_pad: bool, divisor: int | None, n: int) -> Tensor:
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    window = _window(n, kernel_size, stride, padding)
    planes, added = _as_planes(input, n, f"avg_pool{n}d")
    _fits(planes, window, ceil_mode)
    return _strip(avg_pool(planes, window=(*window[:3], ceil_mode, count_include_pad, divisor)), added)


def avg_pool1d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True) -> Tensor:
    """(N, C, L) -> (N, C, ol): the mean of each window"""
    return _avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, None, 1)


def avg_pool2d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None
) -> Tensor:
    """(N, C, H, W) -> (N, C, oh, ow): the mean of each window"""
    return _avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 2)


def _output_size(output_size: Any, input: Tensor, n: int) -> Pair:
    if isinstance(output_size, (int, np.integer)) or output_size is None:
        output_size = (output_size,) * n
    shape = input._data.shape[-n:]
    size = tuple(shape[i] if v is None else int(v) for i, v in enumerate(output_size))
    if len(size) != n:
        raise RuntimeError(f"adaptive pooling: output_size must be {n} numbers, got {list(size)}")
    if any(s < 0 for s in size):
        raise RuntimeError(f"adaptive pooling: elements of output_size must be greater than or equal to 0 but received {list(size)}")
    return size if n == 2 else (1, *size)  # type: ignore[return-value]


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, L) -> (N, C, output_size): the mean of each part"""
    planes, added = _as_planes(input, 1, "adaptive_avg_pool1d")
    return _strip(adaptive_avg_pool(planes, output_size=_output_size(output_size, input, 1)), added)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, H, W) -> (N, C, *output_size): the mean of each part; None keeps a size"""
    size = _output_size(output_size, input, 2)
    ndim = input._data.ndim
    if size == (1, 1) and ndim in (3, 4):
        return mean_dims(input, dim=(ndim - 2, ndim - 1), keepdim=True)
    planes, added = _as_planes(input, 2, "adaptive_avg_pool2d")
    return _strip(adaptive_avg_pool(planes, output_size=size), added)


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, L) -> (N, C, output_size): the largest of each part"""
    planes, added = _as_planes(input, 1, "adaptive_max_pool1d")
    out, indices = adaptive_max_pool(planes, output_size=_output_size(output_size, input, 1))
    return (_strip(out, added), _strip(indices, added)) if return_indices else _strip(out, added)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, H, W) -> (N, C, *output_size): the largest of each part; None keeps a size"""
    planes, added = _as_planes(input, 2, "adaptive_max_pool2d")
    out, indices = adaptive_max_pool(planes, output_size=_output_size(output_size, input, 2))
    return (_strip(out, added), _strip(indices, added)) if return_indices else _strip(out, added)


