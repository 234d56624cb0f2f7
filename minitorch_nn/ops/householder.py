"""Householder reflections: the raw form of a QR decomposition, and the product that it stands for.

Source: Golub and Van Loan, Matrix Computations, sections 5.1 and 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .results import named

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["geqrf", "linalg_householder_product", "orgqr"]

_Geqrf = named("geqrf", "a tau")


def geqrf(input: Tensor) -> Any:
    """(..., m, n) -> a (..., m, n), R above its diagonal and reflectors below, and tau (..., min(m, n)); no gradients."""
    x = input._data
    if x.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    raw, tau = np.linalg.qr(x, mode="raw")
    kind = x.dtype
    return _Geqrf(*(input._wrap(np.array(part, kind, order="C")) for part in (np.swapaxes(raw, -1, -2), tau)))


def linalg_householder_product(A: Tensor, tau: Tensor) -> Tensor:
    """(..., m, n), (..., k) -> (..., m, n), m >= n >= k: the first n columns of the product of I - tau_i v_i v_iᵀ

    v_i is column i of A below its diagonal, 1 on it and 0 above.
    """
    shape, count = A._data.shape, tau._data.shape[-1]
    if len(shape) < 2:
        raise RuntimeError("torch.linalg.householder_product: input must have at least 2 dimensions.")
    if shape[-2] < shape[-1]:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]"
        )
    if shape[-1] < count:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]"
        )
    kind: Any = A._data.dtype
    unit = A._wrap(np.eye(*shape[-2:], dtype=kind))
    reflectors = A.tril(-1) + unit  # type: ignore[no-untyped-call]
    out: Any = unit.expand(shape)
    for i in reversed(range(count)):
        v = reflectors[..., i : i + 1]
        out = out - tau[..., i : i + 1].unsqueeze(-1) * v @ (v.mT @ out)
    return out if count else out.clone()  # type: ignore[no-any-return]


def orgqr(input: Tensor, input2: Tensor) -> Tensor:
    """The same as linalg.householder_product"""
    return linalg_householder_product(input, input2)
