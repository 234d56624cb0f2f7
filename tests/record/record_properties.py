"""Draw random programs and record what PyTorch gives for them: `python tests/record/record_properties.py [--seed N]`.

Writes tests/recorded/properties.json.gz: the programs of tests/programs/found.py, and `--count` random ones. The programs
are drawn on PyTorch, so which they are does not depend on this package. Where the package gives something else at the
time of the recording, the difference is recorded too, as open, and printed.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from programs import store
from programs.compare import difference
from programs.draw import draw_program
from programs.found import FOUND
from programs.run import evaluate, source

import minitorch_nn


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the first program; each has its own")
    parser.add_argument("--count", type=int, default=400, help="how many random programs")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(options.seed, options.seed + options.count)
    programs = [*FOUND, *[draw_program(random.Random(seed), torch) for seed in seeds]]
    entries = []
    for program in programs:
        expected = evaluate(torch, program)
        entry = {"program": program, "expected": expected}
        found = difference(expected, evaluate(minitorch_nn, program))
        if found:
            entry["open"] = found[1]
            print(f"{source(program)}\n-> step {found[0]}: {found[1]}\n")
        entries.append(entry)
    store.save({"torch": torch.__version__.split("+")[0], "first seed": str(options.seed)}, entries)
    print(
        f"{len(entries)} programs, {sum('open' in e for e in entries)} of them open; {store.FILE.stat().st_size} bytes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
