"""Images from files: read with Pillow, sorted into classes by the folder they lie in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .dataset import Dataset

IMG_EXTENSIONS = (
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",  # torchvision's
    ".jfif", ".jpe", ".jp2", ".gif", ".avif", ".tga", ".pbm", ".pnm", ".dib", ".qoi",
)  # fmt: skip

# EPS is drawn by starting Ghostscript, whatever the file's name says: reading data must not start programs.
_REFUSED_FORMATS = {"EPS"}


@cache
def _formats() -> tuple[str, ...]:
    """Names of the formats to try, the common ones first: each is asked in turn whether a file is its own."""
    Image.init()
    common = ["JPEG", "PNG"]
    return tuple(common + sorted(set(Image.OPEN) - _REFUSED_FORMATS - set(common)))


def pil_loader(path: str | os.PathLike[str]) -> Image.Image:
    """The image in a file, as RGB: any format and mode that Pillow reads, turned upright as its EXIF tag says.

    Grey and palette images are converted, transparency is dropped (as in torchvision), 16-bit pixels are scaled to 8
    bits (Pillow alone would cut them off at 255); of several frames the first is read. torchvision's loader does not
    turn by EXIF.

    Raises FileNotFoundError or another OSError if the file can't be opened; UnidentifiedImageError (an OSError) if it
    is no image; OSError if it is damaged, cut short, has more pixels than `PIL.Image.MAX_IMAGE_PIXELS` (0.09 billion),
    or pixels without a fixed range. Each names the file.
    """
    name = os.fspath(path)
    with open(path, "rb") as file:
        try:
            with Image.open(file, formats=_formats()) as img:
                most = Image.MAX_IMAGE_PIXELS
                if most is not None and img.width * img.height > most:
                    raise Image.DecompressionBombError(f"it has {img.width} x {img.height} pixels, the limit is {most}")
                return _to_rgb(ImageOps.exif_transpose(img))
        except UnidentifiedImageError:
            empty = os.fstat(file.fileno()).st_size == 0
            reason = "the file is empty" if empty else "it is damaged, or in no format that can be read"
            raise UnidentifiedImageError(
                f"cannot identify image file {name!r}: {reason}. Remove it, or save it anew as PNG or JPEG."
            ) from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise OSError(
                f"image file {name!r} is too large: {error}. Make it smaller, or raise PIL.Image.MAX_IMAGE_PIXELS."
            ) from error
        except Exception as error:  # decoders meet damage with nearly every exception there is
            raise OSError(
                f"image file {name!r} is damaged: {error or type(error).__name__}. "
                "Remove it, or put an intact copy in its place."
            ) from error


def _to_rgb(img: Image.Image) -> Image.Image:
    if img.mode.startswith("I"):
        values = np.asarray(img)
        if values.size and not 0 <= int(values.min()) <= int(values.max()) <= 65535:
            raise ValueError("its 32-bit pixels are outside 0..65535; give the dataset a loader= that scales them")
        # x / 257 maps 0..65535 to 0..255; adding half of it rounds.
        img = Image.fromarray(((values.astype(np.int64) + 128) // 257).astype(np.uint8))
    elif img.mode == "F":
        raise ValueError("its float pixels have no fixed range; give the dataset a loader= that scales them")
    elif img.mode == "P" and isinstance(img.info.get("transparency"), bytes):
        img = img.convert("RGBA")  # the straight way to RGB warns
    return img.convert("RGB")


default_loader = pil_loader


def has_file_allowed_extension(filename: str, extensions: str | tuple[str, ...]) -> bool:
    """Whether `filename` ends, in small or capital letters, in one of `extensions`."""
    return filename.lower().endswith(extensions)


def is_image_file(filename: str) -> bool:
    """Whether `filename` ends like an image, see IMG_EXTENSIONS."""
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def find_classes(directory: str | os.PathLike[str]) -> tuple[list[str], dict[str, int]]:
    """The names of the folders in `directory`, sorted, and the number of each.

    Raises FileNotFoundError or NotADirectoryError if there is no such folder, FileNotFoundError if it has no folders.
    """
    name = os.fspath(directory)
    layout = "Expected one folder of images for each class, such as root/cat/1.jpg and root/dog/2.jpg."
    if not os.path.exists(name):
        raise FileNotFoundError(f"There is no folder {name!r}. {layout}")
    if not os.path.isdir(name):
        raise NotADirectoryError(f"{name!r} is a file, not a folder. {layout}")
    classes = sorted(entry.name for entry in os.scandir(name) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"Couldn't find any class folder in {name}.\n{layout}")
    return classes, {c: i for i, c in enumerate(classes)}


def _files_below(directory: str) -> Iterator[str]:
    """All files below `directory`, folder by folder in sorted order; each once, though links may go in circles."""
    seen = set()
    for root, _, names in sorted(os.walk(directory, followlinks=True, onerror=_raise)):
        real = os.path.realpath(root)
        if real not in seen:
            seen.add(real)
            yield from (os.path.join(root, name) for name in sorted(names))


def _raise(error: OSError) -> None:
    raise error


def make_dataset(
    directory: str | os.PathLike[str],
    class_to_idx: dict[str, int] | None = None,
    extensions: str | tuple[str, ...] | None = None,
    is_valid_file: Callable[[str], bool] | None = None,
    allow_empty: bool = False,
) -> list[tuple[str, int]]:
    """(path, class number) of every file in the class folders that has one of `extensions` or that `is_valid_file`
    accepts, class by class in the order of their names.

    Raises ValueError unless just one of the two is given, FileNotFoundError for classes without files unless
    `allow_empty`.
    """
    if class_to_idx is None:
        class_to_idx = find_classes(directory)[1]
    elif not class_to_idx:
        raise ValueError("'class_to_index' must have at least one entry to collect any samples.")
    if (extensions is None) == (is_valid_file is None):
        raise ValueError("Both extensions and is_valid_file cannot be None or not None at the same time")
    if extensions is not None:
        endings = extensions

        def is_valid_file(path: str) -> bool:
            return has_file_allowed_extension(path, endings)

    assert is_valid_file is not None
    samples, empty = [], []
    for name in sorted(class_to_idx):
        found = [path for path in _files_below(os.path.join(directory, name)) if is_valid_file(path)]
        samples += [(path, class_to_idx[name]) for path in found]
        if not found:
            empty.append(name)
    if empty and not allow_empty:
        message = f"Found no valid file for the classes {', '.join(empty)}. "
        if extensions is not None:
            message += (
                f"Supported extensions are: {extensions if isinstance(extensions, str) else ', '.join(extensions)}"
            )
        raise FileNotFoundError(f"{message}\nPut images into these folders of {os.fspath(directory)!r} or remove them.")
    return samples


class VisionDataset(Dataset[Any]):
    """A dataset of images and targets with a function for each: `transform(image)`, `target_transform(target)`."""

    def __init__(
        self,
        root: str | os.PathLike[str] | None,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        raise NotImplementedError

    def _transformed(self, image: Any, target: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def extra_repr(self) -> str:
        """Lines for the subclass to add to the printed form."""
        return ""

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        parts = {"Transform: ": self.transform, "Target transform: ": self.target_transform}
        if any(part is not None for part in parts.values()):
            body.append("StandardTransform")
        lines = [f"Dataset {type(self).__name__}", *(f"    {line}" for line in body)]
        for head, part in parts.items():
            if part is not None:
                first, *rest = repr(part).splitlines()
                lines += [head + first, *(" " * len(head) + line for line in rest)]
        return "\n".join(lines)


class DatasetFolder(VisionDataset):
    """Files in one folder per class, `root/<class>/…/<file>`, each read by `loader`.

    Attributes: classes (names, sorted), class_to_idx, samples (path, class number), targets (class numbers).
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform, target_transform)
        assert self.root is not None
        self.loader = loader
        self.extensions = extensions
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = make_dataset(self.root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [target for _, target in self.samples]

    def find_classes(self, directory: str | os.PathLike[str]) -> tuple[list[str], dict[str, int]]:
        """Override to choose the classes in another way."""
        return find_classes(directory)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self._transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """Images in one folder per class: `root/cat/1.jpg`, `root/dog/a/b.png`, … See `DatasetFolder` and `pil_loader`.

    Besides torchvision's endings, all of IMG_EXTENSIONS are taken. Attribute imgs: the same list as samples.

    Raises FileNotFoundError for a missing root, no class folder, or a class folder without images (unless
    `allow_empty`); reading a sample raises what `pil_loader` does.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, extensions, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples


def stack_images(paths: Sequence[str], loader: Callable[[str], Image.Image] = pil_loader) -> np.ndarray[Any, Any]:
    """The RGB images of equal size in `paths`, all in memory: uint8 (N, H, W, 3).

    Raises ValueError, naming the file, where a size differs from the first one's; and what `pil_loader` raises.
    """
    first = loader(paths[0])
    result = np.empty((len(paths), first.height, first.width, 3), np.uint8)
    for path, pixels in zip(paths, result, strict=True):
        img = loader(path)
        if img.size != first.size:
            raise ValueError(
                f"image file {path!r} has {img.width} x {img.height} pixels, but {paths[0]!r} has {first.width} x "
                f"{first.height}. All must have one size here; for others use ImageFolder with Resize."
            )
        pixels[...] = np.asarray(img)
    return result
