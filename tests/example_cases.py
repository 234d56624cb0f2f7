"""Which examples run with which arguments, how a run is taken down, and how two runs are told apart."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
RECORDED = ROOT / "tests" / "recorded" / "examples.json"
RTOL = 1e-4

# file -> arguments of its main, smaller than its own where that takes long
CASES: dict[str, dict[str, Any]] = {
    "tensors": {},
    "gradients": {},
    "polynomial": {"steps": 300},
    "linear_regression": {},
    "softmax_regression": {"epochs": 3},
    "mlp_dropout": {"epochs": 5},
    "nn_from_scratch": {"epochs": 2},
    "optimisation_loop": {"epochs": 2, "images": 320},
    "save_and_load": {},
    "lenet": {"epochs": 2},
    "batchnorm": {},
    "residual_blocks": {"epochs": 1, "images": 512},
    "learning_rates": {},
    "transfer_learning": {"epochs": 1},
    "mnist_trainer": {"argv": ["--epochs", "1"]},
    "cifar_trainer": {"epochs": 1, "images": 128},
    "matrix_factorisation": {"epochs": 2},
    "ngram": {"epochs": 3},
    "char_lstm": {"names": 60, "steps": 20},
    "gpt": {"steps": 20},
    "vae": {"epochs": 2},
    "gan": {"steps": 60},
}


def load(name: str) -> Any:
    """examples/<name>.py as a module of its own, imported anew."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))  # the examples import `digits`, as scripts do
    spec.loader.exec_module(module)
    return module


def run(name: str) -> dict[str, Any]:
    """The losses that main returns, and the lines it prints."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        losses = load(name).main(**CASES[name])
    return {"losses": losses if isinstance(losses, list) else [losses], "text": text.getvalue().splitlines()}


NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


def same_line(expected: str, got: str) -> bool:
    """Word for word; numbers within RTOL, or one unit of the last digit that is printed."""
    if expected == got:
        return True
    if NUMBER.sub("#", expected).split() != NUMBER.sub("#", got).split():  # an alignment may differ with a sign of 0
        return False
    for e, g in zip(NUMBER.findall(expected), NUMBER.findall(got), strict=True):
        mantissa, _, exponent = e.partition("e")
        unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        whole = "." not in mantissa
        if (whole and e != g) or (not whole and abs(float(e) - float(g)) > 1.01 * unit + RTOL * abs(float(e))):
            return False
    return True
