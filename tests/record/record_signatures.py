"""Write minitorch_nn/ops/signatures.txt: what PyTorch's functions and methods take, for the words of its errors.

    python tests/record/record_signatures.py

PyTorch's binary holds the signatures that its argument parser works from. A line of the file is a form and a signature:
`torch sum(Tensor input, *, ScalarType? dtype=None)`; the forms are `torch` (functions, those of torch.nn.functional
too), `Tensor` (methods, without self). `Tensor exp` alone is a method that takes nothing, `F linear` says that
PyTorch has not written nn.functional.linear in Python.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch

FILE = Path(__file__).parents[2] / "minitorch_nn" / "ops" / "signatures.txt"
LIBRARY = Path(torch.__file__).parent / "lib" / "libtorch_python.so"
SIGNATURE = re.compile(rb"(?<=[\0\x01-\x1f])([a-z_]\w*)\(((?:[A-Za-z*][^\0]*)?)\)(?:\|[a-z]+)?(?=\0)")


def nothing_taken(method: str) -> bool:
    """Whether Tensor.method takes no arguments, and no parser sees them."""
    try:
        getattr(torch.ones(1), method)(None, None, None)
    except TypeError as error:
        return "takes no arguments" in str(error)
    except Exception:  # whatever else it says, it has looked at them
        return False
    return False


def is_builtin(x: object) -> bool:
    return type(x).__name__ in ("builtin_function_or_method", "method_descriptor")


def forms(name: str, parameters: str) -> list[str]:
    """Which forms a signature belongs to"""
    function = (
        is_builtin(getattr(torch, name, None))
        or name == "split"
        or hasattr(torch._C._nn, name)
        or hasattr(torch._C._linalg, name)
        or hasattr(torch._C._special, name)
    )
    method = is_builtin(getattr(torch.Tensor, name, None)) or name == "unflatten"
    if function and method:
        if name == "where" and parameters == "Tensor condition":
            return ["torch"]
        return ["torch" if re.search(r"\b(input|self)\b", parameters) else "Tensor"]
    return ["torch"] * function + ["Tensor"] * method


def main() -> None:
    found: dict[str, None] = {}
    strings = [(m[1].decode(), m[2].decode(), m[0].decode()) for m in SIGNATURE.finditer(LIBRARY.read_bytes())]
    for name, parameters, text in strings:
        for form in forms(name, parameters):
            found[f"{form} {text}"] = None
    for name in dir(torch.Tensor):
        if not name.startswith("_") and is_builtin(getattr(torch.Tensor, name)) and nothing_taken(name):
            found[f"Tensor {name}"] = None
    for name, function in vars(torch.nn.functional).items():
        if is_builtin(function):
            found[f"F {name}"] = None
    FILE.write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
