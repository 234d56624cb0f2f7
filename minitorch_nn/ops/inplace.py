"""Changes in place, followed by autograd.

An in-place operation is computed as the ordinary one and then written into the tensor's memory. The tensor takes the
result's place in the graph; if it is a view, the tensor that owns the memory does too: its history becomes "what it
was, with this view's part replaced" (PyTorch's CopySlices), and all views find their history again from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .._bfloat16 import FLOATING, as_type, write
from ..autograd.grad_mode import mode
from ..autograd.node import Node, Output, births, move_retained
from ..autograd.observe import Packed, observers, remember
from ..autograd.op import short_name
from ..autograd.variable import INFERENCE_CHANGED, TensorBase
from ..dtypes import can_cast, from_numpy
from . import arithmetic as e
from .checks import kind_name
from .memory import layout, memory_put, memory_view
from .overlap import refuse_partial, refuse_repeated, repeats
from .shape import t_2d

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


# What is refused ------------------------------------------------------------------------------------------------------
def check_history(t: Tensor, *read: Tensor) -> None:
    """Raise RuntimeError where a change of `t` in place, by what is `read`, can't be followed by autograd."""
    if t._counter is None and not mode.inference:
        raise RuntimeError(INFERENCE_CHANGED)
    if mode.grad and (t._requires or t._view is not None):
        wanted = t.requires_grad
        if t._view is not None and (wanted or any(r.requires_grad for r in read)):
            if t._creation is not None:
                raise RuntimeError(_forbidden(t, "is being"))
            if wanted and t._view[0].is_leaf:
                raise RuntimeError(
                    "a view of a leaf Variable that requires grad is being used in an in-place operation."
                )
        if wanted and t._node is None:  # so too, as in PyTorch, a view that does not know its base's history yet
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if not t._data.flags.writeable:
        raise RuntimeError(
            "this tensor shares memory with a read-only NumPy array and can't be changed in place; clone() it first"
        )


def check_written(t: Tensor, *read: Tensor) -> None:
    """As `check_history`; and `t` may not be expanded."""
    check_history(t, *read)
    refuse_repeated(t._data)


def check_in_place(t: Tensor, *read: Tensor) -> None:
    """As `check_written`; and what is `read` may not lie in a part of its memory: the rules of an operation that goes
    from element to element."""
    check_history(t, *read)
    refuse_repeated(t._data)
    for other in read:
        refuse_partial(t._data, other._data)


def _forbidden(t: Tensor, changed: str) -> str:
    """The error for a view that may not be changed in place; `changed`: whether it is it, or what it shares memory with"""
    node = t._node
    if node is not None:
        made = node.parent if isinstance(node, Output) else node
        which = f"Output {t.output_nr} of {short_name(made.name())} is a view"
    if node is not None and t._creation == "function":
        return (
            f"{which} and {changed} modified inplace. This view was created inside a custom Function (or because an input was "
            "returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with "
            "the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the "
            "output of the custom Function."
        )
    if node is not None and t._creation == "several":
        text = f"{which} and {changed} modified inplace."
    else:
        start = "A view was" if node is None else f"{which} of a view which was"
        text = f"{start} created in no_grad mode and {changed} modified inplace with grad mode enabled."
    if t._creation == "several":
        return (
            f"{text} This view is the output of a function that returns multiple views. Such functions do not allow the "
            "output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
        )
    return (
        f"{text} Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by "
        "moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be "
        "tracked) or both outside (if you want the inplace to be tracked)."
    )


