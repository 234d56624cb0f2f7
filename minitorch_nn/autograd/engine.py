"""The backward pass: from the roots to the leaves, each node once, in the reverse of creation order.

No recursion and no search for an order: a node is always younger than the nodes that it reads, so the youngest node
that has a gradient waiting has received all of it. A heap of birth numbers says which that is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from .._bfloat16 import HALVES, add, as_type, finished, upcast
from ..dtypes import from_numpy
from .grad_mode import mode
from .hooks import hook_result
from .node import AccumulateGrad, Node, Output
from .observe import checked_backward, observers
from .quiet import hush, restore
from .variable import tensor_type


class Pass:
    """One backward pass: where it starts, and what of the graph it is to visit.

    roots: nodes with the gradients that they start with: arrays, or Tensors where `create_graph`.
    targets: if given, only what lies on a path to these runs. With `accumulate` they run themselves, without it what
        arrives at them is kept for the caller.
    """

    __slots__ = ("__weakref__", "_reached", "needed", "order", "places", "roots", "wanted")

    roots: Sequence[tuple[Node, Any]]
    needed: set[Node] | None
    """The nodes that run; None for all that the roots lead to."""
    places: dict[Node, list[tuple[int, Node]]]
    """Where gradients are kept for the caller: by node, the number of the output and the target."""
    wanted: set[Node] | None
    """The nodes that are given gradients: both of these."""
    order: dict[Node, float]
    """Places in the order of the pass that are not those of the nodes' births; see `_order_of_leaves`."""
    _reached: set[Node]
    """Not set until somebody asks for `reached`."""

    def __init__(
        self, roots: Sequence[tuple[Node, Any]], targets: set[Node] | None = None, accumulate: bool = True
    ) -> None:
        self.roots, self.needed, self.places, self.wanted, self.order = roots, None, {}, None, {}
        if targets is not None:
            places: dict[Node, list[tuple[int, Node]]] = {}
            for target in targets:
                node, number = (target.parent, target.number) if isinstance(target, Output) else (target, 0)
                places.setdefault(node, []).append((number, target))
            if not accumulate:
                self.places = places
            self.needed = _on_paths_to(places.keys(), self.reached(), accumulate)
            self.wanted = self.needed | self.places.keys()
        if AccumulateGrad.watched:
            self.order = _order_of_leaves(self)

    def reached(self) -> set[Node]:
        """The nodes that the roots lead to."""
        try:
            return self._reached
        except AttributeError:
            reached = self._reached = {edge for edge, _ in self.roots}
        stack = list(reached)
        while stack:
            for e in stack.pop().edges:
                if e is not None and e not in reached:
                    reached.add(e)
                    stack.append(e)
        return reached

    def comes_to(self, node: Node) -> bool:
        """Whether gradients are handed to `node` in this pass; a single root, which starts with one, does not count."""
        start = self.roots[0][0]
        if node not in self.reached() or (
            len(self.roots) == 1 and node is (start.parent if isinstance(start, Output) else start)
        ):
            return False
        if node in self.places and isinstance(node, AccumulateGrad):
            raise RuntimeError(
                "A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). This is "
                "currently not supported."
            )
        return self.needed is None or node in self.needed or node in self.places


class _Running(threading.local):
    """The pass that runs in a thread now, the innermost one."""

    now: Pass | None = None


running = _Running()


def run_backward(
    roots: Sequence[tuple[Node, Any]],
    retain_graph: bool,
    create_graph: bool,
    targets: set[Node] | None = None,
    accumulate: bool = True,
) -> dict[Node, Any]:
    """Push gradients from `roots` to the leaves; returns what arrived at `targets`, if without `accumulate`.

    For the arguments see `Pass`. What is returned is as the targets' hooks leave it, or as it came where they lie on a path
    to another.
    """
    quiet, recording, outer = hush(), mode.grad, running.now
    mode.grad = create_graph
    try:
        if targets is None and not AccumulateGrad.watched:
            return _run(roots, _PLAIN, retain_graph, create_graph)
        running.now = task = Pass(roots, targets, accumulate)
        return _run(roots, task, retain_graph, create_graph)
    finally:
        running.now, mode.grad = outer, recording
        restore(quiet)


