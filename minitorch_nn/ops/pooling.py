"""Pooling over windows. Indices of maxima are flat positions in the plane, int64, as PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from operator import index as whole
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import backends
from .._bfloat16 import FLOATING
from ..autograd.op import op
from .checks import FLOATS, NUMBERS, not_implemented, supports
from .reduction import mean
from .shape import squeeze_dim, unsqueeze_at

if TYPE_CHECKING:
    from ..tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])
Pair = tuple[int, int]


# The operations: on (N, C, H, W), and on (C, H, W) --------------------------------------------------------------------
def with_batch(ndim: int) -> Callable[[F], F]:
    """A kernel for `ndim` dimensions with N in front, for the same without N too"""

    def decorate(kernel: F) -> F:
        @wraps(kernel)
        def either(x: Any, **options: Any) -> Any:
            if x.ndim == ndim:
                return kernel(x, **options)
            if "shape" in options:
                options["shape"] = (1, *options["shape"])
            if "indices" in options:
                options["indices"] = options["indices"][None]
            out = kernel(x[None], **options)
            parts = [np.asarray(o[0], order="C") for o in (out if isinstance(out, tuple) else (out,))]
            return tuple(parts) if isinstance(out, tuple) else parts[0]

        return either  # type: ignore[return-value]

    return decorate


@op(
    name="MaxPool2DWithIndicesBackward0",
    outputs=("out", "indices"),
    input=lambda g, indices, input_shape, kernel_size, stride, padding, dilation: spread_to(
        g, indices=indices, shape=input_shape, window=(kernel_size, stride, padding, dilation)
    ),
)
@supports(NUMBERS, "max_pool2d")
@with_batch(4)
def max_pool(input: Tensor, *, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Any:
    """The largest of each window and where it was; of equal ones the first"""
    return backends.kernels.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


@op(
    name="AdaptiveMaxPool2DBackward0",
    outputs=("out", "indices"),
    input=lambda g, indices, input_shape: spread_to(g, indices=indices, shape=input_shape, window=()),
)
@supports(FLOATS, "adaptive_max_pool2d")
@with_batch(4)
def adaptive_max_pool(input: Tensor, *, output_size: Pair) -> Any:
    """(N, C, *output_size): the largest of each part and where it was"""
    if 0 in input.shape:
        return np.empty((*input.shape[:2], *output_size), input.dtype), np.empty((*input.shape[:2], *output_size), int)  # type: ignore[call-overload]
    return backends.kernels.adaptive_max_pool2d(input, output_size)


@op(g=lambda gg, indices: gather_from(gg, indices=indices))
@with_batch(4)
def spread_to(g: Tensor, *, indices: Any, shape: tuple[int, ...], window: tuple[Pair, ...]) -> Tensor:
    """Zeros of `shape` with g added at the flat plane positions `indices`, which lie in windows, if those are given"""
    return backends.kernels.max_pool2d_grad(g, indices, shape, *window)  # type: ignore[no-any-return]


@op(g=lambda g, indices, g_shape: spread_to(g, indices=indices, shape=g_shape, window=()))
@with_batch(4)
def gather_from(g: Tensor, *, indices: Any) -> Tensor:
    """g at the flat plane positions `indices`"""
    return backends.kernels.max_pool2d_gather(g, indices)  # type: ignore[no-any-return]


@op(
    name="AvgPool2DBackward0",
    input=lambda g, input_shape, window: average_back(g, shape=input_shape, window=window),
)
@supports(FLOATS, "avg_pool2d")
@with_batch(4)
def avg_pool(input: Tensor, *, window: tuple[Any, ...]) -> Tensor:
    """The mean of each window: kernel_size, stride, padding, ceil_mode, count_include_pad, divisor"""
    return backends.kernels.avg_pool2d(input, *window)  # type: ignore[no-any-return]


@op(g=lambda gg, window: avg_pool(gg, window=window))
@with_batch(4)
def average_back(g: Tensor, *, shape: tuple[int, ...], window: tuple[Any, ...]) -> Tensor:
    """Each window's gradient in equal shares to its elements"""
    return backends.kernels.avg_pool2d_grad(g, shape, *window)  # type: ignore[no-any-return]


@op(name="AdaptiveAvgPool2DBackward0", input=lambda g, input_shape: adaptive_average_back(g, shape=input_shape))
@supports(FLOATS, "adaptive_avg_pool2d")
@with_batch(4)
def adaptive_avg_pool(input: Tensor, *, output_size: Pair) -> Tensor:
    """(N, C, *output_size): the mean of each part"""
    if 0 in input.shape:
        return np.zeros((*input.shape[:2], *output_size), input.dtype)  # type: ignore[call-overload,no-any-return]
    return backends.kernels.adaptive_avg_pool2d(input, output_size)  # type: ignore[no-any-return]


