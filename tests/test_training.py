"""The helpers around the training loop: freezing, the learning-rate curve, the optimizer of a config."""

from __future__ import annotations

import math
from typing import Any

import pytest

import minitorch_nn as torch
import models
from minitorch_nn import config as configuration
from minitorch_nn import training

FREEZE = [  # patterns, batch_norm, which of resnet8's tensors stand still
    ([], "frozen", []),
    (["conv1"], "frozen", ["conv1.weight"]),
    (["conv1.weight"], "frozen", ["conv1.weight"]),
    (["bn1"], "frozen", ["bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"]),
    (["bn1"], "train", ["bn1.weight", "bn1.bias"]),
    (["bn1.weight"], "frozen", ["bn1.weight"]),
    (["layer[12].*.conv?.weight"], "frozen", [f"layer{i}.0.conv{j}.weight" for i in (1, 2) for j in (1, 2)]),
    (["fc.bias", "conv1"], "frozen", ["conv1.weight", "fc.bias"]),
]


@pytest.mark.parametrize(("patterns", "batch_norm", "expected"), FREEZE)
def test_freeze(patterns: list[str], batch_norm: str, expected: list[str]) -> None:
    model = models.create("resnet8", num_classes=2, in_channels=1)
    training.freeze(model, ["layer3"])  # a former stage's choice is forgotten
    assert sorted(training.freeze(model, patterns, batch_norm)) == sorted(expected)

    before = training.hashes(model, model.state_dict())
    model.train()
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    model(torch.randn(4, 1, 8, 8)).sum().backward()
    optimizer.step()
    after = training.hashes(model, model.state_dict())
    unchanged = {name for name in before if before[name] == after[name]}
    assert unchanged == set(expected)
    training.prove_unchanged(model, {name: before[name] for name in expected})


REFUSED_FREEZE = [
    (["layer4"], "'layer4' matches nothing; did you mean 'layer"),
    (["zzz"], "'zzz' matches nothing; the model has conv1, bn1, layer1, layer2, layer3, fc"),
    (["conv1", "bn1", "layer?", "fc"], "leaves nothing to train"),
    (["bn1.running_mean"], "bn1.running_mean can't stand still alone: freeze all of 'bn1'"),
]


@pytest.mark.parametrize(("patterns", "message"), REFUSED_FREEZE)
def test_refused_freeze(patterns: list[str], message: str) -> None:
    with pytest.raises(training.SetupError) as raised:
        training.freeze(models.create("resnet8"), patterns)
    assert message in str(raised.value)


CURVES = [  # schedule, {share done: factor}
    ({}, {0.0: 1, 1.0: 1}),
    ({"warmup": 0.5}, {0.0: 0, 0.25: 0.5, 0.5: 1, 1.0: 1}),
    ({"name": "linear", "final": 0.2}, {0.0: 1, 0.5: 0.6, 1.0: 0.2}),
    ({"name": "linear", "warmup": 0.5}, {0.25: 0.5, 0.5: 1, 0.75: 0.5, 1.0: 0}),
    ({"name": "cosine"}, {0.0: 1, 0.5: 0.5, 0.25: (1 + math.cos(math.pi / 4)) / 2, 1.0: 0}),
    ({"name": "cosine", "final": 0.5}, {0.0: 1, 0.5: 0.75, 1.0: 0.5}),
    ({"name": "step"}, {0.0: 1, 0.49: 1, 0.5: 0.1, 0.74: 0.1, 0.75: 0.01, 1.0: 0.01}),
]


@pytest.mark.parametrize(("settings", "points"), CURVES)
def test_learning_rate(settings: dict[str, Any], points: dict[float, float]) -> None:
    schedule = configuration.Schedule(**settings)
    assert {done: training.learning_rate(schedule, done) for done in points} == pytest.approx(points)


OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {"lr": 0.5, "momentum": 0.25, "nesterov": True, "weight_decay": 0.125},
    "adam": {"lr": 0.5, "betas": (0.5, 0.75), "weight_decay": 0.125},
    "adamw": {"lr": 0.5, "betas": (0.5, 0.75), "weight_decay": 0.125},
    "rmsprop": {"lr": 0.5, "momentum": 0.25, "alpha": 0.5, "weight_decay": 0.125},
    "adagrad": {"lr": 0.5, "weight_decay": 0.125},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_takes_every_key_of_its_section(name: str) -> None:
    model = torch.nn.Linear(2, 2)
    model.bias.requires_grad_(False)
    optimizer = training.optimizer(model, configuration.Optimizer(name=name, **OPTIMIZERS[name]))
    assert type(optimizer).__name__.lower() == name
    (group,) = optimizer.param_groups
    assert [id(parameter) for parameter in group["params"]] == [id(model.weight)]
    assert {key: group[key] for key in OPTIMIZERS[name]} == OPTIMIZERS[name]
    applies = {key.dotted.split(".")[1] for key in configuration.all_keys()
               if key.dotted.startswith("optimizer.") and (not key.only or name in key.only)}  # fmt: skip
    assert applies == {"name", *OPTIMIZERS[name]}
