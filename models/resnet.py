"""Residual networks: those for photographs (He et al. 2015, section 4.1) and the small ones (section 4.2).

Structure, initialisation and state-dict keys of the first are torchvision's, so weights can be exchanged both ways.

Source: He, Zhang, Ren, Sun 2015, Deep Residual Learning for Image Recognition; the stride-2 convolution of Bottleneck
stands on the 3x3 as in torchvision ("ResNet v1.5"), not on the first 1x1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import minitorch_nn as torch
import minitorch_nn.nn.functional as F
from minitorch_nn import Tensor, nn


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size (at stride 1); no bias, because a BatchNorm follows."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 1x1 convolution without bias."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """(N, in, H, W) -> (N, channels, H / stride, W / stride): relu(two 3x3 convolutions of x, plus the shortcut).

    downsample: brings x to the shape of the output; None where it has that shape already.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, downsample: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += shortcut
        return self.relu(out)  # type: ignore[no-any-return]


class Bottleneck(nn.Module):
    """(N, in, H, W) -> (N, 4 channels, H / stride, W / stride): 1x1, 3x3, 1x1 convolutions, plus the shortcut."""

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1, downsample: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = conv1x1(in_channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = conv1x1(channels, channels * self.expansion)
        self.bn3 = nn.BatchNorm2d(channels * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += shortcut
        return self.relu(out)  # type: ignore[no-any-return]


def projection_shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Option B of the paper: a 1x1 convolution and a BatchNorm."""
    return nn.Sequential(conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels))


class PaddingShortcut(nn.Module):
    """Option A of the paper, without parameters: every `stride`-th pixel, and channels of zeros on both sides."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        before = (out_channels - in_channels) // 2
        self.channels = (before, out_channels - in_channels - before)

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, *self.channels))

    def extra_repr(self) -> str:
        return f"stride={self.stride}, channels={self.channels}"


Block = type[BasicBlock] | type[Bottleneck]
Shortcut = Callable[[int, int, int], nn.Module]


def make_stage(
    block: Block, shortcut: Shortcut, in_channels: int, channels: int, blocks: int, stride: int
) -> nn.Sequential:
    """`blocks` blocks in a row; the first one has the stride, and a shortcut of its own where the shape changes."""
    out_channels = channels * block.expansion
    downsample = None
    if stride != 1 or in_channels != out_channels:
        downsample = shortcut(in_channels, out_channels, stride)
    first = block(in_channels, channels, stride, downsample)
    return nn.Sequential(first, *(block(out_channels, channels) for _ in range(blocks - 1)))


def initialize(model: nn.Module, zero_init_residual: bool = False) -> None:
    """He initialisation of the convolutions by fan-out. zero_init_residual: each block starts as its shortcut alone.

    Source: Goyal et al. 2017, Accurate, Large Minibatch SGD, section 5.1, for zero_init_residual.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    for module in model.modules() if zero_init_residual else ():
        if isinstance(module, (BasicBlock, Bottleneck)):
            last = module.bn3 if isinstance(module, Bottleneck) else module.bn2
            if last.weight is not None:
                nn.init.zeros_(last.weight)


class ResNet(nn.Module):
    """(N, in_channels, H, W) -> (N, num_classes): for photographs, H and W about 224; 32 times smaller at the end.

    block: BasicBlock or Bottleneck; layers: how many of them in each of the four stages.
    """

    def __init__(
        self,
        block: Block,
        layers: Sequence[int],
        num_classes: int = 1000,
        in_channels: int = 3,
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        wide = block.expansion
        self.layer1 = make_stage(block, projection_shortcut, 64, 64, layers[0], stride=1)
        self.layer2 = make_stage(block, projection_shortcut, 64 * wide, 128, layers[1], stride=2)
        self.layer3 = make_stage(block, projection_shortcut, 128 * wide, 256, layers[2], stride=2)
        self.layer4 = make_stage(block, projection_shortcut, 256 * wide, 512, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * wide, num_classes)
        initialize(self, zero_init_residual)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))  # type: ignore[no-any-return]


class SmallResNet(nn.Module):
    """(N, in_channels, H, W) -> (N, num_classes): for small images, H and W 8 to 64; 4 times smaller at the end.

    Three stages of `blocks` BasicBlocks with `widths` channels; shortcuts have no parameters. Depth 6 blocks + 2.
    """

    def __init__(
        self,
        blocks: int,
        num_classes: int = 10,
        in_channels: int = 3,
        widths: tuple[int, int, int] = (16, 32, 64),
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, widths[0])
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = make_stage(BasicBlock, PaddingShortcut, widths[0], widths[0], blocks, stride=1)
        self.layer2 = make_stage(BasicBlock, PaddingShortcut, widths[0], widths[1], blocks, stride=2)
        self.layer3 = make_stage(BasicBlock, PaddingShortcut, widths[1], widths[2], blocks, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(widths[2], num_classes)
        initialize(self, zero_init_residual)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(torch.flatten(self.avgpool(x), 1))  # type: ignore[no-any-return]


def resnet18(num_classes: int = 1000, in_channels: int = 3, zero_init_residual: bool = False) -> ResNet:
    """18 layers, 11,689,512 parameters with 1000 classes."""
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, in_channels, zero_init_residual)


def resnet34(num_classes: int = 1000, in_channels: int = 3, zero_init_residual: bool = False) -> ResNet:
    """34 layers, 21,797,672 parameters with 1000 classes."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, in_channels, zero_init_residual)


def resnet50(num_classes: int = 1000, in_channels: int = 3, zero_init_residual: bool = False) -> ResNet:
    """50 layers, 25,557,032 parameters with 1000 classes."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels, zero_init_residual)


def resnet20(num_classes: int = 10, in_channels: int = 3, zero_init_residual: bool = False) -> SmallResNet:
    """20 layers, 269,722 parameters with 10 classes; for CIFAR-10."""
    return SmallResNet(3, num_classes, in_channels, zero_init_residual=zero_init_residual)


def resnet32(num_classes: int = 10, in_channels: int = 3, zero_init_residual: bool = False) -> SmallResNet:
    """32 layers, 464,154 parameters with 10 classes; for CIFAR-10."""
    return SmallResNet(5, num_classes, in_channels, zero_init_residual=zero_init_residual)


def resnet44(num_classes: int = 10, in_channels: int = 3, zero_init_residual: bool = False) -> SmallResNet:
    """44 layers, 658,586 parameters with 10 classes; for CIFAR-10."""
    return SmallResNet(7, num_classes, in_channels, zero_init_residual=zero_init_residual)


def resnet56(num_classes: int = 10, in_channels: int = 3, zero_init_residual: bool = False) -> SmallResNet:
    """56 layers, 853,018 parameters with 10 classes; for CIFAR-10."""
    return SmallResNet(9, num_classes, in_channels, zero_init_residual=zero_init_residual)


def resnet8(num_classes: int = 10, in_channels: int = 1, zero_init_residual: bool = False) -> SmallResNet:
    """8 layers, 75,002 parameters with 10 classes: the smallest of the family, for the 8x8 grey digits."""
    return SmallResNet(1, num_classes, in_channels, zero_init_residual=zero_init_residual)
