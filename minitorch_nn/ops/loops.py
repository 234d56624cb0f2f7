"""A Python function called for every element, in place: slow, and part of no graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import element, float_of
from .checks import type_name
from .inplace import check_in_place

if TYPE_CHECKING:
    from ..tensor import Tensor


def _called(name: str, self: Tensor, others: tuple[Tensor, ...], function: Callable[..., Any]) -> Tensor:
    if self.requires_grad:
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    for label, other in zip(("other",) if len(others) == 1 else ("x", "y"), others, strict=False):
        if other._data.dtype != self._data.dtype:
            raise TypeError(f"{name}: expected {type_name(self)} for '{label}' (got {type_name(other)})")
    check_in_place(self)
    arrays = [np.broadcast_to(float_of(t._data), self._data.shape) for t in (self, *others)]
    for at in np.ndindex(self._data.shape):
        self._data[at] = element(function(*[a[at].item() for a in arrays]), self._data.dtype)
    self._bump()
    return self


def apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Each element x becomes callable(x)."""
    return _called("apply_", self, (), callable)


def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Each element x becomes callable(x, y), y the element of a tensor that broadcasts."""
    return _called("map_", self, (tensor,), callable)


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
    """Each element s becomes callable(s, x, y), x and y the elements of tensors that broadcast."""
    return _called("map2_", self, (x, y), callable)
