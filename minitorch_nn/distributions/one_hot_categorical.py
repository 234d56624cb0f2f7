"""The categorical distribution, its samples as rows with one 1."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor, arange, eye
from . import constraints
from .categorical import OfCategories
from .distribution import SampleShape


class OneHotCategorical(OfCategories):
    """P(row i of the identity) = probs[i] / sum(probs) = softmax(logits)[i]

    probs >= 0 or logits: a tensor (*batch_shape, n).
    """

    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        super().__init__(probs, logits, validate_args)  # an `__init__` of its own: errors name the class

    @property
    def mean(self) -> Tensor:
        """probs"""
        return self.probs

    @property
    def mode(self) -> Tensor:
        """The row of the most likely category"""
        return self._rows(self._categorical.mode)

    @property
    def variance(self) -> Tensor:
        """probs (1 - probs)"""
        return self.probs * (1 - self.probs)

    def _rows(self, indices: Tensor) -> Tensor:
        return (indices.unsqueeze(-1) == arange(self._event_shape[0])).to(self.probs.dtype)

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Rows with one 1"""
        return self._rows(self._categorical.sample(sample_shape))

    def log_prob(self, value: Any) -> Tensor:
        """log(probs) where value is 1"""
        self._check(value)
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self) -> Tensor:
        """-sum of probs log(probs)"""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """The rows of the identity"""
        return self._along_batch(eye(self._event_shape[0], dtype=self.probs.dtype), expand)
