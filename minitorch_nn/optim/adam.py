"""Adam and AdamW."""

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


class Adam(Elementwise):
    """m += (1 - b1)(g - m);  v = b2 v + (1 - b2) g²;  p -= lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)

    with g = grad + weight_decay p, or -grad + … with `maximize`. `amsgrad` divides by the largest v so far;
    `decoupled_weight_decay` takes lr weight_decay p from p before, and leaves g alone (AdamW).

    params: Tensors, named Tensors or groups. lr, eps, weight_decay >= 0; betas: two floats in [0, 1).
    State: `step` (0-dim, t), `exp_avg` (m), `exp_avg_sq` (v), with amsgrad `max_exp_avg_sq`.
    `foreach` and `fused` are accepted and make no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1; Reddi et al. 2018, "On the Convergence of Adam and
    Beyond", algorithm 2 (PyTorch takes the maximum before the bias correction).
    """

    later_options: ClassVar[dict[str, Any]] = {
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "fused": None,
        "decoupled_weight_decay": False,
    }

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_nonnegative(lr=lr, eps=eps)
        check_betas(betas)
        check_nonnegative(weight_decay=weight_decay)
        if {type(beta) for beta in betas} not in ({float}, {Tensor}):
            raise ValueError("betas must be either both floats or both Tensors")
        check_mode(differentiable=differentiable, foreach=foreach, fused=fused, capturable=capturable)
        defaults = {
            "lr": lr,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            state["exp_avg"] = zeros_like(param)
            state["exp_avg_sq"] = zeros_like(param)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = zeros_like(param)
        lr, weight_decay, decoupled = float(group["lr"]), group["weight_decay"], group["decoupled_weight_decay"]
        beta1, beta2 = map(float, group["betas"])
        step = count_step(state)
        step_size = lr / (1 - beta1**step)
        root = (1 - beta2**step) ** 0.5
        largest = state["max_exp_avg_sq"]._data if group["amsgrad"] else None
        arrays = param._data, grad, state["exp_avg"]._data, state["exp_avg_sq"]._data, largest
        for p, g, m, v, v_max, s, t in blocks(*arrays):
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
            if v_max is not None:
                v = np.maximum(v_max, v, out=v_max)
            denominator = np.sqrt(v, out=t)
            denominator /= root
            denominator += group["eps"]
            np.multiply(m, -step_size, out=s)
            s /= denominator
            p += s


class AdamW(Adam):
    """p -= lr weight_decay p, then Adam's step with g = grad: the decay stays out of both averages.

    As `Adam`, with weight_decay 0.01 by default.
    Source: Loshchilov and Hutter 2017, arXiv:1711.05101, algorithm 2 (with PyTorch's lr on the decay).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # true of every AdamW, whatever optimizer the loaded state came from
            group["decoupled_weight_decay"] = True
