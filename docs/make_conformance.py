"""Write docs/conformance.md: how far this package is PyTorch. `python docs/make_conformance.py`

The counts of results come from running the table of operations against what was recorded from PyTorch, the lists of
names from looking them up. `--names` leaves the counts as they are, which takes a second instead of a minute.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "conformance.md"
RESULTS = re.compile(r"(?<=<!-- results -->\n).*?(?=<!-- end of results -->)", re.DOTALL)

INTRODUCTION = """\
# How far minitorch_nn is PyTorch

The reference is PyTorch {version} on the CPU. Expected results are recorded from it by the scripts in `tests/record`, and
the default tests compare with the recordings: values, gradients, dtypes, shapes, node names, warnings, and the type and
first line of errors. With PyTorch installed, `pytest tests/test_ops.py --live` compares on fresh random inputs.

This page is written by `python docs/make_conformance.py`.
"""

DIFFERENCES = """\
## What differs

**Left out, with an error that says so**

| What | Instead |
|---|---|
| `complex64`, `complex128`, `uint16`, `uint32`, `uint64` | names only |
| GPUs: `device("cuda")`, `Tensor.cuda()`, `torch.cuda.set_device()` | `is_available()` is False, so code that asks first runs |
| sparse, quantised and complex tensors, `torch.fft`, `torch.hub`, `torch.onnx`, `torch.fx` | AttributeError |
| `torch.autocast("cpu")` that is enabled | NotImplementedError; disabled, and `GradScaler` without a GPU, are as in PyTorch |
| forward mode (`autograd.forward_ad`) | `func.jvp` and `jacfwd` go through two backward passes; `vmap` is a loop over the batch |
| `torch.load(..., weights_only=False)` | nothing in a file is ever executed |
| `torch.jit.script`, `torch.jit.trace` | call the function itself; `torch.jit.is_scripting()` is False |
| `torch.distributed` | `is_available()` is False: training runs in one process |

**Accepted, without effect, and harmless**

| What | Why |
|---|---|
| `torch.compile` | returns its argument; the first call says so in a warning |
| `pin_memory`, `non_blocking`, `share_memory_()` | there is no GPU, and a DataLoader's workers are threads |
| `foreach`, `fused` of optimizers | they choose how PyTorch computes, not what |
| `torch.backends.cudnn.benchmark`, `.deterministic`, `.enabled`, `allow_tf32` | there is no GPU |
| `torch.use_deterministic_algorithms` | every operation is deterministic |
| `torch.set_float32_matmul_precision` | products of float32 are never less precise |
| `Module.to(memory_format=...)` | parameters stay row by row, as `is_contiguous` says |
| `nn.DataParallel` | runs the module itself, as PyTorch does without GPUs |

**Other results**

- float32 and float16: sums are taken in another order, and `exp`, `log`, `sin` and their kin are NumPy's, so the last bits
  may differ. The recordings are met within 1e-5 relative (1e-11 in float64) unless a case says otherwise.
- Random numbers: a seed gives PyTorch's numbers: the generator's state, `rand`, `randint`, `randperm`, `bernoulli`,
  `uniform_` and dropout's mask to the bit. Normal numbers (under 16 of them, or float64) and exponentials pass through a
  logarithm, sine and cosine whose last bit may differ.
- Memory order: images lie channels-last inside the package, but `stride()` and `is_contiguous()` answer row by row unless
  `memory_format=torch.channels_last` was asked for; the result of an operation on such a tensor is row by row again, where
  PyTorch keeps the order.
- Errors have PyTorch's type and first line; further lines, with what to do, are this package's own. `device("cuda")` itself
  raises; PyTorch raises later.
- `grad_fn` has PyTorch's name, but where that is the name of the kernel that PyTorch chose (convolution, attention).
- bfloat16 and float16 lie in two bytes and are computed in float32, rounded once: within 2 steps of PyTorch, which rounds
  more often, or within 0.75 of a step of the exact result.
- Factorisations come from NumPy's LAPACK: columns of `svd` and `eigh` may have the other sign.
- A tensor that the user turned to lie channels-last (`x.permute(0, 3, 1, 2) * 2`) may be taken for the package's own layout:
  `is_contiguous()` is then True, and `view` works where PyTorch refuses.

**NumPy**

