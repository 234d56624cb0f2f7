"""`save` and `load`: PyTorch's files both ways, and files that were made to do harm.

`python tests/test_serialization.py 10000` feeds that many damaged files to the reader.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import struct
import sys
import time
import tracemalloc
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pth_cases
import pytest

import minitorch_nn as mt
from minitorch_nn.io.atomic import atomic_write

RECORDED = Path(__file__).parent / "recorded"
CONTENTS = json.loads((RECORDED / "optim.pth.json").read_text())
NAMES = list(CONTENTS)

Error = pickle.UnpicklingError


def describe(value: Any) -> Any:
    return json.loads(json.dumps(pth_cases.describe(mt, value)))


def saved(value: Any) -> bytes:
    buffer = io.BytesIO()
    mt.save(value, buffer)
    return buffer.getvalue()


def reloaded(value: Any) -> Any:
    return mt.load(io.BytesIO(saved(value)))


# What PyTorch writes, and what it reads


@pytest.mark.parametrize("suffix", ["", ".legacy"])
@pytest.mark.parametrize("name", NAMES)
def test_pytorchs_files_are_read(name: str, suffix: str) -> None:
    path = RECORDED / f"optim.{name}{suffix}.pth"
    assert describe(mt.load(path)) == CONTENTS[name]
    assert describe(mt.load(io.BytesIO(path.read_bytes()))) == CONTENTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_files_are_mapped(name: str) -> None:
    path = RECORDED / f"optim.{name}.pth"
    before = path.read_bytes()
    value = mt.load(path, mmap=True)
    assert describe(value) == CONTENTS[name]
    if name == "kinds":
        value["view"][0, 0] = 77.0  # a private change
        assert value["transposed view"][0, 0].item() == 77.0
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", NAMES)
def test_round_trips(name: str) -> None:
    assert describe(reloaded(getattr(pth_cases, name)(mt))) == CONTENTS[name]


@pytest.mark.parametrize("name", ["kinds", "training"])  # of slices, PyTorch writes the whole memory
def test_the_pickle_is_pytorchs_to_the_byte(name: str) -> None:
    def content(file: Any) -> bytes:
        with zipfile.ZipFile(file) as archive:
            (member,) = (n for n in archive.namelist() if n.endswith("/data.pkl"))
            return archive.read(member)

    ours = content(io.BytesIO(saved(getattr(pth_cases, name)(mt))))
    assert ours == content(RECORDED / f"optim.{name}.pth")


@pytest.mark.parametrize("name", NAMES)
def test_pytorch_reads_what_save_writes(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    mt.save(getattr(pth_cases, name)(mt), tmp_path / "a.pth")
    for mapped in (False, True):
        value = torch.load(tmp_path / "a.pth", weights_only=True, mmap=mapped)
        assert json.loads(json.dumps(pth_cases.describe(torch, value))) == CONTENTS[name]


def test_bfloat16_stays_bfloat16() -> None:
    tensor = mt.load(RECORDED / "optim.bfloat16.pth")
    assert tensor.dtype is mt.bfloat16 and tensor.tolist() == [1.0, -2.0, 3.140625]


def test_what_shares_memory_shares_it_again() -> None:
    whole = mt.arange(6.0)
    a, b, c, twice = reloaded([whole, whole[2:4], whole.view(2, 3), whole])
    a[3] = 10.0
    assert b.tolist() == [2.0, 10.0] and c[1, 0].item() == 10.0
    assert twice is a


def test_a_graph_notices_that_shared_memory_was_changed() -> None:
    whole = mt.arange(6.0)
    a, b = reloaded([whole, whole.view(2, 3)])
    loss = (b * mt.ones(2, 3, requires_grad=True)).sum()
    a.fill_(0.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_the_strides_of_a_file_are_kept() -> None:
    images = mt.arange(24.0).view(1, 2, 3, 4)
    for dims in ((0, 2, 3, 1), (0, 3, 1, 2), (3, 2, 1, 0)):
        a, b = reloaded([images, images.permute(dims)])
        assert b.stride() == images.permute(dims).stride() and not b.is_contiguous()
        assert a.data_ptr() == b.data_ptr()


def tensor_with_attributes(torch: Any, parameter: bool) -> Any:
    t = torch.ones(2)
    t = torch.nn.Parameter(t, requires_grad=False) if parameter else t.requires_grad_()
    t.mark, t.count, t.scale = "mine", 3, 0.5
    return t


@pytest.mark.parametrize("parameter", [False, True])
def test_the_attributes_of_a_tensor_go_to_pytorch_and_back(parameter: bool) -> None:
    reference = pytest.importorskip("torch")
    for source, target in ((mt, mt), (mt, reference), (reference, mt)):
        stream = io.BytesIO()
        source.save([tensor_with_attributes(source, parameter)] * 2, stream)
        stream.seek(0)
        t, same = target.load(stream)
        assert t is same and (t.mark, t.count, t.scale) == ("mine", 3, 0.5) and t.requires_grad is not parameter


def test_attributes_that_could_hold_anything_are_refused() -> None:
    reference = pytest.importorskip("torch")
    t = mt.ones(1)
    t.others = [1]
    with pytest.raises(TypeError, match="can't save a tensor with the attribute others, a list: an attribute may be"):
        mt.save(t, io.BytesIO())
    for name, value, text in (("others", [1], "is no number or string"), ("backward", 1, "must be new names")):
        theirs, stream = reference.ones(1), io.BytesIO()
        setattr(theirs, name, value)
        reference.save(theirs, stream)
        stream.seek(0)
        with pytest.raises(pickle.UnpicklingError, match=text):
            mt.load(stream)


def test_a_location_that_is_none() -> None:
    stream = io.BytesIO()
    mt.save(mt.ones(1), stream)
    stream.seek(0)
    with pytest.raises(TypeError, match="'int' object is not callable"):
        mt.load(stream, map_location=3)


def test_a_device() -> None:
    assert reloaded([mt.device("cpu")]) == [mt.device("cpu")]
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    assert torch.load(io.BytesIO(saved(mt.device("cpu")))) == torch.device("cpu")
    file = io.BytesIO()
    torch.save(torch.device("cpu"), file)
    file.seek(0)
    assert mt.load(file) == mt.device("cpu")


def test_a_slice_is_saved_alone() -> None:
    whole = mt.zeros(100_000)
    assert len(saved([whole[5:10], whole[99_000:]])) < 8000
    assert len(saved([whole[:60_000], whole[40_000:]])) < 410_000  # one piece of memory, written once


def test_the_deepest_nesting_that_is_saved_is_also_loaded() -> None:
    assert reloaded(nested(190)) == nested(190)


def test_tensors_that_numpy_lays_out_otherwise() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(3, 4)
    record = np.zeros(5, np.dtype([("a", "<f4"), ("b", "i1")]))
    for array in (rows[::-1], rows[:, ::-2], rows.T, record["a"], np.broadcast_to(rows[0], (3, 4))):
        assert reloaded(mt.Tensor._wrap(array)).tolist() == array.tolist()


def test_a_loaded_tensor_can_be_written() -> None:
    a = reloaded(mt.zeros(3))
    a[0] = 1.0
    assert a.tolist() == [1.0, 0.0, 0.0]


def test_numbers_begin_at_multiples_of_64_bytes() -> None:
    file = saved([mt.ones(3), mt.ones(5), mt.zeros(2, dtype=mt.int8)])
    for i, (begin, size) in enumerate(members(file, "archive/data/")):
        assert begin % 64 == 0 and size == [12, 20, 2][i]


def test_the_same_value_makes_the_same_file() -> None:
    assert saved(pth_cases.kinds(mt)) == saved(pth_cases.kinds(mt))


def test_archives_of_more_than_4_gigabytes_have_another_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    file = saved(mt.arange(100))
    monkeypatch.undo()
    assert mt.load(io.BytesIO(file)).tolist() == list(range(100))


def test_a_module_and_an_optimizer_go_on_after_loading() -> None:
    torch = mt
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    x = torch.randn(5, 3)

    def step(model: Any, optimizer: Any) -> None:
        optimizer.zero_grad()
        model(x).sum().backward()
        optimizer.step()

    step(model, optimizer)
    state = reloaded({"model": model.state_dict(), "optimizer": optimizer.state_dict()})
    twin = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU())
    assert str(twin.load_state_dict(state["model"])) == "<All keys matched successfully>"
    resumed = torch.optim.Adam(twin.parameters())
    resumed.load_state_dict(state["optimizer"])
    for _ in range(3):
        step(model, optimizer)
        step(twin, resumed)
    assert describe(model.state_dict()) == describe(twin.state_dict())


# Bad use


class Whatever:
    pass


MISUSE: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "an object": (
        lambda: saved({"a": [1, {"b": Whatever()}]}),
        TypeError,
        r"can't save obj\['a'\]\[1\]\['b'\], a test_serialization.Whatever: only tensors",
    ),
    "a module": (lambda: saved(mt.nn.ReLU()), TypeError, r"can't save obj, .*Save its state_dict\(\) instead"),
    "a function": (lambda: saved([print]), TypeError, r"can't save obj\[0\]"),
    "a NumPy number": (lambda: saved((np.float64(1),)), TypeError, r"obj\[0\], a numpy.float64: .*\.item\(\)"),
    "an array": (lambda: saved({1: np.zeros(2)}), TypeError, r"obj\[1\], a numpy.ndarray: .*from_numpy"),
    "a key": (lambda: saved({Whatever: 1}), TypeError, r"can't save key <class 'test_serialization.Whatever'> of obj"),
    "another dict": (lambda: saved(type("D", (dict,), {})()), TypeError, r"Make it a dict\(…\) first"),
    "itself": (lambda: saved(endless_list()), TypeError, r"can't save obj\[0\]: it contains itself"),
    "300 levels": (lambda: saved(nested(300)), TypeError, "containers in containers, more than 200 deep"),
    "a huge integer": (lambda: saved(1 << 4000), TypeError, "an integer of more than 255 bytes"),
    "two types on one memory": (
        lambda: saved([mt.Tensor._wrap(a) for a in two_types()]),
        RuntimeError,
        "Cannot save multiple tensors or storages that view the same data as different types",
    ),
    "protocol": (lambda: mt.save(1, io.BytesIO(), pickle_protocol=4), NotImplementedError, "protocol 2 only"),
    "older format": (
        lambda: mt.save(1, io.BytesIO(), _use_new_zipfile_serialization=False),
        NotImplementedError,
        "zip format",
    ),
    "no folder": (lambda: mt.save(1, "/nowhere/a.pth"), RuntimeError, r"^Parent directory /nowhere does not exist\.$"),
    "save to a number": (
        lambda: mt.save(1, 3),  # type: ignore[arg-type]
        AttributeError,
        "^expected 'f' to be string, path, or a file-like object with a 'write' attribute$",
    ),
    "load from a number": (
        lambda: mt.load(3),  # type: ignore[arg-type]
        AttributeError,
        r"^'int' object has no attribute 'seek'\. You can only torch\.load from a file that is seekable\.",
    ),
    "no file": (lambda: mt.load("/nowhere/a.pth"), FileNotFoundError, "/nowhere/a.pth"),
    "a folder": (lambda: mt.load("/"), IsADirectoryError, "Is a directory"),
    "executing": (lambda: mt.load(io.BytesIO(saved(1)), weights_only=False), NotImplementedError, "it would execute"),
    "pickle_module": (
        lambda: mt.load(io.BytesIO(saved(1)), pickle_module=pickle),  # type: ignore[arg-type]
        RuntimeError,
        "Can not safely load weights when explicit pickle_module is specified",
    ),
    "mmap of a buffer": (
        lambda: mt.load(io.BytesIO(saved(1)), mmap=True),
        ValueError,
        "^f must be a file path in order to use the mmap argument$",
    ),
    "mmap of the older format": (
        lambda: mt.load(RECORDED / "optim.kinds.legacy.pth", mmap=True),
        RuntimeError,
        "mmap can only be used with files of the zip format",
    ),
}


def endless_list() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def two_types() -> tuple[Any, Any]:
    array = np.zeros(4, np.float32)
    return array, array.view(np.int32)


@pytest.mark.parametrize("name", MISUSE)
def test_misuse(name: str) -> None:
    call, kind, text = MISUSE[name]
    with pytest.raises(kind, match=text):
        call()


def test_files_of_other_devices_need_a_location() -> None:
    file = crafted(tensor_pickle(location="cuda:0"), [np.ones(2, np.float32).tobytes()])
    with pytest.raises(RuntimeError, match=r"^Attempting to deserialize object on a CUDA device .*map_location"):
        mt.load(io.BytesIO(file))
    for location in ("cpu", mt.device("cpu"), {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert mt.load(io.BytesIO(file), map_location=location).tolist() == [1.0, 1.0]
    for location, text in (("cuda", "CUDA device"), ("moon", "don't know how to restore data location")):
        with pytest.raises(RuntimeError, match=text):
            mt.load(io.BytesIO(file), location)


# Writing whole files


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    mt.save({"a": 1}, path)
    with pytest.raises(TypeError):
        mt.save({"a": Whatever()}, path)
    assert mt.load(path) == {"a": 1} and os.listdir(tmp_path) == ["a.pth"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as file:
        file.write(b"half")
        assert path.read_bytes() == b"old"
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]
    with atomic_write(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["a"]


def test_links_and_devices_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"
    mt.save([1], os.devnull)
    assert not os.path.isfile(os.devnull)


# Files that were made to do harm


def members(file: bytes, prefix: str) -> Iterator[tuple[int, int]]:
    """(first byte, size) of the members of an archive."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for info in archive.infolist():
            if info.filename.startswith(prefix):
                name, extra = struct.unpack("<HH", file[info.header_offset + 26 : info.header_offset + 30])
                yield info.header_offset + 30 + name + extra, info.file_size


