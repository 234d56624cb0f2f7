"""Random calls of each operation that is compared most closely, with PyTorch: `--live`, `--samples` calls of each.

What is compared: whether it raises and which error, dtype, shape, elements, whether a gradient is wanted, first and now
and then second derivatives; and the strides of results, where no input lies transposed in memory. What PyTorch itself gets
wrong, or this package leaves out on purpose, is named below with the reason.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from conftest import NAMESPACE
from programs.compare import difference
from programs.run import evaluate, source
from programs.sample_table import TABLE, draw_sample

OPEN = {
    "addcdiv": "PyTorch's own backward fails where a divisor is a bool tensor",
    "atan2": "PyTorch's own backward fails for a bool beside a float; the sign of zero",
    "avg_pool": "averages of int64 are left out",
    "einsum": "the order in which operands are multiplied shows in strides and views",
    "hardsigmoid": "PyTorch multiplies by a rounded 1/6, and has no second derivative",
    "instance_norm": "PyTorch's result is a view of a batch normalisation",
    "layer_norm": "PyTorch's own second derivative fails without a weight",
    "group_norm": "PyTorch's own derivative fails without a weight",
    "batch_norm": "PyTorch's own second derivative fails without a weight",
    "linear": "a bias of another shape; views",
    "logsumexp": "PyTorch refuses an empty list of dimensions where the sum takes it",
    "linspace": "bools are left out",
    "arange": "bools are left out",
    "prelu": "bools are taken",
    "pad": "empty images",
    "scaled_dot_product": "PyTorch chooses another kernel",
    "take_along_dim": "PyTorch refuses to flatten what does not lie row by row",
    "topk": "which of equal elements",
    "conv": "the strides of gradients, and empty images",
    "max_pool": "views",
    "__rpow__": "PyTorch's own derivative fails for True",
    "__getitem__": "where an empty part begins",
    "split": "where an empty part begins",
    "narrow": "where an empty part begins",
    "diagonal": "where an empty part begins",
    "local_response": "strides",
    "nll_loss": "PyTorch's own second derivative fails for strided gradients",
    "cross_entropy": "PyTorch's own second derivative fails for strided gradients",
    "contiguous": "an image that the user transposed so that it lies as the package's own layout",
    "pow": "PyTorch's own derivative fails for a bool exponent",
    "matmul": "products of empty bools are left out",
    "unique": "rows of an empty tensor",
    "huber_loss": "PyTorch's own second derivative fails where only the target wants one",
    "var": "derivatives with a correction beyond the count",
    "std": "derivatives with a correction beyond the count",
}
"""Names of operations, or parts of them, of which some calls differ, and why."""


@pytest.mark.parametrize("name", TABLE)
def test_random_calls_as_pytorch(torch: Any, request: pytest.FixtureRequest, name: str) -> None:
    if not request.config.getoption("--live") or NAMESPACE == "torch":
        pytest.skip("runs with --live")
    reference = pytest.importorskip("torch")
    seed, wrong = request.config.option.live_seed, []
    for n in range(request.config.option.samples):
        program = draw_sample(random.Random(f"{seed} {name} {n}"), name)
        layouts = all(leaf[4] != "T" for leaf in program["leaves"])
        reference.manual_seed(0)
        torch.manual_seed(0)
        expected, got = (coarse(evaluate(t, program, layouts), layouts) for t in (reference, torch))
        found = difference(expected, got)
        if found:
            wrong.append(f"call {n}:\n{source(program)}\n-> step {found[0]}: {found[1]}")
    if wrong and any(part in name for part in OPEN):
        pytest.xfail(next(why for part, why in OPEN.items() if part in name))
    assert not wrong, f"{len(wrong)} differ, seed {seed}\n" + "\n".join(wrong[:3])


@pytest.mark.parametrize("name", TABLE)
def test_calls_are_drawn_and_run(torch: Any, name: str) -> None:
    """Without PyTorch: some of the calls give a result, no error of NumPy or of Python comes through, results are what
    the arrays say."""
    results = 0
    for n in range(12):
        outcome = evaluate(torch, draw_sample(random.Random(f"{name} {n}"), name), True)["steps"][0]
        if isinstance(outcome, dict):
            assert "numpy" not in outcome["raises"][1], outcome
        else:
            results += 1
            for dtype, shape, *_, elements, _ in outcome if isinstance(outcome, list) else []:
                assert np.array(elements, dtype).size == np.prod(shape, dtype=int)
    assert results


def coarse(outcome: dict[str, Any], layouts: bool) -> dict[str, Any]:
    """Without the texts of errors, the names of nodes, the strides of gradients; compared as float32 where there is any"""
    steps = []
    for n, step in enumerate(outcome["steps"]):
        if isinstance(step, dict):
            step = {"raises": step["raises"][0]}
        elif isinstance(step, list):
            step = [
                [*t[:4], None if t[4] is None else "a node", *t[5 : None if layouts and n == 0 else 6]] for t in step
            ]
        steps.append(step)
    single = [t for step in steps if isinstance(step, list) for t in step if t[0] == "float32"]
    return {"steps": steps, "values": {"": single[0]} if single else {}, "hooks": []}
