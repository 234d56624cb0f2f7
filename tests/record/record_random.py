"""Record what PyTorch's CPU generator gives into tests/recorded/random.json.

Run from the repository's root: python tests/record/record_random.py   (needs PyTorch 2.13.0 and a processor with AVX2)

The file holds sequences of calls, each from one seed, in the words of `minitorch_nn.random.Generator`: call and
arguments; the numbers (of more than 40 only the first 4 and the last 17, and a digest of all where every bit is
certain); and after each sequence the state.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import random
import zlib
from typing import Any

import numpy as np
import torch

SIZES = [0, 1, 2, 5, 15, 16, 17, 31, 32, 33, 100, 1000]
FLOATS = ["float32", "float64", "float16"]
DTYPES = [*FLOATS, "int64", "int32", "int16", "int8", "uint8", "bool"]
SPARE = slice(5024, 5032)  # the bytes of the state that hold a float64 normal number
PATH = pathlib.Path(__file__).parents[1] / "recorded" / "random.json"


def dtype_of(name: str) -> torch.dtype:
    dtype = getattr(torch, name)
    assert isinstance(dtype, torch.dtype)
    return dtype


def empty(shape: Any, dtype: str) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype_of(dtype))


def array(argument: dict[str, Any]) -> torch.Tensor:
    return torch.tensor(argument["array"], dtype=dtype_of(argument["dtype"]))


def call(generator: torch.Generator, name: str, a: dict[str, Any]) -> torch.Tensor:
    """The PyTorch call that is `Generator.<name>(**a)`."""
    shape, dtype = a.get("shape"), a.get("dtype", "int64" if name == "randperm" else "float32")
    if name == "rand":
        return torch.rand(shape, dtype=dtype_of(dtype), generator=generator)
    if name == "uniform":
        return empty(shape, dtype).uniform_(a["low"], a["high"], generator=generator)
    if name == "normal":
        return empty(shape, dtype).normal_(a["mean"], a["std"], generator=generator)
    if name == "exponential":
        return empty(shape, dtype).exponential_(a["lambd"], generator=generator)
    if name == "bernoulli" and isinstance(a["p"], dict):
        return torch.bernoulli(array(a["p"]), generator=generator).to(dtype_of(dtype))
    if name == "bernoulli":
        return empty(shape, dtype).bernoulli_(a["p"], generator=generator)
    if name == "randint":
        return empty(shape, dtype).random_(a["low"], a["high"], generator=generator)
    if name == "random":
        return empty(shape, dtype).random_(generator=generator)
    if name == "randperm":
        return torch.randperm(a["n"], dtype=dtype_of(dtype), generator=generator)
    assert name == "multinomial"
    return torch.multinomial(array(a["probabilities"]), a["num_samples"], a["replacement"], generator=generator)


def numbers(values: np.ndarray) -> list[Any]:
    """Shortest decimals that read back as the same number of the same dtype."""
    return [json.loads(str(v)) if v.dtype.kind == "f" else v.item() for v in values]


def record(values: torch.Tensor) -> dict[str, Any]:
    flat = values.numpy().reshape(-1)
    if flat.size <= 40:
        return {"values": numbers(flat)}
    digest = hashlib.sha256(flat.tobytes()).hexdigest()
    return {"head": numbers(flat[:4]), "tail": numbers(flat[-17:]), "sha256": digest}


def state_of(generator: torch.Generator) -> dict[str, Any]:
    state = generator.get_state().numpy().copy()
    spare = state[SPARE].view(np.float64)[0].item()
    state[SPARE] = 0
    return {"sha256": hashlib.sha256(state.tobytes()).hexdigest(), "spare": spare}


def sequence(seed: int, steps: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(seed)
    recorded = [{"call": name, "args": a, **record(call(generator, name, a))} for name, a in steps]
    return {"seed": seed, "steps": recorded, "state": state_of(generator)}


def by_size(name: str, **arguments: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(name, {"shape": [size], **arguments}) for size in SIZES]


RANGES = {
    "bool": [(0, 2)],
    "uint8": [(3, 200), (0, None)],
    "int8": [(-100, 20), (-5, None)],
    "int16": [(-5, 30000)],
    "int32": [(-5, 9), (0, 2**28 - 1), (0, 2**28), (-(2**31), 2**31 - 1)],
    "int64": [
        (-5, 9), (0, 10), (0, 2**28), (7, 2**32 + 6), (-(2**63), 2**63 - 1), (0, 2**63 - 1), (0, None), (-(2**63), None)
    ],
    "float16": [(0, 3), (-2048, 2048)],
    "float32": [(0, 10), (-(2**24), 2**24), (3, None)],
    "float64": [(0, 10), (0, 2**53)],
}  # fmt: skip


def weights(source: random.Random, rows: int, columns: int, dtype: str) -> dict[str, Any]:
    values = torch.tensor([[source.random() for _ in range(columns)] for _ in range(max(rows, 1))]).to(dtype_of(dtype))
    return {"array": (values if rows else values[0]).tolist(), "dtype": dtype}


def chosen(p: dict[str, Any], num_samples: int, replacement: bool) -> dict[str, Any]:
    return {"probabilities": p, "num_samples": num_samples, "replacement": replacement}


def sequences() -> list[dict[str, Any]]:
    source = random.Random(0)
    result = []
    for dtype in FLOATS:
        result.append(sequence(0, by_size("rand", dtype=dtype)))
        result.append(sequence(1, by_size("uniform", low=-1 / 3, high=1 / 3, dtype=dtype)))
        result.append(sequence(2, by_size("uniform", low=0.1, high=0.3, dtype=dtype)))
        result.append(sequence(42, by_size("normal", mean=0.0, std=1.0, dtype=dtype)))
        result.append(sequence(-1, by_size("normal", mean=0.7, std=0.3, dtype=dtype)))
        result.append(sequence(2**64 - 2, by_size("exponential", lambd=1.5, dtype=dtype)))
        result.append(sequence(2**40 + 3, by_size("bernoulli", p=0.3, dtype=dtype)))
    for dtype, ranges in RANGES.items():
        for low, high in ranges:
            result.append(sequence(7, by_size("randint", low=low, high=high, dtype=dtype)))
    for dtype in DTYPES:
        result.append(sequence(8, by_size("random", dtype=dtype)))
    result.append(sequence(9, [("randperm", {"n": n, "dtype": "int64"}) for n in SIZES]))
    result.append(sequence(10, [("randperm", {"n": 128, "dtype": dtype}) for dtype in DTYPES[:-1]]))
    for dtype in ("int64", "bool"):
        result.append(sequence(11, by_size("bernoulli", p=0.5, dtype=dtype)))
    long = [("normal", {"shape": [100_003], "mean": 0.0, "std": 1.0}), ("rand", {"shape": [50_001]}),
            ("normal", {"shape": [3, 5], "mean": 0.0, "std": 1.0}), ("bernoulli", {"p": 0.5, "shape": [40_000]}),
            ("randperm", {"n": 40_000}), ("normal", {"shape": [20_001], "mean": 1.5, "std": 0.02}),
            ("exponential", {"shape": [60_000], "lambd": 1.0, "dtype": "float16"})]  # fmt: skip
    result.append(sequence(12, long))
    for seed in range(20, 60):  # calls mixed: each must leave the stream where PyTorch leaves it
        steps: list[tuple[str, dict[str, Any]]] = []
        for _ in range(12):
            shape, dtype = [source.choice([0, 1, 2, 3, 7, 15, 16, 17, 21])], source.choice(FLOATS)
            low, high = source.choice(RANGES["int64"])
            steps.append(source.choice([
                ("rand", {"shape": shape, "dtype": dtype}),
                ("normal", {"shape": shape, "mean": 0.0, "std": 1.0, "dtype": dtype}),
                ("normal", {"shape": shape, "mean": -2.0, "std": 0.1, "dtype": dtype}),
                ("randint", {"low": low, "high": high, "shape": shape, "dtype": "int64"}),
                ("random", {"shape": shape, "dtype": source.choice(DTYPES)}),
                ("randperm", {"n": shape[0]}),
                ("exponential", {"shape": shape, "lambd": 1.0, "dtype": dtype}),
                ("bernoulli", {"p": 0.2, "shape": shape}),
                ("bernoulli", {"p": weights(source, 2, 3, dtype)}),
                ("multinomial", chosen(weights(source, 0, 6, dtype), 4, False)),
                ("multinomial", chosen(weights(source, 2, 5, dtype), 7, True)),
                ("multinomial", chosen(weights(source, 2, 5, dtype), 1, True)),
            ]))  # fmt: skip
        result.append(sequence(seed, steps))
    return result


BAD_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("uniform", {"shape": [2], "low": 1.0, "high": 0.0}),
    ("uniform", {"shape": [2], "low": 0.0, "high": float("inf")}),
    ("uniform", {"shape": [2], "low": float("nan"), "high": 1.0}),
    ("uniform", {"shape": [2], "low": -3e38, "high": 3e38}),
    ("uniform", {"shape": [2], "low": 0.0, "high": 70000.0, "dtype": "float16"}),
    ("rand", {"shape": [2], "dtype": "int64"}),
    ("normal", {"shape": [2], "mean": 0.0, "std": -1.5}),
    ("normal", {"shape": [2], "mean": 0.0, "std": float("nan")}),
    ("normal", {"shape": [2], "mean": 0.0, "std": 1.0, "dtype": "int32"}),
    ("exponential", {"shape": [2], "lambd": 0.0}),
    ("exponential", {"shape": [2], "lambd": 1.0, "dtype": "int64"}),
    ("bernoulli", {"p": 1.5, "shape": [2]}),
    ("bernoulli", {"p": {"array": [0.5, -0.5], "dtype": "float32"}}),
    ("bernoulli", {"p": {"array": [1], "dtype": "int64"}}),
    ("randint", {"low": 5, "high": 5, "shape": [2], "dtype": "int64"}),
    ("randint", {"low": 0, "high": 257, "shape": [2], "dtype": "uint8"}),
    ("randint", {"low": -1, "high": 5, "shape": [2], "dtype": "uint8"}),
    ("randint", {"low": 0, "high": 3, "shape": [2], "dtype": "bool"}),
    ("randint", {"low": 0, "high": 65600, "shape": [2], "dtype": "float16"}),
    ("randperm", {"n": -1}),
    ("randperm", {"n": 257, "dtype": "uint8"}),
    ("randperm", {"n": 2050, "dtype": "float16"}),
    ("randperm", {"n": 2**24 + 2, "dtype": "float32"}),
    ("randperm", {"n": 3, "dtype": "bool"}),
] + [
    ("multinomial", chosen({"array": p, "dtype": dtype}, count, replacement))
    for p, dtype, count, replacement in (
        ([1, 2], "int64", 1, False), ([1.0, 2.0], "float32", 0, False), ([1.0, 2.0], "float32", 3, False),
        ([1.0, -2.0], "float32", 1, False), ([1.0, -2.0], "float32", 3, True), ([0.0, 0.0], "float32", 1, False),
        ([1.0, float("inf")], "float32", 3, True), ([0.0, 0.0], "float32", 3, True), (1.0, "float32", 1, False),
    )
]  # fmt: skip


def errors() -> list[dict[str, Any]]:
    result = []
    for name, arguments in BAD_CALLS:
        try:
            call(torch.Generator(), name, arguments)
        except (RuntimeError, NotImplementedError) as error:
            line = str(error).splitlines()[0].split("  (Could this")[0]
            result.append({"call": name, "args": arguments, "type": type(error).__name__, "message": line})
        else:
            raise AssertionError(f"{name}({arguments}) is no error in PyTorch")
    return result


def saved_state() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(123)
    torch.randn(701, generator=generator)
    torch.randn(3, generator=generator)
    state = zlib.compress(generator.get_state().numpy().tobytes(), 9)
    after = torch.randn(5, generator=generator, dtype=torch.float64)
    return {"zlib_base64": base64.b64encode(state).decode(), "normal5": after.tolist()}


def dropout() -> dict[str, Any]:
    torch.manual_seed(5)
    return {"p": 0.3, "kept": torch.nn.functional.dropout(torch.ones(4, 15), 0.3).ne(0).int().tolist()}


def main() -> None:
    capability = torch.backends.cpu.get_cpu_capability()
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    assert capability in ("AVX2", "AVX512"), capability
    content = {"torch": "2.13.0", "errors": errors(), "state": saved_state(), "dropout": dropout()}
    lines = ",\n".join(json.dumps(item) for item in sequences())  # one sequence a line: diffs stay readable
    rest = json.dumps(content)[1:]
    PATH.write_text(f'{{"sequences": [\n{lines}\n],\n{rest}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
