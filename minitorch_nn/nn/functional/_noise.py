"""Randomised leaky ReLU, and dropout of whole channels."""

from __future__ import annotations

import warnings

from ... import ops
from ...tensor import Tensor
from ._activation import _maybe_inplace
from ._normalization import _check_probability, _drop_channels

__all__ = ["dropout3d", "feature_alpha_dropout", "rrelu", "rrelu_"]


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """x above 0, else a x with a drawn from U(lower, upper) in training, else (lower + upper) / 2.

    Source: Xu et al. 2015, Empirical Evaluation of Rectified Activations in Convolutional Network, section 2.4.
    """
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if training:
        return _maybe_inplace(inplace, ops.rrelu, input, lower, upper)
    slope = (lower + upper) / 2
    return ops.leaky_relu_(input, slope) if inplace else ops.leaky_relu(input, slope)


def rrelu_(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False) -> Tensor:
    """`rrelu`, in place."""
    return rrelu(input, lower, upper, training, True)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """(N, C, D, H, W) or (C, D, H, W) -> the same: dropout of whole channels."""
    _check_probability(p)
    if input.ndim not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {input.ndim}-D input to dropout3d, which is deprecated and will result in an error in "
            "a future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
            "dropout3d exists to provide channel-wise dropout on inputs with 3 spatial dimensions, a channel dimension, "
            "and an optional batch dimension (i.e. 4D or 5D inputs).",
            stacklevel=2,
        )
    if input.ndim == 5:
        return _drop_channels(input, p, training, inplace)
    if inplace and training and p > 0:
        _drop_channels(input.unsqueeze(0), p, training, True)
        return input
    return _drop_channels(input.unsqueeze(0), p, training, False).squeeze(0)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """(N, C, *) -> the same: alpha_dropout of whole channels."""
    _check_probability(p)
    if not training or p == 0:
        return input
    if input.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    if p == 1:
        return _maybe_inplace(inplace, lambda x: x * 0, input)
    limit = 1.7580993408473766  # SELU's scale * alpha
    scale = 1 / ((limit**2 * p + 1) * (1 - p)) ** 0.5
    shape = input.shape[:2] + (1,) * (input.ndim - 2)
    kept = input.detach().new_empty(shape).bernoulli_(1 - p)
    shift = (kept - 1) * (limit * scale) + limit * scale * p
    return _maybe_inplace(inplace, lambda x: x * (kept * scale) + shift, input)
