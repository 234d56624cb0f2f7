"""What the functions with several results return: tuples with names, printed as PyTorch prints them."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

__all__ = ["LinAlgError", "deprecated", "named"]


class LinAlgError(RuntimeError):
    """A matrix that cannot be factored, inverted or solved with."""


def _repr(self: Any) -> str:
    lines = ",\n".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
    return f"torch.return_types.{type(self).__name__}(\n{lines})"


def named(name: str, fields: str) -> Any:
    """The tuple type `torch.return_types.<name>`; fields: their names, with blanks between."""
    base: Any = namedtuple(name, fields)  # type: ignore[misc]
    return type(name, (base,), {"__slots__": (), "__repr__": _repr})


def deprecated(name: str, end: str = " ") -> None:
    """Warn that `torch.<name>` has `torch.linalg.<name>` in its place."""
    warnings.warn(
        f"torch.{name} is deprecated in favor of torch.linalg.{name}{end}and will be removed in a future PyTorch release.",
        stacklevel=3,
    )
