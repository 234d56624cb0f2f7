"""One TOML file -> frozen dataclasses; every key is declared once, below, with its type, range and meaning.

    config = load("configs/digits.toml", ["optimizer.lr=0.05"])
    config.optimizer.lr                    # 0.05
    for name, stage in config.stages().items():
        ...                                # each stage is a whole Config

A file may hold stages, trained one after the other on the same model. A stage is the whole file with some keys changed:

    [stage.backbone]
    data.classes = [0, 1, 2, 3, 4]

    [stage.head]
    data.classes = [5, 6, 7, 8, 9]
    model.new_head = true
    freeze.patterns = ["stem", "blocks"]

`--set optimizer.lr=0.05` has the last word: it replaces the key in the file and in every stage of it;
`--set stage.head.optimizer.lr=0.05` replaces it in that stage alone.

This module imports nothing of the package, so a config can be read, checked and documented without it.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import operator
import re
import tomllib
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "Config", "ConfigError", "Data", "Freeze", "Key", "Loss", "Model", "Optimizer", "Run", "Schedule",
    "all_keys", "load",
]  # fmt: skip


class ConfigError(ValueError):
    """A config that can't be used. Its text is one line: file, dotted key, what was expected, what came."""

    def __init__(self, text: str) -> None:  # names come from the file, and TOML allows line breaks in them
        super().__init__(
            "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)
        )


LIMITS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "at_least": ("of at least", operator.ge),
    "above": ("above", operator.gt),
    "at_most": ("of at most", operator.le),
    "below": ("below", operator.lt),
}


def setting(
    default: Any,
    meaning: str,
    *,
    choices: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    per_stage: bool = True,
    **limits: float,
) -> Any:
    """A dataclass field that carries what its value may be. For a list, choices and limits hold for each element.

    only: the values of the section's `name` for which this key means something; elsewhere it is refused.
    per_stage: whether a stage may change it.
    limits: at_least, above, at_most, below.
    """
    return dataclasses.field(default=default, metadata=locals())


@dataclass(frozen=True)
class Run:
    name: str = setting("run", "the results go to <out>/<name>/", per_stage=False)
    seed: int = setting(0, "of weights, data order and augmentation", at_least=0, at_most=2**32 - 1, per_stage=False)
    epochs: int = setting(10, "times each training image is seen", at_least=1)
    out: str = setting("runs", "folder that holds the runs", per_stage=False)


@dataclass(frozen=True)
class Data:
    name: str = setting(
        "digits",
        "digits is shipped; folder is train/<class>/* and test/<class>/*",
        choices=("digits", "cifar10", "fashion_mnist", "mnist", "folder"),
    )
    root: str = setting("", "where the data set lies", only=("cifar10", "fashion_mnist", "mnist", "folder"))
    size: int = setting(64, "images are resized to size x size", at_least=1, only=("folder",))
    classes: tuple[int | str, ...] = setting((), "names of the classes to use, in this order; empty: all of them")
    batch_size: int = setting(64, "images per step", at_least=1)
    augment: tuple[str, ...] = setting(
        (), "crop: shift by up to 1/8 of the side; flip: mirror half of them left to right", choices=("crop", "flip")
    )
    mean: tuple[float, ...] = setting((0.5,), "subtracted from pixels in 0..1: one number, or one per channel")
    std: tuple[float, ...] = setting((0.25,), "then divides them: one number, or one per channel", above=0)
    workers: int = setting(0, "background loaders; 0 loads between the steps", at_least=0, at_most=256)


@dataclass(frozen=True)
class Model:
    name: str = setting("resnet20", "a name of models.create", per_stage=False)
    in_channels: int = setting(3, "3 for colour, 1 for grey", at_least=1, per_stage=False)
    num_classes: int = setting(10, "outputs of the last layer", at_least=1)
    weights: str = setting("", "a .pth file to start from; empty: random", per_stage=False)
    new_head: bool = setting(False, "a fresh last layer on top of the weights from the file or the stage before")


@dataclass(frozen=True)
class Optimizer:
    name: str = setting("sgd", "the update rule", choices=("sgd", "adam", "adamw", "rmsprop", "adagrad"))
    lr: float = setting(0.1, "learning rate, before the schedule", above=0)
    momentum: float = setting(0.0, "share of the last step kept", at_least=0, below=1, only=("sgd", "rmsprop"))
    nesterov: bool = setting(False, "look one momentum step ahead; needs momentum", only=("sgd",))
    betas: tuple[float, ...] = setting(
        (0.9, 0.999), "decay of the averages", at_least=0, below=1, only=("adam", "adamw")
    )
    alpha: float = setting(0.99, "decay of the squared average", at_least=0, below=1, only=("rmsprop",))
    weight_decay: float = setting(0.0, "pull of each weight towards zero", at_least=0)


