"""What a case of the operation table is: a call, its inputs, and the dtypes it runs at.

Inputs are drawn by NumPy's legacy generator (its stream is frozen) from a seed that depends on the case's name alone,
so a recording holds outputs only, and PyTorch and this package see the same numbers. A float32 run gets the float64
numbers rounded.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

F = ("float64", "float32")
N = ("float64", "float32", "int64")
A = ("float64", "float32", "int64", "bool")
F64, F32, I64, BOOL = ("float64",), ("float32",), ("int64",), ("bool",)


@dataclass(frozen=True)
class Input:
    """One tensor argument. `dtype=None` follows the dtype the case runs at.

    `away`: floats keep 0.1 off these points (kinks, poles), integers are not equal to them. `distinct`: evenly spaced
    and shuffled, so that no two elements tie. `layout`: "C", "T" (axes reversed in memory) or "slice" (every second
    element of a larger array). `grad`: floats require a gradient.
    """

    shape: tuple[int, ...] = ()
    lo: float = -2.0
    hi: float = 2.0
    away: tuple[float, ...] = ()
    distinct: bool = False
    values: Any = None
    dtype: str | None = None
    layout: str = "C"
    grad: bool = True

    def array(self, draw: np.random.RandomState, dtype: str) -> np.ndarray:
        dtype = self.dtype or dtype
        if self.values is not None:
            return np.array(self.values, dtype=dtype)
        shape = self.shape[::-1] if self.layout == "T" else self.shape
        size = int(np.prod(shape))
        if dtype == "bool":
            flat = draw.randint(0, 2, size).astype(bool)
        elif dtype.startswith(("int", "uint")):
            choice = [i for i in range(int(np.ceil(self.lo)), int(np.floor(self.hi)) + 1) if i not in self.away]
            flat = np.array(choice)[draw.randint(0, len(choice), size)]
            if self.distinct:
                flat = draw.permutation(size)
        else:
            flat = self._floats(draw, size)
        values = flat.reshape(shape).astype(dtype)
        if self.layout == "T":
            return values.T
        if self.layout == "slice":
            base = np.full([2 * n + 1 for n in shape], 9, dtype=dtype)
            view = base[tuple(slice(1, 2 * n + 1, 2) for n in shape)]
            view[...] = values
            return view
        return values

    def _floats(self, draw: np.random.RandomState, size: int) -> np.ndarray:
        if self.distinct:
            return draw.permutation(np.linspace(self.lo, self.hi, size))
        flat = draw.uniform(self.lo, self.hi, size)
        while self.away and (near := np.abs(flat[:, None] - np.array(self.away)).min(axis=1) < 0.1).any():
            flat[near] = draw.uniform(self.lo, self.hi, int(near.sum()))
        return flat


def t(*shape: int, **options: Any) -> Input:
    """A tensor at the case's dtype."""
    return Input(shape=shape, **options)


def pos(*shape: int, **options: Any) -> Input:
    """A tensor of positive numbers, well off zero."""
    return Input(shape=shape, lo=0.5, hi=3.0, **options)


def ints(*shape: int, lo: int = 0, hi: int = 3, dtype: str = "int64", **options: Any) -> Input:
    return Input(shape=shape, lo=lo, hi=hi, dtype=dtype, **options)


def bools(*shape: int, **options: Any) -> Input:
    return Input(shape=shape, dtype="bool", **options)


def v(values: Any, **options: Any) -> Input:
    """Given values."""
    return Input(shape=np.shape(values), values=values, **options)


@dataclass(frozen=True)
class Case:
    """One call of an operation.

    `fn(torch, *tensors)`: what is called. `check`/`check2`: run gradcheck / gradgradcheck (off at kinks and ties,
    where the numeric derivative is another number). `rtol32`: relative tolerance of float32 (`rtol64`: of float64)
    where the usual one is too strict, with `why`. `grad_fn=False`: the node's name is not compared (PyTorch's names
    the kernel it chose). `values=False`: only dtype and shape are compared (uninitialised memory).
    """

    op: str
    id: str
    fn: Callable[..., Any]
    inputs: tuple[Input, ...]
    dtypes: tuple[str, ...] = F
    check: bool = True
    check2: bool = True
    grad_fn: bool = True
    values: bool = True
    rtol32: float = 1e-5
    rtol64: float = 1e-11
    why: str = ""
    raises: bool = False

    @property
    def name(self) -> str:
        return f"{self.op}/{self.id}"

    def seed(self, salt: int = 0) -> np.random.RandomState:
        return np.random.RandomState((zlib.crc32(self.name.encode()) + salt) % 2**32)

    def arrays(self, dtype: str, salt: int = 0) -> list[np.ndarray]:
        draw = self.seed(salt)
        return [spec.array(draw, dtype) for spec in self.inputs]


class Table(list[Case]):
    """A family's cases: `case("add", "broadcast", fn, t(3, 1), t(4))`."""

    def __call__(self, op: str, id: str, fn: Callable[..., Any], *inputs: Input, **options: Any) -> None:
        self.append(Case(op, id, fn, inputs, **options))


def resolve(namespace: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        namespace = getattr(namespace, part)
    return namespace


def call(dotted: str, *extra: Any, **options: Any) -> Callable[..., Any]:
    """`torch.<dotted>(*tensors, *extra, **options)`."""
    return lambda torch, *tensors: resolve(torch, dotted)(*tensors, *extra, **options)


def method(name: str, *extra: Any, **options: Any) -> Callable[..., Any]:
    """`tensors[0].<name>(*tensors[1:], *extra, **options)`."""
    return lambda torch, x, *tensors: getattr(x, name)(*tensors, *extra, **options)


def inplace(name: str, *extra: Any, **options: Any) -> Callable[..., Any]:
    """The in-place method on a copy of the first tensor (a leaf that requires a gradient can't be changed in place)."""

    def run(torch: Any, x: Any, *tensors: Any) -> Any:
        y = x.clone()
        result = getattr(y, name)(*tensors, *extra, **options)
        assert result is y, f"{name} returns the tensor it changed"
        return y

    return run


F_ = "nn.functional."
