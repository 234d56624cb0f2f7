"""Products, distances and integrals of vectors, and tensors made of all pairs or powers of their elements."""

from __future__ import annotations

import warnings
from itertools import combinations as subsets
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, HALVES, float_of, ones_like
from ..autograd.op import op
from .accumulate import cumprod, cumsum
from .arithmetic import minus, plus, sub, times
from .checks import kind_name, refuse_halves
from .choose import clamp
from .dims import common_shape, one_dim
from .functions import sqrt
from .indexing import index_select
from .join import cat, meshgrid, stack
from .linalg import batch_mat_mat, dot, mat_vec, matmul
from .norm import norm_grad, vector_norm
from .rearrange import flip
from .reduction import sum
from .shape import expand, reshape, squeeze, swap, t_2d, unsqueeze
from .slices import diag, narrow, select
from .statistics import diff

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# Products -------------------------------------------------------------------------------------------------------------
@op(name="VdotBackward0", input=lambda g, other: g * other, other=lambda g, input: g * input)
def vector_product(input: Tensor, other: Tensor) -> Tensor:
    """(n,) . (n,) -> ()"""
    return np.dot(input, other)


def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The product of two vectors: (n,), (n,) -> ()"""
    dot(input.detach(), other.detach())  # raises for what does not fit
    return vector_product(input, other)


@op(
    name="LinalgCrossBackward0",
    input=lambda g, other, dim: cross_product(other, g, dim=dim),
    other=lambda g, input, dim: cross_product(g, input, dim=dim),
)
def cross_product(input: Tensor, other: Tensor, *, dim: int) -> Tensor:
    """a × b of vectors of 3 along dim, counted from the end; the rest broadcasts"""
    return np.cross(input, other, axis=dim).astype(input.dtype, copy=False)


def linalg_cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of 3 along dim; the other dimensions broadcast"""
    a, b = input._data.shape, other._data.shape
    if len(a) != len(b):
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    d = one_dim(dim, len(a))
    if not a or a[d] != 3 or b[d] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {a[d] if a else 1} and {b[d] if b else 1}"
        )
    if input._data.dtype != other._data.dtype:
        raise RuntimeError(f"expected scalar type {kind_name(input)} but found {kind_name(other)}")
    common_shape(a, b)
    return cross_product(input, other, dim=d - len(a))


def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of 3 along dim; without dim, which is deprecated, along the first of size 3"""
    if dim is None:
        warnings.warn(
            "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or "
            "simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a "
            "future release.",
            stacklevel=2,
        )
        shape = common_shape(input._data.shape, other._data.shape)
        dim = next((i for i, n in enumerate(shape) if n == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return linalg_cross(input, other, dim=dim)


def linalg_vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The sum of x * y along dim; the shapes broadcast"""
    if x._data.ndim == 1 and y._data.ndim == 1:
        return vdot(x, y)
    return sum(times(x, y), dim)


@op(
    name="AddrBackward0",
    kind="promote",
    input=lambda g, beta: g * beta,
    vec1=lambda g, vec2, alpha: mat_vec(g, vec2) * alpha,
    vec2=lambda g, vec1, alpha: mat_vec(t_2d(g), vec1) * alpha,
)
def add_outer(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number, alpha: Number) -> Tensor:
    """beta * input + alpha * vec1 vec2ᵀ; with beta 0 not even a nan of input counts"""
    product = np.multiply.outer(vec1, vec2)
    if vec1.dtype.kind == "b":
        product = product & bool(alpha)
        return product if not beta else product | input
    product = product if alpha == 1 else (product * alpha).astype(product.dtype, copy=False)
    return product if beta == 0 else (input * beta + product).astype(product.dtype, copy=False)


