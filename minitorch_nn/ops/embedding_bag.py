"""Sums, means and maxima of bags of embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import finished, float_of
from .arithmetic import times
from .checks import kind_name, type_name
from .indexing import put_index, take_index
from .lookup import look_up

if TYPE_CHECKING:
    from ..tensor import Tensor


def _check_indices(x: Any) -> None:
    if x.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{type_name(x)} instead (while checking arguments for embedding_bag)"
        )


def _check_bags(
    weight: Tensor, rows: Any, starts: Any, per_sample_weights: Tensor | None, padding_idx: int | None, has_end: bool
) -> None:
    _check_indices(rows)
    _check_indices(starts)
    total = weight._data.shape[0]
    if starts.size and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {starts[0]}"
        )
    if starts.size and starts[-1] > rows.size:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {rows.size} but got offsets[-1] of {starts[-1]}"
        )
    if (starts[1:] < starts[:-1]).any():
        raise RuntimeError("Expected offsets that do not decrease")
    if has_end and not starts.size:
        raise RuntimeError("include_last_offset: number of offset should be at least 1")
    if per_sample_weights is not None and per_sample_weights._data.dtype != weight._data.dtype:
        kinds = (
            f"torch.{kind_name(weight._data)}Tensor does not equal torch.{kind_name(per_sample_weights._data)}Tensor"
        )
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
            f"'per_sample_weights'; but type {kinds} (while checking arguments for embedding_bag)"
        )
    if padding_idx is not None and not -total <= padding_idx < total:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-total} through {total - 1}, but got {padding_idx}"
        )
    wrong = np.flatnonzero((rows < 0) | (rows >= total))
    if wrong.size:
        at = wrong[0]
        raise RuntimeError(f"Index {at} of input takes value {rows[at]} which is not in the valid range [0, {total})")


def embedding_bags(
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """weight (V, E), indices (n,), offsets (B,), where each bag begins -> (B, E): the sum, mean or max of each bag

    per_sample_weights: (n,), factors of the rows, for the sum. include_last_offset: offsets has one more, the end of the
    last bag. padding_idx: this row counts for nothing. An empty bag gives 0.
    """
    rows, starts = indices._data, offsets._data
    _check_bags(weight, rows, starts, per_sample_weights, padding_idx, include_last_offset)
    bags = starts[:-1] if include_last_offset else starts
    counts = np.diff(bags, append=starts[-1] if include_last_offset else rows.size)
    bag = np.repeat(np.arange(bags.size), counts)
    used = np.arange(bag.size)
    if padding_idx is not None:
        used = used[rows[used] != padding_idx % weight._data.shape[0]]
    bag, chosen = bag[used], rows[used]
    shape = (bags.size, weight._data.shape[1])
    if mode == "max":
        return _largest(weight, chosen, bag, shape)
    picked = look_up(weight, indices=chosen, padding=-1, by_count=scale_grad_by_freq)
    if per_sample_weights is not None:
        picked = times(picked, take_index(per_sample_weights, index=(used,))[:, None])
    out = put_index(picked, index=(bag,), shape=shape)
    if mode == "mean":
        n = np.maximum(np.bincount(bag, minlength=bags.size), 1)[:, None]
        out = out / weight._wrap(finished(n, weight._data.dtype))
    return out


def _largest(weight: Tensor, chosen: Any, bag: Any, shape: tuple[int, int]) -> Tensor:
    """The largest of each column of a bag; the first of several"""
    values = float_of(weight._data)[chosen]
    filled, starts = np.unique(bag, return_index=True)
    if not filled.size:
        return put_index(take_index(weight, index=(chosen,)), index=(bag,), shape=shape)
    top = np.maximum.reduceat(values, starts, 0)
    place = np.repeat(np.arange(filled.size), np.diff(starts, append=bag.size))
    order = np.where(values == top[place], np.arange(bag.size)[:, None], bag.size - 1)
    first = np.minimum.reduceat(order, starts, 0)
    winners = take_index(weight, index=(chosen[first], np.broadcast_to(np.arange(shape[1]), first.shape)))
    return put_index(winners, index=(filled,), shape=shape)
