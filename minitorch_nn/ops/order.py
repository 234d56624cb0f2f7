"""Order statistics: the most frequent element, the k-th smallest, medians, quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .arithmetic import lerp
from .dims import filled_dim, numpy_names, one_dim
from .extremes import ValuesAndIndices, pick, put_picked, shared_evenly, sort
from .gather import gather
from .join import cat
from .shape import reshape, squeeze, unsqueeze

if TYPE_CHECKING:
    from ..tensor import Tensor

ModeResult, KthvalueResult, MedianResult, NanmedianResult = (
    type(name, (ValuesAndIndices,), {"__slots__": ()}) for name in ("mode", "kthvalue", "median", "nanmedian")
)


# Sorted, and the most frequent ----------------------------------------------------------------------------------------
def _most_frequent(row: Any) -> int:
    """Where the last of the most frequent elements is, of equally frequent ones the smallest; nans equal nothing"""
    order = np.argsort(row, kind="stable")
    values = row[order]
    ends = np.append(np.flatnonzero(values[1:] != values[:-1]), len(row) - 1)
    return int(order[ends[np.argmax(np.diff(ends, prepend=-1))]])


@op(
    name="ModeBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def mode_dim(input: Tensor, *, dim: int, keepdim: bool) -> Any:
    """The most frequent element of each row of dim, and where it is last"""
    shape: tuple[int, ...] = input.shape
    if 0 in shape:
        at = np.zeros(shape[:dim] + shape[dim + 1 :], np.int64)
    else:
        at = np.asarray(np.apply_along_axis(_most_frequent, dim, input) if shape else 0)
    return pick(input, at, dim, keepdim)


@numpy_names
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> ValuesAndIndices:
    """(values, indices) of the most frequent along dim: of equally frequent ones the smallest, where it is last

    PyTorch's index is any of the equal ones' in rows of more than 16.
    """
    return ModeResult(*mode_dim(input, dim=filled_dim("mode", input, dim), keepdim=keepdim))


def msort(input: Tensor) -> Tensor:
    """input in order along its first dimension"""
    return sort(input, 0).values


# The k-th smallest and the median -------------------------------------------------------------------------------------
def _rank(x: Any, rank: Any, dim: int) -> Any:
    """Where the element of the given rank, from 0, is in each row of dim; rank: one, or an array with one for each"""
    if not x.ndim:
        return 0
    order = np.argsort(x, dim, kind="stable")
    at = np.broadcast_to(np.asarray(rank), [1 if d == dim else n for d, n in enumerate(x.shape)])
    return np.take_along_axis(order, at, dim).squeeze(dim)


def _middle(x: Any, dim: int) -> Any:
    """The rank of the lower median of each row; of a nan, which counts as the largest, where there is one"""
    n = x.shape[dim] if x.ndim else 1
    if x.dtype.kind == "f" and np.isnan(x).any() and x.ndim:
        return np.where(np.isnan(x).any(axis=dim, keepdims=True), n - 1, (n - 1) // 2)
    return (n - 1) // 2


@op(
    name="KthvalueBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def kthvalue_dim(input: Tensor, *, k: int, dim: int, keepdim: bool) -> Any:
    """The k-th smallest along dim, k from 1, and where it is"""
    return pick(input, _rank(input, k - 1, dim), dim, keepdim)


@op(
    name="MedianBackward1",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def median_dim(input: Tensor, *, dim: int, keepdim: bool) -> Any:
    """The lower median along dim, and where it is"""
    return pick(input, _rank(input, _middle(input, dim), dim), dim, keepdim)


@op(name="MedianBackward0", input=lambda g, input, out: shared_evenly(g, input, out))
def median_all(input: Tensor) -> Tensor:
    """The lower median of all elements; equal ones share the gradient"""
    flat = input.reshape(-1)
    if not flat.size:
        return np.asarray(np.nan, input.dtype)  # type: ignore[return-value]
    return flat[_rank(flat, _middle(flat, 0), 0)].reshape(())


@numpy_names
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """(values, indices) of the k-th smallest along dim, k from 1"""
    d = one_dim(dim, input._data.ndim)
    n = input._data.shape[d] if input._data.ndim else 1
    if not 1 <= k <= n:
        raise RuntimeError("kthvalue(): selected number k out of range for dimension " + str(d))
    return KthvalueResult(*kthvalue_dim(input, k=k, dim=d, keepdim=keepdim))


@numpy_names
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of all elements; with dim, (values, indices) over it; nan if there is one"""
    if dim is None:
        return median_all(input)
    return MedianResult(*median_dim(input, dim=filled_dim("median", input, dim), keepdim=keepdim))


