"""Reading and writing parts of a tensor: x[...], gather, scatter and their kin.

`x[1, :, ::2]` is a chain of select and slice, each a view, as in PyTorch; an index tensor makes a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .dims import one_dim
from .elementwise import choose, times
from .shape import alias, reshape, select_at, slice_at, unsqueeze_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


# Along one dimension --------------------------------------------------------------------------------------------------
@op(name="GatherBackward0", input=lambda g, index, dim, input_shape: put_at(g, index=index, dim=dim, shape=input_shape))
def gather_at(input: Tensor, *, index: Any, dim: int) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on"""
    if not input.ndim:
        return np.broadcast_to(input, index.shape).copy()
    return input[_along(index, dim)]  # type: ignore[index]


@op(name="ScatterAddBackward0", g=lambda g, index, dim: gather_at(g, index=index, dim=dim))
def put_at(g: Tensor, *, index: Any, dim: int, shape: Shape) -> Tensor:
    """Zeros of `shape` with g added at index along dim: the reverse of gather"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    if out.ndim:
        np.add.at(out, _along(index, dim), g)
    else:
        out += np.add.reduce(g, axis=None)
    return out


def _along(index: Any, dim: int) -> tuple[Any, ...]:
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


@op(
    name="IndexSelectBackward0",
    input=lambda g, index, dim, input_shape: put_index(g, index=(slice(None),) * dim + (index,), shape=input_shape),
)
def index_select_at(input: Tensor, *, dim: int, index: Any) -> Tensor:
    """The rows `index` of dimension dim"""
    return np.take(input, index, dim)


# With index tensors ---------------------------------------------------------------------------------------------------
@op(name="IndexBackward0", input=lambda g, input_shape, index: put_index(g, index=index, shape=input_shape))
def take_index(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """A copy of input[index], index of slices, whole-number arrays and masks"""
    return input[index]


@op(g=lambda g, index: take_index(g, index=index))
def put_index(g: Tensor, *, index: tuple[Any, ...], shape: Shape) -> Tensor:
    """Zeros of `shape` with g added at index; what is named twice is added twice"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    arrays = [i for i in index if isinstance(i, np.ndarray)]
    if all(a.dtype.kind == "b" for a in arrays):
        out[index] = g  # a mask names nothing twice; add.at is 20 times slower
    elif len(arrays) == 1 and isinstance(index[0], np.ndarray) and len(index) == 1 and len(shape) > 1:
        _add_rows(out, arrays[0], g)
    else:
        np.add.at(out, index, g)
    return out


def _add_rows(out: Any, rows: Any, g: Any) -> None:
    """out[rows] += g with repeated rows added up: sorted, then one sum for each run of equal rows"""
    flat = rows.reshape(-1)
    if not flat.size:
        return
    flat = np.where(flat < 0, flat + out.shape[0], flat)
    order = np.argsort(flat, kind="stable")
    ranked = flat[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    out[ranked[starts]] = np.add.reduceat(g.reshape(flat.size, *out.shape[1:])[order], starts, axis=0)


@op(
    name="IndexPutBackward0",
    kind=None,
    input=lambda g, index, accumulate: g if accumulate else write_index(g, 0.0, index=index, accumulate=False),
    values=lambda g, index: take_index(g, index=index),
)
def write_index(input: Tensor, values: Any, *, index: tuple[Any, ...], accumulate: bool) -> Tensor:
    """A copy of input with `values` written (or added) at index"""
    out = np.array(input)
    if accumulate:
        np.add.at(out, index, values)
    else:
        out[index] = values
    return out  # type: ignore[return-value]


# Masks ----------------------------------------------------------------------------------------------------------------
@op(
    name="MaskedFillBackward0",
    input=lambda g, mask: choose(0.0, g, condition=mask),
    value=lambda g, mask: choose(g, 0.0, condition=mask),
)
def fill_masked(input: Tensor, value: Any, *, mask: Any) -> Tensor:
    """value where mask, else input"""
    return np.where(mask, value, input).astype(input.dtype, copy=False)  # type: ignore[call-overload]


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """value (a number or a 0-dim tensor) where mask, else input; mask broadcasts"""
    if mask._data.dtype.kind != "b":
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype " + _kind(mask))
    if hasattr(value, "_data") and value._data.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value._data.ndim} dimension(s)."
        )
    return fill_masked(input, value, mask=mask._data)


def _kind(t: Any) -> str:
    return str(t.dtype).removeprefix("torch.")


