"""The models, built from a seed: initial weights, output, gradients and statistics of one training step."""

from __future__ import annotations

import importlib
import sys
from typing import Any
from unittest import mock

from .common import Case, wave

CASES: dict[str, Case] = {}


def networks(torch: Any = None) -> Any:
    """The module `models.resnet`, written on `torch`: it imports `minitorch_nn`, for which PyTorch can stand in."""
    if torch is None or torch.__name__ == "minitorch_nn":
        return importlib.import_module("models.resnet")
    stand_in = {"minitorch_nn": torch, "minitorch_nn.nn": torch.nn, "minitorch_nn.nn.functional": torch.nn.functional}
    with mock.patch.dict(sys.modules, stand_in):
        for name in ("models", "models.resnet"):
            sys.modules.pop(name, None)
        return importlib.import_module("models.resnet")


def _network(name: str, size: int, **options: Any) -> Case:
    def case(torch: Any) -> Any:
        torch.manual_seed(3)
        model = getattr(networks(torch), name)(**options)
        drawn = [float(p.detach().double().sum()) for p in model.parameters()]
        model.double()  # float32 would show the order of summation, magnified by normalising few values
        x = wave(torch, 2, options.get("in_channels", 3), size, size)
        out = model(x)
        (out * wave(torch, *out.shape)).sum().backward()
        gradients = [float((p.grad**2).sum()) for p in model.parameters()]
        model.eval()
        return [
            list(model.state_dict()),
            repr(model),
            torch.tensor(drawn, dtype=torch.float64),
            torch.tensor(gradients, dtype=torch.float64),
            out.detach(),
            model.bn1.running_var,
            model(x).detach(),
        ]

    return case


for name, size, options in (
    ("resnet8", 8, {"in_channels": 1}),
    ("resnet20", 16, {}),
    ("resnet18", 64, {"num_classes": 5}),
    ("resnet50", 64, {"num_classes": 5, "in_channels": 1, "zero_init_residual": True}),
):
    CASES[f"models/{name}"] = _network(name, size, **options)
