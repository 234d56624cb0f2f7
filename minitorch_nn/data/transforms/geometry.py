"""Transforms that move pixels: crops, flips, padding, resizing; and Grayscale."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...random import current_generator
from . import functional as F
from .base import Transform, below, unit
from .convert import Array
from .functional import InterpolationMode


class Resize(Transform):
    """To a new size. size: (h, w), or one number for the shorter edge (the longer one keeps the proportion, and is at
    most `max_size`). See `functional.resize`."""

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        if not isinstance(size, (int, Sequence)) or isinstance(size, str):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        F.pair(size, "If size is a sequence, it should have 1 or 2 values")
        self.size, self.interpolation, self.max_size, self.antialias = size, interpolation, max_size, antialias

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        return F.resized_shape(height, width, self.size, self.max_size)

    def apply(self, img: Any, draws: Array) -> Any:
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        detail = f"(size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, "
        return f"{type(self).__name__}{detail}antialias={self.antialias})"


class CenterCrop(Transform):
    """The middle of an image; a smaller image is padded with black. size: (h, w) or one number for both."""

    def __init__(self, size: int | Sequence[int]) -> None:
        self.size = F.pair(size)

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        return self.size

    def apply(self, img: Any, draws: Array) -> Any:
        return F.center_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class Pad(Transform):
    """A border around the image, see `functional.pad`."""

    def __init__(self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant") -> None:
        self._sides = F.padding_ltrb(padding)
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        left, top, right, bottom = self._sides
        return height + top + bottom, width + left + right

    def apply(self, img: Any, draws: Array) -> Any:
        return F.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


class RandomCrop(Transform):
    """A box of `size` at a random place, after adding a border.

    size: (h, w) or one number for both; padding, fill, padding_mode: the border, as in `Pad`; pad_if_needed: pad an
    image that is smaller than the box. Raises ValueError if the box is larger than the padded image.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        self.size = F.pair(size)
        self._sides = F.padding_ltrb(0 if padding is None else padding)
        self.padding, self.pad_if_needed, self.fill, self.padding_mode = padding, pad_if_needed, fill, padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """(top, left, height, width) of a random box in `img`."""
        _, height, width = F.get_dimensions(img)
        count = RandomCrop._draws_for(height, width, output_size)
        top, left = RandomCrop._corner(height, width, output_size, current_generator().random32((1, count)))
        return int(top[0]), int(left[0]), *output_size

    @staticmethod
    def _draws_for(height: int, width: int, size: tuple[int, int]) -> int:
        if height < size[0] or width < size[1]:
            raise ValueError(f"Required crop size {size} is larger than input image size {(height, width)}")
        return 0 if (height, width) == size else 2

    @staticmethod
    def _corner(height: int, width: int, size: tuple[int, int], draws: Array) -> tuple[Array, Array]:
        """The rows and columns of the boxes' upper left corners. draws: (N, 2), or (N, 0) if there is no choice."""
        if draws.shape[1] == 0:
            return np.zeros(len(draws), np.int64), np.zeros(len(draws), np.int64)
        return below(draws[:, 0], height - size[0] + 1), below(draws[:, 1], width - size[1] + 1)

    def _padded_size(self, height: int, width: int) -> tuple[int, int]:
        left, top, right, bottom = self._sides
        height, width = height + top + bottom, width + left + right
        if self.pad_if_needed:  # adds what is missing on both sides, as torchvision
            height += 2 * max(self.size[0] - height, 0)
            width += 2 * max(self.size[1] - width, 0)
        return height, width

    def _pad(self, img: Any) -> Any:
        if any(self._sides):
            img = F.pad(img, self._sides, self.fill, self.padding_mode)
        _, height, width = F.get_dimensions(img)
        if self.pad_if_needed and width < self.size[1]:
            img = F.pad(img, [self.size[1] - width, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and height < self.size[0]:
            img = F.pad(img, [0, self.size[0] - height], self.fill, self.padding_mode)
        return img

    def draws(self, height: int, width: int) -> int:
        return self._draws_for(*self._padded_size(height, width), self.size)

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        return self.size

    def apply(self, img: Any, draws: Array) -> Any:
        img = self._pad(img)
        _, height, width = F.get_dimensions(img)
        top, left = self._corner(height, width, self.size, draws[None])
        return F.crop(img, int(top[0]), int(left[0]), *self.size)

    def apply_batch(self, images: Array, draws: Array) -> Array:
        images = self._pad(images)
        tops, lefts = self._corner(images.shape[2], images.shape[3], self.size, draws)
        height, width = self.size
        result = np.empty((*images.shape[:2], height, width), images.dtype)
        for new, old, top, left in zip(result, images, tops.tolist(), lefts.tolist(), strict=True):
            new[...] = old[:, top : top + height, left : left + width]
        return result

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomResizedCrop(Transform):
    """A box of random area and proportion, resized to `size`: the usual augmentation for ImageNet.

    scale: (smallest, largest) share of the image's area; ratio: (smallest, largest) width / height, drawn evenly on a
    logarithmic scale. Ten tries; if none fits into the image, the largest box of an allowed proportion in the middle.
    Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6.
    """

    batchable = False  # how many random numbers an image takes depends on the numbers

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        self.size = F.pair(size)
        if not isinstance(scale, Sequence):
            raise TypeError("Scale should be a sequence")
        if not isinstance(ratio, Sequence):
            raise TypeError("Ratio should be a sequence")
        if scale[0] > scale[1] or ratio[0] > ratio[1]:
            warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=2)
        self.scale, self.ratio, self.interpolation, self.antialias = scale, ratio, interpolation, antialias

    @staticmethod
    def get_params(img: Any, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int, int, int]:
        """(top, left, height, width) of a random box in `img`."""
        _, height, width = F.get_dimensions(img)
        generator = current_generator()
        low, high = (float(v) for v in np.log(np.asarray(ratio, np.float32)))
        for _ in range(10):
            area = height * width * generator.uniform(1, scale[0], scale[1])[0].item()
            proportion = np.exp(generator.uniform(1, low, high))[0].item()
            w, h = round(math.sqrt(area * proportion)), round(math.sqrt(area / proportion))
            if 0 < w <= width and 0 < h <= height:
                top = generator.randint(0, height - h + 1, 1)[0].item()
                left = generator.randint(0, width - w + 1, 1)[0].item()
                return top, left, h, w
        h, w = height, width
        if width / height < min(ratio):
            h = round(width / min(ratio))
        elif width / height > max(ratio):
            w = round(height * max(ratio))
        return (height - h) // 2, (width - w) // 2, h, w

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        return self.size

    def apply(self, img: Any, draws: Array) -> Any:
        box = self.get_params(img, self.scale, self.ratio)
        return F.resized_crop(img, *box, self.size, self.interpolation, self.antialias)

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(v, 4) for v in values) for values in (self.scale, self.ratio))
        detail = f"(size={self.size}, scale={scale}, ratio={ratio}, interpolation={self.interpolation.value}, "
        return f"{type(self).__name__}{detail}antialias={self.antialias})"