@op(name="MaskedSelectBackward0", input=lambda g, mask, input_shape: put_index(g, index=(mask,), shape=input_shape))
def select_masked(input: Tensor, *, mask: Any) -> Tensor:
    """The elements where mask, as a vector"""
    return input[mask]


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where mask, as a vector; both broadcast"""
    from .shape import expand_shape

    if mask._data.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = np.broadcast_shapes(input._data.shape, mask._data.shape)
    if input._data.shape != shape:
        input = expand_shape(input, shape=shape)
    return select_masked(input, mask=np.broadcast_to(mask._data, shape))


# x[...] ---------------------------------------------------------------------------------------------------------------
def getitem(x: Tensor, index: Any) -> Tensor:
    """x[index], as PyTorch reads it: whole numbers, slices, None, ..., bools, sequences and index tensors"""
    if type(index) is int and x._data.ndim:
        return select_at(x, index=(_checked(index, x._data.shape[0], 0, x._data.ndim),))
    if type(index) is slice:
        key = _slice(index)
        return alias(x) if key == _ALL else slice_at(x, index=(key,))
    items = _items(index)
    items = _fill_ellipsis(items, x._data.ndim)
    if any(isinstance(i, np.ndarray) for i in items):
        return _getitem_arrays(x, items)
    return _view_of(x, items)


_ALL = slice(None, None, None)


def _slice(s: slice) -> slice:
    """The same slice of Python ints. Raises ValueError for a step below 1."""
    start, stop, step = (v if v is None else int(v) for v in (s.start, s.stop, s.step))
    if step is not None and step < 1:
        raise ValueError("step must be greater than zero")
    return slice(start or None, stop, None if step == 1 else step)


def _checked(i: int, size: int, dim: int, ndim: int) -> int:
    if not -size <= i < size:
        raise IndexError(f"index {i} is out of bounds for dimension {dim} with size {size}")
    return i


def _items(index: Any) -> list[Any]:
    """The parts of an index: tensors and sequences as arrays, numbers as ints"""
    parts = list(index) if isinstance(index, tuple) else [index]
    out: list[Any] = []
    for p in parts:
        if hasattr(p, "_data"):
            p = p._data
            if p.dtype.kind == "f":
                raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
            if p.dtype == np.uint8:
                p = p.astype(bool)
            out.append(int(p) if p.ndim == 0 and p.dtype.kind != "b" else p)
        elif p is None or p is Ellipsis or (isinstance(p, int) and not isinstance(p, bool)):
            out.append(p)
        elif isinstance(p, slice):
            out.append(_slice(p))
        elif isinstance(p, (bool, np.bool_)):
            out.append(np.asarray(p))
        elif isinstance(p, np.integer):
            out.append(int(p))
        elif isinstance(p, (list, tuple, range, np.ndarray)):
            values = [int(v) if hasattr(v, "_data") else v for v in p] if not isinstance(p, np.ndarray) else p
            array = np.asarray(values)
            out.append(array if array.size else array.astype(np.int64))
        else:
            raise TypeError(
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                f"(got {type(p).__name__})"
            )
    return out


def _fill_ellipsis(items: list[Any], ndim: int) -> list[Any]:
    used = sum(p.ndim if isinstance(p, np.ndarray) and p.dtype.kind == "b" else 1 for p in items if p is not None and p is not Ellipsis)
    if used > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    dots = [i for i, p in enumerate(items) if p is Ellipsis]
    if dots:
        items[dots[0] : dots[0] + 1] = [_ALL] * (ndim - used)
        items = [p if p is not Ellipsis else _ALL for p in items]
    return items


def _view_of(x: Tensor, items: list[Any]) -> Tensor:
    """A chain of views, one for each item that says something"""
    out, dim = x, 0
    for p in items:
        if p is None:
            out = unsqueeze_at(out, dim=dim)
            dim += 1
        elif isinstance(p, int):
            _checked(p, out._data.shape[dim], dim, out._data.ndim)
            out = select_at(out, index=(_ALL,) * dim + (p,))
        elif p == _ALL:
            dim += 1
        else:
            out = slice_at(out, index=(_ALL,) * dim + (p,))
            dim += 1
    return alias(x) if out is x else out


def _getitem_arrays(x: Tensor, items: list[Any]) -> Tensor:
    """Views first, for numbers, slices and None; then one copy by the index arrays"""
    base, index = _split(x, items)
    _bounds(base, index)
    if len(index) == 1 and isinstance(index[0], np.ndarray) and index[0].ndim == 0:  # x[tensor(True)]
        base, index = unsqueeze_at(x, dim=0), (np.atleast_1d(index[0]),)
    return take_index(base, index=index)


def _split(x: Tensor, items: list[Any]) -> tuple[Tensor, tuple[Any, ...]]:
    views: list[Any] = []
    index: list[Any] = []
    for p in items:
        if isinstance(p, np.ndarray):
            views += [_ALL] * (p.ndim if p.dtype.kind == "b" else 1)
            index.append(p)
        else:
            views.append(p)
            if not isinstance(p, int):
                index.append(_ALL)
    plain = all(isinstance(v, slice) and v == _ALL for v in views)
    while index and isinstance(index[-1], slice):
        index.pop()
    return (x if plain else _view_of(x, views)), tuple(index)


def _bounds(x: Any, index: tuple[Any, ...]) -> None:
    dim = 0
    for p in index:
        if not isinstance(p, np.ndarray):
            dim += 1
            continue
        if p.dtype.kind == "b":
            for k, n in enumerate(p.shape):
                if n != x._data.shape[dim + k]:
                    raise IndexError(
                        f"The shape of the mask {list(p.shape)} at index {k} does not match the shape of the indexed "
                        f"tensor {list(x._data.shape)} at index {dim + k}"
                    )
            dim += p.ndim
            continue
        n = x._data.shape[dim]
        bad = p[(p < -n) | (p >= n)]
        if bad.size:
            raise IndexError(f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {n}")
        dim += 1
    shapes = [p.shape for p in index if isinstance(p, np.ndarray) and p.dtype.kind != "b"]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexError(
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(str(list(s)) for s in shapes)
        ) from None


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """x[index] = value, in place; a view of x is written, or an index_put_ where the index has tensors"""
    from .inplace import assign, copy_

    items = _fill_ellipsis(_items(index), x._data.ndim)
    if not any(isinstance(i, np.ndarray) for i in items):
        copy_(_view_of(x, items), value, broadcast_leading=True)
        return
    base, where_ = _split(x, items)
    _bounds(base, where_)
    v = value
    if hasattr(v, "_data") and v._data.dtype != x._data.dtype:
        v = v.to(x.dtype)
    try:
        assign(base, write_index(base, v, index=where_, accumulate=False))
    except ValueError:
        got = list(base._data[where_].shape)
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value._data.shape)} cannot be broadcast to indexing result of "
            f"shape {got}"
        ) from None


# The public forms -----------------------------------------------------------------------------------------------------
def _index_array(index: Any, what: str) -> Any:
    if index._data.dtype.kind not in "iu":
        raise RuntimeError(f"{what}(): Expected dtype int32/int64 for index")
    return index._data


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on; index: int64 of as many dimensions as input"""
    d = one_dim(dim, input._data.ndim)
    i = _index_array(index, "gather")
    if i.ndim != input._data.ndim and input._data.ndim and i.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    n = input._data.shape[d] if input._data.ndim else 1
    _in_range(i, n, d, negative=False)
    return gather_at(input, index=i, dim=d)


