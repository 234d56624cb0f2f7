"""All that a run is made of, as one dict of tensors and plain values, and back."""

from __future__ import annotations

from typing import Any

from .. import nn, optim, random
from ..config import Config
from .errors import SetupError
from .progress import Position, Tally

__all__ = ["capture", "position_of", "restore"]

FORMAT = 1


def capture(
    config: Config,
    model: nn.Module,
    optimizer: optim.Optimizer,
    schedule: Any,
    position: Position,
    frozen: dict[str, str],
) -> dict[str, Any]:
    """The state after a whole step. frozen: the hashes of the frozen tensors when the stage began."""
    return {
        "format": FORMAT,
        "config": config.to_toml(),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "position": vars(position) | {"tally": dict(vars(position.tally))},
        "random": random.get_rng_state(),
        "frozen": dict(frozen),
    }


def position_of(saved: Any, config: Config) -> Position:
    """Where the run that was saved stands. Raises: SetupError for what `capture` hasn't made, or not of this config."""
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise SetupError(f"checkpoint.pth: expected a checkpoint of format {FORMAT}, got something else")
    if saved["config"] != config.to_toml():
        raise SetupError("config.toml was changed after checkpoint.pth was saved; a changed config is a new run")
    values = saved["position"]
    return Position(**values | {"tally": Tally(**values["tally"])})


def restore(saved: dict[str, Any], model: nn.Module, optimizer: optim.Optimizer, schedule: Any) -> dict[str, str]:
    """Put the saved state into objects that were built from the same config, and into the default generator.

    Returns the hashes of the frozen tensors when the stage began.
    """
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
    random.set_rng_state(saved["random"])
    return dict(saved["frozen"])
