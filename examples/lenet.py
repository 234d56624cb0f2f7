"""A convolution net in the manner of LeNet: what convolution computes, then two blocks of it, then a classifier."""

from __future__ import annotations

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.utils.data import DataLoader, TensorDataset


def corr2d(X, K):
    """Two-dimensional cross-correlation, written out: one number for each place of the kernel."""
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y


def learn_an_edge_detector():
    X = torch.ones((6, 8))
    X[:, 2:6] = 0
    Y = corr2d(X, torch.tensor([[1.0, -1.0]]))
    print(Y)
    conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    X, Y = X.reshape((1, 1, 6, 8)), Y.reshape((1, 1, 6, 7))
    for i in range(10):
        loss = (conv2d(X) - Y) ** 2
        conv2d.zero_grad()
        loss.sum().backward()
        conv2d.weight.data[:] -= 3e-2 * conv2d.weight.grad
        if (i + 1) % 5 == 0:
            print(f"step {i + 1}, loss {loss.sum():.3f}")
    print(conv2d.weight.data.reshape((1, 2)))


def init_cnn(module):
    if isinstance(module, nn.Linear | nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)


class LeNet(nn.Module):
    """For 8x8 pictures; the original reads 28x28."""

    def __init__(self, classes=10):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Tanh(),
            nn.AvgPool2d(kernel_size=2, stride=2),
            nn.Conv2d(6, 16, kernel_size=3, padding=1), nn.Tanh(),
            nn.AvgPool2d(kernel_size=2, stride=2),
            nn.Flatten(),
            nn.Linear(64, 120), nn.Tanh(),
            nn.Linear(120, 84), nn.Tanh(),
            nn.Linear(84, classes),
        )  # fmt: skip

    def forward(self, X):
        return self.net(X)

    def layer_summary(self, X_shape):
        X = torch.randn(*X_shape)
        for layer in self.net:
            X = layer(X)
            print(layer.__class__.__name__, "output shape:\t", X.shape)


def main(epochs: int = 8, lr: float = 0.1) -> float:
    torch.manual_seed(0)
    learn_an_edge_detector()
    model = LeNet()
    model.apply(init_cnn)
    model.layer_summary((1, 1, 8, 8))
    loader = DataLoader(TensorDataset(*map(torch.tensor, load_digits())), batch_size=32, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_function = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        total, right = 0.0, 0
        for X, y in loader:
            optimizer.zero_grad()
            scores = model(X)
            loss = loss_function(scores, y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            right += (scores.argmax(1) == y).sum().item()
        print(f"epoch {epoch + 1}: loss {total / len(loader.dataset):.4f}, accuracy {right / len(loader.dataset):.3f}")
    return total / len(loader.dataset)


if __name__ == "__main__":
    main()