def _in_range(i: Any, n: int, dim: int, negative: bool) -> None:
    bad = i[(i < (-n if negative else 0)) | (i >= n)]
    if bad.size:
        raise RuntimeError(f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {n}")


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The rows `index` (int tensor, one dimension) of dimension dim"""
    d = one_dim(dim, input._data.ndim)
    i = index._data
    if i.dtype.kind not in "iu":
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    if i.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    n = input._data.shape[d] if input._data.ndim else 1
    if i.size and (i.min() < 0 or i.max() >= n):
        raise IndexError("index out of range in self")
    if not input._data.ndim:
        return input.clone()
    return index_select_at(input, dim=d, index=np.atleast_1d(i))


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """As gather, with index and input broadcast against each other; of the flattened tensor for dim None"""
    if dim is None:
        return gather(reshape(input, (-1,)), 0, reshape(indices, (-1,)))
    from .shape import expand_shape

    d = one_dim(dim, input._data.ndim)
    shape = list(np.broadcast_shapes(
        tuple(1 if k == d else n for k, n in enumerate(input._data.shape)),
        tuple(1 if k == d else n for k, n in enumerate(indices._data.shape)),
    ))
    shape[d] = input._data.shape[d]
    source = expand_shape(input, shape=tuple(shape))
    shape[d] = indices._data.shape[d]
    return gather_at(source, index=np.broadcast_to(indices._data, shape), dim=d)


def scatter(input: Tensor, dim: int, index: Tensor, src: Any, *, reduce: str | None = None) -> Tensor:
    """A copy of input with src (a tensor or a number) written at index along dim"""
    if reduce is not None:
        raise NotImplementedError("scatter(reduce=…) is not supported here; use scatter_add")
    at, part = _scatter_args(input, dim, index, src)
    return write_index(input, part, index=at, accumulate=False)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy of input with src added at index along dim; what is named twice is added twice"""
    at, part = _scatter_args(input, dim, index, src)
    return write_index(input, part, index=at, accumulate=True)


def _scatter_args(input: Tensor, dim: int, index: Tensor, src: Any) -> tuple[Any, Any]:
    d = one_dim(dim, input._data.ndim)
    i = _index_array(index, "scatter")
    _in_range(i, input._data.shape[d] if input._data.ndim else 1, d, negative=False)
    if hasattr(src, "_data"):
        if src._data.dtype != input._data.dtype:
            raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
        if src._data.shape != i.shape:
            src = slice_at(src, index=tuple(slice(n) for n in i.shape))
    return _along(i, d), src


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """A copy of input with alpha * source added to the rows `index` of dim"""
    d = one_dim(dim, input._data.ndim)
    return write_index(input, source if alpha == 1 else times(source, alpha), index=(_ALL,) * d + (index._data,), accumulate=True)


def index_put(input: Tensor, indices: Sequence[Any], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of input with values written (or added) at input[indices]"""
    items = _items(tuple(indices))
    _bounds(input, tuple(items))
    return write_index(input, values, index=tuple(items), accumulate=accumulate)


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where input is not zero: (count, ndim) int64, or with as_tuple a vector for each dimension"""
    found = np.nonzero(np.atleast_1d(input._data))
    if as_tuple:
        return tuple(input._wrap(i) for i in found)
    out = np.stack(found, 1) if input._data.ndim else np.empty((len(found[0]), 0), np.int64)
    return input._wrap(np.ascontiguousarray(out))
