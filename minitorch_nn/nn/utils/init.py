"""Making a module without drawing its weights."""

from __future__ import annotations

import inspect
from typing import Any

from ...autograd import no_grad
from ...random import fork_rng
from ..modules.module import Module

__all__ = ["skip_init"]


def skip_init(module_cls: type[Module], *args: Any, **kwargs: Any) -> Module:
    """module_cls(*args, **kwargs), for weights that are loaded afterwards: no random number is used up.

    There is no device without memory here as PyTorch has for it: the weights are drawn and the generator is put back.
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with fork_rng(), no_grad():
        return module_cls(*args, **kwargs)
