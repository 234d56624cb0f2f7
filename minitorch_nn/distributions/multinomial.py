"""The multinomial distribution."""

from __future__ import annotations

import math
from typing import Any

from ..dtypes import int64 as long
from ..ops.gamma import lgamma
from ..tensor import Tensor, ones_like, tensor, zeros
from . import constraints
from .binomial import Binomial
from .categorical import OfCategories
from .distribution import SampleShape
from .utils import broadcast_all


class Multinomial(OfCategories):
    """How often each category comes up in total_count draws: P(x) = n! / (x_1! … x_k!) p_1^x_1 … p_k^x_k

    total_count: an int. probs >= 0 (made to sum to 1) or logits: a tensor (*batch_shape, k).

    Raises NotImplementedError for a total_count that is no int.
    """

    def __init__(
        self,
        total_count: int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        super().__init__(probs, logits, validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> constraints.Constraint:
        """Counts that sum to total_count"""
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Tensor:
        """total_count probs"""
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        """total_count probs (1 - probs)"""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Counts, in the dtype of probs"""
        drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
        counts = zeros(self._extended_shape(sample_shape), dtype=long)
        return counts.scatter_add(-1, drawn, ones_like(drawn)).to(self.probs.dtype)

    def entropy(self) -> Tensor:
        """n H(probs) - log(n!) + the expected sum of log(x_i!), each x_i binomial"""
        n = self.total_count
        support = Binomial(n, probs=self.probs)
        counts = support.enumerate_support(expand=False)[1:]
        expected = (support.log_prob(counts).exp() * lgamma(counts + 1)).sum((0, -1))
        return n * self._categorical.entropy() - lgamma(tensor(n + 1.0)) + expected

    def log_prob(self, value: Any) -> Tensor:
        """log(n!) - sum of log(x_i!) + sum of x_i log(probs_i)"""
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.masked_fill((value == 0) & (logits == -math.inf), 0)
        factorials = lgamma(value.sum(-1) + 1) - lgamma(value + 1).sum(-1)
        return factorials + (logits * value).sum(-1)
