"""The binomial distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import ops
from ..ops.gamma import lgamma
from ..tensor import Tensor, arange
from . import constraints
from .distribution import SampleShape
from .probabilities import BinaryTrials
from .rejection import binomial
from .utils import broadcast_all, either


class Binomial(BinaryTrials):
    """P(k) = n! / (k! (n - k)!) p^k (1 - p)^(n - k), n = total_count, p = probs = sigmoid(logits)

    total_count: whole numbers >= 0; probs in [0, 1] or logits: tensors (or numbers) that broadcast.
    """

    arg_constraints: ClassVar[Any] = {
        "total_count": constraints.nonnegative_integer,
        **BinaryTrials.arg_constraints,
    }
    has_enumerate_support = True
    _batched = ("total_count", "probs", "logits")

    def __init__(
        self,
        total_count: Tensor | int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = either(probs, logits)
        count, param = broadcast_all(total_count, logits if probs is None else probs)
        self.total_count = count.to(param.dtype)
        super().__init__(**{given: param}, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> constraints.Constraint:
        """0, 1, … total_count"""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        """total_count probs"""
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        """The whole part of (total_count + 1) probs"""
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Tensor:
        """total_count probs (1 - probs)"""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Counts, in the dtype of probs"""
        shape = self._extended_shape(sample_shape)
        return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Any) -> Tensor:
        """log(n!) - log(k!) - log((n - k)!) + k logits - n max(logits, 0) - n log(1 + exp(-|logits|))"""
        self._check(value)
        n, logits = self.total_count, self.logits
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2  # max(logits, 0), of gradient 1/2 at 0
        norm = n * above + n * ops.log1p(ops.exp(-logits.abs())) - lgamma(n + 1)
        return value * logits - lgamma(value + 1) - lgamma(n - value + 1) - norm

    def _one_count(self, asker: str) -> int:
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{asker}`.")
        return count

    def entropy(self) -> Tensor:
        """-sum of P(k) log(P(k)); total_count must be the same everywhere"""
        self._one_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0, 1, … total_count, which must be the same everywhere"""
        count = self._one_count("enumerate_support")
        return self._along_batch(arange(1 + count, dtype=self.total_count.dtype), expand)
