"""Tensors that a Module owns: `Parameter` (trained) and `Buffer` (kept, not trained)."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor, empty

__all__ = ["Buffer", "Parameter"]


def _adopt(cls: type, data: Tensor | None, requires_grad: bool) -> Any:
    """A leaf of class `cls` on the storage of `data`."""
    t: Any = empty(0) if data is None else data.detach()
    if requires_grad and not t.is_floating_point():
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    t.__class__ = cls
    return t.requires_grad_(requires_grad)


class Parameter(Tensor):
    """A leaf Tensor that a Module lists among its `parameters()` as soon as it is assigned as an attribute.

    data: Tensor of any shape, floating unless `requires_grad=False`; None makes an empty one. The storage is
    shared with `data`, not copied.
    """

    __slots__ = ()

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Any:
        return _adopt(cls, data, requires_grad)

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        pass  # __new__ has made it

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        copy: Parameter = memo[id(self)]
        return copy

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.detach(), self.requires_grad)


class _BufferMeta(type(Tensor)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A Tensor that a Module lists among its `buffers()` when assigned as an attribute (running statistics, masks).

    As in PyTorch the result is a plain Tensor, marked as a buffer. The storage is shared with `data`, not copied.

    persistent: whether the buffer is part of the module's `state_dict`.
    """

    __slots__ = ()

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Any:
        buffer = _adopt(Tensor, data, data is not None and data.requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer
