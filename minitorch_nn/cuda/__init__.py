"""What scripts ask before they use a GPU: there is none.

Questions are answered (`is_available()` is False), seeds and clearings of all GPUs do nothing, and what needs a GPU
raises.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

from .._absent import absent


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


def seed_all() -> None:
    """Seeds all GPUs, of which there are none."""


seed = seed_all


def empty_cache() -> None:
    """Frees the GPUs' unused memory, of which there is none."""


def memory_allocated(device: Any = None) -> int:
    """0"""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """Empty"""
    return OrderedDict()


def get_rng_state_all() -> list[Any]:
    """The states of all GPUs' generators: []"""
    return []


def set_rng_state_all(new_states: list[Any]) -> None:
    """Sets the generators of all GPUs, of which there are none."""


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Has no effect: there is no generator to set."""


def get_arch_list() -> list[str]:
    """The kinds of GPU that are supported: []"""
    return []


class OutOfMemoryError(RuntimeError):
    """A GPU's memory is used up. Never raised here: it is for `except torch.cuda.OutOfMemoryError`."""


class Stream:
    """Raises RuntimeError: there is no GPU."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("torch.cuda.Stream requires CUDA support")


class Event:
    """Raises RuntimeError: there is no GPU."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("Tried to instantiate dummy base class Event")


def stream(stream: Any) -> AbstractContextManager[Any]:
    """A context that changes nothing for None; no other stream can exist."""
    return nullcontext() if stream is None else _none()


class device:
    """A context in which another GPU is the current one: may be made, but entering it raises RuntimeError."""

    def __init__(self, device: Any) -> None:
        self.idx = device

    def __enter__(self) -> None:
        raise RuntimeError("PyTorch was compiled without CUDA support")

    def __exit__(self, *exception: Any) -> None:
        pass


def _none(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises AssertionError: there is no GPU."""
    raise AssertionError(
        "Torch not compiled with CUDA enabled\n"
        "minitorch_nn computes on the CPU only: ask torch.cuda.is_available() first, which is False"
    )


set_device = current_device = synchronize = get_device_name = get_device_properties = get_device_capability = _none
current_stream = default_stream = get_rng_state = initial_seed = init = mem_get_info = ipc_collect = _none
reset_peak_memory_stats = reset_accumulated_memory_stats = set_per_process_memory_fraction = _none

if TYPE_CHECKING:
    from . import amp as amp

__getattr__ = absent(__name__, globals(), {"amp": ""})
