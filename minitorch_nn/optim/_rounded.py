"""A step of parameters of two bytes: bfloat16, which NumPy can't compute with, and float16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._bfloat16 import HALVES, is_half, upcast, write
from ..tensor import Tensor

Update = Callable[[Tensor, Any, dict[str, Any]], None]


def with_rounding(update: Update, state: dict[Any, Any], free: frozenset[str]) -> Update:
    """`update`, where parameter and state are float32 while it runs and rounded after it; PyTorch rounds after each of
    its operations too.

    free: names of state tensors that do not take the parameter's dtype.
    """

    def rounded(param: Tensor, grad: Any, group: dict[str, Any]) -> None:
        kept = {name: v._data for name, v in state.get(param, {}).items() if _is_half(v)}
        own = param._data
        for name, array in kept.items():
            state[param][name]._data = upcast(array)
        param._data = upcast(own)
        try:
            update(param, upcast(grad), group)
        finally:
            write(own, param._data)
            param._data = own
            for name, v in state.get(param, {}).items():
                if name in kept:
                    write(kept[name], v._data)
                    v._data = kept[name]
                elif name not in free and isinstance(v, Tensor) and v._data.dtype.char not in HALVES:
                    state[param][name] = v.to(param.dtype)

    return rounded


def _is_half(value: Any) -> bool:
    return isinstance(value, Tensor) and is_half(value._data)
