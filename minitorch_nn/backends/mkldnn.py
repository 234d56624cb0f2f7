"""`torch.backends.mkldnn`: PyTorch's name for oneDNN; which library works here says `backends.describe()`."""

from __future__ import annotations


def is_available() -> bool:
    """False"""
    return False
