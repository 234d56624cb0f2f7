"""Copies of a tensor with another one written to a part of it: to rows, where a mask is true, to a slice, a diagonal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..autograd.variable import TensorBase
from .checks import expect_tensor, kind_name, type_name
from .choose import choose
from .dims import common_shape, one_dim
from .indexing import index_select_at, take_index
from .inplace import assign, check_history
from .overlap import refuse_repeated, refuse_shared, warn_repeated
from .shape import expand_shape, reshape
from .slices import ALL, _two_dims, diagonal_copy, take_basic

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]
Index = tuple[Any, ...]


def _cleared(g: Any, at: Any) -> Any:
    """g, 0 where the mask is true"""
    return choose(0.0, g, condition=at)


def _mask(shape: Shape, index: Any) -> Any:
    """A mask that is true at an index"""
    out = np.zeros(shape, bool)
    out[index] = True
    return out


# Rows -----------------------------------------------------------------------------------------------------------------
@op(
    name="IndexCopyBackward0",
    input=lambda g, dim, index: _cleared(g, _mask(g.shape or (1,), (ALL,) * dim + (index,)).reshape(g.shape)),
    source=lambda g, dim, index, source_shape: reshape(
        index_select_at(g if g.ndim else reshape(g, (1,)), dim=dim, index=index), source_shape
    ),
)
def write_rows(input: Tensor, source: Tensor, *, dim: int, index: Any) -> Tensor:
    """A copy of input with source written to the rows `index` of dim"""
    out = np.array(input, order="C", ndmin=1)
    out[(ALL,) * dim + (index,)] = source
    return out.reshape(input.shape)  # type: ignore[return-value]


def _row_index(input: Tensor, dim: int, index: Tensor, source: Tensor, in_place: bool) -> tuple[int, Any]:
    """dim counted from the front, and the index as a vector, all checked"""
    expect_tensor("index_copy", "index", 2, index)
    expect_tensor("index_copy", "source", 3, source)
    x, i, s = input._data, index._data, source._data
    d = one_dim(dim, x.ndim)
    if in_place:
        check_history(input, source)
    if i.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {i.ndim})")
    if not s.ndim and i.size != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {i.size})")
    if s.ndim != x.ndim and s.ndim and x.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({s.ndim}), destination dimensionality ({x.ndim})"
        )
    if i.dtype != np.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {kind_name(i)}")
    if s.dtype != x.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{kind_name(x)} and (source) {kind_name(s)}"
        )
    rest, given = (a.shape[:d] + a.shape[d + 1 :] for a in (x, s))
    if rest != given:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{_words(rest)} at dimension {d} and source slice shape: {_words(given)} at dimension 0."
        )
    if s.ndim and i.size != s.shape[d]:
        raise IndexError(
            f"index_copy_(): Number of indices ({i.size}) should be equal to source.size(dim) ({s.shape[d]})"
        )
    if in_place:
        refuse_repeated(x)
        refuse_shared(x, i, s)
    n = (x.shape or (1,))[d]
    if i.size and (i.min() < 0 or i.max() >= n):
        bad = i[(i < 0) | (i >= n)].flat[0]
        raise IndexError(f"index_copy_(): index {bad} is out of bounds for dimension {d} with size {n}")
    return d, i.reshape(-1)


def _words(shape: Shape) -> str:
    return " ".join(str(n) for n in shape)


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy of input with source written to the rows `index` (int64, one dimension) of dim"""
    d, i = _row_index(input, dim, index, source, in_place=False)
    return write_rows(input, source, dim=d, index=i)


