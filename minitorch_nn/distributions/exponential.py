"""The exponential distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import ops
from ..tensor import Tensor, empty, zeros_like
from . import constraints
from .distribution import Distribution, SampleShape
from .utils import broadcast_all


class Exponential(Distribution):
    """p(x) = rate exp(-rate x) for x >= 0

    rate > 0: a tensor or number.
    """

    arg_constraints: ClassVar[Any] = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _batched = ("rate",)

    def __init__(self, rate: Tensor | float, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """1 / rate"""
        return self.rate.reciprocal()

    stddev = mean

    @property
    def mode(self) -> Tensor:
        """0"""
        return zeros_like(self.rate)

    @property
    def variance(self) -> Tensor:
        """1 / rate²"""
        return self.rate.pow(-2)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """e / rate, e of rate 1"""
        return empty(self._extended_shape(sample_shape), dtype=self.rate.dtype).exponential_() / self.rate

    def log_prob(self, value: Any) -> Tensor:
        """log(rate) - rate x"""
        self._check(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value: Any) -> Tensor:
        """1 - exp(-rate x)"""
        self._check(value)
        return 1 - ops.exp(-self.rate * value)

    def icdf(self, value: Any) -> Tensor:
        """-log(1 - x) / rate"""
        return -ops.log1p(-value) / self.rate

    def entropy(self) -> Tensor:
        """1 - log(rate)"""
        return 1.0 - self.rate.log()
