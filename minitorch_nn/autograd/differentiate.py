"""`backward` and `grad`: the two ways to start the backward pass."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .._bfloat16 import ones_like
from ..dtypes import from_numpy
from .engine import run_backward
from .node import Node
from .variable import TensorBase, tensor_type

if TYPE_CHECKING:
    from ..tensor import Tensor

    Tensors: TypeAlias = TensorBase | Sequence[TensorBase]
    Gradients: TypeAlias = TensorBase | Sequence[TensorBase | None] | None


def _many(x: Any) -> tuple[Any, ...]:
    return (x,) if x is None or isinstance(x, TensorBase) else tuple(x)


def _roots(outputs: tuple[Any, ...], gradients: tuple[Any, ...], create_graph: bool) -> list[tuple[Node, Any]]:
    """The nodes of the outputs with their first gradients: those given, or 1 for a scalar"""
    roots: list[Any] = []
    for i, (out, g) in enumerate(zip(outputs, gradients)):  # noqa: B905 - their numbers are compared below, as in PyTorch
        if g is None:
            if out._data.size != 1 and out.requires_grad:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            g = tensor_type()._wrap(ones_like(out._data))
        elif not isinstance(g, TensorBase):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
        elif g._data.shape != out._data.shape:
            theirs = g.shape  # type: ignore[attr-defined]
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {theirs} and output[{i}] has a shape of {out.shape}."
            )
        roots.append((maker(out), g.to(from_numpy(out._data.dtype)) if create_graph else g._data))
    if len(outputs) != len(gradients):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    for i, (node, _) in enumerate(roots):
        if node is None:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    return roots


def maker(t: Any) -> Node | None:
    """The node that the gradient of `t` goes to; to ask for it is an error where the history of a view is not known"""
    if t._creation is not None:
        t.grad_fn  # noqa: B018 - raises it even under no_grad
    return t._edge()  # type: ignore[no-any-return]


def backward(
    tensors: Tensors,
    grad_tensors: Gradients = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Gradients = None,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradients of `tensors` for the graph's leaves to their `.grad`.

    grad_tensors: the gradient of the wanted scalar for each tensor; None where that is a scalar itself.
    retain_graph: keep the saved values for another pass; as create_graph by default.
    create_graph: record the pass too, for higher derivatives.
    inputs: add to these tensors only.

    Raises RuntimeError for a non-scalar without a gradient, for a tensor outside any graph, and for a graph whose
    saved values are gone.
    """
    if grad_variables is not None:
        raise NotImplementedError("grad_variables is an old name in PyTorch; pass grad_tensors")
    outputs = _many(tensors)
    gradients = (None,) * len(outputs) if grad_tensors is None else _many(grad_tensors)
    wanted = None if inputs is None else _many(inputs)
    if wanted is not None and not wanted:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    if create_graph:
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
            "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
            "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
            "the cycle and avoid the leak.",
            stacklevel=3,
        )
    roots = _roots(outputs, gradients, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    if wanted is None:
        run_backward(roots, retain_graph=keep, create_graph=create_graph)
        return
    nodes = {node for t in wanted if (node := _input_node(t)) is not None}
    for t in wanted:
        t.retain_grad()  # type: ignore[attr-defined]
    run_backward(roots, retain_graph=keep, create_graph=create_graph, targets=nodes)


def _input_node(t: Any) -> Node | None:
    """Where the gradient for `t` arrives; None for a view made under `no_grad`, which nothing leads to"""
    node = maker(t)
    if node is None and not t.requires_grad:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return node  # type: ignore[no-any-return]


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Gradients = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]:
    """The gradients of `outputs` for `inputs`; no `.grad` is touched.

    allow_unused: give None for an input that the outputs do not depend on, instead of an error.
    only_inputs: an old option; False warns and changes nothing.
    is_grads_batched: the first dimension of each of grad_outputs counts gradients, and that of the results too. It is
        one pass for each of them.
    materialize_grads: give zeros for it.

    >>> import minitorch_nn as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (g,) = torch.autograd.grad(x**3, x, create_graph=True)
    >>> torch.autograd.grad(g, x)
    (tensor(18.),)
    """
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts "
            "of the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    allow = materialize_grads if allow_unused is None else allow_unused
    outs, ins = _many(outputs), _many(inputs)
    if not ins:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    gradients = (None,) * len(outs) if grad_outputs is None else _many(grad_outputs)
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        options = (create_graph, True, allow_unused, False, materialize_grads)
        return _batched(outs, ins, gradients, keep, options)
    roots = _roots(outs, gradients, create_graph)
    nodes = [_input_node(t) for t in ins]
    found = run_backward(
        roots,
        retain_graph=keep,
        create_graph=create_graph,
        targets={n for n in nodes if n is not None},
        accumulate=False,
    )
    results: list[Any] = []
    for i, (t, node) in enumerate(zip(ins, nodes, strict=True)):
        g = None if node is None else found.get(node)
        if g is None:
            if not allow:
                raise RuntimeError(
                    f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior."
                )
            results.append(tensor_type()._wrap(np.zeros_like(t._data)) if materialize_grads else None)
        else:
            results.append(g if create_graph else tensor_type()._wrap(_own(g, results)))
    return tuple(results)


def _batched(
    outs: tuple[Any, ...], ins: tuple[Any, ...], gradients: tuple[Any, ...], keep: bool, options: tuple[Any, ...]
) -> tuple[Any, ...]:
    """The gradients for each of several `gradients` of the outputs, stacked"""
    sizes = {len(g) for g in gradients if g is not None}
    if len(sizes) != 1 or 0 in sizes:
        raise RuntimeError(f"is_grads_batched=True needs grad_outputs of one first dimension, got {sorted(sizes)}")
    (count,) = sizes
    rows = []
    for i in range(count):
        row = tuple(None if g is None else g[i] for g in gradients)
        rows.append(grad(outs, ins, row, keep or i < count - 1, *options))
    columns = zip(*rows, strict=True)
    return tuple(None if c[0] is None else stacked(c, t) for c, t in zip(columns, ins, strict=True))


def stacked(rows: Sequence[Any], like: Any) -> Any:
    """Tensors of the shape of `like` as one, along a new first dimension"""
    shape, kind = (len(rows), *like._data.shape), like._data.dtype
    if not any(r.requires_grad for r in rows):
        array = np.empty(shape, kind)
        for k, r in enumerate(rows):
            array[k] = r._data
        return tensor_type()._wrap(array)
    whole = tensor_type()._wrap(np.zeros(shape, kind))
    for k, r in enumerate(rows):  # written into, for want of `stack` in this layer
        whole[k] = r
    return whole


def _own(g: Any, before: list[Any]) -> np.ndarray[Any, Any]:
    """g as an array of its own: a rule may hand one array to several inputs, or a read-only view"""
    array = np.asarray(g)
    if (
        not array.flags.writeable
        or 0 in array.strides
        or any(b is not None and np.may_share_memory(b._data, array) for b in before)
    ):
        return array.copy()
    return array
