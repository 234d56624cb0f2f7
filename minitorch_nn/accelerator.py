"""`torch.accelerator`: there is none, the CPU does it all."""

from __future__ import annotations

from typing import Any, NoReturn

from ._absent import absent


def is_available() -> bool:
    """False"""
    return False


def device_count() -> int:
    """0"""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """None: so the usual `accelerator.current_accelerator().type if accelerator.is_available() else "cpu"` is "cpu\""""


def _none(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises RuntimeError: there is no accelerator."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


current_device_index = current_device_idx = current_stream = _none
set_device_index = set_device_idx = set_stream = synchronize = _none

__getattr__ = absent(__name__, globals())
