"""`nn.parallel`: several devices, of which there are none; one device runs the module itself."""

from __future__ import annotations

from typing import Any

from .._absent import absent
from ..device import check_device
from .modules.module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """The module itself, as in PyTorch where there is no GPU: `.module` holds it, and its keys begin with `module.`.

    device_ids, output_device: None; there are no GPUs to name. dim has no effect.

    Raises:
        RuntimeError: a device other than the CPU is named.
    """

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        for device in (*(device_ids or ()), output_device):
            check_device(f"cuda:{device}" if isinstance(device, int) else device)
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


__getattr__ = absent(
    __name__, globals(), scatter="there is no GPU to scatter to", gather="there is no GPU to gather from"
)
