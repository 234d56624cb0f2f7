"""What a node keeps for its rules, to be read: `y.grad_fn._saved_self`, under PyTorch's names.

Rules name the inputs of their own kernel; PyTorch calls the first of these `self`, the second of an arithmetic operation
`other`, the output `result`, and a shape `self_sym_sizes`. A value is there only if a rule of the inputs that want a
gradient names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .node import FREED
from .observe import Packed, pack_one

if TYPE_CHECKING:
    from .op import OpNode

_THEIRS = {"a": "self", "x": "self", "base": "self", "b": "other", "y": "exponent", "out": "result"}
_CALLED_INPUT = ("Convolution", "NativeBatchNorm", "NativeLayerNorm", "NativeGroupNorm", "Prelu", "Linear")


def names(node: OpNode) -> Iterator[tuple[str, int]]:
    """PyTorch's name of each kept value, and its place in `node.saved`."""
    op = node.op
    inputs, outputs = op.inputs, op.outputs
    known = [*inputs, *outputs, *op.defaults]
    for k, n in enumerate(node.plan.kept):
        if n >= len(known):  # the shape of an input
            own = inputs[n - len(known)]
            yield f"{_name(own, own == inputs[0], node)}_sym_sizes", k
        else:
            yield _name(known[n], n == 0, node), k


def _name(own: str, first: bool, node: OpNode) -> str:
    if first and own == "input" and not type(node).__name__.startswith(_CALLED_INPUT):
        return "self"
    return _THEIRS.get(own, own)


def attribute(node: OpNode, name: str) -> Any:
    """The value of `node.<name>`: `_saved_self` is a Tensor or a number, `_raw_saved_self` the SavedTensor around it.

    Raises AttributeError for a name that the node does not keep, RuntimeError if it was kept and is gone.
    """
    raw = name.startswith("_raw_saved_")
    wanted = name.removeprefix("_raw_saved_" if raw else "_saved_")
    place = dict(names(node)).get(wanted) if raw or name.startswith("_saved_") else None
    if place is None:
        raise AttributeError(f"{type(node).__name__!r} object has no attribute {name!r}")
    if node.saved is None:
        raise RuntimeError(FREED)
    if raw:
        return SavedTensor(node, place)
    value = node._as_tensors()[place]
    return value.value() if isinstance(value, Packed) else value


class SavedTensor:
    """A tensor in the keeping of a node; `register_hooks` decides how it is kept.

    >>> import minitorch_nn as torch
    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> y = x**2
    >>> y.grad_fn._raw_saved_self.register_hooks(lambda t: t.tolist(), torch.tensor)
    >>> y.grad_fn._saved_self
    tensor([3.])
    """

    __slots__ = ("_node", "_place")

    def __init__(self, node: OpNode, place: int) -> None:
        self._node, self._place = node, place

    def register_hooks(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        """Keep `pack_hook(tensor)`, and give `unpack_hook` of that to the gradient rule.

        Raises RuntimeError if there are hooks already, or if the value is gone.
        """
        if self._node.saved is None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the graph are "
                "freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through "
                "the graph a second time or if you need to access saved variables after calling backward."
            )
        value = self._node.saved[self._place]
        if isinstance(value, Packed):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of hooks is "
                "allowed at a time."
            )
        if not isinstance(value, np.ndarray):
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        pack_one(self._node, self._place, pack_hook, unpack_hook)
