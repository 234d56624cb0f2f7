"""Continuous relaxations of discrete distributions, which can be differentiated: RelaxedBernoulli and
RelaxedOneHotCategorical.

Sources: Maddison et al. 2017, The Concrete Distribution; Jang et al. 2017, Categorical Reparameterization with
Gumbel-Softmax.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..ops.gamma import lgamma
from ..tensor import Tensor, full_like, rand
from . import constraints
from .categorical import OfCategories
from .distribution import SampleShape
from .probabilities import BinaryTrials
from .transformed_distribution import TransformedDistribution
from .transforms import ExpTransform, SigmoidTransform
from .utils import broadcast_all, clamp_probs


class LogitRelaxedBernoulli(BinaryTrials):
    """(logits + log(u / (1 - u))) / temperature, u uniform: the logit of a RelaxedBernoulli."""

    support = constraints.real
    has_rsample = True

    def __init__(
        self, temperature: Tensor, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self.temperature = temperature
        super().__init__(probs, logits, validate_args)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """The logits of probs and of a uniform number, added, over the temperature"""
        shape = self._extended_shape(sample_shape)
        p = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(rand(shape, dtype=p.dtype))
        return (u.log() - (-u).log1p() + p.log() - (-p).log1p()) / self.temperature

    def log_prob(self, value: Any) -> Tensor:
        """log(t) + d - 2 log(1 + exp(d)), d = logits - t x, t the temperature"""
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        d = logits - value * self.temperature
        return self.temperature.log() + d - 2 * d.exp().log1p()


class ExpRelaxedCategorical(OfCategories):
    """log_softmax((logits + Gumbel numbers) / temperature): the logarithm of a RelaxedOneHotCategorical."""

    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        super().__init__(probs, logits, validate_args)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Scores less their logsumexp"""
        u = clamp_probs(rand(self._extended_shape(sample_shape), dtype=self.logits.dtype))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value: Any) -> Tensor:
        """log((n - 1)!) + (n - 1) log(t) + sum of log_softmax(logits - t x), t the temperature"""
        self._check(value)
        n = self._categorical._num_events
        logits, value = broadcast_all(self.logits, value)
        level = lgamma(full_like(self.temperature, float(n))) + self.temperature.log() * (n - 1)
        score = logits - value * self.temperature
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + level


class _Relaxed(TransformedDistribution):
    base_dist: Any

    @property
    def temperature(self) -> Tensor:
        """How far from the discrete distribution"""
        return self.base_dist.temperature  # type: ignore[no-any-return]

    @property
    def logits(self) -> Tensor:
        """The discrete distribution's"""
        return self.base_dist.logits  # type: ignore[no-any-return]

    @property
    def probs(self) -> Tensor:
        """The discrete distribution's"""
        return self.base_dist.probs  # type: ignore[no-any-return]


class RelaxedBernoulli(_Relaxed):
    """A number in (0, 1), near 0 or 1 at a low temperature. probs or logits: a tensor or number."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval  # type: ignore[assignment]

    def __init__(
        self, temperature: Tensor, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)


class RelaxedOneHotCategorical(_Relaxed):
    """Shares that sum to 1, near a one-hot vector at a low temperature. probs or logits: (*batch_shape, n)."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex  # type: ignore[assignment]

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)
