"""Order statistics, counts and differences: compositions of other operations, or whole numbers that have no gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, finished, float_of
from ..autograd.op import op
from ..dtypes import dtype as DType
from ..dtypes import finfo, from_numpy
from .arithmetic import lerp, minus
from .checks import kind_name, not_implemented
from .choose import where
from .comparison import isfinite
from .dims import Dims, many_dims, numpy_names, one_dim
from .extremes import KthvalueResult, MedianResult, pick, put_picked, shared_evenly, sort
from .gather import gather
from .join import cat
from .order import filled_dim
from .reduction import in_dtype, sum, unreduce
from .shape import reshape, squeeze, unsqueeze
from .slices import narrow

if TYPE_CHECKING:
    from ..tensor import Tensor


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
    nans = np.isnan(x._data)
    last = np.add.reduce(~nans, axis=d, keepdims=True) - 1 if skip_nan else np.full((1,) * x._data.ndim, last_of(x, d))
    spoilt = (last < 0) if skip_nan else nans.any(axis=d, keepdims=True)
    parts = []
    for level in levels:
        rank = np.where(spoilt, last_of(x, d), level * last)
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


def last_of(x: Tensor, d: int) -> int:
    """The last index of dimension d"""
    return int(x._data.shape[d]) - 1


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


@op(
    name="NansumBackward0",
    input=lambda g, input, dim, keepdim: where(input != input, 0.0, unreduce(g, dim, keepdim, input.shape)),
)
def nansum_dims(input: Tensor, *, dim: tuple[int, ...], keepdim: bool) -> Tensor:
    """The sum over dim with nan counted as 0"""
    return np.add.reduce(np.where(np.isnan(input), input.dtype.type(0), input), axis=dim, keepdims=keepdim)


@numpy_names
def nansum(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The sum over dim with nan counted as 0; integers and bools give int64. dtype: cast the input to it first."""
    if (input._data.dtype if dtype is None else dtype.numpy).kind not in FLOATING:
        return sum(input, dim, keepdim, dtype=dtype)
    dims = many_dims(dim, input._data.ndim)
    return in_dtype(lambda x: nansum_dims(x, dim=dims, keepdim=keepdim), input, dtype)


@numpy_names
def nanmean(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The mean over dim of what is not nan"""
    if input._data.dtype.kind not in FLOATING:
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {kind_name(input)}"
        )
    total = nansum(input, dim, keepdim, dtype=dtype)
    count = sum(input._wrap(~np.isnan(float_of(input._data))), dim, keepdim)
    return total / count


@op(name="NanToNumBackward0", input=lambda g, input: where(isfinite(input), g, 0.0))
def finite(input: Tensor, *, nan: float, posinf: float, neginf: float) -> Tensor:
    """input with nan, inf and -inf replaced"""
    return np.nan_to_num(input, nan=nan, posinf=posinf, neginf=neginf)


def nan_to_num(
    input: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """input with nan, inf and -inf replaced: by 0, and by the dtype's largest and smallest number"""
    kind = input._data.dtype
    if kind.kind not in FLOATING:
        return input.clone()
    limits = finfo(from_numpy(kind))
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    return finite(input, nan=0.0 if nan is None else nan, posinf=high, neginf=low)


def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """input[i + 1] - input[i] along dim, n times"""
    if not input._data.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
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
    if x.dtype.kind in FLOATING or x.dtype.kind == "b":
        raise not_implemented("bincount_cpu", x)
    if x.ndim != 1 or x.dtype.kind not in "iu" or (x.size and x.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    out = np.bincount(x, None if weights is None else float_of(weights._data), minlength)
    return input._wrap(out if weights is None or weights._data.dtype != np.float32 else out.astype(np.float32))


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` equal parts of [min, max] (of their own range where both are 0)"""
    x = float_of(input._data)
    low, high = (float(x.min()), float(x.max())) if min == max and x.size else (min, max)
    if low == high:
        low, high = low - 1, high + 1
    counts, _ = np.histogram(x, bins, (low, high))
    return input._wrap(finished(counts, input._data.dtype))


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Which elements are among test_elements; assume_unique is a hint for speed only"""
    owner = elements if hasattr(elements, "_data") else test_elements
    values = [float_of(getattr(v, "_data", v)) for v in (elements, test_elements)]
    return owner._wrap(np.asarray(np.isin(*values, invert=invert)))  # type: ignore[no-any-return]


def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where each value of input goes in the sorted sequence (its last dimension), before (or after) equal ones

    sorter: the indices that sort the sequence along its last dimension, where it is not sorted itself.
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if right and side == "left":
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if sorter is not None:
        sorted_sequence = _in_order_of(sorter, sorted_sequence)
    edges, values = float_of(sorted_sequence._data), float_of(np.asarray(getattr(input, "_data", input)))
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


def _in_order_of(sorter: Tensor, sequence: Tensor) -> Tensor:
    """The sequence sorted by the indices of `sorter`"""
    order = sorter._data
    if order.shape != sequence._data.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(sequence._data.shape)}and got sorter tensor {list(order.shape)}"
        )
    if order.dtype != np.int64:
        raise RuntimeError(
            f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {kind_name(sorter)}"
        )
    if order.size and (order.min() < 0 or order.max() >= order.shape[-1]):
        raise RuntimeError("torch.searchsorted(): sorter index out of range")
    return sequence._wrap(np.take_along_axis(sequence._data, order, -1))


def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The number of the bucket between boundaries that each value of input falls in"""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
