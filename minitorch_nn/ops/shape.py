"""Views and copies: what changes a tensor's shape, or where it lies in memory, but not its values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.arrays import is_hidden
from ..autograd.op import op
from ..dtypes import dtype as DType
from .checks import type_name
from .dims import one_dim, sizes
from .memory import copy_of
from .reinterpret import view_dtype

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


# Another shape on the same memory -------------------------------------------------------------------------------------
@op(name="ViewBackward0", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def view_shape(input: Tensor, *, shape: Shape) -> Tensor:
    """input in another shape, on the same memory"""
    try:
        return _reshape_without_copy(input, shape)
    except (ValueError, AttributeError):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        ) from None


def _reshape_without_copy(array: Any, shape: Shape) -> Any:
    if array.flags.c_contiguous:
        return array.reshape(shape)
    out = array.view()
    out.shape = shape  # raises where the strides do not allow it
    return out


if np.lib.NumpyVersion(np.__version__) >= "2.1.0":

    def _reshape_without_copy(array: Any, shape: Shape) -> Any:
        return np.reshape(array, shape, copy=False)


@op(name="ReshapeAliasBackward0", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def reshape_alias(input: Tensor, *, shape: Shape) -> Tensor:
    """The same, of memory that is not contiguous"""
    return _reshape_without_copy(input, shape)  # type: ignore[no-any-return]


def infer_shape(shape: Shape, size: int) -> Shape:
    """`shape` with its -1 filled in. Raises RuntimeError if it does not hold `size` elements."""
    for i, n in enumerate(shape):
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n} at index {i} of shape {list(shape)}")
    if -1 in shape:
        if shape.count(-1) > 1:
            raise RuntimeError("only one dimension can be inferred")
        known = -math.prod(shape)
        if known == 0 and size == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
                "-1 can be any value and is ambiguous"
            )
        if known and size % known == 0:
            return tuple(size // known if n == -1 else n for n in shape)
    elif math.prod(shape) == size:
        return shape
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {size}")


def view(input: Tensor, *shape: Any) -> Tensor:
    """input in another shape, on the same memory; one -1 is inferred. view(dtype): see `view_dtype`."""
    if len(shape) == 1 and (isinstance(shape[0], DType) or shape[0] in (bool, int, float)):
        return view_dtype(input, shape[0])
    return view_shape(input, shape=infer_shape(sizes(shape, "view", "size"), input._data.size))


def reshape(input: Any, *shape: Any) -> Any:
    """input in another shape; a view where that is possible, else a copy. Also takes arrays."""
    new = sizes(shape, "reshape", "shape")
    if isinstance(input, (np.ndarray, np.generic)):
        return input.reshape(new)
    array = input._data
    new = infer_shape(new, array.size)
    if array.flags.c_contiguous or (input._view is None and is_hidden(array)):
        return view_shape(input, shape=new)
    try:
        _reshape_without_copy(array, new)
    except (ValueError, AttributeError):
        return unsafe_view(contiguous_copy(input), shape=new)
    return reshape_alias(input, shape=new)


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """input in other's shape, on the same memory"""
    return view(input, other._data.shape)


def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """input in other's shape"""
    return reshape(input, other._data.shape)  # type: ignore[no-any-return]


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """(a, b, c, d) -> (a, b * c, d) for start_dim=1, end_dim=2"""
    shape = input._data.shape
    first, last = one_dim(start_dim, len(shape)), one_dim(end_dim, len(shape))
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshape(input, (1,))  # type: ignore[no-any-return]
    if first == last:
        return input
    return reshape(input, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))  # type: ignore[no-any-return]


def ravel(input: Tensor) -> Tensor:
    """All elements as a vector"""
    return view(contiguous(input), -1)


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """(a, b * c) -> (a, b, c) for dim=1, sizes=(b, c); one size may be -1"""
    shape, wanted = input._data.shape, tuple(sizes)
    d = one_dim(dim, len(shape))
    if not shape:
        raise RuntimeError(
            f"unflatten got an unexpected error:\nDimension specified as {dim} but tensor has no dimensions"
        )
    if not wanted:
        raise RuntimeError("unflatten: sizes must be non-empty")
    try:
        full = infer_shape(wanted, shape[d])
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(wanted)} don't multiply up to the size of dim {d} ({shape[d]}) in the input "
            "tensor"
        ) from None
    return view(input, (*shape[:d], *full, *shape[d + 1 :]))


