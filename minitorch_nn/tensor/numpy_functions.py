"""NumPy's functions on Tensors: each stands for the operation that has a gradient, under NumPy's argument names.

`np.sin(t)` is `ops.sin(t)`, `np.sum(t, axis=0)` is `ops.sum(t, 0)`. What is not listed here runs on the arrays, and
only where no gradient is asked for: nothing leaves the graph unnoticed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..autograd.variable import TensorBase
from .from_data import made, tensor

Table = dict[Any, Callable[..., Any]]

OPERATORS: Table = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.divide: operator.truediv,
    np.floor_divide: operator.floordiv, np.remainder: operator.mod, np.power: operator.pow,
    np.equal: operator.eq, np.not_equal: operator.ne, np.less: operator.lt, np.less_equal: operator.le,
    np.greater: operator.gt, np.greater_equal: operator.ge, np.bitwise_and: operator.and_,
    np.bitwise_or: operator.or_, np.bitwise_xor: operator.xor, np.left_shift: operator.lshift,
    np.right_shift: operator.rshift,
}  # fmt: skip
"""These take a tensor and a Python number as they are: a number does not widen the tensor."""

UFUNCS: Table = {
    np.matmul: ops.matmul, np.maximum: ops.maximum, np.minimum: ops.minimum, np.arctan2: ops.atan2, np.fmod: ops.fmod,
    np.logical_and: ops.logical_and, np.logical_or: ops.logical_or, np.logical_xor: ops.logical_xor,
    np.logical_not: ops.logical_not, np.invert: operator.invert, np.negative: ops.neg, np.positive: ops.positive,
    np.absolute: ops.abs, np.fabs: ops.abs, np.sign: ops.sign, np.sqrt: ops.sqrt, np.square: ops.square,
    np.reciprocal: ops.reciprocal, np.exp: ops.exp, np.exp2: ops.exp2, np.expm1: ops.expm1, np.log: ops.log,
    np.log2: ops.log2, np.log10: ops.log10, np.log1p: ops.log1p, np.sin: ops.sin, np.cos: ops.cos, np.tan: ops.tan,
    np.arcsin: ops.asin, np.arccos: ops.acos, np.arctan: ops.atan, np.sinh: ops.sinh, np.cosh: ops.cosh,
    np.tanh: ops.tanh, np.floor: ops.floor, np.ceil: ops.ceil, np.trunc: ops.trunc, np.rint: ops.round,
    np.isnan: ops.isnan, np.isinf: ops.isinf, np.isfinite: ops.isfinite,
}  # fmt: skip
"""These take tensors only."""


def as_operand(value: Any) -> Any:
    """An argument of an operator: arrays become tensors, NumPy's scalars Python's numbers."""
    if isinstance(value, np.ndarray):
        return made(value, None, False)
    return value.item() if isinstance(value, np.generic) else value


def as_input(value: Any) -> Any:
    """An argument that must be a tensor; numbers and sequences become one."""
    if isinstance(value, TensorBase):
        return value
    return made(value, None, False) if isinstance(value, np.ndarray) else tensor(value)


def _all(values: Any) -> list[Any]:
    return [as_input(v) for v in values]


def _over(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction over axis, all of them by default."""
    return lambda a, axis=None, keepdims=False: function(a, axis, keepdims)


def _spread(function: Callable[..., Any]) -> Callable[..., Any]:
    """std and var, which NumPy divides by n and PyTorch by n - 1."""
    return lambda a, axis=None, ddof=0, keepdims=False: function(a, axis, correction=ddof, keepdim=keepdims)


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, axis=None, keepdims=False: function(a, () if axis is None else axis, keepdims)


def _along(function: Callable[..., Any], default: int | None) -> Callable[..., Any]:
    """Along one axis, or along the flattened elements for None."""
    return lambda a, axis=default: function(ops.flatten(a), 0) if axis is None else function(a, axis)


