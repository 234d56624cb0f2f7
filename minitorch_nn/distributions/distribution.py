"""What all distributions share: shapes, checks of parameters and values, sampling without gradients, printing."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from .. import ops
from ..autograd import no_grad
from ..tensor import Size, Tensor
from . import constraints
from .utils import lazy_property

SampleShape = Sequence[int]


class Distribution:
    """A family of probability distributions: `batch_shape` many independent ones, whose samples have `event_shape`.

    `sample(s)` and `rsample(s)` have the shape (*s, *batch_shape, *event_shape); `log_prob(value)` drops the event's
    dimensions. A subclass names its parameters and what they must satisfy in `arg_constraints`, its values in `support`.

    validate_args: check parameters and values (default: on, unless Python runs with -O).
    Raises ValueError, if so, for a parameter or value outside its constraint.
    """

    has_rsample: Any = False
    has_enumerate_support: Any = False
    arg_constraints: ClassVar[Any]
    support: Any

    _validate_args: bool = __debug__
    _batched: ClassVar[Sequence[str]] = ()
    """The attributes that `expand` expands: of shape batch_shape plus dimensions of the event."""

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Switch the checks on or off for all distributions made from now on."""
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Iterable[int] = (), event_shape: Iterable[int] = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()

    def _check_parameters(self) -> None:
        limits = getattr(self, "arg_constraints", None)
        if limits is None:
            warnings.warn(
                f"{self.__class__} does not define `arg_constraints`. "
                "Please set `arg_constraints = {}` or initialize the distribution "
                "with `validate_args=False` to turn off validation.",
                stacklevel=4,
            )
            return
        for name, constraint in limits.items():
            lazily = name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property)
            if constraints.is_dependent(constraint) or lazily:
                continue
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) "
                    f"of distribution {self!r} to satisfy the constraint {constraint!r}, "
                    f"but found invalid values:\n{value}"
                )

    def expand(self, batch_shape: Iterable[int], _instance: Any = None) -> Self:
        """The same distribution with its parameters expanded to a larger `batch_shape`, without copying them."""
        new = type(self).__new__(type(self)) if _instance is None else _instance
        new.__dict__.update(self.__dict__)
        new._batch_shape = Size(batch_shape)
        for name in self._batched:
            value = self.__dict__.get(name)
            if isinstance(value, Tensor):
                setattr(new, name, value.expand((*new._batch_shape, *value.shape[len(self._batch_shape) :])))
            elif value is not None:
                setattr(new, name, value.expand(new._batch_shape))
        return new  # type: ignore[no-any-return]

    @property
    def batch_shape(self) -> Size:
        """How many distributions these are"""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one sample of one of them"""
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        """The expected value"""
        raise NotImplementedError

    @property
    def mode(self) -> Tensor:
        """The most likely value"""
        raise NotImplementedError(f"{self.__class__} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The expected square of the distance to the mean"""
        raise NotImplementedError

    @property
    def stddev(self) -> Tensor:
        """The root of the variance"""
        return self.variance.sqrt()

    def sample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Random values, without gradients"""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """Random values as a differentiable function of the parameters"""
        raise NotImplementedError

    def sample_n(self, n: int) -> Tensor:
        """`sample((n,))`"""
        warnings.warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning, stacklevel=2)
        return self.sample((n,))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density, or probability, at `value`"""
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of values up to `value`"""
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """The value up to which the probability is `value`: the inverse of `cdf`"""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values there are, along a new first dimension; of size 1 in the batch's dimensions unless `expand`"""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The expected -log_prob"""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """exp(entropy)"""
        return ops.exp(self.entropy())

    def _extended_shape(self, sample_shape: SampleShape = ()) -> Size:
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _along_batch(self, values: Tensor, expand: bool) -> Tensor:
        """`enumerate_support` from the values of one distribution"""
        values = values.reshape((-1, *(1 for _ in self._batch_shape), *values.shape[1:]))
        return values.expand((len(values), *self._batch_shape, *self._event_shape)) if expand else values

    def _check(self, value: Any) -> None:
        """Check a value given to `log_prob` or `cdf`, if checks are on."""
        if not self._validate_args:
            return
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        shape, own = value.shape, self._extended_shape()
        if tuple(shape[len(shape) - len(self._event_shape) :]) != tuple(self._event_shape):
            raise ValueError(f"The right-most size of value must match event_shape: {shape} vs {self._event_shape}.")
        if any(1 not in (i, j) and i != j for i, j in zip(reversed(shape), reversed(own), strict=False)):
            raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {shape} vs {own}.")
        support = getattr(self, "support", None)
        if support is None:
            warnings.warn(
                f"{self.__class__} does not define `support` to enable "
                "sample validation. Please initialize the distribution with "
                "`validate_args=False` to turn off validation.",
                stacklevel=3,
            )
        elif not support.check(value).all():
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(shape)}) "
                f"to be within the support ({support!r}) of the distribution {self!r}, "
                f"but found invalid values:\n{value}"
            )

    def __repr__(self) -> str:
        own = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        text = ", ".join(f"{name}: {value if value.numel() == 1 else value.size()}" for name, value in own.items())
        return f"{type(self).__name__}({text})"
