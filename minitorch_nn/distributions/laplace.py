"""The Laplace distribution."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..dtypes import finfo
from ..tensor import Tensor, empty
from .distribution import SampleShape
from .location_scale import LocationScale


class Laplace(LocationScale):
    """p(x) = exp(-|x - loc| / scale) / (2 scale)

    loc, scale > 0: tensors or numbers that broadcast.
    """

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(loc, scale, validate_args)  # an `__init__` of its own: errors name the class

    @property
    def mean(self) -> Tensor:
        """loc"""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """2 scale²"""
        return 2 * self.scale.pow(2)

    @property
    def stddev(self) -> Tensor:
        """sqrt(2) scale"""
        return (2**0.5) * self.scale

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """loc - scale sign(u) log(1 - |u|), u uniform in (-1, 1)"""
        u = empty(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        u.uniform_(finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * u.sign() * (-u.abs()).log1p()

    def log_prob(self, value: Any) -> Tensor:
        """-log(2 scale) - |x - loc| / scale"""
        self._check(value)
        return -(2 * self.scale).log() - (value - self.loc).abs() / self.scale

    def cdf(self, value: Any) -> Tensor:
        """(1 - sign(x - loc) (exp(-|x - loc| / scale) - 1)) / 2"""
        self._check(value)
        distance = value - self.loc
        return 0.5 - 0.5 * distance.sign() * ops.expm1(-distance.abs() / self.scale)

    def icdf(self, value: Any) -> Tensor:
        """loc - scale sign(x - 1/2) log(1 - 2 |x - 1/2|)"""
        side = value - 0.5
        return self.loc - self.scale * side.sign() * (-2 * side.abs()).log1p()

    def entropy(self) -> Tensor:
        """1 + log(2 scale)"""
        return 1 + (2 * self.scale).log()
