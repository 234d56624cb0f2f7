"""Residual blocks: each learns what to add to its input. With a 1x1 convolution where the shape changes."""

from __future__ import annotations

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.nn import functional as F
from minitorch_nn.utils.data import DataLoader, TensorDataset


class Residual(nn.Module):
    def __init__(self, in_channels, num_channels, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, num_channels, kernel_size=3, padding=1, stride=strides)
        self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(in_channels, num_channels, kernel_size=1, stride=strides) if use_1x1conv else None
        self.bn1 = nn.BatchNorm2d(num_channels)
        self.bn2 = nn.BatchNorm2d(num_channels)

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        if self.conv3:
            X = self.conv3(X)
        Y += X
        return F.relu(Y)


class ResNet(nn.Module):
    """`arch` says how many blocks a stage has, and how wide it is; each stage but the first halves the picture."""

    def __init__(self, arch, classes=10):
        super().__init__()
        width = arch[0][1]
        self.net = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, width, kernel_size=3, padding=1), nn.BatchNorm2d(width), nn.ReLU())
        )
        for i, (blocks, channels) in enumerate(arch):
            self.net.add_module(f"b{i + 2}", self.block(blocks, width, channels, first=i == 0))
            width = channels
        self.net.add_module(
            "last", nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(width, classes))
        )

    def block(self, count, in_channels, channels, first):
        layers = []
        for i in range(count):
            if i == 0 and not first:
                layers.append(Residual(in_channels, channels, use_1x1conv=True, strides=2))
            else:
                layers.append(Residual(channels, channels))
        return nn.Sequential(*layers)

    def forward(self, X):
        return self.net(X)


def main(epochs: int = 4, images: int = 1024) -> list[float]:
    torch.manual_seed(0)
    print(Residual(3, 6, use_1x1conv=True, strides=2)(torch.randn(4, 3, 6, 6)).shape)
    model = ResNet(((1, 8), (1, 16)))
    for name, layer in model.net.named_children():
        print(name, sum(p.numel() for p in layer.parameters()))
    train = TensorDataset(*(torch.tensor(array[:images]) for array in load_digits()))
    loader = DataLoader(train, batch_size=64, shuffle=True, drop_last=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4, nesterov=True)
    losses = []
    for epoch in range(epochs):
        for X, y in loader:
            loss = F.cross_entropy(model(X), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}")
    model.eval()
    X, y = (torch.tensor(array) for array in load_digits(train=False))
    with torch.no_grad():
        accuracy = (model(X).argmax(dim=1) == y).float().mean()
    print(f"test accuracy {accuracy:.3f}")
    return [losses[0], losses[-1]]


if __name__ == "__main__":
    main()
