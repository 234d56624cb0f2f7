"""`torch.nn`: layers, models, losses, initialisation."""

from __future__ import annotations

from . import functional, init, modules, utils
from .modules import *  # noqa: F403
from .parameter import Buffer, Parameter
