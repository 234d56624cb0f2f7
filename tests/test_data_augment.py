"""Random transforms: their random numbers against PyTorch's, and whole batches against single images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import data_cases as cases
import numpy as np
import pytest
from data_images import chw, picture, pixels
from PIL import Image

from minitorch_nn import dtypes
from minitorch_nn.data import transforms as T
from minitorch_nn.data.transforms import functional as F
from minitorch_nn.data.transforms.base import apply_to_batch, can_batch
from minitorch_nn.random import default_generator, manual_seed

RECORDED = json.loads((Path(__file__).parent / "recorded" / "data.json").read_text(encoding="utf-8"))


# ---- random numbers ------------------------------------------------------------------------------


def position(img: Any) -> list[int]:
    """Where an image cut out of `marked` began."""
    value = int(chw(img)[0, 0, 0])
    return [value // 64, value % 64]


def marked(height: int, width: int) -> Image.Image:
    """An image whose every pixel says where it is."""
    rows, columns = np.mgrid[:height, :width]
    return Image.fromarray((rows * 64 + columns).astype(np.int32))


def test_random_numbers_are_those_of_torchvision() -> None:
    expected = RECORDED["transforms"]
    manual_seed(11)
    two = np.array([[0, 1]], np.uint8)
    flips = [T.RandomHorizontalFlip(p)(Image.fromarray(two)) for p in (0.5, 0.1, 0.9) for _ in range(20)]
    assert [flip.getpixel((0, 0)) == 1 for flip in flips] == expected["flips"]
    crop = T.RandomCrop(32)
    crops = [position(crop(marked(40, 36))) for _ in range(10)] + [position(crop(marked(32, 36))) for _ in range(5)]
    assert crops == expected["crops"]
    mixed = []
    both = T.Compose([T.RandomCrop(8, padding=2), T.RandomVerticalFlip()])
    inner = marked(8, 8)
    for top, left, flipped in expected["crop and flip"]:
        wanted = F.crop(F.pad(inner, 2), top, left, 8, 8)
        result = both(inner)
        mixed.append(np.array_equal(np.asarray(result), np.asarray(F.vflip(wanted) if flipped else wanted)))
    assert mixed == [True] * 20
    for name, (height, width, scale, ratio) in cases.BOXES.items():
        boxes = [list(T.RandomResizedCrop.get_params(marked(height, width), scale, ratio)) for _ in range(6)]
        assert boxes == expected["boxes"][name], name
    assert default_generator.rand(1).tolist() == expected["tail"]


def test_crop_get_params() -> None:
    manual_seed(11)
    default_generator.random32(60)  # the flips
    img = marked(40, 36)
    assert [list(T.RandomCrop.get_params(img, (32, 32)))[:2] for _ in range(10)] == RECORDED["transforms"]["crops"][:10]
    assert T.RandomCrop.get_params(img, (40, 36)) == (0, 0, 40, 36)


@pytest.mark.parametrize(("height", "width", "rows", "columns"), [(14, 20, 3, 8), (14, 12, 3, 0), (11, 20, 0, 8)])
def test_pad_if_needed_adds_what_is_missing_on_both_sides(height: int, width: int, rows: int, columns: int) -> None:
    manual_seed(0)
    top, left = (int(default_generator.randint(0, n + 1, 1)[0]) for n in (rows, columns))
    after = default_generator.rand(1)
    wanted = F.crop(F.pad(picture(11, 12), (columns, rows), fill=7), top, left, height, width)
    for img in (picture(11, 12), chw(picture(11, 12))):
        manual_seed(0)
        crop = T.RandomCrop((height, width), pad_if_needed=True, fill=7)
        np.testing.assert_array_equal(chw(crop(img)), chw(wanted))
        assert default_generator.rand(1) == after
    assert chw(T.RandomCrop((8, 30), padding=1, pad_if_needed=True)(picture(5, 20))).shape == (3, 8, 30)


def test_a_crop_without_a_choice_draws_nothing() -> None:
    manual_seed(0)
    expected = default_generator.rand(1)
    manual_seed(0)
    assert T.RandomCrop((10, 12))(picture()).size == (12, 10)
    assert default_generator.rand(1) == expected


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_flip_that_is_certain(p: float) -> None:
    manual_seed(0)
    images = chw(picture())[None].repeat(50, 0)
    result = apply_to_batch(T.RandomHorizontalFlip(p), images)
    np.testing.assert_array_equal(result, images[..., ::-1] if p else images)


# ---- batches -------------------------------------------------------------------------------------

ON_BATCHES: dict[str, list[Any]] = {
    "nothing": [T.ToTensor()],
    "flip": [T.RandomHorizontalFlip(), T.ToTensor()],
    "both flips": [T.RandomHorizontalFlip(0.3), T.RandomVerticalFlip(0.7), T.ToTensor()],
    "crop and flip": [T.RandomCrop(10, padding=2), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(0.5, 0.2)],
    "reflect": [T.RandomCrop((10, 12), padding=(3, 1), padding_mode="reflect"), T.PILToTensor()],
    "fill": [T.RandomCrop(9, padding=2, fill=128), T.ToTensor()],
    "pad if needed": [T.RandomCrop((14, 20), pad_if_needed=True), T.ToTensor()],
    "no choice": [T.RandomCrop((10, 12)), T.RandomVerticalFlip(), T.ToTensor()],
    "after ToTensor": [T.ToTensor(), T.RandomCrop(10, padding=2), T.RandomHorizontalFlip(), T.Normalize(0.5, 0.2)],
    "sizes": [T.Pad(2), T.CenterCrop(11), T.Resize(8), T.RandomCrop(6), T.ToTensor()],
    "nested": [T.Compose([T.RandomCrop(8), T.RandomHorizontalFlip()]), T.RandomVerticalFlip(), T.ToTensor()],
    "types": [T.PILToTensor(), T.ConvertImageDtype(dtypes.float32), T.Normalize(0.5, 0.2)],
}


@pytest.mark.parametrize("name", ON_BATCHES)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_batch_is_what_its_images_are_one_by_one(name: str, channels: int) -> None:
    transform = T.Compose(ON_BATCHES[name])
    images = [Image.fromarray(np.roll(pixels(channels=channels), i)) for i in range(17)]
    manual_seed(5)
    single = np.stack([chw(transform(image)) for image in images])
    after = default_generator.rand(1)
    manual_seed(5)
    assert can_batch(transform)
    stacked = np.stack([chw(image) for image in images])
    before = stacked.copy()
    batch = apply_to_batch(transform, stacked)
    np.testing.assert_array_equal(batch, single)
    assert batch.dtype == single.dtype
    assert default_generator.rand(1) == after
    np.testing.assert_array_equal(stacked, before)


def test_what_has_no_batch_form() -> None:
    others: list[Any] = [T.Lambda(lambda x: x), T.RandomResizedCrop(4), T.Grayscale(), lambda x: x, T.ToPILImage()]
    for other in others:
        assert not can_batch(T.Compose([T.ToTensor(), other]))
