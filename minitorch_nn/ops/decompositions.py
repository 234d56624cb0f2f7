"""Decompositions of matrices: QR, singular values, eigenvalues of symmetric matrices, Cholesky.

Those with several differentiable results are Functions, whose rules see the gradients of all of them (None for one that
has none) and are written with operations, so that they can be differentiated again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.function import BackwardNode, Function
from ..autograd.grad_mode import mode as grad_mode
from ..autograd.op import op
from . import factors
from .checks import not_implemented, refuse_halves
from .join import cat_arrays
from .rearrange import lower
from .results import deprecated, named
from .slices import diag_embed
from .triangular import triangular_solve

if TYPE_CHECKING:
    from ..tensor import Tensor

QrResult, OldQrResult = named("linalg_qr", "Q R"), named("qr", "Q R")
SvdResult, OldSvdResult = named("linalg_svd", "U S Vh"), named("svd", "U S V")
EighResult = named("linalg_eigh", "eigenvalues eigenvectors")
LuResult, LuUnpackResult = named("linalg_lu", "P L U"), named("lu_unpack", "P L U")
LuFactorResult, LuFactorExResult = (
    named("linalg_lu_factor", "LU pivots"),
    named("linalg_lu_factor_ex", "LU pivots info"),
)
CholeskyExResult = named("linalg_cholesky_ex", "L info")


class Decomposition(Function):
    """An operation with several results; its node is `<class>Backward0`, and missing gradients come as None."""

    @classmethod
    def _node_class(cls) -> type[BackwardNode]:
        made = super()._node_class()
        made.__name__ = f"{cls.__name__}Backward0"
        return made


def added(x: Any, y: Any) -> Any:
    """x + y, y where x is None"""
    return y if x is None else x + y


def wants_gradient(a: Any) -> bool:
    """Whether an operation on `a` is recorded"""
    return bool(grad_mode.grad and a.requires_grad)


# QR -------------------------------------------------------------------------------------------------------------------
class LinalgQr(Decomposition):
    """Source: Walter & Lehmann 2010 (arXiv:1009.6112) and Liao et al. 2019 (arXiv:1903.09650), section III.B.2."""

    @staticmethod
    def forward(ctx: Any, A: Tensor, mode: str) -> Any:
        a = A._data
        if mode == "r":
            q, r = np.empty((0,), a.dtype), np.linalg.qr(a, "r")
        else:
            q, r = np.linalg.qr(a, mode)
        out = A._wrap(np.ascontiguousarray(q)), A._wrap(np.ascontiguousarray(r))
        ctx.mode = mode
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*out)
        return out

    @staticmethod
    def backward(ctx: Any, gQ: Any, gR: Any) -> Any:
        """M = R gRᵀ - gQᵀ Q; gA = (gQ + Q copyltu(M)) R⁻ᵀ; of a wide matrix A = (X Y), R = (U V): gY = Q gV"""
        Q, R = ctx.saved_tensors
        if ctx.mode == "r":
            raise RuntimeError(
                "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
                "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
            )
        m, n = Q.shape[-2], R.shape[-1]
        if ctx.mode == "complete" and m > n:
            raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
        U, gU, right = R, gR, None
        if m < n:
            U = R[..., :, :m]
            if gR is not None:
                gU, gV = gR[..., :, :m], gR[..., :, m:]
                right = Q @ gV
                # V = Qᵀ Y is a function of Q as well
                gQ = added(gQ, (Q @ R[..., :, m:]) @ gV.mT)
            else:
                right = Q._wrap(np.zeros((*R.shape[:-2], m, n - m), Q._data.dtype))
        M = None
        if gU is not None:
            M = U @ gU.mT
        if gQ is not None:
            M = added(M, -(gQ.mT @ Q))
        inner = Q @ (lower(M, diagonal=0) + lower(M, diagonal=-1).mT)
        gA = triangular_solve(U.mT, added(gQ, inner), upper=False, left=False, unit=False)
        if right is not None:
            gA = cat_arrays(gA, right, dim=gA.ndim - 1)
        return gA, None


def _qr(A: Tensor, mode: str) -> Any:
    if mode not in ("reduced", "r", "complete"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    factors.at_least_matrix("linalg.qr", A)
    factors.floating("linalg.qr", A, "geqrf_cpu")
    return LinalgQr.apply(A, mode)


def linalg_qr(A: Tensor, mode: str = "reduced") -> Any:
    """A = Q R, Q with orthonormal columns, R upper triangular: (..., m, n) -> (..., m, k), (..., k, n), k = min(m, n)

    mode: "complete" makes Q square; "r" gives R alone, which has no gradient.
    """
    return QrResult(*_qr(A, mode))


def qr(input: Tensor, some: bool = True) -> Any:
    """`linalg.qr`, complete for not some; deprecated"""
    deprecated("qr")
    return OldQrResult(*_qr(input, "reduced" if some else "complete"))


# Singular values ------------------------------------------------------------------------------------------------------
def _differences(values: Any) -> Any:
    """values[j] - values[i] at (i, j), 1 on the diagonal"""
    n = values.shape[-1]
    return values[..., None, :] - values[..., :, None] + values._wrap(np.eye(n, dtype=values._data.dtype))


def _skew(x: Any) -> Any:
    return x - x.mT


class LinalgSvd(Decomposition):
    """Source: Giles 2008, section 2.3.1, and Townsend 2016, with the terms for gradients of U and V. With full matrices
    the columns beyond k have no gradient."""

    @staticmethod
    def forward(ctx: Any, A: Tensor, full: bool) -> Any:
        u, s, vh = factors.svd(A._data, full)
        out = A._wrap(u), A._wrap(s), A._wrap(vh)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*out)
        return out

    @staticmethod
    def backward(ctx: Any, gU: Any, gS: Any, gVh: Any) -> Any:
        """gA = U (K S + S L + diag(gS)) Vᵀ + (1 - U Uᵀ) gU S⁻¹ Vᵀ + U S⁻¹ gVᵀ (1 - V Vᵀ),
        K = skew(Uᵀ gU) / E, L = skew(Vᵀ gV) / E, E[i, j] = S[j]² - S[i]²"""
        U, S, Vh = ctx.saved_tensors
        m, k, n = U.shape[-2], S.shape[-1], Vh.shape[-1]
        U, Vh = U[..., :, :k], Vh[..., :k, :]
        inner = None if gS is None else diag_embed(gS)
        E = _differences(S * S)
        outside = None
        if gU is not None:
            gU = gU[..., :, :k]
            own = U.mT @ gU
            inner = added(inner, _skew(own) / E * S[..., None, :])
            if m > k:
                outside = ((gU - U @ own) / S[..., None, :]) @ Vh
        if gVh is not None:
            gVh = gVh[..., :k, :]
            own = gVh @ Vh.mT
            inner = added(inner, S[..., :, None] * (_skew(own.mT) / E))
            if n > k:
                outside = added(outside, U @ ((gVh - own @ Vh) / S[..., :, None]))
        gA = U @ inner @ Vh
        return (gA if outside is None else gA + outside), None


def linalg_svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """A = U diag(S) Vh: (..., m, n) -> (..., m, m), (..., k), (..., n, n), or k columns and rows for not full_matrices

    S is in descending order. driver: is for GPUs and raises. Gradients of U and Vh are those of functions that do not
    depend on the signs of the singular vectors, and are infinite where two singular values are equal.
    """
    _no_driver(driver)
    factors.at_least_matrix("linalg.svd", A)
    factors.floating("linalg.svd", A, "linalg_svd_cpu")
    return SvdResult(*LinalgSvd.apply(A, full_matrices))


def _no_driver(driver: str | None) -> None:
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )


def linalg_svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """The singular values, the largest first: (..., m, n) -> (..., k)"""
    _no_driver(driver)
    factors.at_least_matrix("linalg.svd", A)
    factors.floating("linalg.svd", A, "linalg_svd_cpu")
    if wants_gradient(A):
        return LinalgSvd.apply(A, False)[1]  # type: ignore[no-any-return]
    return A._wrap(factors.svdvals(A._data))


def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """input = U diag(S) Vᵀ; U and V are full for not some, and zeros for not compute_uv"""
    if compute_uv:
        u, s, vh = linalg_svd(input, not some)
        return OldSvdResult(u, s, vh.mT)
    *lead, m, n = input.shape
    zeros = [input._wrap(np.zeros((*lead, size, size), input._data.dtype)) for size in (m, n)]
    return OldSvdResult(zeros[0], linalg_svdvals(input), zeros[1])


# Eigenvalues ----------------------------------------------------------------------------------------------------------
class LinalgEigh(Decomposition):
    """Source: Giles 2008, section 2.2.3."""

    @staticmethod
    def forward(ctx: Any, A: Tensor, uplo: str) -> Any:
        values, vectors = factors.eigh(A._data, uplo)
        out = A._wrap(values), A._wrap(vectors)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*out)
        return out

    @staticmethod
    def backward(ctx: Any, gL: Any, gV: Any) -> Any:
        """gA = V (diag(gL) + skew(Vᵀ gV) / 2 / E) Vᵀ, E[i, j] = L[j] - L[i]"""
        L, V = ctx.saved_tensors
        inner = None if gL is None else diag_embed(gL)
        if gV is not None:
            inner = added(inner, _skew(V.mT @ gV) * 0.5 / _differences(L))
        return V @ inner @ V.mT, None


def linalg_eigh(A: Tensor, UPLO: str = "L") -> Any:
    """A = V diag(L) Vᵀ for symmetric A: (..., n, n) -> eigenvalues (..., n) in ascending order, eigenvectors (..., n, n)

    UPLO: the triangle of A that is read, "L" or "U". Gradients of V are those of functions that do not depend on the
    signs of the eigenvectors, and are infinite where two eigenvalues are equal.
    """
    _check_symmetric("linalg.eigh", A, UPLO)
    return EighResult(*LinalgEigh.apply(A, UPLO.upper()))


def linalg_eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """The eigenvalues of symmetric matrices in ascending order: (..., n, n) -> (..., n)"""
    _check_symmetric("linalg.eigh", A, UPLO)
    if wants_gradient(A) or not np.isfinite(A._data).all():
        return LinalgEigh.apply(A, UPLO.upper())[0]  # type: ignore[no-any-return]
    return A._wrap(np.linalg.eigvalsh(A._data, UPLO.upper()))


def _check_symmetric(name: str, A: Tensor, uplo: str) -> None:
    factors.square(name, A)
    if uplo.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")
    if A._data.dtype.kind != "f" or A._data.dtype.itemsize < 4:
        raise not_implemented("linalg_eigh_cpu", A)


# Cholesky -------------------------------------------------------------------------------------------------------------
def _cholesky_grad(g: Any, L: Any, upper: bool) -> Any:
    """L⁻ᵀ sym(Φ) L⁻¹, Φ = tril(Lᵀ gL)"""
    if upper:
        g, L = g.mT, L.mT
    phi = L.mT @ g
    inner = (lower(phi, diagonal=0) + lower(phi, diagonal=-1).mT) * 0.5
    inner = triangular_solve(L.mT, inner, upper=True, left=True, unit=False)
    return triangular_solve(L, inner, upper=False, left=False, unit=False)


@op(name="LinalgCholeskyExBackward0", outputs=("L", "info"), A=lambda g, L, upper: _cholesky_grad(g, L, upper))
def cholesky_factor(A: Tensor, *, upper: bool) -> Any:
    """A = L Lᵀ, and which leading minor is not positive. Source: Murray 2016 (arXiv:1602.07527), equation 10"""
    return factors.cholesky(A, upper)


@op(name="CholeskyBackward0", outputs=("L", "info"), A=lambda g, L, upper: _cholesky_grad(g, L, upper))
def old_cholesky_factor(A: Tensor, *, upper: bool) -> Any:
    """As `cholesky_factor`; PyTorch's name of it in `torch.cholesky`"""
    return factors.cholesky(A, upper)


