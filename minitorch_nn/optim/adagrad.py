"""Adagrad."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import Array, Elementwise, blocks, check_mode, check_nonnegative, count_step, full_like, step_zero
from .optimizer import ParamsT


class Adagrad(Elementwise):
    """v += g²;  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(v) + eps)

    with g = grad + weight_decay p, or -grad + … with `maximize`, and v starting at `initial_accumulator_value`.

    params: Tensors, named Tensors or groups. All numbers >= 0.
    State, there from the start: `step` (0-dim, t), `sum` (v).
    `foreach` and `fused` are accepted and make no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `differentiable`.
    Source: Duchi, Hazan and Singer 2011, "Adaptive Subgradient Methods", section 1.1, diagonal form.
    """

    later_options: ClassVar[dict[str, Any]] = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "fused": None,
    }

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_nonnegative(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay)
        check_nonnegative(initial_accumulator_value=initial_accumulator_value, eps=eps)
        check_mode(differentiable=differentiable, foreach=foreach, fused=fused)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for param in self._parameters():
            self._init_state(param)

    def _init_state(self, param: Tensor) -> None:
        start = self.defaults["initial_accumulator_value"]
        self.state[param] = {"step": step_zero(), "sum": full_like(param, start)}

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        if not self.state[param]:  # a parameter of a group added later
            self._init_state(param)
        state = self.state[param]
        lr = float(group["lr"]) / (1 + (count_step(state) - 1) * group["lr_decay"])
        for p, g, v, s, t in blocks(param._data, grad, state["sum"]._data):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if group["weight_decay"] != 0:
                g = np.add(g, np.multiply(p, group["weight_decay"], out=t), out=s)
            v += np.multiply(g, g, out=t)
            denominator = np.sqrt(v, out=t)
            denominator += group["eps"]
            np.multiply(g, -lr, out=s)
            s /= denominator
            p += s
