"""Views and rearrangements: what changes a tensor's shape but not its values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.arrays import is_hidden
from ..autograd.op import op
from .dims import one_dim, sizes

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


# Views: the result shares memory with the input -----------------------------------------------------------------------
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


@op(name="ExpandBackward0", view=True, input=lambda g: g)  # the engine sums what was broadcast
def expand_shape(input: Tensor, *, shape: Shape) -> Tensor:
    """input repeated along dimensions of size 1, on the same memory"""
    return np.broadcast_to(input, shape)


@op(name="PermuteBackward0", view=True, input=lambda g, dims: permute_dims(g, dims=inverse(dims)))
def permute_dims(input: Tensor, *, dims: Shape) -> Tensor:
    """input with its dimensions in the order dims"""
    return np.transpose(input, dims)


@op(name="TransposeBackward0", view=True, input=lambda g, dim0, dim1: swap(g, dim0=dim0, dim1=dim1))
def swap(input: Tensor, *, dim0: int, dim1: int) -> Tensor:
    """input with two dimensions swapped"""
    return np.swapaxes(input, dim0, dim1)


@op(name="TBackward0", view=True, input=lambda g: t_2d(g))
def t_2d(input: Tensor) -> Tensor:
    """The transpose of a matrix"""
    return input.T  # type: ignore[no-any-return]


@op(name="UnsqueezeBackward0", view=True, input=lambda g, dim: squeeze_dims(g, dims=(dim,)))
def unsqueeze_at(input: Tensor, *, dim: int) -> Tensor:
    """input with a dimension of size 1 put in"""
    return np.expand_dims(input, dim)


@op(name="SqueezeBackward0", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def squeeze_all(input: Tensor) -> Tensor:
    """input without its dimensions of size 1"""
    return np.squeeze(input)


@op(name="SqueezeBackward1", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def squeeze_dim(input: Tensor, *, dims: Shape) -> Tensor:
    """input without one dimension, if it is of size 1"""
    return np.squeeze(input, dims)


@op(name="SqueezeBackward2", view=True, input=lambda g, input_shape: reshape(g, input_shape))
def squeeze_dims(input: Tensor, *, dims: Shape) -> Tensor:
    """input without some of its dimensions, where they are of size 1"""
    return np.squeeze(input, dims)


@op(name="SelectBackward0", view=True, input=lambda g, input_shape, index: put_basic(g, shape=input_shape, index=index))
def select_at(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """input[:, ..., i]"""
    return input[(*index, ...)]  # the dots make a view even of a single element


@op(name="SliceBackward0", view=True, input=lambda g, input_shape, index: put_basic(g, shape=input_shape, index=index))
def slice_at(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """input[:, ..., start:stop:step]"""
    return input[index]


@op(name="AliasBackward0", view=True, input=lambda g: g)
def alias(input: Tensor) -> Tensor:
    """input itself, as a new tensor on the same memory"""
    return input.view()


@op(
    name="DiagonalBackward0",
    view=True,
    input=lambda g, input_shape, offset, dim1, dim2: put_diagonal(g, shape=input_shape, offset=offset, dim1=dim1, dim2=dim2),
)
def diagonal_of(input: Tensor, *, offset: int, dim1: int, dim2: int) -> Tensor:
    """The diagonal of two dimensions, as the last dimension"""
    out = np.diagonal(input, offset, dim1, dim2)
    out.flags.writeable = input.flags.writeable  # type: ignore[attr-defined]
    return out  # type: ignore[return-value]


@op(
    name="UnfoldBackward0",
    view=True,
    input=lambda g, input_shape, dim, size, step: put_windows(g, shape=input_shape, dim=dim, size=size, step=step),
)
def windows(input: Tensor, *, dim: int, size: int, step: int) -> Tensor:
    """All windows of size `size` along `dim`, one every `step`, as the last dimension"""
    out = np.lib.stride_tricks.sliding_window_view(input, size, dim, writeable=input.flags.writeable)  # type: ignore[call-overload,attr-defined]
    return out[(slice(None),) * dim + (slice(None, None, step),)]  # type: ignore[no-any-return]


@op(name="AsStridedBackward0", view=True, input=lambda g, origin, at: take_memory_grad(g, origin=origin, at=at))
def memory_view(input: Tensor, *, origin: Any, at: Any) -> Tensor:
    """The elements of input's memory at (size, stride, offset) = at, in elements; `origin` is input's own layout."""
    return _strided(_storage_of(input, origin), at)


# Their gradients ------------------------------------------------------------------------------------------------------
@op(g=lambda g, index: take_basic(g, index=index))
def put_basic(g: Tensor, *, shape: Shape, index: tuple[Any, ...]) -> Tensor:
    """Zeros of `shape` with g at `index` (whole numbers and slices)"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    out[index] = g
    return out


