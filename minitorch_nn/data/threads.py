"""The worker threads of a DataLoader: who loads which batch, in what order they come back, and how they end."""

from __future__ import annotations

import contextlib
import copy
import itertools
import queue
import threading
import traceback
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

from .worker import become_worker

if TYPE_CHECKING:
    from .dataloader import DataLoader

_POLL_SECONDS = 1.0  # how often a waiting caller looks whether the worker still lives
_END_SECONDS = 5.0  # how long to wait for workers to finish the batch they are at when the loop is left


class Fetcher:
    """Loads the batches of one pass: from indices, or, for an iterable dataset, the samples that come next."""

    def __init__(
        self, dataset: Any, iterable: bool, batched: bool, collate_fn: Callable[[Any], Any], drop_last: bool
    ) -> None:
        self.dataset, self.iterable, self.batched = dataset, iterable, batched
        self.collate_fn, self.drop_last = collate_fn, drop_last
        self._stream: Iterator[Any] | None = None

    def fetch(self, index: Any) -> Any:
        """The batch for `index`: a list of indices, or one index if not batched; for an iterable dataset the length of
        the list counts. Raises StopIteration at the end of an iterable dataset."""
        if self.iterable:
            return self.collate_fn(self._next_samples(len(index)) if self.batched else next(self._samples()))
        if not self.batched:
            return self.collate_fn(self._sample(index))
        if getattr(self.dataset, "__getitems__", None):
            return self.collate_fn(self.dataset.__getitems__(index))
        return self.collate_fn([self._sample(i) for i in index])

    def _sample(self, index: Any) -> Any:
        try:
            return self.dataset[index]
        except Exception as error:
            error.add_note(f"This was sample {index!r} of the dataset.")
            raise

    def _samples(self) -> Iterator[Any]:
        if self._stream is None:
            self._stream = iter(self.dataset)
        return self._stream

    def _next_samples(self, count: int) -> list[Any]:
        samples = list(itertools.islice(self._samples(), count))
        if len(samples) < count:
            self._stream = iter(())  # what has ended stays ended
            if not samples or self.drop_last:
                raise StopIteration
        return samples


class _Failure:
    """An exception on its way from a worker to the caller."""

    def __init__(self, error: BaseException, worker_id: int) -> None:
        self.error, self.worker_id = error, worker_id

    def reraise(self) -> NoReturn:
        """Raise an exception of the same type that says where it comes from; its `__cause__` is the original.

        RuntimeError stands in for a type that can't be made from a text alone, and for StopIteration, which would end
        the caller's loop as if all were well.
        """
        kind = type(self.error)
        text = "".join(traceback.format_exception(self.error))
        message = f"Caught {kind.__name__} in DataLoader worker thread {self.worker_id}.\nOriginal {text}"
        error: BaseException = RuntimeError(message)
        if not issubclass(kind, StopIteration):
            with contextlib.suppress(Exception):
                error = kind(_Verbatim(message) if issubclass(kind, KeyError) else message)
        raise error from self.error


class _Verbatim(str):
    """A text whose repr is itself: KeyError prints its argument's repr, which would put the traceback on one line."""

    def __repr__(self) -> str:
        return str(self)


_END_OF_STREAM = object()  # a result: this worker's iterable dataset has no more
_NEW_PASS = object()  # a task: begin to read the dataset again
_QUIT = object()  # a task: end


