"""Linear regression twice: every part written out, then the same with `nn`, `optim` and a DataLoader."""

from __future__ import annotations

import random

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.utils import data


def made_data(w, b, count):
    """Points of y = X w + b with a little noise: X (count, len(w)), y (count, 1)."""
    X = torch.normal(0, 1, (count, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


def batches(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for start in range(0, len(indices), batch_size):
        batch = torch.tensor(indices[start : start + batch_size])
        yield features[batch], labels[batch]


def from_scratch(features, labels, epochs, batch_size=10, lr=0.03):
    w = torch.normal(0, 0.01, size=(features.shape[1], 1), requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    for epoch in range(epochs):
        for X, y in batches(batch_size, features, labels):
            loss = (torch.matmul(X, w) + b - y.reshape(-1, 1)) ** 2 / 2
            loss.sum().backward()
            with torch.no_grad():
                for parameter in (w, b):
                    parameter -= lr * parameter.grad / batch_size
                    parameter.grad.zero_()
        with torch.no_grad():
            train_loss = ((torch.matmul(features, w) + b - labels) ** 2 / 2).mean()
            print(f"epoch {epoch + 1}, loss {float(train_loss):f}")
    return w.detach(), b.detach(), float(train_loss)


def concise(features, labels, epochs, batch_size=10, lr=0.03):
    loader = data.DataLoader(data.TensorDataset(features, labels), batch_size, shuffle=True)
    net = nn.Sequential(nn.Linear(features.shape[1], 1))
    net[0].weight.data.normal_(0, 0.01)
    net[0].bias.data.fill_(0)
    loss = nn.MSELoss()
    trainer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(epochs):
        for X, y in loader:
            batch_loss = loss(net(X), y)
            trainer.zero_grad()
            batch_loss.backward()
            trainer.step()
        with torch.no_grad():
            train_loss = loss(net(features), labels)
        print(f"epoch {epoch + 1}, loss {train_loss:f}")
    return net[0].weight.data, net[0].bias.data, train_loss.item()


def main(epochs: int = 3) -> list[float]:
    torch.manual_seed(1)
    random.seed(1)
    true_w, true_b = torch.tensor([2, -3.4]), 4.2
    features, labels = made_data(true_w, true_b, 1000)
    print("features:", features[0], "\nlabel:", labels[0])
    losses = []
    for way in (from_scratch, concise):
        w, b, loss = way(features, labels, epochs)
        print(f"{way.__name__}: error of w {true_w - w.reshape(true_w.shape)}, of b {true_b - b}")
        losses.append(loss)
    return losses


if __name__ == "__main__":
    main()
