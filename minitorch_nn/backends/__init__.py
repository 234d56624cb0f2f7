"""Which library does the heavy work: `kernels` is the backend in use, `describe()` says which and why.

A backend is a module with the functions of `minitorch_nn.backends.numpy`, pure functions on NumPy arrays. It is chosen
once, here: the first of `BACKENDS` that can run, unless the environment variable MINITORCH_NN_BACKEND or `use(name)` says
which. Operations call `backends.kernels.conv2d(…)` and know nothing of the choice.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType

from . import cuda as cuda
from . import cudnn as cudnn
from . import mkldnn as mkldnn
from . import mps as mps

BACKENDS = ("onednn", "numpy")  # names of the modules of this package, the preferred one first
_ENVIRONMENT = "MINITORCH_NN_BACKEND"


def _load(name: str) -> ModuleType:
    if name not in BACKENDS:
        raise ValueError(f"unknown backend {name!r}; the backends are {', '.join(map(repr, BACKENDS))}")
    return importlib.import_module(f".{name}", __name__)


def use(name: str) -> None:
    """Make the backend called `name` the one in use.

    Raises:
        ValueError: there is no backend of this name.
        ImportError: it can't run here; nothing falls back to another one.
    """
    global kernels
    kernels = _load(name)


def current() -> str:
    """The name of the backend in use."""
    return kernels.__name__.rpartition(".")[2]


def describe() -> str:
    """Which backend is in use, with how many threads, and why a preferred one is not.

    >>> describe().split(":")[0] in BACKENDS
    True
    """
    return "; ".join([f"{current()}: {kernels.describe()}", *(f"{name} is not used: {why}" for name, why in _refused)])


def _choose() -> ModuleType:
    asked = os.environ.get(_ENVIRONMENT)
    if asked is not None:
        return _load(asked)
    for name in BACKENDS[:-1]:
        try:
            return _load(name)
        except (ImportError, RuntimeError) as error:
            _refused.append((name, str(error)))
    return _load(BACKENDS[-1])


_refused: list[tuple[str, str]] = []
kernels: ModuleType = _choose()
