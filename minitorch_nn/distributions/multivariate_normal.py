"""The normal distribution of vectors."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from .. import ops
from ..ops.decompositions import linalg_cholesky
from ..ops.solve import cholesky_inverse
from ..ops.triangular import linalg_solve_triangular
from ..tensor import Tensor, eye, randn
from . import constraints
from .distribution import Distribution, SampleShape
from .utils import lazy_property


def mahalanobis(scale_tril: Tensor, x: Tensor) -> Tensor:
    """|L^-1 x|² for the vectors in the last dimension of x, L of shape (…, n, n), broadcasting"""
    return linalg_solve_triangular(scale_tril, x.unsqueeze(-1), upper=False).pow(2).sum((-2, -1))


def _from_precision(precision: Tensor) -> Tensor:
    """The Cholesky factor of the inverse: the factor of the matrix turned round, turned back and inverted"""
    factor = linalg_cholesky(precision.flip((-2, -1))).flip((-2, -1)).mT
    return linalg_solve_triangular(factor, eye(precision.shape[-1], dtype=precision.dtype), upper=False)


class MultivariateNormal(Distribution):
    """p(x) = exp(-|L^-1 (x - loc)|² / 2) / ((2 pi)^(n/2) det L), covariance L L^T

    loc: (*batch, n). One of covariance_matrix, precision_matrix (its inverse), scale_tril (L): (*batch, n, n). The
    first two must be positive definite, the third lower triangular with a positive diagonal.

    Raises ValueError for none or several of the three, or too few dimensions.
    """

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True
    _batched = ("loc", "covariance_matrix", "precision_matrix", "scale_tril")

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        matrices = {
            "covariance_matrix": covariance_matrix,
            "scale_tril": scale_tril,
            "precision_matrix": precision_matrix,
        }
        given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = given
        if matrix.dim() < 2:
            kind = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(f"{kind} must be at least two-dimensional, with optional leading batch dimensions")
        like_loc, _ = ops.broadcast_tensors(loc[..., 0], matrix[..., 0, 0])
        batch = tuple(like_loc.shape)
        self.loc = loc.expand((*batch, -1))
        setattr(self, name, matrix.expand((*batch, -1, -1)))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._factor = matrix
        if name != "scale_tril":
            self._factor = linalg_cholesky(matrix) if name == "covariance_matrix" else _from_precision(matrix)
        """L, which may have fewer batch dimensions than there are"""

    @lazy_property
    def scale_tril(self) -> Tensor:
        """L"""
        return self._wide(self._factor)

    def _wide(self, matrix: Tensor) -> Tensor:
        return matrix.expand((*self._batch_shape, -1, -1))

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """L L^T"""
        return self._wide(ops.matmul(self._factor, self._factor.mT))

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of L L^T"""
        return self._wide(cholesky_inverse(self._factor))

    @property
    def mean(self) -> Tensor:
        """loc"""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Tensor:
        """The diagonal of the covariance"""
        return self._factor.pow(2).sum(-1).expand((*self._batch_shape, -1))

    def rsample(self, sample_shape: SampleShape = ()) -> Tensor:
        """loc + L z, z standard normal"""
        z = randn(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + ops.matmul(self._factor, z.unsqueeze(-1)).squeeze(-1)

    def _half_log_det(self) -> Tensor:
        return self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)  # type: ignore[no-any-return]

    def log_prob(self, value: Any) -> Tensor:
        """-(n log(2 pi) + |L^-1 (x - loc)|²) / 2 - log det L"""
        self._check(value)
        distance = mahalanobis(self._factor, value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - self._half_log_det()

    def entropy(self) -> Tensor:
        """n (1 + log(2 pi)) / 2 + log det L"""
        return 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._half_log_det().expand(
            self._batch_shape
        )
