"""PyTorch's signatures, and what it says of arguments that do not fit one: its argument parser in reverse.

Source: the order of the checks is that of torch/csrc/utils/python_arg_parser.cpp; signatures.txt is written by
tests/record/record_signatures.py.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..autograd.variable import TensorBase
from ..device import device
from ..dtypes import dtype
from ..layout import layout, memory_format
from ..random import Generator
from .checks import is_plain
from .dims import ALIASES

_NUMPY_NAMES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}
_WORDS = {
    "Tensor": "Tensor", "Scalar": "Number", "int64_t": "int", "SymInt": "int", "double": "float", "bool": "bool",
    "TensorList": "tuple of Tensors", "IntArrayRef": "tuple of ints", "SymIntArrayRef": "tuple of ints",
    "ArrayRef<double>": "tuple of floats", "ArrayRef<Scalar>": "tuple of Scalars", "Generator": "torch.Generator",
    "ScalarType": "torch.dtype", "Layout": "torch.layout", "Device": "torch.device", "c10::string_view": "str",
    "MemoryFormat": "torch.memory_format", "Dimname": "name", "DimnameList": "tuple of names",
    "c10::List<::std::optional<Tensor>>": "tuple of Tensors", "Storage": "torch.Storage",
}  # fmt: skip
"""PyTorch's words for the types of its signatures."""


# What a signature says ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Parameter:
    """One parameter: `IntArrayRef[1]? dim=None`"""

    name: str
    kind: str
    size: int
    may_be_none: bool
    optional: bool
    keyword_only: bool
    number_too: bool
    """Whether a number may stand for the Tensor."""
    default: str

    def takes(self, x: Any) -> tuple[bool, int]:
        """Whether x fits, and which element of a sequence does not (-1: x as a whole)"""
        kind = self.kind
        if kind in ("IntArrayRef", "SymIntArrayRef", "ArrayRef<double>"):
            if isinstance(x, (tuple, list)):
                fits = _is_int if kind != "ArrayRef<double>" else _is_number
                return (True, -1) if not x or fits(x[0]) else (False, 0)
            return self.size > 0 and _is_int(x), -1
        if kind == "TensorList":
            if not isinstance(x, (tuple, list)):
                return False, -1
            wrong = next((i for i, t in enumerate(x) if not isinstance(t, TensorBase)), -1)
            return wrong < 0, wrong
        if kind == "Tensor":
            return isinstance(x, TensorBase) or (self.number_too and _is_number(x)), -1
        return _TAKES.get(kind, lambda x: False)(x), -1


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, complex, np.number, np.bool_))


def _is_int(x: Any) -> bool:
    if isinstance(x, TensorBase):
        return x._data.ndim == 0 and x._data.dtype.kind in "iu"
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


_TAKES: dict[str, Callable[[Any], bool]] = {
    "Scalar": lambda x: _is_number(x) or is_plain(x),
    "double": lambda x: (_is_number(x) and not isinstance(x, complex)) or is_plain(x),
    "int64_t": _is_int,
    "SymInt": _is_int,
    "bool": lambda x: isinstance(x, bool),
    "c10::string_view": lambda x: isinstance(x, str),
    "ScalarType": lambda x: isinstance(x, dtype) or x in (bool, int, float, complex),
    "Layout": lambda x: isinstance(x, layout),
    "MemoryFormat": lambda x: isinstance(x, memory_format),
    "Device": lambda x: isinstance(x, (str, device, int)) and not isinstance(x, bool),
    "Generator": lambda x: isinstance(x, Generator) or type(x).__name__ == "Generator",
    "Dimname": lambda x: isinstance(x, str) or x is None,
    "DimnameList": lambda x: isinstance(x, (tuple, list)) and all(isinstance(n, str) or n is None for n in x),
    "PyObject*": lambda x: True,
    "c10::List<::std::optional<Tensor>>": lambda x: isinstance(x, (tuple, list)),
    "ArrayRef<Scalar>": lambda x: isinstance(x, (tuple, list)) and all(map(_is_number, x)),
    "ScalarList": lambda x: isinstance(x, (tuple, list)) and all(map(_is_number, x)),
}


