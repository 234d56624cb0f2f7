"""`minitorch_nn.data` under PyTorch's name."""

from __future__ import annotations

from ..._absent import absent
from ...data import *  # noqa: F403

__getattr__ = absent(__name__, globals())
