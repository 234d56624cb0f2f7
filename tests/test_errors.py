"""Bad calls raise what PyTorch raises: its type and its first line, for every call of cases/errors.py.

The calls that were open when the recording was made may still give something else, but no error of an inner part.
"""

from __future__ import annotations

import gzip
import json
from itertools import groupby
from typing import Any

import pytest
from cases.errors import FILE, Call, calls, is_met, outcome

RECORDED: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
OPEN = set(RECORDED["open"])
CALLS = list(enumerate(calls()))
GROUPS = {name: list(group) for name, group in groupby(CALLS, key=lambda item: item[1].name)}
LEAST_MET = 0.97
INNER = ("operands could not be broadcast", "AxisError", "has no attribute '_data'", "gufunc", "no attribute '_node'")


def expected(i: int) -> tuple[str, str]:
    kind, text = RECORDED["said"][RECORDED["calls"][i]]
    return kind, text


@pytest.mark.parametrize("name", GROUPS)
def test_bad_calls_raise_as_in_pytorch(torch: Any, name: str) -> None:
    wrong = []
    for i, call in GROUPS[name]:
        got = outcome(torch, call)
        if i not in OPEN and not is_met(got, expected(i)):
            wrong.append(f"{call.how}: {expected(i)}, here {got}")
    assert not wrong, "\n".join(wrong)


def test_no_error_of_an_inner_part_comes_out(torch: Any) -> None:
    found = [f"{call.name}, {call.how}: {got}" for call in opened() if inner(got := outcome(torch, call))]
    assert not found, "\n".join(found)


def opened() -> list[Call]:
    return [CALLS[i][1] for i in sorted(OPEN)]


def inner(got: tuple[str, str]) -> bool:
    return any(words in got[1] for words in INNER)


def test_nearly_all_are_met() -> None:
    met = 1 - len(OPEN) / len(CALLS)
    print(f"{len(CALLS) - len(OPEN)} of {len(CALLS)} bad calls are met: {met:.1%}")
    assert len(CALLS) == len(RECORDED["calls"]), "record them again: tests/record/record_errors.py"
    assert met >= LEAST_MET


def test_the_words_of_the_most_frequent_mistakes(torch: Any) -> None:
    x, F = torch.ones(2, 3), torch.nn.functional
    for call, words in (
        (lambda: torch.relu(5), "relu(): argument 'input' (position 1) must be Tensor, not int"),
        (lambda: F.relu(5), "relu(): argument 'input' (position 1) must be Tensor, not int"),
        (lambda: torch.maximum(x, 0), "maximum(): argument 'other' (position 2) must be Tensor, not int"),
        (lambda: x.maximum(0), "maximum(): argument 'other' (position 1) must be Tensor, not int"),
        (lambda: x.sum(dim="a"), "sum() received an invalid combination of arguments - got (dim=str, ), but expected one of:"),
        (lambda: x.transpose(0), 'transpose() missing 1 required positional arguments: "dim1"'),
        (lambda: torch.nn.Linear("a", 2), "empty(): argument 'size' failed to unpack the object at pos 2 with error \""
         'type must be tuple of ints,but got str"'),
        (lambda: torch.cat(x), "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"),
        (lambda: torch.tensor([1, "a"]), "new(): invalid data type 'str'"),
        (lambda: torch.full((2,), "a"), "full(): argument 'fill_value' (position 2) must be Number, not str"),
    ):  # fmt: skip
        with pytest.raises(TypeError) as error:
            call()
        assert str(error.value).split("\n")[0] == words
