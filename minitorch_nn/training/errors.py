"""What a helper raises where a person's input is at fault: the text is one line that says what to do."""

from __future__ import annotations

__all__ = ["Diverged", "FrozenChanged", "Interrupted", "SetupError"]


class SetupError(ValueError):
    """The config is valid, but not for this data or this model. Its text begins with the dotted key."""


class Diverged(ArithmeticError):
    """The loss is nan or infinite."""


class FrozenChanged(RuntimeError):
    """A frozen tensor is not what it was."""


class Interrupted(Exception):
    """Ctrl-C; every step so far is whole."""
