"""`torch.version`: the PyTorch that this package follows, and after the plus sign the package's own version."""

from __future__ import annotations

FOLLOWS = "2.13.0"
"""The PyTorch whose names, results and errors these are."""
OWN = "0.1.0"
"""The version of minitorch_nn."""

__version__ = f"{FOLLOWS}+minitorch.{OWN}"

cuda: str | None = None
hip: str | None = None
xpu: str | None = None
debug = False
