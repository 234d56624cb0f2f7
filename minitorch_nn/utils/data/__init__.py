"""`minitorch_nn.data` under PyTorch's name."""

from __future__ import annotations

from ..._absent import absent
from ...data import *  # noqa: F403
from . import dataloader as dataloader
from . import dataset as dataset
from . import distributed as distributed
from . import sampler as sampler

__getattr__ = absent(
    __name__,
    globals(),
    IterDataPipe="write an IterableDataset",
    MapDataPipe="write a Dataset",
    DFIterDataPipe="write an IterableDataset",
)
