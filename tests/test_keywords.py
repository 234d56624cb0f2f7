"""Calls by keyword give what they give in PyTorch: the names of the arguments are PyTorch's in every form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cases.keywords import CALLS, FILE, outcome

RESULTS: list[Any] = json.loads(FILE.read_text(encoding="utf-8"))["results"]


def flat(x: Any) -> list[Any]:
    return [z for y in x for z in flat(y)] if isinstance(x, list) else [x]


@pytest.mark.parametrize("i", range(len(CALLS)), ids=[f"{i} {c[0]} {', '.join(c[2])}" for i, c in enumerate(CALLS)])
def test_a_call_by_keyword(torch: Any, i: int) -> None:
    got, expected = flat(outcome(torch, CALLS[i])), flat(RESULTS[i])
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert a == (b if isinstance(b, str) else pytest.approx(b, rel=1e-5, abs=1e-6, nan_ok=True))


def test_every_call_is_recorded() -> None:
    assert len(RESULTS) == len(CALLS), "record them again: tests/record/record_keywords.py"


def test_a_keyword_that_nobody_knows(torch: Any) -> None:
    x = torch.ones(2, 3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        x.permute(dims=(1, 0), colour=1)


def test_a_view_as_another_dtype_shares_the_memory(torch: Any) -> None:
    x = torch.zeros(2, 4)
    bits = x.view(torch.int32)
    before = x._version
    bits += 0x3F800000
    assert x.tolist() == [[1.0] * 4] * 2
    assert x._version == before + 1
    assert x.view(torch.float64).shape == (2, 2)
    with pytest.raises(RuntimeError, match=r"self.stride\(-1\) must be 1 to view Float as Short"):
        x.t().view(torch.int16)


def test_views_lie_in_one_storage(torch: Any) -> None:
    x = torch.arange(6.0).reshape(2, 3)
    row, turned = x[1], x.t()
    address = x.untyped_storage().data_ptr()
    assert row.untyped_storage().data_ptr() == turned.untyped_storage().data_ptr() == address
    assert x.clone().untyped_storage().data_ptr() != address
    assert (row.storage_offset(), x.untyped_storage().nbytes()) == (3, 24)
    with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
        assert turned.storage().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert (x.dim_order(), turned.dim_order()) == ((0, 1), (1, 0))
    assert x.is_set_to(x.view(2, 3))
    assert not x.is_set_to(x.view(6))
