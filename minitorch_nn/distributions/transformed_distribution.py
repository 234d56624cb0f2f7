"""Distributions of transformed variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from ..autograd import no_grad
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, SampleShape
from .independent import Independent
from .transforms import ComposeTransform, Transform
from .utils import sum_rightmost


class TransformedDistribution(Distribution):
    """y = t_n(… t_1(x)), x from the base distribution.

    transforms: one or a list of them. log p(y) = log p(x) - sum of log |dt/dx|.
    """

    arg_constraints: ClassVar[Any] = {}

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | Sequence[Transform],
        validate_args: bool | None = None,
    ) -> None:
        if isinstance(transforms, Transform):
            self.transforms = [transforms]
        elif isinstance(transforms, list):
            if not all(isinstance(t, Transform) for t in transforms):
                raise ValueError("transforms must be a Transform or a list of Transforms")
            self.transforms = transforms
        else:
            raise ValueError(f"transforms must be a Transform or list, but was {transforms}")
        whole = ComposeTransform(self.transforms)
        events, needed = len(base_distribution.event_shape), whole.domain.event_dim
        shape = base_distribution.batch_shape + base_distribution.event_shape
        if len(shape) < needed:
            raise ValueError(f"base_distribution needs to have shape with size at least {needed}, but got {shape}.")
        after = whole.forward_shape(shape)
        wide = whole.inverse_shape(after)
        if shape != wide:
            base_distribution = base_distribution.expand(wide[: len(wide) - events])
        if needed > events:
            base_distribution = Independent(base_distribution, needed - events)
        self.base_dist = base_distribution
        dims = max(whole.codomain.event_dim, events + whole.codomain.event_dim - needed)
        cut = len(after) - dims
        super().__init__(after[:cut], after[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Iterable[int], _instance: Any = None) -> Self:
        """The same distribution with a larger batch_shape"""
        batch = tuple(batch_shape)
        new = super().expand(batch, _instance)
        shape: Sequence[int] = (*batch, *self.event_shape)
        for t in reversed(self.transforms):
            shape = t.inverse_shape(shape)
        new.base_dist = self.base_dist.expand(shape[: len(shape) - len(self.base_dist.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> constraints.Constraint:
        """The last transform's codomain"""
        if not self.transforms:
            return self.base_dist.support  # type: ignore[no-any-return]
        support = self.transforms[-1].codomain
        more = len(self.event_shape) - support.event_dim
        return constraints.independent(support, more) if more > 0 else support  # type: ignore[no-any-return]

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        """Whether the base distribution has"""
        return bool(self.base_dist.has_rsample)

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Transformed samples of the base distribution, without gradients"""
        with no_grad():
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Transformed samples of the base distribution"""
        return self._forward(self.base_dist.rsample(sample_shape))

    def _forward(self, x: Tensor) -> Tensor:
        for t in self.transforms:
            x = t(x)
        return x

    def log_prob(self, value: Any) -> Tensor:
        """The base distribution's at x, less the transforms' log |dy/dx|"""
        self._check(value)
        dims = len(self.event_shape)
        total: Any = 0.0
        y = value
        for t in reversed(self.transforms):
            x = t.inv(y)
            dims += t.domain.event_dim - t.codomain.event_dim
            total = total - sum_rightmost(t.log_abs_det_jacobian(x, y), dims - t.domain.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), dims - len(self.base_dist.event_shape))  # type: ignore[no-any-return]

    def _rising(self, p: Tensor) -> Tensor:
        """p, or 1 - p where the transforms turn the line around"""
        sign: Any = 1
        for t in self.transforms:
            sign = sign * t.sign
        return p if isinstance(sign, int) and sign == 1 else sign * (p - 0.5) + 0.5

    def cdf(self, value: Any) -> Tensor:
        """The base distribution's at x"""
        for t in reversed(self.transforms):
            value = t.inv(value)
        if self._validate_args:
            self.base_dist._check(value)
        return self._rising(self.base_dist.cdf(value))

    def icdf(self, value: Any) -> Tensor:
        """The transformed one of the base distribution"""
        return self._forward(self.base_dist.icdf(self._rising(value)))
