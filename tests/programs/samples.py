"""Random calls of single operations: programs of one step, and a pass backward where something wants a gradient.

Shapes, layouts in memory, dtypes, dimensions and options are random; some are wrong on purpose.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from .arguments import dim, factors, index, integers, scalar
from .draw import elements

DTYPES = ("float64",) * 4 + ("float32", "float32", "int64", "int64", "bool")
LAYOUTS = ("C",) * 5 + ("T", "slice")


class Draw:
    """The tensors of a call that is being drawn."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.leaves: list[list[Any]] = []
        self.dtype = rng.choice(DTYPES)

    def shape(self, low: int = 0, high: int = 4, sizes: tuple[int, ...] = (1, 2, 2, 3, 3, 4)) -> list[int]:
        """Of low to high dimensions, seldom with a size of 0"""
        rng = self.rng
        choice = (*sizes, 0) if rng.random() < 0.12 else sizes
        return [rng.choice(choice) for _ in range(rng.randrange(low, high + 1))]

    def tensor(self, shape: list[int], dtype: str | None = None, grad: bool | None = None) -> str:
        """A new leaf of this shape"""
        rng = self.rng
        dtype = dtype or self.dtype
        wanted = rng.random() < 0.7 if grad is None else grad
        values = elements(rng, dtype, shape)
        self.leaves.append([dtype, shape, wanted and dtype.startswith("float"), values, rng.choice(LAYOUTS)])
        return f"x{len(self.leaves) - 1}"

    def other(self, shape: list[int], dtype: str | None = None) -> str:
        """A tensor that broadcasts with one of this shape, now and then not, and of another dtype now and then"""
        rng = self.rng
        shape = [
            1 if rng.random() < 0.2 else n for n in shape[rng.randrange(len(shape) + 1) if rng.random() < 0.25 else 0 :]
        ]
        if shape and rng.random() < 0.04:
            shape[0] += 1
        return self.tensor(shape, dtype or (rng.choice(DTYPES) if rng.random() < 0.2 else self.dtype))

    def x(self, low: int = 0, high: int = 4) -> tuple[str, list[int]]:
        shape = self.shape(low, high)
        return self.tensor(shape), shape

    def floating(self) -> None:
        """Rather a floating-point dtype from here on"""
        if not self.dtype.startswith("float") and self.rng.random() < 0.9:
            self.dtype = self.rng.choice(("float64", "float32"))

    def options(self, **choices: Any) -> dict[str, Any]:
        """Each option with one chance in two, one of its values"""
        rng = self.rng
        return {name: rng.choice(values) for name, values in choices.items() if rng.random() < 0.5}


Sample = Callable[[Draw], list[Any]]
F = "torch.nn.functional."
BOOLS = (True, False)


def spelled(d: Draw, name: str) -> str:
    """As a method or as a function"""
    return name if d.rng.random() < 0.5 else f"torch.{name}"


def unary(name: str) -> Sample:
    return lambda d: [spelled(d, name), [d.x()[0]]]


def activation(name: str, **choices: Any) -> Sample:
    def draw(d: Draw) -> list[Any]:
        d.floating()
        return [F + name, [d.x()[0]], d.options(**choices)]

    return draw


def binary(name: str, method: bool = False) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        other = scalar(d.rng) if d.rng.random() < 0.25 and name not in NO_NUMBERS else d.other(shape)
        return [name if method else spelled(d, name), [x, other]]

    return draw


NO_NUMBERS = ("maximum", "minimum", "atan2", "logical_and", "logical_or", "max", "min", "isclose", "allclose", "equal")


def with_dim(name: str, keepdim: bool = True, optional: bool = False, several: bool = False, **choices: Any) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        x, shape = d.x()
        if optional and rng.random() < 0.3:
            return [spelled(d, name), [x], d.options(**choices)]
        where: Any = dim(rng, len(shape))
        if several and rng.random() < 0.4:
            where = rng.sample(range(len(shape)), rng.randrange(len(shape) + 1))
        options = d.options(keepdim=BOOLS, **choices) if keepdim else d.options(**choices)
        return [spelled(d, name), [x, where], options]

    return draw


def division(mode: Any) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        return [
            spelled(d, "div"),
            [x, scalar(d.rng) if d.rng.random() < 0.25 else d.other(shape)],
            {"rounding_mode": mode},
        ]

    return draw


