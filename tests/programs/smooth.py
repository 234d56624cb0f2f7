"""Steps without corners and poles, for checks by finite differences."""

from __future__ import annotations

import random
from typing import Any

from .arguments import dim, index, mask
from .steps import join, product, view


def smooth(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    shape = pool.shape(x)
    other = pool.like(shape) or x
    d = dim(rng, len(shape))
    return rng.choice(
        (
            [rng.choice(("sin", "cos", "tanh", "sigmoid", "erf", "neg", "clone", "contiguous")), [x]],
            [rng.choice(("add", "sub", "mul")), [x, rng.choice((other, 0.5, -1.5))]],
            [rng.choice(("mean", "logsumexp", "softmax", "log_softmax", "cumsum", "cumprod", "prod", "sum")), [x, d]],
            ["lerp", [x, other, 0.25]],
            ["addcmul", [x, other, other], {"value": 0.5}],
        )
    )


def smooth_change(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    shape = pool.shape(x)
    other = pool.like(shape)
    if other is None or pool.shares(other, x):
        other = 0.5
    if rng.random() < 0.3:
        return ["setitem", [x, index(rng, shape, rng.random() < 0.5, wrong=0.0), 0.75]]
    return rng.choice(
        (
            [rng.choice(("mul_", "add_", "sub_")), [x, other]],
            [rng.choice(("sin_", "tanh_", "sigmoid_", "zero_")), [x]],
            ["masked_fill_", [x, mask(rng, shape), -0.5]],
        )
    )


SMOOTH = {
    "smooth": (10, smooth),
    "view": (8, view),
    "change": (6, smooth_change),
    "product": (2, product),
    "join": (2, join),
}
"""Differentiable wherever they are defined."""
