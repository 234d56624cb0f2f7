"""The one or the other, element by element: by a condition, the larger, the smaller, within bounds."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, finished, float_of
from ..autograd.op import op
from ..autograd.variable import TensorBase
from ..dtypes import from_numpy, result_numpy
from .checks import NUMBERS, cpp_name, fit_number, not_implemented, supports
from .dims import common_shape
from .inplace import in_place

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# By a condition -------------------------------------------------------------------------------------------------------
@op(
    name="WhereBackward0",
    kind="promote",
    a=lambda g, condition: choose(g, 0.0, condition=condition),
    b=lambda g, condition: choose(0.0, g, condition=condition),
)
def choose(a: Tensor | Number, b: Tensor | Number, *, condition: Any) -> Tensor:
    """a where condition (a boolean array), else b"""
    return np.where(condition, a, b)


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """input where condition, else other; all three broadcast. Without the two, where condition is true, by dimension.

    condition: bool tensor. input, other: tensors or numbers, promoted to a common dtype.
    """
    mask = getattr(condition, "_data", condition)
    if input is None and other is None:
        mask = float_of(mask)
        indices = np.nonzero(mask) if mask.ndim else np.nonzero(mask.reshape(1))
        return tuple(condition._wrap(i) for i in indices)
    if isinstance(mask, np.ndarray) and mask.dtype.kind != "b":
        if mask.dtype != np.uint8:
            kind = from_numpy(mask.dtype).type_name
            raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {kind}")
        warnings.warn(
            "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version "
            "of PyTorch. Use a boolean condition instead.",
            stacklevel=2,
        )
        mask = mask.astype(bool)
    if isinstance(condition, TensorBase) and not (isinstance(input, TensorBase) or isinstance(other, TensorBase)):
        return condition._wrap(finished(np.where(mask, input, other), result_numpy(input, other)))
    try:
        return choose(input, other, condition=mask)
    except (ValueError, RuntimeError):
        common_shape(*(np.shape(getattr(v, "_data", v)) for v in (mask, input, other)))  # raises in PyTorch's order
        raise


# The larger and the smaller -------------------------------------------------------------------------------------------
def _share(g: Any, input: Any, other: Any, loses: Any) -> Any:
    """g, half of it where the two are equal, none where `loses`"""
    return where(input == other, g / 2, g) * ~loses


@op(
    kind="promote",
    input=lambda g, input, other: _share(g, input, other, input < other),
    other=lambda g, input, other: _share(g, input, other, input > other),
)
def maximum(input: Tensor, other: Tensor) -> Tensor:
    """The larger of the two, nan if either is; equal ones share the gradient."""
    return np.maximum(input, other)


@op(
    kind="promote",
    input=lambda g, input, other: _share(g, input, other, input > other),
    other=lambda g, input, other: _share(g, input, other, input < other),
)
def minimum(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of the two, nan if either is; equal ones share the gradient."""
    return np.minimum(input, other)


# Within two numbers ---------------------------------------------------------------------------------------------------
@op(name="ClampBackward1", input=lambda g, input, min, max: g * between(input, min=min, max=max))
def clamp_numbers(input: Tensor, *, min: Number | None, max: Number | None) -> Tensor:
    """input held between two Python numbers, or above or below one"""
    if input.dtype.kind == "b":
        bound = "" if None not in (min, max) else "max_" if min is None else "min_"
        raise not_implemented(f"clamp_{bound}scalar_cpu", input)
    return _held(input, min, max)


def _held(input: Any, min: Any, max: Any) -> Any:
    out = input if min is None else np.maximum(input, min)
    return out if max is None else np.minimum(out, max)


@op(name="ClampMinBackward0", input=lambda g, input, min: g * between(input, min=min, max=None))
@supports(NUMBERS, "clamp_min_scalar_cpu")
def clamp_min_number(input: Tensor, *, min: Number) -> Tensor:
    """max(input, min)"""
    return np.maximum(input, min)


@op(name="ClampMaxBackward0", input=lambda g, input, max: g * between(input, min=None, max=max))
@supports(NUMBERS, "clamp_max_scalar_cpu")
def clamp_max_number(input: Tensor, *, max: Number) -> Tensor:
    """min(input, max)"""
    return np.minimum(input, max)


