"""x[...] and x[...] = value, as PyTorch reads an index.

`x[1, :, ::2]` is a chain of select and slice, each a view; where tensors, masks or lists stand in the index, one copy
by all of them follows.
"""

from __future__ import annotations

import operator
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import element
from ..autograd.variable import TensorBase
from .checks import fit_number
from .filling import copy_, fill_
from .indexing import put_arrays_, resolve, take_index
from .inplace import check_history
from .shape import alias, expand, unsqueeze, view
from .slices import ALL, select_at, slice_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Index = tuple[Any, ...]
_SEQUENCES = (list, tuple, range, str, np.ndarray)


def getitem(x: Tensor, index: Any) -> Tensor:
    """x[index]: whole numbers, slices, None, ..., bools, sequences and index tensors"""
    shape = x._data.shape
    if type(index) is int and shape and -shape[0] <= index < shape[0]:
        return select_at(x, index=(index,))
    if type(index) is slice and shape:
        return slice_at(x, index=(_slice(index, shape[0]),))
    part, arrays = _read(x, index)
    if arrays:
        return take_index(part, index=resolve(arrays, part._data.shape))
    return alias(x) if part is x else part


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """x[index] = value, in place; value: a number, or a tensor that broadcasts, leading dimensions of size 1 aside"""
    if not isinstance(value, TensorBase):
        if not isinstance(value, (int, float)):
            raise TypeError(f"can't assign a {_type_name(value)} to a {x.type()}")
        kind = x._data.dtype
        value = x._wrap(np.asarray(element(fit_number(value, kind), kind), kind))
    if index is False:
        return
    part, arrays = _read(x, index)
    shape, have = part._data.shape, value._data.shape
    if not arrays and have == shape:
        copy_(part, value)
    elif not arrays and not have:
        fill_(part, value)
    else:
        ones = next((i for i, n in enumerate(have) if n != 1), len(have))
        value = view(value, have[ones:]) if ones else value  # type: ignore[assignment]
        if arrays:
            check_history(part, value)
            put_arrays_(part, arrays, value, accumulate=False)
        else:
            copy_(part, expand(value, shape))


# Reading an index -----------------------------------------------------------------------------------------------------
def _read(x: Tensor, index: Any) -> tuple[Tensor, Index]:
    """A view of x by all of the index but its arrays; and the index of that view by the arrays, not yet checked, () if
    there are none"""
    shape, items = x._data.shape, [_item(p) for p in _parts(index)]
    if not shape and type(index) is slice:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if not shape and type(index) is int and index == 0:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    used = sum(map(_dims_used, items))
    if used > len(shape) and (shape or type(index) is not int):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    out, dim, entries = x, 0, []
    for place, p in enumerate(items):
        if p is Ellipsis:
            dim += len(shape) - used
        elif p is None:
            out = unsqueeze(out, dim)
            dim += 1
        elif isinstance(p, bool):
            out = unsqueeze(out, dim)
            entries.append((dim, np.zeros(int(p), np.int64)))  # its one row, or none
            dim += 1
        elif isinstance(p, int):
            sizes = out._data.shape
            size = sizes[dim] if dim < len(sizes) else 0
            if not -size <= p < size:
                raise IndexError(f"index {p} is out of bounds for dimension {place} with size {size}")
            out = select_at(out, index=(ALL,) * dim + (p,))
        elif isinstance(p, slice):
            size = out._data.shape[dim]
            if not _is_whole(p, size):
                out = slice_at(out, index=(ALL,) * dim + (_slice(p, size),))
            dim += 1
        else:
            entries.append((dim, p))
            dim += _dims_used(p)
    last = entries[-1][0] + _dims_used(entries[-1][1]) if entries else 0
    if last > out._data.ndim:
        raise IndexError(f"too many indices for tensor of dimension {out._data.ndim} (got {last})")
    return out, _spread(entries)


def _parts(index: Any) -> Index:
    """The parts of an index: those of a tuple, and of a sequence that holds more than numbers"""
    if isinstance(index, tuple):
        return index
    if isinstance(index, (list, range, str)) and len(index) < 32:
        several = (*_SEQUENCES, TensorBase, slice)
        if any(p is None or p is Ellipsis or isinstance(p, several) for p in index):
            warnings.warn(
                "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch "
                "2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, "
                "x[torch.tensor(seq)], which will result either in an error or a different result",
                stacklevel=4,
            )
            return tuple(index)
    return (index,)


def _item(p: Any) -> Any:
    """One part of an index: None, ..., a slice, an int, a bool or an array"""
    if p is None or p is Ellipsis or isinstance(p, (bool, int, slice)):
        return p
    if isinstance(p, TensorBase):
        return _number_or_array(p._data)
    if isinstance(p, _SEQUENCES):
        return _number_or_array(_array(p))
    if not isinstance(p, np.bool_):
        try:
            return operator.index(p)
        except TypeError:
            pass
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
        f"{_type_name(p)})"
    )


def _type_name(value: Any) -> str:
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def _array(values: Any) -> Any:
    """A sequence as an index array: of bools, else of whole numbers"""
    if isinstance(values, str) or (isinstance(values, (list, tuple)) and any(isinstance(v, str) for v in values)):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(values, (list, tuple)) and any(isinstance(v, TensorBase) for v in values):
        values = [v._data.tolist() if isinstance(v, TensorBase) else v for v in values]
    array = np.asarray(values)
    return array if array.dtype.kind == "b" else array.astype(np.int64)


def _number_or_array(array: Any) -> Any:
    if array.dtype == np.uint8:
        if array.ndim:
            warnings.warn(
                "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
                stacklevel=6,
            )
        array = array.astype(bool)
    return array.item() if not array.ndim and array.dtype.kind in "bi" else array


def _dims_used(p: Any) -> int:
    """How many dimensions an item stands for"""
    if p is None or p is Ellipsis or isinstance(p, bool):
        return 0
    return p.ndim if isinstance(p, np.ndarray) and p.dtype.kind == "b" else 1


def _slice(s: slice, size: int) -> slice:
    """The slice of a dimension of this size, counted from the front. Raises ValueError for a step below 1."""
    start, stop, step = s.indices(size)
    if step < 1:
        raise ValueError("step must be greater than zero")
    return slice(start, stop, step)


def _is_whole(s: slice, size: int) -> bool:
    return s.start in (None, 0) and (s.stop is None or s.stop >= size) and s.step in (None, 1)


def _spread(entries: list[tuple[int, Any]]) -> Index:
    """Arrays with the dimensions where they stand, as an index with whole slices between them"""
    index: list[Any] = []
    dim = 0
    for at, array in entries:
        index += [ALL] * (at - dim) + [array]
        dim = at + _dims_used(array)
    return tuple(index)
