"""Switches of PyTorch's that scripts set at their start. What has no effect here says so in its docstring."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from .backends.numpy import parallel
from .device import CPU, check_device, device

__all__ = [
    "are_deterministic_algorithms_enabled",
    "compile",
    "get_default_device",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "get_num_threads",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_warn_always_enabled",
    "set_default_device",
    "set_float32_matmul_precision",
    "set_num_interop_threads",
    "set_num_threads",
    "set_warn_always",
    "use_deterministic_algorithms",
]

_compile_said = False
_deterministic = {"mode": False, "warn_only": False}
_precision = "highest"
_interop_threads = 1
_warn_always = False


def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str = "inductor",
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    disable: bool = False,
    **later: Any,
) -> Any:
    """The model or function itself: there is no compiler here, which the first call says in a warning.

    All options are harmless: they choose how PyTorch compiles, not what is computed.
    """
    global _compile_said
    if later:
        raise TypeError(f"compile() got an unexpected keyword argument '{next(iter(later))}'")
    if model is None:
        return compile
    if not callable(model):
        raise RuntimeError(f"torch.compile() takes a callable, but got {type(model).__name__}")
    if not _compile_said and not disable:
        _compile_said = True
        warnings.warn(
            "torch.compile returns its argument: minitorch_nn has no compiler, the code runs as it is written",
            stacklevel=2,
        )
    return model


def get_num_threads() -> int:
    """The number of threads that the kernels use."""
    return parallel.get_num_threads()


def set_num_threads(num: int) -> None:
    """Let the kernels use `num` threads. Raises RuntimeError for less than one."""
    if isinstance(num, bool) or not isinstance(num, int):
        raise RuntimeError(f"set_num_threads expects an int, but got {type(num).__name__}")
    if num < 1:
        raise RuntimeError("set_num_threads expects a positive integer")
    parallel.set_num_threads(num)


def get_num_interop_threads() -> int:
    """1, or what was set: operations run one after the other."""
    return _interop_threads


def set_num_interop_threads(num: int) -> None:
    """No effect, and harmless: operations run one after the other."""
    global _interop_threads
    if num < 1:
        raise RuntimeError("set_num_interop_threads expects a positive integer")
    _interop_threads = num


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Remembered, and harmless: every operation gives the same result each time it runs."""
    _deterministic.update(mode=bool(mode), warn_only=bool(warn_only))


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was told."""
    return _deterministic["mode"]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """What `use_deterministic_algorithms` was told of `warn_only`."""
    return _deterministic["warn_only"]


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was told; "highest" until then."""
    return _precision


def set_float32_matmul_precision(precision: str) -> None:
    """Remembered, and harmless: products of float32 are float32's own here, whatever less precision is allowed."""
    global _precision
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"{precision} is not one of 'highest', 'high' or 'medium'")
    _precision = precision


def get_default_device() -> device:
    """The CPU."""
    return CPU


def set_default_device(device: Any) -> None:
    """Nothing for the CPU (or None). Raises RuntimeError for any other device."""
    check_device(device)


def set_warn_always(b: bool, /) -> None:
    """Remembered, and harmless: warnings here are Python's own, whose filters say how often each is shown."""
    global _warn_always
    if not isinstance(b, bool):
        raise TypeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    _warn_always = b


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was told."""
    return _warn_always
