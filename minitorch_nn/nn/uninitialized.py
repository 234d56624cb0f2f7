"""Parameters and buffers whose shape is not known yet: `UninitializedParameter`, `UninitializedBuffer`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, Self

from ..autograd.variable import TensorBase
from ..dtypes import dtype as DType
from ..dtypes import from_numpy
from ..tensor import Size, Tensor, empty
from .parameter import Parameter, _adopt

__all__ = ["UninitializedBuffer", "UninitializedParameter", "UninitializedTensorMixin", "is_lazy"]

_slot: Any = TensorBase.__dict__["_data"]  # where the array really is; it holds no elements, only the dtype


class UninitializedTensorMixin:
    """What has no shape, and so no values, until `materialize`: only its dtype can be asked for and changed."""

    __slots__ = ()
    cls_to_become: Any

    @property
    def _data(self) -> Any:
        """Every operation asks for it: ValueError, in PyTorch's words but for the operation's name."""
        raise ValueError(
            "Attempted to use an uninitialized parameter in an operation. This error happens when you are using a "
            f"`LazyModule` or explicitly manipulating `torch.nn.parameter.{type(self).__name__}` objects. When using "
            "LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions"
        )

    @_data.setter
    def _data(self, value: Any) -> None:
        _slot.__set__(self, value)

    @property
    def shape(self) -> NoReturn:
        """Raises RuntimeError."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` "
            "to initialize the parameters before accessing their attributes."
        )

    @property
    def ndim(self) -> int:
        """As in PyTorch: 1."""
        return 1

    def size(self, dim: int | None = None) -> Size:
        """As in PyTorch: torch.Size([0])."""
        return Size((0,))

    @property
    def dtype(self) -> DType:
        """The dtype that it will have."""
        return from_numpy(_slot.__get__(self).dtype)

    @property
    def data(self) -> Tensor:
        """An empty Tensor of the dtype."""
        return Tensor._wrap(_slot.__get__(self))

    @data.setter
    def data(self, value: Tensor) -> None:
        _slot.__set__(self, _slot.__get__(value))
        self._accumulator = None  # type: ignore[misc]

    def is_floating_point(self) -> bool:
        """Whether the dtype is a floating one."""
        return self.dtype.is_floating_point

    def materialize(self, shape: Sequence[int], device: Any = None, dtype: DType | None = None) -> None:
        """Become an ordinary Parameter, or buffer, of that shape, with the values of `empty`."""
        self.data = empty(tuple(shape), device=device, dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.cls_to_become

    def to(self, dtype: DType) -> Any:
        """The same of another dtype."""
        other = self._again(dtype)
        return self if dtype == self.dtype else other

    def _again(self, dtype: DType) -> Any:
        raise NotImplementedError

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = self._again(self.dtype)
        return memo[id(self)]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self._requires, None, self.dtype)  # type: ignore[attr-defined]


def is_lazy(param: Any) -> bool:
    """Whether `param` is an UninitializedParameter or UninitializedBuffer."""
    return isinstance(param, UninitializedTensorMixin)


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc]
    """A Parameter whose shape is not known yet; it has a dtype, and `materialize(shape)` makes it an ordinary one."""

    __slots__ = ()
    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: DType | None = None) -> Self:
        t = _adopt(Parameter, empty(0, device=device, dtype=dtype), requires_grad)
        t.__class__ = cls
        return t  # type: ignore[no-any-return]

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: DType | None = None) -> None:
        pass  # __new__ has made it

    def _again(self, dtype: DType) -> UninitializedParameter:
        return type(self)(self._requires, dtype=dtype)


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # type: ignore[misc]
    """A buffer whose shape is not known yet; it has a dtype, and `materialize(shape)` makes it an ordinary Tensor."""

    __slots__ = ()
    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: DType | None = None, persistent: bool = True
    ) -> Self:
        t = _adopt(Tensor, empty(0, device=device, dtype=dtype), requires_grad)
        t.persistent, t._is_buffer = persistent, True
        t.__class__ = cls
        return t  # type: ignore[no-any-return]

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: DType | None = None, persistent: bool = True
    ) -> None:
        pass  # __new__ has made it

    def _again(self, dtype: DType) -> UninitializedBuffer:
        return type(self)(self._requires, dtype=dtype, persistent=self.persistent)  # type: ignore[attr-defined]
