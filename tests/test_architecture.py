"""The layer rule, read from the imports: a layer imports only from layers below it, and no import runs in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYERS = [
    {"_before_numpy", "_bfloat16"},
    {"backends", "dtypes", "device", "layout", "random", "version", "_absent", "_printing"},
    {"autograd"},
    {"ops"},
    {"tensor"},
    {"nn"},
    {"amp", "distributions", "optim", "data", "io", "config"},
    {
        "training",
        "utils",
        "cuda",
        "linalg",
        "accelerator",
        "distributed",
        "func",
        "jit",
        "serialization",
        "settings",
        "special",
    },
    {""},  # minitorch_nn/__init__.py: the namespace
]
LAYER = {name: level for level, names in enumerate(LAYERS) for name in names}
FREE = {"config": "imports nothing from the package"}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted((ROOT / "minitorch_nn").rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str, path: Path) -> Iterator[str]:
    """The package's modules that a module imports, anywhere in it but under `if TYPE_CHECKING`."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    skipped: set[ast.AST] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            skipped.update(ast.walk(node))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *(node.module or "").split(".")]).rstrip(".")
            targets = [f"{stem}.{alias.name}" for alias in node.names] + [stem]
            # `from . import x` names the submodule x; only what x itself imports counts, not all of the package
            targets = [t for t in targets[:-1] if t in MODULES] or [stem]
        else:
            continue
        yield from (t for t in targets if t in MODULES)


GRAPH = {name: sorted(set(imports(name, path)) - {name}) for name, path in MODULES.items()}


def layer(module: str) -> int:
    return LAYER[[*module.split("."), ""][1]]


def part(module: str) -> str:
    return [*module.split("."), ""][1]


def test_every_part_has_a_layer() -> None:
    assert {part(m) for m in MODULES} <= set(LAYER)


def test_a_layer_imports_only_from_layers_below() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in GRAPH.items()
        for target in targets
        if part(name) != part(target) and layer(target) >= layer(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_config_imports_nothing_from_the_package() -> None:
    assert not GRAPH["minitorch_nn.config"]


def test_no_import_runs_in_a_circle() -> None:
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name in done:
            return
        for target in GRAPH[name]:
            if not name.startswith(f"{target}."):  # a package is there before its modules
                visit(target, [*path, name])
        done.add(name)

    for name in GRAPH:
        visit(name, [])


def test_the_models_use_only_what_a_user_would() -> None:
    for path in [*(ROOT / "models").glob("*.py"), ROOT / "train.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("minitorch_nn"):
                assert not any(p.startswith("_") for p in node.module.split(".")), f"{path.name}: {node.module}"


def test_files_are_short_enough_to_read() -> None:
    """About 400 lines are what one sitting takes."""
    long = {
        name: n for name, path in MODULES.items() if (n := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long, long
