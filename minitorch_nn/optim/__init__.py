"""Optimizers and learning-rate schedules."""

from typing import TYPE_CHECKING

from .._absent import absent
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .asgd import ASGD
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD

if TYPE_CHECKING:
    from . import lr_scheduler, swa_utils
    from .lbfgs import LBFGS

__all__ = [
    "ASGD", "LBFGS", "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "Optimizer",
    "RAdam", "RMSprop", "Rprop", "lr_scheduler", "swa_utils",
]  # fmt: skip

_LATER = {"LBFGS": "lbfgs", "lbfgs": "", "lr_scheduler": "", "swa_utils": ""}
__getattr__ = absent(__name__, globals(), _LATER, SparseAdam="there are no sparse tensors", Muon="use AdamW")
