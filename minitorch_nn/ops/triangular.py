"""Linear equations with triangular matrices, on which the rules of the decompositions are built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.op import op
from . import factors
from .rearrange import lower
from .rearrange import upper as upper_part

if TYPE_CHECKING:
    from ..tensor import Tensor


def _matrix_grad(g: Any, A: Any, out: Any, upper: bool, left: bool, unit: bool) -> Any:
    """The triangle of -A⁻ᵀ g Xᵀ"""
    h = triangular_solve(A.mT, g, upper=not upper, left=left, unit=unit)
    whole = -(h @ out.mT) if left else -(out.mT @ h)
    beside = 1 if unit else 0
    return upper_part(whole, diagonal=beside) if upper else lower(whole, diagonal=-beside)


@op(
    name="LinalgSolveTriangularBackward0",
    A=_matrix_grad,
    B=lambda g, A, upper, left, unit: triangular_solve(A.mT, g, upper=not upper, left=left, unit=unit),
)
def triangular_solve(A: Tensor, B: Tensor, *, upper: bool, left: bool, unit: bool) -> Tensor:
    """X of A X = B, of X A = B for not left; A is triangular, its other triangle is not read

    Source: Giles 2008, section 2.3.1 (of the inverse product), restricted to the triangle.
    """
    if left:
        return factors.substitute(A, B, upper, unit)
    return factors.substitute(A.mT, B.mT, not upper, unit).mT


def linalg_solve_triangular(
    A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """X of A X = B, of X A = B for not left: A (..., n, n) triangular, B (..., n, k) or (..., k, n)

    unitriangular: the diagonal counts as ones. Zeros on the diagonal give inf and nan.
    """
    name = "linalg.solve_triangular"
    factors.square(name, A)
    factors.at_least_matrix(name, B, "B")
    factors.same_dtype(name, A, B)
    factors.fits(name, A, B, left)
    factors.floating(name, A, "triangular_solve_cpu")
    return triangular_solve(A, B, upper=upper, left=left, unit=unitriangular)
