"""The loader's threads: order, bounds, random numbers, errors, and how they end."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest

from minitorch_nn.data import DataLoader, Dataset, IterableDataset, get_worker_info
from minitorch_nn.random import current_generator, default_generator, manual_seed


class Numbers(Dataset[int]):
    """0..n-1; `work(index)` runs for each."""

    def __init__(self, n: int, work: Any = None) -> None:
        self.n, self.work = n, work

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> Any:
        result = self.work(index) if self.work else None
        return index if result is None else result


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("DataLoader worker")]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Any:
    yield
    gc.collect()
    deadline = time.monotonic() + 5
    while workers() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert workers() == []


def test_order_is_kept_though_some_batches_take_longer() -> None:
    loader = DataLoader(Numbers(24, lambda i: time.sleep(0.02 * (i % 8 == 0))), batch_size=2, num_workers=2)
    assert [batch.tolist() for batch in loader] == [[i, i + 1] for i in range(0, 24, 2)]


def test_loading_overlaps_with_the_loop() -> None:
    loader = DataLoader(Numbers(10, lambda i: time.sleep(0.05)), num_workers=2)
    start = time.perf_counter()
    for _ in loader:
        time.sleep(0.05)
    assert time.perf_counter() - start < 0.85  # one after the other: 1.0 s


@pytest.mark.parametrize("prefetch", [1, 2, 5])
def test_no_more_is_loaded_ahead_than_agreed(prefetch: int) -> None:
    loaded: list[int] = []
    iterator = iter(DataLoader(Numbers(50, loaded.append), num_workers=2, prefetch_factor=prefetch))
    for taken in range(1, 4):
        next(iterator)
        time.sleep(0.05)
        assert len(loaded) == taken + 2 * prefetch


def test_random_numbers_do_not_depend_on_timing() -> None:
    def epoch(delays: dict[int, float]) -> list[Any]:
        def draw(index: int) -> Any:
            time.sleep(delays.get(index % 5, 0.0))
            return index, current_generator().rand(1).item()

        manual_seed(3)
        loader = DataLoader(Numbers(30, draw), batch_size=3, shuffle=True, num_workers=2)
        return [[part.tolist() for part in batch] for batch in loader]

    expected = epoch({})
    assert epoch({0: 0.01}) == epoch({1: 0.003, 4: 0.01}) == expected


def test_each_epoch_draws_other_numbers() -> None:
    manual_seed(3)
    loader = DataLoader(Numbers(6, lambda i: current_generator().rand(1).item()), batch_size=6, num_workers=1)
    first, second = [batch.tolist() for batch in loader], [batch.tolist() for batch in loader]
    assert first != second


def test_worker_info() -> None:
    assert get_worker_info() is None
    assert current_generator() is default_generator
    seen = {}

    def look(index: int) -> None:
        info = get_worker_info()
        assert info is not None
        seen[info.id] = info

    manual_seed(0)
    dataset = Numbers(8, look)
    list(DataLoader(dataset, num_workers=2))
    assert sorted(seen) == [0, 1]
    assert seen[1].seed == seen[0].seed + 1
    assert (seen[0].num_workers, seen[0].worker_method) == (2, "thread")
    assert seen[0].dataset is not dataset
    assert seen[0].rng.random_generator.random() != seen[1].rng.random_generator.random()
    assert seen[0].rng.numpy_generator.random() != seen[1].rng.numpy_generator.random()


def test_worker_init_fn_prepares_the_workers_own_copy() -> None:
    class Share(IterableDataset[int]):
        start, step = 0, 1

        def __iter__(self) -> Any:
            return iter(range(self.start, 10, self.step))

    def take_a_share(worker: int) -> None:
        info = get_worker_info()
        assert info is not None
        info.dataset.start, info.dataset.step = worker, info.num_workers

    loader = DataLoader(Share(), batch_size=2, num_workers=2, worker_init_fn=take_a_share)
    assert [batch.tolist() for batch in loader] == [[0, 2], [1, 3], [4, 6], [5, 7], [8], [9]]


class Picky(ValueError):
    """An error that can't be made from a text alone."""

    def __init__(self, path: str, line: int) -> None:
        super().__init__(f"{path}:{line}")


