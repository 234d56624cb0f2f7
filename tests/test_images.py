"""Image files and image folders, and what is said when one is not as it should be."""

from __future__ import annotations

import os
import struct
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_images import saved
from PIL import Image, UnidentifiedImageError

from minitorch_nn.data import DataLoader
from minitorch_nn.data import transforms as T
from minitorch_nn.data.datasets import ImageFolder
from minitorch_nn.data.images import DatasetFolder, make_dataset, pil_loader, stack_images

RED, GREEN = (255, 0, 0), (0, 255, 0)


def two_pixels(mode: str = "RGB") -> Image.Image:
    """Red, then green, as far as the mode can."""
    img = Image.new("RGB", (2, 1), RED)
    img.putpixel((1, 0), GREEN)
    return img.convert(mode)


def colors(img: Image.Image) -> list[Any]:
    assert img.mode == "RGB"
    return [img.getpixel((x, y)) for y in range(img.height) for x in range(img.width)]


GRAY = [(two_pixels("L").getpixel((x, 0)),) * 3 for x in (0, 1)]


# ---- one file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.ppm", "a.tif", "a.gif", "a.webp", "a.tga", "a.PNG", "a.qoi"])
def test_formats(tmp_path: Path, name: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    assert colors(pil_loader(saved(tmp_path / name, two_pixels(), **options))) == [RED, GREEN]


@pytest.mark.parametrize(
    ("mode", "name", "expected"),
    [
        ("L", "a.png", GRAY),
        ("1", "a.png", [(0,) * 3, (255,) * 3]),
        ("P", "a.png", [RED, GREEN]),
        ("RGBA", "a.png", [RED, GREEN]),
        ("LA", "a.png", GRAY),
        ("CMYK", "a.tif", [RED, GREEN]),
    ],
)
def test_modes(tmp_path: Path, mode: str, name: str, expected: list[Any]) -> None:
    assert colors(pil_loader(saved(tmp_path / name, two_pixels(mode)))) == expected


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path: Path) -> None:
    img = Image.fromarray(np.array([[0, 257, 32896, 65535]], np.uint16))
    for name in ("a.png", "a.tif"):
        assert [pixel[0] for pixel in colors(pil_loader(saved(tmp_path / name, img)))] == [0, 1, 128, 255]
    (tmp_path / "a.pgm").write_bytes(b"P5 2 1 65535\n" + struct.pack(">2H", 257, 65535))
    assert [pixel[0] for pixel in colors(pil_loader(tmp_path / "a.pgm"))] == [1, 255]


