"""A tensor's values as Python's and NumPy's, and as another dtype."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dtypes, ops
from .._bfloat16 import FLOATING, float_of
from ..autograd import variable
from ..autograd.arrays import as_type, settle
from ..autograd.op import op
from ..autograd.variable import TensorBase
from ..device import check_device
from ..dtypes import as_dtype, every_dtype, from_numpy
from ..dtypes import dtype as DType
from ..layout import memory_format as MemoryFormat
from ..layout import preserve_format
from ..ops.checks import kind_name
from .memory_format import laid_out
from .methods import Operations

if TYPE_CHECKING:
    from ._tensor import Tensor


@op(name="ToCopyBackward0", moves=True, input=lambda g: g)  # the engine casts the gradient back
def cast(input: Tensor, *, dtype: Any) -> Tensor:
    """A copy of input as another dtype"""
    return as_type(input, dtype)  # type: ignore[arg-type,return-value]


_warned = False


def _warn_of_gradient() -> None:
    """Tell once that a Python number takes no part in the graph."""
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first.",
            stacklevel=3,
        )


class Conversions(Operations):
    """What a tensor can be turned into."""

    __slots__ = ()

    # Out of it --------------------------------------------------------------------------------------------------------
    def numpy(self: Any, *, force: bool = False) -> np.ndarray[Any, Any]:
        """The array itself: the two share memory. With force, of a tensor that requires gradients too."""
        if self.requires_grad and not force:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if self._data.dtype.kind == "V":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return settle(self)

    def item(self) -> Any:
        """The one element as a Python number."""
        if self._data.size != 1:
            raise RuntimeError(f"a Tensor with {self._data.size} elements cannot be converted to Scalar")
        return float_of(self._data).item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
        return float_of(self._data).tolist()

    def __format__(self, spec: str) -> str:
        if self._data.ndim == 0 and type(self) is variable._tensor_type:  # not a Parameter
            return self.item().__format__(spec)  # type: ignore[no-any-return]
        return object.__format__(self, spec)

    def __bool__(self) -> bool:
        if self._data.size == 1:
            return bool(float_of(self._data).item())
        if self._data.size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")

    def is_nonzero(self) -> bool:
        """Whether the one element is not zero."""
        return bool(self)

    def _number(self) -> Any:
        if self._data.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return float_of(self._data).item()

    def __float__(self) -> float:
        if self._node is not None or self._requires:
            _warn_of_gradient()
        return float(self._number())

    def __int__(self) -> int:
        return int(self._number())

    def __complex__(self) -> complex:
        if self._node is not None or self._requires:
            _warn_of_gradient()
        return complex(self._number())

    def __index__(self) -> int:
        if self._data.size != 1 or self._data.dtype.kind in FLOATING:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self._data.item())

    def __len__(self) -> int:
        if not self._data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return int(self._data.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(ops.unbind(self, 0))  # type: ignore[arg-type]

    def __reversed__(self) -> Tensor:
        return ops.flip(self, 0) if self._data.ndim else self  # type: ignore[arg-type,return-value]

    def __contains__(self, value: Any) -> bool:
        if not isinstance(value, (TensorBase, int, float, np.generic)):
            raise RuntimeError(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(value)}."
            )
        return bool((self == value).any())

    def __hash__(self) -> int:
        return id(self)

    # Into another type ------------------------------------------------------------------------------------------------
    def to(
        self,
        *args: Any,
        tensor: Tensor | None = None,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: MemoryFormat = preserve_format,
    ) -> Tensor:
        """As another dtype: `to(torch.float64)`, `to(other)`, `to("cpu")`; self where nothing changes.

        `non_blocking` has no effect on a CPU.
        """
        flags = [a for a in args if isinstance(a, bool)]  # non_blocking, copy
        copy = copy or (len(flags) > 1 and flags[1])
        for a in args if tensor is None else (tensor, *args):
            if isinstance(a, (DType, type)):
                dtype = a
            elif isinstance(a, TensorBase):
                dtype = from_numpy(a._data.dtype)
            elif not isinstance(a, bool):
                device = a
        check_device(device)
        target = self._data.dtype if dtype is None else as_dtype(dtype).numpy
        if target == self._data.dtype and not copy:
            same: Any = self
            return same if memory_format is preserve_format else laid_out(same, memory_format)  # type: ignore[no-any-return]
        if target.kind in FLOATING:
            other = cast(self, dtype=target)  # type: ignore[arg-type]
        else:
            with np.errstate(invalid="ignore"):
                other = self._wrap(float_of(self._data).astype(target))
        return other if memory_format is preserve_format else laid_out(other, memory_format)  # type: ignore[no-any-return]

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        """The type's old name, as `torch.FloatTensor`; with dtype (or such a name), `to(dtype)`.

        `non_blocking` has no effect on a CPU.
        """
        if dtype is None:
            return f"torch.{kind_name(self)}Tensor"
        if isinstance(dtype, str):
            known = {f"torch.{d.type_name}Tensor": d for d in every_dtype()}
            if dtype not in known:
                raise ValueError(f"invalid type: '{dtype}'")
            dtype = known[dtype]
        elif isinstance(dtype, type):  # FloatTensor, or Python's float
            dtype = getattr(dtype, "dtype", dtype)
        return self.to(dtype)

    def type_as(self, other: Tensor) -> Tensor:
        """As other's dtype."""
        return self.to(other.dtype)

    def double(self) -> Tensor:
        """As float64."""
        return self.to(dtypes.float64)

    def float(self) -> Tensor:
        """As float32."""
        return self.to(dtypes.float32)

    def half(self) -> Tensor:
        """As float16."""
        return self.to(dtypes.float16)

    def bfloat16(self) -> Tensor:
        """As bfloat16."""
        return self.to(dtypes.bfloat16)

    def long(self) -> Tensor:
        """As int64."""
        return self.to(dtypes.int64)

    def int(self) -> Tensor:
        """As int32."""
        return self.to(dtypes.int32)

    def short(self) -> Tensor:
        """As int16."""
        return self.to(dtypes.int16)

    def char(self) -> Tensor:
        """As int8."""
        return self.to(dtypes.int8)

    def byte(self) -> Tensor:
        """As uint8."""
        return self.to(dtypes.uint8)

    def bool(self) -> Tensor:
        """As bool."""
        return self.to(dtypes.bool)
