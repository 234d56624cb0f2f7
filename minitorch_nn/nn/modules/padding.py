"""Padding layers. The padding of an axis is (before, after); the last axis comes first."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .module import Module
from .utils import _pair, _quadruple

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ZeroPad1d",
    "ZeroPad2d",
]


class _Pad(Module):
    _mode: str
    padding: tuple[int, ...]

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _Pad1d(_Pad):
    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__()
        self.padding = _pair(padding)


class _Pad2d(_Pad):
    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__()
        self.padding = _quadruple(padding)


class ReflectionPad1d(_Pad1d):
    """(*, W) -> (*, W + before + after): c b | a b c | b a. padding: an int or (left, right)."""

    _mode = "reflect"


class ReflectionPad2d(_Pad2d):
    """(*, H, W) -> (*, H + ..., W + ...): mirrored at the edge pixel. padding: an int or (left, right, top, bottom)."""

    _mode = "reflect"


class ReplicationPad1d(_Pad1d):
    """(*, W) -> (*, W + before + after): a a | a b c | c c. padding: an int or (left, right)."""

    _mode = "replicate"


class ReplicationPad2d(_Pad2d):
    """(*, H, W) -> (*, H + ..., W + ...): the edge repeated. padding: an int or (left, right, top, bottom)."""

    _mode = "replicate"


class CircularPad1d(_Pad1d):
    """(*, C, W) -> (*, C, W + before + after): b c | a b c | a b. padding: an int or (left, right)."""

    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {input.ndim}D input)")
        return super().forward(input)


class CircularPad2d(_Pad2d):
    """(*, C, H, W) -> (*, C, H + ..., W + ...): the other end. padding: an int or (left, right, top, bottom)."""

    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (3, 4):
            raise ValueError(f"expected 3D or 4D input (got {input.ndim}D input)")
        return super().forward(input)


class _ConstantPad(Module):
    padding: tuple[int, ...]

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__()
        self.value = value
        self.padding = padding

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """(*, W) -> (*, W + before + after), filled with `value`. padding: an int or (left, right)."""

    def __init__(self, padding: int | tuple[int, int], value: float) -> None:
        super().__init__(_pair(padding), value)


class ConstantPad2d(_ConstantPad):
    """(*, H, W) -> (*, H + ..., W + ...), filled with `value`. padding: an int or (left, right, top, bottom)."""

    def __init__(self, padding: int | tuple[int, int, int, int], value: float) -> None:
        super().__init__(_quadruple(padding), value)


class ZeroPad1d(ConstantPad1d):
    """(*, W) -> (*, W + before + after), filled with 0. padding: an int or (left, right)."""

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """(*, H, W) -> (*, H + ..., W + ...), filled with 0. padding: an int or (left, right, top, bottom)."""

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"
