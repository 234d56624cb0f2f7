"""Draw random programs about the graph and record what PyTorch logs for them: `python tests/record/record_graph.py`.

Writes tests/recorded/graph.json.gz. Where this package logs something else at the time, that is recorded as open.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import warnings
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from programs.graph import draw_graph_program, log_of

import minitorch_nn

FILE = Path(__file__).resolve().parent.parent / "recorded" / "graph.json.gz"
COUNT = 300


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    entries = []
    for seed in range(COUNT):
        steps = draw_graph_program(random.Random(seed), torch)
        expected = log_of(torch, steps)
        if "INTERNAL ASSERT" in str(expected):  # nobody should do as PyTorch there
            continue
        entry = {"steps": steps, "log": expected}
        got = log_of(minitorch_nn, steps)
        if got != expected:
            at = next(i for i, (e, g) in enumerate(zip(expected, got, strict=False)) if e != g)
            entry["open"] = at
            print(f"{steps}\n-> {expected[at]}\n   {got[at]}\n")
        entries.append(entry)
    text = json.dumps({"torch": torch.__version__.split("+")[0], "programs": entries}, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(entries)} programs, {sum('open' in e for e in entries)} open, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