def _middle_without_nan(x: Any, dim: int) -> Any:
    """The rank of the lower median of what is not nan in each row"""
    count = np.add.reduce(x == x, axis=dim, keepdims=True, dtype=np.int64) if x.ndim else 1
    return np.maximum(count - 1, 0) // 2


@op(name="NanmedianBackward0", input=lambda g, input, out: shared_evenly(g, input, out))
def nanmedian_all(input: Tensor) -> Tensor:
    """The lower median of the elements that are not nan"""
    flat = input.reshape(-1)
    if not flat.size:
        return np.asarray(np.nan, input.dtype)  # type: ignore[return-value]
    return flat[_rank(flat, _middle_without_nan(flat, 0), 0)].reshape(())


@op(
    name="NanmedianBackward1",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def nanmedian_dim(input: Tensor, *, dim: int, keepdim: bool) -> Any:
    """The lower median of what is not nan along dim, and where it is"""
    return pick(input, _rank(input, _middle_without_nan(input, dim), dim), dim, keepdim)


@numpy_names
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of what is not nan; with dim, (values, indices) over it; nan where there is nothing else"""
    if dim is None:
        return nanmedian_all(input)
    return NanmedianResult(*nanmedian_dim(input, dim=filled_dim("median", input, dim), keepdim=keepdim))


# Quantiles ------------------------------------------------------------------------------------------------------------
def _levels(q: Any, input: Tensor) -> Any:
    """The levels, float64, at least 1-d. Raises RuntimeError where they are not in [0, 1], or of another dtype."""
    given = getattr(q, "_data", None)
    if input._data.dtype not in (np.float32, np.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if given is None and not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    if given is not None:
        if given.ndim > 1:
            raise RuntimeError("quantile() q must be a scalar or 1D tensor")
        if given.dtype != input._data.dtype:
            raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
        if not ((given >= 0) & (given <= 1)).all():
            raise RuntimeError("quantile() q values must be in the range [0, 1]")
    return np.atleast_1d(np.asarray(q if given is None else given, dtype=np.float64))


def _share(rank: Any, interpolation: str) -> Any:
    """How far the quantile is from the element below the rank to the one above"""
    low = np.floor(rank)
    return {
        "linear": rank - low,
        "lower": rank * 0,
        "higher": np.ceil(rank) - low,
        "midpoint": np.where(rank == low, 0.0, 0.5),
        "nearest": np.rint(rank) - low,
    }[interpolation]


def _quantile(input: Tensor, q: Any, dim: int | None, keepdim: bool, interpolation: str, skip_nan: bool) -> Tensor:
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            + interpolation
        )
    levels = _levels(q, input)
    shape, kind = input._data.shape, input._data.dtype
    x = reshape(input, (-1,)) if dim is None or not shape else input
    d = 0 if dim is None else one_dim(dim, len(shape))
    if not x._data.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    ordered = sort(x, d).values
    nans, end = np.isnan(x._data), x._data.shape[d] - 1
    last = np.add.reduce(~nans, axis=d, keepdims=True) - 1 if skip_nan else np.full((1,) * x._data.ndim, end)
    spoilt = (last < 0) if skip_nan else nans.any(axis=d, keepdims=True)
    parts = []
    for level in levels:
        rank = np.where(spoilt, end, level * last)
        share = _share(rank, interpolation).astype(kind)
        whole = np.broadcast_to(rank, spoilt.shape)
        below = gather(ordered, d, x._wrap(np.floor(whole).astype(np.int64)))
        above = gather(ordered, d, x._wrap(np.ceil(whole).astype(np.int64)))
        parts.append(lerp(below, above, x._wrap(np.ascontiguousarray(np.broadcast_to(share, whole.shape)))))
    if dim is None or not shape:
        parts = [reshape(p, (1,) * len(shape) if keepdim else ()) for p in parts]
    elif not keepdim:
        parts = [squeeze(p, d) for p in parts]
    if np.ndim(getattr(q, "_data", q)) == 0:
        return parts[0]
    return cat([unsqueeze(p, 0) for p in parts], 0)


@numpy_names
def quantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """The q-quantiles (a number or a vector in [0, 1]) of all elements or along dim, between ranks as asked for

    nan where a nan is among them.
    """
    return _quantile(input, q, dim, keepdim, interpolation, skip_nan=False)


@numpy_names
def nanquantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """As `quantile`, of the elements that are not nan"""
    return _quantile(input, q, dim, keepdim, interpolation, skip_nan=True)
