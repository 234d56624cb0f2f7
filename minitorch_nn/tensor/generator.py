"""`torch.Generator`: a random stream whose state is a Tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import random
from ..autograd.variable import TensorBase
from ..device import CPU, device
from .from_data import made


class Generator(random.Generator):
    """A stream of random numbers: PyTorch's CPU generator, state for state.

    Seeding and drawing are those of `minitorch_nn.random.Generator`. A copy or pickle goes on from the same state by
    itself.

    Raises:
        RuntimeError: a device other than the CPU is asked for.
    """

    device: device = CPU  # type: ignore[assignment]

    def get_state(self) -> Any:
        """The state, a uint8 tensor of 5056 bytes, as PyTorch's."""
        return made(super().get_state(), None, False)

    def set_state(self, new_state: Any) -> None:
        """Go on from a state that `get_state` gave here or in PyTorch. Raises TypeError for anything but a ByteTensor."""
        if not isinstance(new_state, TensorBase):
            raise TypeError(f"expected a torch.ByteTensor, but got {_typename(new_state)}")
        super().set_state(new_state._data)

    def clone_state(self) -> Generator:
        """A new generator in the same state."""
        clone = Generator()
        clone.set_state(self.get_state())
        return clone

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (random.Generator.get_state(self),)


def _typename(value: Any) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _restore(state: np.ndarray[Any, Any]) -> Generator:
    """The generator that was copied or pickled"""
    generator = Generator()
    random.Generator.set_state(generator, state)
    return generator


random.default_generator.__class__ = Generator  # others hold the object already, so it can't be replaced
