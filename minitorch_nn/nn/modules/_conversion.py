"""What changes a whole Module at once: dtype, training mode, gradients, freezing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

from ...autograd import no_grad
from ...device import check_device
from ...dtypes import bfloat16, float16, float32, float64
from ...dtypes import dtype as DType
from ...layout import check_memory_format, preserve_format
from ...tensor import Tensor, empty_like
from ..parameter import Parameter

if TYPE_CHECKING:
    from .module import Module


class _Conversion:
    """The part of Module that walks over all its parameters, buffers and children and changes them."""

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _mode_when_unfrozen: bool | None  # None: not frozen; else the training mode that unfreeze() brings back

    if TYPE_CHECKING:

        def children(self) -> Iterator[Module]: ...
        def modules(self) -> Iterator[Module]: ...
        def parameters(self, recurse: bool = True) -> Iterator[Parameter]: ...

    def apply(self, fn: Callable[[Module], None]) -> Self:
        """Call `fn` on every module below this one, then on this one. Returns self."""
        for module in self.children():
            module.apply(fn)
        fn(self)  # type: ignore[arg-type]
        return self

    # ---- dtype ------------------------------------------------------------------------------------------------

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace values of parameters, gradients and buffers by `fn` of them; parameters stay the same objects."""
        for module in self.children() if recurse else ():
            module._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is None:
                    continue
                grad = parameter.grad
                parameter.grad = None  # a gradient must have its parameter's dtype: off first, back on after
                parameter.data = fn(parameter)
                if grad is not None:
                    grad.data = fn(grad)
                    parameter.grad = grad
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert floating parameters and buffers in place: `to(dtype)`, `to(device, dtype)`, `to(tensor)`.

        The only device is the CPU. `non_blocking` has no effect; neither has `memory_format`: parameters stay row by
        row in memory, which is what `is_contiguous` says of them. Returns self.

        Raises TypeError for a dtype that is not floating; what the creation functions raise for another device.
        """
        check_memory_format(kwargs.pop("memory_format", preserve_format))
        dtype, device = _parse_to(*args, **kwargs)
        check_device(device)
        if dtype is None:
            return self
        if not dtype.is_floating_point:
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def type(self, dst_type: DType) -> Self:
        """Convert every parameter and buffer, integer buffers included, to `dst_type`. Returns self."""
        return self._apply(lambda t: t.to(dst_type))

    def float(self) -> Self:
        """Convert floating parameters and buffers to float32. Returns self."""
        return self._apply(lambda t: t.to(float32) if t.is_floating_point() else t)

    def double(self) -> Self:
        """Convert floating parameters and buffers to float64. Returns self."""
        return self._apply(lambda t: t.to(float64) if t.is_floating_point() else t)

    def half(self) -> Self:
        """Convert floating parameters and buffers to float16. Returns self."""
        return self._apply(lambda t: t.to(float16) if t.is_floating_point() else t)

    def bfloat16(self) -> Self:
        """Convert floating parameters and buffers to bfloat16. Returns self."""
        return self._apply(lambda t: t.to(bfloat16) if t.is_floating_point() else t)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Give every parameter and buffer new memory, not initialised. device: the CPU or None. Returns self."""
        check_device(device)
        return self._apply(empty_like, recurse)

    def share_memory(self) -> Self:
        """Raises NotImplementedError: there are no other processes to share memory with."""
        raise NotImplementedError("Module.share_memory is not available: a DataLoader's workers are threads")

    def cpu(self) -> Self:
        """The module is on the CPU already. Returns self."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Raises RuntimeError: there is only the CPU."""
        check_device("cuda")
        raise AssertionError("unreachable: check_device accepts the CPU only")

    # ---- training mode and gradients --------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Set training (True) or evaluation mode, here and in all below; frozen ones stay in evaluation mode."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        if self._mode_when_unfrozen is None:
            self.training = mode
        else:
            self._mode_when_unfrozen = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Set evaluation mode: `train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set `requires_grad` of every parameter. Says nothing about statistics or dropout: see `freeze`."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero in place."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                parameter.grad.detach_()
                parameter.grad.zero_()

    def freeze(self) -> Self:
        """Make this module, and all below, a fixed function: no gradient for its parameters, always evaluation mode.

        Unlike `requires_grad_(False)`, normalisation layers also stop updating their statistics and use them, and
        dropout is off, whatever `train()` is called later, until `unfreeze()`. Modules added afterwards are not
        frozen. Freezing twice is freezing once. Returns self. Not in PyTorch.
        """
        for module in self.modules():
            if module._mode_when_unfrozen is None:
                module._mode_when_unfrozen = module.training
                module.training = False
        return self.requires_grad_(False)

    def unfreeze(self) -> Self:
        """Undo `freeze` for this module and all below: every parameter requires a gradient again, and each module
        takes the mode that `train()` or `eval()` last asked for. Returns self. Not in PyTorch.
        """
        for module in self.modules():
            if module._mode_when_unfrozen is not None:
                module.training = module._mode_when_unfrozen
                module._mode_when_unfrozen = None
        return self.requires_grad_(True)


def _parse_to(*args: Any, **kwargs: Any) -> tuple[DType | None, Any]:
    """(dtype, device) asked for by the arguments of `Module.to`."""
    dtype, device = kwargs.pop("dtype", None), kwargs.pop("device", None)
    tensor = kwargs.pop("tensor", None)
    kwargs.pop("non_blocking", None)
    if kwargs:
        raise TypeError(f"to() got an unexpected keyword argument '{next(iter(kwargs))}'")
    for argument in (*args, tensor):
        if isinstance(argument, DType):
            dtype = argument
        elif isinstance(argument, Tensor):
            dtype = argument.dtype
        elif argument is not None and not isinstance(argument, bool):
            device = argument
    return dtype, device
