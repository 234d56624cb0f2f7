"""The training and the test loop on pictures of made-up clothes, 28x28: batch, prediction, loss, backward, step."""

from __future__ import annotations

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.utils.data import DataLoader, Dataset


class MadeClothes(Dataset):
    """Ten blurry patterns with noise on them, (1, 28, 28), in place of a download."""

    def __init__(self, count, seed):
        patterns = torch.rand(10, 1, 7, 7, generator=torch.Generator().manual_seed(0))
        self.patterns = patterns.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
        self.generator = torch.Generator().manual_seed(seed)
        self.labels = torch.randint(0, 10, (count,), generator=self.generator)
        self.noise = torch.randn(count, 1, 28, 28, generator=self.generator)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        label = self.labels[idx]
        return (self.patterns[label] + 0.7 * self.noise[idx]).clamp(0, 1), label.item()


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(28 * 28, 64),
            nn.ReLU(),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Linear(64, 10),
        )

    def forward(self, x):
        return self.linear_relu_stack(self.flatten(x))


def train_loop(dataloader, model, loss_fn, optimizer):
    size = len(dataloader.dataset)
    model.train()
    for batch, (X, y) in enumerate(dataloader):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if batch % 5 == 0:
            print(f"loss: {loss.item():>7f}  [{batch * dataloader.batch_size + len(X):>5d}/{size:>5d}]")


def test_loop(dataloader, model, loss_fn):
    model.eval()
    test_loss, correct = 0.0, 0
    with torch.no_grad():
        for X, y in dataloader:
            pred = model(X)
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    test_loss /= len(dataloader)
    correct /= len(dataloader.dataset)
    print(f"Test: \n Accuracy: {100 * correct:>0.1f}%, average loss: {test_loss:>8f} \n")
    return test_loss


def main(epochs: int = 5, images: int = 1280) -> float:
    torch.manual_seed(0)
    train_dataloader = DataLoader(MadeClothes(images, seed=1), batch_size=64, shuffle=True)
    test_dataloader = DataLoader(MadeClothes(images // 4, seed=2), batch_size=64)
    model = NeuralNetwork()
    print(model)
    for name, param in model.named_parameters():
        print(f"Layer: {name} | Size: {param.size()} | Values: {param[:2]} \n")
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for t in range(epochs):
        print(f"Epoch {t + 1}\n-------------------------------")
        train_loop(train_dataloader, model, loss_fn, optimizer)
        test_loss = test_loop(test_dataloader, model, loss_fn)
    return test_loss


if __name__ == "__main__":
    main()
