"""Along one dimension: gather and its reverse, scatter: out[i][j] = input[index[i][j]][j] for dim 0, and so on."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..autograd.variable import TensorBase
from .checks import expect_tensor, fit_number, kind_name, underived
from .dims import common_shape, one_dim
from .inplace import assign, check_history
from .overlap import refuse_repeated, refuse_shared
from .shape import expand_shape, reshape
from .slices import slice_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]
Index = tuple[Any, ...]


# The operations -------------------------------------------------------------------------------------------------------
@op(name="GatherBackward0", input=lambda g, input, index, dim: put_at(g, index=index, dim=dim, shape=input.shape))
def gather_at(input: Tensor, *, index: Any, dim: int) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on"""
    if not input.ndim:
        return np.broadcast_to(input, index.shape).copy()  # type: ignore[return-value]
    return input[along(index, dim)]


@op(name="GatherBackwardBackward0", g=lambda g, index, dim: gather_at(g, index=index, dim=dim))
def put_at(g: Tensor, *, index: Any, dim: int, shape: Shape) -> Tensor:
    """Zeros of `shape` with g added at index along dim: the reverse of gather"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    _add_along(out, index, dim, g)
    return out  # type: ignore[no-any-return]


def along(index: Any, dim: int) -> Index:
    """index as an index of all dimensions: itself at dim, a grid at the others"""
    if not index.ndim:
        return (index,)
    grid: list[Any] = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


def _add_along(out: Any, index: Any, dim: int, values: Any) -> None:
    """Add values at index along dim, in place"""
    if not out.ndim:
        out += np.add.reduce(values, axis=None, dtype=out.dtype)
    elif not index.ndim or index.shape[dim] == 1:  # nothing is named twice
        out[along(index, dim)] += values
    else:  # np.add.at is fast with one index array only
        places = np.ravel_multi_index(tuple(np.broadcast_arrays(*along(index, dim))), out.shape)
        np.add.at(out.reshape(-1), places.reshape(-1), np.broadcast_to(values, index.shape).reshape(-1))


@op(
    name="ScatterBackward0",
    input=lambda g, index, dim: fill_at(g, index=index, dim=dim, value=0.0),
    src=lambda g, index, dim: gather_at(g, index=index, dim=dim),
)
def write_at(input: Tensor, src: Tensor, *, index: Any, dim: int) -> Tensor:
    """A copy of input with src written at index along dim"""
    out = np.array(input, order="C")
    out[along(index, dim) if out.ndim else ...] = src
    return out  # type: ignore[return-value]


@op(name="ScatterBackward1", input=lambda g, index, dim: fill_at(g, index=index, dim=dim, value=0.0))
def fill_at(input: Tensor, *, index: Any, dim: int, value: float) -> Tensor:
    """A copy of input with one value written at index along dim"""
    out = np.array(input, order="C")
    out[along(index, dim) if out.ndim else ...] = fit_number(value, out.dtype)
    return out  # type: ignore[return-value]


@op(name="ScatterAddBackward0", input=lambda g: g, src=lambda g, index, dim: gather_at(g, index=index, dim=dim))
def add_at(input: Tensor, src: Tensor, *, index: Any, dim: int) -> Tensor:
    """A copy of input with src added at index along dim; what is named twice is added twice"""
    out = np.array(input, order="C")
    _add_along(out, index, dim, src)
    return out  # type: ignore[return-value]


@op(name="NotImplemented", input=underived("scatter"), src=underived("scatter"))
def combine_at(input: Tensor, src: Tensor | float, *, index: Any, dim: int, ufunc: Any) -> Tensor:
    """A copy of input with src added or multiplied at index along dim"""
    out = np.array(input)
    ufunc.at(out, along(index, dim) if out.ndim else ..., src)
    return out  # type: ignore[return-value]


# The public forms, with PyTorch's checks ------------------------------------------------------------------------------
def _index_array(index: Any, function: str, position: int) -> Any:
    expect_tensor(function, "index", position, index)
    if index._data.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"{function}(): Expected dtype int32/int64 for index")
    return index._data


def in_range(i: Any, n: int, dim: int) -> None:
    if i.size and (i.min() < 0 or i.max() >= n):
        bad = i[(i < 0) | (i >= n)].flat[0]
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {n}")


def _fits(shape: Shape, room: Shape, free: int | None = None) -> bool:
    return all(n <= m for d, (n, m) in enumerate(zip(shape, room, strict=True)) if d != free)


def of_one(shape: Shape) -> Shape:
    """A shape in which a 0-dim tensor counts as one of size 1"""
    return shape or (1,)


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on

    index: int64 or int32, of as many dimensions as input, no larger than it but along dim.
    """
    if sparse_grad:
        raise NotImplementedError("gather: sparse_grad=True is not available: gradients are dense here; leave it out")
    shape = of_one(input._data.shape)
    d = one_dim(dim, input._data.ndim)
    i = _index_array(index, "gather", 2)
    if not i.size:
        return gather_at(input, index=np.zeros(i.shape if i.ndim == len(shape) else (0,) * len(shape), i.dtype), dim=d)
    if len(of_one(i.shape)) != len(shape):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    if not _fits(of_one(i.shape), shape, d):
        raise RuntimeError(
            f"Size does not match at dimension {_misfit(i.shape, shape, d)} expected index {list(i.shape)} to be no larger "
            f"than self {list(shape)} apart from dimension {d}"
        )
    in_range(i, shape[d], d)
    return gather_at(input, index=i, dim=d)


