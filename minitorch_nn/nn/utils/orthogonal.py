"""The parametrization that keeps a matrix orthogonal; see `parametrizations.orthogonal`."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...autograd import no_grad
from ...dtypes import finfo
from ...ops.decompositions import linalg_qr
from ...ops.householder import geqrf, linalg_householder_product
from ...ops.solve import linalg_solve
from ...tensor import Tensor, eye, randn, zeros_like
from ..modules.module import Module

__all__ = ["MAPS"]


# The maps: of a skew-symmetric matrix, or of the vectors of reflections, to an orthogonal one ---------------------------
def _skew(X: Any) -> Tensor:
    """(..., n, k), n >= k -> (..., n, n): L - Lᵀ, L the lower triangle of X and columns of 0"""
    n, k = X.size(-2), X.size(-1)
    L = ops.cat([X.tril(), X.new_zeros(*X.shape[:-1], n - k)], dim=-1) if n > k else X.tril()
    return L - L.mT  # type: ignore[no-any-return]


def _cayley(A: Tensor) -> Any:
    """(I - A/2)⁻¹ (I + A/2)"""
    one = eye(A.size(-1), dtype=A.dtype)  # type: ignore[no-untyped-call]
    return linalg_solve(ops.add(one, A, alpha=-0.5), ops.add(one, A, alpha=0.5))


def _reflections(X: Any) -> Any:
    """The product of the reflections along the columns below the diagonal, its columns with the signs of the diagonal"""
    below = X.tril(diagonal=-1)
    scales = 2.0 / (1.0 + (below * below).sum(dim=-2))
    signs = X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)  # not differentiated
    return linalg_householder_product(below, scales) * signs


_OF_SKEW = {"matrix_exp": ops.matrix_exp, "cayley": _cayley}
MAPS = (*_OF_SKEW, "householder")


def _vectors_of_reflections(Q: Tensor) -> Tensor:
    """The X of which `_reflections` makes Q"""
    X, scales = geqrf(Q)
    signs = X.diagonal(dim1=-2, dim2=-1)
    signs.sign_()
    signs[scales == 0.0] *= -1
    return X  # type: ignore[no-any-return]


def _completed(Q: Any) -> Tensor:
    """(..., n, k) -> (..., n, n): an orthogonal matrix whose first columns are Q, or span what Q's do"""
    n, k = Q.size(-2), Q.size(-1)
    if n > k:
        Q = ops.cat([Q, randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype)], dim=-1)
    elif ops.allclose(Q.mT @ Q, eye(n, dtype=Q.dtype), atol=10.0 * n * finfo(Q.dtype).eps):
        return Q.clone()  # type: ignore[no-any-return]
    q, r = linalg_qr(Q)
    return q * r.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)  # type: ignore[no-any-return]


# The parametrization --------------------------------------------------------------------------------------------------
class _Orthogonal(Module):
    """X (..., m, n) -> Q of the same shape with orthonormal columns, or rows where m < n.

    base: with use_trivialization, Q is base times the map's matrix, so that X starts where the map is the identity.
    """

    base: Tensor

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def _tall(self, X: Any) -> Any:
        """A matrix of at least as many rows as columns, or back to the weight's shape"""
        return X.mT if self.shape[-2] < self.shape[-1] else X

    def forward(self, X: Tensor) -> Tensor:
        tall = self._tall(X)
        if self.orthogonal_map == "householder":
            Q = _reflections(tall)
        else:
            Q = _OF_SKEW[self.orthogonal_map](_skew(tall))
            if tall.size(-2) > tall.size(-1):
                Q = Q[..., : tall.size(-1)]
        return self._tall(self.base @ Q if hasattr(self, "base") else Q)  # type: ignore[no-any-return]

    @no_grad()  # type: ignore[untyped-decorator]
    def right_inverse(self, Q: Tensor) -> Tensor:
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        if hasattr(self, "base"):
            self.base = _completed(self._tall(Q))
            identity: Any = zeros_like(Q)  # of every map: skew-symmetric 0, and reflections by nothing
            identity.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
            return identity  # type: ignore[no-any-return]
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        return self._tall(_vectors_of_reflections(self._tall(Q)))  # type: ignore[no-any-return]
