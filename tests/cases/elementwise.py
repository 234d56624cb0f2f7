"""One tensor in, one of the same shape out."""

from __future__ import annotations

from .core import BOOL, I64, A, Case, F, N, Table, bools, call, inplace, ints, method, pos, t, v

case = Table()
CASES: list[Case] = case

# name -> inputs drawn from [lo, hi], 0.1 off the kinks
DOMAIN = {
    "abs": dict(away=(0.0,)), "exp": {}, "log": dict(lo=0.3, hi=3.0), "log2": dict(lo=0.3, hi=3.0),
    "log10": dict(lo=0.3, hi=3.0),
    "log1p": dict(lo=-0.6, hi=3.0), "expm1": {}, "sqrt": dict(lo=0.3, hi=4.0), "rsqrt": dict(lo=0.3, hi=4.0),
    "reciprocal": dict(away=(0.0,)), "square": {}, "sin": {}, "cos": {}, "tan": dict(lo=-1.2, hi=1.2), "tanh": {},
    "sigmoid": {},
    "sign": dict(away=(0.0,)), "floor": dict(away=(-2.0, -1.0, 0.0, 1.0, 2.0)),
    "ceil": dict(away=(-2.0, -1.0, 0.0, 1.0, 2.0)),
    "round": dict(away=(-1.5, -0.5, 0.5, 1.5)), "trunc": dict(away=(-2.0, -1.0, 0.0, 1.0, 2.0)), "erf": {}, "neg": {},
    "relu": dict(away=(0.0,)),
    "sinh": {},
    "cosh": {},
    "asin": dict(lo=-0.8, hi=0.8),
    "acos": dict(lo=-0.8, hi=0.8),
    "atan": {},
    "exp2": {},
    "frac": dict(away=(-2.0, -1.0, 0.0, 1.0, 2.0)),
}  # fmt: skip

for name, options in DOMAIN.items():
    case(name, "0-dim", call(name), t(**options))
    case(name, "2d", call(name), t(2, 3, **options))
    case(name, "empty", call(name), t(2, 0, **options))
    case(name, "transposed", call(name), t(3, 2, layout="T", **options))
    case(name, "slice method", method(name), t(2, 2, layout="slice", **options))
    case(name, "in-place", inplace(name + "_"), t(3, **options))
    case(name, "int bool", call(name), t(4, **{**options, "lo": 1, "hi": 3}), dtypes=I64 + BOOL)
    case(
        name,
        "special values",
        call(name),
        v([float("inf"), -float("inf"), float("nan"), 0.0, -0.0]),
        check=False,
    )

case("neg", "operator", lambda torch, x: -x, t(3), dtypes=A)
case("neg", "positive operator", lambda torch, x: +x, t(3), dtypes=N)
case("abs", "builtin", lambda torch, x: abs(x), t(3, away=(0.0,)), dtypes=A)
case("abs", "at zero", call("abs"), v([0.0, -1.0, 1.0, 0.0]), check=False)
case("sqrt", "at zero", call("sqrt"), v([0.0, 4.0]), check=False)
case("relu", "at zero", call("relu"), v([0.0, -1.0, 1.0, -0.0]), check=False)
case("round", "ties to even", call("round"), v([0.5, 1.5, 2.5, -0.5, -1.5, 3.49]), check=False)
case("round", "decimals", call("round", decimals=2), v([1.234, 5.678, -9.999]), check=False)
case("sign", "at zero", call("sign"), v([0.0, -3.0, 2.0]), check=False, dtypes=N)
case("sigmoid", "far out", call("sigmoid"), v([-800.0, -80.0, 80.0, 800.0]), check=False)
case("tanh", "far out", call("tanh"), v([-80.0, 80.0]), check=False)
case("exp", "overflow", call("exp"), v([-1000.0, 1000.0]), check=False)
case("log1p", "tiny", call("log1p"), v([1e-20, 1e-10]), check=False)
case("expm1", "tiny", call("expm1"), v([1e-20, 1e-10]), check=False)

for name in ("log", "log2", "log10", "log1p"):
    case(name, "at the edge", call(name), v([0.0, -1.0, -2.0]), check=False)

# pow: exponent a number, a tensor, the base a number
for exponent in (2, 3, 0, 1, -1, -2, 0.5, -0.5, 2.5, 3.0):
    case("pow", f"exponent {exponent}", call("pow", exponent), pos(2, 2))
    case("pow", f"operator {exponent}", lambda torch, x, e=exponent: x**e, pos(3))
