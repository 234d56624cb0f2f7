"""NAdam."""

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


class NAdam(Elementwise):
    """Adam with Nesterov's momentum, of a weight mu_t = b1 (1 - 0.96^(t momentum_decay) / 2) that grows

    m += (1 - b1)(g - m);  v = b2 v + (1 - b2) g²;  P_t = mu_1 mu_2 … mu_t
    p -= lr ((1 - mu_t) / (1 - P_t) g + mu_{t+1} / (1 - P_{t+1}) m) / (sqrt(v / (1 - b2^t)) + eps)

    with g = grad + weight_decay p, or -grad + … with `maximize`; `decoupled_weight_decay` takes lr weight_decay p from
    p before, and leaves g alone.

    params: Tensors, named Tensors or groups. lr, eps, weight_decay, momentum_decay >= 0; betas: two floats in [0, 1).
    State: `step` (0-dim, t), `mu_product` (0-dim, P), `exp_avg` (m), `exp_avg_sq` (v).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Dozat 2016, "Incorporating Nesterov Momentum into Adam", algorithm 2 and section 2.3.
    """

    later_options: ClassVar[dict[str, Any]] = {
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
    }
    shaped_freely = frozenset({"step", "mu_product"})

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_nonnegative(lr=lr, eps=eps)
        check_betas(betas)
        check_nonnegative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        check_mode(differentiable=differentiable, foreach=foreach, capturable=capturable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            state["mu_product"] = step_zero()
            state["mu_product"]._data += 1
            state["exp_avg"] = zeros_like(param)
            state["exp_avg_sq"] = zeros_like(param)
        lr, weight_decay, decoupled = float(group["lr"]), group["weight_decay"], group["decoupled_weight_decay"]
        beta1, beta2 = group["betas"]
        step = count_step(state)
        mu, next_mu = (beta1 * (1.0 - 0.5 * 0.96 ** (when * group["momentum_decay"])) for when in (step, step + 1))
        product = state["mu_product"]
        product._data *= mu
        product._bump()
        so_far = float(product._data)
        of_grad, of_average = -lr * (1.0 - mu) / (1.0 - so_far), -lr * next_mu / (1.0 - so_far * next_mu)
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
            denominator = np.divide(v, 1 - beta2**step, out=t)
            np.sqrt(denominator, out=denominator)
            denominator += group["eps"]
            for part, weight in ((g, of_grad), (m, of_average)):
                np.multiply(part, weight, out=s)
                s /= denominator
                p += s
