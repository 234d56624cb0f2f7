"""Every example runs, and gives PyTorch's losses and text from the same seed (recorded by record/record_examples.py)."""

from __future__ import annotations

import json

import pytest
from example_cases import CASES, EXAMPLES, RECORDED, RTOL, run, same_line

EXPECTED = json.loads(RECORDED.read_text())["examples"]


def test_every_example_is_run_and_listed() -> None:
    files = {path.stem for path in EXAMPLES.glob("*.py")} - {"digits"}
    assert files == set(CASES) == set(EXPECTED)
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert not [name for name in files if f"({name}.py)" not in readme]


@pytest.mark.parametrize("name", CASES)
def test_example_gives_what_pytorch_gives(name: str) -> None:
    expected, got = EXPECTED[name], run(name)
    assert got["losses"] == pytest.approx(expected["losses"], rel=RTOL)
    assert len(got["text"]) == len(expected["text"]), "\n".join(got["text"])
    wrong = [(e, g) for e, g in zip(expected["text"], got["text"], strict=True) if not same_line(e, g)]
    assert not wrong, "\n".join(f"expected {e}\n     got {g}" for e, g in wrong)


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("loss 0.5001, tensor([1, 2])", "loss 0.5002, tensor([1, 2])", True),
        ("loss 0.5001", "loss 0.5003", False),
        ("loss 1234.5678", "loss 1234.6000", True),
        ("3 of 10", "4 of 10", False),
        ("1.0000e-03 in all", "1.0001e-03 in all", True),
        ("1.0000e-03 in all", "1.0009e-03 in all", False),
        ("one 1.0", "two 1.0", False),
    ],
)
def test_lines_are_told_apart(expected: str, got: str, same: bool) -> None:
    assert same_line(expected, got) == same
