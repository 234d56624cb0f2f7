"""What may watch the recording of a graph: anomaly mode, and hooks on the values that are saved for backward.

Recording asks only `observers.on`; all else happens when somebody watches.
"""

from __future__ import annotations

import threading
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .grad_mode import mode
from .node import AccumulateGrad, Node
from .place import user_frame
from .variable import TensorBase, tensor_type

Pack = Callable[[Any], Any]
Unpack = Callable[[Any], Any]


class Observers:
    """Who watches now: `anomaly` for all threads, hooks on saved values for the threads that set them."""

    __slots__ = ("anomaly", "check_nan", "hooked", "on")

    def __init__(self) -> None:
        self.on = self.anomaly = False
        self.check_nan = True
        self.hooked = 0  # how many saved_tensors_hooks are in force, in all threads together

    def changed(self) -> None:
        """Bring `on` up to date."""
        self.on = self.anomaly or self.hooked > 0


class _Thread(threading.local):
    """What one thread watches with."""

    hooks: tuple[tuple[Pack, Unpack], ...] = ()  # the last pair is in force
    forbidden: str | None = None  # why hooks may not be set
    running: Node | None = None  # in anomaly mode: the node whose backward runs


observers = Observers()
thread = _Thread()
_lock = threading.Lock()


def push_hooks(pack: Pack, unpack: Unpack) -> None:
    """Put a pair of hooks in force in this thread."""
    if thread.forbidden is not None:
        raise RuntimeError(thread.forbidden)
    thread.hooks = (*thread.hooks, (pack, unpack))
    with _lock:
        observers.hooked += 1
        observers.changed()


def pop_hooks() -> None:
    """Take the last pair out of force."""
    thread.hooks = thread.hooks[:-1]
    with _lock:
        observers.hooked -= 1
        observers.changed()


# Values saved under hooks ---------------------------------------------------------------------------------------------
class Packed:
    """What `pack` made of a saved value; `value()` gives it back through `unpack`."""

    __slots__ = ("packed", "unpack")

    def __init__(self, tensor: Any, pack: Pack, unpack: Unpack) -> None:
        version = tensor._counter[0]
        recording = mode.grad
        mode.grad = False
        try:
            self.packed = pack(tensor)
        finally:
            mode.grad = recording
        self.unpack = unpack
        if tensor._counter[0] != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be "
                "modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you "
                "need to perform in-place operations on the input to a pack hook."
            )

    def value(self) -> Any:
        """The tensor that `unpack` makes of what was packed."""
        t = self.unpack(self.packed)
        if not isinstance(t, TensorBase):
            raise TypeError(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(t).__name__}"
            )
        return t

    def keep(self, array: np.ndarray[Any, Any]) -> None:
        """`array` is about to change: if it is what was packed, pack a copy."""
        if isinstance(self.packed, TensorBase) and np.shares_memory(self.packed._data, array):
            self.packed = self.packed.clone()  # type: ignore[attr-defined]


def _pack_value(value: Any, pack: Pack, unpack: Unpack) -> Any:
    if isinstance(value, np.ndarray):
        return Packed(tensor_type()._wrap(value), pack, unpack)
    if type(value) is tuple:
        return tuple(_pack_value(v, pack, unpack) for v in value)
    return value


def _unpack_value(value: Any) -> Any:
    if type(value) is Packed:
        return value.value()._data
    if type(value) is tuple:
        return tuple(_unpack_value(v) for v in value)
    return value


def _saving_order(node: Any) -> list[int]:
    """The places in `node.saved` in PyTorch's order: as the rules name the inputs, then the outputs"""
    named = [k for _, _, at in node.plan.rules for k in at if k >= 0]
    inputs = len(node.op.inputs)
    return sorted(dict.fromkeys(named), key=lambda k: node.plan.kept[k] in range(inputs, inputs + len(node.op.outputs)))


def _pack_all(node: Any, pack: Pack, unpack: Unpack) -> None:
    """Replace the saved values by what `pack` makes of them; a leaf is handed over as itself."""
    for k in _saving_order(node):
        _pack_at(node, k, pack, unpack)
    node.versions = ()  # nobody can tell what the hooks do with a value, so changes are not watched
    _give_back_packed(node)