def crafted(data: bytes, storages: Any = (), **more: bytes) -> bytes:
    """A zip archive with this pickle and these storages."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        for i, storage in enumerate(storages):
            archive.writestr(f"archive/data/{i}", storage)
        for name, content in {"version": b"3\n", **more}.items():
            archive.writestr(f"archive/{name}", content)
    return buffer.getvalue()


def integer(n: int) -> bytes:
    encoded = pickle.encode_long(n)
    return b"\x8a" + bytes([len(encoded)]) + encoded


def tensor_pickle(
    count: int = 2,
    offset: int = 0,
    size: tuple[int, ...] = (2,),
    stride: tuple[int, ...] = (1,),
    storage: bytes = b"ctorch\nFloatStorage\n",
    location: str = "cpu",
    key: bytes = b"0",
    requires_grad: bytes = b"\x89",
    hooks: bytes = b"N",
) -> bytes:
    def text(s: bytes) -> bytes:
        return b"X" + struct.pack("<I", len(s)) + s

    def integers(numbers: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(integer, numbers)) + b"t"

    pid = b"(" + text(b"storage") + storage + text(key) + text(location.encode()) + integer(count) + b"tQ"
    args = b"(" + pid + integer(offset) + integers(size) + integers(stride) + requires_grad + hooks + b"t"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + args + b"R."


def legacy(data: bytes, keys: Any = ("0",), counts: Any = (2,), content: bytes = bytes(8)) -> bytes:
    """A file of the older format with this pickle, whose storage ids get the field that they have there."""
    data = data.replace(b"tQ", b"NtQ")
    start = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    end = b"".join(struct.pack("<q", n) + content for n in counts)
    return b"".join(pickle.dumps(v, 2) for v in start) + data + pickle.dumps(list(keys), 2) + end


class Harm:
    """Pickles to a call of anything."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = function, args

    def __reduce__(self) -> Any:
        return self.call


