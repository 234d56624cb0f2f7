"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import Array, Elementwise, blocks, check_mode, check_nonnegative, count_step, step_zero, zeros_like
from .optimizer import ParamsT


class ASGD(Elementwise):
    """p -= eta (g + lambd p);  a += mu (p - a);  eta = lr / (1 + lambd lr t)^alpha;  mu = 1 / max(1, t - t0)

    with g = grad + weight_decay p, or -grad + … with `maximize`. a, the average of p since step t0, is the state `ax`:
    it is for the user to take.

    params: Tensors, named Tensors or groups. lr, weight_decay >= 0.
    State: `step`, `eta`, `mu` (0-dim), `ax` (a).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging"; the rates are those of
    Bottou's sgd 2.0.
    """

    later_options: ClassVar[dict[str, Any]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }
    shaped_freely = frozenset({"step", "eta", "mu"})

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_nonnegative(lr=lr, weight_decay=weight_decay)
        check_mode(differentiable=differentiable, foreach=foreach, capturable=capturable)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        lr, lambd = float(group["lr"]), group["lambd"]
        state = self.state[param]
        if not state:
            for name, value in (("step", 0.0), ("eta", lr), ("mu", 1.0)):
                state[name] = step_zero()
                state[name]._data[...] = value
            state["ax"] = zeros_like(param)
        step, eta, mu = count_step(state), float(state["eta"]._data), float(state["mu"]._data)
        for p, g, a, s, t in blocks(param._data, grad, state["ax"]._data):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if group["weight_decay"] != 0:
                g = np.add(g, np.multiply(p, group["weight_decay"], out=t), out=s)
            p *= 1 - lambd * eta
            p -= np.multiply(g, eta, out=s)
            if mu == 1:
                a[...] = p
            else:
                np.subtract(p, a, out=s)
                s *= mu
                a += s
        for name, value in (
            ("eta", lr / (1 + lambd * lr * step) ** group["alpha"]),
            ("mu", 1 / max(1, step - group["t0"])),
        ):
            state[name]._data[...] = value
            state[name]._bump()