@dataclass(frozen=True)
class Signature:
    """What one form of an operation takes."""

    name: str
    parameters: tuple[Parameter, ...]
    deprecated: bool

    @property
    def most(self) -> int:
        """How many arguments it takes by position."""
        return sum(not p.keyword_only for p in self.parameters)

    @property
    def least(self) -> int:
        """How many arguments it needs."""
        return sum(not p.optional for p in self.parameters)

    def text(self) -> str:
        """As PyTorch prints it: `(Tensor input, *, Number alpha = 1)`"""
        parts: list[str] = []
        for p in self.parameters:
            if p.keyword_only and "*" not in parts:
                parts.append("*")
            parts.append(f"{_WORDS.get(p.kind, p.kind)} {p.name}" + (f" = {p.default}" if p.optional else ""))
        return f"({', '.join(parts)})"

    def refusal(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
        """What PyTorch says of the arguments, None if they fit."""
        first = self.parameters[0].kind if self.parameters else ""
        row_of_ints = self.most == 1 and first in ("IntArrayRef", "SymIntArrayRef")  # as in view(2, 3)
        if len(args) > self.most and not row_of_ints:
            return self._too_many(len(args))
        at, left = 0, len(kwargs)
        for n, p in enumerate(self.parameters):
            by_keyword = at >= len(args)
            if not by_keyword and p.keyword_only:
                return self._too_many(len(args))
            name = next((k for k in (p.name, *_NUMPY_NAMES.get(p.name, ())) if k in kwargs), None)
            given = name is not None if by_keyword else True
            value = (kwargs[name] if name is not None else None) if by_keyword else args[at]
            if given and not (value is None and p.may_be_none):
                fits, wrong = p.takes(value)
                if not fits and row_of_ints and at == 0 and not by_keyword and _is_int(value):
                    at = len(args)  # all of them are this argument
                    continue
                if row_of_ints and len(args) > 1:
                    return self._too_many(len(args))
                if not fits and p.kind == "TensorList" and wrong >= 0:
                    return f"expected Tensor as element {wrong} in argument {n}, but got {full_name(value[wrong])}"
                if not fits:
                    return self.misfit(p, value, None if by_keyword else at + 1, wrong)
            elif not given and not p.optional:
                return self._missing(n)
            if not by_keyword:
                at += 1
            elif given:
                left -= 1
        return self._unknown(kwargs, len(args)) if left > 0 else None

    def placed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The call with as many arguments as can be by position, in place of by keyword."""
        given, named = list(args), dict(kwargs)
        for p in self.parameters[len(args) : self.most]:
            name = next((k for k in (p.name, *_NUMPY_NAMES.get(p.name, ())) if k in named), None)
            if name is None:
                break
            given.append(named.pop(name))
        return tuple(given), named

    def unpacked(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
        """What PyTorch says when it reads the lists of arguments that fit, None if it can"""
        for n, p in enumerate(self.parameters):
            value = args[n] if n < len(args) else kwargs.get(p.name)
            if p.kind in ("IntArrayRef", "SymIntArrayRef"):
                row = args if n == 0 and len(args) > self.most == 1 else value
                for i, x in enumerate(row if isinstance(row, (tuple, list)) else ()):
                    if not (_is_int(x) or isinstance(x, bool)):
                        return (
                            f"{self.name}(): argument '{p.name}' failed to unpack the object at pos {i + 1} with error "
                            f'"type must be tuple of ints,but got {full_name(x)}"'
                        )
        return None

    def _too_many(self, count: int) -> str:
        if self.least != self.most:
            return f"{self.name}() takes from {self.least} to {self.most} positional arguments but {count} were given"
        plural, verb = "" if self.most == 1 else "s", "was" if count == 1 else "were"
        return f"{self.name}() takes {self.most} positional argument{plural} but {count} {verb} given"

    def _missing(self, start: int) -> str:
        names = [f'"{p.name}"' for p in self.parameters[start:] if not p.optional]
        plural = "s" if len(names) == 1 else ""  # so PyTorch says it
        return f"{self.name}() missing {len(names)} required positional argument{plural}: {', '.join(names)}"

    def misfit(self, p: Parameter, value: Any, position: int | None, wrong: int) -> str:
        """What PyTorch says of a value that does not fit; wrong: the element that does not, -1 for the whole."""
        where = "" if position is None else f" (position {position})"
        if position is not None and wrong >= 0:
            kind = type(value[wrong]).__name__
            what = f"{_WORDS[p.kind]}, but found element of type {kind} at pos {wrong}"
        else:
            what = f"{_WORDS.get(p.kind, p.kind)}, not {full_name(value)}"
        return f"{self.name}(): argument '{p.name}'{where} must be {what}"

    def _unknown(self, kwargs: Mapping[str, Any], count: int) -> str:
        places = {p.name: i for i, p in enumerate(self.parameters)}
        for name in kwargs:
            place = next((places[k] for k in (name, ALIASES.get(name, name)) if k in places), -1)
            if place < 0:
                return f"{self.name}() got an unexpected keyword argument '{name}'"
            if place < count:
                return f"{self.name}() got multiple values for argument '{name}'"
        return "invalid keyword arguments"


def full_name(x: Any) -> str:
    """What PyTorch calls the type of x."""
    kind = type(x)
    if kind.__name__ in ("dtype", "device", "layout", "memory_format"):
        return f"torch.{kind.__name__}"
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


_PARAMETER = re.compile(r"(?P<kind>[\w:<>*]+)(?:\[(?P<size>\d+)\])?(?P<none>\?)? (?P<name>\w+)(?:=(?P<default>.*))?$")
_NUMBERS_TOO = {"add", "add_", "sub", "sub_", "subtract", "subtract_", "mul", "mul_", "multiply", "multiply_", "div", "div_",
    "divide", "divide_", "true_divide", "true_divide_", "floor_divide", "floor_divide_", "_conj", "rsub", "fmod", "remainder",
    "fmod_", "remainder_", "bitwise_left_shift", "bitwise_right_shift", "ldexp"}  # fmt: skip


_DEFAULTS = {"false": "False", "true": "True", "c10::nullopt": "None", "::std::nullopt": "None"}


def _signature(text: str) -> Signature:
    name, _, rest = text.partition("(")
    rest, _, flag = rest.rpartition(")")
    parameters, keyword_only = [], False
    for part in filter(None, re.split(r", (?![^<(]*[>)])", rest)):
        if part == "*":
            keyword_only = True
            continue
        m = _PARAMETER.match(part)
        if m is None:
            raise ValueError(f"signature {text}: {part}")
        default = m["default"]
        none = m["none"] is not None or default in ("None", "c10::nullopt", "::std::nullopt")
        parameters.append(
            Parameter(
                m["name"],
                m["kind"],
                int(m["size"] or 0),
                none,
                default is not None,
                keyword_only,
                name in _NUMBERS_TOO,
                _DEFAULTS.get(default or "", default or ""),
            )
        )
    return Signature(name, tuple(parameters), flag == "|deprecated")


@functools.cache
def table() -> dict[tuple[str, str], list[str]]:
    """The signatures by form and name, not yet read; an empty list where nothing is taken"""
    table: dict[tuple[str, str], list[str]] = {}
    text = Path(__file__).with_name("signatures.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        form, _, signature = line.partition(" ")
        table.setdefault((form, signature.partition("(")[0]), []).extend([signature] if "(" in signature else [])
    return table


@functools.cache
def signatures(form: str, name: str) -> list[Signature] | None:
    lines = table().get((form, name))
    return None if lines is None else [_signature(line) for line in lines]
