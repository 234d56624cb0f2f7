"""The generator against numbers recorded from PyTorch 2.13.0 (tests/record/record_random.py), and its own promises."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import math
import pathlib
import zlib
from typing import Any

import numpy as np
import pytest

from minitorch_nn import random

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "random.json").read_text(encoding="utf-8"))
SPARE = slice(5024, 5032)  # the bytes of the state that hold a float64 normal number


def run(generator: random.Generator, name: str, recorded_args: dict[str, Any]) -> np.ndarray[Any, Any]:
    args = {}
    for key, value in recorded_args.items():
        if isinstance(value, dict):
            value = np.array(value["array"], value["dtype"])
        args[key] = tuple(value) if key == "shape" else value
    result = getattr(generator, name)(**args)
    assert isinstance(result, np.ndarray)
    return result


def compare(result: np.ndarray[Any, Any], expected: list[Any], name: str, args: dict[str, Any]) -> None:
    """Equal to the bit, but for what passes through float64 log, sin and cos: those may differ in the last two bits."""
    wanted = np.array(expected, result.dtype)
    if name not in ("normal", "exponential"):
        np.testing.assert_array_equal(result, wanted)
    elif result.dtype == np.float64:
        np.testing.assert_allclose(result, wanted, rtol=1e-15, atol=1e-15 * abs(args.get("mean", 0.0)))
    elif name == "normal" and math.prod(args["shape"]) >= 16:
        np.testing.assert_array_equal(result, wanted)
    elif result.size:
        np.testing.assert_array_max_ulp(result, wanted, maxulp=1)


def sequence_id(sequence: dict[str, Any]) -> str:
    first = sequence["steps"][0]
    return f"{first['call']}-{first['args'].get('dtype', '')}-{sequence['seed']}"


@pytest.mark.parametrize("sequence", RECORDED["sequences"], ids=sequence_id)
def test_sequence_of_calls_gives_pytorch_numbers_and_state(sequence: dict[str, Any]) -> None:
    generator = random.Generator().manual_seed(sequence["seed"])
    for step in sequence["steps"]:
        name, args = step["call"], step["args"]
        result = run(generator, name, args)
        assert result.dtype == args.get("dtype", "int64" if name in ("randperm", "multinomial") else "float32")
        flat = result.reshape(-1)
        if "values" in step:
            assert flat.size == len(step["values"])
            compare(flat, step["values"], name, args)
            continue
        compare(flat[:4], step["head"], name, args)
        compare(flat[-17:], step["tail"], name, args)
        if not (name in ("normal", "exponential") and result.dtype == np.float64):
            assert hashlib.sha256(flat.tobytes()).hexdigest() == step["sha256"]
    state = generator.get_state()
    np.testing.assert_allclose(state[SPARE].view(np.float64)[0], sequence["state"]["spare"], rtol=1e-15)
    state[SPARE] = 0
    assert hashlib.sha256(state.tobytes()).hexdigest() == sequence["state"]["sha256"]


@pytest.mark.parametrize("case", RECORDED["errors"], ids=lambda case: f"{case['call']}: {case['message'][:40]}")
def test_bad_arguments_raise_pytorch_messages(case: dict[str, Any]) -> None:
    with pytest.raises((RuntimeError, NotImplementedError)) as caught:
        run(random.Generator(), case["call"], case["args"])
    assert type(caught.value).__name__ == case["type"]
    assert str(caught.value).splitlines()[0] == case["message"]


def test_dropout_mask_is_bernoulli() -> None:
    kept = random.Generator().manual_seed(5).bernoulli(1 - RECORDED["dropout"]["p"], (4, 15))
    np.testing.assert_array_equal(kept, RECORDED["dropout"]["kept"])


def test_state_saved_by_pytorch_is_read_and_written_byte_for_byte() -> None:
    saved = np.frombuffer(zlib.decompress(base64.b64decode(RECORDED["state"]["zlib_base64"])), np.uint8)
    generator = random.Generator()
    generator.set_state(saved)
    assert generator.initial_seed() == 123
    np.testing.assert_array_equal(generator.get_state(), saved)
    np.testing.assert_allclose(generator.normal(5, dtype=np.float64), RECORDED["state"]["normal5"], rtol=1e-15)


@pytest.mark.parametrize("seed", [0, 3, 2**32 + 3, -1, -(2**63), 2**64 - 1])
def test_seed_range(seed: int) -> None:
    generator = random.Generator().manual_seed(seed)
    assert generator.initial_seed() == seed % 2**64
    np.testing.assert_array_equal(generator.rand(3), random.Generator().manual_seed(seed % 2**32).rand(3))


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (2**64, ValueError, "Overflow when unpacking long long"),
        (-(2**63) - 1, ValueError, "Overflow when unpacking long long"),
        (1.5, RuntimeError, "manual_seed expected a long, but got float"),
        ("a", RuntimeError, "manual_seed expected a long, but got str"),
        (True, RuntimeError, "manual_seed expected a long, but got bool"),
    ],
)
def test_bad_seed(seed: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        random.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (None, TypeError, "expected a torch.ByteTensor, but got NoneType"),
        (np.zeros(5056, np.float32), TypeError, "RNG state must be a torch.ByteTensor"),
        (np.zeros(5, np.uint8), RuntimeError, "of size 5056 but found the input RNG state size to be 5"),
        (np.zeros(5056, np.uint8), RuntimeError, "Invalid mt19937 state"),
        (np.full(5056, 255, np.uint8), RuntimeError, "Invalid mt19937 state"),
    ],
)
def test_bad_state_leaves_the_generator_as_it_was(state: Any, error: type[Exception], message: str) -> None:
    generator = random.Generator().manual_seed(1)
    with pytest.raises(error, match=message):
        generator.set_state(state)
    np.testing.assert_array_equal(generator.rand(3), random.Generator().manual_seed(1).rand(3))


def test_new_generator_has_pytorch_default_seed_and_only_the_cpu() -> None:
    assert random.Generator().initial_seed() == 67280421310721
    with pytest.raises(RuntimeError, match="device is only cpu, but got cuda"):
        random.Generator("cuda")


def test_seed_from_the_system_starts_another_stream() -> None:
    generator = random.Generator()
    seeds = {generator.seed() for _ in range(8)}
    assert len(seeds) == 8
    assert generator.initial_seed() in seeds


@pytest.mark.parametrize("drawn", [0, 1, 624, 1000])
def test_clone_and_copy_go_on_alike_and_apart(drawn: int) -> None:
    generator = random.Generator().manual_seed(2)
    generator.random32(drawn)
    generator.normal(3)  # leaves a spare number
    twins = [generator.clone_state(), copy.deepcopy(generator)]
    expected = generator.normal(4)
    for twin in twins:
        np.testing.assert_array_equal(twin.normal(4), expected)


@pytest.mark.parametrize("name", ["random32", "random64", "rand"])
def test_parts_join_to_the_whole(name: str) -> None:
    whole = getattr(random.Generator().manual_seed(3), name)(50_000)
    generator = random.Generator().manual_seed(3)
    parts = [getattr(generator, name)(size) for size in (1, 16_383, 0, 33_000, 616)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_random64_joins_two_draws_high_half_first() -> None:
    draws = random.Generator().manual_seed(4).random32((6, 2)).astype(object)
    wide = random.Generator().manual_seed(4).random64((2, 3))
    np.testing.assert_array_equal(wide.reshape(-1).astype(object), draws[:, 0] * 2**32 + draws[:, 1])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_uniform_stays_below_its_end(dtype: Any) -> None:
    generator = random.Generator().manual_seed(5)
    for low, high in ((0.0, 1.0), (-1.0, 0.5), (1.0, 1.001), (2.0, 2.0)):
        values = generator.uniform(40_000, low, high, dtype)
        assert values.min() >= dtype(low)
        assert (values < dtype(high)).all() or dtype(low) == dtype(high)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_normal_has_the_moments_of_a_normal(dtype: Any) -> None:
    values = random.Generator().manual_seed(6).normal((200, 1000), 3.0, 0.5, dtype).astype(np.float64)
    z = (values - 3.0) / 0.5
    moments = [z.mean(), (z**2).mean(), (z**3).mean(), (z**4).mean()]
    np.testing.assert_allclose(moments, [0, 1, 0, 3], atol=0.05)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_overflow_is_infinite_and_silent(dtype: Any) -> None:
    for size in (3, 20):
        assert np.isinf(random.Generator().manual_seed(0).normal(size, 0.0, 1e200, dtype)).all()


def test_float64_normal_is_one_rounding_of_mean_plus_std_z() -> None:
    z = random.Generator().manual_seed(7).normal(64, dtype=np.float64)
    values = random.Generator().manual_seed(7).normal(64, 0.1, 0.3, np.float64)
    from fractions import Fraction

    exact = [float(Fraction(v) * Fraction(0.3) + Fraction(0.1)) for v in z.tolist()]
    assert values.tolist() == exact


def test_randint_in_a_float_dtype_warns_where_integers_are_not_exact() -> None:
    generator = random.Generator()
    with pytest.warns(UserWarning, match=r"^to - 1 is out of bounds \[-\(2\^24\), 2\^24\]\. Due to precision"):
        values = generator.randint(0, 2**25 + 1, 1000, np.float32)
    assert values.max() < 2**25 + 1


def test_randperm_refuses_what_it_would_shuffle_otherwise_than_pytorch() -> None:
    with pytest.raises(RuntimeError, match="randperm: n must be below 214748364"):
        random.Generator().randperm(214748364)


def test_multinomial_takes_only_categories_with_weight() -> None:
    generator = random.Generator().manual_seed(8)
    weights = np.array([[0.0, 1.0, 0.0, 2.0], [0.5, 0.0, 0.0, 0.0]])
    chosen = generator.multinomial(weights, 500, replacement=True)
    assert set(chosen[0].tolist()) == {1, 3}
    assert set(chosen[1].tolist()) == {0}
    assert sorted(generator.multinomial(weights[0], 2).tolist()) == [1, 3]
    assert generator.multinomial(np.ones((0, 3)), 2).shape == (0, 2)


def test_bernoulli_of_a_number_needs_a_shape() -> None:
    with pytest.raises(TypeError, match="a number p needs a shape"):
        random.Generator().bernoulli(0.5)


def test_default_generator_and_fork_rng() -> None:
    state = random.get_rng_state()
    try:
        assert random.manual_seed(9) is random.default_generator
        assert random.initial_seed() == 9
        first = random.default_generator.rand(3)
        with random.fork_rng():
            assert random.seed() == random.initial_seed()
            random.default_generator.rand(5)
        forked = random.default_generator.rand(3)
        random.manual_seed("9")  # type: ignore[arg-type]  # int() is applied, as PyTorch does
        np.testing.assert_array_equal(np.concatenate([first, forked]), random.default_generator.rand(6))
        with random.fork_rng(enabled=False):
            random.manual_seed(10)
        assert random.initial_seed() == 10
        with pytest.raises(RuntimeError, match="fork_rng: devices must be empty"), random.fork_rng(devices=[0]):
            pass
    finally:
        random.set_rng_state(state)
