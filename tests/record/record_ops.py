"""Record what PyTorch gives for every case of the operation table: `python tests/record/record_ops.py [--list]`.

Writes tests/recorded/ops.npz and ops.json. `--list` prints the cases that raise, to be read: a slip in the table
shows there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cases import CASES, store
from cases.run import evaluate


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the cases that raise")
    listing = parser.parse_args().list
    torch.set_warn_always(True)
    torch.set_num_threads(1)
    results, slips = {}, []
    for case in CASES:
        for dtype in case.dtypes:
            result = results[f"{case.name}/{dtype}"] = evaluate(case, torch, dtype)
            raised = result.get("raises")
            if raised and listing:
                print(f"{case.name}/{dtype}: {raised[0]}: {raised[1]}")
            if (case.raises and not raised) or (raised and not case.raises and dtype.startswith("float")):
                slips.append(f"{case.name}/{dtype}: {raised or 'does not raise'}")
    if slips:
        print("not recorded; these cases do not do what the table says:", *slips, sep="\n", file=sys.stderr)
        return 1
    store.save("ops", results, {"torch": torch.__version__.split("+")[0], "numpy": np.__version__})
    print(f"{len(results)} results of {len(CASES)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
