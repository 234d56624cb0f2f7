"""Type promotion, the default dtype, and dtypes that have only a name: as recorded from PyTorch."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import pytest
from conftest import NAMESPACE
from dtype_cases import table

RECORDED = json.loads((Path(__file__).parent / "recorded" / "dtypes.json").read_text())
LEFT_OUT = ("complex64", "cfloat", "complex128", "cdouble", "uint16", "uint32", "uint64")
ours = pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="PyTorch has these types")


def test_every_combination_gives_pytorchs_dtype_or_error(torch: Any) -> None:
    expected = {what: outcome for outcome, cases in RECORDED["outcomes"].items() for what in cases}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = dict(table(torch))
    assert got.keys() == expected.keys(), "run tests/record/record_dtypes.py"
    wrong = [f"{what}: expected {expected[what]}, got {o}" for what, o in got.items() if o != expected[what]]
    assert not wrong, "\n".join(wrong)


def test_a_default_that_is_no_floating_type_is_refused(torch: Any) -> None:
    with pytest.raises(TypeError, match="only floating-point types are supported as the default type"):
        torch.set_default_dtype(torch.int64)
    with pytest.raises(TypeError, match="invalid dtype object"):
        torch.set_default_dtype("float32")


def test_dtypes_are_single_objects(torch: Any) -> None:
    for name in ("float32", "int64", "bool", "bfloat16", "complex64"):
        dtype = getattr(torch, name)
        assert repr(dtype) == f"torch.{name}"
        assert copy.deepcopy(dtype) is dtype is pickle.loads(pickle.dumps(dtype))
    assert torch.float is torch.float32 and torch.long is torch.int64 and torch.cfloat is torch.complex64
    assert torch.bfloat16.is_floating_point and not torch.bfloat16.is_complex and torch.complex64.is_complex
    assert (torch.bfloat16.itemsize, torch.complex128.itemsize, torch.uint16.is_signed) == (2, 16, False)


@ours
@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_left_out_dtype_names_itself(torch: Any, name: str) -> None:
    dtype = getattr(torch, name)
    message = rf"{dtype!r} is left out of minitorch_nn: .*(use torch\.|no complex)"
    for make in (
        lambda: torch.zeros(2, dtype=dtype),
        lambda: torch.tensor([1.0], dtype=dtype),
        lambda: torch.ones(2).to(dtype),
        lambda: torch.rand(2, dtype=dtype),
        lambda: torch.promote_types(dtype, torch.float32),
        lambda: torch.arange(3, dtype=dtype),
    ):
        with pytest.raises(NotImplementedError, match=message):
            make()
    assert torch.ones(1).dtype != dtype
