"""Linear equations, inverses, determinants and least squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, HALVES
from ..autograd.op import op
from . import factors
from .checks import kind_name, refuse_halves
from .choose import where
from .decompositions import Decomposition
from .dims import common_shape
from .results import named

if TYPE_CHECKING:
    from ..tensor import Tensor

InvExResult = named("linalg_inv_ex", "inverse info")
SolveExResult = named("linalg_solve_ex", "result info")
SlogdetResult, OldSlogdetResult = named("linalg_slogdet", "sign logabsdet"), named("slogdet", "sign logabsdet")
LstsqResult = named("linalg_lstsq", "solution residuals rank singular_values")


# Inverse --------------------------------------------------------------------------------------------------------------
@op(
    name="LinalgInvExBackward0",
    outputs=("inverse", "info"),
    A=lambda g, inverse: -(inverse.mT @ g @ inverse.mT),
)
def inverse_of(A: Tensor) -> Any:
    """A⁻¹, and where a pivot was zero. Source: Giles 2008, section 2.2.3"""
    return factors.inverse(A)


def linalg_inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:
    """(A⁻¹, info): (..., n, n); info is the number of the first zero pivot of a singular A, else 0

    check_errors: raise LinAlgError for a singular A instead of returning inf and nan.
    """
    factors.square("linalg.inv", A)
    factors.floating("linalg.inv", A)
    result = InvExResult(*inverse_of(A))
    if check_errors:
        factors.failed("linalg.inv_ex", result.info._data, factors.SINGULAR)
    return result


def linalg_inv(A: Tensor) -> Tensor:
    """A⁻¹: (..., n, n). Raises LinAlgError where A is singular."""
    inverse, info = linalg_inv_ex(A)
    factors.failed("linalg.inv", info._data, factors.SINGULAR)
    return inverse  # type: ignore[no-any-return]


def inverse(input: Tensor) -> Tensor:
    """`linalg.inv`"""
    return linalg_inv(input)


# Equations ------------------------------------------------------------------------------------------------------------
def _solve_grads(g: Any, A: Any, result: Any, left: bool, vector: bool, wanted: Sequence[bool]) -> list[Any]:
    """gB = A⁻ᵀ g, gA = -gB Xᵀ"""
    gB = solution_of(A.mT, g, left=left, vector=vector)[0]
    if not wanted[0]:
        return [None, gB]
    if vector:
        return [-(gB[..., :, None] * result[..., None, :]), gB]
    return [-(gB @ result.mT) if left else -(result.mT @ gB), gB]


@op(name="LinalgSolveExBackward0", outputs=("result", "info"), joint=_solve_grads)
def solution_of(A: Tensor, B: Tensor, *, left: bool, vector: bool) -> Any:
    """X of A X = B (X A = B for not left), and where a pivot was zero. Source: Giles 2008, section 2.3.1"""
    if vector:
        x, info = factors.solve(A, B[..., None])
        return x[..., 0], info
    if left:
        return factors.solve(A, B)
    x, info = factors.solve(A.mT, B.mT)
    return x.mT, info


def _is_vector(A: Any, B: Any) -> bool:
    """Whether B is one vector, or a batch of them, beside A"""
    return bool(B.ndim == 1 or (A.ndim - 1 == B.ndim and B.shape == A.shape[:-1]))


def linalg_solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:
    """(X, info) of A X = B, or X A = B for not left: A (..., n, n), B (..., n, k) or (..., n)

    info: the number of the first zero pivot of a singular A, else 0. check_errors: raise LinAlgError for one instead of
    returning inf and nan.
    """
    result = _solve(A, B, left)
    if check_errors:
        factors.failed("torch.linalg.solve_ex", result.info._data, factors.NO_SOLUTION)
    return result


def _solve(A: Tensor, B: Tensor, left: bool) -> Any:
    name = "linalg.solve"
    if A._data.dtype.kind not in FLOATING:
        factors.floating(name, A)
    factors.square(name, A)
    factors.same_dtype(name, A, B)
    vector = _is_vector(A._data, B._data)
    if vector and not left:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
            "linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    if not vector:
        factors.at_least_matrix(name, B, "B")
        factors.fits(name, A, B, left)
        common_shape(B._data.shape[:-2], A._data.shape[:-2])
    elif B._data.shape[-1] != A._data.shape[-1]:
        n, m = A._data.shape[-1], B._data.shape[-1]
        raise RuntimeError(f"{name}: Incompatible shapes of A and B for the equation AX = B ({n}x{n} and {m}x1)")
    refuse_halves("lu_cpu", A)
    return SolveExResult(*solution_of(A, B, left=left, vector=vector))


def linalg_solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """X of A X = B, or X A = B for not left: A (..., n, n), B (..., n, k) or (..., n). Raises LinAlgError for a singular A."""
    result, info = _solve(A, B, left)
    factors.failed("torch.linalg.solve", info._data, factors.NO_SOLUTION)
    return result  # type: ignore[no-any-return]


def _cholesky_solve_grads(g: Any, input: Any, L: Any, out: Any, upper: bool, wanted: Sequence[bool]) -> list[Any]:
    """gB = (L Lᵀ)⁻¹ g, gL = -(gB Xᵀ + X gBᵀ) L"""
    gB = cholesky_solution(g, L, upper=upper)
    if not wanted[1]:
        return [gB, None]
    both = gB @ out.mT
    both = both + both.mT
    return [gB, -(L @ both) if upper else -(both @ L)]


@op(name="CholeskySolveBackward0", joint=_cholesky_solve_grads)
def cholesky_solution(input: Tensor, L: Tensor, *, upper: bool) -> Tensor:
    """X of L Lᵀ X = input, of Lᵀ L X = input for upper"""
    if upper:
        return factors.substitute(L, factors.substitute(L.mT, input, False), True)
    return factors.substitute(L.mT, factors.substitute(L, input, False), True)


def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """X of A X = B, where A = L Lᵀ, or Lᵀ L for upper: (..., n, k), (..., n, n) -> (..., n, k)"""
    for name, x in (("b", B), ("u", L)):
        if x._data.ndim < 2:
            raise RuntimeError(f"{name} should have at least 2 dimensions, but has {x._data.ndim} dimensions instead")
    (n, k), (rows, columns) = B._data.shape[-2:], L._data.shape[-2:]
    if rows != columns:
        raise RuntimeError(f"A must be batches of square matrices, but they are {rows} by {columns} matrices")
    if n != rows:
        raise RuntimeError(
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {rows} by {rows} but each b matrix is {n} by {k}"
        )
    refuse_halves("cholesky_solve_cpu", B)
    return cholesky_solution(B, L, upper=upper)


def _cholesky_inverse_grad(g: Any, L: Any, out: Any, upper: bool) -> Any:
    both = out @ (g + g.mT) @ out
    return -(L @ both) if upper else -(both @ L)


@op(name="CholeskyInverseBackward0", L=_cholesky_inverse_grad)
def inverse_from_cholesky(L: Tensor, *, upper: bool) -> Tensor:
    """(L Lᵀ)⁻¹, (Lᵀ L)⁻¹ for upper"""
    one = np.eye(L.shape[-1], dtype=L.dtype)
    half = factors.substitute(L.mT if upper else L, one, False)
    return half.mT @ half


def cholesky_inverse(L: Tensor, upper: bool = False) -> Tensor:
    """(L Lᵀ)⁻¹, (Lᵀ L)⁻¹ for upper: (..., n, n), from Cholesky's factor; its other triangle is not read"""
    factors.square("cholesky_inverse", L)
    refuse_halves("cholesky_inverse_out_cpu", L)
    return inverse_from_cholesky(L, upper=upper)


