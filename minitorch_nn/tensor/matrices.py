"""The linear algebra among the methods of Tensor: `x.det()` is `ops.det(x)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..autograd.variable import TensorBase
from ..ops.arguments import check_methods
from ..ops.inplace import in_place
from ..ops.matrix_functions import transposed

if TYPE_CHECKING:
    from ._tensor import Tensor


class Matrices(TensorBase):
    """What can be computed with a tensor as a matrix, or a batch of matrices."""

    __slots__ = ()

    addbmm = ops.addbmm
    addr = ops.addr
    adjoint = ops.adjoint
    cholesky = ops.cholesky
    cholesky_inverse = ops.cholesky_inverse
    cholesky_solve = ops.cholesky_solve
    corrcoef = ops.corrcoef
    cov = ops.cov
    cross = ops.cross
    det = ops.det
    dist = ops.dist
    inverse = ops.inverse
    logdet = ops.logdet
    lu = ops.lu
    lu_solve = ops.lu_solve
    matrix_exp = ops.matrix_exp
    matrix_power = ops.matrix_power
    pinverse = ops.pinverse
    qr = ops.qr
    slogdet = ops.slogdet
    svd = ops.svd
    vdot = ops.vdot
    addbmm_ = in_place(ops.addbmm)
    addr_ = in_place(ops.addr)

    @property
    def H(self: Any) -> Tensor:
        """The transpose of a matrix: real numbers are their own conjugates."""
        n = self._data.ndim
        if n not in (0, 2):
            more = " For batches of matrices, consider using tensor.mH" if n > 2 else ""
            raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {n}-D tensor.{more}")
        return transposed(self, "tensor.H", "Tensor.H", "Consider using x.conj().")

    @property
    def mH(self: Any) -> Tensor:
        """The last two dimensions swapped: real numbers are their own conjugates."""
        return transposed(self, "tensor.mH", "Tensor.mH", "Consider using x.conj().")

    @property
    def mT(self: Any) -> Tensor:
        """The last two dimensions swapped."""
        return transposed(self, "tensor.mT", "Tensor.mT", "This function is the identity in these cases.")


check_methods(Matrices)
