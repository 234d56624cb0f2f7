"""Normalisation of each channel of each sample: `InstanceNorm1d`, `InstanceNorm2d`."""

from __future__ import annotations

import warnings
from typing import Any

from ...dtypes import dtype as DType
from ...tensor import Tensor
from .. import functional as F
from .batchnorm import _NormBase

__all__ = ["InstanceNorm1d", "InstanceNorm2d"]


class _InstanceNorm(_NormBase):
    _axes: int  # spatial axes

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input: Tensor) -> None:
        unbatched = self._axes + 1
        if input.dim() not in (unbatched, unbatched + 1):
            raise ValueError(f"expected {unbatched}D or {unbatched + 1}D input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        channel_dim = input.dim() - self._axes - 1
        if input.shape[channel_dim] != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={channel_dim} to match num_features ({self.num_features}), "
                    f"but got: {input.shape[channel_dim]}."
                )
            warnings.warn(
                f"input's size at dim={channel_dim} does not match num_features. You can silence this warning by not "
                "passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        return self._normalize(input.unsqueeze(0)).squeeze(0) if channel_dim == 0 else self._normalize(input)

    def _normalize(self, input: Tensor) -> Tensor:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum if self.momentum is not None else 0.0,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """(N, C, L) or (C, L) -> the same: y = (x - mean) / sqrt(var + eps) * weight + bias, over L.

    No weight and bias unless `affine`; no running statistics unless `track_running_stats`.

    Source: Ulyanov et al. 2016, Instance Normalization.
    """

    _axes = 1


class InstanceNorm2d(_InstanceNorm):
    """(N, C, H, W) or (C, H, W) -> the same: as InstanceNorm1d, over height and width."""

    _axes = 2
