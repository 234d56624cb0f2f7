"""Filling a tensor with random numbers, in place, from a seeded generator.

As in PyTorch the numbers follow each other as the elements do in memory: `torch.empty(2, 3).t().uniform_()` is the
transpose of `torch.empty(2, 3).uniform_()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import random
from ..random import Generator
from .checks import FLOATS, NUMBERS, cpp_name, not_implemented, number
from .filling import copy_
from .memory import Shape, filled_in_order, memory_order

if TYPE_CHECKING:
    from ..tensor import Tensor


def _source(generator: Generator | None) -> Generator:
    return random.current_generator() if generator is None else generator


def _filled(t: Tensor, draw: Callable[[Shape], Any]) -> Tensor:
    """t with the drawn values; what it was before has no part in it"""
    return copy_(t, t._wrap(np.asarray(filled_in_order(t, draw))))


def uniform_(
    self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None, **kwargs: float
) -> Tensor:
    """Fill with numbers uniform in [from, to)."""
    low = kwargs.pop("from", from_)
    if kwargs:
        raise TypeError(f"uniform_() got an unexpected keyword argument '{next(iter(kwargs))}'")
    return _filled(self, lambda shape: _source(generator).uniform(shape, number(low), number(to), self._data.dtype))


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with normal numbers of the given mean and standard deviation."""
    mean, std, scattered = number(mean), number(std), not self.is_contiguous()
    return _filled(self, lambda shape: _source(generator).normal(shape, mean, std, self._data.dtype, scattered))


def random_(
    self: Tensor, from_: int | None = None, to: int | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Fill with whole numbers in [from, to), in [0, from) for one argument, or over the whole range for none."""
    g, kind = _source(generator), self._data.dtype
    if from_ is None and to is None:
        return _filled(self, lambda shape: g.random(shape, kind))
    low, high = (0, from_) if to is None else (from_ or 0, to)
    low, high = number(low), number(high)
    return _filled(self, lambda shape: g.randint(low, high, shape, kind))


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with ones of probability p (a number, or a tensor that broadcasts), else zeros."""
    chance = getattr(p, "_data", p)
    if isinstance(chance, np.ndarray):
        chance = np.broadcast_to(chance, self._data.shape).transpose(memory_order(self))
    return _filled(self, lambda shape: _source(generator).bernoulli(chance, shape, self._data.dtype))


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with exponential numbers of rate lambd."""
    return _filled(self, lambda shape: _source(generator).exponential(shape, number(lambd), self._data.dtype))


def _filled_each(t: Tensor, draw: Callable[[Generator, int], Any], generator: Generator | None) -> Tensor:
    """t with draw(generator, count), computed in float64"""

    def numbers(shape: Shape) -> Any:
        with np.errstate(all="ignore"):
            return draw(_source(generator), int(np.prod(shape))).astype(t._data.dtype).reshape(shape)

    return _filled(t, numbers)


def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with the number of trials of probability p up to the first success: ceil(log(u) / log(1 - p))."""
    p = number(p)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if self._data.dtype.kind not in NUMBERS:
        raise not_implemented("geometric_cpu", self)
    return _filled_each(self, lambda source, n: np.ceil(np.log(source.uniform64(n)) / np.log1p(-p)), generator)


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with exp(z), z normal of the given mean and standard deviation."""
    mean, std = number(mean), number(std)
    if std <= 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if self._data.dtype.kind not in FLOATS:
        raise not_implemented("log_normal_cpu", self)
    return _filled_each(
        self,
        lambda source, n: np.exp(source.normal(n, mean, std, np.float64, one_by_one=True)),
        generator,
    )


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with median + sigma * tan(pi * (u - 1/2)), u uniform in [0, 1)."""
    median, sigma = number(median), number(sigma)
    if sigma <= 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    if self._data.dtype.kind not in FLOATS:
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified "
            f"{cpp_name(self)}"
        )
    return _filled_each(self, lambda source, n: median + sigma * np.tan(np.pi * (source.uniform64(n) - 0.5)), generator)


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Ones with the probabilities in input, else zeros; with p, a tensor like input of ones with that probability"""
    if p is not None:
        return bernoulli_(input.detach().clone(), p, generator=generator)
    return input._wrap(_source(generator).bernoulli(input._data, None, input._data.dtype))


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """num_samples indices for each row of the weights in input, int64"""
    return input._wrap(np.asarray(_source(generator).multinomial(input._data, num_samples, replacement)))
