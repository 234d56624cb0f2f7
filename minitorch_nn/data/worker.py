"""Who is loading: what a DataLoader's worker thread knows of itself, and the random numbers it draws.

Threads share one process, and so one default generator; drawing from it in several threads would make the numbers
depend on which thread came first. So each worker has generators of its own, seeded from the loader's `base_seed` and
its number, and every draw in its thread is from them.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..random import Generator, use_generator


@dataclass(frozen=True, slots=True)
class WorkerRNG:
    """The random generators of one worker. A dataset's own code should draw from these, not from the global ones."""

    random_generator: random.Random
    torch_generator: Generator
    numpy_generator: np.random.Generator


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """id: 0 to num_workers - 1; seed: base_seed + id; dataset: the worker's own shallow copy; rng: its generators."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: WorkerRNG
    worker_method: str = "thread"


_this_thread = threading.local()


def get_worker_info() -> WorkerInfo | None:
    """What this worker is, or None outside a DataLoader's worker."""
    return getattr(_this_thread, "info", None)


def become_worker(id: int, num_workers: int, base_seed: int, dataset: Any) -> None:
    """Make the calling thread worker `id`."""
    seed = base_seed + id
    rng = WorkerRNG(random.Random(seed), Generator(), np.random.default_rng([base_seed, id]))
    rng.torch_generator.manual_seed(seed)
    use_generator(rng.torch_generator)
    _this_thread.info = WorkerInfo(id, num_workers, seed, dataset, rng)
