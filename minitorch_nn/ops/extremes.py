"""The largest, the smallest, and where they are; sorting; truth of all and any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._bfloat16 import float_of, wide
from ..autograd.node import Node, Output, births
from ..autograd.op import op
from .choose import maximum, minimum
from .dims import Dims, filled_dim, many_dims, numpy_names, one_dim
from .gather import put_at
from .memory import by_rows
from .reduction import VarMeanBackward0, keep

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


def _shared(g: Any, input: Any, out: Any, dim: Shape, keepdim: bool) -> Any:
    """g, evenly over the elements that equal the extreme"""
    best = keep(out, dim, keepdim, input.shape) == input
    return keep(g, dim, keepdim, input.shape) * _even(best, dim, input)


def _even(best: Any, dim: Shape, input: Any) -> Any:
    """1 / n where one of n best elements is, else 0; an array, for it is no function of the input's values"""
    mask, kind = getattr(best, "_data", best), wide(getattr(input, "_data", input).dtype)
    return np.asarray(mask / np.add.reduce(mask, axis=dim, keepdims=True, dtype=kind)).astype(kind, copy=False)


def shared_evenly(g: Any, input: Any, out: Any) -> Any:
    """As `_shared`, over all; where the extreme is nan, over the nans"""
    best = input == out if bool(out == out) else input != input
    return g * _even(best, tuple(range(input.ndim)), input)


@op(name="MaxBackward1", input=lambda g, input, out: shared_evenly(g, input, out))
def max_all(input: Tensor) -> Tensor:
    """The largest element; equal ones share the gradient"""
    return np.maximum.reduce(input, axis=None)


@op(name="MinBackward1", input=lambda g, input, out: shared_evenly(g, input, out))
def min_all(input: Tensor) -> Tensor:
    """The smallest element; equal ones share the gradient"""
    return np.minimum.reduce(input, axis=None)


@op(name="AmaxBackward0", input=lambda g, input, out, dim, keepdim: _shared(g, input, out, dim, keepdim))
def amax_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """The largest over dim; equal ones share the gradient"""
    return by_rows(np.maximum.reduce(input, axis=dim, keepdims=keepdim))  # type: ignore[no-any-return]


@op(name="AminBackward0", input=lambda g, input, out, dim, keepdim: _shared(g, input, out, dim, keepdim))
def amin_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """The smallest over dim; equal ones share the gradient"""
    return by_rows(np.minimum.reduce(input, axis=dim, keepdims=keepdim))  # type: ignore[no-any-return]


def put_picked(g: Any, indices: Any, dim: int, keepdim: bool, shape: Shape) -> Any:
    """g at the picked indices, zeros elsewhere"""
    if not shape:
        return g
    where_ = indices if keepdim else np.expand_dims(indices, dim)
    return put_at(keep(g, (dim,), keepdim, shape), index=where_, dim=dim, shape=shape)


def pick(x: Any, indices: Any, dim: int, keepdim: bool) -> Any:
    if not x.ndim:
        return x.copy(), np.asarray(0)
    values = np.take_along_axis(x, np.expand_dims(indices, dim), dim)
    return (values, np.expand_dims(indices, dim)) if keepdim else (values.squeeze(dim), indices)