def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * vec1 vec2ᵀ: (n, m) or what broadcasts to it, (n,), (m,) -> (n, m)"""
    for name, x in (("vec1", vec1), ("vec2", vec2)):
        if x._data.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {x._data.ndim}-D")
    expand(input.detach(), (*vec1._data.shape, *vec2._data.shape))  # raises where it does not broadcast
    return add_outer(input, vec1, vec2, beta=beta, alpha=alpha)


def _each(g: Any, batch: Any) -> Any:
    """g once for every matrix of the batch"""
    return g[None] * np.ones((len(batch), 1, 1), getattr(batch, "_data", batch).dtype)


@op(
    name="AddbmmBackward0",
    input=lambda g, beta: g * beta,
    batch1=lambda g, batch2, alpha: batch_mat_mat(_each(g, batch2), swap(batch2, dim0=1, dim1=2)) * alpha,
    batch2=lambda g, batch1, alpha: batch_mat_mat(swap(batch1, dim0=1, dim1=2), _each(g, batch1)) * alpha,
)
def add_sum_of_products(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number, alpha: Number) -> Tensor:
    """beta * input + alpha * the sum of batch1[i] @ batch2[i]; with beta 0 not even a nan of input counts"""
    product = np.tensordot(batch1, batch2, ((0, 2), (0, 1)))
    product = product if alpha == 1 else (product * alpha).astype(product.dtype, copy=False)
    return product if beta == 0 else (input * beta + product).astype(product.dtype, copy=False)


def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """beta * input + alpha * the sum of batch1[i] @ batch2[i]: (n, p) or what broadcasts to it, (b, n, m), (b, m, p) -> (n, p)"""
    a, b = batch1._data, batch2._data
    if a.ndim == 3 and b.ndim == 3:
        if a.shape[0] != b.shape[0]:
            raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {a.shape[0]} and {b.shape[0]}")
        if a.shape[2] != b.shape[1]:
            raise RuntimeError(
                f"Incompatible matrix sizes for bmm ({a.shape[1]}x{a.shape[2]} and {b.shape[1]}x{b.shape[2]})"
            )
    expand(input.detach(), (a.shape[1] if a.ndim > 1 else 1, b.shape[-1]))  # raises where it does not broadcast
    if a.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if b.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    return add_sum_of_products(input, batch1, batch2, beta=beta, alpha=alpha)


# Distances ------------------------------------------------------------------------------------------------------------
@op(
    name="DistBackward0",
    difference=lambda g, difference, out, p: norm_grad(g, difference, out, p, tuple(range(difference.ndim))),
)
def length(difference: Tensor, *, p: float) -> Tensor:
    """The p-norm of all elements"""
    return vector_norm(difference, ord=p, dim=tuple(range(difference.ndim)), keepdim=False)


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of input - other, which broadcast, over all elements"""
    return length(sub(input, other), p=p)


@op(
    name="PdistBackward0",
    difference=lambda g, difference, out, p: norm_grad(g[..., None], difference, out[..., None], p, (1,)),
)
def row_lengths(difference: Tensor, *, p: float) -> Tensor:
    """The p-norm of each row"""
    return vector_norm(difference, ord=p, dim=(1,), keepdim=False)


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norm of the difference of every two rows i < j, in the order of (i, j): (n, m) -> (n (n - 1) / 2,)"""
    x = input._data
    if x.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {x.ndim}D")
    if x.dtype.kind not in FLOATING:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    refuse_halves("pdist", input)
    if not x.shape[1]:
        return input._wrap(np.zeros(x.shape[0] * (x.shape[0] - 1) // 2, x.dtype))
    i, j = np.triu_indices(len(x), 1)
    return row_lengths(minus(index_select(input, 0, input._wrap(i)), index_select(input, 0, input._wrap(j))), p=p)


# Statistics of several variables ----------------------------------------------------------------------------------------
def _weights(name: str, w: Any, count: int, kinds: str, kind_words: str, dtype_name: str) -> None:
    if w._data.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w._data.ndim} dimensions"
        )
    if w._data.dtype.kind not in kinds:
        raise RuntimeError(f"cov(): expected {name} to have {kind_words} dtype but got {name} with {dtype_name} dtype")
    if w._data.size != count:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{w._data.size} != {count}"
        )
    if w._data.size and float_of(w._data).min() < 0:
        raise RuntimeError(f"cov(): {name} cannot be negative")


def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariance matrix of variables (rows) by their observations (columns): (v, n) -> (v, v), (n,) -> ()

    correction: the sum is divided by n - correction. fweights: how often each observation counts, integers (n,);
    aweights: how much it counts, floats (n,).
    """
    x = input._data
    if x.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {x.ndim} dimensions"
        )
    if x.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    rows = reshape(input, (1, -1)) if x.ndim < 2 else input
    count = rows._data.shape[1]
    weight = None
    if fweights is not None:
        _weights("fweights", fweights, count, "iu", "integral", kind_name(fweights))
        weight = fweights
    if aweights is not None:
        _weights("aweights", aweights, count, FLOATING, "floating point", kind_name(aweights))
        weight = aweights if weight is None else times(weight, aweights)
    total: Any = count
    if weight is not None:
        total = sum(weight)
        if count and not total._data.any():
            raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = sum(rows if weight is None else times(rows, weight), 1) / total
    if weight is not None and aweights is not None and correction != 0:
        factor = total - sum(times(weight, aweights)) / total * correction
    else:
        factor = total - correction
    if float(float_of(getattr(factor, "_data", factor))) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            stacklevel=2,
        )
        factor = factor * 0
    rows = minus(rows, unsqueeze(mean, 1))
    products = matmul(rows, t_2d(rows if weight is None else times(rows, weight)))
    return squeeze(products / factor)


