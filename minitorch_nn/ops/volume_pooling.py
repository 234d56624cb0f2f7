"""Pooling of volumes, (N, C, D, H, W). Indices of maxima are flat positions in D H W, int64, as PyTorch's."""

from __future__ import annotations

from operator import index as whole
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.op import op
from .checks import FLOATS, NUMBERS, supports
from .pooling import _left_out, _outputs, with_batch
from .reduction import mean

if TYPE_CHECKING:
    from ..tensor import Tensor

Three = tuple[int, int, int]
Shape = tuple[int, ...]


# The operations: on (N, C, D, H, W), and on (C, D, H, W) --------------------------------------------------------------
def _counts(x: Any, kernel: Three, stride: Three, padding: Three, dilation: Three, ceil_mode: bool) -> Shape:
    """(N, C, and how many windows there are along each side)"""
    sides = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    return (*x.shape[:2], *(_outputs(*one, ceil_mode) for one in sides))


@op(
    name="MaxPool3DWithIndicesBackward0",
    outputs=("out", "indices"),
    input=lambda g, indices, input_shape: spread_volume(g, indices=indices, shape=input_shape),
)
@supports(NUMBERS, "max_pool3d")
@with_batch(5)
def max_pool_volume(
    input: Tensor, *, kernel_size: Three, stride: Three, padding: Three, dilation: Three, ceil_mode: bool
) -> Any:
    """The largest of each window and where it was; of equal ones the first"""
    if 0 in input.shape:
        shape = _counts(input, kernel_size, stride, padding, dilation, ceil_mode)
        return np.empty(shape, input.dtype), np.empty(shape, np.int64)  # type: ignore[call-overload]
    return backends.kernels.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)


@op(
    name="AdaptiveMaxPool3DBackward0",
    outputs=("out", "indices"),
    input=lambda g, indices, input_shape: spread_volume(g, indices=indices, shape=input_shape),
)
@supports(FLOATS, "adaptive_max_pool3d_cpu")
@with_batch(5)
def adaptive_max_pool_volume(input: Tensor, *, output_size: Three) -> Any:
    """(N, C, *output_size): the largest of each part and where it was"""
    shape = (*input.shape[:2], *output_size)
    if 0 in input.shape or 0 in output_size:
        return np.empty(shape, input.dtype), np.empty(shape, np.int64)  # type: ignore[call-overload]
    return backends.kernels.adaptive_max_pool3d(input, output_size)


@op(g=lambda gg, indices: gather_volume(gg, indices=indices))
@with_batch(5)
def spread_volume(g: Tensor, *, indices: Any, shape: Shape) -> Tensor:
    """Zeros of `shape` with g added at the flat positions `indices` of each volume"""
    if 0 in g.shape:
        return np.zeros(shape, g.dtype)  # type: ignore[call-overload,no-any-return]
    plane = (*shape[:2], shape[2], shape[3] * shape[4])
    flat = (*g.shape[:2], g.shape[2], -1)
    out = backends.kernels.max_pool2d_grad(g.reshape(flat), indices.reshape(flat), plane)  # type: ignore[attr-defined]
    return np.ascontiguousarray(out).reshape(shape)  # type: ignore[return-value]


@op(g=lambda g, indices, g_shape: spread_volume(g, indices=indices, shape=g_shape))
@with_batch(5)
def gather_volume(g: Tensor, *, indices: Any) -> Tensor:
    """g at the flat positions `indices` of each volume"""
    if 0 in indices.shape:
        return np.zeros(indices.shape, g.dtype)  # type: ignore[call-overload,no-any-return]
    flat = (*g.shape[:2], g.shape[2], -1)
    out = backends.kernels.max_pool2d_gather(g.reshape(flat), indices.reshape(*indices.shape[:3], -1))
    return np.ascontiguousarray(out).reshape(indices.shape)  # type: ignore[return-value]


