"""A trainer as one finds it beside CIFAR-10, on made 32x32 colour pictures: normalise, flip, crop, train, look at
the accuracy of each class."""

from __future__ import annotations

import minitorch_nn as torch
import minitorch_nn.nn as nn
import minitorch_nn.nn.functional as F
import minitorch_nn.optim as optim
from minitorch_nn.utils.data import DataLoader, Dataset

CLASSES = ("plane", "car", "bird", "cat", "deer")


class MadePictures(Dataset):
    """Coloured stripes, one direction and colour for each class, with noise. Flipped and shifted when training."""

    def __init__(self, count, train):
        generator = torch.Generator().manual_seed(3 if train else 4)
        self.targets = torch.randint(len(CLASSES), (count,), generator=generator)
        angle = self.targets.float() * (torch.pi / len(CLASSES))
        rows, columns = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
        along = rows * angle.cos()[:, None, None] + columns * angle.sin()[:, None, None]
        colour = torch.rand(len(CLASSES), 3, generator=torch.Generator().manual_seed(0))[self.targets]
        stripes = (along / 3).sin()[:, None] * colour[:, :, None, None]
        self.data = stripes + 0.5 * torch.randn(count, 3, 32, 32, generator=generator)
        self.mean, self.std = self.data.mean((0, 2, 3)), self.data.std((0, 2, 3))
        self.train = train

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        image = (self.data[index] - self.mean[:, None, None]) / self.std[:, None, None]
        if self.train:
            if torch.rand(1) < 0.5:
                image = image.flip(-1)
            top, left = torch.randint(0, 9, (2,)).tolist()
            image = F.pad(image, (4, 4, 4, 4))[:, top : top + 32, left : left + 32]
        return image, self.targets[index]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, len(CLASSES))

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(-1, 16 * 5 * 5)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def main(epochs: int = 6, images: int = 512) -> float:
    torch.manual_seed(0)
    trainloader = DataLoader(MadePictures(images, train=True), batch_size=16, shuffle=True, num_workers=0)
    testloader = DataLoader(MadePictures(images // 2, train=False), batch_size=16, shuffle=False)
    net = Net()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    images, labels = next(iter(trainloader))
    print(images.shape, " ".join(f"{CLASSES[labels[j]]:5s}" for j in range(4)))
    for epoch in range(epochs):
        running_loss = 0.0
        for i, (inputs, labels) in enumerate(trainloader):
            optimizer.zero_grad()
            loss = criterion(net(inputs), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), max_norm=5.0)
            optimizer.step()
            running_loss += loss.item()
            if i % 4 == 3:
                print(f"[{epoch + 1}, {i + 1:5d}] loss: {running_loss / 4:.3f}")
                running_loss = 0.0

    correct, total = dict.fromkeys(CLASSES, 0), dict.fromkeys(CLASSES, 0)
    net.eval()
    with torch.no_grad():
        for inputs, labels in testloader:
            _, predictions = torch.max(net(inputs), 1)
            for label, prediction in zip(labels, predictions, strict=True):
                correct[CLASSES[label]] += int(label == prediction)
                total[CLASSES[label]] += 1
    for name in CLASSES:
        print(f"Accuracy for class: {name:5s} is {100 * correct[name] / total[name]:.1f} %")
    return loss.item()


if __name__ == "__main__":
    main()
