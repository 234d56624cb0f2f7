"""Reading and writing by index arrays and masks: whole rows, and what `x[...]` comes down to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import float_of
from ..autograd.grad_mode import mode
from ..autograd.op import op
from ..autograd.variable import TensorBase
from .checks import cpp_name, expect_tensor, fit_number, kind_name
from .choose import choose
from .dims import common_shape, one_dim
from .gather import in_range, of_one
from .inplace import assign, check_history
from .memory import by_rows
from .overlap import refuse_partial, refuse_repeated, refuse_shared, warn_repeated
from .shape import expand_shape
from .slices import ALL

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]
Index = tuple[Any, ...]


# Whole rows -----------------------------------------------------------------------------------------------------------
@op(
    name="IndexSelectBackward0",
    input=lambda g, index, dim, input_shape: put_index(g, index=(ALL,) * dim + (index,), shape=input_shape),
)
def index_select_at(input: Tensor, *, dim: int, index: Any) -> Tensor:
    """The rows `index` of dimension dim"""
    return np.take(input, index, dim)


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The rows `index` (int64 or int32, one dimension) of dimension dim"""
    expect_tensor("index_select", "index", 3, index)
    d, i = one_dim(dim, input._data.ndim), index._data
    if i.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if i.dtype not in (np.int64, np.int32):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    shape = input._data.shape
    if not shape and i.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {i.size} value(s)")
    if i.size and len(shape) > 1 and not shape[d]:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if i.size and (i.min() < 0 or i.max() >= of_one(shape)[d]):
        raise IndexError("index out of range in self")
    if not shape:
        return index_select_at(input, dim=0, index=np.zeros((), np.int64))
    return index_select_at(input, dim=d, index=np.atleast_1d(i))


@op(
    name="IndexAddBackward0",
    input=lambda g: g,
    source=lambda g, index, dim, alpha: (index_select_at(g, dim=dim, index=index) if g.ndim else g) * alpha,
)
def add_rows_at(input: Tensor, source: Tensor, *, dim: int, index: Any, alpha: float) -> Tensor:
    """A copy of input with alpha * source added to the rows `index` of dim"""
    if not input.ndim:
        return input + source * alpha
    out = np.array(input, order="C")
    add_rows(np.moveaxis(out, dim, 0), index, np.moveaxis(source * alpha, dim, 0))  # type: ignore[type-var]
    return out  # type: ignore[return-value]


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """A copy of input with alpha * source added to the rows `index` of dim"""
    return _add_rows(input, _row_dim(input, dim, index, source), index, source, alpha)


def index_add_(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """`index_add`, in place"""
    check_history(input, source)
    d = _row_dim(input, dim, index, source)
    refuse_repeated(input._data)
    refuse_shared(input._data, index._data, source._data)
    return assign(input, _add_rows(input, d, index, source, alpha))


def _row_dim(input: Tensor, dim: int, index: Tensor, source: Tensor) -> int:
    """dim counted from the front; index and source are checked, all but the indices themselves"""
    x, i, s = input._data, index._data, source._data
    d = one_dim(dim, x.ndim)
    if i.ndim > 1:
        raise IndexError(
            f"index_add_(): Index is supposed to be a vector, but got dim: {i.ndim} with type: {kind_name(i)} and size: "
            f"{list(i.shape)}"
        )
    if i.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {kind_name(i)}")
    if s.dtype != x.dtype:
        raise RuntimeError(
            f"index_add_(): self ({kind_name(x)}) and source ({kind_name(s)}) must have the same scalar type"
        )
    if d and d >= s.ndim:
        raise RuntimeError(f"index_add_(): Indexing dim {d} is out of bounds of the source tensor with dim {s.ndim}")
    if not s.ndim and i.size != 1:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if i.size != (s.shape[d] if s.ndim else 1):
        raise RuntimeError(
            f"index_add_(): Number of indices ({i.size}) should be equal to source.size(dim): ({s.shape[d]}), for dim: {d}"
        )
    if s.shape[:d] + s.shape[d + 1 :] != x.shape[:d] + x.shape[d + 1 :] or s.ndim != x.ndim:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(x.shape)} source.shape = {list(s.shape)}"
        )
    return d


