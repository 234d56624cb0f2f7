"""The models: sizes, keys, initial weights and gradients as in PyTorch; by name."""

from __future__ import annotations

import numpy as np
import pytest
from nn_cases.common import compare, load, raised, run
from nn_cases.networks import CASES, networks

import minitorch_nn as torch
import models

RECORDED = load()

SIZES = {  # parameters, state-dict entries
    "resnet8": (75_002, 44),
    "resnet18": (11_689_512, 122),
    "resnet20": (269_722, 116),
    "resnet32": (464_154, 188),
    "resnet34": (21_797_672, 218),
    "resnet44": (658_586, 260),
    "resnet50": (25_557_032, 320),
    "resnet56": (853_018, 332),
}


@pytest.mark.parametrize("name", models.MODELS)
def test_size(name: str) -> None:
    model = models.create(name)
    assert (sum(p.numel() for p in model.parameters()), len(model.state_dict())) == SIZES[name]
    assert f"{SIZES[name][0]:,} parameters" in models.MODELS[name].__doc__


@pytest.mark.parametrize("name", CASES)
def test_as_recorded(name: str) -> None:
    compare(run({name: CASES[name]}, torch)[name], RECORDED[name], rtol=1e-9, atol=1e-11)


def test_keys_are_those_of_torchvision() -> None:
    keys = list(models.create("resnet50").state_dict())
    assert keys[:3] == ["conv1.weight", "bn1.weight", "bn1.bias"]
    assert "layer1.0.downsample.1.num_batches_tracked" in keys and "layer4.2.bn3.running_var" in keys
    assert keys[-2:] == ["fc.weight", "fc.bias"]


@pytest.mark.parametrize("name", ["resnet8", "resnet18", "resnet50"])
def test_arguments(name: str) -> None:
    model = models.create(name, num_classes=7, in_channels=2)
    size = 8 if name == "resnet8" else 32
    assert model(torch.zeros(2, 2, size, size)).shape == (2, 7)
    zeroed = models.create(name, zero_init_residual=True)
    last = zeroed.layer1[0].bn3 if name == "resnet50" else zeroed.layer1[0].bn2
    assert last.weight.abs().sum().item() == 0


def test_unknown_name_shows_the_nearest() -> None:
    assert raised(lambda: models.create("resnet19")).startswith(
        "ValueError: unknown model 'resnet19': did you mean 'resnet1"
    )
    assert "There are: resnet8, resnet18" in raised(lambda: models.create("vgg"))
    with pytest.raises(TypeError, match="num_class"):
        models.create("resnet18", num_class=3)


def test_padding_shortcut_has_no_parameters_and_centres_the_channels() -> None:
    shortcut = networks().PaddingShortcut(4, 8, stride=2)
    x = torch.arange(4 * 5 * 5, dtype=torch.float64).reshape(1, 4, 5, 5)
    out = shortcut(x)
    assert list(shortcut.parameters()) == []
    assert torch.equal(out[:, 2:6], x[:, :, ::2, ::2]) and (out[:, :2].abs().sum() + out[:, 6:].abs().sum()).item() == 0


def test_resnet8_learns() -> None:
    """A few steps on two patterns: the loss goes to zero, and evaluation mode agrees."""
    torch.manual_seed(0)
    model = models.create("resnet8", num_classes=2)
    y = torch.arange(16) % 2
    x = torch.randn(16, 1, 8, 8) * 0.3
    x[:, :, :4] += (y * 2.0 - 1)[:, None, None, None]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(30):
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.05 < losses[0]
    assert np.array_equal(model.eval()(x).argmax(1).numpy(), y.numpy())
