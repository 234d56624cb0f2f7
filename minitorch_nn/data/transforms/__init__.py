"""Transforms of images, under torchvision's names; see `base` for how they draw random numbers and act on batches."""

from . import functional as functional
from .base import Compose, ConvertImageDtype, Lambda, Normalize, PILToTensor, ToPILImage, ToTensor, Transform
from .functional import InterpolationMode
from .geometry import (
    CenterCrop,
    Grayscale,
    Pad,
    RandomCrop,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomVerticalFlip,
    Resize,
)

__all__ = [
    "CenterCrop",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "InterpolationMode",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomVerticalFlip",
    "Resize",
    "ToPILImage",
    "ToTensor",
    "Transform",
]
