"""The text of tensors, as PyTorch 2.13.0 prints them, from arrays.

Rules: floating numbers get 4 digits; where all are whole they end in a bare point; where they lie too far apart, or are
too large or small, they are written with an exponent. Columns are as wide as the widest number, lines wrap at 80, and
above 1000 elements only the first and last three of each dimension are shown. What the text cannot show follows as
suffixes: size, dtype, grad_fn or requires_grad.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

__all__ = ["format_size", "format_tensor", "get_printoptions", "printoptions", "set_printoptions"]

Array = np.ndarray[Any, Any]


@dataclasses.dataclass
class _Options:
    precision: int = 4  # digits after the point
    threshold: float = 1000  # with more elements than this only the edges are shown
    edgeitems: int = 3  # elements shown at each edge of a dimension
    linewidth: int = 80
    sci_mode: bool | None = None  # None: chosen by the values


_options = _Options()
_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed; None leaves an option as it is, but for `sci_mode`, which it sets to "choose".

    Args:
        precision: digits after the point.
        threshold: with more elements than this only the edges of each dimension are shown.
        edgeitems: how many elements an edge has.
        linewidth: characters on a line.
        profile: "default", "short" or "full", set before the other options.
        sci_mode: True or False to write floating numbers always or never with an exponent.

    Raises:
        ValueError: an unknown profile (PyTorch ignores it).
    """
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"set_printoptions: profile must be one of {', '.join(_PROFILES)}, but got {profile!r}")
    chosen = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    new = {**_PROFILES.get(profile or "", {}), **{name: value for name, value in chosen.items() if value is not None}}
    for name, value in new.items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options in force, as `set_printoptions` takes them."""
    return dataclasses.asdict(_options)


@contextlib.contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """`set_printoptions` for a block."""
    previous = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**previous)


class _Formatter:
    """Writes numbers at one width, chosen by looking at all that will be shown."""

    def __init__(self, shown: Array) -> None:
        values = shown.reshape(-1).tolist()
        self.width = 1
        if shown.dtype.kind != "f":
            self.spec, self.point = "", ""
        else:
            # Zeros, nan and inf have no say in the width: they may stick out of their column, as in PyTorch.
            values = [value for value in values if value != 0 and math.isfinite(value)]
            whole = all(value.is_integer() for value in values)
            scientific = bool(values) and self._is_scientific([abs(value) for value in values])
            self.point = "." if whole and not scientific else ""
            self.spec = f".{_options.precision}e" if scientific else ".0f" if whole else f".{_options.precision}f"
        self.width = max([1, *(len(self._text(value)) for value in values)])

    @staticmethod
    def _is_scientific(magnitudes: list[float]) -> bool:
        if _options.sci_mode is not None:
            return _options.sci_mode
        smallest, largest = min(magnitudes), max(magnitudes)
        return largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4

    def _text(self, value: float) -> str:
        text = format(value, self.spec) if self.spec else str(value)
        return text + self.point if self.point and math.isfinite(value) else text

    def __call__(self, value: float) -> str:
        return self._text(value).rjust(self.width)


def _edges(array: Array) -> Array:
    """The elements that a summary shows."""
    count = _options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * count:
            array = np.delete(array, slice(count, size - count), axis)
    return array


def _body(array: Array, indent: int, summarize: bool, formatter: _Formatter) -> str:
    """Nested brackets; `indent` is the column of the opening one."""
    if array.ndim == 0:
        return formatter(array.item())
    count = _options.edgeitems
    hidden = summarize and len(array) > 2 * count
    rows = [array[:count], array[len(array) - count :]] if hidden else [array]
    if array.ndim > 1:
        parts = [_body(row, indent + 1, summarize, formatter) for part in rows for row in part]
        separator, ellipsis = "," + "\n" * (array.ndim - 1) + " " * (indent + 1), "..."
    else:
        parts = [formatter(value) for part in rows for value in part.tolist()]
        separator, ellipsis = ",\n" + " " * (indent + 1), " ..." if count else "..."
    if hidden:
        parts.insert(count, ellipsis)
    if array.ndim == 1:
        per_line = max(1, math.floor((_options.linewidth - indent) / (formatter.width + 2)))
        parts = [", ".join(parts[start : start + per_line]) for start in range(0, len(parts), per_line)]
    return "[" + separator.join(parts) + "]"


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """text, suffix, suffix): a suffix that does not fit starts a line of its own."""
    used = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if used + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            used = indent + len(suffix)
        else:
            text += ", " + suffix
            used += len(suffix) + 2
    return text + ")"


def format_tensor(
    array: Array,
    *,
    dtype_name: str,
    requires_grad: bool = False,
    grad_fn_name: str | None = None,
    class_name: str = "tensor",
    default_float: str = "torch.float32",
) -> str:
    """The text of a tensor, such as `tensor([1., 2.], grad_fn=<MulBackward0>)`.

    Args:
        array: its elements; any shape and strides; bool, integer or floating.
        dtype_name: such as "torch.float32"; shown unless it is `default_float`, torch.int64 or torch.bool.
        requires_grad: shown where there is no `grad_fn_name`.
        grad_fn_name: such as "MulBackward0".
        class_name: the word before the bracket: "tensor", or the name of a subclass; "Parameter" prints PyTorch's line
            "Parameter containing:" above a tensor.
        default_float: name of the default floating dtype.
    """
    heading = ""
    if class_name == "Parameter":
        heading, class_name = "Parameter containing:\n", "tensor"
    prefix = class_name + "("
    suffixes = []
    if array.size == 0:
        content = "[]"
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        if dtype_name != default_float:  # no element tells it
            suffixes.append(f"dtype={dtype_name}")
    else:
        summarize = array.size > _options.threshold
        formatter = _Formatter(_edges(array) if summarize else array)
        content = _body(array, len(prefix), summarize, formatter)
        if not _options.edgeitems:
            suffixes.append(f"size={array.shape}")
        if dtype_name not in (default_float, "torch.int64", "torch.bool"):
            suffixes.append(f"dtype={dtype_name}")
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return heading + _with_suffixes(prefix + content, suffixes, len(prefix))


def format_size(shape: Sequence[int]) -> str:
    """The text of a shape: `torch.Size([2, 3])`."""
    return f"torch.Size({list(shape)})"
