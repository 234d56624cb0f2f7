"""Parts along a named dimension, copies of parts, finite differences, common shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, finished, float_of
from ..autograd.op import op
from ..autograd.variable import tensor_type
from .arithmetic import plus
from .assemble import tensor_split
from .dims import one_dim
from .join import cat
from .slices import narrow, put_basic
from .split import split

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


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


@op(
    name="NarrowCopyBackward0",
    input=lambda g, input_shape, index: put_basic(g, shape=input_shape, index=index),
)
def part_copy(input: Tensor, *, index: tuple[Any, ...]) -> Tensor:
    """A copy of input[index]"""
    return input[index].copy()  # type: ignore[attr-defined,no-any-return]


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """As `narrow`, but a copy"""
    view = narrow(input.detach(), dim, start, length)  # its checks
    d = one_dim(dim, input._data.ndim)
    first = start + input._data.shape[d] if start < 0 else start
    return part_copy(input, index=(slice(None),) * d + (slice(first, first + view._data.shape[d]),))


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that the shapes (tuples, or numbers for one dimension) broadcast to"""
    sizes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    common = [1] * max((len(s) for s in sizes), default=0)
    for position, shape in enumerate(sizes):
        for back in range(1, len(shape) + 1):
            n = shape[-back]
            if n < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({n}): ({n})")
            if n in (1, common[-back]):
                continue
            if common[-back] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {n} at {-back}! Mismatching argument at index "
                    f"{position} had {shape}; but expected shape should be broadcastable to {common}"
                )
            common[-back] = n
    return tensor_type()._wrap(np.broadcast_to(0, common)).shape  # as a Size


# Finite differences ---------------------------------------------------------------------------------------------------
def _steps(spacing: Any, dims: list[int], given: bool, ndim: int) -> list[Any]:
    """One number or one array of coordinates for each of dims"""
    if spacing is None or isinstance(spacing, (int, float)):
        return [1.0 if spacing is None else float(spacing)] * len(dims)
    values = list(spacing)
    if len(values) != len(dims):
        if given:
            raise RuntimeError(
                "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
                f"same length, but got a spacing argument of length {len(values)} and a dim argument of length {len(dims)}."
            )
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{ndim}', since dim argument was not given, but got a list of length {len(values)}"
        )
    return [getattr(v, "_data", v) for v in values]


def gradient(
    input: Tensor, *, spacing: Any = None, dim: int | Sequence[int] | None = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The derivative along each of dim (all by default), from neighbours: central inside, one-sided at the edges

    spacing: the distance of neighbours, one number or one for each dimension, or the coordinates as vectors.
    edge_order: 1 or 2, the order of the estimate at the edges.
    """
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    ndim = input._data.ndim
    dims = list(range(ndim)) if dim is None else [one_dim(d, ndim) for d in ([dim] if isinstance(dim, int) else dim)]
    steps = _steps(spacing, dims, dim is not None, ndim)
    if any(input._data.shape[d] <= edge_order for d in dims):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple(_slope(input, d, step, edge_order) for d, step in zip(dims, steps, strict=True))


def _slope(x: Tensor, d: int, step: Any, edge_order: int) -> Any:
    n = x._data.shape[d]
    kind = x._data.dtype if x._data.dtype.kind in FLOATING else np.dtype(np.float32)
    at = np.arange(n) * step if isinstance(step, (int, float)) else np.asarray(float_of(step), np.float64)

    def combined(first: int, length: int, weights: Any) -> Any:
        """sum over k of weights[k] * x[first + k], for `length` places; weights: one or one for each place"""
        total: Any = None
        for k, w in enumerate(weights):
            by = finished(np.broadcast_to(np.asarray(w, np.float64), (length,)), kind)
            part = narrow(x, d, first + k, length) * x._wrap(by.reshape([-1 if i == d else 1 for i in range(x.ndim)]))
            total = part if total is None else plus(total, part)
        return total

    gap = np.diff(at)
    left, right = gap[:-1], gap[1:]
    parts = []
    if edge_order == 1:
        parts.append(combined(0, 1, (-1 / gap[0], 1 / gap[0])))
    else:
        a, b = gap[0], gap[1]
        parts.append(combined(0, 1, (-(2 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b)))))
    if n > 2:
        parts.append(
            combined(
                0,
                n - 2,
                (-right / (left * (left + right)), (right - left) / (left * right), left / (right * (left + right))),
            )
        )
    if edge_order == 1:
        parts.append(combined(n - 2, 1, (-1 / gap[-1], 1 / gap[-1])))
    else:
        a, b = gap[-2], gap[-1]
        parts.append(combined(n - 3, 1, (b / (a * (a + b)), -(a + b) / (a * b), (2 * b + a) / (b * (a + b)))))
    return cat(parts, d)
