"""Images to test on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from minitorch_nn.tensor import Tensor

Array = np.ndarray[Any, Any]


def pixels(height: int = 10, width: int = 12, channels: int = 3) -> Array:
    """(H, W, C) or (H, W), uint8."""
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)


def picture(height: int = 10, width: int = 12, channels: int = 3) -> Image.Image:
    return Image.fromarray(pixels(height, width, channels))


def chw(img: Any) -> Array:
    """Any image as an array (C, H, W)."""
    if not isinstance(img, Image.Image):
        return img.numpy() if isinstance(img, Tensor) else img
    array = np.asarray(img)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def saved(path: Path, img: Image.Image, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    img.save(path, **options)
    return path
