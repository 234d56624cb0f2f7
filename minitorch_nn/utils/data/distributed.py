"""`torch.utils.data.distributed`."""

from __future__ import annotations

from ...data.distributed import DistributedSampler as DistributedSampler