def _add_rows(input: Tensor, d: int, index: Tensor, source: Tensor, alpha: Any) -> Tensor:
    x, i = input._data, index._data
    size = of_one(x.shape)[d]
    if (x.ndim <= 1 or (0 < d < x.ndim - 1 and x.size)) and i.size and (i.min() < 0 or i.max() >= size):
        raise IndexError("index out of range in self")
    if x.size or not size or x.ndim <= 1:
        in_range(i, size, d)
    else:
        i = np.zeros_like(i)  # nothing is added, so PyTorch does not look at where
    factor = fit_number(getattr(alpha, "item", lambda: alpha)(), x.dtype)
    return add_rows_at(input, source, dim=d, index=np.atleast_1d(i), alpha=factor)


_LONG = 32


def add_rows(out: Any, rows: Any, values: Any) -> None:
    """out[rows] += values, in place, where rows may come several times

    np.add.at takes 5 ms for 4096 rows of 64 numbers; this takes 1. Sorted, equal rows stand together: the first of
    each are added at once, then the second ones, and so on; of a row that comes often the rest is summed up.
    """
    if values.ndim == 1 or values.size < 1000:
        np.add.at(out, rows, values)
        return
    order = np.argsort(rows, kind="stable")
    ranked = rows[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    counts = np.diff(starts, append=rows.size)
    for k in range(min(int(counts.max()), _LONG)):
        at = starts[counts > k] + k
        out[ranked[at]] += values[order[at]]
    for start, count in zip(starts[counts > _LONG], counts[counts > _LONG], strict=True):
        out[ranked[start]] += values[order[start + _LONG : start + count]].sum(0)


# By index arrays of several dimensions --------------------------------------------------------------------------------
@op(name="IndexBackward0", input=lambda g, input_shape, index: put_index(g, index=index, shape=input_shape))
def take_index(input: Tensor, *, index: Index) -> Tensor:
    """A copy of input[index]; index: whole slices, whole-number arrays, or one mask"""
    if not input.ndim and not _is_mask(index):  # type: ignore[attr-defined]
        return np.broadcast_to(input, index[0].shape).copy()  # type: ignore[return-value]
    try:
        if sum(isinstance(p, np.ndarray) for p in index) == 1 and not _is_mask(index):
            return np.take(input, index[-1], len(index) - 1)
        return np.asarray(input[index], order="C")
    except IndexError:
        room = region(index, input.shape)  # the indices of nothing may be out of range, which NumPy minds
        if 0 not in room:
            raise
        return np.empty(room, input.dtype)  # type: ignore[attr-defined]


@op(name="IndexBackwardBackward0", g=lambda g, index: take_index(g, index=index))
def put_index(g: Tensor, *, index: Index, shape: Shape) -> Tensor:
    """Zeros of `shape` with g added at index; what is named twice is added twice"""
    if not g.size:  # type: ignore[truthy-function]
        return np.zeros(shape, g.dtype)  # type: ignore[call-overload,no-any-return]
    if _is_mask(index):
        out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
        out[index] = g  # a mask names nothing twice
        return out  # type: ignore[no-any-return]
    if not shape:  # the one element, named once or more
        return np.asarray(np.add.reduce(g, axis=None))  # type: ignore[return-value]
    axes, rows, at = _rows(index, shape)
    sizes = [shape[a] for a in axes]
    rest = [n for a, n in enumerate(shape) if a not in axes]
    flat = np.zeros((int(np.prod(sizes)), *rest), g.dtype)  # type: ignore[call-overload]
    values = np.moveaxis(g, range(at, at + rows.ndim), range(rows.ndim))  # type: ignore[type-var]
    add_rows(flat, rows.reshape(-1), values.reshape(rows.size, *rest))
    return np.moveaxis(flat.reshape(*sizes, *rest), range(len(axes)), axes)  # type: ignore[return-value]


@op(
    name="IndexPutBackward0",
    input=lambda g, index, accumulate: g if accumulate else write_index(g, 0.0, index=index, accumulate=False),
    values=lambda g, index: take_index(g, index=index),
)
def write_index(input: Tensor, values: Any, *, index: Index, accumulate: bool) -> Tensor:
    """A copy of input with `values` written (or added) at index"""
    out = np.array(input)
    _write(out, index, values, accumulate)
    return out  # type: ignore[return-value]


def _write(out: Any, index: Index, values: Any, accumulate: bool) -> None:
    if accumulate:
        out += put_index(np.broadcast_to(values, region(index, out.shape)), index=index, shape=out.shape)  # type: ignore[arg-type]
        return
    try:
        out[index] = values
    except IndexError:
        if 0 not in region(index, out.shape):  # the indices of nothing may be out of range, which NumPy minds
            raise


def _is_mask(index: Index) -> bool:
    return any(isinstance(p, np.ndarray) and p.dtype.kind == "b" for p in index)


def _rows(index: Index, shape: Shape) -> tuple[list[int], Any, int]:
    """The dimensions that have arrays, the arrays as one of flat rows of these, and where its dimensions stand in
    input[index]: in place of the arrays, or in front if a slice is between them"""
    axes = [a for a, p in enumerate(index) if isinstance(p, np.ndarray)]
    arrays = [np.where(index[a] < 0, index[a] + shape[a], index[a]) for a in axes]
    rows = arrays[0]
    for a, more in zip(axes[1:], arrays[1:], strict=True):
        rows = rows * shape[a] + more
    return axes, rows, axes[0] if axes[-1] - axes[0] == len(axes) - 1 else 0


def region(index: Index, shape: Shape) -> Shape:
    """The shape of input[index] for an input of `shape`"""
    if _is_mask(index):
        at = next(a for a, p in enumerate(index) if isinstance(p, np.ndarray))
        mask = index[at]
        return (*shape[:at], int(np.count_nonzero(mask)), *shape[at + mask.ndim :])
    axes, rows, at = _rows(index, shape)
    rest = [n for a, n in enumerate(shape) if a not in axes]
    return (*rest[:at], *rows.shape, *rest[at:])


def resolve(index: Index, shape: Shape) -> Index:
    """An index of slices and arrays, checked against the shape that it is for; masks beside other arrays as numbers"""
    out: list[Any] = []
    dim = 0
    for p in index:
        if not isinstance(p, np.ndarray):
            out.append(p)
            dim += 1
        elif p.dtype.kind == "b":
            for k, n in enumerate(p.shape):
                if n != shape[dim + k]:
                    raise IndexError(
                        f"The shape of the mask {list(p.shape)} at index {k} does not match the shape of the indexed "
                        f"tensor {list(shape)} at index {dim + k}"
                    )
            out.append(p)
            dim += p.ndim
        elif p.dtype not in (np.int64, np.int32):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        else:
            out.append(p)
            dim += 1
    if sum(isinstance(p, np.ndarray) for p in out) > 1 and _is_mask(tuple(out)):
        out = [q for p in out for q in (np.nonzero(p) if isinstance(p, np.ndarray) and p.dtype.kind == "b" else (p,))]
    numbers = [(a, p) for a, p in enumerate(out) if isinstance(p, np.ndarray) and p.dtype.kind != "b"]
    try:
        np.broadcast_shapes(*(p.shape for _, p in numbers))
    except ValueError:
        raise IndexError(
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(str(list(p.shape)) for _, p in numbers)
        ) from None
    if any(p.size and not shape[a] for a, p in numbers):
        raise IndexError("index is out of bounds for dimension with size 0")
    index = tuple(out)
    for k, (a, p) in enumerate(numbers):
        if p.size and (p.min() < -shape[a] or p.max() >= shape[a]) and 0 not in region(index, shape):
            bad = p[(p < -shape[a]) | (p >= shape[a])].flat[0]
            raise IndexError(f"index {bad} is out of bounds for dimension {k} with size {shape[a]}")
    return index


def _check_values(x: Any, index: Index, values: Any) -> None:
    """Raise RuntimeError unless values can be written at x[index]; one value for a mask may be of any dtype"""
    room = region(index, x.shape)
    lead = len(room) - values.ndim
    if lead < 0 or any(n not in (1, m) for n, m in zip(values.shape, room[lead:], strict=True)):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of shape "
            f"{list(room)}"
        )
    if values.dtype != x.dtype and not (_is_mask(index) and values.size == 1):
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {kind_name(x)} for the destination and "
            f"{kind_name(values)} for the source."
        )


