"""The Poisson distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from ..ops.gamma import lgamma
from ..ops.logarithms import xlogy
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, SampleShape
from .rejection import poisson
from .utils import broadcast_all


class Poisson(Distribution):
    """P(k) = rate^k exp(-rate) / k!

    rate >= 0: a tensor or number.
    """

    arg_constraints: ClassVar[Any] = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer
    _batched = ("rate",)

    def __init__(self, rate: Tensor | float, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """rate"""
        return self.rate

    variance = mean

    @property
    def mode(self) -> Tensor:
        """The whole part of rate"""
        return self.rate.floor()

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Counts, in the dtype of rate"""
        return poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Tensor:
        """k log(rate) - rate - log(k!)"""
        self._check(value)
        rate, value = broadcast_all(self.rate, value)
        return xlogy(value, rate) - rate - lgamma(value + 1)
