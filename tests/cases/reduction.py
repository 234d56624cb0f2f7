"""Many elements in, fewer out."""

from __future__ import annotations

from .core import BOOL, F32, I64, A, Case, F, N, Table, call, ints, method, pos, t, v

case = Table()
CASES: list[Case] = case
NAN, INF = float("nan"), float("inf")
NO = dict(check=False)

DIMS = {
    "all": (), "dim 0": (0,), "dim -1": (-1,), "dims": ((0, 2),), "negative dims": ((-1, -3),), "list": ([1],),
}  # fmt: skip
for name in ("sum", "mean", "amax", "amin", "std", "var", "logsumexp"):
    spread = dict(distinct=True) if name in ("amax", "amin") else {}
    for id, dims in DIMS.items():
        if name == "logsumexp" and not dims:
            continue
        case(name, id, call(name, *dims), t(2, 3, 2, **spread), dtypes=N if name in ("sum", "mean", "amax") else F)
        if dims:
            case(name, id + " keepdim", call(name, *dims, keepdim=True), t(2, 3, 2, **spread))
    if name != "logsumexp":
        case(name, "method", method(name), t(4, **spread))
    case(name, "dim keyword", method(name, dim=1), t(2, 3, **spread))
    case(
        name,
        "axis keepdims",
        method(name, axis=0, keepdims=True) if name != "logsumexp" else method(name, 0, True),
        t(2, 3, **spread),
    )
    case(name, "transposed", call(name, 0), t(3, 2, layout="T", **spread))
    case(name, "slice", call(name, 1), t(3, 2, layout="slice", **spread))
    case(name, "0-dim", call(name, 0), t(), **(NO if name in ("std", "var") else {}))
    case(name, "empty dim kept", call(name, 0), t(3, 0, **spread))
    case(name, "empty dim reduced", call(name, 0), t(0, 3), raises=name in ("amax", "amin"), **NO)
    case(name, "dim out of range", call(name, 2), t(2, 3), raises=True)
    case(name, "same dim twice", call(name, (0, 0)), t(2, 3), raises=True)
    case(name, "int bool", call(name, 0), t(2, 3, lo=0, hi=4), dtypes=I64 + BOOL)
    case(name, "nan", call(name, 0), v([[NAN, 1.0], [2.0, 3.0]]), **NO)

