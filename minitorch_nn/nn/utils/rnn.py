"""Sequences of different lengths: padding and packing them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ... import ops
from ...dtypes import int64
from ...tensor import Tensor, arange, as_tensor, full
from ..packed import PackedSequence, invert_permutation, permuted

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """(T, N, *), or with batch_first (N, T, *), and lengths (N,) -> the PackedSequence without the padding.

    enforce_sorted: the lengths have to be decreasing; else the sequences are sorted, and results of recurrent layers
    come in the order of the input nevertheless.

    Raises RuntimeError for lengths that do not fit; PyTorch takes those above T, and packs fewer rows than they say.
    """
    n = lengths.to(int64) if isinstance(lengths, Tensor) else as_tensor(lengths, dtype=int64)
    order = None
    if not enforce_sorted:
        n, order = ops.sort(n, descending=True)
        input = permuted(input, order, 0 if batch_first else 1)
    data, batch_sizes = ops.pack_padded(input.transpose(0, 1) if batch_first else input, n)
    return PackedSequence(data, batch_sizes, order, None)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """The reverse of `pack_padded_sequence`: the padded (T, N, *), or with batch_first (N, T, *), and the lengths (N,).

    total_length: pad to this length, not to that of the longest sequence; a smaller one raises ValueError.
    """
    steps = len(sequence.batch_sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {steps}"
            )
        steps = total_length
    padded, lengths = ops.pad_packed(sequence.data, sequence.batch_sizes, padding_value, steps)
    padded = padded.transpose(0, 1) if batch_first else padded
    order = sequence.unsorted_indices
    return permuted(padded, order, 0 if batch_first else 1), permuted(lengths, order, 0)


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """N tensors (L_i, *) -> (T, N, *), or with batch_first (N, T, *), T being the largest L_i.

    padding_side: 'right' or 'left', where shorter ones are filled up with padding_value.
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    listed = tuple(sequences)
    if not listed:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    longest = max(s.size(0) for s in listed)
    first = listed[0]
    size = (longest, len(listed)) if not batch_first else (len(listed), longest)
    out = full((*size, *first.shape[1:]), padding_value, dtype=first.dtype)
    for k, s in enumerate(listed):
        here = slice(0, s.size(0)) if padding_side == "right" else slice(longest - s.size(0), longest)
        out[(k, here) if batch_first else (here, k)] = s
    return out


def unpad_sequence(padded_sequences: Tensor, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """The reverse of `pad_sequence`: (T, N, *), lengths (N,) -> N tensors (L_i, *).

    As in PyTorch, without batch_first padded_sequences itself is transposed in place.
    """
    if not batch_first:
        padded_sequences.transpose_(0, 1)
    steps = arange(padded_sequences.shape[1])
    return [s[steps < n] for s, n in zip(padded_sequences, lengths, strict=True)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """N tensors (L_i, *) -> a PackedSequence: `pad_sequence`, then `pack_padded_sequence`."""
    lengths = as_tensor([v.size(0) for v in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The reverse of `pack_sequence`."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
