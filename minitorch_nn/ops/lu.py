"""LU decomposition with partial pivoting, and equations solved with it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from . import factors
from .checks import kind_name, not_implemented
from .decompositions import Decomposition, added
from .join import cat_arrays
from .padding import pad
from .rearrange import lower, upper
from .results import deprecated, named
from .triangular import triangular_solve

if TYPE_CHECKING:
    from ..tensor import Tensor

LuResult, LuUnpackResult = named("linalg_lu", "P L U"), named("lu_unpack", "P L U")
LuFactorResult, LuFactorExResult = (
    named("linalg_lu_factor", "LU pivots"),
    named("linalg_lu_factor_ex", "LU pivots info"),
)
LuWithInfo = named("_lu_with_info", "LU pivots info")


def matching(like: Any, array: Any) -> Any:
    """The array as what `like` is, a Tensor or an array"""
    return like._wrap(array) if hasattr(like, "_wrap") else array


def lu_parts(LU: Any) -> tuple[Any, Any]:
    """L (with its ones) and U of what `lu` keeps in one array"""
    m, n = LU.shape[-2:]
    k = min(m, n)
    ones = np.eye(m, k, dtype=getattr(LU, "_data", LU).dtype)
    return lower(LU[..., :, :k], diagonal=-1) + matching(LU, ones), upper(LU[..., :k, :], diagonal=0)


def _lu_grad(gL: Any, gU: Any, P: Any, L: Any, U: Any) -> Any:
    """The gradient of A = P L U: P L⁻ᵀ (tril(Lᵀ gL, -1) + triu(gU Uᵀ)) U⁻ᵀ for square matrices

    A wide matrix is A = P L (U1 U2), a tall one A = P (L1; L2) U; then A2 = P L U2, or L2 U, has its part besides.
    """
    m, k, n = L.shape[-2], L.shape[-1], U.shape[-1]
    L1, U1, gL1, gU1 = L[..., :k, :], U[..., :, :k], gL[..., :k, :], gU[..., :, :k]
    below = L1.mT @ gL1
    above = gU1 @ U1.mT
    if n > k:
        below = below - gU[..., :, k:] @ U[..., :, k:].mT
    if m > k:
        above = above - L[..., k:, :].mT @ gL[..., k:, :]
    inner = lower(below, diagonal=-1) + upper(above, diagonal=0)
    inner = triangular_solve(L1.mT, inner, upper=True, left=True, unit=True)
    inner = triangular_solve(U1.mT, inner, upper=False, left=False, unit=False)
    if n > k:
        right = triangular_solve(L1.mT, gU[..., :, k:], upper=True, left=True, unit=True)
        inner = cat_arrays(inner, right, dim=inner.ndim - 1)
    if m > k:
        bottom = triangular_solve(U1.mT, gL[..., k:, :], upper=False, left=False, unit=False)
        inner = cat_arrays(inner, bottom, dim=inner.ndim - 2)
    return P @ inner


class LinalgLu(Decomposition):
    """Source: de Hoog, Anderssen & Lukas 2011, Differentiation of matrix functionals using triangular factorization."""

    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Any:
        array, pivots, _ = factors.lu(A._data)
        p = A._wrap(factors.permutation(pivots, A._data.shape[-2]).astype(array.dtype))
        low, high = lu_parts(array)
        out = p, A._wrap(low), A._wrap(high)
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(p)
        ctx.save_for_backward(*out)
        return out

    @staticmethod
    def backward(ctx: Any, gP: Any, gL: Any, gU: Any) -> Any:
        P, L, U = ctx.saved_tensors
        gL = L._wrap(np.zeros(L.shape, L._data.dtype)) if gL is None else gL
        gU = U._wrap(np.zeros(U.shape, U._data.dtype)) if gU is None else gU
        return _lu_grad(gL, gU, P, L, U)


class LuUnpack(Decomposition):
    """L and U out of one array"""

    @staticmethod
    def forward(ctx: Any, LU: Tensor) -> Any:
        low, high = lu_parts(LU._data)
        ctx.set_materialize_grads(False)
        ctx.m, ctx.n = LU._data.shape[-2:]
        return LU._wrap(low), LU._wrap(high)

    @staticmethod
    def backward(ctx: Any, gL: Any, gU: Any) -> Any:
        def placed(g: Any, keep: Any) -> Any:
            return pad(keep, (0, ctx.n - g.shape[-1], 0, ctx.m - g.shape[-2]))

        low = None if gL is None else placed(gL, lower(gL, diagonal=-1))
        return low if gU is None else added(low, placed(gU, upper(gU, diagonal=0)))


@op(
    name="LinalgLuFactorExBackward0",
    outputs=("LU", "pivots", "info"),
    A=lambda g, LU, pivots: _factor_grad(g, LU, pivots),
)
def lu_factors(A: Tensor) -> Any:
    """A = P L U: L and U in one array, the pivots, and where a pivot is zero"""
    return factors.lu(A)


def _factor_grad(g: Any, LU: Any, pivots: Any) -> Any:
    k = min(LU.shape[-2:])
    p = matching(LU, factors.permutation(pivots, LU.shape[-2]).astype(getattr(LU, "_data", LU).dtype))
    return _lu_grad(lower(g[..., :, :k], diagonal=-1), upper(g[..., :k, :], diagonal=0), p, *lu_parts(LU))


def _check_lu(name: str, kernel: str, A: Tensor, pivot: bool) -> None:
    if A._data.ndim < 2:
        raise RuntimeError(
            f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(A._data.shape)} instead"
        )
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    if A._data.dtype.kind != "f" or A._data.dtype.itemsize < 4:
        raise not_implemented(kernel, A)


def linalg_lu(A: Tensor, *, pivot: bool = True) -> Any:
    """A = P L U: P a permutation, L with ones on its diagonal: (..., m, n) -> (..., m, m), (..., m, k), (..., k, n)"""
    _check_lu("linalg.lu", "lu_cpu", A, pivot)
    return LuResult(*LinalgLu.apply(A))


def linalg_lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """(LU, pivots, info): L and U in one array; row i was swapped with row pivots[i], counted from 1

    info is the number of the first zero pivot, 0 if there is none; check_errors raises LinAlgError for one.
    """
    _check_lu("torch.lu_factor", "lu_cpu", A, pivot)
    LU, pivots, info = lu_factors(A)
    if check_errors:
        _check_factors("torch.linalg.lu_factor_ex", info._data)
    return LuFactorExResult(LU, pivots, info)


def linalg_lu_factor(A: Tensor, *, pivot: bool = True) -> Any:
    """(LU, pivots): L and U in one array; row i was swapped with row pivots[i], counted from 1"""
    _check_lu("torch.lu_factor", "lu_cpu", A, pivot)
    LU, pivots, info = lu_factors(A)
    _check_factors("torch.linalg.lu_factor", info._data)
    return LuFactorResult(LU, pivots)


def _check_factors(name: str, info: Any) -> None:
    text = (
        "U[{0},{0}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the "
        "factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
    )
    factors.failed(name, info, text, RuntimeError)


def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """(P, L, U) of what `linalg.lu_factor` returns; empty where not asked for"""
    data, pivots = LU_data._data, LU_pivots._data
    if unpack_pivots and pivots.dtype != np.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this function "
            "is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    empty = data[:0].reshape(-1)
    P = LU_data._wrap(factors.permutation(pivots, data.shape[-2]).astype(data.dtype) if unpack_pivots else empty)
    L, U = LuUnpack.apply(LU_data) if unpack_data else (LU_data._wrap(empty), LU_data._wrap(empty))
    return LuUnpackResult(P, L, U)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False) -> Any:
    """`linalg.lu_factor`, `linalg.lu_factor_ex` for get_infos; deprecated"""
    warnings.warn(
        "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be removed in a "
        "future PyTorch release.",
        stacklevel=2,
    )
    result = LuWithInfo(*linalg_lu_factor_ex(A, pivot=pivot, check_errors=not get_infos))
    return result if get_infos else (result.LU, result.pivots)


def _lu_solve_grads(
    g: Any, LU: Any, out: Any, pivots: Any, left: bool, adjoint: bool, wanted: Sequence[bool]
) -> list[Any]:
    """gB = A⁻ᵀ g; with H = -Pᵀ gB Xᵀ for A = P L U: gL = tril(H Uᵀ, -1), gU = triu(Lᵀ H)"""
    gB = lu_solution(LU, g, pivots=pivots, left=left, adjoint=not adjoint)
    if not wanted[0]:
        return [None, gB]
    X, G = (out, gB) if left else (out.mT, gB.mT)
    gA = -(X @ G.mT) if adjoint == left else -(G @ X.mT)
    p = factors.permutation(pivots, LU.shape[-1]).astype(getattr(LU, "_data", LU).dtype)
    L, U = lu_parts(LU)
    H = matching(LU, p.mT) @ gA
    return [lower(H @ U.mT, diagonal=-1) + upper(L.mT @ H, diagonal=0), gB]


@op(name="LinalgLuSolveBackward0", joint=_lu_solve_grads)
def lu_solution(LU: Tensor, B: Tensor, *, pivots: Any, left: bool, adjoint: bool) -> Tensor:
    """X of A X = B, A as `lu_factor` gave it; of X A = B for not left, with Aᵀ for adjoint"""
    if left:
        return factors.lu_solve(LU, pivots, B, adjoint)
    return factors.lu_solve(LU, pivots, B.mT, not adjoint).mT


def linalg_lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """X of A X = B from `linalg.lu_factor(A)`; of X A = B for not left, of Aᵀ X = B for adjoint"""
    name = "linalg.lu_solve"
    factors.floating(name, LU)
    if LU._data.dtype != B._data.dtype:
        raise RuntimeError(
            f"{name}: Expected LU and B to have the same dtype, but found LU of type {kind_name(LU)} and B of type "
            f"{kind_name(B)} instead"
        )
    if pivots._data.dtype != np.int32:
        raise RuntimeError(f"{name}: pivots should be a Tensor of scalar type torch.int32")
    factors.square(name, LU)
    factors.at_least_matrix(name, B, "B")
    factors.fits(name, LU, B, left)
    return lu_solution(LU, B, pivots=pivots._data, left=left, adjoint=adjoint)


def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """`linalg.lu_solve`, the right-hand side first; deprecated"""
    deprecated("lu_solve", "")  # the words run together in PyTorch too
    return linalg_lu_solve(LU_data, LU_pivots, b)
