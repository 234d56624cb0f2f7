"""The oneDNN backend: its convolutions and batch normalisation for float32; the NumPy backend for all else."""

from __future__ import annotations

from .. import numpy as _plain
from ..numpy import *  # noqa: F403
from . import primitives as primitives
from .convolution import conv2d as conv2d
from .convolution import conv2d_input_grad as conv2d_input_grad
from .convolution import conv2d_weight_grad as conv2d_weight_grad
from .normalization import batch_norm_grads as batch_norm_grads
from .normalization import batch_norm_train as batch_norm_train
from .primitives import describe as describe

__all__ = _plain.__all__
