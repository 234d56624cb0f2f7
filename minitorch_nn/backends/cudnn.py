"""`torch.backends.cudnn`: its switches may be set and have no effect: there is no GPU."""

from __future__ import annotations

enabled = True
benchmark = False
benchmark_limit = 10
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """False"""
    return False


def version() -> None:
    """None: there is no cuDNN"""
