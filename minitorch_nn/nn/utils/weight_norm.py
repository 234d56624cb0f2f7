"""Weight normalisation by a hook that runs before forward: `weight_norm`, `remove_weight_norm`."""

from __future__ import annotations

import warnings
from typing import Any, TypeVar

from ... import ops
from ...tensor import Tensor
from ..modules.module import Module
from ..parameter import Parameter
from ..uninitialized import UninitializedParameter

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def norm_except_dim(v: Tensor, pow: float = 2, dim: int = 0) -> Tensor:
    """The norm of each slice along `dim`, with the other dimensions 1; of all of v, 0-dim, for dim -1."""
    if dim == -1:
        return ops.norm(v, pow)
    return ops.norm(v, pow, [d for d in range(v.ndim) if d != dim], keepdim=True)


def scaled_to(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """v g / |v|, with the norms as of `norm_except_dim`

    Source: Salimans and Kingma 2016, Weight Normalization, equation 2.
    """
    return v * (g / norm_except_dim(v, 2, dim))


class WeightNorm:
    """The hook: sets module.<name> from <name>_g and <name>_v before each forward."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Tensor:
        """The weight: v g / |v|."""
        return scaled_to(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"), self.dim)

    @staticmethod
    def apply(module: Module, name: str, dim: int | None) -> WeightNorm:
        """Take module.<name> apart and register the hook."""
        warnings.warn(
            "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
            FutureWarning,
            stacklevel=3,
        )
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, WeightNorm) and hook.name == name:
                raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
        fn = WeightNorm(name, dim)
        weight = getattr(module, name)
        if isinstance(weight, UninitializedParameter):
            raise ValueError(
                "The module passed to `WeightNorm` can't have uninitialized parameters. "
                "Make sure to run the dummy forward before applying weight normalization"
            )
        del module._parameters[name]
        module.register_parameter(name + "_g", Parameter(norm_except_dim(weight.detach(), 2, fn.dim)))
        module.register_parameter(name + "_v", Parameter(weight.detach()))
        setattr(module, name, fn.compute_weight(module))
        module.register_forward_pre_hook(fn)
        return fn

    def remove(self, module: Module) -> None:
        """Make the weight a parameter again."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[self.name + "_g"]
        del module._parameters[self.name + "_v"]
        setattr(module, self.name, Parameter(weight.detach()))  # type: ignore[no-untyped-call]

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """module.<name> becomes v g / |v| of two parameters, its length <name>_g and its direction <name>_v.

    dim: the norms are those of the slices along it; None: one norm of the whole. Returns the module. Deprecated in
    PyTorch, and warns: `parametrizations.weight_norm` does the same without a hook.

    Source: Salimans and Kingma 2016, Weight Normalization, equation 2.
    """
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Undo `weight_norm`; the weight keeps its present value. Raises ValueError if there is none."""
    for k, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            hook.remove(module)
            del module._forward_pre_hooks[k]
            return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
