"""RAdam."""

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


class RAdam(Elementwise):
    """Adam whose adaptive rate is rectified for the variance it has in the first steps, and left out while that is large

    m += (1 - b1)(g - m);  v = b2 v + (1 - b2) g²
    R = 2 / (1 - b2) - 1;  r_t = R - 2 t b2^t / (1 - b2^t);  c_t = sqrt((r_t - 4)(r_t - 2) R / ((R - 4)(R - 2) r_t))
    p -= lr m / (1 - b1^t) c_t sqrt(1 - b2^t) / (sqrt(v) + eps)   if r_t > 5, else   p -= lr m / (1 - b1^t)

    with g = grad + weight_decay p, or -grad + … with `maximize`; `decoupled_weight_decay` takes lr weight_decay p from
    p before, and leaves g alone.

    params: Tensors, named Tensors or groups. lr, eps, weight_decay >= 0; betas: two floats in [0, 1).
    State: `step` (0-dim, t), `exp_avg` (m), `exp_avg_sq` (v).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Liu et al. 2019, arXiv:1908.03265, algorithm 2 (with PyTorch's 5 where the paper has 4).
    """

    later_options: ClassVar[dict[str, Any]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            state["exp_avg"] = zeros_like(param)
            state["exp_avg_sq"] = zeros_like(param)
        lr, weight_decay, decoupled = float(group["lr"]), group["weight_decay"], group["decoupled_weight_decay"]
        beta1, beta2 = group["betas"]
        step = count_step(state)
        unbias = 1 - beta2**step
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * beta2**step / unbias
        rectified = length > 5.0
        if rectified:
            spread = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            rectify = spread**0.5
        for p, g, m, v, s, t in blocks(param._data, grad, state["exp_avg"]._data, state["exp_avg_sq"]._data):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if weight_decay != 0 and decoupled:
                p *= 1 - lr * weight_decay
            elif weight_decay != 0:
                g = np.add(g, np.multiply(p, weight_decay, out=t), out=s)
            lerp(m, g, 1 - beta1, t)
            v *= beta2
            np.multiply(g, 1 - beta2, out=t)
            t *= g
            v += t
            move = np.divide(m, 1 - beta1**step, out=s)
            move *= lr
            if rectified:
                rate = np.sqrt(v, out=t)
                rate += group["eps"]
                np.divide(unbias**0.5, rate, out=rate)
                move *= rate
                move *= rectify
            p -= move
