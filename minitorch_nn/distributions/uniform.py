"""The uniform distribution."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..tensor import Tensor, rand
from . import constraints
from .distribution import Distribution, SampleShape
from .utils import broadcast_all


class Uniform(Distribution):
    """p(x) = 1 / (high - low) for low <= x < high

    low < high: tensors or numbers that broadcast.
    """

    has_rsample = True
    _batched = ("low", "high")

    def __init__(self, low: Tensor | float, high: Tensor | float, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)

    @property
    def arg_constraints(self) -> dict[str, constraints.Constraint]:  # type: ignore[override]
        """Each bound by the other"""
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> constraints.Constraint:
        """[low, high]"""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Tensor:
        """(high + low) / 2"""
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Tensor:
        """nan: no value is more likely than others"""
        return float("nan") * self.high

    @property
    def stddev(self) -> Tensor:
        """(high - low) / sqrt(12)"""
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Tensor:
        """(high - low)² / 12"""
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """low + u (high - low), u uniform in [0, 1)"""
        return self.low + rand(self._extended_shape(sample_shape), dtype=self.low.dtype) * (self.high - self.low)

    def log_prob(self, value: Any) -> Tensor:
        """-log(high - low), or -inf outside"""
        self._check(value)
        inside = self.low.le(value).to(self.low.dtype).mul(self.high.gt(value).to(self.low.dtype))
        return ops.log(inside) - ops.log(self.high - self.low)

    def cdf(self, value: Any) -> Tensor:
        """(x - low) / (high - low), within [0, 1]"""
        self._check(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Any) -> Tensor:
        """x (high - low) + low"""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Tensor:
        """log(high - low)"""
        return ops.log(self.high - self.low)
