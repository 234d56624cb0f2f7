"""`torch.utils.data.dataloader`."""

from __future__ import annotations

from ...data.collate import default_collate as default_collate
from ...data.collate import default_convert as default_convert
from ...data.dataloader import DataLoader as DataLoader
from ...data.worker import get_worker_info as get_worker_info
