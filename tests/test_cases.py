"""The table of operations itself: it covers what it should, and its comparison sees every kind of difference."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import numpy as np
import pytest
from cases import CASES, store
from cases.compare import mismatches
from cases.core import Case, Input, bools, ints, t, v
from cases.names import OPERATIONS


def case(name: str) -> Case:
    return next(c for c in CASES if c.name == name)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_several_cases(operation: str) -> None:
    assert Counter(c.op for c in CASES)[operation] >= 2


def test_inputs_follow_from_the_name_alone() -> None:
    for c in CASES:
        for first, second in zip(c.arrays("float64"), c.arrays("float64"), strict=True):
            assert np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
    once, salted = case("add/same").arrays("float64"), case("add/same").arrays("float64", 5)
    assert not np.array_equal(once[0], salted[0])


def test_float32_inputs_are_rounded_float64_inputs() -> None:
    wide, narrow = case("add/same").arrays("float64"), case("add/same").arrays("float32")
    assert np.array_equal(wide[0].astype("float32"), narrow[0]) and narrow[0].dtype == np.float32


def test_inputs_are_as_asked_for() -> None:
    draw = np.random.RandomState(0)
    assert np.abs(t(500, away=(0.0, 1.0)).array(draw, "float64")[:, None] - [0.0, 1.0]).min() >= 0.1
    assert len(set(t(50, distinct=True).array(draw, "float64").tolist())) == 50
    assert set(t(200, lo=0, hi=2, away=(1,)).array(draw, "int64").tolist()) == {0, 2}
    assert ints(3).array(draw, "float32").dtype == np.int64 and bools(3).array(draw, "float32").dtype == bool
    assert v([1, 2]).array(draw, "float32").dtype == np.float32
    assert Input((2, 3), layout="T").array(draw, "float64").strides == (8, 16)
    assert Input((2, 3), layout="slice").array(draw, "float64").strides == (2 * 7 * 8, 16)
    for layout in ("C", "T", "slice"):
        same = Input((2, 3), layout=layout).array(np.random.RandomState(1), "float64")
        assert same.shape == (2, 3) and (np.abs(same) <= 2).all()


def altered(result: dict[str, Any], change: Any) -> dict[str, Any]:
    result = copy.deepcopy(result)
    change(result)
    return result


def nudge(tensor: dict[str, Any], by: float) -> None:
    tensor["array"] = tensor["array"] * (1 + by)


DIFFERENCES = {
    "values": lambda r: nudge(r["out"], 1e-9),
    "dtype": lambda r: r["out"].update(dtype="torch.float32", array=r["out"]["array"].astype("float32")),
    "shape": lambda r: r["out"].update(array=r["out"]["array"][None]),
    "grad_fn": lambda r: r["out"].update(grad_fn="MulBackward0"),
    "requires_grad": lambda r: r["out"].update(requires_grad=False, grad_fn=None),
    "gradient": lambda r: nudge(r["grads"][1], 1e-9),
    "no gradient": lambda r: r["grads"].__setitem__(0, None),
    "warning": lambda r: r.update(warns=["UserWarning: careful"]),
    "error": lambda r: r.update(raises=["RuntimeError", "no"]),
    "error of a gradient": lambda r: r.update(grad_raises=["RuntimeError", "no"]),
    "a list": lambda r: r.update(out=[r["out"]]),
    "a number": lambda r: r.update(out=3),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_the_comparison_sees(what: str) -> None:
    result = store.load("ops")[1]["add/same/float64"]
    assert not mismatches(case("add/same"), result, copy.deepcopy(result))
    assert mismatches(case("add/same"), result, altered(result, DIFFERENCES[what]))


def test_the_comparison_tells_errors_apart() -> None:
    c = case("view/wrong size")
    right = {"raises": ["RuntimeError", "shape '[4]' is invalid for input of size 6"]}
    assert store.load("ops")[1]["view/wrong size/float64"] == right
    assert not mismatches(c, right, right)
    assert mismatches(c, right, {"raises": ["ValueError", right["raises"][1]]})
    assert mismatches(c, right, {"raises": ["RuntimeError", "shapes differ"]})
    assert mismatches(c, right, {"out": 1})


def test_rounding_is_forgiven() -> None:
    result = store.load("ops")[1]["sum/all/float32"]
    assert not mismatches(case("sum/all"), result, altered(result, lambda r: nudge(r["out"], 3e-7)))
    assert mismatches(case("sum/all"), result, altered(result, lambda r: nudge(r["out"], 1e-4)))
