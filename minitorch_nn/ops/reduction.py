"""Sums, means and variances, over some or all dimensions."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING
from ..autograd.node import Node, Output, births
from ..autograd.op import op
from ..dtypes import dtype as DType
from .arithmetic import constant
from .checks import kind_name
from .choose import where
from .dims import Dims, many_dims, numpy_names, sizes
from .memory import by_rows
from .shape import alias, expand_shape, reshape

if TYPE_CHECKING:
    from ..tensor import Tensor

Shape = tuple[int, ...]


def unreduce(g: Any, dim: Shape, keepdim: bool, shape: Shape) -> Any:
    """g, the gradient of a reduction over `dim`, expanded to the shape of the reduction's input"""
    return expand_shape(keep(g, dim, keepdim, shape), shape=shape)


def keep(x: Any, dim: Shape, keepdim: bool, shape: Shape) -> Any:
    """A reduction's result with its reduced dimensions as size 1"""
    if keepdim or not shape:
        return x
    return reshape(x, tuple(1 if i in dim else n for i, n in enumerate(shape)))


def whole_dtype(x: Any) -> Any:
    """What integers and bools add up in: int64; None for the dtype of x"""
    return np.int64 if x.dtype.kind != "f" else None


# Sum, mean ------------------------------------------------------------------------------------------------------------
@op(name="SumBackward0", input=lambda g, input_shape: expand_shape(g, shape=input_shape))
def sum_all(input: Tensor) -> Tensor:
    """The sum of all elements"""
    return np.add.reduce(input, axis=None, dtype=whole_dtype(input))


@op(name="SumBackward1", input=lambda g, input_shape, dim, keepdim: unreduce(g, dim, keepdim, input_shape))
def sum_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """The sum over dim"""
    return by_rows(np.add.reduce(input, axis=dim, dtype=whole_dtype(input), keepdims=keepdim))  # type: ignore[no-any-return]


@op(
    name="MeanBackward0",
    input=lambda g, input_shape: expand_shape(g / max(math.prod(input_shape), 1), shape=input_shape),
)
def mean_all(input: Tensor) -> Tensor:
    """The mean of all elements"""
    return np.add.reduce(input, axis=None) / input.dtype.type(input.size)


@op(
    name="MeanBackward1",
    input=lambda g, input_shape, dim, keepdim: unreduce(g / _count(input_shape, dim), dim, keepdim, input_shape),
)
def mean_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """The mean over dim"""
    return by_rows(np.add.reduce(input, axis=dim, keepdims=keepdim) / input.dtype.type(_count(input.shape, dim)))  # type: ignore[no-any-return]


def _count(shape: Shape, dim: Shape) -> int:
    return math.prod(shape[d] for d in dim)


def in_dtype(reduce: Callable[[Tensor], Tensor], input: Tensor, dtype: DType | None) -> Tensor:
    """reduce(input), computed in dtype if one is given; without one, integers and bools give int64"""
    return reduce(input) if dtype is None else reduce(input.to(dtype)).to(dtype)


@numpy_names
def sum(input: Tensor, dim: Dims | EllipsisType = ..., keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The sum over dim (all dimensions without one); integers and bools give int64.

    dtype: cast the input to it first.
    """
    if dim is ...:
        return in_dtype(sum_all, input, dtype)
    dims = many_dims(dim, input._data.ndim)
    return in_dtype(lambda x: sum_dims(x, dim=dims, keepdim=keepdim), input, dtype)


@numpy_names
def mean(input: Tensor, dim: Dims | EllipsisType = ..., keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The mean over dim (all dimensions without one), of floating-point tensors only.

    dtype: cast the input to it first.
    """
    if dtype is not None and dtype.is_floating_point:
        input = input.to(dtype)
    elif dtype is not None or input._data.dtype.kind not in FLOATING:
        what, kind = ("Input", kind_name(input)) if dtype is None else ("Optional", dtype.type_name)
        raise RuntimeError(
            f"mean(): could not infer output dtype. {what} dtype must be either a floating point or complex dtype. Got: {kind}"
        )
    if dim is ...:
        return mean_all(input)
    return mean_dims(input, dim=many_dims(dim, input._data.ndim), keepdim=keepdim)


def sum_to_size(input: Tensor, *size: Any) -> Tensor:
    """The sum down to a shape that broadcasts to input's"""
    shape, have = sizes(size), input._data.shape
    lead = len(have) - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, have[lead:], strict=True)):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(have)}}}.")
    dims = tuple(i for i, m in enumerate(have) if i < lead or (shape[i - lead] == 1 and m != 1))
    if not dims:
        return alias(input)
    total = sum_dims(input, dim=dims, keepdim=True)
    return reshape(total, shape) if lead else total


