"""Windows of an image as columns, and the columns put back: unfold and fold."""

from __future__ import annotations

from operator import index as whole
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backends
from ..autograd.op import op
from .checks import not_implemented
from .dims import one_dim
from .pooling import with_batch

if TYPE_CHECKING:
    from ..tensor import Tensor

Pair = tuple[int, int]


@op(
    name="Im2ColBackward0",
    input=lambda g, input_shape, kernel_size, dilation, padding, stride: fold_columns(
        g, output_size=input_shape[-2:], kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    ),
)
@with_batch(4)
def unfold_columns(input: Tensor, *, kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Tensor:
    """(N, C, H, W) -> (N, C * kh * kw, windows)"""
    return np.ascontiguousarray(backends.kernels.unfold(input, kernel_size, dilation, padding, stride))  # type: ignore[return-value]


@op(
    name="Col2ImBackward0",
    input=lambda g, kernel_size, dilation, padding, stride: unfold_columns(
        g, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    ),
)
@with_batch(3)
def fold_columns(
    input: Tensor, *, output_size: Pair, kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> Tensor:
    """(N, C * kh * kw, windows) -> (N, C, H, W), overlapping windows added"""
    return backends.kernels.fold(input, output_size, kernel_size, dilation, padding, stride)  # type: ignore[no-any-return]


def _pairs(**values: Any) -> dict[str, Pair]:
    """Each argument as a pair, checked"""
    pairs = {}
    for name, value in values.items():
        numbers = tuple(whole(v) for v in value) if isinstance(value, (tuple, list)) else (whole(value),)
        if len(numbers) not in (1, 2):
            raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(numbers)}")
        pairs[name] = (numbers[0], numbers[-1])
    for name, what in (("kernel_size", "kernel"), ("dilation", "dilation"), ("stride", "stride")):
        h, w = pairs[name]
        if min(h, w) <= 0:
            raise RuntimeError(
                f"{name.replace('_', ' ')} should be greater than zero, but got {what}_height: {h} {what}_width: {w}"
            )
    if min(pairs["padding"]) < 0:
        h, w = pairs["padding"]
        raise RuntimeError(f"padding should be non-negative, but got pad_height: {h} pad_width: {w}")
    return pairs


def _counts(size: Any, kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair) -> tuple[int, int]:
    """How many windows fit in each direction"""
    rows, columns = (
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, d, p, s in zip(size, kernel_size, dilation, padding, stride, strict=True)
    )
    return rows, columns


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """(N, C, H, W) -> (N, C * kh * kw, windows): each window as a column; also (C, H, W)"""
    pairs = _pairs(kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    shape = input._data.shape
    if len(shape) < 3:  # PyTorch asks for the size of a dimension that there is not
        if not shape:
            raise IndexError("Dimension specified as 1 but tensor has no dimensions")
        one_dim(len(shape), len(shape))
    if len(shape) not in (3, 4) or not all(shape[-3:]):
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
            f"got: {list(shape)}"
        )
    counts = _counts(shape[-2:], **pairs)
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {shape[-2:]}, kernel_size={pairs['kernel_size']}, "
            f"dilation={pairs['dilation']}, padding={pairs['padding']}, calculated shape of the array of sliding blocks as "
            f"{counts}, but its components must be at least one."
        )
    if input._data.dtype.kind in "iu":
        raise not_implemented("im2col_out_cpu", input)
    return unfold_columns(input, **pairs)


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """(N, C * kh * kw, windows) -> (N, C, H, W): the columns put back, overlaps added; also without N"""
    pairs = _pairs(output_size=output_size, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    size = pairs.pop("output_size")
    shape, kernel = input._data.shape, pairs["kernel_size"]
    if len(shape) not in (2, 3) or not all(shape[-2:]):
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
            f"but got: {list(shape)}"
        )
    if shape[-2] % (kernel[0] * kernel[1]):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[-2]} and kernel_size={kernel}."
        )
    rows, columns = _counts(size, **pairs)
    if rows * columns != shape[-1]:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={pairs['dilation']}, padding={pairs['padding']}, "
            f"stride={pairs['stride']}, expected size of input's dimension 2 to match the calculated number of sliding "
            f"blocks {rows} * {columns} = {rows * columns}, but got input.size(2)={shape[-1]}."
        )
    return fold_columns(input, output_size=size, **pairs)
