"""The categorical distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from .. import ops
from ..dtypes import finfo
from ..dtypes import int64 as long
from ..tensor import Tensor, arange, full
from . import constraints
from .distribution import Distribution, SampleShape
from .probabilities import ByProbabilities
from .utils import either


class Categorical(ByProbabilities):
    """P(i) = probs[i] / sum(probs) = softmax(logits)[i], i from 0 to n - 1

    probs >= 0 or logits: a tensor (*batch_shape, n).

    >>> import minitorch_nn as torch
    >>> torch.distributions.Categorical(torch.tensor([1.0, 3.0])).probs
    tensor([0.2500, 0.7500])
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(
        self, probs: Tensor | None = None, logits: Tensor | None = None, validate_args: bool | None = None
    ) -> None:
        self._given = either(probs, logits)
        param: Any = logits if probs is None else probs
        if param.dim() < 1:
            raise ValueError(f"`{self._given}` parameter must be at least one-dimensional.")
        if probs is not None:
            param = param / param.sum(-1, keepdim=True)
        else:
            param = param - param.logsumexp(dim=-1, keepdim=True)
        setattr(self, self._given, param)
        self._num_events = param.shape[-1]
        super().__init__(param.shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> constraints.Constraint:
        """0, 1, … n - 1"""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        """nan: categories are not numbers"""
        return full(self._extended_shape(), math.nan, dtype=self.probs.dtype)

    variance = mean

    @property
    def mode(self) -> Tensor:
        """The first of the most likely categories"""
        return self.probs.argmax(dim=-1)  # type: ignore[no-any-return]

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Categories, int64"""
        rows = self.probs.detach().reshape(-1, self._num_events)
        drawn = ops.multinomial(rows, math.prod(sample_shape), True)
        return drawn.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Any) -> Tensor:
        """log(probs[value])"""
        self._check(value)
        index, logits = ops.broadcast_tensors(value.to(long).unsqueeze(-1), self.logits)
        return logits.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        """-sum of probs log(probs)"""
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)  # type: ignore[no-any-return]

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0, 1, … n - 1"""
        return self._along_batch(arange(self._num_events), expand)


class OfCategories(Distribution):
    """A distribution of vectors (*batch_shape, n) that draws n categories, by a Categorical of its own."""

    arg_constraints: ClassVar[Any] = Categorical.arg_constraints
    _batched = ("_categorical",)

    def __init__(
        self, probs: Tensor | None = None, logits: Tensor | None = None, validate_args: bool | None = None
    ) -> None:
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    @property
    def probs(self) -> Tensor:
        """The probabilities"""
        return self._categorical.probs  # type: ignore[no-any-return]

    @property
    def logits(self) -> Tensor:
        """Their logarithms"""
        return self._categorical.logits  # type: ignore[no-any-return]

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter"""
        return self._categorical.param_shape
