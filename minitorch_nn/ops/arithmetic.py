"""Sums, products, quotients and remainders, element by element, with broadcasting."""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, number
from ..autograd.arrays import broadcast_mismatch
from ..autograd.op import op
from ..autograd.variable import TensorBase
from ..dtypes import result_numpy
from .checks import FLOATS, NUMBERS, cpp_name, fit_number, supports, underived

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# The four operations --------------------------------------------------------------------------------------------------
@op(name="AddBackward0", kind="promote", a=lambda g: g, b=lambda g: g)
def plus(a: Tensor, b: Tensor | Number) -> Tensor:
    """a + b"""
    return np.add(a, b)


@op(name="SubBackward0", kind="promote", a=lambda g: g, b=lambda g: -g)
def minus(a: Tensor | Number, b: Tensor | Number) -> Tensor:
    """a - b"""
    return np.subtract(a, b)


@op(name="MulBackward0", kind="promote", a=lambda g, b: g * b, b=lambda g, a: g * a)
def times(a: Tensor, b: Tensor | Number) -> Tensor:
    """a * b"""
    return np.multiply(a, b)


@op(name="DivBackward0", kind="float", a=lambda g, b: g / b, b=lambda g, a, b: -g * ((a / b) / b))
def over(a: Tensor | Number, b: Tensor | Number) -> Tensor:
    """a / b, true division: integers give the default floating-point type."""
    return np.divide(a, b)


@op(name="DivBackward2", kind="float", a=lambda g, b: g / b, b=lambda g, a, b: -g * ((a / b) / b))
def over_unrounded(a: Tensor | Number, b: Tensor | Number) -> Tensor:
    """a / b, as `over`: PyTorch has another name for it where rounding_mode=None is given"""
    return np.divide(a, b)


@op(input=lambda g: -g)
def neg(input: Tensor) -> Tensor:
    """-input"""
    if input.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
            "`~` or `logical_not()` operator instead."
        )
    return np.negative(input)


@op(kind="float", input=lambda g, out: -g * (out * out))
def reciprocal(input: Tensor) -> Tensor:
    """1 / input"""
    return np.reciprocal(input)


@op(name="RsubBackward0", kind="promote", a=lambda g: -g, b=lambda g: g)
def reverse_minus(a: Tensor, b: Tensor) -> Tensor:
    """b - a, for two tensors"""
    return np.subtract(b, a)


@op(name="RsubBackward1", kind="promote", a=lambda g: -g)
def number_minus(a: Tensor, b: Number) -> Tensor:
    """b - a, for a Python number b"""
    return np.subtract(b, a)


# With a factor --------------------------------------------------------------------------------------------------------
def _scaled(x: Any, by: Number) -> Any:
    """x * by in the dtype of x, bools too"""
    return np.multiply(x, fit_number(by, x.dtype)) if isinstance(x, np.ndarray) else x * by


@op(name="AddBackward0", kind="promote", a=lambda g: g, b=lambda g, alpha: g * alpha)
def plus_scaled(a: Tensor, b: Tensor | Number, *, alpha: Number) -> Tensor:
    """a + alpha * b"""
    return np.add(a, _scaled(b, alpha))


@op(name="SubBackward0", kind="promote", a=lambda g: g, b=lambda g, alpha: -g * alpha)
def minus_scaled(a: Tensor, b: Tensor | Number, *, alpha: Number) -> Tensor:
    """a - alpha * b"""
    return np.subtract(a, _scaled(b, alpha))


@op(
    name="AddcmulBackward0",
    kind="promote",
    input=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (tensor2 * value),
    tensor2=lambda g, tensor1, value: g * (tensor1 * value),
)
@supports(NUMBERS, "addcmul_cpu_out")
def plus_product(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number) -> Tensor:
    """input + value * tensor1 * tensor2"""
    number = fit_number(value, input.dtype)
    return np.add(input, tensor1 * tensor2 if number == 1 else tensor1 * number * tensor2)


@op(
    name="AddcdivBackward0",
    kind="promote",
    input=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (value / tensor2),
    tensor2=lambda g, tensor1, tensor2, value: -g * (tensor1 * value / (tensor2 * tensor2)),
)
def plus_quotient(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number) -> Tensor:
    """input + value * tensor1 / tensor2"""
    return np.add(input, tensor1 / tensor2 if value == 1 else tensor1 * value / tensor2)


# Quotients without a fraction -----------------------------------------------------------------------------------------
def _is_whole(a: Any, b: Any) -> bool:
    """Whether the division is one of integers. Raises RuntimeError where one of these is by zero."""
    if isinstance(b, (int, float)) or b.dtype.kind == "f":  # a plain number stands beside floats only
        return False
    if not np.all(b) and np.size(a) and broadcast_mismatch(np.shape(a), b.shape) is None:
        raise RuntimeError("ZeroDivisionError")
    return True


