"""Functions of nn.functional that `torch` has under the same names, with the arguments it gives them there.

reduction is a number here, as in PyTorch: 0 for 'none', 1 for 'mean', 2 for 'sum'.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import ops
from ..ops import conv3d as conv3d
from ..ops import conv_transpose3d as conv_transpose3d
from ..ops import max_pool3d as max_pool3d
from ..ops import recurrent
from ..ops.recurrent import gru_cell as gru_cell
from ..tensor import Tensor
from . import functional as F
from .functional import bilinear as bilinear
from .functional import channel_shuffle as channel_shuffle
from .functional import pairwise_distance as pairwise_distance
from .functional import pixel_shuffle as pixel_shuffle
from .functional import pixel_unshuffle as pixel_unshuffle
from .functional import rms_norm as rms_norm
from .functional import rrelu as rrelu
from .functional import rrelu_ as rrelu_
from .functional._dropout import _drop_channels
from .recurrence import gru as gru
from .recurrence import lstm as lstm
from .recurrence import rnn_relu as rnn_relu
from .recurrence import rnn_tanh as rnn_tanh
from .utils.weight_norm import norm_except_dim as norm_except_dim

__all__ = [
    "affine_grid_generator",
    "alpha_dropout",
    "alpha_dropout_",
    "bilinear",
    "channel_shuffle",
    "constant_pad_nd",
    "conv3d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "ctc_loss",
    "dropout_",
    "feature_alpha_dropout",
    "feature_alpha_dropout_",
    "feature_dropout",
    "feature_dropout_",
    "grid_sampler",
    "gru",
    "gru_cell",
    "hinge_embedding_loss",
    "instance_norm",
    "lstm",
    "lstm_cell",
    "margin_ranking_loss",
    "max_pool3d",
    "norm_except_dim",
    "pairwise_distance",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "rms_norm",
    "rnn_relu",
    "rnn_relu_cell",
    "rnn_tanh",
    "rnn_tanh_cell",
    "rrelu",
    "rrelu_",
    "triplet_margin_loss",
]

lstm_cell, rnn_tanh_cell, rnn_relu_cell = recurrent.lstm_cell, recurrent.rnn_tanh_cell, recurrent.rnn_relu_cell

_REDUCTIONS = ("none", "mean", "sum")
_MODES, _PADDINGS = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 1
) -> Tensor:
    """mean of max(0, -target * (input1 - input2) + margin). See nn.functional.margin_ranking_loss."""
    return F.margin_ranking_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 1) -> Tensor:
    """mean of input where target is 1, of max(0, margin - input) where it is -1."""
    return F.hinge_embedding_loss(input, target, margin, reduction=_REDUCTIONS[reduction])


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 1
) -> Tensor:
    """mean of 1 - cos where target is 1, of max(0, cos - margin) where it is -1."""
    return F.cosine_embedding_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 1,
) -> Tensor:
    """mean of max(0, d(anchor, positive) - d(anchor, negative) + margin)."""
    return F.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction=_REDUCTIONS[reduction])


def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """mean of exp(input) - target * input (log_input), or input - target * log(input + eps)."""
    return F.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=_REDUCTIONS[reduction])


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: int = 1,
    zero_infinity: bool = False,
) -> Tensor:
    """(T, N, C) log-probabilities, texts (N, S) -> mean of -log p(text) / length. See nn.functional.ctc_loss."""
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, _REDUCTIONS[reduction], zero_infinity)


def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """(N, C, *) -> the same: normalised for each sample and channel. cudnn_enabled: no effect without a GPU."""
    return F.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def constant_pad_nd(input: Tensor, pad: Sequence[int], value: float = 0) -> Tensor:
    """input with `value` around it: pad = (before, after) of the last dimension, then of the one before, and so on."""
    return F.pad(input, pad, "constant", value)


def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Tensor:
    """theta (N, 2, 3), size (N, C, H, W) -> a grid (N, H, W, 2). See nn.functional.affine_grid."""
    return ops.affine_grid_generator(theta, size, align_corners)


def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """The input at the places of a grid. interpolation_mode: 0 bilinear, 1 nearest, 2 bicubic; padding_mode: 0 zeros,
    1 border, 2 reflection. See nn.functional.grid_sample."""
    return ops.grid_sampler(input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners)


def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`dropout`, in place"""
    return F.dropout(input, p, train, True)


def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Dropout to SELU's lower limit instead of 0. See nn.functional.alpha_dropout."""
    return F.alpha_dropout(input, p, train)


def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout`, in place"""
    return F.alpha_dropout(input, p, train, True)


def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """alpha_dropout of whole channels"""
    return F.feature_alpha_dropout(input, p, train)


def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`feature_alpha_dropout`, in place"""
    return F.feature_alpha_dropout(input, p, train, True)


def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """(N, C, *) -> the same: dropout of whole channels"""
    return _drop_channels(input, p, train, False)


def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`feature_dropout`, in place"""
    return _drop_channels(input, p, train, True)
