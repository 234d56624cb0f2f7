"""Layers over volumes, (N, C, D, H, W), that need no kernels of their own: normalisation and constant padding."""

from __future__ import annotations

from ...tensor import Tensor
from .batchnorm import _BatchNorm
from .instancenorm import _InstanceNorm
from .padding import _ConstantPad
from .utils import _ntuple

__all__ = ["BatchNorm3d", "ConstantPad3d", "InstanceNorm3d", "ZeroPad3d"]


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