@supports(NUMBERS, "div_floor_cpu")
def _floor(a: Any, b: Any) -> Any:
    _is_whole(a, b)
    return np.floor_divide(a, b)


@op(name="DivBackward2", kind="promote", a=lambda g: constant(g, value=0.0), b=lambda g: constant(g, value=0.0))
def over_floor(a: Tensor, b: Tensor | Number) -> Tensor:
    """floor(a / b); the gradient is 0"""
    return _floor(a, b)


@op(name="DivBackward2", kind="promote", a=lambda g: constant(g, value=0.0), b=lambda g: constant(g, value=0.0))
@supports(NUMBERS, "div_trunc_cpu")
def over_trunc(a: Tensor, b: Tensor | Number) -> Tensor:
    """a / b without its fraction; the gradient is 0"""
    if _is_whole(a, b):
        return np.floor_divide(a - np.fmod(a, b), b)
    return np.trunc(np.divide(a, b))


@op(name="NotImplemented", kind="promote", a=underived("floor_divide"), b=underived("floor_divide"))
def quotient(a: Tensor, b: Tensor | Number) -> Tensor:
    """floor(a / b), which has no gradient in PyTorch"""
    return _floor(a, b)


@supports(NUMBERS, "remainder_cpu")
def _remainder(a: Any, b: Any) -> Any:
    if _is_whole(a, b):
        return np.remainder(a, b)
    out = np.asarray(np.fmod(a, b))  # np.remainder gives a zero the sign of b, PyTorch that of a
    np.add(out, b, out=out, where=(out != 0) & ((out < 0) != np.less(b, 0)))
    return out


@op(name="RemainderBackward1", kind="promote", a=lambda g: g, b=lambda g, a, b: -g * over_floor(a, b))
def remainder_tensor(a: Tensor, b: Tensor) -> Tensor:
    """a - b * floor(a / b), for two tensors"""
    return _remainder(a, b)


@op(name="RemainderBackward0", kind="promote", a=lambda g: g)
def remainder_number(a: Tensor, b: Number) -> Tensor:
    """a - b * floor(a / b), for a Python number b"""
    return _remainder(a, b)


@op(name="NotImplemented", kind="promote", b=underived("remainder"))
def number_remainder(a: Number, b: Tensor) -> Tensor:
    """a - b * floor(a / b), for a Python number a; it has no gradient in PyTorch"""
    return _remainder(a, b)


@supports(NUMBERS, "fmod_cpu")
def _fmod(a: Any, b: Any) -> Any:
    _is_whole(a, b)
    return np.fmod(a, b)


@op(name="FmodBackward1", kind="promote", a=lambda g: g, b=lambda g, a, b: -g * over_trunc(a, b))
def fmod_tensor(a: Tensor, b: Tensor) -> Tensor:
    """a - b * trunc(a / b), for two tensors"""
    return _fmod(a, b)


@op(name="FmodBackward0", kind="promote", a=lambda g: g)
def fmod_number(a: Tensor, b: Number) -> Tensor:
    """a - b * trunc(a / b), for a Python number b"""
    return _fmod(a, b)


# Between two tensors --------------------------------------------------------------------------------------------------
def _mix(start: Any, end: Any, weight: Any) -> Any:
    """start + weight * (end - start), counted from the nearer end, so that weight 1 gives `end` itself"""
    step = end - start
    if isinstance(weight, np.ndarray):
        return np.where(weight < 0.5, start + weight * step, end - step * (1 - weight))
    return start + weight * step if weight < 0.5 else end - step * (1 - weight)


@op(name="LerpBackward0", kind="promote", input=lambda g, weight: g * (1 - weight), end=lambda g, weight: g * weight)
@supports(FLOATS, "lerp_kernel_scalar")
def lerp_number(input: Tensor, end: Tensor, *, weight: float) -> Tensor:
    """input + weight * (end - input), for a Python number weight"""
    return _mix(input, end, weight)


@op(
    name="LerpBackward1",
    kind="promote",
    input=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, input, end: g * (end - input),
)
@supports(FLOATS, "lerp_kernel_tensor")
def lerp_tensor(input: Tensor, end: Tensor, weight: Tensor) -> Tensor:
    """input + weight * (end - input)"""
    return _mix(input, end, weight)


@op()
def constant(input: Tensor, *, value: float) -> Tensor:
    """An array like input, filled with value; part of no graph."""
    return np.full_like(input, value)


# The public forms with PyTorch's options ------------------------------------------------------------------------------
def _is_tensor(x: Any) -> bool:
    return isinstance(x, (TensorBase, np.ndarray))


