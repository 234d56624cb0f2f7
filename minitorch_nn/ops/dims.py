"""Dimension arguments, checked and made positive, with PyTorch's errors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from operator import index
from typing import Any, TypeVar

import numpy as np

from ..autograd.arrays import broadcast_mismatch

F = TypeVar("F", bound=Callable[..., Any])
Dims = int | Sequence[int] | None


def one_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front. Raises IndexError if a tensor of `ndim` dimensions has no such one."""
    n = ndim or 1  # a 0-dim tensor takes dim 0 and -1
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim + n if dim < 0 else dim


def many_dims(dim: Dims, ndim: int) -> tuple[int, ...]:
    """All dims for None or an empty sequence; else those named, counted from the front, each at most once."""
    if dim is None:
        return tuple(range(ndim))
    if isinstance(dim, int):
        return (one_dim(dim, ndim),) if ndim else (one_dim(dim, 0),)[:0]
    if not isinstance(dim, (tuple, list)):
        raise TypeError(f"argument 'dim' must be tuple of ints, not {type(dim).__name__}")
    dims = tuple(one_dim(d, ndim) for d in dim)
    if not dims:
        return tuple(range(ndim))
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return dims if ndim else ()


def filled_dim(name: str, input: Any, dim: int) -> int:
    """`one_dim` of a tensor. Raises IndexError where it has no element."""
    d = one_dim(dim, input._data.ndim)
    if input._data.ndim and not input._data.shape[d]:
        raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")
    return d


def sizes(args: tuple[Any, ...], function: str = "", name: str = "") -> tuple[int, ...]:
    """`f(2, 3)`, `f((2, 3))` and `f(torch.Size([2, 3]))` alike; function, name: of the argument, for the error."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = tuple(args[0])
    elif not args:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{name}"')
    return tuple([a if type(a) is int else index(a) for a in args])


def common_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """What the shapes broadcast to. Raises RuntimeError where they do not."""
    common: tuple[int, ...] = ()
    for shape in shapes:
        wrong = broadcast_mismatch(common, shape)
        if wrong is not None:
            raise RuntimeError(wrong)
        common = np.broadcast_shapes(common, shape)
    return common


ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
"""NumPy's names of arguments, which PyTorch takes too."""


def numpy_names(f: F) -> F:
    """Accept NumPy's `axis` and `keepdims` beside `dim` and `keepdim`, as PyTorch does."""

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if kwargs and not ALIASES.keys().isdisjoint(kwargs):
            kwargs = {ALIASES.get(k, k): v for k, v in kwargs.items()}
        return f(*args, **kwargs)

    wrapped.aliased = True  # type: ignore[attr-defined]
    return wrapped  # type: ignore[return-value]
