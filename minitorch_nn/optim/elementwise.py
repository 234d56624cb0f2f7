"""The loop that the optimizers of this package share: each parameter's array, a cache-sized piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from .._bfloat16 import HALVES
from ..autograd import enable_grad
from ..dtypes import float64, get_default_dtype
from ..tensor import Tensor
from ._rounded import Update, with_rounding
from .optimizer import Optimizer

Array = np.ndarray[Any, Any]

BLOCK = 1 << 15
"""Elements of one piece: 128 KB of float32, so that parameter, gradient, state and scratch stay in the L2 cache."""


class Elementwise(Optimizer):
    """An optimizer that changes each parameter by its own gradient and state alone: `_update` is its formula."""

    later_options: ClassVar[dict[str, Any]] = {}
    """Options that checkpoints of older versions don't have, and what they mean then."""

    shaped_freely: ClassVar[frozenset[str]] = frozenset({"step"})
    """Names of state tensors that are not of the parameter's shape."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self.later_options.items():
                group.setdefault(name, value)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change each parameter that has a gradient, in place.

        closure: evaluates the model and returns the loss, before the step. Returns what it returned, else None.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is not None:
                    update: Update = self._update
                    if param._data.dtype.char in HALVES:
                        update = with_rounding(update, self.state, self.shaped_freely)
                    update(param, param.grad._data, group)
                    param._bump()
        return loss

    def _update(self, param: Any, grad: Array, group: dict[str, Any]) -> None:
        raise NotImplementedError

    def _loaded_state(self, param: Tensor, value: Any, key: Any = None) -> Any:
        loaded = super()._loaded_state(param, value, key)
        if isinstance(loaded, Tensor) and key not in self.shaped_freely and loaded.shape != param.shape:
            raise ValueError(
                f"loaded state dict has {key!r} of shape {list(loaded.shape)} for a parameter of shape "
                f"{list(param.shape)}; it belongs to other parameters, or to the same ones in another order"
            )
        return loaded


def check_nonnegative(**values: Any) -> None:
    """Raise PyTorch's ValueError for the first option that is negative or nan."""
    for name, value in values.items():
        if name == "lr" and isinstance(value, Tensor) and value._data.size != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= value:  # noqa: SIM300  # the order of PyTorch's, for the words where it can't be compared
            label = {"lr": "learning rate", "eps": "epsilon value"}.get(name, f"{name} value")
            raise ValueError(f"Invalid {label}: {value}")


def check_betas(betas: tuple[Any, Any]) -> None:
    """Raise PyTorch's ValueError for the first beta outside [0, 1)."""
    for i in (0, 1):
        beta = betas[i]
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")


def check_mode(
    *, differentiable: bool, foreach: bool | None, fused: bool | None = None, capturable: bool = False
) -> None:
    """Refuse what has no effect here. `foreach` and `fused` choose among equal ways in PyTorch: here there is one."""
    if differentiable:
        if fused:
            raise RuntimeError("`fused` does not support `differentiable`")
        raise NotImplementedError(
            "differentiable=True is not supported: step() works in place on arrays. "
            "Write the update with tensor operations to differentiate through it."
        )
    if capturable:
        raise NotImplementedError("capturable=True is for graphs of an accelerator; tensors here live on the CPU.")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def zeros_like(param: Tensor) -> Tensor:
    """State of the parameter's shape and dtype, in its memory order."""
    return Tensor._wrap(np.zeros_like(param._data))


def full_like(param: Tensor, value: float) -> Tensor:
    """As `zeros_like`, filled with `value`."""
    return Tensor._wrap(np.full_like(param._data, value))


def step_zero() -> Tensor:
    """The step counter: PyTorch keeps it as a 0-dim floating-point tensor."""
    double = get_default_dtype() is float64
    return Tensor._wrap(np.zeros((), np.float64 if double else np.float32))


def count_step(state: dict[str, Any]) -> float:
    """Add one to `state["step"]` and return it as a Python number."""
    step = state["step"]
    step._data += 1
    step._bump()
    return float(step._data)


def lerp(start: Array, end: Array, weight: float, scratch: Array) -> None:
    """start += weight * (end - start), in place, computed from the nearer end as PyTorch does."""
    np.subtract(end, start, out=scratch)
    if weight < 0.5:
        scratch *= weight
        start += scratch
    else:
        scratch *= 1 - weight
        np.subtract(end, scratch, out=start)


def blocks(*arrays: Array | None, scratch: int = 2) -> Iterator[tuple[Any, ...]]:
    """The same piece of every array at a time, then `scratch` uninitialised arrays of its shape. None stays None.

    A small array is one piece. A large one is cut so that all pieces stay in cache: about twice as fast, and the
    scratch stays small.
    """
    first = arrays[0]
    assert first is not None
    if first.size <= BLOCK:
        yield (*arrays, *(np.empty_like(first) for _ in range(scratch)))
        return
    rows: list[Array | None] = list(arrays)
    if all(a is None or a.strides == first.strides for a in arrays):
        flat = first.ravel(order="K")
        if np.may_share_memory(flat, first):  # no gaps between elements, so memory can be walked in its own order
            rows = [None if a is None else a.ravel(order="K") for a in arrays]
            first = flat
    count = max(1, BLOCK * len(first) // first.size)
    spare = [np.empty_like(first[:count]) for _ in range(scratch)]
    for i in range(0, len(first), count):
        piece = first[i : i + count]
        yield (*(None if a is None else a[i : i + count] for a in rows), *(s[: len(piece)] for s in spare))
