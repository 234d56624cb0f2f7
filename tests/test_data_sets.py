"""Digits, IDX files, MNIST, CIFAR-10: what they hold, how they are read, and what is said of a wrong file."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_images import saved
from PIL import Image

from minitorch_nn import data, dtypes
from minitorch_nn.data import DataLoader, Subset, datasets
from minitorch_nn.data import transforms as T
from minitorch_nn.data.collate import StackedSamples
from minitorch_nn.data.datasets import CIFAR10, MNIST, Digits, FashionMNIST, ImageFolder
from minitorch_nn.data.idx import read_idx
from minitorch_nn.random import manual_seed
from minitorch_nn.tensor import Tensor

# ---- Digits --------------------------------------------------------------------------------------


def test_digits_file_is_the_published_one() -> None:
    folder = Path(data.__file__).parent
    digest = hashlib.sha256((folder / "digits.csv.gz").read_bytes()).hexdigest()
    assert digest == "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
    notice = (folder / "digits-LICENSE.txt").read_text(encoding="utf-8")
    for fact in (digest, "Alpaydin", "Kaynak", "CC BY 4.0", "https://doi.org/10.24432/C50P49"):
        assert fact in notice


def test_digits() -> None:
    train, test = Digits(train=True), Digits(train=False)
    assert (len(train), len(test)) == (1437, 360)
    assert (train.data.shape, train.data.dtype, train.data.min(), train.data.max()) == ((1437, 8, 8), np.uint8, 0, 16)
    assert (test.classes, test.class_to_idx["7"]) == (list("0123456789"), 7)
    image, target = test[0]
    assert (image.dtype, tuple(image.shape), type(target)) == (dtypes.float32, (1, 8, 8), int)
    np.testing.assert_array_equal(image.numpy()[0], test.data[0] / 16)


def test_digits_split_is_fixed_fair_and_whole() -> None:
    train, test = Digits(train=True), Digits(train=False)
    counts = np.bincount(train.targets) + np.bincount(test.targets)
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as published
    assert abs(np.bincount(test.targets) - counts * 360 / 1797).max() < 1
    images = {image.tobytes() for image in (*train.data, *test.data)}
    assert len(images) == 1797  # all different, so none stands in both
    digest = hashlib.sha256(test.data.tobytes() + bytes(test.targets)).hexdigest()
    assert digest == "156e7c702586c8521314974dd631c2e427471de98ecaaea667c38fef17d94960"


def test_digits_classes() -> None:
    for classes in ([5, 6, 7, 8, 9], range(5, 10), ["5", "6", "7", "8", "9"]):
        part = Digits(train=False, classes=classes)
        assert part.classes == ["5", "6", "7", "8", "9"]
        assert sorted(set(part.targets)) == [0, 1, 2, 3, 4]
    both = len(Digits(classes=range(5))) + len(Digits(classes=range(5, 10)))
    assert both == 1437
    swapped = Digits(classes=[1, 0])
    assert (swapped.classes, swapped.targets.count(0)) == (["1", "0"], Digits().targets.count(1))
    for wrong in ([10], [], [1, 1], ["one"]):
        with pytest.raises(ValueError, match="classes must be different digits from 0 to 9"):
            Digits(classes=wrong)


# ---- IDX -----------------------------------------------------------------------------------------


def idx(array: np.ndarray[Any, Any]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


IMAGES = np.arange(5 * 28 * 28).reshape(5, 28, 28).astype(np.uint8)
LABELS = np.array([3, 1, 4, 1, 9])


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_read_idx(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "file"
    path.write_bytes(compress(idx(IMAGES)))
    np.testing.assert_array_equal(read_idx(path, 3), IMAGES)


WRONG_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "starts with 0x, expected 0x00000803"),
    "labels": (idx(LABELS), "starts with 0x00000801, expected 0x00000803"),
    "floats": (b"\0\0\x0d\x03" + bytes(100), "starts with 0x00000d03"),
    "header": (idx(IMAGES)[:10], "is cut short: 10 bytes"),
    "cut": (idx(IMAGES)[:-1], r"declares the sizes \(5, 28, 28\), 3920 bytes, but only 3919 follow"),
    "long": (idx(IMAGES) + b"x", "3920 bytes, but more follow"),
    "huge": (b"\0\0\x08\x03" + b"\xff" * 12, "which is more than 2147483648 bytes"),
    "large": (b"\0\0\x08\x03" + struct.pack(">3I", 1 << 30, 1, 1) + b"abc", "but only 3 follow"),
    "gzip cut": (gzip.compress(idx(IMAGES))[:-20], "is damaged"),
    "gzip flipped": (gzip.compress(idx(IMAGES))[:40] + b"\xff\xff\xff" + gzip.compress(idx(IMAGES))[43:], "is damaged"),
    "bomb": (gzip.compress(idx(IMAGES) + bytes(10_000_000)), "3920 bytes, but more follow"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_idx_file_is_named(tmp_path: Path, name: str) -> None:
    content, text = WRONG_FILES[name]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=text) as info:
        read_idx(tmp_path / "file", 3)
    assert repr(str(tmp_path / "file")) in str(info.value)


def test_damaged_idx_files_never_crash(tmp_path: Path) -> None:
    draw = np.random.RandomState(0)
    path = tmp_path / "file"
    for content in (idx(IMAGES[:2, :5, :5]), gzip.compress(idx(IMAGES[:2, :5, :5]))):
        for _ in range(300):
            broken = bytearray(content)
            for place in draw.randint(0, len(broken), draw.randint(1, 4)):
                broken[place] = draw.randint(0, 256)
            path.write_bytes(bytes(broken[: draw.randint(0, len(broken) + 1)]))
            try:
                assert read_idx(path, 3).ndim == 3
            except ValueError as error:
                assert repr(str(path)) in str(error)


def write_mnist(folder: Path, compress: bool, images: np.ndarray[Any, Any] = IMAGES, labels: Any = LABELS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "t10k"):
        for name, array in ((f"{part}-images-idx3-ubyte", images), (f"{part}-labels-idx1-ubyte", np.asarray(labels))):
            content = idx(array)
            (folder / (f"{name}.gz" if compress else name)).write_bytes(gzip.compress(content) if compress else content)


@pytest.mark.parametrize("folder", ["", "raw", "MNIST/raw"])
@pytest.mark.parametrize("compress", [False, True])
def test_mnist(tmp_path: Path, folder: str, compress: bool) -> None:
    write_mnist(tmp_path / folder, compress)
    for train in (True, False):
        dataset = MNIST(tmp_path, train=train)
        assert (tuple(dataset.data.shape), dataset.data.dtype, dataset.targets.dtype) == (
            (5, 28, 28),
            dtypes.uint8,
            dtypes.int64,
        )
        image, target = dataset[2]
        assert (image.mode, image.size, target) == ("L", (28, 28), 4)
        np.testing.assert_array_equal(np.asarray(image), IMAGES[2])
    assert "Split: Test" in repr(dataset)
    assert dataset.classes[4] == "4 - four"


def test_mnist_without_its_files(tmp_path: Path) -> None:
    with pytest.raises(
        RuntimeError, match=r"Dataset not found\. There is no train-images-idx3-ubyte or .*FashionMNIST"
    ) as info:
        FashionMNIST(tmp_path)
    assert "Downloading" not in str(info.value)
    with pytest.raises(RuntimeError, match="Downloading is left out"):
        FashionMNIST(tmp_path, download=True)


def test_mnist_files_that_do_not_match(tmp_path: Path) -> None:
    write_mnist(tmp_path, False, labels=LABELS[:4])
    with pytest.raises(ValueError, match=r"has 5 images, but .* has 4 labels"):
        MNIST(tmp_path)
    write_mnist(tmp_path, False, labels=[1, 2, 3, 4, 10])
    with pytest.raises(ValueError, match="label 10, but there are 10 classes"):
        MNIST(tmp_path)


def test_mnist_cut_to_some_classes_as_tutorials_do(tmp_path: Path) -> None:
    write_mnist(tmp_path, False)
    dataset = MNIST(tmp_path, transform=T.ToTensor())
    chosen = dataset.targets == 1
    dataset.data, dataset.targets = dataset.data[chosen], dataset.targets[chosen]
    images, targets = next(iter(DataLoader(dataset, batch_size=4)))
    assert (len(dataset), tuple(images.shape), targets.tolist()) == (2, (2, 1, 28, 28), [1, 1])
    np.testing.assert_array_equal(images.numpy()[:, 0], IMAGES[[1, 3]] / np.float32(255))


# ---- CIFAR-10, and what the data sets in memory share -----------------------------------------------


@pytest.fixture
def cifar(tmp_path: Path) -> Path:
    draw = np.random.RandomState(0)
    for part in ("train", "test"):
        for name in ("airplane", "truck"):
            for i in range(4):
                noise = draw.randint(0, 256, (32, 32, 3)).astype(np.uint8)
                saved(tmp_path / "cifar" / part / name / f"{i}.png", Image.fromarray(noise))
    return tmp_path / "cifar"


def test_cifar10(cifar: Path) -> None:
    dataset = CIFAR10(cifar, train=False)
    assert (dataset.classes, dataset.targets) == (["airplane", "truck"], [0] * 4 + [1] * 4)
    assert (dataset.data.shape, dataset.data.dtype) == ((8, 32, 32, 3), np.uint8)
    image, target = dataset[5]
    np.testing.assert_array_equal(np.asarray(image), np.asarray(Image.open(cifar / "test" / "truck" / "1.png")))
    assert target == 1


def test_cifar10_wants_its_size_and_folders(cifar: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no folder '.*train'"):
        CIFAR10(cifar / "train")
    for path in (cifar / "test").rglob("*.png"):
        Image.new("RGB", (31, 32)).save(path)
    with pytest.raises(ValueError, match=r"expected images of 32 x 32 pixels in .*test, but got 31 x 32"):
        CIFAR10(cifar, train=False)


AUGMENT = [T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize((0.5, 0.4, 0.3), 0.25)]


@pytest.mark.parametrize("workers", [0, 2])
def test_whole_batches_are_what_the_images_are_one_by_one(cifar: Path, workers: int) -> None:
    def epoch(transform: Any, dataset: Any) -> list[Any]:
        dataset.transform = transform
        manual_seed(1)
        return [[part.tolist() for part in batch] for batch in DataLoader(dataset, 3, True, num_workers=workers)]

    fast = T.Compose(AUGMENT)
    slow = T.Compose([*AUGMENT, T.Lambda(lambda x: x)])  # has no form for batches
    in_memory, files = CIFAR10(cifar), ImageFolder(cifar / "train")
    assert isinstance(in_memory.__getitems__([0]), list)
    expected = epoch(fast, files)
    assert epoch(fast, in_memory) == epoch(slow, in_memory) == expected
    assert isinstance(in_memory.__getitems__([0]), list)
    in_memory.transform = fast
    assert isinstance(in_memory.__getitems__([0]), StackedSamples)


def test_a_stacked_batch_is_a_list_of_samples_too() -> None:
    part = Subset(Digits(), range(100, 110))
    samples = part.__getitems__([3, 1])
    assert isinstance(samples, StackedSamples)
    assert len(samples) == 2
    for (image, target), (expected, expected_target) in zip(samples, (part[3], part[1]), strict=True):
        assert isinstance(image, Tensor)
        np.testing.assert_array_equal(image.numpy(), expected.numpy())
        assert (target, type(target)) == (expected_target, int)
    assert [target for _, target in samples[1:]] == [part[1][1]]
    loader = DataLoader(part, batch_size=4, collate_fn=lambda batch: [target for _, target in batch])
    assert [target for batch in loader for target in batch] == [target for _, target in part]


def test_a_subclass_keeps_its_own_samples(tmp_path: Path) -> None:
    class TwoViews(MNIST):
        def __getitem__(self, index: int) -> Any:
            image, target = super().__getitem__(index)
            return image, image, target

    write_mnist(tmp_path, False)
    first, second, _ = next(iter(DataLoader(TwoViews(tmp_path, transform=T.ToTensor()), batch_size=2)))
    np.testing.assert_array_equal(first.numpy(), second.numpy())


def test_without_to_tensor_the_samples_are_pictures(tmp_path: Path) -> None:
    write_mnist(tmp_path, False)
    dataset = MNIST(tmp_path, transform=T.RandomHorizontalFlip())
    assert isinstance(dataset.__getitems__([0])[0][0], Image.Image)
    with pytest.raises(
        TypeError, match=r"found <class 'PIL.Image.Image'>\nGive the dataset a transform that ends in ToTensor"
    ):
        next(iter(DataLoader(dataset)))


def test_target_transform_in_a_batch() -> None:
    dataset = Digits(train=False, target_transform=lambda target: target + 100)
    _, targets = next(iter(DataLoader(dataset, batch_size=8)))
    assert targets.tolist() == [dataset[i][1] for i in range(8)]
    assert (targets.dtype, min(targets.tolist()) >= 100) == (dtypes.int64, True)


def test_names() -> None:
    for name in datasets.__all__:
        assert hasattr(datasets, name)
    for name in data.__all__:
        assert hasattr(data, name)
