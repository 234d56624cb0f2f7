"""Records what the examples give on PyTorch: `python tests/record/record_examples.py` (needs PyTorch 2.13.0).

The very same files are run, with `minitorch_nn` standing for torch. Writes tests/recorded/examples.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from example_cases import CASES, EXAMPLES, RECORDED, run  # noqa: E402


def become_torch() -> str:
    """From here on `import minitorch_nn` gives PyTorch; only the digits were read by the package itself."""
    sys.path.append(str(EXAMPLES))
    import digits

    for train in (True, False):
        digits.load_digits(train=train)
    import torch

    torch.set_num_threads(1)
    for name in [name for name in sys.modules if name.split(".")[0] == "minitorch_nn"]:
        del sys.modules[name]
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "torch":
            sys.modules[name.replace("torch", "minitorch_nn", 1)] = module
    return str(torch.__version__)


def main() -> None:
    version = become_torch()
    recorded = {name: run(name) for name in CASES}
    RECORDED.write_text(json.dumps({"header": {"torch": version}, "examples": recorded}, indent=1) + "\n")
    for name, result in recorded.items():
        print(f"{name:24}", *(f"{loss:.6g}" for loss in result["losses"]))


if __name__ == "__main__":
    main()
