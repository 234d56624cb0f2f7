"""Which namespace is tested, and against what.

`MT_TEST_NAMESPACE=torch pytest …` runs the tests that use the `torch` fixture on PyTorch itself: so it is seen that a
test states PyTorch's behaviour and not ours. `--live` compares the table of operations with the installed PyTorch on
fresh random inputs instead of the recorded results.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import pytest

NAMESPACE = os.environ.get("MT_TEST_NAMESPACE", "minitorch_nn")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--live", action="store_true", help="compare with the installed PyTorch, on fresh random inputs")
    parser.addoption("--live-seed", type=int, default=None, help="the seed of a live run that is to be repeated")
    parser.addoption("--samples", type=int, default=10, help="how many random calls of each operation --live compares")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--live") and config.getoption("--live-seed") is None:
        config.option.live_seed = int.from_bytes(os.urandom(3), "big")


def pytest_report_header(config: pytest.Config) -> str | None:
    return f"live: --live-seed {config.option.live_seed}" if config.getoption("--live") else None


def namespace() -> Any:
    module = importlib.import_module(NAMESPACE)
    if NAMESPACE == "torch":
        module.set_warn_always(True)
    return module


@pytest.fixture(scope="session")
def torch() -> Any:
    """The namespace under test."""
    return namespace()
