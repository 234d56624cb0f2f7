"""The data sets: Digits (shipped with the package), MNIST, FashionMNIST and CIFAR10 (read from a folder), ImageFolder.

The first four keep all images in memory as bytes. When a loader asks for a batch, and the transform is made of this
package's own, the whole batch is cut out and transformed at once: 10 to 50 times faster than image by image, with the
same result from the same seed.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from ..random import Generator
from ..tensor import Tensor
from .collate import StackedSamples
from .idx import read_idx
from .images import IMG_EXTENSIONS, DatasetFolder, ImageFolder, VisionDataset, find_classes, make_dataset, stack_images
from .transforms.base import ToTensor, apply_to_batch, can_batch

__all__ = ["CIFAR10", "MNIST", "DatasetFolder", "Digits", "FashionMNIST", "ImageFolder", "VisionDataset"]

Array = np.ndarray[Any, Any]
_Function = Callable[[Any], Any] | None


class InMemory(VisionDataset):
    """Images in one array. Subclasses set `data` and `targets`, and say how images are cut out of `data`."""

    data: Any
    targets: Any
    classes: Sequence[str]

    def pixels(self, indices: Any) -> Array:
        """The images at `indices` (an index or a list of them): (H, W) or (H, W, C), or as many of these."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.data)

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(Image.fromarray(self.pixels(index)), int(self.targets[index]))

    def __getitems__(self, indices: list[int]) -> Sequence[tuple[Any, Any]]:
        # Without ToTensor the samples are Pillow images, which don't stack; and a subclass may make samples of its own.
        own_samples = type(self).__getitem__ is not InMemory.__getitem__
        if own_samples or not can_batch(self.transform) or not self.transform.makes_tensor:  # type: ignore[union-attr]
            return [self[i] for i in indices]
        pixels = self.pixels(indices)
        images = pixels[:, None] if pixels.ndim == 3 else np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        labels = self.targets._data if isinstance(self.targets, Tensor) else self.targets
        targets = [int(labels[i]) for i in indices]
        if self.target_transform is not None:
            targets = [self.target_transform(t) for t in targets]
        return StackedSamples(Tensor._wrap(apply_to_batch(self.transform, images)), targets)  # type: ignore[arg-type]


class Digits(InMemory):
    """1,797 handwritten digits, 8x8 pixels with 17 levels of grey, shipped with the package: no download.

    train: 1,437 images, or the 360 held out. transform: gets a Pillow image of mode "F", 8x8, grey level / 16, so 0..1;
    the default, `ToTensor()`, makes it a float32 tensor (1, 8, 8). classes: which digits to take, such as `range(5)`;
    they are numbered 0, 1, … in the order given, so `classes=[5, 6, 7, 8, 9]` has the targets 0..4.

    Attributes: data (N, 8, 8), uint8, 0..16; targets, a list; classes, a list of names.

    The split: within each digit the images are shuffled with a fixed seed and a fifth is held out, so both parts have
    the same share of every digit, and every run has the same parts. It is no split by writer: the 1,797 images come
    from 13 people, who stand in both parts, so the test accuracy tells how well a network reads hands it has seen.

    Source: E. Alpaydin, C. Kaynak (1998), "Optical Recognition of Handwritten Digits", test part, UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, CC BY 4.0; see digits-LICENSE.txt beside the file.
    """

    _SPLIT_SEED = 0
    _TEST_SIZE = 360

    def __init__(
        self,
        train: bool = True,
        transform: _Function = None,
        target_transform: _Function = None,
        classes: Sequence[int | str] | None = None,
    ) -> None:
        super().__init__(None, ToTensor() if transform is None else transform, target_transform)
        self.train = train
        images, labels = _read_digits()
        indices = _split_digits(labels, self._TEST_SIZE, self._SPLIT_SEED)[0 if train else 1]
        chosen = [str(c) for c in (range(10) if classes is None else classes)]
        unknown = [c for c in chosen if c not in list("0123456789")]
        if unknown or not chosen or len(set(chosen)) < len(chosen):
            raise ValueError(f"Digits: classes must be different digits from 0 to 9, but got {list(classes or [])}")
        self.classes = chosen
        number = {int(name): i for i, name in enumerate(chosen)}
        indices = indices[np.isin(labels[indices], list(number))]
        self.data = images[indices]
        self.targets = [number[label] for label in labels[indices].tolist()]

    def pixels(self, indices: Any) -> Array:
        return self.data[indices] * np.float32(1 / 16)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}\nClasses: {', '.join(self.classes)}"


def _read_digits() -> tuple[Array, Array]:
    """All 1,797: images uint8 (N, 8, 8), labels int64 (N,)."""
    with gzip.open(Path(__file__).with_name("digits.csv.gz")) as file:
        rows = np.array([line.split(b",") for line in file], np.uint8)
    return rows[:, :64].reshape(-1, 8, 8), rows[:, 64].astype(np.int64)


