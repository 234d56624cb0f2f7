"""`save` and `load`: PyTorch's own files (.pth, .pt), without PyTorch and without executing a pickle."""

from __future__ import annotations

import io
import mmap as memory_map
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, BinaryIO, cast

import numpy as np

from ..device import device
from .atomic import atomic_write
from .pickler import dump
from .tensors import BUILD, LEAVES, NAMES, Array, Storage, Storages, StorageType
from .unpickle import UnpicklingError, UnsupportedError, check_plain, unpickle

__all__ = ["load", "save"]

ALIGNMENT = 64
"""Numbers begin at a multiple of this in the file, so that a mapped file can be computed with."""
MAX_PICKLE = 1 << 26
"""Bytes of the pickle, which holds names and shapes only."""
MAGIC_NUMBER, PROTOCOL_VERSION = 0x1950A86A20F9469CFC6C, 1001
"""What a file of the older format begins with."""

ADVICE = (
    "Nothing in a file is ever executed here: it may hold tensors, numbers, strings, bytes and plain dicts, lists, "
    "tuples and sets. Where the file was written, save model.state_dict() instead of the model, and load that."
)


def save(
    obj: Any,
    f: str | os.PathLike[str] | BinaryIO,
    pickle_module: None = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write `obj` so that `load`, and PyTorch's `torch.load(weights_only=True)`, read it back.

    obj: a Tensor, Parameter, Size, dtype, number, string, bytes, or dicts, lists, tuples and sets of these, such as a
    state dict. Tensors that share memory still share it after loading.
    f: a path, whose file is replaced only when all is written and on the disk; or a file open for writing bytes.

    Raises TypeError for any other object, naming its place in `obj` (PyTorch pickles it instead), NotImplementedError
    for another protocol or the older format, RuntimeError if the folder does not exist.
    Source: torch/serialization.py of PyTorch 2.13, `_save`: a zip archive of `data.pkl`, `byteorder`, `data/<key>`,
    `version`. Without `.format_version`, which would promise the gaps that PyTorch's zip writer leaves.
    """
    if pickle_module is not None or pickle_protocol != 2 or not _use_new_zipfile_serialization:
        raise NotImplementedError(
            "save writes the zip format with pickle protocol 2 only; leave out pickle_module, pickle_protocol and "
            "_use_new_zipfile_serialization."
        )
    if not isinstance(f, (str, os.PathLike)) and not hasattr(f, "write"):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    storages = Storages(obj)
    pickle = dump(obj, storages.convert)
    if isinstance(f, (str, os.PathLike)):
        folder = os.path.dirname(os.fspath(f))
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        with atomic_write(f) as file:
            _write_zip(file, pickle, storages.written)
    else:
        _write_zip(f, pickle, storages.written)


def _write_zip(file: BinaryIO, pickle: bytes, storages: list[Array]) -> None:
    members: list[tuple[str, Any]] = [("data.pkl", pickle), ("byteorder", b"little")]
    for key, array in enumerate(storages):
        bits = array.view(np.uint16) if array.dtype.kind == "V" else array
        little = bits.astype(bits.dtype.newbyteorder("<"), copy=False)
        members.append((f"data/{key}", little.view(np.uint8).data))
    members.append(("version", b"3\n"))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(f"archive/{name}")
            info.file_size = len(content)
            begin = archive.fp.tell() + 30 + len(info.filename)  # type: ignore[union-attr]
            gap = -(begin + 4) % ALIGNMENT
            info.extra = struct.pack("<HH", 0x4246, gap) + b"Z" * gap  # the field that PyTorch fills the gap with
            with archive.open(info, "w") as member:
                member.write(content)


def load(
    f: str | os.PathLike[str] | BinaryIO,
    map_location: Any = None,
    pickle_module: None = None,
    *,
    weights_only: bool = True,
    mmap: bool | None = None,
) -> Any:
    """Read what `save` or PyTorch's `torch.save` wrote: the zip format, or the older one.

    f: a path, or a file open for reading bytes that can seek.
    map_location: where tensors go that were saved on another device: "cpu", `device("cpu")`, a dict {"cuda:0": "cpu"},
    or a function (storage, location) -> storage, which is not called since there is only the CPU.
    mmap: map the numbers into memory as they are used (zip format and paths only); changes are not written back.

    Nothing is executed and nothing is allocated that the file does not hold. Damage is found by the checksums, which
    PyTorch does not check (not with `mmap`).

    Raises UnpicklingError for content that is neither a tensor nor a plain value, by name; RuntimeError for a damaged
    archive, a TorchScript one, or tensors of another device without `map_location`; NotImplementedError for
    `weights_only=False`; EOFError for an empty file; OSError as `open` does.
    Source: torch/serialization.py of PyTorch 2.13, `_load` and `_legacy_load`.
    """
    if not weights_only:
        raise NotImplementedError(f"weights_only=False is not supported: it would execute the file. {ADVICE}")
    if pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    check_location = _location_check(map_location)
    is_path = isinstance(f, (str, os.PathLike))
    if mmap and not is_path:
        raise ValueError("f must be a file path in order to use the mmap argument")
    if not is_path and not (hasattr(f, "read") and hasattr(f, "seek")):
        raise AttributeError(
            f"'{type(f).__name__}' object has no attribute 'seek'. You can only torch.load from a file that is "
            "seekable. Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
        )
    opened: Any = open(f, "rb") if is_path else nullcontext(f)  # type: ignore[arg-type] # noqa: SIM115
    with opened as file:
        stream = _Bounded(file)
        start = stream.read(4)
        stream.seek(-len(start), os.SEEK_CUR)
        try:
            if start == b"PK\x03\x04":
                value = _load_zip(stream, check_location, bool(mmap))
            elif mmap:
                raise RuntimeError("mmap can only be used with files of the zip format; save the file again in it.")
            else:
                value = _load_legacy(stream, check_location)
            check_plain(value, LEAVES)
        except UnsupportedError as error:
            raise UnpicklingError(f"Weights only load failed. {error}\n{ADVICE}") from None
        except UnpicklingError as error:
            raise UnpicklingError(f"Weights only load failed. The file is damaged: {error}.") from None
    return value


class _Bounded:
    """A file that reads what it has: no buffer is made for a size that is only claimed."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.seek, self.tell = file, file.seek, file.tell
        begin = file.tell()
        self.size = file.seek(0, os.SEEK_END)
        file.seek(begin)

    def left(self) -> int:
        return self.size - self.tell()

    def read(self, count: int) -> bytes:
        return self.file.read(max(0, min(count, self.left())))

    def readline(self) -> bytes:
        return self.file.readline(1 << 12)

    def read_array(self, count: int) -> Array:
        """The next `count` bytes."""
        if count > self.left():
            raise UnpicklingError(f"it ends {count - self.left()} bytes too early")
        raw = np.empty(count, np.uint8)
        filled = 0
        while filled < count:
            part = self.read(min(count - filled, 1 << 24))
            if not part:
                raise UnpicklingError("it ends too early")
            raw[filled : filled + len(part)] = np.frombuffer(part, np.uint8)
            filled += len(part)
        return raw


def _location_check(map_location: Any) -> Callable[[str], None]:
    """A function that raises for the location of a storage, unless it or what it is mapped to is the CPU."""
    if callable(map_location):
        return lambda location: None
    if map_location is not None and not isinstance(map_location, (str, device, dict)):
        raise TypeError(f"'{type(map_location).__name__}' object is not callable")

    def check(location: str) -> None:
        if isinstance(map_location, dict):
            location = str(map_location.get(location, location))
        elif map_location is not None:
            location = map_location.type if isinstance(map_location, device) else map_location
        kind = location.split(":")[0]
        if kind in ("cuda", "mps", "xpu", "hpu"):
            raise RuntimeError(
                f"Attempting to deserialize object on a {kind.upper()} device but torch.{kind}.is_available() is "
                "False. If you are running on a CPU-only machine, please use torch.load with "
                "map_location=torch.device('cpu') to map your storages to the CPU."
            )
        if kind != "cpu":
            raise RuntimeError(
                "don't know how to restore data location of torch.storage.UntypedStorage "
                f"(tagged with {location[:100]}); use map_location='cpu'"
            )

    return check


def _storage_id(pid: Any, length: int) -> tuple[StorageType, str, str, int]:
    """(type, key, location, number of elements) from what a file holds in place of a storage."""
    if type(pid) is not tuple or len(pid) != length or pid[0] != "storage":
        raise UnsupportedError("Only persistent_load of storage is allowed")
    _, kind, key, location, count = pid[:5]
    if not isinstance(kind, StorageType) or type(key) is not str or type(location) is not str:
        raise UnpicklingError("the id of a storage is wrong")
    if type(count) is not int or not 0 <= count < 1 << 59:
        raise UnpicklingError("the size of a storage is wrong")
    return kind, key, location, count


def _same_type(storage: Storage, kind: StorageType) -> Storage:
    if storage.type != kind:
        raise UnpicklingError(f"a storage is used as {storage.type.name} and as {kind.name}")
    return storage


def _load_zip(stream: _Bounded, check_location: Callable[[str], None], mapped: bool) -> Any:
    members = _Members(stream)
    if "constants.pkl" in members.infos:
        raise RuntimeError(
            "Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``. It holds a program; "
            "save the state_dict() of the module instead."
        )
    byteorder = members.read("byteorder", 16).decode("latin-1") if "byteorder" in members.infos else "little"
    if byteorder not in ("little", "big"):
        raise ValueError(f"Unknown endianness type: {byteorder}")
    whole = None
    if mapped:
        whole = np.frombuffer(memory_map.mmap(stream.file.fileno(), 0, access=memory_map.ACCESS_COPY), np.uint8)
    storages: dict[str, Storage] = {}

    def persistent_load(pid: Any) -> Storage:
        kind, key, location, count = _storage_id(pid, 5)
        check_location(location)
        if key not in storages:
            begin, size, checksum = members.locate(f"data/{key}")
            if count * kind.itemsize != size:
                raise UnpicklingError(f"storage {key} has {size} bytes in place of {count} elements of {kind.element}")
            if whole is not None:
                raw = whole[begin : begin + size]
            else:
                stream.seek(begin)
                raw = stream.read_array(size)
                _verify(raw, checksum, f"data/{key}")
            storages[key] = Storage.of(kind, kind.decode(raw, byteorder))
        return _same_type(storages[key], kind)

    pickle = io.BytesIO(members.read("data.pkl", MAX_PICKLE))
    return unpickle(pickle, NAMES, persistent_load=persistent_load, build=BUILD)


class _Members:
    """The members of a zip archive, none of them compressed: so none can be larger than the archive."""

    def __init__(self, stream: _Bounded) -> None:
        self.stream = stream
        try:
            infos = zipfile.ZipFile(stream.file).infolist()
        except (
            zipfile.BadZipFile,
            ArithmeticError,
            EOFError,
            LookupError,
            OSError,
            RuntimeError,
            ValueError,
            struct.error,
        ):
            raise _damaged("failed finding central directory") from None
        if sum(max(0, info.file_size) for info in infos) > stream.size:
            raise _damaged("the members are larger than the archive")
        self.infos = {info.filename.partition("/")[2]: info for info in infos}
        if len(self.infos) < len(infos):
            raise _damaged("two members have the same name")
        for info in infos:
            if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size or info.flag_bits & 1:
                raise _damaged(f"{info.filename[:200]} is compressed or encrypted, which torch.save never does")

    def locate(self, name: str) -> tuple[int, int, int]:
        """First byte, size and checksum of a member."""
        if name not in self.infos:
            raise _damaged(f"there is no file {name[:200]} in it")
        info = self.infos[name]
        if not 0 <= info.header_offset <= self.stream.size - 30:
            raise _damaged(f"{name} lies outside of it")
        self.stream.seek(info.header_offset)
        header = self.stream.read(30)  # its name and extra field may be longer than in the central directory
        if header[:4] != b"PK\x03\x04":
            raise _damaged(f"{name} does not begin where it should")
        begin = info.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
        if not 0 <= info.file_size <= self.stream.size - begin:
            raise _damaged(f"{name} is cut off")
        return begin, info.file_size, info.CRC

    def read(self, name: str, limit: int) -> bytes:
        """The content of a small member."""
        begin, size, checksum = self.locate(name)
        if size > limit:
            raise _damaged(f"{name} has {size} bytes, more than {limit}")
        self.stream.seek(begin)
        content = self.stream.read(size)
        _verify(content, checksum, name)
        return content


def _verify(content: Any, checksum: int, name: str) -> None:
    if zlib.crc32(content) != checksum:
        raise _damaged(f"{name} is not as it was written (its checksum differs)")


def _damaged(detail: str) -> RuntimeError:
    return RuntimeError(
        f"PytorchStreamReader failed reading zip archive: {detail}. The file was not saved or copied completely, was "
        "changed since, or is another kind of archive."
    )


def _load_legacy(stream: _Bounded, check_location: Callable[[str], None]) -> Any:
    """Three pickles (magic number, version, system), the value, the keys of its storages, and their numbers."""
    pickles = cast(BinaryIO, stream)
    start = stream.read(1)
    stream.seek(-len(start), os.SEEK_CUR)
    if start not in (b"", b"\x80"):
        raise UnpicklingError("it is no file of torch.save")
    if unpickle(pickles, {}) != MAGIC_NUMBER:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = unpickle(pickles, {})
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f"Invalid protocol version: {version}")
    unpickle(pickles, {})
    storages: dict[str, Storage] = {}
    declared = 0

    def persistent_load(pid: Any) -> Storage:
        nonlocal declared
        kind, key, location, count = _storage_id(pid, 6)
        check_location(location)
        if key not in storages:
            declared += count * kind.itemsize
            if declared > stream.left():
                raise UnpicklingError(f"it declares {declared} bytes of numbers, more than are left in it")
            storages[key] = Storage.of(kind, np.zeros(count, kind.dtype))
        storage = _same_type(storages[key], kind)
        if pid[5] is None:
            return storage
        _, offset, size = pid[5]
        if type(offset) is not int or type(size) is not int or not 0 <= offset <= offset + size <= count:
            raise UnpicklingError("a view of a storage reaches outside it")
        return Storage(kind, storage.array[offset : offset + size], storage.base)

    value = unpickle(pickles, NAMES, persistent_load=persistent_load, build=BUILD)
    keys = unpickle(pickles, {})
    if type(keys) is not list or sorted(map(str, keys)) != sorted(storages):
        raise UnpicklingError("its list of storages is not the one that its tensors use")
    for key in keys:
        kind, array, _ = storages[key]
        if stream.read(8) != struct.pack("<q", array.size):
            raise UnpicklingError(f"storage {key} has another size than declared")
        array[...] = kind.decode(stream.read_array(array.size * kind.itemsize), "little")
    return value
