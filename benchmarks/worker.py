"""One framework, one case, in a process of its own: does a number of steps for each number read, and says how long.

For the line `work` it says what a step has to compute and to move, see floors.py.

python benchmarks/worker.py minitorch_nn|torch|torch-channels-last CASE THREADS
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent


def main(framework: str, case: str, threads: int) -> None:
    """Answer each line `steps` on standard input with a line of JSON on standard output."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    sys.path.insert(0, str(ROOT))
    if framework.startswith("torch"):
        import torch

        torch.set_num_threads(threads)
        # The model files say `import minitorch_nn as torch`; here that is PyTorch itself.
        for name, module in list(sys.modules.items()):
            if name == "torch" or name.startswith("torch.nn"):
                sys.modules[name.replace("torch", "minitorch_nn", 1)] = module
    else:
        import minitorch_nn as torch
    import floors
    from cases import CASES

    import models

    build, _ = CASES[case]
    step = build(torch, models, framework.endswith("channels-last"))
    for line in sys.stdin:
        if line.strip() == "work":
            print(json.dumps(floors.count(torch, step)), flush=True)
            continue
        count = int(line)
        start = perf_counter()
        for _ in range(count):
            step()
        seconds = (perf_counter() - start) / count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