def put_arrays_(x: Tensor, index: Index, values: Tensor, accumulate: bool) -> Tensor:
    """x[index] = values (or +=), in place, where autograd allows it"""
    arrays = [p for p in index if isinstance(p, np.ndarray)]
    warn_repeated(x._data, "index_put_", "indices] = tensor")
    if accumulate or values._data.size != 1 or len(arrays) > 1 or not _is_mask(index):
        refuse_shared(x._data, values._data, *arrays)
    else:  # as masked_fill_, the value may lie in x's memory
        warn_repeated(x._data, "masked_fill_")
    index = resolve(index, x._data.shape)
    _check_values(x._data, index, values._data)
    if mode.grad and (x.requires_grad or values.requires_grad):
        return assign(x, write_index(x, values, index=index, accumulate=accumulate))
    _write(x._data, index, values._data, accumulate)
    x._bump()
    return x


def _put_index(input: Tensor, indices: Sequence[Any], values: Any) -> Index:
    """indices as an index of arrays"""
    if not isinstance(indices, (list, tuple)):
        raise TypeError(
            f"index_put(): argument 'indices' (position 1) must be tuple of Tensors, not {type(indices).__name__}"
        )
    expect_tensor("index_put", "values", 2, values)
    for k, i in enumerate(indices):
        if not hasattr(i, "_data"):
            raise TypeError(f"expected Tensor as element {k} in argument 0, but got {type(i).__name__}")
    arrays = tuple(i._data for i in indices)
    used, ndim = sum(a.ndim if a.dtype.kind == "b" else 1 for a in arrays), input._data.ndim
    if used > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim} (got {used})")
    return arrays


