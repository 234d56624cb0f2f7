"""Where the elements of a matrix's triangles are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dtypes import as_dtype
from ..dtypes import dtype as DType
from .creation import factory
from .from_data import made

if TYPE_CHECKING:
    from ._tensor import Tensor


def _triangle(find: Callable[..., Any], row: int, col: int, offset: int, dtype: DType | None, device: Any) -> Tensor:
    for name, n in (("row", row), ("col", col)):
        if n < 0:
            raise RuntimeError(f"{name} must be non-negative, got{n}")
    kind = np.int64 if dtype is None else as_dtype(dtype).numpy
    return made(np.stack(find(row, offset, col)).astype(kind), device, False)


@factory
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """The rows and columns of the elements on and below the diagonal `offset` of a (row, col) matrix: (2, count), int64"""
    return _triangle(np.tril_indices, row, col, offset, dtype, device)


@factory
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """The rows and columns of the elements on and above the diagonal `offset` of a (row, col) matrix: (2, count), int64"""
    return _triangle(np.triu_indices, row, col, offset, dtype, device)
