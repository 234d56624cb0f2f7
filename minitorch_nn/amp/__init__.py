"""`torch.amp`: what scripts for mixed precision ask on a machine without a GPU. Training stays in the tensors' dtypes."""

from .._absent import absent
from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

__getattr__ = absent(__name__, globals())
