"""Read pickles as data: an interpreter of the opcodes that plain values need. Nothing can be executed.

A pickle is a program for a stack machine. Python's own machine imports whatever name the file gives and calls it with
the file's arguments. This one has no import: a name is looked up in a table that the caller gives, and only what stands
there as a `Constructor` can be called. Values, containers and the sharing between them come out as they went in.
"""

from __future__ import annotations

import pickletools
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from pickle import UnpicklingError
from typing import Any, BinaryIO, NamedTuple

__all__ = ["PLAIN", "Constructor", "UnpicklingError", "UnsupportedError", "check_plain", "unpickle"]

MAX_COUNT = 1 << 21
"""Opcodes, and values copied by constructors: enough for 50,000 tensors with their names. An opcode of one byte can
make a container of 200 bytes, so the length of the file alone is no limit."""
MAX_DEPTH = 200
MAX_EXPANDED = 1 << 26
"""Values in the result, each counted as often as it can be reached."""


class UnsupportedError(UnpicklingError):
    """The pickle is in order, but holds what is not data: a name or an opcode that is not known here."""


class Constructor(NamedTuple):
    """A function that a pickle may call, under the name it is known by there."""

    name: str
    make: Callable[..., Any]


def unpickle(
    stream: BinaryIO,
    names: Mapping[str, Any],
    *,
    persistent_load: Callable[[Any], Any] | None = None,
    build: Mapping[type, Callable[[Any, Any], None]] | None = None,
    encoding: str = "utf-8",
) -> Any:
    """The value that the pickle at the stream's position stands for; the stream is left behind it.

    names: what the pickle may refer to: "module name" -> a value, or a `Constructor`.
    persistent_load: makes a value from an id that the pickle holds instead of the value.
    build: type -> function that gives a new object of that type its state.
    encoding: of strings that Python 2 wrote; "bytes" leaves them undecoded.

    Raises UnsupportedError for an unknown name or opcode, UnpicklingError for damage and for too much of anything,
    EOFError if nothing is left to read.
    """
    start = stream.read(1)
    if not start:
        raise EOFError("Ran out of input")
    stream.seek(-1, 1)
    try:
        return _Machine(names, persistent_load, build or {}, encoding).run(stream)
    except UnpicklingError:
        raise
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise UnpicklingError(f"the pickle is damaged ({type(error).__name__}: {error})") from None


