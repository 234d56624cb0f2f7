"""Records what PyTorch's `nn` does: `python tests/record/record_nn.py` (needs PyTorch 2.13.0).

Writes tests/recorded/nn.json (texts, numbers) and nn.npz (arrays).
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import torch

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]  # the cases, and the models

from nn_cases import CASES  # noqa: E402
from nn_cases.common import run, save  # noqa: E402


def main() -> None:
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        save(run(CASES, torch), torch.__version__)


if __name__ == "__main__":
    main()
