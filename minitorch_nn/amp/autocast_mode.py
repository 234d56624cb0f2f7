"""`autocast`, which is always off here."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from ..dtypes import bfloat16, dtype, float16

_FAST = {"cpu": bfloat16, "cuda": float16, "mps": float16, "xpu": float16}
_LOW = (bfloat16, float16)


def is_autocast_available(device_type: str) -> bool:
    """Whether `autocast(device_type)` can be made: for the CPU, and (then off, with a warning) for a GPU"""
    return device_type in _FAST


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """False: autocast is never on"""
    return False


def get_autocast_dtype(device_type: str) -> dtype:
    """The dtype that `autocast(device_type)` would compute in: bfloat16 for the CPU, float16 for a GPU"""
    if device_type not in _FAST:
        raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
    return _FAST[device_type]


class autocast:
    """A context manager, or decorator, that changes nothing: off by `enabled=False`, or for want of a GPU.

    device_type: "cuda", which is turned off with PyTorch's warning, or "cpu". dtype: bfloat16 or float16; others are
    turned off with PyTorch's warning.

    Raises NotImplementedError for an enabled autocast of the CPU: NumPy has no fast arithmetic in 16 bits. Raises
    RuntimeError for an unknown device, ValueError for one that is no str.

    >>> import minitorch_nn as torch
    >>> with torch.autocast("cpu", enabled=False):
    ...     print(torch.ones(1).dtype)
    torch.float32
    """

    def __init__(
        self, device_type: str, dtype: dtype | None = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        if not is_autocast_available(device_type):
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        self.device = device_type
        self._cache_enabled = cache_enabled is not False
        if enabled and device_type == "cuda":
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)
        elif enabled and self.fast_dtype not in _LOW:
            device = device_type.upper()
            warnings.warn(
                f"In {device} autocast, but the target dtype is not supported. Disabling autocast.\n"
                f"{device} Autocast only supports dtypes of {', '.join(map(str, _LOW))} currently.",
                stacklevel=2,
            )
        elif enabled:
            raise NotImplementedError(
                f"autocast('{device_type}', dtype={self.fast_dtype}) is not supported: NumPy has no fast 16-bit "
                "arithmetic.\nTrain in float32: pass enabled=False, or leave autocast out"
            )
        self._enabled = False

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """`func` under this autocast, that is, as it is"""
        if not callable(func):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(func).__name__}. "
                f"Did you mean to use autocast as a context manager? For example:\n"
                f"    with torch.autocast(device_type=...):\n"
                f"        output = model(input)"
            )

        @functools.wraps(func)
        def under_autocast(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return under_autocast


def _check_type(device_type: str) -> None:
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: dtype | None = None
) -> Callable[..., Any]:
    """A decorator of the forward of a `Function`: notes on ctx that autocast was off; casts nothing then"""
    _check_type(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    forward = fwd

    @functools.wraps(forward)
    def decorate_fwd(*args: Any, **kwargs: Any) -> Any:
        args[0]._dtype = get_autocast_dtype(device_type)
        args[0]._fwd_used_autocast = False
        return forward(*args, **kwargs)

    return decorate_fwd


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Callable[..., Any]:
    """A decorator of the backward of a `Function` whose forward has `custom_fwd`: runs it as its forward ran"""
    _check_type(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)
    return bwd
