"""Softmax regression on digits twice: softmax and cross entropy written out, then `nn.CrossEntropyLoss`."""

from __future__ import annotations

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.utils.data import DataLoader, TensorDataset


def softmax(X):
    X_exp = torch.exp(X)
    return X_exp / X_exp.sum(1, keepdim=True)


def cross_entropy(y_hat, y):
    """-log of the probability given to the right class, (N,): an index for the row, an index for the column."""
    return -torch.log(y_hat[range(len(y_hat)), y])


def accuracy(y_hat, y):
    return float((y_hat.argmax(dim=1).type(y.dtype) == y).type(torch.float32).mean())


def from_scratch(loader, test, epochs, lr):
    W = torch.normal(0, 0.01, size=(64, 10), requires_grad=True)
    b = torch.zeros(10, requires_grad=True)

    def net(X):
        return softmax(torch.matmul(X.reshape((-1, W.shape[0])), W) + b)

    for epoch in range(epochs):
        total = 0.0
        for X, y in loader:
            loss = cross_entropy(net(X), y)
            loss.mean().backward()
            with torch.no_grad():
                for parameter in (W, b):
                    parameter -= lr * parameter.grad
                    parameter.grad.zero_()
            total += float(loss.detach().sum())
        print(
            f"epoch {epoch + 1}: loss {total / len(loader.dataset):.4f}, accuracy {accuracy(net(test[0]), test[1]):.4f}"
        )
    return total / len(loader.dataset)


def init_weights(m):
    if type(m) is nn.Linear:
        nn.init.normal_(m.weight, std=0.01)


def concise(loader, test, epochs, lr):
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    net.apply(init_weights)
    loss_function = nn.CrossEntropyLoss(reduction="none")  # takes the scores before softmax: no overflow
    trainer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for X, y in loader:
            loss = loss_function(net(X), y)
            trainer.zero_grad()
            loss.mean().backward()
            trainer.step()
            total += loss.sum().item()
        net.eval()
        print(
            f"epoch {epoch + 1}: loss {total / len(loader.dataset):.4f}, accuracy {accuracy(net(test[0]), test[1]):.4f}"
        )
    return total / len(loader.dataset)


def main(epochs: int = 10, lr: float = 0.5) -> list[float]:
    torch.manual_seed(0)
    X = torch.normal(0, 1, (2, 5))
    print("rows of softmax sum to 1:", softmax(X).sum(1))
    train = TensorDataset(*map(torch.tensor, load_digits()))
    test = tuple(map(torch.tensor, load_digits(train=False)))
    loader = DataLoader(train, batch_size=64, shuffle=True)
    return [way(loader, test, epochs, lr) for way in (from_scratch, concise)]


if __name__ == "__main__":
    main()