# Opcodes that push their argument, a constant, or a new container; and those that do more.
_ARGUMENT = frozenset(
    {
        *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
        *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    }
)
_CONSTANT = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_CONTAINER: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_SET": set}
_TUPLE = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_OTHER = frozenset(
    {
        *("STOP", "PROTO", "FRAME", "MARK"),
        *("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "SETITEM", "SETITEMS", "APPEND", "APPENDS", "ADDITEMS"),
        *("BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET"),
        *("GLOBAL", "STACK_GLOBAL", "REDUCE", "NEWOBJ", "BUILD", "BINPERSID", "BINSTRING", "SHORT_BINSTRING"),
    }
)
_KNOWN = _ARGUMENT | _OTHER | _CONSTANT.keys() | _CONTAINER.keys()
_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
_DICTS = (dict, OrderedDict, Counter)


class _Machine:
    def __init__(
        self,
        names: Mapping[str, Any],
        persistent_load: Callable[[Any], Any] | None,
        build: Mapping[type, Callable[[Any, Any], None]],
        encoding: str,
    ) -> None:
        self.names, self.persistent_load, self.build, self.encoding = names, persistent_load, build, encoding
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        """The stacks under each MARK that is still open."""
        self.memo: dict[int, Any] = {}

        self.count = 0

    def run(self, stream: BinaryIO) -> Any:
        while True:
            code = stream.read(1)
            if not code:
                raise UnpicklingError("the pickle ends too early")
            opcode = _OPCODES.get(code)
            if opcode is None:
                raise UnpicklingError(f"the pickle is damaged ({code!r} is no opcode)")
            name = opcode.name
            if name not in _KNOWN:
                raise UnsupportedError(f"Unsupported operand {name}: files of tensors and plain values don't use it")
            arg = opcode.arg.reader(stream) if opcode.arg is not None else None
            self.spend(1)
            if name in _ARGUMENT:
                self.stack.append(arg)
            elif name in _CONSTANT:
                self.stack.append(_CONSTANT[name])
            elif name in _CONTAINER:
                self.stack.append(_CONTAINER[name]())
            elif name == "STOP":
                (result,) = self.stack
                return result
            else:
                self.apply(name, arg)

    def spend(self, count: int) -> None:
        self.count += count
        if self.count > MAX_COUNT:
            raise UnpicklingError(f"the pickle holds more than {MAX_COUNT} values; it is too large to be weights")

    def apply(self, name: str, arg: Any) -> None:
        stack = self.stack
        match name:
            case "BINPUT" | "LONG_BINPUT":
                self.memo[arg] = stack[-1]
            case "MEMOIZE":
                self.memo[len(self.memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[arg])
            case "MARK":
                self.below.append(stack)
                self.stack = []
            case "TUPLE":
                items = self.pop_mark()
                self.stack.append(tuple(items))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                self.stack.append(tuple(self.pop(_TUPLE[name])))
            case "SETITEM":
                key, value = self.pop(2)
                self.set_items([key, value])
            case "SETITEMS":
                self.set_items(self.pop_mark())
            case "APPEND":
                (item,) = self.pop(1)
                self.target(list).append(item)
            case "APPENDS":
                items = self.pop_mark()
                self.target(list).extend(items)
            case "ADDITEMS":
                items = self.pop_mark()
                self.target(set).update(map(_key, items))
            case "GLOBAL":
                self.stack.append(self.lookup(arg))
            case "STACK_GLOBAL":
                self.stack.append(self.lookup(" ".join(self.pop(2))))
            case "REDUCE" | "NEWOBJ":
                function, args = self.pop(2)
                if not isinstance(function, Constructor) or type(args) is not tuple:
                    raise UnsupportedError(f"Trying to call reduce for unrecognized function {_shown(function)}")
                self.spend(sum(len(a) for a in args if hasattr(a, "__len__")))  # it may copy them
                self.stack.append(function.make(*args))
            case "BUILD":
                (state,) = self.pop(1)
                target = stack[-1]
                if type(target) not in self.build:
                    raise UnsupportedError(f"Can only build known types, but got {type(target).__name__}")
                self.build[type(target)](target, state)
            case "BINPERSID":
                (pid,) = self.pop(1)
                if self.persistent_load is None:
                    raise UnpicklingError("unsupported persistent id encountered")
                self.stack.append(self.persistent_load(pid))
            case "BINSTRING" | "SHORT_BINSTRING":
                raw = arg.encode("latin-1")
                self.stack.append(raw if self.encoding == "bytes" else raw.decode(self.encoding))
            case "PROTO" | "FRAME":
                pass

    def pop(self, count: int) -> list[Any]:
        items = self.stack[-count:]
        if len(items) < count:
            raise UnpicklingError("the pickle is damaged (its stack is empty)")
        del self.stack[-count:]
        return items

    def pop_mark(self) -> list[Any]:
        items = self.stack
        self.stack = self.below.pop()
        return items

    def target(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise UnpicklingError(f"Can only append to a {kind.__name__}, but got {type(self.stack[-1]).__name__}")
        return self.stack[-1]

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in _DICTS:
            raise UnpicklingError(f"Can only set items of dicts, but got {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[_key(key)] = value

    def lookup(self, name: str) -> Any:
        try:
            return self.names[name]
        except KeyError:
            dotted = ".".join(name[:200].split(" ", 1))
            raise UnsupportedError(
                f"Unsupported global: GLOBAL {dotted} was not an allowed global by default."
            ) from None


def _key(key: Any) -> Any:
    """`key` if it is quick to hash and compare: a file must not choose keys that take long."""
    parts = key if type(key) is tuple and len(key) <= 16 else (key,)
    for part in parts:
        if type(part) not in (str, int, float, bool, bytes, type(None)):
            raise UnpicklingError(f"a key must be a string, a number or a short tuple of them, not {_shown(part)}")
        if (type(part) is int and part.bit_length() > 64) or (isinstance(part, (str, bytes)) and len(part) > 1 << 16):
            raise UnpicklingError(
                "a key must be an integer of at most 64 bits or a string of at most 65,536 characters"
            )
    return key


def _shown(value: Any) -> str:
    return value.name if isinstance(value, Constructor) else f"a {type(value).__name__}"


def _ordered_dict(*args: Any) -> OrderedDict[Any, Any]:
    (pairs,) = args or ([],)
    return OrderedDict((_key(key), value) for key, value in pairs)


def _counter(*args: Any) -> Counter[Any]:
    (counts,) = args or ({},)
    if type(counts) is not dict:
        raise UnpicklingError("a Counter is made from a dict")
    return Counter(counts)


def _set(*args: Any) -> set[Any]:
    (items,) = args or ([],)
    return set(map(_key, items))


def _encode(text: str, encoding: str) -> bytes:
    """How protocol 2 writes bytes: as text that is to be encoded in Latin-1."""
    if encoding not in ("latin1", "latin-1"):
        raise UnpicklingError(f"bytes are written in latin1, not in {encoding!r}")
    return text.encode("latin-1")


def _bytearray(*args: Any) -> bytearray:
    (content,) = args or (b"",)
    if type(content) is not bytes:  # an integer would be a size to allocate
        raise UnpicklingError("a bytearray is made from bytes")
    return bytearray(content)


def _complex(real: float, imaginary: float) -> complex:
    return complex(real, imaginary)


_SIMPLE: dict[str, Callable[..., Any]] = {
    "collections OrderedDict": _ordered_dict,
    "collections Counter": _counter,
    "_codecs encode": _encode,
    "builtins set": _set,
    "builtins complex": _complex,
    "builtins bytearray": _bytearray,
}
PLAIN: dict[str, Any] = {name: Constructor(name.replace(" ", "."), make) for name, make in _SIMPLE.items()}
"""Names of plain values, for `unpickle`. Protocols up to 2 call the module `builtins` by its older name."""
PLAIN |= {name.replace("builtins", "__builtin__"): c for name, c in PLAIN.items() if name.startswith("builtins")}

_LEAVES = frozenset((str, int, float, complex, bool, bytes, bytearray, type(None)))
_CONTAINERS = (*_DICTS, list, tuple, set)


def check_plain(value: Any, leaves: tuple[type, ...] = ()) -> None:
    """Raise UnpicklingError if `value` is not made of plain values, plain containers and `leaves` (with subclasses).

    Nor may it contain itself, be deeper than MAX_DEPTH, or larger than MAX_EXPANDED when what is shared is written out
    each time: a list of two lists of two lists … that are shared has few objects, but whoever walks it never ends.
    """
    done: dict[int, tuple[int, int]] = {}
    """id of a container -> (levels in it, values in it)"""
    open_ids: set[int] = set()
    within = _containers_in([value], leaves)
    path = [([value], within, iter(within))]
    while path:
        current, inner, left = path[-1]
        following = next((c for c in left if id(c) not in done), None)
        if following is not None:
            if id(following) in open_ids:
                raise UnpicklingError("the file holds a container that contains itself")
            open_ids.add(id(following))
            within = _containers_in(following, leaves)
            path.append((following, within, iter(within)))
        else:
            depth = 1 + max((done[id(c)][0] for c in inner), default=0)
            size = len(current) + sum(done[id(c)][1] for c in inner)
            done[id(current)] = depth, size
            open_ids.discard(id(current))
            path.pop()
            if depth > MAX_DEPTH + 1:
                raise UnpicklingError(f"the file holds containers in containers, more than {MAX_DEPTH} deep")
            if size > MAX_EXPANDED:
                raise UnpicklingError("the file holds containers that share their content again and again")


def _containers_in(value: Any, leaves: tuple[type, ...]) -> list[Any]:
    """The containers directly in `value`; what else is in it must be a plain value or a leaf."""
    items = list(value.values() if isinstance(value, dict) else value)
    if isinstance(value, OrderedDict):
        items += vars(value).values()
    inner = []
    for item in items:
        if type(item) in _CONTAINERS:
            inner.append(item)
        elif type(item) not in _LEAVES and not isinstance(item, leaves):
            raise UnpicklingError(f"the file holds {_shown(item)} where a value is expected")
    return inner
