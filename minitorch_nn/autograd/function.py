"""User-defined operations: `class Exp(Function)` with `forward` and `backward`."""

from __future__ import annotations

import functools
import warnings
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING
from .grad_mode import mode
from .node import FREED, AccumulateGrad, Node, Output, births
from .observe import Packed, observers, remember, thread
from .op import stale
from .place import Place, user_place
from .variable import TensorBase, tensor_type

if TYPE_CHECKING:
    from ..tensor import Tensor


class FunctionCtx:
    """What forward leaves for backward: `ctx.save_for_backward(x)`, `ctx.needs_input_grad`, or any attribute."""

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads = True
    _to_save: tuple[Any, ...] = ()
    _non_differentiable: tuple[Any, ...] = ()
    _dirty: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for backward; a later change in place is found out there."""
        for i, t in enumerate(tensors):
            if t is not None and not isinstance(t, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(t).__name__}"
                )
        self._to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for `jvp`, which is not called here: a derivative along a direction is found by `backward`."""
        for t in tensors:
            if t is not None and not isinstance(t, TensorBase):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes on ctx."
                )
        self.saved_for_forward = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """These outputs get no gradient."""
        self._non_differentiable = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """These inputs were changed in place by forward."""
        self._dirty = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros (the default) or None for an output without a gradient."""
        self.materialize_grads = value


class BackwardNode(Node, FunctionCtx):
    """The node of a Function call, and its ctx."""

    # No __slots__: users keep whatever they like on ctx.
    forward_class: Any
    several = takes_none = True
    _saved: list[Any] | None = None
    _place: Place | None = None
    _shapes: list[tuple[tuple[int, ...], Any] | None]
    """Shape and dtype of each output, None for one that is no tensor."""
    _are_tensors: list[bool]
    """Which arguments of forward were tensors: these have edges."""

    @property
    def outputs(self) -> int:
        """How many outputs forward gave."""
        return len(self._shapes)

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What `save_for_backward` was given."""
        if self._saved is None:
            raise RuntimeError(FREED)
        result = []
        for t, origin, counter, expected in self._saved:
            if type(t) is _PackedTensor:
                t = t.tensor()
            if t is not None and counter is not None and counter[0] != expected:
                made_by = t._node if origin is None else _output_again(self, origin)
                raise RuntimeError(stale(t._data, made_by, counter, expected, self._place, origin is not None))
            if origin is not None:  # an output: it was kept without its node, which would be a reference cycle
                t = t.detach()
                t._node = _output_again(self, origin)
            result.append(t)
        return tuple(result)

    saved_variables = saved_tensors

    def backward(self, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        cls = tensor_type()
        known = [
            x if x is None or isinstance(x, TensorBase) else cls._wrap(np.asarray(x))
            for x in (g if isinstance(g, list) else [g])
        ]
        if self.materialize_grads:
            known = [
                cls._wrap(np.zeros(*kind)) if x is None and kind is not None else x
                for x, kind in zip(known, self._shapes, strict=True)
            ]
        grads = self.forward_class.backward(self, *known)
        grads = grads if isinstance(grads, (tuple, list)) else (grads,)
        name, want = self.name(), len(self.needs_input_grad)
        if len(grads) > want and all(x is None for x in grads[want:]):
            grads = grads[:want]
        if len(grads) != want:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {want}, got {len(grads)})"
            )
        parts: list[tuple[Any, Any]] = []
        pending, watched = iter(self.edges), self.hooks is not None and self.hooks.post
        for i, (given, part) in enumerate(zip(self._are_tensors, grads, strict=True)):
            if not given:
                if part is not None:
                    raise RuntimeError(
                        f"function {name} returned a gradient different than None at position {i + 1}, but the corresponding "
                        "forward input was not a Variable"
                    )
                continue
            edge = next(pending)
            if part is not None and not isinstance(part, TensorBase):
                raise TypeError(f"expected Variable or None (got {type(part).__name__})")
            if edge is None or (needed is not None and edge not in needed):
                if watched:  # these hooks see all that backward returned
                    parts.append((edge, part if part is None or create_graph else part._data))
                continue
            if part is None:
                parts.append((edge, None))
                continue
            shape = part._data.shape
            if not edge.several and shape != edge.shape and not _sums_to(shape, edge.shape):
                raise RuntimeError(
                    f"Function {name} returned an invalid gradient at index {i} - got {list(shape)} but expected shape "
                    f"compatible with {list(edge.shape)}"
                )
            parts.append((edge, part if create_graph else part._data))
        return parts

    def __repr__(self) -> str:
        place = "" if self.forward_class._node_name else "torch.autograd.function."
        return f"<{place}{type(self).__name__} object at {id(self):#x}>"

    def release(self) -> None:
        if self._to_save:
            self._saved = None


