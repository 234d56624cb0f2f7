"""Filling with geometric, log-normal and Cauchy numbers, in place, as PyTorch's CPU generator gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import random
from ..random import Generator
from .checks import FLOATS, NUMBERS, cpp_name, not_implemented
from .filling import copy_
from .memory import filled_in_order

if TYPE_CHECKING:
    from ..tensor import Tensor


def _filled(t: Tensor, draw: Any, generator: Generator | None) -> Tensor:
    """t with draw(generator, count) in the order of its memory"""
    source = random.current_generator() if generator is None else generator

    def numbers(shape: Any) -> Any:
        with np.errstate(all="ignore"):
            return draw(source, int(np.prod(shape))).astype(t._data.dtype).reshape(shape)

    return copy_(t, t._wrap(np.asarray(filled_in_order(t, numbers))))


def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with the number of trials of probability p up to the first success: ceil(log(u) / log(1 - p))."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if self._data.dtype.kind not in NUMBERS:
        raise not_implemented("geometric_cpu", self)
    return _filled(self, lambda source, n: np.ceil(np.log(source.uniform64(n)) / np.log1p(-p)), generator)


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with exp(z), z normal of the given mean and standard deviation."""
    if std <= 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if self._data.dtype.kind not in FLOATS:
        raise not_implemented("log_normal_cpu", self)
    return _filled(
        self,
        lambda source, n: np.exp(source.normal(n, mean, std, np.float64, one_by_one=True)),
        generator,
    )


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with median + sigma * tan(pi * (u - 1/2)), u uniform in [0, 1)."""
    if sigma <= 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    if self._data.dtype.kind not in FLOATS:
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified "
            f"{cpp_name(self)}"
        )
    return _filled(self, lambda source, n: median + sigma * np.tan(np.pi * (source.uniform64(n) - 0.5)), generator)
