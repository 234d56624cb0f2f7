"""`torch.serialization`: where PyTorch keeps load and save."""

from __future__ import annotations

from ._absent import absent
from .io import load as load
from .io import save as save

__getattr__ = absent(__name__, globals())
