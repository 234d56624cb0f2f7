"""What operations need to know of their arrays: common type, broadcasting, layout in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import get_default_dtype, result_numpy
from .variable import TensorBase


def convert(arrays: list[Any], floating: bool = False) -> None:
    """Cast arrays and numbers to their common type, in the list; numbers stay Python numbers where NumPy takes them
    at the array's type. `None` stays None."""
    target = result_numpy(*[a for a in arrays if a is not None])
    if floating and target.kind != "f":
        target = get_default_dtype().numpy
    for i, a in enumerate(arrays):
        if isinstance(a, np.ndarray):
            if a.dtype != target:
                arrays[i] = as_type(a, target)
        elif a is not None:
            value = a.item() if isinstance(a, np.generic) else a
            if target.kind in "iu":  # wrap around as PyTorch does; NumPy raises
                arrays[i] = np.asarray(value).astype(target)
            elif target.kind == "b":
                arrays[i] = np.asarray(bool(value))
            else:
                arrays[i] = float(value)


def as_type(array: np.ndarray[Any, Any], kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """array as another type, in the same order of memory; row by row where it was expanded"""
    return array.astype(kind, order="C" if 0 in array.strides else "K")


def broadcast_mismatch(a: tuple[int, ...], b: tuple[int, ...]) -> str | None:
    """PyTorch's words for two shapes that do not broadcast, None if they do.

    Words, not an exception: one kept in a variable of the function that raises it would hold that function's frame, and
    so all its tensors, in a reference cycle.
    """
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            where = max(len(a), len(b)) - back
            return (
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) at non-singleton "
                f"dimension {where}"
            )
    return None


def is_hidden(array: np.ndarray[Any, Any]) -> bool:
    """Whether the array lies channels-last in memory, the package's own layout for images."""
    return array.ndim >= 3 and not array.flags.c_contiguous and np.moveaxis(array, 1, -1).flags.c_contiguous


def settle(t: TensorBase) -> np.ndarray[Any, Any]:
    """Lay `t` out in memory as PyTorch would, before a view of it is handed out.

    The channels-last layout is the package's own business: the user sees plain strides. A tensor that others share
    memory with was settled when the first view was made, or was laid out so by the user.
    """
    if t._view is None and is_hidden(t._data):
        t._data = np.ascontiguousarray(t._data)
    return t._data
