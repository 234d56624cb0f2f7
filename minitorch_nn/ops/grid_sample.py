"""Sampling an image at the places that a grid names: grid_sample, affine_grid.

Source: Jaderberg et al. 2015, Spatial Transformer Networks, sections 3.2 and 3.3.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._bfloat16 import finished
from ..autograd.op import op
from .checks import kind_name
from .choose import where
from .indexing import put_index, take_index
from .join import stack_arrays
from .linalg import matmul
from .reduction import sum_dims
from .shape import permute_dims, transpose

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["affine_grid_generator", "grid_sampler"]

Shape = tuple[int, ...]


# Coordinates ----------------------------------------------------------------------------------------------------------
def _values(x: Any) -> Any:
    return getattr(x, "_data", x)


def _clip(x: Any, size: int) -> tuple[Any, Any]:
    """x held in [0, size - 1], and its slope: 0 where it was held, and at the bounds"""
    raw = _values(x)
    inside = (raw > 0) & (raw < size - 1)
    bound = np.where(raw >= size - 1, size - 1, 0).astype(raw.dtype)
    return where(inside, x, bound), inside


def _reflect(x: Any, low: float, high: float) -> tuple[Any, Any]:
    """x mirrored at the bounds low and high as often as needed, and its slope, 1 or -1"""
    raw, span = _values(x), high - low
    if span == 0:
        return where(np.zeros(raw.shape, bool), x, np.zeros_like(raw)), np.zeros_like(raw)
    d = np.abs(raw - low)
    rest, odd = np.fmod(d, span), np.floor(d / span) % 2 == 1
    slope = np.where(raw < low, -1, 1).astype(raw.dtype)
    slope[odd] *= -1
    value = np.where(odd, span - rest, rest) + low
    return (value if raw is x else x * slope + (value - raw * slope)), slope


def _padded(x: Any, size: int, padding: str, align_corners: bool) -> tuple[Any, Any]:
    """The coordinate inside the image that stands for x, and its slope"""
    if padding == "zeros":
        return x, 1
    slope: Any = 1
    if padding == "reflection":
        x, slope = _reflect(x, *((0, size - 1) if align_corners else (-0.5, size - 0.5)))
    x, inside = _clip(x, size)
    return x, slope * inside


class _Tap(NamedTuple):
    """A row of one dimension that the result takes from: which, its share, and the share's slope by the grid."""

    row: Any
    share: Any
    slope: Any


def _whole(x: Any) -> Any:
    """x as int64; what no row can be is -1000000: it lies outside"""
    return np.where(np.abs(x) < 1e6, x, -1e6).astype(np.int64)


def _taps(x: Any, size: int, mode: str, padding: str, align_corners: bool) -> list[_Tap]:
    """x: (N, *) in [-1, 1]"""
    scale = (size - 1) / 2 if align_corners else size / 2
    x = (x + 1) * scale if align_corners else ((x + 1) * size - 1) / 2
    if mode == "bicubic":
        low = np.floor(_values(x))
        t = x - low
        taps = []
        for k in (-1, 0, 1, 2):
            row, _ = _padded(low + k, size, padding, align_corners)
            share, slope = _keys(t, k)
            taps.append(_Tap(_whole(row), share, slope * scale))
        return taps
    x, slope = _padded(x, size, padding, align_corners)
    if mode == "nearest":
        return [_Tap(_whole(np.rint(_values(x))), 1, 0)]
    low = np.floor(_values(x))
    part = x - low
    return [_Tap(_whole(low), 1 - part, -scale * slope), _Tap(_whole(low) + 1, part, scale * slope)]


def _keys(t: Any, k: int) -> tuple[Any, Any]:
    """The share of the neighbour k of a point at t in [0, 1), and its slope by t

    Source: Keys 1981, Cubic Convolution Interpolation for Digital Image Processing, equation 4 with a = -3/4.
    """
    a = -0.75
    d, sign = (t - k, 1) if k <= 0 else (k - t, -1)
    if k in (0, 1):
        return ((a + 2) * d - (a + 3)) * d * d + 1, sign * ((3 * (a + 2)) * d - 2 * (a + 3)) * d
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a, sign * ((3 * a * d - 10 * a) * d + 8 * a)