CANARY = "canary"
HARM: dict[str, tuple[Any, str]] = {
    "os.system": (Harm(os.system, f"touch {CANARY}"), "posix.system|nt.system"),
    "eval": (Harm(eval, f"open('{CANARY}', 'w')"), "eval"),
    "exec": (Harm(exec, f"open('{CANARY}', 'w')"), "exec"),
    "open": (Harm(open, CANARY, "w"), r"\.open"),
    "import": (Harm(__import__, "antigravity"), "__import__"),
    "getattr": (Harm(getattr, "", "format"), "getattr"),
    "mkdir": (Harm(os.mkdir, CANARY), "posix.mkdir|nt.mkdir"),
    "a class of the tests": (Whatever(), "copy(_)?reg._reconstructor|test_serialization.Whatever"),
    "numpy": (np.float64(1.0), r"numpy.*\.(scalar|_reconstruct)"),
    "in a list": ([1, {"a": Harm(os.system, f"touch {CANARY}")}], "posix.system|nt.system"),
    "as a key": ({(1, os.system): 2}, "posix.system|nt.system"),
    "never called": (os.system, "posix.system|nt.system"),
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", HARM)
def test_nothing_in_a_file_is_executed(
    name: str, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    value, refused = HARM[name]
    data = pickle.dumps(value, protocol)
    for file in (crafted(data), legacy(data)):
        if protocol >= 2:
            with pytest.raises(
                Error, match=f"Unsupported global: GLOBAL ({refused}|.*{refused}) was not an allowed global"
            ):
                mt.load(io.BytesIO(file))
        else:  # the text opcodes of old are not needed by any file of tensors
            with pytest.raises(Error, match=r"^Weights only load failed"):
                mt.load(io.BytesIO(file))
    assert os.listdir(tmp_path) == []


def test_the_advice_says_what_to_do() -> None:
    with pytest.raises(Error, match=r"^Weights only load failed\. Unsupported global.*\n.*save model\.state_dict\(\)"):
        mt.load(io.BytesIO(crafted(pickle.dumps(Harm(os.system, "true"), 2))))


CALLS = {
    "INST": b"(X\x04\x00\x00\x00trueios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nX\x04\x00\x00\x00trueo.",
    "NEWOBJ_EX": b"\x80\x04cos\nsystem\n)}\x92.",
    "EXT1": b"\x80\x02\x82\x01.",
    "PERSID": b"Pos.system\n.",
    "BINPERSID": b"\x80\x02X\x09\x00\x00\x00os.systemQ.",
    "another persistent id": b"\x80\x02(X\x06\x00\x00\x00modulecos\nsystem\ntQ.",
    "REDUCE of a string": b"\x80\x02X\x09\x00\x00\x00os.system)R.",
    "REDUCE of a dtype": b"\x80\x02ctorch\nfloat32\n)R.",
    "REDUCE of a storage": b"\x80\x02ctorch\nFloatStorage\nK\x05\x85R.",
    "BUILD of a dict": b"\x80\x02}}b.",
    "BUILD of a function": b"\x80\x02ccollections\nOrderedDict\n}b.",
    "a method as attribute": b"\x80\x02ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x01sb.",
    "a constructor as value": b"\x80\x02ccollections\nOrderedDict\n.",
    "a constructor in a dict": b"\x80\x02}K\x01ctorch._utils\n_rebuild_tensor_v2\ns.",
    "a storage as value": b"\x80\x02]ctorch\nFloatStorage\na.",
    "a storage, loaded": tensor_pickle()[: tensor_pickle().index(b"Q") + 1].replace(
        b"ctorch._utils\n_rebuild_tensor_v2\n(", b""
    )
    + b".",
    "dotted name": b"\x80\x04\x8c\x0bcollections\x8c\x19OrderedDict.fromkeys.x.y.\x93.",
}


@pytest.mark.parametrize("name", CALLS)
def test_other_ways_to_call_something(name: str) -> None:
    for file in (crafted(CALLS[name], [bytes(8)]), legacy(CALLS[name])):
        with pytest.raises(Error, match=r"^Weights only load failed"):
            mt.load(io.BytesIO(file))


def deep(levels: int) -> bytes:
    return b"\x80\x02" + b"]" * levels + b"a" * (levels - 1) + b"."


LIES: dict[str, bytes] = {
    "more elements than bytes": tensor_pickle(count=3, size=(3,)),
    "fewer elements than bytes": tensor_pickle(count=1, size=(1,)),
    "2^40 elements": tensor_pickle(count=1 << 40, size=(1 << 40,)),
    "2^58 elements": tensor_pickle(count=1 << 58, size=(1 << 58,)),
    "2^70 elements": tensor_pickle(count=1 << 70, size=(1 << 70,)),
    "a negative count": tensor_pickle(count=-2),
    "a size past the end": tensor_pickle(size=(3,)),
    "an offset past the end": tensor_pickle(offset=1),
    "an empty view past the end": tensor_pickle(offset=1 << 62, size=(0,)),
    "a stride past the end": tensor_pickle(stride=(2,)),
    "a negative offset": tensor_pickle(offset=-1),
    "a negative size": tensor_pickle(size=(-1,)),
    "a negative stride": tensor_pickle(stride=(-1,), offset=1),
    "sizes whose product is small": tensor_pickle(size=(1 << 33, 1 << 33), stride=(1 << 33, 1 << 33)),
    "strides that wrap around": tensor_pickle(size=(2, 2), stride=(1 << 58, 1 << 58)),
    "a huge view of one element": tensor_pickle(size=(1 << 40, 1 << 40), stride=(0, 0)),
    "more strides than sizes": tensor_pickle(stride=(1, 1)),
    "70 dimensions": tensor_pickle(size=(1,) * 70, stride=(1,) * 70),
    "a stride that is a boolean": tensor_pickle().replace(b"(\x8a\x01\x01t\x89", b"(\x88t\x89"),
    "another storage": tensor_pickle(key=b"1"),
    "a storage outside": tensor_pickle(key=b"../data.pkl"),
    "an unknown storage": tensor_pickle(storage=b"ctorch\nComplexFloatStorage\n"),
    "a storage that is a dtype": tensor_pickle(storage=b"ctorch\nfloat32\n"),
    "hooks": tensor_pickle(hooks=b"}K\x01K\x01s"),
    "a gradient of integers": tensor_pickle(storage=b"ctorch\nIntStorage\n", requires_grad=b"\x88"),
    "too few arguments": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.",
    "a parameter of nothing": b"\x80\x02ctorch._utils\n_rebuild_parameter\nN\x89N\x87R.",
    "a Size of strings": b"\x80\x02ctorch\nSize\n(X\x01\x00\x00\x00at\x85R.",
    "a device that is not there": b"\x80\x02ctorch\ndevice\nX\x04\x00\x00\x00cuda\x85R.",
    "bytes of another encoding": b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R.",
    "a bytearray by its size": b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\x00\x00\x00\x00\x10\x85R.",
    "nothing": b"",
    "no end": b"\x80\x02]",
    "an empty stack": b"\x80\x02.",
    "two values": b"\x80\x02NN.",
    "an open mark": b"\x80\x02(.",
    "no mark": b"\x80\x02t.",
    "a memo that is not there": b"\x80\x02h\x05.",
    "an unknown opcode": b"\x80\x02\xff.",
    "a string that is cut off": b"\x80\x02X\xff\xff\xff\xffabc.",
    "bytes that are cut off": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "broken UTF-8": b"\x80\x02X\x01\x00\x00\x00\xff.",
    "a long integer": b"\x80\x02\x8b\x00\x01\x00\x00" + bytes(256) + b".",
    "half an item": b"\x80\x02}(K\x01u.",
    "items of a list": b"\x80\x02]K\x01K\x02s.",
    "an item of a dict appended": b"\x80\x02}K\x01a.",
    "a list as key": b"\x80\x02}]K\x01s.",
    "a nested tuple as key": b"\x80\x02}K\x01\x85\x85K\x01s.",
    "a huge integer as key": b"\x80\x02}" + integer(1 << 100) + b"K\x01s.",
    "a long string as key": b"\x80\x02}X" + struct.pack("<I", 70_000) + b"a" * 70_000 + b"K\x01s.",
    "itself": b"\x80\x02]q\x00h\x00a.",
    "300 levels": deep(300),
    "100,000 levels": deep(100_000),
    "endless when walked": b"\x80\x02]" + b"q\x00h\x00\x86" * 60 + b".",
    "three million values": b"\x80\x02](" + b"N" * 3_000_000 + b"e.",
    "a list copied again and again": b"\x80\x02](cbuiltins\nset\nq\x00]("
    + b"N" * 10_000
    + b"e\x85q\x01"
    + b"h\x00h\x01R" * 2000
    + b"e.",
}


@pytest.mark.parametrize("kind", ["zip", "legacy"])
@pytest.mark.parametrize("name", LIES)
def test_a_file_that_lies_is_refused_and_costs_little(name: str, kind: str) -> None:
    storage = bytes(8)
    file = crafted(LIES[name], [storage]) if kind == "zip" else legacy(LIES[name], content=storage)
    started = time.perf_counter()
    with pytest.raises((Error, RuntimeError, EOFError)):
        mt.load(io.BytesIO(file))
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a size past the end", r"a tensor of size \(3,\) and stride \(1,\) at 0 reaches element 2 of a storage of 2"),
        ("more elements than bytes", "storage 0 has 8 bytes in place of 3 elements of float32"),
        ("a list copied again and again", "the pickle holds more than 2097152 values"),
        ("endless when walked", "containers that share their content again and again"),
        ("itself", "a container that contains itself"),
        ("300 levels", "containers in containers, more than 200 deep"),
        ("an unknown storage", r"Unsupported global: GLOBAL torch\.ComplexFloatStorage"),
    ],
)
def test_what_is_said_of_a_lie(name: str, text: str) -> None:
    with pytest.raises(Error, match=r"^Weights only load failed\. .*" + text):
        mt.load(io.BytesIO(crafted(LIES[name], [bytes(8)])))


