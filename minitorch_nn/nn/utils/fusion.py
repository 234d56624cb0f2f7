"""A batch normalisation in evaluation mode as part of the layer before it."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from ... import ops
from ...tensor import Tensor, ones_like, zeros_like
from ..modules.module import Module
from ..parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]

M = TypeVar("M", bound=Module)


def _check(layer: Any, bn: Any) -> None:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")


def _check_statistics(bn: Any) -> None:
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")


def fuse_conv_bn_eval(conv: M, bn: Any, transpose: bool = False) -> M:
    """A copy of `conv` that computes bn(conv(x)); both in evaluation mode. transpose: conv is a transposed one."""
    _check(conv, bn)
    fused: Any = copy.deepcopy(conv)
    _check_statistics(bn)
    statistics = bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    fused.weight, fused.bias = fuse_conv_bn_weights(fused.weight, fused.bias, *statistics, transpose)
    return fused  # type: ignore[no-any-return]


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """W s and (b - mean) s + β, s = γ / sqrt(var + eps): the weight and bias of the convolution and the normalisation."""
    b = zeros_like(bn_rm) if conv_b is None else conv_b
    bias_type = conv_w.dtype if conv_b is None else conv_b.dtype
    gamma = ones_like(bn_rm) if bn_w is None else bn_w
    beta = zeros_like(bn_rm) if bn_b is None else bn_b
    inverse = ops.rsqrt(bn_rv + bn_eps)
    shape = [1, -1] if transpose else [-1, 1]
    weight = conv_w * (gamma * inverse).reshape(shape + [1] * (conv_w.ndim - 2))
    bias = (b - bn_rm) * inverse * gamma + beta
    return (
        Parameter(weight.to(conv_w.dtype).detach(), conv_w.requires_grad),
        Parameter(bias.to(bias_type).detach(), b.requires_grad),
    )


def fuse_linear_bn_eval(linear: M, bn: Any) -> M:
    """A copy of `linear` that computes bn(linear(x)); both in evaluation mode."""
    _check(linear, bn)
    fused: Any = copy.deepcopy(linear)
    if fused.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, "
            f"got linear.out_features={fused.out_features} and bn.num_features={bn.num_features}"
        )
    _check_statistics(bn)
    statistics = bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    fused.weight, fused.bias = fuse_linear_bn_weights(fused.weight, fused.bias, *statistics)
    return fused  # type: ignore[no-any-return]


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor,
    bn_b: Tensor,
) -> tuple[Parameter, Parameter]:
    """W s and (b - mean) s + β, s = γ / sqrt(var + eps): the weight and bias of the linear layer and the normalisation."""
    b = zeros_like(bn_rm) if linear_b is None else linear_b
    bias_type = linear_w.dtype if linear_b is None else linear_b.dtype
    scale = bn_w * ops.rsqrt(bn_rv + bn_eps)
    weight = linear_w * scale.unsqueeze(-1).to(linear_w.dtype)
    bias = ((b - bn_rm) * scale + bn_b).to(bias_type)
    return Parameter(weight.detach(), linear_w.requires_grad), Parameter(bias.detach(), b.requires_grad)
