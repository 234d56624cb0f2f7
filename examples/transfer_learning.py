"""Transfer learning: learn the digits 0-4, keep the backbone, put a new last layer on it for 5-9.

Two ways: fine-tune everything, or freeze the backbone and train `fc` alone.
"""

from __future__ import annotations

import copy

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn, optim
from minitorch_nn.optim import lr_scheduler
from minitorch_nn.utils.data import DataLoader, TensorDataset


class Backbone(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def loaders(digits):
    made = {}
    for phase in ("train", "val"):
        images, labels = load_digits(train=phase == "train")
        keep = (labels >= digits[0]) & (labels <= digits[-1])
        dataset = TensorDataset(torch.tensor(images[keep]), torch.tensor(labels[keep] - digits[0]))
        made[phase] = DataLoader(dataset, batch_size=64, shuffle=phase == "train")
    return made


def train_model(model, dataloaders, criterion, optimizer, scheduler, num_epochs):
    best_weights, best_acc, val_loss = copy.deepcopy(model.state_dict()), 0.0, 0.0
    for epoch in range(num_epochs):
        for phase in ("train", "val"):
            model.train(phase == "train")
            running_loss, running_corrects = 0.0, 0
            for inputs, labels in dataloaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    outputs = model(inputs)
                    _, preds = torch.max(outputs, 1)
                    loss = criterion(outputs, labels)
                    if phase == "train":
                        loss.backward()
                        optimizer.step()
                running_loss += loss.item() * inputs.size(0)
                running_corrects += torch.sum(preds == labels.data)
            if phase == "train":
                scheduler.step()
            size = len(dataloaders[phase].dataset)
            epoch_loss, epoch_acc = running_loss / size, running_corrects.double() / size
            print(f"{epoch} {phase} Loss: {epoch_loss:.4f} Acc: {epoch_acc:.4f}")
            if phase == "val":
                val_loss = epoch_loss
                if epoch_acc > best_acc:
                    best_acc, best_weights = epoch_acc, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_weights)
    return val_loss


def main(epochs: int = 2) -> list[float]:
    torch.manual_seed(0)
    criterion = nn.CrossEntropyLoss()
    pretrained = Backbone(5)
    optimizer = optim.SGD(pretrained.parameters(), lr=0.05, momentum=0.9)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    losses = [train_model(pretrained, loaders(range(5)), criterion, optimizer, scheduler, epochs)]
    new_digits = loaders(range(5, 10))

    for frozen in (False, True):
        model = copy.deepcopy(pretrained)
        if frozen:
            for param in model.parameters():
                param.requires_grad = False
        model.fc = nn.Linear(model.fc.in_features, 5)  # a new layer's parameters want gradients again
        trainable = [name for name, p in model.named_parameters() if p.requires_grad]
        print("trainable:", trainable)
        optimizer = optim.SGD((model.fc if frozen else model).parameters(), lr=0.02, momentum=0.9)
        scheduler = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
        losses.append(train_model(model, new_digits, criterion, optimizer, scheduler, epochs))
        kept = torch.equal(model.conv1.weight, pretrained.conv1.weight)
        print("backbone unchanged:", kept, "- and conv1.weight.grad is None:", model.conv1.weight.grad is None)
    return losses


if __name__ == "__main__":
    main()
