"""`torch.distributed`: one process, which is what code that asks is told."""

from __future__ import annotations

from ._absent import absent


def is_available() -> bool:
    """False: training runs in one process"""
    return False


def is_initialized() -> bool:
    """False"""
    return False


__getattr__ = absent(__name__, globals())