def _is_one(alpha: Any) -> bool:
    return type(alpha) is int and alpha == 1


def _fit_alpha(alpha: Number, *values: Any) -> Number:
    """The factor as a number of the result's dtype, which must not be of a lower kind. Raises RuntimeError."""
    kinds = {v._data.dtype.kind if isinstance(v, TensorBase) else np.asarray(v).dtype.kind for v in values}
    if isinstance(alpha, bool) and kinds != {"b"}:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and kinds.isdisjoint(FLOATING):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    return number(alpha, result_numpy(*(getattr(v, "_data", v) for v in values)))  # type: ignore[no-any-return]


def add(input: Any, other: Any, *, alpha: Number = 1) -> Tensor:
    """input + alpha * other"""
    if _is_one(alpha):
        return plus(input, other)
    alpha = _fit_alpha(alpha, input, other)
    return plus_scaled(input, other, alpha=alpha)


def sub(input: Any, other: Any, *, alpha: Number = 1) -> Tensor:
    """input - alpha * other; not of bools"""
    _no_bools(input, other)
    if _is_one(alpha):
        return minus(input, other)
    alpha = _fit_alpha(alpha, input, other)
    return minus_scaled(input, other, alpha=alpha)


def rsub(input: Any, other: Any, *, alpha: Number = 1) -> Tensor:
    """other - alpha * input; not of bools"""
    _no_bools(input, other)
    if not _is_one(alpha):
        alpha = _fit_alpha(alpha, input, other)
        input = times(input, alpha)
    return reverse_minus(input, other) if _is_tensor(other) else number_minus(input, other)


def _is_bool(x: Any) -> bool:
    return x is True or x is False or (isinstance(x, TensorBase) and x._data.dtype.kind == "b")


def _no_bools(input: Any, other: Any) -> None:
    if _is_bool(input) or _is_bool(other):
        if _is_bool(input) and _is_bool(other):
            raise RuntimeError(
                "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
                "operator instead."
            )
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


def mul(input: Any, other: Any) -> Tensor:
    """input * other"""
    return times(input, other)


def div(input: Any, other: Any, *, rounding_mode: str | EllipsisType | None = ...) -> Tensor:
    """input / other; rounding_mode None (true division), "trunc" (towards zero) or "floor" (down)."""
    if rounding_mode is ...:
        return over(input, other)
    if rounding_mode is None:
        return over_unrounded(input, other)
    if rounding_mode == "floor":
        return over_floor(input, other)
    if rounding_mode == "trunc":
        return over_trunc(input, other)
    raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")


def true_divide(input: Any, other: Any) -> Tensor:
    """input / other"""
    return over(input, other)


def rdiv(input: Any, other: Any) -> Tensor:
    """input / other for a number divided by a tensor: other's reciprocal times input, as PyTorch does"""
    return times(reciprocal(other), input)


def floor_divide(input: Any, other: Any) -> Tensor:
    """floor(input / other), in the common dtype; use `div(…, rounding_mode="floor")` where a gradient is wanted"""
    return quotient(input, other)


def remainder(input: Any, other: Any) -> Tensor:
    """input - other * floor(input / other): the sign of other, as Python's %"""
    if not _is_tensor(input):
        return number_remainder(input, other)
    return remainder_tensor(input, other) if _is_tensor(other) else remainder_number(input, other)


def fmod(input: Any, other: Any) -> Tensor:
    """input - other * trunc(input / other): the sign of input, as C's fmod"""
    return fmod_tensor(input, other) if _is_tensor(other) else fmod_number(input, other)


def positive(input: Tensor) -> Tensor:
    """input itself; not of bools"""
    if _is_bool(input):
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def lerp(input: Tensor, end: Tensor, weight: Tensor | float) -> Tensor:
    """input + weight * (end - input), of floating-point tensors of one dtype"""
    for name, x in (("end", end), ("weight", weight)):
        if isinstance(x, TensorBase) and x._data.dtype != input._data.dtype and (name == "end" or x._data.ndim):
            raise RuntimeError(f"expected dtype {cpp_name(input)} for `{name}` but got dtype {cpp_name(x)}")
    if isinstance(weight, TensorBase):
        return lerp_tensor(input, end, weight)
    return lerp_number(input, end, weight=weight)


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """input + value * tensor1 * tensor2"""
    return plus_product(input, tensor1, tensor2, value=value)


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """input + value * tensor1 / tensor2; tensor1 and tensor2 not both of integers"""
    if tensor1._data.dtype.kind not in FLOATING and tensor2._data.dtype.kind not in FLOATING:
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
            "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
            "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * "
            "tensor1 / tensor2), for all dtypes."
        )
    return plus_quotient(input, tensor1, tensor2, value=value)
