"""PyTorch's functions of complex numbers, of real ones: there are no others here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, finished, float_of
from ..autograd.op import op
from ..dtypes import get_default_dtype

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(name="AngleBackward0", input=lambda g: g * 0)
def _angle(input: Tensor) -> Tensor:
    """0, or pi where input is negative; nan stays nan"""
    x: Any = float_of(input)
    out = np.where(np.isnan(x), x, np.where(x < 0, x.dtype.type(math.pi), x.dtype.type(0)))
    return finished(out, input.dtype)  # type: ignore[no-any-return,arg-type]


def angle(input: Tensor) -> Tensor:
    """The angle of a real number in the complex plane: 0, or pi where it is negative. Its gradient is 0."""
    return _angle(input if input._data.dtype.kind in FLOATING else input.to(get_default_dtype()))  # type: ignore[no-any-return]


def real(input: Tensor) -> Tensor:
    """input itself: it is real"""
    return input


conj = conj_physical = resolve_conj = resolve_neg = real


def imag(input: Tensor) -> Tensor:
    """Raises RuntimeError: a real tensor has no imaginary part."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def is_conj(input: Tensor) -> bool:
    """False: nothing waits to be conjugated"""
    return False


is_neg = is_conj
