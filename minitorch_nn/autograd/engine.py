"""The backward pass: from the roots to the leaves, each node once, in the reverse of creation order.

No recursion and no search for an order: a node is always younger than the nodes that it reads, so the youngest node
that has a gradient waiting has received all of it. A heap of birth numbers says which that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from ..dtypes import from_numpy
from .grad_mode import mode
from .hooks import hook_result
from .node import AccumulateGrad, Node, Output
from .observe import checked_backward, observers
from .quiet import hush, restore
from .variable import tensor_type


def run_backward(
    roots: Sequence[tuple[Node, Any]],
    *,
    retain_graph: bool,
    create_graph: bool,
    targets: set[Node] | None = None,
    accumulate: bool = True,
) -> dict[Node, Any]:
    """Push gradients from `roots` to the leaves; returns what arrived at `targets`.

    roots: nodes with their gradients: arrays, or Tensors where `create_graph`.
    targets: if given, only what lies on a path to these is computed, and leaves among them accumulate only where
        `accumulate`.
    """
    quiet, recording = hush(), mode.grad
    mode.grad = create_graph
    try:
        return _run(roots, retain_graph, create_graph, targets, accumulate)
    finally:
        mode.grad = recording
        restore(quiet)


def _run(
    roots: Sequence[tuple[Node, Any]],
    retain_graph: bool,
    create_graph: bool,
    targets: set[Node] | None,
    accumulate: bool,
) -> dict[Node, Any]:
    needed = None if targets is None else _on_paths_to(targets, [node for node, _ in roots])
    wanted = None if needed is None or targets is None else needed | targets
    captured: dict[Node, Any] = {}
    waiting: dict[int, list[Any]] = {}  # -birth -> [node, gradient so far, whether we may add to it in place]
    heap: list[int] = []
    anomaly = observers.anomaly
    parts: Iterable[tuple[Node, Any]] = roots
    while True:
        for edge, part in parts:
            if part is None:
                continue
            if not edge.several:
                part = fit_tensor(part, edge) if create_graph else fit(part, edge)
            key = -edge.birth
            entry = waiting.get(key)
            if entry is None:
                heappush(heap, key)
                waiting[key] = [edge, part, False]
            elif edge.several:
                entry[1] = [b if a is None else a for a, b in zip(entry[1], part, strict=True)]
            elif entry[2]:
                entry[1] += part
            else:  # the first gradient may be shared with another edge: add into a new array, then into that
                entry[1] = entry[1] + part
                entry[2] = type(entry[1]) is np.ndarray
        parts = part = entry = None  # type: ignore[assignment]  # hold no array longer than needed
        if not heap:
            return captured
        node, g, _ = waiting.pop(heappop(heap))
        hooks = node.hooks
        kind = type(node)
        if hooks is not None and kind is not AccumulateGrad:
            g = _before(node, g, create_graph)
        if targets is not None and node in targets:
            if kind is AccumulateGrad and not accumulate:
                g = node.hooked(g, create_graph)
            captured[node] = g
        if kind is AccumulateGrad:
            if accumulate:
                node.accumulate(g, create_graph)
            parts = ()
        elif kind is Output:
            gradients = [None] * node.parent.outputs
            gradients[node.number] = g
            parts = ((node.parent, gradients),)
        elif needed is not None and node not in needed:
            parts = ()  # a target with nothing to find behind it
        else:
            if anomaly:
                parts = checked_backward(node, g, create_graph, wanted)
            else:
                parts = node.backward(g, create_graph, wanted)
            if hooks is not None and hooks.post:
                parts = _after(node, list(parts), g, create_graph)
            if not retain_graph:
                node.release()
        node = g = None


def fit(part: Any, edge: Node) -> Any:
    """`part` summed over what was broadcast, in the dtype of the tensor that it is the gradient of."""
    if part.shape != edge.shape:
        part = sum_to(part, edge.shape)
    if part.dtype is not edge.dtype and part.dtype != edge.dtype:
        part = part.astype(edge.dtype)
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
    lead = g.ndim - len(shape)
    if lead < 0:
        return np.broadcast_to(g, shape)
    axes = tuple(i for i in range(g.ndim) if i < lead or (shape[i - lead] == 1 and g.shape[i] != 1))
    return g.sum(axis=axes).reshape(shape) if axes else g.reshape(shape)


def _on_paths_to(targets: set[Node], roots: Sequence[Node]) -> set[Node]:
    """The nodes that must run: those reached from `roots` from which a target is reached."""
    reached, stack = set(roots), list(roots)
    while stack:
        for e in stack.pop().edges:
            if e is not None and e not in reached:
                reached.add(e)
                stack.append(e)
    needed: set[Node] = set()
    for node in sorted(reached, key=lambda n: n.birth):  # inputs before their users
        if any(e is not None and (e in needed or e in targets) for e in node.edges):
            needed.add(node)
    return needed


def _before(node: Node, g: Any, create_graph: bool) -> Any:
    """Run the hooks that stand before `node`."""
    assert node.hooks is not None
    if node.several:  # the hooks of the tensors are with its outputs
        if not node.hooks.pre:
            return g
        shown = [x if x is None or create_graph else tensor_type()._wrap(np.asarray(x)) for x in g]
        new = node.hooks.before_all(tuple(shown))
        return [x if x is None or create_graph else x._data for x in new]
    if create_graph:
        return node.hooks.before(g)
    return node.hooks.before(tensor_type()._wrap(np.asarray(g)))._data


def _after(node: Node, parts: list[tuple[Node, Any]], g: Any, create_graph: bool) -> list[tuple[Node, Any]]:
    """Run the hooks that stand after `node`: they see a gradient for every input, None where none is wanted."""

    def show(value: Any) -> Any:
        return value if value is None or create_graph else tensor_type()._wrap(np.asarray(value))

    assert node.hooks is not None
    pending = list(parts)
    grads: list[Any] = []
    for edge in node.edges:  # the parts come in the order of the edges
        if edge is not None and pending and pending[0][0] is edge:
            part = pending.pop(0)[1]
            grads.append(None if part is None else show(fit_tensor(part, edge) if create_graph else fit(part, edge)))
        else:
            grads.append(None)
    grad_inputs: Any = tuple(grads)
    grad_outputs = tuple(show(x) for x in g) if node.several else (show(g),)
    for hook in list(node.hooks.post.values()):
        new = hook(grad_inputs, grad_outputs)
        if new is not None:
            grad_inputs = hook_result(hook, new, len(grad_inputs))
    return [
        (edge, part if part is None or create_graph else part._data)
        for edge, part in zip(node.edges, grad_inputs, strict=True)
        if edge is not None
    ]
