"""Products of vectors and matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.arrays import broadcast_mismatch
from ..autograd.op import op
from .arithmetic import plus, times
from .checks import cpp_name, fit_number, kind_name, not_implemented
from .shape import (
    contiguous,
    expand,
    expand_shape,
    reshape,
    squeeze_dim,
    swap,
    t,
    t_2d,
    unsafe_view,
    unsqueeze_at,
)

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


@op(name="DotBackward0", input=lambda g, tensor: g * tensor, tensor=lambda g, input: g * input)
def dot_product(input: Tensor, tensor: Tensor) -> Tensor:
    """(n,) . (n,) -> ()"""
    return np.dot(input, tensor)


@op(name="MvBackward0", input=lambda g, vec: outer_product(g, vec), vec=lambda g, input: mat_vec(t_2d(input), g))
def mat_vec(input: Tensor, vec: Tensor) -> Tensor:
    """(m, k) @ (k,) -> (m,)"""
    return backends.kernels.matmul(input, vec)


@op(name="MulBackward0", a=lambda g, b: mat_vec(g, b), b=lambda g, a: mat_vec(t_2d(g), a))
def outer_product(a: Tensor, b: Tensor) -> Tensor:
    """(m,), (n,) -> (m, n)"""
    return np.multiply.outer(a, b)


@op(
    name="MmBackward0",
    input=lambda g, mat2: mat_mat(g, t_2d(mat2)),
    mat2=lambda g, input: mat_mat(t_2d(input), g),
)
def mat_mat(input: Tensor, mat2: Tensor) -> Tensor:
    """(m, k) @ (k, n) -> (m, n)"""
    return backends.kernels.matmul(input, mat2)


@op(
    name="MmBackward0",
    input=lambda g, mat2: mat_mat(g, t_2d(mat2)),
    mat2=lambda g, input: _right_grad(g, input, True),
)
def mat_mat_by_columns(input: Tensor, mat2: Tensor) -> Tensor:
    """(m, k) @ (k, n) -> (m, n) where mat2 lies in memory by columns, as its gradient then does"""
    return backends.kernels.matmul(input, mat2)


def _right_grad(g: Any, left: Any, by_columns: bool) -> Any:
    """left.T @ g, in memory by rows or by columns: as what it is the gradient of, so that adding it needs no transposing

    A weight of a linear layer is (out, in) and takes part as its transpose, which lies by columns.
    """
    return t_2d(mat_mat(t_2d(g), left)) if by_columns else mat_mat(t_2d(left), g)


def _by_columns(matrix: Any) -> bool:
    flags = matrix.flags
    return not flags.c_contiguous and flags.f_contiguous  # type: ignore[no-any-return]


@op(
    name="BmmBackward0",
    input=lambda g, mat2: batch_mat_mat(g, swap(mat2, dim0=1, dim1=2)),
    mat2=lambda g, input: batch_mat_mat(swap(input, dim0=1, dim1=2), g),
)
def batch_mat_mat(input: Tensor, mat2: Tensor) -> Tensor:
    """(b, m, k) @ (b, k, n) -> (b, m, n)"""
    return backends.kernels.matmul(input, mat2)


@op(
    name="AddmmBackward0",
    input=lambda g, beta: _scaled(g, beta),
    mat1=lambda g, mat2, alpha: _scaled(mat_mat(g, t_2d(mat2)), alpha),
    mat2=lambda g, mat1, alpha, by_columns: _scaled(_right_grad(g, mat1, by_columns), alpha),
)
def add_mat_mat(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1, by_columns: bool = False
) -> Tensor:
    """beta * input + alpha * mat1 @ mat2; by_columns as for `mat_mat`"""
    return _plus_product(input, backends.kernels.matmul(mat1, mat2), beta, alpha)


@op(
    name="BaddbmmBackward0",
    input=lambda g, beta: _scaled(g, beta),
    batch1=lambda g, batch2, alpha: _scaled(batch_mat_mat(g, swap(batch2, dim0=1, dim1=2)), alpha),
    batch2=lambda g, batch1, alpha: _scaled(batch_mat_mat(swap(batch1, dim0=1, dim1=2), g), alpha),
)
def add_batch_mat_mat(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * batch1 @ batch2"""
    return _plus_product(input, backends.kernels.matmul(batch1, batch2), beta, alpha)


