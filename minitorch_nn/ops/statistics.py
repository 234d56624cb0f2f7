"""Sums and means without nan, finite differences, counts, histograms, and search in sorted sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._bfloat16 import FLOATING, HALVES, finished, float_of, number, upcast
from ..autograd.op import op
from ..dtypes import dtype as DType
from ..dtypes import finfo, from_numpy
from .arithmetic import minus, plus
from .checks import cpp_name, kind_name, not_implemented
from .choose import where
from .comparison import isfinite
from .dims import Dims, many_dims, numpy_names, one_dim
from .join import cat
from .reduction import in_dtype, sum, unreduce
from .slices import narrow

if TYPE_CHECKING:
    from ..tensor import Tensor


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


def _steps(spacing: Any, dims: list[int], given: bool, ndim: int) -> list[Any]:
    """One number or one array of coordinates for each of dims"""
    if spacing is None or isinstance(spacing, (int, float)):
        return [1.0 if spacing is None else float(spacing)] * len(dims)
    values = list(spacing)
    if len(values) != len(dims):
        if given:
            raise RuntimeError(
                "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
                f"same length, but got a spacing argument of length {len(values)} and a dim argument of length {len(dims)}."
            )
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{ndim}', since dim argument was not given, but got a list of length {len(values)}"
        )
    return [getattr(v, "_data", v) for v in values]


def gradient(
    input: Tensor, *, spacing: Any = None, dim: int | Sequence[int] | None = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The derivative along each of dim (all by default), from neighbours: central inside, one-sided at the edges

    spacing: the distance of neighbours, one number or one for each dimension, or the coordinates as vectors.
    edge_order: 1 or 2, the order of the estimate at the edges.
    """
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    ndim = input._data.ndim
    dims = list(range(ndim)) if dim is None else [one_dim(d, ndim) for d in ([dim] if isinstance(dim, int) else dim)]
    steps = _steps(spacing, dims, dim is not None, ndim)
    if any(input._data.shape[d] <= edge_order for d in dims):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple(_slope(input, d, step, edge_order) for d, step in zip(dims, steps, strict=True))


def _slope(x: Tensor, d: int, step: Any, edge_order: int) -> Any:
    n = x._data.shape[d]
    kind = x._data.dtype if x._data.dtype.kind in FLOATING else np.dtype(np.float32)
    at = np.arange(n) * step if isinstance(step, (int, float)) else np.asarray(float_of(step), np.float64)

    def combined(first: int, length: int, weights: Any) -> Any:
        """sum over k of weights[k] * x[first + k], for `length` places; weights: one or one for each place"""
        total: Any = None
        for k, w in enumerate(weights):
            by = finished(np.broadcast_to(np.asarray(w, np.float64), (length,)), kind)
            part = narrow(x, d, first + k, length) * x._wrap(by.reshape([-1 if i == d else 1 for i in range(x.ndim)]))
            total = part if total is None else plus(total, part)
        return total

    gap = np.diff(at)
    left, right = gap[:-1], gap[1:]
    parts = []
    if edge_order == 1:
        parts.append(combined(0, 1, (-1 / gap[0], 1 / gap[0])))
    else:
        a, b = gap[0], gap[1]
        parts.append(combined(0, 1, (-(2 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b)))))
    if n > 2:
        parts.append(
            combined(
                0,
                n - 2,
                (-right / (left * (left + right)), (right - left) / (left * right), left / (right * (left + right))),
            )
        )
    if edge_order == 1:
        parts.append(combined(n - 2, 1, (-1 / gap[-1], 1 / gap[-1])))
    else:
        a, b = gap[-2], gap[-1]
        parts.append(combined(n - 3, 1, (b / (a * (a + b)), -(a + b) / (a * b), (2 * b + a) / (b * (a + b)))))
    return cat(parts, d)


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


class histogram_result(NamedTuple):
    """What `histogram` returns."""

    hist: Tensor
    bin_edges: Tensor

    def __repr__(self) -> str:
        return f"torch.return_types.histogram(\nhist={self.hist!r},\nbin_edges={self.bin_edges!r})"


def histogram(
    input: Tensor,
    bins: Any = 100,
    *,
    range: Sequence[float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> histogram_result:
    """(hist, bin_edges): how many elements lie in each bin, the last of which includes its right edge

    bins: their number (equal parts of `range`, or of the elements' own), or a vector of edges in order.
    weight: what each element counts. density: divide by the total and the bins' widths.
    """
    x, half = input._data, input._data.dtype.char in HALVES
    if hasattr(bins, "_data"):
        edges = bins._data
        if edges.dtype != x.dtype:
            raise RuntimeError(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
                f"{cpp_name(x)} and bins for dimension 0 with dtype {cpp_name(edges)}"
            )
        if range is not None:
            raise TypeError("histogram(): range is given by bins where these are a tensor; leave it out")
    else:
        if bins <= 0:
            raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
        if half and range is None:
            raise not_implemented("histogramdd", x)
        low, high = (x.min(), x.max()) if range is None and x.size else range or (0, 1)
        if low == high:
            low, high = low - 0.5, high + 0.5
        if half:
            edges = _edges(low, high, bins, x.dtype)
        else:
            edges = np.linspace(low, high, bins + 1, dtype=x.dtype if x.dtype.kind == "f" else None)
    if x.dtype.kind not in FLOATING:
        raise not_implemented("histogramdd", x)
    if weight is not None and weight._data.dtype != x.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
            f"but got input(dtype={cpp_name(x)}), and weight(dtype={cpp_name(weight._data)})"
        )
    weights = None if weight is None else upcast(weight._data.reshape(-1))
    plain = upcast(edges)
    counts = np.histogram(upcast(x.reshape(-1)), plain, weights=weights)[0].astype(plain.dtype)
    if density:
        counts = upcast(finished(counts / counts.sum(), x.dtype)) / np.diff(plain)
    return histogram_result(input._wrap(finished(counts, x.dtype)), input._wrap(edges))


def _edges(low: float, high: float, bins: int, kind: Any) -> Any:
    """Equal steps from both ends, whose size is rounded, as PyTorch's `linspace` makes them in float16 and bfloat16"""
    step = number((high - low) / bins, kind)
    i = np.arange(bins + 1)
    return finished(np.where(i < (bins + 1) // 2, low + step * i, high - step * (bins - i)), kind)


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
