"""What a transform is, how several are put in a row, and the ones that convert.

A transform of this package works on one image (`transform(img)`: a Pillow image or a Tensor) and, for speed, on a whole
batch of uint8 or float arrays at once (`apply_batch`). Both give the same result and take the same random numbers:

- Every random decision takes one 32-bit draw of the generator, exactly as `torch.rand(1)` and `torch.randint(n, (1,))`
  do in torchvision. `draws(height, width)` says how many an image takes, so a batch draws an (N, draws) block: row n is
  what the n-th image alone would have drawn.
- The draws come from `current_generator()`: the worker's own inside a DataLoader's worker, else the default generator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import dtypes
from ...random import current_generator
from ...tensor import Tensor
from . import functional as F
from .convert import Array, scale_bytes


def unit(draw: Array) -> Array:
    """32-bit draws -> float32 on [0, 1): the rule of `torch.rand`."""
    return (draw & np.uint32(0xFFFFFF)).astype(np.float32) * np.float32(2.0**-24)


def below(draw: Array, n: int) -> Array:
    """32-bit draws -> integers 0..n-1: the rule of `torch.randint` for n < 2^28."""
    return (draw % np.uint32(n)).astype(np.int64)


class Transform:
    """One image in, one image out. Subclasses write `apply`, and the rest where it isn't what stands here."""

    batchable = True
    """Whether `apply_batch` gives what `apply` gives image by image."""
    makes_tensor = False
    """Whether a Pillow image goes in and a Tensor comes out."""

    def draws(self, height: int, width: int) -> int:
        """How many 32-bit random numbers an image of this size takes."""
        return 0

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) of what comes out for an image of this size."""
        return height, width

    def apply(self, img: Any, draws: Array) -> Any:
        """The transform of one image. draws: uint32, (self.draws(height, width),)."""
        raise NotImplementedError

    def apply_batch(self, images: Array, draws: Array) -> Array:
        """The transform of each image. images: (N, C, H, W); draws: uint32, (N, self.draws(H, W)).

        Must not change `images`. Unless overridden, `apply` does it for all at once, so it must ignore `draws`.
        """
        return self.apply(images, draws)  # type: ignore[no-any-return]

    def __call__(self, img: Any) -> Any:
        count = self.draws(*F.get_dimensions(img)[1:])
        return self.apply(img, current_generator().random32(count) if count else _NO_DRAWS)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


_NO_DRAWS = np.empty(0, np.uint32)


def can_batch(transform: Any) -> bool:
    """Whether `transform` can be applied to a whole batch of arrays: it is one of this package's, all through."""
    return isinstance(transform, Transform) and transform.batchable


def apply_to_batch(transform: Transform, images: Array) -> Array:
    """Each of `images` (N, C, H, W) transformed with random numbers of its own, as one by one from the generator."""
    count = transform.draws(*images.shape[2:])
    draws = current_generator().random32((len(images), count)) if count else _NO_DRAWS.reshape(0, 0)
    return transform.apply_batch(images, draws)


class Compose(Transform):
    """Several transforms in a row. transforms: a list of callables, this package's or any other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    @property
    def batchable(self) -> bool:  # type: ignore[override]
        return all(can_batch(t) for t in self.transforms)

    @property
    def makes_tensor(self) -> bool:  # type: ignore[override]
        return any(getattr(t, "makes_tensor", False) for t in self.transforms)

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def draws(self, height: int, width: int) -> int:
        return sum(count for _, count in self._steps(height, width))

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        for transform in self.transforms:
            height, width = transform.output_size(height, width)  # type: ignore[attr-defined]
        return height, width

    def _steps(self, height: int, width: int) -> list[tuple[Any, int]]:
        """Each transform with the number of draws it takes, for an image that starts with this size."""
        steps = []
        for transform in self.transforms:
            steps.append((transform, transform.draws(height, width)))  # type: ignore[attr-defined]
            height, width = transform.output_size(height, width)  # type: ignore[attr-defined]
        return steps

    def apply_batch(self, images: Array, draws: Array) -> Array:
        start = 0
        for transform, count in self._steps(*images.shape[2:]):
            images = transform.apply_batch(images, draws[:, start : start + count])
            start += count
        return images

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {t}" for t in self.transforms), ")"])


class Lambda:
    """Any function as a transform. Raises TypeError if it can't be called."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToTensor(Transform):
    """Pillow image or array (H, W, C) -> Tensor (C, H, W); bytes become floats in 0..1, value / 255."""

    makes_tensor = True

    def __call__(self, pic: Any) -> Tensor:
        return F.to_tensor(pic)

    def apply_batch(self, images: Array, draws: Array) -> Array:
        return scale_bytes(images)


class PILToTensor(Transform):
    """Pillow image -> Tensor (C, H, W) with the pixels unchanged."""

    makes_tensor = True

    def __call__(self, pic: Any) -> Tensor:
        return F.pil_to_tensor(pic)

    def apply_batch(self, images: Array, draws: Array) -> Array:
        return images


class ToPILImage:
    """Tensor (C, H, W) or array (H, W, C) -> Pillow image, see `functional.to_pil_image`."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic: Any) -> Any:
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class ConvertImageDtype(Transform):
    """Another dtype with the values scaled to its range, see `functional.convert_image_dtype`."""

    def __init__(self, dtype: dtypes.dtype) -> None:
        self.dtype = dtype

    def apply(self, img: Any, draws: Array) -> Any:
        return F.convert_image_dtype(img, self.dtype)


class Normalize(Transform):
    """(x - mean) / std per channel, for float tensors (..., C, H, W)."""

    def __init__(self, mean: Sequence[float] | float, std: Sequence[float] | float, inplace: bool = False) -> None:
        self.mean, self.std, self.inplace = mean, std, inplace

    def apply(self, img: Any, draws: Array) -> Any:
        return F.normalize(img, self.mean, self.std, self.inplace)

    def apply_batch(self, images: Array, draws: Array) -> Array:
        return F.normalize(images, self.mean, self.std)  # type: ignore[no-any-return]

    def __call__(self, img: Any) -> Any:
        return self.apply(img, _NO_DRAWS)  # `normalize` has its own message for what is no tensor

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"
