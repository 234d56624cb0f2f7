"""Draw a random program: step by step, from what the tensors so far allow.

The program runs while it is drawn, so that a step fits the shapes it meets; some steps are drawn wrong on purpose.
`rng` is a `random.Random`: a seeded one, or Hypothesis's, which can shrink what it drew.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from .run import Run
from .steps import FAMILIES

DTYPES = ("float64",) * 5 + ("float32", "float32", "int64", "bool")
STEPS = 20
LARGE = 200  # elements of a tensor; a program that has made one ends


def draw_leaf(rng: random.Random) -> list[Any]:
    """`[dtype, shape, requires_grad, values]`, mostly of float64, of sizes 2 and 3, with a gradient."""
    dtype = rng.choice(DTYPES)
    ndim = rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
    shape = [rng.choice((1, 1, 2, 3, 4, 0) if rng.random() < 0.15 else (2, 3)) for _ in range(ndim)]
    return [dtype, shape, dtype.startswith("float") and rng.random() < 0.75, elements(rng, dtype, shape)]


def draw_smooth_leaf(rng: random.Random) -> list[Any]:
    """A float64 leaf of few elements, with a gradient."""
    shape = [rng.choice((1, 2, 3)) for _ in range(rng.randrange(4))]
    return ["float64", shape, True, elements(rng, "float64", shape)]


def elements(rng: random.Random, dtype: str, shape: list[int]) -> list[Any]:
    count = 1
    for size in shape:
        count *= size
    if dtype == "bool":
        return [rng.random() < 0.5 for _ in range(count)]
    if dtype == "int64":
        return [rng.randrange(-2, 4) for _ in range(count)]
    return [rng.randrange(-16, 17) / 8 for _ in range(count)]


def draw_program(
    rng: random.Random,
    torch: Any,
    steps: int = STEPS,
    families: dict[str, Any] = FAMILIES,
    leaf: Callable[[random.Random], list[Any]] = draw_leaf,
) -> dict[str, Any]:
    """A program of up to `steps` steps of these families, run on the namespace `torch` while it is drawn."""
    program: dict[str, Any] = {"leaves": [leaf(rng) for _ in range(rng.randrange(1, 4))], "steps": []}
    run = Run(torch, program["leaves"])
    count = rng.randrange(3, steps + 1)
    kinds, weights = list(families), [weight for weight, _ in families.values()]
    for _ in range(2 * count):
        if len(program["steps"]) == count or any(x.numel() > LARGE for x in run.values.values()):
            break
        _, family = families[rng.choices(kinds, weights)[0]]
        step = family(rng, Pool(rng, run.values))
        if step is None:
            continue
        step += [{}] * (3 - len(step)) + ["no_grad"] * (rng.random() < 0.07)
        program["steps"].append(step)
        run.step(step)
    return program


class Pool:
    """The tensors there are, to pick from."""

    def __init__(self, rng: random.Random, values: dict[str, Any]) -> None:
        self.rng, self.values = rng, values
        self.names = list(values)

    def pick(self, wanted: Any = None) -> str | None:
        """The name of a tensor for which `wanted` holds, rather a late one; None where there is none."""
        fitting = [n for n in self.names if wanted is None or wanted(self.values[n])]
        if not fitting:
            return None
        if self.rng.random() < 0.5:
            return fitting[-1 - self.rng.randrange(min(3, len(fitting)))]
        return self.rng.choice(fitting)

    def floating(self, wanted: Any = None) -> str | None:
        return self.pick(lambda x: x.is_floating_point() and (wanted is None or wanted(x)))

    def any(self) -> str:
        """Mostly a floating-point tensor."""
        name = self.floating() if self.rng.random() < 0.85 else None
        return name or self.rng.choice(self.names)

    def shape(self, name: str) -> list[int]:
        return list(self.values[name].shape)

    def shares(self, one: str, other: str) -> bool:
        """Whether two tensors lie in the same memory."""
        own, theirs = (self.values[n].detach().numpy() for n in (one, other))
        return np.may_share_memory(own, theirs)

    def like(self, shape: list[int]) -> str | None:
        """A tensor that broadcasts to `shape`."""

        def fits(x: Any) -> bool:
            own = list(x.shape)
            return len(own) <= len(shape) and all(
                a in (b, 1) for a, b in zip(reversed(own), reversed(shape), strict=False)
            )

        return self.pick(fits)
