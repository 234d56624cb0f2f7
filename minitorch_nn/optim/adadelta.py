"""Adadelta."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import Array, Elementwise, blocks, check_mode, check_nonnegative, count_step, step_zero, zeros_like
from .optimizer import ParamsT


class Adadelta(Elementwise):
    """v = rho v + (1 - rho) g²;  d = g sqrt(u + eps) / sqrt(v + eps);  u = rho u + (1 - rho) d²;  p -= lr d

    with g = grad + weight_decay p, or -grad + … with `maximize`.

    params: Tensors, named Tensors or groups. lr, eps, weight_decay >= 0; rho in [0, 1].
    State: `step` (0-dim), `square_avg` (v), `acc_delta` (u).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Zeiler 2012, arXiv:1212.5701, algorithm 1, with a learning rate.
    """

    later_options: ClassVar[dict[str, Any]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_nonnegative(lr=lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_nonnegative(eps=eps, weight_decay=weight_decay)
        check_mode(differentiable=differentiable, foreach=foreach, capturable=capturable)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        lr, rho, eps = float(group["lr"]), group["rho"], group["eps"]
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            state["square_avg"] = zeros_like(param)
            state["acc_delta"] = zeros_like(param)
        count_step(state)
        arrays = param._data, grad, state["square_avg"]._data, state["acc_delta"]._data
        for p, g, v, u, s, t, delta in blocks(*arrays, scratch=3):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if group["weight_decay"] != 0:
                g = np.add(g, np.multiply(p, group["weight_decay"], out=t), out=s)
            v *= rho
            np.multiply(g, 1 - rho, out=t)
            t *= g
            v += t
            np.sqrt(np.add(u, eps, out=delta), out=delta)
            delta /= np.sqrt(np.add(v, eps, out=t), out=t)
            delta *= g
            u *= rho
            np.multiply(delta, 1 - rho, out=t)
            t *= delta
            u += t
            p -= np.multiply(delta, lr, out=t)
