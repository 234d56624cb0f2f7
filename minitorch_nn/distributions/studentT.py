"""Heavy-tailed distributions: Student's t and Cauchy's."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from .. import ops
from ..ops.gamma import digamma, lgamma
from ..tensor import Tensor, empty, full, normal
from . import constraints
from .distribution import Distribution, SampleShape
from .gamma import Chi2
from .location_scale import LocationScale
from .utils import broadcast_all


class StudentT(Distribution):
    """loc + scale t, t a standard normal number over the root of chi²(df) / df. df, scale > 0: tensors or numbers."""

    arg_constraints: ClassVar[Any] = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True
    _batched = ("df", "loc", "scale", "_chi2")

    def __init__(
        self,
        df: Tensor | float,
        loc: Tensor | float = 0.0,
        scale: Tensor | float = 1.0,
        validate_args: bool | None = None,
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """loc; nan for df <= 1"""
        return self.loc.masked_fill(self.df <= 1, math.nan)  # type: ignore[no-any-return]

    @property
    def mode(self) -> Tensor:
        """loc"""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """scale² df / (df - 2); inf for df <= 2, nan for df <= 1"""
        finite = self.df > 2
        over = ops.where(finite, self.df - 2, 1.0)
        variance = self.scale.pow(2) * self.df / over
        return variance.masked_fill(~finite, math.inf).masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """loc + scale z / sqrt(c / df), z standard normal, c from chi²"""
        shape = self._extended_shape(sample_shape)
        z = normal(full(shape, 0.0, dtype=self.df.dtype), full(shape, 1.0, dtype=self.df.dtype))
        return self.loc + self.scale * (z * ops.rsqrt(self._chi2.rsample(sample_shape) / self.df))

    def log_prob(self, value: Any) -> Tensor:
        """-(df + 1) / 2 log(1 + y² / df) - log of the norm, y = (x - loc) / scale"""
        self._check(value)
        y, df = (value - self.loc) / self.scale, self.df
        norm = self.scale.log() + 0.5 * df.log() + 0.5 * math.log(math.pi) + lgamma(0.5 * df)
        return -0.5 * (df + 1.0) * ops.log1p(y**2.0 / df) - (norm - lgamma(0.5 * (df + 1.0)))  # type: ignore[no-any-return]

    def entropy(self) -> Tensor:
        """log(scale) + (df + 1) / 2 (digamma((df + 1) / 2) - digamma(df / 2)) + log(df) / 2 + log B(df / 2, 1 / 2)"""
        df = self.df
        beta = lgamma(0.5 * df) + math.lgamma(0.5) - lgamma(0.5 * (df + 1))
        slope = digamma(0.5 * (df + 1)) - digamma(0.5 * df)
        return self.scale.log() + 0.5 * (df + 1) * slope + 0.5 * df.log() + beta


class Cauchy(LocationScale):
    """p(x) = 1 / (pi scale (1 + y²)), y = (x - loc) / scale, scale > 0: tensors or numbers."""

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(loc, scale, validate_args)  # an `__init__` of its own: errors name the class

    @property
    def mean(self) -> Tensor:
        """nan: there is none"""
        return full(self._extended_shape(), math.nan, dtype=self.loc.dtype)

    @property
    def variance(self) -> Tensor:
        """inf"""
        return full(self._extended_shape(), math.inf, dtype=self.loc.dtype)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """loc + scale c, c of scale 1"""
        return self.loc + empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).cauchy_() * self.scale

    def log_prob(self, value: Any) -> Tensor:
        """-log(pi) - log(scale) - log(1 + y²)"""
        self._check(value)
        return -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()  # type: ignore[no-any-return]

    def cdf(self, value: Any) -> Tensor:
        """atan(y) / pi + 1 / 2"""
        self._check(value)
        return ops.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value: Any) -> Tensor:
        """tan(pi (p - 1 / 2)) scale + loc"""
        return ops.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self) -> Tensor:
        """log(4 pi) + log(scale)"""
        return math.log(4 * math.pi) + self.scale.log()
