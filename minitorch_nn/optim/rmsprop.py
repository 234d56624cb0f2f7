"""RMSprop."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import (
    Array,
    Elementwise,
    blocks,
    check_mode,
    check_nonnegative,
    count_step,
    lerp,
    step_zero,
    zeros_like,
)
from .optimizer import ParamsT


class RMSprop(Elementwise):
    """v = alpha v + (1 - alpha) g²;  p -= lr g / (sqrt(v) + eps)

    With momentum b = momentum b + g / (sqrt(v) + eps) and p -= lr b. `centered` keeps a = alpha a + (1 - alpha) g and
    takes sqrt(v - a²). g = grad + weight_decay p, or -grad + … with `maximize`.

    params: Tensors, named Tensors or groups. lr, alpha, eps, weight_decay, momentum >= 0.
    State: `step` (0-dim), `square_avg` (v), `momentum_buffer` (b), `grad_avg` (a).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Tieleman and Hinton 2012, "Neural Networks for Machine Learning", lecture 6.5; centered: Graves 2013,
    arXiv:1308.0850, equations 38-42. eps is outside the root, as in PyTorch.
    """

    later_options: ClassVar[dict[str, Any]] = {
        "momentum": 0,
        "centered": False,
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_nonnegative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        check_mode(differentiable=differentiable, foreach=foreach, capturable=capturable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        lr, alpha, momentum = float(group["lr"]), group["alpha"], group["momentum"]
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            state["square_avg"] = zeros_like(param)
            if momentum > 0:
                state["momentum_buffer"] = zeros_like(param)
            if group["centered"]:
                state["grad_avg"] = zeros_like(param)
        count_step(state)
        buffer = state["momentum_buffer"]._data if momentum > 0 else None
        grad_avg = state["grad_avg"]._data if group["centered"] else None
        for p, g, v, b, a, s, t in blocks(param._data, grad, state["square_avg"]._data, buffer, grad_avg):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if group["weight_decay"] != 0:
                g = np.add(g, np.multiply(p, group["weight_decay"], out=t), out=s)
            v *= alpha
            np.multiply(g, 1 - alpha, out=t)
            t *= g
            v += t
            if a is not None:
                lerp(a, g, 1 - alpha, t)
                v = np.subtract(v, np.multiply(a, a, out=t), out=t)
            denominator = np.sqrt(v, out=t)
            denominator += group["eps"]
            if b is not None:
                b *= momentum
                b += np.divide(g, denominator, out=s)
                p -= np.multiply(b, lr, out=s)
            else:
                np.multiply(g, -lr, out=s)
                s /= denominator
                p += s
