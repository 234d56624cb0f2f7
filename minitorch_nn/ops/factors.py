"""Factorizations of arrays of matrices (..., m, n), with LAPACK's numbers and its `info`; and the checks of their inputs.

NumPy calls LAPACK in double precision; float32 results are these rounded. `info` is int32, of the batch's shape: 0, or
the number (from 1) of the pivot or leading minor where the factorization stopped.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._bfloat16 import FLOATING
from .checks import kind_name, refuse_halves
from .results import LinAlgError

Array = Any


# Checks -----------------------------------------------------------------------------------------------------------------
def at_least_matrix(name: str, a: Any, argument: str = "A") -> None:
    """Raise RuntimeError for less than two dimensions."""
    if a._data.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {argument} must have at least 2 dimensions.")


def square(name: str, a: Any) -> None:
    """Raise RuntimeError for what is not a batch of square matrices."""
    at_least_matrix(name, a)
    rows, columns = a._data.shape[-2:]
    if rows != columns:
        raise RuntimeError(f"{name}: A must be batches of square matrices, but they are {rows} by {columns} matrices")


def floating(name: str, a: Any, kernel: str | None = None) -> None:
    """Raise RuntimeError for other dtypes than float32 and float64.

    kernel: the name of PyTorch's, where it is that which has no float16 and bfloat16; NotImplementedError for these.
    """
    dtype = a._data.dtype
    if dtype.kind not in FLOATING:
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {kind_name(a)}")
    if kernel is not None:
        refuse_halves(kernel, a)
    elif dtype.itemsize < 4:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {kind_name(a)}")


def same_dtype(name: str, a: Any, b: Any) -> None:
    """Raise RuntimeError for A and B of two dtypes."""
    if a._data.dtype != b._data.dtype:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type {kind_name(a)} and B of type "
            f"{kind_name(b)} instead"
        )


def fits(name: str, a: Any, b: Any, left: bool) -> None:
    """Raise RuntimeError where AX = B (XA = B for not left) does not fit."""
    (m, n), (p, q) = a._data.shape[-2:], b._data.shape[-2:]
    if (p if left else q) != m:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(f"{name}: Incompatible shapes of A and B for the equation {equation} ({m}x{n} and {p}x{q})")


def failed(name: str, info: Array, text: str, error: type[Exception] = LinAlgError) -> None:
    """Raise the error for the first matrix whose info is not 0; `{}` in text stands for that number."""
    if info.any():
        first = int(np.flatnonzero(info)[0])
        element = f" (Batch element {first}):" if info.ndim else ""
        raise error(f"{name}:{element} {text.format(info.flat[first])}")


SINGULAR = "The diagonal element {} is zero, the inversion could not be completed because the input matrix is singular."
NOT_POSITIVE = (
    "The factorization could not be completed because the input is not positive-definite (the leading minor of order {} "
    "is not positive-definite)."
)
NO_SOLUTION = "The solver failed because the input matrix is singular."


# LU ---------------------------------------------------------------------------------------------------------------------
def lu(a: Array) -> tuple[Array, Array, Array]:
    """P L U = a with partial pivoting: (LU in one, pivots counted from 1 (..., k), info)

    Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithm 3.4.1; row i was swapped with row pivots[i].
    """
    m, n = a.shape[-2:]
    lead, k = a.shape[:-2], min(m, n)
    x = np.array(a.reshape(math.prod(lead), m, n), order="C")
    count = np.arange(len(x))
    pivots = np.empty((len(x), k), np.int32)
    info = np.zeros(len(x), np.int32)
    for j in range(k):
        p = j + np.abs(x[:, j:, j]).argmax(axis=1)
        pivots[:, j] = p + 1
        x[count, j], x[count, p] = x[count, p], x[count, j]
        pivot = x[:, j, j]
        info[(pivot == 0) & (info == 0)] = j + 1
        x[:, j + 1 :, j] /= np.where(pivot == 0, 1, pivot)[:, None]
        x[:, j + 1 :, j + 1 :] -= x[:, j + 1 :, j : j + 1] * x[:, j : j + 1, j + 1 :]
    return x.reshape(a.shape), pivots.reshape(*lead, k), info.reshape(lead)


def permutation(pivots: Array, m: int) -> Array:
    """P (..., m, m) of bools with P[i, j] where row j of L U is row i of the matrix"""
    lead, k = pivots.shape[:-1], pivots.shape[-1]
    flat = pivots.reshape(math.prod(lead), k) - 1
    order = np.tile(np.arange(m), (len(flat), 1))
    count = np.arange(len(flat))
    for j in range(k):
        p = flat[:, j]
        order[count, j], order[count, p] = order[count, p], order[count, j]
    return (np.arange(m)[:, None] == order[:, None, :]).reshape(*lead, m, m)


def substitute(a: Array, b: Array, upper: bool, unit: bool = False) -> Array:
    """X of A X = B for triangular A, whose other triangle (and diagonal for unit) is not read; inf and nan for zeros on
    the diagonal"""
    n = a.shape[-1]
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    x = np.array(np.broadcast_to(b, (*lead, *b.shape[-2:])), order="C")
    for i in reversed(range(n)) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(i)
        row = x[..., i : i + 1, :]
        row -= a[..., i : i + 1, known] @ x[..., known, :]
        if not unit:
            row /= a[..., i : i + 1, i : i + 1]
    return x


def lu_solve(lu_: Array, pivots: Array, b: Array, transposed: bool) -> Array:
    """X of A X = B, of Aᵀ X = B for transposed; A as `lu` gave it"""
    p = permutation(pivots, lu_.shape[-1]).astype(b.dtype)
    if transposed:
        return p @ substitute(lu_.mT, substitute(lu_.mT, b, False), True, True)
    return substitute(lu_, substitute(lu_, p.mT @ b, False, True), True)


def solve(a: Array, b: Array) -> tuple[Array, Array]:
    """(X of A X = B, info); inf and nan where A is singular"""
    try:
        return np.linalg.solve(a, b), np.zeros(a.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        factors, pivots, info = lu(a)
        return lu_solve(factors, pivots, b, False), info


def inverse(a: Array) -> tuple[Array, Array]:
    """(A⁻¹, info); inf and nan where A is singular"""
    try:
        return np.linalg.inv(a), np.zeros(a.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        return solve(a, np.eye(a.shape[-1], dtype=a.dtype))


# Symmetric matrices and singular values ---------------------------------------------------------------------------------
def cholesky(a: Array, upper: bool) -> tuple[Array, Array]:
    """(L of A = L Lᵀ, or Lᵀ for upper, info); only that triangle of A is read. A column that fails and those after it are 0"""
    lower = a.mT if upper else a
    lead = a.shape[:-2]
    info = np.zeros(lead, np.int32)
    try:
        out = np.linalg.cholesky(lower)
    except np.linalg.LinAlgError:
        out = np.zeros(a.shape, a.dtype)
        for at in np.ndindex(lead):
            out[at], info[at] = _columns(lower[at])
    return (out.mT if upper else out), info


def _columns(a: Array) -> tuple[Array, int]:
    """Cholesky's factor column by column, up to the one that fails, and the number of that one or 0"""
    out = np.zeros_like(a)
    for j in range(len(a)):
        rest = a[j:, j] - out[j:, :j] @ out[j, :j]
        if not rest[0] > 0:
            return out, j + 1
        out[j:, j] = rest / np.sqrt(rest[0])
    return out, 0


