"""Sums, means, extremes and other reductions over some or all dimensions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..dtypes import dtype as DType
from ..dtypes import from_numpy
from .dims import Dims, many_dims, numpy_names, one_dim, sizes
from .elementwise import abs, constant, exp, power, sign, where
from .shape import alias, expand_shape, flip_dims, reshape

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


def _sum_dtype(x: Any) -> Any:
    return np.int64 if x.dtype.kind != "f" else None


# Sum, mean ------------------------------------------------------------------------------------------------------------
@op(name="SumBackward0", input=lambda g, input_shape: expand_shape(g, shape=input_shape))
def sum_all(input: Tensor) -> Tensor:
    """The sum of all elements"""
    return np.add.reduce(input, axis=None, dtype=_sum_dtype(input))


@op(name="SumBackward1", input=lambda g, input_shape, dim, keepdim: unreduce(g, dim, keepdim, input_shape))
def sum_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """The sum over dim"""
    return np.add.reduce(input, axis=dim, dtype=_sum_dtype(input), keepdims=keepdim)


@op(name="MeanBackward0", input=lambda g, input_shape: expand_shape(g / max(math.prod(input_shape), 1), shape=input_shape))
def mean_all(input: Tensor) -> Tensor:
    """The mean of all elements"""
    return np.add.reduce(input, axis=None) / input.dtype.type(input.size)  # type: ignore[attr-defined,operator]


@op(
    name="MeanBackward1",
    input=lambda g, input_shape, dim, keepdim: unreduce(g / _count(input_shape, dim), dim, keepdim, input_shape),
)
def mean_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """The mean over dim"""
    return np.add.reduce(input, axis=dim, keepdims=keepdim) / input.dtype.type(_count(input.shape, dim))  # type: ignore[attr-defined]


def _count(shape: Shape, dim: Shape) -> int:
    return math.prod(shape[d] for d in dim)


@numpy_names
def sum(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The sum over dim (all dimensions for None); integers and bools give int64.

    dtype: cast the input to it first.
    """
    if dtype is not None:
        input = input.to(dtype)
    if dim is None and not keepdim:
        return sum_all(input)
    return sum_dims(input, dim=many_dims(dim, input._data.ndim), keepdim=keepdim)


