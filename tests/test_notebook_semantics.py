"""What an introduction to automatic differentiation shows, to the printed digit.

`MT_TEST_NAMESPACE=torch` runs it on PyTorch.
"""

from __future__ import annotations

from typing import Any

import pytest


def test_the_gradient_of_two_times_a_dot_product(torch: Any) -> None:
    x = torch.arange(4.0)
    assert repr(x) == "tensor([0., 1., 2., 3.])"
    x.requires_grad_(True)
    assert x.grad is None
    y = 2 * torch.dot(x, x)
    assert repr(y) == "tensor(28., grad_fn=<MulBackward0>)"
    y.backward()
    assert repr(x.grad) == "tensor([ 0.,  4.,  8., 12.])"
    assert repr(x.grad == 4 * x) == "tensor([True, True, True, True])"


def test_gradients_accumulate_until_zeroed(torch: Any) -> None:
    x = torch.arange(4.0, requires_grad=True)
    (2 * torch.dot(x, x)).backward()
    assert repr(x.grad.zero_()) == "tensor([0., 0., 0., 0.])"
    x.sum().backward()
    assert repr(x.grad) == "tensor([1., 1., 1., 1.])"
    x.sum().backward()
    assert repr(x.grad) == "tensor([2., 2., 2., 2.])"


def test_a_non_scalar(torch: Any) -> None:
    x = torch.arange(4.0, requires_grad=True)
    (x * x).sum().backward()
    assert repr(x.grad) == "tensor([0., 2., 4., 6.])"
    x.grad.zero_()
    (x * x).backward(torch.ones(len(x)))
    assert repr(x.grad) == "tensor([0., 2., 4., 6.])"


def test_detach_treats_a_value_as_a_constant(torch: Any) -> None:
    x = torch.arange(4.0, requires_grad=True)
    (x * x * x).sum().backward()
    assert repr(x.grad) == "tensor([ 0.,  3., 12., 27.])"
    x.grad.zero_()
    u = (x * x).detach()
    (u * x).sum().backward()
    assert repr(x.grad) == "tensor([0., 1., 4., 9.])" and repr(u) == "tensor([0., 1., 4., 9.])"


def test_an_external_gradient(torch: Any) -> None:
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    assert repr(Q) == "tensor([-12.,  65.], grad_fn=<SubBackward0>)"
    Q.backward(gradient=torch.tensor([1.0, 1.0]))
    assert repr(a.grad) == "tensor([36., 81.])" and repr(b.grad) == "tensor([-12.,  -8.])"
    assert repr(9 * a**2) == "tensor([36., 81.], grad_fn=<MulBackward0>)"
    assert repr(-2 * b) == "tensor([-12.,  -8.], grad_fn=<MulBackward0>)"


def test_logistic_regression(torch: Any) -> None:
    x, y = torch.ones(5), torch.zeros(3)
    torch.manual_seed(0)
    w = torch.randn(5, 3, requires_grad=True)
    b = torch.randn(3, requires_grad=True)
    z = torch.matmul(x, w) + b
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    assert type(z.grad_fn).__name__ == "AddBackward0"
    assert type(loss.grad_fn).__name__ == "BinaryCrossEntropyWithLogitsBackward0"
    loss.backward()
    expected = (torch.sigmoid(z.detach()) / 3).tolist()
    assert b.grad.tolist() == pytest.approx(expected, rel=1e-6)
    for row in w.grad.tolist():
        assert row == pytest.approx(expected, rel=1e-6)


def test_tracking_is_stopped(torch: Any) -> None:
    x, w = torch.ones(5), torch.ones(5, 3, requires_grad=True)
    assert torch.matmul(x, w).requires_grad
    with torch.no_grad():
        assert not torch.matmul(x, w).requires_grad
    assert not torch.matmul(x, w).detach().requires_grad


def test_backward_several_times(torch: Any) -> None:
    inp = torch.eye(5, requires_grad=True)
    out = (inp + 1).pow(2)
    assert repr(inp).split("\n") == [
        "tensor([[1., 0., 0., 0., 0.],",
        "        [0., 1., 0., 0., 0.],",
        "        [0., 0., 1., 0., 0.],",
        "        [0., 0., 0., 1., 0.],",
        "        [0., 0., 0., 0., 1.]], requires_grad=True)",
    ]
    assert repr(out).split("\n")[0] == "tensor([[4., 1., 1., 1., 1.],"
    assert repr(out).endswith("[1., 1., 1., 1., 4.]], grad_fn=<PowBackward0>)")
    ones = torch.ones_like(inp)
    out.backward(ones, retain_graph=True)
    assert str(inp.grad).split("\n")[0] == "tensor([[4., 2., 2., 2., 2.],"
    out.backward(ones, retain_graph=True)
    assert str(inp.grad).split("\n")[0] == "tensor([[8., 4., 4., 4., 4.],"
    inp.grad.zero_()
    out.backward(ones, retain_graph=True)
    assert str(inp.grad).split("\n")[1] == "        [2., 4., 2., 2., 2.],"
