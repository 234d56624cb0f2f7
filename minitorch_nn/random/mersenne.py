"""The Mersenne Twister as PyTorch keeps it: seeds, its saved state byte for byte, raw draws, uniform numbers.

Source: Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
generator", ACM TOMACS 8 (1998), with the seeding of 2002.
"""

from __future__ import annotations

import math
import os
from typing import Any, Self

import numpy as np

__all__ = ["MersenneTwister", "Shape"]

Array = np.ndarray[Any, Any]
Shape = int | tuple[int, ...]

_DEFAULT_SEED = 67280421310721

# The C struct CPUGeneratorImplState, 5056 bytes with its padding.
_STATE = np.dtype(
    [
        ("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("key", "<u8", 624), ("normal_x", "<f8"),
        ("normal_y", "<f8"), ("normal_rho", "<f8"), ("normal_is_valid", "<i4"), ("padding", "V4"),
        ("next_float", "<f4"), ("next_float_is_valid", "?"),
    ],
    align=True,
)  # fmt: skip


class MersenneTwister:
    """A stream of 32-bit draws, and what of PyTorch's generator does not depend on a distribution.

    Shapes are an int or a tuple of ints; arrays are filled in row-major order.
    """

    def __init__(self) -> None:
        self._engine = np.random.RandomState(0)  # NumPy promises to keep its draws as they are (NEP 19)
        self.manual_seed(_DEFAULT_SEED)

    def manual_seed(self, seed: int) -> Self:
        """Start the stream of `seed`, an int in [-2**63, 2**64); a negative one counts from 2**64. Returns self.

        As in PyTorch the stream depends on the low 32 bits only.

        Raises:
            RuntimeError: not an int.
            ValueError: out of range.
        """
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = int(seed) % 2**64
        self._engine.seed(self._seed % 2**32)
        self._untouched = True  # nothing drawn yet; PyTorch's state tells this from "all of a block drawn"
        self._spare: float | None = None  # second number of a Box-Muller pair, kept for the next small normal draw
        return self

    def seed(self) -> int:
        """Start a stream from the system's randomness; returns its seed, in [0, 2**64)."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self) -> int:
        """The seed that this stream was started from."""
        return self._seed

    def get_state(self) -> Array:
        """The state, uint8 (5056,), byte for byte what `torch.Generator.get_state` gives."""
        engine = self._engine.get_state(legacy=False)["state"]
        state = np.zeros(1, _STATE)
        state["seed"], state["seeded"], state["key"] = self._seed, 1, engine["key"]
        state["left"], state["next"] = (1, 0) if self._untouched else (625 - engine["pos"], engine["pos"])
        if self._spare is not None:
            state["normal_is_valid"], state["normal_y"] = 1, self._spare
        return state.view(np.uint8)

    def set_state(self, new_state: Array) -> None:
        """Go on from a state, uint8 (5056,), of this class or of PyTorch's CPU generator.

        Raises:
            TypeError: not a uint8 array.
            RuntimeError: another size, or not a state of a Mersenne Twister.
        """
        if not isinstance(new_state, np.ndarray):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        if new_state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if new_state.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} but found the input RNG state size to be "
                f"{new_state.size}"
            )
        state = np.frombuffer(new_state.tobytes(), _STATE)[0]
        left, position = int(state["left"]), int(state["next"])
        untouched = (left, position) == (1, 0)
        if not state["seeded"] or not (untouched or (1 <= left <= 624 and left + position == 625)):
            raise RuntimeError("Invalid mt19937 state")
        self._engine.set_state(("MT19937", state["key"].astype(np.uint32), 624 if untouched else position, 0, 0.0))
        self._seed, self._untouched = int(state["seed"]), untouched
        self._spare = float(state["normal_y"]) if state["normal_is_valid"] else None

    def random32(self, shape: Shape) -> Array:
        """Raw draws, uint32."""
        draws: Array = self._engine.randint(0, 2**32, size=shape, dtype=np.uint32)
        self._untouched = self._untouched and draws.size == 0
        return draws

    def random64(self, shape: Shape) -> Array:
        """Two draws each, uint64: the first is the high half."""
        size = shape if isinstance(shape, int) else math.prod(shape)
        draws = self.random32((size, 2)).astype(np.uint64)
        return ((draws[:, 0] << np.uint64(32)) | draws[:, 1]).reshape(shape)

    def uniform32(self, size: int) -> Array:
        """Uniform on [0, 1), float32 (size,): the low 24 bits of one draw each."""
        uniform = (self.random32(size) & np.uint32(0xFFFFFF)).view(np.int32).astype(np.float32)
        uniform *= np.float32(2.0**-24)
        return uniform

    def uniform64(self, size: int) -> Array:
        """Uniform on [0, 1), float64 (size,): the low 53 bits of two draws each."""
        draws = self.random32((size, 2))
        uniform = (draws[:, 0] & np.uint32(0x1FFFFF)).astype(np.float64)
        uniform *= 2.0**-21
        uniform += draws[:, 1] * 2.0**-53
        return uniform
