"""A worker pool for the heavy kernels, and its agreement with NumPy's BLAS on the number of cores.

A kernel cuts its work into blocks that stay in the L2 cache and hands them to `run`. NumPy releases the interpreter
lock inside copies, ufuncs and matrix products, so plain threads use all cores for the packing as well as for the
products. While they run, the BLAS is held to one thread per call: on narrow matrices (16 to 64 channels) one core per
product measured 1.3 to 1.8 times the rate of one product spread over the cores.

Results do not depend on which thread ran which block: a block writes its own part of the output, or a partial sum of
its own that is added up in the order of the blocks.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np

_ENVIRONMENT = "MINITORCH_NN_NUM_THREADS"


class _Blas:
    """The thread count of the BLAS inside NumPy, reached through the symbols NumPy itself is linked to."""

    def __init__(self) -> None:
        self.set: Callable[[int], Any] | None = None
        self.get: Callable[[], int] | None = None
        try:
            library = ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
        except (AttributeError, OSError):
            return
        for name in (
            "scipy_openblas_{}_num_threads64_",
            "scipy_openblas_{}_num_threads",
            "openblas_{}_num_threads64_",
            "openblas_{}_num_threads",
        ):
            try:
                setter, getter = getattr(library, name.format("set")), getattr(library, name.format("get"))
            except AttributeError:
                continue
            setter.argtypes, setter.restype = (ctypes.c_int,), None
            getter.argtypes, getter.restype = (), ctypes.c_int
            self.set, self.get = setter, getter
            return


class _Job:
    """One call of `run`: the blocks still to do, and the first error."""

    __slots__ = ("error", "finished", "indices", "task")

    def __init__(self, task: Callable[[int], None], count: int) -> None:
        self.task = task
        self.indices = iter(range(count))  # next() on it is atomic under the interpreter lock
        self.error: BaseException | None = None
        self.finished: SimpleQueue[None] = SimpleQueue()

    def work(self) -> None:
        try:
            for index in self.indices:
                if self.error is not None:
                    return
                self.task(index)
        except BaseException as error:  # handed on to the caller of run()
            self.error = error


class _Pool:
    """`size - 1` worker threads beside the calling one; started on first use, forgotten after a fork."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self.started = 0
        self.busy = threading.Lock()

    def _serve(self) -> None:
        while (job := self.jobs.get()) is not None:
            finished = job.finished
            job.work()
            job = (
                None  # a thread that waits must not hold the arrays of the last job: a gradient would be copied for it
            )
            finished.put(None)

    def run(self, task: Callable[[int], None], count: int) -> None:
        while self.started < self.size - 1:
            self.started += 1
            threading.Thread(target=self._serve, name=f"minitorch_nn-{self.started}", daemon=True).start()
        helpers = min(self.size, count) - 1
        job = _Job(task, count)
        for _ in range(helpers):
            self.jobs.put(job)
        job.work()
        for _ in range(helpers):
            job.finished.get()
        if job.error is not None:
            raise job.error

    def stop(self) -> None:
        for _ in range(self.started):
            self.jobs.put(None)


class _OneThreadBlas:
    """Holds the BLAS to one thread per call while any thread of the program is inside."""

    def __init__(self) -> None:
        self.inside = 0
        self.lock = threading.Lock()

    def __enter__(self) -> None:
        with self.lock:
            if not self.inside and _blas.set is not None:
                _blas.set(1)
            self.inside += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside and _blas.set is not None:
                _blas.set(_pool.size)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _initial_size() -> int:
    asked = os.environ.get(_ENVIRONMENT)
    if asked is None:
        return min(_cores(), _blas.get()) if _blas.get is not None else 1
    if not asked.isdigit() or int(asked) < 1:
        raise ValueError(f"{_ENVIRONMENT} must be a whole number of at least 1, but got {asked!r}")
    return int(asked)


_blas = _Blas()
_pool = _Pool(1)
one_thread_blas = _OneThreadBlas()


def get_num_threads() -> int:
    """The number of threads the kernels and NumPy's matrix products use."""
    return _pool.size


def set_num_threads(count: int) -> None:
    """Set the number of threads of the kernels and of NumPy's matrix products together.

    Raises:
        RuntimeError: `count` is below 1.
    """
    global _pool
    if count < 1:
        raise RuntimeError("set_num_threads expects a positive integer")
    with _pool.busy:
        _pool.stop()
        _pool = _Pool(count)
        if _blas.set is not None:
            _blas.set(count)


def describe() -> str:
    """One line: how many threads, and whether the BLAS follows."""
    if _blas.set is None:
        return f"{_pool.size} kernel thread(s); this NumPy's BLAS cannot be told how many threads to use"
    return f"{_pool.size} thread(s), shared by the kernels and NumPy's BLAS"


def run(task: Callable[[int], None], count: int) -> None:
    """Call `task(i)` for i in 0 … count - 1, on all threads; return when all are done.

    Inside another `run`, or while another thread of the program is in one, the tasks run one after the other here.
    Matrix products inside use one thread each, even where there is one task only: the threads of OpenBLAS go on
    spinning for some 25 ms after a product, on cores that the next kernel wants.

    Raises: the first error a task raised.
    """
    pool = _pool
    with one_thread_blas:
        if count <= 1 or pool.size == 1 or not pool.busy.acquire(blocking=False):
            for index in range(count):
                task(index)
            return
        try:
            pool.run(task, count)
        finally:
            pool.busy.release()


def spans(total: int, step: int) -> list[tuple[int, int]]:
    """Cut 0 … total into (start, stop) pieces of at most `step`, of nearly equal size.

    The number of pieces is a multiple of the thread count where there are that many, so no core waits at the end.
    """
    if total <= 0:
        return []
    pieces = -(-total // max(1, step))
    pieces = min(total, -(-pieces // _pool.size) * _pool.size) if pieces > 1 else 1
    edges = [total * i // pieces for i in range(pieces + 1)]
    return list(itertools.pairwise(edges))


def _after_fork() -> None:
    """Threads do not survive a fork: the child starts its own."""
    global _pool, one_thread_blas
    _pool = _Pool(_pool.size)
    one_thread_blas = _OneThreadBlas()


_pool = _Pool(_initial_size())
if _blas.set is not None and os.environ.get(_ENVIRONMENT) is not None:
    _blas.set(_pool.size)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
