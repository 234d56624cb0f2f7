"""The gamma distribution, and chi² which is one."""

from __future__ import annotations

from typing import Any, ClassVar

from ..dtypes import finfo
from ..ops.gamma import digamma, igamma, lgamma
from ..ops.logarithms import xlogy
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, SampleShape
from .gamma_numbers import standard_gamma
from .utils import broadcast_all


class Gamma(Distribution):
    """p(x) = rate^a x^(a - 1) exp(-rate x) / gamma(a), a = concentration > 0, rate > 0: tensors or numbers."""

    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _batched = ("concentration", "rate")

    def __init__(self, concentration: Tensor | float, rate: Tensor | float, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """concentration / rate"""
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        """max(concentration - 1, 0) / rate"""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        """concentration / rate²"""
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """A number of rate 1, divided by rate"""
        shape = self._extended_shape(sample_shape)
        value = standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=finfo(value.dtype).tiny)
        return value

    def log_prob(self, value: Any) -> Tensor:
        """a log(rate) + (a - 1) log(x) - rate x - log(gamma(a))"""
        self._check(value)
        a, rate = self.concentration, self.rate
        return xlogy(a, rate) + xlogy(a - 1, value) - rate * value - lgamma(a)  # type: ignore[no-any-return]

    def cdf(self, value: Any) -> Tensor:
        """The regularised incomplete gamma function"""
        self._check(value)
        return igamma(self.concentration, self.rate * value)

    def entropy(self) -> Tensor:
        """a - log(rate) + log(gamma(a)) + (1 - a) digamma(a)"""
        a = self.concentration
        return a - self.rate.log() + lgamma(a) + (1.0 - a) * digamma(a)


class Chi2(Gamma):
    """The sum of df squares of standard normal numbers: Gamma(df / 2, 1 / 2)."""

    arg_constraints: ClassVar[Any] = {"df": constraints.positive}

    def __init__(self, df: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    @property
    def df(self) -> Tensor:
        """Degrees of freedom"""
        return self.concentration * 2
