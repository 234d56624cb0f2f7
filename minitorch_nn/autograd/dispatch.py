"""Calling an operation: unwrap the tensors, run the kernel, wrap the result, record a node if a gradient is wanted.

This runs for every operation, so it costs as few steps as it can: the parts of an operation's description are closure
variables, what to save is planned once for each set of inputs that want gradients, and nothing is inspected.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import _getframe
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import is_half, state
from . import variable
from .arrays import broadcast_mismatch, convert, in_float32, is_hidden, settle, widened
from .grad_mode import mode
from .node import accumulator, births
from .observe import observers, recorded
from .place import inside, user_place
from .quiet import hush, restore
from .variable import TensorBase

if TYPE_CHECKING:
    from .op import Op

OPERANDS = (TensorBase, float, int, np.ndarray, np.generic)
"""What may stand beside a tensor at an operator."""
_NEVER_CHANGES = [0]
_new: Any = object.__new__

_INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
    "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in "
    "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
)


def function(op: Op, operator: bool = False) -> Callable[..., Any]:
    """The function that is `op` to its callers.

    Given arrays alone it is the kernel. Given a Tensor among them it returns Tensors, and records.

    operator: it stands for an operator of Python, as `*`, and leaves other people's types to them (NotImplemented); the
        `kind` of `op` must not be None. Less is called this way than with a function around this one.
    """
    kernel, kind, view, variadic = op.kernel, op.kind, op.view, op.variadic
    names, plans, node_type, differentiable = op.names, op.plans, op.node_type, op.differentiable
    floating = kind == "float"
    count, uses_options = len(op.inputs), op.uses_options
    ndarray, moves = np.ndarray, op.moves

    def call(*args: Any, **options: Any) -> Any:
        if options and not names.isdisjoint(options):
            args = op.by_name(args, options)
        tensors = False
        mask, bit = 0, 1
        arrays: list[Any] = []
        edges: list[Any] = []
        for a in args:
            if isinstance(a, TensorBase):
                tensors = True
                if a._view is not None:
                    node = a._edge() if differentiable else None
                    if node is None and a.requires_grad:  # only its base asks for a gradient: recorded, and lost
                        mask |= bit
                else:
                    node = a._node
                    if node is None and a._requires:
                        node = accumulator(a)
                if node is not None:
                    mask |= bit
                arrays.append(a._data)
                edges.append(node)
            else:
                arrays.append(a)
                edges.append(None)
            bit += bit
        if not tensors:
            return kernel(*arrays, **options)
        half = None
        if state.in_use and not moves:
            half = widened(op, arrays)
            if half is not None:
                given, arrays = arrays, half[0]
        if kind is not None:
            first, last = arrays[0], arrays[-1]
            beside = type(last)
            if (
                type(first) is ndarray
                and len(arrays) < 3
                and (
                    (first.dtype is last.dtype and not floating)
                    if beside is ndarray
                    else (beside is float and first.dtype.kind == "f")
                )
            ):
                pass  # by far the most frequent cases, tested here to save a call
            elif type(first) is not ndarray or not _one_type(arrays, first.dtype, floating):
                if operator and not isinstance(last, OPERANDS):
                    return NotImplemented
                convert(arrays, floating)
        elif view and is_hidden(arrays[0]):
            arrays[0] = settle(args[0])
        quiet = hush()
        try:
            out = kernel(*arrays, **options) if half is None else in_float32(op, arrays, options, half[1])
        except ValueError as error:
            raise _explain(error, arrays, kind) from error
        finally:
            restore(quiet)
        if half is not None:  # the graph keeps the arrays of two bytes themselves
            arrays = [g if is_half(g) else a for g, a in zip(given, arrays, strict=True)]
        several = type(out) is tuple
        first = out[0] if several else out
        if type(first) is not ndarray:
            first = np.asarray(first)
        t = _new(variable._tensor_type)
        t._data = first
        t._grad = None
        t._requires = False
        if view:
            source = args[0]
            counter = t._counter = source._counter
            base = source
            if source._view is not None:
                base = source._view[0]
                if source._creation is not None:
                    t._creation = source._creation
            t._view = (base, -1 if counter is None else counter[0])
        else:
            t._counter = [0]
            t._view = None
        if variadic and mask:
            mask = 1  # one rule for all of them
        if not mask & differentiable or not mode.grad:
            t._node = None
            if mode.inference:
                t._counter = None
            elif view and not mode.grad:
                t._creation = "no_grad"
        else:
            if variadic:
                arrays = [tuple(arrays)]
            plan = plans[mask]
            t._node = node = _new(node_type)
            node.plan = plan
            node.edges = edges
            if plan.kept:
                arrays.append(first)
                if several:
                    arrays.extend(out[1:])
                if uses_options:
                    arrays.extend(op.options_and_shapes(options, arrays))
                node.saved = plan.take(arrays)
                versions: list[Any] = []
                node.versions = versions
                for n in plan.versioned:
                    a = t if n == count else args[n]
                    if isinstance(a, TensorBase):
                        counter = a._counter
                        if counter is None:
                            raise RuntimeError(_INFERENCE_SAVED)
                        versions += (counter, counter[0])
                    else:
                        versions += (_NEVER_CHANGES, 0)
                if versions:
                    caller = _getframe(1)  # most often the user's; asked here to save a call
                    code = caller.f_code
                    node.place = user_place() if inside[code.co_filename] else (code, caller.f_lasti)
            else:
                node.saved = node.versions = ()
            node.birth = next(births)
            node.shape = first.shape
            node.dtype = first.dtype
            node.hooks = None
            if observers.on:
                recorded(node)
        if several:
            return (t, *[variable._tensor_type._wrap(np.asarray(o)) for o in out[1:]])
        return t

    call.__name__ = call.__qualname__ = op.name
    call.__doc__, call.__module__ = kernel.__doc__, kernel.__module__
    call.__wrapped__ = kernel  # type: ignore[attr-defined]
    call.op = op  # type: ignore[attr-defined]
    return call


def _one_type(arrays: list[Any], dtype: Any, floating: bool) -> bool:
    """Whether all are of `dtype`, or Python numbers that NumPy takes as it; the common case, so it must be quick."""
    real = dtype.kind == "f"
    if floating and not real:
        return False
    for y in arrays:
        kind = type(y)
        if kind is np.ndarray:
            if y.dtype is not dtype:
                return False
        elif not real or (kind is not float and kind is not int):
            return False
    return True


def _explain(error: ValueError, arrays: list[Any], kind: str | None) -> Exception:
    """PyTorch's error for shapes that do not broadcast; other errors as they are."""
    shapes = [a.shape for a in arrays if isinstance(a, np.ndarray)]
    if kind is None or len(shapes) < 2:
        return error
    common = shapes[0]
    for shape in shapes[1:]:
        text = broadcast_mismatch(common, shape)
        if text is not None:
            return RuntimeError(text)
        common = np.broadcast_shapes(common, shape)
    return error
