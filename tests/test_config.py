"""The config: what is accepted, what is refused and in which words, and that what is written reads back equal."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitorch_nn import config as configuration
from minitorch_nn.config import Config, ConfigError, load

CONFIGS = Path(__file__).parent.parent / "configs"
STAGES = """
[model]
in_channels = 1
num_classes = 5
[optimizer]
lr = 0.1
[stage.backbone]
data.classes = [0, 1, 2, 3, 4]
[stage.head]
data.classes = [5, 6, 7, 8, 9]
model.new_head = true
optimizer.lr = 0.01
freeze.patterns = ["conv1", "layer[123].*"]
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "x.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_values_and_defaults(tmp_path: Path) -> None:
    config = load(write(tmp_path, "[optimizer]\nlr = 1\n[data]\nmean = [0.1, 0, 1]\nclasses = [5, 'cat']"))
    assert (config.optimizer.lr, type(config.optimizer.lr)) == (1.0, float)
    assert config.data.mean == (0.1, 0.0, 1.0) and config.data.classes == (5, "cat")
    assert config.run == configuration.Run() and config.stage == {}
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.optimizer.lr = 2.0  # type: ignore[misc]


REFUSED = [  # text of the file, the error after "x.toml: "
    ("[run]\nepohcs = 3", "run.epohcs: unknown key; did you mean 'epochs'?"),
    ("[optimiser]\nlr = 3", "optimiser: unknown key; did you mean 'optimizer'?"),
    ("lr = 3", "lr: unknown key; did you mean 'optimizer.lr'?"),
    ("[loss]\nmomentum = 3", "loss.momentum: unknown key; did you mean 'optimizer.momentum'?"),
    ("[loss]\nzzz = 3", "loss.zzz: unknown key; expected one of label_smoothing"),
    ("[xyz]\na = 3", "xyz: unknown key; expected one of run, data, model, optimizer, schedule, loss, freeze, stage"),
    ("run = 3", "run: expected a table [run], got 3 (integer)"),
    ("[[run]]\nepochs = 3", "run: expected a table [run], got [{'epochs': 3}] (list)"),
    ("[run]\nepochs = 0", "run.epochs: expected an integer of at least 1, got 0 (integer)"),
    ("[run]\nepochs = 2.5", "run.epochs: expected an integer of at least 1, got 2.5 (number)"),
    ("[run]\nepochs = true", "run.epochs: expected an integer of at least 1, got true (boolean)"),
    ("[run]\nepochs = '3'", "run.epochs: expected an integer of at least 1, got '3' (string)"),
    ("[run]\nname = 2020-01-01", "run.name: expected a string, got datetime.date(2020, 1, 1) (date)"),
    ("[run]\nname = 3", "run.name: expected a string, got 3 (integer)"),
    ("[run]\nname = '../x'", "run.name: expected the name of a folder, got '../x'"),
    ("[run]\nname = ''", "run.name: expected the name of a folder, got ''"),
    ('[run]\nname = "a\\nb"', "run.name: expected printable text, got 'a\\nb' (string)"),
    ('[run]\n"a\\nb" = 1', "run.a\\nb: unknown key; expected one of name, seed, epochs, out"),
    ("[run]\nseed = -1", "run.seed: expected an integer of at least 0 and of at most 4294967295, got -1 (integer)"),
    ("[optimizer]\nlr = 0", "optimizer.lr: expected a number above 0, got 0 (integer)"),
    ("[optimizer]\nlr = nan", "optimizer.lr: expected a number above 0, got nan (number)"),
    ("[optimizer]\nlr = inf", "optimizer.lr: expected a number above 0, got inf (number)"),
    ("[optimizer]\nlr = [1]", "optimizer.lr: expected a number above 0, got [1] (list)"),
    ("[optimizer]\nlr = true", "optimizer.lr: expected a number above 0, got true (boolean)"),
    ("[optimizer]\nmomentum = 1", "optimizer.momentum: expected a number of at least 0 and below 1, got 1 (integer)"),
    (
        "[optimizer]\nname = 'sdg'",
        "optimizer.name: expected one of 'sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', got 'sdg' (string); "
        "did you mean 'sgd'?",
    ),
    (
        "[optimizer]\nname = 'adam'\nmomentum = 0.9",
        "optimizer.momentum: has no effect where optimizer.name is 'adam'; it belongs to 'sgd' or 'rmsprop'",
    ),
    ("[optimizer]\nname = 'adam'\nbetas = [0.9]", "optimizer.betas: expected 2 numbers, got 1"),
    ("[optimizer]\nnesterov = true", "optimizer.nesterov: expected a momentum above 0 beside it, got 0"),
    ("[data]\nbatch_size = 0", "data.batch_size: expected an integer of at least 1, got 0 (integer)"),
    ("[data]\naugment = 'crop'", "data.augment: expected a list of: 'crop', 'flip', got 'crop' (string)"),
    ("[data]\naugment = ['crp']", "data.augment[0]: expected one of 'crop', 'flip', got 'crp' (string); did you mean "),
    ("[data]\nclasses = [1.5]", "data.classes[0]: expected an integer or a string, got 1.5 (number)"),
    ("[data]\nclasses = [1, '1']", "data.classes: expected each class once, got [1, '1']"),
    ("[data]\nstd = [0]", "data.std[0]: expected a number above 0, got 0 (integer)"),
    ("[data]\nmean = [0, 0]", "data.mean: expected 1 or model.in_channels = 3 numbers, got 2"),
    ("[data]\nname = 'cifar10'", "data.root: expected the folder of the data set, since data.name is 'cifar10'"),
    (
        "[data]\nroot = 'x'",
        "data.root: has no effect where data.name is 'digits'; "
        "it belongs to 'cifar10' or 'fashion_mnist' or 'mnist' or 'folder'",
    ),
    (
        "[schedule]\nname = 'step'\nmilestones = [0.75, 0.5]",
        "schedule.milestones: expected growing numbers, got [0.75, 0.5]",
    ),
    ("[freeze]\npatterns = [1]", "freeze.patterns[0]: expected a string, got 1 (integer)"),
    ("stage = 3", "stage: expected tables [stage.<name>], got 3 (integer)"),
    ("[[stage]]\nname = 'a'", "stage: expected tables [stage.<name>], got [{'name': 'a'}] (list)"),
    ("[stage]\na = 3", "stage.a: expected a table [stage.a], got 3 (integer)"),
    ("[stage.'a b']\n", "stage.a b: expected a name of letters, digits, _ and -"),
    ("[stage.a]\nlr = 3", "stage.a.lr: unknown key; did you mean 'optimizer.lr'?"),
    ("[stage.a]\noptimizer.lr = 0", "stage.a.optimizer.lr: expected a number above 0, got 0 (integer)"),
    ("[stage.a]\nstage.b.run.epochs = 1", "stage.a.stage: unknown key; expected one of run, data, model, optimizer, "
     "schedule, loss, freeze"),
    ("[stage.a]\nrun.seed = 3", "stage.a.run.seed: can't change between stages; set [run] seed for all"),
    (
        "[stage.a]\n[stage.b]\nmodel.num_classes = 5",
        "stage.b.model.num_classes: a change from 10 to 5 needs model.new_head = true",
    ),
    ("[run", "not valid TOML: Expected ']' at the end of a table declaration (at end of document)"),
    ("a = " + "[" * 100_000, "not valid TOML: maximum recursion depth exceeded"),
    ("a = " + "1" * 5_000, "not valid TOML: Exceeds the limit (4300 digits) for integer string conversion"),
    (b"[run]\nname = '\xff'", "not valid TOML: 'utf-8' codec can't decode byte 0xff in position 14"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[str(text)[:40] for text, _ in REFUSED])
def test_refused_in_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load(path)
    assert str(raised.value).startswith(f"{path}: {message}")
    assert str(raised.value).isprintable()


def test_missing_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no.toml: can't be read: No such file or directory"):
        load(tmp_path / "no.toml")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load(tmp_path)


OVERRIDES = [  # after --set, section.key, the value then
    ("optimizer.lr=0.05", "optimizer.lr", 0.05),
    ("optimizer.lr = 5e-2", "optimizer.lr", 0.05),
    ("data.classes=[1, 2]", "data.classes", (1, 2)),
    ("data.augment=['flip']", "data.augment", ("flip",)),
    ("run.name=digits", "run.name", "digits"),
    ("run.name='digits'", "run.name", "digits"),
    ("run.name=a=b", "run.name", "a=b"),
    ("model.new_head=true", "model.new_head", True),
]


@pytest.mark.parametrize(("text", "dotted", "value"), OVERRIDES)
def test_override(tmp_path: Path, text: str, dotted: str, value: object) -> None:
    section, key = dotted.split(".")
    assert getattr(getattr(load(write(tmp_path, ""), [text]), section), key) == value


REFUSED_OVERRIDES = [
    ("optimizer.lr", "expected section.key=value"),
    ("lr=3", "expected section.key=value"),
    ("optimizer.lr.x=3", "expected section.key=value"),
    ("optimizer.lrr=3", "optimizer.lrr: unknown key; did you mean 'lr'?"),
    ("optimizer.lr=fast", "optimizer.lr: expected a number above 0, got 'fast' (string)"),
    ("optimizer.lr=", "optimizer.lr: expected a number above 0, got '' (string)"),
    ("optimizer.lr=1\nb=2", "optimizer.lr: expected a number above 0, got '1\\nb=2' (string)"),
    ("run.name=3", "run.name: expected a string, got 3 (integer)"),
    ("run.name=\udcff", "run.name: expected printable text, got '\\udcff' (string)"),
    ("stage.haed.optimizer.lr=3", "stage.haed: no such stage; did you mean 'head'?"),
    ("stage.head.lr=3", "expected stage.name.section.key=value"),
    ("stage.head.run.seed=3", "stage.head.run.seed: can't change between stages; set [run] seed for all"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED_OVERRIDES)
def test_refused_override(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path, STAGES), [text])
    assert str(raised.value).startswith("--set ") and str(raised.value).endswith(f": {message}")
    assert str(raised.value).isprintable()


def test_override_has_the_last_word_in_stages_too(tmp_path: Path) -> None:
    path = write(tmp_path, STAGES)

    def rates(*overrides: str) -> list[float]:
        return [stage.optimizer.lr for stage in load(path, overrides).stages().values()]

    assert rates() == [0.1, 0.01]
    assert rates("optimizer.lr=0.5") == [0.5, 0.5]
    assert rates("stage.head.optimizer.lr=0.5") == [0.1, 0.5]
    assert rates("optimizer.lr=0.5", "stage.head.optimizer.lr=0.2") == [0.5, 0.2]


def test_another_name_drops_the_keys_of_the_old_one(tmp_path: Path) -> None:
    path = write(tmp_path, "[optimizer]\nname = 'sgd'\nmomentum = 0.9\nnesterov = true\nlr = 0.5")
    adam = load(path, ["optimizer.name=adam"]).optimizer
    assert (adam.name, adam.lr, adam.momentum) == ("adam", 0.5, 0.0)
    assert load(path, ["optimizer.name=rmsprop"]).optimizer.momentum == 0.9


def test_a_stage_is_the_whole_config_with_some_keys_changed(tmp_path: Path) -> None:
    config = load(write(tmp_path, STAGES))
    stages = config.stages()
    assert list(stages) == ["backbone", "head"]
    assert stages["backbone"] == dataclasses.replace(config, stage={}, data=stages["backbone"].data)
    assert stages["head"].freeze.patterns == ("conv1", "layer[123].*") and stages["head"].model.num_classes == 5
    assert Config().stages() == {"train": Config()}


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.name)
def test_shipped_configs_load_and_read_back_equal(path: Path, tmp_path: Path) -> None:
    config = load(path)
    assert config.run.name == path.stem
    assert load(write(tmp_path, config.to_toml())) == config


text = st.text(st.characters(exclude_categories=("C", "Z")))


@given(
    text, st.lists(text | st.integers(), unique_by=str), st.floats(min_value=0, exclude_min=True, allow_infinity=False)
)
def test_what_is_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, name: str, classes: list[str | int], lr: float
) -> None:
    config = Config(
        run=configuration.Run(out=name),
        data=configuration.Data(classes=tuple(classes)),
        optimizer=configuration.Optimizer(lr=lr),
        stage={"a": {"data": {"classes": tuple(classes)}, "optimizer": {"lr": lr}}},
    )
    path = tmp_path_factory.mktemp("config") / "x.toml"
    path.write_text(config.to_toml(), encoding="utf-8")
    assert load(path) == config


def test_every_key_is_documented_and_its_default_is_valid(tmp_path: Path) -> None:
    keys = list(configuration.all_keys())
    assert len({key.dotted for key in keys}) == len(keys) and all(key.meaning and key.expected for key in keys)
    assert load(write(tmp_path, Config().to_toml())) == Config()


def test_imports_nothing_of_the_package() -> None:
    tree = ast.parse(Path(configuration.__file__).read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not any(node.level or "minitorch" in (node.module or "") for node in froms)
