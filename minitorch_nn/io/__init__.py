"""Files: PyTorch's .pth format, and writing that never leaves half a file."""

from .atomic import atomic_write
from .pth import load, save

__all__ = ["atomic_write", "load", "save"]
