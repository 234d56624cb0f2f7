"""`torch.utils.dlpack`: memory shared with other libraries."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from ..tensor import from_dlpack as from_dlpack


def to_dlpack(tensor: Tensor) -> Any:
    """The tensor's memory as a DLPack capsule, for another library's `from_dlpack`"""
    return tensor.__dlpack__()
