"""The table of operations: every case of every family, once."""

from __future__ import annotations

from . import (
    activation,
    binary,
    complex_kin,
    convolution,
    creation,
    decompositions,
    elementwise,
    found,
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
    volumes,
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
    complex_kin,
    found,
    volumes,
)
CASES: list[Case] = [case for family in FAMILIES for case in family.CASES]

names = [case.name for case in CASES]
assert len(set(names)) == len(names), f"cases of the same name: {sorted({n for n in names if names.count(n) > 1})}"