@op(
    name="AvgPool3DBackward0",
    input=lambda g, input_shape, window: average_volume_back(g, shape=input_shape, window=window),
)
@supports(FLOATS, "avg_pool3d_out_frame")
@with_batch(5)
def average_volume(input: Tensor, *, window: tuple[Any, ...]) -> Tensor:
    """The mean of each window: kernel_size, stride, padding, ceil_mode, count_include_pad, divisor"""
    if 0 in input.shape:
        kernel, stride, padding, ceil_mode, *_ = window
        return np.empty(_counts(input, kernel, stride, padding, (1, 1, 1), ceil_mode), input.dtype)  # type: ignore[call-overload,no-any-return]
    return backends.kernels.avg_pool3d(input, *window)  # type: ignore[no-any-return]


@op(g=lambda gg, window: average_volume(gg, window=window))
@with_batch(5)
def average_volume_back(g: Tensor, *, shape: Shape, window: tuple[Any, ...]) -> Tensor:
    """Each window's gradient in equal shares to its elements"""
    if 0 in g.shape:
        return np.zeros(shape, g.dtype)  # type: ignore[call-overload,no-any-return]
    return backends.kernels.avg_pool3d_grad(g, shape, *window)  # type: ignore[no-any-return]


@op(name="AdaptiveAvgPool3DBackward0", input=lambda g, input_shape: adaptive_average_volume_back(g, shape=input_shape))
@supports(FLOATS, "adaptive_avg_pool3d_cpu")
@with_batch(5)
def adaptive_average_volume(input: Tensor, *, output_size: Three) -> Tensor:
    """(N, C, *output_size): the mean of each part"""
    if 0 in input.shape or 0 in output_size:
        return np.zeros((*input.shape[:2], *output_size), input.dtype)  # type: ignore[call-overload,no-any-return]
    return backends.kernels.adaptive_avg_pool3d(input, output_size)  # type: ignore[no-any-return]


@op(g=lambda gg, g_shape: adaptive_average_volume(gg, output_size=g_shape[-3:]))
@with_batch(5)
def adaptive_average_volume_back(g: Tensor, *, shape: Shape) -> Tensor:
    """Each part's gradient in equal shares to its elements"""
    if 0 in g.shape:
        return np.zeros(shape, g.dtype)  # type: ignore[call-overload,no-any-return]
    return backends.kernels.adaptive_avg_pool3d_grad(g, shape)  # type: ignore[no-any-return]


# Arguments, checked in PyTorch's order --------------------------------------------------------------------------------
def _three(value: Any, message: str) -> Three:
    """An int, or three of them"""
    values = tuple(whole(v) for v in value) if isinstance(value, (tuple, list)) else (whole(value),)
    if len(values) not in (1, 3):
        raise RuntimeError(message)
    return (values[0], values[0], values[0]) if len(values) == 1 else values  # type: ignore[return-value]


def _by_side(name: str, values: Three) -> str:
    return " ".join(f"{name}{side}: {value}" for side, value in zip("THW", values, strict=True))


def _check_windows(
    input: Tensor, kernel: Three, stride: Three, padding: Three, dilation: Three, ceil_mode: bool, function: str
) -> Three:
    """How many windows fit along depth, height and width. Raises RuntimeError unless they fit"""
    shape = input._data.shape
    lead = len(shape) - 3
    sizes: Three = tuple(  # type: ignore[assignment]
        _outputs(*one, ceil_mode) for one in zip(shape[-3:], kernel, stride, padding, dilation, strict=True)
    )
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got {_by_side('k', kernel)}")
    if min(stride) <= 0:
        raise RuntimeError(f"stride should be greater than zero, but got {_by_side('d', stride)}")
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {_by_side('dilation', dilation)}")
    for i, size in enumerate(shape[lead:]):
        if not size:
            raise RuntimeError(
                f"{function}: Expected input's non-batch dimensions to have positive length, but input has a shape of "
                f"{list(shape)} and non-batch dimension {i} has length zero!"
            )
    if any(p > k // 2 for p, k in zip(padding, kernel, strict=True)):
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got {_by_side('k', kernel)} "
            f"{_by_side('pad', padding)}"
        )
    return sizes


