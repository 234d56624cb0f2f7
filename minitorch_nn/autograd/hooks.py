"""Hooks: functions that are called when something happens, in the order in which they were registered."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from ..dtypes import from_numpy
from .variable import TensorBase

if TYPE_CHECKING:
    from ..tensor import Tensor

Hooks = OrderedDict[int, Callable[..., Any]]
_ids = count()


class RemovableHandle:
    """What `register_hook` returns: `remove()` takes the hook out again. Also a context manager."""

    def __init__(self, hooks: Hooks) -> None:
        self.id = next(_ids)
        self._hooks = weakref.ref(hooks)

    def remove(self) -> None:
        """Take the hook out; a second call does nothing."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


def add_hook(hooks: Hooks, hook: Callable[..., Any]) -> RemovableHandle:
    """Register `hook` in `hooks`."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def new_hooks() -> Hooks:
    """An empty collection of hooks."""
    return OrderedDict()


def check_one(hook: Callable[..., Any], old: Any, new: Any) -> None:
    """Raise unless `new` may take the place of the gradient `old`: nothing can take that of None."""
    if old is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if not isinstance(new, TensorBase):
        raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
    name = getattr(hook, "__name__", "<unknown>")
    if new._data.dtype != old._data.dtype:
        was, got = (f"torch.{from_numpy(t._data.dtype).type_name}Tensor" for t in (old, new))
        raise RuntimeError(f"hook '{name}' has changed the type of value (was {was} got {got})")
    if new._data.shape != old._data.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def hook_result(hook: Callable[..., Any], old: tuple[Any, ...], new: Any) -> tuple[Any, ...]:
    """What a node's hook returned for the gradients `old`, as a tuple; raises unless it fits them."""
    if not isinstance(new, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(new).__name__}'")
    if len(new) != len(old):
        raise RuntimeError(
            f"hook '{getattr(hook, '__name__', '<unknown>')}' has returned an incorrect number of values (got {len(new)}, "
            f"but expected {len(old)})"
        )
    for was, now in zip(old, new, strict=True):
        if now is not None:
            check_one(hook, was, now)
    return new


def run_hooks(hooks: Hooks, g: Tensor | None) -> Tensor | None:
    """Run tensor hooks in order; each may replace the gradient. They are told of a missing one, too, as None."""
    for hook in list(hooks.values()):
        new = hook(g)
        if new is not None:
            check_one(hook, g, new)
            g = new
    return g
