"""Adamax."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import (
    Array,
    Elementwise,
    blocks,
    check_betas,
    check_mode,
    check_nonnegative,
    count_step,
    lerp,
    step_zero,
    zeros_like,
)
from .optimizer import ParamsT


class Adamax(Elementwise):
    """m += (1 - b1)(g - m);  u = max(b2 u, |g| + eps);  p -= lr / (1 - b1^t) m / u

    with g = grad + weight_decay p, or -grad + … with `maximize`.

    params: Tensors, named Tensors or groups. lr, eps, weight_decay >= 0; betas: two floats in [0, 1).
    State: `step` (0-dim, t), `exp_avg` (m), `exp_inf` (u).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 2 (eps is PyTorch's).
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
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_nonnegative(lr=lr, eps=eps)
        check_betas(betas)
        check_nonnegative(weight_decay=weight_decay)
        check_mode(differentiable=differentiable, foreach=foreach, capturable=capturable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            state["exp_avg"] = zeros_like(param)
            state["exp_inf"] = zeros_like(param)
        beta1, beta2 = group["betas"]
        step_size = float(group["lr"]) / (1 - beta1 ** count_step(state))
        for p, g, m, u, s, t in blocks(param._data, grad, state["exp_avg"]._data, state["exp_inf"]._data):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if group["weight_decay"] != 0:
                g = np.add(g, np.multiply(p, group["weight_decay"], out=t), out=s)
            lerp(m, g, 1 - beta1, t)
            u *= beta2
            size = np.abs(g, out=t)
            size += group["eps"]
            np.maximum(u, size, out=u)
            np.multiply(m, -step_size, out=s)
            s /= u
            p += s
