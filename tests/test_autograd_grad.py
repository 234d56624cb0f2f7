"""`autograd.grad`, higher orders, leaves, and walking the graph. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

from typing import Any

import pytest


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0].split(" (Triggered", 1)[0]


# autograd.grad --------------------------------------------------------------------------------------------------------
def test_grad_leaves_dot_grad_alone(torch: Any) -> None:
    x, y = leaf(torch, 2.0), leaf(torch, 3.0)
    gx, gy = torch.autograd.grad((x * y * y).sum(), [x, y])
    assert gx.tolist() == [9.0] and gy.tolist() == [12.0]
    assert x.grad is None and y.grad is None and not gx.requires_grad
    (g,) = torch.autograd.grad(x * 2, x, torch.tensor([5.0]))
    assert g.tolist() == [10.0]


def test_grad_of_a_non_leaf(torch: Any) -> None:
    x = leaf(torch, 2.0)
    y = x * 3
    gy, gx = torch.autograd.grad((y * y).sum(), (y, x))
    assert gy.tolist() == [12.0] and gx.tolist() == [36.0]


def test_grad_of_a_tensor_by_itself(torch: Any) -> None:
    x = leaf(torch, 2.0)
    assert torch.autograd.grad(x, x)[0].tolist() == [1.0]
    y = x * 2
    assert torch.autograd.grad(y, y, torch.tensor([3.0]))[0].tolist() == [3.0]


def test_grad_of_what_was_not_used(torch: Any) -> None:
    x, y = leaf(torch, 1.0), leaf(torch, 2.0)
    z = (x * 2).sum()
    with pytest.raises(RuntimeError) as error:
        torch.autograd.grad(z, [x, y], retain_graph=True)
    assert message(error) == (
        "The differentiated Tensor at index 1 appears to not have been used in the graph. Set allow_unused=True if "
        "this is the desired behavior."
    )
    gx, gy = torch.autograd.grad(z, [x, y], allow_unused=True, retain_graph=True)
    assert gx.tolist() == [2.0] and gy is None
    gx, gy = torch.autograd.grad(z, [x, y], materialize_grads=True)
    assert gy.tolist() == [0.0]
    with pytest.raises(ValueError) as wrong:
        torch.autograd.grad((x * 2).sum(), [x, y], materialize_grads=True, allow_unused=False)
    assert (
        message(wrong)
        == "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
    )


def test_grad_of_what_requires_no_gradient(torch: Any) -> None:
    x, y = leaf(torch, 1.0), torch.ones(1)
    with pytest.raises(RuntimeError) as error:
        torch.autograd.grad((x * y).sum(), y)
    assert message(error) == "One of the differentiated Tensors does not require grad"
    with pytest.raises(RuntimeError) as error:
        torch.autograd.grad(y.sum(), x)
    assert message(error) == "element 0 of tensors does not require grad and does not have a grad_fn"


def test_grad_computes_only_what_was_asked_for(torch: Any) -> None:
    calls = []
    x, y = leaf(torch, 1.0), leaf(torch, 2.0)
    a, b = x * 2, y * 3
    a.register_hook(lambda g: calls.append("a"))
    b.register_hook(lambda g: calls.append("b"))
    torch.autograd.grad((a * b).sum(), x)
    assert calls == ["a"]


def test_batched_gradients(torch: Any) -> None:
    x, unused = leaf(torch, 1.0, 2.0), leaf(torch, 1.0)
    y = x**3
    eye = torch.eye(2, dtype=y.dtype)
    g, none = torch.autograd.grad(
        y, (x, unused), eye, retain_graph=True, create_graph=True, allow_unused=True, is_grads_batched=True
    )
    assert g.tolist() == [[3.0, 0.0], [0.0, 12.0]]
    assert none is None
    (again,) = torch.autograd.grad(g.sum(), x)
    assert again.tolist() == [6.0, 12.0]
    torch.autograd.grad(y, x, eye, is_grads_batched=True)
    with pytest.raises(RuntimeError, match="second time"):
        torch.autograd.grad(y, x, eye, is_grads_batched=True)


# Higher orders --------------------------------------------------------------------------------------------------------
def test_third_order(torch: Any) -> None:
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    y = x**4
    orders = []
    for _ in range(4):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        orders.append(y.item())
    assert orders == [32.0, 48.0, 48.0, 24.0]


def test_third_order_of_a_transcendental(torch: Any) -> None:
    import math

    x = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    y = torch.sin(x) * torch.exp(x)
    for expected in (math.sqrt(2) ** n * math.exp(0.3) * math.sin(0.3 + n * math.pi / 4) for n in range(1, 5)):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(expected, rel=1e-12)


def test_create_graph_in_backward(torch: Any) -> None:
    x = leaf(torch, 3.0)
    with pytest.warns(UserWarning, match="will create a reference cycle between the parameter and its gradient"):
        (x**3).sum().backward(create_graph=True)
    assert x.grad.requires_grad and x.grad.tolist() == [27.0]
    first = x.grad
    x.grad = None
    first.sum().backward()
    assert x.grad.tolist() == [18.0]


def test_gradient_penalty(torch: Any) -> None:
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    x = torch.tensor([0.5, -1.0], dtype=torch.float64, requires_grad=True)
    (g,) = torch.autograd.grad(torch.tanh(w @ x).sum(), x, create_graph=True)
    (g * g).sum().backward()
    assert torch.autograd.gradcheck(
        lambda w, x: torch.autograd.grad(torch.tanh(w @ x).sum(), x, create_graph=True)[0].pow(2).sum(), (w, x)
    )
    assert w.grad is not None and x.grad is not None


def test_the_gradient_records_nothing_without_create_graph(torch: Any) -> None:
    x = leaf(torch, 3.0)
    (g,) = torch.autograd.grad((x**3).sum(), x)
    assert not g.requires_grad and g.grad_fn is None


# Leaves ---------------------------------------------------------------------------------------------------------------
def test_leaves(torch: Any) -> None:
    x, plain = leaf(torch, 1.0), torch.ones(1)
    y = x * 2
    assert x.is_leaf and plain.is_leaf and not y.is_leaf and y.detach().is_leaf and (plain * 2).is_leaf
    assert x.grad_fn is None and plain.grad_fn is None and y.grad_fn is not None
    assert y.requires_grad and not (plain * 2).requires_grad


def test_requires_grad_in_place(torch: Any) -> None:
    x = torch.ones(2)
    assert x.requires_grad_() is x and x.requires_grad
    x.requires_grad_(False)
    assert not x.requires_grad
    x.requires_grad = True
    y = x * 2
    with pytest.raises(RuntimeError) as error:
        y.requires_grad = False
    assert message(error) == (
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
        "subgraph that doesn't "
        "require differentiation use var_no_grad = var.detach()."
    )
    y.requires_grad_(True)
    with pytest.raises(RuntimeError) as error:
        torch.ones(2, dtype=torch.int64).requires_grad_()
    assert message(error) == "only Tensors of floating point dtype can require gradients"


def test_the_gradient_of_a_non_leaf(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 2
    y.sum().backward()
    with pytest.warns(
        UserWarning,
        match="The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute",
    ):
        assert y.grad is None


def test_retain_grad(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 2
    assert not y.retains_grad
    y.retain_grad()
    y.retain_grad()
    assert y.retains_grad and not x.retains_grad
    x.retain_grad()  # nothing to do for a leaf
    (y * y).sum().backward()
    assert y.grad.tolist() == [4.0] and x.grad.tolist() == [8.0]
    with pytest.raises(RuntimeError) as error:
        torch.ones(1).retain_grad()
    assert message(error) == "can't retain_grad on Tensor that has requires_grad=False"


def test_detach_shares_memory(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x.detach()
    assert not y.requires_grad and y.is_leaf and y.grad_fn is None
    y[0] = 5.0
    assert x.tolist() == [5.0, 2.0]
    z = (x * 2).detach_()
    assert z.is_leaf and not z.requires_grad


def test_data(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = (x * x).sum()
    version = x._version
    x.data.mul_(10)
    assert x._version == version, "a change through .data goes unnoticed"
    y.backward()
    assert x.grad.tolist() == [20.0, 40.0]
    x.data = torch.tensor([7.0])
    assert x.tolist() == [7.0] and x.requires_grad and x.shape == (1,)


def test_integers_stay_outside(torch: Any) -> None:
    x = leaf(torch, 3.0, 1.0, 2.0)
    values, places = x.sort()
    assert values.requires_grad and not places.requires_grad
    assert not x.argmax().requires_grad and not (x > 1).requires_grad and not x.long().requires_grad


# Walking the graph ----------------------------------------------------------------------------------------------------
def names(node: Any) -> list[Any]:
    return [None if n is None else type(n).__name__ for n, _ in node.next_functions]


def test_next_functions(torch: Any) -> None:
    x, w = leaf(torch, 1.0), leaf(torch, 2.0)
    y = (x * w + 1).relu()
    assert type(y.grad_fn).__name__ == y.grad_fn.name() == "ReluBackward0"
    assert names(y.grad_fn) == ["AddBackward0"]
    add = y.grad_fn.next_functions[0][0]
    assert names(add) == ["MulBackward0", None]
    mul = add.next_functions[0][0]
    assert names(mul) == ["AccumulateGrad", "AccumulateGrad"]
    assert mul.next_functions[0][0].variable is x and mul.next_functions[1][0].variable is w
    assert mul.next_functions[0][0].next_functions == ()


def test_one_accumulator_a_leaf(torch: Any) -> None:
    x = leaf(torch, 1.0)
    a, b = x * 2, x * 3
    assert a.grad_fn.next_functions[0][0] is b.grad_fn.next_functions[0][0]


def test_what_needs_no_gradient_has_no_node(torch: Any) -> None:
    x, c = leaf(torch, 1.0), torch.ones(1)
    assert names((x * c).grad_fn) == ["AccumulateGrad", None]
    assert names((c * x).grad_fn) == [None, "AccumulateGrad"]
    assert names((x * c.requires_grad_(False).exp()).grad_fn) == ["AccumulateGrad", None]


def test_printing_a_node(torch: Any) -> None:
    y = leaf(torch, 1.0) * 2
    assert repr(y.grad_fn).startswith("<MulBackward0 object at 0x")
    assert repr(y) == "tensor([2.], grad_fn=<MulBackward0>)"
