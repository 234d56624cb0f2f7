"""Rprop."""

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
    full_like,
    step_zero,
    zeros_like,
)
from .optimizer import ParamsT


class Rprop(Elementwise):
    """d *= etas[1] where grad kept its sign, etas[0] where it changed (and grad counts as 0);  p -= d sign(grad)

    Each element has its own step d, which begins at lr and stays within `step_sizes`; the size of grad plays no part.
    Made for gradients of all the data, not of batches. With `maximize`, grad starts as -grad.

    params: Tensors, named Tensors or groups. lr >= 0; 0 < etas[0] < 1 < etas[1].
    State: `step` (0-dim), `prev` (the gradient before), `step_size` (d).
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `capturable` or `differentiable`.
    Source: Riedmiller and Braun 1993, "A direct adaptive method for faster backpropagation learning", section III
    (without the step back: iRprop-).
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
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_nonnegative(lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        check_mode(differentiable=differentiable, foreach=foreach, capturable=capturable)
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
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
            state["prev"] = zeros_like(param)
            state["step_size"] = full_like(param, float(group["lr"]))
        count_step(state)
        shrink, grow = group["etas"]
        for p, g, before, d, s, t in blocks(param._data, grad, state["prev"]._data, state["step_size"]._data):
            if group["maximize"]:
                g = np.negative(g, out=t)
            turned = np.multiply(g, before, out=s)
            back = turned < 0
            np.copyto(s, np.where(back, shrink, np.where(turned > 0, grow, 1)), where=~np.isnan(turned))
            d *= s
            np.clip(d, *group["step_sizes"], out=d)
            before[...] = g
            before[back] = 0
            p -= np.multiply(np.sign(before, out=s), d, out=s)
