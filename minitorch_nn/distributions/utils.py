"""What distributions share: parameters of one shape, probabilities and logits, properties that are computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..autograd import enable_grad
from ..dtypes import finfo, get_default_dtype
from ..tensor import Tensor, tensor


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """The values (tensors or numbers) as tensors of one shape; numbers take the dtype of the first tensor.

    Raises ValueError for anything else.
    """
    if not all(isinstance(value, (Tensor, int, float)) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    dtype = next((value.dtype for value in values if isinstance(value, Tensor)), get_default_dtype())
    tensors = [v if isinstance(v, Tensor) else tensor(v, dtype=dtype) for v in values]
    wide = ops.broadcast_tensors(*tensors)
    return tuple(t if t.shape == w.shape else w for t, w in zip(tensors, wide, strict=True))


def clamp_probs(probs: Tensor) -> Tensor:
    """probs in [eps, 1 - eps], so that the logarithms are finite"""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """log p, or log(p / (1 - p)) if `is_binary`"""
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """softmax over the last dimension, or sigmoid if `is_binary`"""
    return ops.sigmoid(logits) if is_binary else ops.softmax(logits, -1)


def sum_rightmost(value: Tensor, dims: int) -> Tensor:
    """The sum over the last `dims` dimensions"""
    return value if dims == 0 else value.reshape((*value.shape[: value.ndim - dims], -1)).sum(-1)


def either(probs: Any, logits: Any) -> str:
    """The name of the one that is given; ValueError if not exactly one is."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")
    return "logits" if probs is None else "probs"


class lazy_property:
    """A property that is computed when it is first asked for, with gradients, and kept as an attribute."""

    def __init__(self, wrapped: Callable[[Any], Tensor]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value
