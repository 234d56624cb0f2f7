"""Two results of a case, told apart in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import Case

# Absolute room relative to the largest number of the result: a sum of such numbers may cancel.
ROUNDING = {"torch.float64": 1e-13, "torch.float32": 1e-6, "torch.float16": 1e-3}


def mismatches(case: Case, expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """What is not as expected, one line each; empty if all is equal."""
    if "raises" in expected or "raises" in got:
        return _words("raises", expected, got) + _words("warns", expected, got)
    lines = _tree(case, "out", expected["out"], got["out"])
    if not lines:
        lines += _words("grad_raises", expected, got)
    if not lines and "grads" in expected:
        for i, (e, g) in enumerate(zip(expected["grads"], got.get("grads", []), strict=True)):
            lines += _tree(case, f"gradient {i}", e, g)
    return lines + _words("warns", expected, got)


def _words(key: str, expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    if expected.get(key) == got.get(key):
        return []
    return [f"{key}: expected {expected.get(key)}, got {got.get(key)}"]


def _tree(case: Case, where: str, expected: Any, got: Any) -> list[str]:
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            return [f"{where}: expected {len(expected)} items, got {len(got)}"]
        return [
            line
            for i, (e, g) in enumerate(zip(expected, got, strict=True))
            for line in _tree(case, f"{where}[{i}]", e, g)
        ]
    if isinstance(expected, dict) and isinstance(got, dict) and "array" in expected and "array" in got:
        return _tensor(case, where, expected, got)
    if isinstance(expected, dict) and isinstance(got, dict) and "float" in expected and "float" in got:
        same = np.isclose(float(got["float"]), float(expected["float"]), rtol=1e-12, atol=0, equal_nan=True)
        return [] if same else [f"{where}: expected {expected['float']}, got {got['float']}"]
    same = type(expected) is type(got) and expected == got
    return [] if same else [f"{where}: expected {_short(expected)}, got {_short(got)}"]


def _short(tree: Any) -> Any:
    return f"tensor {tree['dtype']} {tree['array'].shape}" if isinstance(tree, dict) and "array" in tree else tree


def _tensor(case: Case, where: str, expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    e, g = expected["array"], got["array"]
    if got["dtype"] != expected["dtype"] or g.shape != e.shape:
        return [f"{where}: expected {expected['dtype']} {e.shape}, got {got['dtype']} {g.shape}"]
    lines = []
    if bool(got.get("requires_grad")) != bool(expected.get("requires_grad")):
        lines.append(f"{where}: expected requires_grad {expected['requires_grad']}, got {got['requires_grad']}")
    elif case.grad_fn and got.get("grad_fn") != expected.get("grad_fn"):
        lines.append(f"{where}: expected grad_fn {expected['grad_fn']}, got {got['grad_fn']}")
    if expected["dtype"] not in ROUNDING:
        equal = np.array_equal(e, g)
    else:
        rtol = {"torch.float64": case.rtol64, "torch.float32": case.rtol32, "torch.float16": 1e-3}[expected["dtype"]]
        finite = np.abs(e[np.isfinite(e)])
        scale = float(finite.max()) if finite.size else 0.0
        atol = max(ROUNDING[expected["dtype"]], rtol / 10) * max(scale, 1e-30)
        if expected["dtype"] == "torch.float16":
            rtol = 1e-3
        with np.errstate(all="ignore"):
            equal = bool(np.allclose(g, e, rtol=rtol, atol=atol, equal_nan=True))
    if not equal:
        lines.append(f"{where}: expected\n{e}\ngot\n{g}")
    return lines
