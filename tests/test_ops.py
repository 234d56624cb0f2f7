"""Every case of the table of operations: results, gradients, node names, warnings and errors are PyTorch's;
derivatives check out.

The expected values were recorded from PyTorch by tests/record/record_ops.py; with `--live` they are computed now, on
fresh inputs.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from cases import CASES, store
from cases.compare import mismatches
from cases.core import Case
from cases.run import bare, cotangents, describe, evaluate, leaves, tensors
from conftest import NAMESPACE

HEADER, RECORDED = store.load("ops")
RUNS = [(case, dtype) for case in CASES for dtype in case.dtypes]
TIGHT = {"rtol": 1e-4, "atol": 1e-6}  # a rule that is wrong by 0.1 % fails; see test_gradcheck.py
ours = pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="looks inside this package")


def differentiable(case: Case) -> bool:
    """PyTorch gave a gradient for at least one input, in float64."""
    grads = RECORDED.get(f"{case.name}/float64", {}).get("grads", []) if "float64" in case.dtypes else []
    return any(g is not None for g in grads)


def perturbed(case: Case) -> bool:
    """Every input has an element: an empty one leaves nothing to perturb, and PyTorch's gradcheck refuses it."""
    return all(0 not in spec.shape for spec in case.inputs)


def several(case: Case) -> bool:
    """Two inputs or more have a gradient."""
    return differentiable(case) and len(RECORDED[f"{case.name}/float64"]["grads"]) > 1


CHECKED = [case for case in CASES if case.check and perturbed(case) and differentiable(case)]
CHECKED_TWICE = [case for case in CHECKED if case.check2]
if NAMESPACE == "torch":  # PyTorch has no second derivative of this one
    CHECKED_TWICE = [case for case in CHECKED_TWICE if case.op != "nn.functional.hardsigmoid"]


def name(value: Any) -> str:
    return value.name if isinstance(value, Case) else value


def function(case: Case, torch: Any) -> Any:
    """The case's call as a function of its tensors to a tuple of the outputs that require a gradient."""
    return lambda *inputs: tuple(o for o in leaves(torch, case.fn(torch, *inputs)) if o.requires_grad)


def test_the_recording_is_of_this_table() -> None:
    recorded, table = set(RECORDED), {f"{case.name}/{dtype}" for case, dtype in RUNS}
    assert recorded == table, "run tests/record/record_ops.py"
    assert HEADER["torch"] == "2.13.0"


@pytest.mark.parametrize(("case", "dtype"), RUNS, ids=name)
def test_as_pytorch(torch: Any, request: pytest.FixtureRequest, case: Case, dtype: str) -> None:
    if request.config.getoption("--live"):
        salt = request.config.option.live_seed
        reference = pytest.importorskip("torch")
        reference.set_warn_always(True)
        expected = evaluate(case, reference, dtype, salt)
    else:
        salt, expected = 0, RECORDED[f"{case.name}/{dtype}"]
    wrong = mismatches(case, expected, evaluate(case, torch, dtype, salt))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CHECKED, ids=name)
def test_gradcheck(torch: Any, case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert torch.autograd.gradcheck(function(case, torch), tensors(case, torch, "float64"), **TIGHT)


@pytest.mark.parametrize("case", CHECKED_TWICE, ids=name)
def test_gradgradcheck(torch: Any, case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            assert torch.autograd.gradgradcheck(function(case, torch), tensors(case, torch, "float64"), **TIGHT)
        except (NotImplementedError, RuntimeError) as error:
            if torch.__name__ == "torch" and re.search("derivative for .* is not implemented", str(error)):
                pytest.skip("PyTorch has no second derivative of it")
            raise


def flags(described: Any) -> list[bool]:
    """Which of the tensors of a recorded result require a gradient, in order."""
    if isinstance(described, list):
        return [flag for item in described for flag in flags(item)]
    return [described["requires_grad"]] if isinstance(described, dict) and "array" in described else []


@pytest.mark.parametrize("case", [case for case in CASES if several(case)], ids=name)
def test_gradients_where_only_one_input_wants_one(torch: Any, case: Case) -> None:
    """The gradient of an input does not depend on which of the others want one: what a rule keeps does."""
    expected = RECORDED[f"{case.name}/float64"]
    differentiable_inputs = [i for i, x in enumerate(tensors(case, torch, "float64")) if x.requires_grad]
    for alone, recorded in zip(differentiable_inputs, expected["grads"], strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inputs = [x.detach() for x in tensors(case, torch, "float64")]
            inputs[alone].requires_grad_()
            outs = leaves(torch, case.fn(torch, *inputs))
            chosen = [o for o, flag in zip(outs, flags(expected["out"]), strict=True) if flag]
            pairs = [p for p in zip(chosen, cotangents(case, torch, chosen), strict=True) if p[0].requires_grad]
            got = None
            if pairs:
                roots, given = zip(*pairs, strict=True)
                (got,) = torch.autograd.grad(roots, inputs[alone], given, allow_unused=True)
        if recorded is None or got is None:
            assert (recorded is None or not recorded["array"].any()) and (got is None or not got.any())
        else:
            wrong = mismatches(case, {"out": recorded}, {"out": bare(describe(torch, got))})
            assert not wrong, f"input {alone}: " + "\n".join(wrong)


def operations_of(root: Any) -> list[Any]:
    """The operations in the graph behind a node."""
    seen, stack, found = {id(root)}, [root], []
    while stack:
        node = stack.pop()
        for part in (node, getattr(node, "inner", None)):  # CopySlices stands for the operation inside it
            if hasattr(part, "op"):
                found.append(part.op)
        for before, _ in node.next_functions:
            if before is not None and id(before) not in seen:
                seen.add(id(before))
                stack.append(before)
    return found


def graphs(torch: Any, case: Case, dtype: str) -> Iterator[Any]:
    """The last nodes of the results, of their gradients, and of the gradients of these."""
    inputs = tensors(case, torch, dtype)
    wanted = [x for x in inputs if x.requires_grad]
    results = list(function(case, torch)(*inputs))
    for _ in range(3 if case.check2 else 2):
        yield from (result.grad_fn for result in results if result.grad_fn is not None)
        ones = [torch.ones_like(r).requires_grad_() for r in results]
        grads = torch.autograd.grad(results, wanted, ones, create_graph=True, allow_unused=True)
        wanted += ones
        results = [g for g in grads if g is not None and g.grad_fn is not None]


@ours
def test_every_operation_with_a_rule_has_a_case(torch: Any) -> None:
    from minitorch_nn.autograd.op import registry

    exercised = set()
    for case, dtype in RUNS:
        if RECORDED[f"{case.name}/{dtype}"].keys().isdisjoint({"grads", "grad_raises"}):
            continue
        roots = []
        # A case that raises fails in its own test; here it only adds nothing.
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            for root in graphs(torch, case, dtype):
                roots.append(root)
        exercised |= {id(op) for root in roots for op in operations_of(root)}
    wanted = {
        name: op
        for name, op in registry.items()
        if op.differentiable
        and name != "softsign_at_once"  # of bfloat16 and float16 only, see test_bfloat16.py
        and ".distributions." not in op.node_type.__module__  # random numbers, see test_distributions.py
    }
    missing = sorted(name for name, op in wanted.items() if id(op) not in exercised)
    assert not missing, f"no case of the table puts these into a graph: {missing}"
