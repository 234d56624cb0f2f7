"""Averages of a model's weights over training: stochastic weight averaging and exponential moving averages."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any, Literal

from .. import dtypes
from ..autograd import no_grad
from ..nn import Module
from ..nn.modules.batchnorm import _BatchNorm
from ..tensor import Tensor, tensor
from .lr_scheduler.base import LRScheduler, per_group
from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Tensor, Tensor, Any], Tensor]
MultiAverage = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAverage:
    """average += (1 - decay) (current - average), on lists of parameters, in place"""
    _check_decay(decay)

    @no_grad()  # type: ignore[untyped-decorator]
    def ema_update(ema_param_list: Sequence[Tensor], current_param_list: Sequence[Tensor], _: Any) -> None:
        for average, current in zip(ema_param_list, current_param_list, strict=True):
            if average.is_floating_point():
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return ema_update  # type: ignore[no-any-return]


def get_swa_multi_avg_fn() -> MultiAverage:
    """average += (current - average) / (num_averaged + 1), on lists of parameters, in place"""

    @no_grad()  # type: ignore[untyped-decorator]
    def swa_update(
        averaged_param_list: Sequence[Tensor], current_param_list: Sequence[Tensor], num_averaged: Tensor | int
    ) -> None:
        for average, current in zip(averaged_param_list, current_param_list, strict=True):
            if average.is_floating_point():
                average.lerp_(current, float(1 / (num_averaged + 1)))
            else:
                average.copy_(average + (current - average) / (num_averaged + 1))

    return swa_update  # type: ignore[no-any-return]


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """decay average + (1 - decay) current, for one parameter"""
    _check_decay(decay)

    @no_grad()  # type: ignore[untyped-decorator]
    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update  # type: ignore[no-any-return]


def get_swa_avg_fn() -> Average:
    """average + (current - average) / (num_averaged + 1), for one parameter"""

    @no_grad()  # type: ignore[untyped-decorator]
    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Tensor | int) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update  # type: ignore[no-any-return]


class AveragedModel(Module):
    """A copy of `model` whose parameters are the average of those that `update_parameters` was given so far.

    avg_fn(average, current, n): the new average of one parameter after n earlier ones; multi_avg_fn(averages, currents,
    n) changes lists of parameters of one dtype in place. Default: the equal average. The first update copies.
    use_buffers: average the buffers too; else they are copied from the model at each update.
    `n_averaged` (0-dim int64) counts the updates and is a buffer, so it is in the state dict.

    Raises AssertionError if both functions are given.
    Source: Izmailov et al. 2018, arXiv:1803.05407, algorithm 1.

    >>> import minitorch_nn as torch
    >>> model = torch.nn.Linear(1, 1)
    >>> averaged = torch.optim.swa_utils.AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = torch.nn.init.constant_(model.weight, value)
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item(), averaged.n_averaged
    (3.0, tensor(3))
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: MultiAverage | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=dtypes.int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged copy returns"""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the parameters of `model`, which has the copied one's structure, into the average."""

        def averaged_of(module: Module) -> Iterable[Tensor]:
            return itertools.chain(module.parameters(), module.buffers() if self.use_buffers else ())

        pairs = [(a.detach(), m.detach()) for a, m in zip(averaged_of(self.module), averaged_of(model), strict=False)]
        if self.n_averaged == 0:
            for average, current in pairs:
                average.copy_(current)
        elif self.avg_fn is not None:
            for average, current in pairs:
                average.copy_(self.avg_fn(average, current, self.n_averaged))
        else:
            update = self.multi_avg_fn or get_swa_multi_avg_fn()
            by_dtype: defaultdict[Any, list[tuple[Tensor, Tensor]]] = defaultdict(list)
            for pair in pairs:
                by_dtype[pair[0].dtype].append(pair)
            for same in by_dtype.values():
                averages, currents = map(list, zip(*same, strict=True))
                update(averages, currents, self.n_averaged)
        if not self.use_buffers:
            for kept, given in zip(self.module.buffers(), model.buffers(), strict=True):
                kept.detach().copy_(given.detach())
        self.n_averaged += 1


@no_grad()  # type: ignore[untyped-decorator]
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of the model's batch normalisations anew, as plain means over the batches.

    loader: batches, or lists and tuples that begin with one. Averaged weights need it: no pass has seen them.
    """
    norms = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    was_training = model.training
    model.train()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    for batch in loader:
        first = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(first if device is None else first.to(device))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """lr_t = swa_lr a(t) + lr_0 (1 - a(t)),  a(t) = (1 - cos(pi t / anneal_epochs)) / 2, or t / anneal_epochs

    From the rate that a group has to the constant `swa_lr` (one, or one per group), in `anneal_epochs` steps.

    Raises ValueError for another anneal_strategy than "cos" or "linear", or negative epochs.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | Sequence[float],
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        for rate, group in zip(per_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, t: float) -> float:
        """How much of `swa_lr` there is after the fraction t of the way"""
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self) -> list[Any]:
        """The rates of this step, from those of the one before: their part of lr_0 is found first."""
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = (self.anneal_func(max(0, min(1, t / max(1, self.anneal_epochs)))) for t in (step - 1, step))

        def first(rate: Any, swa_rate: Any) -> Any:
            return swa_rate if before == 1 else (rate - before * swa_rate) / (1 - before)

        return [
            group["swa_lr"] * now + first(group["lr"], group["swa_lr"]) * (1 - now)
            for group in self.optimizer.param_groups
        ]
