"""The log-normal distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, SampleShape
from .normal import Normal


class LogNormal(Distribution):
    """exp(z), z normal with mean loc and standard deviation scale > 0."""

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive
    has_rsample = True
    _batched = ("base_dist",)

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        self.base_dist = Normal(loc, scale, validate_args=validate_args)
        super().__init__(self.base_dist.batch_shape, validate_args=validate_args)

    @property
    def loc(self) -> Tensor:
        """The mean of the logarithm"""
        return self.base_dist.loc

    @property
    def scale(self) -> Tensor:
        """The standard deviation of the logarithm"""
        return self.base_dist.scale

    @property
    def mean(self) -> Tensor:
        """exp(loc + scale² / 2)"""
        return (self.loc + self.scale.pow(2) / 2).exp()

    @property
    def mode(self) -> Tensor:
        """exp(loc - scale²)"""
        return (self.loc - self.scale.square()).exp()

    @property
    def variance(self) -> Tensor:
        """(exp(scale²) - 1) exp(2 loc + scale²)"""
        square = self.scale.pow(2)
        return square.expm1() * (2 * self.loc + square).exp()

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Random values, without gradients"""
        return self.base_dist.sample(sample_shape).exp()

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """exp(loc + z scale), z standard normal"""
        return self.base_dist.rsample(sample_shape).exp()

    def log_prob(self, value: Any) -> Tensor:
        """The normal log-density of log(x), less log(x)"""
        self._check(value)
        log = value.log()
        return -log + self.base_dist.log_prob(log)

    def cdf(self, value: Any) -> Tensor:
        """The normal one at log(x)"""
        self._check(value)
        return self.base_dist.cdf(value.log())

    def icdf(self, value: Any) -> Tensor:
        """exp of the normal one"""
        return self.base_dist.icdf(value).exp()

    def entropy(self) -> Tensor:
        """The normal one + loc"""
        return self.base_dist.entropy() + self.loc
