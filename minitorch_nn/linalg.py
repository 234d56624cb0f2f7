"""`torch.linalg`: norms and products."""

from __future__ import annotations

from collections.abc import Sequence

from .dtypes import dtype as DType
from .ops.dims import Dims
from .ops.linalg import matmul as matmul
from .ops.norm import matrix_norm as matrix_norm
from .ops.norm import vector_norm_of
from .tensor import Tensor


def vector_norm(
    x: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """sum(|x|^ord)^(1/ord) over dim (all dimensions for None)"""
    return vector_norm_of(x, ord, dim, keepdim, dtype)


def norm(
    A: Tensor, ord: float | str | None = None, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Tensor:
    """The norm of a vector, or with `ord` and two dimensions of a matrix; without `ord` the 2-norm of all elements"""
    if ord is None:
        return vector_norm_of(A, 2, dim, keepdim, dtype)
    pair = A.ndim == 2 if dim is None else isinstance(dim, Sequence) and len(dim) == 2
    if isinstance(ord, str) or pair:
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm_of(A, ord, dim, keepdim, dtype)