@op(g=lambda gg, g_shape: adaptive_avg_pool(gg, output_size=g_shape[-2:]))
@with_batch(4)
def adaptive_average_back(g: Tensor, *, shape: tuple[int, ...]) -> Tensor:
    """Each part's gradient in equal shares to its elements"""
    if 0 in g.shape:
        return np.zeros(shape, g.dtype)  # type: ignore[call-overload,no-any-return]
    return backends.kernels.adaptive_avg_pool2d_grad(g, shape)  # type: ignore[no-any-return]


# Arguments, checked in PyTorch's order --------------------------------------------------------------------------------
def _two(value: Any, function: str, name: str) -> Pair:
    """An int, or two of them"""
    values = tuple(whole(v) for v in value) if isinstance(value, (tuple, list)) else (whole(value),)
    if len(values) not in (1, 2):
        must = {"stride": "either be omitted, a single int", "dilation": "be either a single int"}
        single = must.get(name, "either be a single int")
        raise RuntimeError(f"{function}: {name} must {single}, or a tuple of two ints")
    return values[0], values[-1]


def _one(value: Any, function: str, name: str) -> int:
    """An int, or a sequence of one"""
    values = tuple(whole(v) for v in value) if isinstance(value, (tuple, list)) else (whole(value),)
    if len(values) != 1:
        if function == "max_pool1d":
            raise RuntimeError(
                f"max_pool1d() {name} must be an int, list of ints or tuple of ints of size 1 but got size {len(values)}"
            )
        raise RuntimeError(f"{function}() argument '{name}' should contain one int (got {len(values)})")
    return values[0]


def _left_out(stride: Any) -> bool:
    return stride is None or (isinstance(stride, (tuple, list)) and not stride)


