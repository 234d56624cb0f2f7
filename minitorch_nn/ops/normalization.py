"""Batch, layer and group normalisation.

Their gradients share work, so one joint rule gives all of them: on arrays the backend's fused pass, on Tensors (for
higher derivatives) the formula itself, differentiated by its parts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from .._bfloat16 import BFLOAT16, FLOATING, float_of, write
from ..autograd.op import op
from .arithmetic import times
from .checks import not_implemented
from .convolution import sum_channels
from .functions import rsqrt
from .memory import by_rows
from .reduction import mean_dims, sum_dims
from .shape import reshape

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_dtypes(input: Tensor, kernel: str, *parameters: Tensor | None) -> None:
    """Raise unless input is floating point and the parameters are of its dtype, or float32 beside float16"""
    kind = input._data.dtype
    if kind.kind not in FLOATING:
        raise not_implemented(kernel, input)
    for p in parameters:
        if p is None or p._data.dtype == kind:
            continue
        if p._data.dtype != np.float32:
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
        if kind not in (np.float16, BFLOAT16):
            raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")


def _per_channel(v: Any, ndim: int) -> Any:
    """(C,) as (1, C, 1, ...)"""
    return reshape(v, (1, -1) + (1,) * (ndim - 2))


def _over_all_but_channels(ndim: int) -> tuple[int, ...]:
    return (0, *range(2, ndim))


# Batch normalisation --------------------------------------------------------------------------------------------------
@op(
    name="NativeBatchNormBackward0",
    outputs=("out", "mean", "invstd", "var"),
    joint=lambda g, wanted, input, weight, mean, invstd, eps: _batch_grads(g, wanted, input, weight, mean, invstd, eps),
)
def batch_norm_train(input: Tensor, weight: Tensor | None, bias: Tensor | None, *, eps: float) -> Any:
    """(input - mean) / sqrt(var + eps) * weight + bias, for each channel over all else; var is the biased one"""
    return backends.kernels.batch_norm_train(input, weight, bias, eps)


def _batch_grads(g: Any, wanted: tuple[bool, ...], x: Any, weight: Any, mean: Any, invstd: Any, eps: float) -> Any:
    if isinstance(g, (np.ndarray, np.generic)):
        return backends.kernels.batch_norm_grads(g, x, weight, mean, invstd, *wanted)
    return _normalised_grads(g, wanted, x, weight, _over_all_but_channels(x.ndim), _channel_form(x.ndim), eps)


def _channel_form(ndim: int) -> tuple[Any, Any]:
    return (lambda w: _per_channel(w, ndim)), sum_channels


def _normalised_grads(
    g: Any, wanted: tuple[bool, ...], x: Any, weight: Any, dims: tuple[int, ...], form: Any, eps: float
) -> Any:
    """The gradients of (x - mean) / sqrt(var + eps) * weight + bias, statistics over dims, in recorded operations.

    form: how the weight broadcasts, and how a gradient is summed to its shape.
    """
    spread, gather = form
    centred = x - mean_dims(x, dim=dims, keepdim=True)
    inverse = rsqrt(mean_dims(centred * centred, dim=dims, keepdim=True) + eps)
    normal = centred * inverse
    gn = g if weight is None else g * spread(weight)
    gx = None
    if wanted[0]:
        shared = mean_dims(gn, dim=dims, keepdim=True) + normal * mean_dims(gn * normal, dim=dims, keepdim=True)
        gx = inverse * (gn - shared)
    return gx, gather(g * normal) if wanted[1] else None, gather(g) if wanted[2] else None


@op(
    name="NativeBatchNormBackward0",
    input=lambda g, weight, mean, var, eps: g * _eval_scale(weight, var, eps, g.ndim),
    weight=lambda g, input, mean, var, eps: sum_channels(
        g * ((input - _per_channel(mean, g.ndim)) * _per_channel(1 / np.sqrt(var + eps), g.ndim))
    ),
    bias=lambda g: sum_channels(g),
)
def batch_norm_eval(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, *, mean: Any, var: Any, eps: float
) -> Tensor:
    """(input - mean) / sqrt(var + eps) * weight + bias with the running statistics"""
    return backends.kernels.batch_norm_eval(input, weight, bias, mean, var, eps)  # type: ignore[no-any-return]


def _eval_scale(weight: Any, var: Any, eps: float, ndim: int) -> Any:
    scale = (1 / np.sqrt(var + eps)).astype(var.dtype)
    return _per_channel(scale if weight is None else weight * scale, ndim)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """(N, C, ...) normalised for each channel over all else

    In training by the batch's mean and biased variance; the running statistics move by `momentum` towards the mean and
    the unbiased variance, in place. Else by the running statistics. cudnn_enabled has no effect on a CPU.

    Source: Ioffe and Szegedy 2015, Batch Normalization, algorithm 1.
    """
    x = input._data
    channels = x.shape[1] if x.ndim > 1 else 0
    for name, t in (("running_mean", running_mean), ("running_var", running_var)):
        if t is None and not training:
            raise RuntimeError(f"{name} must be defined in evaluation mode")
    for name, t in (("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias)):
        if t is not None and t._data.size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {t._data.size}")
    _check_dtypes(input, "batch_norm", running_mean, running_var, weight, bias)
    if not training:
        assert running_mean is not None and running_var is not None
        return batch_norm_eval(
            input, weight, bias, mean=float_of(running_mean._data), var=float_of(running_var._data), eps=eps
        )
    out, mean, _, var = batch_norm_train(input, weight, bias, eps=eps)
    count = x.size // max(channels, 1)
    for running, new in ((running_mean, mean._data), (running_var, var._data * (count / max(count - 1, 1)))):
        if running is not None:
            r = running._data
            if r.dtype.kind == "V":
                write(r, float_of(r) * np.float32(1 - momentum) + momentum * new)
            else:
                r *= 1 - momentum
                r += (momentum * new).astype(r.dtype)
            running._bump()
    return out  # type: ignore[no-any-return]


# Layer normalisation --------------------------------------------------------------------------------------------------
@op(
    name="NativeLayerNormBackward0",
    outputs=("out", "mean", "invstd"),
    joint=lambda g, wanted, input, weight, mean, invstd, count, eps: _layer_grads(
        g, wanted, input, weight, mean, invstd, count, eps
    ),
)
def layer_norm_kernel(input: Tensor, weight: Tensor | None, bias: Tensor | None, *, count: int, eps: float) -> Any:
    """(input - mean) / sqrt(var + eps) * weight + bias over the last `count` dimensions"""
    dims = tuple(range(input.ndim - count, input.ndim))
    mean = np.mean(input, axis=dims, keepdims=True)
    out = input - mean
    invstd = 1 / np.sqrt(np.mean(out * out, axis=dims, keepdims=True) + input.dtype.type(eps))  # type: ignore[attr-defined]
    out *= invstd
    if weight is not None:
        out *= weight
    if bias is not None:
        out += bias
    return by_rows(out), mean, invstd


def _layer_grads(g: Any, wanted: Any, x: Any, weight: Any, mean: Any, invstd: Any, count: int, eps: float) -> Any:
    lead = x.ndim - count
    dims, first = tuple(range(lead, x.ndim)), tuple(range(lead))
    if not isinstance(g, (np.ndarray, np.generic)):

        def gather(v: Any) -> Any:
            return sum_dims(v, dim=first, keepdim=False) if first else v

        return _normalised_grads(g, wanted, x, weight, dims, (lambda w: w, gather), eps)
    normal = (x - mean) * invstd
    gw = np.add.reduce(g * normal, axis=first) if wanted[1] else None
    gb = np.add.reduce(g, axis=first) if wanted[2] else None
    if not wanted[0]:
        return None, gw, gb
    gn = g if weight is None else g * weight
    gx = gn - np.mean(gn, axis=dims, keepdims=True)
    gx -= normal * np.mean(gn * normal, axis=dims, keepdims=True)
    gx *= invstd
    return gx, gw, gb


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Tensor:
    """input normalised over its last dimensions, which are normalized_shape; cudnn_enable has no effect on a CPU

    Source: Ba et al. 2016, Layer Normalization, equation 4.
    """
    shape = tuple(normalized_shape)
    have = input._data.shape
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            f"normalized_shape = {list(shape)}"
        )
    for name, t in (("weight", weight), ("bias", bias)):
        if t is not None and t._data.shape != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {list(t._data.shape)} and "
                f"normalized_shape = {list(shape)}"
            )
    if len(have) < len(shape) or have[len(have) - len(shape) :] != shape:
        stars = ", ".join(["*", *map(str, shape)])
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{stars}], but got input of size{list(have)}"
        )
    _check_dtypes(input, "LayerNormKernelImpl", weight, bias)
    return layer_norm_kernel(input, weight, bias, count=len(shape), eps=eps)[0]  # type: ignore[no-any-return]


# Group normalisation --------------------------------------------------------------------------------------------------
@op(
    name="NativeGroupNormBackward0",
    outputs=("out",),
    joint=lambda g, wanted, input, weight, groups, eps: _group_grads(g, wanted, input, weight, groups, eps),
)
def group_norm_kernel(input: Tensor, weight: Tensor | None, bias: Tensor | None, *, groups: int, eps: float) -> Tensor:
    """(N, C, ...) normalised for each sample over C / groups channels and all else, times weight, plus bias (C,)"""
    shape = input.shape
    x = input.reshape(_grouped(shape, groups))
    out = x - np.mean(x, axis=2, keepdims=True)
    out /= np.sqrt(np.mean(out * out, axis=2, keepdims=True) + x.dtype.type(eps))  # type: ignore[attr-defined]
    out = out.reshape(shape)
    if weight is not None:
        out *= _per_channel(weight, len(shape))
    if bias is not None:
        out += _per_channel(bias, len(shape))
    return by_rows(out)  # type: ignore[no-any-return]


def _grouped(shape: tuple[int, ...], groups: int) -> tuple[int, int, int]:
    return shape[0], groups, math.prod(shape[1:]) // groups


def _group_grads(g: Any, wanted: Any, x: Any, weight: Any, groups: int, eps: float) -> Any:
    """For each group the layer-normalisation rule; the weight acts before it, on (N, C, ...)"""
    shape = x.shape
    grouped = _grouped(shape, groups)
    gn = g if weight is None else times(g, _per_channel(weight, len(shape)))
    xs, gs = reshape(x, grouped), reshape(gn, grouped)
    centred = xs - mean_dims(xs, dim=(2,), keepdim=True)
    inverse = rsqrt(mean_dims(centred * centred, dim=(2,), keepdim=True) + eps)
    normal = centred * inverse
    gx = None
    if wanted[0]:
        shared = mean_dims(gs, dim=(2,), keepdim=True) + normal * mean_dims(gs * normal, dim=(2,), keepdim=True)
        gx = reshape(inverse * (gs - shared), shape)
    gw = sum_channels(g * reshape(normal, shape)) if wanted[1] else None
    return gx, gw, sum_channels(g) if wanted[2] else None


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """(N, C, ...) normalised for each sample and each of num_groups groups of channels; cudnn_enabled has no effect here

    Source: Wu and He 2018, Group Normalization, equation 1.
    """
    shape = input._data.shape
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {list(shape)} and "
            f"num_groups={num_groups}"
        )
    for name, t in (("weight", weight), ("bias", bias)):
        if t is not None and t._data.shape != (shape[1],):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape "
                f"{list(t._data.shape)} and input of shape {list(shape)}"
            )
    _check_dtypes(input, "GroupNormKernelImpl", weight, bias)
    return group_norm_kernel(input, weight, bias, groups=num_groups, eps=eps)