# Determinants ---------------------------------------------------------------------------------------------------------
def _cofactors_grad(g: Any, A: Any, out: Any) -> Any:
    """Of C = det(A) A⁻ᵀ: C (g · A⁻ᵀ) - A⁻ᵀ gᵀ C; A must not be singular"""
    back = inverse_of(A)[0].mT
    return out * (g * back).sum((-2, -1))[..., None, None] - back @ g.mT @ out


@op(name="LinalgDetCofactorsBackward0", A=_cofactors_grad)
def cofactors(A: Tensor) -> Tensor:
    """The gradient of det(A): det(A) A⁻ᵀ, which is there for singular A too

    With A = U diag(s) Vᵀ it is det(U) det(V) U diag(the products of the other singular values) Vᵀ.
    """
    u, s, vh = factors.svd(A, True)
    one = np.ones((*s.shape[:-1], 1), s.dtype)
    before = np.cumprod(np.concatenate([one, s[..., :-1]], -1), -1)
    after = np.cumprod(np.concatenate([one, s[..., :0:-1]], -1), -1)[..., ::-1]
    sign = np.linalg.det(u) * np.linalg.det(vh)
    others = (before * after)[..., : s.shape[-1]] * np.round(sign)[..., None]
    return ((u * others[..., None, :]) @ vh).astype(A.dtype, copy=False)


