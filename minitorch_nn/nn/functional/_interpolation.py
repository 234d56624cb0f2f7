"""Resampling: each spatial axis by itself, as a choice of rows or as a matrix (size out, size in)."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ... import ops
from ...tensor import Tensor, tensor
from ._pooling import adaptive_avg_pool1d, adaptive_avg_pool2d

__all__ = ["interpolate", "upsample"]

_Array = np.ndarray[Any, Any]
_MATRIX_MODES = {"linear": 3, "bilinear": 4, "bicubic": 4}  # and the number of dimensions each one is for


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """(N, C, *) -> (N, C, *size): resample the spatial axes to `size`, or by `scale_factor`.

    size, scale_factor: one number, or one for each spatial axis; exactly one of the two is given.
    mode: 'nearest', 'nearest-exact', 'area', 'linear' (N, C, L), 'bilinear' and 'bicubic' (N, C, H, W).
    align_corners: the corner pixels of both images lie on one another; else their outer edges do. Not for 'nearest'.
    recompute_scale_factor: sample by size in / size out, not by `scale_factor` itself.
    antialias=True and volumes (N, C, D, H, W) raise NotImplementedError.

    Source: Keys 1981, Cubic Convolution Interpolation for Digital Image Processing, equation 4 with a = -3/4.
    """
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    axes = input.ndim - 2
    sizes, scales = _sizes(input, axes, size, scale_factor)
    if recompute_scale_factor:
        if size is not None:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        scales = None
    if antialias:
        raise NotImplementedError("interpolate: antialias=True is not available; leave it out, or resize with Pillow")
    if axes not in (1, 2) or mode not in ("nearest", "nearest-exact", "area", *_MATRIX_MODES):
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got "
            f"{input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | "
            f"nearest-exact (got {mode})\nAvailable here: 3D and 4D; nearest, nearest-exact, area, linear, bilinear, "
            "bicubic."
        )
    if _MATRIX_MODES.get(mode, input.ndim) != input.ndim:
        raise NotImplementedError(f"Got {input.ndim}D input, but {mode} mode needs {_MATRIX_MODES[mode]}D input")
    if mode == "area":
        return adaptive_avg_pool1d(input, sizes) if axes == 1 else adaptive_avg_pool2d(input, sizes)
    for axis, new in enumerate(sizes):
        old, scale = input.shape[2 + axis], None if scales is None else scales[axis]
        if mode in ("nearest", "nearest-exact"):
            rows = _nearest(old, new, scale, 0.5 if mode == "nearest-exact" else 0.0)
            input = ops.index_select(input, 2 + axis, tensor(rows))
        else:
            weights = input.new_tensor(_matrix(old, new, scale, mode == "bicubic", bool(align_corners)))
            input = weights @ input if axis < axes - 1 else input @ weights.T
    return input


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """The old name of `interpolate`."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def _sizes(input: Tensor, axes: int, size: Any, scale_factor: Any) -> tuple[list[int], list[float] | None]:
    """The size of each spatial axis of the result, and the scales that were given."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if size is not None:
        if not isinstance(size, (list, tuple)):
            return [size] * axes, None
        if len(size) != axes:
            raise ValueError(
                "Input and output must have the same number of spatial dimensions, but got input with spatial "
                f"dimensions of {list(input.shape[2:])} and output size of {size}. Please provide input tensor in "
                "(N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
            )
        return list(size), None
    scales = list(scale_factor) if isinstance(scale_factor, (list, tuple)) else [scale_factor] * axes
    if len(scales) != axes:
        raise ValueError(
            "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
            f"dimensions of {list(input.shape[2:])} and scale_factor of shape {scale_factor}. Please provide input "
            "tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
        )
    return [math.floor(old * scale) for old, scale in zip(input.shape[2:], scales, strict=True)], scales


def _nearest(old: int, new: int, scale: float | None, offset: float) -> _Array:
    """Which row each row of the result is."""
    step = np.float32(1 / scale if scale else old / new)  # PyTorch computes in float32 here
    rows = np.floor((np.arange(new, dtype=np.float32) + np.float32(offset)) * step)
    return np.minimum(rows, old - 1).astype(np.int64)  # type: ignore[no-any-return]


def _matrix(old: int, new: int, scale: float | None, cubic: bool, align_corners: bool) -> _Array:
    """(new, old): the share of each old row in each new one."""
    i = np.arange(new)
    if align_corners:
        at = i * ((old - 1) / (new - 1) if new > 1 else 0.0)
    else:
        at = (i + 0.5) * (1 / scale if scale else old / new) - 0.5
        at = at if cubic else np.maximum(at, 0)
    low = np.floor(at).astype(np.int64)
    if not cubic:
        low = np.minimum(low, old - 1)
    t = at - low
    matrix = np.zeros((new, old))
    taps = (
        [(-1, _cubic(t + 1)), (0, _cubic(t)), (1, _cubic(1 - t)), (2, _cubic(2 - t))] if cubic else [(0, 1 - t), (1, t)]
    )
    for offset, share in taps:
        np.add.at(matrix, (i, np.clip(low + offset, 0, old - 1)), share)  # beyond the edge, the edge pixel counts
    return matrix


def _cubic(d: _Array) -> Any:
    """Weight of a pixel at distance d, 0 to 2."""
    a = -0.75
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, far)
