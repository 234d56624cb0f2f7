"""Operations with several outputs: split, chunk, unbind. Each output is a view; one node gathers their gradients.

The splits by names of directions, and `tensor_split`, are slices, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.arrays import is_hidden, settle
from ..autograd.grad_mode import mode
from ..autograd.node import Node, Output, births
from ..autograd.variable import TensorBase
from .arguments import refusal
from .dims import numpy_names, one_dim
from .join import cat_arrays, stack_arrays
from .shape import clone
from .slices import narrow

if TYPE_CHECKING:
    from ..tensor import Tensor


class SeveralNode(Node):
    """Makes one gradient of those of several outputs; a missing one counts as zeros."""

    __slots__ = ("dim", "shapes")

    several = True
    dim: int
    shapes: list[tuple[int, ...]]

    @property
    def outputs(self) -> int:
        """How many outputs there are."""
        return len(self.shapes)

    def backward(self, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        (edge,) = self.edges
        if edge is None or (needed is not None and edge not in needed):
            return []
        known = next(part for part in g if part is not None)
        kind = getattr(known, "_data", known).dtype
        parts = [np.zeros(s, kind) if part is None else part for part, s in zip(g, self.shapes, strict=True)]
        if create_graph:
            parts = [known._wrap(p) if isinstance(p, np.ndarray) else p for p in parts]
        return [(edge, self.gather(parts))]

    def gather(self, parts: list[Any]) -> Any:
        """The gradient of the whole."""
        return cat_arrays(*parts, dim=self.dim)


class SplitBackward0(SeveralNode):
    """Of `split` with one size"""

    __slots__ = ()


class SplitWithSizesBackward0(SeveralNode):
    """Of `split` with a list of sizes"""

    __slots__ = ()


class UnbindBackward0(SeveralNode):
    """Of `unbind`"""

    __slots__ = ()

    def gather(self, parts: list[Any]) -> Any:
        return stack_arrays(*parts, dim=self.dim)


def _outputs(input: Tensor, arrays: list[Any], dim: int, kind: type[SeveralNode]) -> tuple[Tensor, ...]:
    edge = input._edge()
    node = None
    if mode.grad and input.requires_grad:
        node = object.__new__(kind)
        node.edges, node.birth, node.hooks = (edge,), next(births), None
        node.shape, node.dtype = input._data.shape, input._data.dtype
        node.dim, node.shapes = dim, [a.shape for a in arrays]
    base = input if input._view is None else input._view[0]
    results = []
    for i, a in enumerate(arrays):
        t = input._wrap(a)
        t._counter = input._counter
        t._view = (base, -1 if input._counter is None else input._counter[0])
        t._creation = "several" if mode.grad else "no_grad"
        if node is not None:
            t._node = Output(node, i, a)
        results.append(t)
    return tuple(results)


def _array(input: Tensor) -> Any:
    return settle(input) if is_hidden(input._data) else input._data


@numpy_names
def split(input: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive parts along dim: of one size (the last may be smaller), or of the sizes listed"""
    if not isinstance(input, TensorBase):  # PyTorch asks whatever it is given for its method
        return input.split(split_size_or_sections, dim)
    if isinstance(split_size_or_sections, TensorBase):
        with suppress(ValueError, RuntimeError):  # then it is refused below
            split_size_or_sections = int(split_size_or_sections)  # type: ignore[arg-type]
    if type(split_size_or_sections) is not int or type(dim) is not int:
        whole = isinstance(split_size_or_sections, int)
        text = refusal("torch", "split" if whole else "split_with_sizes", (input, split_size_or_sections, dim), {})
        if text is not None:
            raise TypeError(text)
    if not input._data.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    d = one_dim(dim, input._data.ndim)
    n = input._data.shape[d]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
        if size == 0 and n:
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
        sections = [min(size, n - i) for i in range(0, n, size)] if n else [0]
        kind: type[SeveralNode] = SplitBackward0
    else:
        sections = list(split_size_or_sections)
        if min(sections, default=0) < 0:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sections}"
            )
        if sum(sections) != n:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but "
                f"got split_sizes={sections}"
            )
        kind = SplitWithSizesBackward0
    array, start, parts = _array(input), 0, []
    for s in sections:
        parts.append(array[(slice(None),) * d + (slice(start, start + s),)])
        start += s
    return _outputs(input, parts, d, kind)


@numpy_names
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of at most `chunks` parts of equal size along dim; the last may be smaller"""
    if type(chunks) is not int:
        text = refusal("torch", "chunk", (input, chunks, dim), {})
        if text is not None:
            raise TypeError(text)
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if not input._data.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    n = input._data.shape[one_dim(dim, input._data.ndim)]
    if not n:
        return split(input, [0] * chunks, dim)
    return split(input, -(-n // chunks), dim)


@numpy_names
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of all slices along dim, without that dimension"""
    d = one_dim(dim, input._data.ndim)
    if not input._data.ndim:
        raise IndexError(f"Dimension specified as {d} but tensor has no dimensions")
    array = _array(input)
    return _outputs(input, [array[(slice(None),) * d + (i, ...)] for i in range(array.shape[d])], d, UnbindBackward0)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of parts of nearly equal size along dim, or cut at the indices given"""
    if hasattr(indices_or_sections, "_data"):
        indices_or_sections = indices_or_sections.tolist()
    d = one_dim(dim, input._data.ndim)
    n = input._data.shape[d]
    if isinstance(indices_or_sections, int):
        if indices_or_sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {indices_or_sections}")
        size, more = divmod(n, indices_or_sections)
        edges = [i * size + min(i, more) for i in range(indices_or_sections + 1)]
    else:
        edges = [0, *(min(max(i + n if i < 0 else i, 0), n) for i in indices_or_sections), n]
    return tuple(narrow(input, d, a, max(b - a, 0)) for a, b in pairwise(edges))


def _named_split(name: str, least: int, dim: int, input: Tensor, parts: Any) -> tuple[Tensor, ...]:
    ndim = input._data.ndim
    if ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {ndim} dimensions!"
        )
    if isinstance(parts, int) and parts and input._data.shape[dim] % parts:
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
            f"{input._data.shape[dim]} is not divisible by the split_size {parts}!"
        )
    return tensor_split(input, parts, dim)


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Views of parts side by side: along dimension 1, of a vector along 0"""
    return _named_split("hsplit", 1, min(1, max(input._data.ndim - 1, 0)), input, indices_or_sections)


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Views of parts one above the other: along dimension 0"""
    return _named_split("vsplit", 2, 0, input, indices_or_sections)


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Views of parts one behind the other: along dimension 2"""
    return _named_split("dsplit", 3, 2, input, indices_or_sections)


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive parts of the sizes listed along dim"""
    return split(input, list(split_sizes), dim)


# Copies ---------------------------------------------------------------------------------------------------------------
def unsafe_split(input: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """`split`, the parts of which may be changed in place. Here they are copies."""
    return tuple(clone(part) for part in split(input, split_size, dim))


def unsafe_split_with_sizes(input: Tensor, split_sizes: list[int], dim: int = 0) -> tuple[Tensor, ...]:
    """`split_with_sizes`, the parts of which may be changed in place. Here they are copies."""
    return tuple(clone(part) for part in split(input, list(split_sizes), dim))


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """`chunk`, the parts of which may be changed in place. Here they are copies."""
    return tuple(clone(part) for part in chunk(input, chunks, dim))
