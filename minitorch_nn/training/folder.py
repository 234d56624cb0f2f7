"""runs/<name>/: config.toml, metrics.jsonl, last.pth, best.pth and checkpoint.pth."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import io, nn
from ..config import Config
from ..io.atomic import atomic_write
from ..io.unpickle import UnpicklingError
from .errors import SetupError

__all__ = ["RunFolder"]


class RunFolder:
    """One run on disk. Each file is replaced whole or not at all.

    config.toml     the config as it was resolved: `--config` of this file trains the same weights again
    metrics.jsonl   one line of JSON per epoch
    last.pth        the weights after the last whole epoch
    best.pth        the weights of the epoch with the best test accuracy, of the last stage that has one
    checkpoint.pth  all that `--resume` needs
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return str(self.path)

    @classmethod
    def create(cls, config: Config, model: nn.Module) -> RunFolder:
        """A new folder: <out>/<name>, or <name>-2, -3, … where that exists, so no run is ever overwritten.

        It holds the config and, as last.pth, the weights that the run starts from.
        """
        base = Path(config.run.out) / config.run.name
        try:
            base.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(f"run.out: {error}") from error
        for number in itertools.count(1):
            folder = cls(base if number == 1 else base.with_name(f"{base.name}-{number}"))
            try:
                folder.path.mkdir()  # tells two runs that start at once apart
            except FileExistsError:
                continue
            try:
                folder.write("config.toml", config.to_toml())
                folder.save("last.pth", model.state_dict())
            except BaseException:
                shutil.rmtree(folder.path)  # a full disk, Ctrl-C: no half of a run stays
                raise
            return folder
        raise AssertionError("unreachable")

    def write(self, name: str, content: str) -> None:
        with atomic_write(self.path / name) as file:
            file.write(content.encode())

    def save(self, name: str, state: Mapping[str, Any]) -> None:
        """A dict of tensors and plain values."""
        with atomic_write(self.path / name) as file:
            io.save(state, file)

    def checkpoint(self) -> Any:
        """What the last checkpoint holds; None where there is none yet. Raises: SetupError."""
        try:
            return io.load(self.path / "checkpoint.pth")
        except FileNotFoundError:
            return None
        except (OSError, EOFError, RuntimeError, ValueError, UnpicklingError) as error:
            raise SetupError(f"checkpoint.pth can't be read: {' '.join(str(error).split())}") from error

    def keep_epoch(self, record: Mapping[str, Any], checkpoint: Mapping[str, Any], best: bool) -> None:
        """What an epoch leaves behind; the checkpoint last, since it says that the rest is there."""
        with open(self.path / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        if best:
            self.save("best.pth", checkpoint["model"])
        self.save("last.pth", checkpoint["model"])
        self.save("checkpoint.pth", checkpoint)

    def keep_lines(self, count: int) -> None:
        """Drops the lines of metrics.jsonl that were written after the last checkpoint."""
        path = self.path / "metrics.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        self.write(path.name, "".join(lines[:count]))
