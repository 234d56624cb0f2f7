"""The images of a config: read once, cut to its classes, augmented and normalised."""

from __future__ import annotations

import copy
import difflib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from .. import config as configuration
from ..data import DataLoader, Subset, transforms
from ..data.datasets import CIFAR10, MNIST, Digits, FashionMNIST, InMemory
from ..data.images import IMG_EXTENSIONS, find_classes, make_dataset, pil_loader, stack_images
from ..random import Generator
from .errors import SetupError

__all__ = ["Images", "read"]

_MOST_BYTES = 8 << 30


class Folder(InMemory):
    """`root/<class>/*` in the formats Pillow reads: shorter edge resized to `size`, middle cut out, all kept as bytes.

    Every file is read before the training begins, so a damaged one is met now and not after an hour, and no epoch reads
    it again: 12 KB an image at size 64, 150 KB at 224.
    """

    def __init__(self, root: Path, size: int) -> None:
        super().__init__(root)
        self.classes, numbers = find_classes(root)
        samples = make_dataset(root, numbers, IMG_EXTENSIONS)
        if (needed := len(samples) * size * size * 3) > _MOST_BYTES:
            raise ValueError(f"{len(samples)} images of {size} x {size} need {needed / 2**30:.0f} GB; lower data.size")
        cut = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size)])

        def load(path: str) -> Image.Image:
            return cut(pil_loader(path))  # type: ignore[no-any-return]

        self.data = stack_images([path for path, _ in samples], load)
        self.targets = [target for _, target in samples]

    def pixels(self, indices: Any) -> Any:
        return self.data[indices]


@dataclass(frozen=True)
class Images:
    """The two parts of a data set under one config, and the names of the classes in the order of the outputs."""

    train: Any
    test: Any
    classes: list[str]
    settings: configuration.Data

    def __str__(self) -> str:
        return f"{len(self.train):,} training and {len(self.test):,} test images of {len(self.classes)} classes"

    def train_batches(self, *seed: int) -> DataLoader[Any]:
        """One epoch's batches. Their order, and the workers' random numbers, follow from `seed` (run, stage, epoch)
        alone, so an epoch can be entered again in its middle."""
        order = Generator()
        order.manual_seed(int.from_bytes(hashlib.sha256(repr(seed).encode()).digest()[:4], "big"))
        size, workers = self.settings.batch_size, self.settings.workers
        return DataLoader(self.train, size, shuffle=True, num_workers=workers, generator=order)

    def test_batches(self) -> DataLoader[Any]:
        return DataLoader(self.test, self.settings.batch_size, num_workers=self.settings.workers)

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return -(-len(self.train) // self.settings.batch_size)


Parts = tuple[InMemory, InMemory]
_READERS: dict[str, Callable[[Path, configuration.Data], Parts]] = {
    "digits": lambda root, _: (Digits(train=True), Digits(train=False)),
    "cifar10": lambda root, _: (CIFAR10(root, train=True), CIFAR10(root, train=False)),
    "mnist": lambda root, _: (MNIST(root, train=True), MNIST(root, train=False)),
    "fashion_mnist": lambda root, _: (FashionMNIST(root, train=True), FashionMNIST(root, train=False)),
    "folder": lambda root, data: (Folder(root / "train", data.size), Folder(root / "test", data.size)),
}


def read(config: configuration.Config, known: dict[Any, Parts]) -> Images:
    """The data of a config. known: what was read before, so that the stages of a run share the pixels; added to.

    Raises: SetupError for missing or damaged files, unknown classes, and data that doesn't fit the model.
    """
    settings = config.data
    key = (settings.name, settings.root, settings.size)
    try:
        if key not in known:
            known[key] = _READERS[settings.name](Path(settings.root).expanduser(), settings)
    except (OSError, ValueError, RuntimeError) as error:
        raise SetupError(f"data.root: {' '.join(str(error).split())}") from error
    train, test = known[key]
    if list(train.classes) != list(test.classes):
        lone = ", ".join(sorted(set(train.classes) ^ set(test.classes)))
        raise SetupError(f"data.root: expected the same classes in train and test, found {lone} in only one of them")

    numbers = _class_numbers(settings.classes, train.classes)
    outputs, channels = config.model.num_classes, 1 if train.data.ndim == 3 else 3
    if len(numbers) > outputs:
        wanted = f"at least {len(numbers)}, as many as the data has classes"
        raise SetupError(f"model.num_classes: expected {wanted}, got {outputs}")
    if channels != config.model.in_channels:
        raise SetupError(f"model.in_channels: expected {channels}, as in the data, got {config.model.in_channels}")

    end = [transforms.ToTensor(), transforms.Normalize(settings.mean, settings.std)]
    first = _augmentation(settings.augment, train.data.shape[1:3])
    parts = _cut(train, numbers, [*first, *end]), _cut(test, numbers, end)
    for part, name in zip(parts, ("training", "test"), strict=True):
        if not len(part):
            raise SetupError(f"data.root: expected {name} images, found none")
    return Images(*parts, [train.classes[number] for number in numbers], settings)


def _class_numbers(wanted: Sequence[str | int], names: Sequence[str]) -> list[int]:
    """The data set's numbers of the wanted classes, each given by name or by number."""
    numbers: list[int] = []
    for i, name in enumerate(wanted):
        number = name if isinstance(name, int) else names.index(name) if name in names else -1
        if not 0 <= number < len(names):
            near = difflib.get_close_matches(str(name), names, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            known = f"a number below {len(names)}" if isinstance(name, int) else f"one of {', '.join(names)}"
            raise SetupError(f"data.classes[{i}]: expected {known}, got {name!r}{hint}")
        if number in numbers:
            raise SetupError(f"data.classes[{i}]: {name!r} is there already, as {wanted[numbers.index(number)]!r}")
        numbers.append(number)
    return numbers or list(range(len(names)))


def _augmentation(names: Sequence[str], size: Sequence[int]) -> list[Any]:
    height, width = size
    known = {
        "crop": transforms.RandomCrop((height, width), padding=(max(width // 8, 1), max(height // 8, 1))),
        "flip": transforms.RandomHorizontalFlip(),
    }
    return [known[name] for name in names]


def _cut(dataset: InMemory, numbers: list[int], steps: list[Any]) -> Subset[Any]:
    """The images of the classes `numbers`, which become 0, 1, …; the pixels are shared with `dataset`."""
    new = {number: i for i, number in enumerate(numbers)}
    part = copy.copy(dataset)
    part.transform, part.target_transform = transforms.Compose(steps), new.__getitem__
    return Subset(part, [i for i, target in enumerate(dataset.targets) if int(target) in new])
