"""The NumPy backend: pure functions on arrays, always available. `minitorch_nn.backends` chooses between backends."""

from __future__ import annotations

from .activation import relu, relu_grad
from .adaptive_pooling import adaptive_avg_pool2d, adaptive_avg_pool2d_grad, adaptive_max_pool2d
from .columns import fold, unfold
from .convolution import conv2d, conv2d_grads, conv2d_input_grad, conv2d_weight_grad
from .normalization import batch_norm_eval, batch_norm_grads, batch_norm_train
from .parallel import describe, get_num_threads, set_num_threads
from .pooling import avg_pool2d, avg_pool2d_grad, max_pool2d, max_pool2d_gather, max_pool2d_grad
from .products import matmul
from .reductions import sum_leading
from .volumes import (
    adaptive_avg_pool3d,
    adaptive_avg_pool3d_grad,
    adaptive_max_pool3d,
    avg_pool3d,
    avg_pool3d_grad,
    conv3d,
    conv3d_input_grad,
    conv3d_weight_grad,
    max_pool3d,
)

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
