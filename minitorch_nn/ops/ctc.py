"""Connectionist temporal classification: the probability of a text, summed over all ways to spread it over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, refuse_halves, supports, type_name, underived

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["ctc_loss_of_each"]

Array = Any


class _Text:
    """What to read: targets (N, S) padded with blanks, lengths (N,), the number of time steps (N,), the blank."""

    def __init__(self, targets: Array, lengths: Array, steps: Array, blank: int) -> None:
        n, longest = targets.shape
        self.lengths, self.steps, self.n = lengths, steps, np.arange(n)
        self.labels = np.full((n, 2 * longest + 1), blank)  # a blank before, between and after
        self.labels[:, 1::2] = targets
        self.skips = np.zeros(self.labels.shape, bool)  # a blank between two different labels may be left out
        self.skips[:, 3::2] = targets[:, 1:] != targets[:, :-1]
        self.ends = 2 * lengths  # the last blank of each text


def _log_add(a: Array, b: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.logaddexp(a, b)


def _shifted(a: Array, by: int) -> Array:
    out = np.full_like(a, -np.inf)
    if by < a.shape[1]:
        out[:, by:] = a[:, : a.shape[1] - by]
    return out


def _forward(emit: Array, text: _Text) -> Array:
    """alpha (T, N, L): the log-probability of having read up to label s at time t

    Source: Graves et al. 2006, Connectionist Temporal Classification, equations 5 to 7, of logarithms.
    """
    alpha = np.full_like(emit, -np.inf)
    if not len(emit):
        return alpha
    alpha[0, :, 0] = emit[0, :, 0]
    has_one = text.lengths > 0
    alpha[0, has_one, 1:2] = emit[0, has_one, 1:2]
    for t in range(1, len(emit)):
        before = alpha[t - 1]
        total = _log_add(before, _shifted(before, 1))
        total = _log_add(total, np.where(text.skips, _shifted(before, 2), -np.inf))
        alpha[t] = total + emit[t]
    return alpha


def _backward(emit: Array, text: _Text) -> Array:
    """beta (T, N, L): the log-probability of reading what is left, label s at time t included

    Source: Graves et al. 2006, equations 9 to 11, of logarithms.
    """
    beta = np.full_like(emit, -np.inf)
    length = emit.shape[2]
    after_skip = np.zeros_like(text.skips)
    after_skip[:, :-2] = text.skips[:, 2:]
    for t in range(len(emit) - 1, -1, -1):
        if t + 1 < len(emit):
            back = beta[t + 1][:, ::-1]
            total = _log_add(back, _shifted(back, 1))[:, ::-1]
            two = np.where(after_skip, _shifted(back, 2)[:, ::-1], -np.inf)
            beta[t] = _log_add(total, two) + emit[t]
        starts = np.flatnonzero(text.steps == t + 1)
        for k in (0, 1):
            at = text.ends[starts] - k
            some, at = starts[at >= 0], at[at >= 0]
            beta[t, some, at] = emit[t, some, at]
    return beta[:, :, :length]


def _losses(alpha: Array, text: _Text) -> Array:
    if not len(alpha):
        last = np.full(alpha.shape[1:], -np.inf, alpha.dtype)
    else:
        last = alpha[np.maximum(text.steps - 1, 0), text.n]
    label = np.where(text.ends > 0, last[text.n, np.maximum(text.ends - 1, 0)], -np.inf)
    total = -_log_add(last[text.n, text.ends], label)
    nothing = np.where(text.lengths == 0, 0.0, np.inf)  # no time at all reads nothing
    return np.where(text.steps == 0, nothing, total).astype(alpha.dtype)


def _emissions(log_probs: Array, text: _Text) -> Array:
    """(T, N, C) -> (T, N, L): those of the labels"""
    return np.take_along_axis(log_probs, np.broadcast_to(text.labels, (len(log_probs), *text.labels.shape)), 2)


@op(
    name="CtcLossBackward0",
    log_probs=lambda g, log_probs, loss, alpha, text, zero_infinity: ctc_gradient(
        g, log_probs, loss=loss, alpha=alpha, text=text, zero_infinity=zero_infinity
    ),
    outputs=("out", "loss", "alpha"),
)
@supports(FLOATS, "ctc_loss_cpu")
def ctc_losses(log_probs: Tensor, *, text: _Text, zero_infinity: bool) -> Any:
    """(T, N, C) -> (N,): -log of the texts' probabilities, with zero_infinity 0 for inf; the same with inf; alpha"""
    alpha = _forward(_emissions(log_probs, text), text)
    loss = _losses(alpha, text)
    return (np.where(np.isinf(loss), 0, loss).astype(loss.dtype) if zero_infinity else loss), loss, alpha


