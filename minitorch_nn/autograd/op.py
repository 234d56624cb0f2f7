"""An operation in one place: a kernel on arrays and one gradient rule per input.

    @op(a=lambda g, b: g * b, b=lambda g, a: g * a)
    def mul(a, b):
        return np.multiply(a, b)

A rule's first argument is the gradient of the output; the others are looked up by name when the package is imported:
inputs, `out`, options, and `<input>_shape`. What the rules of the inputs that want a gradient name is kept in the
graph, nothing else. Rules are written with operations and plain operators: in the usual backward pass they are given
arrays and run; under `create_graph=True` they are given Tensors, and record.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeVar, cast

import numpy as np

from .._bfloat16 import finished, is_half, state, upcast
from ..dtypes import from_numpy
from . import dispatch, variable
from .node import FREED, AccumulateGrad, Node, Output
from .observe import observers
from .place import Place, describe
from .saved import attribute

registry: dict[str, Op] = {}
"""Every operation by its name."""

WANTED = -1
Rule = Callable[..., Any]
F = TypeVar("F", bound=Callable[..., Any])


class Plan:
    """What to keep and which rules to run when a certain set of inputs wants gradients."""

    __slots__ = ("frees", "kept", "rules", "take", "versioned")

    def __init__(self, op: Op, mask: int) -> None:
        inputs = len(op.inputs)
        if op.joint is not None:
            kept = set(op.joint_needs) - {WANTED}
        else:
            chosen = [i for i in range(inputs) if mask >> i & 1 and op.rules[i] is not None]
            kept = {n for i in chosen for n in op.needs[i]}
        self.kept = sorted(kept)
        place = {n: k for k, n in enumerate(self.kept)} | {WANTED: WANTED}
        if op.joint is not None:
            self.rules = [(0, op.joint, tuple(place[n] for n in op.joint_needs))]
        else:
            self.rules = [(i, op.rules[i], tuple(place[n] for n in op.needs[i])) for i in chosen]
        self.take = _taker(self.kept)
        self.versioned = [n for n in self.kept if n <= inputs]
        # Only arrays are dropped after use; a node that kept shapes and options alone can run again, as in PyTorch.
        self.frees = any(n < inputs + len(op.outputs) for n in self.kept)


class Plans(dict[int, Plan]):
    """The plans of an operation by the set of inputs that want gradients, a bit for each; made on first use."""

    def __init__(self, op: Op) -> None:
        self.op = op

    def __missing__(self, mask: int) -> Plan:
        plan = self[mask] = Plan(self.op, mask)
        return plan


def _taker(kept: list[int]) -> Callable[[list[Any]], Any]:
    if len(kept) == 1:
        only = kept[0]
        return lambda known: (known[only],)
    return itemgetter(*kept) if kept else lambda known: ()


class OpNode(Node):
    """A recorded call of an `Op`; each operation has a subclass of its own, named as PyTorch names it."""

    __slots__ = ("place", "plan", "saved", "versions")

    op: Op
    in_place = False
    """Whether it is the node of a tensor that was given a view's shape in place."""
    plan: Plan
    saved: tuple[Any, ...] | None
    """The values that the rules name, in the order of `plan.kept`."""
    versions: list[Any]
    """Version counter and version when saved, by turns, of the saved tensors."""
    place: Place | None
    """Where in the user's code the operation was called; set if there are `versions`."""

    def name(self) -> str:
        name = type(self).__name__
        return name if name[-1].isdigit() else f"torch::autograd::{name}"  # PyTorch writes these by hand

    def __getattr__(self, name: str) -> Any:
        return attribute(self, name)

    def backward(self, g: Any, create_graph: bool, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        saved = self.saved
        if saved is None:
            raise RuntimeError(FREED)
        versions = self.versions
        if versions:
            for k in range(0, len(versions), 2):
                if versions[k][0] != versions[k + 1]:
                    raise RuntimeError(self._stale(k))
        half = None
        if create_graph:
            saved = tuple(self._as_tensors())
        elif state.in_use:
            half = g.dtype if is_half(g) else None
            g, saved = upcast(g), upcast(saved)
        edges = self.edges
        parts: list[tuple[Node, Any]] = []
        if self.op.joint is not None:
            parts = self._joint(g, saved, needed)
            return parts if half is None else _rounded(parts, half)
        for i, rule, at in self.plan.rules:
            edge = edges[i]
            if edge is None or (needed is not None and edge not in needed):
                continue
            n = len(at)
            if n == 1:
                part = rule(g, saved[at[0]])
            elif n == 0:
                part = rule(g)
            elif n == 2:
                part = rule(g, saved[at[0]], saved[at[1]])
            else:
                part = rule(g, *[saved[j] for j in at])
            parts.append((edge, part))
        return parts if half is None else _rounded(parts, half)

    def without_gradient(self, needed: set[Node] | None) -> list[tuple[Node, Any]]:
        if self.saved is None:
            raise RuntimeError(FREED)
        for k in range(0, len(self.versions), 2):
            if self.versions[k][0] != self.versions[k + 1]:
                raise RuntimeError(self._stale(k))
        return super().without_gradient(needed)

    def _joint(self, g: Any, saved: Sequence[Any], needed: set[Node] | None) -> list[tuple[Node, Any]]:
        wanted = tuple(e is not None and (needed is None or e in needed) for e in self.edges)
        _, rule, at = self.plan.rules[0]
        parts = rule(g, *[wanted if j == WANTED else saved[j] for j in at])
        return [(e, p) for e, p, w in zip(self.edges, parts, wanted, strict=True) if w and e is not None]

    def release(self) -> None:
        if self.plan.frees or (self.op.uses_options and _holds_array(self.saved)):
            self.saved = None

    def _as_tensors(self) -> list[Any]:
        """The saved values as Tensors that are part of the graph, for `create_graph`."""
        assert self.saved is not None
        inputs = len(self.op.inputs)
        result: list[Any] = []
        for n, value in zip(self.plan.kept, self.saved, strict=True):
            if n > inputs or not isinstance(value, np.ndarray):
                result.append(value)
                continue
            origin: Any = self if n == inputs else self.edges[n]
            if isinstance(origin, AccumulateGrad):
                result.append(origin.variable)
                continue
            t = variable._tensor_type._wrap(value)
            t._node = origin
            result.append(t)
        return result

    def _stale(self, k: int) -> str:
        """The error for a saved value that has been changed in place since; `k` is its place in `versions`."""
        assert self.saved is not None
        counter, expected = self.versions[k : k + 2]
        n = self.plan.versioned[k // 2]
        value = self.saved[self.plan.kept.index(n)]
        own = n == len(self.op.inputs)
        return stale(value, self if own else self.edges[n], counter, expected, self.place, own)


def _rounded(parts: list[tuple[Node, Any]], kind: np.dtype[Any]) -> list[tuple[Node, Any]]:
    """The gradients that came of one of `kind`, of that too; those for float32 parameters beside it stay."""
    wide = np.float32
    return [(e, p if p is None or (e.dtype == wide and p.dtype == wide) else finished(p, kind)) for e, p in parts]


def stale(value: Any, origin: Any, counter: list[Any], expected: int, place: Place | None, own: bool = False) -> str:
    """PyTorch's error for a `value`, made by the node `origin` and saved at `place`, that was changed in place.

    Two lines of our own follow PyTorch's: where it was saved and where it was changed.
    """
    number = origin.number if own and isinstance(origin, Output) else 0  # PyTorch keeps no number of an input
    origin = origin.parent if isinstance(origin, Output) else origin
    name = None if origin is None or isinstance(origin, AccumulateGrad) else origin.name()
    version, changed_by, changed_at = (*counter, None, None)[:3]
    if name and not own and changed_by:  # the tensor's present node is that of the change, or, of a view, a new one
        name, number = "AsStridedBackward0" if made_view(origin) else changed_by, 0
    hint = (
        "the backtrace further above shows the operation that failed to compute its gradient. The variable in question was "
        "changed in there or anywhere later. Good luck!"
        if observers.anomaly
        else "enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )
    made = f", which is output {number} of {short_name(name)}," if name else ""
    return (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{from_numpy(value.dtype).type_name}Tensor {list(value.shape)}]{made} is at version {version}; expected "
        f"version {expected} instead. Hint: {hint}\n"
        f"The value was saved at {describe(place)}\n"
        f"It was changed at {describe(changed_at)}"
    )


def short_name(name: str) -> str:
    """The name of a node in PyTorch's errors: `Mul` for MulBackward0, `Pow1` for PowBackward1"""
    stem = name.rstrip("0123456789")
    return stem.removesuffix("Backward") + name[len(stem) :].removeprefix("0") if stem.endswith("Backward") else name


def made_view(node: Any) -> bool:
    """Whether the tensor that `node` made is a view"""
    return node.several and not node.takes_none if not isinstance(node, OpNode) else node.op.view and not node.in_place


def _holds_array(saved: Sequence[Any] | None) -> bool:
    return any(isinstance(v, np.ndarray) or (type(v) is tuple and _holds_array(v)) for v in saved or ())


class Op:
    """What is known of an operation. `dispatch.function` makes the function of it that is called.

    kernel: takes the inputs (positional) and the options (keyword-only), returns an array or a tuple of arrays.
    rules: gradient rule by input name.
    name: PyTorch's name of the node; by default from the kernel's (`log_softmax` -> `LogSoftmaxBackward0`).
    kind: how the inputs' dtypes become one: None leaves them; "promote" casts to the common type; "float" also turns
        integers into the default floating-point type.
    joint: one rule for all inputs, returning a tuple with None where nothing is wanted; it may ask for `wanted`, a
        tuple of bools.
    outputs: names of the kernel's outputs; only the first has a gradient.
    view: the output shares memory with the first input.
    moves: the kernel takes arrays of bfloat16 as they are, for it only moves elements; others are given float32.
    """

    def __init__(
        self,
        kernel: Callable[..., Any],
        rules: dict[str, Rule],
        name: str | None,
        kind: str | None,
        joint: Rule | None,
        outputs: tuple[str, ...],
        view: bool,
        moves: bool,
    ) -> None:
        self.moves = moves or view
        self.exact = (name or "").startswith(("MulBackward", "DivBackward")) or kernel.__name__ == "quotient"
        """Whether bfloat16 and float16 are computed with the exact value of a number beside them; see PyTorch's kernels"""
        self.wide_only: str | None = getattr(kernel, "wide_only", None)
        """PyTorch's name of the kernel, where it has none for bfloat16 and float16"""
        self.kernel, self.kind, self.view, self.joint, self.outputs = kernel, kind, view, joint, outputs
        self.name = kernel.__name__
        parameters = inspect.signature(kernel).parameters.values()
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.inputs = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
        self.defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        self.names = set(self.inputs)
        self.input_defaults = {p.name: p.default for p in parameters if p.name in self.names}
        unknown = rules.keys() - self.names
        if unknown:
            raise TypeError(f"op {kernel.__name__}: gradient rule for unknown input {sorted(unknown)}")
        if self.variadic and (joint is None or len(self.inputs) != 1):
            raise TypeError(f"op {kernel.__name__}: a variadic operation takes nothing else and has a joint rule")
        shapes = [f"{n}_shape" for n in self.inputs]
        known = [*self.inputs, *outputs, *self.defaults, *shapes]
        self.rules: list[Any] = [rules.get(n) or joint for n in self.inputs]
        self.needs = [self._lookup(rules[n], known) if n in rules else () for n in self.inputs]
        self.joint_needs = () if joint is None else self._lookup(joint, known)
        named = {n for need in (*self.needs, self.joint_needs) for n in need}
        self.uses_options = any(n >= len(self.inputs) + len(outputs) for n in named)
        self.uses_shapes = any(n >= len(known) - len(shapes) for n in named)
        self.differentiable = sum(1 << i for i, r in enumerate(self.rules) if r is not None)
        self.plans = Plans(self)
        title = "".join(part.capitalize() for part in kernel.__name__.strip("_").split("_"))
        self.node_type = type(name or f"{title}Backward0", (OpNode,), {"__slots__": (), "op": self})
        self.node_type.__module__ = kernel.__module__
        if kernel.__name__ in registry:
            raise TypeError(f"there is an operation {kernel.__name__} already")
        registry[kernel.__name__] = self

    def _lookup(self, rule: Rule, known: list[str]) -> tuple[int, ...]:
        """Where the values that `rule` names stand among the known ones; WANTED is `wanted`."""
        names = list(inspect.signature(rule).parameters)[1:]
        for n in names:
            if n not in known and n != "wanted":
                raise TypeError(f"op {self.name}: the rule names {n!r}; it may name {', '.join(known)}")
        return tuple(WANTED if n == "wanted" else known.index(n) for n in names)

    def by_name(self, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
        """All inputs in their order, those given by keyword taken out of `options`."""
        rest = []
        for n in self.inputs[len(args) :]:
            if n in options:
                rest.append(options.pop(n))
            elif not self.names.isdisjoint(options):
                rest.append(self.input_defaults[n])
        return (*args, *rest)

    def options_and_shapes(self, options: dict[str, Any], arrays: Any) -> list[Any]:
        """The values behind the names of the options and of `<input>_shape`."""
        values = list((self.defaults | options).values())
        if not self.uses_shapes:
            return values
        if self.variadic:
            return [*values, tuple(a.shape for a in arrays[0])]
        return values + [getattr(a, "shape", ()) for a in arrays[: len(self.inputs)]]

    def __repr__(self) -> str:
        return f"<op {self.name}>"


def op(
    *,
    name: str | None = None,
    kind: str | None = None,
    joint: Rule | None = None,
    outputs: tuple[str, ...] = ("out",),
    view: bool = False,
    moves: bool = False,
    **rules: Rule,
) -> Callable[[F], F]:
    """Make an operation of a kernel; see `Op` for the arguments. A misspelt name in a rule fails here, at import.

    To its callers an operation is the function that its kernel's signature shows, with Tensors for arrays.
    """

    def make(kernel: F) -> F:
        return cast(F, dispatch.function(Op(kernel, rules, name, kind, joint, outputs, view, moves)))

    return make
