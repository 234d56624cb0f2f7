"""The Bernoulli distribution."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..autograd import no_grad
from ..tensor import Tensor, arange
from . import constraints
from .distribution import SampleShape
from .probabilities import BinaryTrials
from .utils import broadcast_all


class Bernoulli(BinaryTrials):
    """P(1) = probs = sigmoid(logits), P(0) = 1 - probs

    probs in [0, 1] or logits: a tensor or number.
    """

    support = constraints.boolean
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        super().__init__(probs, logits, validate_args)  # an `__init__` of its own: errors name the class

    @property
    def mean(self) -> Tensor:
        """probs"""
        return self.probs  # type: ignore[no-any-return]

    @property
    def mode(self) -> Tensor:
        """1 where probs > 1/2, else 0; nan at 1/2"""
        mode = (self.probs >= 0.5).to(self.probs.dtype)
        mode[self.probs == 0.5] = float("nan")
        return mode

    @property
    def variance(self) -> Tensor:
        """probs (1 - probs)"""
        return self.probs * (1 - self.probs)  # type: ignore[no-any-return]

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Zeros and ones"""
        with no_grad():
            return ops.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Tensor:
        """x log(probs) + (1 - x) log(1 - probs)"""
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        return -ops.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        """-probs log(probs) - (1 - probs) log(1 - probs)"""
        return ops.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 and 1"""
        return self._along_batch(arange(2, dtype=self._param.dtype), expand)