def _dot(a: Any, b: Any) -> Any:
    a, b = as_input(a), as_input(b)
    if 0 in (a.ndim, b.ndim):
        return ops.mul(a, b)
    if b.ndim > 2 and a.ndim > 1:
        raise TypeError("np.dot on a Tensor: for more than two dimensions use torch.matmul or torch.einsum")
    return ops.matmul(a, b)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord not in (None, 2) or (ord == 2 and axis is None and x.ndim == 2):
        raise TypeError("np.linalg.norm on a Tensor: for other norms than the Euclidean use torch.linalg.norm")
    return ops.norm(x, 2, axis, keepdims)


def _squeeze(a: Any, axis: Any = None) -> Any:
    return ops.squeeze(a) if axis is None else ops.squeeze(a, axis)


def _repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    return ops.repeat_interleave(a, as_input(repeats) if np.ndim(repeats) else repeats, axis)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = (as_operand(n if n is not None else m) for n, m in ((a_min, min), (a_max, max)))
    return ops.clamp(a, low, high)


def _roll(a: Any, shift: Any, axis: Any = None) -> Any:
    return ops.roll(a, shift) if axis is None else ops.roll(a, shift, axis)


def _transpose(a: Any, axes: Any = None) -> Any:
    return ops.permute(a, tuple(range(a.ndim - 1, -1, -1)) if axes is None else tuple(axes))


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None and y is None:
        return np.where(condition.detach().numpy())
    return ops.where(as_input(condition), as_operand(x), as_operand(y))


FUNCTIONS: Table = {
    np.sum: _over(ops.sum),
    np.mean: _over(ops.mean),
    np.all: _over(ops.all),
    np.any: _over(ops.any),
    np.prod: lambda a, axis=None, keepdims=False: ops.prod(a) if axis is None else ops.prod(a, axis, keepdims),
    np.std: _spread(ops.std),
    np.var: _spread(ops.var),
    np.max: _extreme(ops.amax),
    np.min: _extreme(ops.amin),
    np.argmax: lambda a, axis=None, *, keepdims=False: ops.argmax(a, axis, keepdims),
    np.argmin: lambda a, axis=None, *, keepdims=False: ops.argmin(a, axis, keepdims),
    np.cumsum: _along(ops.cumsum, None),
    np.cumprod: _along(ops.cumprod, None),
    np.sort: _along(lambda a, dim: ops.sort(a, dim)[0], -1),
    np.argsort: _along(ops.argsort, -1),
    np.concatenate: lambda arrays, axis=0: ops.cat(_all(arrays), axis),
    np.stack: lambda arrays, axis=0: ops.stack(_all(arrays), axis),
    np.hstack: lambda tup: ops.hstack(_all(tup)),
    np.vstack: lambda tup: ops.vstack(_all(tup)),
    np.where: _where,
    np.transpose: _transpose,
    np.swapaxes: lambda a, axis1, axis2: ops.transpose(a, axis1, axis2),
    np.moveaxis: lambda a, source, destination: ops.movedim(a, source, destination),
    np.reshape: lambda a, shape: ops.reshape(a, (shape,) if isinstance(shape, int) else tuple(shape)),
    np.ravel: lambda a: ops.flatten(a),
    np.squeeze: _squeeze,
    np.expand_dims: lambda a, axis: ops.unsqueeze(a, axis),
    np.broadcast_to: lambda array, shape: ops.broadcast_to(array, tuple(shape)),
    np.tile: lambda A, reps: ops.tile(A, (reps,) if isinstance(reps, int) else tuple(reps)),
    np.repeat: _repeat,
    np.flip: lambda m, axis=None: ops.flip(m, tuple(range(m.ndim)) if axis is None else axis),
    np.roll: _roll,
    np.dot: _dot,
    np.inner: lambda a, b: ops.inner(as_input(a), as_input(b)),
    np.outer: lambda a, b: ops.outer(ops.flatten(as_input(a)), ops.flatten(as_input(b))),
    np.einsum: lambda subscripts, *operands: ops.einsum(subscripts, *_all(operands)),
    np.clip: _clip,
    np.tril: lambda m, k=0: ops.tril(m, k),
    np.triu: lambda m, k=0: ops.triu(m, k),
    np.diag: lambda v, k=0: ops.diag(v, k),
    np.round: lambda a, decimals=0: ops.round(a, decimals=decimals),
    np.copy: lambda a: ops.clone(a),
    np.linalg.norm: _norm,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.numel() if axis is None else a.shape[axis],
}
