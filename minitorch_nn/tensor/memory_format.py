"""The order of dimensions in memory, where it was asked for: `x.contiguous(memory_format=torch.channels_last)`.

What is asked for is what `stride()` and `is_contiguous()` show. Results of operations are row by row to the user, in
whichever order their inputs lie; PyTorch keeps channels-last through convolutions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .. import ops
from ..autograd.arrays import is_hidden, settle
from ..layout import RANK, check_memory_format, contiguous_format, memory_format, preserve_format

if TYPE_CHECKING:
    from ._tensor import Tensor


def is_contiguous(self: Tensor, memory_format: memory_format = contiguous_format) -> bool:
    """Whether the elements lie in memory row by row, or with channels last for that format."""
    order = check_memory_format(memory_format)
    if order is contiguous_format:
        return bool(self._data.flags.c_contiguous or (self._view is None and is_hidden(self._data)))
    if order is preserve_format:
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return self._data.ndim == RANK[order] and bool(np.moveaxis(settle(self), 1, -1).flags.c_contiguous)


def laid_out(t: Any, order: memory_format) -> Any:
    """t in that order: itself where it lies so already.

    Raises:
        RuntimeError: channels-last of a tensor that has not 4 (5 for `channels_last_3d`) dimensions.
    """
    if check_memory_format(order) is preserve_format:
        return t
    if order is contiguous_format:
        return ops.contiguous(t)
    if t.ndim != RANK[order]:
        raise RuntimeError(f"required rank {RANK[order]} tensor to use {order.name} format")
    if is_contiguous(t, order):
        return t
    n = t.ndim
    return ops.permute(ops.contiguous(ops.permute(t, (0, *range(2, n), 1))), (0, n - 1, *range(1, n - 1)))


def contiguous(self: Tensor, memory_format: memory_format = contiguous_format) -> Tensor:
    """self with its elements in that order in memory, row by row by default; a copy only where they are not."""
    return cast("Tensor", laid_out(self, memory_format))


def clone(input: Tensor, *, memory_format: memory_format = preserve_format) -> Tensor:
    """A copy, in the graph"""
    copy = ops.clone(input)
    return copy if memory_format is preserve_format else cast("Tensor", laid_out(copy, memory_format))


def like(t: Tensor, order: memory_format) -> Tensor:
    """A new tensor t, in that order; a leaf as before"""
    if order is preserve_format:
        return t
    requires, t._requires = t._requires, False
    t = laid_out(t, order)
    t._requires = requires
    return t