@numpy_names
def mean(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The mean over dim (all dimensions for None), of floating-point tensors only.

    dtype: cast the input to it first.
    """
    if dtype is not None:
        input = input.to(dtype)
    if input._data.dtype.kind != "f":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {from_numpy(input._data.dtype).type_name}"
        )
    if dim is None and not keepdim:
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
    return reshape(total, shape) if lead else total  # type: ignore[no-any-return]


# Variance -------------------------------------------------------------------------------------------------------------
@op(
    name="VarBackward0",
    input=lambda g, input, dim, correction, keepdim: unreduce(g, dim, keepdim, input.shape)
    * (2 / _freedom(input.shape, dim, correction) * _centred(input, dim)),
)
def var_dims(input: Tensor, *, dim: Shape, correction: float, keepdim: bool) -> Tensor:
    """sum((input - mean)^2) / (n - correction)"""
    centred = input - np.mean(input, axis=dim, keepdims=True)
    total = np.add.reduce(centred * centred, axis=dim, keepdims=keepdim)
    return total / input.dtype.type(max(_count(input.shape, dim) - correction, 0))  # type: ignore[attr-defined]


@op(
    name="StdBackward0",
    input=lambda g, input, out, dim, correction, keepdim: unreduce(where(out == 0, 0.0, g / (out * 2)), dim, keepdim, input.shape)
    * (2 / _freedom(input.shape, dim, correction) * _centred(input, dim)),
)
def std_dims(input: Tensor, *, dim: Shape, correction: float, keepdim: bool) -> Tensor:
    """The square root of the variance"""
    return np.sqrt(var_dims(input, dim=dim, correction=correction, keepdim=keepdim))


def _freedom(shape: Shape, dim: Shape, correction: float) -> float:
    return (_count(shape, dim) - correction) or math.nan


def _centred(input: Any, dim: Shape) -> Any:
    return input - mean_dims(input, dim=dim, keepdim=True)


def _spread(op_: Any, what: str, input: Tensor, dim: Any, unbiased: bool | None, correction: Any, keepdim: bool) -> Tensor:
    if input._data.dtype.kind != "f":
        raise RuntimeError(f"{what} only support floating point and complex dtypes")
    if isinstance(dim, bool):  # x.var(False): the first overload of PyTorch
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    dims = many_dims(dim, input._data.ndim)
    return op_(input, dim=dims, correction=correction, keepdim=keepdim)  # type: ignore[no-any-return]


@numpy_names
def var(input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None) -> Tensor:
    """The variance over dim, divided by n - correction (1 unless unbiased=False)"""
    return _spread(var_dims, "var", input, dim, unbiased, correction, keepdim)


@numpy_names
def std(input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None) -> Tensor:
    """The standard deviation over dim; its gradient is 0 where it is 0"""
    return _spread(std_dims, "std", input, dim, unbiased, correction, keepdim)


# Products -------------------------------------------------------------------------------------------------------------
@op(
    name="ProdBackward0",
    input=lambda g, input, out: g * _product_of_others(input, out, None, False),
)
def prod_all(input: Tensor) -> Tensor:
    """The product of all elements"""
    return np.multiply.reduce(input, axis=None, dtype=_sum_dtype(input))


@op(
    name="ProdBackward1",
    input=lambda g, input, out, dim, keepdim: keep(g, (dim,), keepdim, input.shape)
    * _product_of_others(input, out, dim, keepdim),
)
def prod_dim(input: Tensor, *, dim: int, keepdim: bool) -> Tensor:
    """The product over dim"""
    return np.multiply.reduce(input, axis=dim, dtype=_sum_dtype(input), keepdims=keepdim)


def _product_of_others(x: Any, out: Any, dim: int | None, keepdim: bool) -> Any:
    """For each element the product of all the others along dim: out / x, or where a zero forbids that, each in turn."""
    if dim is None:
        return reshape(_product_of_others(reshape(x, (-1,)), out, 0, False), x.shape) if x.ndim else constant(x, value=1.0)
    if bool((x != 0).all()):
        return keep(out, (dim,), keepdim, x.shape) / x
    n = x.shape[dim]
    square = expand_shape(reshape(x, (*x.shape[: dim + 1], 1, *x.shape[dim + 1 :])), shape=(*x.shape[: dim + 1], n, *x.shape[dim + 1 :]))
    own = np.eye(n, dtype=bool).reshape((n, n) + (1,) * (len(x.shape) - dim - 1))
    return prod_dim(where(own, 1.0, square), dim=dim, keepdim=False)


@numpy_names
def prod(input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The product of all elements, or over one dimension"""
    if dtype is not None:
        input = input.to(dtype)
    if dim is None:
        return prod_all(input)
    if not input._data.ndim:
        one_dim(dim, 0)
        return prod_all(input)
    return prod_dim(input, dim=one_dim(dim, input._data.ndim), keepdim=keepdim)


# Norms ----------------------------------------------------------------------------------------------------------------
@op(
    name="LinalgVectorNormBackward0",
    input=lambda g, input, out, ord, dim, keepdim: _norm_grad(
        keep(g, dim, keepdim, input.shape), input, keep(out, dim, keepdim, input.shape), ord, dim
    ),
)
def vector_norm(input: Tensor, *, ord: float, dim: Shape, keepdim: bool) -> Tensor:
    """sum(|input|^ord)^(1/ord); the largest (smallest) magnitude for ord inf (-inf), the count of non-zeros for 0"""
    size = np.absolute(input)
    if ord == math.inf:
        return np.maximum.reduce(size, axis=dim, keepdims=keepdim)
    if ord == -math.inf:
        return np.minimum.reduce(size, axis=dim, keepdims=keepdim)
    if ord == 0:
        return np.count_nonzero(size, axis=dim, keepdims=keepdim).astype(input.dtype)  # type: ignore[call-overload]
    if ord == 1:
        return np.add.reduce(size, axis=dim, keepdims=keepdim)
    if ord == 2:
        return np.sqrt(np.add.reduce(size * size, axis=dim, keepdims=keepdim))
    return np.power(np.add.reduce(np.power(size, ord), axis=dim, keepdims=keepdim), 1 / ord)


def _norm_grad(g: Any, x: Any, norm: Any, ord: float, dim: Shape) -> Any:
    if ord == 0:
        return constant(x, value=0.0)
    if ord == 1:
        return g * sign(x)
    if ord == 2:
        return g * where(norm == 0, 0.0, x / norm)
    if math.isinf(ord):
        hit = (abs(x) == norm)
        mask = np.asarray(getattr(hit, "_data", hit))
        share = (mask / np.add.reduce(mask, axis=dim, keepdims=True)).astype(getattr(x, "_data", x).dtype)
        return g * (sign(x) * share)
    scale = where(x == 0, 0.0, x * power(abs(x), exponent=ord - 2)) if ord < 2 else x * power(abs(x), exponent=ord - 2)
    return scale * where(norm == 0, 0.0, g / power(norm, exponent=ord - 1))


@numpy_names
def norm(input: Tensor, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The p-norm of all elements, or over dim; "fro" is the 2-norm"""
    if dtype is not None:
        input = input.to(dtype)
    if p in ("fro", None):
        ord = 2.0
    elif isinstance(p, str):
        raise NotImplementedError(f"norm(p={p!r}) is not supported here; 'fro' and numbers are")
    else:
        ord = p  # type: ignore[assignment]
    if input._data.dtype.kind != "f":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{from_numpy(input._data.dtype).type_name}"
        )
    return vector_norm(input, ord=ord, dim=many_dims(dim, input._data.ndim), keepdim=keepdim)


# Log-sum-exp and softmax ----------------------------------------------------------------------------------------------
def _steady(x: Any, dim: Any) -> Any:
    """The maximum to subtract before exp; 0 where it is infinite"""
    m = np.maximum.reduce(x, axis=dim, keepdims=True) if x.size else np.add.reduce(x, axis=dim, keepdims=True)
    return np.where(np.isfinite(m), m, 0).astype(x.dtype)


@op(
    kind="float",
    name="LogsumexpBackward0",
    input=lambda g, input, out, dim, keepdim: keep(g, dim, keepdim, input.shape)
    * exp(input - keep(out, dim, keepdim, input.shape)),
)
def logsumexp_dims(input: Tensor, *, dim: Shape, keepdim: bool) -> Tensor:
    """log(sum(exp(input))) over dim, without overflow"""
    m = _steady(input, dim)
    total = np.log(np.add.reduce(np.exp(input - m), axis=dim, keepdims=True)) + m
    return total if keepdim else total.squeeze(dim)


@op(kind="float", name="SoftmaxBackward0", input=lambda g, out, dim: out * (g - sum_dims(g * out, dim=(dim,), keepdim=True)))
def softmax_dim(input: Tensor, *, dim: int) -> Tensor:
    """exp(input) / sum(exp(input)) over dim"""
    out = np.exp(input - np.maximum.reduce(input, axis=dim, keepdims=True)) if input.size else input.copy()  # type: ignore[attr-defined]
    out /= np.add.reduce(out, axis=dim, keepdims=True)
    return out  # type: ignore[no-any-return]


@op(
    kind="float",
    name="LogSoftmaxBackward0",
    input=lambda g, out, dim: g - exp(out) * sum_dims(g, dim=(dim,), keepdim=True),
)
def log_softmax_dim(input: Tensor, *, dim: int) -> Tensor:
    """input - log(sum(exp(input))) over dim"""
    if not input.size:
        return input.copy()  # type: ignore[attr-defined,no-any-return]
    out = input - np.maximum.reduce(input, axis=dim, keepdims=True)
    out -= np.log(np.add.reduce(np.exp(out), axis=dim, keepdims=True))
    return out


@numpy_names
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False) -> Tensor:
    """log(sum(exp(input))) over dim, without overflow"""
    return logsumexp_dims(input, dim=many_dims(dim, input._data.ndim), keepdim=keepdim)


@numpy_names
def softmax(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """exp(input) / sum(exp(input)) over dim"""
    return _along(softmax_dim, "softmax", input, dim, dtype)


@numpy_names
def log_softmax(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """log(softmax(input)) over dim, without underflow"""
    return _along(log_softmax_dim, "log_softmax", input, dim, dtype)


def _along(op_: Any, what: str, input: Tensor, dim: int, dtype: DType | None) -> Tensor:
    if dtype is not None:
        input = input.to(dtype)
    elif input._data.dtype.kind != "f":
        kind = from_numpy(input._data.dtype).type_name
        raise NotImplementedError(f'"{what}_lastdim_kernel_impl" not implemented for \'{kind}\'')
    d = one_dim(dim, input._data.ndim)
    if not input._data.ndim:
        return reshape(op_(reshape(input, (1,)), dim=0), ())  # type: ignore[no-any-return]
    return op_(input, dim=d)  # type: ignore[no-any-return]


# Running sums ---------------------------------------------------------------------------------------------------------
@op(name="CumsumBackward0", input=lambda g, dim: flip_dims(cumsum_dim(flip_dims(g, dims=(dim,)), dim=dim), dims=(dim,)))
def cumsum_dim(input: Tensor, *, dim: int) -> Tensor:
    """The running sum along dim"""
    return np.cumsum(input, dim, dtype=_sum_dtype(input))


@numpy_names
def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """The running sum along dim; integers give int64"""
    if dtype is not None:
        input = input.to(dtype)
    d = one_dim(dim, input._data.ndim)
    if not input._data.ndim:
        return reshape(cumsum_dim(reshape(input, (1,)), dim=0), ())  # type: ignore[no-any-return]
    return cumsum_dim(input, dim=d)
