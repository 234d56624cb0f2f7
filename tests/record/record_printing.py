"""Record the text of tensors that PyTorch prints into tests/recorded/printing.json.

Run from the repository's root: python tests/record/record_printing.py   (needs PyTorch 2.13.0)

A case holds the elements (or {"arange": step} for a large tensor), dtype and shape, the print options, the arguments of
`format_tensor`, and the text.
"""

from __future__ import annotations

import json
import math
import pathlib
import random
from typing import Any

import torch

PATH = pathlib.Path(__file__).parents[1] / "recorded" / "printing.json"
INTEGERS = {"int64": 63, "int32": 31, "int16": 15, "int8": 7, "uint8": 8}
FLOATS = ["float32", "float64", "float16"]
OPTIONS: list[dict[str, Any]] = [
    {}, {"precision": 2}, {"precision": 0}, {"precision": 8}, {"sci_mode": True}, {"sci_mode": False},
    {"linewidth": 40}, {"linewidth": 10}, {"linewidth": 200}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1},
    {"threshold": 5, "edgeitems": 0}, {"edgeitems": 0}, {"profile": "short"}, {"profile": "full"},
    {"profile": "short", "precision": 6, "linewidth": 60}, {"threshold": 10, "edgeitems": 2, "sci_mode": True},
]  # fmt: skip
SHAPES = [(), (1,), (2,), (5,), (12,), (30,), (1, 1), (2, 3), (4, 9), (9, 4), (2, 2, 2), (3, 1, 4), (2, 3, 2, 2)]
SPECIAL = [0.0, -0.0, math.nan, math.inf, -math.inf]
EDGES = [1000.0, 1.0, 1e-4, 1e8, 0.1, 999.9, 1001.0, 1e5, 9.99995, 0.00009999, 123456789.0]


def element(source: random.Random, dtype: str, kind: str) -> Any:
    if dtype == "bool":
        return source.random() < 0.5
    if dtype in INTEGERS:
        top = 2 ** INTEGERS[dtype] - 1
        low = 0 if dtype == "uint8" else -top - 1
        return source.randint(low, top) if kind == "wide" else source.randint(max(low, -9), 9)
    if kind == "special" and source.random() < 0.4:
        return source.choice(SPECIAL)
    if kind == "edge":
        return source.choice(EDGES)
    if kind == "wide":
        return source.gauss(0, 1) * 10.0 ** source.randint(-6, 6)
    if kind == "whole":
        return float(source.randint(-1000, 1000))
    return source.choice(SPECIAL) if kind == "only special" else source.gauss(0, 1)


def random_case(source: random.Random, options: dict[str, Any], dtype: str, kind: str) -> dict[str, Any]:
    shape = source.choice(SHAPES)
    values = [element(source, dtype, kind) for _ in range(math.prod(shape))]
    arguments: dict[str, Any] = {}
    if dtype in FLOATS:
        arguments = source.choice([
            {}, {"requires_grad": True}, {"requires_grad": True, "grad_fn_name": "MulBackward0"},
            {"class_name": "Parameter", "requires_grad": True}, {"class_name": "Parameter"}, {"class_name": "Subclass"},
            {"default_float": "torch.float64"},
        ])  # fmt: skip
    return {"values": values, "shape": shape, "dtype": dtype, "options": options, "arguments": arguments}


class Subclass(torch.Tensor):
    pass


def text(case: dict[str, Any]) -> str:
    arguments, dtype = case["arguments"], getattr(torch, case["dtype"])
    if isinstance(case["values"], dict):
        tensor = (torch.arange(math.prod(case["shape"]), dtype=torch.float64) * case["values"]["arange"]).to(dtype)
    else:
        tensor = torch.tensor(case["values"], dtype=dtype)
    tensor = tensor.reshape(case["shape"])
    if arguments.get("class_name") == "Parameter":
        tensor = torch.nn.Parameter(tensor, requires_grad=arguments.get("requires_grad", False))
    elif arguments.get("class_name") == "Subclass":
        tensor = tensor.as_subclass(Subclass)
    elif arguments.get("grad_fn_name") == "MulBackward0":
        tensor = tensor.requires_grad_() * 1
    elif arguments.get("grad_fn_name") == "IndexSelectBackward0":
        tensor = tensor.requires_grad_().index_select(0, torch.arange(len(tensor)))
    elif "requires_grad" in arguments:
        tensor.requires_grad_()
    torch.set_default_dtype(getattr(torch, arguments.get("default_float", "torch.float32").removeprefix("torch.")))
    with torch._tensor_str.printoptions(**case["options"]):
        return repr(tensor)


def cases() -> list[dict[str, Any]]:
    source = random.Random(0)
    result = []
    for options in OPTIONS:
        for kind in ("plain", "special", "edge", "wide", "whole", "only special"):
            result += [random_case(source, options, dtype, kind) for dtype in FLOATS]
        result += [random_case(source, options, dtype, "wide") for dtype in (*INTEGERS, "bool")]
        result += [random_case(source, options, dtype, "plain") for dtype in ("int64", "uint8")]
    big = [(1000,), (1001,), (40, 40), (1001, 1), (1, 1001), (6, 170), (7, 200), (2, 600), (12, 3, 30), (3, 7, 7, 7)]
    for shape in big:
        for dtype, step in (("float32", 1.0), ("float32", 0.25), ("float64", 100.0), ("int64", 1), ("float16", 0.5)):
            values, arguments = {"arange": step}, {"requires_grad": True} if dtype == "float32" else {}
            result.append({"values": values, "shape": shape, "dtype": dtype, "options": {}, "arguments": arguments})
    for shape in [(0,), (0, 3), (2, 0), (1, 0, 2)]:
        for dtype in ("float32", "float64", "int64", "bool"):
            arguments = {"requires_grad": True} if dtype == "float32" else {}
            result.append({"values": [], "shape": shape, "dtype": dtype, "options": {}, "arguments": arguments})
    for width in range(36, 72):  # room for both, one or none of the suffixes on the last line, to the column
        for values in ([0.5] * 4, [float(i) for i in range(20)]):
            for arguments in ({"requires_grad": True}, {"grad_fn_name": "IndexSelectBackward0"}):
                case = {"values": values, "shape": [len(values)], "dtype": "float64", "arguments": arguments}
                result.append({**case, "options": {"linewidth": width}})
    for values in (
        [1e-4, 0.05],
        [0.99e-4, 0.05],
        [1.0, 1e8],
        [100000.5, 1e8],
        [1.0, 1000.0],
        [1.5, 1500.0],
        [1.5, 1501.0],
    ):
        result.append({"values": values, "shape": [2], "dtype": "float64", "options": {}, "arguments": {}})
    return result


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    recorded = cases()
    for case in recorded:
        case["text"] = text(case)
    lines = ",\n".join(json.dumps(case) for case in recorded)  # one case a line: diffs stay readable
    PATH.write_text(f'{{"torch": "2.13.0", "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
