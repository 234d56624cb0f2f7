"""Resampling to another size."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ... import ops
from ...tensor import Tensor
from ._pooling import adaptive_avg_pool1d, adaptive_avg_pool2d
from ._volumes import adaptive_avg_pool3d

__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

_MATRIX_MODES = {
    "linear": 3,
    "bilinear": 4,
    "bicubic": 4,
    "trilinear": 5,
}  # and the number of dimensions each one is for


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
    mode: 'nearest', 'nearest-exact', 'area', 'linear' (N, C, L), 'bilinear' and 'bicubic' (N, C, H, W),
        'trilinear' (N, C, D, H, W).
    align_corners: the corner pixels of both images lie on one another; else their outer edges do. Not for 'nearest'.
    recompute_scale_factor: sample by size in / size out, not by `scale_factor` itself.
    antialias=True raises NotImplementedError.

    Source: Keys 1981, Cubic Convolution Interpolation for Digital Image Processing, equation 4 with a = -3/4.
    """
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    axes = input.dim() - 2
    sizes, scales = _sizes(input, axes, size, scale_factor)
    if recompute_scale_factor:
        if size is not None:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        scales = None
    if antialias:
        raise NotImplementedError("interpolate: antialias=True is not available; leave it out, or resize with Pillow")
    known = mode in ("nearest", "nearest-exact", "area", *_MATRIX_MODES) and (axes, mode) != (3, "bicubic")
    if axes not in (1, 2, 3) or not known:
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got "
            f"{input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | "
            f"nearest-exact (got {mode})\nAvailable here: all of them but lanczos."
        )
    if _MATRIX_MODES.get(mode, input.ndim) != input.ndim:
        raise NotImplementedError(f"Got {input.ndim}D input, but {mode} mode needs {_MATRIX_MODES[mode]}D input")
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[axes - 1](input, sizes)
    if not isinstance(align_corners, (bool, type(None))):
        raise TypeError(
            f"upsample_{mode}{axes}d() received an invalid combination of arguments - got (Tensor, "
            f"{'NoneType' if size is None else 'list'}, {type(align_corners).__name__}, "
            f"{'NoneType' if scales is None else 'list'}), but expected one of:"
        )
    return ops.interpolate(input, tuple(sizes), None if scales is None else tuple(scales), mode, bool(align_corners))


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """The old name of `interpolate`."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of `interpolate` with mode='nearest'."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of `interpolate` with mode='bilinear', the corner pixels aligned."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


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
