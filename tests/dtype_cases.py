"""What two dtypes, in tensors and numbers, give together: calls whose results are dtypes, or errors."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

NAMES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
NUMBERS = (True, 2, -1, 2.5)
BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "eq", "and_", "lshift")
IN_PLACE = ("add_", "div_", "floor_divide_", "copy_")
UNARY = ("neg", "abs", "sqrt", "sum", "prod", "mean", "cumsum", "floor", "sign", "logical_not", "bitwise_not", "argmax")
DEFAULTS: dict[str, Callable[[Any], Any]] = {
    "tensor": lambda torch: torch.tensor([1.0]),
    "int over int": lambda torch: torch.tensor(1) / 2,
    "ones": lambda torch: torch.ones(1),
    "sqrt of int": lambda torch: torch.tensor([4]).sqrt(),
    "arange": lambda torch: torch.arange(0, 1, 0.5),
    "full": lambda torch: torch.full((1,), 1.0),
    "numbers": lambda torch: torch.result_type(1, 1.0),
    "int times float": lambda torch: torch.tensor([1]) * 1.5,
    "float32 times float": lambda torch: torch.tensor([1.0], dtype=torch.float32) * 1.5,
    "float()": lambda torch: torch.tensor([1]).float(),
}


def made(torch: Any, name: str, dims: int) -> Any:
    t = torch.tensor([7, 1], dtype=getattr(torch, name))
    return t if dims else t[0]


def outcome(torch: Any, call: Callable[[], Any]) -> str:
    """The dtype that came out, or the value if it is no tensor, or the error's type."""
    try:
        out = call()
    except Exception as error:
        return type(error).__name__
    return str(out.dtype if isinstance(out, torch.Tensor) else out).removeprefix("torch.")


def table(torch: Any) -> Iterator[tuple[str, str]]:
    """(what, outcome) of every case."""

    def of(function: Callable[..., Any], *args: Any) -> str:
        return outcome(torch, lambda: function(*args))

    for a, b in product(NAMES, NAMES):
        dtypes = getattr(torch, a), getattr(torch, b)
        yield f"promote_types {a} {b}", of(torch.promote_types, *dtypes)
        yield f"can_cast {a} {b}", of(torch.can_cast, *dtypes)
        yield f"cat {a} {b}", of(torch.cat, [made(torch, a, 1), made(torch, b, 1)])
        for m, n in product((1, 0), (1, 0)):
            x, y = made(torch, a, m), made(torch, b, n)
            yield f"result_type {a}:{m} {b}:{n}", of(torch.result_type, x, y)
            for name in BINARY:
                yield f"{name} {a}:{m} {b}:{n}", of(getattr(operator, name), x, y)
            if m >= n:
                for name in IN_PLACE:
                    yield f"{name} {a}:{m} {b}:{n}", of(getattr(made(torch, a, m), name), y)
    for a, m in product(NAMES, (1, 0)):
        x = made(torch, a, m)
        for number in NUMBERS:
            yield f"result_type {a}:{m} {number}", of(torch.result_type, x, number)
            for name in BINARY:
                yield f"{name} {a}:{m} {number}", of(getattr(operator, name), x, number)
                yield f"{name} {number} {a}:{m}", of(getattr(operator, name), number, x)
            for name in IN_PLACE[:3]:
                yield f"{name} {a}:{m} {number}", of(getattr(made(torch, a, m), name), number)
        for name in UNARY:
            yield f"{name} {a}:{m}", of(getattr(x, name), *([0] if name == "cumsum" else []))
    before = torch.get_default_dtype()
    try:
        for name in NAMES[:3]:
            torch.set_default_dtype(getattr(torch, name))
            for what, call in DEFAULTS.items():
                yield f"default {name}: {what}", outcome(torch, lambda call=call: call(torch))
    finally:
        torch.set_default_dtype(before)
