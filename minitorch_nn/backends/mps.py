"""`torch.backends.mps`: there is no such GPU here."""

from __future__ import annotations


def is_available() -> bool:
    """False"""
    return False


def is_built() -> bool:
    """False"""
    return False
