"""Record what PyTorch gives for calls by keyword: `python tests/record/record_keywords.py`.

Writes tests/recorded/keywords.json: the result of each call of tests/cases/keywords.py, in lists and words.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cases.keywords import CALLS, FILE, outcome


def main() -> None:
    said = [outcome(torch, call) for call in CALLS]
    FILE.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "results": said}) + "\n", encoding="utf-8")
    print(f"{len(said)} calls")


if __name__ == "__main__":
    main()
