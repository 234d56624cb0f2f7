"""`torch.backends.cuda`: its switches may be set and have no effect: there is no GPU."""

from __future__ import annotations


class matmul:
    """Switches for products on a GPU."""

    allow_tf32 = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True


def is_built() -> bool:
    """False"""
    return False
