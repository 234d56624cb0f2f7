"""Two tensors, or a tensor and a number: arithmetic, comparison, logic."""

from __future__ import annotations

import operator

from .core import BOOL, F32, F64, I64, A, Case, F, N, Table, bools, call, inplace, ints, method, pos, t, v

case = Table()
CASES: list[Case] = case

ARITHMETIC = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div__no_rounding_mode": operator.truediv}
IN_PLACE = {
    "add": operator.iadd, "sub": operator.isub, "mul": operator.imul, "div__no_rounding_mode": operator.itruediv,
}  # fmt: skip

SHAPES = {
    "same": ((2, 3), (2, 3)), "broadcast": ((3, 1), (2, 1, 4)), "row": ((2, 3), (3,)), "column": ((2, 3), (2, 1)),
    "0-dim right": ((2, 2), ()), "0-dim left": ((), (3,)), "0-dim both": ((), ()), "empty": ((0, 3), (3,)),
    "empty broadcast": ((2, 0), (1,)),
    "ones": ((1, 1), (1,)),
}  # fmt: skip

for name, sign in ARITHMETIC.items():
    function = name.split("__")[0]
    right = dict(away=(0.0,)) if function == "div" else {}
    for id, (a, b) in SHAPES.items():
        case(
            name,
            id,
            call(function),
            t(*a),
            t(*b, **right),
            dtypes=A if id in ("same", "broadcast", "0-dim right") else F,
        )
    case(name, "operator", lambda torch, a, b, f=sign: f(a, b), t(2, 2), t(2, 2, **right), dtypes=A)
    case(name, "method", method(function), t(2, 2), t(2, 2, **right))
    case(name, "transposed", call(function), t(3, 2, layout="T"), t(3, 2, layout="slice", **right))
    case(name, "with itself", lambda torch, a, f=sign: f(a, a), pos(3))
    for number in (2, 2.5, True, -1, 0.1):
        boolean = (
            name == "sub" and number is True
        )  # "Subtraction, the `-` operator, with a bool tensor is not supported."
        case(name, f"number {number}", lambda torch, x, f=sign, n=number: f(x, n), t(3), dtypes=A, raises=boolean)
        case(
            name,
            f"number left {number}",
            lambda torch, x, f=sign, n=number: f(n, x),
            t(3, **right),
            dtypes=A if number is not True else N,
            raises=boolean,
        )
    case(name, "number 0-dim", lambda torch, x, f=sign: f(x, 2.5), t(), dtypes=A)
    case(name, "in-place", inplace(function + "_"), t(2, 3), t(3, **right))
    case(name, "in-place number", inplace(function + "_", 3), t(2, 3), dtypes=N)
    case(
        name,
        "in-place operator",
        lambda torch, x, y, f=IN_PLACE[name]: f(x.clone(), y),
        t(2, 2),
        t(2, 2, **right),
        dtypes=N,
    )
    case(name, "in-place operator number", lambda torch, x, f=IN_PLACE[name]: f(x.clone(), 2.0), t(2, 2), dtypes=N)
    case(name, "in-place would grow", inplace(function + "_"), t(3), t(2, 3, **right), raises=True)
    case(name, "in-place int by float", inplace(function + "_", 1.5), ints(3, lo=1), dtypes=I64, raises=True)
    case(name, "shapes that don't broadcast", call(function), t(2, 3), t(2, 4), raises=True)
    # a result's dtype: the category first, then whether a dimensioned tensor, a 0-dim one or a number brings it
    case(name, "int and float", call(function), ints(3, lo=1), t(3, **right))
    case(name, "float and int", call(function), t(3), ints(3, lo=1))
    case(name, "bool and float", call(function), bools(3), t(3, **right), raises=name == "sub")
    case(name, "float32 with 0-dim float64", call(function), t(3), t(dtype="float64", **right), dtypes=F32, check=False)
    case(name, "float32 with float64", call(function), t(3), t(3, dtype="float64", **right), dtypes=F32, check=False)
    case(name, "int with 0-dim float64", call(function), ints(3, lo=1), t(dtype="float64", **right), dtypes=I64)
    case(name, "0-dim int with float32", call(function), ints(lo=1), t(3, **right), dtypes=F32)
    case(name, "int32 with int64", call(function), ints(3, lo=1, dtype="int32"), ints(3, lo=1), dtypes=I64)
    case(name, "int32 with 0-dim int64", call(function), ints(3, lo=1, dtype="int32"), ints(lo=1), dtypes=I64)
    case(name, "uint8 with int8", call(function), ints(3, lo=1, dtype="uint8"), ints(3, lo=1, dtype="int8"), dtypes=I64)
    case(name, "uint8 with number", lambda torch, x, f=sign: f(x, 3), ints(3, lo=1, dtype="uint8"), dtypes=I64)
    case(
        name,
        "float16 with float32",
        call(function),
        t(3, dtype="float16"),
        t(3, dtype="float32", **right),
        dtypes=F32,
        check=False,
        rtol32=1e-3,
    )
    case(name, "int32 with float number", lambda torch, x, f=sign: f(x, 0.5), ints(3, lo=1, dtype="int32"), dtypes=I64)

