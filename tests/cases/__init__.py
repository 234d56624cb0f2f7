"""The table of operations: every case of every family, once."""

from __future__ import annotations

from . import (
    activation,
    binary,
    convolution,
    creation,
    decompositions,
    elementwise,
    indexing,
    layers,
    linalg,
    loss,
    ordering,
    parts,
    reduction,
    sampling,
    shape,
    special,
)
from .core import Case

FAMILIES = (
    elementwise,
    binary,
    reduction,
    shape,
    indexing,
    linalg,
    creation,
    activation,
    loss,
    convolution,
    layers,
    sampling,
    special,
    ordering,
    parts,
    decompositions,
)
CASES: list[Case] = [case for family in FAMILIES for case in family.CASES]

names = [case.name for case in CASES]
assert len(set(names)) == len(names), f"cases of the same name: {sorted({n for n in names if names.count(n) > 1})}"
