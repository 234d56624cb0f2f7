"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor
from .elementwise import Array, Elementwise, blocks, check_mode
from .optimizer import ParamsT


class SGD(Elementwise):
    """g = grad + weight_decay p;  b = momentum b + (1 - dampening) g;  p -= lr b   (nesterov: p -= lr (g + momentum b))

    The first b is g itself, not damped. Without momentum p -= lr g; with `maximize`, g starts as -grad.

    params: Tensors, named Tensors or groups. lr, momentum, weight_decay >= 0; nesterov needs momentum > 0 and no
    dampening. State: `momentum_buffer` (b), of the parameter's shape and dtype.
    `foreach` and `fused` are accepted and make no difference: there is one implementation.

    Raises ValueError for options out of range, NotImplementedError for `differentiable=True`.
    Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", section 2;
    lr is outside b, as in PyTorch.

    >>> import minitorch_nn as torch
    >>> p = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    later_options: ClassVar[dict[str, Any]] = {
        "nesterov": False,
        "maximize": False,
        "foreach": None,
        "differentiable": False,
        "fused": False,
    }

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        if isinstance(lr, Tensor) and lr._data.size != 1:
            raise ValueError("Tensor lr must be 1-element")
        given: dict[str, Any] = {"learning rate": lr, "momentum value": momentum, "weight_decay value": weight_decay}
        for label, value in given.items():
            if value < 0.0:
                raise ValueError(f"Invalid {label}: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_mode(differentiable=differentiable, foreach=foreach, fused=fused)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Array, group: dict[str, Any]) -> None:
        lr, weight_decay = float(group["lr"]), float(group["weight_decay"])
        momentum, dampening = group["momentum"], group["dampening"]
        buffer, first = None, False
        if momentum != 0:
            state = self.state[param]
            first = state.get("momentum_buffer") is None
            if first:
                state["momentum_buffer"] = Tensor._wrap(np.empty_like(param._data))
            buffer = state["momentum_buffer"]._data
        for p, g, b, s, t in blocks(param._data, grad, buffer):
            if group["maximize"]:
                g = np.negative(g, out=s)
            if weight_decay != 0:
                g = np.add(g, np.multiply(p, weight_decay, out=t), out=s)
            if first:
                b[...] = g
            elif momentum != 0:
                b *= momentum
                b += g if dampening == 0 else np.multiply(g, 1 - dampening, out=t)
            if group["nesterov"]:
                g = np.add(g, np.multiply(b, momentum, out=t), out=s)
            elif momentum != 0:
                g = b
            p -= np.multiply(g, lr, out=t)
