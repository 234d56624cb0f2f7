"""Run a program on a namespace (this package or PyTorch) and describe all that came out of it."""

from __future__ import annotations

import re
import warnings
from operator import attrgetter
from typing import Any

import numpy as np
from cases.run import describe_error

REFERENCE = re.compile(r"x\d+(\.\d+)?")


class Missing(Exception):
    """A step names a value that is not there, because the step that should have made it raised."""


class Run:
    """The state of a running program.

    values: the tensors by name ("x3", "x7.1").
    versions: what the version of each was when it was made.
    log: what the hooks saw, in their order.
    layouts: whether results are described with their strides.
    """

    def __init__(self, torch: Any, leaves: list[Any], layouts: bool = False) -> None:
        self.torch, self.layouts = torch, layouts
        self.values: dict[str, Any] = {}
        self.log: list[Any] = []
        self.versions: dict[str, int] = {}
        self.count = 0
        for dtype, shape, requires_grad, values, *lying in leaves:
            array = laid_out(np.array(values, dtype).reshape(shape), *lying)
            self.bind(torch.from_numpy(array).requires_grad_(requires_grad))

    def bind(self, result: Any) -> list[str]:
        """Give a result the next name; the tensors of a tuple get names with a number."""
        name = f"x{self.count}"
        self.count += 1
        if isinstance(result, self.torch.Tensor):
            named = {name: result}
        elif isinstance(result, (tuple, list)):
            named = {f"{name}.{i}": r for i, r in enumerate(result) if isinstance(r, self.torch.Tensor)}
        else:
            return []
        self.values |= named
        self.versions |= {n: x._version for n, x in named.items()}
        return list(named)

    def step(self, step: list[Any]) -> Any:
        """Run a step: its results described, or `{"raises": [type, first line]}`, or None where a value is missing."""
        operation, args, kwargs, *mode = step
        torch = self.torch
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                args = [self.decode(a) for a in args]
                kwargs = {k: self.decode(v) for k, v in kwargs.items()}
                with torch.set_grad_enabled(not mode):
                    result = self.call(operation, args, kwargs)
            except Missing:
                self.count += 1
                return None
            except Exception as error:
                self.count += 1
                return {"raises": describe_error(error)}
            names = self.bind(result)
            if names:
                return [self.described(self.values[name]) for name in names]
            return repr(result) if isinstance(result, (bool, int, float)) else []

    def described(self, x: Any) -> list[Any]:
        if not self.layouts:
            return describe(x)
        steps = [step if n > 1 else None for n, step in zip(x.shape, x.stride(), strict=True)] if x.numel() else "any"
        memory = f"strides {steps}, contiguous {x.is_contiguous()}, first element {x.storage_offset()}"
        return [*describe(x), f"{memory}, view {x._base is not None}"]

    def call(self, operation: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        torch = self.torch
        special = getattr(self, f"do_{operation}", None)
        if special is not None:
            return special(*args, **kwargs)
        if operation.startswith("torch."):
            return attrgetter(operation.removeprefix("torch."))(torch)(*args, **kwargs)
        return getattr(args[0], operation)(*args[1:], **kwargs)

    # Steps that are not calls of a function or a method of that name
    def do_getitem(self, x: Any, *index: Any) -> Any:
        return x[index[0] if len(index) == 1 else index]

    def do_setitem(self, x: Any, index: list[Any], value: Any) -> Any:
        x[index[0] if len(index) == 1 else tuple(index)] = value

    def do_backward(self, x: Any, weighted: bool, **kwargs: Any) -> None:
        x.backward(weights(self.torch, x) if weighted else None, **kwargs)

    def do_grad(self, outputs: Any, inputs: Any, **kwargs: Any) -> Any:
        given = [weights(self.torch, x) for x in outputs]
        grads = self.torch.autograd.grad(outputs, inputs, given, **kwargs)
        # a clone: by which operations a gradient was computed, and how often it was added to, is nobody's promise
        return [None if g is None else g.clone() for g in grads]

    def do_derivatives(self, outputs: Any, inputs: list[Any], twice: bool) -> Any:
        """The gradients of all of the outputs, or the second derivatives."""
        outputs = [x for x in (outputs if isinstance(outputs, list) else [outputs]) if x.requires_grad]
        if not outputs:
            return None
        grads = self.do_grad(outputs, inputs, create_graph=twice, allow_unused=True)
        if not twice:
            return grads
        grads = [g for g in grads if g is not None and g.requires_grad]
        return (len(grads), self.do_grad(grads, inputs, allow_unused=True)) if grads else None

    def do_hook(self, x: Any, factor: float | None) -> None:
        number, log = self.count, self.log  # not self: the hook would hold all tensors, and itself
        if x._is_view() and x.is_leaf:
            raise Missing("PyTorch 2.13.0 crashes where a view made under no_grad gets a hook")

        def hook(g: Any) -> Any:
            log.append([number, describe_gradient(g)])
            return None if factor is None else g * factor

        x.register_hook(hook)

    def do_none(self) -> None:
        """A step that was taken out."""

    def do_iadd(self, x: Any, other: Any) -> Any:
        x += other
        return x

    def do_imul(self, x: Any, other: Any) -> Any:
        x *= other
        return x

    def do_data(self, x: Any) -> Any:
        return x.data

    def do_asked(self, x: Any) -> float:
        """Whether it lies row by row, where it begins, whether it is a view, in one number"""
        return float(100 * x.is_contiguous() + 10 * x._is_view() + x.storage_offset() / 1000 + x.retains_grad * 1000)

    def do_same_memory(self, x: Any, y: Any) -> bool:
        return bool(x.numel() > 0 and y.numel() > 0 and x.data_ptr() == y.data_ptr())

    def do_set_data(self, x: Any, y: Any) -> None:
        x.data = y.detach().clone()

    def do_set_grad(self, x: Any, y: Any) -> None:
        x.grad = None if y is None else y.detach().clone()

    def do_T(self, x: Any) -> Any:
        return x.T

    def do_mT(self, x: Any) -> Any:
        return x.mT

    def do_get_grad(self, x: Any) -> Any:
        return None if x.grad is None else x.grad.data

    def decode(self, value: Any) -> Any:
        """An argument out of its JSON form."""
        if isinstance(value, str):
            if REFERENCE.fullmatch(value):
                if value not in self.values:
                    several = [x for name, x in self.values.items() if name.startswith(f"{value}.")]
                    if not several:
                        raise Missing(value)
                    return several
                return self.values[value]
            if value.startswith("torch."):
                return getattr(self.torch, value.removeprefix("torch."))
            return Ellipsis if value == "..." else value
        if isinstance(value, list):
            return [self.decode(v) for v in value]
        if isinstance(value, dict):
            if "slice" in value:
                return slice(*value["slice"])
            return self.torch.tensor(value["tensor"], dtype=getattr(self.torch, value["dtype"])).reshape(value["shape"])
        return value

    def state(self) -> dict[str, Any]:
        """All tensors at the end: described, how often they were changed, the gradient; and what the hooks saw."""
        result: dict[str, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, x in self.values.items():
                described = describe(x)
                grad = None if described[3] is None else x.grad
                result[name] = [
                    *described,
                    x._version - self.versions[name],
                    None if grad is None else describe_gradient(grad),
                ]
        return {"values": result, "hooks": self.log}


def laid_out(array: Any, lying: str = "C") -> Any:
    """The same elements: "T": the dimensions in memory the other way round; "slice": with gaps."""
    if lying == "T":
        return np.array(array.T, order="C").T
    if lying == "slice" and array.ndim:
        return np.repeat(array, 2, -1)[..., ::2]
    return array


def weights(torch: Any, x: Any) -> Any:
    """The gradient that a pass starts with: different for each element."""
    return (torch.arange(x.numel(), dtype=torch.float64) * 0.25 - 0.5).reshape(x.shape).to(x.dtype)


def describe(x: Any) -> list[Any]:
    """`[dtype, shape, requires_grad, is_leaf, name of the node, elements]`."""
    return [
        str(x.dtype).removeprefix("torch."),
        list(x.shape),
        x.requires_grad,
        *origin(x),
        x.detach().reshape(-1).tolist(),
    ]


def describe_gradient(g: Any) -> list[Any]:
    """The same without the name of the node: formulas of derivatives may be written in other ways."""
    described = describe(g)
    return [*described[:4], None if described[4] is None else "a node", described[5]]


def origin(x: Any) -> tuple[bool | None, str | None]:
    """Whether it is a leaf, and the name of its node; or the error of asking a view whose base was changed."""
    try:
        return x.is_leaf, None if x.grad_fn is None else type(x.grad_fn).__name__
    except RuntimeError as error:
        return None, describe_error(error)[1]


def evaluate(torch: Any, program: dict[str, Any], layouts: bool = False) -> dict[str, Any]:
    """`{"steps": [what each step gave], "values": …, "hooks": …}`."""
    run = Run(torch, program["leaves"], layouts)
    steps = [run.step(step) for step in program["steps"]]
    return {"steps": steps, **run.state()}


def source(program: dict[str, Any]) -> str:
    """The program as one would write it, to be read."""

    def show(value: Any) -> str:
        if isinstance(value, dict):
            if "slice" in value:
                return ":".join("" if v is None else str(v) for v in value["slice"][:2]) + (
                    f":{value['slice'][2]}" if value["slice"][2] is not None else ""
                )
            return f"tensor({value['tensor']}, {value['dtype']}).reshape({value['shape']})"
        if isinstance(value, list):
            return f"[{', '.join(map(show, value))}]"
        return value if isinstance(value, str) else repr(value)

    lines = []
    for n, (dtype, shape, requires_grad, values, *lying) in enumerate(program["leaves"]):
        lines.append(
            f"x{n} = tensor({values}, {dtype}).reshape({shape})"
            + ".requires_grad_()" * requires_grad
            + f"  # {lying}" * bool(lying)
        )
    for n, (operation, args, kwargs, *mode) in enumerate(program["steps"], len(program["leaves"])):
        given = ", ".join([*map(show, args), *[f"{k}={show(v)}" for k, v in kwargs.items()]])
        lines.append(f"x{n} = {operation}({given})" + "  # under no_grad" * bool(mode))
    return "\n".join(lines)
