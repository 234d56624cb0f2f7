"""Records what PyTorch's recurrent layers, attention and Transformer do, and its lazy layers.

`python tests/record/record_nn_sequence.py` (needs PyTorch 2.13.0) writes tests/recorded/nn_sequence.json and .npz.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the cases

from nn_cases import lazy, sequence
from nn_cases.common import run


def main() -> None:
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sequence.save(run({**sequence.CASES, **lazy.CASES}, torch), torch.__version__)


if __name__ == "__main__":
    main()
