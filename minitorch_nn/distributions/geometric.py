"""The geometric distribution."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..autograd import no_grad
from ..dtypes import finfo
from ..tensor import Tensor, empty, zeros_like
from . import constraints
from .distribution import SampleShape
from .probabilities import BinaryTrials
from .utils import broadcast_all


class Geometric(BinaryTrials):
    """P(k) = (1 - p)^k p, k = 0, 1, 2, …: how many trials fail before one succeeds

    probs p in (0, 1] or logits: a tensor or number.
    """

    support = constraints.nonnegative_integer

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        super().__init__(probs, logits, validate_args)
        param = self._param
        if self._validate_args and probs is not None and not (param > 0).all():
            raise ValueError(
                f"Expected parameter probs ({type(param).__name__} of shape {tuple(param.shape)}) "
                f"of distribution {self!r} to be positive but found invalid values:\n{param.detach()[~(param > 0)]}"
            )

    @property
    def mean(self) -> Tensor:
        """1 / probs - 1"""
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Tensor:
        """0"""
        return zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        """(1 / probs - 1) / probs"""
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """The whole part of log(u) / log(1 - probs), u uniform"""
        with no_grad():
            u = empty(self._extended_shape(sample_shape), dtype=self.probs.dtype)
            u.uniform_(finfo(self.probs.dtype).tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Any) -> Tensor:
        """k log(1 - probs) + log(probs)"""
        self._check(value)
        value, probs = broadcast_all(value, self.probs)
        probs = probs.masked_fill((probs == 1) & (value == 0), 0)
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self) -> Tensor:
        """The Bernoulli one / probs"""
        return ops.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
