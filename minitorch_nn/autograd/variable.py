"""What the graph knows of a tensor: its array, its place in the graph, its gradient and its version."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .place import user_place

if TYPE_CHECKING:
    from ..tensor import Tensor
    from .node import AccumulateGrad, Node


INFERENCE_CHANGED = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
    "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)


class TensorBase:
    """An array that remembers how it was made. `Tensor` adds the operations.

    `_counter` is a list, shared by all tensors that share memory: [version, name of the node of the last change, place of
    the last change], the last two from the first change on. Each change in place adds one to the version, and a recorded
    node compares it with what it was when the value was saved.
    It is None for inference tensors.
    """

    __slots__ = ("__dict__", "__weakref__", "_counter", "_data", "_grad", "_node", "_requires", "_view")

    _data: np.ndarray[Any, Any]
    _node: Node | None
    """The node that made this tensor; None for a leaf."""
    _requires: bool
    """Whether this leaf asks for a gradient."""
    requires_grad: bool
    """A property of Tensor: whether gradients are wanted for it or, of a view, for its base."""
    _grad: Tensor | None
    _counter: list[Any]
    _view: tuple[Tensor, int] | None
    """For a view: the tensor whose memory it shows, and the version at which `_node` was right. If the memory has been
    changed in place since, `_edge` makes the node again, from the base's new history."""

    # Rarely set, so they live in the instance's dict when they do.
    _accumulator: Callable[[], AccumulateGrad | None] | None = None
    _hooks: OrderedDict[int, Callable[..., Any]] | None = None
    _post_accumulate_hooks: OrderedDict[int, Callable[..., Any]] | None = None
    _creation: str | None = None
    """Why this view, or the view that it is a view of, may not be changed in place where that is recorded: "no_grad", it
    was made while nothing was recorded; "several", it was returned among others."""

    @classmethod
    def _wrap(cls, array: np.ndarray[Any, Any]) -> Tensor:
        """A tensor on `array` itself, with no history."""
        t = _new(_tensor_type)
        t._data = array
        t._node = t._grad = t._view = None
        t._requires = False
        t._counter = [0]
        return t  # type: ignore[no-any-return]

    def _bump(self) -> None:
        """Note that the array was changed in place, and where in the user's code."""
        counter = self._counter
        if counter is not None:
            version, name = counter[0], counter[1] if len(counter) > 1 else None
            counter[:] = (version + 1, name, user_place())

    def _edge(self) -> Node | None:
        """The node that this tensor's gradient goes to, or None where none is wanted."""
        raise NotImplementedError


class _AnyTensor(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, TensorBase)


class Variable(metaclass=_AnyTensor):
    """PyTorch's old name: `Variable(t, requires_grad)` is `t` as a leaf on the same memory; every tensor is one."""

    def __new__(cls, data: Any, requires_grad: bool = False) -> Any:
        return data.detach().requires_grad_(requires_grad)


_new: Any = object.__new__
_tensor_type: Any = TensorBase


def set_tensor_type(cls: type) -> None:
    """Say which class the operations return (called once, by `tensor.py`, which lies above this layer)."""
    global _tensor_type
    _tensor_type = cls


def tensor_type() -> Any:
    """The class that the operations return: `Tensor`."""
    return _tensor_type
