"""What is named by an index reduced into a tensor: sum, product, mean, largest or smallest."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .arithmetic import constant
from .choose import where
from .dims import one_dim
from .gather import add_at, along, cut, fill_at, gather_at, in_range, scatter_index

if TYPE_CHECKING:
    from ..tensor import Tensor

_UFUNCS: dict[str, Any] = {
    "sum": np.add, "prod": np.multiply, "mean": np.add, "amax": np.maximum, "amin": np.minimum,
}  # fmt: skip


def _start(reduce: str, kind: np.dtype[Any]) -> Any:
    """What changes nothing in the reduction"""
    if reduce in ("sum", "mean", "prod"):
        return kind.type(reduce == "prod")
    low = reduce == "amax"
    if kind.kind == "f":
        return kind.type(-np.inf if low else np.inf)
    if kind.kind == "b":
        return np.bool_(not low)
    return np.iinfo(kind).min if low else np.iinfo(kind).max


def _reduced(input: Any, src: Any, index: Any, dim: int, reduce: str, include_self: bool) -> Any:
    out = np.array(input)
    at: Any = along(index, dim) if out.ndim else ...
    if not index.size:
        return out
    if not include_self:
        out[at] = _start(reduce, out.dtype)
    _UFUNCS[reduce].at(out, at, src)
    if reduce == "mean":
        count = np.full(out.shape, int(include_self), np.int64)
        np.add.at(count, at, 1)
        count = np.maximum(count, 1)
        out = out // count if out.dtype.kind in "iu" else out / count.astype(out.dtype)
    return out.astype(input.dtype, copy=False)


def _rules(own: Any) -> Any:
    """The gradients of input and src; own(input, src, ...) is the operation itself"""

    def ones(x: Any) -> Any:
        return constant(x, value=1.0)

    def count(like: Any, src: Any, index: Any, dim: int, include_self: bool) -> Any:
        n = add_at(constant(like, value=float(include_self)), ones(src), index=index, dim=dim)
        return where(n == 0, 1.0, n)

    def ties(input: Any, src: Any, out: Any, index: Any, dim: int) -> tuple[Any, Any, Any]:
        """Which elements of input and of src are the extreme, and how many they are"""
        best = ones(src) * (src == gather_at(out, index=index, dim=dim))
        mine = ones(input) * (input == out)
        return mine, best, add_at(mine, best, index=index, dim=dim)

    def excluded(grad: Any, index: Any, dim: int, include_self: bool) -> Any:
        return grad if include_self or not index.size else fill_at(grad, index=index, dim=dim, value=0.0)

    def of_input(g: Any, input: Any, src: Any, out: Any, index: Any, dim: int, reduce: str, include_self: bool) -> Any:
        if reduce == "sum":
            grad = g
        elif reduce == "mean":
            grad = g / count(g, src, index, dim, include_self)
        elif reduce == "prod":
            masked = where(input == 0, 1.0, input)
            grad = g * own(masked, src, index=index, dim=dim, reduce=reduce, include_self=include_self) / masked
        else:
            mine, _, n = ties(input, src, out, index, dim)
            grad = mine * g / where(n == 0, 1.0, n)
        return excluded(grad, index, dim, include_self)

    def of_src(g: Any, input: Any, src: Any, out: Any, index: Any, dim: int, reduce: str, include_self: bool) -> Any:
        if reduce == "sum":
            return gather_at(g, index=index, dim=dim)
        if reduce == "mean":
            return gather_at(g / count(g, src, index, dim, include_self), index=index, dim=dim)
        if reduce != "prod":
            _, best, n = ties(input, src, out, index, dim)
            return best * gather_at(g / where(n == 0, 1.0, n), index=index, dim=dim)
        zero = src == 0
        zeros = add_at(constant(input, value=0.0), ones(src) * zero, index=index, dim=dim)
        single = zero & (gather_at(zeros, index=index, dim=dim) == 1)
        without = own(input, where(single, 1.0, src), index=index, dim=dim, reduce=reduce, include_self=include_self)
        rest = gather_at(g * out, index=index, dim=dim) / where(zero, 1.0, src)
        return where(single, gather_at(g * without, index=index, dim=dim), rest)

    return of_input, of_src


def _scatter(*args: Any, **options: Any) -> Any:
    return reduce_at(*args, **options)


def _index(*args: Any, **options: Any) -> Any:
    return reduce_rows(*args, **options)


_scatter_input, _scatter_src = _rules(_scatter)
_index_input, _index_src = _rules(_index)


@op(name="ScatterReduceBackward0", input=_scatter_input, src=_scatter_src)
def reduce_at(input: Tensor, src: Tensor, *, index: Any, dim: int, reduce: str, include_self: bool) -> Tensor:
    """A copy of input into which src is reduced at index along dim"""
    return _reduced(input, src, index, dim, reduce, include_self)  # type: ignore[no-any-return]


@op(name="IndexReduceBackward0", input=_index_input, src=_index_src)
def reduce_rows(input: Tensor, src: Tensor, *, index: Any, dim: int, reduce: str, include_self: bool) -> Tensor:
    """As `reduce_at`, with one index for each row of dim; PyTorch's name of it there"""
    return _reduced(input, src, index, dim, reduce, include_self)  # type: ignore[no-any-return]


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of input with src reduced into it at index along dim: "sum", "prod", "mean", "amax" or "amin"

    index: int64, of as many dimensions as input and src and no larger than either (than input: but along dim).
    include_self: whether what input has there takes part; else only elements that nothing is reduced into are kept.
    """
    reduce = {"max": "amax", "min": "amin"}.get(reduce, reduce)  # PyTorch takes these, too
    if reduce not in _UFUNCS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    d, i = scatter_index(input, dim, index, src)
    return reduce_at(input, cut(src, i), index=i, dim=d, reduce=reduce, include_self=include_self)


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of input with the rows of source reduced into its rows `index` of dim: "prod", "mean", "amax" or "amin" """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    warnings.warn("index_reduce() is in beta and the API may change at any time.", stacklevel=2)
    d, i, shape = one_dim(dim, input._data.ndim), index._data, source._data.shape
    if input._data.dtype != source._data.dtype:
        raise RuntimeError("index_reduce(): self and source expected to have the same dtype")
    if i.ndim > 1:
        raise IndexError("index_reduce(): Index is supposed to be a vector")
    if shape and i.size != shape[d]:
        raise IndexError("index_reduce(): Number of indices should be equal to self.size(dim)")
    in_range(i, (input._data.shape or (1,))[d], d)
    wide = np.broadcast_to(i.reshape([-1 if k == d else 1 for k in range(len(shape))]), shape) if shape else i
    return reduce_rows(input, source, index=wide, dim=d, reduce=reduce, include_self=include_self)
