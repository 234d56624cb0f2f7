"""Names for the order of elements in memory: `torch.channels_last`, `torch.strided`."""

from __future__ import annotations


class _Named:
    """A constant that prints as `torch.<name>`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


class memory_format(_Named):
    """In which order a tensor's dimensions lie in memory."""


class layout(_Named):
    """How a tensor's elements are stored: all of them, at regular steps."""


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
strided = layout("strided")

RANK = {channels_last: 4, channels_last_3d: 5}
"""The number of dimensions that each channels-last order is for."""


def check_memory_format(value: object) -> memory_format:
    """`value` where it is a memory format. Raises TypeError for anything else."""
    if not isinstance(value, memory_format):
        raise TypeError(f"argument 'memory_format' must be torch.memory_format, not {type(value).__name__}")
    return value
