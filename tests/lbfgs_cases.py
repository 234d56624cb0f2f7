"""Minimisations by L-BFGS, and averages of weights, as functions of the namespace they run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Problem = Callable[[Any, str], tuple[list[Any], Callable[[], Any]]]


def rosenbrock(torch: Any, dtype: str) -> tuple[list[Any], Callable[[], Any]]:
    x = torch.tensor([-1.5, 2.0, 0.5], dtype=getattr(torch, dtype), requires_grad=True)
    return [x], lambda: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def regression(torch: Any, dtype: str) -> tuple[list[Any], Callable[[], Any]]:
    """Two layers on waves, one parameter of them without any gradient"""
    draw = np.random.RandomState(2)
    w1, b1, w2, idle = (
        torch.tensor(draw.uniform(-1, 1, s).tolist(), dtype=getattr(torch, dtype), requires_grad=True)
        for s in ((1, 6), (6,), (6, 1), (2,))
    )
    x = torch.linspace(-2, 2, 20, dtype=getattr(torch, dtype)).reshape(-1, 1)
    return [w1, b1, idle, w2], lambda: ((torch.tanh(x @ w1 + b1) @ w2 - torch.sin(2 * x)) ** 2).mean()


def quadratic(torch: Any, dtype: str) -> tuple[list[Any], Callable[[], Any]]:
    x = torch.tensor([3.0, -2.0], dtype=getattr(torch, dtype), requires_grad=True)
    return [x], lambda: x[0] ** 2 + 10 * x[1] ** 2


def linear(torch: Any, dtype: str) -> tuple[list[Any], Callable[[], Any]]:
    """Without a minimum: the line search runs out of evaluations"""
    x = torch.tensor([3.0, -2.0], dtype=getattr(torch, dtype), requires_grad=True)
    return [x], lambda: (x * 0.5).sum()


LBFGS: dict[str, tuple[Problem, dict[str, Any]]] = {
    "rosenbrock": (rosenbrock, {"lr": 0.001, "max_iter": 4}),
    "rosenbrock wolfe": (rosenbrock, {"line_search_fn": "strong_wolfe", "max_iter": 5}),
    "rosenbrock wolfe short": (rosenbrock, {"line_search_fn": "strong_wolfe", "history_size": 2, "max_eval": 3}),
    "regression": (regression, {"lr": 0.8}),
    "regression wolfe": (regression, {"lr": 0.8, "line_search_fn": "strong_wolfe", "max_iter": 6}),
    "regression history": (regression, {"lr": 0.5, "history_size": 3, "tolerance_change": 1e-4}),
    "quadratic": (quadratic, {"lr": 0.1}),
    "quadratic wolfe": (quadratic, {"line_search_fn": "strong_wolfe"}),
    "linear wolfe": (linear, {"line_search_fn": "strong_wolfe", "max_iter": 2, "max_eval": 6}),
}


def minimise(torch: Any, name: str, dtype: str, steps: int = 5, state: Any = None) -> dict[str, Any]:
    """The loss of every call of the closure, and the parameters after each step."""
    problem, options = LBFGS[name]
    params, loss_of = problem(torch, dtype)
    optimizer = torch.optim.LBFGS(params, **options)
    losses: list[float] = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        losses.append(loss.item())
        return loss

    returned, seen = [], []
    for _ in range(steps):
        returned.append(optimizer.step(closure).item())
        seen.append([v for p in params for v in p.detach().reshape(-1).tolist()])
    kept = optimizer.state_dict()["state"][0]
    return {
        "losses": losses,
        "returned": returned,
        "params": seen,
        "counts": [kept["func_evals"], kept["n_iter"], len(kept.get("old_dirs") or [])],
        "keys": sorted(kept),
    }


AVERAGES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "swa": lambda s: {},
    "swa function": lambda s: {"avg_fn": s.get_swa_avg_fn()},
    "ema": lambda s: {"multi_avg_fn": s.get_ema_multi_avg_fn(0.9)},
    "ema function": lambda s: {"avg_fn": s.get_ema_avg_fn(0.75)},
    "swa multi": lambda s: {"multi_avg_fn": s.get_swa_multi_avg_fn()},
    "ema buffers": lambda s: {"multi_avg_fn": s.get_ema_multi_avg_fn(0.5), "use_buffers": True},
    "own function": lambda s: {"avg_fn": lambda average, current, n: average * 0.25 + current * n},
}


def average(torch: Any, name: str) -> dict[str, Any]:
    """A model with batch normalisation, changed four times, and its averages"""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    averaged = torch.optim.swa_utils.AveragedModel(model, **AVERAGES[name](torch.optim.swa_utils))
    draw = np.random.RandomState(4)
    for _ in range(4):
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(torch.tensor(draw.uniform(-1, 1, tuple(p.shape)).tolist()))
        model(torch.tensor(draw.uniform(-1, 1, (5, 3)).tolist()))
        averaged.update_parameters(model)
    batches = [torch.tensor(draw.uniform(-1, 1, (5, 3)).tolist()) for _ in range(3)]
    before = {key: value.tolist() for key, value in averaged.state_dict().items()}
    torch.optim.swa_utils.update_bn([(b, 0) for b in batches], averaged)
    averaged.eval()
    return {
        "state": before,
        "norm": [b.tolist() for b in averaged.module[1].buffers()],
        "output": averaged(batches[0]).tolist(),
        "momentum": averaged.module[1].momentum,
    }
