"""Records what PyTorch's L-BFGS and weight averages do: `python tests/record/record_lbfgs.py` (needs PyTorch 2.13.0)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

import lbfgs_cases as cases  # noqa: E402


def main() -> None:
    recorded = {
        "torch": torch.__version__,
        "lbfgs": {
            f"{name}/{dtype}": cases.minimise(torch, name, dtype)
            for name in cases.LBFGS
            for dtype in ("float32", "float64")
        },
        "averages": {name: cases.average(torch, name) for name in cases.AVERAGES},
    }
    (TESTS / "recorded" / "lbfgs.json").write_text(json.dumps(recorded, indent=0) + "\n")


if __name__ == "__main__":
    main()
