"""What is timed. Each case is written once, against PyTorch's names, and run on both frameworks.

A case takes the framework as `torch` and the `models` package running on it, and returns a function that does one step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Step = Callable[[], None]


def _train_step(torch: Any, model: Any, shape: tuple[int, ...], classes: int, channels_last: bool) -> Step:
    """One step of training as `train.py` does it: forward, loss, zero_grad, backward, step."""
    torch.manual_seed(0)
    images = torch.randn(*shape)
    labels = torch.randint(0, classes, (shape[0],))
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    criterion = torch.nn.CrossEntropyLoss()

    def step() -> None:
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def resnet20_b128(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-20 train step, batch 128, 3x32x32"""
    return _train_step(torch, models.create("resnet20", num_classes=10), (128, 3, 32, 32), 10, channels_last)


def resnet18_b16(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-18 train step, batch 16, 3x64x64"""
    return _train_step(torch, models.create("resnet18", num_classes=1000), (16, 3, 64, 64), 1000, channels_last)


def mlp_b64(torch: Any, models: Any, channels_last: bool) -> Step:
    """MLP 784-256-10 train step, batch 64"""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return _train_step(torch, model, (64, 784), 10, False)


def _tiny(torch: Any, function: Callable[[Any, Any], Any]) -> Step:
    """100 times an operation on tensors of 3 or 3x3 elements, forward and backward"""
    a = torch.ones(3, 3, requires_grad=True)
    b = torch.ones(3, 3, requires_grad=True)
    ones = torch.ones_like(function(a, b))

    def step() -> None:
        for _ in range(100):
            function(a, b).backward(ones)
        a.grad = b.grad = None

    return step


def tiny_add(torch: Any, models: Any, channels_last: bool) -> Step:
    """a + b of 3x3, forward and backward, 100 times"""
    return _tiny(torch, lambda a, b: a + b)


def tiny_mul(torch: Any, models: Any, channels_last: bool) -> Step:
    """a * b of 3x3, forward and backward, 100 times"""
    return _tiny(torch, lambda a, b: a * b)


def tiny_matmul(torch: Any, models: Any, channels_last: bool) -> Step:
    """a @ b of 3x3, forward and backward, 100 times"""
    return _tiny(torch, lambda a, b: a @ b)


def tiny_relu(torch: Any, models: Any, channels_last: bool) -> Step:
    """a.relu() of 3x3, forward and backward, 100 times"""
    return _tiny(torch, lambda a, b: a.relu())


def tiny_chain(torch: Any, models: Any, channels_last: bool) -> Step:
    """A chain of 100 multiply-adds of 3x3, then one backward"""
    a = torch.ones(3, 3, requires_grad=True)
    b = torch.ones(3, 3)

    def step() -> None:
        y = a
        for _ in range(50):
            y = y * b + b
        y.sum().backward()
        a.grad = None

    return step


CASES: dict[str, tuple[Callable[[Any, Any, bool], Step], bool]] = {
    # name -> case, and whether PyTorch is also timed in channels-last memory
    "resnet20_b128": (resnet20_b128, True),
    "resnet18_b16": (resnet18_b16, True),
    "mlp_b64": (mlp_b64, False),
    "tiny_add": (tiny_add, False),
    "tiny_mul": (tiny_mul, False),
    "tiny_matmul": (tiny_matmul, False),
    "tiny_relu": (tiny_relu, False),
    "tiny_chain": (tiny_chain, False),
}
