"""Counts drawn by rejection, number by number: the streams of PyTorch's CPU kernels for `poisson` and `binomial`."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..random import current_generator
from ..tensor import Tensor

Draw = Callable[[], float]


def _uniform() -> Draw:
    generator = current_generator()
    return lambda: float(generator.uniform64(1)[0])


def poisson(rate: Tensor) -> Tensor:
    """A count for each rate, in its dtype; without gradients"""
    draw = _uniform()
    values = [_poisson(r, draw) for r in rate._data.reshape(-1).tolist()]
    return Tensor._wrap(np.array(values, rate._data.dtype).reshape(rate._data.shape))


def _poisson(rate: float, draw: Draw) -> float:
    """Multiply uniforms until they are below exp(-rate) (Knuth); from 10 on transformed rejection

    Source: Hörmann 1993, "The transformed rejection method for generating Poisson random variables", algorithm PTRS.
    """
    if rate == 0:
        return 0
    if rate < 10:
        count, product, floor = 0, 1.0, math.exp(-rate)
        while (product := product * draw()) > floor:
            count += 1
        return count
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    while True:
        u, v = draw() - 0.5, draw()
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + rate + 0.43)
        if edge >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return k
        if k < 0 or (edge < 0.013 and v > edge):
            continue
        bound = -rate + k * math.log(rate) - math.lgamma(k + 1)
        if math.log(v) + math.log(1.1239 + 1.1328 / (b - 3.4)) - math.log(a / (edge * edge) + b) <= bound:
            return k


def binomial(count: Tensor, probs: Tensor) -> Tensor:
    """How many of `count` trials of probability `probs` succeed, in their dtype; without gradients"""
    draw = _uniform()
    pairs = zip(count._data.reshape(-1).tolist(), probs._data.reshape(-1).tolist(), strict=True)
    values = [_binomial(n, p, draw) for n, p in pairs]
    return Tensor._wrap(np.array(values, probs._data.dtype).reshape(probs._data.shape))


def _binomial(n: float, p: float, draw: Draw) -> float:
    if n <= 0 or p <= 0:
        return 0
    if p >= 1:
        return n
    if p > 0.5:
        return n - _binomial_below_half(n, 1 - p, draw)
    if p != p:
        return math.nan
    return _binomial_below_half(n, p, draw)


def _binomial_below_half(n: float, p: float, draw: Draw) -> float:
    """Count how many geometric waiting times fit into n; where n p >= 10 transformed rejection with squeeze

    Source: Hörmann 1993, "The generation of binomial random variates", algorithm BTRS.
    """
    if n * p < 10:
        fits, waited = 0, 0.0
        while True:
            u = draw()
            waited += math.ceil(math.log(u) / math.log1p(-p)) if u > 0 else math.inf
            if waited > n:
                return fits
            fits += 1
    deviation = math.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    odds = p / (1 - p)
    m = math.floor((n + 1) * p)
    while True:
        u, v = draw() - 0.5, draw()
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + n * p + 0.5)
        if edge >= 0.07 and v <= 0.92 - 4.2 / b:
            return k
        if k < 0 or k > n:
            continue
        v = math.log(v * (2.83 + 5.1 / b) * deviation / (a / (edge * edge) + b))
        bound = (
            (m + 0.5) * math.log((m + 1) / (odds * (n - m + 1)))
            + (n + 1) * math.log((n - m + 1) / (n - k + 1))
            + (k + 0.5) * math.log(odds * (n - k + 1) / (k + 1))
            + _stirling_tail(m)
            + _stirling_tail(n - m)
            - _stirling_tail(k)
            - _stirling_tail(n - k)
        )
        if v <= bound:
            return k


_SMALL_TAILS = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
)  # fmt: skip


def _stirling_tail(k: float) -> float:
    """log(k!) less Stirling's approximation"""
    if k <= 9:
        return _SMALL_TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