def index_put(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of input with values written (or added) at input[indices]; indices: int64, int32 or bool tensors"""
    index = resolve(_put_index(input, indices, values), input._data.shape)
    _check_values(input._data, index, values._data)
    return write_index(input, values, index=index, accumulate=accumulate)


def index_put_(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """values written (or added) at input[indices], in place"""
    check_history(input, *[v for v in (values,) if isinstance(v, TensorBase)])
    return put_arrays_(input, _put_index(input, indices, values), values, accumulate)


# By masks -------------------------------------------------------------------------------------------------------------
@op(name="MaskedFillBackward0", input=lambda g, mask: choose(0.0, g, condition=mask))
def fill_masked(input: Tensor, *, mask: Any, value: float) -> Tensor:
    """value where mask, else input"""
    return by_rows(np.where(mask, input.dtype.type(value), input))  # type: ignore[attr-defined,no-any-return]


@op(
    name="MaskedFillBackward1",
    input=lambda g, mask: choose(0.0, g, condition=mask),
    value=lambda g, mask: choose(g, 0.0, condition=mask),
)
def fill_masked_tensor(input: Tensor, value: Tensor, *, mask: Any) -> Tensor:
    """value, of no dimensions, where mask, else input"""
    return by_rows(np.where(mask, value.astype(input.dtype), input))  # type: ignore[attr-defined,no-any-return]


def masked_fill_(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`masked_fill`, in place"""
    check_history(input, *[v for v in (value,) if isinstance(v, TensorBase)])
    warn_repeated(input._data, "masked_fill_")
    if isinstance(mask, TensorBase):
        refuse_partial(input._data, mask._data)
    return assign(input, masked_fill(input, mask, value))


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """value (a number or a 0-dim tensor) where mask, else input; mask broadcasts"""
    m = mask._data
    if m.dtype.kind != "b":
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {cpp_name(m)}")
    common_shape(m.shape, input._data.shape)
    if not hasattr(value, "_data"):
        return fill_masked(input, mask=m, value=fit_number(value, input._data.dtype))
    if value._data.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value._data.ndim} dimension(s)."
        )
    return fill_masked_tensor(input, value, mask=m)


@op(name="MaskedSelectBackward0", input=lambda g, input, mask: put_index(g, index=(mask,), shape=input.shape))
def select_masked(input: Tensor, *, mask: Any) -> Tensor:
    """The elements where mask, as a vector"""
    return input[mask]


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where mask, as a vector; both broadcast"""
    if mask._data.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = common_shape(mask._data.shape, input._data.shape)
    if input._data.shape != shape:
        input = expand_shape(input, shape=shape)
    return select_masked(input, mask=np.broadcast_to(mask._data, shape))


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where input is not zero: (count, ndim) int64, or with as_tuple a vector for each dimension"""
    x = float_of(input._data)
    if as_tuple:
        return tuple(input._wrap(i) for i in np.nonzero(np.atleast_1d(x)))
    return input._wrap(np.argwhere(x))
