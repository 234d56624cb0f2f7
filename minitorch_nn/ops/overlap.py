"""What an operation that changes memory in place may read: PyTorch's rules on tensors that lie in the same memory."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

_AGAIN = "Please clone() the tensor before performing the operation."
_REPEATED = f"unsupported operation: more than one element of the written-to tensor refers to a single memory location. {_AGAIN}"
_SHARED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. "
    f"{_AGAIN}"
)


def repeats(array: np.ndarray[Any, Any]) -> bool:
    """Whether the array is expanded: several of its elements are the same place in memory"""
    strides = array.strides
    if 0 not in strides or not array.size:
        return False
    return any(s == 0 and n > 1 for s, n in zip(strides, array.shape, strict=True))


def refuse_repeated(written: np.ndarray[Any, Any]) -> None:
    """Raise RuntimeError where `written` is expanded."""
    if 0 in written.strides and repeats(written):
        raise RuntimeError(_REPEATED)


def warn_repeated(written: np.ndarray[Any, Any], function: str, example: str = "mask] = scalar") -> None:
    """Warn, as PyTorch, where an expanded tensor is written by an index: which of the values stays is not defined."""
    if repeats(written):
        warnings.warn(
            f"Use of {function} on expanded tensors is deprecated. Please clone() the tensor before performing this "
            f"operation. This also applies to advanced indexing e.g. tensor[{example}",
            stacklevel=4,
        )


def refuse_partial(written: np.ndarray[Any, Any], read: np.ndarray[Any, Any]) -> None:
    """Raise RuntimeError where both lie in one piece of memory, but not element upon element."""
    if written is not read and _may_share(written, read) and _overlap(written, read) == "partial":
        raise RuntimeError(_SHARED)


def refuse_shared(written: np.ndarray[Any, Any], *read: np.ndarray[Any, Any]) -> None:
    """Raise RuntimeError where `written` lies in one piece of memory with anything that is read."""
    for array in read:
        if written is array or (_may_share(written, array) and _overlap(written, array)):
            raise RuntimeError(_SHARED)


def _may_share(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    return (a.base is not None or b.base is not None) and np.may_share_memory(a, b)


def _overlap(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> str | None:
    """ "full", "partial", or None; None too where either has gaps, for PyTorch does not look there"""
    if not (a.size and b.size and _is_dense(a) and _is_dense(b)):
        return None
    same = _address(a) == _address(b) and a.nbytes == b.nbytes
    return "full" if same and _steps(a) == _steps(b) and a.ndim == b.ndim else "partial"


def _address(array: np.ndarray[Any, Any]) -> int:
    return int(array.__array_interface__["data"][0])


def _steps(array: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """(stride, size) of the dimensions that have more than one element"""
    return [(s, n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1]


def _is_dense(array: np.ndarray[Any, Any]) -> bool:
    """Whether the elements fill a piece of memory, each place once"""
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return True
    expected = array.itemsize
    for stride, n in sorted(_steps(array)):
        if stride != expected:
            return False
        expected *= n
    return True
