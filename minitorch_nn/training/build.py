"""What the sections of a config describe: starting weights, a fresh head, optimizer, learning-rate curve."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from .. import config as configuration
from .. import io, nn, optim
from ..io.unpickle import UnpicklingError
from .errors import SetupError

__all__ = ["learning_rate", "load_weights", "optimizer", "replace_head", "schedule"]

_OPTIMIZERS: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "rmsprop": optim.RMSprop,
    "adagrad": optim.Adagrad,
}


def optimizer(model: nn.Module, settings: configuration.Optimizer) -> optim.Optimizer:
    """The optimizer of the parameters that train. The keys of the section are the arguments of its class."""
    keys = (field for field in dataclasses.fields(settings) if field.name != "name")
    arguments = {
        field.name: getattr(settings, field.name)
        for field in keys
        if not field.metadata["only"] or settings.name in field.metadata["only"]
    }
    return _OPTIMIZERS[settings.name]([p for p in model.parameters() if p.requires_grad], **arguments)


def schedule(optimizer: optim.Optimizer, settings: configuration.Schedule, steps: int) -> optim.lr_scheduler.LambdaLR:
    """The learning rate over `steps` steps; to be stepped after each of them."""
    return optim.lr_scheduler.LambdaLR(optimizer, lambda step: learning_rate(settings, min((step + 0.5) / steps, 1.0)))


def learning_rate(settings: configuration.Schedule, done: float) -> float:
    """The learning rate at the share `done` (0..1) of the stage, as a factor of optimizer.lr.

    Source: cosine, I. Loshchilov and F. Hutter, "SGDR" (2017), equation 5; steps, K. He et al. (2015), section 4.2;
    warm-up, P. Goyal et al. (2017), section 2.2.
    """
    if done < settings.warmup:
        return done / settings.warmup
    after = (done - settings.warmup) / (1 - settings.warmup)
    if settings.name == "linear":
        return 1 + (settings.final - 1) * after
    if settings.name == "cosine":
        return settings.final + (1 - settings.final) * (1 + math.cos(math.pi * after)) / 2
    if settings.name == "step":
        return float(settings.gamma ** sum(done >= milestone for milestone in settings.milestones))
    return 1.0


def replace_head(model: nn.Module, num_classes: int) -> str:
    """Put a freshly initialised Linear with `num_classes` outputs in place of the model's last; returns its name."""
    name, head = _head(model)
    parent, _, last = name.rpartition(".")
    fresh: Any = nn.Linear(head.in_features, num_classes, bias=head.bias is not None)
    setattr(model.get_submodule(parent), last, fresh)
    return name


def _head(model: nn.Module) -> tuple[str, nn.Linear]:
    return [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)][-1]


def load_weights(model: nn.Module, path: str, new_head: bool) -> None:
    """Copy the state dict in a .pth file into the model; its last Linear stays as it is with `new_head`.

    Raises: SetupError for a file that can't be read and for keys or shapes that don't fit.
    """
    try:
        state = dict(io.load(path))
        if new_head:
            prefix = _head(model)[0] + "."
            state |= {key: value for key, value in model.state_dict().items() if key.startswith(prefix)}
        model.load_state_dict(state)
    except (OSError, EOFError, RuntimeError, TypeError, ValueError, UnpicklingError) as error:
        raise SetupError(f"model.weights: {path}: {' '.join(str(error).split())}") from error
