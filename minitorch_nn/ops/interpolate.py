"""Resampling of signals and images: each spatial dimension by itself, as weighted sums of a few rows."""

from __future__ import annotations

from operator import index as whole
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, supports
from .indexing import add_rows
from .memory import image_like

if TYPE_CHECKING:
    from ..tensor import Tensor

Array = np.ndarray[Any, Any]
Taps = tuple[tuple[int, tuple[tuple[Array, Array | None], ...]], ...]
"""For each dimension that is resampled, pairs (rows, shares): the result is the sum of the rows times their shares."""


# The operations -------------------------------------------------------------------------------------------------------
def _resample(x: Any, taps: Taps) -> Any:
    for dim, pairs in taps:
        total = None
        for rows, shares in pairs:
            part = image_like(x, (*x.shape[:dim], len(rows), *x.shape[dim + 1 :]))
            np.take(x, rows, dim, out=part, mode="clip")
            if shares is not None:
                part *= _along(shares, dim, x)
            total = part if total is None else np.add(total, part, out=total)
        x = total
    return x


def _along(shares: Array, dim: int, x: Any) -> Array:
    return shares.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - dim - 1))  # type: ignore[no-any-return]


@op(name="UpsampleBackwardBackward0", g=lambda gg, taps: _resample_again(gg, taps=taps))
def spread_taps(g: Tensor, *, taps: Taps, shape: tuple[int, ...]) -> Tensor:
    """The reverse of resampling: each row gets back what it gave"""
    for dim, pairs in reversed(taps):
        out = image_like(g, (*g.shape[:dim], shape[dim], *g.shape[dim + 1 :]))
        out[...] = 0
        for rows, shares in pairs:
            part = g if shares is None else g * _along(shares, dim, g)
            add_rows(np.moveaxis(out, dim, 0), rows, np.moveaxis(part, dim, 0))  # type: ignore[type-var]
        g = out
    return g


def _named(kernel: str, node: str) -> Any:
    """The operation under PyTorch's name for a mode and a number of dimensions"""

    @supports(FLOATS, kernel)
    def resampled(input: Any, *, taps: Taps) -> Any:
        """(N, C, ...) with its spatial dimensions resampled"""
        return _resample(input, taps)

    resampled.__name__ = kernel
    return op(name=node, input=lambda g, taps, input_shape: spread_taps(g, taps=taps, shape=input_shape))(resampled)


_OPERATIONS = {
    ("nearest", 1): _named("upsample_nearest1d", "UpsampleNearest1DBackward0"),
    ("nearest", 2): _named("upsample_nearest2d", "UpsampleNearest2DBackward0"),
    ("nearest-exact", 1): _named("_upsample_nearest_exact1d", "UpsampleNearestExact1DBackward0"),
    ("nearest-exact", 2): _named("_upsample_nearest_exact2d", "UpsampleNearestExact2DBackward0"),
    ("nearest", 3): _named("upsample_nearest3d", "UpsampleNearest3DBackward0"),
    ("nearest-exact", 3): _named("_upsample_nearest_exact3d", "UpsampleNearestExact3DBackward0"),
    ("trilinear", 3): _named("upsample_trilinear3d", "UpsampleTrilinear3DBackward0"),
    ("linear", 1): _named("upsample_linear1d", "UpsampleLinear1DBackward0"),
    ("bilinear", 2): _named("upsample_bilinear2d", "UpsampleBilinear2DBackward0"),
    ("bicubic", 2): _named("upsample_bicubic2d", "UpsampleBicubic2DBackward0"),
}
_resample_again = _OPERATIONS["nearest", 2]


# Which rows, in which shares ------------------------------------------------------------------------------------------
def _nearest(old: int, new: int, scale: float | None, offset: float) -> Array:
    """Which row each row of the result is"""
    step = np.float32(1 / scale if scale else old / new)  # PyTorch computes in float32 here
    rows = np.floor((np.arange(new, dtype=np.float32) + np.float32(offset)) * step)
    return np.minimum(rows, old - 1).astype(np.int64)  # type: ignore[no-any-return]


def _places(old: int, new: int, scale: float | None, align_corners: bool) -> Array:
    """Where in the input each row of the result lies"""
    i = np.arange(new)
    if align_corners:
        return i * ((old - 1) / (new - 1) if new > 1 else 0.0)
    return (i + 0.5) * (1 / scale if scale else old / new) - 0.5


def _linear(at: Array, old: int) -> list[tuple[Array, Array]]:
    at = np.maximum(at, 0)
    low = np.minimum(np.floor(at).astype(np.int64), old - 1)
    return [(low, 1 - (at - low)), (np.minimum(low + 1, old - 1), at - low)]


def _cubic(at: Array, old: int) -> list[tuple[Array, Array]]:
    """Four neighbours; beyond the edge the edge counts

    Source: Keys 1981, Cubic Convolution Interpolation for Digital Image Processing, equation 4 with a = -3/4.
    """
    low = np.floor(at).astype(np.int64)
    t = at - low
    near = [(low + k, _keys(np.abs(t - k))) for k in (-1, 0, 1, 2)]
    return [(np.clip(rows, 0, old - 1), share) for rows, share in near]


def _keys(d: Array) -> Array:
    a = -0.75
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, far)


def interpolate(
    input: Tensor, size: tuple[int, ...], scales: tuple[float, ...] | None, mode: str, align_corners: bool = False
) -> Tensor:
    """(N, C, *) -> (N, C, *size); mode: nearest, nearest-exact, linear, bilinear, trilinear or bicubic

    scales: if given, sampled by these instead of by size out / size in.
    """
    old, size = input._data.shape[2:], tuple(map(whole, size))
    if min(*old, *size) < 1:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({_letters(old)}) output ({_letters(size)})"
        )
    if not input._data.shape[1]:
        raise RuntimeError(
            f"Non-empty {input._data.ndim}D data tensor expected but got a tensor with sizes {list(input._data.shape)}"
        )
    taps: list[Any] = []
    for k, (n, m) in enumerate(zip(old, size, strict=True)):
        scale = None if scales is None else scales[k]
        pairs: Any
        if mode in ("nearest", "nearest-exact"):
            pairs = [(_nearest(n, m, scale, 0.5 if mode == "nearest-exact" else 0.0), None)]
        else:
            pairs = (_cubic if mode == "bicubic" else _linear)(_places(n, m, scale, align_corners), n)
        taps.append((2 + k, tuple(pairs)))
    return _OPERATIONS[mode, len(old)](input, taps=tuple(taps))  # type: ignore[no-any-return]


def _letters(size: tuple[int, ...]) -> str:
    return ", ".join(f"{letter}: {n}" for letter, n in zip("DHW"[3 - len(size) :], size, strict=True))
