"""Evenly spaced numbers, bit for bit: `arange` and `linspace` round as PyTorch's kernels do."""

from __future__ import annotations

import zlib
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from conftest import NAMESPACE

# name, start, end, step (linspace: how many), dtype; PyTorch's count, and the CRC-32 of its numbers' bytes
RECORDED = [
    ("arange", -8.0, 8.0, 0.1, "float32", 160, 0xE2087B7A),
    ("arange", -1.0, 1.0, 0.01, "float32", 200, 0x524A9C97),
    ("arange", -5.0, 5.0, 0.1, "float64", 100, 0xE5BE8C4C),
    ("arange", 0.5, 1.5, 0.07, "float32", 15, 0x3ACDA022),
    ("arange", -14.78, 5.72, 0.82, "float32", 25, 0x9536C193),
    ("arange", 3.0, -3.0, -0.3, "float64", 20, 0xCB42D7DD),
    ("arange", 1.0, 2.0, 0.2, "float32", 5, 0x02C8261C),
    ("arange", -4.0, 60.0, 2.0, "float32", 32, 0xC7E62CB7),
    ("linspace", -1.0, 1.0, 101, "float32", 101, 0x6E7F8B92),
    ("linspace", -1.0, 1.0, 101, "float64", 101, 0xE2A6F91E),
    ("linspace", 0.0001, 0.02, 300, "float32", 300, 0x54ABD6F2),
    ("linspace", 3.3, -1.7, 12, "float64", 12, 0xAD311F58),
    ("linspace", -3.0, 0.0, 1000, "float32", 1000, 0xF67D1C19),
    ("linspace", 0.1, 0.2, 2, "float32", 2, 0x31989ED5),
]


@pytest.mark.parametrize(("name", "start", "end", "step", "dtype", "count", "checksum"), RECORDED)
def test_every_bit_is_pytorchs(
    torch: Any, name: str, start: float, end: float, step: float, dtype: str, count: int, checksum: int
) -> None:
    values = getattr(torch, name)(start, end, step, dtype=getattr(torch, dtype)).numpy()
    assert (len(values), f"{zlib.crc32(values.tobytes()):08X}") == (count, f"{checksum:08X}")


def test_the_zero_that_is_none(torch: Any) -> None:
    assert torch.arange(-8.0, 8.0, 0.1)[80].item() == 4.440892098500626e-16
    assert torch.arange(-1.0, 1.0, 0.01)[100].item() == pytest.approx(8.94069651646669e-10, rel=1e-6)


@pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="a part of this package")
def test_fused_rounds_once() -> None:
    from minitorch_nn.tensor.steps import fused

    draw = np.random.default_rng(0)
    a, b = draw.standard_normal(500), draw.integers(0, 1000, 500).astype(float)
    c = -a * b * (1 + draw.standard_normal(500) * 1e-9)  # much cancels
    exact = [float(Fraction(x) * Fraction(y) + Fraction(z)) for x, y, z in zip(a, b, c, strict=True)]
    assert fused(a, b, c).tolist() == exact
    assert float(fused(1e300, 3.0, 1.0)) == 3e300