def corrcoef(input: Tensor) -> Tensor:
    """The correlation of variables (rows) by their observations (columns): (v, n) -> (v, v), (n,) -> ()"""
    if input._data.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input._data.ndim} dimensions"
        )
    c = cov(input)
    if c._data.ndim == 0:
        return c / c
    spread = sqrt(diag(c))
    return clamp(c / reshape(spread, (-1, 1)) / reshape(spread, (1, -1)), -1, 1)


# Integrals ------------------------------------------------------------------------------------------------------------
def _spacing(name: str, y: Tensor, x: Tensor, d: int) -> Tensor:
    """The steps of x along dimension d of y, of a shape that broadcasts to y"""
    n = y._data.ndim
    if x._data.ndim == 1:
        if x._data.shape[0] != y._data.shape[d]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = reshape(x, (1,) * d + (-1,) + (1,) * (n - d - 1))
    elif x._data.ndim < n:
        x = reshape(x, (1,) * (n - x._data.ndim) + x._data.shape)
    return diff(x, 1, d - n)


def _sides(y: Tensor, d: int) -> Tensor:
    """The sums of neighbours along d"""
    n = y._data.shape[d]
    return plus(narrow(y, d, 0, n - 1), narrow(y, d, 1, n - 1))


def _samples(name: str, y: Tensor, x: Tensor | None) -> None:
    for letter, z in (("y", y), ("x", x)):
        if z is not None and z._data.dtype.kind == "b":
            raise RuntimeError(f"{name}: received a bool input for `{letter}`, but bool is not supported")


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """The integral of y along dim by the trapezoidal rule; x: where the samples are, or dx: their distance"""
    _samples("trapezoid", y, x)
    d = one_dim(dim, y._data.ndim)
    if not y._data.shape[d]:
        return sum(y, d)
    if x is None:
        ends = plus(select(y, d, 0), select(y, d, -1))
        return minus(sum(y, d), ends * 0.5) * dx
    return sum(times(_sides(y, d), _spacing("trapezoid", y, x, d)), dim) / 2.0


def trapz(y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """`trapezoid`"""
    return trapezoid(y, x, dx=dx, dim=dim)


def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """The integral of y along dim up to each sample from the second on, by the trapezoidal rule"""
    _samples("cumulative_trapezoid", y, x)
    d = one_dim(dim, y._data.ndim)
    if x is None:
        return cumsum(_sides(y, d) * (dx / 2), dim)
    return cumsum(times(_spacing("cumulative_trapezoid", y, x, d) / 2.0, _sides(y, d)), dim)


# All pairs, all powers ------------------------------------------------------------------------------------------------
def _powers(x: Tensor, count: int) -> Tensor:
    """x⁰ … x^(count - 1) along a new last dimension"""
    column = unsqueeze(x, -1)
    if x._data.dtype.kind in "iub":
        column = column.long()
    ones = column._wrap(ones_like(column._data))
    if count < 2:
        return narrow(ones, -1, 0, count)
    return cat([ones, cumprod(expand(column, (*x._data.shape, count - 1)), -1)], -1)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers N - 1 … 0 of each element, 0 … N - 1 for increasing: (n,) -> (n, N), N = n by default"""
    if x._data.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x._data.shape[0] if N is None else N
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    powers = _powers(x, n)
    return powers if increasing else flip(powers, 1)


def linalg_vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The powers 0 … N - 1 of each element: (..., n) -> (..., n, N), N = n by default"""
    if x._data.dtype.char in HALVES:
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {kind_name(x)}"
        )
    n = (x._data.shape[-1] if x._data.ndim else 1) if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    return _powers(x, n)


def _vector(x: Tensor) -> None:
    if x._data.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(x._data.shape)}")


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Every choice of one element from each vector, in order: (n,), (m,), … -> (n m …, how many vectors)"""
    for x in tensors:
        _vector(x)
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(g, (-1,)) for g in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every choice of r elements of the vector, in the order of their places: (n,) -> (count, r)"""
    _vector(input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input._wrap(np.empty(0, input._data.dtype))
    choose = combinations_with_replacement if with_replacement else subsets
    places = np.array(list(choose(range(input._data.shape[0]), r)), np.int64).reshape(-1, r)
    return stack([index_select(input, 0, input._wrap(p)) for p in np.ascontiguousarray(places.T)], 1)
