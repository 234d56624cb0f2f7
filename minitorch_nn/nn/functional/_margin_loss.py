"""Margin losses of several classes, and the loss of sequences without alignment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ... import ops
from ...tensor import Tensor, tensor
from ._activation import logsigmoid
from ._loss import _reduce, _reduction, pairwise_distance

__all__ = [
    "ctc_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "triplet_margin_with_distance_loss",
]


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """(N, C), (N,) of int64 -> mean of the sum over i != y of weight[y] max(0, margin - x[y] + x[i])^p / C; p 1 or 2."""
    reduction = _reduction(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    return ops.multi_margin_loss(input, target, p, margin, weight, reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """(N, C), (N, C) of int64 -> mean of the sum over targets j and others i of max(0, 1 - x[j] + x[i]) / C.

    target: the right classes of each row, up to the first -1.
    """
    return ops.multilabel_margin_loss(input, target, _reduction(size_average, reduce, reduction))


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """(N, C), (N, C) of 0 and 1 -> mean of -(y log σ(x) + (1 - y) log σ(-x)) * weight over all classes."""
    reduction = _reduction(size_average, reduce, reduction)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    loss = loss.sum(dim=input.ndim - 1) / input.size(input.ndim - 1)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    return _reduce(loss, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """mean of max(0, d(anchor, positive) - d(anchor, negative) + margin), d any distance, by default pairwise_distance.

    swap: use d(positive, negative) where it is smaller than d(anchor, negative).
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    d = pairwise_distance if distance_function is None else distance_function
    near, far = d(anchor, positive), d(anchor, negative)
    if swap:
        far = ops.minimum(far, d(positive, negative))
    return _reduce((margin + near - far).clamp_min(0), reduction)


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """(T, N, C) log-probabilities, texts (N, S) -> mean of -log p(text) / length: summed over all alignments.

    targets: padded (N, S), or all texts one after the other. Without a batch: (T, C) and (S,). blank: the class that
    stands for nothing. zero_infinity: a text that does not fit into its time counts as 0, with no gradient.

    As in PyTorch the gradient is the one by the scores before the log_softmax that log_probs has to come from, and it
    can't be differentiated again.

    Source: Graves et al. 2006, Connectionist Temporal Classification, section 4.
    """
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    batched = log_probs.ndim == 3
    if not batched:
        log_probs = log_probs.unsqueeze(1)
        targets = targets.unsqueeze(0) if targets.ndim == 1 else targets
    losses, lengths = ops.ctc_loss_of_each(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity)
    if reduction == "mean":
        return (losses / tensor(lengths).clamp_min(1).to(losses.dtype)).mean()  # type: ignore[no-any-return]
    return _reduce(losses if batched or reduction == "sum" else losses.squeeze(0), reduction)