def test_transparency_is_dropped_without_a_warning(tmp_path: Path) -> None:
    img = two_pixels("P")
    path = saved(tmp_path / "a.png", img, transparency=b"\x00\x80")
    assert colors(pil_loader(path)) == [RED, GREEN]


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, [RED, GREEN]), (2, [GREEN, RED]), (3, [GREEN, RED]), (6, [RED, GREEN]), (8, [GREEN, RED])],
)
def test_exif_orientation(tmp_path: Path, orientation: int, expected: list[Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    img = pil_loader(saved(tmp_path / "a.png", two_pixels(), exif=exif))
    assert img.size == ((2, 1) if orientation < 5 else (1, 2))
    assert colors(img) == expected


def damaged(tmp_path: Path) -> dict[str, Path]:
    noise = Image.fromarray(np.random.RandomState(0).randint(0, 256, (40, 40, 3)).astype(np.uint8))
    jpeg, png = saved(tmp_path / "whole.jpg", noise).read_bytes(), saved(tmp_path / "whole.png", noise).read_bytes()
    contents = {
        "empty.jpg": b"",
        "text.png": b"this is no image",
        "cut.jpg": jpeg[: len(jpeg) // 2],
        "cut.png": png[: len(png) // 2],
        "header.png": png[:40],
        "flipped.png": png[:1000] + bytes(b ^ 255 for b in png[1000:1100]) + png[1100:],
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


@pytest.mark.parametrize("name", ["empty.jpg", "text.png", "cut.jpg", "cut.png", "header.png", "flipped.png"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    path = damaged(tmp_path)[name]
    with pytest.raises(OSError) as info:
        pil_loader(path)
    text = str(info.value)
    assert repr(str(path)) in text
    assert "Remove it" in text
    assert "\n" not in text
    assert isinstance(info.value, UnidentifiedImageError) == (name in ("empty.jpg", "text.png", "header.png"))
    assert ("the file is empty" in text) == (name == "empty.jpg")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("warned", [True, False])
def test_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warned: bool) -> None:
    path = saved(tmp_path / "a.png", Image.new("RGB", (20, 20)))
    for limit in (399, 150):  # Pillow warns from one, and raises from two times the limit on
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        warnings.simplefilter("error" if warned else "ignore")
        with pytest.raises(
            OSError, match=r"a\.png' is too large: .*Make it smaller, or raise PIL.Image.MAX_IMAGE_PIXELS"
        ):
            pil_loader(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 400)
    assert pil_loader(path).size == (20, 20)


def test_float_pixels_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tif", Image.new("F", (2, 2)))
    with pytest.raises(OSError, match="float pixels have no fixed range"):
        pil_loader(path)


def test_no_program_is_started_for_an_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    with pytest.raises(UnidentifiedImageError):
        pil_loader(tmp_path / "a.png")


def test_a_missing_file() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png"):
        pil_loader("nowhere.png")


# ---- folders -------------------------------------------------------------------------------------


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    root = tmp_path / "pets"
    for i, name in enumerate(["dog/b.png", "dog/a.png", "cat/2.png", "cat/deep/1.PNG", "cat/10.png", "Ant/x.jpg"]):
        saved(root / name, Image.new("RGB", (4, 3), (i, i, i)))
    (root / "dog" / "notes.txt").write_text("no image")
    (root / "readme.txt").write_text("no class")
    return root


def test_image_folder(pets: Path) -> None:
    folder = ImageFolder(pets)
    assert folder.classes == ["Ant", "cat", "dog"]
    assert folder.class_to_idx == {"Ant": 0, "cat": 1, "dog": 2}
    names = [os.path.relpath(path, pets).replace(os.sep, "/") for path, _ in folder.samples]
    assert names == ["Ant/x.jpg", "cat/10.png", "cat/2.png", "cat/deep/1.PNG", "dog/a.png", "dog/b.png"]
    assert folder.targets == [0, 1, 1, 1, 2, 2]
    assert folder.imgs is folder.samples
    assert len(folder) == 6
    image, target = folder[2]
    assert (image.size, image.getpixel((0, 0)), target) == ((4, 3), (2, 2, 2), 1)


def test_image_folder_transforms_and_loads(pets: Path) -> None:
    folder = ImageFolder(pets, transform=T.ToTensor(), target_transform=lambda target: target + 10)
    images, targets = next(iter(DataLoader(folder, batch_size=6)))
    assert (tuple(images.shape), targets.tolist()) == ((6, 3, 3, 4), [10, 11, 11, 11, 12, 12])
    only = ImageFolder(pets, is_valid_file=lambda path: os.path.basename(path) in ("a.png", "2.png", "x.jpg"))
    assert len(only) == 3
    assert ImageFolder(pets, loader=lambda path: os.path.basename(path))[1] == ("10.png", 1)


def test_printed_form(pets: Path) -> None:
    assert repr(ImageFolder(pets, T.Compose([T.ToTensor()]))) == (
        f"Dataset ImageFolder\n    Number of datapoints: 6\n    Root location: {pets}\n    StandardTransform\n"
        "Transform: Compose(\n               ToTensor()\n           )"
    )


def test_folders_without_what_they_need(pets: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no folder '.*nowhere'. Expected one folder of images"):
        ImageFolder(tmp_path / "nowhere")
    with pytest.raises(NotADirectoryError, match="is a file, not a folder"):
        ImageFolder(pets / "readme.txt")
    with pytest.raises(FileNotFoundError, match=r"Couldn't find any class folder in .*deep"):
        ImageFolder(pets / "cat" / "deep")
    (pets / "bee").mkdir()
    (pets / "cow").mkdir()
    with pytest.raises(
        FileNotFoundError, match=r"Found no valid file for the classes bee, cow. Supported extensions are: \.jpg, "
    ):
        ImageFolder(pets)
    assert ImageFolder(pets, allow_empty=True).classes == ["Ant", "bee", "cat", "cow", "dog"]


def test_make_dataset_wants_one_rule(pets: Path) -> None:
    for kwargs in ({}, {"extensions": (".png",), "is_valid_file": bool}):
        with pytest.raises(ValueError, match="Both extensions and is_valid_file cannot be None or not None"):
            make_dataset(pets, **kwargs)
    with pytest.raises(ValueError, match="'class_to_index' must have at least one entry"):
        make_dataset(pets, {}, (".png",))
    assert len(DatasetFolder(pets, str, extensions=(".txt",), allow_empty=True)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_that_go_in_a_circle(pets: Path) -> None:
    (pets / "dog" / "again").symlink_to(pets / "dog")
    assert len(ImageFolder(pets)) == 6


def test_a_damaged_image_in_a_loader_is_named(pets: Path) -> None:
    (pets / "cat" / "2.png").write_bytes(b"oh no")
    for workers in (0, 2):
        with pytest.raises(UnidentifiedImageError, match=r"cannot identify image file '.*2\.png'"):
            list(DataLoader(ImageFolder(pets, T.ToTensor()), batch_size=2, num_workers=workers))


def test_stack_images(pets: Path) -> None:
    paths = [path for path, _ in ImageFolder(pets).samples]
    stacked = stack_images(paths[1:])
    assert (stacked.shape, stacked.dtype, stacked[:, 0, 0, 0].tolist()) == ((5, 3, 4, 3), np.uint8, [4, 2, 3, 1, 0])
    saved(pets / "cat" / "10.png", Image.new("RGB", (5, 3)))
    with pytest.raises(ValueError, match=r"10\.png' has 5 x 3 pixels, but '.*x\.jpg' has 4 x 3"):
        stack_images(paths)
