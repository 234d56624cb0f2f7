"""Convolution and pooling of volumes, (N, C, D, H, W). Sizes are one int, or one for depth, height and width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...tensor import Tensor
from ._pooling import _lp_pool, _with_defaults

__all__ = [
    "adaptive_avg_pool3d",
    "adaptive_max_pool3d",
    "avg_pool3d",
    "conv3d",
    "conv_transpose3d",
    "lp_pool3d",
    "max_pool3d",
]

_Size = int | Sequence[int]


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Size = 1,
    padding: _Size | str = 0,
    dilation: _Size = 1,
    groups: int = 1,
) -> Tensor:
    """(N, C_in, D, H, W), (C_out, C_in / groups, kd, kh, kw), (C_out,) -> (N, C_out, D_out, H_out, W_out):
    cross-correlation. The batch dimension may be left out. See nn.Conv3d for the arguments and sizes."""
    return ops.conv3d(input, weight, bias, stride, padding, dilation, groups)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Size = 1,
    padding: _Size = 0,
    output_padding: _Size = 0,
    groups: int = 1,
    dilation: _Size = 1,
) -> Tensor:
    """(N, C_in, D, H, W), (C_in, C_out / groups, kd, kh, kw), (C_out,) -> (N, C_out, D_out, H_out, W_out).

    See nn.ConvTranspose3d.
    """
    return ops.conv_transpose3d(input, weight, bias, stride, padding, output_padding, groups, dilation)


def max_pool3d(
    input: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    dilation: _Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, D_out, H_out, W_out) or (C, ...): the largest value of each window.

    With `return_indices` also where each was, as an index into D * H * W. See nn.MaxPool3d.
    """
    return ops.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool3d(
    input: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, D_out, H_out, W_out) or (C, ...): the mean of each window.

    See nn.AvgPool3d.
    """
    return ops.avg_pool3d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, *output_size) or (C, *output_size); None in the size keeps that axis."""
    return ops.adaptive_avg_pool3d(input, _with_defaults(output_size, input.size()))


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, *output_size) or (C, *output_size): the largest value of each part."""
    return ops.adaptive_max_pool3d(input, _with_defaults(output_size, input.size()), return_indices)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: _Size, stride: _Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(N, C, D, H, W) -> (N, C, D_out, H_out, W_out): the norm (sum of x**norm_type) ** (1 / norm_type) of each window."""
    return _lp_pool(3, max_pool3d, avg_pool3d, input, norm_type, kernel_size, stride, ceil_mode)
