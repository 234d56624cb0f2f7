"""Optimizers, schedules and misuse, each as a function of the namespace (this package or PyTorch) it runs on."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = 50
SNAPSHOTS = (1, 2, 3, 10, 50)
SHAPES = ((4, 3), (5,), (), (2, 2, 2))


def make_params(torch: Any, dtype: str) -> list[Any]:
    draw = np.random.RandomState(0)
    return [torch.tensor(draw.uniform(-1, 1, s).tolist(), dtype=getattr(torch, dtype)).requires_grad_() for s in SHAPES]


def gradients(dtype: str) -> list[list[np.ndarray[Any, Any] | None]]:
    """The gradients of each step; now and then a parameter has none, and some are tiny, zero or large."""
    draw = np.random.RandomState(1)
    steps: list[list[np.ndarray[Any, Any] | None]] = []
    for step in range(STEPS):
        grads: list[np.ndarray[Any, Any] | None] = [np.asarray(draw.standard_normal(s), dtype=dtype) for s in SHAPES]
        if step % 7 == 3:
            grads[1] = None
        if step % 11 == 4:
            grads[0] = np.zeros(SHAPES[0], dtype)
        if step % 13 == 5:
            grads[3] = np.asarray(draw.standard_normal(SHAPES[3]) * 1e4, dtype)
        steps.append(grads)
    return steps


def two_groups(params: list[Any], **second: Any) -> list[dict[str, Any]]:
    return [{"params": params[:2]}, {"params": params[2:], **second}]


Make = Callable[[Any, list[Any]], Any]

OPTIMIZERS: dict[str, Make] = {
    "sgd": lambda torch, p: torch.optim.SGD(p, lr=0.1),
    "sgd default": lambda torch, p: torch.optim.SGD(p),
    "sgd momentum": lambda torch, p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "sgd dampening": lambda torch, p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5),
    "sgd decay": lambda torch, p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01),
    "sgd nesterov decay": lambda torch, p: torch.optim.SGD(p, 0.05, 0.9, weight_decay=5e-4, nesterov=True),
    "sgd maximize decay": lambda torch, p: torch.optim.SGD(p, 0.01, 0.9, weight_decay=0.1, maximize=True),
    "sgd groups": lambda torch, p: torch.optim.SGD(
        two_groups(p, lr=0.5, momentum=0, nesterov=False), lr=0.1, momentum=0.8, nesterov=True
    ),
    "sgd tensor lr": lambda torch, p: torch.optim.SGD(p, lr=torch.tensor(0.125), momentum=0.5),
    "adam": lambda torch, p: torch.optim.Adam(p),
    "adam options": lambda torch, p: torch.optim.Adam(p, lr=0.1, betas=(0.4, 0.9), eps=1e-3, weight_decay=0.1),
    "adam amsgrad": lambda torch, p: torch.optim.Adam(p, lr=0.01, amsgrad=True, weight_decay=0.01, maximize=True),
    "adam decoupled": lambda torch, p: torch.optim.Adam(p, weight_decay=0.5, decoupled_weight_decay=True),
    "adamw": lambda torch, p: torch.optim.AdamW(p),
    "adamw groups": lambda torch, p: torch.optim.AdamW(
        two_groups(p, lr=0.3, betas=(0.5, 0.5), weight_decay=0.0), lr=0.01, amsgrad=True
    ),
    "rmsprop": lambda torch, p: torch.optim.RMSprop(p),
    "rmsprop momentum": lambda torch, p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.9, weight_decay=0.1),
    "rmsprop centered": lambda torch, p: torch.optim.RMSprop(p, lr=0.01, alpha=0.3, centered=True, maximize=True),
    "rmsprop all": lambda torch, p: torch.optim.RMSprop(
        two_groups(p, lr=0.1, eps=0.1), 0.01, 0.95, 1e-6, 0.01, 0.5, True
    ),
    "adagrad": lambda torch, p: torch.optim.Adagrad(p),
    "adagrad options": lambda torch, p: torch.optim.Adagrad(
        two_groups(p, lr=0.5), lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, maximize=True
    ),
    "adadelta": lambda torch, p: torch.optim.Adadelta(p),
    "adadelta options": lambda torch, p: torch.optim.Adadelta(
        two_groups(p, rho=0.5), lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1, maximize=True
    ),
    "adamax": lambda torch, p: torch.optim.Adamax(p),
    "adamax options": lambda torch, p: torch.optim.Adamax(
        two_groups(p, lr=0.1, betas=(0.6, 0.7)), 0.05, (0.4, 0.9), 1e-3, 0.1, maximize=True
    ),
    "nadam": lambda torch, p: torch.optim.NAdam(p),
    "nadam options": lambda torch, p: torch.optim.NAdam(
        two_groups(p, lr=0.1, momentum_decay=0.5), 0.05, (0.4, 0.9), 1e-3, 0.1, 0.1, maximize=True
    ),
    "nadam decoupled": lambda torch, p: torch.optim.NAdam(p, weight_decay=0.5, decoupled_weight_decay=True),
    "radam": lambda torch, p: torch.optim.RAdam(p),
    "radam options": lambda torch, p: torch.optim.RAdam(
        two_groups(p, lr=0.1, betas=(0.5, 0.99)), 0.05, (0.4, 0.9), 1e-3, 0.1, maximize=True
    ),
    "radam decoupled": lambda torch, p: torch.optim.RAdam(p, weight_decay=0.5, decoupled_weight_decay=True),
    "rprop": lambda torch, p: torch.optim.Rprop(p),
    "rprop options": lambda torch, p: torch.optim.Rprop(
        two_groups(p, lr=0.1, etas=(0.2, 2.0)), 0.05, (0.3, 1.5), (1e-3, 0.2), maximize=True
    ),
    "asgd": lambda torch, p: torch.optim.ASGD(p),
    "asgd options": lambda torch, p: torch.optim.ASGD(
        two_groups(p, lr=0.1, t0=7), 0.05, 0.1, 0.5, 20, weight_decay=0.1, maximize=True
    ),
    "adafactor": lambda torch, p: torch.optim.Adafactor(p),
    "adafactor options": lambda torch, p: torch.optim.Adafactor(
        two_groups(p, lr=0.1, d=2.0), 0.05, -0.5, (1e-3, 1e-2), weight_decay=0.1, maximize=True
    ),
}


def flat(tensors: list[Any]) -> np.ndarray[Any, Any]:
    return np.concatenate([t.detach().numpy().reshape(-1) for t in tensors])


def run_steps(
    torch: Any, optimizer: Any, params: list[Any], dtype: str, start: int = 0, stop: int = STEPS
) -> list[Any]:
    """The parameters after each of SNAPSHOTS."""
    seen = []
    for step, grads in list(enumerate(gradients(dtype)))[start:stop]:
        for p, g in zip(params, grads, strict=True):
            p.grad = None if g is None else torch.from_numpy(g.copy())
        optimizer.step()
        if step + 1 in SNAPSHOTS:
            seen.append(flat(params).copy())
    return seen


def run_optimizer(torch: Any, name: str, dtype: str) -> dict[str, Any]:
    params = make_params(torch, dtype)
    optimizer = OPTIMIZERS[name](torch, params)
    text = repr(optimizer)
    values = np.stack(run_steps(torch, optimizer, params, dtype))
    saved = optimizer.state_dict()
    state = [[i, *((k, str(v.dtype), list(v.shape)) for k, v in s.items())] for i, s in saved["state"].items()]
    last = [v.numpy().reshape(-1).astype("float64") for s in saved["state"].values() for v in s.values()]
    return {
        "values": values,
        "state": np.concatenate([*last, np.zeros(0)]),
        "text": {"repr": text, "state": state, "groups": [describe(g) for g in saved["param_groups"]]},
    }


def describe(value: Any) -> Any:
    """Plain values as they are (tuples as lists), others by their text."""
    if isinstance(value, dict):
        return {str(k): describe(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [describe(v) for v in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


class Halve:
    """A callable with a state to save."""

    def __init__(self) -> None:
        self.base = 0.5

    def __call__(self, x: float) -> float:
        return float(self.base**x)


def SWA(schedules: Any) -> Any:
    """`SWALR`, from beside the module of the schedules"""
    return importlib.import_module(schedules.__name__.replace("lr_scheduler", "swa_utils")).SWALR


SGD: Make = lambda torch, p: torch.optim.SGD(two_groups(p, lr=0.5), lr=0.1, momentum=0.9)  # noqa: E731
ADAM: Make = lambda torch, p: torch.optim.Adam(two_groups(p, lr=0.5), lr=0.1)  # noqa: E731

SCHEDULES: dict[str, tuple[Make, Callable[[Any, Any], Any]]] = {
    "lambda": (SGD, lambda s, o: s.LambdaLR(o, lambda t: 1 / (t + 1))),
    "lambda list": (SGD, lambda s, o: s.LambdaLR(o, [lambda t: 0.95**t, Halve()])),
    "multiplicative": (SGD, lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95)),
    "step": (SGD, lambda s, o: s.StepLR(o, 7, gamma=0.3)),
    "multistep": (SGD, lambda s, o: s.MultiStepLR(o, [30, 5, 5, 12])),
    "constant": (SGD, lambda s, o: s.ConstantLR(o, factor=0.3, total_iters=4)),
    "linear": (SGD, lambda s, o: s.LinearLR(o, 0.1, 0.7, total_iters=11)),
    "linear default": (SGD, lambda s, o: s.LinearLR(o)),
    "exponential": (SGD, lambda s, o: s.ExponentialLR(o, 0.9)),
    "polynomial": (SGD, lambda s, o: s.PolynomialLR(o, total_iters=17, power=1.7)),
    "cosine": (SGD, lambda s, o: s.CosineAnnealingLR(o, T_max=13, eta_min=1e-3)),
    "cosine once": (SGD, lambda s, o: s.CosineAnnealingLR(o, STEPS)),
    "warm restarts": (SGD, lambda s, o: s.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.01)),
    "warm restarts equal": (SGD, lambda s, o: s.CosineAnnealingWarmRestarts(o, 7)),
    "sequential": (
        SGD,
        lambda s, o: s.SequentialLR(
            o,
            [s.LinearLR(o, 0.1, total_iters=5), s.CosineAnnealingLR(o, 20), s.ExponentialLR(o, 0.9)],
            milestones=[5, 25],
        ),
    ),
    "sequential constant step": (
        SGD,
        lambda s, o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, total_iters=3), s.StepLR(o, 4)], [6]),
    ),
    "chained": (SGD, lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.9)])),
    "chained cosine": (
        SGD,
        lambda s, o: s.ChainedScheduler([s.LinearLR(o, 0.5, total_iters=9), s.CosineAnnealingLR(o, 10)], optimizer=o),
    ),
    "sequential of chained": (
        SGD,
        lambda s, o: s.SequentialLR(
            o, [s.ChainedScheduler([s.ConstantLR(o), s.StepLR(o, 3)]), s.PolynomialLR(o, 30)], milestones=[12]
        ),
    ),
    "one cycle": (SGD, lambda s, o: s.OneCycleLR(o, max_lr=[1.0, 2.0], total_steps=STEPS)),
    "one cycle linear": (
        SGD,
        lambda s, o: s.OneCycleLR(o, 0.5, epochs=10, steps_per_epoch=6, anneal_strategy="linear", pct_start=0.4),
    ),
    "one cycle three phases": (ADAM, lambda s, o: s.OneCycleLR(o, 0.1, 55, three_phase=True, div_factor=10)),
    "one cycle no momentum": (SGD, lambda s, o: s.OneCycleLR(o, 0.1, STEPS, cycle_momentum=False)),
    "cyclic": (SGD, lambda s, o: s.CyclicLR(o, 0.01, [0.1, 1.0], step_size_up=7, step_size_down=4)),
    "cyclic triangular2": (ADAM, lambda s, o: s.CyclicLR(o, 0.01, 0.1, 6, mode="triangular2")),
    "cyclic exp_range": (
        SGD,
        lambda s, o: s.CyclicLR(o, 0.01, 0.1, 6, mode="exp_range", gamma=0.97, cycle_momentum=False),
    ),
    "cyclic function": (SGD, lambda s, o: s.CyclicLR(o, 0.01, 0.1, 6, scale_fn=Halve(), scale_mode="iterations")),
    "two at once": (SGD, lambda s, o: Both(s.StepLR(o, 5, 0.5), s.ExponentialLR(o, 0.9))),
    "swa": (SGD, lambda s, o: SWA(s)(o, 0.05, anneal_epochs=7)),
    "swa linear": (SGD, lambda s, o: SWA(s)(o, [0.05, 0.1], 4, "linear")),
    "swa at once": (SGD, lambda s, o: SWA(s)(o, 0.05, anneal_epochs=0)),
    "plateau": (SGD, lambda s, o: s.ReduceLROnPlateau(o, patience=2, factor=0.5)),
    "plateau max": (
        SGD,
        lambda s, o: s.ReduceLROnPlateau(
            o, "max", 0.3, 1, threshold=0.05, threshold_mode="abs", cooldown=3, min_lr=[1e-3, 1e-2]
        ),
    ),
    "plateau relative max": (SGD, lambda s, o: s.ReduceLROnPlateau(o, "max", 0.7, 0, threshold=0.01)),
}


class Both:
    """Two schedulers on one optimizer, stepped in turn by hand."""

    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = a, b

    def step(self) -> None:
        self.a.step()
        self.b.step()

    def get_last_lr(self) -> Any:
        return self.b.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        return {"a": self.a.state_dict(), "b": self.b.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.a.load_state_dict(state["a"])
        self.b.load_state_dict(state["b"])


def make_schedule(torch: Any, name: str) -> tuple[Any, Any]:
    make, schedule = SCHEDULES[name]
    optimizer = make(torch, make_params(torch, "float32"))
    return optimizer, schedule(torch.optim.lr_scheduler, optimizer)


def metric(step: int) -> float:
    return math.cos(step / 5) / (1 + step / 10)


def step_schedule(name: str, optimizer: Any, scheduler: Any, step: int) -> list[Any]:
    """The rates (and momentum, which some schedules move) of each group after one more step."""
    optimizer.step()
    scheduler.step(*([metric(step)] if name.startswith("plateau") else []))
    assert scheduler.get_last_lr() == [g["lr"] for g in optimizer.param_groups]
    return [[g["lr"], g.get("momentum", list(g.get("betas", [])))] for g in optimizer.param_groups]


def run_schedule(torch: Any, name: str) -> dict[str, Any]:
    steps = STEPS - 1 if name in ("one cycle", "one cycle no momentum") else STEPS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of a wrong order of steps inside combined schedules
        optimizer, scheduler = make_schedule(torch, name)
        start = [[g["lr"], g.get("initial_lr")] for g in optimizer.param_groups]
        rates = [step_schedule(name, optimizer, scheduler, step) for step in range(steps)]
        result = {"start": start, "rates": rates, "state": describe(scheduler.state_dict())}
        if name not in COMBINED:
            result["at epochs"] = rates_at_epochs(torch, name)
            result["resumed"] = resumed_rates(torch, name)
    return result


COMBINED = frozenset(n for n in SCHEDULES if n.startswith(("sequential", "chained", "plateau", "two", "swa")))
"""Those that take no `last_epoch`, or no epoch in `step`."""


def rates_at_epochs(torch: Any, name: str) -> list[Any]:
    """Jumping about by `step(epoch)`, which uses the closed form."""
    _, scheduler = make_schedule(torch, name)
    seen = []
    for epoch in (3, 4, 0, 11, 29):
        scheduler.step(epoch)
        seen.append([scheduler.last_epoch, scheduler.get_last_lr()])
    return seen


class _Resuming:
    """`lr_scheduler` with a `last_epoch` given to whatever is made."""

    def __init__(self, schedules: Any) -> None:
        self.schedules = schedules

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: getattr(self.schedules, name)(*args, **kwargs, last_epoch=9)


def resumed_rates(torch: Any, name: str) -> list[Any]:
    """A schedule made anew at epoch 9 on an optimizer that has been there."""
    make, schedule = SCHEDULES[name]
    optimizer, scheduler = make_schedule(torch, name)
    for step in range(9):
        step_schedule(name, optimizer, scheduler, step)
    again = make(torch, make_params(torch, "float32"))
    again.load_state_dict(optimizer.state_dict())
    scheduler = schedule(_Resuming(torch.optim.lr_scheduler), again)
    return [scheduler.get_last_lr()] + [step_schedule(name, again, scheduler, step) for step in range(10, 20)]


def parameter(torch: Any) -> Any:
    return torch.tensor([1.0, 2.0], requires_grad=True)


def sgd(torch: Any, **options: Any) -> Any:
    return torch.optim.SGD([parameter(torch)], **{"lr": 0.1, **options})


def add_group(torch: Any, group: Any, **options: Any) -> Any:
    return sgd(torch, **options).add_param_group(group)


def load(torch: Any, change: Callable[[dict[str, Any]], Any]) -> None:
    state = sgd(torch).state_dict()
    change(state)
    sgd(torch).load_state_dict(state)


def twice(torch: Any, schedule: Callable[[Any, Any], Any], before: Callable[[Any], Any] = lambda o: None) -> None:
    """Step a scheduler, having done `before` to its optimizer."""
    optimizer = sgd(torch)
    scheduler = schedule(torch.optim.lr_scheduler, optimizer)
    before(optimizer)
    scheduler.step()


def replace_step(optimizer: Any) -> None:
    optimizer.step = lambda: None


def schedule(call: Callable[[Any, Any], Any], make: Callable[[Any], Any] = sgd) -> Callable[[Any], Any]:
    return lambda torch: call(torch.optim.lr_scheduler, make(torch))


def add_group_late(s: Any, o: Any) -> None:
    scheduler = s.ReduceLROnPlateau(o, patience=0, min_lr=[0.1])
    o.add_param_group({"params": [p.detach().clone() for p in o.param_groups[0]["params"]]})
    for _ in range(3):
        scheduler.step(1.0)


def lbfgs_step(torch: Any, **options: Any) -> None:
    p = parameter(torch)

    def closure() -> Any:
        loss = (p * p).sum()
        loss.backward()
        return loss

    torch.optim.LBFGS([p], **options).step(closure)


MISUSE: dict[str, Callable[[Any], Any]] = {
    "sgd lr": lambda torch: sgd(torch, lr=-1),
    "sgd momentum": lambda torch: sgd(torch, momentum=-0.5),
    "sgd weight_decay": lambda torch: sgd(torch, weight_decay=-1.0),
    "sgd nesterov": lambda torch: sgd(torch, nesterov=True),
    "sgd nesterov dampening": lambda torch: sgd(torch, nesterov=True, momentum=0.9, dampening=0.1),
    "sgd fused foreach": lambda torch: sgd(torch, fused=True, foreach=True),
    "sgd tensor lr": lambda torch: sgd(torch, lr=torch.tensor([0.1, 0.2])),
    "adam lr": lambda torch: torch.optim.Adam([parameter(torch)], lr=-0.1),
    "adam eps": lambda torch: torch.optim.Adam([parameter(torch)], eps=-1),
    "adam beta1": lambda torch: torch.optim.Adam([parameter(torch)], betas=(1.0, 0.9)),
    "adam beta2": lambda torch: torch.optim.Adam([parameter(torch)], betas=(0.5, -0.9)),
    "adam betas": lambda torch: torch.optim.Adam([parameter(torch)], betas=(0, 0.9)),
    "adam weight_decay": lambda torch: torch.optim.AdamW([parameter(torch)], weight_decay=-1),
    "rmsprop alpha": lambda torch: torch.optim.RMSprop([parameter(torch)], alpha=-1),
    "rmsprop momentum": lambda torch: torch.optim.RMSprop([parameter(torch)], momentum=-1),
    "adagrad lr_decay": lambda torch: torch.optim.Adagrad([parameter(torch)], lr_decay=-1),
    "adagrad accumulator": lambda torch: torch.optim.Adagrad([parameter(torch)], initial_accumulator_value=-1),
    "adagrad eps": lambda torch: torch.optim.Adagrad([parameter(torch)], eps=-1),
    "adadelta rho": lambda torch: torch.optim.Adadelta([parameter(torch)], rho=1.5),
    "adamax lr": lambda torch: torch.optim.Adamax([parameter(torch)], lr=-0.1),
    "adamax eps": lambda torch: torch.optim.Adamax([parameter(torch)], eps=-1),
    "adamax weight_decay": lambda torch: torch.optim.Adamax([parameter(torch)], weight_decay=-1),
    "nadam beta1": lambda torch: torch.optim.NAdam([parameter(torch)], betas=(1.0, 0.9)),
    "nadam momentum_decay": lambda torch: torch.optim.NAdam([parameter(torch)], momentum_decay=-1),
    "radam beta2": lambda torch: torch.optim.RAdam([parameter(torch)], betas=(0.9, 1.0)),
    "rprop etas": lambda torch: torch.optim.Rprop([parameter(torch)], etas=(1.5, 2.0)),
    "rprop lr": lambda torch: torch.optim.Rprop([parameter(torch)], lr=-0.1),
    "asgd weight_decay": lambda torch: torch.optim.ASGD([parameter(torch)], weight_decay=-1),
    "adafactor lr": lambda torch: torch.optim.Adafactor([parameter(torch)], lr=-0.1),
    "adafactor beta2_decay": lambda torch: torch.optim.Adafactor([parameter(torch)], beta2_decay=1),
    "adafactor eps1": lambda torch: torch.optim.Adafactor([parameter(torch)], eps=(-1, 1)),
    "adafactor eps2": lambda torch: torch.optim.Adafactor([parameter(torch)], eps=(1, -1)),
    "adafactor d": lambda torch: torch.optim.Adafactor([parameter(torch)], d=0.5),
    "adafactor weight_decay": lambda torch: torch.optim.Adafactor([parameter(torch)], weight_decay=-1),
    "lbfgs lr": lambda torch: torch.optim.LBFGS([parameter(torch)], lr=-1),
    "lbfgs groups": lambda torch: torch.optim.LBFGS([{"params": [parameter(torch)]}, {"params": [parameter(torch)]}]),
    "lbfgs search": lambda torch: lbfgs_step(torch, line_search_fn="armijo"),
    "swa strategy": lambda torch: torch.optim.swa_utils.SWALR(sgd(torch), 0.1, anneal_strategy="exp"),
    "swa epochs": lambda torch: torch.optim.swa_utils.SWALR(sgd(torch), 0.1, anneal_epochs=-1),
    "swa rates": lambda torch: torch.optim.swa_utils.SWALR(sgd(torch), [0.1, 0.2]),
    "swa get_lr": lambda torch: torch.optim.swa_utils.SWALR(sgd(torch), 0.1).get_lr(),
    "swa two functions": lambda torch: torch.optim.swa_utils.AveragedModel(
        torch.nn.Linear(1, 1), avg_fn=max, multi_avg_fn=max
    ),
    "swa decay": lambda torch: torch.optim.swa_utils.get_ema_avg_fn(1.5),
    "swa multi decay": lambda torch: torch.optim.swa_utils.get_ema_multi_avg_fn(-0.5),
    "unknown option": lambda torch: sgd(torch, beta=1),
    "a tensor": lambda torch: torch.optim.SGD(parameter(torch)),
    "empty": lambda torch: torch.optim.SGD([]),
    "a number": lambda torch: torch.optim.SGD([1.0]),
    "a set": lambda torch: torch.optim.SGD([{"params": {parameter(torch)}}]),
    "not a leaf": lambda torch: torch.optim.SGD([parameter(torch) * 2]),
    "group a list": lambda torch: add_group(torch, [1]),
    "group without params": lambda torch: add_group(torch, {"lr": 1.0}),
    "two groups": lambda torch: (lambda p: torch.optim.SGD([{"params": [p]}, {"params": [p]}]))(parameter(torch)),
    "duplicate": lambda torch: (lambda p: torch.optim.SGD([p, p]))(parameter(torch)),
    "some names": lambda torch: torch.optim.SGD([("w", parameter(torch)), parameter(torch)]),
    "group without names": lambda torch: torch.optim.SGD([("w", parameter(torch))]).add_param_group(
        {"params": parameter(torch)}
    ),
    "group with names": lambda torch: add_group(torch, {"params": [("w", parameter(torch))]}),
    "load groups": lambda torch: load(torch, lambda s: s["param_groups"].append({"params": []})),
    "load params": lambda torch: load(torch, lambda s: s["param_groups"][0]["params"].append(1)),
    "load nothing": lambda torch: load(torch, lambda s: s.pop("state")),
    "base step": lambda torch: torch.optim.Optimizer([parameter(torch)], {}).step(),
    "schedule of a module": schedule(lambda s, o: s.StepLR(3, 1)),
    "step before optimizer": lambda torch: twice(torch, lambda s, o: s.StepLR(o, 1)),
    "step replaced": lambda torch: twice(torch, lambda s, o: s.StepLR(o, 1), replace_step),
    "resume without initial_lr": schedule(lambda s, o: s.StepLR(o, 1, last_epoch=3)),
    "get_lr outside": schedule(lambda s, o: s.ExponentialLR(o, 0.5).get_lr()),
    "get_lr outside lambda": schedule(lambda s, o: s.LambdaLR(o, lambda t: 1.0).get_lr()),
    "epoch given": schedule(lambda s, o: (o.step(), s.ExponentialLR(o, 0.5).step(3))),
    "lambda count": schedule(lambda s, o: s.LambdaLR(o, [lambda t: 1.0] * 2)),
    "multiplicative not callable": schedule(lambda s, o: s.MultiplicativeLR(o, 0.5)),
    "constant factor": schedule(lambda s, o: s.ConstantLR(o, 1.5)),
    "linear start": schedule(lambda s, o: s.LinearLR(o, 0)),
    "linear end": schedule(lambda s, o: s.LinearLR(o, 0.5, 2)),
    "restarts T_0": schedule(lambda s, o: s.CosineAnnealingWarmRestarts(o, 0)),
    "restarts T_mult": schedule(lambda s, o: s.CosineAnnealingWarmRestarts(o, 1, 0.5)),
    "restarts eta_min": schedule(lambda s, o: s.CosineAnnealingWarmRestarts(o, 1, eta_min="0")),
    "restarts epoch": schedule(lambda s, o: s.CosineAnnealingWarmRestarts(o, 1).step(-2)),
    "cycle steps": schedule(lambda s, o: s.OneCycleLR(o, 1.0)),
    "cycle total_steps": schedule(lambda s, o: s.OneCycleLR(o, 1.0, 0)),
    "cycle epochs": schedule(lambda s, o: s.OneCycleLR(o, 1.0, epochs=0, steps_per_epoch=1)),
    "cycle steps_per_epoch": schedule(lambda s, o: s.OneCycleLR(o, 1.0, epochs=1, steps_per_epoch=1.5)),
    "cycle pct_start": schedule(lambda s, o: s.OneCycleLR(o, 1.0, 10, pct_start=2)),
    "cycle strategy": schedule(lambda s, o: s.OneCycleLR(o, 1.0, 10, anneal_strategy="exp")),
    "cycle max_lr": schedule(lambda s, o: s.OneCycleLR(o, [1.0, 2.0], 10)),
    "cycle momentum": schedule(
        lambda s, o: s.OneCycleLR(o, 1.0, 10), lambda torch: torch.optim.Adagrad([parameter(torch)])
    ),
    "cycle over": schedule(lambda s, o: [(o.step(), c.step()) for c in [s.OneCycleLR(o, 1.0, 3)] for _ in range(5)]),
    "cyclic mode": schedule(lambda s, o: s.CyclicLR(o, 0.1, 1.0, mode="sine")),
    "cyclic momentum": schedule(
        lambda s, o: s.CyclicLR(o, 0.1, 1.0), lambda torch: torch.optim.Adadelta([parameter(torch)])
    ),
    "sequential none": schedule(lambda s, o: s.SequentialLR(o, [], [])),
    "sequential milestones": schedule(lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [1])),
    "sequential plateau": schedule(lambda s, o: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], [])),
    "sequential not a scheduler": schedule(lambda s, o: s.SequentialLR(o, [1], [])),
    "chained none": schedule(lambda s, o: s.ChainedScheduler([])),
    "chained plateau": schedule(lambda s, o: s.ChainedScheduler([s.ReduceLROnPlateau(o)])),
    "plateau factor": schedule(lambda s, o: s.ReduceLROnPlateau(o, factor=1.0)),
    "plateau mode": schedule(lambda s, o: s.ReduceLROnPlateau(o, "avg")),
    "plateau threshold_mode": schedule(lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="avg")),
    "plateau min_lr": schedule(lambda s, o: s.ReduceLROnPlateau(o, min_lr=[0.1, 0.1])),
    "plateau group added": schedule(add_group_late),
    "plateau of a number": schedule(lambda s, o: s.ReduceLROnPlateau(1)),
}


def run_misuse(torch: Any, name: str) -> dict[str, Any]:
    """What it raised, and the warnings: types and texts."""
    result: dict[str, Any] = {"raises": None}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            MISUSE[name](torch)
        except Exception as error:
            result["raises"] = [type(error).__name__, str(error)]
    result["warns"] = [[w.category.__name__, str(w.message)] for w in caught]
    return result
