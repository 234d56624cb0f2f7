"""Arguments that are one number or one per spatial axis; the names of a state dict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["consume_prefix_in_state_dict_if_present"]


def _ntuple(value: Any, n: int) -> tuple[Any, ...]:
    """`value` as a tuple of n: a number is repeated, anything iterable is taken as it is."""
    return tuple(value) if isinstance(value, Iterable) else (value,) * n


def _single(value: Any) -> tuple[Any, ...]:
    return _ntuple(value, 1)


def _pair(value: Any) -> tuple[Any, ...]:
    return _ntuple(value, 2)


def _quadruple(value: Any) -> tuple[Any, ...]:
    return _ntuple(value, 4)


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Take `prefix` ("module.") off the names of a state dict, in place: those of a model that was wrapped to train it."""
    for key in list(state_dict):
        if key.startswith(prefix):
            state_dict[key.removeprefix(prefix)] = state_dict.pop(key)
    metadata: dict[str, Any] = getattr(state_dict, "_metadata", {})
    for key in list(metadata):
        if key and (key == prefix.replace(".", "") or key.startswith(prefix)):
            metadata[key[len(prefix) :]] = metadata.pop(key)