def index_copy_(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """`index_copy`, in place"""
    d, i = _row_index(input, dim, index, source, in_place=True)
    return assign(input, write_rows(input, source, dim=d, index=i))


@op(name="IndexFillBackward0", input=lambda g, mask: _cleared(g, mask))
def fill_rows(input: Tensor, *, mask: Any, value: Any) -> Tensor:
    """A copy of input with a number in the rows where mask"""
    return np.where(mask, np.asarray(value).astype(input.dtype), input)  # type: ignore[attr-defined,return-value]


@op(
    name="IndexFillBackward1",
    input=lambda g, mask: _cleared(g, mask),
    value=lambda g, mask: choose(g, 0.0, condition=mask),
)
def fill_rows_with(input: Tensor, value: Tensor, *, mask: Any) -> Tensor:
    """A copy of input with the element of a 0-dim tensor in the rows where mask"""
    return np.where(mask, value.astype(input.dtype), input)  # type: ignore[attr-defined,return-value]


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy of input with value (a number or a 0-dim tensor) in the rows `index` (int64, one dimension) of dim"""
    expect_tensor("index_fill", "index", 2, index)
    i, shape = index._data, input._data.shape
    if isinstance(value, TensorBase) and value._data.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._data.ndim} dimension(s)."
        )
    if i.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    d = one_dim(dim, len(shape))
    if i.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    mask = np.zeros(shape or (1,), bool)
    n = mask.shape[d]
    if i.size and (i.min() < -n or i.max() >= n):
        bad = i[(i < -n) | (i >= n)].flat[0]
        raise IndexError(f"index {bad} is out of bounds for dimension {d} with size {n}")
    mask[(ALL,) * d + (i,)] = True
    mask = mask.reshape(shape)
    if isinstance(value, TensorBase):
        return fill_rows_with(input, value, mask=mask)
    return fill_rows(input, mask=mask, value=value)


def index_fill_(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """`index_fill`, in place"""
    check_history(input, *[v for v in (value,) if isinstance(v, TensorBase)])
    warn_repeated(input._data, "index_fill_")
    if isinstance(index, TensorBase):
        refuse_shared(input._data, index._data)
    return assign(input, index_fill(input, dim, index, value))


# Where a mask is true -------------------------------------------------------------------------------------------------
@op(
    name="MaskedScatterBackward0",
    input=lambda g, mask: _cleared(g, mask),
    source=lambda g, mask, source_shape: collect_masked(g, mask=mask, shape=source_shape),
)
def write_masked(input: Tensor, source: Tensor, *, mask: Any) -> Tensor:
    """input, with the first elements of source, row by row, where mask"""
    out = np.array(input)
    out[mask] = source.reshape(-1)[: np.count_nonzero(mask)]
    return out  # type: ignore[return-value]


@op(g=lambda g, mask, g_shape: write_masked(_zeros(g, mask.shape), g, mask=mask))
def collect_masked(g: Tensor, *, mask: Any, shape: Shape) -> Tensor:
    """The elements of g where mask, then zeros, in this shape"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    chosen = g[mask]
    out.reshape(-1)[: chosen.size] = chosen
    return out  # type: ignore[no-any-return]


def _zeros(like: Any, shape: Shape) -> Any:
    array = np.zeros(shape, getattr(like, "_data", like).dtype)
    return array if isinstance(like, np.ndarray) else like._wrap(array)


def _check_masked(input: Tensor, mask: Tensor, source: Tensor, shape: Shape) -> Any:
    """The mask in the shape of the result"""
    if input._data.dtype != source._data.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got{kind_name(input)} and "
            f"{kind_name(source)}"
        )
    if mask._data.dtype.kind != "b":
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {kind_name(mask)}")
    full = np.broadcast_to(mask._data, shape)
    if source._data.size < np.count_nonzero(full):
        raise RuntimeError("Number of elements of source < number of ones in mask")
    return full


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """input, with the elements of source one after the other where mask (bool); input and mask broadcast"""
    expect_tensor("masked_scatter", "mask", 1, mask)
    expect_tensor("masked_scatter", "source", 2, source)
    shape = common_shape(mask._data.shape, input._data.shape)
    full = _check_masked(input, mask, source, shape)
    if input._data.shape != shape:
        input = expand_shape(input, shape=shape)
    return write_masked(input, source, mask=full)


