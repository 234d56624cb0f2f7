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

MAPS = ("matrix_exp", "cayley", "householder")


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

    def forward(self, X: Tensor) -> Tensor:
        transposed = X.size(-2) < X.size(-1)
        Q: Any = self._mapped(X.mT if transposed else X)
        if hasattr(self, "base"):
            Q = self.base @ Q
        return Q.mT if transposed else Q  # type: ignore[no-any-return]

    def _mapped(self, X: Any) -> Tensor:
        """The orthogonal matrix of a tall one"""
        n, k = X.size(-2), X.size(-1)
        if self.orthogonal_map == "householder":
            A = X.tril(diagonal=-1)
            tau = 2.0 / (1.0 + (A * A).sum(dim=-2))
            signs = X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)  # not differentiated
            return linalg_householder_product(A, tau) * signs  # type: ignore[no-any-return]
        X = X.tril()
        if n != k:
            X = ops.cat([X, X.new_zeros(n, n - k).expand(*X.shape[:-2], -1, -1)], dim=-1)
        A = X - X.mT
        if self.orthogonal_map == "matrix_exp":
            Q: Any = ops.matrix_exp(A)
        else:
            one = eye(n, dtype=A.dtype)
            Q = linalg_solve(ops.add(one, A, alpha=-0.5), ops.add(one, A, alpha=0.5))
        return Q if n == k else Q[..., :k]  # type: ignore[no-any-return]

    @no_grad()  # type: ignore[untyped-decorator]
    def right_inverse(self, Q: Tensor) -> Tensor:
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        transposed = Q.size(-2) < Q.size(-1)
        tall: Any = Q.mT if transposed else Q
        if not hasattr(self, "base"):
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            A, tau = geqrf(tall)
            diagonal = A.diagonal(dim1=-2, dim2=-1)
            diagonal.sign_()
            diagonal[tau == 0.0] *= -1
            return A.mT if transposed else A  # type: ignore[no-any-return]
        n, k = tall.size(-2), tall.size(-1)
        if n != k:  # completed to a square matrix
            tall = ops.cat([tall, randn(*tall.size()[:-2], n, n - k, dtype=tall.dtype)], dim=-1)
        self.base = tall.clone() if n == k and _is_orthogonal(tall) else _orthogonalized(tall)
        start: Any = zeros_like(Q)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return start  # type: ignore[no-any-return]


def _is_orthogonal(Q: Any) -> bool:
    n, k = Q.size(-2), Q.size(-1)
    return ops.allclose(Q.mT @ Q, eye(k, dtype=Q.dtype), atol=10.0 * n * finfo(Q.dtype).eps)


def _orthogonalized(A: Any) -> Tensor:
    """The Q of A = Q R with R's diagonal not negative"""
    Q, R = linalg_qr(A)
    return Q * R.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)  # type: ignore[no-any-return]
