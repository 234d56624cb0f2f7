"""Order statistics, counts and differences: compositions of other operations, or whole numbers that have no gradient."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import minus, plus, times
from .choose import where
from .dims import Dims, numpy_names, one_dim
from .extremes import KthvalueResult, MedianResult, sort
from .gather import gather
from .join import cat
from .reduction import sum
from .shape import reshape, squeeze, unsqueeze
from .slices import narrow

if TYPE_CHECKING:
    from ..tensor import Tensor


def _at(input: Tensor, indices: Tensor, dim: int, keepdim: bool) -> Tensor:
    """The elements at indices (size 1 along dim)"""
    values = gather(input, dim, indices)
    return values if keepdim else squeeze(values, dim)


@numpy_names
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """(values, indices) of the k-th smallest along dim, k from 1"""
    d = one_dim(dim, input._data.ndim)
    n = input._data.shape[d] if input._data.ndim else 1
    if not 1 <= k <= n:
        raise RuntimeError("kthvalue(): selected number k out of range for dimension " + str(d))
    return _picked(KthvalueResult, input, k - 1, d, keepdim)


def _picked(result: Any, input: Tensor, rank: Any, d: int, keepdim: bool) -> Any:
    """The element of the given rank, from 0, of each row along d; rank: one for all rows, or an array with one for each"""
    if not input._data.ndim:
        return result(input.clone(), input._wrap(np.asarray(0)))
    order = sort(input.detach(), d, stable=True).indices
    at = narrow(order, d, rank, 1) if isinstance(rank, int) else gather(order, d, input._wrap(rank))
    return result(_at(input, at, d, keepdim), at if keepdim else squeeze(at, d))


@numpy_names
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of all elements; with dim, (values, indices) over it; nan if there is one"""
    if dim is None:
        flat = reshape(input, (-1,))
        return median(flat, 0).values if input._data.size else input._wrap(np.asarray(np.nan, input._data.dtype))
    d = one_dim(dim, input._data.ndim)
    n = input._data.shape[d] if input._data.ndim else 1
    x = input._data
    rank: Any = (n - 1) // 2
    if x.dtype.kind == "f" and np.isnan(x).any():  # a nan counts as the largest, and wins
        rank = np.where(np.isnan(x).any(axis=d, keepdims=True), n - 1, rank) if x.ndim else 0
    return _picked(MedianResult, input, rank, d, keepdim)


@numpy_names
def quantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """The q-quantiles (a number or a vector in [0, 1]) of all elements or along dim, between ranks as asked for"""
    levels = np.atleast_1d(np.asarray(getattr(q, "_data", q), dtype=np.float64))
    if ((levels < 0) | (levels > 1)).any():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            + interpolation
        )
    shape = input._data.shape
    x = reshape(input, (-1,)) if dim is None else input
    d = 0 if dim is None else one_dim(dim, len(shape))
    ordered = sort(x, d).values
    parts = []
    for level in levels.tolist():
        rank = level * (x._data.shape[d] - 1)
        low, high = math.floor(rank), math.ceil(rank)
        share = {
            "linear": rank - low,
            "lower": 0.0,
            "higher": 1.0,
            "midpoint": 0.5,
            "nearest": float(round(rank) - low),
        }
        below, above = narrow(ordered, d, low, 1), narrow(ordered, d, high, 1)
        part = plus(below, times(minus(above, below), share[interpolation])) if low != high else below
        parts.append(part)
    if dim is None:
        parts = [reshape(p, (1,) * len(shape) if keepdim else ()) for p in parts]
    elif not keepdim:
        parts = [squeeze(p, d) for p in parts]
    if np.ndim(getattr(q, "_data", q)) == 0:
        return parts[0]
    return cat([unsqueeze(p, 0) for p in parts], 0)


@numpy_names
def nansum(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """The sum over dim with nan counted as 0"""
    return sum(where(np.isnan(input._data), 0.0, input), dim, keepdim)


@numpy_names
def nanmean(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """The mean over dim of what is not nan"""
    count = sum(input._wrap((~np.isnan(input._data)).astype(input._data.dtype)), dim, keepdim)
    return nansum(input, dim, keepdim) / count


def nan_to_num(
    input: Tensor, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """input with nan, inf and -inf replaced; the infinities by the dtype's largest and smallest by default"""
    x = input._data
    if x.dtype.kind != "f":
        return input.clone()
    limits = np.finfo(x.dtype)
    out = where(np.isnan(x), 0.0 if nan is None else nan, input)
    out = where(x == np.inf, float(limits.max) if posinf is None else posinf, out)
    return where(x == -np.inf, float(limits.min) if neginf is None else neginf, out)  # type: ignore[no-any-return]


def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """input[i + 1] - input[i] along dim, n times"""
    d = one_dim(dim, input._data.ndim)
    ends = [t for t in (prepend, input, append) if t is not None]
    out = cat(ends, d) if len(ends) > 1 else input
    for _ in range(n):
        size = out._data.shape[d]
        if size < 1:
            break
        above, below = narrow(out, d, 1, size - 1), narrow(out, d, 0, size - 1)
        out = above ^ below if out._data.dtype.kind == "b" else minus(above, below)  # type: ignore[operator]
    return out


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each whole number from 0 on is in the vector input; with weights, their sums"""
    x = input._data
    if x.ndim != 1 or x.dtype.kind not in "iu" or (x.size and x.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    w = None if weights is None else weights._data
    out = np.bincount(x, w, minlength)
    return input._wrap(out if w is None else out.astype(w.dtype if w.dtype == np.float32 else np.float64))


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` equal parts of [min, max] (of their own range where both are 0)"""
    x = input._data
    low, high = (float(x.min()), float(x.max())) if min == max and x.size else (min, max)
    if low == high:
        low, high = low - 1, high + 1
    counts, _ = np.histogram(x, bins, (low, high))
    return input._wrap(counts.astype(x.dtype))


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Which elements are among test_elements; assume_unique is a hint for speed only"""
    owner = elements if hasattr(elements, "_data") else test_elements
    values = [getattr(v, "_data", v) for v in (elements, test_elements)]
    return owner._wrap(np.asarray(np.isin(*values, invert=invert)))  # type: ignore[no-any-return]


def searchsorted(
    sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None
) -> Tensor:
    """Where each value of input goes in the sorted sequence (its last dimension), before (or after) equal ones"""
    edges, values = sorted_sequence._data, np.asarray(getattr(input, "_data", input))
    place = side or ("right" if right else "left")
    kind = np.int32 if out_int32 else np.int64
    if edges.ndim == 1:
        return sorted_sequence._wrap(np.asarray(np.searchsorted(edges, values, place), dtype=kind))
    if values.shape[:-1] != edges.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(edges.shape)} and input value "
            f"tensor {list(values.shape)}"
        )
    out = np.empty(values.shape, kind)
    for row in np.ndindex(edges.shape[:-1]):
        out[row] = np.searchsorted(edges[row], values[row], place)
    return sorted_sequence._wrap(out)


def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket between boundaries that each value of input falls in"""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
