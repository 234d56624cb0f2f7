"""`utils`: data sets and loaders, recomputation and DLPack, where PyTorch has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._absent import absent

if TYPE_CHECKING:
    from . import checkpoint as checkpoint
    from . import data as data
    from . import dlpack as dlpack

__getattr__ = absent(__name__, globals(), dict.fromkeys(("checkpoint", "data", "dlpack"), ""))