@op(name="LinalgDetBackward0", A=lambda g, A: g[..., None, None] * cofactors(A))
def determinant(A: Tensor) -> Tensor:
    """det(A). Source: Jacobi's formula"""
    return np.linalg.det(A).astype(A.dtype, copy=False)


def linalg_det(A: Tensor) -> Tensor:
    """det(A): (..., n, n) -> (...)

    Its gradient is exact for singular A too, the matrix of cofactors; in PyTorch 2.13 it is 0 there.
    """
    factors.square("linalg.det", A)
    factors.floating("linalg.det", A, "lu_cpu")
    return determinant(A)


def det(input: Tensor) -> Tensor:
    """`linalg.det`"""
    return linalg_det(input)


class LinalgSlogdet(Decomposition):
    """Source: Giles 2008, section 2.2.4."""

    @staticmethod
    def forward(ctx: Any, A: Tensor) -> Any:
        sign, logabsdet = np.linalg.slogdet(A._data)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(A)
        return A._wrap(np.asarray(sign)), A._wrap(np.asarray(logabsdet))

    @staticmethod
    def backward(ctx: Any, g_sign: Any, g_log: Any) -> Any:
        """gA = g A⁻ᵀ; the sign has a gradient of zeros"""
        (A,) = ctx.saved_tensors
        if g_log is None:
            return A._wrap(np.zeros_like(A._data))
        return g_log[..., None, None] * inverse_of(A)[0].mT


def _slogdet(name: str, A: Tensor) -> Any:
    factors.square(name, A)
    factors.floating(name, A)
    return LinalgSlogdet.apply(A)


def linalg_slogdet(A: Tensor) -> Any:
    """(sign, log|det|) of det(A): (..., n, n) -> (...), (...); (0, -inf) for singular A"""
    return SlogdetResult(*_slogdet("linalg.slogdet", A))


def slogdet(input: Tensor) -> Any:
    """`linalg.slogdet`"""
    return OldSlogdetResult(*_slogdet("linalg.slogdet", input))


def logdet(input: Tensor) -> Tensor:
    """log(det(input)): (..., n, n) -> (...); nan for negative determinants"""
    sign, logabsdet = _slogdet("logdet", input)
    return where(sign._data == -1, float("nan"), logabsdet)  # type: ignore[no-any-return]


# Pseudoinverse and least squares --------------------------------------------------------------------------------------
def _pinv_grad(g: Any, A: Any, out: Any) -> Any:
    """Source: Golub & Pereyra 1973, equation 4.12"""
    m, n = A.shape[-2:]
    if m <= n:
        K = g.mT @ out
        KP = K @ out.mT
        return -(out @ K).mT + KP - (A @ out) @ KP + (out.mT @ out) @ (g.mT - K @ A)
    K = out @ g.mT
    PK = out.mT @ K
    return -(K @ out).mT + (g.mT - A @ K) @ out @ out.mT + PK - (PK @ out) @ A


@op(name="LinalgPinvBackward0", A=_pinv_grad)
def pseudoinverse(A: Tensor, *, atol: Any, rtol: Any, hermitian: bool) -> Tensor:
    """A⁺ without the singular values that are no greater than max(atol, rtol * the largest)"""
    if hermitian:
        values, v = factors.eigh(A, "L")
        u, s, vh = v * np.where(values < 0, -1, 1)[..., None, :].astype(A.dtype), np.abs(values), v.mT
    else:
        u, s, vh = factors.svd(A, False)
    keep = s > cutoff(s, atol, rtol)
    inverted = np.where(keep, 1 / np.where(keep, s, 1), 0).astype(A.dtype)
    return (vh.mT * inverted[..., None, :]) @ u.mT


def cutoff(s: Any, atol: Any, rtol: Any) -> Any:
    """max(atol, rtol * the largest singular value), to compare with the singular values (..., k)"""
    largest = s.max(-1, keepdims=True, initial=0)
    return np.maximum(np.asarray(atol)[..., None], np.asarray(rtol)[..., None] * largest)


