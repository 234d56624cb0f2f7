"""Dropout: of elements or of whole channels, to 0 or to SELU's lower limit."""

from __future__ import annotations

import warnings

from ... import ops
from ...tensor import Tensor
from ._activation import _maybe_inplace

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """x * mask / (1 - p), mask being 0 with probability p for each element, else 1; x itself unless `training`."""
    _check_probability(p)
    if training is False or (training is True and p == 0):
        return input
    return _maybe_inplace(inplace, ops.dropout, input, p, training)


def _kept_channels(input: Tensor, p: float) -> Tensor:
    """(N, C, 1, …) for an input (N, C, *): 0 with probability p, else 1."""
    if input.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return input.detach().new_empty(input.shape[:2] + (1,) * (input.ndim - 2)).bernoulli_(1 - p)  # type: ignore[no-any-return]


def _drop_channels(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """(N, C, *) -> the same, whole channels dropped."""
    if not training or p == 0:
        return input
    if p == 1:
        return _maybe_inplace(inplace, lambda x: x * 0, input)
    kept = _kept_channels(input, p).div_(1 - p)
    return _maybe_inplace(inplace, lambda x: x * kept, input)


def _drop_channels_of_one(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """(C, *) -> the same, whole channels dropped."""
    dropped = _drop_channels(input.unsqueeze(0), p, training, inplace)
    return input if inplace else dropped.squeeze(0)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """(N, C, L) or (C, L) -> the same: dropout of whole channels."""
    _check_probability(p)
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input. Note that dropout1d exists to "
            "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional "
            "batch dimension (i.e. 2D or 3D inputs)."
        )
    drop = _drop_channels if input.ndim == 3 else _drop_channels_of_one
    return drop(input, p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """(N, C, H, W) -> the same: dropout of whole channels. As in PyTorch, a 3D input is taken as (N, C, L)."""
    _check_probability(p)
    if input.dim() not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {input.ndim}-D input to dropout2d, which is deprecated and will result in an error "
            "in a future release. To retain the behavior and silence this warning, please use dropout instead. Note "
            "that dropout2d exists to provide channel-wise dropout on inputs with 2 spatial dimensions, a channel "
            "dimension, and an optional batch dimension (i.e. 3D or 4D inputs).",
            stacklevel=2,
        )
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain "
            "the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return _drop_channels(input, p, training, inplace)


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
    drop = _drop_channels if input.ndim == 5 else _drop_channels_of_one
    return drop(input, p, training, inplace)


def _to_limit(input: Tensor, p: float, kept: Tensor, inplace: bool) -> Tensor:
    """The input where `kept` is 1, SELU's lower limit where it is 0, scaled and shifted to the mean and variance it had."""
    limit = 1.7580993408473766  # SELU's scale * alpha
    scale = 1 / ((limit**2 * p + 1) * (1 - p)) ** 0.5
    shift = (kept - 1) * (limit * scale) + limit * scale * p
    return _maybe_inplace(inplace, lambda x: x * (kept * scale) + shift, input)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout to SELU's lower limit instead of 0, scaled and shifted so that mean 0 and variance 1 stay.

    Source: Klambauer et al. 2017, Self-Normalizing Neural Networks, section "New dropout technique".
    """
    _check_probability(p)
    if p in (0, 1) or not training:
        return _drop_channels(input, p, training, inplace)  # all or nothing
    kept = input.detach().clone().bernoulli_(1 - p)  # a clone lies in memory as the input does: so do the draws
    return _to_limit(input, p, kept, inplace)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """(N, C, *) -> the same: alpha_dropout of whole channels."""
    _check_probability(p)
    if p in (0, 1) or not training:
        return _drop_channels(input, p, training, inplace)  # all or nothing
    return _to_limit(input, p, _kept_channels(input, p), inplace)
