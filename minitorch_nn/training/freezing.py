"""Frozen tensors: chosen by patterns on dotted names, and proven unchanged by their hashes."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import numpy as np

from .. import nn
from .errors import FrozenChanged, SetupError

__all__ = ["freeze", "hashes", "prove_unchanged"]


def freeze(model: nn.Module, patterns: Sequence[str], batch_norm: str = "frozen") -> list[str]:
    """The dotted names of the tensors, parameters and buffers, that now stand still; all others train.

    patterns: as in file names (`*` also crosses dots), each against the dotted names of tensors and of the modules that
        hold them: "layer1" is the whole of layer1, "layer[12].*.weight" its weights and those of layer2.
    batch_norm: "frozen": modules that are frozen whole get `Module.freeze()`, so running statistics stand still and
        dropout is off, through train() too. "train": only gradients stop; statistics go on, and are not in the answer.

    Raises: SetupError where a pattern matches nothing, where nothing is left to train, and where running statistics are
        to stand still without their layer.
    """
    model.unfreeze()
    parameters, buffers = dict(model.named_parameters()), dict(model.named_buffers())
    chosen = _matched([*parameters, *buffers], patterns)
    if chosen.issuperset(parameters):
        raise SetupError(f"freeze.patterns: {list(patterns)} leaves nothing to train")
    for name in chosen.intersection(parameters):
        parameters[name].requires_grad_(False)

    if batch_norm == "train":
        chosen.difference_update(buffers)
    else:
        for prefix, module in model.named_modules():
            below = {name for name in (*parameters, *buffers) if name.startswith(f"{prefix}.")}
            if chosen.issuperset(below) if below else _covers(patterns, prefix):
                module.freeze()
            elif statistics := [name for name, _ in module.named_buffers(prefix, recurse=False) if name in chosen]:
                raise SetupError(f"freeze.patterns: {statistics[0]} can't stand still alone: freeze all of '{prefix}'")
    return [name for name in (*parameters, *buffers) if name in chosen]


def _covers(patterns: Iterable[str], name: str) -> bool:
    """Whether a pattern matches the name or a leading part of it: "layer1" covers layer1.0.conv1.weight."""
    return any(fnmatchcase(part, pattern) for pattern in patterns for part in _leading(name))


def _leading(name: str) -> list[str]:
    """a.b.c -> a, a.b, a.b.c"""
    return [name[:i] for i, letter in enumerate(f"{name}.") if letter == "."]


def _matched(names: Sequence[str], patterns: Sequence[str]) -> set[str]:
    chosen: set[str] = set()
    for pattern in patterns:
        matched = {name for name in names if _covers([pattern], name)}
        if not matched:
            known = list(dict.fromkeys(part for name in names for part in _leading(name)))
            near = difflib.get_close_matches(pattern, known, n=1)
            top = ", ".join(part for part in known if "." not in part)
            hint = f"did you mean '{near[0]}'?" if near else f"the model has {top}"
            raise SetupError(f"freeze.patterns: '{pattern}' matches nothing; {hint}")
        chosen |= matched
    return chosen


def hashes(model: nn.Module, names: Iterable[str]) -> dict[str, str]:
    """{name: sha256 of the tensor's dtype, shape and bytes}."""
    state = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    result = {}
    for name in names:
        array = np.ascontiguousarray(state[name].detach().numpy())
        header = f"{array.dtype.str} {array.shape} ".encode()
        result[name] = hashlib.sha256(header + array.tobytes()).hexdigest()
    return result


def prove_unchanged(model: nn.Module, before: dict[str, str]) -> None:
    """Raises: FrozenChanged where a tensor is no longer what `before`, an answer of `hashes`, says."""
    changed = [name for name, digest in hashes(model, before).items() if digest != before[name]]
    if changed:
        raise FrozenChanged(f"frozen tensors have changed: {', '.join(changed)}")