def _split_digits(labels: Array, test_size: int, seed: int) -> tuple[Array, Array]:
    """(train, test) indices, each in ascending order. Each class gives its share of the test part, rounded down; the
    images that are still missing come from the classes that lost most in rounding."""
    generator = Generator()
    generator.manual_seed(seed)
    counts = np.bincount(labels)
    share = counts * (test_size / len(labels))
    take = np.floor(share).astype(int)
    take[np.argsort(take - share, kind="stable")[: test_size - take.sum()]] += 1
    held_out = np.zeros(len(labels), bool)
    for label, count in enumerate(take):
        members = np.flatnonzero(labels == label)
        held_out[members[generator.randperm(len(members))[:count]]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


class MNIST(InMemory):
    """28x28 grey images of digits from the four IDX files of MNIST: `train-images-idx3-ubyte` …, gzipped or not, in
    `root/MNIST/raw` (where torchvision puts them), `root/raw` or `root` itself.

    train: the 60,000 or the 10,000 of t10k. transform: gets a Pillow image of mode "L". Nothing is ever downloaded:
    `download=True` only says so in the error if the files are missing.

    Attributes: data, a uint8 Tensor (N, 28, 28); targets, an int64 Tensor (N,); classes.

    Raises RuntimeError if the files are missing; ValueError, naming the file, if one is damaged or they don't match.
    """

    classes: Sequence[str] = [
        "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four",
        "5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine",
    ]  # fmt: skip

    def __init__(
        self,
        root: str | os.PathLike[str],
        train: bool = True,
        transform: _Function = None,
        target_transform: _Function = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform, target_transform)
        self.train = train
        part = "train" if train else "t10k"
        images_path = self._find(f"{part}-images-idx3-ubyte", download)
        labels_path = self._find(f"{part}-labels-idx1-ubyte", download)
        images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
        if len(images) != len(labels):
            raise ValueError(f"{images_path!s} has {len(images)} images, but {labels_path!s} has {len(labels)} labels.")
        if len(labels) and int(labels.max()) >= len(self.classes):
            raise ValueError(f"{labels_path!s}: label {labels.max()}, but there are {len(self.classes)} classes.")
        self.data = Tensor._wrap(images)
        self.targets = Tensor._wrap(labels.astype(np.int64))

    def _find(self, name: str, download: bool) -> Path:
        assert self.root is not None
        root = Path(self.root)
        folders = [root / type(self).__name__ / "raw", root / "raw", root]
        for folder in folders:
            for path in (folder / name, folder / f"{name}.gz"):
                if path.is_file():
                    return path
        looked = ", ".join(str(folder) for folder in folders)
        raise RuntimeError(
            f"Dataset not found. There is no {name} or {name}.gz in {looked}."
            + ("\nDownloading is left out (download=True): put the four files there." if download else "")
        )

    def pixels(self, indices: Any) -> Array:
        return self.data._data[indices]  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"


class FashionMNIST(MNIST):
    """28x28 grey pictures of clothes, in the files and folders of `MNIST` (`root/FashionMNIST/raw`).

    Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", arXiv 1708.07747 (2017), MIT licence.
    """

    classes: Sequence[str] = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]  # fmt: skip


class CIFAR10(InMemory):
    """32x32 colour images in 10 classes, from image files: `root/train/<class>/…` and `root/test/<class>/…`.

    All files are read at the start (5 to 10 s for the 50,000) and kept as bytes (150 MB). transform: gets a Pillow
    image of mode "RGB".

    Attributes: data, uint8 (N, 32, 32, 3); targets, a list; classes, the folders' names, sorted.

    Raises FileNotFoundError for missing or empty folders; ValueError for images of another size; and what `pil_loader`
    does for a damaged one.

    Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """

    parts: ClassVar[dict[bool, str]] = {True: "train", False: "test"}

    def __init__(
        self,
        root: str | os.PathLike[str],
        train: bool = True,
        transform: _Function = None,
        target_transform: _Function = None,
    ) -> None:
        super().__init__(root, transform, target_transform)
        assert self.root is not None
        self.train = train
        folder = Path(self.root) / self.parts[train]
        self.classes, numbers = find_classes(folder)
        samples = make_dataset(folder, numbers, IMG_EXTENSIONS)
        self.data = stack_images([path for path, _ in samples])
        self.targets = [target for _, target in samples]
        if self.data.shape[1:3] != (32, 32):
            size = f"{self.data.shape[2]} x {self.data.shape[1]}"
            raise ValueError(f"CIFAR10: expected images of 32 x 32 pixels in {folder!s}, but got {size}")

    def pixels(self, indices: Any) -> Array:
        return self.data[indices]  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"
