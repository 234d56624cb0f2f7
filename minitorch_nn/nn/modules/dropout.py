"""Layers that drop values at random while training: `Dropout`, `AlphaDropout`, and both for whole channels."""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _DropoutNd(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """x -> x * mask / (1 - p), mask being 0 with probability p for each element, else 1; in evaluation x -> x.

    Source: Hinton et al. 2012, Improving neural networks by preventing co-adaptation of feature detectors.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """(N, C, L) or (C, L) -> the same: Dropout of whole channels."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """(N, C, H, W) -> the same: Dropout of whole channels.

    Source: Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks, section 3.2.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout to SELU's lower limit instead of 0, scaled and shifted so that mean and variance stay.

    Source: Klambauer et al. 2017, Self-Normalizing Neural Networks.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """(N, C, D, H, W) or (C, D, H, W) -> the same: Dropout of whole channels.

    Source: Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks, section 3.2.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(_DropoutNd):
    """(N, C, *) -> the same: AlphaDropout of whole channels."""

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace)
