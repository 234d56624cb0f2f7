"""Questions about tensors, as functions: `torch.is_tensor(x)`."""

from __future__ import annotations

from typing import Any

from ._tensor import Tensor


def is_tensor(obj: Any) -> bool:
    """Whether obj is a Tensor"""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """The number of elements"""
    return int(input._data.size)


def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating-point numbers"""
    return bool(input._data.dtype.kind == "f")


def is_complex(input: Tensor) -> bool:
    """Always False: there are no complex tensors here"""
    return False


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero"""
    return bool(input)