@op(
    name="MaxBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def max_dim(input: Tensor, *, dim: int, keepdim: bool) -> Any:
    """The largest over dim and where it is; of equal ones the first"""
    return pick(input, np.argmax(input, dim) if input.ndim else 0, dim, keepdim)


@op(
    name="MinBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, keepdim, input_shape: put_picked(g, indices, dim, keepdim, input_shape),
)
def min_dim(input: Tensor, *, dim: int, keepdim: bool) -> Any:
    """The smallest over dim and where it is; of equal ones the first"""
    return pick(input, np.argmin(input, dim) if input.ndim else 0, dim, keepdim)


def _sort(x: Any, dim: int, descending: bool) -> Any:
    """x in order along dim, and where each element came from; equal elements keep their order"""
    if not x.ndim:
        return x.copy(), np.asarray(0)
    if descending:  # sort the reversed array and reverse the result
        order = np.flip(np.argsort(np.flip(x, dim), dim, kind="stable"), dim)
        order = x.shape[dim] - 1 - order
    else:
        order = np.argsort(x, dim, kind="stable")
    return np.take_along_axis(x, order, dim), np.ascontiguousarray(order)


@op(
    name="SortBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, input_shape: put_at(g, index=indices, dim=dim, shape=input_shape),
)
def sort_dim(input: Tensor, *, dim: int, descending: bool) -> Any:
    """input in order along dim, and where each element came from"""
    return _sort(input, dim, descending)


@op(
    name="SortBackward1",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, input_shape: put_at(g, index=indices, dim=dim, shape=input_shape),
)
def sort_dim_stably(input: Tensor, *, dim: int, descending: bool) -> Any:
    """As `sort_dim`; PyTorch's name of it where `stable` is given"""
    return _sort(input, dim, descending)


@op(
    name="TopkBackward0",
    outputs=("values", "indices"),
    input=lambda g, indices, dim, input_shape: put_at(g, index=indices, dim=dim, shape=input_shape),
)
def topk_dim(input: Tensor, *, k: int, dim: int, largest: bool) -> Any:
    """The k largest along dim in descending order, and where they are"""
    values, indices = _sort(input, dim, largest)
    at = (slice(None),) * dim + (slice(k),)
    return (values[at].copy(), indices[at].copy()) if input.ndim else (values, indices)


class _Pair(NamedTuple):
    values: Tensor
    indices: Tensor


class ValuesAndIndices(_Pair):
    """What `max(dim)`, `sort`, `topk` and their kin return: two tensors, by number and by name, printed as in PyTorch."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.return_types.{type(self).__name__}(\nvalues={self.values!r},\nindices={self.indices!r})"


MaxResult, MinResult, SortResult, TopkResult = (
    type(name, (ValuesAndIndices,), {"__slots__": ()}) for name in ("max", "min", "sort", "topk")
)


def _no_elements(name: str, input: Any) -> None:
    if not input._data.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )


def _filled_dims(name: str, input: Any, dim: Dims) -> Shape:
    """`many_dims`, each with an element"""
    shape = input._data.shape
    if dim is None or dim == () or dim == []:
        _no_elements(name, input)
    dims = many_dims(dim, len(shape))
    if 0 in shape:
        for named, d in zip((dim,) if isinstance(dim, int) else dim or (), dims, strict=False):
            if not shape[d]:
                raise IndexError(f"{name}(): Expected reduction dim {named} to have non-zero size.")
    return dims


@numpy_names
def max(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest element; with dim, (values, indices) over it; with a tensor, the elementwise maximum"""
    if other is not None or hasattr(dim, "_data"):
        return maximum(input, dim if other is None else other)
    if dim is None:
        _no_elements("max", input)
        return max_all(input)
    return MaxResult(*max_dim(input, dim=filled_dim("max", input, dim), keepdim=keepdim))


@numpy_names
def min(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest element; with dim, (values, indices) over it; with a tensor, the elementwise minimum"""
    if other is not None or hasattr(dim, "_data"):
        return minimum(input, dim if other is None else other)
    if dim is None:
        _no_elements("min", input)
        return min_all(input)
    return MinResult(*min_dim(input, dim=filled_dim("min", input, dim), keepdim=keepdim))


@numpy_names
def amax(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """The largest over dim; equal ones share the gradient"""
    return amax_dims(input, dim=_filled_dims("amax", input, dim), keepdim=keepdim)


@numpy_names
def amin(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """The smallest over dim; equal ones share the gradient"""
    return amin_dims(input, dim=_filled_dims("amin", input, dim), keepdim=keepdim)


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


def _arg(find: Any, name: str, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    x = float_of(input._data)
    if x.dtype.kind == "b":
        raise RuntimeError(f"{name}(): does not support bool input")
    if dim is None:
        if not x.size:
            raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
        out = np.asarray(find(x.ravel()))
        return input._wrap(out.reshape((1,) * x.ndim) if keepdim else out)
    d = filled_dim(name, input, dim)
    return input._wrap(np.asarray(find(x, d, keepdims=keepdim) if x.ndim else 0))


@numpy_names
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest element is (in the flattened tensor for dim None), the first of equal ones; int64"""
    return _arg(np.argmax, "argmax", input, dim, keepdim)


@numpy_names
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest element is (in the flattened tensor for dim None), the first of equal ones; int64"""
    return _arg(np.argmin, "argmin", input, dim, keepdim)


@numpy_names
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> ValuesAndIndices:
    """(values, indices) in order along dim; equal elements keep their order, with `stable` or without"""
    sorter = sort_dim if stable is None else sort_dim_stably
    return SortResult(*sorter(input, dim=one_dim(dim, input._data.ndim), descending=descending))


@numpy_names
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Tensor:
    """The indices that sort along dim; equal elements keep their order, with `stable` or without"""
    return sort(input, dim, descending, stable=stable).indices


@numpy_names
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> ValuesAndIndices:
    """(values, indices) of the k largest (smallest) along dim, in order"""
    d = one_dim(dim, input._data.ndim)
    if not 0 <= k <= (input._data.shape[d] if input._data.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if input._data.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    return TopkResult(*topk_dim(input, k=k, dim=d, largest=largest))


def _truth(reduce: Any, input: Tensor, dim: Dims, keepdim: bool) -> Tensor:
    x = float_of(input._data)
    over = () if isinstance(dim, (list, tuple)) and not dim else many_dims(dim, x.ndim)  # alone here [] is no dimension
    out = by_rows(np.asarray(reduce(x != 0 if x.dtype.kind != "b" else x, axis=over, keepdims=keepdim)))
    return input._wrap(np.asarray(out if x.dtype != np.uint8 else out.astype(np.uint8)))


@numpy_names
def all(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether all elements are true (not zero), of the whole tensor or over dim"""
    return _truth(np.logical_and.reduce, input, dim, keepdim)


@numpy_names
def any(input: Tensor, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Whether any element is true (not zero), of the whole tensor or over dim"""
    return _truth(np.logical_or.reduce, input, dim, keepdim)


@numpy_names
def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """How many elements are not zero; int64"""
    return input._wrap(by_rows(np.asarray(np.count_nonzero(input._data, axis=many_dims(dim, input._data.ndim)))))