_PLAIN = Pass(())
"""Stands for each pass that visits all that its roots lead to and that nobody asks about; the most frequent kind."""


def _run(roots: Sequence[tuple[Node, Any]], task: Pass, retain_graph: bool, create_graph: bool) -> dict[Node, Any]:
    needed, wanted, places, order = task.needed, task.wanted, task.places, task.order
    captured: dict[Node, Any] = {}
    parts: Sequence[tuple[Any, Any]] = roots
    if wanted is not None and len(roots) > 1:
        parts = [root for root in roots if root[0] in wanted]
    waiting: dict[float, list[Any]] = {}  # -birth -> [node, gradient so far, whether we may add to it in place]
    heap: list[float] = []
    anomaly = observers.anomaly
    while True:
        for edge, part in parts:
            if part is not None and not edge.several:
                if create_graph:
                    part = fit_tensor(part, edge)
                elif part.shape != edge.shape or part.dtype is not edge.dtype:
                    part = fit(part, edge)
            if not heap and len(parts) == 1:  # as along a chain: nothing else is waiting, so this node is next
                node, g = edge, part
                break
            key: float = -edge.birth
            if order:
                key = order.get(edge, key)
            entry = waiting.get(key)
            if entry is None:
                heappush(heap, key)
                waiting[key] = [edge, part, False]
            elif edge.several:
                entry[1] = [_sum(a, b) for a, b in zip(entry[1], part, strict=True)]
            elif part is None or entry[1] is None:
                entry[1] = part if entry[1] is None else entry[1]
            elif edge.dtype.kind == "V" and not create_graph:
                entry[1] = add(entry[1], part)
            elif entry[2]:
                entry[1] += part
            else:  # the first gradient may be shared with another edge: add into a new array, then into that
                entry[1] = entry[1] + part
                entry[2] = type(entry[1]) is np.ndarray
        else:
            if not heap:
                return captured
            node, g, _ = waiting.pop(heappop(heap))
        parts = part = entry = None  # type: ignore[assignment]  # hold no array longer than needed
        kind = type(node)
        if kind is Output:
            gradients = [None] * node.parent.outputs
            gradients[node.number] = g
            parts = ((node.parent, gradients),)
            continue
        hooks = node.hooks
        if needed is not None:
            stays = node not in needed  # a root that leads nowhere, or a target with nothing to find behind it
            if stays and kind is AccumulateGrad:
                g = node.hooked(g, create_graph)
            elif stays and hooks is not None:
                g = _before(node, g, create_graph, tensors_only=True)
            for number, target in places.get(node, ()):
                captured[target] = g[number] if node.several else g
            if stays:
                parts = ()
                continue
        if kind is AccumulateGrad:
            node.accumulate(g, create_graph)
            parts = ()
        else:
            if hooks is not None:
                g = _before(node, g, create_graph)
            if g is None or (node.several and not node.takes_none and all(x is None for x in g)):
                parts = node.without_gradient(wanted)
            elif anomaly:
                parts = checked_backward(node, g, create_graph, wanted)
            else:
                parts = node.backward(g, create_graph, wanted)
            if hooks is not None and hooks.post:
                parts = _after(node, list(parts), g, create_graph, wanted)
            if not retain_graph:
                node.release()
        node = g = None  # type: ignore[assignment]


def _sum(a: Any, b: Any) -> Any:
    """a + b, where either may be missing"""
    return b if a is None else a if b is None else a + b


def fit(part: Any, edge: Node) -> Any:
    """`part` summed over what was broadcast, in the dtype of the tensor that it is the gradient of."""
    if part.shape != edge.shape:
        part = sum_to(part, edge.shape)
    if part.dtype is not edge.dtype and part.dtype != edge.dtype:
        part = as_type(part, edge.dtype)
    return part


