"""Bad calls, made systematically: good calls, each argument of which is replaced by what it must not be.

A good call is a name and its arguments. Arguments are plain Python values; `T("f", 2, 3)` stands for a tensor. From each
good call come calls with every argument replaced by every value of `BAD`, left out, one too many, and with a keyword
that nobody knows; each as a function and, where there is one, as a method.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors_good import GOOD, T

KINDS = {"f": "float32", "d": "float64", "i": "int64", "b": "bool"}
BAD: dict[str, Any] = {
    "str": "a", "None": None, "int": 3, "negative": -5, "zero": 0, "float": 1.5, "bool": True, "empty list": [],
    "ints": [1, 1], "tuple with str": (1, "a"), "str list": ["a"], "negative ints": (-1, -2), "dict": {}, "type": int,
    "float ints": (1.0, 2.0), "many ints": (1, 2, 3, 4, 5),
    "0-dim": T("f"), "vector": T("f", 4), "matrix": T("f", 3, 5), "cube": T("f", 2, 2, 2), "5-d": T("f", 1, 1, 1, 1, 1),
    "no elements": T("f", 0), "no rows": T("f", 0, 3), "double": T("d", 2, 3), "long": T("i", 2, 3), "bools": T("b", 2, 3),
    "long vector": T("i", 3), "big longs": T("i", 3, scale=9), "tensors": [T("f", 2), T("f", 3)],
}  # fmt: skip
_UNORDERED = re.compile(r"\{([^{}]*)\}")  # a set's order is another one in each process
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
FILE = Path(__file__).parent.parent / "recorded" / "errors.json.gz"


@dataclass(frozen=True)
class Call:
    """One bad call."""

    name: str
    how: str
    path: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    method: bool = False
    forward: Any = None

    def make(self, torch: Any) -> Any:
        args = [real(torch, a) for a in self.args]
        kwargs = {k: real(torch, v) for k, v in self.kwargs.items()}
        if self.method:
            return getattr(args[0], self.path.rsplit(".", 1)[-1])(*args[1:], **kwargs)
        made = find(torch, self.path)(*args, **kwargs)
        return made if self.forward is None else made(*[real(torch, a) for a in self.forward])


def find(torch: Any, path: str) -> Any:
    for part in path.split("."):
        torch = getattr(torch, part)
    return torch


def real(torch: Any, spec: Any) -> Any:
    """The value that a description stands for, of the library `torch`"""
    if isinstance(spec, T):
        n = int(np.prod(spec.shape))
        values = np.asarray(np.arange(n) * spec.scale % (3 * spec.scale), KINDS[spec.kind]).reshape(spec.shape)
        return torch.from_numpy(np.asarray(values + 0.25, KINDS[spec.kind]) if spec.kind in "fd" else values)
    if isinstance(spec, (list, tuple)):
        return type(spec)(real(torch, s) for s in spec)
    if isinstance(spec, str) and spec.startswith("torch."):
        return getattr(torch, spec[6:])
    return spec


def outcome(torch: Any, call: Call) -> tuple[str, str]:
    """Type and first line of the exception; what the result is where there is none"""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            out = call.make(torch)
        except Exception as error:
            kinds = ("IndexError", "ValueError", "TypeError", "NotImplementedError", "AttributeError", "RuntimeError")
            names = [c.__name__ for c in type(error).__mro__ if c.__name__ in kinds]
            own = type(error).__name__.lstrip("_") if type(error).__module__ != "torch" else (names or ["?"])[0]
            line = str(error).strip().split("\n", 1)[0].split(" (Triggered internally")[0]
            return own, _UNORDERED.sub(
                lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", _ADDRESS.sub("", line)
            )
    return "", type(out).__name__


def is_met(got: tuple[str, str], expected: tuple[str, str]) -> bool:
    """Whether both raise the same, or neither raises"""
    return got == expected or got[0] == expected[0] == ""


def calls() -> Iterator[Call]:
    """Every bad call, in a fixed order"""
    for path, args, kwargs, options in GOOD:
        for method in (False, True) if options.get("method") else (False,):
            name = f"{'Tensor.' if method else ''}{path}({len(args)}{', ' if kwargs else ''}{', '.join(kwargs)})"
            yield from _spoilt(name, path, args, kwargs, method, options.get("forward"))


def _spoilt(name: str, path: str, args: Any, kwargs: Any, method: bool, forward: Any) -> Iterator[Call]:
    def call(how: str, a: Any = args, k: Any = kwargs, f: Any = forward) -> Call:
        return Call(name, how, path, tuple(a), dict(k), method, f)

    yield call("as it is")
    for i in range(1 if method or path.startswith("Tensor.") else 0, len(args)):
        for what, bad in BAD.items():
            if bad != args[i] or type(bad) is not type(args[i]):
                yield call(f"{i}: {what}", (*args[:i], bad, *args[i + 1 :]))
        yield call(f"{i}: left out", (*args[:i], *args[i + 1 :]))
    for key in kwargs:
        for what, bad in BAD.items():
            yield call(f"{key}: {what}", k={**kwargs, key: bad})
    yield call("one too many", (*args, 1))
    yield call("two too many", (*args, "a", None))
    yield call("unknown keyword", k={**kwargs, "colour": 1})
    for i in range(len(forward or ())):
        for what, bad in BAD.items():
            yield call(f"forward {i}: {what}", f=(*forward[:i], bad, *forward[i + 1 :]))
    if forward:
        yield call("forward without", f=())
        yield call("forward one more", f=(*forward, "a"))
    if method:
        for what, bad in BAD.items():
            if isinstance(bad, T):
                yield call(f"self: {what}", (bad, *args[1:]))
