"""`utils`: data sets and loaders, recomputation and DLPack, where PyTorch has them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .._absent import absent
from . import checkpoint as checkpoint
from . import dlpack as dlpack

if TYPE_CHECKING:
    from . import data as data

_absent = absent(__name__, globals())


def __getattr__(name: str) -> Any:
    if name == "data":  # loaded when it is first asked for: Pillow takes a while to import
        return importlib.import_module(".data", __name__)
    return _absent(name)
