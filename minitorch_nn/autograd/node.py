"""The graph: nodes that remember how to push a gradient back, and the leaves where it ends."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from .hooks import RemovableHandle, add_hook, hook_result, new_hooks, run_hooks
from .variable import INFERENCE_CHANGED, TensorBase, tensor_type

if TYPE_CHECKING:
    from ..tensor import Tensor

births = count()
"""Every node takes the next number: a node is always younger than the nodes that it reads, so creation order is a
topological order of the graph."""

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


class NodeHooks:
    """The hooks of one node, made only for a node that has any."""

    __slots__ = ("post", "pre", "retain", "tensor")

    def __init__(self) -> None:
        self.tensor = new_hooks()  # grad -> grad or None, of the tensor that the node made
        self.retain: Callable[[Tensor], None] | None = None  # last of the tensor hooks: fills .grad
        self.pre = new_hooks()  # (grad_output,) -> None or new ones
        self.post = new_hooks()  # (grad_inputs, grad_outputs) -> None or new grad_inputs

    def before(self, g: Tensor) -> Tensor:
        g = run_hooks(self.tensor, g)
        if self.retain is not None:
            self.retain(g)
        return self.before_all((g,))[0]  # type: ignore[no-any-return]

    def before_all(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of all outputs after the hooks that stand before the node."""
        for hook in list(self.pre.values()):
            new = hook(grads)
            if new is not None:
                grads = hook_result(hook, new, len(grads))
        return grads


