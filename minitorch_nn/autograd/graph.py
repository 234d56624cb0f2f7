"""`autograd.graph`: nodes, and hooks on what the graph saves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from .node import Node as Node
from .node import Output
from .observe import pop_hooks, push_hooks, thread
from .variable import TensorBase

if TYPE_CHECKING:
    from ..tensor import Tensor


class saved_tensors_hooks:
    """Decide how values are kept for backward: `pack_hook(tensor)` where one is saved, `unpack_hook(packed)` where it is
    needed again.

    pack_hook: gets the tensor, without history; may return anything, but may not change the tensor.
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
    """Raises NotImplementedError: every tensor is on the CPU already."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        raise NotImplementedError("autograd.graph.save_on_cpu is not there: every tensor is on the CPU already")


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


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count a change in place that autograd could not see."""
    for t in (tensor,) if isinstance(tensor, TensorBase) else tensor:
        t._bump()
