"""Run a case on a namespace (this package or PyTorch) and describe all that came out of it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .core import Case


def first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line.split(" (Triggered internally", 1)[0].strip()


def tensors(case: Case, torch: Any, dtype: str, salt: int = 0) -> list[Any]:
    made = []
    for spec, array in zip(case.inputs, case.arrays(dtype, salt), strict=True):
        x = torch.from_numpy(array)
        made.append(x.requires_grad_() if spec.grad and x.is_floating_point() else x)
    return made


def leaves(torch: Any, tree: Any) -> list[Any]:
    """The tensors of a result, in order."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    if isinstance(tree, (tuple, list)):
        return [leaf for item in tree for leaf in leaves(torch, item)]
    return []


def describe(torch: Any, tree: Any) -> Any:
    """Tensors as dicts with an array; tuples and lists as lists; Python values as they are; the rest by its text."""
    if isinstance(tree, torch.Tensor):
        return {
            "dtype": str(tree.dtype),
            "array": np.ascontiguousarray(tree.detach().numpy()).reshape(tuple(tree.shape)).copy(),
            "requires_grad": tree.requires_grad,
            "grad_fn": type(tree.grad_fn).__name__ if tree.grad_fn is not None else None,
        }
    if isinstance(tree, (tuple, list)):
        return [describe(torch, item) for item in tree]
    if tree is None or isinstance(tree, (bool, int, str)):
        return tree
    if isinstance(tree, float):
        return {"float": repr(tree)}
    return {"text": str(tree)}


def cotangents(case: Case, torch: Any, outs: list[Any], salt: int = 0) -> list[Any]:
    draw = case.seed(salt + 1)
    arrays = [np.asarray(draw.uniform(-1, 1, tuple(o.shape))) for o in outs]
    return [torch.from_numpy(a).to(o.dtype) for a, o in zip(arrays, outs, strict=True)]


def evaluate(case: Case, torch: Any, dtype: str, salt: int = 0) -> dict[str, Any]:
    """`{"out", "grads", "warns"}`, or `{"raises": [type, first line], ...}` where the call raised."""
    result: dict[str, Any] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        args = tensors(case, torch, dtype, salt)
        try:
            out = case.fn(torch, *args)
        except Exception as error:
            result["raises"] = describe_error(error)
        else:
            result["out"] = describe(torch, out)
            if not case.values:
                result["out"]["array"] = np.zeros_like(result["out"]["array"])
            outs = [o for o in leaves(torch, out) if o.requires_grad]
            wanted = [x for x in args if x.requires_grad]
            if outs and wanted:
                try:
                    grads = torch.autograd.grad(outs, wanted, cotangents(case, torch, outs, salt), allow_unused=True)
                except Exception as error:
                    result["grad_raises"] = describe_error(error)
                else:
                    result["grads"] = [bare(describe(torch, g)) for g in grads]
    if caught:
        result["warns"] = sorted({f"{w.category.__name__}: {first_line(str(w.message))}" for w in caught})
    return result


def describe_error(error: Exception) -> list[str]:
    kinds = ("IndexError", "ValueError", "TypeError", "NotImplementedError", "AttributeError", "RuntimeError")
    names = [c.__name__ for c in type(error).__mro__ if c.__name__ in kinds]
    return [names[0] if names else type(error).__name__, first_line(str(error))]


def bare(described: Any) -> Any:
    if described is None:
        return None
    return {"dtype": described["dtype"], "array": described["array"]}
