"""What the recording script and the tests of `nn` share: a case is run in PyTorch to record it, and here to compare.

A case is a function of the `torch` namespace that returns Tensors, texts and numbers, in lists and dicts as it likes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Case = Callable[[Any], Any]
FILE = Path(__file__).parent.parent / "recorded" / "nn"


def wave(torch: Any, *shape: int, phase: float = 0.1, dtype: Any = None) -> Any:
    """A Tensor of values in [-1, 1], all different and with no seed: sin(0.37 i + phase) in float64."""
    n = int(np.prod(shape))
    values = torch.sin(torch.arange(n, dtype=torch.float64) * 0.37 + phase).reshape(shape).clone()
    return values if dtype is None else values.to(dtype)


def fill(torch: Any, module: Any) -> Any:
    """Give every parameter of `module` values that depend on nothing but its place and size, in float64."""
    module.double()
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(wave(torch, *p.shape, phase=0.3 + i) + (1.5 if p.ndim == 1 else 0))
    return module


def forward_and_gradients(torch: Any, f: Callable[..., Any], *inputs: Any, parameters: Any = ()) -> list[Any]:
    """f(*inputs), then the gradients of a weighted sum of it by the floating inputs and by the parameters."""
    leaves = [x for x in inputs if isinstance(x, torch.Tensor) and x.is_floating_point()]
    for x in leaves:
        x.requires_grad_()
    out = f(*inputs)
    (out * wave(torch, *out.shape, phase=0.9)).sum().backward()
    return [out.detach(), [x.grad for x in leaves], [p.grad for p in parameters]]


def raised(f: Callable[[], Any]) -> str:
    """Type and text of the error that `f` raises."""
    try:
        f()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


def flat(value: Any) -> list[Any]:
    """The leaves of nested lists and dicts: arrays, texts, numbers."""
    if isinstance(value, dict):
        return [leaf for key, v in value.items() for leaf in (key, *flat(v))]
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in flat(v)]
    if hasattr(value, "detach"):
        return [np.array(value.detach().numpy())]
    return [value]


def run(cases: dict[str, Case], torch: Any) -> dict[str, list[Any]]:
    """The leaves of every case's result."""
    return {name: flat(case(torch)) for name, case in cases.items()}


def save(results: dict[str, list[Any]], version: str) -> None:
    """Write the recorded file: texts and numbers as JSON, arrays beside them."""
    arrays: dict[str, np.ndarray] = {}
    texts: dict[str, list[Any]] = {}
    for name, leaves in results.items():
        texts[name] = []
        for i, leaf in enumerate(leaves):
            if isinstance(leaf, np.ndarray):
                arrays[f"{name}#{i}"] = leaf
                leaf = {"array": f"{name}#{i}"}
            texts[name].append(leaf)
    FILE.with_suffix(".json").write_text(json.dumps({"torch": version, "cases": texts}, indent=1) + "\n")
    np.savez_compressed(FILE.with_suffix(".npz"), **arrays)


def load() -> dict[str, list[Any]]:
    """The recorded leaves by case name."""
    texts = json.loads(FILE.with_suffix(".json").read_text())["cases"]
    with np.load(FILE.with_suffix(".npz")) as arrays:
        return {
            name: [arrays[leaf["array"]] if isinstance(leaf, dict) else leaf for leaf in leaves]
            for name, leaves in texts.items()
        }


def compare(got: list[Any], want: list[Any], rtol: float = 1e-9, atol: float = 1e-11) -> None:
    """Assert equality: arrays to a tolerance, with dtype and shape; an error's text may go on after PyTorch's."""
    assert len(got) == len(want), (got, want)
    for g, w in zip(got, want, strict=True):
        if isinstance(w, np.ndarray):
            assert isinstance(g, np.ndarray), f"{g!r} instead of an array"
            assert (g.dtype, g.shape) == (w.dtype, w.shape)
            np.testing.assert_allclose(g, w, rtol=rtol, atol=atol)
        elif isinstance(w, str) and isinstance(g, str) and "Error: " in w:
            assert g == w or g.startswith(w.rstrip() + "\n"), f"\n{g}\ninstead of\n{w}"
        elif isinstance(w, float):
            np.testing.assert_allclose(g, w, rtol=max(rtol, 1e-12))
        else:
            assert g == w, f"\n{g}\ninstead of\n{w}"
