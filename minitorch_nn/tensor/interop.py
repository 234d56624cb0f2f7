"""Tensors and other libraries: NumPy's functions, DLPack, pickling and copying."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..autograd.arrays import settle
from ..autograd.variable import TensorBase, tensor_type
from ..dtypes import bfloat16
from . import numpy_functions as table
from .conversion import Conversions
from .from_data import from_numpy, made

if TYPE_CHECKING:
    from ._tensor import Tensor

_OWN_STATE = ("_accumulator", "_hooks", "_post_accumulate_hooks", "_creation")


def _tensors(tree: Any) -> Iterator[Any]:
    """The tensors in nested arguments."""
    if isinstance(tree, TensorBase):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from _tensors(item)


def _arrays(tree: Any) -> Any:
    """Nested arguments with an array for each tensor."""
    if isinstance(tree, TensorBase):
        return cast("Tensor", tree).detach().numpy()  # raises for bfloat16
    return type(tree)(map(_arrays, tree)) if type(tree) in (list, tuple) else tree


def _keep_gradients(name: str, values: Iterable[Any], into: bool = False) -> None:
    """Raise RuntimeError if a tensor among the values requires a gradient, which NumPy would lose (`into` an array)."""
    if any(t.requires_grad for t in _tensors(list(values))):
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.\n"
            + (
                f"{name} would write into an array, which keeps no gradient: make the array a tensor, or detach() first"
                if into
                else f"{name} has no counterpart that keeps the gradient: use the package's own operation, or detach() first"
            )
        )


def _known(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """function(*args, **kwargs), with an error in NumPy's name for arguments that it does not take."""
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        takes = ", ".join(signature.parameters)
        raise TypeError(f"{name} on a Tensor: {error}; it takes ({takes})") from None
    return function(*args, **kwargs)


class Interop(Conversions):
    """What other libraries ask of a tensor."""

    __slots__ = ()
    __array_priority__ = 1000

    # NumPy ------------------------------------------------------------------------------------------------------------
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            if copy is False:
                raise ValueError("Unable to avoid copy while creating an array as requested.")
            return array.astype(dtype)
        return array.copy() if copy else array

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """`np.sin(t)`, `array * t`, `array += t`: the operation of the same name, or NumPy on the arrays.

        With `out=` an array, NumPy writes into it. Raises RuntimeError where a gradient would be lost, TypeError for
        an `out` that is a Tensor.
        """
        name = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        out = kwargs.get("out", ())
        if any(isinstance(o, TensorBase) for o in out):
            raise TypeError(f"{name}: out must not be a Tensor; use the tensor's in-place method, or copy_()")
        if method == "__call__" and not out:
            if ufunc in table.OPERATORS:
                return _known(name, table.OPERATORS[ufunc], tuple(map(table.as_operand, inputs)), kwargs)
            if ufunc in table.UFUNCS:
                return _known(name, table.UFUNCS[ufunc], tuple(map(table.as_input, inputs)), kwargs)
        _keep_gradients(name, [*inputs, *kwargs.values()], into=bool(out))
        result = getattr(ufunc, method)(*_arrays(inputs), **{k: _arrays(v) for k, v in kwargs.items()})
        if method == "at":
            for t in _tensors(inputs[0]):
                t._bump()
        if out or not isinstance(result, (np.ndarray, np.generic)):
            return result
        return made(np.asarray(result), None, False)

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """`np.sum(t, axis=0)`: the operation of the same name and its gradient, else NumPy's result on the arrays.

        Raises RuntimeError where a gradient would be lost, TypeError for arguments that have no counterpart.
        """
        name = f"{func.__module__}.{func.__name__}".replace("numpy", "np", 1)
        function = table.FUNCTIONS.get(func)
        if function is not None and kwargs.get("out") is None:
            kwargs.pop("out", None)
            return _known(name, function, args, kwargs)
        _keep_gradients(name, [*args, *kwargs.values()])
        return func(*_arrays(args), **{k: _arrays(v) for k, v in kwargs.items()})

    # DLPack -----------------------------------------------------------------------------------------------------------
    def __dlpack__(self: Any, **options: Any) -> Any:
        """The memory as a DLPack capsule, shared. Raises BufferError for a tensor that requires a gradient."""
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        return settle(self).__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return settle(self).__dlpack_device__()

    # Copies -----------------------------------------------------------------------------------------------------------
    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
                "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
                "see https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) not in memo:
            t = memo[id(self)] = type(self)._wrap(_copied(self._data, memo))
            t._requires = self._requires
            if self._grad is not None:
                t._grad = self._grad.__deepcopy__(memo)
            t.__dict__.update(deepcopy(attributes(self), memo))
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        """A copy is a leaf on the same memory; a pickle holds the values, `requires_grad` and the user's attributes."""
        if self._hooks or self._post_accumulate_hooks:
            warnings.warn(
                f"backward hooks of a tensor are not copied or saved; `{type(self).__name__}` of shape "
                f"{tuple(self._data.shape)} has some",
                stacklevel=2,
            )
        return restore, (settle(self), self.requires_grad), attributes(self) or None


def _copied(array: np.ndarray[Any, Any], memo: dict[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy of array in the copy of the memory that it is a view of: views of one memory are so again"""
    whole = array
    while isinstance(whole.base, np.ndarray):
        whole = whole.base
    if whole is array or whole.dtype != array.dtype or not whole.flags.forc or not whole.flags.owndata:
        whole = array
    copies = memo.setdefault("memory", {})
    if id(whole) not in copies:
        copies[id(whole)] = whole, whole.copy(order="K")  # whole is kept, so that no other gets its id
    copy = copies[id(whole)][1]
    if whole is array:
        return copy  # type: ignore[no-any-return]
    start = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    return np.ndarray(array.shape, array.dtype, copy, start, array.strides)


def attributes(t: TensorBase) -> dict[str, Any]:
    """What a user has stored on the tensor."""
    return {name: value for name, value in t.__dict__.items() if name not in _OWN_STATE}


def restore(array: np.ndarray[Any, Any], requires_grad: bool) -> Tensor:
    """The tensor that was copied or pickled"""
    if array.dtype.kind == "V":
        array = array.view(bfloat16.numpy)  # unpickled: tell the operations that there is such a tensor
    t = cast("Tensor", tensor_type()._wrap(array))
    t._requires = requires_grad
    return t


class _Capsule:
    """A bare DLPack capsule as NumPy takes it, from an object; a second reading is an error of NumPy's"""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


class _Writable:
    """The memory of an array, to be written: NumPy takes every bare capsule for one that must not be"""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array
        place = array.__array_interface__
        self.__array_interface__ = place | {"data": (place["data"][0], False)}


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor on the memory of an object with `__dlpack__`: an array of NumPy, PyTorch, JAX, ... on the CPU."""
    if isinstance(ext_tensor, TensorBase):
        return from_numpy(settle(ext_tensor))
    if not hasattr(ext_tensor, "__dlpack__"):
        if type(ext_tensor).__name__ != "PyCapsule":
            raise RuntimeError(
                "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might "
                "have already constructed a tensor from it once.\n"
                f"It takes an object with __dlpack__, or a capsule, but got {type(ext_tensor).__name__}"
            )
        shared = np.from_dlpack(_Capsule(ext_tensor))
        return from_numpy(np.asarray(_Writable(shared)))
    with warnings.catch_warnings():  # of arrays that can't be written: DLPack marks all old producers' so
        warnings.simplefilter("ignore")
        return from_numpy(np.from_dlpack(ext_tensor))
