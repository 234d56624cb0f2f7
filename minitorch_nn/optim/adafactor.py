"""Adafactor."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import Array, Elementwise, count_step, lerp, step_zero
from .optimizer import ParamsT


class Adafactor(Elementwise):
    """p -= a_t u / max(1, rms(u) / d), where u = g / sqrt(v) and v is kept as its row and column means only

    a_t = max(eps[1], rms(p)) min(lr, 1 / sqrt(t));  w = t^beta2_decay;  r += w (mean of g² over columns - r);
    c += w (mean of g² over rows - c);  v = r c / mean(r). A vector keeps v itself: v += w (g² - v).

    With g = grad, or -grad with `maximize`; weight_decay takes lr weight_decay p from p before. v is at least eps[0]²;
    eps[0] is by default the smallest difference from 1 of the parameter's dtype.

    params: Tensors, named Tensors or groups. lr, weight_decay >= 0, beta2_decay <= 0, d >= 1, eps: None or two >= 0.
    State: `step` (0-dim), `row_var`, `col_var` (of the last two dimensions), or `variance` for a vector.
    `foreach` is accepted and makes no difference: there is one implementation.

    Raises ValueError for options out of range.
    Source: Shazeer and Stern 2018, arXiv:1804.04235, algorithms 4 and 5, with PyTorch's min(lr, …).
    """

    later_options: ClassVar[dict[str, Any]] = {"foreach": None}
    shaped_freely = frozenset({"step", "row_var", "col_var"})

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr._data.size != 1:
            raise ValueError("Tensor lr must be 1-element")
        for valid, text in (
            (lr >= 0.0, f"Learning rate should be >= 0 but is: {lr}"),
            (beta2_decay <= 0.0, f"beta2_decay should be <= 0 but is: {beta2_decay}"),
            (eps[0] is None or eps[0] >= 0.0, f"epsilon1 should be >= 0 but is: {eps[0]}"),
            (eps[1] >= 0.0, f"epsilon2 should be >= 0 but is: {eps[1]}"),
            (d >= 1.0, f"Clipping threshold d should be >= 1 but is: {d}"),
            (weight_decay >= 0.0, f"weight_decay should be >= 0 but is: {weight_decay}"),
        ):
            if not valid:
                raise ValueError(text)
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        p, g = param._data, -grad if group["maximize"] else grad
        state = self.state[param]
        if not state:
            state["step"] = step_zero()
            if g.ndim > 1:
                state["row_var"] = Tensor._wrap(np.zeros((*g.shape[:-1], 1), g.dtype))
                state["col_var"] = Tensor._wrap(np.zeros((*g.shape[:-2], 1, g.shape[-1]), g.dtype))
            else:
                state["variance"] = Tensor._wrap(np.zeros_like(g))
        lr, step = float(group["lr"]), count_step(state)
        smallest, least = group["eps"]
        smallest = float(np.finfo(p.dtype).eps) if smallest is None else smallest
        weight = step ** group["beta2_decay"]
        rate = max(least, _rms(p)) * min(lr, 1 / step**0.5)
        if group["weight_decay"] != 0:
            p *= 1 - lr * group["weight_decay"]
        squares = g * g
        if g.ndim > 1:
            row, column = state["row_var"]._data, state["col_var"]._data
            for average, axis in ((row, -1), (column, -2)):
                lerp(average, squares.mean(axis, keepdims=True), weight, np.empty_like(average))
            variance = row @ column
            variance /= np.maximum(row.mean(-2, keepdims=True), smallest)
        else:
            lerp(state["variance"]._data, squares, weight, np.empty_like(squares))
            variance = state["variance"]._data
        update = g / np.sqrt(np.maximum(variance, smallest * smallest))
        p -= update * (rate / max(1.0, _rms(update) / group["d"]))


def _rms(x: Array) -> float:
    """The root of the mean of x²"""
    return float(np.linalg.norm(x.reshape(-1))) / x.size**0.5 if x.size else 0.0
