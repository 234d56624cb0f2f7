"""The command line, and the one line on stderr by which everything ends that goes wrong."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from ..config import Key, all_keys

__all__ = ["Arguments", "fail"]


class Arguments(argparse.ArgumentParser):
    """--config FILE [--set KEY=VALUE …], or --resume FOLDER; --help lists every key of a config."""

    def __init__(self, description: str) -> None:
        width = max(len(key.dotted) for key in all_keys())
        table = [f"  {key.dotted:{width}}  {key.meaning}\n  {'':{width}}  {_allowed(key)}" for key in all_keys()]
        super().__init__(
            description=description,
            epilog="keys of a config:\n" + "\n".join(table),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        which = self.add_mutually_exclusive_group(required=True)
        which.add_argument("--config", metavar="FILE", help="a TOML file, such as those in configs/")
        which.add_argument("--resume", metavar="FOLDER", help="a stopped run: goes on where it was, bit for bit")
        self.add_argument(
            "--set", metavar="KEY=VALUE", action="append", default=[], help="override a key of the config; repeatable"
        )

    def parse_args(self, *args: Any, **kwargs: Any) -> argparse.Namespace:  # type: ignore[override]
        arguments: argparse.Namespace = super().parse_args(*args, **kwargs)
        if arguments.resume and arguments.set:
            self.error("--set doesn't go with --resume: a changed config is a new run")
        return arguments

    def error(self, message: str) -> NoReturn:  # argparse would print the usage too
        sys.exit(fail(2, f"{message}; see --help"))


def _allowed(key: Key) -> str:
    only = f"; only for {', '.join(key.only)}" if key.only else ""
    return f"{key.expected}, default {key.default}{only}"


def fail(status: int, message: str) -> int:
    """One line on stderr. Returns the status."""
    print(f"train.py: {message}", file=sys.stderr)
    return status
