"""Record which dtype PyTorch gives for every case of tests/dtype_cases.py: `python tests/record/record_dtypes.py`."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dtype_cases import table

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    by_outcome: dict[str, list[str]] = {}
    for what, outcome in table(torch):
        by_outcome.setdefault(outcome, []).append(what)
    recorded = {"header": {"torch": torch.__version__.split("+")[0]}, "outcomes": by_outcome}
    path = Path(__file__).resolve().parent.parent / "recorded" / "dtypes.json"
    path.write_text(json.dumps(recorded, indent=0) + "\n")
    print(sum(map(len, by_outcome.values())), "cases")
