"""The Dirichlet distribution of shares that sum to 1, and the beta distribution of one of two."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import ops
from ..ops.gamma import digamma, lgamma
from ..ops.logarithms import xlogy
from ..tensor import Tensor, tensor
from . import constraints
from .distribution import Distribution, SampleShape
from .gamma_numbers import dirichlet
from .utils import broadcast_all


class Dirichlet(Distribution):
    """p(x) = gamma(sum of a) prod of x_i^(a_i - 1) / gamma(a_i), a = concentration > 0: a tensor (*batch_shape, n)."""

    arg_constraints: ClassVar[Any] = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True
    _batched = ("concentration",)

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """a / sum of a"""
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Tensor:
        """max(a - 1, 0) / their sum; a corner where all a are below 1"""
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        corners = (self.concentration < 1).all(dim=-1)
        mode[corners] = ops.one_hot(mode[corners].argmax(dim=-1), above.shape[-1]).to(mode)
        return mode  # type: ignore[no-any-return]

    @property
    def variance(self) -> Tensor:
        """a (s - a) / (s² (s + 1)), s the sum of a"""
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Gamma numbers divided by their sum"""
        return dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Tensor:
        """sum of (a - 1) log(x) + log(gamma(sum of a)) - sum of log(gamma(a))"""
        self._check(value)
        a = self.concentration
        return xlogy(a - 1.0, value).sum(-1) + lgamma(a.sum(-1)) - lgamma(a).sum(-1)

    def entropy(self) -> Tensor:
        """log B(a) - (n - s) digamma(s) - sum of (a - 1) digamma(a), s the sum of a"""
        a = self.concentration
        total = a.sum(-1)
        level = lgamma(a).sum(-1) - lgamma(total)
        return level - (a.size(-1) - total) * digamma(total) - ((a - 1.0) * digamma(a)).sum(-1)


class Beta(Distribution):
    """p(x) = x^(a - 1) (1 - x)^(b - 1) / B(a, b), a = concentration1 > 0, b = concentration0 > 0: tensors or numbers."""

    arg_constraints: ClassVar[Any] = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True
    _batched = ("_dirichlet",)

    def __init__(
        self, concentration1: Tensor | float, concentration0: Tensor | float, validate_args: bool | None = None
    ) -> None:
        if isinstance(concentration1, (int, float)) and isinstance(concentration0, (int, float)):
            both = tensor([float(concentration1), float(concentration0)])
        else:
            both = ops.stack(broadcast_all(concentration1, concentration0), -1)
        self._dirichlet = Dirichlet(both, validate_args=validate_args)
        super().__init__(self._dirichlet.batch_shape, validate_args=validate_args)

    @property
    def concentration1(self) -> Tensor:
        """a"""
        return self._dirichlet.concentration[..., 0]  # type: ignore[no-any-return]

    @property
    def concentration0(self) -> Tensor:
        """b"""
        return self._dirichlet.concentration[..., 1]  # type: ignore[no-any-return]

    @property
    def mean(self) -> Tensor:
        """a / (a + b)"""
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Tensor:
        """(a - 1) / (a + b - 2), where both are above 1"""
        return self._dirichlet.mode[..., 0]  # type: ignore[no-any-return]

    @property
    def variance(self) -> Tensor:
        """a b / ((a + b)² (a + b + 1))"""
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """The first of two Dirichlet shares"""
        return ops.select(self._dirichlet.rsample(sample_shape), -1, 0)

    def log_prob(self, value: Any) -> Tensor:
        """That of (x, 1 - x) under the Dirichlet distribution"""
        self._check(value)
        return self._dirichlet.log_prob(ops.stack([value, 1.0 - value], -1))

    def entropy(self) -> Tensor:
        """The Dirichlet distribution's"""
        return self._dirichlet.entropy()
