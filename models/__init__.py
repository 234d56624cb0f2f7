"""The models, by name.

>>> import models
>>> net = models.create("resnet20", num_classes=10)
>>> sum(p.numel() for p in net.parameters())
269722
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from minitorch_nn import nn

from .resnet import resnet8, resnet18, resnet20, resnet32, resnet34, resnet44, resnet50, resnet56

__all__ = [
    "MODELS",
    "create",
    "resnet8",
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet34",
    "resnet44",
    "resnet50",
    "resnet56",
]

MODELS: dict[str, Callable[..., nn.Module]] = {
    "resnet8": resnet8,
    "resnet18": resnet18,
    "resnet20": resnet20,
    "resnet32": resnet32,
    "resnet34": resnet34,
    "resnet44": resnet44,
    "resnet50": resnet50,
    "resnet56": resnet56,
}


def create(name: str, **kwargs: Any) -> nn.Module:
    """The model called `name`, built with `kwargs` (`num_classes`, `in_channels`, ...).

    Raises ValueError for an unknown name, with the nearest known one.
    """
    if name not in MODELS:
        nearest = difflib.get_close_matches(name, MODELS, n=1)
        hint = f"did you mean {nearest[0]!r}? " if nearest else ""
        raise ValueError(f"unknown model {name!r}: {hint}There are: {', '.join(MODELS)}")
    return MODELS[name](**kwargs)
