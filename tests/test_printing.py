"""The text of tensors against what PyTorch 2.13.0 prints (tests/record/record_printing.py)."""

from __future__ import annotations

import json
import math
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from minitorch_nn import _printing as printing

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "printing.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    printing.set_printoptions(profile="default")


def case_id(case: dict[str, Any]) -> str:
    options = "-".join(f"{name}={value}" for name, value in case["options"].items())
    return f"{case['dtype']}-{'x'.join(map(str, case['shape']))}-{options}"


@pytest.mark.parametrize("case", RECORDED["cases"], ids=case_id)
def test_text_is_pytorchs(case: dict[str, Any]) -> None:
    values = case["values"]
    if isinstance(values, dict):
        values = np.arange(math.prod(case["shape"])) * values["arange"]
    with np.errstate(over="ignore"):  # some recorded numbers are infinite in float16
        array = np.array(values).astype(case["dtype"]).reshape(case["shape"])
    arguments = {"dtype_name": f"torch.{case['dtype']}", **case["arguments"]}
    before = printing.get_printoptions()
    with printing.printoptions(**case["options"]):
        assert printing.format_tensor(array, **arguments) == case["text"]
    assert printing.get_printoptions() == before


def text(array: np.ndarray[Any, Any]) -> str:
    return printing.format_tensor(array, dtype_name=f"torch.{array.dtype}")


def test_strides_do_not_matter() -> None:
    array = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)
    turned = array.transpose(2, 0, 1)[::-1]
    assert text(turned) == text(np.ascontiguousarray(turned))


def test_a_summary_of_a_large_tensor_looks_at_its_edges_only() -> None:
    array = np.zeros((3000, 3000), np.float32)
    array[1500, 1500] = 1e9
    assert text(array).splitlines()[0] == "tensor([[0., 0., 0.,  ..., 0., 0., 0.],"


def test_options_are_kept_but_sci_mode_goes_back_to_chosen() -> None:
    printing.set_printoptions(precision=2, sci_mode=True)
    assert text(np.array([1.5], np.float32)) == "tensor([1.50e+00])"
    printing.set_printoptions(linewidth=70)
    assert text(np.array([1.5], np.float32)) == "tensor([1.50])"
    assert printing.get_printoptions() == {
        "precision": 2, "threshold": 1000, "edgeitems": 3, "linewidth": 70, "sci_mode": None
    }  # fmt: skip


def test_options_come_back_after_an_error() -> None:
    before = printing.get_printoptions()
    with pytest.raises(KeyError), printing.printoptions(precision=1, sci_mode=True):
        raise KeyError
    assert printing.get_printoptions() == before


def test_unknown_profile_and_option() -> None:
    with pytest.raises(ValueError, match="profile must be one of default, short, full, but got 'brief'"):
        printing.set_printoptions(profile="brief")
    with pytest.raises(TypeError, match="digits"):
        printing.set_printoptions(digits=3)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((), "torch.Size([])"), ((3,), "torch.Size([3])"), ((2, 0, 3), "torch.Size([2, 0, 3])")],
)
def test_size(shape: tuple[int, ...], expected: str) -> None:
    assert printing.format_size(shape) == expected
