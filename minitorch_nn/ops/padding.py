"""Padding: with a constant, or with the tensor's own values reflected, repeated or wrapped around."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index as whole
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import fit_number
from .indexing import add_rows
from .memory import image_like
from .slices import slice_at

if TYPE_CHECKING:
    from ..tensor import Tensor

Widths = tuple[tuple[int, int], ...]


# With a constant ------------------------------------------------------------------------------------------------------
@op(name="ConstantPadNdBackward0", input=lambda g, widths: _crop_or_pad(g, widths))
def pad_constant(input: Tensor, *, widths: Widths, value: float) -> Tensor:
    """input with `value` around it; a negative width cuts off"""
    cut = tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(input.shape, widths, strict=True))
    inner = input[cut]
    out = image_like(input, tuple(n + a + b for n, (a, b) in zip(input.shape, widths, strict=True)))
    out[...] = value
    out[tuple(slice(max(a, 0), max(a, 0) + n) for n, (a, _) in zip(inner.shape, widths, strict=True))] = inner
    return out  # type: ignore[no-any-return]


def _crop_or_pad(g: Any, widths: Widths) -> Any:
    """The reverse: cut off what was added, put zeros where something was cut off"""
    if all(a >= 0 and b >= 0 for a, b in widths):
        return slice_at(g, index=tuple(slice(a, n - b) for n, (a, b) in zip(g.shape, widths, strict=True)))
    return pad_constant(g, widths=tuple((-a, -b) for a, b in widths), value=0.0)


# With its own values --------------------------------------------------------------------------------------------------
Maps = tuple[tuple[int, Any], ...]
"""For each dimension that is padded, which of its rows each row of the result is."""


def _take(input: Any, maps: Maps) -> Any:
    for dim, rows in maps:
        shape = (*input.shape[:dim], len(rows), *input.shape[dim + 1 :])
        input = np.take(input, rows, dim, out=image_like(input, shape), mode="clip")
    return input


@op(name="ReflectionPad1DBackward0", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def reflect_1d(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, L) with its edges reflected"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="ReflectionPad2DBackward0", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def reflect_2d(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, H, W) with its edges reflected"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="ReplicationPad1DBackward0", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def replicate_1d(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, L) with its edges repeated"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="ReplicationPad2DBackward0", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def replicate_2d(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, H, W) with its edges repeated"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="ReflectionPad3DBackward0", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def reflect_3d(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, D, H, W) with its edges reflected"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="ReplicationPad3DBackward0", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def replicate_3d(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, D, H, W) with its edges repeated"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="CopySlices", input=lambda g, maps, input_shape: collect(g, maps=maps, shape=input_shape))
def wrap_around(input: Tensor, *, maps: Maps) -> Tensor:
    """(N, C, ...) with each side continued by the opposite one"""
    return _take(input, maps)  # type: ignore[no-any-return]


@op(name="PaddingBackwardBackward0", g=lambda gg, maps: wrap_around(gg, maps=maps))
def collect(g: Tensor, *, maps: Maps, shape: tuple[int, ...]) -> Tensor:
    """The reverse: rows that were taken more than once add up"""
    for dim, rows in reversed(maps):
        out = image_like(g, (*g.shape[:dim], shape[dim], *g.shape[dim + 1 :]))
        out[...] = 0
        add_rows(np.moveaxis(out, dim, 0), rows, np.moveaxis(g, dim, 0))  # type: ignore[type-var]
        g = out
    return g


def _reflected(places: Any, size: int) -> Any:
    return (size - 1) - np.abs((size - 1) - np.abs(places))


def _wrapped(places: Any, size: int) -> Any:
    """Negative widths cut off first; what is left wraps around"""
    first, last = max(int(places[0]), 0), min(int(places[-1]) + 1, size)
    return first + (places - first) % (last - first)


_ROWS: dict[str, Callable[[Any, int], Any]] = {
    "reflect": _reflected,
    "replicate": lambda places, size: np.clip(places, 0, size - 1),
    "circular": _wrapped,
}
_OPERATIONS = {
    "reflect": (reflect_1d, reflect_2d, reflect_3d),
    "replicate": (replicate_1d, replicate_2d, replicate_3d),
    "circular": (wrap_around, wrap_around, wrap_around),
}


# The public form, with PyTorch's checks -------------------------------------------------------------------------------
def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """input with pad[0] before and pad[1] after its last dimension, pad[2] and pad[3] for the one before it, and so on

    mode: "constant" (value, 0 by default), "reflect", "replicate" or "circular"; these three for (N, C, L), (N, C, H, W)
    and (N, C, D, H, W), also without N. Negative widths cut off.
    """
    widths = [whole(p) for p in pad]
    shape = input._data.shape
    n = len(shape)
    if len(widths) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    dims = len(widths) // 2
    if dims > n:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(widths)} and input of dimension {n}"
        )
    pairs = [(0, 0)] * (n - dims) + list(zip(widths[-2::-2], widths[-1::-2], strict=True))
    if mode == "constant":
        if any(size + a + b < 0 for size, (a, b) in zip(shape, pairs, strict=True)):
            raise RuntimeError("narrow(): length must be non-negative.")
        number = fit_number(0 if value is None else value, input._data.dtype)
        return pad_constant(input, widths=tuple(pairs), value=number)
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in _ROWS:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if dims not in (1, 2, 3) or n not in (dims + 1, dims + 2):
        raise NotImplementedError(f"Padding size {len(widths)} is not supported for {n}D input tensor.")
    for k, dim in enumerate(range(n - 1, n - 1 - dims, -1)):
        _check_width(mode, k, dim, pairs[dim], shape, dims)
    old, new = shape[n - dims :], [shape[d] + sum(pairs[d]) for d in range(n - dims, n)]
    if mode != "circular" and max(new) < 1:
        letters = "DHW"[3 - dims :]
        before = ", ".join(f"{letter}: {size}" for letter, size in zip(letters, old, strict=True))
        before = before.replace(",", "", 1) if dims == 3 else before
        after = " ".join(f"{letter}: {size}" for letter, size in zip(letters, new, strict=True))
        raise RuntimeError(f"input ({before}) is too small. Calculated output {after}")
    if min(new) < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(new)}: {[*shape[: n - dims], *new]}")
    maps = tuple(
        (d, _ROWS[mode](np.arange(-pairs[d][0], shape[d] + pairs[d][1]), shape[d])) for d in range(n - dims, n)
    )
    return _OPERATIONS[mode][dims - 1](input, maps=maps)


def _check_width(mode: str, k: int, dim: int, width: tuple[int, int], shape: tuple[int, ...], dims: int) -> None:
    """Raise RuntimeError where dimension `dim`, the last but k, can't be padded so far"""
    (before, after), size = width, shape[dim]
    if mode == "circular":
        if max(width) > size:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if size + before + after < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
        return
    first = len(shape) - dims - 1 if dims == 3 else 1 if len(shape) > 2 + (k > 0) else 0
    if not all(shape[first:]):
        kinds = "4D or 5D" if dims == 3 else "2D or 3D"
        raise RuntimeError(
            f"Expected {kinds} (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(shape)}"
        )
    if mode == "reflect" and max(width) >= size:
        raise RuntimeError(
            f"Argument #{4 + 2 * k}: Padding size should be less than the corresponding input dimension, but got: "
            f"padding ({before}, {after}) at dimension {dim} of input {list(shape)}"
        )