@op(name="UnsqueezeBackward0", view=True, input=lambda g, dim: squeeze_dims(g, dims=(dim,)))
def unsqueeze_at(input: Tensor, *, dim: int) -> Tensor:
    """input with a dimension of size 1 put in"""
    out = np.expand_dims(input, dim)
    if input.flags.c_contiguous:  # type: ignore[attr-defined]
        return out  # type: ignore[return-value]
    step = input.shape[dim] * input.strides[dim] if dim < input.ndim else input.itemsize  # type: ignore[attr-defined]
    strides = (*input.strides[:dim], step, *input.strides[dim:])  # type: ignore[attr-defined]
    return np.lib.stride_tricks.as_strided(out, out.shape, strides, writeable=input.flags.writeable)  # type: ignore[attr-defined,return-value]


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """input with a dimension of size 1 put in at dim"""
    return unsqueeze_at(input, dim=one_dim(dim, input._data.ndim + 1))


def _squeezed(input: Any, dims: Shape | None = None) -> Any:
    out = np.squeeze(input, dims)
    return out if out is not input else input.view()  # each tensor has an array of its own


@op(name="SqueezeBackward0", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def squeeze_all(input: Tensor) -> Tensor:
    """input without its dimensions of size 1"""
    return _squeezed(input)  # type: ignore[no-any-return]


@op(name="SqueezeBackward1", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def squeeze_dim(input: Tensor, *, dims: Shape) -> Tensor:
    """input without one dimension, if it is of size 1"""
    return _squeezed(input, dims)  # type: ignore[no-any-return]


@op(name="SqueezeBackward2", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def squeeze_dims(input: Tensor, *, dims: Shape) -> Tensor:
    """input without some of its dimensions, where they are of size 1"""
    return _squeezed(input, dims)  # type: ignore[no-any-return]


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """input without its dimensions of size 1: all, or those of dim"""
    shape = input._data.shape
    if dim is None:
        return squeeze_all(input)
    dims = tuple(one_dim(d, len(shape)) for d in ((dim,) if isinstance(dim, int) else dim))
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    kept = tuple(d for d in dims if shape and shape[d] == 1)
    return squeeze_dim(input, dims=kept) if isinstance(dim, int) else squeeze_dims(input, dims=kept)


@op(name="AliasBackward0", view=True, input=lambda g: g)
def alias(input: Tensor) -> Tensor:
    """input itself, as a new tensor on the same memory"""
    return input.view()


# Dimensions in another order ------------------------------------------------------------------------------------------
@op(name="PermuteBackward0", view=True, input=lambda g, dims: permute_dims(g, dims=inverse(dims)))
def permute_dims(input: Tensor, *, dims: Shape) -> Tensor:
    """input with its dimensions in the order dims"""
    return np.transpose(input, dims)


def inverse(dims: Shape) -> Shape:
    """The permutation that undoes `dims`."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


def permute(input: Tensor, *dims: Any) -> Tensor:
    """input with its dimensions in the order dims"""
    order = sizes(dims, "permute", "dims")
    n = input._data.ndim
    if len(order) != n:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {len(order)}"
        )
    full = tuple(one_dim(d, n) for d in order)
    if len(set(full)) != n:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permute_dims(input, dims=full)


def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """input with the dimensions `source` moved to `destination`"""
    n = input._data.ndim
    named = [(d,) if isinstance(d, int) else tuple(d) for d in (source, destination)]
    if len(named[0]) != len(named[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(named[0])} dims) should contain the same number "
            f"of dims as destination ({list(named[1])} dims)"
        )
    src, dst = ([one_dim(d, n) for d in dims] for dims in named)
    for name, full, dims in (("source", src, named[0]), ("destination", dst, named[1])):
        if len(set(full)) != len(full):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(dims)})")
    if not n:
        return alias(input)
    order = [d for d in range(n) if d not in src]
    for to, d in sorted(zip(dst, src, strict=True)):
        order.insert(to, d)
    return permute_dims(input, dims=tuple(order))


@op(name="TransposeBackward0", view=True, input=lambda g, dim0, dim1: swap(g, dim0=dim0, dim1=dim1))
def swap(input: Tensor, *, dim0: int, dim1: int) -> Tensor:
    """input with two dimensions swapped"""
    return np.swapaxes(input, dim0, dim1) if input.ndim else input.view()


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """input with two dimensions swapped"""
    n = input._data.ndim
    return swap(input, dim0=one_dim(dim0, n), dim1=one_dim(dim1, n))


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """`transpose` under NumPy's name"""
    return transpose(input, axis0, axis1)


@op(name="TBackward0", view=True, input=lambda g: t_2d(g))
def t_2d(input: Tensor) -> Tensor:
    """The transpose of a matrix"""
    return input.T  # type: ignore[no-any-return]


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector as it is"""
    if input._data.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input._data.ndim}D")
    return t_2d(input)


# Repeated without a copy ----------------------------------------------------------------------------------------------
@op(name="ExpandBackward0", view=True, input=lambda g: g)  # the engine sums what was broadcast
def expand_shape(input: Tensor, *, shape: Shape) -> Tensor:
    """input repeated along dimensions of size 1, on the same memory"""
    lead = (1,) * (len(shape) - input.ndim)
    if shape == lead + input.shape:  # nothing is repeated, so it may be written to; np.broadcast_to's array may not
        return input[(None,) * len(lead) + (...,)]
    if not input.ndim:  # the gradient of every sum and mean; np.broadcast_to takes 2 us
        return np.ndarray(shape, input.dtype, np.asarray(input), 0, (0,) * len(shape))
    return np.broadcast_to(input, shape)


def expand(input: Tensor, *shape: Any, implicit: bool = False) -> Tensor:
    """input repeated along dimensions of size 1, without a copy; -1 keeps a size

    implicit: for PyTorch's own use, as there without effect.
    """
    new, old = sizes(shape, "expand", "size"), input._data.shape
    lead = len(new) - len(old)
    if lead < 0:
        raise RuntimeError(
            f"expand({type_name(input)}{{{list(old)}}}, size={list(new)}): the number of sizes provided ({len(new)}) must be "
            f"greater or equal to the number of dimensions in the tensor ({len(old)})"
        )
    for i, n in reversed(list(enumerate(new))):
        if i < lead and n < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) isn't allowed in a leading, non-existing dimension {i}"
            )
        if i >= lead and n not in (-1, old[i - lead]) and (old[i - lead] != 1 or n < 0):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({old[i - lead]}) at non-singleton "
                f"dimension {i}.  Target sizes: {list(new)}.  Tensor sizes: {list(old)}"
            )
    out = expand_shape(input, shape=tuple(old[i - lead] if n == -1 else n for i, n in enumerate(new)))
    if input._data.flags.writeable:
        out._data.flags.writeable = True  # NumPy's is read-only; here the changes in place look for themselves
    return out


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """input expanded to other's shape"""
    return expand(input, other._data.shape)


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """input expanded to size"""
    return expand(input, size)


# Copies ---------------------------------------------------------------------------------------------------------------
@op(input=lambda g: g)
def clone(input: Tensor) -> Tensor:
    """A copy, which gradients flow through"""
    return copy_of(input)


@op(name="CloneBackward0", input=lambda g: g)
def contiguous_copy(input: Tensor) -> Tensor:
    """A copy that lies in memory row by row"""
    return np.array(input, order="C")


def contiguous(input: Tensor) -> Tensor:
    """input itself if it lies in memory row by row, else a copy that does"""
    return input if input.is_contiguous() else contiguous_copy(input)


@op(name="UnsafeViewBackward0", input=lambda g, input_shape: reshape(g, input_shape))
def unsafe_view(input: Tensor, *, shape: Shape) -> Tensor:
    """A fresh array in another shape"""
    return input.reshape(shape)
