"""Tensors from values, from numbers and from one another; casts; Python values out of tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import BOOL, F32, F64, I64, A, Case, N, Table, call, ints, method, t, v

case = Table()
CASES: list[Case] = case

ONE = dict(dtypes=F64)  # no input: the dtype a case runs at plays no part


def make(name: str, *args: Any, **options: Any) -> Any:
    """`torch.<name>(*args, **options)`; dtypes by name."""

    def run(torch: Any, *_: Any) -> Any:
        named = {k: getattr(torch, x) if k == "dtype" else x for k, x in options.items()}
        return getattr(torch, name)(*args, **named)

    return run


for id, args in {
    "end": (5,), "start end": (1, 5), "step": (1, 6, 2), "float end": (4.0,), "float": (0, 1, 0.25),
    "negative step": (5, 1, -2), "empty": (0,),
    "float end between": (0.5, 3), "tiny steps": (1, 2, 0.1), "equal": (3, 3),
}.items():  # fmt: skip
    case("arange", id, make("arange", *args), **ONE)
case("arange", "dtype", make("arange", 4, dtype="float32"), **ONE)
case("arange", "dtype int of floats", make("arange", 0.5, 4, dtype="int64"), **ONE)
case("arange", "requires_grad", make("arange", 4.0, requires_grad=True), **ONE)
case("arange", "keywords", make("arange", start=1, end=4, step=2), **ONE)
case("arange", "zero step", make("arange", 0, 4, 0), raises=True, **ONE)
case("arange", "wrong sign", make("arange", 4, 0), raises=True, **ONE)
for id, args in {
    "five": (0, 1, 5),
    "one": (3, 10, 1),
    "none": (0, 1, 0),
    "down": (2.0, -1.0, 4),
    "ints": (0, 10, 3),
    "many": (0, 1, 7),
}.items():
    case("linspace", id, make("linspace", *args), **ONE)
case("linspace", "dtype", make("linspace", 0, 1, 3, dtype="float64"), **ONE)
case("linspace", "int dtype", make("linspace", 0, 10, 4, dtype="int64"), **ONE)
case("linspace", "steps keyword", make("linspace", -1, 1, steps=4), **ONE)
case("linspace", "negative steps", make("linspace", 0, 1, -1), raises=True, **ONE)
case("linspace", "logspace", make("logspace", 0, 2, 3), **ONE)
for name in ("zeros", "ones"):
    case(name, "sizes", make(name, 2, 3), **ONE)
    case(name, "tuple", make(name, (2, 3)), **ONE)
    case(name, "list dtype", make(name, [2], dtype="int64"), **ONE)
    case(name, "0-dim", make(name, ()), **ONE)
    case(name, "empty", make(name, 0, 2), **ONE)
    case(name, "bool", make(name, 2, dtype="bool"), **ONE)
    case(name, "size keyword", make(name, size=(2, 2)), **ONE)
    case(name, "requires_grad", make(name, 2, requires_grad=True), **ONE)
    case(name, "int requires_grad", make(name, 2, dtype="int64", requires_grad=True), raises=True, **ONE)
    case(name, "negative", make(name, -1), raises=True, **ONE)
    case(name, "float size", make(name, 2.0), raises=True, **ONE)
    case(name + "_like", "plain", call(name + "_like"), t(2, 3), dtypes=A)
    case(
        name + "_like",
        "transposed",
        lambda torch, x, n=name: list(getattr(torch, n + "_like")(x).stride()),
        t(2, 3, layout="T"),
    )
    case(name + "_like", "dtype", lambda torch, x, n=name: getattr(torch, n + "_like")(x, dtype=torch.int64), t(2))
    case("new_" + name, "sizes", method("new_" + name, 2, 3), t(1), dtypes=A)
    case("new_" + name, "tuple dtype", lambda torch, x, n=name: getattr(x, "new_" + n)((2,), dtype=torch.bool), t(1))
case("full", "float", make("full", (2, 2), 1.5), **ONE)
case("full", "int", make("full", (2,), 3), **ONE)
case("full", "bool", make("full", (2,), True), **ONE)
case("full", "0-dim", make("full", (), 2.0), **ONE)
case("full", "dtype", make("full", [2], 7, dtype="float64"), **ONE)
case("full", "keywords", make("full", size=(1,), fill_value=0.1), **ONE)
case("full_like", "plain", call("full_like", 2), t(2, 2), dtypes=A)
case("full_like", "float", call("full_like", 2.5), t(2), dtypes=N)
case("new_full", "plain", method("new_full", (2, 2), 3), t(1), dtypes=A)
case("new_full", "dtype", lambda torch, x: x.new_full((2,), 1, dtype=torch.float64), t(1), dtypes=F32)
case("new_full", "new_tensor", method("new_tensor", [1, 2.5, 0.1]), t(1), dtypes=N)
case("new_full", "new_empty", method("new_empty", (2, 3)), t(1), dtypes=A, values=False)
for id, args in {"square": (3,), "wide": (2, 3), "tall": (3, 2), "empty": (0,)}.items():
    case("eye", id, make("eye", *args), **ONE)
case("eye", "dtype", make("eye", 2, dtype="int64"), **ONE)
case("eye", "requires_grad", make("eye", 2, requires_grad=True), **ONE)
case("eye", "negative", make("eye", -1), raises=True, **ONE)
for name, args in {"empty": (2, 3), "rand": (2, 3), "randn": (2, 3)}.items():
    case(name, "sizes", make(name, *args), values=False, **ONE)
    case(name, "tuple dtype", make(name, (2,), dtype="float64"), values=False, **ONE)
    case(name, "none", make(name, 0), values=False, **ONE)
    case(name, "like", call(name + "_like"), t(2, 3), values=False)
    case(name, "requires_grad", make(name, 2, requires_grad=True), values=False, **ONE)
for id, draw in {
    "rand": lambda torch: torch.rand(2, 3), "rand float64": lambda torch: torch.rand(3, dtype=torch.float64),
    "randn small": lambda torch: torch.randn(5),
    "randn large": lambda torch: torch.randn(20), "randint": lambda torch: torch.randint(0, 10, (6,)),
    "randint high": lambda torch: torch.randint(7, (2, 2)),
    "randperm": lambda torch: torch.randperm(6),
    "generator": lambda torch: torch.rand(3, generator=torch.Generator().manual_seed(3)),
}.items():  # fmt: skip
    case("manual_seed", id, lambda torch, f=draw: [torch.manual_seed(7), f(torch)][1], rtol32=2e-6, **ONE)
case("rand", "int dtype", make("rand", 2, dtype="int64"), raises=True, **ONE)

VALUES = {
    "float": 1.5, "int": 3, "bool": True, "list": [1.0, 2.0], "ints": [1, 2], "mixed": [1, 2.5],
    "bools": [True, False], "nested": [[1, 2], [3, 4]],
    "empty": [], "empty rows": [[], []], "tuple": (1.0, 2.0), "bool and int": [True, 2], "big int": 2**40,
    "nan": float("nan"), "range": range(3),
}  # fmt: skip
for id, value in VALUES.items():
    case("tensor", id, make("tensor", value), **ONE)
    case("as_tensor", id, make("as_tensor", value), **ONE)
case("tensor", "dtype", make("tensor", [1, 2], dtype="float64"), **ONE)
for name in ("tensor", "as_tensor"):
    case(name, "float64 digits", make(name, [[0.1], [1 / 3]], dtype="float64"), **ONE)
    case(name, "float64 digits of a number", make(name, 0.1, dtype="float64"), **ONE)
    case(name, "int64 digits", make(name, [2**62 + 1, -(2**53) - 1]), **ONE)
    case(name, "int64 digits as float64", make(name, [2**40 + 1], dtype="float64"), **ONE)
    case(name, "large ints as int64", make(name, [2**53 + 1], dtype="int64"), **ONE)
    case(name, "float64 array as it is", lambda torch, n=name: getattr(torch, n)(np.array([0.1, 1 / 3])), **ONE)
    case(name, "NumPy float in a list", lambda torch, n=name: getattr(torch, n)([np.float64(0.5), 1.5]), **ONE)
    case(name, "too large for uint8", make(name, [300], dtype="uint8"), raises=True, **ONE)
case("full", "float64 digits", make("full", (2,), 0.1, dtype="float64"), **ONE)
case("arange", "float64 digits", make("arange", 0.1, 0.5, 0.1, dtype="float64"), **ONE)
case("linspace", "float64 digits", make("linspace", 0.1, 0.5, 4, dtype="float64"), **ONE)
case("item", "float64 digits", lambda torch: torch.tensor([1 / 3], dtype=torch.float64).sum().item(), **ONE)
case("tensor", "int from float", make("tensor", [1.9, -1.9], dtype="int64"), **ONE)
case("tensor", "requires_grad", make("tensor", [1.0], requires_grad=True), **ONE)
case("tensor", "int requires_grad", make("tensor", [1], requires_grad=True), raises=True, **ONE)
case("tensor", "ragged", make("tensor", [[1, 2], [3]]), raises=True, **ONE)
case("tensor", "string", make("tensor", "a"), raises=True, **ONE)
case("tensor", "None", make("tensor", None), raises=True, **ONE)
case("tensor", "of an array", lambda torch: torch.tensor(np.array([1.0, 2.0])), **ONE)
case("tensor", "of a float32 array", lambda torch: torch.tensor(np.array([[1, 2]], dtype="float32")), **ONE)
case("tensor", "of a NumPy number", lambda torch: torch.tensor(np.float64(1.5)), **ONE)
case("tensor", "of tensors", lambda torch: torch.tensor([torch.tensor(1.0), torch.tensor(2.0)]), **ONE)
case("tensor", "of a tensor warns", lambda torch, x: torch.tensor(x), t(2, grad=False))
case(
    "tensor",
    "copies an array",
    lambda torch: [a := np.array([1.0]), x := torch.tensor(a), a.__setitem__(0, 5.0), x][3],
    **ONE,
)
case(
    "as_tensor",
    "shares an array",
    lambda torch: [a := np.array([1.0]), x := torch.as_tensor(a), a.__setitem__(0, 5.0), x][3],
    **ONE,
)
case("as_tensor", "of a tensor is itself", lambda torch, x: torch.as_tensor(x) is x, t(2))
case(
    "from_numpy",
    "shares",
    lambda torch: [a := np.array([1.0]), x := torch.from_numpy(a), a.__setitem__(0, 5.0), x][3],
    **ONE,
)
case("from_numpy", "writes back", lambda torch: [a := np.zeros(2), torch.from_numpy(a).add_(1), a.tolist()][2], **ONE)
case("from_numpy", "strides", lambda torch: list(torch.from_numpy(np.zeros((2, 3)).T).stride()), **ONE)
for kind in ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"):
    case("from_numpy", kind, lambda torch, k=kind: torch.from_numpy(np.array([0, 1], dtype=k)), **ONE)
    for source in ("float64", "int64", "bool", "uint8"):
        case(
            "to",
            f"{source} to {kind}",
            lambda torch, x, k=kind: x.to(getattr(torch, k)),
            v([0, 1, 2], dtype=source),
            check=False,
            **ONE,
        )
case("from_numpy", "list", lambda torch: torch.from_numpy([1.0]), raises=True, **ONE)
case("to", "float32 to float64 2d", lambda torch, x: x.to(torch.float64), t(2, 3), dtypes=F32)
case("to", "float64 to float32 2d", lambda torch, x: x.to(torch.float32), t(2, 3), dtypes=F64, check=False)
case("to", "same dtype is itself", lambda torch, x: x.to(x.dtype) is x, t(2), dtypes=A)
case("to", "copy", lambda torch, x: x.to(x.dtype, copy=True) is x, t(2))
case("to", "like another", method("to"), t(2), t(1, dtype="float32"), dtypes=F64, check=False)
case("to", "cpu", lambda torch, x: x.to("cpu") is x, t(2))
case("to", "device and dtype", lambda torch, x: x.to("cpu", torch.float64), t(2), dtypes=F32)
case("to", "float to int cuts", lambda torch, x: x.to(torch.int64), v([1.9, -1.9, 0.5]))
case("to", "large to uint8 wraps", lambda torch, x: x.to(torch.uint8), v([255, 256, -1]), dtypes=I64)
case("to", "type", lambda torch, x: x.type(torch.float64), t(2), dtypes=F32)
case("to", "type as", method("type_as"), t(2), t(1, dtype="float64"), dtypes=F32)
case("to", "type string", method("type"), t(2), dtypes=A)
for name in ("float", "double", "long", "bool", "int", "half", "short", "char", "byte"):
    case(
        name,
        "plain",
        method(name),
        v([[0.0, 1.0], [2.0, 0.0]]),
        dtypes=A,
        check=name == "double",
    )
    case(name, "empty", method(name), t(0), dtypes=A, check=name == "double")

for id, value in {"float": 1.5, "int": 3, "one element": [[2.0]]}.items():
    case("item", id, method("item"), v(value), dtypes=A)
case("item", "several", method("item"), t(2), raises=True)
case("item", "none", method("item"), t(0), raises=True)
case("item", "float()", lambda torch, x: float(x), v(2.5, grad=False), dtypes=A)
case("item", "int()", lambda torch, x: int(x), v([2.5], grad=False), dtypes=A)
case("item", "bool()", lambda torch, x: bool(x), v(0.0), dtypes=A)
case("item", "bool() of several", lambda torch, x: bool(x), t(2), raises=True)
case("item", "bool() of none", lambda torch, x: bool(x), t(0), raises=True)
case("item", "index", lambda torch, x: [10, 20, 30][x], v(1), dtypes=I64 + BOOL)
case("item", "index by a float", lambda torch, x: [10, 20, 30][x], v(1), raises=True)
case("tolist", "2d", method("tolist"), v([[1, 2], [3, 4]]), dtypes=A)
case("tolist", "0-dim", method("tolist"), v(1), dtypes=A)
case("tolist", "empty", method("tolist"), t(2, 0))
case("numpy", "requires grad", lambda torch, x: x.numpy(), t(2), raises=True)
case("numpy", "shares", lambda torch, x: [x.numpy().__setitem__(0, 5), x][1], t(2, grad=False))
case("numpy", "detached", lambda torch, x: x.detach().numpy().tolist(), v([1.0, 2.0]))
case(
    "size",
    "all",
    lambda torch, x: (str(x.size()), x.size(0), x.size(-1), x.dim(), x.ndim, x.numel(), len(x), str(x.shape)),
    t(2, 3),
)
case("size", "out of range", lambda torch, x: x.size(2), t(2, 3), raises=True)
case("size", "len of 0-dim", lambda torch, x: len(x), t(), raises=True)
case("size", "iterating 0-dim", lambda torch, x: list(x), t(), raises=True)
case("size", "contains", lambda torch, x: (1.0 in x, 7.0 in x), v([1.0, 2.0]))
case("fill", "number", call("fill", 2), t(2, 3), dtypes=A)
case("fill", "0-dim tensor", lambda torch, x, s: torch.fill(x, s), t(2), t())
case("fill", "in-place", lambda torch, x: x.clone().fill_(1.5), t(2, 3), dtypes=N)
case("fill", "1-dim tensor", lambda torch, x, s: x.clone().fill_(s), t(2), t(2), raises=True)
case("zero_", "plain", lambda torch, x: x.clone().zero_(), t(2, 3), dtypes=A)
case("zero_", "view", lambda torch, x: [y := x.clone(), y[0].zero_()][0], t(2, 3))
case("copy_", "same", lambda torch, x, y: x.clone().copy_(y), t(2, 3), t(2, 3), dtypes=A)
case("copy_", "broadcast", lambda torch, x, y: x.clone().copy_(y), t(2, 3), t(3))
case("copy_", "from int", lambda torch, x, y: x.clone().copy_(y), t(2), ints(2))
case("copy_", "into a view", lambda torch, x, y: [z := x.clone(), z[:, 0].copy_(y)][0], t(2, 3), t(2))
case("copy_", "wrong shape", lambda torch, x, y: x.clone().copy_(y), t(2), t(3), raises=True)
case("result_type", "table", lambda torch: [
    str(torch.result_type(a, b))
    for a in (torch.tensor([1]), torch.tensor(1.0), torch.tensor([1.0]), torch.tensor([True]), torch.tensor(1))
    for b in (torch.tensor([1], dtype=torch.int32), torch.tensor(2.0, dtype=torch.float64), 1, 2.0, True)
], **ONE)  # fmt: skip