def masked_scatter_(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`masked_scatter`, in place"""
    check_history(input, source)
    shape = input._data.shape
    lead = mask._data.ndim - len(shape)
    if lead > 0:
        raise RuntimeError(
            f"expand({type_name(mask)}{{{list(mask._data.shape)}}}, "
            f"size={list(shape)}): the number of sizes provided ({len(shape)}) must be greater or equal to the number of "
            f"dimensions in the tensor ({mask._data.ndim})"
        )
    for i, n in reversed(list(enumerate(mask._data.shape))):
        if n not in (1, shape[i - lead]):
            raise RuntimeError(
                f"The expanded size of the tensor ({shape[i - lead]}) must match the existing size ({n}) at non-singleton "
                f"dimension {i - lead}.  Target sizes: {list(shape)}.  Tensor sizes: {list(mask._data.shape)}"
            )
    full = _check_masked(input, mask, source, shape)
    refuse_repeated(input._data)
    return assign(input, write_masked(input, source, mask=full))


# Parts ----------------------------------------------------------------------------------------------------------------
def _part_grad(g: Any, index: Index) -> Any:
    return _cleared(g, _mask(g.shape, index))


@op(name="SelectScatterBackward0", input=_part_grad, src=lambda g, index: take_basic(g, index=index))
def write_selected(input: Tensor, src: Tensor, *, index: Index) -> Tensor:
    """A copy of input with src written to one index of a dimension"""
    return _written(input, src, index)  # type: ignore[no-any-return]


@op(name="SliceScatterBackward0", input=_part_grad, src=lambda g, index: take_basic(g, index=index))
def write_slice(input: Tensor, src: Tensor, *, index: Index) -> Tensor:
    """A copy of input with src written to a slice of a dimension"""
    return _written(input, src, index)  # type: ignore[no-any-return]


def _written(input: Any, src: Any, index: Index) -> Any:
    out = np.array(input)
    with np.errstate(over="ignore", invalid="ignore"):
        out[index] = src
    return out


def _check_part(src: Tensor, part: Shape) -> None:
    if src._data.shape != part:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src._data.shape)}, slice size = "
            f"{list(part)}"
        )


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of input with src written to input[:, ..., index], `index` at dimension dim"""
    shape = input._data.shape
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    d = one_dim(dim, len(shape))
    if not -shape[d] <= index < shape[d]:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {d}")
    _check_part(src, shape[:d] + shape[d + 1 :])
    return write_selected(input, src, index=(ALL,) * d + (int(index),))


def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """A copy of input with src written to input[:, ..., start:end:step], at dimension dim"""
    shape = input._data.shape
    if not shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    d = one_dim(dim, len(shape))
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    part = range(*slice(start, end, step).indices(shape[d]))
    _check_part(src, (*shape[:d], len(part), *shape[d + 1 :]))
    return write_slice(input, src, index=(ALL,) * d + (slice(part.start, part.stop, step),))


def _diagonal_mask(shape: Shape, offset: int, dim1: int, dim2: int) -> Any:
    out = np.zeros(shape, bool)
    _write_diagonal(out, True, offset, dim1, dim2)
    return out


def _write_diagonal(out: Any, values: Any, offset: int, dim1: int, dim2: int) -> None:
    view = np.diagonal(out, offset, dim1, dim2)
    view.flags.writeable = True
    with np.errstate(over="ignore", invalid="ignore"):
        view[...] = values


@op(
    name="DiagonalScatterBackward0",
    input=lambda g, offset, dim1, dim2: _cleared(g, _diagonal_mask(g.shape, offset, dim1, dim2)),
    src=lambda g, offset, dim1, dim2: diagonal_copy(g, offset=offset, dim1=dim1, dim2=dim2),
)
def write_diagonal(input: Tensor, src: Tensor, *, offset: int, dim1: int, dim2: int) -> Tensor:
    """A copy of input with src written to the diagonal of two dimensions"""
    out = np.array(input)
    _write_diagonal(out, src, offset, dim1, dim2)
    return out  # type: ignore[return-value]


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of input with src written to the diagonal of two dimensions"""
    x = input._data
    a, b = _two_dims(dim1, dim2, x.ndim)
    _check_part(src, np.diagonal(x, offset, a, b).shape)
    return write_diagonal(input, src, offset=offset, dim1=a, dim2=b)


# Elements of the whole, counted row by row ----------------------------------------------------------------------------
@op(
    name="PutBackward0",
    input=lambda g, index, accumulate: (
        g if accumulate else _cleared(g, _mask(g.shape, np.unravel_index(index, g.shape)))
    ),
    source=lambda g, index, source_shape: reshape(take_index(reshape(g, (-1,)), index=(index,)), source_shape),
)
def put_flat(input: Tensor, source: Tensor, *, index: Any, accumulate: bool) -> Tensor:
    """A copy of input with source written (or added) at flat places"""
    out = np.array(input, order="C")
    if accumulate:
        np.add.at(out.reshape(-1), index, source.reshape(-1))
    else:
        out.reshape(-1)[index] = source.reshape(-1)
    return out  # type: ignore[return-value]


def _put_places(input: Tensor, index: Tensor, source: Tensor, in_place: bool) -> Any:
    expect_tensor("put", "index", 1, index)
    expect_tensor("put", "source", 2, source)
    x, i, s = input._data, index._data, source._data
    if in_place:
        check_history(input, source)
    if i.dtype != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {kind_name(i)}")
    if s.dtype != x.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{kind_name(x)} and source.dtype = {kind_name(s)}"
        )
    if s.size != i.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{s.size}, index.numel() = {i.size}"
        )
    if i.size and not x.size:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    if in_place:
        refuse_repeated(x)
        refuse_shared(x, i, s)
    if i.size and (i.min() < -x.size or i.max() >= x.size):
        bad = i[(i < -x.size) | (i >= x.size)].flat[0]
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {x.size} elements.")
    return np.where(i < 0, i + x.size, i).reshape(-1)


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of input with source written (or added) at `index` (int64), where input counts as a vector"""
    i = _put_places(input, index, source, in_place=False)
    return put_flat(input, source, index=i, accumulate=accumulate)


def put_(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`put`, in place"""
    i = _put_places(input, index, source, in_place=True)
    return assign(input, put_flat(input, source, index=i, accumulate=accumulate))