def fit_tensor(part: Any, edge: Node) -> Any:
    """As `fit`, recorded."""
    if part._data.shape != edge.shape:
        part = part.sum_to_size(edge.shape)
    if part._data.dtype != edge.dtype:
        part = part.to(from_numpy(edge.dtype))
    return part


def sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum an array down to `shape`: the reverse of broadcasting."""
    if g.dtype.char in HALVES:  # added up in float32, then rounded
        return finished(sum_to(upcast(g), shape), g.dtype)
    lead = g.ndim - len(shape)
    if lead < 0:
        return np.broadcast_to(g, shape)
    axes = tuple(i for i in range(g.ndim) if i < lead or (shape[i - lead] == 1 and g.shape[i] != 1))
    return g.sum(axis=axes).reshape(shape) if axes else g.reshape(shape)


def _on_paths_to(targets: Iterable[Node], reached: set[Node], inclusive: bool) -> set[Node]:
    """Those of `reached` that must run: from which one of `targets` is reached; `inclusive` counts these themselves."""
    ends = set(targets)
    needed = ends & reached if inclusive else set()
    for node in sorted(reached, key=lambda n: n.birth):  # inputs before their users
        if any(e is not None and (e in needed or e in ends) for e in node.edges):
            needed.add(node)
    return needed


def _order_of_leaves(task: Pass) -> dict[Node, float]:
    """The places of the leaves in the order of the pass: each right after the last node that has a gradient for it.

    That it is there is known in advance only from the whole graph. It is worth finding out where hooks can tell.
    """
    order: dict[Node, float] = {}
    if len(task.roots) > 1:  # leaves among several roots come first
        order = {e: i - 2.0**50 for i, (e, _) in enumerate(task.roots) if type(e) is AccumulateGrad}
    for node in task.reached():
        if task.needed is not None and node not in task.needed:
            continue
        for i, e in enumerate(node.edges):
            if type(e) is AccumulateGrad:
                key = -node.birth + (i + 1) / (len(node.edges) + 1)
                order[e] = max(key, order.get(e, key))
    return order


def _shown(value: Any, create_graph: bool) -> Any:
    """A gradient as hooks see it"""
    return value if value is None or create_graph else tensor_type()._wrap(np.asarray(value))


def _before(node: Node, g: Any, create_graph: bool, tensors_only: bool = False) -> Any:
    """Run the hooks that stand before `node`: those of the tensors that it made, then its own."""
    hooks = node.hooks
    assert hooks is not None
    own = hooks.pre and not tensors_only
    if not (hooks.tensor or hooks.retain or own):
        return g
    grads = [_shown(x, create_graph) for x in (g if node.several else (g,))]
    if hooks.tensor or hooks.retain:
        grads = hooks.of_tensors(grads)
    if own:
        grads = list(hooks.before(tuple(grads)))
    if not create_graph:
        grads = [None if x is None else x._data for x in grads]
    return grads if node.several else grads[0]


def _after(
    node: Node, parts: list[tuple[Node, Any]], g: Any, create_graph: bool, wanted: set[Node] | None
) -> list[tuple[Node, Any]]:
    """Run the hooks that stand after `node`: they see a gradient for every input, None where none is wanted."""
    assert node.hooks is not None
    pending = list(parts)
    grads: list[Any] = []
    for edge in node.edges:  # the parts come in the order of the edges
        part = None
        if pending and pending[0][0] is edge:
            part = pending.pop(0)[1]
            if part is not None and edge is not None and not edge.several:
                part = fit_tensor(part, edge) if create_graph else fit(part, edge)
        grads.append(_shown(part, create_graph))
    grad_inputs: Any = tuple(grads)
    grad_outputs = tuple(_shown(x, create_graph) for x in (g if node.several else (g,)))
    for hook in list(node.hooks.post.values()):
        new = hook(grad_inputs, grad_outputs)
        if new is not None:
            grad_inputs = hook_result(hook, grad_inputs, new)
    return [
        (edge, part if part is None or create_graph else part._data)
        for edge, part in zip(node.edges, grad_inputs, strict=True)
        if edge is not None and (wanted is None or edge in wanted)
    ]
