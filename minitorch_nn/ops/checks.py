"""What an operation does not take, said in PyTorch's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import numpy as np

from .._bfloat16 import HALVES
from ..autograd.variable import TensorBase
from ..dtypes import from_numpy

F = TypeVar("F", bound=Callable[..., Any])

FLOATS, NUMBERS, INTEGERS = "f", "fiu", "iub"
"""Kinds of NumPy dtypes: floating point, all but bool, integers with bool."""


def kind_name(x: Any) -> str:
    """How PyTorch's errors call the dtype of an array or a tensor: `Float`, `Long`, …"""
    return from_numpy(getattr(x, "_data", x).dtype).type_name


def type_name(x: Any) -> str:
    """The type's old name in errors: `torch.FloatTensor`; bfloat16 and bool have others"""
    name = kind_name(x)
    return f"CPU{name}Type" if name in ("BFloat16", "Bool") else f"torch.{name}Tensor"


def not_implemented(kernel: str, x: Any) -> NotImplementedError:
    """`"silu_cpu" not implemented for 'Long'`, for the dtype of x"""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{kind_name(x)}'")


def supports(kinds: str, kernel: str, *, halves: bool = True) -> Callable[[F], F]:
    """A kernel that takes only arrays of these kinds of dtypes: it raises `not_implemented` for others.

    kernel: the name of PyTorch's kernel, for the error.
    halves: whether PyTorch has it for float16 and bfloat16; arrays of them come here as float32, so that the call of the
        operation asks for this (see `Op.wide_only`).

        @op(input=lambda g, input: g * sign(input))
        @supports(NUMBERS, "abs_cpu")
        def abs(input): ...
    """

    def decorate(f: F) -> F:
        @wraps(f)
        def checked(x: Any, *rest: Any, **options: Any) -> Any:
            if (
                not isinstance(x, (int, float)) and x.dtype.kind not in kinds
            ):  # a plain number stands beside floats only
                raise not_implemented(kernel, x)
            return f(x, *rest, **options)

        if not halves:
            checked.wide_only = kernel  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def refuse_halves(kernel: str, x: Any) -> None:
    """Raise NotImplementedError for a float16 or bfloat16 tensor, for which PyTorch has no such kernel"""
    if x._data.dtype.char in HALVES:
        raise not_implemented(kernel, x)


def expect_tensor(function: str, argument: str, position: int, value: Any) -> None:
    """Raise TypeError unless the value is a Tensor (or an array, where a gradient rule runs)."""
    if not isinstance(value, (TensorBase, np.ndarray)):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {type(value).__name__}"
        )


def expect_tensors(values: Iterable[Any], argument: int) -> None:
    """Raise TypeError unless all are Tensors; argument: the number of the argument that they are"""
    for i, value in enumerate(values):
        if not isinstance(value, TensorBase):
            raise TypeError(f"expected Tensor as element {i} in argument {argument}, but got {type(value).__name__}")


_IN_CPP = {
    "float64": "double", "float32": "float", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long int",
    "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
}  # fmt: skip


def cpp_name(x: Any) -> str:
    """How PyTorch's errors that come out of C++ call the dtype of an array or a tensor: `float`, `long int`, …"""
    return _IN_CPP[from_numpy(getattr(x, "_data", x).dtype).name]


def is_plain(x: Any) -> bool:
    """Whether it is a 0-dim tensor outside the graph, which may stand for a number"""
    return isinstance(x, TensorBase) and x._data.ndim == 0 and not x._requires and x._node is None


def number(x: Any) -> Any:
    """What a tensor that may stand for a number holds; anything else as it is.

    For what has effects before it meets its arguments, as drawing from a generator: all else fails with such a tensor and
    is called again, see `arguments.with_numbers`.
    """
    return x._data.item() if is_plain(x) else x


def fit_number(value: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number as one of the dtype. Raises RuntimeError where an integer type does not hold it; -1 as uint8 is 255"""
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low = -limits.max if dtype.kind == "u" else limits.min
        if not low <= value <= limits.max:
            name = "int" if dtype.name == "int32" else f"{dtype.name}_t"
            raise RuntimeError(f"value cannot be converted to type {name} without overflow")
        return int(value) % 256 if dtype.kind == "u" else int(value)
    return bool(value) if dtype.kind == "b" else float(value)


def underived(operation: str) -> Callable[..., Any]:
    """The gradient rule of an operation that has none, though its result may stand in a graph."""

    def rule(g: Any) -> Any:
        raise RuntimeError(f"derivative for aten::{operation} is not implemented")

    return rule


def no_derivative(name: str) -> NoReturn:
    """PyTorch's error where an input has no formula"""
    raise NotImplementedError(f"the derivative for '{name}' is not implemented.")
