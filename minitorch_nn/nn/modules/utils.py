"""Arguments that are one number or one per spatial axis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__: list[str] = []


def _ntuple(value: Any, n: int) -> tuple[Any, ...]:
    """`value` as a tuple of n: a number is repeated, anything iterable is taken as it is."""
    return tuple(value) if isinstance(value, Iterable) else (value,) * n


def _single(value: Any) -> tuple[Any, ...]:
    return _ntuple(value, 1)


def _pair(value: Any) -> tuple[Any, ...]:
    return _ntuple(value, 2)


def _quadruple(value: Any) -> tuple[Any, ...]:
    return _ntuple(value, 4)
