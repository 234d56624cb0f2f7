"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ... import ops
from ...tensor import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters, flattened and joined: (total number of elements,). Differentiable."""
    return ops.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Make successive parts of `vec` the values of `parameters`; they share its memory, as in PyTorch."""
    if not isinstance(vec, Tensor):
        kind: Any = type(vec)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        raise TypeError(f"expected torch.Tensor, but got: {name}")
    start = 0
    for p in parameters:
        p.data = vec[start : start + p.numel()].view_as(p).data  # type: ignore[no-untyped-call]
        start += p.numel()  # type: ignore[no-untyped-call]