# The change and its history -------------------------------------------------------------------------------------------
def assign(t: Tensor, result: Tensor, dtype_name: Callable[[Any], str] = kind_name) -> Tensor:
    """Write `result` into the memory of `t`, and let `t` take its place in the graph.

    dtype_name: of t, for the error where it can't hold the result.
    """
    check_history(t, result)
    new = result._data
    if new.shape != t._data.shape:
        raise RuntimeError(
            f"output with shape {list(t._data.shape)} doesn't match the broadcast shape {list(new.shape)}"
        )
    if new.dtype != t._data.dtype and not can_cast(from_numpy(new.dtype), from_numpy(t._data.dtype)):
        raise RuntimeError(
            f"result type {kind_name(new)} can't be cast to the desired output type {dtype_name(t._data)}"
        )
    node = result._node if t._data.dtype.kind in FLOATING else None
    saved = getattr(node, "saved", None)
    if saved and new is not t._data:
        _keep_original(node, t)
    if new is t._data:
        pass  # it was written there
    elif repeats(t._data):  # what does not change must not be written over what does
        new = as_type(new, t._data.dtype)
        at = new != t._data
        t._data[at] = new[at]
    else:
        write(t._data, new)
    t._bump()
    if saved:
        _saves_itself(node, result, t)
    if node is None and t._node is None and (t._view is None or t._view[0]._edge() is None):
        return t  # nothing is recorded, nothing was
    if not mode.grad:
        return t
    if node is not None:
        node.dtype = t._data.dtype  # that of the gradient it is to be given, whatever was computed with
    if t._view is None:
        old, t._node = t._node, node
        move_retained(old, node)
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
            continue
        cast = node.plan.kept[k] == 0 and type(value) is np.ndarray and not np.may_share_memory(value, t._data)
        if value is t._data or cast:
            if not cast:
                copy = t._data.copy()
                node.saved = tuple(copy if v is t._data else v for v in node.saved)
            versions = node.versions
            for i in range(0, len(versions), 2):
                if versions[i] is t._counter and node.plan.kept.index(node.plan.versioned[i // 2]) == k:
                    versions[i], versions[i + 1] = [0], 0
            return


def _saves_itself(node: Any, result: Tensor, t: Tensor) -> None:
    """A rule that names `out` saved the result; from now on that is `t`, at its new version and in its memory."""
    made, kept = result._data, t._data
    if made is not kept and made.dtype == kept.dtype and t._counter is not None and any(v is made for v in node.saved):
        node.saved = tuple([kept if v is made else v for v in node.saved])
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
    move_retained(old._node, base._node)
    if observers.anomaly and base._node is not None:
        remember(base._node)
    refresh(t)


def _offset(view: Any, base: Any) -> int:
    address = view.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return int(address // base.itemsize)


def refresh(t: Tensor) -> None:
    """Make the node of the view `t` again, from the present history of its base.

    Raises RuntimeError if it is one of several views, or was made under `no_grad`: it has no node of its own to follow.
    """
    assert t._view is not None
    base, old = t._view[0], t._node
    if old is None and not base.requires_grad:
        return
    if t._creation is not None:
        raise RuntimeError(_forbidden(t, "its base or another view of its base has been"))
    t._view = (base, -1 if t._counter is None else t._counter[0])
    if not base.requires_grad:
        t._node = None
        return
    with_grad = mode.grad
    mode.grad = True
    try:
        at = (*layout(t._data), _offset(t._data, base._data))
        t._node = memory_view(base, origin=layout(base._data), at=at)._node
    finally:
        mode.grad = with_grad
    move_retained(old, t._node)


# In-place forms of operations -----------------------------------------------------------------------------------------
def in_place(op_: F, check: Callable[..., None] = check_in_place, dtype_name: Callable[[Any], str] = kind_name) -> F:
    """The in-place form of `op_`: `x.op_(...)`.

    check: what it refuses, given the tensor and the tensors that it reads.
    """

    def changed(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check(self, *[a for a in (*args, *kwargs.values()) if isinstance(a, TensorBase)])
        return assign(self, op_(self, *args, **kwargs), dtype_name)

    return _named(changed, op_)  # type: ignore[no-any-return]


_IN_PLACE = {"SqueezeBackward0": 3, "SqueezeBackward1": 4, "SqueezeBackward2": 5}
_in_place_kinds: dict[type[Node], type[Node]] = {}


def _in_place_kind(kind: type[Node]) -> type[Node]:
    """The class of the node of an in-place view: as that of the view, under PyTorch's other name, as `TBackward1`"""
    if kind not in _in_place_kinds:
        number = _IN_PLACE.get(kind.__name__, 1)
        _in_place_kinds[kind] = type(f"{kind.__name__[:-1]}{number}", (kind,), {"__slots__": (), "in_place": True})
    return _in_place_kinds[kind]


def reshaped(op_: F) -> F:
    """The in-place form of a view: the tensor itself takes the view's shape, on the same memory."""

    def changed(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_history(self)
        out = op_(self, *args, **kwargs)
        self._data = out._data
        self._bump()
        if not mode.grad:
            self._accumulator = None  # it knows the old shape
            return self
        node = out._node
        if node is not None:
            node.__class__ = _in_place_kind(type(node))
        self._node = node
        if self._view is not None:
            self._view = (self._view[0], -1 if self._counter is None else self._counter[0])
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
            if same and x.dtype.kind == "f" and x.dtype.itemsize > 2 and np.shape(y) in ((), x.shape):
                check_written(self)
                if type(y) is np.ndarray:
                    refuse_partial(x, y)
                ufunc(x, y, out=x)
                self._bump()
                return self
        return recorded(self, other, **options)  # type: ignore[no-any-return]

    return _named(changed, op_)


def _t(self: Tensor) -> Tensor:
    """The transpose of a matrix, with the error of the in-place form"""
    if self._data.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {self._data.ndim}D")
    return t_2d(self)


_t.__name__ = "t"
t_ = reshaped(_t)
add_ = _direct(np.add, e.add)
sub_ = _direct(np.subtract, e.sub)
mul_ = _direct(np.multiply, e.mul)
