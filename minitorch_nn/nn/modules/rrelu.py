"""Leaky ReLU with a random slope: `RReLU`."""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .module import Module

__all__ = ["RReLU"]


class RReLU(Module):
    """x above 0, else a x with a drawn from U(lower, upper) for each element; in evaluation a = (lower + upper) / 2.

    Source: Xu et al. 2015, Empirical Evaluation of Rectified Activations in Convolutional Network, section 2.4.
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")
