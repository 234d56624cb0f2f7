"""Clipping gradients, by the norm of all of them together or value by value."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterable

from ... import ops
from ...autograd import no_grad
from ...tensor import Tensor, tensor

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]


def _listed(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters: Iterable[Tensor]) -> list[Tensor]:
    return [p.grad for p in parameters if p.grad is not None]


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all `tensors` together, as if they were one vector: a 0-dim Tensor.

    error_if_nonfinite: raise RuntimeError if it is infinite or nan. foreach: no effect here.
    """
    norm_type = float(norm_type)
    with no_grad():
        each = [ops.norm(t, norm_type) for t in _listed(tensors)]
        total = ops.norm(ops.stack(each), norm_type) if each else tensor(0.0)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale all gradients in place by max_norm / (total_norm + 1e-6) if that is below 1. foreach: no effect here."""
    with no_grad():
        scale = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for grad in _gradients(_listed(parameters)):
            grad.mul_(scale)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients in place so that their norm together is at most `max_norm`; returns the norm before that.

    error_if_nonfinite: raise RuntimeError if the norm is infinite or nan. foreach: no effect here.

    Source: Pascanu et al. 2013, On the difficulty of training recurrent neural networks, algorithm 1.
    """
    from_generator = isinstance(parameters, types.GeneratorType)
    chosen = _listed(parameters)
    if from_generator and not chosen:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2)
    total = get_total_norm(_gradients(chosen), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(chosen, max_norm, total)
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Clamp each gradient in place to [-clip_value, clip_value]. foreach: no effect here."""
    bound = float(clip_value)
    with no_grad():
        for grad in _gradients(_listed(parameters)):
            grad.clamp_(min=-bound, max=bound)


def clip_grad_norm(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The old name of `clip_grad_norm_`; warns."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)
