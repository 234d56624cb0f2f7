"""What operations need to know of their arrays: common type, broadcasting, layout in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, HALVES, finished, is_half, number, upcast
from .._bfloat16 import as_type as as_type
from ..dtypes import from_numpy, get_default_dtype, result_numpy
from .variable import TensorBase

if TYPE_CHECKING:
    from .op import Op

_WIDE = np.dtype(np.float32)


def convert(arrays: list[Any], floating: bool = False) -> None:
    """Cast arrays and numbers to their common type, in the list; numbers stay Python numbers where NumPy takes them
    at the array's type. `None` stays None."""
    target = common_type(arrays, floating)
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


def common_type(arrays: list[Any], floating: bool) -> np.dtype[Any]:
    """The type that arrays and numbers become; integers give the default floating-point type where `floating`."""
    target = result_numpy(*[a for a in arrays if a is not None])
    return get_default_dtype().numpy if floating and target.kind not in FLOATING else target


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


# Kernels know no bfloat16 and no float16: they compute in float32 --------------------------------------------------------
def widened(op: Op, arrays: list[Any]) -> tuple[list[Any], np.dtype[Any] | None] | None:
    """The inputs of the kernel of `op` with float32 for bfloat16 and float16, and which of these its float32 results become.

    None where no input and no result is one of the two.
    """
    arrays = arrays.copy()
    halves = [a.dtype for a in arrays if is_half(a)]
    if op.kind is None:
        if not halves:
            return None
        mixed = any(isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.dtype != halves[0] for a in arrays)
        result = halves[0] if not mixed or (is_half(arrays[0]) and not op.variadic) else None
        return [upcast(a) for a in arrays], result
    target = common_type(arrays, op.kind == "float")
    if target.char not in HALVES:
        return ([upcast(a) for a in arrays], None) if halves else None
    for i, a in enumerate(arrays):
        if isinstance(a, np.ndarray):
            if a.dtype != target and (a.ndim or not op.exact):  # numbers and 0-dim tensors are not rounded first
                arrays[i] = as_type(a, target)
        elif not op.exact and isinstance(a, (float, int)):
            arrays[i] = number(a, target)
    return [as_type(a, _WIDE) if isinstance(a, np.ndarray) else a for a in arrays], target


def in_float32(op: Op, arrays: list[Any], options: dict[str, Any], kind: np.dtype[Any] | None) -> Any:
    """What the kernel makes of arrays that `widened` has prepared, its first result as `kind` if that is given.

    Raises NotImplementedError where PyTorch has no such kernel for `kind`.
    """
    if op.wide_only is not None and kind is not None:
        raise NotImplementedError(f"\"{op.wide_only}\" not implemented for '{from_numpy(kind).type_name}'")
    try:
        out = op.kernel(*arrays, **options)
    except NotImplementedError as error:
        name = from_numpy(kind or arrays[0].dtype).type_name
        raise type(error)(str(error).replace("'Float'", f"'{name}'")) from None
    return out if kind is None else _rounded(out, kind)


def _rounded(out: Any, kind: np.dtype[Any]) -> Any:
    """A kernel's float32 result as `kind`; of several, those after the first stay."""
    if type(out) is tuple:
        return (_rounded(out[0], kind), *out[1:])
    array = np.asarray(out)
    return finished(array, kind) if array.dtype == _WIDE else out
