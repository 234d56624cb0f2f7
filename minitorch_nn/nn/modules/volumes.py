"""Layers over volumes, (N, C, D, H, W): convolution, normalisation and padding."""

from __future__ import annotations

from ...tensor import Tensor
from .batchnorm import _BatchNorm
from .conv import _Conv, _ConvTranspose
from .instancenorm import _InstanceNorm
from .padding import _ConstantPad, _Pad
from .utils import _ntuple

__all__ = [
    "BatchNorm3d",
    "CircularPad3d",
    "ConstantPad3d",
    "Conv3d",
    "ConvTranspose3d",
    "InstanceNorm3d",
    "ReflectionPad3d",
    "ReplicationPad3d",
    "ZeroPad3d",
]


class Conv3d(_Conv):
    """(N, C_in, D, H, W) or (C_in, D, H, W) -> (N, C_out, D_out, H_out, W_out) or (C_out, ...): cross-correlation.

    D_out = floor((D + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1, and H_out, W_out alike.
    weight: (C_out, C_in / groups, kernel depth, height, width). Arguments and initial values as of Conv2d.
    """

    _axes = 3


class ConvTranspose3d(_ConvTranspose):
    """(N, C_in, D, H, W) -> (N, C_out, D_out, H_out, W_out): the gradient of Conv3d for its input, as a layer.

    D_out = (D - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1, and H_out, W_out alike.
    weight: (C_in, C_out / groups, depth, height, width). Called with `output_size`, it picks the output padding itself.
    """

    _axes = 3


class BatchNorm3d(_BatchNorm):
    """(N, C, D, H, W) -> the same: as BatchNorm1d, over batch, depth, height and width, for each channel C."""

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() != 5:
            raise ValueError(f"expected 5D input (got {input.dim()}D input)")


class InstanceNorm3d(_InstanceNorm):
    """(N, C, D, H, W) or (C, D, H, W) -> the same: as InstanceNorm1d, over depth, height and width."""

    _axes = 3


class ConstantPad3d(_ConstantPad):
    """(*, D, H, W) -> (*, D + ..., H + ..., W + ...): `value` around it. padding: an int, or (left, right, top, bottom,
    front, back)."""

    def __init__(self, padding: int | tuple[int, int, int, int, int, int], value: float) -> None:
        super().__init__(_ntuple(padding, 6), value)


class ZeroPad3d(ConstantPad3d):
    """ConstantPad3d with 0."""

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _Pad3d(_Pad):
    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        self.padding = _ntuple(padding, 6)


class ReflectionPad3d(_Pad3d):
    """(*, D, H, W) -> (*, D + ..., H + ..., W + ...): mirrored at the edge. padding: as of ConstantPad3d."""

    _mode = "reflect"


class ReplicationPad3d(_Pad3d):
    """(*, D, H, W) -> (*, D + ..., H + ..., W + ...): the edge repeated. padding: as of ConstantPad3d."""

    _mode = "replicate"


class CircularPad3d(_Pad3d):
    """(*, C, D, H, W) -> (*, C, D + ..., H + ..., W + ...): the other end. padding: as of ConstantPad3d."""

    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (4, 5):
            raise ValueError(f"expected 4D or 5D input (got {input.ndim}D input)")
        return super().forward(input)
