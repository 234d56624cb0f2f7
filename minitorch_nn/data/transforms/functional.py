"""What the transforms do to an image, under torchvision's names: crop, pad, flip, resize, convert, normalise.

An image is a Pillow image, or a Tensor or array of shape (..., H, W), channels before rows: (C, H, W) for one image,
(N, C, H, W) for a batch. What comes in as one kind goes out as the same kind; inputs are not changed. Only `to_tensor`
and `pil_to_tensor` take arrays (H, W, C), as torchvision's do. Tensors must not require a gradient: the transforms are
no part of the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
from PIL import Image

from ... import dtypes
from .convert import (
    Array,
    convert_image_dtype,
    get_dimensions,
    normalize,
    on_tensors,
    pil_to_tensor,
    to_pil_image,
    to_tensor,
)

__all__ = [
    "InterpolationMode",
    "center_crop",
    "convert_image_dtype",
    "crop",
    "get_dimensions",
    "hflip",
    "normalize",
    "pad",
    "pil_to_tensor",
    "resize",
    "resized_crop",
    "rgb_to_grayscale",
    "to_pil_image",
    "to_tensor",
    "vflip",
]


class InterpolationMode(Enum):
    """How new pixels are made out of old ones; `antialias` is always on, as for Pillow images in torchvision."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


@on_tensors
def hflip(img: Any) -> Any:
    """Left becomes right."""
    if isinstance(img, Image.Image):
        return img.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.ascontiguousarray(img[..., ::-1])


@on_tensors
def vflip(img: Any) -> Any:
    """Top becomes bottom."""
    if isinstance(img, Image.Image):
        return img.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return np.ascontiguousarray(img[..., ::-1, :])


