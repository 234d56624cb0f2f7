"""`out=`: a result written into tensors that are there already.

It is computed as ever and copied: the memory of the result is saved for the caller, not the copy.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from ..autograd.grad_mode import is_grad_enabled, no_grad
from ..autograd.variable import TensorBase
from ..dtypes import can_cast
from .signatures import full_name, signatures
from .strided import resize_


@functools.cache
def takes_out(name: str) -> bool:
    """Whether PyTorch's function of this name has an argument `out`."""
    return any(p.name == "out" for s in signatures("torch", name) or () for p in s.parameters)


def write(name: str, function: Callable[..., Any], out: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of `function(*args, **kwargs)`, written into `out`, a tensor or a tuple of them, which is returned.

    Raises TypeError for an `out` of another kind, RuntimeError where a gradient would be asked for or the result's dtype
    does not fit.
    """
    several = isinstance(out, (tuple, list))
    targets = tuple(out) if several else (out,)
    for t in targets:
        if not isinstance(t, TensorBase):
            expected = "tuple of Tensors" if several else "Tensor"
            raise TypeError(f"{name}(): argument 'out' must be {expected}, not {full_name(t)}")
    result = function(*args, **kwargs)
    results = tuple(result) if isinstance(result, (tuple, list)) else (result,)
    if len(results) != len(targets):
        raise TypeError(f"{name}(): argument 'out' must be {len(results)} tensors, but got {len(targets)}")
    if is_grad_enabled() and any(t.requires_grad for t in (*results, *targets)):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
            "requires grad."
        )
    for t, r in zip(targets, results, strict=True):
        if not can_cast(r.dtype, t.dtype):
            raise RuntimeError(
                f"result type {r.dtype.type_name} can't be cast to the desired output type {t.dtype.type_name}"
            )
    with no_grad():
        for t, r in zip(targets, results, strict=True):
            _fill(t, r)
    if not several:
        return out
    return type(result)(*targets) if hasattr(result, "_fields") else type(result)(targets)


def _fill(target: Any, result: Any) -> None:
    if target.shape != result.shape:
        if target.numel():
            warnings.warn(
                f"An output with one or more elements was resized since it had shape {list(target.shape)}, which does not match "
                f"the required output shape {list(result.shape)}. This behavior is deprecated, and in a future PyTorch release "
                "outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by "
                "resizing it, inplace, to zero elements with t.resize_(0).",
                stacklevel=5,
            )
        resize_(target, result.shape)
    target.copy_(result)
