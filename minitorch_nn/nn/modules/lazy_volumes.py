"""Layers over volumes, (N, C, D, H, W), that learn their channels from the first input."""

from __future__ import annotations

from .lazy import _LazyConvForward, _LazyConvTranspose, _LazyNorm
from .volumes import BatchNorm3d, Conv3d, ConvTranspose3d, InstanceNorm3d

__all__ = ["LazyBatchNorm3d", "LazyConv3d", "LazyConvTranspose3d", "LazyInstanceNorm3d"]


class LazyConv3d(_LazyConvForward, Conv3d):
    """Conv3d whose in_channels are those of the first input."""

    cls_to_become = Conv3d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """ConvTranspose3d whose in_channels are those of the first input."""

    cls_to_become = ConvTranspose3d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """BatchNorm3d whose num_features are the channels of the first input."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """InstanceNorm3d whose num_features are the channels of the first input."""

    cls_to_become = InstanceNorm3d
