"""Saving and loading: the state of a model, a checkpoint to go on from, and taking over a part of the weights."""

from __future__ import annotations

import tempfile
from pathlib import Path

import minitorch_nn as torch
from minitorch_nn import nn


class Net(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU())
        self.fc = nn.Linear(8, classes)

    def forward(self, x):
        return self.fc(self.features(x))


def train(model, optimizer, x, y, steps):
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


def main(steps: int = 20) -> list[float]:
    torch.manual_seed(0)
    x, y = torch.randn(64, 4), torch.randint(0, 3, (64,))
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    print("Model's state_dict:")
    for name, value in model.state_dict().items():
        print(name, "\t", value.size())
    first = train(model, optimizer, x, y, steps)

    with tempfile.TemporaryDirectory() as folder:
        # The state of the optimizer belongs to a checkpoint: Adam's averages are as much a part of the run as the weights.
        path = Path(folder) / "checkpoint.pth"
        torch.save(
            {"step": steps, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "loss": first}, path
        )
        straight_on = train(model, optimizer, x, y, steps)

        checkpoint = torch.load(path, weights_only=True)
        print("checkpoint:", sorted(checkpoint), checkpoint["step"], f"{checkpoint['loss']:.4f}")
        again = Net()
        print(again.load_state_dict(checkpoint["model"]))
        optimizer = torch.optim.Adam(again.parameters(), lr=0.01)
        optimizer.load_state_dict(checkpoint["optimizer"])
        resumed = train(again, optimizer, x, y, steps)
        print("resumed as if never stopped:", straight_on == resumed)

        # Another number of classes: everything but the last layer.
        other = Net(classes=5)
        state = {name: value for name, value in checkpoint["model"].items() if not name.startswith("fc.")}
        print("missing:", other.load_state_dict(state, strict=False).missing_keys)
        try:
            other.load_state_dict(checkpoint["model"])
        except RuntimeError as error:
            print(str(error).splitlines()[0])

    again.eval()  # BatchNorm and dropout behave differently in training: don't forget before inference
    with torch.no_grad():
        return [first, resumed, nn.functional.cross_entropy(again(x), y).item()]


if __name__ == "__main__":
    main()