def _outputs(length: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows fit"""
    if stride == 0:
        raise RuntimeError("stride should not be zero")
    if padding < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {padding}")
    if padding > int(((kernel - 1) * dilation + 1) / 2):
        raise RuntimeError(
            f"pad should be at most half of effective kernel size, but got pad={padding}, kernel_size={kernel} and "
            f"dilation={dilation}"
        )
    span = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-span // stride) if ceil_mode else span // stride) + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= length + padding else count


def _check_windows(
    input: Tensor, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair = (1, 1), ceil_mode: bool = False
) -> None:
    """Raise RuntimeError unless these windows fit into input (N, C, H, W) or (C, H, W)"""
    shape = input._data.shape
    sizes = [_outputs(*one, ceil_mode) for one in zip(shape[-2:], kernel, stride, padding, dilation, strict=True)]
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got kH: {kernel[0]} kW: {kernel[1]}")
    if min(stride) <= 0:
        raise RuntimeError(f"stride should be greater than zero, but got dH: {stride[0]} dW: {stride[1]}")
    if min(dilation) <= 0:
        raise RuntimeError(
            f"dilation should be greater than zero, but got dilationH: {dilation[0]} dilationW: {dilation[1]}"
        )
    if len(shape) not in (3, 4) or not all(shape[-3:]):
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(shape)}"
        )
    if any(p > k // 2 for p, k in zip(padding, kernel, strict=True)):
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got padW = {padding[1]}, padH = {padding[0]}, "
            f"kW = {kernel[1]}, kH = {kernel[0]}"
        )
    if min(sizes) < 1:
        c, h, w = shape[-3:]
        raise RuntimeError(
            f"Given input size: ({c}x{h}x{w}). Calculated output size: ({c}x{sizes[0]}x{sizes[1]}). Output size is too small"
        )


def _as_plane(input: Tensor) -> Tensor:
    """(N, C, L) as (N, C, 1, L), (C, L) as (C, 1, L)"""
    return unsqueeze_at(input, dim=input._data.ndim - 1)


def _as_line(out: Tensor) -> Tensor:
    """The reverse"""
    return squeeze_dim(out, dims=(out._data.ndim - 2,))


def _lines_only(input: Tensor, function: str) -> None:
    if input._data.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input._data.ndim}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {function})"
        )


# Windows --------------------------------------------------------------------------------------------------------------
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """(N, C, H, W) -> (N, C, oh, ow): the largest of each window; with return_indices also where it was"""
    kernel = _two(kernel_size, "max_pool2d", "kernel_size")
    steps = kernel if _left_out(stride) else _two(stride, "max_pool2d", "stride")
    around, spread = _two(padding, "max_pool2d", "padding"), _two(dilation, "max_pool2d", "dilation")
    if input._data.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    _check_windows(input, kernel, steps, around, spread, ceil_mode)
    out, indices = max_pool(
        input, kernel_size=kernel, stride=steps, padding=around, dilation=spread, ceil_mode=ceil_mode
    )
    return (out, indices) if return_indices else out


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """(N, C, L) -> (N, C, ol): the largest of each window; with return_indices also where it was"""
    shape = input._data.shape
    if len(shape) not in (2, 3):
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(shape)}"
        )
    kernel = _one(kernel_size, "max_pool1d", "kernel_size")
    step = kernel if _left_out(stride) else _one(stride, "max_pool1d", "stride")
    around, spread = _one(padding, "max_pool1d", "padding"), _one(dilation, "max_pool1d", "dilation")
    if return_indices:
        both = max_pool2d(_as_plane(input), (1, kernel), (1, step), (0, around), (1, spread), ceil_mode, True)
        return tuple(_as_line(t) for t in both)
    for name, value in (("kernel_size", kernel), ("stride", step), ("dilation", spread)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {value}")
    if around < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {around}")
    if around > kernel // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={around} and "
            f"kernel_size={kernel}"
        )
    if input._data.dtype.kind not in FLOATING:
        raise not_implemented("max_pool1d_impl", input)
    size = _outputs(shape[-1], kernel, step, around, spread, ceil_mode)
    if size < 1:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {size}")
    out, _ = max_pool(
        _as_plane(input),
        kernel_size=(1, kernel),
        stride=(1, step),
        padding=(0, around),
        dilation=(1, spread),
        ceil_mode=ceil_mode,
    )
    return _as_line(out)


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """(N, C, H, W) -> (N, C, oh, ow): the mean of each window, or its sum divided by divisor_override"""
    kernel = _two(kernel_size, "avg_pool2d", "kernel_size")
    steps = kernel if _left_out(stride) else _two(stride, "avg_pool2d", "stride")
    around = _two(padding, "avg_pool2d", "padding")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    ndim = input._data.ndim
    if ndim < 3:
        raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}], but got -3)")
    _check_windows(input, kernel, steps, around, ceil_mode=ceil_mode)
    return avg_pool(input, window=(kernel, steps, around, ceil_mode, count_include_pad, divisor_override))


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """(N, C, L) -> (N, C, ol): the mean of each window"""
    kernel = _one(kernel_size, "avg_pool1d", "kernel_size")
    step = kernel if _left_out(stride) else _one(stride, "avg_pool1d", "stride")
    around = _one(padding, "avg_pool1d", "padding")
    _lines_only(input, "avg_pool1d")
    return _as_line(avg_pool2d(_as_plane(input), (1, kernel), (1, step), (0, around), ceil_mode, count_include_pad))


# As many parts as asked for -------------------------------------------------------------------------------------------
def _output_size(output_size: Any, input: Tensor, function: str) -> Pair:
    """An int or None for both, or one for each; None keeps a size"""
    values = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size, output_size)
    if len(values) != 2:
        raise RuntimeError(f"{function}: output_size must be 2")
    height, width = (n if v is None else whole(v) for v, n in zip(values, input._data.shape[-2:], strict=True))
    return height, width


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, H, W) -> (N, C, *output_size): the mean of each part; None keeps a size"""
    size = _output_size(output_size, input, "adaptive_avg_pool2d")
    shape = input._data.shape
    if min(size) < 0:
        raise RuntimeError(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received "
            f"{{{size[0]}, {size[1]}}}"
        )
    if size == (1, 1):
        return mean(input, (-1, -2), keepdim=True)
    if len(shape) not in (3, 4):
        raise RuntimeError(f"adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got {list(shape)}")
    return adaptive_avg_pool(input, output_size=size)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, L) -> (N, C, output_size): the mean of each part"""
    size = _one(output_size, "adaptive_avg_pool1d", "output_size")
    _lines_only(input, "adaptive_avg_pool1d")
    return _as_line(adaptive_avg_pool2d(_as_plane(input), (1, size)))


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, H, W) -> (N, C, *output_size): the largest of each part; None keeps a size"""
    size = _output_size(output_size, input, "adaptive_max_pool2d")
    shape = list(input._data.shape)
    if len(shape) not in (3, 4):
        raise RuntimeError(f"adaptive_max_pool2d(): Expected 3D or 4D tensor, but got: {shape}")
    for dim in range(len(shape) - 3, len(shape)):
        if not shape[dim]:
            raise RuntimeError(
                "adaptive_max_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{shape} with dimension {dim} being empty"
            )
    if min(size) < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {[*shape[:-2], *size]}")
    out, indices = adaptive_max_pool(input, output_size=size)
    return (out, indices) if return_indices else out


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, L) -> (N, C, output_size): the largest of each part"""
    size = _one(output_size, "adaptive_max_pool1d", "output_size")
    _lines_only(input, "adaptive_max_pool1d")
    out, indices = adaptive_max_pool2d(_as_plane(input), (1, size), return_indices=True)
    return (_as_line(out), _as_line(indices)) if return_indices else _as_line(out)
