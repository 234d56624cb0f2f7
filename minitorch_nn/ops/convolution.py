"""Convolution, closed under differentiation: its gradients are two operations whose rules use one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.op import op
from .arithmetic import plus
from .shape import expand_shape, reshape, squeeze_dim, unsqueeze_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Pair = tuple[int, int]


def _planes(x: Any) -> Any:
    """(N, C, L) as (N, C, 1, L)"""
    return x if x.ndim == 4 else x[:, :, None]


def _like(y: Any, x: Any) -> Any:
    return y if x.ndim == 4 else y[:, :, 0]


@op(
    name="ConvolutionBackward0",
    input=lambda g, weight, input_shape, stride, padding, dilation, groups: convolve_transposed(
        g, weight, shape=input_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    weight=lambda g, input, weight_shape, stride, padding, dilation, groups: convolve_weight(
        g, input, shape=weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    bias=lambda g: sum_channels(g),
)
def convolve(input: Tensor, weight: Tensor, bias: Tensor | None, *, stride: Pair, padding: Pair, dilation: Pair, groups: int) -> Tensor:
    """(N, C, H, W), (O, C / groups, kh, kw), (O,) -> (N, O, oh, ow)"""
    y = backends.kernels.conv2d(_planes(input), _planes(weight), stride, padding, dilation, groups, bias)
    return _like(y, input)  # type: ignore[no-any-return]


@op(
    name="ConvolutionBackward0",
    g=lambda gg, weight, stride, padding, dilation, groups: convolve(
        gg, weight, None, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    weight=lambda gg, g, weight_shape, stride, padding, dilation, groups: convolve_weight(
        g, gg, shape=weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
)
def convolve_transposed(
    g: Tensor, weight: Tensor, *, shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Tensor:
    """The gradient of `convolve` for its input, of `shape`: the transposed convolution"""
    planes = shape if len(shape) == 4 else (*shape[:2], 1, shape[2])
    y = backends.kernels.conv2d_input_grad(_planes(g), _planes(weight), planes, stride, padding, dilation, groups)
    return _like(y, g)  # type: ignore[no-any-return]


@op(
    name="ConvolutionBackward0",
    g=lambda gg, x, stride, padding, dilation, groups: convolve(
        x, gg, None, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    x=lambda gg, g, x_shape, stride, padding, dilation, groups: convolve_transposed(
        g, gg, shape=x_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
)
def convolve_weight(
    g: Tensor, x: Tensor, *, shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Tensor:
    """The gradient of `convolve` for its weight, of `shape`"""
    planes = shape if len(shape) == 4 else (*shape[:2], 1, shape[2])
    y = backends.kernels.conv2d_weight_grad(_planes(g), _planes(x), planes, stride, padding, dilation, groups)
    return _like(y, x)  # type: ignore[no-any-return]


@op(g=lambda gg, g_shape: expand_shape(reshape(gg, (1, -1) + (1,) * (len(g_shape) - 2)), shape=g_shape))
def sum_channels(g: Tensor) -> Tensor:
    """(N, C, ...) -> (C,)"""
    return backends.kernels.sum_leading(np.moveaxis(g, 1, -1))  # type: ignore[no-any-return,arg-type]


# The public forms, with PyTorch's checks ------------------------------------------------------------------------------
def _numbers(value: Any, n: int, name: str) -> tuple[int, ...]:
    """An int for all spatial dimensions, or one for each"""
    if isinstance(value, (int, np.integer)):
        return (int(value),) * n
    values = tuple(int(v) for v in value)
    if len(values) == 1:
        return values * n
    if len(values) != n:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {n} values to match the convolution dimensions, "
            f"but got {name}={list(values)}"
        )
    return values


def _two(values: tuple[int, ...], first: int) -> Pair:
    return values if len(values) == 2 else (first, *values)  # type: ignore[return-value]


def _check(input: Any, weight: Any, bias: Any, n: int, groups: int, transposed: bool) -> None:
    x, w = input._data, weight._data
    name = f"conv_transpose{n}d" if transposed else f"conv{n}d"
    if x.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input of size: {list(x.shape)}"
        )
    if w.ndim != n + 2:
        raise RuntimeError(f"weight should have at least three dimensions" if w.ndim < 3 else f"Expected {n + 2}-dimensional weight for {name}, but got {w.ndim}-dimensional weight of size {list(w.shape)} instead")
    if x.dtype != w.dtype:
        names = {"float32": "float", "float64": "double", "float16": "c10::Half", "int64": "long int", "int32": "int"}
        kinds = [names.get(d.name, d.name) for d in (x.dtype, w.dtype)]
        raise RuntimeError(f"Input type ({kinds[0]}) and bias type ({kinds[1]}) should be the same" if bias is not None else f"expected scalar type {input.dtype.type_name} but found {weight.dtype.type_name}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    channels = x.shape[-n - 1]
    if transposed:
        if channels != w.shape[0]:
            raise RuntimeError(
                f"Given transposed=1, weight of size {list(w.shape)}, expected input{list(_batched_shape(x, n))} to have "
                f"{w.shape[0]} channels, but got {channels} channels instead"
            )
    else:
        if w.shape[0] % groups:
            raise RuntimeError(
                f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
                f"{list(w.shape)} instead"
            )
        if channels != w.shape[1] * groups:
            raise RuntimeError(
                f"Given groups={groups}, weight of size {list(w.shape)}, expected input{list(_batched_shape(x, n))} to have "
                f"{w.shape[1] * groups} channels, but got {channels} channels instead"
            )
    out = w.shape[1] * groups if transposed else w.shape[0]
    if bias is not None and (bias._data.ndim != 1 or bias._data.shape[0] != out):
        raise RuntimeError(
            f"Given {'transposed=1' if transposed else 'transposed=0'}, weight of size {list(w.shape)}, expected bias to be "
            f"1-dimensional with {out} elements, but got bias of size {list(bias._data.shape)} instead"
        )


def _batched_shape(x: Any, n: int) -> tuple[int, ...]:
    return x.shape if x.ndim == n + 2 else (1, *x.shape)


def _convolution(input: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int, n: int) -> Tensor:
    _check(input, weight, bias, n, groups, False)
    strides, spread = _numbers(stride, n, "stride"), _numbers(dilation, n, "dilation")
    kernel = weight._data.shape[2:]
    if any(s <= 0 for s in strides):
        raise RuntimeError("non-positive stride is not supported")
    if any(d <= 0 for d in spread):
        raise RuntimeError("dilation should be greater than zero")
    if isinstance(padding, str):
        input, around = _pad_by_name(input, padding, strides, spread, kernel)
    else:
        around = _numbers(padding, n, "padding")
        if any(p < 0 for p in around):
            raise RuntimeError("negative padding is not supported")
    size = input._data.shape[-n:]
    for k, (length, p) in enumerate(zip(size, around, strict=True)):
        if length + 2 * p < spread[k] * (kernel[k] - 1) + 1:
            got = [m + 2 * q for m, q in zip(size, around, strict=True)]
            wide = [d * (m - 1) + 1 for d, m in zip(spread, kernel, strict=True)]
            raise RuntimeError(
                f"Calculated padded input size per channel: ({' x '.join(map(str, got))}). Kernel size: "
                f"({' x '.join(map(str, wide))}). Kernel size can't be greater than actual input size"
            )
    batched = input._data.ndim == n + 2
    out = convolve(
        input if batched else unsqueeze_at(input, dim=0),
        weight,
        bias,
        stride=_two(strides, 1),
        padding=_two(around, 0),
        dilation=_two(spread, 1),
        groups=groups,
    )
    return out if batched else squeeze_dim(out, dims=(0,))


def _pad_by_name(input: Tensor, padding: str, stride: Any, dilation: Any, kernel: Any) -> tuple[Tensor, tuple[int, ...]]:
    if padding == "valid":
        return input, (0,) * len(kernel)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'" if False else "padding must be 'valid', 'same', an int or a tuple of ints, got " + repr(padding))
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if all(t % 2 == 0 for t in total):
        return input, tuple(t // 2 for t in total)
    from .padding import pad

    extra = [side for t in reversed(total) for side in (0, t % 2)]  # the odd one goes behind
    return pad(input, extra), tuple(t // 2 for t in total)


def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:
    """(N, C, L), (O, C / groups, k), (O,) -> (N, O, ol): cross-correlation"""
    return _convolution(input, weight, bias, stride, padding, dilation, groups, 1)


def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:
    """(N, C, H, W), (O, C / groups, kh, kw), (O,) -> (N, O, oh, ow): cross-correlation"""
    return _convolution(input, weight, bias, stride, padding, dilation, groups, 2)


def _transposed(
    input: Tensor, weight: Tensor, bias: Any, stride: Any, padding: Any, output_padding: Any, groups: int, dilation: Any, n: int
) -> Tensor:
    _check(input, weight, bias, n, groups, True)
    strides, spread = _numbers(stride, n, "stride"), _numbers(dilation, n, "dilation")
    around, extra = _numbers(padding, n, "padding"), _numbers(output_padding, n, "output_padding")
    for k in range(n):
        if extra[k] >= max(strides[k], spread[k]):
            two = [_two(v, 1) for v in (extra, strides, spread)]
            raise RuntimeError(
                "output padding must be smaller than either stride or dilation, but got output_padding_height: "
                f"{two[0][0]} output_padding_width: {two[0][1]} stride_height: {two[1][0]} stride_width: {two[1][1]} "
                f"dilation_height: {two[2][0]} dilation_width: {two[2][1]}"
            )
    batched = input._data.ndim == n + 2
    x = input if batched else unsqueeze_at(input, dim=0)
    w = weight._data
    size = tuple(
        (length - 1) * s - 2 * p + d * (k - 1) + e + 1
        for length, s, p, d, k, e in zip(x._data.shape[2:], strides, around, spread, w.shape[2:], extra, strict=True)
    )
    out = convolve_transposed(
        x,
        weight,
        shape=(x._data.shape[0], w.shape[1] * groups, *size),
        stride=_two(strides, 1),
        padding=_two(around, 0),
        dilation=_two(spread, 1),
        groups=groups,
    )
    if bias is not None:
        out = plus(out, bias.reshape((1, -1) + (1,) * n))
    return out if batched else squeeze_dim(out, dims=(0,))


def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1
) -> Tensor:
    """(N, C, L), (C, O / groups, k), (O,) -> (N, O, ol): the gradient of conv1d for its input, as an operation"""
    return _transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 1)


def conv_transpose2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: int = 1, dilation: Any = 1
) -> Tensor:
    """(N, C, H, W), (C, O / groups, kh, kw), (O,) -> (N, O, oh, ow): the gradient of conv2d for its input"""
    return _transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 2)


# Windows as columns ---------------------------------------------------------------------------------------------------
@op(
    name="Im2ColBackward0",
    input=lambda g, input_shape, kernel_size, dilation, padding, stride: fold_columns(
        g, output_size=input_shape[2:], kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    ),
)
def unfold_columns(input: Tensor, *, kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Tensor:
    """(N, C, H, W) -> (N, C * kh * kw, windows)"""
    return backends.kernels.unfold(input, kernel_size, dilation, padding, stride)  # type: ignore[no-any-return]


@op(
    name="Col2ImBackward0",
    input=lambda g, kernel_size, dilation, padding, stride: unfold_columns(
        g, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    ),
)
def fold_columns(
    input: Tensor, *, output_size: Sequence[int], kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> Tensor:
    """(N, C * kh * kw, windows) -> (N, C, H, W), overlapping windows added"""
    return backends.kernels.fold(input, tuple(output_size), kernel_size, dilation, padding, stride)  # type: ignore[no-any-return]


def _pairs(**values: Any) -> dict[str, Any]:
    return {name: _numbers(v, 2, name) for name, v in values.items()}


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """(N, C, H, W) -> (N, C * kh * kw, windows): each window as a column; also (C, H, W)"""
    pairs = _pairs(kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    if input._data.ndim == 3:
        return squeeze_dim(unfold_columns(unsqueeze_at(input, dim=0), **pairs), dims=(0,))
    if input._data.ndim != 4:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {list(input._data.shape)}"
        )
    return unfold_columns(input, **pairs)


def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """(N, C * kh * kw, windows) -> (N, C, H, W): the columns put back, overlaps added; also without N"""
    pairs = _pairs(output_size=output_size, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    if input._data.ndim == 2:
        return squeeze_dim(fold_columns(unsqueeze_at(input, dim=0), **pairs), dims=(0,))
    return fold_columns(input, **pairs)
