"""The kinds of images, and the ways from one to another; what is public here stands in `functional`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np
from PIL import Image

from ... import dtypes
from ...tensor import Tensor

Array = np.ndarray[Any, Any]


def _array(img: Tensor) -> Array:
    if img.requires_grad:
        raise RuntimeError("The image requires a gradient, but transforms are no part of the graph. Pass img.detach().")
    return img._data


def on_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let `function`, written for Pillow images and arrays (..., H, W), take and give Tensors too."""

    @wraps(function)
    def with_tensors(img: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(img, Tensor):
            return Tensor._wrap(function(_array(img), *args, **kwargs))
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


@on_tensors
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
        pixels = _array(pic) if pic.ndim == 2 else _array(pic).transpose(1, 2, 0)
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
    data = _array(tensor) if isinstance(tensor, Tensor) else tensor
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