@dataclass(frozen=True)
class Schedule:
    """Everything is a share of the stage, so that a cut of run.epochs keeps the curve's shape."""

    name: str = setting("constant", "the curve after the warm-up", choices=("constant", "linear", "cosine", "step"))
    warmup: float = setting(0.0, "share of the stage in which lr climbs from 0", at_least=0, below=1)
    final: float = setting(0.0, "last lr, as a share of the first", at_least=0, at_most=1, only=("linear", "cosine"))
    milestones: tuple[float, ...] = setting((0.5, 0.75), "where lr drops", above=0, below=1, only=("step",))
    gamma: float = setting(0.1, "factor of each drop", above=0, at_most=1, only=("step",))


@dataclass(frozen=True)
class Loss:
    label_smoothing: float = setting(0.0, "share of the target spread over all classes", at_least=0, below=1)


@dataclass(frozen=True)
class Freeze:
    patterns: tuple[str, ...] = setting((), "layers or tensors that must not change; * ? [12] as in file names")
    batch_norm: str = setting(
        "frozen", "running statistics of frozen layers: frozen, or tracked as in training", choices=("frozen", "train")
    )


@dataclass(frozen=True)
class Config:
    run: Run = Run()
    data: Data = Data()
    model: Model = Model()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    loss: Loss = Loss()
    freeze: Freeze = Freeze()
    stage: Mapping[str, Table] = dataclasses.field(default_factory=dict)  # what each stage changes

    def stages(self) -> dict[str, Config]:
        """{stage name: whole Config without stages}, in order; a file without stages is one stage called 'train'."""
        own = _explicit(self)
        return {name: _build(_merge(own, changes)) for name, changes in self.stage.items()} or {"train": self}

    def to_toml(self) -> str:
        """The config as TOML, defaults written out: load() of this text gives an equal Config."""
        tables = _explicit(self)
        for name, changes in self.stage.items():
            tables[f"stage.{name}"] = {f"{section}.{key}": value for section, key, value in _flat(changes)}
        return "\n".join(
            f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
            for name, table in tables.items()
        )


Table = dict[str, dict[str, Any]]  # {section: {key: checked value}}
SECTIONS: dict[str, Any] = {
    kind.__name__.lower(): kind for kind in (Run, Data, Model, Optimizer, Schedule, Loss, Freeze)
}


@dataclass(frozen=True)
class Key:
    """One documented key: 'optimizer.lr', 'a number above 0', '0.1', 'learning rate, …', the names it belongs to."""

    dotted: str
    expected: str
    default: str
    meaning: str
    only: tuple[str, ...]


def all_keys() -> Iterator[Key]:
    """Every key of a config file, in order, for --help and the documentation."""
    for section, kind in SECTIONS.items():
        for field, hint in _fields(kind).values():
            about = field.metadata
            dotted, expected = f"{section}.{field.name}", _expected(hint, about)
            yield Key(dotted, expected, _toml(field.default), about["meaning"], about["only"])