for name in ("add", "sub"):
    case(name, "alpha", call(name, alpha=2), t(3), t(3), dtypes=N)
    case(name, "alpha float", call(name, alpha=0.5), t(2, 3), t(3))
    case(name, "alpha number", call(name, 2, alpha=3), t(3))
    case(name, "alpha float on ints", call(name, alpha=0.5), ints(3), ints(3), dtypes=I64, raises=True)
    case(name, "alpha in-place", inplace(name + "_", alpha=2), t(3), t(3))
case("sub", "bool", call("sub"), bools(3), bools(3), dtypes=BOOL, raises=True)
case("sub", "rsub", call("rsub"), t(3), t(3))
case("sub", "subtract", call("subtract"), t(3), t(3))
case("mul", "multiply", call("multiply"), t(3), t(3))
case("div__no_rounding_mode", "by zero", call("div"), v([1.0, -1.0, 0.0]), v([0.0, 0.0, 0.0]), check=False)
case("div__no_rounding_mode", "divide", call("divide"), t(3), pos(3))
case("true_divide", "floats", call("true_divide"), t(2, 3), pos(3))
case("true_divide", "ints", call("true_divide"), ints(3), ints(3, lo=1), dtypes=I64)
case("true_divide", "number", method("true_divide", 2), t(3), dtypes=N)

for op, number in (("__radd__", 2.5), ("__rsub__", 2.5), ("__rmul__", 2.5), ("__rdiv__", 2.5)):
    name = {"__rdiv__": "__rtruediv__"}.get(op, op)
    case(op, "number", lambda torch, x, n=name, k=number: getattr(x, n)(k), pos(2, 2))
    case(op, "0-dim", lambda torch, x, n=name: getattr(x, n)(2), pos())
    case(op, "int", lambda torch, x, n=name: getattr(x, n)(2), ints(3, lo=1), dtypes=I64)
    case(op, "tensor", lambda torch, x, y, n=name: getattr(x, n)(y), pos(2, 2), t(2))
    case(op, "bool", lambda torch, x, n=name: getattr(x, n)(2), bools(3), dtypes=BOOL)

# division that rounds: gradients are zero (floor_divide, and div with a mode), or of the kept part (remainder, fmod)
AWAY = dict(away=(0.0,))
for op, mode in (("div__floor_rounding", "floor"), ("div__trunc_rounding", "trunc")):
    case(op, "numbers", call("div", 0.7, rounding_mode=mode), v([1.0, -1.0, 2.5, -2.5]))
    case(op, "tensors", call("div", rounding_mode=mode), v([[5.0, -5.0], [5.5, -5.5]]), v([3.0, -3.0]), dtypes=N)
    case(op, "by int", call("div", 2, rounding_mode=mode), v([5, -5, 3, -3]), dtypes=N)
    case(op, "method", method("div", 3, rounding_mode=mode), v([-7, 7, 1]), dtypes=N)
    case(op, "float by zero", call("div", 0.0, rounding_mode=mode), v([1.0, -1.0, 0.0]), check=False)
    case(op, "in-place", inplace("div_", 2, rounding_mode=mode), v([5, -5, 3]), dtypes=N)
