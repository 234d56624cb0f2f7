"""What the transforms do to an image, under torchvision's names: crop, pad, flip, resize, convert, normalise.

An image is a Pillow image, or a Tensor or array of shape (..., H, W), channels before rows: (C, H, W) for one image,
(N, C, H, W) for a batch. What comes in as one kind goes out as the same kind; inputs are not changed. Only `to_tensor`
and `pil_to_tensor` take arrays (H, W, C), as torchvision's do. Tensors must not require a gradient: the transforms are
no part of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import wraps
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from ... import dtypes
from ...tensor import Tensor

Array = np.ndarray[Any, Any]
Picture = TypeVar("Picture", Image.Image, Array, Tensor)


class InterpolationMode(Enum):
    """How new pixels are made out of old ones; `antialias` is always on, as for Pillow images in torchvision."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


def _on_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let `function`, written for Pillow images and arrays (..., H, W), take and give Tensors too."""

    @wraps(function)
    def with_tensors(img: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(img, Tensor):
            if img.requires_grad:
                raise RuntimeError(f"{function.__name__}: the image requires a gradient; pass img.detach()")
            return Tensor._wrap(function(img._data, *args, **kwargs))
        if isinstance(img, np.ndarray):
            if img.ndim == 3 and img.shape[2] in (1, 3, 4) and img.shape[0] not in (1, 3, 4):
                raise ValueError(
                    f"Expected an array image of shape (C, H, W), but {img.shape} looks like (H, W, C). "
                    "Use img.transpose(2, 0, 1) or Image.fromarray(img)."
                )
        elif not isinstance(img, Image.Image):
            raise TypeError(f"Unexpected type {type(img)}")
        return function(img, *args, **kwargs)

    return with_tensors


def get_dimensions(img: Any) -> list[int]:
    """[channels, height, width]."""
    if isinstance(img, Image.Image):
        return [len(img.getbands()), img.height, img.width]
    if not isinstance(img, (Tensor, np.ndarray)) or img.ndim < 2:
        raise TypeError(f"Unexpected type {type(img)}")
    return [1 if img.ndim == 2 else int(img.shape[-3]), int(img.shape[-2]), int(img.shape[-1])]


# ---- to tensors ----------------------------------------------------------------------------------


def _pil_to_array(pic: Image.Image) -> Array:
    """(C, H, W), a fresh array. 16-bit pixels become int32: int16 would wrap, and PyTorch has little uint16."""
    kind = {"1": np.uint8, "I": np.int32, "F": np.float32}.get(pic.mode, np.uint8)
    pixels = np.array(pic, np.int32 if pic.mode.startswith("I;16") else kind)
    if pic.mode == "1":
        pixels *= 255
    return np.ascontiguousarray(pixels.reshape(pic.height, pic.width, -1).transpose(2, 0, 1))


def scale_bytes(pixels: Array) -> Array:
    """uint8 0..255 -> 0..1 of the default dtype; other dtypes stay as they are."""
    if pixels.dtype != np.uint8:
        return pixels
    dtype = dtypes.get_default_dtype().numpy
    scaled: Array = np.divide(pixels, dtype.type(255), dtype=dtype)
    return scaled


def to_tensor(pic: Any) -> Tensor:
    """Pillow image or array (H, W, C) or (H, W) -> Tensor (C, H, W). Bytes become floats, value / 255.

    Raises TypeError for another kind, ValueError for an array that is not 2- or 3-dimensional.
    """
    if isinstance(pic, Image.Image):
        return Tensor._wrap(scale_bytes(_pil_to_array(pic)))
    if not isinstance(pic, np.ndarray):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    return Tensor._wrap(scale_bytes(np.ascontiguousarray(np.atleast_3d(pic).transpose(2, 0, 1))))


def pil_to_tensor(pic: Any) -> Tensor:
    """Pillow image -> Tensor (C, H, W) with the pixels unchanged: uint8 for most images."""
    if not isinstance(pic, Image.Image):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    return Tensor._wrap(_pil_to_array(pic))


@_on_tensors
def convert_image_dtype(image: Any, dtype: dtypes.dtype = dtypes.float32) -> Any:
    """Another dtype, with the values scaled to its range: integers span 0..max, floats 0..1.

    Raises RuntimeError where the float type can't hold the integer type's values.
    """
    old, new = image.dtype, dtype.numpy
    if old == new:
        return image
    if old.kind == "f" and new.kind == "f":
        return image.astype(new)
    if old.kind == "f":
        if (old.itemsize, new.itemsize) in ((4, 4), (4, 8), (8, 8)):
            raise RuntimeError(f"The cast from {dtypes.from_numpy(old)} to {dtype} cannot be performed safely.")
        return (image * old.type(np.iinfo(new).max + 1 - 1e-3)).astype(new)
    old_max = int(np.iinfo(old).max)
    if new.kind == "f":
        return image.astype(new) / new.type(old_max)
    new_max = int(np.iinfo(new).max)
    if old_max > new_max:
        return (image // old.type((old_max + 1) // (new_max + 1))).astype(new)
    return image.astype(new) * new.type((new_max + 1) // (old_max + 1))


def to_pil_image(pic: Any, mode: str | None = None) -> Image.Image:
    """Tensor (C, H, W) or (H, W), or array (H, W, C) or (H, W) -> Pillow image. Float tensors are taken as 0..1.

    Raises TypeError for another kind or dtype, ValueError for another number of dimensions or channels.
    """
    if not isinstance(pic, (Tensor, np.ndarray)):
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    pixels = pic
    if isinstance(pic, Tensor):
        pixels = pic._data if pic.ndim == 2 else pic._data.transpose(1, 2, 0)
        if pixels.dtype.kind == "f" and mode != "F":
            pixels = (pixels * pixels.dtype.type(255)).astype(np.uint8)
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    if channels == 1:
        modes = {"uint8": "L", "int16": "I;16", "int32": "I", "float32": "F"}
        guess, pixels = modes.get(pixels.dtype.name), pixels.reshape(pixels.shape[:2])
    else:
        guess = {2: "LA", 3: "RGB", 4: "RGBA"}[channels] if pixels.dtype == np.uint8 else None
    if guess is None:
        raise TypeError(f"Input type {pixels.dtype} is not supported")
    allowed = {"RGB": ("RGB", "YCbCr", "HSV"), "RGBA": ("RGBA", "CMYK", "RGBX")}.get(guess, (guess,))
    if mode is not None and mode not in allowed:
        raise ValueError(f"Incorrect mode ({mode}) supplied for input type {pixels.dtype}. Should be {guess}")
    pixels = np.ascontiguousarray(pixels)
    return Image.frombytes(mode or guess, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def normalize(tensor: Any, mean: Sequence[float] | float, std: Sequence[float] | float, inplace: bool = False) -> Any:
    """(x - mean) / std per channel. tensor: float, (..., C, H, W); mean, std: C numbers, or one for all channels.

    Raises TypeError unless it is a float Tensor or array, ValueError for fewer than 3 dimensions or a std of 0,
    RuntimeError for another number of channels.
    """
    if not isinstance(tensor, (Tensor, np.ndarray)):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    data = tensor._data if isinstance(tensor, Tensor) else tensor
    if data.dtype.kind != "f":
        raise TypeError(f"Input tensor should be a float tensor. Got {dtypes.from_numpy(data.dtype)}.")
    if data.ndim < 3:
        raise ValueError(
            "Expected tensor to be a tensor image of size (..., C, H, W). "
            f"Got tensor.size() = {Tensor._wrap(data).size()}"
        )
    means, stds = (np.atleast_1d(np.asarray(v, data.dtype)).reshape(-1, 1, 1) for v in (mean, std))
    if not stds.all():
        raise ValueError(
            f"std evaluated to zero after conversion to {dtypes.from_numpy(data.dtype)}, leading to division by zero."
        )
    for name, values in (("mean", means), ("std", stds)):
        if len(values) not in (1, data.shape[-3]):
            raise RuntimeError(
                f"The size of tensor a ({data.shape[-3]}) must match the size of tensor b ({len(values)}) at "
                f"non-singleton dimension 0\nThe image has {data.shape[-3]} channels, {name} has {len(values)} values."
            )
    result = np.subtract(data, means, out=data if inplace else None)
    np.divide(result, stds, out=result)
    if not isinstance(tensor, Tensor):
        return result
    if inplace:
        tensor._bump()
        return tensor
    return Tensor._wrap(result)


# ---- geometry ------------------------------------------------------------------------------------


@_on_tensors
def hflip(img: Any) -> Any:
    """Left becomes right."""
    if isinstance(img, Image.Image):
        return img.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.ascontiguousarray(img[..., ::-1])


@_on_tensors
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


@_on_tensors
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


@_on_tensors
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


@_on_tensors
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


@_on_tensors
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