def load(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """The config in the file, with overrides of the form 'section.key=value' (a TOML value; a bare word is a string).

    Raises: ConfigError, for anything that can't be read or isn't valid, in one line.
    """
    where = str(path)
    try:
        document = tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{where}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, an integer of 5,000 digits, 1,000 brackets
        raise ConfigError(f"{where}: not valid TOML: {error}") from None

    stages = _check_stages(document.pop("stage", {}), where)
    own = _check_table(document, where)
    for text in overrides:
        own, stages = _override(own, stages, text)

    config = _checked_build(own, where)
    previous = None
    for name, stage_changes in stages.items():
        stage = _checked_build(_merge(own, stage_changes), where, f"stage.{name}.")
        if previous and stage.model.num_classes != previous.model.num_classes and not stage.model.new_head:
            was, now = previous.model.num_classes, stage.model.num_classes
            problem = f"a change from {was} to {now} needs model.new_head = true"
            raise ConfigError(f"{where}: stage.{name}.model.num_classes: {problem}")
        previous = stage
    return dataclasses.replace(config, stage=stages)


# ---- one value


def _fields(kind: type) -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(kind)
    return {field.name: (field, hints[field.name]) for field in dataclasses.fields(kind)}


def _expected(hint: Any, metadata: Mapping[str, Any]) -> str:
    """'a number of at least 0 and below 1', "one of 'sgd', 'adam'", 'a list of strings', …"""
    one = {
        int: "an integer",
        float: "a number",
        str: "a string",
        bool: "true or false",
        int | str: "an integer or a string",
    }
    many = {int: "integers", float: "numbers", str: "strings", int | str: "integers or strings"}
    element = _element(hint)
    if metadata["choices"]:
        return ("a list of: " if element else "one of ") + ", ".join(map(repr, metadata["choices"]))
    limits = " and ".join(f"{LIMITS[key][0]} {limit}" for key, limit in metadata["limits"].items())
    return f"{f'a list of {many[element]}' if element else one[hint]} {limits}".rstrip()


def _element(hint: Any) -> Any:
    """str of tuple[str, ...]; None for what is no tuple."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else None


def _check_value(value: Any, hint: Any, metadata: Mapping[str, Any], place: str) -> Any:
    """The value in the field's own type. Raises: ConfigError."""
    if element := _element(hint):
        if not isinstance(value, list):
            raise ConfigError(f"{place}: expected {_expected(hint, metadata)}, got {_shown(value)}")
        return tuple(_check_value(item, element, metadata, f"{place}[{i}]") for i, item in enumerate(value))
    wrong = ConfigError(f"{place}: expected {_expected(hint, metadata)}, got {_shown(value)}")
    if hint is float and type(value) is int and abs(value) < 2**63:
        value = float(value)
    if type(value) not in (typing.get_args(hint) or (hint,)):  # type(), since True is an int to isinstance
        raise wrong
    if isinstance(value, str) and not value.isprintable():  # control characters; bytes of argv that are no text
        raise ConfigError(f"{place}: expected printable text, got {_shown(value)}")
    if metadata["choices"] and value not in metadata["choices"]:
        raise ConfigError(f"{wrong}{_did_you_mean(value, metadata['choices'])}")
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong
    if not all(LIMITS[key][1](value, limit) for key, limit in metadata["limits"].items()):
        raise wrong
    return value


def _shown(value: Any) -> str:
    """A value as the error shows it: TOML's words, one line, not endless."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "list", dict: "table"}
    text = str(value).lower() if isinstance(value, bool) else ascii(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({names.get(type(value), type(value).__name__)})"


def _did_you_mean(name: str, valid: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, valid, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


# ---- tables


def _check_table(document: Mapping[str, Any], where: str, prefix: str = "") -> Table:
    """The sections of a file, a stage or an override, each value checked and in its field's type."""
    table: Table = {}
    for section, values in document.items():
        if section not in SECTIONS:
            raise ConfigError(_unknown(where, prefix + section, section, list(SECTIONS) + ["stage"] * (not prefix)))
        if not isinstance(values, dict):
            raise ConfigError(f"{where}: {prefix}{section}: expected a table [{prefix}{section}], got {_shown(values)}")
        fields = _fields(SECTIONS[section])
        table[section] = {}
        for name, value in values.items():
            place = f"{prefix}{section}.{name}"
            if name not in fields:
                raise ConfigError(_unknown(where, place, name, list(fields)))
            field, hint = fields[name]
            if prefix and not field.metadata["per_stage"]:
                raise ConfigError(f"{where}: {place}: can't change between stages; set [{section}] {name} for all")
            table[section][name] = _check_value(value, hint, field.metadata, f"{where}: {place}")
    return table


def _unknown(where: str, place: str, name: str, valid: list[str]) -> str:
    hint = _did_you_mean(name, valid)
    if not hint:  # the right key in the wrong section
        elsewhere = [key.dotted for key in all_keys() if key.dotted.split(".")[1] == name and key.dotted != place]
        hint = f"; did you mean '{elsewhere[0]}'?" if elsewhere else f"; expected one of {', '.join(valid)}"
    return f"{where}: {place}: unknown key{hint}"


def _check_stages(stages: Any, where: str) -> dict[str, Table]:
    if not isinstance(stages, dict):
        raise ConfigError(f"{where}: stage: expected tables [stage.<name>], got {_shown(stages)}")
    for name, table in stages.items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise ConfigError(f"{where}: stage.{name}: expected a name of letters, digits, _ and -")
        if not isinstance(table, dict):
            raise ConfigError(f"{where}: stage.{name}: expected a table [stage.{name}], got {_shown(table)}")
    return {name: _check_table(table, where, f"stage.{name}.") for name, table in stages.items()}


def _override(own: Table, stages: dict[str, Table], text: str) -> tuple[Table, dict[str, Table]]:
    """Both tables after one `--set`."""
    where = f"--set {text}"
    dotted, equals, word = text.partition("=")
    path = [part.strip() for part in dotted.split(".")]
    if not equals or len(path) < 2:
        raise ConfigError(f"{where}: expected section.key=value")
    try:
        document = tomllib.loads(f"value = {word}")
        value = document["value"] if len(document) == 1 else word
    except (ValueError, RecursionError):  # a bare word
        value = word.strip()
    if path[0] == "stage":
        if path[1] not in stages:
            raise ConfigError(f"{where}: stage.{path[1]}: no such stage{_did_you_mean(path[1], list(stages))}")
        if len(path) != 4:
            raise ConfigError(f"{where}: expected stage.name.section.key=value")
        changes = _check_table({path[2]: {path[3]: value}}, where, f"stage.{path[1]}.")
        return own, stages | {path[1]: _merge(stages[path[1]], changes)}
    if len(path) != 2:
        raise ConfigError(f"{where}: expected section.key=value")
    changes = _check_table({path[0]: {path[1]: value}}, where)
    without = {
        name: {s: {k: v for k, v in values.items() if [s, k] != path} for s, values in table.items()}
        for name, table in stages.items()
    }
    return _merge(own, changes), without


def _merge(low: Table, high: Table) -> Table:
    """Both tables, the higher one winning. Where that changes a section's name, keys the new one has no use for go."""
    merged: Table = {section: dict(values) for section, values in low.items()}
    for section, values in high.items():
        if "name" in values:
            fields = _fields(SECTIONS[section])
            keep = {k: v for k, v in merged.get(section, {}).items() if _applies(fields[k][0], values["name"])}
            merged[section] = keep
        merged[section] = merged.get(section, {}) | values
    return merged


def _applies(field: dataclasses.Field[Any], name: str) -> bool:
    return not field.metadata["only"] or name in field.metadata["only"]


def _build(table: Table) -> Config:
    return Config(**{section: kind(**table.get(section, {})) for section, kind in SECTIONS.items()})


def _flat(table: Table) -> list[tuple[str, str, Any]]:
    return [(section, key, value) for section, values in table.items() for key, value in values.items()]


def _explicit(config: Config) -> Table:
    """Every key that means something, by section."""
    table: Table = {}
    for section, kind in SECTIONS.items():
        values = getattr(config, section)
        table[section] = {
            name: getattr(values, name)
            for name, (field, _) in _fields(kind).items()
            if _applies(field, getattr(values, "name", ""))  # only sections with a name have keys that belong to some
        }
    return table


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # of one value JSON's form is TOML's; texts are printable by now


# ---- keys that depend on one another


def _checked_build(table: Table, where: str, prefix: str = "") -> Config:
    """The Config of values that are each right alone. Raises: ConfigError where they contradict one another."""
    config = _build(table)
    for section, key, _ in _flat(table):
        field, name = _fields(SECTIONS[section])[key][0], getattr(getattr(config, section), "name", "")
        if not _applies(field, name):
            belongs = " or ".join(map(repr, field.metadata["only"]))
            problem = f"has no effect where {section}.name is '{name}'; it belongs to {belongs}"
            raise ConfigError(f"{where}: {prefix}{section}.{key}: {problem}")
    for key, problem in _contradictions(config):
        raise ConfigError(f"{where}: {prefix}{key}: {problem}")
    return config


def _contradictions(config: Config) -> Iterator[tuple[str, str]]:
    run, data, schedule = config.run, config.data, config.schedule
    if not run.name or run.name in (".", "..") or re.search(r'[/\\:*?"<>|]', run.name):
        yield "run.name", f"expected the name of a folder, got {run.name!r}"
    if data.name != "digits" and not data.root:
        yield "data.root", f"expected the folder of the data set, since data.name is '{data.name}'"
    if len(set(map(str, data.classes))) != len(data.classes):
        yield "data.classes", f"expected each class once, got {list(data.classes)}"
    for key in ("mean", "std"):
        if len(getattr(data, key)) not in (1, config.model.in_channels):
            wanted = f"1 or model.in_channels = {config.model.in_channels}"
            yield f"data.{key}", f"expected {wanted} numbers, got {len(getattr(data, key))}"
    if config.optimizer.nesterov and not config.optimizer.momentum:
        yield "optimizer.nesterov", "expected a momentum above 0 beside it, got 0"
    if len(config.optimizer.betas) != 2:
        yield "optimizer.betas", f"expected 2 numbers, got {len(config.optimizer.betas)}"
    if schedule.name == "step" and list(schedule.milestones) != sorted(set(schedule.milestones)):
        yield "schedule.milestones", f"expected growing numbers, got {list(schedule.milestones)}"
