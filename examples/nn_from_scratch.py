"""What `nn`, `optim` and DataLoader are for: a classifier from bare tensors, replaced part by part up to a small CNN."""

from __future__ import annotations

import math

from digits import load_digits

import minitorch_nn as torch
import minitorch_nn.nn.functional as F
from minitorch_nn import nn, optim
from minitorch_nn.utils.data import DataLoader, TensorDataset


def bare_tensors(x_train, y_train, epochs, bs=64, lr=0.5):
    weights = torch.randn(64, 10) / math.sqrt(64)
    weights.requires_grad_()  # after the scaling, which should not be recorded
    bias = torch.zeros(10, requires_grad=True)

    def log_softmax(x):
        return x - x.exp().sum(-1).log().unsqueeze(-1)

    def model(xb):
        return log_softmax(xb @ weights + bias)

    def nll(prediction, target):
        return -prediction[range(target.shape[0]), target].mean()

    n = len(x_train)
    for _ in range(epochs):
        for i in range((n - 1) // bs + 1):
            xb, yb = x_train[i * bs : (i + 1) * bs], y_train[i * bs : (i + 1) * bs]
            loss = nll(model(xb), yb)
            loss.backward()
            with torch.no_grad():
                weights -= weights.grad * lr
                bias -= bias.grad * lr
                weights.grad.zero_()
                bias.grad.zero_()
    xb, yb = x_train[:bs], y_train[:bs]
    # F.cross_entropy is log_softmax and nll in one
    print(nll(model(xb), yb), F.cross_entropy(xb @ weights + bias, yb))
    return loss.item()


class Logistic(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(64, 10)

    def forward(self, xb):
        return self.lin(xb)


def module_and_optim(x_train, y_train, epochs, bs=64, lr=0.5):
    model = Logistic()
    opt = optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        for xb, yb in DataLoader(TensorDataset(x_train, y_train), batch_size=bs):
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
    return loss.item()


def loss_batch(model, loss_func, xb, yb, opt=None):
    loss = loss_func(model(xb), yb)
    if opt is not None:
        loss.backward()
        opt.step()
        opt.zero_grad()
    return loss.item(), len(xb)


def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    for epoch in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_batch(model, loss_func, xb, yb, opt)
        model.eval()
        with torch.no_grad():
            losses, counts = zip(*[loss_batch(model, loss_func, xb, yb) for xb, yb in valid_dl], strict=True)
        val_loss = sum(loss * count for loss, count in zip(losses, counts, strict=True)) / sum(counts)
        print(f"{epoch} {val_loss:.4f}")
    return val_loss


class Lambda(nn.Module):
    """Any function as a layer of a Sequential."""

    def __init__(self, func):
        super().__init__()
        self.func = func

    def forward(self, x):
        return self.func(x)


def cnn():
    return nn.Sequential(
        Lambda(lambda x: x.view(-1, 1, 8, 8)),
        nn.Conv2d(1, 16, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 10, kernel_size=3, stride=1, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        Lambda(lambda x: x.view(x.size(0), -1)),
    )


def main(epochs: int = 4) -> list[float]:
    torch.manual_seed(0)
    arrays = [load_digits()[0].reshape(-1, 64), load_digits()[1]]
    arrays += [load_digits(train=False)[0].reshape(-1, 64), load_digits(train=False)[1]]
    x_train, y_train, x_valid, y_valid = map(torch.tensor, arrays)
    print(x_train.shape, y_train.min(), y_train.max())
    losses = [bare_tensors(x_train, y_train, epochs), module_and_optim(x_train, y_train, epochs)]
    train_dl = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)
    valid_dl = DataLoader(TensorDataset(x_valid, y_valid), batch_size=128)
    for model, lr in ((Logistic(), 0.5), (cnn(), 0.1)):
        opt = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        losses.append(fit(epochs, model, F.cross_entropy, opt, train_dl, valid_dl))
    print(model)
    return losses


if __name__ == "__main__":
    main()
