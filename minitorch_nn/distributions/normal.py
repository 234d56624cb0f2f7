"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..autograd import no_grad
from ..ops.erf import erfinv
from ..tensor import Tensor, normal, randn
from .distribution import SampleShape
from .location_scale import LocationScale


class Normal(LocationScale):
    """p(x) = exp(-(x - loc)² / (2 scale²)) / (scale sqrt(2 pi))

    loc, scale > 0: tensors or numbers that broadcast.

    >>> import minitorch_nn as torch
    >>> torch.distributions.Normal(0.0, 2.0).log_prob(torch.tensor(1.0))
    tensor(-1.7371)
    """

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(loc, scale, validate_args)  # an `__init__` of its own: errors name the class

    @property
    def mean(self) -> Tensor:
        """loc"""
        return self.loc

    @property
    def stddev(self) -> Tensor:
        """scale"""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """scale²"""
        return self.scale.pow(2)

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Random values, without gradients"""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """loc + z scale, z standard normal"""
        return self.loc + randn(self._extended_shape(sample_shape), dtype=self.loc.dtype) * self.scale

    def log_prob(self, value: Any) -> Tensor:
        """-(x - loc)² / (2 scale²) - log(scale) - log(sqrt(2 pi))"""
        self._check(value)
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Any) -> Tensor:
        """(1 + erf((x - loc) / (scale sqrt(2)))) / 2"""
        self._check(value)
        return 0.5 * (1 + ops.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value: Any) -> Tensor:
        """loc + scale sqrt(2) erfinv(2 x - 1)"""
        return self.loc + self.scale * erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Tensor:
        """(1 + log(2 pi)) / 2 + log(scale)"""
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()
