"""Records what PyTorch makes of bfloat16: `python tests/record/record_bfloat16.py` (needs PyTorch 2.13.0)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

import bfloat16_cases  # noqa: E402

if __name__ == "__main__":
    torch.set_num_threads(1)
    texts = {name: bfloat16_cases.outcome(torch, name) for name in bfloat16_cases.CASES}
    lines = json.dumps({"torch": torch.__version__, "texts": texts}, indent=1)
    (TESTS / "recorded" / "bfloat16.json").write_text(lines + "\n")
