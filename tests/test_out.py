"""`out=`: results written into tensors that are there. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

CASES: dict[str, tuple[Any, Any]] = {
    "add": (lambda t: t.zeros(2), lambda t, out: t.add(t.tensor([1.0, 2.0]), 1, out=out)),
    "mul": (lambda t: t.zeros(2, 2), lambda t, out: t.mul(t.ones(2, 2), t.ones(2, 2) * 3, out=out)),
    "matmul": (lambda t: t.zeros(2, 2), lambda t, out: t.matmul(t.ones(2, 3), t.ones(3, 2), out=out)),
    "a wider dtype": (lambda t: t.zeros(2, dtype=t.float64), lambda t, out: t.exp(t.ones(2), out=out)),
    "a view": (lambda t: t.zeros(2, 3)[:, 1], lambda t, out: t.sum(t.ones(2, 4), 1, out=out)),
    "an empty one": (lambda t: t.empty(0), lambda t, out: t.cat((t.ones(2), t.zeros(1)), out=out)),
    "rand": (lambda t: t.zeros(3, dtype=t.float64), lambda t, out: t.rand(3, out=out)),
    "arange": (lambda t: t.zeros(3), lambda t, out: t.arange(3, out=out)),
    "zeros": (lambda t: t.ones(2, dtype=t.int64), lambda t, out: t.zeros(2, out=out)),
    "comparison": (lambda t: t.ones(2), lambda t, out: t.eq(t.tensor([1, 2]), 1, out=out)),
    "linalg": (lambda t: t.zeros(()), lambda t, out: t.linalg.norm(t.tensor([3.0, 4.0]), out=out)),
    "normal": (lambda t: t.zeros(3), lambda t, out: t.normal(0.0, 1.0, (3,), out=out)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_result_is_written_and_returned(torch: Any, name: str) -> None:
    make, call = CASES[name]
    out = make(torch)
    before, dtype = out._version, out.dtype
    torch.manual_seed(3)
    result = call(torch, out)
    torch.manual_seed(3)
    plain = call(torch, None)
    assert result is out and out.dtype is dtype and out.shape == plain.shape
    assert name in ("rand", "zeros") or torch.equal(out, plain.to(dtype))
    assert out._version > before


def test_several_results(torch: Any) -> None:
    values, indices = torch.zeros(2), torch.zeros(2, dtype=torch.int64)
    result = torch.max(torch.tensor([[1.0, 5.0], [7.0, 2.0]]), 1, out=(values, indices))
    assert result[0] is values and result[1] is indices and result.values is values
    assert values.tolist() == [5.0, 7.0] and indices.tolist() == [1, 0]


def test_another_shape_is_taken_with_a_warning(torch: Any) -> None:
    out = torch.zeros(3)
    with pytest.warns(
        UserWarning, match=r"resized since it had shape \[3\], which does not match the required output shape \[2\]"
    ):
        torch.add(torch.ones(2), 1, out=out)
    assert out.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda t: t.add(t.ones(2, requires_grad=True), 1, out=t.zeros(2)),
            RuntimeError,
            "don't support automatic differ",
        ),
        (
            lambda t: t.add(t.ones(2), 1, out=t.zeros(2, requires_grad=True)),
            RuntimeError,
            "don't support automatic differ",
        ),
        (
            lambda t: t.add(t.ones(2), 1, out=t.zeros(2, dtype=t.int64)),
            RuntimeError,
            "result type Float can't be cast to the",
        ),
        (lambda t: t.ones(2).add(1, out=t.zeros(2)), TypeError, "unexpected keyword argument 'out'"),
        (lambda t: t.relu(t.ones(2), out=t.zeros(2)), TypeError, "unexpected keyword argument 'out'"),
        (
            lambda t: t.randn(2, out=t.zeros(2, requires_grad=True)),
            RuntimeError,
            "cannot resize variables that require grad",
        ),
    ],
)
def test_what_is_refused(torch: Any, call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(torch)


def test_without_recording_a_parameter_may_be_written(torch: Any) -> None:
    p = torch.zeros(2, requires_grad=True)
    with torch.no_grad():
        torch.add(p, 1, out=p)
    assert p.tolist() == [1.0, 1.0] and p.is_leaf and p.requires_grad