# The operation --------------------------------------------------------------------------------------------------------
def _corners(grid: Any, shape: Shape, mode: str, padding: str, align_corners: bool) -> Iterator[tuple[Any, Any, Any]]:
    """(taps, one of each dimension; the index of their values in the image; where they lie inside it)"""
    sizes = shape[2:]
    last = len(sizes) - 1  # a grid names x first, the last dimension of the image
    each = [
        _taps(take_index(grid, index=(..., last - d)), n, mode, padding, align_corners) for d, n in enumerate(sizes)
    ]
    batch = np.arange(shape[0]).reshape(-1, *(1,) * len(sizes))
    for taps in itertools.product(*each):
        inside = np.ones(_values(grid).shape[:-1], bool)
        rows = []
        for tap, n in zip(taps, sizes, strict=True):
            inside &= (tap.row >= 0) & (tap.row < n)
            rows.append(np.clip(tap.row, 0, n - 1))
        yield taps, (batch, slice(None), *rows), inside


def _product(factors: Sequence[Any]) -> Any:
    return math.prod(factors) if factors else 1


def _wide(x: Any) -> Any:
    """(N, *) beside (N, *, C)"""
    return x[..., None]


def _last(x: Any) -> Any:
    """(N, C, *) -> (N, *, C)"""
    n = len(_values(x).shape)
    return permute_dims(x, dims=(0, *range(2, n), 1))


def _masked(share: Any, inside: Any, dtype: Any) -> Any:
    share = share if hasattr(share, "shape") else np.full(inside.shape, share, dtype)
    return _wide(where(inside, share, np.zeros((), dtype)))


def _grad_input(g: Any, grid: Any, shape: Shape, mode: str, padding: str, align_corners: bool) -> Any:
    total: Any = None
    g = _last(g)
    for taps, index, inside in _corners(grid, shape, mode, padding, align_corners):
        share = _masked(_product([tap.share for tap in taps]), inside, _values(g).dtype)
        part = put_index(g * share, index=index, shape=shape)
        total = part if total is None else total + part
    return total


def _grad_grid(g: Any, input: Any, grid: Any, mode: str, padding: str, align_corners: bool) -> Any:
    places = _values(grid)
    if mode == "nearest":
        return np.zeros_like(places)
    g = _last(g)
    dims = places.shape[-1]
    totals: list[Any] = [0] * dims
    for taps, index, inside in _corners(grid, _values(input).shape, mode, padding, align_corners):
        value = sum_dims(g * take_index(input, index=index), dim=(places.ndim - 1,), keepdim=False)
        for d, tap in enumerate(taps):
            slope = tap.slope * _product([other.share for e, other in enumerate(taps) if e != d])
            slope = slope if hasattr(slope, "shape") else np.full(inside.shape, slope, places.dtype)
            totals[d] = totals[d] + value * where(inside, slope, np.zeros((), places.dtype))
    return stack_arrays(*reversed(totals), dim=places.ndim - 1)


def _sample(input: Any, grid: Any, mode: str, padding: str, align_corners: bool) -> Any:
    out = np.zeros((*grid.shape[:-1], input.shape[1]), input.dtype)
    for taps, index, inside in _corners(grid, input.shape, mode, padding, align_corners):
        out += _masked(_product([tap.share for tap in taps]), inside, input.dtype) * input[index]
    return np.ascontiguousarray(np.moveaxis(out, -1, 1))


