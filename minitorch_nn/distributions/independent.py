"""Batch dimensions as dimensions of the event."""

from __future__ import annotations

from typing import Any, ClassVar

from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, SampleShape
from .utils import sum_rightmost


class Independent(Distribution):
    """`base_distribution`, of whose batch_shape the last n dimensions belong to the event: log_prob sums over them.

    Raises ValueError if there are fewer batch dimensions.
    """

    arg_constraints: ClassVar[Any] = {}

    def __init__(
        self, base_distribution: Distribution, reinterpreted_batch_ndims: int, validate_args: bool | None = None
    ) -> None:
        batch = base_distribution.batch_shape
        if reinterpreted_batch_ndims > len(batch):
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                f"actual {reinterpreted_batch_ndims} vs {len(batch)}"
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        kept = len(batch) - reinterpreted_batch_ndims
        super().__init__(batch[:kept], (*batch[kept:], *base_distribution.event_shape), validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with a larger batch_shape"""
        new = super().expand(batch_shape, _instance)
        own = self._event_shape[: self.reinterpreted_batch_ndims]
        new.base_dist = self.base_dist.expand((*new._batch_shape, *own))
        return new

    @property
    def has_rsample(self) -> Any:  # type: ignore[override]
        """As the base distribution's"""
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> Any:  # type: ignore[override]
        """As the base distribution's, if no dimension is reinterpreted"""
        return self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support

    @constraints.dependent_property
    def support(self) -> Any:
        """The base distribution's, for all elements of an event together"""
        inner = self.base_dist.support
        return constraints.independent(inner, n) if (n := self.reinterpreted_batch_ndims) else inner

    @property
    def mean(self) -> Tensor:
        """The base distribution's"""
        return self.base_dist.mean

    @property
    def mode(self) -> Tensor:
        """The base distribution's"""
        return self.base_dist.mode

    @property
    def variance(self) -> Tensor:
        """The base distribution's"""
        return self.base_dist.variance

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """The base distribution's"""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """The base distribution's"""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Tensor:
        """The base distribution's, summed over the reinterpreted dimensions"""
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Tensor:
        """The base distribution's, summed over the reinterpreted dimensions"""
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """The base distribution's, if no dimension is reinterpreted"""
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand=expand)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"
