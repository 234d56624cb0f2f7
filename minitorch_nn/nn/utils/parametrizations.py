"""Parametrizations ready for use: `orthogonal`, `weight_norm`, `spectral_norm`."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...autograd import no_grad
from ...tensor import Tensor
from .. import functional as F
from ..modules.module import Module
from . import parametrize
from .orthogonal import MAPS, _Orthogonal
from .spectral_norm import as_matrix, check_power_iterations, output_dim
from .weight_norm import norm_except_dim, scaled_to

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def _tensor_of(module: Module, name: str) -> Tensor:
    found = getattr(module, name, None)
    if not isinstance(found, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return found


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return scaled_to(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """module.<name> becomes v g / |v| of two parameters, the length original0 (g) and the direction original1 (v).

    dim: the norms are those of the slices along it; None: one norm of the whole. Returns the module. State dicts of
    `nn.utils.weight_norm` can be loaded.

    Source: Salimans and Kingma 2016, Weight Normalization, equation 2.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def take_old_names(layer: Module, state_dict: dict[str, Any], prefix: str, *_: Any) -> None:
        old = f"{prefix}{name}_g", f"{prefix}{name}_v"
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module.register_load_state_dict_pre_hook(take_old_names)
    return module


class _SpectralNorm(Module):
    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        n = weight.ndim
        if dim >= n or dim < -n:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{n}, {n - 1}] but got {dim})")
        check_power_iterations(n_power_iterations)
        self.dim = dim if dim >= 0 else dim + n
        self.eps = eps
        if n > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight.detach(), self.dim)  # type: ignore[no-untyped-call]
            u, v = (matrix.new_empty(size).normal_(0, 1) for size in matrix.shape)  # type: ignore[no-untyped-call]
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _power_method(self, matrix: Tensor, steps: int) -> None:
        with no_grad():
            for _ in range(steps):
                F.normalize(ops.mv(matrix, self._v), dim=0, eps=self.eps, out=self._u)
                F.normalize(ops.mv(matrix.t(), self._u), dim=0, eps=self.eps, out=self._v)  # type: ignore[no-untyped-call]

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # type: ignore[no-untyped-call]  # the buffers change at the next forward
        return weight / ops.dot(u, ops.mv(matrix, v))  # type: ignore[no-any-return]

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """module.<name> becomes W / σ(W), σ being the largest singular value of the weight as a matrix, rows along `dim`.

    σ = uᵀ W v, u and v from n_power_iterations steps of the power method each time it is computed in training. dim: by
    default 1 for transposed convolutions, else 0. Returns the module.

    Source: Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, algorithm 1.
    """
    weight = _tensor_of(module, name)
    dim = output_dim(module) if dim is None else dim
    parametrize.register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
    return module


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """module.<name>, (..., m, n), becomes a matrix with orthonormal columns, or rows where m < n.

    orthogonal_map: "matrix_exp" exp(A) or "cayley" (I - A/2)⁻¹ (I + A/2) of A = X - Xᵀ, X the parameter's lower triangle,
    or "householder", a product of reflections; by default matrix_exp for square matrices, else householder.
    use_trivialization: the result is a fixed matrix, orthogonal and near the weight, times the map's. Returns the module.

    Source: Lezcano-Casado 2019, Trivializations for Gradient-Based Optimization on Manifolds, section 5.
    """
    weight = _tensor_of(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    chosen = orthogonal_map or ("matrix_exp" if weight.size(-2) == weight.size(-1) else "householder")
    if chosen not in MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, chosen, use_trivialization=use_trivialization)
    parametrize.register_parametrization(module, name, made, unsafe=True)
    return module
