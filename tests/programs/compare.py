"""Where two runs of a program differ, and the smallest program that still differs so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

FIELDS = ("dtype", "shape", "requires_grad", "is_leaf", "grad_fn")


def tensor_difference(expected: Any, got: Any, tolerance: float) -> str | None:
    """What differs between two described tensors."""
    for name, e, g in zip(FIELDS, expected[:5], got[:5], strict=True):
        if e != g:
            return f"{name}: expected {e}, got {g}"
    e, g = np.array(expected[5]), np.array(got[5])
    if not expected[0].startswith("float"):
        same = np.array_equal(e, g)
    else:
        finite = np.abs(e[np.isfinite(e)])
        same = np.allclose(g, e, rtol=tolerance, atol=tolerance * max(1.0, finite.max(initial=0.0)), equal_nan=True)
    if not same:
        return f"elements: expected {expected[5]}, got {got[5]}"
    for e, g in zip(expected[6:], got[6:], strict=True):  # the version and the gradient
        if isinstance(e, list) and isinstance(g, list):
            inside = tensor_difference(e, g, tolerance)
            if inside:
                return f"gradient: {inside}"
        elif e != g:
            return f"version or gradient: expected {e}, got {g}"
    return None


def difference(expected: dict[str, Any], got: dict[str, Any]) -> tuple[int | None, str] | None:
    """The first step that differs (None: the state at the end) and how."""
    single = any(described[0] == "float32" for described in expected["values"].values())
    tolerance = 1e-3 if single else 1e-8
    for n, (e, g) in enumerate(zip(expected["steps"], got["steps"], strict=True)):
        if isinstance(e, list) and isinstance(g, list):
            if len(e) != len(g):
                return n, f"expected {len(e)} tensors, got {len(g)}"
            for one, other in zip(e, g, strict=True):
                found = tensor_difference(one, other, tolerance)
                if found:
                    return n, found
        elif e != g:
            return n, f"expected {brief(e)}, got {brief(g)}"
    for name, one in expected["values"].items():
        found = tensor_difference(one, got["values"][name], tolerance)
        if found:
            return None, f"{name} at the end: {found}"
    if [number for number, _ in expected["hooks"]] != [number for number, _ in got["hooks"]]:
        return None, f"hooks ran as {[n for n, _ in got['hooks']]}, expected {[n for n, _ in expected['hooks']]}"
    for (number, one), (_, other) in zip(expected["hooks"], got["hooks"], strict=True):
        found = tensor_difference(one, other, tolerance)
        if found:
            return None, f"hook {number}: {found}"
    return None


def brief(outcome: Any) -> Any:
    return outcome if isinstance(outcome, (dict, str)) or outcome is None else "a result"


def minimise(program: dict[str, Any], differs: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Take out steps as long as the program still differs; a step that is out leaves its number unused."""
    steps = list(program["steps"])
    for n in reversed(range(len(steps))):
        shorter = steps[:n] if n == len(steps) - 1 else [*steps[:n], ["none", [], {}], *steps[n + 1 :]]
        if differs({**program, "steps": shorter}):
            steps = shorter
    return {**program, "steps": steps}
