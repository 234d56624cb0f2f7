"""Where the run stands: loss and accuracy so far, images/s, the bar; and Ctrl-C."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from .. import random
from ..data import DataLoader
from ..tensor import Tensor
from .errors import Diverged, Interrupted

__all__ = ["Position", "Progress", "Tally", "stop_between_steps"]


@dataclass
class Tally:
    """Loss and accuracy over the images counted so far."""

    images: int = 0
    correct: int = 0
    loss_sum: float = 0.0

    def add(self, loss: Tensor, outputs: Tensor, labels: Tensor) -> None:
        """One batch: its mean loss, outputs (N, classes), labels (N,). Raises: Diverged if the loss isn't finite."""
        value = float(loss.item())
        if not math.isfinite(value):
            raise Diverged(f"the loss is {value} after {self.images} images")
        self.images += len(labels)
        self.correct += int((outputs.argmax(1) == labels).sum().item())
        self.loss_sum += value * len(labels)

    @property
    def loss(self) -> float:
        return self.loss_sum / max(self.images, 1)

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.images, 1)


@dataclass
class Position:
    """How far the run is, in numbers that a checkpoint can hold."""

    stage: int = 0
    epoch: int = 0  # finished epochs of the stage
    step: int = 0  # finished steps of the epoch, and what they gave:
    tally: Tally = field(default_factory=Tally)
    accuracy: float = 0.0  # on the test images, after the last whole epoch
    best_accuracy: float = -1.0  # of the stage
    best_epoch: int = 0
    lines: int = 0  # of metrics.jsonl

    def next_epoch(self, accuracy: float) -> bool:
        """Whether the epoch that has ended is the best of its stage so far."""
        self.epoch, self.step, self.tally, self.lines = self.epoch + 1, 0, Tally(), self.lines + 1
        self.accuracy = accuracy
        if accuracy <= self.best_accuracy:
            return False
        self.best_accuracy, self.best_epoch = accuracy, self.epoch
        return True

    def next_stage(self) -> None:
        self.stage, self.epoch, self.best_accuracy, self.best_epoch = self.stage + 1, 0, -1.0, 0


class Progress:
    """One epoch: counts what passes through it, shows that on a bar, and ends after a whole step on Ctrl-C.

        for images, labels in progress.of(batches):
            …
            progress.add(loss, outputs, labels)

    title: what the bar begins with. stop: an Event; once it is set, no further step begins.
    """

    def __init__(self, title: str, position: Position, stop: threading.Event) -> None:
        self.title, self.position, self.stop = title, position, stop
        self.images_per_s = 0.0

    def of(self, batches: DataLoader[Any]) -> Iterator[Any]:
        """The batches that are still to do. A pass that goes on after a restart first draws again, and throws away,
        what it had done, so that order, crops and flips continue as if nothing had been. Raises: Interrupted."""
        position, tally = self.position, self.position.tally
        iterator = iter(batches)
        if position.step:
            state = random.get_rng_state()
            for _ in range(position.step):
                next(iterator)
            random.set_rng_state(state)
        start, images_before, total = time.perf_counter(), tally.images, len(batches)
        # disable=None: no bar where the output is no terminal, so that a log gets the line per epoch alone
        with tqdm(None, self.title, total, False, initial=position.step, unit="batch", disable=None) as bar:
            while not self.stop.is_set():
                batch = next(iterator, None)
                if batch is None:
                    return
                yield batch
                position.step += 1
                self.images_per_s = (tally.images - images_before) / (time.perf_counter() - start)
                rate = f"{self.images_per_s:.0f} images/s"
                bar.set_postfix_str(f"loss {tally.loss:.4f}, accuracy {tally.accuracy:.1%}, {rate}", refresh=False)
                bar.update()
        raise Interrupted

    def add(self, loss: Tensor, outputs: Tensor, labels: Tensor) -> None:
        """As `Tally.add`. Raises: Diverged, which names the step."""
        try:
            self.position.tally.add(loss, outputs, labels)
        except Diverged:
            raise Diverged(f"the loss is {loss.item()} at step {self.position.step + 1} of {self.title}") from None

    def record(self, stage: str, lr: float, test: Tally) -> dict[str, Any]:
        """The epoch that ends here, as one line of metrics.jsonl. lr: of its last step."""
        tally = self.position.tally
        return {
            "stage": stage,
            "epoch": self.position.epoch + 1,
            "lr": lr,
            "train_loss": tally.loss,
            "train_accuracy": tally.accuracy,
            "test_loss": test.loss,
            "test_accuracy": test.accuracy,
            "images_per_s": round(self.images_per_s, 1),
        }

    def line(self, test: Tally) -> str:
        """The epoch that ends here, for people."""
        tally = self.position.tally
        return (
            f"{self.title}: loss {tally.loss:.4f}, accuracy {tally.accuracy:.2%}, test loss {test.loss:.4f}, "
            f"test accuracy {test.accuracy:.2%}, {self.images_per_s:.0f} images/s"
        )


@contextmanager
def stop_between_steps() -> Iterator[threading.Event]:
    """An Event that the first Ctrl-C sets; the second one ends the program at once.

    So no Ctrl-C falls into the middle of an update, and what is saved then is the state after a whole step.
    """
    stop = threading.Event()

    def ask(number: int, frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield stop
        return
    previous = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)
