"""Distributions that are transformed ones: HalfNormal, HalfCauchy, Gumbel, Weibull, Pareto."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from .. import ops
from ..dtypes import finfo
from ..ops.gamma import lgamma
from ..tensor import Tensor, full, full_like, ones_like, zeros_like
from . import constraints
from .exponential import Exponential
from .normal import Normal
from .studentT import Cauchy
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform, AffineTransform, ExpTransform, PowerTransform
from .uniform import Uniform
from .utils import broadcast_all

EULER = 0.57721566490153286060
"""The Euler-Mascheroni constant"""


class _Half(TransformedDistribution):
    """|x|, x from a base distribution around 0"""

    arg_constraints: ClassVar[Any] = {"scale": constraints.positive}
    support = constraints.nonnegative  # type: ignore[assignment]
    base_dist: Any

    @property
    def scale(self) -> Tensor:
        """The base distribution's scale"""
        return self.base_dist.scale  # type: ignore[no-any-return]

    @property
    def mode(self) -> Tensor:
        """0"""
        return zeros_like(self.scale)

    def log_prob(self, value: Any) -> Tensor:
        """The base distribution's + log(2); -inf below 0"""
        self._check(value)
        return (self.base_dist.log_prob(value) + math.log(2)).masked_fill(value < 0, -math.inf)  # type: ignore[no-any-return]

    def cdf(self, value: Any) -> Tensor:
        """2 F(x) - 1, F the base distribution's"""
        self._check(value)
        return 2 * self.base_dist.cdf(value) - 1  # type: ignore[no-any-return]

    def icdf(self, value: Any) -> Tensor:
        """The base distribution's at (p + 1) / 2"""
        return self.base_dist.icdf((value + 1) / 2)  # type: ignore[no-any-return]

    def entropy(self) -> Tensor:
        """The base distribution's - log(2)"""
        return self.base_dist.entropy() - math.log(2)  # type: ignore[no-any-return]


class HalfNormal(_Half):
    """|x|, x from Normal(0, scale)."""

    def __init__(self, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """scale sqrt(2 / pi)"""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        """scale² (1 - 2 / pi)"""
        return self.scale.pow(2) * (1 - 2 / math.pi)


class HalfCauchy(_Half):
    """|x|, x from Cauchy(0, scale)."""

    def __init__(self, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """inf"""
        return full(self._extended_shape(), math.inf, dtype=self.scale.dtype)

    @property
    def variance(self) -> Tensor:
        """inf"""
        return self.base_dist.variance  # type: ignore[no-any-return]


class _Made(TransformedDistribution):
    """With parameters of its own, which `expand` expands before it makes the transforms anew"""

    def expand(self, batch_shape: Iterable[int], _instance: Any = None) -> Self:
        """The same distribution with a larger batch_shape"""
        names = list(self.arg_constraints)
        parameters = {name: getattr(self, name).expand(tuple(batch_shape)) for name in names}
        new = type(self)(**parameters, validate_args=False)
        new._validate_args = self._validate_args
        return new


class Gumbel(_Made):
    """loc - scale log(-log(u)), u uniform: the largest of many. loc, scale > 0: tensors or numbers."""

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real  # type: ignore[assignment]

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = finfo(self.loc.dtype)
        base = Uniform(
            full_like(self.loc, limits.tiny), full_like(self.loc, 1 - limits.eps), validate_args=validate_args
        )
        log = ExpTransform().inv
        transforms = [log, AffineTransform(0, -ones_like(self.scale)), log, AffineTransform(loc, -self.scale)]
        super().__init__(base, transforms, validate_args=validate_args)

    def log_prob(self, value: Any) -> Tensor:
        """y - exp(y) - log(scale), y = (loc - x) / scale"""
        self._check(value)
        y = (self.loc - value) / self.scale
        return y - y.exp() - self.scale.log()

    @property
    def mean(self) -> Tensor:
        """loc + 0.5772… scale"""
        return self.loc + self.scale * EULER

    @property
    def mode(self) -> Tensor:
        """loc"""
        return self.loc

    @property
    def stddev(self) -> Tensor:
        """pi / sqrt(6) scale"""
        return (math.pi / math.sqrt(6)) * self.scale

    @property
    def variance(self) -> Tensor:
        """The square of it"""
        return self.stddev.pow(2)

    def entropy(self) -> Tensor:
        """log(scale) + 1 + 0.5772…"""
        return self.scale.log() + (1 + EULER)


class Weibull(_Made):
    """scale e^(1 / concentration), e exponential of rate 1. scale, concentration > 0: tensors or numbers."""

    arg_constraints: ClassVar[Any] = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive  # type: ignore[assignment]

    def __init__(self, scale: Tensor | float, concentration: Tensor | float, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        self.concentration_reciprocal = self.concentration.reciprocal()
        base = Exponential(ones_like(self.scale), validate_args=validate_args)
        transforms = [PowerTransform(self.concentration_reciprocal), AffineTransform(0, self.scale)]
        super().__init__(base, transforms, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """scale gamma(1 + 1 / c), c = concentration"""
        return self.scale * ops.exp(lgamma(1 + self.concentration_reciprocal))

    @property
    def mode(self) -> Tensor:
        """scale ((c - 1) / c) ** (1 / c)"""
        c = self.concentration
        return self.scale * ((c - 1) / c) ** c.reciprocal()  # type: ignore[no-any-return]

    @property
    def variance(self) -> Tensor:
        """scale² (gamma(1 + 2 / c) - gamma(1 + 1 / c)²)"""
        r = self.concentration_reciprocal
        return self.scale.pow(2) * (ops.exp(lgamma(1 + 2 * r)) - ops.exp(2 * lgamma(1 + r)))

    def entropy(self) -> Tensor:
        """0.5772… (1 - 1 / c) + log(scale / c) + 1"""
        r = self.concentration_reciprocal
        return EULER * (1 - r) + ops.log(self.scale * r) + 1


class Pareto(_Made):
    """scale exp(e), e exponential of rate alpha: p(x) = alpha scale^alpha / x^(alpha + 1) for x >= scale."""

    arg_constraints: ClassVar[Any] = {"alpha": constraints.positive, "scale": constraints.positive}

    def __init__(self, scale: Tensor | float, alpha: Tensor | float, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        super().__init__(base, [ExpTransform(), AffineTransform(0, self.scale)], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """alpha scale / (alpha - 1); inf for alpha <= 1"""
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def mode(self) -> Tensor:
        """scale"""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """scale² alpha / ((alpha - 1)² (alpha - 2)); inf for alpha <= 2"""
        a = self.alpha.clamp(min=2)
        return self.scale.pow(2) * a / ((a - 1).pow(2) * (a - 2))

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> constraints.Constraint:
        """From scale on"""
        return constraints.greater_than_eq(self.scale)

    def entropy(self) -> Tensor:
        """log(scale / alpha) + 1 + 1 / alpha"""
        return (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())
