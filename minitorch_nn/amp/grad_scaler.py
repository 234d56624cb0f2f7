"""`GradScaler`: a loss scaled up, so that small gradients do not vanish in 16 bits, and gradients scaled down again."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor, full

if TYPE_CHECKING:
    from ..optim import Optimizer


@dataclass
class _OptimizerState:
    """Where an optimizer is between two updates, and whether its gradients were all finite (None: not looked at)"""

    stage: str = "ready"  # then "unscaled", "stepped"
    found_inf: bool | None = None


class GradScaler:
    """scale_t: halved (backoff_factor) after a step with infinite or nan gradients, which is left out; doubled
    (growth_factor) after `growth_interval` steps without

    device: "cuda", for which it turns itself off with PyTorch's warning, so that each method passes through; or "cpu".

        scaler.scale(loss).backward();  scaler.step(optimizer);  scaler.update()

    Raises AssertionError for factors out of range or calls out of order, RuntimeError for `unscale_` or `step` twice,
    ValueError for float16 gradients.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._device = device
        self._enabled = enabled
        if device == "cuda" and enabled:
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)
            self._enabled = False
        if not self._enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale = init_scale
        self._init_growth_tracker = 0
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._scale: Tensor | None = None  # made when the first loss is scaled
        self._growth_tracker = 0
        self._optimizers: dict[int, _OptimizerState] = {}

    def _started(self, method: str) -> Tensor:
        if self._scale is None:
            raise AssertionError(
                f"Attempted {method} but _scale is None.  "
                "This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration."
            )
        return self._scale

    def _state(self, optimizer: Optimizer) -> _OptimizerState:
        return self._optimizers.setdefault(id(optimizer), _OptimizerState())

    def scale(self, outputs: Any) -> Any:
        """outputs * scale, for a Tensor or an iterable of them (a list or tuple keeps its type)"""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = full((), self._init_scale, dtype=dtypes.float32)
                self._growth_tracker = self._init_growth_tracker
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled  # type: ignore[call-arg]
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of the optimizer's parameters by the scale now, to clip them before `step`."""
        if not self._enabled:
            return
        scale, state = self._started("unscale_"), self._state(optimizer)
        if state.stage == "unscaled":
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if state.stage == "stepped":
            raise RuntimeError("unscale_() is being called after step().")
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if any(grad.dtype is dtypes.float16 for grad in grads):
            raise ValueError("Attempting to unscale FP16 gradients.")
        inverse = float(np.float32(1.0 / scale.item()))  # PyTorch's reciprocal, in float64 and rounded
        finite = True
        for grad in grads:
            finite = finite and bool(np.isfinite(grad._data).all())
            grad._data *= inverse
            grad._bump()
        if grads:
            state.found_inf = not finite
        state.stage = "unscaled"

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """`optimizer.step(*args, **kwargs)` on unscaled gradients; left out if one of them is infinite or nan."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._started("step")
        state = self._state(optimizer)
        if state.stage == "stepped":
            raise RuntimeError("step() has already been called since the last update().")
        if state.stage == "ready":
            self.unscale_(optimizer)
        if state.found_inf is None:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        result = None if state.found_inf else optimizer.step(*args, **kwargs)
        state.stage = "stepped"
        return result

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """The scale of the next iteration, from what the steps found, or `new_scale`."""
        if not self._enabled:
            return
        scale = self._started("update")
        if isinstance(new_scale, float):
            scale.fill_(new_scale)
        elif new_scale is not None:
            if new_scale._data.size != 1 or new_scale.requires_grad:
                raise AssertionError(
                    "new_scale should be a float or a 1-element torch.cuda.FloatTensor or "
                    "torch.FloatTensor with requires_grad=False."
                )
            scale.copy_(new_scale)
        else:
            found = [state.found_inf for state in self._optimizers.values() if state.found_inf is not None]
            if not found:
                raise AssertionError("No inf checks were recorded prior to update.")
            self._follow(scale, any(found))
        self._optimizers = {}

    def _follow(self, scale: Tensor, found_inf: bool) -> None:
        if found_inf:
            scale.mul_(self._backoff_factor)
            self._growth_tracker = 0
            return
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            grown = scale * self._growth_factor
            if np.isfinite(grown.item()):
                scale.copy_(grown)
            self._growth_tracker = 0

    def get_scale(self) -> float:
        """The scale; 1.0 if this is off"""
        if not self._enabled:
            return 1.0
        return float(self._init_scale if self._scale is None else self._scale.item())

    def get_growth_factor(self) -> float:
        """By how much the scale grows"""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set by how much the scale grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By how much the scale shrinks"""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set by how much the scale shrinks."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """After how many good steps the scale grows"""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set after how many good steps the scale grows."""
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether this is on"""
        return self._enabled

    def _get_growth_tracker(self) -> int:
        if not self._enabled:
            return 0
        return self._init_growth_tracker if self._scale is None else self._growth_tracker

    def state_dict(self) -> dict[str, Any]:
        """The scale, its options and the count of good steps; {} if this is off"""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._get_growth_tracker(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned; nothing happens if this is off."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        if self._scale is not None:
            self._scale.fill_(state_dict["scale"])
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._init_growth_tracker = self._growth_tracker = state_dict["_growth_tracker"]
