"""The share of one of several equal processes in a data set."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..random import Generator
from .sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Indices rank, rank + num_replicas, rank + 2 num_replicas, … of an order that all processes draw alike.

    The order is `randperm` from seed + epoch (call `set_epoch` before each epoch, or every epoch has the same), or
    0, 1, 2, … without `shuffle`. So that all shares are equally long, the first indices come again at the end, or with
    `drop_last` the last ones are left out.

    Raises ValueError for a rank outside 0 to num_replicas - 1; RuntimeError if rank or num_replicas is left out, which
    PyTorch then asks of its process group: there is none here.
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise RuntimeError("Requires distributed package to be available\nGive num_replicas and rank")
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        share = len(dataset) / num_replicas
        self.num_samples = math.floor(share) if drop_last else math.ceil(share)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        if self.shuffle:
            generator = Generator()
            generator.manual_seed(self.seed + self.epoch)
            indices = generator.randperm(n).tolist()
        else:
            indices = list(range(n))
        while indices and len(indices) < self.total_size:
            indices += indices[: self.total_size - len(indices)]
        return iter(indices[self.rank : self.total_size : self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Let the next iteration draw the order of `epoch`."""
        self.epoch = epoch
