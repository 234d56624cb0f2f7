"""Hooks: functions that are called when something happens, in the order in which they were registered."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

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


def hook_result(hook: Callable[..., Any], new: Any, expected: int) -> tuple[Any, ...]:
    """What a node's hook returned, as a tuple of as many gradients as the node has."""
    if isinstance(new, TensorBase):
        new = (new,)
    if not isinstance(new, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(new).__name__}'")
    if len(new) != expected:
        raise RuntimeError(
            f"hook '{getattr(hook, '__name__', hook)}' has returned an incorrect number of values (got {len(new)}, but "
            f"expected {expected})"
        )
    return new


def run_hooks(hooks: Hooks, g: Tensor) -> Tensor:
    """Run tensor hooks in order; each may replace the gradient."""
    for hook in list(hooks.values()):
        new = hook(g)
        if new is not None:
            if not isinstance(new, TensorBase):
                raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
            if new.shape != g.shape:  # type: ignore[attr-defined]
                raise RuntimeError(f"hook '{getattr(hook, '__name__', hook)}' has changed the size of value")
            g = new  # type: ignore[assignment]
    return g
