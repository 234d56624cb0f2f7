"""Convolution, closed under differentiation: its gradients are two operations whose rules use one another."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import index as whole
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.op import op
from .checks import cpp_name, kind_name, not_implemented, type_name
from .padding import pad_constant
from .shape import expand_shape, reshape, squeeze_dim, unsqueeze_at
from .slices import slice_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Pair = tuple[int, ...]
"""One for each of the two spatial dimensions, or the three of a volume"""
Shape = tuple[int, ...]


def _planes(x: Any) -> Any:
    """(N, C, L) as (N, C, 1, L)"""
    return x[:, :, None] if x.ndim == 3 else x


def _like(y: Any, x: Any) -> Any:
    return y[:, :, 0] if x.ndim == 3 else y


@op(
    name="ConvolutionBackward0",
    input=lambda g, weight, input_shape, stride, padding, dilation, groups: convolve_transposed(
        g, weight, None, shape=input_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    weight=lambda g, input, weight_shape, stride, padding, dilation, groups: convolve_weight(
        g, input, shape=weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    bias=lambda g: sum_channels(g),
)
def convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, *, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Tensor:
    """(N, C, H, W), (O, C / groups, kh, kw), (O,) -> (N, O, oh, ow); with one spatial dimension, or three, alike"""
    if input.ndim == 5:
        return backends.kernels.conv3d(input, weight, stride, padding, dilation, groups, bias)  # type: ignore[no-any-return]
    y = backends.kernels.conv2d(_planes(input), _planes(weight), stride, padding, dilation, groups, bias)
    return _like(y, input)  # type: ignore[no-any-return]


def _cut(y: Any, shape: Shape) -> Any:
    """y without what output padding of a stride or more adds to it"""
    return y if y.shape == shape else slice_at(y, index=tuple(slice(n) for n in shape))


@op(
    name="ConvolutionBackward0",
    g=lambda gg, weight, g_shape, stride, padding, dilation, groups: _cut(
        convolve(gg, weight, None, stride=stride, padding=padding, dilation=dilation, groups=groups), g_shape
    ),
    weight=lambda gg, g, weight_shape, stride, padding, dilation, groups: convolve_weight(
        g, gg, shape=weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    bias=lambda gg: sum_channels(gg),
)
def convolve_transposed(
    g: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    *,
    shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """The gradient of `convolve` for its input, of `shape`, plus bias: the transposed convolution"""
    if g.ndim == 5:
        y = backends.kernels.conv3d_input_grad(g, weight, shape, stride, padding, dilation, groups)
    else:
        planes = shape if len(shape) == 4 else (*shape[:2], 1, shape[2])
        y = backends.kernels.conv2d_input_grad(_planes(g), _planes(weight), planes, stride, padding, dilation, groups)
    if bias is not None:
        y += bias.reshape(-1, *(1,) * (y.ndim - 2))
    return _like(y, g)  # type: ignore[no-any-return]


@op(
    name="ConvolutionBackward0",
    g=lambda gg, x, stride, padding, dilation, groups: convolve(
        x, gg, None, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    x=lambda gg, g, x_shape, stride, padding, dilation, groups: convolve_transposed(
        g, gg, None, shape=x_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
)
def convolve_weight(
    g: Tensor, x: Tensor, *, shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Tensor:
    """The gradient of `convolve` for its weight, of `shape`"""
    if g.ndim == 5:
        return backends.kernels.conv3d_weight_grad(g, x, shape, stride, padding, dilation, groups)  # type: ignore[no-any-return]
    planes = shape if len(shape) == 4 else (*shape[:2], 1, shape[2])
    y = backends.kernels.conv2d_weight_grad(_planes(g), _planes(x), planes, stride, padding, dilation, groups)
    return _like(y, x)  # type: ignore[no-any-return]


@op(g=lambda gg, g_shape: expand_shape(reshape(gg, (1, -1) + (1,) * (len(g_shape) - 2)), shape=g_shape))
def sum_channels(g: Tensor) -> Tensor:
    """(N, C, ...) -> (C,)"""
    return backends.kernels.sum_leading(np.moveaxis(g, 1, -1))  # type: ignore[type-var]


# Arguments, checked in PyTorch's order --------------------------------------------------------------------------------
def _numbers(value: Any, n: int, name: str, dims: int) -> tuple[int, ...]:
    """An int for all n spatial dimensions, or one for each of the `dims` that the weight has"""
    values = tuple(whole(v) for v in value) if isinstance(value, (tuple, list)) else (whole(value),) * n
    if len(values) == 1:
        return values * dims
    if len(values) != dims:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {dims} values to match the convolution dimensions, "
            f"but got {name}={list(values)}"
        )
    return values


def _two(values: tuple[int, ...], first: int) -> Pair:
    return (first, *values) if len(values) == 1 else values


def _by_name(name: str, values: Sequence[int]) -> list[str]:
    """stride_height: 1, stride_width: 2"""
    sides = ("depth", "height", "width")[-len(values) :]
    return [f"{name}_{side}: {value}" for side, value in zip(sides, values, strict=True)]


def _by_x(values: Sequence[int]) -> str:
    return " x ".join(map(str, values))


def _check_shapes(x: Shape, w: Shape, bias: Tensor | None, groups: int, transposed: bool) -> None:
    """Raise RuntimeError unless input (N, C, ...), weight and bias go together"""
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if w[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(w)} instead"
        )
    if w[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"[{list(w)}] instead"
        )
    takes, gives = (w[0], w[1] * groups) if transposed else (w[1] * groups, w[0])
    kind = "transposed=1" if transposed else f"groups={groups}"
    if x[1] != takes:
        raise RuntimeError(
            f"Given {kind}, weight of size {list(w)}, expected input{list(x)} to have {takes} channels, but got {x[1]} "
            "channels instead"
        )
    if bias is not None and bias._data.shape != (gives,):
        kind = "transposed=1, " if transposed else ""
        raise RuntimeError(
            f"Given {kind}weight of size {list(w)}, expected bias to be 1-dimensional with {gives} elements, but got bias "
            f"of size {list(bias._data.shape)} instead"
        )


def _check_dtypes(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    volumes = weight._data.ndim == 5
    if input._data.dtype != weight._data.dtype:
        if volumes:
            raise RuntimeError(
                f"Input type ({type_name(input)}) and weight type ({type_name(weight)}) should be the same or input should "
                "be a MKLDNN tensor and weight is a dense tensor"
            )
        raise RuntimeError(f"expected scalar type {kind_name(input)} but found {kind_name(weight)}")
    if bias is not None and input._data.dtype != bias._data.dtype:
        raise RuntimeError(f"Input type ({cpp_name(input)}) and bias type ({cpp_name(bias)}) should be the same")
    if input._data.dtype.kind == "b":
        raise not_implemented("compute_columns3d" if volumes else "slow_conv2d_cpu", input)


def _batched(input: Tensor, n: int, function: str) -> Tensor:
    """input (N, C, ...), or (C, ...) with N put in"""
    shape = input._data.shape
    if len(shape) not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {function}, but got input of size: {list(shape)}"
        )
    return input if len(shape) == n + 2 else unsqueeze_at(input, dim=0)


def _check_kernel(kernel: Shape) -> None:
    if len(kernel) > 1 and min(kernel) < 1:
        raise RuntimeError(f"kernel size should be greater than zero, but got {' '.join(_by_name('kernel', kernel))}")


# Convolution ----------------------------------------------------------------------------------------------------------
def _convolution(
    input: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int, n: int
) -> Tensor:
    x, w = _batched(input, n, f"conv{n}d"), weight._data.shape
    if len(w) < 3:
        raise RuntimeError("weight should have at least three dimensions")
    strides = _numbers(stride, n, "stride", len(w) - 2)
    spread = _numbers(dilation, n, "dilation", len(w) - 2)
    if isinstance(padding, str):
        x, around = _pad_by_name(x, padding, strides, spread, w[2:])
    else:
        around = _numbers(padding, n, "padding", len(w) - 2)
    if min(around) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(strides) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(spread) <= 0:
        if n == 3:
            raise RuntimeError("non-positive dilation is not supported")
        raise RuntimeError(f"dilation should be greater than zero, but got {list(spread)}")
    shape = x._data.shape
    _check_shapes(shape, w, bias, groups, False)
    room = [size + 2 * p for size, p in zip(shape[2:], around, strict=True)]
    wide = [d * (k - 1) + 1 for d, k in zip(spread, w[2:], strict=True)]
    if any(r < k for r, k in zip(room, wide, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({_by_x(room)}). Kernel size: ({_by_x(wide)}). Kernel size can't "
            "be greater than actual input size"
        )
    _check_kernel(w[2:])
    _check_dtypes(input, weight, bias)
    strides, around, spread = _two(strides, 1), _two(around, 0), _two(spread, 1)
    out = convolve(x, weight, bias, stride=strides, padding=around, dilation=spread, groups=groups)
    return out if input._data.ndim == n + 2 else squeeze_dim(out, dims=(0,))


def _pad_by_name(input: Tensor, padding: str, stride: Shape, dilation: Shape, kernel: Shape) -> tuple[Tensor, Shape]:
    """What padding="valid" or "same" means: input, padded behind where that is uneven, and the rest of the padding"""
    if padding == "valid":
        return input, (0,) * len(kernel)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if any(t % 2 for t in total):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be "
            "created",
            stacklevel=4,
        )
        input = pad_constant(input, widths=((0, 0), (0, 0), *((0, t % 2) for t in total)), value=0.0)
    return input, tuple(t // 2 for t in total)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """(N, C, L), (O, C / groups, k), (O,) -> (N, O, ol): cross-correlation"""
    return _convolution(input, weight, bias, stride, padding, dilation, groups, 1)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """(N, C, H, W), (O, C / groups, kh, kw), (O,) -> (N, O, oh, ow): cross-correlation"""
    return _convolution(input, weight, bias, stride, padding, dilation, groups, 2)


# Transposed -----------------------------------------------------------------------------------------------------------
def _transposed(
    input: Tensor,
    weight: Tensor,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
    n: int,
) -> Tensor:
    x, w = _batched(input, n, f"conv_transpose{n}d"), weight._data.shape
    if len(w) < 3:
        raise RuntimeError("weight should have at least three dimensions")
    strides, around, extra, spread = (
        _numbers(value, n, name, len(w) - 2)
        for value, name in (
            (stride, "stride"), (padding, "padding"), (output_padding, "output_padding"), (dilation, "dilation")
        )
    )  # fmt: skip
    if min(around) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(extra) < 0:
        raise RuntimeError("negative output_padding is not supported")
    if min(strides) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    shape = x._data.shape
    _check_shapes(shape, w, bias, groups, True)
    _check_kernel(w[2:])
    steps, wide = _two(strides, 1), _two(spread, 1)
    if min(spread) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {', '.join(_by_name('dilation', wide))}")
    if any(e >= max(s, d) for e, s, d in zip(extra, strides, spread, strict=True)):
        values = _by_name("output_padding", _two(extra, 0)), _by_name("stride", steps), _by_name("dilation", wide)
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            + " ".join(text for texts in values for text in texts)
        )
    size = tuple(
        (length - 1) * s - 2 * p + d * (k - 1) + e + 1
        for length, s, p, d, k, e in zip(shape[2:], strides, around, spread, w[2:], extra, strict=True)
    )
    if min(size) < 1:
        raise RuntimeError(
            f"Given input size per channel: ({_by_x(_two(shape[2:], 1))}). Calculated output size per channel: "
            f"({_by_x(_two(size, 1))}). "
            "Output size is too small"
        )
    _check_dtypes(input, weight, bias)
    out = convolve_transposed(
        x,
        weight,
        bias,
        shape=(shape[0], w[1] * groups, *size),
        stride=steps,
        padding=_two(around, 0),
        dilation=wide,
        groups=groups,
    )
    return out if input._data.ndim == n + 2 else squeeze_dim(out, dims=(0,))


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """(N, C, L), (C, O / groups, k), (O,) -> (N, O, ol): the gradient of conv1d for its input, as an operation"""
    return _transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 1)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """(N, C, H, W), (C, O / groups, kh, kw), (O,) -> (N, O, oh, ow): the gradient of conv2d for its input"""
    return _transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 2)


# Volumes --------------------------------------------------------------------------------------------------------------
def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """(N, C, D, H, W), (O, C / groups, kd, kh, kw), (O,) -> (N, O, od, oh, ow): cross-correlation"""
    return _convolution(input, weight, bias, stride, padding, dilation, groups, 3)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """(N, C, D, H, W), (C, O / groups, kd, kh, kw), (O,) -> (N, O, od, oh, ow): the gradient of conv3d for its input"""
    return _transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 3)
