"""Tensors as PyTorch pickles them: storages of numbers, and views on them by offset, size and stride."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from .. import dtypes
from ..autograd.arrays import is_hidden, settle
from ..device import device
from ..nn.parameter import Parameter
from ..tensor import Size, Tensor
from ..tensor.interop import attributes
from .pickler import Call, Name, Persistent
from .unpickle import PLAIN, Constructor, UnpicklingError

Array = np.ndarray[Any, Any]
T = TypeVar("T", bound=Tensor)

STORAGES: dict[str, str] = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}
"""PyTorch's storage classes and the type of what is in them."""


class StorageType(NamedTuple):
    """One of STORAGES."""

    name: str
    element: str

    @property
    def itemsize(self) -> int:
        """Bytes of one element in the file."""
        return self.dtype.itemsize

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type in memory."""
        return dtypes.named(self.element).numpy

    def decode(self, raw: Array, byteorder: str) -> Array:
        """The numbers in `raw`, a uint8 array of whole elements: a view of it, if its bytes can be used as they are."""
        order: Literal["<", ">"] = "<" if byteorder == "little" else ">"
        if self.element == "bfloat16":
            return raw.view(np.dtype(order + "u2")).astype(np.uint16, copy=False).view(self.dtype)
        if self.element == "bool":
            return np.not_equal(raw, 0)  # a byte of another value would be neither True nor False
        found: Array = raw.view(self.dtype.newbyteorder(order))
        return found.astype(self.dtype, copy=False)


class Storage(NamedTuple):
    """The numbers that tensors of a file are views on."""

    type: StorageType
    array: Array
    base: Tensor
    """A tensor of all of them: its version counts the changes of every tensor here."""

    @classmethod
    def of(cls, kind: StorageType, array: Array) -> Storage:
        """A storage of these numbers."""
        return cls(kind, array, Tensor._wrap(array))


# Reading


def _rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any) -> Tensor:
    """The tensor at `offset` of a storage: bounds are checked here, so that no element lies outside it."""
    if not isinstance(storage, Storage):
        raise UnpicklingError("a tensor is made from a storage")
    numbers = [offset, *size, *stride]
    if len(size) != len(stride) or len(size) > 64 or not all(type(n) is int and 0 <= n < 1 << 59 for n in numbers):
        raise UnpicklingError(f"a tensor has no offset {offset}, size {size} and stride {stride}")
    array = storage.array
    if 0 in size:
        return Tensor._wrap(np.empty(size, array.dtype))
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if last >= array.size:
        raise UnpicklingError(
            f"a tensor of size {tuple(size)} and stride {tuple(stride)} at {offset} reaches element {last} of a "
            f"storage of {array.size}"
        )
    steps = [step * array.itemsize for step in stride]
    view = np.ndarray(size, array.dtype, array, offset * array.itemsize, steps)
    tensor = Tensor._wrap(view)
    tensor._counter = storage.base._counter
    if is_hidden(view):  # these strides are the file's, not a layout of our own that may be changed
        tensor._view = storage.base, tensor._counter[0]
    return tensor


def _rebuild_tensor_v2(
    storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, hooks: Any, metadata: Any = None
) -> Tensor:
    if hooks or metadata:
        raise UnpicklingError("tensors with hooks, or that are conjugated or negated views, are not supported")
    tensor = _rebuild_tensor(storage, offset, size, stride)
    return _requiring(tensor, requires_grad)


def _rebuild_parameter(data: Any, requires_grad: Any, hooks: Any) -> Parameter:
    if not isinstance(data, Tensor) or hooks:
        raise UnpicklingError("a Parameter is made from a tensor without hooks")
    return _requiring(Parameter(data, False), requires_grad)


def _rebuild_parameter_with_state(data: Any, requires_grad: Any, hooks: Any, state: Any) -> Parameter:
    return _with_attributes(_rebuild_parameter(data, requires_grad, hooks), state)


def _rebuild_from_type(function: Any, kind: Any, args: Any, state: Any) -> Tensor:
    """A tensor with attributes: function(*args) made it."""
    if kind is not TENSOR or not isinstance(function, Constructor) or function.make is not _rebuild_tensor_v2:
        raise UnpicklingError("only a Tensor is made with attributes this way")
    return _with_attributes(_rebuild_tensor_v2(*args), state)


def _with_attributes(tensor: T, state: Any) -> T:
    if type(state) is not dict or not all(type(k) is str and not hasattr(tensor, k) for k in state):
        raise UnpicklingError("the attributes of a tensor must be new names")
    for name, value in state.items():
        if type(value) not in SCALARS:
            raise UnpicklingError(f"the attribute {name} of a tensor is no number or string")
        setattr(tensor, name, value)
    return tensor


def _requiring(tensor: T, requires_grad: Any) -> T:
    if requires_grad:
        if not tensor.dtype.is_floating_point:
            raise UnpicklingError(f"a tensor of {tensor.dtype} can't require gradients")
        tensor.requires_grad_()
    return tensor


def _legacy_parameter(data: Any, requires_grad: Any = True) -> Parameter:
    """Versions before 0.4 wrote a Parameter as its class, called with the data, and a state."""
    return _rebuild_parameter(data, requires_grad, None)


def _set_parameter(target: Parameter, state: Any) -> None:
    requires_grad, _volatile, hooks = state
    if hooks:
        raise UnpicklingError("a Parameter with hooks is not supported")
    target.requires_grad_(bool(requires_grad))


def _size(numbers: Any) -> Size:
    if type(numbers) is not tuple or not all(type(n) is int for n in numbers):
        raise UnpicklingError("a Size is made from a tuple of integers")
    return Size(numbers)


def _device(*args: Any) -> Any:
    """A device that a file mentions; there is only one kind here."""
    if args[:1] != ("cpu",):
        raise UnpicklingError(f"the file holds the device {args!r}; here there is only 'cpu'")
    return device("cpu")


def _set_attributes(target: OrderedDict[Any, Any], state: Any) -> None:
    """The attributes of a state dict: `_metadata`, with the versions of the modules."""
    if type(state) is not dict or any(type(k) is not str or hasattr(OrderedDict, k) for k in state):
        raise UnpicklingError("the attributes of an OrderedDict must be new names")
    vars(target).update(state)


TENSOR = Name("torch", "Tensor")
"""What a file calls the class of tensors"""
SCALARS = (type(None), bool, int, float, str)
"""What the attributes of a tensor may be: nothing that could hold the tensor"""

_TENSOR_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "torch._utils _rebuild_tensor": _rebuild_tensor,
    "torch._utils _rebuild_tensor_v2": _rebuild_tensor_v2,
    "torch._utils _rebuild_parameter": _rebuild_parameter,
    "torch._utils _rebuild_parameter_with_state": _rebuild_parameter_with_state,
    "torch._tensor _rebuild_from_type_v2": _rebuild_from_type,
    "torch.nn.parameter Parameter": _legacy_parameter,
    "torch Size": _size,
    "torch device": _device,
}

NAMES: dict[str, Any] = (
    PLAIN
    | {name: Constructor(name.replace(" ", "."), make) for name, make in _TENSOR_FUNCTIONS.items()}
    | {f"torch {name}": StorageType(name, element) for name, element in STORAGES.items()}
    | {"torch Tensor": TENSOR}
    | {f"torch {d.name}": d for d in dtypes._by_name.values()}
)
"""All that a file may refer to."""

BUILD: dict[type, Callable[[Any, Any], None]] = {OrderedDict: _set_attributes, Parameter: _set_parameter}

LEAVES: tuple[type, ...] = (Tensor, Size, dtypes.dtype, device)
"""What a file may hold besides plain values."""


# Writing


class Storages:
    """The pieces of memory that the tensors of a value lie in, each to be written once.

    Tensors belong to one piece if their bytes overlap, so views stay views. A piece reaches from the first to the last
    byte that any of them uses; PyTorch writes the whole allocation, also where only a slice of it is saved.
    """

    def __init__(self, value: Any) -> None:
        self.arrays = _arrays_in(value)
        """id of each tensor in `value` -> its array, as it is to be written"""
        self.written: list[Array] = []
        """The pieces as arrays of one dimension, in the order they were asked for."""
        self._pieces: dict[int, _Piece] = {}
        spans = sorted((*np.lib.array_utils.byte_bounds(a), i) for i, a in self.arrays.items() if a.size)
        piece = _Piece(0, 0)
        for begin, end, i in spans:
            if begin >= piece.end:
                piece = _Piece(begin, end)
            piece.end = max(piece.end, end)
            self._pieces[i] = piece
            if piece.begin == begin:
                piece.first = self.arrays[i]

    def convert(self, value: Any) -> Name | Call | Persistent | None:
        """How a tensor, a Size, a dtype or a device is written; None for anything else."""
        if isinstance(value, (Call, Persistent)):
            return value
        if isinstance(value, Parameter):
            made: tuple[Any, ...] = (self._tensor(value, requires_grad=False), value.requires_grad, OrderedDict())
            if own := _own_attributes(value):
                return Call(Name("torch._utils", "_rebuild_parameter_with_state"), (*made, own))
            return Call(Name("torch._utils", "_rebuild_parameter"), made)
        if isinstance(value, Tensor):
            call = self._tensor(value, value.requires_grad)
            if own := _own_attributes(value):
                return Call(Name("torch._tensor", "_rebuild_from_type_v2"), (call.function, TENSOR, call.args, own))
            return call
        if isinstance(value, Size):
            return Call(Name("torch", "Size"), (tuple(value),))
        if isinstance(value, dtypes.dtype):
            return Name("torch", value.name)
        if isinstance(value, device):
            return Call(Name("torch", "device"), (value.type,))
        return None

    def _tensor(self, tensor: Tensor, requires_grad: bool) -> Call:
        array = self.arrays[id(tensor)]
        item, address = array.itemsize, array.__array_interface__["data"][0]
        piece = self._pieces.setdefault(id(tensor), _Piece(address, address, array.reshape(-1)))
        name = Name("torch", _storage_name(array))
        if piece.key is None:
            piece.key, piece.name = str(len(self.written)), name
            count = (piece.end - piece.begin) // item
            self.written.append(np.lib.stride_tricks.as_strided(piece.first, (count,), (item,), writeable=False))
        if piece.name != name or (address - piece.begin) % item:
            raise RuntimeError("Cannot save multiple tensors or storages that view the same data as different types")
        storage = Persistent(("storage", name, piece.key, "cpu", (piece.end - piece.begin) // item))
        shape = tuple(array.shape)
        if array.size:
            stride = tuple(step // item for step in array.strides)
        else:  # NumPy gives an array without elements no strides, PyTorch those of a row-major one
            stride = tuple(math.prod(max(n, 1) for n in shape[i + 1 :]) for i in range(array.ndim))
        args: tuple[Any, ...] = (storage, (address - piece.begin) // item, shape, stride, requires_grad, OrderedDict())
        return Call(Name("torch._utils", "_rebuild_tensor_v2"), args)


def _own_attributes(tensor: Tensor) -> dict[str, Any]:
    """What the user has stored on the tensor, to be written with it."""
    own = attributes(tensor)
    for name, value in own.items():
        if type(value) not in SCALARS:
            raise TypeError(
                f"can't save a tensor with the attribute {name}, a {type(value).__name__}: an attribute may be a number or "
                "a string. Save tensor.detach(), which has no attributes."
            )
    return own


@dataclass
class _Piece:
    begin: int
    end: int
    first: Any = None
    """An array that begins at `begin`."""
    key: str | None = None
    name: Name | None = None


def _storage_name(array: Array) -> str:
    name = dtypes.from_numpy(array.dtype).name
    return next(storage for storage, element in STORAGES.items() if element == name)


def _arrays_in(value: Any) -> dict[int, Array]:
    arrays: dict[int, Array] = {}
    copies: dict[Any, Array] = {}
    seen: set[int] = set()
    left = [value]
    while left:
        item = left.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, Tensor):
            arrays[id(item)] = _storable(settle(item), copies)
        elif isinstance(item, dict):
            left += item.values()
            left += vars(item).values() if hasattr(item, "__dict__") else ()
        elif isinstance(item, (list, tuple)):
            left += item
    return arrays


def _storable(array: Array, copies: dict[Any, Array]) -> Array:
    """`array`, or a copy where PyTorch could not describe it: steps backwards, or not of whole elements."""
    if all(step >= 0 and step % array.itemsize == 0 for step in array.strides):
        return array
    place = array.__array_interface__["data"][0], array.shape, array.strides, array.dtype
    return copies.setdefault(place, np.ascontiguousarray(array).reshape(array.shape))