def _named(dims: int) -> Any:
    def sampled(input: Tensor, grid: Tensor, *, mode: str, padding: str, align_corners: bool) -> Tensor:
        """input (N, C, *) at the places of grid (N, *, dims)"""
        return _sample(input, grid, mode, padding, align_corners)  # type: ignore[no-any-return]

    sampled.__name__ = f"grid_sampler_{dims}d"
    return op(
        name=f"GridSampler{dims}DBackward0",
        input=lambda g, grid, input_shape, mode, padding, align_corners: _grad_input(
            g, grid, input_shape, mode, padding, align_corners
        ),
        grid=lambda g, input, grid, mode, padding, align_corners: _grad_grid(
            g, input, grid, mode, padding, align_corners
        ),
    )(sampled)


_SAMPLERS = {2: _named(2), 3: _named(3)}


def grid_sampler(input: Tensor, grid: Tensor, mode: str, padding: str, align_corners: bool) -> Tensor:
    """input (N, C, H, W), grid (N, H', W', 2) of (x, y) in [-1, 1] -> (N, C, H', W'); or with a third dimension

    mode: 'bilinear', 'nearest', or, in two dimensions, 'bicubic'. padding: 'zeros', 'border' or 'reflection' is what
    lies outside of [-1, 1]. align_corners: -1 and 1 are the centres of the corner pixels, else the corners of these.
    """
    x, at = input._data, grid._data
    for k, size in enumerate(x.shape[2:]):
        if not size:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                f"{list(x.shape)} with dimension {k + 2} being empty"
            )
    sizes = f"input with sizes {list(x.shape)} and grid with sizes {list(at.shape)}"
    if x.shape[:1] != at.shape[:1]:
        raise RuntimeError(f"grid_sampler(): expected grid and input to have same batch size, but got {sizes}")
    if at.shape[-1] != x.ndim - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {x.ndim - 2} in last dimension, but got grid with sizes "
            f"{list(at.shape)}"
        )
    if x.ndim not in (4, 5) or at.ndim != x.ndim:
        raise RuntimeError(
            f"grid_sampler(): expected {4 if x.ndim == 4 else 5}D input and grid with same number of dimensions, but got "
            f"{sizes}"
        )
    if mode == "bicubic" and x.ndim != 4:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if x.dtype != at.dtype:
        raise RuntimeError(f"expected scalar type {kind_name(x)} but found {kind_name(at)}")
    sampler = _SAMPLERS[x.ndim - 2]
    return sampler(input, grid, mode=mode, padding=padding, align_corners=align_corners)  # type: ignore[no-any-return]


def _from_minus_one(n: int, dtype: Any) -> Any:
    """n numbers from -1 to 1, rounded as PyTorch does: a point that falls on a pixel or just beside it has another slope"""
    if n == 1:
        return np.zeros(1, dtype)
    steps = np.arange(n, dtype=np.float64)
    width = np.float64(dtype(2 / (n - 1)))  # rounded, as all is once at the end
    return np.where(steps < n // 2, width * steps - 1, 1 - width * (n - 1 - steps)).astype(dtype)


def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Tensor:
    """theta (N, 2, 3), size (N, C, H, W) -> (N, H, W, 2): where each point (x, y, 1) of the output lies in the input

    Or theta (N, 3, 4), size (N, C, D, H, W) -> (N, D, H, W, 3).
    """
    batch, spatial = size[0], tuple(size[2:])
    lines = []
    for n in spatial:
        line = _from_minus_one(n, np.float64 if theta._data.dtype == np.float64 else np.float32)
        lines.append(line if align_corners else line * (n - 1) / n)
    points = np.stack([*reversed(np.meshgrid(*lines, indexing="ij")), np.ones(spatial, lines[0].dtype)], -1)
    base = finished(points.reshape(1, -1, len(spatial) + 1), theta._data.dtype)
    base = np.broadcast_to(base, (batch, *base.shape[1:]))
    if theta._data.shape[0] != batch:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {len(spatial) + 1}] but got: "
            f"[{theta._data.shape[0]}, {theta._data.shape[2]}]."
        )
    grid = matmul(theta._wrap(base), transpose(theta, 1, 2))
    return grid.reshape(batch, *spatial, len(spatial))  # type: ignore[no-any-return]
