"""Sequences of different lengths: the time steps of all of them, one step after the other, without padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import kind_name
from .indexing import put_index, take_index

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["pack_padded", "pad_packed"]


@op(
    name="PackPaddedSequenceBackward0",
    input=lambda g, index, input_shape: put_index(g, index=index, shape=input_shape),
)
def pack_steps(input: Tensor, *, index: Any) -> Tensor:
    """The elements (time, sequence) = index of input (T, N, *), as rows"""
    return input[index]


@op(name="PadPackedSequenceBackward0", data=lambda g, index: take_index(g, index=index))
def pad_steps(data: Tensor, *, index: Any, size: tuple[int, int], value: float) -> Tensor:
    """(T, N, *) of `value`, with the rows of data at (time, sequence) = index"""
    out = np.full((*size, *data.shape[1:]), value, data.dtype)  # type: ignore[call-overload]
    out[index] = data
    return out  # type: ignore[no-any-return]


def _steps(batch_sizes: Any) -> tuple[Any, Any]:
    """Time and sequence of each row of a packed tensor"""
    times = np.repeat(np.arange(len(batch_sizes)), batch_sizes)
    starts = np.repeat(np.cumsum(batch_sizes) - batch_sizes, batch_sizes)
    return times, np.arange(len(times)) - starts


def pack_padded(input: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """(T, N, *), decreasing lengths (N,) of int64 -> the rows (sum of lengths, *), how many sequences each step has (T',)

    Raises RuntimeError for lengths that are not positive, not decreasing, not one per sequence, or above T.
    """
    x, n = input._data, lengths._data
    if not x.size:
        raise RuntimeError("Cannot pack empty tensors.")
    if n.ndim != 1:
        raise RuntimeError(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {n.ndim}D cpu {kind_name(n)} tensor"
        )
    if n.size != x.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {n.size} (batch_size={x.shape[1]})"
        )
    if n[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if (n[1:] > n[:-1]).any():
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do "
            "not need ONNX exportability."
        )
    if n[0] > x.shape[0]:
        raise RuntimeError(f"Expected lengths of at most {x.shape[0]}, as many as there are steps, but got {n[0]}")
    sizes = (n[None, :] > np.arange(n[0])[:, None]).sum(1)
    return pack_steps(input, index=_steps(sizes)), input._wrap(sizes)


def pad_packed(data: Tensor, batch_sizes: Tensor, value: float, steps: int) -> tuple[Tensor, Tensor]:
    """The reverse of `pack_padded`: the padded (steps, N, *), and the lengths (N,)"""
    sizes = batch_sizes._data
    lengths = (sizes[:, None] > np.arange(sizes[0])).sum(0)
    padded = pad_steps(data, index=_steps(sizes), size=(steps, int(sizes[0])), value=value)
    return padded, data._wrap(lengths)
