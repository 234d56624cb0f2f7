"""`torch.nn`: layers, models, losses, initialisation."""

from __future__ import annotations

from .._absent import absent
from . import attention as attention
from . import functional as functional
from . import init as init
from . import modules as modules
from . import parallel as parallel
from . import utils as utils
from .modules import *  # noqa: F403
from .parallel import DataParallel as DataParallel
from .parameter import Buffer as Buffer
from .parameter import Parameter as Parameter

__getattr__ = absent(__name__, globals())
from .uninitialized import UninitializedBuffer as UninitializedBuffer
from .uninitialized import UninitializedParameter as UninitializedParameter
