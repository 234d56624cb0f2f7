"""Changes in place, followed by autograd.

An in-place operation is computed as the ordinary one and then written into the tensor's memory. The tensor takes the
result's place in the graph; if it is a view, the tensor that owns the memory does too: its history becomes "what it
was, with this view's part replaced" (PyTorch's CopySlices), and all views find their history again from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ..autograd.grad_mode import mode
from ..autograd.node import Node, births
from ..autograd.observe import Packed, observers, remember
from ..autograd.variable import INFERENCE_CHANGED
from ..dtypes import can_cast, from_numpy
from . import arithmetic as e
from .checks import kind_name
from .memory import layout, memory_put, memory_view

if TYPE_CHECKING:
    from ..tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


class CopySlices(Node):
    """The base of a view after the view was changed in place: its old value with the view's part replaced."""

    __slots__ = ("inner",)

    inner: Node
    """The node of `memory_put`, which has the rules."""

    def __init__(self, inner: Node) -> None:
        self.inner = inner
        self.edges, self.shape, self.dtype = inner.edges, inner.shape, inner.dtype
        self.birth, self.hooks = next(births), None

    def name(self) -> str:
        return "torch::autograd::CopySlices"

    def backward(self, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        return self.inner.backward(g, create_graph, needed)


def check_in_place(t: Tensor, recorded: bool = False) -> None:
    """Raise RuntimeError where PyTorch forbids a change of `t` in place.

    recorded: whether the change depends on tensors that require gradients.
    """
    if t._counter is None and not mode.inference:
        raise RuntimeError(INFERENCE_CHANGED)
    if mode.grad:
        if t._view is not None:
            _check_view(t, t._view[0], recorded)
        if t._requires and t._node is None:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    data = t._data
    if data.size and 0 in data.strides and any(s == 0 and n > 1 for s, n in zip(data.strides, data.shape, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    if not data.flags.writeable:
        raise RuntimeError(
            "this tensor shares memory with a read-only NumPy array and can't be changed in place; clone() it first"
        )


def _check_view(t: Tensor, base: Tensor, recorded: bool) -> None:
    """As `check_in_place`, what concerns views alone"""
    wanted = t.requires_grad or base.requires_grad
    if not (wanted or recorded):
        return
    many = t._multi_view
    if many is not None or t._made_under_no_grad:
        text = "A view was created in no_grad mode and is being modified inplace with grad mode enabled."
        if many is not None and t.grad_fn is not None:
            text = f"Output {t.output_nr} of {many} is a view and is being modified inplace."
        if many is not None:
            raise RuntimeError(
                f"{text} This view is the output of a function that returns multiple views. Such functions do not allow the "
                "output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
            )
        raise RuntimeError(
            f"{text} Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by "
            "moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be "
            "tracked) or both outside (if you want the inplace to be tracked)."
        )
    if wanted and base.is_leaf:
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def assign(t: Tensor, result: Tensor) -> Tensor:
    """Write `result` into the memory of `t`, and let `t` take its place in the graph."""
    check_in_place(t, result._node is not None)
    new = result._data
    if new.shape != t._data.shape:
        raise RuntimeError(
            f"output with shape {list(t._data.shape)} doesn't match the broadcast shape {list(new.shape)}"
        )
    if new.dtype != t._data.dtype and not can_cast(from_numpy(new.dtype), from_numpy(t._data.dtype)):
        raise RuntimeError(
            f"result type {kind_name(new)} can't be cast to the desired output type {kind_name(t._data)}"
        )
    node = result._node if t._data.dtype.kind == "f" else None
    saved = getattr(node, "saved", None)
    if saved:
        _keep_original(node, t)
    with np.errstate(over="ignore", invalid="ignore"):
        np.copyto(t._data, new, casting="unsafe")
    t._bump()
    if saved:
        _saves_itself(node, result, t)
    if node is None and t._node is None and (t._view is None or t._view[0]._edge() is None):
        return t  # nothing is recorded, nothing was
    if not mode.grad:
        return t
    if new.dtype != t._data.dtype and node is not None:
        node = result.to(from_numpy(t._data.dtype))._node
    if t._view is None:
        old, t._node = t._node, node
        if node is not None and old is not None and old.hooks is not None:  # it is the tensor that retains its gradient
            node.own_hooks().retain, old.hooks.retain = old.hooks.retain, None
    else:
        _rebase(t, t._view[0], node)
    owner = t if t._view is None else t._view[0]
    if owner._node is not None and t._counter is not None:
        t._counter[1] = owner._node.name()
    return t


def _keep_original(node: Any, t: Tensor) -> None:
    """A rule needs the value from before the change: it gets a copy, as in PyTorch"""
    for k, value in enumerate(node.saved):
        if type(value) is Packed:
            value.keep(t._data)
        elif value is t._data:
            copy = t._data.copy()
            node.saved = tuple(copy if v is t._data else v for v in node.saved)
            versions = node.versions
            for i in range(0, len(versions), 2):
                if versions[i] is t._counter and node.plan.kept.index(node.plan.versioned[i // 2]) == k:
                    versions[i], versions[i + 1] = [0], 0
            return


def _saves_itself(node: Any, result: Tensor, t: Tensor) -> None:
    """A rule that names `out` saved the result; from now on that is `t`, at its new version."""
    for k in range(0, len(node.versions), 2):
        if node.versions[k] is result._counter and t._counter is not None:
            node.versions[k], node.versions[k + 1] = t._counter, t._counter[0]


def _rebase(t: Tensor, base: Tensor, node: Node | None) -> None:
    """Give `base` the history in which the part that `t` views is made by `node`."""
    at = (*layout(t._data), _offset(t._data, base._data))
    old = base._wrap(base._data)
    old._node = base._edge()
    part = base._wrap(t._data)
    part._node = node
    put = memory_put(old, part, origin=layout(base._data), at=at)
    base._node = None if put._node is None else CopySlices(put._node)
    if observers.anomaly and base._node is not None:
        remember(base._node)
    refresh(t)


def _offset(view: Any, base: Any) -> int:
    address = view.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return int(address // base.itemsize)


def refresh(t: Tensor) -> None:
    """Make the node of the view `t` again, from the present history of its base."""
    assert t._view is not None
    base = t._view[0]
    t._view = (base, -1 if t._counter is None else t._counter[0])
    if base._edge() is None:
        t._node = None
        return
    with_grad = mode.grad
    mode.grad = True
    try:
        at = (*layout(t._data), _offset(t._data, base._data))
        t._node = memory_view(base, origin=layout(base._data), at=at)._node
    finally:
        mode.grad = with_grad


def in_place(op_: F) -> F:
    """The in-place form of `op_`: `x.op_(...)`."""

    def changed(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_in_place(self)
        return assign(self, op_(self, *args, **kwargs))

    return _named(changed, op_)  # type: ignore[no-any-return]


def reshaped(op_: F) -> F:
    """The in-place form of a view: the tensor itself takes the view's shape, on the same memory."""

    def changed(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_in_place(self)
        out = op_(self, *args, **kwargs)
        self._data, self._node = out._data, out._node
        self._bump()
        if self._view is not None:
            self._view = (self._view[0], self._counter[0])
        return self

    return _named(changed, op_)  # type: ignore[no-any-return]


def _named(changed: Any, op_: Any) -> Any:
    changed.__name__ = changed.__qualname__ = f"{op_.__name__}_"
    changed.__doc__ = f"`{op_.__name__}`, in place."
    return changed


def _direct(ufunc: Any, op_: Any) -> Any:
    """As `in_place`, but without a copy where nothing is recorded and dtypes and shapes agree."""
    recorded = in_place(op_)

    def changed(self: Tensor, other: Any, **options: Any) -> Tensor:
        if not options and (not mode.grad or not (self.requires_grad or getattr(other, "requires_grad", False))):
            x, y = self._data, getattr(other, "_data", other)
            same = type(y) is float or type(y) is int or (isinstance(y, np.ndarray) and y.dtype == x.dtype)
            if same and x.dtype.kind == "f" and np.shape(y) in ((), x.shape):
                check_in_place(self)
                ufunc(x, y, out=x)
                self._bump()
                return self
        return recorded(self, other, **options)  # type: ignore[no-any-return]

    return _named(changed, op_)


add_ = _direct(np.add, e.add)
sub_ = _direct(np.subtract, e.sub)
mul_ = _direct(np.multiply, e.mul)
