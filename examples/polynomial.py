"""One task in six stages: y = a + b x + c x^2 + d x^3 fitted to a sine, each stage leaving more work to the framework.

1. tensors only, gradients by hand   2. autograd   3. an operation of our own
4. layers and a loss from `nn`       5. an optimizer   6. a Module of our own
"""

from __future__ import annotations

import math

import minitorch_nn as torch


def by_hand(x, y, steps):
    a, b, c, d = (torch.randn(()) for _ in range(4))
    for _ in range(steps):
        error = a + b * x + c * x**2 + d * x**3 - y
        loss = error.pow(2).sum().item()
        grad = 2.0 * error  # d loss / d prediction; by the chain rule the rest follows
        a -= 1e-6 * grad.sum()
        b -= 1e-6 * (grad * x).sum()
        c -= 1e-6 * (grad * x**2).sum()
        d -= 1e-6 * (grad * x**3).sum()
    print(f"y = {a.item():.4f} + {b.item():.4f} x + {c.item():.4f} x^2 + {d.item():.4f} x^3")
    return loss


def with_autograd(x, y, steps):
    coefficients = [torch.randn((), requires_grad=True) for _ in range(4)]
    for _ in range(steps):
        prediction = sum(w * x**power for power, w in enumerate(coefficients))
        loss = (prediction - y).pow(2).sum()
        loss.backward()
        with torch.no_grad():
            for w in coefficients:
                w -= 1e-6 * w.grad
                w.grad = None
    return loss.item()


class Legendre3(torch.autograd.Function):
    """P3(x) = (5 x^3 - 3 x) / 2, the third Legendre polynomial, with its derivative 1.5 (5 x^2 - 1)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * (5 * x**3 - 3 * x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * x**2 - 1)


def with_own_operation(x, y, steps):
    a, b, c, d = (torch.full((), start, requires_grad=True) for start in (0.0, -1.0, 0.0, 0.3))
    for _ in range(steps):
        loss = (a + b * Legendre3.apply(c + d * x) - y).pow(2).sum()
        loss.backward()
        with torch.no_grad():
            for w in (a, b, c, d):
                w -= 5e-6 * w.grad
                w.grad = None
    return loss.item()


def powers(x):
    return x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))  # (n,) -> (n, 3)


def with_layers(x, y, steps):
    model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
    print(model)
    loss_function = torch.nn.MSELoss(reduction="sum")
    for _ in range(steps):
        loss = loss_function(model(powers(x)), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 1e-6 * parameter.grad
    return loss.item()


def with_optimizer(x, y, steps):
    model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
    loss_function = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    print(optimizer)
    for _ in range(steps):
        loss = loss_function(model(powers(x)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


class Cubic(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(())) for _ in range(4)])

    def forward(self, x):
        return sum(w * x**power for power, w in enumerate(self.weights))

    def formula(self):
        return "y = " + " + ".join(f"{w.item():.4f} x^{power}" for power, w in enumerate(self.weights))


def with_module(x, y, steps):
    model = Cubic()
    criterion = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    for _ in range(steps):
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(model)
    print(model.formula())
    return loss.item()


def main(steps: int = 2000) -> list[float]:
    torch.manual_seed(0)
    x = torch.linspace(-math.pi, math.pi, 2000)
    y = torch.sin(x)
    losses = []
    for stage in (by_hand, with_autograd, with_own_operation, with_layers, with_optimizer, with_module):
        losses.append(stage(x, y, steps))
        print(f"{stage.__name__}: loss {losses[-1]:.4f}")
    return losses


if __name__ == "__main__":
    main()
