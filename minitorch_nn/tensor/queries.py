"""Questions about tensors, as functions: `torch.is_tensor(x)`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._bfloat16 import FLOATING
from ._tensor import Tensor
from .storage import TypedStorage, UntypedStorage

__all__ = [
    "_assert",
    "detach",
    "get_device",
    "is_complex",
    "is_floating_point",
    "is_inference",
    "is_nonzero",
    "is_storage",
    "is_tensor",
    "numel",
    "typename",
    "unravel_index",
]


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


def detach(input: Tensor) -> Tensor:
    """input on the same memory, outside the graph"""
    return input.detach()


def get_device(input: Tensor) -> int:
    """-1: of the CPU"""
    return input.get_device()


def _assert(condition: Any, message: Any) -> None:
    """Raise AssertionError with `message` unless `condition` holds; PyTorch's model definitions write it so"""
    assert condition, message


def is_storage(obj: Any) -> bool:
    """Whether obj is the memory of a tensor: `x.storage()`, `x.untyped_storage()`"""
    return isinstance(obj, (TypedStorage, UntypedStorage))


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """The coordinates, one tensor for each dimension of `shape`, of the indices into it laid out row by row"""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if indices._data.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    steps = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
    array = indices._data
    return tuple(indices._wrap(np.asarray(array // step % n)) for n, step in zip(sizes, steps, strict=True))