@op()
def between(input: Tensor, *, min: Any, max: Any) -> Tensor:
    """1 where min <= input <= max, else 0"""
    return _within(input, min, max)


def _within(input: Any, min: Any, max: Any) -> Any:
    if min is None:
        return input <= max
    return input >= min if max is None else (input >= min) & (input <= max)


# Within two tensors ---------------------------------------------------------------------------------------------------
@op(
    name="ClampBackward0",
    kind="promote",
    input=lambda g, input, min, max: g * _within(input, min, max),
    min=lambda g, input, min, max: g * ((input < min) & (min < max) if max is not None else input < min),
    max=lambda g, input, min, max: g * ((input > max) | (max < min) if min is not None else input > max),
)
def clamp_tensors(input: Tensor, min: Tensor | None, max: Tensor | None) -> Tensor:
    """input held between two tensors"""
    if min is not None and max is not None and input.dtype.kind == "b":
        raise not_implemented("clamp_cpu", input)
    return _held(input, min, max)


@op(
    name="ClampMinBackward1",
    kind="promote",
    input=lambda g, input, min: g * (input >= min),
    min=lambda g, input, min: g * (input < min),
)
def clamp_min_tensor(input: Tensor, min: Tensor) -> Tensor:
    """max(input, min), for a tensor min; of equal ones the input has the gradient"""
    return np.maximum(input, min)


@op(
    name="ClampMaxBackward1",
    kind="promote",
    input=lambda g, input, max: g * (input <= max),
    max=lambda g, input, max: g * (input > max),
)
def clamp_max_tensor(input: Tensor, max: Tensor) -> Tensor:
    """min(input, max), for a tensor max; of equal ones the input has the gradient"""
    return np.minimum(input, max)


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """input held between min and max: two numbers, two tensors, or None for no bound; max wins where min is above it"""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    bounds = [b for b in (min, max) if b is not None]
    if all(isinstance(b, TensorBase) for b in bounds):
        return clamp_tensors(input, min, max)
    if any(isinstance(b, TensorBase) for b in bounds):  # a 0-dim one beside a number
        min, max = (b.item() if isinstance(b, TensorBase) else b for b in (min, max))
    input, numbers = _with_bounds(input, min, max)
    return clamp_numbers(input, min=numbers[0], max=numbers[1])


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """max(input, min)"""
    if isinstance(min, TensorBase):
        return clamp_min_tensor(input, min)
    input, bounds = _with_bounds(input, min)
    return clamp_min_number(input, min=bounds[0])


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """min(input, max)"""
    if isinstance(max, TensorBase):
        return clamp_max_tensor(input, max)
    input, bounds = _with_bounds(input, max)
    return clamp_max_number(input, max=bounds[0])


def _with_bounds(input: Tensor, *bounds: Any) -> tuple[Tensor, list[Any]]:
    """input and the bounds in their common dtype"""
    kind = result_numpy(input._data, *[b for b in bounds if b is not None])
    if kind != input._data.dtype:
        input = input.to(from_numpy(kind))
    return input, [b if b is None or kind.kind in FLOATING else fit_number(b, kind) for b in bounds]


# In place -------------------------------------------------------------------------------------------------------------
def _for_bounds(op_: Any) -> Any:
    """The in-place form; where numbers do not fit, the error says the dtype in other words than where tensors do not."""
    by_numbers, by_tensors = in_place(op_, dtype_name=cpp_name), in_place(op_)

    def changed(self: Tensor, *bounds: Any, **named: Any) -> Tensor:
        tensors = any(isinstance(b, TensorBase) for b in (*bounds, *named.values()))
        return (by_tensors if tensors else by_numbers)(self, *bounds, **named)  # type: ignore[no-any-return]

    changed.__name__ = changed.__qualname__ = by_tensors.__name__
    changed.__doc__ = by_tensors.__doc__
    return changed


clamp_, clamp_min_, clamp_max_ = _for_bounds(clamp), _for_bounds(clamp_min), _for_bounds(clamp_max)