def _sums_to(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == shape
    except ValueError:
        return False


class Function:
    """A differentiable operation of your own.

        class Square(Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            def backward(ctx, grad_output):
                (x,) = ctx.saved_tensors
                return 2 * x * grad_output

        y = Square.apply(x)

    forward runs without recording. backward gets one gradient for each output and returns one for each input, None
    where there is none; written with tensor operations, it can be differentiated again. Instead of a ctx in forward,
    `setup_context(ctx, inputs, output)` may be defined.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke "
            "them on the class itself. Instantiating an autograd function will raise an error in a future version of "
            "PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Raises RuntimeError: use `apply`."""
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
            "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    _node_name: str | None = None
    """The name of its nodes, where it is not the class's and `Backward`."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Keep what backward needs, where forward takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients for the inputs from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward "
            "mode AD."
        )

    @classmethod
    def _node_class(cls) -> type[BackwardNode]:
        made = cls.__dict__.get("_made_node_class")
        if made is None:
            name = cls._node_name or f"{cls.__name__}Backward"
            made = type(name, (BackwardNode,), {"forward_class": cls})
            cls._made_node_class = made  # type: ignore[attr-defined]
        return made  # type: ignore[no-any-return]

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record it."""
        node = object.__new__(cls._node_class())
        edges = [a._edge() if isinstance(a, TensorBase) else None for a in args]
        node.needs_input_grad = tuple(e is not None for e in edges)
        recording = mode.grad and True in node.needs_input_grad
        node._are_tensors = [isinstance(a, TensorBase) for a in args]
        node.edges = [e for e, given in zip(edges, node._are_tensors, strict=True) if given]
        node.hooks = None
        was = mode.grad
        mode.grad = False
        try:
            if cls.setup_context is not Function.setup_context:
                output = cls.forward(*args, **kwargs)
                cls.setup_context(node, args, output)
            else:
                output = cls.forward(node, *args, **kwargs)
        finally:
            mode.grad = was
        outputs = output if isinstance(output, tuple) else (output,)
        if node._dirty:
            _check_dirty(node._dirty, outputs, recording)
        results = [_as_output(o, args, node) for o in outputs]
        if recording:
            _record(node, results)
        return tuple(results) if isinstance(output, tuple) else results[0]


def _as_output(o: Any, args: tuple[Any, ...], node: BackwardNode) -> Any:
    """An output that is an input itself becomes a view of it, unless it was marked dirty"""
    if isinstance(o, TensorBase) and any(o is a for a in args) and not any(o is d for d in node._dirty):
        recording, mode.grad = mode.grad, False
        try:
            return o.view_as(o)  # type: ignore[attr-defined]
        finally:
            mode.grad = recording
    return o


def _check_dirty(dirty: tuple[Any, ...], outputs: tuple[Any, ...], recording: bool) -> None:
    """Raise RuntimeError where an input may not be changed in place; count the change"""
    if not all(any(d is o for o in outputs) for d in dirty):
        raise RuntimeError(
            "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
            "modified inplace must all be outputs of the Function."
        )
    for d in dirty:
        if recording and d._requires and d._node is None:
            raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
        if recording and d._view is not None:
            raise NotImplementedError(
                "a Function that changes a view in place is not supported; clone() the view first"
            )
        d._bump()


def _record(node: BackwardNode, results: list[Any]) -> None:
    node._shapes = [(t._data.shape, t._data.dtype) if isinstance(t, TensorBase) else None for t in results]
    node.birth = next(births)
    node.shape, node.dtype = next((s for s in node._shapes if s is not None), ((), np.dtype(np.float32)))
    places: dict[int, int] = {}
    for number, t in enumerate(results):
        if not isinstance(t, TensorBase):
            continue
        places[id(t)] = number
        if any(t is n for n in node._non_differentiable) or t._data.dtype.kind not in FLOATING:
            continue
        t._requires = False
        t._node = Output(node, number, t._data)
        if t._view is not None:
            t._creation = "function"
    saved: list[Any] = []
    for t in node._to_save:
        if t is None:
            saved.append((None, None, None, 0))
        elif id(t) in places and isinstance(t._node, Output) and t._node.parent is node:
            saved.append((t.detach(), places[id(t)], t._counter, t._counter[0]))
        else:
            saved.append((t, None, t._counter, t._counter[0]))
    node._saved = saved
    node._place = user_place()
    if observers.on:
        _observed(node)


def _observed(node: BackwardNode) -> None:
    """Somebody watches: see `observe.recorded`"""
    if observers.anomaly:
        remember(node)
    if thread.hooks and node._saved is not None:
        hooks = thread.hooks[-1]
        node._saved = [
            entry if entry[0] is None else (_PackedTensor(entry[0], hooks), entry[1], None, 0) for entry in node._saved
        ]


class _PackedTensor:
    """A tensor that was saved under hooks, and where its gradient goes"""

    def __init__(self, t: Any, hooks: tuple[Any, Any]) -> None:
        self.packed, self.edge = Packed(t.detach(), *hooks), t._edge()

    def tensor(self) -> Any:
        t = self.packed.value().detach()
        if isinstance(self.edge, AccumulateGrad):
            t._requires, t._accumulator = True, weakref.ref(self.edge)
        else:
            t._node = self.edge
        return t


def _output_again(node: BackwardNode, number: int) -> Output:
    known = node._shapes[number]
    assert known is not None
    shape, kind = known
    again = Output(node, number, np.empty((0,), kind))
    again.shape = shape
    return again


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` that must not be differentiated again: a second derivative raises instead of being wrong."""

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        recording = mode.grad
        mode.grad = False
        try:
            outputs = fn(ctx, *args)
        finally:
            mode.grad = recording
        if not recording or not any(isinstance(a, TensorBase) and a._edge() is not None for a in args):
            return outputs
        single = not isinstance(outputs, tuple)
        marked = [
            _DelayedError.apply(o) if isinstance(o, TensorBase) else o for o in ((outputs,) if single else outputs)
        ]
        return marked[0] if single else tuple(marked)

    return wrapper


class _DelayedError(Function):
    """Passes its input on; differentiating it raises"""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.detach()

    @classmethod
    def apply(cls, x: Any) -> Any:
        again = x.detach()
        again._requires = True
        return super().apply(again)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")
