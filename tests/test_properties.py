"""Random programs of up to 20 operations: as PyTorch's, and true to themselves.

The recorded programs carry what PyTorch gave (tests/record/record_properties.py). With `--live` Hypothesis draws fresh
ones, runs them on both and shrinks what differs. The other properties need no PyTorch and are tested on fresh programs
always: derivatives by finite differences, results that do not depend on how the inputs lie in memory, versions that count
exactly the changes, graphs that vanish with their last tensor.
"""

from __future__ import annotations

import gc
import random
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from programs import store
from programs.compare import difference
from programs.draw import draw_program, draw_smooth_leaf
from programs.more_steps import MORE
from programs.run import Run, evaluate, source
from programs.smooth import SMOOTH
from programs.steps import FAMILIES

HEADER, RECORDED = store.load()
RANDOM = st.randoms(use_true_random=False)


def examples(count: int) -> settings:
    """This many programs, the same in each run: the fresh ones are those of `--live`."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=checks,
        phases=[Phase.generate],
    )


def test_the_recording_is_of_this_version() -> None:
    assert HEADER["torch"] == "2.13.0"
    assert len(RECORDED) >= 400


@pytest.mark.parametrize("n", range(len(RECORDED)))
def test_as_pytorch(torch: Any, n: int) -> None:
    entry = RECORDED[n]
    found = difference(entry["expected"], evaluate(torch, entry["program"]))
    if found and "open" in entry:
        pytest.xfail(entry["open"])
    assert not found, f"{source(entry['program'])}\n-> step {found[0]}: {found[1]}"


ORDER = "of the newer operations some differ yet in the order of errors and in names of nodes"


@pytest.mark.parametrize(
    "families",
    [FAMILIES, pytest.param(FAMILIES | MORE, marks=pytest.mark.xfail(reason=ORDER, strict=False))],
    ids=["first", "more"],
)
def test_fresh_programs_as_pytorch(torch: Any, request: pytest.FixtureRequest, families: dict[str, Any]) -> None:
    if not request.config.getoption("--live"):
        pytest.skip("runs with --live")
    reference = pytest.importorskip("torch")

    @settings(examples(1000), derandomize=False, phases=list(Phase))
    @given(RANDOM)
    def check(rng: random.Random) -> None:
        program = draw_program(rng, torch, families=families)
        found = difference(evaluate(reference, program), evaluate(torch, program))
        assert not found, f"{source(program)}\n-> step {found[0]}: {found[1]}"

    check()


@examples(60)
@given(RANDOM)
def test_gradcheck(torch: Any, rng: random.Random) -> None:
    program = draw_program(rng, torch, 10, SMOOTH, draw_smooth_leaf)
    program["steps"] = [step[:3] for step in program["steps"] if step[0] not in ("detach", "data")]

    def results(*leaves: Any) -> Any:
        run = Run(torch, [])
        for x in leaves:
            run.bind(x)
        for step in program["steps"]:
            run.step(step)
        return tuple(x for x in run.values.values() if x.requires_grad and x.numel() and not x.is_leaf)

    leaves = list(Run(torch, program["leaves"]).values.values())
    outputs = results(*leaves)
    assume(outputs)
    assume(all(bool(x.abs().max() < 100) for x in outputs))
    try:
        assert torch.autograd.gradcheck(results, leaves, rtol=1e-4, atol=1e-5), source(program)
    except RuntimeError as error:
        assume("modified by an inplace operation" not in str(error))  # rightly refused
        raise


def transposed(array: Any) -> Any:
    """The same elements, the dimensions in memory the other way round."""
    return np.array(array.T, order="C").T


def channels_last(array: Any) -> Any:
    """The same elements, the second dimension innermost in memory."""
    return np.moveaxis(np.array(np.moveaxis(array, 1, -1), order="C"), -1, 1) if array.ndim > 2 else array


KEEPS_LAYOUT = {"view", "view_as", "reshape", "flatten", "unflatten", "contiguous"}
"""These tell by a view or an error how a tensor lies in memory, in PyTorch too."""


@pytest.mark.parametrize("laid", [transposed, channels_last], ids=lambda f: f.__name__)
@examples(60)
@given(rng=RANDOM)
def test_results_do_not_depend_on_the_layout(torch: Any, laid: Any, rng: random.Random) -> None:
    program = draw_program(rng, torch)
    program["steps"] = [["none", [], {}] if s[0] in KEEPS_LAYOUT else s for s in program["steps"]]
    other = Run(torch, [])
    for dtype, shape, requires_grad, values in program["leaves"]:
        array = laid(np.array(values, dtype).reshape(shape))
        other.bind(torch.from_numpy(array).requires_grad_(requires_grad))
    steps = [other.step(step) for step in program["steps"]]
    expected, got = evaluate(torch, program), {"steps": steps, **other.state()}
    found = difference(without_names(expected), without_names(got))
    assert not found, f"{source(program)}\n-> step {found[0]}: {found[1]}"


def without_names(tree: Any) -> Any:
    """A result without the names of the nodes, some of which tell of a copy."""
    if isinstance(tree, dict):
        return {k: without_names(v) for k, v in tree.items()}
    if not isinstance(tree, list):
        return tree
    if len(tree) >= 6 and isinstance(tree[0], str) and isinstance(tree[1], list):
        return [*tree[:4], None if tree[4] is None else "a node", *map(without_names, tree[5:])]
    return [without_names(item) for item in tree]


UNWATCHED = {"data", "get_grad", "backward", "grad"}
"""`.data` is not watched, and a gradient is added to."""


@examples(60)
@given(RANDOM)
def test_versions_count_changes(torch: Any, rng: random.Random) -> None:
    program = draw_program(rng, torch)
    program["steps"] = [["none", [], {}] if s[0] in UNWATCHED else s for s in program["steps"]]
    run = Run(torch, program["leaves"])
    for n, step in enumerate(program["steps"]):
        before = {name: (x._version, x.detach().numpy().copy()) for name, x in run.values.items()}
        outcome = run.step(step)
        for name, (version, elements) in before.items():
            x = run.values[name]
            changed = x._version != version
            where = f"{source(program)}\n-> step {n}, {name}"
            if x.shape == elements.shape and not np.array_equal(
                x.detach().numpy(), elements, equal_nan=elements.dtype.kind == "f"
            ):
                assert changed, f"{where}: changed, version {version} stayed"
            if changed:
                assert step[0].endswith("_") or step[0] in ("iadd", "imul", "setitem"), f"{where}: version counted"
                assert not (isinstance(outcome, dict) and "raises" in outcome), f"{where}: counted, though it raised"


@examples(60)
@given(RANDOM)
def test_graphs_vanish_with_their_last_tensor(torch: Any, rng: random.Random) -> None:
    program = draw_program(rng, torch)
    gc.disable()
    try:
        run = Run(torch, program["leaves"])
        for step in program["steps"]:
            # the gradient of a recorded pass holds the graph that it is a gradient of, as in PyTorch
            if step[0] != "backward" or "create_graph" not in step[2]:
                run.step(step)
        tensors = {name: weakref.ref(x) for name, x in run.values.items()}
        nodes = [weakref.ref(x.grad_fn) for x in run.values.values() if x.requires_grad and safe_node(x)]
        del run
        left = [name for name, x in tensors.items() if x() is not None]
        assert not left, f"{source(program)}\n-> {left} are still there"
        assert all(node() is None for node in nodes)
    finally:
        gc.enable()


def safe_node(x: Any) -> bool:
    """Whether it has a node that a weak reference can point to."""
    try:
        weakref.ref(x.grad_fn)
    except (RuntimeError, TypeError):
        return False
    return True