@op(name="NotImplemented", g=underived("_ctc_loss_backward"), log_probs=underived("_ctc_loss_backward"))
def ctc_gradient(g: Tensor, log_probs: Tensor, *, loss: Any, alpha: Any, text: _Text, zero_infinity: bool) -> Tensor:
    """g * (exp(log_probs) - the probability of each class at each time, given the text)

    Source: Graves et al. 2006, equation 16: of the unnormalised scores before a log_softmax, as PyTorch has it, so it is
    the gradient of log_probs only up to what log_softmax takes off again.
    """
    loss, alpha = getattr(loss, "_data", loss), getattr(alpha, "_data", alpha)
    emit = _emissions(log_probs, text)
    with np.errstate(invalid="ignore"):
        share = np.exp(alpha + _backward(emit, text) - emit + loss[:, None])
    share[np.isneginf(alpha)] = 0
    of_class = (text.labels[:, :, None] == np.arange(log_probs.shape[2])).astype(log_probs.dtype)
    given = np.matmul(share.transpose(1, 0, 2), of_class).transpose(1, 0, 2)
    out = np.exp(log_probs) - given
    out[:, np.isinf(loss)] = 0 if zero_infinity else np.nan
    out *= g[:, None]  # type: ignore[call-overload]
    out[np.arange(len(log_probs))[:, None] >= text.steps] = 0
    return out  # type: ignore[no-any-return]


def _lengths(values: Any, batch: int, name: str, most: int | None) -> Array:
    n = np.atleast_1d(np.asarray(getattr(values, "_data", values)))
    if n.dtype.kind not in "iu" and n.size:
        raise RuntimeError(f"{name} must be integral")
    if n.size != batch:
        raise RuntimeError(f"{name} must be of size batch_size")
    where = "(while checking arguments for ctc_loss_allocate_outputs)"
    for value in n:
        if value < 0:
            raise RuntimeError(f"Expected {name} to have value at least 0, but got value {value} {where}")
        if most is not None and value > most:
            raise RuntimeError(f"Expected {name} to have value at most {most}, but got value {value} {where}")
    return n.astype(np.int64)


def ctc_loss_of_each(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool
) -> tuple[Tensor, Any]:
    """log_probs (T, N, C), targets (N, S) or one after the other (sum of lengths,) -> losses (N,), target_lengths

    Raises RuntimeError for lengths and targets that do not fit.
    """
    refuse_halves("ctc_loss_cpu", log_probs)
    steps, batch, classes = log_probs._data.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    in_lengths = _lengths(input_lengths, batch, "input_lengths", steps)
    lengths = _lengths(target_lengths, batch, "target_lengths", None)
    given, where = targets._data, "(while checking arguments for ctc_loss_allocate_outputs)"
    if given.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #2 'targets' to have one of the following scalar types: Long, Int; but got "
            f"{type_name(given)} instead {where}"
        )
    longest = int(lengths.max(initial=0))
    padded = np.full((batch, longest), blank)
    inside = np.arange(longest) < lengths[:, None]
    if given.ndim == 1:
        if given.size != lengths.sum():
            raise RuntimeError(
                f"Expected tensor to have size {lengths.sum()} at dimension 0, but got size {given.size} for argument #2 "
                f"'targets' {where}"
            )
        padded[inside] = given
    else:
        if given.shape[0] != batch:
            raise RuntimeError(
                f"Expected tensor to have size {batch} at dimension 0, but got size {given.shape[0]} for argument #2 "
                f"'targets' {where}"
            )
        if given.shape[1] < longest:
            raise RuntimeError(
                f"Expected tensor to have size at least {longest} at dimension 1, but got size {given.shape[1]} for "
                f"argument #2 'targets' {where}"
            )
        padded[inside] = given[:, :longest][inside]
    if padded.size and (padded.min() < 0 or padded.max() >= classes):
        raise RuntimeError(
            f"Expected targets from 0 to {classes - 1}, but got {padded[inside].min()} to {padded.max()}"
        )
    text = _Text(padded, lengths, in_lengths, blank)
    losses, *_ = ctc_losses(log_probs, text=text, zero_infinity=zero_infinity)
    return losses, lengths
