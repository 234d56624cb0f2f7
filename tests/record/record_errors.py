"""Record what PyTorch says of bad calls: `python tests/record/record_errors.py`.

Writes tests/recorded/errors.json.gz: for each call of tests/cases/errors.py the type and the first line of PyTorch's
exception, or none. Where this package gives something else at the time of the recording, the call is noted as open.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cases.errors import FILE, calls, is_met, outcome

import minitorch_nn


def main() -> None:
    torch.set_num_threads(1)
    places: dict[tuple[str, str], int] = {}
    numbers, still_open, missed = [], [], Counter[str]()
    for i, call in enumerate(calls()):
        kind, text = outcome(torch, call)
        key = (kind, text if kind else "")
        numbers.append(places.setdefault(key, len(places)))
        if not is_met(outcome(minitorch_nn, call), key):
            still_open.append(i)
            missed[call.name] += 1
    data = {"torch": torch.__version__.split("+")[0], "said": list(places), "calls": numbers, "open": still_open}
    packed = gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0)
    FILE.write_bytes(packed)
    print(f"{len(numbers)} calls, {len(numbers) - len(still_open)} met, {len(still_open)} open; {len(packed)} bytes")
    for name, count in missed.most_common(20):
        print(f"{count:5} open: {name}")


if __name__ == "__main__":
    main()
