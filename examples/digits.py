"""The handwritten digits that come with the package, as NumPy arrays: 1,437 to train on, 360 held out."""

from __future__ import annotations

from functools import cache

import numpy as np

from minitorch_nn.data import datasets


@cache
def load_digits(train: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Images float32 (N, 1, 8, 8) between 0 and 1, and labels int64 (N,) from 0 to 9."""
    digits = datasets.Digits(train=train)
    return digits.data[:, None].astype(np.float32) / 16, np.array(digits.targets, np.int64)
