"""Batch normalisation from scratch, beside `nn.BatchNorm1d/2d`: the same numbers, the same running statistics."""

from __future__ import annotations

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn


def batch_norm(X, gamma, beta, moving_mean, moving_var, eps, momentum):
    """Normalise by the batch while gradients are recorded, else by the moving averages."""
    if not torch.is_grad_enabled():
        X_hat = (X - moving_mean) / torch.sqrt(moving_var + eps)
    else:
        assert len(X.shape) in (2, 4)
        dims = (0,) if X.ndim == 2 else (0, 2, 3)  # per column, or per channel
        mean = X.mean(dim=dims, keepdim=True)
        var = ((X - mean) ** 2).mean(dim=dims, keepdim=True)
        X_hat = (X - mean) / torch.sqrt(var + eps)
        count = X.numel() / mean.numel()
        with torch.no_grad():  # the average keeps the unbiased variance
            moving_mean = (1.0 - momentum) * moving_mean + momentum * mean
            moving_var = (1.0 - momentum) * moving_var + momentum * var * count / (count - 1)
    return gamma * X_hat + beta, moving_mean, moving_var


class BatchNorm(nn.Module):
    def __init__(self, num_features, num_dims):
        super().__init__()
        shape = (1, num_features) if num_dims == 2 else (1, num_features, 1, 1)
        self.gamma = nn.Parameter(torch.ones(shape))
        self.beta = nn.Parameter(torch.zeros(shape))
        self.register_buffer("moving_mean", torch.zeros(shape))
        self.register_buffer("moving_var", torch.ones(shape))

    def forward(self, X):
        Y, self.moving_mean, self.moving_var = batch_norm(
            X, self.gamma, self.beta, self.moving_mean, self.moving_var, eps=1e-5, momentum=0.1
        )
        return Y


def net(norm4, norm2):
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=3, padding=1), norm4(6), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(96, 40), norm2(40), nn.Sigmoid(), nn.Linear(40, 10),
    )  # fmt: skip


def main(steps: int = 20) -> list[float]:
    X, y = (torch.tensor(array) for array in load_digits())
    losses = []
    for norms in ((lambda n: BatchNorm(n, 4), lambda n: BatchNorm(n, 2)), (nn.BatchNorm2d, nn.BatchNorm1d)):
        torch.manual_seed(0)
        model = net(*norms)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        for _ in range(steps):
            batch = torch.randperm(len(X))[:64]
            loss = nn.functional.cross_entropy(model(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"{type(model[1]).__name__}: loss {loss:.4f}")
        losses.append(loss.item())
        print({name: tuple(buffer.shape) for name, buffer in model.named_buffers()})
        model.eval()  # our own layer goes by the grad mode, PyTorch's by the mode of the module
        with torch.no_grad():
            losses.append(nn.functional.cross_entropy(model(X), y).item())
        print(f"by the running statistics: {losses[-1]:.4f}")
    print("gamma:", model[1].weight, "\nbeta:", model[1].bias)
    return losses


if __name__ == "__main__":
    main()
