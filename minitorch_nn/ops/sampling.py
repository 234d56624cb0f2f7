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
    return _filled(self, lambda shape: _source(generator).uniform(shape, low, to, self._data.dtype))


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with normal numbers of the given mean and standard deviation."""
    scattered = not self.is_contiguous()
    return _filled(self, lambda shape: _source(generator).normal(shape, mean, std, self._data.dtype, scattered))


def random_(
    self: Tensor, from_: int | None = None, to: int | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Fill with whole numbers in [from, to), in [0, from) for one argument, or over the whole range for none."""
    g, kind = _source(generator), self._data.dtype
    if from_ is None and to is None:
        return _filled(self, lambda shape: g.random(shape, kind))
    low, high = (0, from_) if to is None else (from_ or 0, to)
    return _filled(self, lambda shape: g.randint(low, high, shape, kind))


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with ones of probability p (a number, or a tensor that broadcasts), else zeros."""
    chance = getattr(p, "_data", p)
    if isinstance(chance, np.ndarray):
        chance = np.broadcast_to(chance, self._data.shape).transpose(memory_order(self))
    return _filled(self, lambda shape: _source(generator).bernoulli(chance, shape, self._data.dtype))


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with exponential numbers of rate lambd."""
    return _filled(self, lambda shape: _source(generator).exponential(shape, lambd, self._data.dtype))


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