# Variance -------------------------------------------------------------------------------------------------------------
@op(
    name="VarBackward0",
    input=lambda g, input, dim, correction, keepdim: (
        unreduce(g, dim, keepdim, input.shape) * _deviation(input, dim, correction)
    ),
)
def var_dims(input: Tensor, *, dim: Shape, correction: float, keepdim: bool) -> Tensor:
    """sum((input - mean)^2) / (n - correction)"""
    count = _count(input.shape, dim)
    mean = np.add.reduce(input, axis=dim, keepdims=True) / input.dtype.type(count)
    centred = input - mean
    total = np.add.reduce(centred * centred, axis=dim, keepdims=keepdim)
    return by_rows(total / input.dtype.type(max(count - correction, 0)))  # type: ignore[no-any-return]


@op(
    name="StdBackward0",
    input=lambda g, input, out, dim, correction, keepdim: (
        unreduce(_std_grad(g, out), dim, keepdim, input.shape) * _deviation(input, dim, correction)
    ),
)
def std_dims(input: Tensor, *, dim: Shape, correction: float, keepdim: bool) -> Tensor:
    """The square root of the variance"""
    return np.sqrt(var_dims(input, dim=dim, correction=correction, keepdim=keepdim))


def _std_grad(g: Any, std: Any) -> Any:
    """The gradient of the variance, from that of its root: 0 where the root is 0"""
    return where(std == 0, 0.0, g / (std * 2))


def _deviation(input: Any, dim: Shape, correction: float) -> Any:
    """d variance / d input; without a degree of freedom it is infinite"""
    centred = input - mean_dims(input, dim=dim, keepdim=True)
    freedom = _count(input.shape, dim) - correction
    return 2 / freedom * centred if freedom > 0 else where(centred == 0, math.nan, constant(centred, value=math.inf))


class VarMeanBackward0(Node):
    """Of two results of one call: hands each one's gradient to the node that made it."""

    __slots__ = ()

    several = True
    outputs = 2

    def backward(self, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        return [(e, part) for e, part in zip(self.edges, g, strict=True) if part is not None and e is not None]


class StdMeanBackward0(VarMeanBackward0):
    """As `VarMeanBackward0`"""

    __slots__ = ()


def _arguments(what: str, input: Tensor, dim: Any, unbiased: Any, correction: Any) -> tuple[Shape, float]:
    """The dimensions and the correction. Raises RuntimeError for integers, warns where there is nothing to divide by."""
    if isinstance(dim, bool):  # x.var(False): the first overload of PyTorch
        dim, unbiased = None, dim
    if input._data.dtype.kind not in FLOATING:
        kinds = what if what.endswith("_mean") else "std and var"
        raise RuntimeError(f"{kinds} only support floating point and complex dtypes")
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    shape = input._data.shape
    dims = many_dims(dim, len(shape))
    others = math.prod(n for d, n in enumerate(shape) if d not in dims)
    if (_count(shape, dims) if others else 0) <= correction:
        warnings.warn(
            f"{what}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input "
            "numel divided by output numel).",
            stacklevel=4,
        )
    return dims, correction


@numpy_names
def var(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """The variance over dim, divided by n - correction (1 unless unbiased=False)"""
    dims, correction = _arguments("var", input, dim, unbiased, correction)
    return var_dims(input, dim=dims, correction=correction, keepdim=keepdim)


@numpy_names
def std(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """The standard deviation over dim; its gradient is 0 where it is 0"""
    dims, correction = _arguments("std", input, dim, unbiased, correction)
    return std_dims(input, dim=dims, correction=correction, keepdim=keepdim)


@numpy_names
def var_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, Tensor]:
    """The variance and the mean"""
    dims, correction = _arguments("var_mean", input, dim, unbiased, correction)
    return _with_mean(
        VarMeanBackward0, var_dims(input, dim=dims, correction=correction, keepdim=keepdim), input, dims, keepdim
    )


@numpy_names
def std_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean"""
    dims, correction = _arguments("std_mean", input, dim, unbiased, correction)
    return _with_mean(
        StdMeanBackward0, std_dims(input, dim=dims, correction=correction, keepdim=keepdim), input, dims, keepdim
    )


def _with_mean(kind: type[Node], spread: Tensor, input: Tensor, dims: Shape, keepdim: bool) -> tuple[Tensor, Tensor]:
    pair = (spread, mean_dims(input, dim=dims, keepdim=keepdim))
    if spread._node is not None:
        node = kind()
        node.edges, node.birth, node.hooks = tuple(t._node for t in pair), next(births), None
        node.shape, node.dtype = spread._data.shape, spread._data.dtype
        for number, t in enumerate(pair):
            t._node = Output(node, number, t._data)
    return pair