case("pow", "negative base", call("pow", 3), t(2, 3, away=(0.0,)), dtypes=N)
case("pow", "square of negatives", method("pow", 2), t(2, 3), dtypes=N)
case("pow", "exponent keyword", call("pow", exponent=2), t(3), dtypes=F)
case("pow", "two tensors", call("pow"), pos(2, 3), t(3))
case("pow", "two tensors broadcast", lambda torch, a, b: a**b, pos(2, 1), t(1, 3))
case("pow", "int exponents", call("pow"), pos(4), ints(4, lo=0, hi=3))
case("pow", "int int", call("pow"), ints(4, lo=1, hi=3), ints(4, lo=0, hi=3), dtypes=I64)
case("pow", "int negative exponent", call("pow", -1), ints(3, lo=1, hi=3), dtypes=I64)
case("pow", "bool", call("pow", 2), bools(3), dtypes=BOOL)
case("pow", "int to float exponent", call("pow", 0.5), ints(3, lo=1, hi=4), dtypes=I64)
case("pow", "zero base", call("pow", 2), v([0.0, 1.0]), check2=False)
case("pow", "zero to the zero", call("pow"), v([0.0, 0.0, 2.0]), v([0.0, 2.0, 0.0]), check=False)
case("pow", "zero base exponent 1", call("pow", 1), v([0.0, 2.0]), check2=False)
case("pow", "in-place", inplace("pow_", 2), t(3))
case("pow", "base is a number", lambda torch, x: torch.pow(2.0, x), t(3))
case("pow", "0-dim exponent", call("pow"), pos(3), t())
case("pow", "operator in-place", lambda torch, x: x.clone().__ipow__(3), t(3))
for base in (2, 2.0, 0.5, 1):
    case("__rpow__", f"base {base}", lambda torch, x, b=base: b**x, t(2, 2), dtypes=F)
case("__rpow__", "int", lambda torch, x: 2**x, ints(3, lo=0, hi=4), dtypes=I64)
case("__rpow__", "base 0", lambda torch, x: 0.0**x, v([0.0, 1.0, 2.0]), check=False)

# clamp
K = dict(away=(-0.5, 0.7))
case("clamp", "both", call("clamp", -0.5, 0.7), t(3, 3, **K), dtypes=F)
case("clamp", "keywords", call("clamp", min=-0.5, max=0.7), t(5, **K))
case("clamp", "min only", call("clamp", min=-0.5), t(5, **K))
case("clamp", "max only", call("clamp", max=0.7), t(5, **K))
case("clamp", "ints", call("clamp", 0, 1), ints(5, lo=-3, hi=3), dtypes=I64)
case("clamp", "ints by floats", call("clamp", 0.5, 1.5), ints(5, lo=-3, hi=3), dtypes=I64)
case("clamp", "at the bounds", call("clamp", -1.0, 1.0), v([-1.0, 1.0, 0.0, -2.0, 2.0]), check=False)
case("clamp", "min above max", call("clamp", 1.0, -1.0), v([-2.0, 0.0, 2.0]), check=False)
case(
    "clamp", "tensor bounds", call("clamp"), t(3, lo=-3, hi=3, away=(-1, 1)), v([-1.0, -1.0, -1.0]), v([1.0, 1.0, 1.0])
)
case("clamp", "nan", call("clamp", 0.0, 1.0), v([float("nan"), 2.0]), check=False)
case("clamp", "in-place", inplace("clamp_", 0.0, 1.0), t(4, away=(0, 1)))
case("clamp", "no bounds", call("clamp"), t(3), raises=True)
case("clamp", "clip", call("clip", -0.5, 0.7), t(5, **K))
case("clamp", "empty", call("clamp", 0.0, 1.0), t(0))
case("clamp_min", "number", call("clamp_min", 0.0), t(2, 3, away=(0,)))
case("clamp_min", "at the bound", call("clamp_min", 0.0), v([0.0, 1.0, -1.0]), check=False)
case("clamp_min", "tensor", call("clamp_min"), t(3, distinct=True), v([0.1, 0.1, 0.1]))
case("clamp_min", "in-place", inplace("clamp_min_", 0.1), v([1.0, -1.0, 0.5]))
case("clamp_max", "number", call("clamp_max", 0.0), t(2, 3, away=(0,)))
case("clamp_max", "tensor", call("clamp_max"), t(3, distinct=True), v([0.1, 0.1, 0.1]))
case("clamp_max", "at the bound", call("clamp_max", 0.0), v([0.0, 1.0, -1.0]), check=False)
case("clamp_max", "method", method("clamp_max", 1), ints(4, lo=-3, hi=3), dtypes=I64)

# tests of a value
for name in ("isnan", "isinf", "isfinite"):
    case(name, "special values", call(name), v([float("inf"), -float("inf"), float("nan"), 0.0, 1.0]))
    case(name, "method", method(name), t(2, 2))
    case(name, "int bool", call(name), t(3, lo=0, hi=2), dtypes=I64 + BOOL)
case("logical_not", "all dtypes", call("logical_not"), v([0, 1, 2]), dtypes=A)
case("logical_not", "method 2d", method("logical_not"), bools(2, 2), dtypes=BOOL)
case("logical_not", "operator", lambda torch, x: ~x, t(3, lo=0, hi=5), dtypes=I64 + BOOL)
case("logical_not", "operator on floats", lambda torch, x: ~x, t(3), raises=True)
