#!/usr/bin/env python3
"""Train an image classifier as one TOML file says.

python train.py --config configs/digits.toml
python train.py --config configs/digits.toml --set optimizer.lr=0.05 --set run.epochs=3
python train.py --resume runs/digits
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

import minitorch_nn as torch
import models
from minitorch_nn import nn, training
from minitorch_nn.config import Config, ConfigError, load


def train_epoch(
    model: nn.Module, batches: Any, criterion: nn.Module, optimizer: Any, schedule: Any, progress: training.Progress
) -> None:
    """One pass over the training images."""
    model.train()
    for images, labels in progress.of(batches):
        outputs = model(images)
        loss = criterion(outputs, labels)
        progress.add(loss, outputs, labels)  # raises where the loss isn't finite, so that no weight learns from it
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


@torch.no_grad()
def evaluate(model: nn.Module, batches: Any, criterion: nn.Module) -> training.Tally:
    """Loss and accuracy on the held-out images."""
    model.eval()
    tally = training.Tally()
    for images, labels in batches:
        outputs = model(images)
        tally.add(criterion(outputs, labels), outputs, labels)
    return tally


def train(
    config: Config, model: nn.Module, images: list[training.Images], folder: training.RunFolder, stop: Event
) -> None:
    """The stages of the config, one after the other, on one model; from the folder's checkpoint on if it has one."""
    saved = folder.checkpoint()
    position = training.position_of(saved, config) if saved else training.Position()
    folder.keep_lines(position.lines)
    for number, (name, stage) in enumerate(config.stages().items()):
        if stage.model.new_head:
            training.replace_head(model, stage.model.num_classes)
        if number < position.stage:
            continue  # done before the run was resumed
        frozen = training.hashes(model, training.freeze(model, stage.freeze.patterns, stage.freeze.batch_norm))
        print(f"{name}: {images[number]}" + f"; {len(frozen)} tensors frozen" * bool(frozen), flush=True)
        criterion = nn.CrossEntropyLoss(label_smoothing=stage.loss.label_smoothing)
        optimizer = training.optimizer(model, stage.optimizer)
        schedule = training.schedule(optimizer, stage.schedule, steps=stage.run.epochs * images[number].steps)
        if saved:
            frozen, saved = training.restore(saved, model, optimizer, schedule), None

        while position.epoch < stage.run.epochs:
            progress = training.Progress(f"{name} {position.epoch + 1}/{stage.run.epochs}", position, stop)
            batches = images[number].train_batches(config.run.seed, number, position.epoch)
            try:
                train_epoch(model, batches, criterion, optimizer, schedule, progress)
            except training.Interrupted:
                folder.save("checkpoint.pth", training.capture(config, model, optimizer, schedule, position, frozen))
                raise
            test = evaluate(model, images[number].test_batches(), criterion)
            print(progress.line(test), flush=True)
            record = progress.record(name, optimizer.param_groups[0]["lr"], test)
            best = position.next_epoch(test.accuracy)
            checkpoint = training.capture(config, model, optimizer, schedule, position, frozen)
            folder.keep_epoch(record, checkpoint, best)

        training.prove_unchanged(model, frozen)
        proof = f"; {len(frozen)} frozen tensors are bit-identical to before (sha256)" if frozen else ""
        peak = f"(best: {position.best_accuracy:.2%} after epoch {position.best_epoch})"
        print(f"{name}: test accuracy {position.accuracy:.2%} {peak}{proof}", flush=True)
        position.next_stage()


def prepare(config: Config) -> tuple[nn.Module, list[training.Images]]:
    """The model, and the data of each stage. What doesn't fit together is found here, before anything is written."""
    known: dict[Any, Any] = {}
    images = [training.read(stage, known) for stage in config.stages().values()]
    torch.manual_seed(config.run.seed)
    first = next(iter(config.stages().values())).model
    try:
        model = models.create(first.name, num_classes=first.num_classes, in_channels=first.in_channels)
    except ValueError as error:  # an unknown name
        raise training.SetupError(f"model.name: {error}") from None
    if first.weights:
        training.load_weights(model, first.weights, first.new_head)
    for stage in config.stages().values():
        training.freeze(model, stage.freeze.patterns, stage.freeze.batch_norm)
    return model, images


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0; 1 for a failure during the run; 2 for what was wrong before it; 130 after Ctrl-C."""
    arguments = training.Arguments(__doc__ or "").parse_args(argv)
    source = Path(arguments.resume, "config.toml") if arguments.resume else arguments.config
    try:
        config = load(source, arguments.set)
        model, images = prepare(config)
        folder = training.RunFolder(arguments.resume) if arguments.resume else training.RunFolder.create(config, model)
    except ConfigError as error:
        return training.fail(2, f"{error}")
    except (training.SetupError, OSError) as error:
        return training.fail(2, f"{source}: {error}")
    except KeyboardInterrupt:
        return training.fail(130, "stopped before the run began")

    print(f"{folder}: {config.model.name}, {sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    try:
        with training.stop_between_steps() as stop:
            train(config, model, images, folder, stop)
    except (training.Interrupted, KeyboardInterrupt):
        return training.fail(130, f"stopped; go on with: python train.py --resume {folder}")
    except training.SetupError as error:
        return training.fail(2, f"{folder}: {error}")
    except (training.Diverged, training.FrozenChanged) as error:
        return training.fail(1, f"{error}; {folder}/last.pth holds the weights after the last whole epoch")
    except OSError as error:
        return training.fail(1, f"{error}")
    print(f"saved in {folder}: config.toml, metrics.jsonl, last.pth, best.pth, checkpoint.pth")
    return 0


if __name__ == "__main__":
    sys.exit(main())