def tolerances(A: Any, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """atol and rtol as arrays: by default 0, and eps * max(m, n) unless there is a positive atol"""
    a = np.asarray(0.0 if atol is None else getattr(atol, "_data", atol))
    if rtol is None:
        if A._data.dtype.char in HALVES:
            raise RuntimeError("This function doesn't handle types other than float and double")
        usual = np.finfo(A._data.dtype).eps * max(A._data.shape[-2:])
        return a, np.where(a > 0, 0.0, usual) if atol is not None else np.asarray(usual)
    return a, np.asarray(getattr(rtol, "_data", rtol))


def linalg_pinv(A: Tensor, rcond: Any = None, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Tensor:
    """The Moore-Penrose pseudoinverse: (..., m, n) -> (..., n, m)

    Singular values up to max(atol, rtol * the largest) count as 0; rtol is max(m, n) * eps by default, 0 where a
    positive atol is given; rcond is its old name. hermitian: A is symmetric, and its lower triangle is read.
    """
    if A._data.ndim < 2 or A._data.dtype not in (np.float32, np.float64):
        raise RuntimeError(
            f"linalg.pinv({kind_name(A)}{{{list(A._data.shape)}}}): expected a tensor with 2 or more dimensions of float, "
            "double, cfloat or cdouble types"
        )
    if hermitian:
        factors.square("linalg.pinv", A)
    atol, rtol = tolerances(A, atol, rcond if rtol is None else rtol)
    return pseudoinverse(A, atol=atol, rtol=rtol, hermitian=hermitian)


def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """The pseudoinverse without singular values up to rcond times the largest"""
    return linalg_pinv(input, rcond=rcond)


class LinalgLstsq(Decomposition):
    """Source: Golub & Pereyra 1973; the residuals' gradient is that of |A X - B|² with X held, for it is at its minimum."""

    @staticmethod
    def forward(ctx: Any, A: Tensor, B: Tensor, driver: str, rcond: float) -> Any:
        a, b = A._data, B._data
        m, n = a.shape[-2:]
        u, s, vh = factors.svd(a, False)
        keep = s > cutoff(s, 0.0, rcond)
        inverted = np.where(keep, 1 / np.where(keep, s, 1), 0).astype(a.dtype)[..., :, None]
        x = vh.mT @ (inverted * (u.mT @ b))
        rank = keep.sum(-1)
        residuals = np.empty(0, a.dtype)
        if m > n and driver != "gelsy" and (rank == n).all():
            error = a @ x - b
            residuals = (error * error).sum(-2)
        out = A._wrap(x), A._wrap(residuals)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(A, B, out[0])
        numbers = (
            A._wrap(np.asarray(rank, np.int64) if driver != "gels" else np.empty(0, np.int64)),
            A._wrap(s if driver in ("gelsd", "gelss") else np.empty(0, a.dtype)),
        )
        ctx.mark_non_differentiable(*numbers)
        return (*out, *numbers)

    @staticmethod
    def backward(ctx: Any, gX: Any, gR: Any, *numbers: Any) -> Any:
        A, B, X = ctx.saved_tensors
        gA = gB = None
        if gX is not None:
            P = linalg_pinv(A)
            gB = P.mT @ gX
            gA = _pinv_grad(gX @ B.mT, A, P)
        if gR is not None and gR._data.size:
            e = 2 * gR[..., None, :] * (A @ X - B)
            gA = e @ X.mT if gA is None else gA + e @ X.mT
            gB = -e if gB is None else gB - e
        return gA, gB, None, None


def linalg_lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """(X, residuals, rank, singular values) of the least |A X - B|: A (..., m, n), B (..., m, k) or (..., m)

    X is the shortest where there are several. rcond: singular values up to rcond times the largest count as 0, eps *
    max(m, n) by default. driver: the name of LAPACK's routine says which results are there, as in PyTorch: residuals
    (..., k) for "gels", "gelsd", "gelss" where m > n and the rank is full, rank for all but "gels", singular values for
    "gelsd" and "gelss"; what is not there is empty. "gelsy" by default; the numbers are computed in one way for all.
    """
    name = "torch.linalg.lstsq"
    a, b = A._data, B._data
    if a.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if b.ndim < 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype {kind_name(A)} and other's "
            f"dtype {kind_name(B)}"
        )
    if not 0 <= a.ndim - b.ndim <= 1:
        raise RuntimeError(
            f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1"
        )
    vector = _is_vector(a, b) or a.ndim == b.ndim + 1
    if a.shape[-2] != b.shape[-1 if vector else -2]:
        which = "-1" if vector else "-2"
        raise RuntimeError(f"{name}: input.size(-2) should match other.size({which})")
    driver = "gelsy" if driver is None else driver
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    if A._data.dtype.char in HALVES:
        raise RuntimeError("This function doesn't handle types other than float and double")
    factors.floating(name, A)
    if rcond is None:
        rcond = float(np.finfo(a.dtype).eps * max(a.shape[-2:]))
    result = LinalgLstsq.apply(A, B[..., None] if vector else B, driver, rcond)
    if vector:
        result = (result[0][..., 0], *result[1:])
    return LstsqResult(*result)
