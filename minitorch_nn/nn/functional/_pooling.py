"""Pooling over windows. Window sizes, strides and paddings are one int or one for each spatial axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ... import ops
from ...tensor import Tensor

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "lp_pool1d",
    "lp_pool2d",
    "max_pool1d",
    "max_pool2d",
]

_Size = int | Sequence[int]


def max_pool1d(
    input: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    dilation: _Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """(N, C, L) or (C, L) -> (N, C, L_out) or (C, L_out): the largest value of each window. See nn.MaxPool2d."""
    return ops.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    dilation: _Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """(N, C, H, W) or (C, H, W) -> (N, C, H_out, W_out) or (C, H_out, W_out): the largest value of each window.

    With `return_indices` also where each was, as an index into H * W. See nn.MaxPool2d.
    """
    return ops.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """(N, C, L) or (C, L) -> (N, C, L_out) or (C, L_out): the mean of each window. See nn.AvgPool2d."""
    return ops.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(
    input: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """(N, C, H, W) or (C, H, W) -> (N, C, H_out, W_out) or (C, H_out, W_out): the mean of each window.

    See nn.AvgPool2d.
    """
    return ops.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool1d(input: Tensor, output_size: _Size) -> Tensor:
    """(N, C, L) or (C, L) -> (N, C, output_size) or (C, output_size): the mean of as many windows as asked for."""
    return ops.adaptive_avg_pool1d(input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """(N, C, H, W) or (C, H, W) -> (N, C, *output_size) or (C, *output_size); None in the size keeps that axis."""
    return ops.adaptive_avg_pool2d(input, _with_defaults(output_size, input.size()))


def adaptive_max_pool1d(input: Tensor, output_size: _Size, return_indices: bool = False) -> Any:
    """(N, C, L) or (C, L) -> (N, C, output_size) or (C, output_size): the largest value of each window."""
    return ops.adaptive_max_pool1d(input, output_size, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """(N, C, H, W) or (C, H, W) -> (N, C, *output_size) or (C, *output_size): the largest value of each window."""
    return ops.adaptive_max_pool2d(input, _with_defaults(output_size, input.size()), return_indices)


def _with_defaults(output_size: Any, own: Sequence[int]) -> Any:
    """`output_size` with the input's own sizes where it says None."""
    if isinstance(output_size, int):
        return output_size
    if len(own) <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    return [o if size is None else size for size, o in zip(output_size, own[-len(output_size) :], strict=False)]


def _lp_pool(
    axes: int,
    max_pool: Callable[..., Any],
    avg_pool: Callable[..., Tensor],
    input: Tensor,
    norm_type: float,
    kernel_size: _Size,
    stride: _Size | None,
    ceil_mode: bool,
) -> Tensor:
    """(sum of x**norm_type) ** (1 / norm_type) of each window, from the mean; the largest |x| for infinity."""
    if abs(norm_type) == math.inf:
        sign = 1 if norm_type > 0 else -1
        return sign * max_pool(sign * input.abs(), kernel_size, stride, ceil_mode=ceil_mode)  # type: ignore[no-any-return]
    elements = kernel_size**axes if isinstance(kernel_size, int) else math.prod(kernel_size)
    sums = avg_pool(input.pow(norm_type), kernel_size, stride, ceil_mode=ceil_mode) * elements
    return (sums.sign() * ops.relu(sums.abs())).pow(1.0 / norm_type)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: int, stride: _Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(N, C, L) -> (N, C, L_out): the norm (sum of x**norm_type) ** (1 / norm_type) of each window."""
    return _lp_pool(1, max_pool1d, avg_pool1d, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: _Size, stride: _Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(N, C, H, W) -> (N, C, H_out, W_out): the norm (sum of x**norm_type) ** (1 / norm_type) of each window."""
    return _lp_pool(2, max_pool2d, avg_pool2d, input, norm_type, kernel_size, stride, ceil_mode)
