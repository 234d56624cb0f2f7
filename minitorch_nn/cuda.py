"""What scripts ask before they use a GPU: there is none."""

from __future__ import annotations


def is_available() -> bool:
    """False: minitorch_nn computes on the CPU"""
    return False


def device_count() -> int:
    """0"""
    return 0


def manual_seed_all(seed: int) -> None:
    """Seeds all GPUs, of which there are none."""


manual_seed = manual_seed_all
