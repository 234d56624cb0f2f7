"""Transforms of images: pixels against independent formulas, and what misuse says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_images import chw, picture, pixels
from PIL import Image

from minitorch_nn import dtypes
from minitorch_nn.data import transforms as T
from minitorch_nn.data.transforms import functional as F
from minitorch_nn.tensor import Tensor

RECORDED = json.loads((Path(__file__).parent / "recorded" / "data.json").read_text(encoding="utf-8"))


# ---- conversions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_to_tensor_divides_bytes_by_255(channels: int) -> None:
    for pic in (picture(channels=channels), pixels(channels=channels)):
        result = T.ToTensor()(pic)
        assert result.dtype is dtypes.float32
        expected = chw(picture(channels=channels)).astype(np.float32) / np.float32(255)
        np.testing.assert_array_equal(result.numpy(), expected)
        assert result.numpy().flags.c_contiguous


@pytest.mark.parametrize(
    ("mode", "values", "dtype"),
    [("1", [0, 1], dtypes.float32), ("I", [0, 70000], dtypes.int32), ("I;16", [0, 60000], dtypes.int32),
     ("F", [0.5, 2.0], dtypes.float32)],
)  # fmt: skip
def test_to_tensor_of_other_modes(mode: str, values: list[float], dtype: dtypes.dtype) -> None:
    img = Image.new(mode, (2, 1))
    for x, value in enumerate(values):
        img.putpixel((x, 0), value)
    result = T.ToTensor()(img)
    assert (result.dtype, result.tolist()) == (dtype, [[values]])


def test_to_tensor_follows_the_default_dtype() -> None:
    dtypes.set_default_dtype(dtypes.float64)
    try:
        assert T.ToTensor()(pixels()).dtype is dtypes.float64
    finally:
        dtypes.set_default_dtype(dtypes.float32)


def test_pil_to_tensor_and_back() -> None:
    result = T.PILToTensor()(picture())
    assert (result.dtype, tuple(result.shape)) == (dtypes.uint8, (3, 10, 12))
    for img in (picture(), picture(channels=1), picture(channels=4)):
        for tensor in (T.PILToTensor()(img), T.ToTensor()(img)):
            back = T.ToPILImage()(tensor)
            assert back.mode == img.mode
            np.testing.assert_array_equal(np.asarray(back), np.asarray(img))
    assert T.ToPILImage()(pixels()).size == (12, 10)


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        ("uint8", "float32", 255, 1.0), ("uint8", "int64", 255, 255 << 55), ("int16", "uint8", 32767, 255),
        ("float32", "uint8", 1.0, 255), ("float32", "uint8", 0.5, 127), ("float32", "float64", 0.5, 0.5),
        ("uint8", "uint8", 7, 7),
    ],
)  # fmt: skip
def test_convert_image_dtype(old: str, new: str, value: float, expected: float) -> None:
    image = Tensor._wrap(np.full((1, 2, 2), value, old))
    result = T.ConvertImageDtype(getattr(dtypes, new))(image)
    assert (result.dtype.name, result.tolist()) == (new, [[[expected] * 2] * 2])


def test_normalize() -> None:
    image = T.ToTensor()(picture())
    mean, std = [0.4, 0.5, 0.6], [0.1, 0.2, 0.3]
    result = T.Normalize(mean, std)(image)
    columns = (np.array(v, np.float32).reshape(3, 1, 1) for v in (mean, std))
    np.testing.assert_array_equal(result.numpy(), (image.numpy() - next(columns)) / next(columns))
    before = image.numpy().copy()
    assert T.Normalize(0.5, 2.0)(image).numpy() == pytest.approx((before - 0.5) / 2)
    np.testing.assert_array_equal(image.numpy(), before)
    assert T.Normalize(mean, std, inplace=True)(image) is image
    assert image._version == 1
    np.testing.assert_array_equal(image.numpy(), result.numpy())


# ---- geometry ------------------------------------------------------------------------------------

SAME_ON_ALL: dict[str, Callable[[Any], Any]] = {
    "hflip": F.hflip,
    "vflip": F.vflip,
    "pad": lambda img: F.pad(img, 3),
    "pad pair": lambda img: F.pad(img, (1, 2), fill=7),
    "pad four": lambda img: F.pad(img, [1, 2, 3, 4], fill=255),
    "pad edge": lambda img: F.pad(img, 3, padding_mode="edge"),
    "pad reflect": lambda img: F.pad(img, (2, 3), padding_mode="reflect"),
    "pad symmetric": lambda img: F.pad(img, 3, padding_mode="symmetric"),
    "crop": lambda img: F.crop(img, 2, 3, 4, 5),
    "crop outside": lambda img: F.crop(img, -2, 8, 5, 9),
    "center crop": lambda img: F.center_crop(img, 5),
    "center crop odd": lambda img: F.center_crop(img, (3, 6)),
    "center crop larger": lambda img: F.center_crop(img, (15, 5)),
    "resize": lambda img: F.resize(img, 5),
    "resize up": lambda img: F.resize(img, (23, 17)),
    "resize bicubic": lambda img: F.resize(img, (7, 9), T.InterpolationMode.BICUBIC),
    "resize nearest": lambda img: F.resize(img, (7, 9), T.InterpolationMode.NEAREST),
    "resize max": lambda img: F.resize(img, 8, max_size=9),
    "resize same": lambda img: F.resize(img, 10),
    "resized crop": lambda img: F.resized_crop(img, 1, 2, 6, 7, (4, 9)),
}


@pytest.mark.parametrize("name", SAME_ON_ALL)
@pytest.mark.parametrize("channels", [1, 3])
def test_images_arrays_and_tensors_come_out_the_same(name: str, channels: int) -> None:
    function, img = SAME_ON_ALL[name], picture(channels=channels)
    before = chw(img).copy()
    expected = chw(function(img))
    array = before.copy()
    for result in (function(array), function(Tensor._wrap(array)), function(array[None])[0]):
        np.testing.assert_array_equal(chw(result), expected)
    np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(chw(img), before)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda a: F.hflip(a), [[2, 1, 0], [5, 4, 3]]),
        (lambda a: F.vflip(a), [[3, 4, 5], [0, 1, 2]]),
        (lambda a: F.pad(a, (1, 0), fill=9), [[9, 0, 1, 2, 9], [9, 3, 4, 5, 9]]),
        (lambda a: F.pad(a, (2, 0), padding_mode="reflect"), [[2, 1, 0, 1, 2, 1, 0], [5, 4, 3, 4, 5, 4, 3]]),
        (lambda a: F.pad(a, [0, 1, 1, 0], padding_mode="edge"), [[0, 1, 2, 2], [0, 1, 2, 2], [3, 4, 5, 5]]),
        (lambda a: F.crop(a, 1, 1, 1, 2), [[4, 5]]),
        (lambda a: F.crop(a, 1, 2, 2, 2), [[5, 0], [0, 0]]),
        (lambda a: F.center_crop(a, (2, 1)), [[1], [4]]),
        (lambda a: F.center_crop(F.pad(a, (0, 0, 1, 0)), (1, 1)), [[2]]),  # 1.5 is rounded to the even 2, and 0.5 to 0
        (lambda a: F.center_crop(F.pad(a, (0, 0, 0, 2), fill=9), 1), [[9]]),
    ],
)
def test_geometry_by_hand(function: Callable[[Any], Any], expected: list[list[int]]) -> None:
    array = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    assert function(array).tolist() == [expected]


def test_pad_with_a_value_per_channel() -> None:
    for img in (picture(), chw(picture())):
        corner = chw(F.pad(img, 1, fill=(1, 2, 3)))[:, 0, 0]
        assert corner.tolist() == [1, 2, 3]
    palette = picture(channels=1).convert("P")
    assert F.pad(palette, 1).getpalette() == palette.getpalette()


@pytest.mark.parametrize("case", RECORDED["resize"])
def test_resize_of_floats_is_pytorchs_interpolation(case: str) -> None:
    mode, size = case.split()
    height, width = (int(n) for n in size.split("x"))
    image = np.sin(np.arange(2 * 7 * 9, dtype=np.float32)).reshape(2, 7, 9)
    result = F.resize(Tensor._wrap(image), (height, width), T.InterpolationMode(mode))
    np.testing.assert_allclose(result.numpy().ravel(), RECORDED["resize"][case], atol=2e-6)


@pytest.mark.parametrize(
    ("size", "kwargs", "expected"),
    [
        (5, {}, (5, 6)),
        ([5], {}, (5, 6)),
        ((4, 9), {}, (4, 9)),
        (20, {}, (20, 24)),
        (9, {}, (9, 10)),
        (15, {"max_size": 16}, (13, 16)),
    ],
)
def test_resize_sizes(size: Any, kwargs: dict[str, int], expected: tuple[int, int]) -> None:
    assert T.Resize(size, **kwargs)(picture()).size == expected[::-1]
    assert T.Resize(size, **kwargs)(picture(12, 10)).size[::-1] == (
        expected if isinstance(size, tuple) else expected[::-1]
    )


def test_grayscale() -> None:
    gray = T.Grayscale()(picture())
    assert (gray.mode, T.Grayscale(3)(picture()).mode) == ("L", "RGB")
    tensor = T.ToTensor()(picture())
    one, three = T.Grayscale()(tensor), T.Grayscale(3)(tensor)
    expected = np.tensordot([0.2989, 0.587, 0.114], tensor.numpy(), 1)
    np.testing.assert_allclose(one.numpy()[0], expected, atol=1e-6)
    assert (three.numpy() == one.numpy()).all()
    assert abs(np.asarray(gray) / 255 - expected).max() < 0.003
    assert T.Grayscale(3)(T.ToTensor()(picture(channels=1))).shape[0] == 3


# ---- texts and errors ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transform", "text"),
    [
        (T.Compose([T.ToTensor(), T.CenterCrop(3)]), "Compose(\n    ToTensor()\n    CenterCrop(size=(3, 3))\n)"),
        (T.PILToTensor(), "PILToTensor()"),
        (T.ToPILImage(), "ToPILImage()"),
        (T.ToPILImage("RGB"), "ToPILImage(mode=RGB)"),
        (T.ConvertImageDtype(dtypes.float32), "ConvertImageDtype()"),
        (T.Normalize([0.5], [0.25]), "Normalize(mean=[0.5], std=[0.25])"),
        (T.Resize(256), "Resize(size=256, interpolation=bilinear, max_size=None, antialias=True)"),
        (T.Pad(2), "Pad(padding=2, fill=0, padding_mode=constant)"),
        (T.RandomCrop(32, padding=4), "RandomCrop(size=(32, 32), padding=4)"),
        (
            T.RandomResizedCrop(64),
            "RandomResizedCrop(size=(64, 64), scale=(0.08, 1.0), ratio=(0.75, 1.3333), interpolation=bilinear, "
            "antialias=True)",
        ),
        (T.RandomHorizontalFlip(), "RandomHorizontalFlip(p=0.5)"),
        (T.RandomVerticalFlip(0.1), "RandomVerticalFlip(p=0.1)"),
        (T.Grayscale(3), "Grayscale(num_output_channels=3)"),
        (T.Lambda(abs), "Lambda()"),
    ],
)
def test_printed_form(transform: Any, text: str) -> None:
    assert repr(transform) == text


FLOATS = Tensor._wrap(np.zeros((3, 4, 4), np.float32))
BYTES = Tensor._wrap(np.zeros((3, 4, 4), np.uint8))

MISUSE: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: T.ToTensor()(FLOATS), TypeError, r"pic should be PIL Image or ndarray. Got <class '.*Tensor'>"),
    (lambda: T.ToTensor()(np.zeros(3)), ValueError, "pic should be 2/3 dimensional. Got 1 dimensions."),
    (lambda: T.PILToTensor()(np.zeros((2, 2))), TypeError, "pic should be PIL Image. Got <class 'numpy.ndarray'>"),
    (lambda: T.ToPILImage()([1]), TypeError, "pic should be Tensor or ndarray. Got <class 'list'>."),
    (lambda: T.ToPILImage()(np.zeros(3)), ValueError, "pic should be 2/3 dimensional. Got 1 dimensions."),
    (lambda: T.ToPILImage()(np.zeros((2, 2, 5))), ValueError, "pic should not have > 4 channels. Got 5 channels."),
    (lambda: T.ToPILImage()(np.zeros((2, 2, 3))), TypeError, "Input type float64 is not supported"),
    (lambda: T.ToPILImage("L")(BYTES), ValueError, r"Incorrect mode \(L\) supplied for input type uint8"),
    (lambda: T.Normalize(0.5, 0.5)(picture()), TypeError, "img should be Tensor Image. Got <class 'PIL.Image.Image'>"),
    (lambda: T.Normalize(0.5, 0.5)(BYTES), TypeError, "Input tensor should be a float tensor. Got torch.uint8."),
    (lambda: T.Normalize(0.5, 0.5)(FLOATS[0]), ValueError, r"size \(..., C, H, W\). Got tensor.size\(\) = "),
    (lambda: T.Normalize(0.5, 0)(FLOATS), ValueError, "std evaluated to zero after conversion to torch.float32"),
    (
        lambda: T.Normalize([0.5] * 2, 1)(FLOATS),
        RuntimeError,
        r"The size of tensor a \(3\) must match the size of tensor b \(2\)",
    ),
    (lambda: F.convert_image_dtype(FLOATS, dtypes.int32), RuntimeError, "The cast from torch.float32 to torch.int32"),
    (
        lambda: T.RandomCrop(5)(FLOATS),
        ValueError,
        r"Required crop size \(5, 5\) is larger than input image size \(4, 4\)",
    ),
    (lambda: T.RandomCrop((1, 2, 3)), ValueError, r"Please provide only two dimensions \(h, w\) for size."),
    (lambda: T.CenterCrop(0), ValueError, "Sizes must be at least 1, but got 0"),
    (lambda: T.Resize("a"), TypeError, "Size should be int or sequence. Got <class 'str'>"),
    (lambda: T.Resize(2.5), TypeError, "Size should be int or sequence. Got <class 'float'>"),
    (lambda: T.Resize((1, 2, 3)), ValueError, "If size is a sequence, it should have 1 or 2 values"),
    (
        lambda: T.Resize(4, max_size=3)(FLOATS),
        ValueError,
        "max_size = 3 must be strictly greater than the requested size",
    ),
    (lambda: T.Resize(2, antialias=False)(FLOATS), NotImplementedError, "antialias=False"),
    (lambda: T.Resize(2)(Tensor._wrap(np.zeros((1, 4, 4), np.int64))), TypeError, "expected a uint8 or float32 image"),
    (
        lambda: T.Pad((1, 2, 3)),
        ValueError,
        "Padding must be an int or a 1, 2, or 4 element tuple, not a 3 element tuple",
    ),
    (lambda: T.Pad("1"), TypeError, "Got inappropriate padding arg"),
    (lambda: T.Pad(-1), ValueError, "Padding must not be negative"),
    (lambda: F.pad(FLOATS, 1, fill=None), TypeError, "Got inappropriate fill arg"),
    (
        lambda: F.pad(FLOATS, 1, padding_mode="wrap"),
        ValueError,
        "Padding mode should be either constant, edge, reflect or symmetric",
    ),
    (
        lambda: F.pad(picture(), 1, fill=(1, 2)),
        ValueError,
        r"does not match the number of bands of the image \(2 != 3\)",
    ),
    (lambda: T.RandomHorizontalFlip(1.5), ValueError, "p should be a floating point value in the interval"),
    (lambda: T.RandomHorizontalFlip()(FLOATS.clone().requires_grad_()), RuntimeError, r"Pass img\.detach\(\)"),
    (lambda: T.Normalize(0.5, 0.5)(FLOATS.clone().requires_grad_()), RuntimeError, r"Pass img\.detach\(\)"),
    (lambda: T.RandomHorizontalFlip()("x"), TypeError, "Unexpected type <class 'str'>"),
    (lambda: T.RandomHorizontalFlip(1)(pixels()), ValueError, r"\(10, 12, 3\) looks like \(H, W, C\)"),
    (lambda: T.Grayscale(2), ValueError, "num_output_channels should be either 1 or 3"),
    (lambda: T.Grayscale()(FLOATS[:2]), TypeError, r"permitted channel values are \(1, 3\), but found 2"),
    (lambda: T.Lambda(3), TypeError, "Argument lambd should be callable, got 'int'"),
    (lambda: T.RandomResizedCrop(2, scale=0.5), TypeError, "Scale should be a sequence"),
    (lambda: T.RandomResizedCrop(2, ratio=0.5), TypeError, "Ratio should be a sequence"),
]


@pytest.mark.parametrize(("call", "error", "text"), MISUSE)
def test_misuse(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def test_a_range_the_wrong_way_round_warns() -> None:
    with pytest.warns(UserWarning, match=r"Scale and ratio should be of kind \(min, max\)"):
        T.RandomResizedCrop(2, scale=(1.0, 0.5))
