"""`torch.linalg`: norms, products, decompositions and equations, of batches (..., m, n) of real matrices."""

from __future__ import annotations

from typing import Any

from ._absent import absent as _absent
from .ops.arguments import check_functions as _check_functions
from .ops.decompositions import linalg_cholesky as cholesky
from .ops.decompositions import linalg_cholesky_ex as cholesky_ex
from .ops.decompositions import linalg_eigh as eigh
from .ops.decompositions import linalg_eigvalsh as eigvalsh
from .ops.decompositions import linalg_qr as qr
from .ops.decompositions import linalg_svd as svd
from .ops.decompositions import linalg_svdvals as svdvals
from .ops.householder import linalg_householder_product as householder_product
from .ops.linalg import matmul as matmul
from .ops.lu import linalg_lu as lu
from .ops.lu import linalg_lu_factor as lu_factor
from .ops.lu import linalg_lu_factor_ex as lu_factor_ex
from .ops.lu import linalg_lu_solve as lu_solve
from .ops.matrix_functions import linalg_matrix_exp as matrix_exp
from .ops.matrix_functions import linalg_matrix_power as matrix_power
from .ops.matrix_functions import linalg_multi_dot as multi_dot
from .ops.matrix_functions import linalg_tensorinv as tensorinv
from .ops.matrix_functions import linalg_tensorsolve as tensorsolve
from .ops.matrix_norm import linalg_cond as cond
from .ops.matrix_norm import linalg_matrix_rank as matrix_rank
from .ops.matrix_norm import linalg_norm as norm
from .ops.matrix_norm import linalg_vector_norm as vector_norm
from .ops.matrix_norm import matrix_norm as matrix_norm
from .ops.results import LinAlgError as LinAlgError
from .ops.slices import diagonal as _diagonal
from .ops.solve import linalg_det as det
from .ops.solve import linalg_inv as inv
from .ops.solve import linalg_inv_ex as inv_ex
from .ops.solve import linalg_lstsq as lstsq
from .ops.solve import linalg_pinv as pinv
from .ops.solve import linalg_slogdet as slogdet
from .ops.solve import linalg_solve as solve
from .ops.solve import linalg_solve_ex as solve_ex
from .ops.triangular import linalg_solve_triangular as solve_triangular
from .ops.vectors import linalg_cross as cross
from .ops.vectors import linalg_vander as vander
from .ops.vectors import linalg_vecdot as vecdot
from .tensor import Tensor

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh",
    "householder_product", "inv", "inv_ex", "lstsq", "lu", "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp",
    "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex",
    "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """A view of the diagonals of matrices: (..., m, n) -> (..., min(m, n))"""
    return _diagonal(A, offset, dim1, dim2)


def eig(A: Tensor) -> Any:
    """Raises NotImplementedError: the eigenvalues of a real matrix may be complex, and there are no complex tensors."""
    raise NotImplementedError("linalg.eig: its results are complex, and there are no complex tensors; see linalg.eigh")


def eigvals(A: Tensor) -> Tensor:
    """Raises NotImplementedError: the eigenvalues of a real matrix may be complex, and there are no complex tensors."""
    raise NotImplementedError(
        "linalg.eigvals: its result is complex, and there are no complex tensors; see linalg.eigvalsh"
    )


_check_functions(globals(), prefix="linalg_")
__getattr__ = _absent(__name__, globals())
