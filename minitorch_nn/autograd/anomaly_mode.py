"""Anomaly mode: a backward pass that fails, or gives nan, tells the line of forward code that is to blame."""

from __future__ import annotations

import warnings
from types import TracebackType

from .observe import observers


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return observers.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode, where on, looks for nan."""
    return observers.check_nan


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Turn anomaly mode on or off for good, see `set_detect_anomaly`."""
    _set(enabled, check_nan)


class set_detect_anomaly:
    """Turn anomaly mode on or off: as a plain call for good, as a context manager until its end.

    While it is on, every recorded operation remembers the traceback that led to it (as text, in the node's `metadata`),
    and where backward raises, a warning shows that of the operation concerned. With `check_nan`, a gradient with nan
    in it raises too. It costs nothing when off, and much time when on.

    >>> import minitorch_nn as torch
    >>> x = torch.zeros(1, requires_grad=True)
    >>> with torch.autograd.set_detect_anomaly(True, check_nan=False):
    ...     (x.sqrt() * 0).backward()
    >>> x.grad
    tensor([nan])
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.prev = observers.anomaly, observers.check_nan
        _set(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        _set(*self.prev)


class detect_anomaly:
    """Anomaly mode for a `with` block, see `set_detect_anomaly`; warns that it is slow."""

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self.prev = observers.anomaly, observers.check_nan
        _set(True, self.check_nan)

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        _set(*self.prev)


def _set(mode: bool, check_nan: bool) -> None:
    observers.anomaly, observers.check_nan = bool(mode), bool(check_nan)
    observers.changed()