PyTorch has `__array__` alone: NumPy's functions leave the graph, or raise where a gradient is wanted. Here a function of
NumPy's that has a counterpart (`np.sin(t)`, `np.sum(t, axis=0)`, `np.concatenate([t, a])`, `array * t`) gives a Tensor with
its gradient; one that has none runs on the arrays where no gradient is asked for, and raises where one would be lost.
`array += t` writes into the array.
"""


def results() -> str:
    """How many recorded results are met, in all and by operation."""
    import warnings

    from cases import CASES, store  # type: ignore[import-not-found]
    from cases.compare import mismatches  # type: ignore[import-not-found]
    from cases.names import OPERATIONS  # type: ignore[import-not-found]
    from cases.run import evaluate  # type: ignore[import-not-found]

    import minitorch_nn as torch

    _, recorded = store.load("ops")
    met: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for case in CASES:
        for dtype in case.dtypes:
            expected = recorded.get(f"{case.name}/{dtype}")
            if expected is None:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                of[case.op] += 1
                met[case.op] += not mismatches(case, expected, evaluate(case, torch, dtype))
    operations = [o for o in OPERATIONS if of[o]]
    whole = sum(met[o] == of[o] for o in operations)
    others = len(set(of) - set(operations))
    lines = [
        f"{met.total()} of {of.total()} recorded results are met: those of {whole} of {len(OPERATIONS)} operations that "
        f"code written for PyTorch uses, in full, and of {others} more.",
        "",
    ]
    for o in sorted(of):
        if met[o] != of[o]:
            lines.append(f"- `{o}`: {met[o]} of {of[o]}")
    counts = " ".join(f"`{o}` {met[o]}/{of[o]}," for o in OPERATIONS).rstrip(",")
    return "\n".join([*lines, *([""] if lines[-1] else []), wrapped(counts + ".")]) + "\n"


def wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def owner(torch: Any, dotted: str) -> Any:
    for part in dotted.split(".")[1:]:
        torch = getattr(torch, part, None)
    return torch


def names() -> str:
    """What exists of the names most used, and of each part's documented names what does not."""
    from cases.by_use import BY_USE, LEFT_OUT, exists  # type: ignore[import-not-found]

    import minitorch_nn as torch

    recorded = json.loads((ROOT / "tests" / "recorded" / "names.json").read_text(encoding="utf-8"))["names"]
    missing = [n for n in BY_USE if not exists(torch, n)]
    lines = [
        "## Names",
        "",
        f"Of the {len(BY_USE)} names most used by public tutorials, books and model code {len(BY_USE) - len(missing)} exist.",
        *(f"Not there: `{n}` ({LEFT_OUT.get(n, 'to do')})." for n in missing),
        "",
        "Of the functions and classes that PyTorch documents, by part; what is not there raises AttributeError.",
        "",
        "| Part | There | Not there |",
        "|---|---|---|",
    ]
    for part, listed in recorded.items():
        module = owner(torch, part)
        absent = [n for n in listed if not hasattr(module, n)]
        gone = " ".join(f"`{n}`" for n in absent) or "–"
        lines.append(f"| `{part}` | {len(listed) - len(absent)} of {len(listed)} | {gone} |")
    return "\n".join(lines) + "\n"


def comparisons() -> str:
    """What was compared beside the table, counted from the recordings."""
    recorded = ROOT / "tests" / "recorded"

    def load(name: str) -> Any:
        return json.loads(gzip.decompress((recorded / name).read_bytes()))

    properties, graphs, errors = (
        load("properties.json.gz")["programs"],
        load("graph.json.gz")["programs"],
        load("errors.json.gz"),
    )
    calls, bad = len(errors["calls"]), len(errors["open"])
    text = [
        f"- Bad arguments: {calls - bad:,} of {calls:,} recorded calls raise the same type with the same first line, or are "
        "accepted as there (`tests/test_errors.py`).",
        f"- Random programs of up to 20 operations, with views, broadcasting and changes in place: {len(properties)} are "
        f"recorded, {sum('open' in p for p in properties)} of them open (`tests/test_properties.py`).",
        f"- Random graphs with hooks, several passes and changes in place: {len(graphs)} are recorded, "
        f"{sum('open' in p for p in graphs)} open (`tests/test_graph_programs.py`).",
        FOUND,
    ]
    return "\n".join(["## Random comparison", "", *text, ""])


FOUND = """\
- Fresh ones, with PyTorch installed: `pytest tests/test_properties.py tests/test_samples.py --live`. Some 38,000 programs
  and 190,000 calls of the operations ran before this version. They found, and it was mended: errors of overlapping memory,
  the order of checks on views, names of nodes after changes in place, retained gradients that move, signs of zero, the
  order in memory of results of transposed tensors, missing gradients under `create_graph`. Of the last 4,000 programs of
  the plain kind about 0.5 % still differed, of the last 1,000 with every operation 10 %, mostly in the words or the order
  of errors and in what `stride()` says; of the last 13,000 calls one."""


def page(counts: str) -> str:
    """The whole text."""
    version = json.loads((ROOT / "tests" / "recorded" / "names.json").read_text(encoding="utf-8"))["header"]["torch"]
    return "\n".join(
        [
            INTRODUCTION.format(version=version),
            "## Operations\n",
            "Results met of results recorded; each is a forward pass with its gradients, or an error.\n",
            f"<!-- results -->\n{counts}<!-- end of results -->\n",
            comparisons(),
            DIFFERENCES,
            names(),
        ]
    )


def written_counts() -> str:
    """The counts that the page has at present."""
    found = RESULTS.search(PAGE.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{PAGE.name} has no counts: run without --names")
    return found[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", action="store_true", help="leave the counts of results as they are")
    counts = written_counts() if parser.parse_args().names else results()
    PAGE.write_text(page(counts), encoding="utf-8")
    print(counts.split("\n", 1)[0])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    main()
