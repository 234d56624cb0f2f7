"""Tensor: an array that remembers how it was made. Its operations are those of `ops`, listed here by family."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._absent import hint
from .._bfloat16 import FLOATING, finished, float_of
from .._printing import format_tensor
from ..autograd import differentiate
from ..autograd.arrays import settle
from ..autograd.grad_mode import mode
from ..autograd.hooks import RemovableHandle, add_hook, new_hooks
from ..autograd.node import AccumulateGrad, Node, Output, accumulator, hooks_of, retain_grad, retains_grad
from ..autograd.variable import TensorBase, set_tensor_type
from ..device import CPU, check_device, device
from ..dtypes import dtype as DType
from ..dtypes import from_numpy, get_default_dtype
from ..layout import strided
from ..ops import inplace
from ..ops.arguments import check_methods
from ..ops.dims import one_dim
from . import creation
from .interop import Interop
from .methods import Operations
from .size import Size
from .storage import Stored

if TYPE_CHECKING:
    from collections.abc import Sequence


_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated "
    "during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use "
    ".retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf "
    "Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)
_new_tuple: Any = tuple.__new__  # NumPy's own shape needs no check
_FIXED_REQUIRES_GRAD = "you can only change requires_grad flags of leaf variables."


class Tensor(Stored, Interop):
    """An n-dimensional array of one dtype that can take part in a graph.

    `Tensor(data)` makes a tensor of the default dtype from a sequence, `Tensor(2, 3)` one of that shape with
    unspecified values; use `torch.tensor` to keep the data's own type.
    """

    __slots__ = ()

    def __new__(cls, *args: Any, device: Any = None) -> Any:
        check_device(device)
        kind = get_default_dtype().numpy
        if len(args) == 1 and isinstance(args[0], TensorBase):
            return args[0].detach()  # type: ignore[attr-defined]
        if len(args) == 1 and not isinstance(args[0], int):
            data = args[0]
            if not isinstance(data, (Sequence, np.ndarray)) or isinstance(data, str):
                kind_of = "data must be a sequence (got {})" if not isinstance(data, str) else "invalid data type '{}'"
                raise TypeError(f"new(): {kind_of.format(type(data).__name__)}")
            array = np.empty(tuple(data), kind) if isinstance(data, Size) else finished(np.array(data), kind)
        else:
            array = np.empty(args or (0,), kind)
        return cls._wrap(array)

    # What it is -------------------------------------------------------------------------------------------------------
    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return _new_tuple(Size, self._data.shape)  # type: ignore[no-any-return]

    def size(self, dim: int | None = None) -> Any:
        """The shape, or one size of it."""
        return self.shape if dim is None else self._data.shape[one_dim(dim, self._data.ndim)]

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return from_numpy(self._data.dtype)

    @property
    def device(self) -> device:
        """Always the CPU."""
        return CPU

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._data.ndim

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self._data.itemsize

    element_size = lambda self: self._data.itemsize  # noqa: E731

    def dim(self) -> int:
        """The number of dimensions."""
        return self._data.ndim

    ndimension = dim
    numel = nelement = lambda self: self._data.size

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self._data.nbytes

    def stride(self, dim: int | None = None) -> Any:
        """Steps in memory, in elements, of all dimensions or one."""
        array = settle(self)
        if array.size or any(array.strides):
            steps = tuple(s // array.itemsize for s in array.strides)
        else:  # NumPy gives an array without elements no strides, PyTorch those of a row-major one
            steps = tuple(math.prod(max(n, 1) for n in array.shape[i + 1 :]) for i in range(array.ndim))
        return steps if dim is None else steps[one_dim(dim, len(steps))]

    def data_ptr(self) -> int:
        """The address of the first element."""
        return int(settle(self).__array_interface__["data"][0])

    def storage_offset(self) -> int:
        """How many elements of the base's memory lie before the first one."""
        return 0 if self._view is None else inplace._offset(self._data, self._view[0]._data)

    is_cpu = True
    is_cuda = is_mps = is_xpu = is_meta = is_sparse = is_quantized = is_nested = False
    layout = strided

    def is_floating_point(self) -> bool:
        """Whether the elements are floating-point numbers."""
        return bool(self._data.dtype.kind in FLOATING)

    def is_complex(self) -> bool:
        """Always False."""
        return False

    def is_signed(self) -> bool:
        """Whether the elements may be negative."""
        return self._data.dtype.kind in "fiV"

    def is_same_size(self, other: Tensor) -> bool:
        """Whether both have the same shape."""
        return bool(self._data.shape == other._data.shape)

    def get_device(self) -> int:
        """-1, the number of the CPU."""
        return -1

    # Its place in the graph -------------------------------------------------------------------------------------------
    def _edge(self) -> Node | None:
        if self._view is not None and self._counter is not None and self._view[1] != self._counter[0]:
            if self._creation is not None and not mode.grad:
                return self._node  # nothing is recorded, so it is not asked who made it
            inplace.refresh(self)
        if self._node is None and self._requires:
            return accumulator(self)
        return self._node

    @property
    def requires_grad(self) -> bool:
        """Whether gradients are wanted for it: set on a leaf, inherited by what is computed from it or views it."""
        if self._requires or self._node is not None:
            return True
        return self._view is not None and self._view[0].requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self.grad_fn is not None:
            raise RuntimeError(_FIXED_REQUIRES_GRAD)
        self._ask(value, "floating point and complex")

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for gradients or not, in place. To ask for those of a tensor that is no leaf changes nothing."""
        self._ask(requires_grad, "floating point")
        return self

    def _ask(self, value: bool, kinds: str) -> None:
        if not value and self.grad_fn is not None:
            raise RuntimeError(
                f"{_FIXED_REQUIRES_GRAD} If you want to use a computed variable in a subgraph that doesn't require "
                "differentiation use var_no_grad = var.detach()."
            )
        if value and self._data.dtype.kind not in FLOATING:
            raise RuntimeError(f"only Tensors of {kinds} dtype can require gradients")
        if value and self._counter is None and not mode.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        self._requires = bool(value) and self._node is None

    @property
    def grad_fn(self) -> Node | None:
        """The node that made it; None for a leaf."""
        if self._view is not None and self._counter is not None and self._view[1] != self._counter[0]:
            inplace.refresh(self)
        node = self._node
        return node.parent if isinstance(node, Output) else node

    @property
    def output_nr(self) -> int:
        """Which of its node's outputs it is."""
        return self._node.number if isinstance(self._node, Output) else 0

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it."""
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` has added up; None until then."""
        if self._grad is None and self._node is not None and not self.retains_grad:
            warnings.warn(_NON_LEAF_GRAD, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, TensorBase):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
                )
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if value._data.dtype != self._data.dtype:
                raise RuntimeError(
                    "attempting to assign a gradient with dtype "
                    f"'{_kind(value)}' to a tensor with grad_dtype '{_kind(self)}'. The gradient must match the tensor's "
                    "grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a "
                    "specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a "
                    "tensor and its gradient may break downstream systems that assume they match."
                )
            if value._data.shape != self._data.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value._data.shape)}' to a tensor of size "
                    f"'{list(self._data.shape)}'. Please ensure that the gradient and the tensor are the same size"
                )
        self._grad = value  # type: ignore[assignment]

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def data(self) -> Tensor:
        """The same memory as a tensor without history, which the version counter does not watch."""
        t = self.detach()
        t._counter = [0]
        return t

    @data.setter
    def data(self, value: Tensor) -> None:
        if self._requires and value._data.dtype.kind not in FLOATING:
            raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
        self._data = settle(value)
        self._accumulator = None  # it knows the old shape

    def detach(self) -> Tensor:
        """The same memory and version, outside the graph."""
        t = type(self)._wrap(settle(self))
        t._counter = self._counter
        return t

    def detach_(self) -> Tensor:
        """Leave the graph, in place."""
        if self._view is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
                "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() "
                "cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in "
                "torch/optim/optimizer.py as the solution."
            )
        self._node, self._requires = None, False
        return self

    @property
    def _base(self) -> TensorBase | None:
        """The tensor whose memory it views, None if its memory is its own."""
        return None if self._view is None else self._view[0]

    _is_view = lambda self: self._view is not None  # noqa: E731

    @property
    def _version(self) -> int:
        """How often its memory was changed in place."""
        if self._counter is None:
            raise RuntimeError("Inference tensors do not track version counter.")
        return int(self._counter[0])

    def is_inference(self) -> bool:
        """Whether it was made under inference_mode."""
        return self._counter is None

    def __getattr__(self, name: str) -> Any:
        tail = "" if name.startswith("__") else hint(name, dir(type(self)))
        # without name and obj, from which the interpreter would append a second suggestion of its own
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'{tail}")

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Sequence[Tensor] | Tensor | None = None,
    ) -> None:
        """Add the gradient of self for each leaf (or for `inputs` only) to its `.grad`.

        gradient: of the wanted scalar for self; may be left out where self is a scalar.
        retain_graph: keep the saved values for another backward; as create_graph by default.
        create_graph: record the backward pass too, for higher derivatives.
        """
        differentiate.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    @property
    def retains_grad(self) -> bool:
        """Whether a non-leaf keeps its gradient, see `retain_grad`."""
        return retains_grad(self)

    def retain_grad(self) -> None:
        """Let this non-leaf keep its gradient in `.grad`, as leaves do."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        retain_grad(self)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call hook(grad) whenever a gradient for this tensor is computed; what it returns replaces the gradient."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return add_hook(hooks_of(self), hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call hook(leaf) whenever a gradient has been added to this leaf's `.grad`."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        if self._post_accumulate_hooks is None:
            self._post_accumulate_hooks = new_hooks()
        AccumulateGrad.watched = True
        return add_hook(self._post_accumulate_hooks, hook)

    # Shown, and more of its kind -------------------------------------------------------------------------------------
    def __repr__(self) -> str:
        try:
            grad_fn = self.grad_fn
            maker = None if grad_fn is None else grad_fn.name().rsplit("::", 1)[-1]
        except RuntimeError:  # one of several views, after a change in place
            maker = "Invalid"
        return format_tensor(
            float_of(self._data),
            dtype_name=str(self.dtype),
            requires_grad=self.requires_grad,
            grad_fn_name=maker,
            class_name="tensor" if type(self) is Tensor else type(self).__name__,
            default_float=str(get_default_dtype()),
        )

    def new_tensor(self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
        """`torch.tensor(data)` of self's dtype."""
        return creation.tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)

    def new_zeros(self, *size: Any, dtype: Any = None, **options: Any) -> Tensor:
        """Zeros of self's dtype."""
        return creation.zeros(*size, dtype=dtype or self.dtype, **options)

    def new_ones(self, *size: Any, dtype: Any = None, **options: Any) -> Tensor:
        """Ones of self's dtype."""
        return creation.ones(*size, dtype=dtype or self.dtype, **options)

    def new_empty(self, *size: Any, dtype: Any = None, **options: Any) -> Tensor:
        """Unspecified values of self's dtype."""
        return creation.empty(*size, dtype=dtype or self.dtype, **options)

    def new_full(self, size: Any, fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
        """One value, of self's dtype."""
        return creation.full(size, fill_value, dtype=dtype or self.dtype, **options)

    def cpu(self) -> Tensor:
        """self: it is on the CPU."""
        return self

    def cuda(self, *args: Any, **kwargs: Any) -> Tensor:
        """Raises RuntimeError: there is only the CPU."""
        check_device("cuda")
        raise AssertionError

    def pin_memory(self) -> Tensor:
        """self: there is no GPU to copy to, so nothing is pinned."""
        return self

    def is_pinned(self) -> bool:
        """False"""
        return False

    def share_memory_(self) -> Tensor:
        """self: a DataLoader's workers are threads, which share all memory."""
        return self

    def is_shared(self) -> bool:
        """False: the memory belongs to this process."""
        return False


def _kind(t: Any) -> str:
    return str(t.dtype.type_name.lower())


check_methods(Operations)
check_methods(Tensor, ("new_tensor", "new_zeros", "new_ones", "new_empty", "new_full"))
Tensor.__module__ = "minitorch_nn"  # where users find it, and what is printed
set_tensor_type(Tensor)
