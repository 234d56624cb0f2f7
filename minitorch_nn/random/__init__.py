"""Random numbers: the streams of PyTorch's CPU generator, on arrays.

One Mersenne Twister gives 32-bit draws; each method turns them into numbers by the rule that PyTorch 2.13.0 uses and
takes as many of them, so calls may be mixed freely and a seed gives the numbers it gives there. They agree to the bit,
except that float64 normals (under 16 of any dtype, too) and exponentials pass through float64 logarithm, sine and
cosine of NumPy or the C library, whose last bits may differ. PyTorch itself differs in the last bit on processors
without AVX2. float16 and bfloat16 are made in float32 and rounded.
"""

from __future__ import annotations

import contextlib
import math
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .._bfloat16 import BFLOAT16, FLOATING, LARGEST, finished, float_of, narrow, wide, widen
from .._bfloat16 import rounded as rounded_number
from .box_muller import box_muller, fma32, fma64
from .mersenne import MersenneTwister, Shape

__all__ = [
    "Generator", "current_generator", "default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed",
    "seed", "set_rng_state", "use_generator",
]  # fmt: skip

Array = np.ndarray[Any, Any]

_BLOCK = 1 << 14  # numbers made at a time, so that the scratch arrays stay in the L2 cache
_PERM_LIMIT = (2**32 - 1) // 20  # from here on PyTorch shuffles by another rule
_WIDE_RANGE = 1 << 28  # from here on `draw % range` takes 64-bit draws


class _Kind(NamedTuple):
    """What the rules and the messages need to know of a dtype."""

    name: str  # in PyTorch's messages
    cpp: str  # of the C++ type
    smallest: float
    largest: float
    last: int  # integers up to this one are exact in it, and `random` draws up to it


def _kind(name: str, cpp: str, dtype: Any) -> _Kind:
    if dtype is bool:
        return _Kind(name, cpp, 0, 1, 1)
    if np.dtype(dtype).kind == "V":
        return _Kind(name, cpp, -LARGEST, LARGEST, 1 << 8)
    if np.dtype(dtype).kind == "f":
        real = np.finfo(dtype)
        return _Kind(name, cpp, float(real.min), float(real.max), 1 << (real.nmant + 1))
    integer = np.iinfo(dtype)
    return _Kind(name, cpp, integer.min, integer.max, integer.max)


_KINDS = {
    np.dtype(dtype): _kind(name, cpp, dtype)
    for dtype, name, cpp in (
        (np.float64, "Double", "double"), (np.float32, "Float", "float"), (np.float16, "Half", "c10::Half"),
        (BFLOAT16, "BFloat16", "c10::BFloat16"),
        (np.int64, "Long", "long"), (np.int32, "Int", "int"), (np.int16, "Short", "short"),
        (np.int8, "Char", "signed char"), (np.uint8, "Byte", "unsigned char"), (bool, "Bool", "bool"),
    )
}  # fmt: skip


def _require(condition: bool | np.bool_, message: str) -> None:
    if not condition:
        raise RuntimeError(message)


def _floating(dtype: Any, kernel: str) -> np.dtype[Any]:
    floating: np.dtype[Any] = np.dtype(dtype)
    if floating.kind not in FLOATING:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{_KINDS[floating].name}'")
    return floating


def _shrink(bound: int, dtype: np.dtype[Any], side: int) -> int:
    """The bound of a range moved inwards, so that no integer in the range rounds out of it (side 1: low, -1: high)."""
    if abs(bound) > _KINDS[dtype].largest:
        return bound
    rounded = int(rounded_number(bound + side) if dtype.kind == "V" else dtype.type(bound + side))
    if not (rounded < bound if side == 1 else rounded >= bound):
        return bound
    digits = _KINDS[dtype].last.bit_length() - 1
    return rounded + side * (1 << (abs(bound + side).bit_length() - digits))


def _check_range(low: int, last: int, dtype: np.dtype[Any]) -> None:
    kind = _KINDS[dtype]
    digits = kind.last.bit_length() - 1
    for value, label in ((low, "from"), (last, "to - 1")):
        _require(kind.smallest <= value <= kind.largest, f"{label} is out of bounds for {kind.cpp}")
        if dtype.kind in FLOATING and abs(value) > kind.last:
            warnings.warn(
                f"{label} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations {kind.cpp} can "
                "support discrete uniform distribution only within this range. This warning will become an error in "
                "version 1.7 release, please fix the code in advance",
                stacklevel=3,
            )


def _blocks(size: int) -> Iterator[tuple[slice, int]]:
    """Consecutive parts of a flat array, each with its length."""
    for start in range(0, size, _BLOCK):
        length = min(_BLOCK, size - start)
        yield slice(start, start + length), length