def padding_ltrb(padding: int | Sequence[int]) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of a number, a pair (left and right, top and bottom), or four."""
    if not isinstance(padding, (int, tuple, list)):
        raise TypeError("Got inappropriate padding arg")
    sides = [padding] if isinstance(padding, int) else list(padding)
    if len(sides) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(sides)} element tuple")
    if min(sides) < 0:
        raise ValueError(f"Padding must not be negative, but got {padding}; use a crop")
    left, top, right, bottom = (sides * 4)[:4]
    return left, top, right, bottom


@on_tensors
def pad(img: Any, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant") -> Any:
    """Add a border. padding: one width, (left and right, top and bottom), or (left, top, right, bottom).

    fill: a number, or one per channel, for padding_mode "constant"; "edge", "reflect" and "symmetric" are as in
    `numpy.pad`. Raises TypeError or ValueError for anything else.
    """
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    if not isinstance(fill, (int, float, str, tuple, list)):
        raise TypeError("Got inappropriate fill arg")
    left, top, right, bottom = padding_ltrb(padding)
    if not isinstance(img, Image.Image):
        return _pad_array(img, left, top, right, bottom, fill, padding_mode)
    if padding_mode != "constant":
        sides = [(top, bottom), (left, right)] + [(0, 0)] * (len(img.getbands()) > 1)
        result = Image.fromarray(np.pad(np.asarray(img), sides, mode=padding_mode))  # type: ignore[call-overload]
    else:
        bands = len(img.getbands())
        if isinstance(fill, (list, tuple)) and len(fill) != bands:
            raise ValueError(
                "The number of elements in 'fill' does not match the number of bands of the image "
                f"({len(fill)} != {bands})"
            )
        color = (fill,) * bands if isinstance(fill, (int, float)) and bands > 1 else fill
        color = color[0] if isinstance(color, (list, tuple)) and bands == 1 else color
        size = (img.width + left + right, img.height + top + bottom)
        result = Image.new(img.mode, size, tuple(color) if isinstance(color, list) else color)
        result.paste(img, (left, top))
    if img.mode == "P":
        result.putpalette(img.getpalette() or [])
    return result


def _pad_array(img: Array, left: int, top: int, right: int, bottom: int, fill: Any, padding_mode: str) -> Array:
    height, width = img.shape[-2:]
    if padding_mode != "constant":
        sides = [(0, 0)] * (img.ndim - 2) + [(top, bottom), (left, right)]
        return np.pad(img, sides, mode=padding_mode)  # type: ignore[call-overload,no-any-return]
    if isinstance(fill, str):
        raise TypeError("Got inappropriate fill arg")
    # 8x faster than np.pad for a batch of small images.
    result = np.empty((*img.shape[:-2], height + top + bottom, width + left + right), img.dtype)
    result[...] = fill if isinstance(fill, (int, float)) else np.reshape(fill, (-1, 1, 1))
    result[..., top : top + height, left : left + width] = img
    return result


@on_tensors
def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The box of `height` by `width` pixels whose upper left corner is at (top, left); black outside the image."""
    if isinstance(img, Image.Image):
        return img.crop((left, top, left + width, top + height))
    right, bottom = left + width - img.shape[-1], top + height - img.shape[-2]
    if min(left, top, -right, -bottom) < 0:
        img = _pad_array(img, max(-left, 0), max(-top, 0), max(right, 0), max(bottom, 0), 0, "constant")
        left, top = max(left, 0), max(top, 0)
    return np.ascontiguousarray(img[..., top : top + height, left : left + width])


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The box of `output_size` in the middle; a smaller image is first padded with black."""
    height, width = pair(output_size)
    _, old_height, old_width = get_dimensions(img)
    if height > old_height or width > old_width:
        extra_x, extra_y = max(width - old_width, 0), max(height - old_height, 0)
        img = pad(img, [extra_x // 2, extra_y // 2, (extra_x + 1) // 2, (extra_y + 1) // 2])
        _, old_height, old_width = get_dimensions(img)
    return crop(img, round((old_height - height) / 2.0), round((old_width - width) / 2.0), height, width)


def pair(
    size: int | Sequence[int], error: str = "Please provide only two dimensions (h, w) for size."
) -> tuple[int, int]:
    """(height, width) of a number, a list of one, or a pair. Raises ValueError with the text `error` for anything else,
    and for sizes below 1."""
    sizes = [size] if isinstance(size, int) else list(size)
    if len(sizes) not in (1, 2):
        raise ValueError(error)
    if min(sizes) < 1:
        raise ValueError(f"{error} Sizes must be at least 1, but got {size}.")
    return sizes[0], sizes[-1]


def resized_shape(height: int, width: int, size: int | Sequence[int], max_size: int | None = None) -> tuple[int, int]:
    """(height, width) after `resize`: `size` itself if it is a pair; if it is one number, that is the shorter edge, and
    the longer one keeps the proportion, rounded down and at most `max_size`."""
    sizes = [size] if isinstance(size, int) else list(size)
    if len(sizes) == 2:
        return sizes[0], sizes[1]
    short, long = min(height, width), max(height, width)
    new_short, new_long = sizes[0], int(sizes[0] * long / short)
    if max_size is not None:
        if max_size <= new_short:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge "
                f"size = {size}"
            )
        if new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if width <= height else (new_short, new_long)


@on_tensors
def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """Pillow's resampling, for images and arrays alike. size: (h, w), or the length of the shorter edge.

    Arrays must be uint8 or float32. Raises NotImplementedError for `antialias=False` on arrays, which Pillow can't do.
    """
    _, height, width = get_dimensions(img)
    new_height, new_width = resized_shape(height, width, size, max_size)
    if (new_height, new_width) == (height, width):
        return img
    method = Image.Resampling[interpolation.name]
    if isinstance(img, Image.Image):
        return img.resize((new_width, new_height), method)
    if antialias is False and interpolation in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC):
        raise NotImplementedError("resize: antialias=False is left out")
    if img.dtype not in (np.uint8, np.float32):
        raise TypeError(f"resize: expected a uint8 or float32 image, but got {dtypes.from_numpy(img.dtype)}")
    planes = np.ascontiguousarray(img).reshape(-1, height, width)
    result = np.empty((len(planes), new_height, new_width), img.dtype)
    for new, old in zip(result, planes, strict=True):
        new[...] = Image.fromarray(old).resize((new_width, new_height), method)
    return result.reshape(*img.shape[:-2], new_height, new_width)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: int | Sequence[int],
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """`crop`, then `resize`."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


@on_tensors
def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """0.2989 R + 0.587 G + 0.114 B, once or three times. Pillow images are rounded by Pillow's integer rule."""
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if isinstance(img, Image.Image):
        gray = img.convert("L")
        return gray if num_output_channels == 1 else Image.merge("RGB", [gray] * 3)
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    if img.shape[-3] == 3:
        red, green, blue = (img[..., i : i + 1, :, :].astype(np.result_type(img, np.float32)) for i in range(3))
        img = (red * np.float32(0.2989) + green * np.float32(0.587) + blue * np.float32(0.114)).astype(img.dtype)
    elif img.shape[-3] != 1:
        raise TypeError(f"Input image tensor permitted channel values are (1, 3), but found {img.shape[-3]}")
    return np.repeat(img, num_output_channels, axis=-3)
