"""Records what PyTorch's optimizers and schedules do: `python tests/record/record_optim.py` (needs PyTorch 2.13.0).

Writes tests/recorded/optim.npz (parameters and state), optim.json (rates, texts), and the files of torch.save that the
reader of its formats is tested on, optim.*.pth, with what PyTorch says is in them, optim.pth.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

import optim_cases  # noqa: E402
import pth_cases  # noqa: E402

RECORDED = TESTS / "recorded"


def record_optimizers() -> tuple[dict[str, Any], dict[str, Any]]:
    arrays, texts = {}, {}
    for name in optim_cases.OPTIMIZERS:
        for dtype in ("float32", "float64"):
            result = optim_cases.run_optimizer(torch, name, dtype)
            arrays[f"{name}/{dtype}/values"] = result["values"]
            arrays[f"{name}/{dtype}/state"] = result["state"]
            texts[f"{name}/{dtype}"] = result["text"]
    return arrays, texts


def main() -> None:
    arrays, optimizers = record_optimizers()
    np.savez_compressed(RECORDED / "optim.npz", **arrays)
    schedules = {name: optim_cases.run_schedule(torch, name) for name in optim_cases.SCHEDULES}
    misuse = {name: optim_cases.run_misuse(torch, name) for name in optim_cases.MISUSE}
    recorded = {"torch": torch.__version__, "optimizers": optimizers, "schedules": schedules, "misuse": misuse}
    (RECORDED / "optim.json").write_text(lines(recorded) + "\n")
    (RECORDED / "optim.pth.json").write_text(json.dumps(record_files()) + "\n")


def record_files() -> dict[str, Any]:
    contents = {}
    for name in ("kinds", "slices", "training"):
        value = getattr(pth_cases, name)(torch)
        contents[name] = pth_cases.describe(torch, value)
        for suffix, zipped in (("", True), (".legacy", False)):
            torch.save(value, RECORDED / f"optim.{name}{suffix}.pth", _use_new_zipfile_serialization=zipped)
    torch.save(torch.tensor([1.0, -2.0, 3.140625], dtype=torch.bfloat16), RECORDED / "optim.bfloat16.pth")
    return contents


def lines(recorded: dict[str, Any]) -> str:
    """JSON with one case a line."""
    tables = []
    for key, table in recorded.items():
        rows = (
            [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items()] if isinstance(table, dict) else []
        )
        tables.append(f"{json.dumps(key)}: " + ("{\n" + ",\n".join(rows) + "\n}" if rows else json.dumps(table)))
    return "{\n" + ",\n".join(tables) + "\n}"


if __name__ == "__main__":
    main()