def _pack_at(node: Any, k: int, pack: Pack, unpack: Unpack) -> None:
    saved, n = list(node.saved), node.plan.kept[k]
    value = saved[k]
    edge = node.edges[n] if n < len(node.op.inputs) and not node.op.variadic else None
    if isinstance(edge, AccumulateGrad) and edge.variable._data is value:
        saved[k] = Packed(edge.variable, pack, unpack)
    elif edge is not None and isinstance(value, np.ndarray) and value.shape == edge.shape and value.dtype == edge.dtype:
        tensor = tensor_type()._wrap(value)
        tensor._node = edge  # an input is handed over with its history
        saved[k] = Packed(tensor, pack, unpack)
    else:
        saved[k] = _pack_value(value, pack, unpack)
    node.saved = tuple(saved)


def pack_one(node: Any, k: int, pack: Pack, unpack: Unpack) -> None:
    """Replace the saved value number `k` of a node by what `pack` makes of it."""
    _pack_at(node, k, pack, unpack)
    n = node.plan.kept[k]
    if n in node.plan.versioned and node.versions:
        at = 2 * node.plan.versioned.index(n)
        node.versions[at : at + 2] = [[0], 0]  # a version that never changes
    _give_back_packed(node)


class PackedValues:
    """Mixed into the class of a node that has saved its values under hooks: it gets them back before its rules run."""

    __slots__ = ()

    def backward(self: Any, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        packed = self.saved
        if packed is not None:
            values = list(packed)
            for k in _saving_order(self):
                values[k] = _unpack_value(packed[k])
            self.saved = tuple(values)
        try:
            return super().backward(g, create_graph, needed)  # type: ignore[misc,no-any-return]
        finally:
            self.saved = packed


_packed_types: dict[type, type] = {}


def _give_back_packed(node: Any) -> None:
    """Let `node` unpack its values before its rules run."""
    kind = type(node)
    if not issubclass(kind, PackedValues):
        if kind not in _packed_types:
            _packed_types[kind] = type(kind.__name__, (PackedValues, kind), {"__slots__": ()})
        node.__class__ = _packed_types[kind]


def recorded(node: Any) -> None:
    """Called for each new node of an operation while somebody watches."""
    if observers.anomaly:
        remember(node)
    if thread.hooks and node.saved:
        _pack_all(node, *thread.hooks[-1])


# Anomaly mode ---------------------------------------------------------------------------------------------------------
def remember(node: Node) -> None:
    """Keep, as text, where the node was made, and during whose backward."""
    node.metadata["traceback_"] = traceback.format_stack(user_frame())
    if thread.running is not None:
        node.metadata["parent_"] = thread.running


def checked_backward(node: Node, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
    """`node.backward`, telling the line that made the node where it fails or gives nan."""
    before, thread.running = thread.running, node
    try:
        parts = list(node.backward(g, create_graph, needed))
        if observers.check_nan:
            _refuse_nan(node, parts)
        return parts
    except BaseException:
        _tell_origin(node)
        raise
    finally:
        thread.running = before


def _refuse_nan(node: Node, parts: list[tuple[Node, Any]]) -> None:
    pending = list(parts)
    for i, edge in enumerate(node.edges):  # the parts come in the order of the edges
        if edge is None or not pending or pending[0][0] is not edge:
            continue
        part = pending.pop(0)[1]
        for array in part if edge.several else (part,):
            array = getattr(array, "_data", array)
            if isinstance(array, np.ndarray) and array.dtype.kind == "f" and np.isnan(array).any():
                raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")


def _tell_origin(node: Node) -> None:
    """Warn where `node` was made, and, if that was in a backward pass, where the node that ran then was made."""
    text = node.metadata.get("traceback_")
    if text is None:
        message = (
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during forward "
            "pass for more information."
        )
    else:
        message = f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(text)}"
    warnings.warn(message, stacklevel=2)
    parent, seen = node.metadata.get("parent_"), set[Node]()
    while parent is not None and parent not in seen:
        seen.add(parent)
        text = parent.metadata.get("traceback_")
        if text is None:
            message = (
                f"\n\nPrevious calculation was induced by {parent.name()}. No forward pass information available. Enable "
                "detect anomaly during forward pass for more information."
            )
        else:
            message = (
                f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the "
                f"previous calculation:\n{''.join(text)}"
            )
        warnings.warn(message, stacklevel=2)
        parent = parent.metadata.get("parent_")
