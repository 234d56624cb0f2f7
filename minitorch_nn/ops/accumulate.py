"""Products, running sums and running products."""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..dtypes import dtype as DType
from .arithmetic import constant
from .dims import numpy_names, one_dim
from .join import cat_arrays
from .memory import by_rows
from .rearrange import flip_dims
from .reduction import in_dtype, keep, whole_dtype
from .shape import reshape
from .slices import part_of

if TYPE_CHECKING:
    from ..tensor import Tensor


# Products -------------------------------------------------------------------------------------------------------------
@op(name="ProdBackward0", input=lambda g, input, out: g * _product_of_all_others(input, out))
def prod_all(input: Tensor) -> Tensor:
    """The product of all elements"""
    return np.multiply.reduce(input, axis=None, dtype=whole_dtype(input))


@op(
    name="ProdBackward1",
    input=lambda g, input, out, dim, keepdim: (
        keep(g, (dim,), keepdim, input.shape) * product_of_others(input, keep(out, (dim,), keepdim, input.shape), dim)
    ),
)
def prod_dim(input: Tensor, *, dim: int, keepdim: bool) -> Tensor:
    """The product over dim"""
    return by_rows(np.multiply.reduce(input, axis=dim, dtype=whole_dtype(input), keepdims=keepdim))  # type: ignore[no-any-return]


def _product_of_all_others(x: Any, out: Any) -> Any:
    return reshape(product_of_others(reshape(x, (-1,)), out, 0), x.shape) if x.ndim else constant(x, value=1.0)


@numpy_names
def prod(input: Tensor, dim: int | EllipsisType = ..., keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The product of all elements, or over one dimension; integers and bools give int64"""
    if dim is ...:
        return in_dtype(prod_all, input, dtype)
    d = one_dim(dim, input._data.ndim)
    return in_dtype(lambda x: prod_dim(x, dim=d, keepdim=keepdim), input, dtype)


# Running sums and products --------------------------------------------------------------------------------------------
@op(name="CumsumBackward0", input=lambda g, dim: reverse_cumsum(g, dim))
def cumsum_dim(input: Tensor, *, dim: int) -> Tensor:
    """The running sum along dim"""
    return by_rows(np.add.accumulate(input, dim, dtype=whole_dtype(input))) if input.ndim else _widened(input)


@op(name="CumprodBackward0", input=lambda g, input, out, dim: _cumprod_grad(g, input, out, dim))
def cumprod_dim(input: Tensor, *, dim: int) -> Tensor:
    """The running product along dim"""
    return by_rows(np.multiply.accumulate(input, dim, dtype=whole_dtype(input))) if input.ndim else _widened(input)


def _widened(x: Any) -> Any:
    return x.astype(whole_dtype(x) or x.dtype)


def reverse_cumsum(x: Any, dim: int) -> Any:
    """Of each element and all after it the sum"""
    return flip_dims(cumsum_dim(flip_dims(x, dims=(dim,)), dim=dim), dims=(dim,)) if x.ndim else x


def product_of_others(x: Any, out: Any, dim: int) -> Any:
    """For each element the product of all the others along dim: out / x, or where a zero forbids that, the product of
    those before times the product of those after"""
    if not x.ndim:
        return constant(x, value=1.0)
    if bool((x != 0).all()):
        return out / x
    return _before(x, dim) * flip_dims(_before(flip_dims(x, dims=(dim,)), dim), dims=(dim,))


def _before(x: Any, dim: int) -> Any:
    """For each element the product of all before it"""
    n = x.shape[dim]
    one = constant(part_of(x, dim, 0, 1), value=1.0)
    return cumprod_dim(cat_arrays(one, part_of(x, dim, 0, n - 1), dim=dim), dim=dim)


def _cumprod_grad(g: Any, x: Any, out: Any, dim: int) -> Any:
    if not x.ndim or x.shape[dim] == 1:
        return g
    if bool((x != 0).all()):
        return reverse_cumsum(g * out, dim) / x
    # through[i], the sum over j >= i of g[j] x[i + 1] ... x[j], is g[i] + x[i + 1] through[i + 1]
    n = x.shape[dim]
    through = [part_of(g, dim, n - 1, n)]
    for i in range(n - 2, -1, -1):
        through.append(part_of(g, dim, i, i + 1) + part_of(x, dim, i + 1, i + 2) * through[-1])
    return _before(x, dim) * cat_arrays(*reversed(through), dim=dim)


@numpy_names
def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """The running sum along dim; integers and bools give int64"""
    d = one_dim(dim, input._data.ndim)
    return in_dtype(lambda x: cumsum_dim(x, dim=d), input, dtype)


@numpy_names
def cumprod(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """The running product along dim; integers and bools give int64"""
    d = one_dim(dim, input._data.ndim)
    return in_dtype(lambda x: cumprod_dim(x, dim=d), input, dtype)
