"""Autograd: what is recorded, what `backward` fills in, and how to keep out of it or add to it."""

from __future__ import annotations

import minitorch_nn as torch


def first_gradients() -> None:
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.tensor([6.0, 4.0], requires_grad=True)
    q = 3 * a**3 - b**2
    print(q)  # the result remembers the operation that made it
    q.backward(gradient=torch.ones(2))  # dq/da = 9 a^2, dq/db = -2 b
    print(a.grad, b.grad)
    q = (a * b).sum()
    q.backward()  # gradients add up until they are cleared
    print(a.grad)
    a.grad = None
    print([(leaf.is_leaf, leaf.grad_fn) for leaf in (a, b)], q.is_leaf, q.grad_fn.name())


def control_flow(x: torch.Tensor) -> torch.Tensor:
    """Whatever Python did is what gets differentiated: the graph is made anew in every call."""
    y = x * 2
    while y.norm() < 1000:
        y = y * 2
    return y if y.sum() > 0 else 100 * y


def without_recording() -> None:
    w = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        print("no_grad:", (w * 2).requires_grad)
        w -= 0.1  # so an update step may change a leaf in place
    shares_memory = w.detach()
    shares_memory[0] = 5.0
    print("detached:", shares_memory.requires_grad, w)
    try:
        w.add_(1)
    except RuntimeError as error:
        print("a leaf outside no_grad:", str(error).splitlines()[0])


def higher_order() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    value = x**4
    for order in range(1, 5):
        (value,) = torch.autograd.grad(value, x, create_graph=True)
        print(f"derivative {order} of x^4 at 2:", value.item())


class ClampedLogit(torch.autograd.Function):
    """log(p / (1 - p)) with p kept off 0 and 1; its gradient is passed on only inside."""

    @staticmethod
    def forward(ctx, p, margin):
        inside = (p > margin) & (p < 1 - margin)
        kept = p.clamp(margin, 1 - margin)
        ctx.save_for_backward(kept, inside)
        return (kept / (1 - kept)).log()

    @staticmethod
    def backward(ctx, grad_output):
        kept, inside = ctx.saved_tensors
        return grad_output * inside / (kept * (1 - kept)), None  # `margin` is no tensor


class Rectified(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad_x = grad_output.clone()
        grad_x[x < 0] = 0
        return grad_x


def own_functions() -> None:
    p = torch.tensor([0.0, 0.25, 0.5, 1.0], requires_grad=True)
    y = ClampedLogit.apply(p, 1e-3)
    print(y)
    y.sum().backward()
    print(p.grad)
    x = torch.randn(4, dtype=torch.float64, requires_grad=True)
    print("gradcheck:", torch.autograd.gradcheck(Rectified.apply, (x,)))


def hooks() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    y.retain_grad()
    handle = y.register_hook(lambda grad: grad / 10)
    y.pow(2).sum().backward()
    print("hooked:", y.grad, x.grad)
    handle.remove()


def main() -> float:
    torch.manual_seed(0)
    first_gradients()
    x = torch.randn(3, requires_grad=True)
    control_flow(x).sum().backward()
    print("through a loop:", x.grad)
    without_recording()
    higher_order()
    own_functions()
    hooks()
    return x.grad[0].item()


if __name__ == "__main__":
    main()
