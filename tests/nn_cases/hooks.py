"""Forward and backward hooks of Module: order, replacement, removal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .common import Case, fill, raised, wave

CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[f"hooks/{function.__name__}"] = function
    return function


def pair(torch: Any) -> Any:
    nn = torch.nn

    class Pair(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x: Any, y: Any, scale: float = 1.0) -> Any:
            return self.fc(x) * scale, y * 2

    return fill(torch, Pair())


@case
def forward(torch: Any) -> Any:
    m = fill(torch, torch.nn.Linear(2, 2))
    log: list[Any] = []
    x = wave(torch, 1, 2)
    m.register_forward_pre_hook(lambda module, args: log.append(["pre", len(args)]))
    m.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    m.register_forward_pre_hook(lambda module, args: log.append("first"), prepend=True)
    m.register_forward_hook(lambda module, args, out: log.append(["post", args[0].clone()]))
    handle = m.register_forward_hook(lambda module, args, out: out + 1)
    m.register_forward_hook(lambda module, args, out: log.append("before"), prepend=True)
    log.append(m(x).detach())
    handle.remove()
    handle.remove()
    log.append(m(x).detach())
    m.register_forward_pre_hook(lambda module, args: args[0] * 0)
    return [*log, m(x).detach()]


@case
def with_kwargs(torch: Any) -> Any:
    m = pair(torch)
    x, y = wave(torch, 1, 2), wave(torch, 2)
    log: list[Any] = []
    m.register_forward_pre_hook(lambda module, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True)
    m.register_forward_hook(
        lambda module, args, kwargs, out: log.append([len(args), kwargs["scale"]]), with_kwargs=True
    )
    m.register_forward_hook(lambda module, args, out: log.append(len(args)))
    log.append([t.detach() for t in m(x, y, scale=2.0)])
    bad = m.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    log.append(raised(lambda: m(x, y, scale=2.0)))
    bad.remove()
    with m.register_forward_hook(lambda module, args, out: out[0]):
        log.append(m(x, y, scale=0.0).detach())
    return log


@case
def always_call(torch: Any) -> Any:
    class Fails(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            raise ValueError("inside")

    m = Fails()
    log: list[Any] = []
    m.register_forward_hook(lambda module, args, out: log.append("not called"))
    m.register_forward_hook(lambda module, args, out: log.append(["called", out is None]), always_call=True)
    return [raised(lambda: m(1)), log]


@case
def backward(torch: Any) -> Any:
    m = torch.nn.Sequential(fill(torch, torch.nn.Linear(2, 3)), torch.nn.Tanh())
    log: list[Any] = []

    def note(name: str) -> Callable[..., None]:
        return lambda module, *grads: log.append(
            [name, [[None if g is None else g.clone() for g in gs] for gs in grads]]
        )

    for i, layer in enumerate(m):
        layer.register_full_backward_hook(note(f"hook {i}"))
        layer.register_full_backward_pre_hook(note(f"pre {i}"))
    m.register_full_backward_hook(note("last"))
    m.register_full_backward_hook(note("first"), prepend=True)
    x = wave(torch, 2, 2).requires_grad_()
    (m(x) ** 2).sum().backward()
    return [log, x.grad, m[0].weight.grad]


@case
def backward_replaces(torch: Any) -> Any:
    m = pair(torch)
    x, y = wave(torch, 1, 2).requires_grad_(), wave(torch, 2).requires_grad_()
    m.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 10, grad_output[1]))
    m.register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0] * 2, grad_input[1] + 1))
    a, b = m(x, y)
    (a.sum() + b.sum()).backward()
    log: list[Any] = [x.grad.clone(), y.grad.clone(), m.fc.weight.grad.clone()]
    m.register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0],))
    a, b = m(x, y)
    log.append(raised(lambda: (a.sum() + b.sum()).backward()))
    return log


@case
def backward_without_input_gradient(torch: Any) -> Any:
    import warnings

    m = fill(torch, torch.nn.Linear(2, 2))
    log: list[Any] = []
    m.register_full_backward_hook(lambda module, gi, go: log.append([[g is None for g in gi], go[0].clone()]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        m(wave(torch, 1, 2)).sum().backward()
    with torch.no_grad():
        m(wave(torch, 1, 2))
    return [log, [str(w.message) for w in caught], m.weight.grad]


@case
def grad_fn_of_hooked(torch: Any) -> Any:
    m = torch.nn.Tanh()
    m.register_full_backward_hook(lambda *args: None)
    return type(m(torch.ones(2, requires_grad=True)).grad_fn).__name__
