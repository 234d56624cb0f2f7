"""Order statistics that PyTorch has as single operations, runs of equal elements, histograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._bfloat16 import FLOATING, HALVES, finished, number, upcast
from ..autograd.node import Node, Output, births
from ..autograd.op import op
from .checks import cpp_name, not_implemented
from .choose import where
from .dims import numpy_names, one_dim
from .extremes import ValuesAndIndices, amax, amin, pick, put_picked, shared_evenly, sort
from .gamma import no_derivative
from .reduction import VarMeanBackward0

if TYPE_CHECKING:
    from ..tensor import Tensor

ModeResult, NanmedianResult = (type(n, (ValuesAndIndices,), {"__slots__": ()}) for n in ("mode", "nanmedian"))


def filled_dim(name: str, input: Tensor, dim: int) -> int:
    """dim counted from the front. Raises IndexError where it has no element."""
    d = one_dim(dim, input._data.ndim)
    if input._data.ndim and not input._data.shape[d]:
        raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")
    return d


# The most frequent ----------------------------------------------------------------------------------------------------
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


# Sorted ---------------------------------------------------------------------------------------------------------------
def msort(input: Tensor) -> Tensor:
    """input in order along its first dimension"""
    return sort(input, 0).values


def _rank_without_nan(x: Any, dim: int) -> Any:
    """Where the lower median of what is not nan is"""
    order = np.argsort(x, dim, kind="stable")
    count = np.add.reduce(x == x, axis=dim, keepdims=True, dtype=np.int64)
    return np.take_along_axis(order, np.maximum(count - 1, 0) // 2, dim).squeeze(dim)


@op(name="NanmedianBackward0", input=lambda g, input, out: shared_evenly(g, input, out))
def nanmedian_all(input: Tensor) -> Tensor:
    """The lower median of the elements that are not nan"""
    flat = input.reshape(-1)
    return flat[_rank_without_nan(flat, 0)].reshape(()) if flat.size else np.asarray(np.nan, input.dtype)  # type: ignore[return-value]


@op(
    name="NanmedianBackward1",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def nanmedian_dim(input: Tensor, *, dim: int, keepdim: bool) -> Any:
    """The lower median of what is not nan along dim, and where it is"""
    return pick(input, _rank_without_nan(input, dim) if input.ndim else 0, dim, keepdim)


@numpy_names
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of what is not nan; with dim, (values, indices) over it; nan where there is nothing else"""
    if dim is None:
        return nanmedian_all(input)
    return NanmedianResult(*nanmedian_dim(input, dim=filled_dim("median", input, dim), keepdim=keepdim))


# Smallest and largest -------------------------------------------------------------------------------------------------
class AminmaxBackward0(VarMeanBackward0):
    """Of two results of one call: hands each one's gradient to the node that made it."""

    __slots__ = ()


class aminmax_result(NamedTuple):
    """What `aminmax` returns."""

    min: Tensor
    max: Tensor

    def __repr__(self) -> str:
        return f"torch.return_types.aminmax(\nmin={self.min!r},\nmax={self.max!r})"


@numpy_names
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> aminmax_result:
    """(min, max) of all elements or along dim; equal ones share the gradient"""
    if dim is None:
        if not input._data.size:
            raise RuntimeError(
                "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
            )
    elif input._data.ndim and not input._data.shape[d := one_dim(dim, input._data.ndim)]:
        raise IndexError(f"aminmax: Expected reduction dim {d} to have non-zero size.")
    pair = (amin(input, dim, keepdim), amax(input, dim, keepdim))
    if pair[0]._node is not None:
        node: Node = AminmaxBackward0()
        node.edges, node.birth, node.hooks = tuple(t._node for t in pair), next(births), None
        node.shape, node.dtype = pair[0]._data.shape, pair[0]._data.dtype
        for number, t in enumerate(pair):
            t._node = Output(node, number, t._data)
    return aminmax_result(*pair)


# Runs of equal elements -----------------------------------------------------------------------------------------------
@op(
    name="UniqueConsecutiveBackward0",
    outputs=("out", "inverse", "counts"),
    input=lambda g: no_derivative("unique_consecutive"),
)
def runs(input: Tensor, *, dim: int | None) -> Any:
    """The first of each run of equal elements (rows of dim), the run each is in, and the runs' lengths"""
    rows = input.reshape(-1) if dim is None else np.moveaxis(input, dim, 0)  # type: ignore[call-overload]
    changes = rows[1:] != rows[:-1]
    new = np.append(True, changes.reshape(len(changes), -1).any(1) if rows.ndim > 1 else changes)[: len(rows)]
    starts = np.flatnonzero(new)
    inverse = np.cumsum(new) - 1
    values = rows[starts] if dim is None else np.moveaxis(rows[starts], 0, dim)
    counts = np.diff(np.append(starts, len(rows)))
    return np.ascontiguousarray(values), inverse.reshape(input.shape) if dim is None else inverse, counts


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The first of each run of equal elements (rows of dim); with flags also the run each is in and the lengths"""
    d = None if dim is None else one_dim(dim, input._data.ndim)
    values, inverse, counts = runs(input, dim=d)
    wanted = (values, *([inverse] if return_inverse else ()), *([counts] if return_counts else ()))
    return wanted if len(wanted) > 1 else values


# Histogram ------------------------------------------------------------------------------------------------------------
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
                f"{_name(x)} and bins for dimension 0 with dtype {_name(edges)}"
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
            f"but got input(dtype={_name(x)}), and weight(dtype={_name(weight._data)})"
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


def _name(x: Any) -> str:
    return cpp_name(x)


# Rows of bounded norm -------------------------------------------------------------------------------------------------
def _norms(x: Any, p: float, dim: int) -> Any:
    others = tuple(d for d in range(x.ndim) if d != dim)
    return (abs(x) ** p).sum(others, True) ** (1 / p) if hasattr(x, "_data") else _array_norms(x, p, others)


def _array_norms(x: Any, p: float, others: tuple[int, ...]) -> Any:
    return np.add.reduce(np.absolute(x) ** p, axis=others, keepdims=True) ** (1 / p)


def _renorm_grad(g: Any, x: Any, p: float, dim: int, maxnorm: float) -> Any:
    others = tuple(d for d in range(x.ndim) if d != dim)
    norm = _norms(x, p, dim)
    inverse = 1 / (norm + 1e-7)
    slope = x if p == 2 else where(x == 0, 0.0, abs(where(x == 0, 1.0, x)) ** (p - 2) * x)
    by_norm = (x * g).sum(others, keepdim=True) if hasattr(x, "_data") else (x * g).sum(others, keepdims=True)
    through = slope * (by_norm / where(norm == 0, 1.0, norm) ** (p - 1))
    return where(norm > maxnorm, maxnorm * inverse * (g - inverse * through), g)


@op(
    name="RenormBackward0",
    input=lambda g, input, p, dim, maxnorm: _renorm_grad(g, input, p, dim, maxnorm),
)
def renorm_rows(input: Tensor, *, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each row of dim scaled down to the p-norm maxnorm where it has more"""
    norm = _norms(input, p, dim)
    return np.where(norm > maxnorm, input * (maxnorm / (norm + 1e-7)).astype(input.dtype), input)


def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each row of dim scaled down to the p-norm maxnorm where it has more"""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    ndim = input._data.ndim
    if ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {ndim} dimensions")
    return renorm_rows(input, p=float(p), dim=one_dim(dim, ndim), maxnorm=float(maxnorm))