def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """(N, C, D, H, W) -> (N, C, od, oh, ow): the largest of each window; with return_indices also where it was"""
    either = "max_pool3d: {} must either be {}a single int, or a tuple of three ints"
    kernel = _three(kernel_size, either.format("kernel_size", ""))
    steps = kernel if _left_out(stride) else _three(stride, either.format("stride", "omitted, "))
    around = _three(padding, either.format("padding", ""))
    spread = _three(dilation, "max_pool3d: dilation must be either a single int, or a tuple of three ints")
    shape = input._data.shape
    if len(shape) not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    sizes = _check_windows(
        input, kernel, steps, around, spread, ceil_mode, "max_pool3d_with_indices_out_cpu_template()"
    )
    if min(sizes) < 1:
        c = shape[-4]
        before, after = ("x".join(map(str, (c, *three))) for three in (shape[-3:], sizes))
        raise RuntimeError(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small")
    out, indices = max_pool_volume(
        input, kernel_size=kernel, stride=steps, padding=around, dilation=spread, ceil_mode=ceil_mode
    )
    return (out, indices) if return_indices else out


def avg_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """(N, C, D, H, W) -> (N, C, od, oh, ow): the mean of each window, or its sum divided by divisor_override"""
    must = "avg_pool3d: {} must be {}a single int, or a tuple of three ints"
    kernel = _three(kernel_size, must.format("kernel_size", ""))
    steps = kernel if _left_out(stride) else _three(stride, must.format("stride", "omitted, "))
    around = _three(padding, must.format("padding", ""))
    shape = input._data.shape
    if len(shape) not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    sizes = _check_windows(input, kernel, steps, around, (1, 1, 1), ceil_mode, "avg_pool3d()")
    if min(sizes) < 1:
        size = " ".join(f"{side}: {n}" for side, n in zip("THW", shape[-3:], strict=True))
        raise RuntimeError(f"input image ({size}) smaller than kernel size ({_by_side('k', kernel)})")
    return average_volume(input, window=(kernel, steps, around, ceil_mode, count_include_pad, divisor_override))


def _output_size(output_size: Any, input: Tensor, message: str) -> Three:
    """An int or None for all, or one for each; None keeps a size"""
    values = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * 3
    if len(values) != 3:
        raise RuntimeError(message)
    return tuple(n if v is None else whole(v) for v, n in zip(values, input._data.shape[-3:], strict=True))  # type: ignore[return-value]


def _not_empty(input: Tensor, function: str) -> None:
    shape = list(input._data.shape)
    for dim in range(1 if len(shape) == 5 else 0, len(shape)):
        if not shape[dim]:
            raise RuntimeError(
                f"{function}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{shape} with dimension {dim} being empty"
            )


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, D, H, W) -> (N, C, *output_size): the mean of each part; None keeps a size"""
    size = _output_size(output_size, input, "adaptive_avg_pool3d: output_size must be 3")
    shape = list(input._data.shape)
    if min(size) < 0:
        raise RuntimeError(
            "adaptive_avg_pool3d: elements of output_size must be greater than or equal to 0 but received "
            f"{{{size[0]}, {size[1]},{size[2]}}}"
        )
    if size == (1, 1, 1) and len(shape) in (4, 5):
        return mean(input, (-1, -2, -3), keepdim=True)
    if len(shape) not in (4, 5):
        raise RuntimeError(f"adaptive_avg_pool3d(): Expected 4D or 5D tensor, but got {shape}")
    _not_empty(input, "adaptive_avg_pool3d")
    return adaptive_average_volume(input, output_size=size)


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, D, H, W) -> (N, C, *output_size): the largest of each part; None keeps a size"""
    size = _output_size(output_size, input, "adaptive_max_pool3d(): internal error: output_size.size() must be 3")
    shape = list(input._data.shape)
    if len(shape) not in (4, 5):
        raise RuntimeError(f"adaptive_max_pool3d(): Expected 4D or 5D tensor, but got: {shape}")
    _not_empty(input, "adaptive_max_pool3d")
    if min(size) < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {[*shape[:-3], *size]}")
    out, indices = adaptive_max_pool_volume(input, output_size=size)
    return (out, indices) if return_indices else out
