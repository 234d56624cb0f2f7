"""The generated pages are those that the code of today gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parent.parent / "docs"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_operations_is_up_to_date() -> None:
    maker = script("make_operations")
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page(), "run python docs/make_operations.py"