class Node:
    """One recorded operation: `edges[i]` leads to where input i came from (None: no gradient is wanted there)."""

    __slots__ = ("_metadata", "birth", "dtype", "edges", "hooks", "shape")

    several = False
    """Whether it takes a list of gradients, one an output, instead of one gradient."""

    edges: Sequence[Node | None]
    birth: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    hooks: NodeHooks | None
    _metadata: dict[str, Any]
    """Not set until somebody asks for `metadata`."""

    def backward(self, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        """Each edge with the gradient for it; `g` is an array, or a Tensor where `create_graph`.

        `needed`: if not None, only the edges to these nodes.
        """
        raise NotImplementedError

    def release(self) -> None:
        """Drop the saved values."""

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that this one hands gradients to, each with the number of its output."""
        return tuple((e.parent, e.number) if isinstance(e, Output) else (e, 0) for e in self.edges)

    @property
    def metadata(self) -> dict[str, Any]:
        """A dictionary for notes; anomaly mode keeps the traceback here."""
        try:
            return self._metadata
        except AttributeError:
            self._metadata = {}
            return self._metadata

    def name(self) -> str:
        """The operation's name, as `MulBackward0`."""
        return type(self).__name__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def own_hooks(self) -> NodeHooks:
        """This node's hooks, made on first use."""
        if self.hooks is None:
            self.hooks = NodeHooks()
        return self.hooks

    def register_hook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Run `fn(grad_inputs, grad_outputs)` after this node; it may return other grad_inputs."""
        return add_hook(self.own_hooks().post, fn)

    def register_prehook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Run `fn(grad_outputs)` before this node; it may return other grad_outputs."""
        return add_hook(self.own_hooks().pre, fn)


class Output(Node):
    """One of several outputs of `parent`: hands its gradient on as number `number` of the parent's gradients."""

    __slots__ = ("number", "parent")

    def __init__(self, parent: Node, number: int, array: np.ndarray[Any, Any]) -> None:
        self.parent, self.number = parent, number
        self.edges, self.birth, self.hooks = (parent,), next(births), None
        self.shape, self.dtype = array.shape, array.dtype


class AccumulateGrad(Node):
    """Where the graph ends: adds what arrives to the leaf's `.grad`."""

    __slots__ = ("__weakref__", "variable")

    variable: TensorBase
    """The leaf."""

    def __init__(self, leaf: TensorBase) -> None:
        self.variable, self.edges, self.birth, self.hooks = leaf, (), next(births), None
        self.shape, self.dtype = leaf._data.shape, leaf._data.dtype

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def accumulate(self, g: Any, create_graph: bool) -> None:
        """variable.grad += g, after the leaf's hooks and this node's, and before those that stand after it."""
        leaf, hooks = self.variable, self.hooks
        if leaf._hooks:
            g = self.hooked(g, create_graph)
        if hooks is not None and hooks.pre:
            shown = hooks.before(g if create_graph else tensor_type()._wrap(np.asarray(g)))
            g = shown if create_graph else shown._data
        add_to_grad(leaf, g, create_graph)
        if leaf._post_accumulate_hooks:
            for hook in list(leaf._post_accumulate_hooks.values()):
                hook(leaf)
        if hooks is not None and hooks.post:
            shown = g if create_graph else tensor_type()._wrap(np.asarray(g))
            for hook in list(hooks.post.values()):
                hook((), (shown,))

    def hooked(self, g: Any, create_graph: bool) -> Any:
        """g after the leaf's hooks."""
        hooks = self.variable._hooks
        if not hooks:
            return g
        g = run_hooks(hooks, g if create_graph else tensor_type()._wrap(np.asarray(g)))
        return g if create_graph else g._data


def accumulator(leaf: TensorBase) -> AccumulateGrad:
    """The one AccumulateGrad of `leaf`, alive as long as a graph reaches it.

    The node holds the leaf and the leaf holds the node weakly, so the two make no reference cycle.
    """
    node = leaf._accumulator() if leaf._accumulator is not None else None
    if node is None:
        node = AccumulateGrad(leaf)
        leaf._accumulator = weakref.ref(node)
    return node


def add_to_grad(leaf: TensorBase, g: Any, create_graph: bool) -> None:
    """leaf.grad += g, in place where nothing is recorded; a first gradient is copied if somebody else holds it."""
    old = leaf._grad
    if create_graph:
        leaf._grad = g if old is None else old + g
    elif old is None:
        if type(g) is not np.ndarray or not _is_only_holder(g) or g.strides != leaf._data.strides:
            g = _copy_like(g, leaf._data)
        leaf._grad = tensor_type()._wrap(g)
    elif old._node is not None:  # the earlier gradient is part of a graph, which must keep its value
        leaf._grad = old + tensor_type()._wrap(np.asarray(g))
    else:
        counter = old._counter
        if counter is None:
            raise RuntimeError(INFERENCE_CHANGED)
        np.add(old._data, g, out=old._data)
        counter[0] += 1
        if len(counter) > 2:  # without a place, for this runs for each parameter and step
            counter[2] = None


def _copy_like(g: Any, pattern: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy of `g` laid out in memory as `pattern`, so that the optimizer walks both alike."""
    out = np.empty_like(pattern)
    np.copyto(out, g)
    return out


def _holders(array: np.ndarray[Any, Any]) -> tuple[int, int]:
    """References to `array` and to the memory under it."""
    return sys.getrefcount(array), 0 if array.base is None else sys.getrefcount(array.base)


def _is_only_holder(g: np.ndarray[Any, Any]) -> bool:
    if not g.flags.writeable:
        return False
    array, memory = _holders(g)
    return array <= _ALONE[0] and memory <= _ALONE[1]


def _calibrate() -> tuple[int, int]:
    """The counts for an array that only the engine holds, measured on one (they differ between Python versions).

    As many frames pass it on as from the engine's loop to `_is_only_holder`.
    """

    def accumulate(g: np.ndarray[Any, Any]) -> tuple[int, int]:
        return add(g)

    def add(g: np.ndarray[Any, Any]) -> tuple[int, int]:
        return only_holder(g)

    def only_holder(g: np.ndarray[Any, Any]) -> tuple[int, int]:
        return _holders(g)

    view = np.empty((2, 1)).T
    return accumulate(view)


_ALONE = _calibrate()
