"""Records PyTorch's distributions: `python tests/record/record_distributions.py` (needs PyTorch 2.13.0)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

import distribution_cases as cases  # noqa: E402


def main() -> None:
    recorded = {
        "torch": torch.__version__,
        "distributions": {name: cases.run(torch, name) for name in cases.DISTRIBUTIONS},
        "divergences": {name: cases.divergence(torch, name) for name in cases.DIVERGENCES},
        "misuse": {name: cases.run_misuse(torch, name) for name in cases.MISUSE},
    }
    text = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in recorded.items())
    (TESTS / "recorded" / "distributions.json").write_text("{\n" + text + "\n}\n")


if __name__ == "__main__":
    main()
