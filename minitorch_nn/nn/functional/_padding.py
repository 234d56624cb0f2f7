"""Padding, taking images apart into patches, and shuffling pixels and channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ... import ops
from ...tensor import Tensor

__all__ = [
    "channel_shuffle",
    "fold",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "unfold",
]

_Size = int | Sequence[int]


def _pair(size: Any) -> tuple[Any, ...]:
    return tuple(size) if isinstance(size, Iterable) else (size, size)


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Enlarge the last dimensions. pad: (before, after) of the last one, then of the one before it, and so on.

    mode: 'constant' (filled with `value`, 0 by default; negative padding crops), 'reflect', 'replicate', 'circular'.
    """
    return ops.pad(input, pad, mode, value)


def unfold(input: Tensor, kernel_size: _Size, dilation: _Size = 1, padding: _Size = 0, stride: _Size = 1) -> Tensor:
    """(N, C, H, W) -> (N, C * kh * kw, L): each of the L windows as a column."""
    return ops.unfold(input, _pair(kernel_size), _pair(dilation), _pair(padding), _pair(stride))


def fold(
    input: Tensor,
    output_size: _Size,
    kernel_size: _Size,
    dilation: _Size = 1,
    padding: _Size = 0,
    stride: _Size = 1,
) -> Tensor:
    """(N, C * kh * kw, L) -> (N, C, *output_size): columns added up where their windows overlap."""
    sizes = (output_size, kernel_size, dilation, padding, stride)
    return ops.fold(input, *map(_pair, sizes))


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """(*, C r², H, W) -> (*, C, H r, W r), r = upscale_factor.

    Source: Shi et al. 2016, Real-Time Single Image and Video Super-Resolution.
    """
    r = upscale_factor
    if input.ndim < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
    *lead, c, h, w = input.shape
    if c % (r * r) != 0:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={c} is not divisible by {r * r}"
        )
    n = len(lead)
    split = input.reshape(*lead, c // (r * r), r, r, h, w)
    return split.permute(*range(n + 1), n + 3, n + 1, n + 4, n + 2).reshape(*lead, c // (r * r), h * r, w * r)  # type: ignore[no-any-return]


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """(*, C, H r, W r) -> (*, C r², H, W), r = downscale_factor: the reverse of `pixel_shuffle`."""
    r = downscale_factor
    if input.ndim < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
    *lead, c, h, w = input.shape
    for axis, size in (("height", h), ("width", w)):
        if size % r != 0:
            raise RuntimeError(
                f"pixel_unshuffle expects {axis} to be divisible by downscale_factor, "
                f"but input.size({-2 if axis == 'height' else -1})={size} is not divisible by {r}"
            )
    n = len(lead)
    split = input.reshape(*lead, c, h // r, r, w // r, r)
    return split.permute(*range(n + 1), n + 2, n + 4, n + 1, n + 3).reshape(*lead, c * r * r, h // r, w // r)  # type: ignore[no-any-return]


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """(N, C, *) -> the same: the channels, in `groups` groups, interleaved.

    Source: Zhang et al. 2018, ShuffleNet.
    """
    n, c = input.shape[:2]
    if c % groups != 0:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.")
    return input.reshape(n, groups, c // groups, *input.shape[2:]).transpose(1, 2).reshape(input.shape)  # type: ignore[no-any-return]
