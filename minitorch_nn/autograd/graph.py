"""`autograd.graph`: nodes, and hooks on what the graph saves."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .engine import Pass, running
from .hooks import RemovableHandle
from .node import AccumulateGrad, Output
from .node import Node as Node
from .observe import pop_hooks, push_hooks, thread
from .variable import TensorBase

if TYPE_CHECKING:
    from ..tensor import Tensor


class saved_tensors_hooks:
    """Decide how values are kept for backward: `pack_hook(tensor)` where one is saved, `unpack_hook(packed)` where it is
    needed again.

    pack_hook: gets the tensor, an operation's own result without history; may return anything, but may not change the tensor.
    unpack_hook: gets what pack_hook returned; returns a tensor of the same values.

    Inner hooks take the place of outer ones. Values saved under hooks are not watched for changes in place.

    >>> import minitorch_nn as torch
    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), lambda numbers: torch.tensor(numbers)):
    ...     y = x.exp()
    >>> y.backward()
    >>> x.grad
    tensor([20.0855])
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        push_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *args: object) -> None:
        pop_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Keep what is saved for backward on the CPU, where every tensor is already: it is kept as it is.

    pin_memory: has no effect. device_type: "cpu", or "cuda", of which there are no tensors.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor, lambda kept: kept)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Let `saved_tensors_hooks` raise RuntimeError(error_message) within the block."""
    if thread.hooks:
        raise RuntimeError(error_message)
    before, thread.forbidden = thread.forbidden, error_message
    try:
        yield
    finally:
        thread.forbidden = before


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor goes: a node and the number of its output."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None
    """What PyTorch keeps alive for the edge; here the node itself does."""


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge of `tensor`, which lives on when the tensor does not."""
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    edge = tensor._edge()
    assert edge is not None
    return GradientEdge(edge.parent, edge.number) if isinstance(edge, Output) else GradientEdge(edge, 0)


class _MultiHandle(RemovableHandle):
    """The handles of several hooks as one"""

    def __init__(self, handles: tuple[RemovableHandle, ...]) -> None:
        self.handles = handles

    def remove(self) -> None:
        """Take all of the hooks out."""
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., None], *, mode: Literal["all", "any"] = "all"
) -> RemovableHandle:
    """Call `fn` once in each backward pass: with a list of the gradients of `tensors` when all that come are there, None
    for the others, or, in the mode "any", with the first gradient that is there.

    A tensor from which a pass starts alone does not count for "all", as in PyTorch.

    >>> import minitorch_nn as torch
    >>> x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    >>> handle = torch.autograd.graph.register_multi_grad_hook((x, y), print)
    >>> (2 * x + 3 * y).backward()
    [tensor([2.]), tensor([3.])]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    AccumulateGrad.watched = True
    lock = threading.Lock()
    if mode == "any":
        told: weakref.WeakSet[Pass] = weakref.WeakSet()

        @functools.wraps(fn)
        def first(grad: Tensor) -> None:
            task = _current_pass()
            with lock:
                before = task in told
                told.add(task)
            if not before:
                fn(grad)

        return _MultiHandle(tuple(t.register_hook(first) for t in tensors if t.requires_grad))
    nodes = [_node_of(t) for t in tensors]
    gathered: weakref.WeakKeyDictionary[Pass, _Gathered] = weakref.WeakKeyDictionary()

    def gather(number: int, grad: Tensor | None) -> None:
        task = _current_pass()
        with lock:
            so_far = gathered.get(task)
            if so_far is None:
                so_far = gathered[task] = _Gathered(sum(map(task.comes_to, nodes)), [None] * len(nodes))
            so_far.missing -= 1
            so_far.grads[number] = grad
        if so_far.missing == 0:
            del gathered[task]
            fn(so_far.grads)

    return _MultiHandle(tuple(t.register_hook(functools.partial(gather, i)) for i, t in enumerate(tensors)))


@dataclass
class _Gathered:
    """The gradients of one pass so far, and how many are still to come"""

    missing: int
    grads: list[Tensor | None]


def _current_pass() -> Pass:
    assert running.now is not None, "expected this hook to be called inside a backward call"
    return running.now


def _node_of(t: Tensor) -> Node:
    edge = t._edge()
    assert edge is not None, "Expected gradient function to be set"
    return edge.parent if isinstance(edge, Output) else edge


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count a change in place that autograd could not see."""
    for t in (tensor,) if isinstance(tensor, TensorBase) else tensor:
        t._bump()
