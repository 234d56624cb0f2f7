"""A multilayer perceptron that overfits, and two remedies: dropout and weight decay."""

from __future__ import annotations

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.utils.data import DataLoader, TensorDataset


def dropout_layer(X, dropout):
    """Dropout by hand: an element stays with probability 1 - dropout and is enlarged, so the mean stays."""
    assert 0 <= dropout <= 1
    if dropout == 1:
        return torch.zeros_like(X)
    mask = (torch.rand(X.shape) > dropout).float()
    return mask * X / (1.0 - dropout)


class MLP(nn.Module):
    def __init__(self, dropout=0.0):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(64, 128), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(128, 64), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(64, 10),
        )  # fmt: skip

    def forward(self, x):
        return self.net(x)


def decay_weights_only(model, weight_decay):
    """Two groups of parameters: biases are left alone."""
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    return [{"params": weights, "weight_decay": weight_decay}, {"params": biases}]


def train(model, weight_decay, loader, test, epochs):
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(decay_weights_only(model, weight_decay), lr=0.1, momentum=0.9)
    for _ in range(epochs):
        model.train()
        for X, y in loader:
            optimizer.zero_grad()
            loss_function(model(X), y).backward()
            optimizer.step()
    model.eval()
    with torch.inference_mode():
        return loss_function(model(test[0]), test[1]).item()


def main(epochs: int = 10, images: int = 320) -> list[float]:
    torch.manual_seed(0)
    X = torch.arange(16, dtype=torch.float32).reshape((2, 8))
    print(dropout_layer(X, 0.0), dropout_layer(X, 0.5), dropout_layer(X, 1.0), sep="\n")
    train_set = TensorDataset(*(torch.tensor(array[:images]) for array in load_digits()))
    test = tuple(map(torch.tensor, load_digits(train=False)))
    loader = DataLoader(train_set, batch_size=32, shuffle=True)
    losses = []
    for dropout, weight_decay in ((0.0, 0.0), (0.3, 0.0), (0.0, 1e-3)):
        torch.manual_seed(1)  # the same first weights, the same order of batches
        model = MLP(dropout)
        losses.append(train(model, weight_decay, loader, test, epochs))
        norm = sum(p.pow(2).sum() for p in model.parameters()).sqrt().item()
        print(f"dropout {dropout}, decay {weight_decay}: test loss {losses[-1]:.4f}, norm of the weights {norm:.3f}")
    print(model)
    return losses


if __name__ == "__main__":
    main()