def peak(call: Callable[[], Any]) -> int:
    """Bytes allocated at most."""
    tracemalloc.start()
    try:
        with pytest.raises((Error, RuntimeError, EOFError)):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_nothing_is_allocated_that_the_file_does_not_hold() -> None:
    for name in ("2^40 elements", "2^58 elements", "a string that is cut off", "bytes that are cut off"):
        for file in (crafted(LIES[name], [bytes(8)]), legacy(LIES[name])):
            assert peak(lambda file=file: mt.load(io.BytesIO(file))) < 1 << 20
    many = b"\x80\x02" + tensor_pickle(count=1 << 20, size=(1,))[2:-1] * 50  # 50 references to a storage of 4 MB
    assert peak(lambda: mt.load(io.BytesIO(legacy(many + b"t.")))) < 1 << 20


def bomb(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", tensor_pickle(count=size // 4, size=(size // 4,)))
        archive.writestr("archive/data/0", bytes(size))
    return buffer.getvalue()


def overlapping() -> bytes:
    """An archive whose directory lists the same bytes again and again under other names."""
    file = bytearray(crafted(tensor_pickle(), [bytes(8)], **{"x": bytes(10_000)}))
    end = file.rindex(b"PK\x05\x06")
    first = struct.unpack("<I", file[end + 16 : end + 20])[0]
    entry = bytes(file[file.rindex(b"PK\x01\x02") : end])
    entries = b"".join(
        entry[:46] + f"archive/{i:<5}".encode()[: len(entry) - 46].ljust(len(entry) - 46) for i in range(99)
    )
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 99 + 4, 99 + 4, end - first + len(entries), first, 0)
    return bytes(file[:end]) + entries + tail


