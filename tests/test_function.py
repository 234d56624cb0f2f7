"""autograd.Function: operations written by the user. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

from typing import Any

import pytest


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0]


def product(torch: Any) -> Any:
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, y = ctx.saved_tensors
            return g * y, g * x

    return Product


def test_forward_and_backward(torch: Any) -> None:
    x, y = leaf(torch, 2.0), leaf(torch, 3.0)
    z = product(torch).apply(x, y)
    assert (
        z.requires_grad
        and type(z.grad_fn).__name__ == "ProductBackward"
        and repr(z) == "tensor([6.], grad_fn=<ProductBackward>)"
    )
    z.backward()
    assert x.grad.tolist() == [3.0] and y.grad.tolist() == [2.0]


def test_second_derivative(torch: Any) -> None:
    x = torch.tensor([0.3, -2.0], dtype=torch.float64, requires_grad=True)
    Product = product(torch)
    assert torch.autograd.gradcheck(lambda x: Product.apply(x, x.exp()), (x,))
    assert torch.autograd.gradgradcheck(lambda x: Product.apply(x, x.exp()), (x,))


def test_nothing_is_recorded_inside_forward(torch: Any) -> None:
    seen = []

    class Watch(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            seen.append((torch.is_grad_enabled(), (x * 2).requires_grad))
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            seen.append(torch.is_grad_enabled())
            return g * 2

    x = leaf(torch, 1.0)
    Watch.apply(x).backward()
    assert seen == [(False, False), False]
    assert not Watch.apply(torch.ones(1)).requires_grad


def test_needs_input_grad(torch: Any) -> None:
    seen = []

    class Watch(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, n: Any, y: Any) -> Any:
            seen.append(ctx.needs_input_grad)
            return x * n + y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            seen.append(ctx.needs_input_grad)
            return g * 3, None, None

    x = leaf(torch, 1.0)
    Watch.apply(x, 3, torch.ones(1)).backward()
    assert seen == [(True, False, False)] * 2 and x.grad.tolist() == [3.0]


def test_values_on_ctx(torch: Any) -> None:
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, by: float) -> Any:
            ctx.by = by
            return x * by

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * ctx.by, None

    x = leaf(torch, 1.0)
    Scale.apply(x, 4.0).backward()
    assert x.grad.tolist() == [4.0]


def test_setup_context(torch: Any) -> None:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x * x

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = leaf(torch, 3.0)
    Square.apply(x).backward()
    assert x.grad.tolist() == [6.0]


def test_several_outputs(torch: Any) -> None:
    seen = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, g2: Any, g3: Any) -> Any:
            seen.append((g2.tolist(), g3.tolist()))
            return g2 * 2 + g3 * 3

    x = leaf(torch, 1.0, 2.0)
    a, b = Both.apply(x)
    b.sum().backward()
    assert seen == [([0.0, 0.0], [1.0, 1.0])] and x.grad.tolist() == [3.0, 3.0]
    a, b = Both.apply(x)
    (a + b).sum().backward()
    assert x.grad.tolist() == [8.0, 8.0]


def test_set_materialize_grads(torch: Any) -> None:
    seen = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, g2: Any, g3: Any) -> Any:
            seen.append((g2, g3 is None))
            return g3 * 3

    x = leaf(torch, 1.0)
    Both.apply(x)[1].sum().backward()
    assert seen == [(None, False)] and x.grad.tolist() == [3.0]


def test_mark_non_differentiable(torch: Any) -> None:
    class Sort(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            values, places = x.sort()
            ctx.mark_non_differentiable(places)
            ctx.save_for_backward(places)
            return values, places

        @staticmethod
        def backward(ctx: Any, g: Any, unused: Any) -> Any:
            (places,) = ctx.saved_tensors
            return torch.zeros_like(g).scatter(0, places, g)

    x = leaf(torch, 3.0, 1.0, 2.0)
    values, places = Sort.apply(x)
    assert values.requires_grad and not places.requires_grad
    (values * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [100.0, 1.0, 10.0]


def test_once_differentiable(torch: Any) -> None:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g * 2 * x

    x = leaf(torch, 3.0)
    y = Square.apply(x)
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    assert g.tolist() == [108.0]
    with pytest.raises(RuntimeError) as error:
        g.sum().backward()
    assert message(error) == "trying to differentiate twice a function that was marked with @once_differentiable"


def test_mark_dirty(torch: Any) -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    x = leaf(torch, 1.0, 3.0)
    y = x * 1
    z = Double.apply(y)
    assert z is y and y.tolist() == [2.0, 6.0] and type(y.grad_fn).__name__ == "DoubleBackward"
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("gradients", "text"),
    [
        (lambda g: (g, g, g), "function WrongBackward returned an incorrect number of gradients (expected 2, got 3)"),
        (lambda g: g, "function WrongBackward returned an incorrect number of gradients (expected 2, got 1)"),
        (
            lambda g: (g[:1], None),
            "Function WrongBackward returned an invalid gradient at index 0 - got [1] but expected shape "
            "compatible with [2]",
        ),
        (lambda g: (3.0, None), "expected Variable or None (got float)"),
    ],
)
def test_wrong_gradients(torch: Any, gradients: Any, text: str) -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            return x + y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return gradients(g)

    x, y = leaf(torch, 1.0, 2.0), leaf(torch, 1.0, 2.0)
    with pytest.raises((RuntimeError, TypeError)) as error:
        Wrong.apply(x, y).sum().backward()
    assert message(error) == text


def test_trailing_None_is_fine(torch: Any) -> None:
    class Trailing(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2, None, None

    x = leaf(torch, 1.0)
    Trailing.apply(x).backward()
    assert x.grad.tolist() == [2.0]


def test_a_gradient_for_a_constant(torch: Any) -> None:
    x = leaf(torch, 1.0)
    product(torch).apply(x, torch.tensor([4.0])).backward()
    assert x.grad.tolist() == [4.0]


def test_saved_tensors_are_freed_and_watched(torch: Any) -> None:
    x, y = leaf(torch, 2.0), leaf(torch, 3.0)
    z = product(torch).apply(x, y)
    z.backward()
    with pytest.raises(RuntimeError) as error:
        z.backward()
    assert message(error).startswith("Trying to backward through the graph a second time")
    a = x * 1
    z = product(torch).apply(a, y)
    a.add_(1)
    with pytest.raises(RuntimeError) as error:
        z.backward()
    assert message(error).startswith(
        "one of the variables needed for gradient computation has been modified by an inplace operation"
    )


def test_save_for_backward_takes_tensors(torch: Any) -> None:
    class Keeps(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x, None)
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            assert ctx.saved_tensors[1] is None
            return g * 2

    x = leaf(torch, 1.0)
    Keeps.apply(x).backward()
    assert x.grad.tolist() == [2.0]


def test_a_function_without_backward(torch: Any) -> None:
    class Half(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

    x = leaf(torch, 1.0)
    y = Half.apply(x)
    with pytest.raises(NotImplementedError) as error:
        y.backward()
    assert message(error) == (
        "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
        "backward mode AD."
    )


def test_an_instance_is_refused(torch: Any) -> None:
    legacy = "Legacy autograd function with non-static forward method is deprecated"
    with (
        pytest.warns(DeprecationWarning, match="should not be instantiated"),
        pytest.raises(RuntimeError, match=legacy),
    ):
        product(torch)()(leaf(torch, 1.0), leaf(torch, 1.0))


def test_returning_the_input(torch: Any) -> None:
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 7

    x = leaf(torch, 1.0)
    y = Same.apply(x)
    assert y is not x and not y.is_leaf
    y.backward()
    assert x.grad.tolist() == [7.0]


def test_gradient_reversal_in_a_chain(torch: Any) -> None:
    class Reverse(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return -g

    x = leaf(torch, 1.0, 2.0)
    (Reverse.apply(x * 2) * 3).sum().backward()
    assert x.grad.tolist() == [-6.0, -6.0]


# Outputs that are inputs, views, changed in place, or no tensors ------------------------------------------------------
def passing(torch: Any, forward: Any) -> Any:
    """A Function of that forward whose backward multiplies by 3."""
    body = {"forward": staticmethod(forward), "backward": staticmethod(lambda ctx, g, *rest: g * 3)}
    return type("Passing", (torch.autograd.Function,), body).apply


@pytest.mark.parametrize("forward", [lambda ctx, a: a, lambda ctx, a: a.view(-1)], ids=["itself", "view"])
def test_views_may_not_be_changed(torch: Any, forward: Any) -> None:
    base = torch.ones(2, requires_grad=True) * 1
    out = passing(torch, forward)(base)
    assert out._base is base
    assert out.grad_fn.name() == "PassingBackward"
    with pytest.raises(RuntimeError, match="Output 0 of Passing is a view and is being modified inplace"):
        out.mul_(2)


def test_changed_inputs(torch: Any) -> None:
    def double(ctx: Any, a: Any) -> Any:
        ctx.mark_dirty(a)
        return a.mul_(2)

    a = torch.ones(2, requires_grad=True)
    b = a * 1
    out = passing(torch, double)(b)
    assert out is b
    assert b._version == 2
    out.sum().backward()
    assert a.grad.tolist() == [3.0, 3.0]
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad has been used in an in-place operation"):
        passing(torch, double)(a)

    def forgets(ctx: Any, a: Any) -> Any:
        ctx.mark_dirty(a)
        return a * 1

    with pytest.raises(RuntimeError, match="Some elements marked as dirty during the forward method were not returned"):
        passing(torch, forgets)(a * 1)


def test_outputs_that_are_no_tensors(torch: Any) -> None:
    seen: list[Any] = []

    class Mixed(torch.autograd.Function):  # type: ignore[name-defined,misc]
        @staticmethod
        def forward(ctx: Any, a: Any) -> Any:
            return "x", a * 2, 3

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            seen.append([None if g is None else g.tolist() for g in grads])
            return grads[1]

    _, out, _ = Mixed.apply(torch.ones(1, requires_grad=True))
    assert out.output_nr == 1
    out.sum().backward()
    assert seen == [[None, [1.0], None]]


def test_no_gradient_is_handed_on(torch: Any) -> None:
    """Where backward returns None, the nodes before it run without a gradient, and the hooks are told."""
    seen: list[Any] = []

    class Stops(torch.autograd.Function):  # type: ignore[name-defined,misc]
        @staticmethod
        def forward(ctx: Any, a: Any, k: int) -> Any:
            return a * k

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return None, None

    x = torch.ones(1, requires_grad=True)
    x.register_hook(seen.append)
    x.register_post_accumulate_grad_hook(lambda t: seen.append("post"))
    Stops.apply(x.sin(), 2).backward()
    assert seen == [None, "post"]
    assert x.grad is None

    class Wrong(Stops):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g, g

    with pytest.raises(
        RuntimeError, match="returned a gradient different than None at position 2, but the corresponding"
    ):
        Wrong.apply(x, 2).backward()
