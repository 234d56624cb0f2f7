"""Distributions that are given by probabilities or by their logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all, either, lazy_property, logits_to_probs, probs_to_logits


class ByProbabilities(Distribution):
    """One of `probs` and `logits` is given, and named by `_given`; the other is computed when it is first asked for."""

    _batched: ClassVar[Sequence[str]] = ("probs", "logits")
    _is_binary: ClassVar[bool] = False
    _given: str

    @lazy_property
    def logits(self) -> Tensor:
        """log(probs), or log(probs / (1 - probs)) of a binary distribution"""
        return probs_to_logits(self.probs, self._is_binary)

    @lazy_property
    def probs(self) -> Tensor:
        """softmax(logits), or sigmoid(logits) of a binary distribution"""
        return logits_to_probs(self.logits, self._is_binary)

    @property
    def _param(self) -> Tensor:
        return getattr(self, self._given)  # type: ignore[no-any-return]

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter"""
        return self._param.shape


class BinaryTrials(ByProbabilities):
    """Of trials that succeed with the probability `probs`."""

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    _is_binary = True

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._given = either(probs, logits)
        (param,) = broadcast_all(logits if probs is None else probs)
        setattr(self, self._given, param)
        super().__init__(param.shape, validate_args=validate_args)
