"""torch.Size: a shape."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from .._printing import format_size


class Size(tuple[int, ...]):
    """The sizes of a tensor's dimensions, printed as `torch.Size([2, 3])`."""

    __slots__ = ()

    def __new__(cls, sizes: Iterable[int] = ()) -> Size:
        self = super().__new__(cls, sizes)
        for i, n in enumerate(self):
            if type(n) is not int and not isinstance(n, (int, np.integer)):
                raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{type(n).__name__}')")
        return self

    def numel(self) -> int:
        """The number of elements."""
        return math.prod(self)

    def __repr__(self) -> str:
        return format_size(self)

    def __getitem__(self, index: Any) -> Any:
        out = super().__getitem__(index)
        return Size(out) if isinstance(index, slice) else out

    def __add__(self, other: tuple[int, ...]) -> Size:  # type: ignore[override]
        return Size(super().__add__(tuple(other)))

    def __radd__(self, other: tuple[int, ...]) -> Size:
        return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: Any) -> Size:
        return Size(super().__mul__(times))

    __rmul__ = __mul__
