"""What is timed. Each case is written once, against PyTorch's names, and run on both frameworks.

A case takes the framework as `torch` and the `models` package running on it, and returns a function that does one step.
The first line of its docstring says what a step is.
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
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.01, momentum=0.9, weight_decay=1e-4)
    criterion = torch.nn.CrossEntropyLoss()

    def step() -> None:
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


# Networks for images --------------------------------------------------------------------------------------------------
def resnet20_b128(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-20, batch 128, 3x32x32: a training step"""
    return _train_step(torch, models.create("resnet20", num_classes=10), (128, 3, 32, 32), 10, channels_last)


def resnet18_b16(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-18, batch 16, 3x64x64: a training step"""
    return _train_step(torch, models.create("resnet18", num_classes=1000), (16, 3, 64, 64), 1000, channels_last)


def resnet18_b1(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-18, batch 1, 3x64x64: a training step"""
    return _train_step(torch, models.create("resnet18", num_classes=1000), (1, 3, 64, 64), 1000, channels_last)


def resnet18_224(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-18, batch 8, 3x224x224: a training step"""
    return _train_step(torch, models.create("resnet18", num_classes=1000), (8, 3, 224, 224), 1000, channels_last)


def resnet18_inference(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-18, batch 8, 3x224x224: inference"""
    torch.manual_seed(0)
    model, images = models.create("resnet18", num_classes=1000).eval(), torch.randn(8, 3, 224, 224)
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)

    def step() -> None:
        with torch.no_grad():
            model(images)

    return step


def resnet18_frozen(torch: Any, models: Any, channels_last: bool) -> Step:
    """ResNet-18, batch 16, 3x64x64, all but the head frozen: a training step"""
    model = models.create("resnet18", num_classes=10)
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith("fc")
    return _train_step(torch, model.eval(), (16, 3, 64, 64), 10, channels_last)


def cnn_b64(torch: Any, models: Any, channels_last: bool) -> Step:
    """Two convolutions and two linear layers, batch 64, 1x28x28: a training step"""
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    return _train_step(torch, model, (64, 1, 28, 28), 10, channels_last)


# Others ---------------------------------------------------------------------------------------------------------------
def mlp_b64(torch: Any, models: Any, channels_last: bool) -> Step:
    """MLP 784-256-10, batch 64: a training step"""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return _train_step(torch, model, (64, 784), 10, False)


def lstm(torch: Any, models: Any, channels_last: bool) -> Step:
    """LSTM 64-128, batch 32, 50 steps, with a linear head: a training step"""
    nn = torch.nn

    class Tagger(nn.Module):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(64, 128, batch_first=True), nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(x)[0][:, -1])

    return _train_step(torch, Tagger(), (32, 50, 64), 10, False)


def transformer(torch: Any, models: Any, channels_last: bool) -> Step:
    """Two TransformerEncoder layers of width 128 with 4 heads, batch 16, 64 tokens: a training step"""
    nn = torch.nn

    class Classifier(nn.Module):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            layer = nn.TransformerEncoderLayer(128, 4, 256, dropout=0.0, batch_first=True)
            self.encoder, self.head = nn.TransformerEncoder(layer, 2), nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.encoder(x).mean(1))

    return _train_step(torch, Classifier(), (16, 64, 128), 10, False)


def scalar_mlp(torch: Any, models: Any, channels_last: bool) -> Step:
    """An MLP 2-8-1 of scalars one by one, four points: forward and backward"""
    torch.manual_seed(0)
    hidden = [[torch.randn(()).requires_grad_() for _ in range(3)] for _ in range(8)]
    last = [torch.randn(()).requires_grad_() for _ in range(9)]
    points = [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]

    def step() -> None:
        loss = 0.0
        for a, b, target in points:
            values = [(w[0] * a + w[1] * b + w[2]).tanh() for w in hidden]
            out = last[8]
            for v, w in zip(values, last, strict=False):
                out = out + v * w
            loss = loss + (out - target) ** 2
        loss.backward()  # type: ignore[attr-defined]
        for p in (*(w for row in hidden for w in row), *last):
            p.grad = None

    return step


def data_loading(torch: Any, models: Any, channels_last: bool) -> Step:
    """A DataLoader over 4,096 samples in memory, batch 64, shuffled: one epoch"""
    data = torch.utils.data
    dataset = data.TensorDataset(torch.randn(4096, 3, 32, 32), torch.randint(0, 10, (4096,)))
    loader = data.DataLoader(dataset, batch_size=64, shuffle=True)

    def step() -> None:
        for _ in loader:
            pass

    return step


# Single operations on tiny tensors ------------------------------------------------------------------------------------
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "matmul": lambda a, b: a @ b,
    "sum": lambda a, b: a.sum(),
    "slice": lambda a, b: a[0:2],
    "relu": lambda a, b: a.relu(),
}


def _tiny(name: str, backward: bool) -> Callable[[Any, Any, bool], Step]:
    function = OPERATIONS[name]

    def case(torch: Any, models: Any, channels_last: bool) -> Step:
        a = torch.ones(3, 3, requires_grad=True)
        b = torch.ones(3, 3, requires_grad=True)
        ones = torch.ones_like(function(a, b))

        def forward_only() -> None:
            for _ in range(100):
                function(a, b)

        def forward_and_backward() -> None:
            for _ in range(100):
                function(a, b).backward(ones)
            a.grad = b.grad = None

        return forward_and_backward if backward else forward_only

    case.__doc__ = f"{name} of 3x3, 100 times: forward" + (" and backward" if backward else "")
    return case


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
    "resnet18_b1": (resnet18_b1, True),
    "resnet18_224": (resnet18_224, True),
    "resnet18_inference": (resnet18_inference, True),
    "resnet18_frozen": (resnet18_frozen, True),
    "cnn_b64": (cnn_b64, True),
    "mlp_b64": (mlp_b64, False),
    "lstm": (lstm, False),
    "transformer": (transformer, False),
    "scalar_mlp": (scalar_mlp, False),
    "data_loading": (data_loading, False),
    **{f"tiny_{name}": (_tiny(name, True), False) for name in OPERATIONS},
    "tiny_chain": (tiny_chain, False),
    **{f"forward_{name}": (_tiny(name, False), False) for name in OPERATIONS},
}
