"""The oneDNN backend: its convolutions and batch normalisation for float32; the NumPy backend for all else."""

from __future__ import annotations

from ..numpy import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_grad,
    adaptive_avg_pool3d,
    adaptive_avg_pool3d_grad,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    avg_pool2d,
    avg_pool2d_grad,
    avg_pool3d,
    avg_pool3d_grad,
    batch_norm_eval,
    conv2d_grads,
    conv3d,
    conv3d_input_grad,
    conv3d_weight_grad,
    fold,
    get_num_threads,
    matmul,
    max_pool2d,
    max_pool2d_gather,
    max_pool2d_grad,
    max_pool3d,
    relu,
    relu_grad,
    set_num_threads,
    sum_leading,
    unfold,
)
from . import primitives
from .convolution import conv2d, conv2d_input_grad, conv2d_weight_grad
from .normalization import batch_norm_grads, batch_norm_train

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_grad",
    "adaptive_avg_pool3d",
    "adaptive_avg_pool3d_grad",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool2d",
    "avg_pool2d_grad",
    "avg_pool3d",
    "avg_pool3d_grad",
    "batch_norm_eval",
    "batch_norm_grads",
    "batch_norm_train",
    "conv2d",
    "conv2d_grads",
    "conv2d_input_grad",
    "conv2d_weight_grad",
    "conv3d",
    "conv3d_input_grad",
    "conv3d_weight_grad",
    "describe",
    "fold",
    "get_num_threads",
    "matmul",
    "max_pool2d",
    "max_pool2d_gather",
    "max_pool2d_grad",
    "max_pool3d",
    "relu",
    "relu_grad",
    "set_num_threads",
    "sum_leading",
    "unfold",
]


def describe() -> str:
    """One line: which oneDNN, from where, and how many threads."""
    version = ".".join(map(str, primitives.dnnl.version))
    return f"oneDNN {version} ({primitives.dnnl.path}), {get_num_threads()} thread(s)"
