"""What scripts ask before they use a GPU: there is none.

Questions are answered (`is_available()` is False), seeds and clearings of all GPUs do nothing, and what needs a GPU
raises.
"""

from __future__ import annotations

from typing import Any, NoReturn

from ._absent import absent


def is_available() -> bool:
    """False: minitorch_nn computes on the CPU"""
    return False


is_initialized = is_available


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False"""
    return False


def device_count() -> int:
    """0"""
    return 0


def manual_seed_all(seed: int) -> None:
    """Seeds all GPUs, of which there are none."""


manual_seed = manual_seed_all


def empty_cache() -> None:
    """Frees the GPUs' unused memory, of which there is none."""


def memory_allocated(device: Any = None) -> int:
    """0"""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def get_rng_state_all() -> list[Any]:
    """The states of all GPUs' generators: []"""
    return []


def _none(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises AssertionError: there is no GPU."""
    raise AssertionError(
        "Torch not compiled with CUDA enabled\n"
        "minitorch_nn computes on the CPU only: ask torch.cuda.is_available() first, which is False"
    )


set_device = current_device = synchronize = get_device_name = get_device_properties = get_device_capability = _none
current_stream = get_rng_state = set_rng_state = reset_peak_memory_stats = _none

__getattr__ = absent(__name__, globals())