case("sum", "dtype", call("sum", dtype=None), t(3))
case("sum", "empty", call("sum"), t(0), dtypes=A)
case("sum", "empty tuple", call("sum", ()), t(2, 3))
case("sum", "to float64", lambda torch, x: x.sum(dtype=torch.float64), t(3), dtypes=("float32", "int64"))
case(
    "sum", "dim to float64", lambda torch, x: torch.sum(x, 1, dtype=torch.float64), t(2, 3), dtypes=("float32", "int64")
)
case("sum", "uint8 widens", call("sum"), ints(3, lo=200, hi=250, dtype="uint8"), dtypes=I64)
case("sum", "none dim", call("sum", None), t(2, 2))
case("mean", "empty", call("mean"), t(0), **NO)
case("mean", "to float", lambda torch, x: torch.mean(x, dtype=torch.float32), ints(4), dtypes=I64)
case("mean", "big", call("mean", (0, 1)), t(3, 4, 2))
case("amax", "ties", call("amax", 1), v([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), **NO)
case("amin", "ties", call("amin", 1), v([[3.0, 1.0, 1.0], [2.0, 2.0, 2.0]]), **NO)

for name in ("std", "var"):
    case(name, "correction 0", call(name, correction=0), t(5))
    case(name, "correction 2", call(name, 1, correction=2), t(2, 5))
    case(name, "dim correction keepdim", method(name, dim=(0, 1), correction=0, keepdim=True), t(2, 3))
    case(name + "__unbiased", "false", call(name, unbiased=False), t(5))
    case(name + "__unbiased", "true", call(name, unbiased=True), t(2, 3))
    case(name + "__unbiased", "dim", call(name, 1, False), t(2, 3))
    case(name + "__unbiased", "dim keyword keepdim", method(name, dim=0, unbiased=False, keepdim=True), t(3, 2))
    case(name, "one element", call(name), t(1), **NO)
    case(name, "constant", call(name), v([2.0, 2.0, 2.0]), **NO)
    case(name, "far from zero", call(name), v([1e6, 1e6 + 1, 1e6 + 2]), dtypes=("float64",), check=False)
    case(name, name + "_mean", call(name + "_mean", dim=1), t(2, 3))

case("prod", "all", call("prod"), t(2, 3), dtypes=A)
case("prod", "dim", call("prod", 1), t(2, 3), dtypes=N)
case("prod", "dim keepdim", call("prod", -1, keepdim=True), t(2, 2, 2))
case("prod", "one zero", call("prod"), v([1.0, 0.0, 3.0]))
case("prod", "two zeros", call("prod"), v([0.0, 0.0, 3.0]))
case("prod", "zeros along dim", call("prod", 1), v([[1.0, 0.0, 3.0], [0.0, 0.0, 2.0], [1.0, 2.0, 3.0]]))
case("prod", "empty", call("prod"), t(0))
case("prod", "empty dim", call("prod", 0), t(0, 2))
case("prod", "0-dim", call("prod"), t())
case("prod", "0-dim dim 0", call("prod", 0), t())
case("prod", "transposed", method("prod", 0), t(2, 3, layout="T"))
case("prod", "to float64", lambda torch, x: x.prod(dtype=torch.float64), t(3), dtypes=F32)

for name in ("max", "min"):
    whole, along = name + "__reduction_no_dim", name + "__reduction_with_dim"
    case(whole, "2d", call(name), t(2, 3, distinct=True), dtypes=A)
    case(whole, "0-dim", call(name), t())
    case(whole, "ties share the gradient", call(name), v([[3.0, 1.0], [3.0, 1.0]]), **NO)
    case(whole, "nan", call(name), v([1.0, NAN, 3.0]), **NO)
    case(whole, "empty", call(name), t(0), raises=True)
    case(whole, "method transposed", method(name), t(2, 3, layout="T", distinct=True))
    case(along, "dim 0", lambda torch, x, n=name: tuple(getattr(torch, n)(x, 0)), t(3, 2, distinct=True), dtypes=A)
    case(
        along,
        "dim -1 keepdim",
        lambda torch, x, n=name: tuple(getattr(x, n)(dim=-1, keepdim=True)),
        t(2, 3, distinct=True),
    )
    case(along, "fields", lambda torch, x, n=name: [(r := getattr(x, n)(1)).values, r.indices], t(2, 3, distinct=True))
    case(
        along,
        "ties pick the first",
        lambda torch, x, n=name: tuple(getattr(x, n)(1)),
        v([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]),
        **NO,
    )
    case(along, "nan", lambda torch, x, n=name: tuple(getattr(x, n)(0)), v([1.0, NAN, 3.0]), **NO)
    case(along, "0-dim", lambda torch, x, n=name: tuple(getattr(x, n)(0)), t())
    case(along, "3d", lambda torch, x, n=name: tuple(getattr(x, n)(1)), t(2, 3, 2, distinct=True))
    case(along, "axis", lambda torch, x, n=name: tuple(getattr(x, n)(axis=0, keepdims=True)), t(2, 3, distinct=True))
    case(along, "empty dim", lambda torch, x, n=name: tuple(getattr(x, n)(0)), t(0, 2), raises=True)
    case(along, "empty other dim", lambda torch, x, n=name: tuple(getattr(x, n)(1)), t(0, 2))
    case(along, "out of range", call(name, 3), t(2, 2), raises=True)

for name in ("argmax", "argmin"):
    case(name, "all", call(name), t(2, 3, distinct=True), dtypes=A)
    case(name, "dim", call(name, 1), t(2, 3, distinct=True), dtypes=N)
    case(name, "dim keepdim", method(name, dim=-1, keepdim=True), t(2, 3, distinct=True))
    case(name, "axis", method(name, axis=0), t(2, 3, distinct=True))
    case(name, "ties", call(name, 1), v([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]))
    case(name, "nan", call(name), v([1.0, NAN, 3.0]))
    case(name, "0-dim", call(name), t())
    case(name, "empty", call(name), t(0), raises=True)
    case(name, "keepdim of all", call(name, keepdim=True), t(2, 3, distinct=True))

for name in ("all", "any"):
    case(name, "whole", call(name), v([[0, 1], [2, 3]]), dtypes=A)
    case(name, "dim", call(name, 1), v([[0, 1], [2, 3], [0, 0]]), dtypes=A)
    case(name, "keepdim", method(name, dim=0, keepdim=True), v([[0, 1], [2, 3]]), dtypes=BOOL)
    case(name, "dims", call(name, (0, 1)), v([[0, 1], [2, 3]]), dtypes=BOOL)
    case(name, "empty", call(name), t(0), dtypes=A)
    case(name, "empty dim", call(name, 0), t(0, 2), dtypes=BOOL)
    case(name, "uint8", call(name), v([0, 1], dtype="uint8"), dtypes=I64)

for ord in (None, 1, 2, 3, 0.5, INF, -INF, 0):
    options = {} if ord is None else {"p": ord}
    case("norm", f"p={ord}", call("norm", **options), t(2, 3, away=(0.0,)))
    if ord is not None:
        case("norm", f"p={ord} dim", call("norm", p=ord, dim=1), t(2, 3, away=(0.0,)))
        case("norm", f"p={ord} keepdim", method("norm", ord, -1, True), t(2, 3, away=(0.0,)))
case("norm", "fro", call("norm", p="fro"), t(2, 3))
case("norm", "fro dims", call("norm", p="fro", dim=(0, 1)), t(2, 3, 2))
case("norm", "two dims", call("norm", dim=(0, 1), keepdim=True), t(2, 3, 2))
case("norm", "at zero", call("norm"), v([0.0, 0.0]), **NO)
case("norm", "at zero p=1", call("norm", p=1), v([0.0, 1.0]), **NO)
case("norm", "at zero p=3", call("norm", p=3), v([0.0, 0.0]), **NO)
case("norm", "row of zeros", call("norm", dim=1), v([[0.0, 0.0], [3.0, 4.0]]), **NO)
case("norm", "inf ties", call("norm", p=INF), v([1.0, -1.0, 0.5]), **NO)
case("norm", "int", call("norm"), ints(3), dtypes=I64, raises=True)
case("norm", "empty", call("norm"), t(0), **NO)
case("norm", "0-dim", call("norm"), pos())
case("norm", "transposed", method("norm"), t(3, 2, layout="T"))
case("norm", "linalg", call("linalg.norm"), t(2, 3))
case("norm", "linalg vector_norm", call("linalg.vector_norm", 3, dim=1), pos(2, 3))

case("cumsum", "dim 0", call("cumsum", 0), t(3, 2), dtypes=A)
case("cumsum", "dim -1", call("cumsum", -1), t(2, 3), dtypes=N)
case("cumsum", "keyword", method("cumsum", dim=1), t(2, 3, 2))
case("cumsum", "0-dim", call("cumsum", 0), t())
case("cumsum", "empty", call("cumsum", 0), t(0, 2))
case("cumsum", "transposed", call("cumsum", 0), t(2, 3, layout="T"))
case("cumsum", "in-place", lambda torch, x: x.clone().cumsum_(0), t(3))
case("cumsum", "to float64", lambda torch, x: x.cumsum(0, dtype=torch.float64), t(3), dtypes=("float32", "int64"))
case("cumsum", "out of range", call("cumsum", 2), t(2), raises=True)
case("cumprod", "dim 0", call("cumprod", 0), pos(3, 2), dtypes=N)
case("cumprod", "dim 1", call("cumprod", 1), pos(2, 3))

case("logsumexp", "far out", call("logsumexp", 0), v([1000.0, 1000.0, -1000.0]), check=False)
case("logsumexp", "minus infinity", call("logsumexp", 0), v([-INF, -INF]), **NO)
case("logsumexp", "one of them infinite", call("logsumexp", 1), v([[-INF, 0.0], [INF, 0.0]]), **NO)
case("logsumexp", "int", call("logsumexp", 0), ints(3), dtypes=I64)

for name in ("softmax", "log_softmax"):
    for dim in (0, 1, -1):
        case(name, f"dim {dim}", call(name, dim), t(2, 3))
    case(name, "3d middle", call(name, 1), t(2, 3, 2))
    case(name, "method", method(name, dim=-1), t(2, 3))
    case(name, "functional", call("nn.functional." + name, dim=1), t(2, 3))
    case(name, "0-dim", call(name, 0), t())
    case(name, "empty rows", call(name, 1), t(0, 3))
    case(name, "far out", call(name, 0), v([1000.0, 0.0, -1000.0]), check=False)
    case(name, "masked by infinity", call(name, 1), v([[0.0, -INF, 1.0], [-INF, -INF, -INF]]), **NO)
    case(name, "transposed", call(name, 0), t(3, 2, layout="T"))
    case(name, "int", call(name, 0), ints(3), dtypes=I64, raises=True)
    case(
        name, "int to float", lambda torch, x, n=name: getattr(torch, n)(x, 0, dtype=torch.float32), ints(3), dtypes=I64
    )
    case(name, "out of range", call(name, 2), t(2, 3), raises=True)
    case(
        name, "float32 to float64", lambda torch, x, n=name: getattr(x, n)(1, dtype=torch.float64), t(2, 3), dtypes=F32
    )
case("nn.functional.softmin", "dim", call("nn.functional.softmin", dim=1), t(2, 3))
case("nn.functional.softmin", "dim 0", call("nn.functional.softmin", 0), t(3))

case("count_nonzero", "whole", call("count_nonzero"), v([[0, 1], [2, 0]]), dtypes=A)
case("count_nonzero", "dim", call("count_nonzero", 1), v([[0, 1], [2, 0]]), dtypes=A)
case("count_nonzero", "dims", method("count_nonzero", dim=(0, 1)), v([[0, 1], [2, 0]]))
