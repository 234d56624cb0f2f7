"""Padding: with a constant, or with the tensor's own values reflected, repeated or wrapped around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .shape import slice_at

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(name="ConstantPadNdBackward0", input=lambda g, widths: _crop_or_pad(g, widths))
def pad_constant(input: Tensor, *, widths: tuple[tuple[int, int], ...], value: float) -> Tensor:
    """input with `value` around it; a negative width cuts off"""
    cut = tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(input.shape, widths, strict=True))
    inner = input[cut]
    shape = tuple(n + max(a, 0) + max(b, 0) for n, (a, b) in zip(inner.shape, widths, strict=True))
    out = np.full(shape, value, input.dtype)  # type: ignore[call-overload]
    out[tuple(slice(max(a, 0), max(a, 0) + n) for n, (a, _) in zip(inner.shape, widths, strict=True))] = inner
    return out


def _crop_or_pad(g: Any, widths: tuple[tuple[int, int], ...]) -> Any:
    """The reverse: cut off what was added, put zeros where something was cut off"""
    if all(a >= 0 and b >= 0 for a, b in widths):
        return slice_at(g, index=tuple(slice(a, n - b) for n, (a, b) in zip(g.shape, widths, strict=True)))
    return pad_constant(g, widths=tuple((-a, -b) for a, b in widths), value=0.0)


@op(name="ReflectionPad2DBackward0", input=lambda g, maps, input_shape: add_at(g, maps=maps, shape=input_shape))
def take_at(input: Tensor, *, maps: tuple[tuple[int, Any], ...]) -> Tensor:
    """input with the rows `index` of each (dim, index)"""
    for dim, index in maps:
        input = np.take(input, index, dim)
    return input


@op(name="IndexSelectBackward0", g=lambda gg, maps: take_at(gg, maps=maps))
def add_at(g: Tensor, *, maps: tuple[tuple[int, Any], ...], shape: tuple[int, ...]) -> Tensor:
    """The reverse of `take_at`: rows taken more than once add up"""
    for dim, index in reversed(maps):
        out = np.zeros((*g.shape[:dim], shape[dim], *g.shape[dim + 1 :]), g.dtype)  # type: ignore[call-overload]
        np.add.at(out, (slice(None),) * dim + (index,), g)
        g = out  # type: ignore[assignment]
    return g


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """input with pad[0] before and pad[1] after its last dimension, pad[2] and pad[3] for the one before it, and so on

    mode: "constant" (value, 0 by default; negative widths cut off), "reflect", "replicate" or "circular".
    """
    widths = [int(p) for p in pad]
    n = input._data.ndim
    if len(widths) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(widths) // 2 > n:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(widths)} and input of dimension {n}"
        )
    pairs = [(0, 0)] * (n - len(widths) // 2) + list(zip(widths[-2::-2], widths[-1::-2], strict=True))
    if mode == "constant":
        return pad_constant(input, widths=tuple(pairs), value=0.0 if value is None else value)
    if value is not None:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    maps = []
    for dim, (a, b) in enumerate(pairs):
        size = input._data.shape[dim]
        if mode == "reflect" and (a >= size or b >= size) and (a or b):
            raise RuntimeError(
                f"Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
                f"({a}, {b}) at dimension {dim} of input {list(input._data.shape)}"
            )
        if mode == "circular" and (a > size or b > size):
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if a or b:
            name = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
            maps.append((dim, np.pad(np.arange(size), (max(a, 0), max(b, 0)), mode=name)[max(-a, 0) : size + max(a, 0) + max(b, 0) - max(-b, 0)]))  # type: ignore[call-overload]
    return take_at(input, maps=tuple(maps))