class _Worker(threading.Thread):
    """One thread with its tasks and results. It must hold no reference to the iterator that started it, or that one
    would never be dropped."""

    def __init__(
        self,
        number: int,
        count: int,
        base_seed: int,
        dataset: Any,
        init_fn: Callable[[int], None] | None,
        make_fetcher: Callable[[Any], Fetcher],
    ) -> None:
        # A daemon, because Python waits for all other threads before it runs the exit handlers that end this one.
        super().__init__(name=f"DataLoader worker {number}", daemon=True)
        self._number, self._count, self._base_seed = number, count, base_seed
        self._dataset, self._init_fn, self._make_fetcher = dataset, init_fn, make_fetcher
        self.tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.stopped = False

    def run(self) -> None:
        failure: _Failure | None = None
        try:
            dataset = copy.copy(self._dataset)
            become_worker(self._number, self._count, self._base_seed, dataset)
            if self._init_fn is not None:
                self._init_fn(self._number)
        except BaseException as error:  # whatever happens here is the caller's to see
            failure = _Failure(error, self._number)
        fetcher: Fetcher | None = None
        while (task := self.tasks.get()) is not _QUIT:
            if task is _NEW_PASS and failure is None:
                fetcher = self._make_fetcher(dataset)
            elif task is not _NEW_PASS and not self.stopped:
                self.results.put(self._load(fetcher, task) if fetcher else failure)

    def _load(self, fetcher: Fetcher, task: Any) -> Any:
        """The batch for `task`, or what came instead."""
        try:
            return fetcher.fetch(task)
        except StopIteration as error:
            return _END_OF_STREAM if fetcher.iterable else _Failure(error, self._number)
        except BaseException as error:
            return _Failure(error, self._number)


def _end(workers: list[_Worker]) -> None:
    """Let each worker finish the batch it is at, and wait for that, but not for ever."""
    for worker in workers:
        worker.stopped = True
        worker.tasks.put(_QUIT)
    deadline = monotonic() + _END_SECONDS
    for worker in workers:
        if worker is not threading.current_thread():  # the garbage collector may run this in any thread
            worker.join(max(0.0, deadline - monotonic()))


class Workers:
    """The threads of one loader.

    Batch k is loaded by worker k mod n, so each worker's share, and with it the random numbers it draws, follows from
    the order alone; and the results, taken from the workers in turn, come in that order.
    """

    def __init__(self, loader: DataLoader[Any], base_seed: int, make_fetcher: Callable[[Any], Fetcher]) -> None:
        n = loader.num_workers
        self._ahead = n * (loader.prefetch_factor or 0)
        if self._ahead <= 0:
            raise AssertionError("prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter")
        self._timeout = loader.timeout
        self._persistent = loader.persistent_workers
        self._workers = [
            _Worker(i, n, base_seed, loader.dataset, loader.worker_init_fn, make_fetcher) for i in range(n)
        ]
        for worker in self._workers:
            worker.start()
        self._end = weakref.finalize(self, _end, self._workers)  # when dropped, or else at exit
        self._under_way: deque[_Worker] = deque()  # who loads the next batch, the one after it, …

    def begin(self, indices: Iterator[Any]) -> None:
        """Start a pass over `indices`; what is left of the pass before is thrown away."""
        while self._under_way:
            self._take(self._under_way[0])
            self._under_way.popleft()
        self._indices = indices
        self._turn = deque(self._workers)
        for worker in self._workers:
            worker.tasks.put(_NEW_PASS)
        for _ in range(self._ahead):
            self._send()

    def _send(self) -> None:
        """Give the next indices to the worker whose turn it is."""
        if not self._turn:
            return
        try:
            index = next(self._indices)
        except StopIteration:
            return
        worker = self._turn[0]
        self._turn.rotate(-1)
        worker.tasks.put(index)
        self._under_way.append(worker)

    def _take(self, worker: _Worker) -> Any:
        while True:
            try:
                return worker.results.get(timeout=self._timeout or _POLL_SECONDS)
            except queue.Empty:
                if self._timeout:
                    raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds") from None
                if not worker.is_alive():
                    raise RuntimeError(f"{worker.name} exited unexpectedly") from None

    def next_batch(self) -> Any:
        """The next batch in order. Raises StopIteration at the end, or what the worker raised."""
        while self._under_way:
            worker = self._under_way[0]
            result = self._take(worker)
            self._under_way.popleft()
            if result is _END_OF_STREAM and worker in self._turn:
                self._turn.remove(worker)
            self._send()
            if isinstance(result, _Failure):
                result.reraise()
            if result is not _END_OF_STREAM:
                return result
        if not self._persistent:
            self._end()
        raise StopIteration
