"""DataLoader: batches of a dataset, in a sampler's order, loaded by the caller or ahead of it by threads."""

from __future__ import annotations

import itertools
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

from ..random import Generator
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, draw_seed
from .threads import Fetcher, Workers

T_co = TypeVar("T_co", covariant=True)


class _EndlessSampler(Sampler[None]):
    """None forever: an IterableDataset says itself when it ends."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


class DataLoader(Generic[T_co]):
    """Batches of `dataset`: `for images, labels in DataLoader(dataset, batch_size=64, shuffle=True): …`.

    dataset: anything with `__getitem__` and `__len__`, or an IterableDataset. If it has `__getitems__`, whole batches
        are asked for at once.
    batch_size: samples per batch; None: samples come one by one, uncollated.
    shuffle: a new random order each epoch; drop_last: leave out a shorter last batch.
    sampler, batch_sampler: yield indices, or lists of indices, in place of the above.
    num_workers: 0 loads each batch when it is asked for; n > 0 starts n threads that load up to `prefetch_factor`
        (default 2) batches each ahead of the caller. Threads, where PyTorch has processes: NumPy and Pillow let other
        threads run while they work, nothing is pickled or copied, and the workers see the caller's own objects. Each
        has a shallow copy of the dataset. Batches come in the sampler's order.
    collate_fn: makes a batch of a list of samples; default `default_collate`.
    timeout: seconds to wait for a batch from a worker; 0 waits for ever.
    worker_init_fn: called with the worker's number in each worker when it starts.
    generator: draws the order and the workers' seeds, in place of the default generator.
    persistent_workers: keep the threads, and the state of their generators, from one epoch to the next.
    pin_memory, pin_memory_device: accepted for the sake of PyTorch's code; without an accelerator they do nothing, and
        a warning says so, as in PyTorch.

    Random numbers: starting an epoch draws one seed (`base_seed`), then RandomSampler another, as in PyTorch, so the
    batches of a shuffling loader follow from `manual_seed` alone. Worker w seeds a generator with `base_seed + w` and
    loads batches w, w + n, w + 2n, …; the random transforms of this package draw from it. So what they draw does not
    depend on timing, and is what PyTorch's worker processes draw. Random numbers that a dataset takes from elsewhere
    (`numpy.random`, `random`) are shared by all threads: use `get_worker_info().rng` instead.

    An exception in a worker is raised again in the caller, of the same type, with the worker's number and traceback in
    its text and the original as its `__cause__`; the loader can be iterated further. Leaving a loop early ends the
    threads.

    Raises ValueError or TypeError for contradicting arguments; NotImplementedError for `multiprocessing_context` (the
    workers are threads) and for `in_order=False` with workers.
    """

    __initialized = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing."
                "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
            )
        if prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError("prefetch_factor option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        if multiprocessing_context is not None:
            if num_workers == 0:
                raise ValueError(
                    "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
                    f"but got num_workers={num_workers}"
                )
            raise NotImplementedError(
                "multiprocessing_context: the workers of this DataLoader are threads; leave it out"
            )
        if not in_order and num_workers > 0:
            raise NotImplementedError("in_order=False: this DataLoader always keeps the sampler's order")

        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self._iterable = isinstance(dataset, IterableDataset)

        if self._iterable:
            unwanted = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
            for name, value in unwanted.items():
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                    )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")

        if sampler is None and self._iterable:
            sampler = _EndlessSampler()
        elif sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)

        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.persistent_workers = persistent_workers
        self.__initialized = True
        self._length_told: int | None = None  # what len(self) said of an IterableDataset, to warn if it was wrong
        self._iterator: _LoaderIterator | None = None
        _warn_of_too_many(num_workers)

    def __setattr__(self, attr: str, value: Any) -> None:
        fixed = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")
        if self.__initialized and attr in fixed:
            raise ValueError(f"{attr} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(attr, value)

    def __iter__(self) -> Iterator[Any]:
        if not self.persistent_workers:
            return _LoaderIterator(self)
        if self._iterator is None:
            self._iterator = _LoaderIterator(self)
        else:
            self._iterator.restart(self)
        return self._iterator

    def __len__(self) -> int:
        """The number of batches. For an IterableDataset, what its own `__len__` promises."""
        if not self._iterable:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]
        length = self._length_told = len(self.dataset)
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else math.ceil(length / self.batch_size)


class _LoaderIterator:
    """One pass over a loader. With workers, at most `prefetch_factor * num_workers` batches are under way.

    It does not hold the loader, which may hold it: then dropping the loader ends the workers at once.
    """

    def __init__(self, loader: DataLoader[Any]) -> None:
        if loader.pin_memory:
            if loader.pin_memory_device:
                warnings.warn(
                    "pin_memory_device is deprecated, the current accelerator will be used as the device,"
                    f"ignore pin_memory_device='{loader.pin_memory_device}'.",
                    stacklevel=3,
                )
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=3,
            )
        if loader.num_workers == 0 and loader.timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        make_fetcher = partial(
            Fetcher,
            iterable=loader._iterable,
            batched=loader.batch_sampler is not None,
            collate_fn=loader.collate_fn,
            drop_last=loader.drop_last,
        )
        self._dataset = loader.dataset
        self._begin(loader)
        base_seed = draw_seed(loader.generator)
        self._workers: Workers | None = None
        if loader.num_workers:
            self._workers = Workers(loader, base_seed, make_fetcher)
            self.restart(loader)
        else:
            self._fetcher = make_fetcher(loader.dataset)

    def _begin(self, loader: DataLoader[Any]) -> None:
        self._order = loader.sampler if loader.batch_sampler is None else loader.batch_sampler
        self._indices = iter(self._order)
        self._length_told = loader._length_told
        self._yielded = 0

    def restart(self, loader: DataLoader[Any]) -> None:
        """Begin a pass with the workers that are there; they go on with the random state they have."""
        assert self._workers is not None
        self._begin(loader)
        self._workers.begin(self._indices)

    def __iter__(self) -> _LoaderIterator:
        return self

    def __next__(self) -> Any:
        if self._workers is None:
            batch = self._fetcher.fetch(next(self._indices))
        else:
            batch = self._workers.next_batch()
        self._yielded += 1
        if self._length_told is not None and self._yielded > self._length_told:
            warnings.warn(
                f"Length of IterableDataset {self._dataset} was reported to be {self._length_told}"
                f"(when accessing len(dataloader)), but {self._yielded} samples have been fetched. ",
                stacklevel=2,
            )
        return batch

    def __len__(self) -> int:
        return len(self._order)  # type: ignore[arg-type]


def _warn_of_too_many(num_workers: int) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if num_workers > cores:
        warnings.warn(
            f"This DataLoader will create {num_workers} worker threads in total. Our suggested max number of worker "
            f"in current system is {cores}, which is smaller than what this DataLoader is going to create. Please be "
            "aware that excessive worker creation might get DataLoader running slow or even freeze, lower the worker "
            "number to avoid potential slowness/freeze if necessary.",
            stacklevel=3,
        )
