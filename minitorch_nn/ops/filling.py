"""Writing given values: copy_, fill_, zero_, and `fill`, which returns a new tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.grad_mode import mode
from ..autograd.op import op
from ..autograd.variable import TensorBase
from .arithmetic import constant
from .checks import expect_tensor, fit_number
from .dims import common_shape
from .inplace import assign, check_in_place

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# What was there before has no part in the result: its gradient is 0 ---------------------------------------------------
def _none(g: Any) -> Any:
    return constant(g, value=0.0)


@op(name="CopyBackwards", input=_none, src=lambda g: g)
def overwritten(input: Tensor, src: Tensor) -> Tensor:
    """src in the shape and dtype of input"""
    return np.broadcast_to(src.astype(input.dtype, copy=False), input.shape)


@op(name="FillBackward0", input=_none)
def filled(input: Tensor, *, value: Number) -> Tensor:
    """A number everywhere"""
    return np.full_like(input, value)


@op(name="FillBackward1", input=_none, value=lambda g: g)
def filled_with(input: Tensor, value: Tensor) -> Tensor:
    """The element of a 0-dim tensor everywhere"""
    return np.full_like(input, value)


@op(name="FillBackward2", input=_none)
def refilled(input: Tensor, *, value: Number) -> Tensor:
    """As `filled`, in place"""
    return np.full_like(input, value)


@op(name="FillBackward3", input=_none, value=lambda g: g)
def refilled_with(input: Tensor, value: Tensor) -> Tensor:
    """As `filled_with`, in place"""
    return np.full_like(input, value)


@op(name="ZeroBackward0", input=_none)
def zeroed(input: Tensor) -> Tensor:
    """Zeros"""
    return np.zeros_like(input)


# The public forms -----------------------------------------------------------------------------------------------------
def _in_graph(t: Tensor) -> bool:
    return mode.grad and (t.requires_grad or (t._view is not None and t._view[0]._edge() is not None))


def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Write src (a tensor that broadcasts, or a number) into self. `non_blocking` has no effect on a CPU."""
    check_in_place(self)
    if isinstance(src, (int, float)):
        return fill_(self, src)
    expect_tensor("copy_", "other", 1, src)
    shape = self._data.shape
    if src._data.shape != shape:
        common = common_shape(shape, src._data.shape)
        if common != shape:
            raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(common)}")
    if _in_graph(self) or (mode.grad and src.requires_grad):
        return assign(self, overwritten(self, src))
    with np.errstate(over="ignore", invalid="ignore"):
        np.copyto(self._data, src._data, casting="unsafe")
    self._bump()
    return self


def _check_value(value: Any) -> None:
    if isinstance(value, TensorBase):
        if value._data.ndim:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value._data.ndim} dimensions."
            )
    elif not isinstance(value, (int, float, np.generic)):
        raise TypeError(f"fill_(): argument 'value' (position 1) must be Number, not {type(value).__name__}")


def fill(input: Tensor, value: Tensor | Number) -> Tensor:
    """A tensor like input, filled with one value"""
    _check_value(value)
    if isinstance(value, TensorBase):
        return filled_with(input, value)
    return filled(input, value=fit_number(value, input._data.dtype))


def fill_(self: Tensor, value: Any) -> Tensor:
    """Fill self with one value."""
    check_in_place(self)
    _check_value(value)
    if isinstance(value, TensorBase):
        return assign(self, refilled_with(self, value))
    number = fit_number(value, self._data.dtype)
    if _in_graph(self):
        return assign(self, refilled(self, value=number))
    self._data[...] = number
    self._bump()
    return self


def zero_(self: Tensor) -> Tensor:
    """Fill self with zeros."""
    check_in_place(self)
    if _in_graph(self):
        return assign(self, zeroed(self))
    self._data[...] = 0
    self._bump()
    return self
