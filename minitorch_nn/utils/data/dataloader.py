"""`torch.utils.data.dataloader`."""

from __future__ import annotations

from ...data.collate import default_collate as default_collate
from ...data.dataloader import DataLoader as DataLoader