class Generator(MersenneTwister):
    """A stream of random numbers: `torch.Generator` of the CPU, on arrays.

    Shapes are an int or a tuple of ints, dtypes NumPy's; arrays are filled in row-major order. Seeding and state are
    `MersenneTwister`'s.

    Raises:
        RuntimeError: a device other than the CPU is asked for.
    """

    device = "cpu"

    def __init__(self, device: str = "cpu") -> None:
        _require(str(device) == "cpu", f"Generator: device is only cpu, but got {device}")
        super().__init__()

    def clone_state(self) -> Generator:
        """A new generator in the same state."""
        clone = Generator()
        clone.set_state(self.get_state())
        return clone

    # -- real numbers

    def rand(self, shape: Shape, dtype: Any = np.float32) -> Array:
        """Uniform on [0, 1)."""
        return self.uniform(shape, dtype=dtype)

    def uniform(self, shape: Shape, low: float = 0.0, high: float = 1.0, dtype: Any = np.float32) -> Array:
        """low + (high - low) * u, u uniform on [0, 1). float16 is made in float32 and rounded.

        Raises:
            RuntimeError: low > high, or a bound or the width outside the dtype.
            NotImplementedError: the dtype is not a floating one.
        """
        dtype = _floating(dtype, "check_uniform_bounds")
        kind = _KINDS[dtype]
        for bound, label in ((low, "from"), (high, "to")):
            _require(kind.smallest <= bound <= kind.largest, f"{label} is out of bounds for {kind.cpp}")
        _require(low <= high, f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
        _require(
            high - low <= kind.largest,
            f"uniform_ expects to-from <= std::numeric_limits<{kind.name}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit",
        )
        draw, real, fma = self._uniform_of(dtype)
        start, width = real(low), real(high) - real(low)
        result = np.empty(shape, wide(dtype))
        flat = result.reshape(-1)
        for part, size in _blocks(flat.size):
            flat[part] = draw(size) if (low, high) == (0, 1) else fma(draw(size), width, start)
        if dtype.kind == "V":
            result, low, high = float_of(narrow(result)), rounded_number(low), rounded_number(high)
        kind_of = result.dtype.type
        np.copyto(result, kind_of(low), where=result == kind_of(high))  # those that rounding put on the open end
        return finished(result, dtype)

    def _uniform_of(self, dtype: np.dtype[Any]) -> tuple[Callable[[int], Array], Any, Callable[..., Array]]:
        """Uniform draws, scalar type and multiply-add of the precision that serves a dtype."""
        if dtype == np.float64:
            return self.uniform64, np.float64, fma64
        return self.uniform32, np.float32, fma32

    def normal(
        self, shape: Shape, mean: float = 0.0, std: float = 1.0, dtype: Any = np.float32, one_by_one: bool = False
    ) -> Array:
        """Normal numbers, mean + std * z.

        Fewer than 16, or any number of them if `one_by_one` (so PyTorch fills what does not lie row by row in memory),
        are made one by one in float64, and the second of an odd pair is kept for the next such call. From 16 on they
        are made 16 at a time, float16 in float32; where 16 does not divide the size, the last 16 are made again from 16
        fresh draws.

        Raises:
            RuntimeError: std is negative or not a number.
            NotImplementedError: the dtype is not a floating one.
        """
        _require(std >= 0.0, f"normal expects std >= 0.0, but found std {std:g}")
        dtype = _floating(dtype, "normal_kernel_cpu")
        result = np.empty(shape, wide(dtype))
        flat = result.reshape(-1)
        draw, real, _ = self._uniform_of(dtype)
        rest = flat.size % 16
        with np.errstate(all="ignore"):  # a huge mean or std gives inf, without a warning, as in PyTorch
            if flat.size < 16 or one_by_one:
                flat[:] = fma64(self._few_normals(flat.size), std, mean).astype(real)  # float16 is rounded twice
                return finished(result, dtype)
            for part, size in _blocks(flat.size - rest):
                flat[part] = box_muller(draw(size), mean, std)
            if rest:
                if dtype.itemsize > 2:
                    draw(rest)  # PyTorch draws these, but for float16 and bfloat16, and writes over them
                flat[-16:] = box_muller(draw(16), mean, std)
        return finished(result, dtype)

    def _few_normals(self, size: int) -> Array:
        """Standard normal numbers, float64 (size,), from the C library's functions."""
        if size == 0:
            return np.empty(0)
        samples = [] if self._spare is None else [self._spare]
        uniform = self.uniform64((size - len(samples) + 1) // 2 * 2).tolist()
        for first, second in zip(uniform[::2], uniform[1::2], strict=True):
            radius, angle = math.sqrt(-2.0 * math.log1p(-second)), 2.0 * math.pi * first
            samples += [radius * math.cos(angle), radius * math.sin(angle)]
        self._spare = samples[size] if len(samples) > size else None
        return np.array(samples[:size])

    def exponential(self, shape: Shape, lambd: float = 1.0, dtype: Any = np.float32) -> Array:
        """-log(1 - u) / lambd, computed in float64.

        Raises:
            RuntimeError: lambd <= 0, or the dtype is not a floating one.
        """
        _require(lambd > 0.0, f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
        dtype = np.dtype(dtype)
        result = np.empty(shape, wide(dtype))
        _require(
            dtype.kind in FLOATING,
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {_KINDS[dtype].name}",
        )
        flat = result.reshape(-1)
        real = self._uniform_of(result.dtype)[1]
        with np.errstate(over="ignore"):
            for part, size in _blocks(flat.size):
                flat[part] = (-1.0 / lambd * np.log1p(-self.uniform64(size))).astype(real)  # float16 is rounded twice
        return finished(result, dtype)

    # -- choices

    def bernoulli(self, p: float | Array, shape: Shape | None = None, dtype: Any = np.float32) -> Array:
        """1 with probability p, else 0; dropout's mask is `bernoulli(1 - p, shape)`.

        Args:
            p: a number, or an array of probabilities that broadcasts to `shape`. A number and a float64 array are
                compared with float64 draws, other arrays with float32 ones, so the streams differ.
            shape: needed with a number; the array's own shape if left out.

        Raises:
            RuntimeError: p outside [0, 1].
            NotImplementedError: the array is not a floating one.
        """
        if not isinstance(p, np.ndarray):
            _require(0 <= p <= 1, f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
            if shape is None:
                raise TypeError("bernoulli: a number p needs a shape")
            draw, chances = self._uniform_of(np.dtype(np.float64))[0], None
        else:
            draw, real, _ = self._uniform_of(_floating(p.dtype, "bernoulli_tensor_cpu_p_"))
            p = widen(p) if p.dtype.kind == "V" else p
            _require(np.all((p >= 0) & (p <= 1)), "Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
            shape = p.shape if shape is None else shape
            chances = np.broadcast_to(p.astype(real), shape).reshape(-1)
        result = np.empty(shape, wide(np.dtype(dtype)))
        flat = result.reshape(-1)
        for part, size in _blocks(flat.size):
            flat[part] = draw(size) < (p if chances is None else chances[part])
        return finished(result, np.dtype(dtype))

    def randint(self, low: int, high: int | None, shape: Shape, dtype: Any = np.int64) -> Array:
        """Integers low + draw % (high - low), in [low, high); `high=None` includes the dtype's largest exact integer.

        Ranges from 2**28 on take 64-bit draws. With a floating dtype the range shrinks to integers that do not round
        out of it.

        Raises:
            RuntimeError: an empty range, or one that the dtype cannot hold.
        """
        dtype = np.dtype(dtype)
        if high is None:
            high = _KINDS[dtype].last + 1
        elif low >= high:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
        if dtype.kind in FLOATING:
            low, high = _shrink(low, dtype, 1), _shrink(high, dtype, -1)
            message = "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
            _require(low < high, f"{message}from={low} >= to={high}")
        _check_range(low, high - 1, dtype)
        if high - low == 2**64:
            return self.random64(shape).view(np.int64)
        if high - low >= _WIDE_RANGE:
            draws = self.random64(shape) % np.uint64(high - low)
        else:
            draws = (self.random32(shape) % np.uint32(high - low)).astype(np.uint64)
        integers: Array = (draws + np.uint64(low % 2**64)).view(np.int64)
        return finished(integers, dtype)

    def random(self, shape: Shape, dtype: Any = np.int64) -> Array:
        """Integers from 0 to the largest that is exact in the dtype: `Tensor.random_()`."""
        dtype = np.dtype(dtype)
        draws = self.random64(shape) if dtype.itemsize == 8 else self.random32(shape)
        integers: Array = draws % draws.dtype.type(_KINDS[dtype].last + 1)
        return finished(integers, dtype)

    def randperm(self, n: int, dtype: Any = np.int64) -> Array:
        """A permutation of 0..n-1: entry i changes places with entry i + draw % (n - i), from the front.

        Raises:
            RuntimeError: n is negative, too large for the dtype, or not below 214,748,364 (PyTorch shuffles so many by
                another rule, which is left out).
            NotImplementedError: the dtype is bool.
        """
        dtype = np.dtype(dtype)
        _require(n >= 0, f"Trying to create tensor with negative dimension {n}: [{n}]")
        if dtype.kind == "b":
            raise NotImplementedError("\"randperm\" not implemented for 'Bool'")
        last = _KINDS[dtype].last
        if dtype.kind == "f":
            most = "2049" if dtype == np.float16 else f"2^{last.bit_length() - 1}+1"
            _require(n <= last + 1, f"n cannot be greater than {most} for {_KINDS[dtype].name} type.")
        _require(
            dtype.kind == "V" or n <= last + 1, f"value cannot be converted to type {dtype.name}_t without overflow"
        )
        _require(n < _PERM_LIMIT, f"randperm: n must be below {_PERM_LIMIT}, but got {n}")
        order = list(range(n))
        for part, size in _blocks(n - 1):
            here = np.arange(part.start, part.stop)
            there = here + self.random32(size) % (n - here)
            for i, j in zip(here.tolist(), there.tolist(), strict=True):
                order[i], order[j] = order[j], order[i]
        return finished(np.array(order, wide(dtype)), dtype)

    def multinomial(self, probabilities: Array, num_samples: int, replacement: bool = False) -> Array:
        """Indices of categories, int64 (num_samples,) or (rows, num_samples), drawn with the given weights.

        With replacement: where a uniform number falls in the cumulated weights. Without, or for one sample: the largest
        of weight / exponential. Of equal quotients the first category wins; PyTorch leaves their order open.

        Raises:
            RuntimeError: weights not floating, not 1-d or 2-d, negative, not finite or all zero; or too many samples.
        """
        p = float_of(probabilities)
        _require(p.ndim in (1, 2), "prob_dist must be 1 or 2 dim")
        only_floating = "multinomial only supports floating-point dtypes for input, got: "
        _require(p.dtype.kind == "f", only_floating + _KINDS[p.dtype].name)
        _require(num_samples > 0, "cannot sample n_sample <= 0 samples")
        _require(
            replacement or num_samples <= p.shape[-1],
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
        )
        _require(p.shape[-1] <= 2**24, "number of categories cannot exceed 2^24")
        nothing = "invalid multinomial distribution (sum of probabilities <= 0)"
        if not replacement or num_samples == 1:
            valid = np.all((p >= 0) & (p < np.inf))
            _require(valid, "probability tensor contains either `inf`, `nan` or element < 0")
            _require(np.all(p.sum(-1) != 0), nothing)
            with np.errstate(divide="ignore", over="ignore"):
                quotient = p / self.exponential(p.shape, dtype=p.dtype)
            return np.argsort(-quotient, axis=-1, kind="stable")[..., :num_samples]
        entry = "invalid multinomial distribution (encountering probability entry "
        _require(np.all(p >= 0), entry + "< 0)")
        _require(np.all(p < np.inf), entry + "= infinity or NaN)")
        cumulated = np.cumsum(p, axis=-1, dtype=self._uniform_of(p.dtype)[1])
        _require(p.shape[-1] > 0 and np.all(cumulated[..., -1] > 0), nothing)
        cumulated /= cumulated[..., -1:].copy()
        cumulated[..., -1] = 1
        result = np.empty((*p.shape[:-1], num_samples), np.int64)
        for row in np.ndindex(p.shape[:-1]):
            result[row] = np.searchsorted(cumulated[row].astype(np.float64), self.uniform64(num_samples))
        return result


default_generator = Generator()
default_generator.seed()


_this_thread = threading.local()


def current_generator() -> Generator:
    """The generator to draw from here: the thread's own where it was given one, else the default generator.

    A DataLoader's worker threads have their own, so that what they draw does not depend on which thread came first.
    """
    return getattr(_this_thread, "generator", default_generator)


def use_generator(generator: Generator) -> None:
    """Let this thread draw from `generator` from now on."""
    _this_thread.generator = generator


def manual_seed(seed: int) -> Generator:
    """Start the default generator's stream of `int(seed)`; returns the generator."""
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the default generator from the system's randomness; returns the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the default generator was started from."""
    return default_generator.initial_seed()


def get_rng_state() -> Array:
    """The default generator's state, uint8 (5056,)."""
    return default_generator.get_state()


def set_rng_state(new_state: Array) -> None:
    """Set the default generator's state."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices: Iterable[Any] | None = None, enabled: bool = True) -> Iterator[None]:
    """Put the default generator back as it was on leaving the block, unless `enabled` is False.

    Raises:
        RuntimeError: `devices` names any: there is only the CPU.
    """
    _require(not list(devices or ()), f"fork_rng: devices must be empty, there is only the CPU, but got {devices}")
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