@op(
    name="AddmvBackward0",
    input=lambda g, beta: _scaled(g, beta),
    mat=lambda g, vec, alpha: _scaled(outer_product(g, vec), alpha),
    vec=lambda g, mat, alpha: _scaled(mat_vec(t_2d(mat), g), alpha),
)
def add_mat_vec(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * mat @ vec"""
    return _plus_product(input, backends.kernels.matmul(mat, vec), beta, alpha)


def _plus_product(input: Any, product: Any, beta: Number, alpha: Number) -> Any:
    """beta * input + alpha * product, into the product's memory; with beta 0 not even a nan of input counts"""
    if alpha != 1:
        product *= fit_number(alpha, product.dtype)
    if beta != 0:
        product += input if beta == 1 else input * fit_number(beta, product.dtype)
    return product


def _scaled(x: Any, by: Number) -> Any:
    return x if by == 1 else x * by


@op(name="SqueezeBackward4", input=lambda g, input_shape: reshape(g, input_shape))
def only_row(input: Tensor) -> Tensor:
    """The row of a matrix that has but one: (1, n) -> (n,)"""
    return input[0]


# The public forms, with PyTorch's checks ------------------------------------------------------------------------------
def _one_type(a: Any, b: Any, wrong: Callable[[Any, Any], str]) -> None:
    if a.dtype != b.dtype:
        raise RuntimeError(wrong(a, b))


def _no_bools(a: Any, kernel: str) -> None:
    """Raise NotImplementedError for bools, which PyTorch's `kernel` does not take."""
    if a.dtype.kind == "b":
        raise not_implemented(kernel, a)


def _matrix_types(a: Any, b: Any) -> str:
    return f"expected m1 and m2 to have the same dtype, but got: {cpp_name(a)} != {cpp_name(b)}"


def _batch_types(a: Any, b: Any) -> str:
    return f"expected scalar type {kind_name(a)} but found {kind_name(b)}"


def _vector_types(a: Any, b: Any) -> str:
    return f"dot : expected both vectors to have same dtype, but found {kind_name(a)} and {kind_name(b)}"


def _check_sizes(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    if a[1] != b[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})")


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The product of two vectors: (n,), (n,) -> ()"""
    a, b = input._data, tensor._data
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    _one_type(a, b, _vector_types)
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the same number of elements, "
            f"but got {a.size} and {b.size} elements respectively"
        )
    _no_bools(a, "dot")
    return dot_product(input, tensor)


def _check_mat_vec(start: Any, mat: Any, vec: Any) -> None:
    """For start + mat @ vec; start is vec itself where there is none"""
    alone = start is vec
    if mat.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got {1 if alone else start.ndim}, {mat.ndim}, {vec.ndim}"
        )
    (rows, columns), have = mat.shape, mat.shape[:1] if alone else start.shape
    if columns != vec.shape[0] or have not in ((), (1,), (rows,)):
        raise RuntimeError(
            f"size mismatch, got input ({have[0] if have else 1}), mat ({rows}x{columns}), vec ({vec.shape[0]})"
        )
    if not start.dtype == mat.dtype == vec.dtype:
        kinds = f"{kind_name(start)}, {kind_name(mat)}, and {kind_name(vec)}"
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {kinds}")
    _no_bools(mat, "addmv_impl_cpu")


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """(m, k), (k,) -> (m,)"""
    _check_mat_vec(vec._data, input._data, vec._data)
    return mat_vec(input, vec)


def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * mat @ vec"""
    _check_mat_vec(input._data, mat._data, vec._data)
    return add_mat_vec(input, mat, vec, beta=beta, alpha=alpha)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """(m, k), (k, n) -> (m, n)"""
    a, b = input._data, mat2._data
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or a.dtype is not b.dtype or a.dtype.kind == "b":
        _check_matrices(a, b)
    return (mat_mat_by_columns if _by_columns(b) else mat_mat)(input, mat2)


def _check_matrices(a: Any, b: Any) -> None:
    if a.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if b.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _check_sizes(a.shape, b.shape)
    _one_type(a, b, _matrix_types)
    _no_bools(a, "addmm_impl_cpu_")


def _check_batches(a: Any, b: Any, kernel: str) -> None:
    if a.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if b.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}]."
        )
    _one_type(a, b, _batch_types)
    _no_bools(a, kernel)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """(b, m, k), (b, k, n) -> (b, m, n)"""
    _check_batches(input._data, mat2._data, "bmm")
    return batch_mat_mat(input, mat2)