@op(g=lambda g, g_shape, index: put_basic(g, shape=g_shape, index=index))
def take_basic(g: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """A copy of g[index]"""
    return g[index].copy()  # type: ignore[attr-defined,no-any-return]


@op(g=lambda g, offset, dim1, dim2: diagonal_of(g, offset=offset, dim1=dim1, dim2=dim2))
def put_diagonal(g: Tensor, *, shape: Shape, offset: int, dim1: int, dim2: int) -> Tensor:
    """Zeros of `shape` with g on the diagonal of two dimensions"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    view = np.diagonal(out, offset, dim1, dim2)
    view.flags.writeable = True
    view[...] = g
    return out


@op(g=lambda g, dim, size, step: windows(g, dim=dim, size=size, step=step))
def put_windows(g: Tensor, *, shape: Shape, dim: int, size: int, step: int) -> Tensor:
    """Zeros of `shape` with the windows g added up"""
    out = np.zeros(shape, g.dtype)  # type: ignore[call-overload]
    count = g.shape[dim]
    for k in range(size):
        out[(slice(None),) * dim + (slice(k, k + (count - 1) * step + 1, step),)] += g[..., k]
    return out


def layout(array: np.ndarray[Any, Any]) -> tuple[Shape, Shape]:
    """(shape, strides in elements)"""
    return array.shape, tuple(s // array.itemsize for s in array.strides)


def _storage_of(values: Any, origin: tuple[Shape, Shape]) -> Any:
    """The values of a dense array as they lie in memory under the layout `origin`."""
    shape, strides = origin
    flat = np.zeros(sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + 1 if 0 not in shape else 0, values.dtype)
    _strided(flat, (shape, strides, 0))[...] = values
    return flat


def _strided(flat: Any, at: tuple[Shape, Shape, int]) -> Any:
    shape, strides, offset = at
    return np.lib.stride_tricks.as_strided(flat[offset:], shape, [s * flat.itemsize for s in strides])


@op(g=lambda g, origin, at: memory_view(g, origin=origin, at=at))
def take_memory_grad(g: Tensor, *, origin: Any, at: Any) -> Tensor:
    """Zeros in the layout `origin` with g added at `at`"""
    flat = _storage_of(np.zeros(origin[0], g.dtype), origin)  # type: ignore[call-overload]
    np.add.at(flat, _strided(np.arange(flat.size), at), g)
    return _strided(flat, (*origin, 0))


@op(base=lambda g, origin, at: memory_put(g, 0.0, origin=origin, at=at), part=lambda g, origin, at: memory_view(g, origin=origin, at=at))
def memory_put(base: Tensor, part: Tensor | float, *, origin: Any, at: Any) -> Tensor:
    """base with `part` written over what a view of its memory shows"""
    flat = _storage_of(base, origin)
    _strided(flat, at)[...] = part
    return _strided(flat, (*origin, 0))


# Copies ---------------------------------------------------------------------------------------------------------------
@op(input=lambda g: g)
def clone(input: Tensor) -> Tensor:
    """A copy, which gradients flow through"""
    return np.array(input, order="K")


@op(name="CloneBackward0", input=lambda g: g)
def contiguous_copy(input: Tensor) -> Tensor:
    """A copy that lies in memory row by row"""
    return np.array(input, order="C")


@op(name="UnsafeViewBackward0", input=lambda g, input_shape: reshape(g, input_shape))
def unsafe_view(input: Tensor, *, shape: Shape) -> Tensor:
    """A fresh array in another shape"""
    return input.reshape(shape)


@op(name="CatBackward0", kind="promote", joint=lambda g, wanted, tensors_shape, dim: _cut(g, wanted, tensors_shape, dim))
def cat_arrays(*tensors: Tensor, dim: int) -> Tensor:
    """The tensors one after the other along dim"""
    return np.concatenate(tensors, dim)


def _cut(g: Any, wanted: tuple[bool, ...], shapes: tuple[Shape, ...], dim: int) -> list[Any]:
    parts, start = [], 0
    for want, shape in zip(wanted, shapes, strict=True):
        stop = start + (shape[dim] if len(shape) > dim else 0)
        parts.append(narrow_raw(g, dim, start, stop) if want else None)
        start = stop
    return parts


def narrow_raw(g: Any, dim: int, start: int, stop: int) -> Any:
    """g[:, ..., start:stop], of an array or a tensor"""
    return slice_at(g, index=(slice(None),) * dim + (slice(start, stop),))


@op(name="StackBackward0", kind="promote", joint=lambda g, wanted, dim: _rows(g, wanted, dim))
def stack_arrays(*tensors: Tensor, dim: int) -> Tensor:
    """The tensors side by side along a new dimension"""
    return np.stack(tensors, dim)


def _rows(g: Any, wanted: tuple[bool, ...], dim: int) -> list[Any]:
    return [select_at(g, index=(slice(None),) * dim + (i,)) if want else None for i, want in enumerate(wanted)]


@op(name="RepeatBackward0", input=lambda g, input_shape, repeats: _sum_repeats(g, input_shape, repeats))
def repeat_array(input: Tensor, *, repeats: Shape) -> Tensor:
    """input tiled `repeats` times along each dimension"""
    return np.tile(input, repeats)


def _sum_repeats(g: Any, shape: Shape, repeats: Shape) -> Any:
    from .reduction import sum_dims

    full = (1,) * (len(repeats) - len(shape)) + shape
    split = tuple(n for pair in zip(repeats, full, strict=True) for n in pair)
    total = sum_dims(reshape(g, split), dim=tuple(range(0, len(split), 2)), keepdim=False)
    return reshape(total, shape)


@op(name="FlipBackward0", input=lambda g, dims: flip_dims(g, dims=dims))
def flip_dims(input: Tensor, *, dims: Shape) -> Tensor:
    """input with the order along dims reversed"""
    return np.ascontiguousarray(np.flip(input, dims))


@op(name="RollBackward0", input=lambda g, shifts, dims: roll_dims(g, shifts=tuple(-s for s in shifts), dims=dims))
def roll_dims(input: Tensor, *, shifts: Shape, dims: Shape) -> Tensor:
    """input shifted along dims, what falls out comes in on the other side"""
    return np.roll(input, shifts, dims)


@op(name="TrilBackward0", input=lambda g, diagonal: lower(g, diagonal=diagonal))
def lower(input: Tensor, *, diagonal: int) -> Tensor:
    """input with zeros above the diagonal"""
    return np.tril(input, diagonal)


@op(name="TriuBackward0", input=lambda g, diagonal: upper(g, diagonal=diagonal))
def upper(input: Tensor, *, diagonal: int) -> Tensor:
    """input with zeros below the diagonal"""
    return np.triu(input, diagonal)


# The public forms -----------------------------------------------------------------------------------------------------
def inverse(dims: Shape) -> Shape:
    """The permutation that undoes `dims`."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


def infer_shape(shape: Shape, size: int) -> Shape:
    """`shape` with its -1 filled in. Raises RuntimeError if it does not hold `size` elements."""
    if -1 in shape:
        known = -math.prod(shape)
        if shape.count(-1) > 1:
            raise RuntimeError("only one dimension can be inferred")
        if known == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
                "-1 can be any value and is ambiguous"
            )
        if size % known == 0:
            return tuple(size // known if n == -1 else n for n in shape)
    elif math.prod(shape) == size:
        for n in shape:
            if n < 0:
                raise RuntimeError(f"invalid shape dimension {n}")
        return shape
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {size}")


def view(input: Tensor, *shape: Any) -> Tensor:
    """input in another shape, on the same memory; one -1 is inferred. A dtype argument is not supported."""
    if len(shape) == 1 and not isinstance(shape[0], (int, tuple, list, np.integer)):
        raise NotImplementedError(f"view({shape[0]!r}): a view as another dtype is not supported; use .to(dtype)")
    return view_shape(input, shape=infer_shape(sizes(shape), input._data.size))


def reshape(input: Any, *shape: Any) -> Any:
    """input in another shape; a view where that is possible, else a copy. Also takes arrays."""
    if isinstance(input, (np.ndarray, np.generic)):
        return input.reshape(sizes(shape))
    new = infer_shape(sizes(shape), input._data.size)
    array = input._data
    if array.flags.c_contiguous or is_hidden(array):
        return view_shape(input, shape=new)
    try:
        _reshape_without_copy(array, new)
    except (ValueError, AttributeError):
        return unsafe_view(contiguous_copy(input), shape=new)
    return view_shape(input, shape=new)


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


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """(a, b * c) -> (a, b, c) for dim=1, sizes=(b, c); one size may be -1"""
    shape = input._data.shape
    d = one_dim(dim, len(shape))
    return view(input, (*shape[:d], *infer_shape(tuple(sizes), shape[d]), *shape[d + 1 :]))


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """input without its dimensions of size 1: all, or those of dim"""
    shape = input._data.shape
    if dim is None:
        return squeeze_all(input)
    dims = tuple(one_dim(d, len(shape)) for d in ((dim,) if isinstance(dim, int) else dim))
    kept = tuple(d for d in dims if shape and shape[d] == 1)
    return squeeze_dim(input, dims=kept) if isinstance(dim, int) else squeeze_dims(input, dims=kept)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """input with a dimension of size 1 put in at dim"""
    return unsqueeze_at(input, dim=one_dim(dim, input._data.ndim + 1))


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """input with two dimensions swapped"""
    n = input._data.ndim
    return swap(input, dim0=one_dim(dim0, n), dim1=one_dim(dim1, n)) if n else alias(input)


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector as it is"""
    if input._data.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input._data.ndim}D")
    return t_2d(input)


def permute(input: Tensor, *dims: Any) -> Tensor:
    """input with its dimensions in the order dims"""
    order = sizes(dims)
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
    src = [one_dim(d, n) for d in ((source,) if isinstance(source, int) else source)]
    dst = [one_dim(d, n) for d in ((destination,) if isinstance(destination, int) else destination)]
    order = [d for d in range(n) if d not in src]
    for to, d in sorted(zip(dst, src, strict=True)):
        order.insert(to, d)
    return permute_dims(input, dims=tuple(order))


def expand(input: Tensor, *shape: Any) -> Tensor:
    """input repeated along dimensions of size 1, without a copy; -1 keeps a size"""
    new, old = sizes(shape), input._data.shape
    lead = len(new) - len(old)
    if lead < 0:
        raise RuntimeError(
            f"expand(torch.{_type_name(input)}{{{list(old)}}}, size={list(new)}): the number of sizes provided "
            f"({len(new)}) must be greater or equal to the number of dimensions in the tensor ({len(old)})"
        )
    full = []
    for i, n in enumerate(new):
        have = old[i - lead] if i >= lead else None
        if n == -1 and have is None:
            raise RuntimeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"
            )
        full.append(have if n == -1 else n)
        if have is not None and n not in (-1, have) and have != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({have}) at non-singleton "
                f"dimension {i}.  Target sizes: {list(new)}.  Tensor sizes: {list(old)}"
            )
    return expand_shape(input, shape=tuple(full))  # type: ignore[arg-type]


def _type_name(t: Any) -> str:
    from ..dtypes import from_numpy

    return f"{from_numpy(t._data.dtype).type_name}Tensor"


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """input expanded to other's shape"""
    return expand(input, other._data.shape)


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """input expanded to size"""
    return expand(input, tuple(size))


def contiguous(input: Tensor) -> Tensor:
    """input itself if it lies in memory row by row, else a copy that does"""
    return input if input._data.flags.c_contiguous or is_hidden(input._data) else contiguous_copy(input)


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two dimensions, as the last dimension, on the same memory"""
    n = input._data.ndim
    a, b = one_dim(dim1, n), one_dim(dim2, n)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return diagonal_of(input, offset=offset, dim1=a, dim2=b)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A vector as the diagonal of a matrix; of a matrix, its diagonal as a vector"""
    n = input._data.ndim
    if n == 1:
        return diag_embed(input, diagonal)
    if n != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {n}D")
    return clone(diagonal_of(input, offset=diagonal, dim1=0, dim2=1))


def diag_embed(input: Tensor, offset: int = 0) -> Tensor:
    """(..., n) -> (..., m, m), m = n + |offset|, zeros beside the diagonal"""
    shape = input._data.shape
    side = shape[-1] + (offset if offset >= 0 else -offset)
    return put_diagonal(input, shape=(*shape[:-1], side, side), offset=offset, dim1=len(shape) - 1, dim2=len(shape))


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """All windows of `size` along `dimension`, one every `step`, as the last dimension, on the same memory"""
    d = one_dim(dimension, input._data.ndim)
    length = input._data.shape[d]
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {dimension} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return windows(input, dim=d, size=size, step=step)
