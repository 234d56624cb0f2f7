"""Mixtures of distributions of one family."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from .. import ops
from ..autograd import no_grad
from ..tensor import Tensor
from . import constraints
from .categorical import Categorical
from .distribution import Distribution, SampleShape


class _Support(constraints.Constraint):
    """Where a component may be"""

    def __init__(self, one: Any) -> None:
        self.one = one
        self.is_discrete, self.event_dim = one.is_discrete, one.event_dim

    def check(self, value: Tensor) -> Tensor:
        """Whether the value is in the support of each component"""
        found = self.one.check(value.unsqueeze(-1 - self.event_dim))
        return found.reshape((*found.shape[: found.dim() - self.event_dim], -1)).all(-1)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.one!r})"


class MixtureSameFamily(Distribution):
    """p(x) = sum over k of probs[k] p_k(x): a Categorical, and components along the last batch dimension of another."""

    arg_constraints: ClassVar[Any] = {}

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution needs to be an instance of torch.distributions.Distribution")
        mixed, own = mixture_distribution.batch_shape, component_distribution.batch_shape[:-1]
        if any(1 not in (a, b) and a != b for a, b in zip(reversed(mixed), reversed(own), strict=False)):
            raise ValueError(
                f"`mixture_distribution.batch_shape` ({mixed}) is not compatible with "
                f"`component_distribution.batch_shape`({own})"
            )
        count, given = mixture_distribution.logits.shape[-1], component_distribution.batch_shape[-1]
        if count != given:
            raise ValueError(
                f"`mixture_distribution component` ({count}) does not equal `component_distribution.batch_shape[-1]` "
                f"({given})"
            )
        self.mixture_distribution, self.component_distribution = mixture_distribution, component_distribution
        super().__init__(own, component_distribution.event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Iterable[int], _instance: Any = None) -> Self:
        """The same mixture with a larger batch_shape"""
        new = super().expand(tuple(batch_shape), _instance)
        count = self.component_distribution.batch_shape[-1]
        new.component_distribution = self.component_distribution.expand((*new.batch_shape, count))
        new.mixture_distribution = self.mixture_distribution.expand(new.batch_shape)
        return new

    @constraints.dependent_property
    def support(self) -> constraints.Constraint:
        """The components'"""
        return _Support(self.component_distribution.support)

    def _weights(self) -> Tensor:
        """probs, with dimensions for the event, and for the batch where they have none"""
        probs = self.mixture_distribution.probs
        own = len(self.mixture_distribution.batch_shape)
        more = 0 if own == 1 else len(self.batch_shape) - own
        ones = (1,) * more
        return probs.reshape((*probs.shape[:-1], *ones, probs.shape[-1], *(1 for _ in self.event_shape)))

    @property
    def _dim(self) -> int:
        return -1 - len(self.event_shape)

    @property
    def mean(self) -> Tensor:
        """The weighted mean of the components' means"""
        return (self._weights() * self.component_distribution.mean).sum(self._dim)

    @property
    def variance(self) -> Tensor:
        """The mean of the variances, and the variance of the means"""
        weights, one = self._weights(), self.component_distribution
        within = (weights * one.variance).sum(self._dim)
        return within + (weights * (one.mean - self.mean.unsqueeze(self._dim)).pow(2.0)).sum(self._dim)

    def cdf(self, value: Any) -> Tensor:
        """The weighted mean of the components'"""
        return (self.component_distribution.cdf(value.unsqueeze(self._dim)) * self.mixture_distribution.probs).sum(-1)

    def log_prob(self, value: Any) -> Tensor:
        """log of the sum of probs p_k(x)"""
        self._check(value)
        each = self.component_distribution.log_prob(value.unsqueeze(self._dim))
        return ops.logsumexp(each + ops.log_softmax(self.mixture_distribution.logits, -1), -1)

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """From a component drawn by the Categorical"""
        with no_grad():
            place = len(sample_shape) + len(self.batch_shape)
            chosen = self.mixture_distribution.sample(sample_shape)
            drawn = self.component_distribution.sample(sample_shape)
            index = chosen.reshape((*chosen.shape, 1, *(1 for _ in self.event_shape)))
            index = index.expand((*chosen.shape, 1, *self.event_shape))
            return ops.gather(drawn, place, index).squeeze(place)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
