"""Writing given values: copy_, fill_, zero_, and `fill`, which returns a new tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import element, write
from ..autograd.grad_mode import mode
from ..autograd.op import op
from ..autograd.variable import TensorBase
from .arithmetic import constant
from .checks import expect_tensor, fit_number
from .dims import common_shape
from .inplace import assign, check_history, check_written
from .overlap import refuse_partial, refuse_repeated

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


overwritten.op.node_type.name = lambda node: "torch::autograd::CopyBackwards"  # type: ignore[attr-defined]


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
    if isinstance(src, (int, float)):
        check_written(self)
        return fill_(self, src)
    expect_tensor("copy_", "other", 1, src)
    check_history(self, src)
    if not _same_memory(self._data, src._data):
        refuse_repeated(self._data)
        refuse_partial(self._data, src._data)
    shape = self._data.shape
    if src._data.shape != shape:
        common = common_shape(shape, src._data.shape)
        if common != shape:
            raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(common)}")
    if _in_graph(self) or (mode.grad and src.requires_grad):
        return assign(self, overwritten(self, src))
    write(self._data, src._data)
    self._bump()
    return self


def _same_memory(a: Any, b: Any) -> bool:
    """Whether both are one array, or two of the same elements"""
    if a is b:
        return True
    if a.base is None and b.base is None:
        return False
    same = a.__array_interface__["data"] == b.__array_interface__["data"] and a.dtype == b.dtype
    return bool(same and a.shape == b.shape and a.strides == b.strides)


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
    if isinstance(value, TensorBase):
        check_written(self, value)  # type: ignore[arg-type]
        _check_value(value)
        return assign(self, refilled_with(self, value))
    check_history(self)
    _check_value(value)
    number = fit_number(value, self._data.dtype)
    if _in_graph(self):
        return assign(self, refilled(self, value=number))
    self._data[...] = element(number, self._data.dtype)
    self._bump()
    return self


def zero_(self: Tensor) -> Tensor:
    """Fill self with zeros."""
    check_history(self)
    if _in_graph(self):
        return assign(self, zeroed(self))
    self._data[...] = element(0, self._data.dtype)
    self._bump()
    return self