def svd(a: Array, full: bool) -> tuple[Array, Array, Array]:
    """(U, S, Vᵀ). Raises LinAlgError where a is not finite."""
    try:
        u, s, vh = np.linalg.svd(a, full_matrices=full)
    except np.linalg.LinAlgError as error:
        raise _not_finite(a) from error
    return u, s, vh


def svdvals(a: Array) -> Array:
    """The singular values, the largest first. Raises LinAlgError where a is not finite."""
    try:
        return np.linalg.svd(a, compute_uv=False)
    except np.linalg.LinAlgError as error:
        raise _not_finite(a) from error


def _not_finite(a: Array) -> LinAlgError:
    bad = np.flatnonzero(~np.isfinite(a).all((-2, -1)))
    element = f" (Batch element {bad[0]}):" if a.ndim > 2 and bad.size else ""
    why = "contained non-finite values" if bad.size else "is ill-conditioned or has too many repeated singular values"
    return LinAlgError(f"linalg.svd:{element} The algorithm failed to converge because the input matrix {why}.")


def eigh(a: Array, uplo: str) -> tuple[Array, Array]:
    """(eigenvalues in ascending order, eigenvectors as columns) of symmetric matrices, of which one triangle is read

    nan for matrices that are not finite.
    """
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    if not finite.all():
        values, vectors = eigh(np.where(finite, a, 0), uplo)
        return np.where(finite[..., 0], values, np.nan).astype(a.dtype), np.where(finite, vectors, np.nan).astype(
            a.dtype
        )
    values, vectors = np.linalg.eigh(a, uplo)
    return values, vectors
