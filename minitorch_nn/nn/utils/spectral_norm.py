"""Spectral normalisation by a hook that runs before forward: `spectral_norm`, `remove_spectral_norm`."""

from __future__ import annotations

from typing import Any, TypeVar

from ... import ops
from ...autograd import no_grad
from ...tensor import Tensor
from .. import functional as F
from ..modules.conv import _ConvTranspose
from ..modules.module import Module
from ..parameter import Parameter
from ..uninitialized import UninitializedParameter

__all__ = ["SpectralNorm", "remove_spectral_norm", "spectral_norm"]

M = TypeVar("M", bound=Module)


def output_dim(module: Module) -> int:
    """The dimension of a layer's weight that counts its outputs."""
    return 1 if isinstance(module, _ConvTranspose) else 0


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """The weight with `dim` first and all others as one."""
    if dim:
        weight = weight.permute(dim, *[d for d in range(weight.ndim) if d != dim])  # type: ignore[no-untyped-call]
    return weight.reshape(weight.size(0), -1)  # type: ignore[no-any-return]


def check_power_iterations(count: int) -> None:
    """Raise ValueError unless there is at least one."""
    if count <= 0:
        raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={count}")


class SpectralNorm:
    """The hook: sets module.<name> to <name>_orig / sigma before each forward; in training sigma is estimated anew."""

    _version: int = 1

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        check_power_iterations(n_power_iterations)
        self.name = name
        self.dim = dim
        self.n_power_iterations = n_power_iterations
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """The weight divided by its largest singular value, uᵀ W v."""
        weight, u, v = (getattr(module, self.name + end) for end in ("_orig", "_u", "_v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v = F.normalize(ops.mv(matrix.t(), u), dim=0, eps=self.eps, out=v)  # type: ignore[no-untyped-call]
                    u = F.normalize(ops.mv(matrix, v), dim=0, eps=self.eps, out=u)
                u, v = u.clone(), v.clone()  # the graph keeps these; the buffers change at the next forward
        return weight / ops.dot(u, ops.mv(matrix, v))  # type: ignore[no-any-return]

    @staticmethod
    def apply(module: Module, name: str, n_power_iterations: int, dim: int, eps: float) -> SpectralNorm:
        """Keep module.<name> as <name>_orig and register the hook."""
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, SpectralNorm) and hook.name == name:
                raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
        fn = SpectralNorm(name, n_power_iterations, dim, eps)
        weight = module._parameters[name]
        if weight is None:
            raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
        if isinstance(weight, UninitializedParameter):
            raise ValueError(
                "The module passed to `SpectralNorm` can't have uninitialized parameters. "
                "Make sure to run the dummy forward before applying spectral normalization"
            )
        with no_grad():
            rows, columns = as_matrix(weight, dim).shape
            u = F.normalize(weight.new_empty(rows).normal_(0, 1), dim=0, eps=eps)  # type: ignore[no-untyped-call]
            v = F.normalize(weight.new_empty(columns).normal_(0, 1), dim=0, eps=eps)  # type: ignore[no-untyped-call]
        delattr(module, name)
        module.register_parameter(name + "_orig", weight)
        setattr(module, name, weight.detach())  # type: ignore[no-untyped-call]
        module.register_buffer(name + "_u", u)
        module.register_buffer(name + "_v", v)
        module.register_forward_pre_hook(fn)
        module.register_state_dict_post_hook(_Version(fn))
        return fn

    def remove(self, module: Module) -> None:
        """Make the weight a parameter again."""
        with no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        for end in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + end)
        module.register_parameter(self.name, Parameter(weight.detach()))  # type: ignore[no-untyped-call]

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, do_power_iteration=module.training))


class _Version:
    """Notes in a state dict how it was made, for those who load it in PyTorch."""

    def __init__(self, fn: SpectralNorm) -> None:
        self.fn = fn

    def __call__(self, module: Module, state_dict: Any, prefix: str, local_metadata: dict[str, Any]) -> None:
        local_metadata.setdefault("spectral_norm", {})[f"{self.fn.name}.version"] = self.fn._version


def spectral_norm(
    module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> M:
    """module.<name> becomes W / σ(W), σ being the largest singular value of the weight as a matrix, rows along `dim`.

    σ = uᵀ W v, u and v from n_power_iterations steps of the power method per forward in training. dim: by default 1
    for transposed convolutions, else 0. Returns the module. State dicts from before PyTorch 1.0 are not converted.

    Source: Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, algorithm 1.
    """
    SpectralNorm.apply(module, name, n_power_iterations, output_dim(module) if dim is None else dim, eps)
    return module


def remove_spectral_norm(module: M, name: str = "weight") -> M:
    """Undo `spectral_norm`; the weight keeps its present value. Raises ValueError if there is none."""
    for k, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            hook.remove(module)
            del module._forward_pre_hooks[k]
            break
    else:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    for k, noted in module._state_dict_hooks.items():
        if getattr(noted, "fn", None) is hook:
            del module._state_dict_hooks[k]
            break
    return module
