"""`torch.jit`: nothing is scripted or traced here, so code that asks takes its plain branch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ._absent import absent

F = TypeVar("F", bound=Callable[..., Any])


def is_scripting() -> bool:
    """False"""
    return False


def is_tracing() -> bool:
    """False"""
    return False


def ignore(fn: F) -> F:
    """fn: a mark for the script compiler, of which there is none"""
    return fn


unused = export = ignore

__getattr__ = absent(__name__, globals())
