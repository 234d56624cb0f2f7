"""train.py as a user runs it: what it leaves behind, what it refuses and how, stopping and resuming, freezing."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import minitorch_nn as torch
import models
import train
from minitorch_nn import config as configuration
from minitorch_nn import training

ROOT = Path(__file__).parent.parent
TINY = """
[run]
epochs = 2
[data]
name = "digits"
classes = [0, 1]
batch_size = 100
augment = ["crop"]
[model]
name = "resnet8"
in_channels = 1
num_classes = 2
[optimizer]
lr = 0.1
momentum = 0.9
[schedule]
name = "cosine"
warmup = 0.2
"""
STAGES = """
[stage.backbone]
[stage.head]
data.classes = [2, 3]
model.new_head = true
freeze.patterns = ["conv1", "bn1", "layer*"]
"""
PICTURES = [
    "data.name=folder", "data.root=pictures", "data.classes=[]", "model.in_channels=3", "data.batch_size=2",
]  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, so that runs/ lies in it; with tiny.toml and stages.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TINY)
    (tmp_path / "stages.toml").write_text(TINY + STAGES)
    return tmp_path


def weights(path: str) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in torch.load(path).items()}


def metrics(folder: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (Path(folder) / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "images_per_s"} for line in lines]


def write_images(folder: Path, size: int, count: int = 2) -> Path:
    """root/{train,test}/{cat,dog}/*.png, half of them dark and half bright."""
    rng = np.random.default_rng(0)
    for part in ("train", "test"):
        for brightness, name in ((50, "cat"), (200, "dog")):
            (folder / part / name).mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(brightness - 40, brightness + 40, (size, size, 3), np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{i}.png")
    return folder


# ---- what a run leaves behind


def test_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--config", "tiny.toml", "--set", "run.name=first"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "runs/first: resnet8, 74,482 parameters" in out and "287 training and 73 test images of 2 classes" in out
    assert "train 2/2: loss " in out and "saved in runs/first" in out
    files = {path.name for path in Path("runs/first").iterdir()}
    assert files == {"config.toml", "metrics.jsonl", "last.pth", "best.pth", "checkpoint.pth"}

    assert configuration.load("runs/first/config.toml") == configuration.load("tiny.toml", ["run.name=first"])
    last = metrics("runs/first")[-1]
    assert last["epoch"] == 2 and last["stage"] == "train" and 0.5 < last["test_accuracy"] <= 1
    assert f"test accuracy {last['test_accuracy']:.2%} " in out

    model = models.create("resnet8", num_classes=2, in_channels=1)
    model.load_state_dict(torch.load("runs/first/last.pth"))
    images = training.read(configuration.load("tiny.toml"), {})
    tally = train.evaluate(model, images.test_batches(), torch.nn.CrossEntropyLoss())
    assert (tally.accuracy, tally.loss) == (last["test_accuracy"], last["test_loss"])


def test_an_existing_run_is_never_overwritten(here: Path) -> None:
    arguments = ["--config", "tiny.toml", "--set", "run.epochs=1"]
    for name in ("run", "run-2", "run-3"):
        assert train.main(arguments) == 0
        assert Path("runs", name, "best.pth").exists()
    assert weights("runs/run/last.pth") == weights("runs/run-3/last.pth")


def test_the_seed_decides_everything(here: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert train.main(["--config", "tiny.toml", "--set", f"run.name={name}", "--set", f"run.seed={seed}"]) == 0
    assert weights("runs/a/last.pth") == weights("runs/b/last.pth") != weights("runs/c/last.pth")
    assert metrics("runs/a") == metrics("runs/b") != metrics("runs/c")


def test_every_epoch_has_an_order_of_its_own(here: Path) -> None:
    images = training.read(configuration.load("tiny.toml"), {})
    orders = [[label for _, labels in images.train_batches(*seed) for label in labels.tolist()]
              for seed in ((0, 0, 0), (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]  # fmt: skip
    assert orders[0] == orders[1] and len({tuple(order) for order in orders}) == 4
    assert len({tuple(sorted(order)) for order in orders}) == 1


def test_an_epoch_is_seeded_by_run_stage_and_number(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds, train_batches = [], training.Images.train_batches
    monkeypatch.setattr(
        training.Images, "train_batches", lambda self, *seed: (seeds.append(seed), train_batches(self, *seed))[1]
    )
    assert train.main(["--config", "stages.toml", "--set", "run.seed=7"]) == 0
    assert seeds == [(7, 0, 0), (7, 0, 1), (7, 1, 0), (7, 1, 1)]


def test_best_is_the_epoch_with_the_best_test_accuracy(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tallies = iter([training.Tally(100, correct) for correct in (50, 80, 80, 70, 50, 80)])
    monkeypatch.setattr(train, "evaluate", lambda *arguments: next(tallies))
    arguments = ["--config", "tiny.toml", "--set", "schedule.name=constant", "--set", "schedule.warmup=0", "--set"]
    assert train.main([*arguments, "run.epochs=4"]) == 0
    assert train.main([*arguments, "run.epochs=2"]) == 0  # the first two of these epochs
    assert weights("runs/run/best.pth") == weights("runs/run-2/last.pth") != weights("runs/run/last.pth")


def test_background_loading_is_as_deterministic(here: Path) -> None:
    for name in ("a", "b"):
        arguments = ["--set", f"run.name={name}", "--set", "data.workers=1"]
        assert train.main(["--config", "tiny.toml", *arguments]) == 0
    assert weights("runs/a/last.pth") == weights("runs/b/last.pth")


@pytest.mark.parametrize(("name", "size"), [("folder", 20), ("cifar10", 32)])
def test_folders_of_images(here: Path, name: str, size: int) -> None:
    write_images(here / "pictures", size)
    settings = [*PICTURES, f"data.name={name}", "run.epochs=1", *(["data.size=16"] if name == "folder" else [])]
    assert train.main(["--config", "tiny.toml", *(part for text in settings for part in ("--set", text))]) == 0


def test_digits_config(here: Path) -> None:
    assert train.main(["--config", str(ROOT / "configs/digits.toml")]) == 0
    assert metrics("runs/digits")[-1]["test_accuracy"] >= 0.985


def test_digits_finetune_config(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--config", str(ROOT / "configs/digits_finetune.toml")]) == 0
    accuracy = {line["stage"]: line["test_accuracy"] for line in metrics("runs/digits_finetune")}
    assert accuracy["head"] >= 0.90 and accuracy["last_block"] >= 0.96
    assert "frozen tensors are bit-identical to before (sha256)" in capsys.readouterr().out


# ---- bad input: one line, status 2, nothing written


def with_images(size: int = 32) -> Any:
    return lambda here: write_images(here / "pictures", size) and None


def empty_class(here: Path) -> None:
    write_images(here / "pictures", 32)
    (here / "pictures/train/ant").mkdir()


def damaged_image(here: Path) -> None:
    path = write_images(here / "pictures", 32) / "train/dog/1.png"
    path.write_bytes(path.read_bytes()[:200])


def missing_test_class(here: Path) -> None:
    write_images(here / "pictures", 32)
    for path in (here / "pictures/test/dog").iterdir():
        path.unlink()
    (here / "pictures/test/dog").rmdir()


def nothing(here: Path) -> None:
    pass


BAD = [  # what is made first, what is set, a part of the one line
    (nothing, ["optimizer.momentun=0.9"], "optimizer.momentun: unknown key; did you mean 'momentum'?"),
    (nothing, ["optimizer.name=adamm"], "did you mean 'adam'?"),
    (nothing, ["run.epochs=many"], "run.epochs: expected an integer of at least 1, got 'many' (string)"),
    (nothing, ["data.batch_size=0"], "data.batch_size: expected an integer of at least 1, got 0 (integer)"),
    (nothing, ["model.name=resnet9"], "model.name: unknown model 'resnet9': did you mean 'resnet"),
    (
        nothing,
        ["data.classes=[0, 1, 2]"],
        "model.num_classes: expected at least 3, as many as the data has classes, got 2",
    ),
    (nothing, ["data.classes=[0, 10]"], "data.classes[1]: expected a number below 10, got 10"),
    (nothing, ["data.classes=['0', 'O']"], "data.classes[1]: expected one of 0, 1, 2"),
    (nothing, ["data.classes=[0, '1', 1]"], "data.classes: expected each class once"),
    (nothing, ["model.in_channels=3"], "model.in_channels: expected 1, as in the data, got 3"),
    (nothing, ["freeze.patterns=['layr1']"], "freeze.patterns: 'layr1' matches nothing; did you mean 'layer1'?"),
    (nothing, ["freeze.patterns=['*']"], "freeze.patterns: ['*'] leaves nothing to train"),
    (nothing, ["model.weights=no.pth"], "model.weights: no.pth: "),
    (nothing, ["model.weights=tiny.toml"], "model.weights: tiny.toml: "),
    (nothing, ["run.out=tiny.toml"], "run.out: [Errno 17] File exists: 'tiny.toml'"),
    (nothing, PICTURES, "data.root: There is no folder 'pictures/train'."),
    (
        with_images(),
        [*PICTURES, "data.classes=['cat', 'dgo']"],
        "data.classes[1]: expected one of cat, dog, got 'dgo'; did",
    ),
    (with_images(), [*PICTURES, "data.name=cifar10", "model.num_classes=1"], "model.num_classes: expected at least 2"),
    (with_images(16), [*PICTURES, "data.name=cifar10"], "expected images of 32 x 32 pixels"),
    (with_images(), [*PICTURES, "data.name=mnist"], "data.root: Dataset not found."),
    (empty_class, PICTURES, "Found no valid file for the classes ant."),
    (damaged_image, PICTURES, "pictures/train/dog/1.png' is damaged"),
    (missing_test_class, PICTURES, "expected the same classes in train and test, found dog in only one of them"),
]


@pytest.mark.parametrize(("make", "settings", "message"), BAD, ids=[f"{s[-1]} {m[:20]}" for _, s, m in BAD])
def test_bad_input(
    here: Path, capsys: pytest.CaptureFixture[str], make: Any, settings: list[str], message: str
) -> None:
    make(here)
    before = sorted(here.rglob("*"))
    assert train.main(["--config", "tiny.toml", *(part for text in settings for part in ("--set", text))]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("train.py: ") and message in err
    assert sorted(here.rglob("*")) == before


def test_a_full_disk_leaves_no_half_of_a_run(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(self: Any, name: str, state: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training.RunFolder, "save", full)
    assert train.main(["--config", "tiny.toml"]) == 2
    assert capsys.readouterr() == ("", "train.py: tiny.toml: [Errno 28] No space left on device\n")
    assert list(Path("runs").iterdir()) == []


BAD_ARGUMENTS = [
    ([], "one of the arguments --config --resume is required; see --help"),
    (["--config", "no.toml"], "no.toml: can't be read: No such file or directory"),
    (["--config", "tiny.toml", "--resume", "runs/x"], "not allowed with argument --config; see --help"),
    (["--config", "tiny.toml", "--sett", "x"], "unrecognized arguments: --sett x; see --help"),
    (["--resume", "runs/x"], "runs/x/config.toml: can't be read: No such file or directory"),
    (["--resume", "runs/x", "--set", "run.epochs=3"], "--set doesn't go with --resume: a changed config is a new run"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_ARGUMENTS, ids=[m for _, m in BAD_ARGUMENTS])
def test_bad_arguments(here: Path, arguments: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "train.py", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and message in done.stderr


def test_help_names_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        train.main(["--help"])
    out = capsys.readouterr().out
    assert exit.value.code == 0 and all(f"  {key.dotted} " in out for key in configuration.all_keys())


# ---- failures during the run


def test_a_loss_that_is_not_finite_stops_the_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--config", "tiny.toml", "--set", "optimizer.lr=1e30"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "at step " in err and "of train 1/2" in err and "runs/run/last.pth" in err
    assert all(np.isfinite(tensor.numpy()).all() for tensor in torch.load("runs/run/last.pth").values())


def test_a_test_loss_that_is_not_finite_keeps_the_last_good_weights(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ruin(model: Any, *arguments: Any) -> None:
        model.fc.weight.data.fill_(math.nan)

    monkeypatch.setattr(train, "train_epoch", ruin)
    assert train.main(["--config", "tiny.toml"]) == 1
    assert "the loss is nan " in capsys.readouterr().err
    assert all(np.isfinite(tensor.numpy()).all() for tensor in torch.load("runs/run/last.pth").values())


def test_a_folder_that_vanishes_is_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "train_epoch", lambda *arguments: shutil.rmtree("runs"))
    assert train.main(["--config", "tiny.toml"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "No such file or directory: 'runs/run/metrics.jsonl'" in err


def test_a_frozen_tensor_that_changes_is_an_error(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def meddle(model: Any, *arguments: Any) -> None:
        model.bn1.running_mean += 1

    monkeypatch.setattr(train, "train_epoch", meddle)
    assert train.main(["--config", "tiny.toml", "--set", "freeze.patterns=['bn1']"]) == 1
    assert "frozen tensors have changed: bn1.running_mean" in capsys.readouterr().err


# ---- stopping and resuming


@pytest.mark.parametrize("step", [1, 3, 4, 6, 7, 9])  # 3 steps an epoch, 2 epochs a stage, 2 stages
@pytest.mark.parametrize("workers", [0, 1])
def test_resuming_is_bit_for_bit(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: int, workers: int
) -> None:
    arguments = ["--config", "stages.toml", "--set", f"data.workers={workers}"]
    assert train.main([*arguments, "--set", "run.name=whole"]) == 0

    steps_done, add = 0, training.Progress.add

    def add_and_interrupt(self: Any, *batch: Any) -> None:
        nonlocal steps_done
        add(self, *batch)
        steps_done += 1
        if steps_done == step:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(training.Progress, "add", add_and_interrupt)
    arguments += ["--set", "run.name=cut"]
    assert train.main(arguments) == 130
    assert "stopped; go on with: python train.py --resume runs/cut" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.chdir(here)
    assert train.main(["--resume", "runs/cut"]) == 0
    for name in ("last.pth", "best.pth"):
        assert weights(f"runs/whole/{name}") == weights(f"runs/cut/{name}")
    assert metrics("runs/whole") == metrics("runs/cut")


def test_resuming_a_finished_run_changes_nothing(here: Path) -> None:
    assert train.main(["--config", "tiny.toml"]) == 0
    before = {path: path.read_bytes() for path in Path("runs/run").iterdir()}
    assert train.main(["--resume", "runs/run"]) == 0
    assert {path: path.read_bytes() for path in Path("runs/run").iterdir()} == before


def test_resuming_drops_metrics_after_the_checkpoint(here: Path) -> None:
    assert train.main(["--config", "tiny.toml"]) == 0
    with open("runs/run/metrics.jsonl", "a") as file:
        file.write('{"epoch": 3}\n{"epo')
    assert train.main(["--resume", "runs/run"]) == 0
    assert [line["epoch"] for line in metrics("runs/run")] == [1, 2]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("checkpoint.pth", b"PK\x03\x04", "runs/run: checkpoint.pth can't be read: "),
        ("checkpoint.pth", b"", "runs/run: checkpoint.pth can't be read: "),
        ("config.toml", TINY.encode(), "runs/run: config.toml was changed after checkpoint.pth was saved"),
        ("config.toml", b"[run]\nepoch = 1", "config.toml: run.epoch: unknown key; did you mean 'epochs'?"),
    ],
)
def test_resuming_what_is_damaged_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, message: str
) -> None:
    assert train.main(["--config", "tiny.toml", "--set", "run.epochs=1"]) == 0
    Path("runs/run", name).write_bytes(content)
    before = {path: path.read_bytes() for path in Path("runs/run").iterdir()}
    capsys.readouterr()
    assert train.main(["--resume", "runs/run"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and message in err
    assert {path: path.read_bytes() for path in Path("runs/run").iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_ctrl_c_from_outside(here: Path) -> None:
    command = [sys.executable, str(ROOT / "train.py"), "--config", "tiny.toml", "--set", "run.epochs=1000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("train 1/"):
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "train.py: stopped; go on with: python train.py --resume runs/run\n"
    assert training.RunFolder("runs/run").checkpoint()["position"]["epoch"] >= 1


# ---- starting weights


def test_starting_weights_and_a_new_head(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--config", "tiny.toml", "--set", "run.epochs=1"]) == 0
    start = ["--config", "tiny.toml", "--set", "model.weights=runs/run/best.pth", "--set", "data.classes=[2, 3, 4]"]
    start += ["--set", "model.num_classes=3"]
    assert train.main(start) == 2
    assert "model.weights: runs/run/best.pth: Error(s) in loading state_dict" in capsys.readouterr().err
    start += ["--set", "model.new_head=true", "--set", "freeze.patterns=['conv1', 'bn1', 'layer?']"]
    assert train.main(start) == 0
    old, new = weights("runs/run/best.pth"), weights("runs/run-2/last.pth")
    assert [name for name in old if old[name] != new[name]] == ["fc.weight", "fc.bias"]
