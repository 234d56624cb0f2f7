"""Questions about tensors, as functions: `torch.is_tensor(x)`."""

from __future__ import annotations

from typing import Any

from .._bfloat16 import FLOATING
from ._tensor import Tensor


def is_tensor(obj: Any) -> bool:
    """Whether obj is a Tensor"""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """The number of elements"""
    return int(input._data.size)


def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are floating-point numbers"""
    return bool(input._data.dtype.kind in FLOATING)


def is_complex(input: Tensor) -> bool:
    """Always False: there are no complex tensors here"""
    return False


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero"""
    return bool(input)


def is_inference(input: Tensor) -> bool:
    """Whether it was made under inference_mode"""
    return input.is_inference()


def typename(obj: Any) -> str:
    """The type's name: `torch.FloatTensor` of a tensor, `module.Class` of anything else"""
    if isinstance(obj, Tensor) and type(obj) is Tensor:
        return str(obj.type())
    kind = obj if isinstance(obj, type) else type(obj)
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