def _misfit(shape: Shape, room: Shape, free: int) -> int:
    return next(d for d, (n, m) in enumerate(zip(shape, room, strict=True)) if d != free and n > m)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """As gather, with index and input broadcast against each other; of the flattened tensor for dim None

    Indices wrap around; without dim they must lie within the tensor.
    """
    i = indices._data
    if i.dtype != np.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {kind_name(i)}")
    if dim is None:
        return gather(reshape(input, (-1,)), 0, reshape(indices, (-1,)))
    shape = input._data.shape
    if len(shape) != i.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(shape)} dimensions for input, and {i.ndim} dimensions for indices"
        )
    d = one_dim(dim, len(shape))
    if not shape:
        raise IndexError(f"Dimension specified as {d} but tensor has no dimensions")
    if not shape[d] and i.size:
        raise RuntimeError("ZeroDivisionError")
    lead, tail = slice(None, d), slice(d + 1, None)
    common = common_shape((*shape[lead], 1, *shape[tail]), (*i.shape[lead], 1, *i.shape[tail]))
    source = expand_shape(input, shape=(*common[lead], shape[d], *common[tail]))
    chosen = np.broadcast_to(i % max(shape[d], 1), (*common[lead], i.shape[d], *common[tail]))
    return gather_at(source, index=chosen, dim=d)


def scatter(input: Tensor, dim: int, index: Tensor, src: Any, *, reduce: str | None = None) -> Tensor:
    """A copy of input with src (a tensor or a number) written at index along dim

    reduce: "add" or "multiply" combine src with what is there; these have no derivative, as in PyTorch.
    """
    d, i = scatter_index(input, dim, index, src)
    return _scatter(input, d, i, src, reduce)


def scatter_(input: Tensor, dim: int, index: Tensor, src: Any, *, reduce: str | None = None) -> Tensor:
    """`scatter`, in place"""
    d, i = scatter_index(input, dim, index, src, in_place=True)
    return assign(input, _scatter(input, d, i, src, reduce))


def _scatter(input: Tensor, d: int, i: Any, src: Any, reduce: str | None) -> Tensor:
    in_range(i, of_one(input._data.shape)[d], d)
    number = not hasattr(src, "_data")
    if reduce is None:
        return fill_at(input, index=i, dim=d, value=src) if number else write_at(input, cut(src, i), index=i, dim=d)
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    if not number:
        warnings.warn(
            "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch "
            "release. Use torch.scatter_reduce instead for more reduction options.",
            stacklevel=2,
        )
    value = fit_number(src, input._data.dtype) if number else cut(src, i)
    return combine_at(input, value, index=i, dim=d, ufunc=np.add if reduce == "add" else np.multiply)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy of input with src added at index along dim; what is named twice is added twice"""
    expect_tensor("scatter_add", "src", 3, src)
    d, i = scatter_index(input, dim, index, src)
    in_range(i, of_one(input._data.shape)[d], d)
    return add_at(input, cut(src, i), index=i, dim=d)


def scatter_add_(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """`scatter_add`, in place"""
    expect_tensor("scatter_add_", "src", 3, src)
    d, i = scatter_index(input, dim, index, src, in_place=True)
    in_range(i, of_one(input._data.shape)[d], d)
    return assign(input, add_at(input, cut(src, i), index=i, dim=d))


def scatter_index(input: Tensor, dim: int, index: Tensor, src: Any, in_place: bool = False) -> tuple[int, Any]:
    """dim counted from the front, and the index; all is checked but whether the indices are in range. An index without
    elements comes back as one that is empty in all dimensions."""
    if in_place:
        check_history(input, *[s for s in (src,) if isinstance(s, TensorBase)])
    d, i = _scatter_fits(input, dim, index, src)
    if in_place:
        refuse_repeated(input._data)
        refuse_shared(input._data, index._data, *[s._data for s in (src,) if isinstance(s, TensorBase)])
    return d, i


def _scatter_fits(input: Tensor, dim: int, index: Tensor, src: Any) -> tuple[int, Any]:
    shape = of_one(input._data.shape)
    d = one_dim(dim, input._data.ndim)
    i = _index_array(index, "scatter", 2)
    number = not hasattr(src, "_data")
    if not number and src._data.dtype != input._data.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if not i.size:
        return d, np.zeros((0,) * input._data.ndim, np.int64)
    have = of_one(i.shape)
    if len(have) != len(shape):
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    if number:
        if not _fits(have, shape, d):
            raise RuntimeError(
                f"Expected index {list(i.shape)} to be no larger than self {list(shape)} apart from dimension {d}"
            )
    else:
        room = of_one(src._data.shape)
        if len(room) != len(have):
            if 0 < src._data.ndim < len(have) and _fits(have[: len(room)], room) and _fits(have, shape, d):
                one_dim(len(room), len(room))  # PyTorch asks for the size of a dimension that src does not have
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        if not (_fits(have, shape, d) and _fits(have, room)):
            raise RuntimeError(
                f"Expected index {list(i.shape)} to be no larger than self {list(shape)} apart from dimension {d} and to "
                f"be no larger size than src {list(src._data.shape)}"
            )
    return d, i.reshape(have) if input._data.ndim else i


def cut(src: Tensor, index: Any) -> Tensor:
    """The part of src that index uses"""
    if src._data.shape == index.shape:
        return src
    if not src._data.ndim:
        return reshape(src, (1,)) if index.size else src
    if not index.size:
        return reshape(slice_at(src, index=(slice(0),)), index.shape)
    return slice_at(src, index=tuple(slice(n) for n in index.shape))
