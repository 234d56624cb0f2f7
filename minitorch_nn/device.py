"""Where tensors live: the CPU, and nowhere else."""

from __future__ import annotations

import re
from typing import Any

_TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan",
    "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip
"""Of PyTorch's devices."""


class device:
    """`device("cpu")`: the only one. Raises RuntimeError for any other, with what to do.

    >>> device("cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        if isinstance(type, int):
            if type < 0:
                raise RuntimeError("Device index must not be negative")
            raise RuntimeError("Cannot access accelerator device when none is available.")
        kind = re.match(r"[A-Za-z_]*", str(type))
        if kind is not None and kind[0] not in _TYPES:
            raise RuntimeError(f"Expected one of {', '.join(_TYPES)} device type at start of device string: {kind[0]}")
        match = re.fullmatch(r"([a-z]+)(?::(\d+))?", str(type))
        if match is None:
            raise RuntimeError(f"Invalid device string: '{type}'")
        if match[1] != "cpu":
            raise RuntimeError(
                f"device '{type}' is not available: minitorch_nn computes on the CPU only. "
                "Use device='cpu', or choose with torch.cuda.is_available(), which is False here"
            )
        self.type = match[1]
        self.index = int(match[2]) if match[2] is not None else index

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)


CPU = device("cpu")


def check_device(where: Any) -> None:
    """Raise RuntimeError unless `where` is None or the CPU."""
    if where is not None and where is not CPU:
        device(where)
