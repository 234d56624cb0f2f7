"""`PackedSequence`: sequences of different lengths without their padding, as recurrent layers take them."""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import ops
from ..dtypes import dtype as DType
from ..dtypes import float16, float32, float64, int8, int16, int32, int64, uint8
from ..tensor import Tensor, arange, empty_like

__all__ = ["PackedSequence", "invert_permutation"]


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """The first steps of all sequences, then their second steps, and so on; longer sequences first.

    data: (sum of the lengths, *). batch_sizes: (T,) of int64, how many sequences have a step t.
    sorted_indices: (N,), the sequences by decreasing length, or None if they came so; unsorted_indices: its inverse.

    Made by `pack_padded_sequence` and `pack_sequence`. Indices are those of `nn.utils.rnn` in PyTorch.
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with its data converted as by `Tensor.to`; itself if that changes nothing."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else self._replace(data=data)

    def _as(self, dtype: DType) -> PackedSequence:
        return self.to(dtype)

    def double(self) -> PackedSequence:
        """The same with data of float64."""
        return self._as(float64)

    def float(self) -> PackedSequence:
        """The same with data of float32."""
        return self._as(float32)

    def half(self) -> PackedSequence:
        """The same with data of float16."""
        return self._as(float16)

    def long(self) -> PackedSequence:
        """The same with data of int64."""
        return self._as(int64)

    def int(self) -> PackedSequence:
        """The same with data of int32."""
        return self._as(int32)

    def short(self) -> PackedSequence:
        """The same with data of int16."""
        return self._as(int16)

    def char(self) -> PackedSequence:
        """The same with data of int8."""
        return self._as(int8)

    def byte(self) -> PackedSequence:
        """The same with data of uint8."""
        return self._as(uint8)

    def cpu(self) -> PackedSequence:
        """It is on the CPU already: itself."""
        return self

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Raises RuntimeError: there is only the CPU."""
        return self._replace(data=self.data.cuda(*args, **kwargs))

    def pin_memory(self) -> PackedSequence:
        """No effect without a GPU: itself."""
        return self

    def is_pinned(self) -> bool:
        """False."""
        return False

    @property
    def is_cuda(self) -> bool:
        """False."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes this one, both (N,) of int64; None stays None."""
    if permutation is None:
        return None
    output = empty_like(permutation)
    output.scatter_(0, permutation, arange(0, permutation.numel()))  # type: ignore[no-untyped-call]
    return output


def permuted(x: Tensor, permutation: Tensor | None, dim: int = 1) -> Tensor:
    """x with the elements of `dim` in another order"""
    return x if permutation is None else ops.index_select(x, dim, permutation)


def run_in_parts(
    layer: Any, reverse: bool, x: Tensor, batch_sizes: list[int], weights: Any, state: list[Tensor]
) -> tuple[Tensor, ...]:
    """One layer, in one direction, over the rows of a PackedSequence: its output, and the state after each sequence.

    Steps with the same number of sequences are one call of the layer. Forwards, sequences end between the calls: their
    states are laid aside. Backwards they begin there: with the first state of theirs.
    """
    parts: list[tuple[int, int]] = []  # (steps, sequences)
    for n in batch_sizes:
        steps = parts.pop()[0] if parts and parts[-1][1] == n else 0
        parts.append((steps + 1, n))
    blocks = ops.split(x, [steps * n for steps, n in parts])
    order = range(len(parts) - 1, -1, -1) if reverse else range(len(parts))
    begin, now = state, [s[: parts[order[0]][1]] for s in state]
    ended: list[list[Tensor]] = []
    outputs: dict[int, Tensor] = {}
    for k in order:
        steps, n = parts[k]
        before = len(now[0])
        if n < before:
            ended.append([s[n:] for s in now])
            now = [s[:n] for s in now]
        elif n > before:
            now = [ops.cat([s, b[before:n]]) for s, b in zip(now, begin, strict=True)]
        output, *rest = layer(reverse, blocks[k].reshape(steps, n, x.shape[-1]), *weights, *now)
        now = [output[0 if reverse else -1], *rest]
        outputs[k] = output.reshape(steps * n, output.shape[-1])
    last = [ops.cat(list(s)) for s in zip(now, *reversed(ended), strict=True)] if ended else now
    rows = [outputs[k] for k in range(len(parts))]
    return (rows[0] if len(rows) == 1 else ops.cat(rows)), *last