def linalg_cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """(L, info): A = L Lᵀ for positive-definite A (..., n, n), A = Lᵀ L for upper; one triangle of A is read

    info is the order of the leading minor that is not positive-definite, 0 if all are; check_errors raises LinAlgError.
    Where it is not 0, the column of L it names and those after it are 0; in PyTorch they are unspecified.
    """
    factors.square("linalg.cholesky", A)
    factors.floating("linalg.cholesky", A, "cholesky_cpu")
    L, info = cholesky_factor(A, upper=upper)
    if check_errors:
        factors.failed("linalg.cholesky_ex", info._data, factors.NOT_POSITIVE)
    return CholeskyExResult(L, info)


def linalg_cholesky(A: Tensor, *, upper: bool = False) -> Tensor:
    """L of A = L Lᵀ for positive-definite A (..., n, n), of A = Lᵀ L for upper. Raises LinAlgError for others."""
    factors.square("linalg.cholesky", A)
    factors.floating("linalg.cholesky", A, "cholesky_cpu")
    L, info = cholesky_factor(A, upper=upper)
    factors.failed("linalg.cholesky", info._data, factors.NOT_POSITIVE)
    return L  # type: ignore[no-any-return]


def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """`linalg.cholesky`; deprecated"""
    deprecated("cholesky")
    factors.square("cholesky", input)
    refuse_halves("cholesky_cpu", input)
    L, info = old_cholesky_factor(input, upper=upper)
    factors.failed("cholesky", info._data, factors.NOT_POSITIVE)
    return L  # type: ignore[no-any-return]
