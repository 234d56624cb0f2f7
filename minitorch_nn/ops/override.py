"""`__torch_function__`: objects that are no tensors, and say themselves what an operation makes of them.

They are looked for where an operation has failed with its arguments, so that a call with tensors costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..autograd.variable import TensorBase


def _all(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[Any]:
    """The arguments, and the elements of those that are sequences"""
    for x in (*args, *kwargs.values()):
        if isinstance(x, (tuple, list)):
            yield from x
        else:
            yield x


def overriding(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """Those of the arguments that have `__torch_function__`, one of each type, subclasses before their bases."""
    found: list[Any] = []
    for x in _all(args, kwargs):
        kind = type(x)
        if isinstance(x, TensorBase) or not hasattr(kind, "__torch_function__") or kind in map(type, found):
            continue
        at = next((i for i, other in enumerate(found) if issubclass(kind, type(other))), len(found))
        found.insert(at, x)
    return found


def overridden(
    function: Callable[..., Any], found: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
) -> Any:
    """What the first of `found` returns that takes the operation. Raises TypeError if none does.

    function: what the user called, and the objects may ask for. name: its name in the error.
    """
    types = tuple(map(type, found))
    for x in found:
        result = x.__torch_function__(function, types, args, kwargs or None)
        if result is not NotImplemented:
            return result
    lines = "".join(f"\n  - {x if isinstance(x, type) else f'tensor subclass {type(x)}'}" for x in found)
    raise TypeError(
        f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented:\n{lines}"
    )