@pytest.mark.parametrize(
    ("error", "caught"),
    [
        (ValueError("too bad"), ValueError),
        (FileNotFoundError(2, "No such file", "x.png"), FileNotFoundError),
        (KeyError("a\nb"), KeyError),
        (Picky("x", 3), RuntimeError),
        (StopIteration("stop"), RuntimeError),
        (SystemExit(3), SystemExit),
    ],
)
def test_an_error_reaches_the_caller_with_its_origin(error: BaseException, caught: type[BaseException]) -> None:
    def fail(index: int) -> None:
        if index == 5:
            raise error

    iterator = iter(DataLoader(Numbers(8, fail), batch_size=2, num_workers=2))
    assert [next(iterator).tolist(), next(iterator).tolist()] == [[0, 1], [2, 3]]
    with pytest.raises(caught) as info:
        next(iterator)
    text = str(info.value)
    assert text.startswith(
        f"Caught {type(error).__name__} in DataLoader worker thread 0.\nOriginal Traceback (most recent call last):\n"
    )
    assert "in fail\n" in text
    assert info.value.__cause__ is error
    if isinstance(error, Exception):
        assert text.endswith("This was sample 5 of the dataset.\n")
    assert [batch.tolist() for batch in iterator] == [[6, 7]]  # the loader goes on


def test_an_error_in_worker_init_fn_reaches_the_caller() -> None:
    def fail(worker: int) -> None:
        raise RuntimeError(f"no worker {worker}")

    with pytest.raises(RuntimeError, match="Caught RuntimeError in DataLoader worker thread 0") as info:
        list(DataLoader(Numbers(4), num_workers=2, worker_init_fn=fail))
    assert str(info.value.__cause__) == "no worker 0"


def test_an_error_in_a_stream_reaches_the_caller() -> None:
    class Broken(IterableDataset[int]):
        def __iter__(self) -> Any:
            raise LookupError("nothing here")

    with pytest.raises(LookupError, match="Caught LookupError in DataLoader worker thread 0"):
        list(DataLoader(Broken(), num_workers=1))


def test_timeout() -> None:
    release = threading.Event()
    iterator = iter(DataLoader(Numbers(3, lambda i: release.wait(10) and None), num_workers=1, timeout=0.05))
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0.05 seconds"):
        next(iterator)
    release.set()
    time.sleep(0.05)
    assert [batch.tolist() for batch in iterator] == [[0], [1], [2]]  # the batch that came late is not lost


def test_leaving_the_loop_ends_the_threads() -> None:
    loaded: list[int] = []
    for _ in DataLoader(Numbers(1000, loaded.append), num_workers=2):
        assert len(workers()) == 2
        break
    assert workers() == []
    assert len(loaded) < 20


def test_leaving_the_loop_does_not_wait_for_what_is_asked_for() -> None:
    loader = DataLoader(Numbers(1000, lambda i: time.sleep(0.02)), num_workers=2, prefetch_factor=100)
    start = time.perf_counter()
    for _ in loader:
        break
    assert workers() == []
    assert time.perf_counter() - start < 1  # all that was asked for: 2 s


def test_the_end_of_the_epoch_ends_the_threads() -> None:
    iterator = iter(DataLoader(Numbers(4), num_workers=2))
    assert len(list(iterator)) == 4
    assert workers() == []
    with pytest.raises(StopIteration):
        next(iterator)


def test_persistent_workers_stay_until_the_loader_goes() -> None:
    loader = DataLoader(Numbers(6), num_workers=2, persistent_workers=True)
    assert len(list(loader)) == 6
    before = workers()
    assert len(before) == 2
    next(iter(loader))  # an epoch that is broken off
    assert [batch.item() for batch in loader] == list(range(6))
    assert workers() == before
    del loader
    assert workers() == []


SCRIPT = """
    import sys, time
    from minitorch_nn.data import DataLoader

    class Slow:
        def __len__(self):
            return 100
        def __getitem__(self, index):
            time.sleep(0.05)
            return index

    loader = DataLoader(Slow(), num_workers=2, persistent_workers={persistent})
    iterator = iter(loader)
    next(iterator)
    print("begun", flush=True)
    {then}
"""


def started(then: str, persistent: bool = False) -> subprocess.Popen[str]:
    script = textwrap.dedent(SCRIPT).format(then=then, persistent=persistent)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize(("then", "status"), [("pass", 0), ("raise SystemExit(3)", 3), ("iterator = None", 0)])
def test_the_program_ends_with_an_iterator_open(then: str, status: int, persistent: bool) -> None:
    with started(then, persistent) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (status, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_ends_the_loop_and_the_program() -> None:
    import signal

    with started("for batch in iterator: pass") as process:
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert time.perf_counter() - start < 5
    assert process.returncode != 0
    assert err.rstrip().endswith("KeyboardInterrupt")