class _RandomFlip(Transform):
    """The flip `_flip`, with probability p."""

    _flip: Any
    _reversed: Any

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"p should be a floating point value in the interval [0.0, 1.0], but got p={p}")
        self.p = p

    def draws(self, height: int, width: int) -> int:
        return 1

    def apply(self, img: Any, draws: Array) -> Any:
        return self._flip(img) if unit(draws)[0] < self.p else img

    def apply_batch(self, images: Array, draws: Array) -> Array:
        chosen = unit(draws[:, 0]) < self.p
        result = images.copy()
        result[chosen] = images[chosen][self._reversed]
        return result

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomHorizontalFlip(_RandomFlip):
    """Left and right change places with probability p."""

    _flip = staticmethod(F.hflip)
    _reversed = (..., slice(None, None, -1))


class RandomVerticalFlip(_RandomFlip):
    """Top and bottom change places with probability p."""

    _flip = staticmethod(F.vflip)
    _reversed = (..., slice(None, None, -1), slice(None))


class Grayscale(Transform):
    """Grey, in 1 or 3 equal channels."""

    batchable = False  # Pillow rounds by another rule than the formula for tensors

    def __init__(self, num_output_channels: int = 1) -> None:
        if num_output_channels not in (1, 3):
            raise ValueError("num_output_channels should be either 1 or 3")
        self.num_output_channels = num_output_channels

    def apply(self, img: Any, draws: Array) -> Any:
        return F.rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"