case("div__floor_rounding", "int by zero", call("div", 0, rounding_mode="floor"), ints(3), dtypes=I64, raises=True)
case("div__floor_rounding", "wrong mode", call("div", 2, rounding_mode="up"), t(3), raises=True)
case("floor_divide", "tensors", call("floor_divide"), v([5.0, -5.0, 5.5]), v([3.0, 3.0, -2.0]), dtypes=N)
case("floor_divide", "operator", lambda torch, x: x // 2, v([5, -5, 4, -3]), dtypes=N)
case("floor_divide", "operator float", lambda torch, x: x // 2.0, v([5, -5, 4, -3]), dtypes=N)
case("floor_divide", "left number", lambda torch, x: 7 // x, v([2, -2, 3]), dtypes=N)
case("floor_divide", "method", method("floor_divide", 3), v([7, -7]), dtypes=N)
for name in ("remainder", "fmod"):
    case(name, "number", call(name, 1.5), v([1.0, -1.0, 2.5, -2.9]))
    case(name, "int number", call(name, 3), v([5, -5, 4, -7]), dtypes=N)
    case(name, "tensors", call(name), v([[5.0, -5.0], [4.5, -4.5]]), v([3.0, -3.1]))
    case(name, "int tensors", call(name), v([5, -5, 5, -5]), v([3, 3, -3, -3]), dtypes=I64)
    case(name, "float by zero", call(name, 0.0), v([1.0, -1.0]), check=False)
    case(name, "in-place", inplace(name + "_", 1.5), v([1.0, -1.0, 2.5]))
case("remainder", "operator", lambda torch, x: x % 3, v([5, -5, 4, -7]), dtypes=N)
case("remainder", "left number", lambda torch, x: 7 % x, v([5, -5, 4]), dtypes=N)

for name in ("maximum", "minimum"):
    case(name, "tensors", call(name), t(2, 3, lo=-2, hi=-0.2), t(2, 3, lo=-0.1, hi=2), dtypes=A)
    case(name, "broadcast", call(name), t(3, 1, distinct=True), t(4, lo=-2.05, hi=1.95, distinct=True))
    case(name, "ties", call(name), v([1.0, 2.0, 3.0]), v([1.0, 3.0, 2.0]), check=False)
    case(name, "nan", call(name), v([float("nan"), 2.0]), v([1.0, float("nan")]), check=False)
    case(name, "0-dim", method(name), t(lo=0, hi=1), t(lo=1.1, hi=2))
    case(name, "int and float", call(name), ints(3), v([0.5, 1.5, 2.5]))
for name in ("max", "min"):
    case(
        name + "__binary",
        "tensors",
        call(name),
        t(2, 3, distinct=True),
        t(3, lo=-2.05, hi=1.95, distinct=True),
        dtypes=N,
    )
    case(name + "__binary", "ties", call(name), v([1.0, 2.0]), v([1.0, 3.0]), check=False)
    case(name + "__binary", "method", method(name), t(2, distinct=True), t(2, lo=-2.05, hi=1.95, distinct=True))

case("atan2", "tensors", call("atan2"), t(2, 3, **AWAY), t(3, **AWAY))
case("atan2", "axes", call("atan2"), v([0.0, 1.0, -1.0, 0.0]), v([1.0, 0.0, 0.0, -1.0]), check=False)
case("atan2", "ints", call("atan2"), ints(3, lo=1), ints(3, lo=1), dtypes=I64)
case("atan2", "method", method("atan2"), pos(3), pos(3))
case("lerp", "number", call("lerp", 0.3), t(2, 3), t(2, 3))
case("lerp", "number above a half", call("lerp", 0.7), t(2, 3), t(3))
case("lerp", "tensor weight", call("lerp"), t(2, 3), t(3), t(2, 1))
case("lerp", "in-place", inplace("lerp_", 0.25), t(3), t(3))
for name in ("addcmul", "addcdiv"):
    case(name, "plain", call(name), t(2, 3), t(2, 3), pos(2, 3))
    case(name, "value", call(name, value=0.5), t(2, 3), t(2, 1), pos(3))
    case(name, "in-place", inplace(name + "_", value=2), t(3), t(3), pos(3))
case("addcmul", "int", call("addcmul"), ints(3), ints(3), ints(3), dtypes=I64)
case("addcdiv", "int", call("addcdiv"), ints(3), ints(3), ints(3, lo=1), dtypes=I64, raises=True)

COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
for name, sign in COMPARE.items():
    case(name, "tensors", call(name), t(2, 3, lo=0, hi=2), t(2, 3, lo=0, hi=2), dtypes=A)
    case(name, "equal values", call(name), v([0, 1, 2]), v([0, 2, 1]), dtypes=N)
    case(name, "broadcast operator", lambda torch, a, b, f=sign: f(a, b), t(2, 1), t(3))
    case(name, "number", lambda torch, x, f=sign: f(x, 1), v([0, 1, 2]), dtypes=A)
    case(name, "float number with ints", method(name, 0.5), v([0, 1, 2]), dtypes=N)
    case(name, "number left", lambda torch, x, f=sign: f(1, x), v([0, 1, 2]), dtypes=N)
    case(name, "nan", call(name), v([float("nan"), 1.0]), v([float("nan"), 1.0]))
    case(name, "int and float", call(name), v([1, 2], dtype="int64"), v([1.5, 2.0]))
    case(name, "shapes", call(name), t(2), t(3), raises=True)
    case(name, "empty 0-dim", call(name), t(0), t(), dtypes=F64)
case("eq", "other kind", lambda torch, x: x == "a", t(2))
case("eq", "None", lambda torch, x: x == None, t(2))  # noqa: E711
case("ne", "None", lambda torch, x: x != None, t(2))  # noqa: E711

for name in ("logical_and", "logical_or", "logical_xor"):
    case(name, "all dtypes", call(name), v([0, 1, 2, 0]), v([0, 1, 0, 3]), dtypes=A)
    case(name, "broadcast", method(name), bools(2, 1), bools(3), dtypes=BOOL)
for name, sign in {"and": operator.and_, "or": operator.or_, "xor": operator.xor}.items():
    case(
        f"__{name}__",
        "tensors",
        lambda torch, a, b, f=sign: f(a, b),
        v([0, 1, 2, 0]),
        v([0, 1, 0, 3]),
        dtypes=I64 + BOOL,
    )
    case(f"__{name}__", "floats", lambda torch, a, b, f=sign: f(a, b), t(2), t(2), raises=True)
    case(f"__{name}__", "number", lambda torch, a, f=sign: f(a, True), v([0, 1, 2]), dtypes=I64 + BOOL)

case("isclose", "tensors", call("isclose"), v([1.0, 2.0, 3.0, float("nan")]), v([1.0 + 1e-9, 2.1, 3.0, float("nan")]))
case("isclose", "tolerances", call("isclose", rtol=0.1, atol=0.0), v([1.0, 2.0]), v([1.05, 3.0]))
case(
    "isclose",
    "equal_nan",
    call("isclose", equal_nan=True),
    v([float("nan"), float("inf")]),
    v([float("nan"), float("inf")]),
)
case("isclose", "ints", call("isclose"), v([1, 2]), v([1, 3]), dtypes=I64)
case("allclose", "true", call("allclose"), v([1.0, 2.0]), v([1.0, 2.0 + 1e-9]))
case("allclose", "false", call("allclose"), v([1.0, 2.0]), v([1.0, 2.1]))
case("allclose", "method", method("allclose", atol=0.2), v([1.0, 2.0]), v([1.0, 2.1]))
case(
    "allclose",
    "dtypes",
    call("allclose"),
    v([1.0], dtype="float64"),
    v([1.0], dtype="float32"),
    dtypes=F64,
    raises=True,
)
case("equal", "true", call("equal"), v([1.0, 2.0]), v([1.0, 2.0]), dtypes=N)
case("equal", "false", call("equal"), v([1.0, 2.0]), v([1.0, 3.0]), dtypes=N)
case("equal", "shapes", call("equal"), t(2), t(3))
case("equal", "method", method("equal"), t(0), t(0))