def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * batch1 @ batch2; input broadcasts"""
    a, b = batch1._data, batch2._data
    _check_batches(a, b, "baddbmm")
    _one_type(input._data, a, _batch_types)
    expand(input.detach(), (*a.shape[:2], b.shape[2]))  # raises where it does not broadcast
    return add_batch_mat_mat(input, batch1, batch2, beta=beta, alpha=alpha)


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * mat1 @ mat2; input broadcasts"""
    start, a, b = input._data, mat1._data, mat2._data
    if a.ndim != 2:
        raise RuntimeError(f"mat1 must be a matrix, got {a.ndim}-D tensor")
    if b.ndim != 2:
        raise RuntimeError(f"mat2 must be a matrix, got {b.ndim}-D tensor")
    if start.dtype != b.dtype:
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {kind_name(start)} and {kind_name(b)}")
    if a.dtype != b.dtype:
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {kind_name(a)} and {kind_name(b)}")
    _check_sizes(a.shape, b.shape)
    shape = (a.shape[0], b.shape[1])
    if start.shape != shape[1:]:
        expand(input.detach(), shape)  # raises where it does not broadcast
    _no_bools(a, "addmm_impl_cpu_")
    return add_mat_mat(input, mat1, mat2, beta=beta, alpha=alpha, by_columns=_by_columns(mat2._data))


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """(m,), (n,) -> (m, n)"""
    for name, x in (("self", input), ("vec2", vec2)):
        if x._data.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x._data.ndim}-D")
    return times(unsqueeze_at(input, dim=1), vec2)


def inner(input: Tensor, other: Tensor) -> Tensor:
    """The sums of products over the last dimensions: (…, k), (…, k) -> (…, …)"""
    _one_type(input._data, other._data, lambda a, b: "both inputs should have same dtype")
    a, b = input._data.shape, other._data.shape
    if not a or not b:
        return times(input, other)
    if a[-1] != b[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {list(a)} and {list(b)}"
        )
    if len(a) == 1 and len(b) == 1:
        return reshape(dot(input, other), ())
    return reshape(mm(_rows(input), t_2d(_rows(other))), (*a[:-1], *b[:-1]))


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """input @ other, as NumPy's: vectors, matrices, and batches of them, broadcast"""
    n, m = input._data.ndim, other._data.ndim
    if n == 2 and m == 2:
        return mm(input, other)
    if n == 0 or m == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {n}D and {m}D")
    if n <= 2 and m == 1:
        return dot(input, other) if n == 1 else mv(input, other)
    if n == 1 and m == 2:
        return only_row(mm(unsqueeze_at(input, dim=0), other))
    if n >= 3 and m <= 2:
        return _folded(input, other)
    if n <= 2 and m >= 3 and (n == 1 or input.requires_grad):  # (a @ b) is (b.T @ a.T).T
        out = _folded(_mT(other), input if n == 1 else t_2d(input))
        return out if n == 1 else contiguous(_mT(out))
    if n == 3 and m == 3 and input._data.shape[0] != other._data.shape[0]:
        if input._data.shape[0] == 1 and input.requires_grad:  # a gradient of one matrix, not of a batch of them
            return matmul(squeeze_dim(input, dims=(0,)), other)
        if other._data.shape[0] == 1 and other.requires_grad:
            return matmul(input, squeeze_dim(other, dims=(0,)))
    return _batched(input, other)


def _folded(x: Tensor, y: Tensor) -> Tensor:
    """A batch times a vector or a matrix, as one product: the batch is folded into the rows."""
    flat = _rows(x)
    lead = x._data.shape[:-1]
    if y._data.ndim == 1:
        return unsafe_view(mv(flat, y), shape=lead)
    return unsafe_view(mm(flat, y), shape=(*lead, y._data.shape[1]))


def _mT(x: Tensor) -> Tensor:
    return swap(x, dim0=x._data.ndim - 2, dim1=x._data.ndim - 1)


def _rows(x: Tensor) -> Tensor:
    shape = x._data.shape
    return reshape(x, (math.prod(shape[:-1]), shape[-1]))


def _batched(left: Tensor, right: Tensor) -> Tensor:
    """Broadcast the leading dimensions, then one batched product"""
    a, b = left._data.shape, right._data.shape
    wrong = broadcast_mismatch(a[:-2], b[:-2])
    if wrong is not None:
        raise RuntimeError(wrong)
    lead = np.broadcast_shapes(a[:-2], b[:-2])
    shapes = ((left, a), (right, b))
    x, y = (t if s[:-2] == lead else expand_shape(t, shape=(*lead, *s[-2:])) for t, s in shapes)
    if len(lead) > 1:
        count = math.prod(lead)
        x, y = (reshape(t, (count, *s[-2:])) for t, (_, s) in zip((x, y), shapes, strict=True))
    return unsafe_view(bmm(x, y), shape=(*lead, a[-2], b[-1]))


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weight.T + bias; input (..., in), weight (out, in), bias (out,) -> (..., out)"""
    shape, w = input._data.shape, weight._data
    if bias is None or w.ndim != 2 or not shape:
        out = matmul(input, t(weight))
        return out if bias is None else plus(out, bias)
    if len(shape) == 2:
        return addmm(bias, input, t_2d(weight))
    return reshape(addmm(bias, _rows(input), t_2d(weight)), (*shape[:-1], w.shape[0]))
