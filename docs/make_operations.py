"""Write docs/operations.md: every operation with its gradient rules, as they stand in the code.

python docs/make_operations.py
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import minitorch_nn
from minitorch_nn.autograd.op import Op, registry

PAGE = Path(__file__).parent / "operations.md"
PACKAGE = Path(minitorch_nn.__file__).parent
HEAD = """# The operations and their gradient rules

Each operation is one `@op(...)` above a kernel on arrays; a rule gives the gradient of one input from `g`, the gradient
of the result, and what it names: inputs, `out`, options, shapes. This page is made from the code by
`python docs/make_operations.py`; the names in the first column are those of the kernels, which the functions of the same
file call after checking their arguments.

"""


def decorators(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """The functions of a file that are operations, with their `@op(...)`."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "op":
                    yield node.name, decorator


def rules(call: ast.Call) -> list[str]:
    """`input: g * b` for each gradient rule of an `@op(...)`."""
    settings = {"name", "kind", "outputs", "view"}
    found = []
    for keyword in call.keywords:
        if keyword.arg in settings or keyword.arg is None:
            continue
        value = keyword.value
        text = ast.unparse(value.body if isinstance(value, ast.Lambda) else value)
        found.append(f"{'all' if keyword.arg == 'joint' else keyword.arg}: `{text.replace('|', chr(92) + '|')}`")
    return found


def page() -> str:
    """The page as text."""
    text = HEAD
    for path in sorted(PACKAGE.rglob("*.py")):
        rows = []
        for name, call in decorators(path):
            importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
            op = registry.get(name)
            if not isinstance(op, Op):
                continue
            summary = textwrap.shorten(inspect.getdoc(op.kernel) or "", 160, placeholder=" ...").split("\n")[0]
            node = f"`{op.node_type.__name__}`" if op.differentiable else "not differentiable"
            rows.append(f"| `{name}` | {summary.replace('|', chr(92) + '|')} | {node} | {'<br>'.join(rules(call))} |")
        if rows:
            place = path.relative_to(PACKAGE.parent).as_posix()
            title = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
            text += f"## [{place}](../{place})\n\n{title}\n\n"
            text += "| kernel | what | node | gradient |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
    return text.rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
