"""A module as a function of its parameters and buffers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...tensor import Tensor
from ..modules.module import Module

__all__ = ["functional_call"]


@contextmanager
def replaced(module: Module, given: dict[str, Tensor], tie_weights: bool, strict: bool) -> Iterator[None]:
    """Let the module hold the given tensors within the block"""
    places: dict[str, tuple[dict[str, Any], str]] = {}
    for prefix, part in module.named_modules(remove_duplicate=False):
        stores: tuple[dict[str, Any], ...] = (part._parameters, part._buffers)  # type: ignore[assignment]
        for store in stores:
            for name, t in store.items():
                if t is not None:
                    places[f"{prefix}.{name}" if prefix else name] = (store, name)
    groups: dict[int, list[str]] = {}
    for full, (store, name) in places.items():
        groups.setdefault(id(store[name]), []).append(full)
    new = dict(given)
    for full in given if tie_weights else ():
        if full in places:
            store, name = places[full]
            for other in groups[id(store[name])]:
                new.setdefault(other, given[full])
    unexpected, missing = sorted(given.keys() - places.keys()), sorted(places.keys() - new.keys())
    if strict and (unexpected or missing):
        text = f"Error(s) in reparametrizing for {type(module).__name__}:"
        if unexpected:
            text += "\n\tUnexpected key(s): " + ", ".join(map(repr, unexpected)) + "."
        if missing:
            text += "\n\tMissing key(s): " + ", ".join(map(repr, missing)) + "."
        raise RuntimeError(text)
    before = []
    try:
        for full, t in new.items():
            if full in places:
                store, name = places[full]
                before.append((store, name, store[name]))
                store[name] = t
        yield
    finally:
        for store, name, t in reversed(before):
            store[name] = t


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """module(*args, **kwargs) with the given tensors in place of its parameters and buffers of those names.

    Deprecated in PyTorch, and warns: `func.functional_call` does the same.
    """
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future "
        "version of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with replaced(module, parameters_and_buffers, tie_weights, strict):
        return module(*arguments, **(kwargs or {}))
