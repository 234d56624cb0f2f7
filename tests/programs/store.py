"""Programs and what PyTorch gave for them, on disk: one compressed JSON file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "recorded" / "properties.json.gz"


def save(header: dict[str, str], entries: list[dict[str, Any]]) -> None:
    """entries: `{"program", "expected"}`, and `"open": how it differs` where this package does not do the same yet."""
    text = json.dumps({"header": header, "programs": entries}, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))


def load() -> tuple[dict[str, str], list[dict[str, Any]]]:
    table = json.loads(gzip.decompress(FILE.read_bytes()))
    return table["header"], table["programs"]