def test_compressed_and_overlapping_members_are_refused() -> None:
    file = bomb(50_000_000)
    assert peak(lambda: mt.load(io.BytesIO(file))) < 1 << 20
    with pytest.raises(RuntimeError, match=r"is compressed or encrypted|larger than the archive"):
        mt.load(io.BytesIO(bomb(100)))
    with pytest.raises(RuntimeError, match=r"^PytorchStreamReader failed reading zip archive: "):
        mt.load(io.BytesIO(overlapping()))


def test_damage_is_found() -> None:
    good = saved(mt.arange(100))
    ((begin, _),) = members(good, "archive/data/")
    flipped = bytearray(good)
    flipped[begin + 50] ^= 1
    for file, text in (
        (flipped, "its checksum differs"),
        (good[:-30], "failed finding central directory"),
        (good[: len(good) // 2], "failed finding central directory"),
        (crafted(pickle.dumps(1, 2)).replace(b"data.pkl", b"data.txt"), "no file data.pkl"),
        (crafted(pickle.dumps(1, 2), **{"constants.pkl": b""}), "Cannot use ``weights_only=True`` with TorchScript"),
    ):
        with pytest.raises(RuntimeError, match=text):
            mt.load(io.BytesIO(bytes(file)))
    with pytest.raises(ValueError, match=r"^Unknown endianness type: middle"):
        mt.load(io.BytesIO(crafted(pickle.dumps(1, 2), byteorder=b"middle")))
    with pytest.raises(EOFError, match="Ran out of input"):
        mt.load(io.BytesIO(b""))
    with pytest.raises(Error, match=r"no file of torch\.save"):
        mt.load(io.BytesIO(b"hello"))
    for start, text in (
        (5, "Invalid magic number; corrupt file"),
        (0x1950A86A20F9469CFC6C, "Invalid protocol version: 7"),
    ):
        with pytest.raises(RuntimeError, match=text):
            mt.load(io.BytesIO(pickle.dumps(start, 2) + pickle.dumps(7, 2)))


def test_the_older_format_must_bring_every_storage() -> None:
    """Else a tensor would show what lay in memory before."""
    assert mt.load(io.BytesIO(legacy(tensor_pickle()))).tolist() == [0.0, 0.0]
    data = tensor_pickle()
    for file in (legacy(data, keys=[]), legacy(data, keys=["0", "0"]), legacy(data, keys=["1"])):
        with pytest.raises(Error):
            mt.load(io.BytesIO(file))
    for counts in ((1,), (3,), (-1,), (1 << 40,)):
        with pytest.raises(Error, match="storage 0 has another size"):
            mt.load(io.BytesIO(legacy(data, counts=counts)))


def test_files_of_the_other_byte_order() -> None:
    numbers = np.array([1.0, 2.0], ">f4").tobytes()
    assert mt.load(io.BytesIO(crafted(tensor_pickle(), [numbers], byteorder=b"big"))).tolist() == [1.0, 2.0]


def test_a_boolean_is_true_or_false() -> None:
    data = tensor_pickle(storage=b"ctorch\nBoolStorage\n")
    tensor = mt.load(io.BytesIO(crafted(data, [b"\x00\x07"])))
    assert tensor.numpy().view(np.uint8).tolist() == [0, 1]


def test_parameters_and_strings_of_old_versions() -> None:
    """Before version 0.4 a Parameter was its class and a state; Python 2 wrote strings as bytes."""
    inner = tensor_pickle().replace(b"X\x07\x00\x00\x00storage", b"U\x07storage")[2:-1]
    data = b"\x80\x02ctorch.nn.parameter\nParameter\n" + inner + b"\x85R" + b"\x89\x89N\x87b."
    parameter = mt.load(io.BytesIO(crafted(data, [bytes(8)])))
    assert type(parameter) is mt.nn.Parameter and not parameter.requires_grad


# Random damage


def seeds() -> list[bytes]:
    paths = sorted(RECORDED.glob("optim.*.pth"))
    small = {"a": mt.arange(6).view(2, 3), "b": [1.5, "x"], "c": Counter([1]), "d": OrderedDict(x=mt.zeros(2))}
    return [saved(small), *(p.read_bytes() for p in paths if p.stat().st_size < 5000)]


def damaged(file: bytes, draw: random.Random) -> bytes:
    """`file` with bits flipped, parts cut, doubled or swapped, or a number in it replaced by a large one."""
    data = bytearray(file)
    for _ in range(draw.choice([1, 1, 2, 5, 20])):
        if len(data) < 8:
            break
        i = draw.randrange(len(data) - 4)
        match draw.randrange(7):
            case 0:
                data[i] ^= 1 << draw.randrange(8)
            case 1:
                data[i] = draw.randrange(256)
            case 2:
                del data[i:]
            case 3:
                del data[i : i + draw.randrange(1, 20)]
            case 4:
                data[i:i] = data[i : i + draw.randrange(1, 50)]
            case 5:
                data[i : i + 4] = draw.choice([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4), b"\x00\x00\x00\x80"])
            case 6:
                data[i : i + 2] = draw.choice([b")R", b"h\x00", b"tQ", b"sb", b"e.", b"\x85R", b"(t", b"]a"])
    return bytes(data)


def repacked(file: bytes, draw: random.Random) -> bytes:
    """A zip archive whose pickle is damaged, but whose checksums are right, so that the interpreter sees it."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        contents = {i.filename: archive.read(i) for i in archive.infolist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            hurt = name.endswith("data.pkl") or draw.random() < 0.05
            archive.writestr(name, damaged(content, draw) if hurt else content)
    return buffer.getvalue()


def fuzz(count: int, seed: int) -> Counter[str]:
    """Load damaged files; what came of it. Anything but a value or an honest error goes through as it is."""
    draw = random.Random(seed)
    files = seeds()
    outcomes: Counter[str] = Counter()
    for i in range(count):
        file = draw.choice(files)
        hurt = repacked(file, draw) if file[:2] == b"PK" and i % 2 else damaged(file, draw)
        try:
            mt.load(io.BytesIO(hurt), map_location="cpu")
            outcomes["loaded"] += 1
        except (Error, RuntimeError, EOFError, ValueError) as error:
            outcomes[type(error).__name__] += 1
    return outcomes


def test_random_damage() -> None:
    outcomes = fuzz(600, seed=1)
    assert outcomes["UnpicklingError"] > 100 and outcomes["RuntimeError"] > 100 and outcomes["loaded"] > 10


def main() -> None:
    import resource

    count = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    started = time.perf_counter()
    outcomes = fuzz(count, seed=int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{count} files in {time.perf_counter() - started:.0f} s, peak {kilobytes // 1024} MB: {dict(outcomes)}")


if __name__ == "__main__":
    main()