def added(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        return [spelled(d, name), [x, d.other(shape)], d.options(alpha=(2, 0.5, -1, True))]

    return draw


def power(d: Draw) -> list[Any]:
    x, shape = d.x()
    return [spelled(d, "pow"), [x, d.rng.choice((2, 3, 0.5, -1, 0, 1, 2.0, -0.5, d.other(shape)))]]


def reflected(name: str) -> Sample:
    return lambda d: [name, [d.x()[0], scalar(d.rng)]]


def getitem(d: Draw) -> list[Any]:
    x, shape = d.x()
    return ["getitem", [x, *index(d.rng, shape, d.rng.random() < 0.6)]]


def clamp(d: Draw) -> list[Any]:
    x, shape = d.x()
    if d.rng.random() < 0.3:
        return [spelled(d, "clamp"), [x, d.other(shape), d.other(shape)][: d.rng.randrange(1, 4)]]
    return [spelled(d, "clamp"), [x], d.options(min=(-1, -0.5, 0, 1.5), max=(1, 0.5, 0, 2))]


def limit(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        return [spelled(d, name), [x, d.rng.choice((-0.5, 1, 0, d.other(shape)))]]

    return draw


def deviation(name: str, old: bool) -> Sample:
    def draw(d: Draw) -> list[Any]:
        d.floating()
        x, shape = d.x()
        if old:
            return [spelled(d, name), [x, d.rng.choice(BOOLS)]]
        where = d.rng.choice((None, dim(d.rng, len(shape)), list(range(len(shape)))))
        return [spelled(d, name), [x], {"dim": where, **d.options(correction=(0, 1, 2, 5), keepdim=BOOLS)}]

    return draw


def norm(d: Draw) -> list[Any]:
    d.floating()
    x, _ = d.x()
    p = d.rng.choice((2, 1, 3, 0, 0.5, math.inf, "fro", -1))
    return [spelled(d, "norm"), [x], {"p": p, **d.options(dim=(0, -1, [0, 1], None), keepdim=BOOLS)}]


def where(d: Draw) -> list[Any]:
    x, shape = d.x()
    other: Any = scalar(d.rng) if d.rng.random() < 0.3 else d.other(shape)
    return ["torch.where", [d.other(shape, "bool"), *d.rng.choice(([x, other], [other, x], [x, x]))]]


def masked_fill(d: Draw) -> list[Any]:
    x, shape = d.x()
    return [spelled(d, "masked_fill"), [x, d.other(shape, "bool"), d.rng.choice((scalar(d.rng), d.tensor([])))]]


def matmul(name: str, one: list[int], other: list[int]) -> Sample:
    """Shapes in letters: sizes that must be equal have one number"""

    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        d.floating()
        sizes = {k: rng.choice((1, 2, 3, 4, 0) if rng.random() < 0.15 else (1, 2, 3, 4)) for k in {*one, *other}}
        first, second = [sizes[k] for k in one], [sizes[k] for k in other]
        if rng.random() < 0.04:
            second = [*second, 2]
        return [
            spelled(d, name),
            [d.tensor(first), d.tensor(second, None if rng.random() < 0.95 else rng.choice(DTYPES))],
        ]

    return draw


def any_matmul(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        one, other = rng.choice(
            [
                *(([1], [1]), ([1, 2], [2]), ([1], [1, 2]), ([1, 2], [2, 3]), ([4, 1, 2], [2, 3]), ([1, 2], [4, 2, 3])),
                *(([4, 1, 2], [4, 2, 3]), ([4, 5, 1, 2], [5, 2, 3]), ([4, 1, 2], [2]), ([2], [4, 2, 3])),
            ]
        )
        return [name, matmul("matmul", one, other)(d)[1]]

    return draw


def addmm(d: Draw) -> list[Any]:
    _, args = matmul("mm", [1, 2], [2, 3])(d)
    n, m = d.leaves[0][1][0], d.leaves[1][1][-1]
    return [spelled(d, "addmm"), [d.other([n, m], d.dtype), *args], d.options(beta=(0.5, 2, 0), alpha=(0.5, 3))]


EINSUMS = (
    "ij,jk->ik",
    "ij,ij->",
    "ij->ji",
    "ii->i",
    "ii",
    "bij,bjk->bik",
    "i,j->ij",
    "ij,kj->ik",
    "...i,i->...",
    "ij->i",
)


def einsum(d: Draw) -> list[Any]:
    d.floating()
    text = d.rng.choice(EINSUMS)
    size = {k: d.rng.choice((1, 2, 3)) for k in "bijk."}
    operands = text.split("->")[0].split(",")
    return ["torch.einsum", [text, *[d.tensor([size[k] for k in o.replace("...", ".")]) for o in operands]]]


def shapes(d: Draw) -> tuple[str, list[int], int, int]:
    """x, its shape, one of its dimensions and the size there"""
    x, shape = d.x()
    where = dim(d.rng, len(shape))
    return x, shape, where, shape[where] if -len(shape) <= where < len(shape) else 1


def shaped(make: Callable[[Draw, str, list[int], int, int], list[Any]]) -> Sample:
    return lambda d: make(d, *shapes(d))


def parts(d: Draw, shape: list[int], where: int) -> list[int]:
    """The shape with another size in one dimension"""
    n = len(shape)
    return [d.rng.choice((0, 1, 2, 3)) if n and i == where % n else s for i, s in enumerate(shape)]


def fitting(d: Draw, shape: list[int], where: int, size: int) -> tuple[dict[str, Any], list[int]]:
    """An index for gather and scatter, and its shape"""
    part = [d.rng.randrange(1, s + 1) if s and d.rng.random() < 0.3 else s for s in parts(d, shape, where)]
    return integers(d.rng, part, size), part


def scattered(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape, where, size = shapes(d)
        rows, part = fitting(d, shape, where, size)
        if name == "gather":
            return [spelled(d, name), [x, where, rows]]
        source = 0.5 if name == "scatter" and d.rng.random() < 0.4 else d.tensor(part)
        return [spelled(d, name), [x, where, rows, source]]

    return draw


def index_add(d: Draw) -> list[Any]:
    x, shape, where, size = shapes(d)
    count = d.rng.choice((0, 1, 2, 3))
    part = [count if i == where % max(len(shape), 1) else s for i, s in enumerate(shape)]
    return [
        spelled(d, "index_add"),
        [x, where, integers(d.rng, [count], size), d.tensor(part)],
        d.options(alpha=(2, 0.5)),
    ]


def index_put(d: Draw) -> list[Any]:
    x, shape = d.x(1)
    count = d.rng.choice((1, 2, 3))
    rows = [integers(d.rng, [count], n, negative=True) for n in shape[: d.rng.randrange(1, len(shape) + 1)]]
    return ["index_put", [x, rows, d.other([count, *shape[len(rows) :]])], d.options(accumulate=BOOLS)]


def join(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        shape = d.shape(0 if name == "stack" else 1)
        where = dim(rng, len(shape) + (name == "stack"))
        all_of = [parts(d, shape, where) if name == "cat" else list(shape) for _ in range(rng.choice((1, 2, 3)))]
        if rng.random() < 0.1:
            all_of.append([0])
        return [
            f"torch.{name}",
            [[d.tensor(s, None if rng.random() < 0.9 else rng.choice(DTYPES)) for s in all_of], where],
        ]

    return draw


def creation(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        dtypes = tuple(f"torch.{n}" for n in dict.fromkeys(DTYPES))
        options = d.options(dtype=dtypes) if rng.random() < 0.5 else {}
        options |= d.options(requires_grad=BOOLS) if rng.random() < 0.3 else {}
        if name == "arange":
            return ["torch.arange", rng.choice(([3], [1, 4], [5, 1, -2], [0.5, 2.5, 0.25], [0], [4, 1])), options]
        if name == "linspace":
            return ["torch.linspace", [*rng.choice(([0, 1], [-1.5, 2], [3, 0])), rng.choice((0, 1, 2, 5, 11))], options]
        if name == "eye":
            return ["torch.eye", rng.choice(([3], [2, 4], [0], [3, 1])), options]
        if name.endswith("_like"):
            x = d.x()[0]
            return [f"torch.{name}", [x, scalar(rng)] if name == "full_like" else [x], options]
        args = [d.shape(0, 3)] + ([scalar(rng)] if "full" in name else [])
        return [name, [d.x()[0], *args], options] if name.startswith("new") else [f"torch.{name}", args, options]

    return draw


def expand(d: Draw) -> list[Any]:
    x, shape = d.x()
    sizes = [d.rng.choice((s, -1)) if s != 1 else d.rng.choice((1, 2, 3, 0)) for s in shape]
    return ["expand", [x, *d.rng.choice(([], [2])), *sizes]]


def reshaped(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        sizes = factors(d.rng, math.prod(shape))
        if sizes and d.rng.random() < 0.3:
            sizes[d.rng.randrange(len(sizes))] = -1
        return [name, [x, sizes]]

    return draw


def like(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        y = d.tensor([1 if d.rng.random() < 0.3 else s for s in shape])
        return ["expand_as", [y, x]] if name == "expand_as" else ["view_as", [x, y]]

    return draw


def take_along(d: Draw) -> list[Any]:
    x, shape, where, size = shapes(d)
    return [
        spelled(d, "take_along_dim"),
        [x, integers(d.rng, parts(d, shape, where), size), d.rng.choice((where, where, None))],
    ]


def three(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        x, shape = d.x()
        return [spelled(d, name), [x, d.other(shape), d.other(shape)], d.options(value=(0.5, 2, -1))]

    return draw


def lerp(d: Draw) -> list[Any]:
    d.floating()
    x, shape = d.x()
    return [spelled(d, "lerp"), [x, d.other(shape, d.dtype), d.rng.choice((0.25, 2, d.other(shape, d.dtype)))]]
