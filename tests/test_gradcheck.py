"""gradcheck finds what it is there to find. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

import re
from typing import Any

import pytest


def leaf(torch: Any, *values: float, **options: Any) -> Any:
    return torch.tensor(values, dtype=options.pop("dtype", torch.float64), requires_grad=True, **options)


def square_with(torch: Any, factor: float, second: float = 1.0) -> Any:
    """x * x, whose first derivative is wrong by `factor` and whose second by `second`."""

    class Slope(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, g: Any) -> Any:
            ctx.save_for_backward(x, g)
            return g * 2 * x * factor

        @staticmethod
        def backward(ctx: Any, gg: Any) -> Any:
            x, g = ctx.saved_tensors
            return gg * g * 2 * second * factor, gg * 2 * x * factor

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return Slope.apply(x, g)

    return Square.apply


def test_right_rules_pass(torch: Any) -> None:
    x = leaf(torch, 0.5, -1.5, 2.0)
    assert torch.autograd.gradcheck(square_with(torch, 1.0), (x,)) is True
    assert torch.autograd.gradgradcheck(square_with(torch, 1.0), (x,)) is True


def test_inputs_are_as_before(torch: Any) -> None:
    x = leaf(torch, 0.1, 0.3)
    before, version = x.tolist(), x._version
    torch.autograd.gradcheck(torch.exp, x)
    assert x.tolist() == before and x.grad is None
    assert x._version == version


@pytest.mark.parametrize("factor", [1.002, 0.998, 0.0, -1.0, 2.0])
def test_a_wrong_rule_fails(torch: Any, factor: float) -> None:
    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 0 with respect to input 0,"):
        torch.autograd.gradcheck(square_with(torch, factor), (leaf(torch, 0.5, 2.0),))


@pytest.mark.parametrize("error", [0.001, -0.001])
def test_a_rule_wrong_by_a_thousandth_fails(torch: Any, error: float) -> None:
    """The default tolerance is a thousandth itself; with a tenth of it, as test_ops.py uses, the rule is outside."""
    assert not torch.autograd.gradcheck(
        square_with(torch, 1 + error), (leaf(torch, 0.5, 2.0),), rtol=1e-4, raise_exception=False
    )
    assert torch.autograd.gradcheck(square_with(torch, 1.0), (leaf(torch, 0.5, 2.0),), rtol=1e-4)


def test_a_wrong_second_derivative_fails(torch: Any) -> None:
    function = square_with(torch, 1.0, second=1.01)
    x = leaf(torch, 0.5, 2.0)
    assert torch.autograd.gradcheck(function, (x,))
    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 0 with respect to input 0,"):
        torch.autograd.gradgradcheck(function, (x,))


def test_the_message(torch: Any) -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.autograd.gradcheck(square_with(torch, 2.0), (leaf(torch, 1.0, 3.0),))
    assert str(caught.value) == (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 6.0000]], dtype=torch.float64)\n"
        "analytical:tensor([[ 4.,  0.],\n        [ 0., 12.]], dtype=torch.float64)\n"
    )


def test_the_jacobian_is_elements_of_the_input_by_elements_of_the_output(torch: Any) -> None:
    def wrong(x: Any) -> Any:
        return x.sum() * 1.0 + (x.detach() ** 2).sum() * torch.ones(3, dtype=x.dtype)

    with pytest.raises(RuntimeError) as caught:
        torch.autograd.gradcheck(wrong, (leaf(torch, 1.0, 2.0),))
    rows = re.search(r"analytical:tensor\((.*), dtype", str(caught.value), re.DOTALL)
    assert rows is not None and " ".join(rows.group(1).split()) == "[[1., 1., 1.], [1., 1., 1.]]"


def test_which_output_and_input(torch: Any) -> None:
    def mixed(x: Any, y: Any) -> Any:
        return x * 2, x + square_with(torch, 2.0)(y)

    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 1 with respect to input 1,"):
        torch.autograd.gradcheck(mixed, (leaf(torch, 1.0), leaf(torch, 2.0)))


def test_a_gradient_that_changes_from_run_to_run(torch: Any) -> None:
    calls = iter(range(10**6))

    class Drifting(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * (1 + 1e-7 * next(calls))

    x = leaf(torch, 1.0, 2.0)
    text = "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times"
    with pytest.raises(RuntimeError, match=re.escape(text)):
        torch.autograd.gradcheck(Drifting.apply, (x,))
    assert torch.autograd.gradcheck(Drifting.apply, (x,), nondet_tol=1e-3)


def test_a_rule_that_ignores_the_incoming_gradient(torch: Any) -> None:
    class Constant(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return torch.ones_like(g)

    with pytest.raises(RuntimeError, match="backward not multiplied by grad_output"):
        torch.autograd.gradcheck(Constant.apply, (leaf(torch, 1.0),))


def test_raise_exception_false(torch: Any) -> None:
    assert torch.autograd.gradcheck(square_with(torch, 2.0), (leaf(torch, 1.0),), raise_exception=False) is False
    assert (
        torch.autograd.gradgradcheck(square_with(torch, 1.0, 2.0), (leaf(torch, 1.0),), raise_exception=False) is False
    )


def test_float32_warns(torch: Any) -> None:
    x = leaf(torch, 0.5, dtype=torch.float32)
    text = "Input #0 requires gradient and is not a double precision floating point or complex. This check will likely"
    with pytest.warns(UserWarning, match=re.escape(text)), pytest.raises(RuntimeError, match="Jacobian mismatch"):
        torch.autograd.gradcheck(torch.exp, (x,))
    with pytest.warns(UserWarning, match=re.escape(text)):
        assert torch.autograd.gradcheck(torch.exp, (x,), eps=1e-2, rtol=1e-2, atol=1e-2)


def test_no_input_requires_a_gradient(torch: Any) -> None:
    text = "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
    with pytest.raises(ValueError, match=re.escape(text)):
        torch.autograd.gradcheck(torch.exp, (torch.ones(2),))


def test_an_expanded_input_is_refused(torch: Any) -> None:
    x = torch.ones(1, dtype=torch.float64).expand(3).requires_grad_()
    with pytest.raises(RuntimeError, match="The 0th input has a dimension with stride 0"):
        torch.autograd.gradcheck(torch.exp, (x,))


def test_an_output_that_does_not_depend(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    assert torch.autograd.gradcheck(lambda x: torch.ones(2), (x,))
    with pytest.raises(RuntimeError, match="Numerical gradient for function expected to be zero"):
        torch.autograd.gradcheck(lambda x: x.detach() * 2, (x,))


def test_inputs_that_need_no_gradient_and_no_tensor(torch: Any) -> None:
    x, index = leaf(torch, 1.0, 2.0), torch.tensor([1, 1, 0])
    assert torch.autograd.gradcheck(lambda x, index, n: x[index] * n, (x, index, 3.0))


def test_non_contiguous_and_0_dim_inputs(torch: Any) -> None:
    base = torch.arange(12.0, dtype=torch.float64).reshape(3, 4)
    x = base.t()[::2].requires_grad_()
    y = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, y: (x * y).sum(1), (x, y))
    assert torch.autograd.gradgradcheck(lambda x, y: (x * y).sum(1), (x, y), gen_non_contig_grad_outputs=True)


def test_an_output_that_is_the_input(torch: Any) -> None:
    assert torch.autograd.gradcheck(lambda x: x, (leaf(torch, 1.0, 2.0),))


def test_a_shape_that_changes(torch: Any) -> None:
    x = leaf(torch, 0.0)
    with pytest.raises(AssertionError, match="Expected `func` to return outputs with the same shape"):
        torch.autograd.gradcheck(lambda x: x.expand(2) if x.item() < 0 else x.expand(3), (x,))


def test_gradgradcheck_with_given_grad_outputs(torch: Any) -> None:
    x, g = leaf(torch, 0.5, 2.0), leaf(torch, 1.0, -1.0)
    assert torch.autograd.gradgradcheck(torch.exp, (x,), (g,))
    assert torch.autograd.gradgradcheck(torch.exp, x, g.detach())


def test_what_is_left_out_says_so(torch: Any) -> None:
    if torch.__name__ == "torch":
        pytest.skip("PyTorch has these")
    for option in ("fast_mode", "check_forward_ad", "check_batched_grad", "masked"):
        with pytest.raises(NotImplementedError, match=option):
            torch.autograd.gradcheck(torch.exp, (leaf(torch, 1.0),), **{option: True})
    with pytest.raises(
        AssertionError, match="Expected at least one of check_forward_ad or check_backward_ad to be True"
    ):
        torch.autograd.gradcheck(torch.exp, (leaf(torch, 1.0),), check_backward_ad=False)
