"""Arguments of steps, drawn: numbers, dimensions, sizes, indices, masks."""

from __future__ import annotations

import random
from typing import Any


def scalar(rng: random.Random) -> Any:
    return rng.choice((2, -1, 0.5, 1.5, 3, 0, True, -2.0, 1.0))


def dim(rng: random.Random, n: int, wrong: float = 0.02) -> int:
    """One of n dimensions, counted from either end; rarely one there is not."""
    if rng.random() < wrong:
        return n + 1
    return rng.randrange(-max(n, 1), max(n, 1))


def integers(
    rng: random.Random, shape: list[int], size: int, negative: bool = False, wrong: float = 0.02
) -> dict[str, Any]:
    """An int64 tensor of indices into `size`; rarely one too large."""
    count = 1
    for s in shape:
        count *= s
    low = -size if negative and size else 0
    high = size + 1 if rng.random() < wrong else max(size, 1)
    return {"tensor": [rng.randrange(low, high) for _ in range(count)], "dtype": "int64", "shape": shape}


def mask(rng: random.Random, shape: list[int]) -> dict[str, Any]:
    count = 1
    for s in shape:
        count *= s
    return {"tensor": [rng.random() < 0.5 for _ in range(count)], "dtype": "bool", "shape": shape}


def factors(rng: random.Random, count: int) -> list[int]:
    if count == 0:
        return rng.choice(([0], [0, 2], [2, 0], [0, 1]))
    sizes = []
    for prime in (2, 2, 2, 2, 3, 3, 3, 5):
        if count % prime == 0 and rng.random() < 0.8:
            sizes.append(prime)
            count //= prime
    sizes.append(count)
    rng.shuffle(sizes)
    while len(sizes) > 4:
        sizes.append(sizes.pop() * sizes.pop())
    return sizes


def index(rng: random.Random, shape: list[int], advanced: bool = False, wrong: float = 0.02) -> list[Any]:
    """An index: numbers, slices, None, ..., and, where `advanced`, tensors of integers and masks."""
    if advanced and rng.random() < 0.3:
        return [mask(rng, shape[: rng.randrange(1, len(shape) + 1)] if shape else [])]
    items: list[Any] = []
    common = [rng.choice((1, 2, 3))]
    for size in shape[: rng.randrange(len(shape) + 1)]:
        kind = rng.random()
        if kind < 0.3:
            items.append(rng.randrange(-size, size) if size else 0)
        elif kind < 0.65 or not advanced:
            start, stop = (rng.choice((None, 0, 1, -1, 2)) for _ in range(2))
            items.append({"slice": [start, stop, rng.choice((None, None, 1, 2))]})
        else:
            items.append(integers(rng, common if rng.random() < 0.8 else [2, 1], size, negative=True, wrong=wrong))
    if rng.random() < 0.15:
        items.insert(rng.randrange(len(items) + 1), None)
    if rng.random() < 0.15 or not items:
        items.append("...")
    return items
