"""The graph: nodes that remember how to push a gradient back, and the leaves where it ends."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._bfloat16 import add as bfloat16_sum
from .hooks import Hooks, RemovableHandle, add_hook, hook_result, new_hooks, run_hooks
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
        self.tensor: dict[int, Hooks] = {}  # of the tensors that the node made, by output: grad -> grad or None
        self.retain: dict[int, Callable[[Tensor], None]] = {}  # fills .grad of those tensors, after their hooks
        self.pre = new_hooks()  # (grad_output, …) -> None or new ones
        self.post = new_hooks()  # (grad_inputs, grad_outputs) -> None or new grad_inputs

    def of_tensors(self, grads: list[Any]) -> list[Any]:
        """The gradients of the node's outputs after the hooks of these."""
        for number, hooks in list(self.tensor.items()):
            grads[number] = run_hooks(hooks, grads[number])
        for number, keep in list(self.retain.items()):
            if grads[number] is not None:
                keep(grads[number])
        return grads

    def before(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of all outputs after the hooks that stand before the node."""
        for hook in list(self.pre.values()):
            new = hook(grads)
            if new is not None:
                grads = hook_result(hook, grads, new)
        return grads


class Node:
    """One recorded operation: `edges[i]` leads to where input i came from (None: no gradient is wanted there)."""

    __slots__ = ("_metadata", "birth", "dtype", "edges", "hooks", "shape")

    several = False
    """Whether it takes a list of gradients, one an output, instead of one gradient."""
    takes_none = False
    """Whether it runs even where none of its outputs has a gradient."""

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

    def without_gradient(self, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        """As `backward` where none of its outputs has a gradient: nor has any of its inputs."""
        return [(e, None) for e in self.edges if e is not None and (needed is None or e in needed)]

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

    def _sequence_nr(self) -> int:
        """The number by which the backward pass orders its nodes: the youngest runs first."""
        return self.birth

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

    watched: ClassVar[bool] = False
    """Whether any leaf or such node, or several tensors together, ever got a hook: only then it can be told when exactly a
    node of this kind runs, and in which pass, and the engine keeps account of both. Never turned off, for a hook that is
    taken out again may still be in a running pass."""
    variable: TensorBase
    """The leaf."""

    def __init__(self, leaf: TensorBase) -> None:
        self.variable, self.edges, self.birth, self.hooks = leaf, (), next(births), None
        self.shape, self.dtype = leaf._data.shape, leaf._data.dtype

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def _sequence_nr(self) -> int:
        return 2**64 - 1

    def own_hooks(self) -> NodeHooks:
        AccumulateGrad.watched = True
        return super().own_hooks()

    def accumulate(self, g: Any, create_graph: bool) -> None:
        """variable.grad += g, after the leaf's hooks and this node's, and before those that stand after it."""
        leaf, hooks = self.variable, self.hooks
        if leaf._hooks:
            g = self.hooked(g, create_graph)
        if hooks is not None and hooks.pre:
            (shown,) = hooks.before((g if create_graph or g is None else tensor_type()._wrap(np.asarray(g)),))
            g = shown if create_graph or shown is None else shown._data
        if g is not None and leaf._node is not None:
            raise RuntimeError("leaf variable has been moved into the graph interior")
        if g is not None and leaf._requires:
            add_to_grad(leaf, g, create_graph)
        if leaf._post_accumulate_hooks:
            for hook in list(leaf._post_accumulate_hooks.values()):
                hook(leaf)
        if hooks is not None and hooks.post:
            shown = g if create_graph or g is None else tensor_type()._wrap(np.asarray(g))
            for hook in list(hooks.post.values()):
                new = hook((), (shown,))
                if new is not None:
                    hook_result(hook, (), new)

    def hooked(self, g: Any, create_graph: bool) -> Any:
        """g after the leaf's hooks."""
        hooks = self.variable._hooks
        if not hooks:
            return g
        g = run_hooks(hooks, g if create_graph or g is None else tensor_type()._wrap(np.asarray(g)))
        return g if create_graph or g is None else g._data


def accumulator(leaf: TensorBase) -> AccumulateGrad:
    """The one AccumulateGrad of `leaf`, alive as long as a graph reaches it.

    The node holds the leaf and the leaf holds the node weakly, so the two make no reference cycle.
    """
    known = leaf._accumulator
    node = None if known is None else known()
    if node is None:
        node = AccumulateGrad(leaf)
        leaf._accumulator = weakref.ref(node)
    return node


def add_to_grad(leaf: TensorBase, g: Any, create_graph: bool) -> None:
    """leaf.grad += g, in place where nothing is recorded; a first gradient is copied if somebody else holds it."""
    old = leaf._grad
    if type(g) is not np.ndarray and not create_graph:  # NumPy's arithmetic turns 0-dim arrays into numbers
        g = np.asarray(g)
    if create_graph:
        leaf._grad = tensor_type()._wrap(np.empty_like(leaf._data)).copy_(g) if old is None else old + g
    elif old is None:
        if g.strides != leaf._data.strides:
            g = _copy_like(g, leaf._data)
        elif not _is_only_holder(g):
            g = g.copy("K")
        leaf._grad = tensor_type()._wrap(g)
    else:
        counter = old._counter
        if counter is None:
            raise RuntimeError(INFERENCE_CHANGED)
        if old._data.dtype.kind == "V":
            old._data[...] = bfloat16_sum(old._data, g)
        else:
            np.add(old._data, g, out=old._data)
        counter[0] += 1
        if len(counter) > 2:  # without a place, for this runs for each parameter and step
            counter[2] = None


# The hooks of a tensor are kept with the node that made it, or with the leaf itself -----------------------------------
def _made_by(t: TensorBase) -> tuple[Node, int] | None:
    """The node that made `t` and the number of its output; None for a leaf"""
    edge = None if t._edge() is None else t._node
    if edge is None:
        return None
    return (edge.parent, edge.number) if isinstance(edge, Output) else (edge, 0)


def hooks_of(t: TensorBase) -> Hooks:
    """The collection to which hooks of the tensor `t` are added."""
    made = _made_by(t)
    if made is not None:
        return made[0].own_hooks().tensor.setdefault(made[1], new_hooks())
    AccumulateGrad.watched = True
    if t._hooks is None:
        t._hooks = new_hooks()
    return t._hooks


def retain_grad(t: TensorBase) -> None:
    """Let the node that made `t` fill `t.grad`; a leaf's is filled anyway."""
    if t._node is None:
        return
    made = _made_by(t)
    if made is None:
        return
    reference = weakref.ref(t)

    def keep(g: Tensor) -> None:
        t = reference()
        if t is not None:
            t._grad = g.clone() if t._grad is None else t._grad + g

    made[0].own_hooks().retain[made[1]] = keep


def retains_grad(t: TensorBase) -> bool:
    """Whether `t` is no leaf and its `.grad` will be filled."""
    edge = t._node
    if isinstance(edge, Output):
        return edge.parent.hooks is not None and edge.number in edge.parent.hooks.retain
    return edge is not None and edge.hooks is not None and 0 in edge.hooks.retain


def move_retained(old: Node | None, new: Node | None) -> None:
    """A tensor was made by `old` and, since a change in place, by `new`: that fills its `.grad` now. Hooks stay."""
    node, number = (old.parent, old.number) if isinstance(old, Output) else (old, 0)
    if node is not None and node.hooks is not None and number in node.hooks.retain and new is not None:
        target, place = (new.parent, new.number) if isinstance(new, Output) else (new, 0)
        target.own_hooks().retain[place] = node.hooks.retain.pop(number)


def _copy_like(g: Any, pattern: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy of `g` laid out in memory as `pattern`, so that the optimizer walks both alike."""
    out = np.empty_like(pattern)
    np.copyto(out, g)
    return out


def _holders(array: np.ndarray[Any, Any]) -> tuple[int, int]:
    """References to `array` and to the memory under it."""
    return sys.getrefcount(array), 0 if array.base is None else sys.getrefcount(array.base)


def _is_only_holder(g: np.ndarray[Any, Any]) -> bool:
    if not g.flags.writeable or (not g.flags.c_contiguous and 0 in g.strides):  # a kept `flags` would hold g too
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
