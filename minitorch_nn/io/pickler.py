"""Write pickles of plain values, byte for byte as Python's pickler writes them in protocol 2.

Python's own can only write a name that it can import; this one writes `torch._utils._rebuild_tensor_v2` where there is
no torch.
"""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pickle import encode_long
from typing import Any, NamedTuple

__all__ = ["Call", "Name", "Persistent", "dump"]

MAX_DEPTH = 200


class Name(NamedTuple):
    """Something that the reader has under this name."""

    module: str
    name: str


class Call(NamedTuple):
    """`function(*args)`, made by the reader; then `items` are set in it and `state` is given to it."""

    function: Name
    args: tuple[Any, ...]
    items: Iterable[tuple[Any, Any]] = ()
    state: dict[str, Any] | None = None


class Persistent(NamedTuple):
    """A value that is stored elsewhere, under this id."""

    pid: tuple[Any, ...]


def dump(value: Any, convert: Callable[[Any], Name | Call | Persistent | None]) -> bytes:
    """The pickle of `value`: None, numbers, strings, bytes, and dict, list, tuple, set, OrderedDict, Counter of them.

    convert: gives what to write for an object of any other type; None if it knows none.
    What is held twice is written once.

    Raises TypeError, naming the place in `value`, for any other type (subclasses are other types).
    """
    pickler = _Pickler(convert)
    pickler.write(value, "obj")
    return b"\x80\x02" + bytes(pickler.out) + b"."


class _Pickler:
    def __init__(self, convert: Callable[[Any], Name | Call | Persistent | None]) -> None:
        self.convert = convert
        self.out = bytearray()
        self.memo: dict[Any, int] = {}
        """id of an object that was written (or a Name) -> its number"""
        self.alive: list[Any] = []  # so that no id is used again
        self.unfinished: set[int] = set()
        """ids of the containers that are being written: each in the one before"""

    def memoize(self, key: Any, value: Any = None) -> None:
        number = self.memo[key] = len(self.memo)
        self.alive.append(value)
        self.out += b"q%c" % number if number < 256 else b"r" + struct.pack("<I", number)

    def known(self, key: Any) -> bool:
        """Whether this was written before; if so, refer to it."""
        number = self.memo.get(key)
        if number is None:
            return False
        self.out += b"h%c" % number if number < 256 else b"j" + struct.pack("<I", number)
        return True

    def write(self, value: Any, place: str) -> None:
        """Write `value`; `place` says where it stands, for errors."""
        out, kind = self.out, type(value)
        if value is None or kind is bool:
            out += {None: b"N", True: b"\x88", False: b"\x89"}[value]
        elif kind is int:
            out += _integer(value, place)
        elif kind is float:
            out += b"G" + struct.pack(">d", value)
        elif kind is Name:
            self.write_name(value)
        elif id(value) in self.unfinished:
            raise TypeError(f"can't save {place[:200]}: it contains itself")
        elif self.known(id(value)):
            pass
        elif kind is str:
            encoded = value.encode("utf-8", "surrogatepass")
            out += b"X" + struct.pack("<I", len(encoded)) + encoded
            self.memoize(id(value), value)
        else:
            self.unfinished.add(id(value))
            if len(self.unfinished) > MAX_DEPTH:
                raise TypeError(f"can't save {place[:200]}…: containers in containers, more than {MAX_DEPTH} deep")
            self.write_compound(value, place)
            self.unfinished.remove(id(value))

    def write_compound(self, value: Any, place: str) -> None:
        kind = type(value)
        if kind is tuple:
            self.write_tuple(value, place)
        elif kind is list:
            self.out += b"]"
            self.memoize(id(value), value)
            self.write_batches(([(f"{place}[{i}]", item)] for i, item in enumerate(value)), b"a", b"e")
        elif kind is dict:
            self.out += b"}"
            self.memoize(id(value), value)
            self.write_items(value.items(), place)
        elif kind is OrderedDict:
            self.write_call(value, Call(Name("collections", "OrderedDict"), (), value.items(), vars(value)), place)
        elif kind is Counter:
            self.write_call(value, Call(Name("collections", "Counter"), (dict(value),)), place)
        elif kind is set:
            self.write_call(value, Call(Name("__builtin__", "set"), (list(value),)), place)
        elif kind is bytes:
            self.write_call(value, Call(Name("_codecs", "encode"), (value.decode("latin-1"), "latin1")), place)
        else:
            self.write_converted(value, place)

    def write_converted(self, value: Any, place: str) -> None:
        converted = self.convert(value)
        match converted:
            case Name():
                self.write_name(converted)
            case Persistent(pid):
                self.write(pid, place)
                self.out += b"Q"
            case Call():
                self.write_call(value, converted, place)
            case _:
                kind = type(value)
                raise TypeError(
                    f"can't save {place}, a {kind.__module__}.{kind.__qualname__}: only tensors, numbers, strings, "
                    "bytes and plain dicts, lists, tuples and sets of them can be saved. " + _advice(value)
                )

    def write_name(self, name: Name) -> None:
        if not self.known(name):
            self.out += f"c{name.module}\n{name.name}\n".encode()
            self.memoize(name)

    def write_tuple(self, value: tuple[Any, ...], place: str) -> None:
        if not value:
            self.out += b")"
            return
        if len(value) > 3:
            self.out += b"("
        for i, item in enumerate(value):
            self.write(item, f"{place}[{i}]")
        self.out += b"t" if len(value) > 3 else b"\x85\x86\x87"[len(value) - 1 : len(value)]
        self.memoize(id(value), value)

    def write_call(self, value: Any, call: Call, place: str) -> None:
        self.write_name(call.function)
        self.write(call.args, place)
        self.out += b"R"
        self.memoize(id(value), value)
        self.write_items(call.items, place)
        if call.state:
            self.write(call.state, place)
            self.out += b"b"

    def write_items(self, items: Iterable[tuple[Any, Any]], place: str) -> None:
        pairs = ([(f"key {key!r} of {place}", key), (f"{place}[{key!r}]", value)] for key, value in items)
        self.write_batches(pairs, b"s", b"u")

    def write_batches(self, groups: Iterator[list[tuple[str, Any]]], one: bytes, many: bytes) -> None:
        """Write the (place, value)s of each group, and put them into the container by 1000 groups at a time."""
        while batch := list(islice(groups, 1000)):
            if len(batch) > 1:
                self.out += b"("
            for group in batch:
                for place, value in group:
                    self.write(value, place)
            self.out += many if len(batch) > 1 else one


def _integer(value: int, place: str) -> bytes:
    if 0 <= value < 1 << 8:
        return b"K%c" % value
    if 0 <= value < 1 << 16:
        return b"M" + struct.pack("<H", value)
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<i", value)
    encoded = encode_long(value)
    if len(encoded) > 255:
        raise TypeError(f"can't save {place}: an integer of more than 255 bytes")
    return b"\x8a%c" % len(encoded) + encoded


def _advice(value: Any) -> str:
    if hasattr(value, "state_dict"):
        return "Save its state_dict() instead."
    if hasattr(value, "dtype") and hasattr(value, "item"):
        return "Save .item() for a number, or torch.from_numpy(…) for an array."
    if isinstance(value, dict):
        return "Make it a dict(…) first."
    return "Save what it is made of."
