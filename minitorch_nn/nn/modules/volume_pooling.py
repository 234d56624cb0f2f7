"""Pooling layers over volumes, (N, C, D, H, W)."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .pooling import _AdaptiveAvgPoolNd, _AdaptiveMaxPoolNd, _AvgPoolNd, _LPPoolNd, _MaxPoolNd, _Size

__all__ = ["AdaptiveAvgPool3d", "AdaptiveMaxPool3d", "AvgPool3d", "LPPool3d", "MaxPool3d"]


class MaxPool3d(_MaxPoolNd):
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, D_out, H_out, W_out) or (C, ...): the largest value of each window.

    Sizes and arguments as of MaxPool2d; with return_indices the places are those in the D * H * W of a channel.
    """

    def forward(self, input: Tensor) -> Any:
        return F.max_pool3d(input, **self._options())


class AvgPool3d(_AvgPoolNd):
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, D_out, H_out, W_out) or (C, ...): the mean of each window.

    Sizes and arguments as of AvgPool2d.
    """

    def __init__(
        self,
        kernel_size: _Size,
        stride: _Size | None = None,
        padding: _Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        options = (self.ceil_mode, self.count_include_pad, self.divisor_override)
        return F.avg_pool3d(input, self.kernel_size, self.stride, self.padding, *options)


class LPPool3d(_LPPoolNd):
    """(N, C, D, H, W) -> (N, C, D_out, H_out, W_out): (sum of x**p) ** (1/p) of each window, p = norm_type."""

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool3d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, *output_size) or (C, *output_size): the mean of each part.

    output_size: an int or three; None keeps that axis. The parts are as those of AdaptiveAvgPool2d.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool3d(input, self.output_size)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """(N, C, D, H, W) or (C, D, H, W) -> (N, C, *output_size) or (C, *output_size): the largest value of each part."""

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)
