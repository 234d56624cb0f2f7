"""Running extremes, order statistics, reductions into places, splits by name, and the functions put together of others."""

from __future__ import annotations

from .core import BOOL, F64, I64, A, Case, N, Table, call, inplace, ints, method, t, v

case = Table()
CASES: list[Case] = case

INF, NAN = float("inf"), float("nan")

# Scans
for name in ("cummax", "cummin"):
    for dim in (0, 1, -1):
        case(name, f"dim {dim}", call(name, dim), t(3, 4, distinct=True))
    case(name, "0-dim", call(name, 0), t())
    case(name, "ints bools with ties", call(name, 0), t(6, lo=0, hi=2), dtypes=I64 + BOOL)
    case(name, "nan stays", call(name, 0), v([1.0, NAN, 3.0, NAN, 0.0]), check=False)
    case(name, "ties", call(name, dim=0), v([1.0, 2.0, 2.0, 1.0, 1.0]), check=False)
    case(name, "empty", call(name, 0), t(0, 3))
    case(name, "method out of range", method(name, 2), t(2, 3), raises=True)
for dim in (0, 1):
    case("logcumsumexp", f"dim {dim}", call("logcumsumexp", dim), t(3, 4))
case("logcumsumexp", "0-dim", call("logcumsumexp", 0), t())
case("logcumsumexp", "far apart", call("logcumsumexp", 0), v([-1000.0, 0.0, 1000.0, -INF]), check=False)
case("logcumsumexp", "starts at -inf", call("logcumsumexp", 0), v([-INF, 0.5]), check=False)
case("logcumsumexp", "ints", call("logcumsumexp", 0), ints(3), dtypes=I64, raises=True)
case("logcumsumexp", "method", method("logcumsumexp", -1), t(5, layout="slice"))

# Order
case("mode", "last dim", call("mode"), t(4, 5, lo=0, hi=2), dtypes=I64 + BOOL)
case("mode", "floats", call("mode", 0), v([[1.0, 2.0], [1.0, 3.0], [0.0, 3.0]]), check=False)
case("mode", "keepdim", call("mode", 0, True), t(4, 3, lo=0, hi=1), dtypes=I64)
case("mode", "0-dim", call("mode"), t())
case("mode", "empty", call("mode"), t(0), raises=True)
case("msort", "2d", call("msort"), t(4, 3, distinct=True))
case("msort", "0-dim", method("msort"), t())
for name in ("median", "nanmedian"):
    case(name, "all", call(name), t(3, 4, distinct=True))
    case(name, "all even with ties", call(name), v([1.0, 1.0, 2.0, 1.0]), check=False)
    case(name, "dim", call(name, 1), t(3, 5, distinct=True))
    case(name, "keepdim", call(name, 0, keepdim=True), t(4, 3, distinct=True))
    case(name, "0-dim", call(name, 0), t())
    case(name, "ints", call(name), ints(7), dtypes=I64)
    case(name, "with nan", call(name), v([3.0, NAN, 1.0, 2.0]), check=False)
    case(name, "with nan dim", call(name, 1), v([[3.0, NAN, 1.0], [1.0, 2.0, 0.0]]), check=False)
    case(name, "empty", call(name), t(0, grad=False))
    case(name, "empty dim", call(name, 0), t(0, 2, grad=False), raises=True)
case("nanmedian", "only nans", call("nanmedian", 0), v([NAN, NAN]), check=False)
case("kthvalue", "dim", call("kthvalue", 2, 0), t(4, 3, distinct=True))
case("kthvalue", "keepdim", method("kthvalue", 3, keepdim=True), t(2, 4, distinct=True))
case("kthvalue", "out of range", call("kthvalue", 5), t(3), raises=True)
for name in ("quantile", "nanquantile"):
    for way in ("linear", "lower", "higher", "midpoint", "nearest"):
        case(name, f"{way}", call(name, 0.3, 1, interpolation=way), t(3, 6, distinct=True), grad_fn=False)
    case(name, "all", call(name, 0.25), t(3, 3, distinct=True), grad_fn=False)
    case(
        name,
        "vector q",
        lambda torch, x, q, name=name: getattr(torch, name)(x, q, dim=0),
        t(5, 2, distinct=True),
        v([0.0, 0.4, 1.0], grad=False),
        grad_fn=False,
    )
    case(
        name,
        "vector q keepdim",
        lambda torch, x, q, name=name: getattr(torch, name)(x, q, keepdim=True),
        t(5, 2, distinct=True),
        v([0.1, 0.9], grad=False),
        grad_fn=False,
    )
    case(name, "keepdim", call(name, 0.5, 0, True), t(4, 3, distinct=True), grad_fn=False)
    case(
        name,
        "with nan",
        call(name, 0.5, 1),
        v([[1.0, NAN, 3.0, 2.0], [0.0, 1.0, 2.0, 5.0]]),
        check=False,
        grad_fn=False,
    )
    case(name, "ints", call(name, 0.5), ints(3), dtypes=I64, raises=True)
    case(name, "out of range", call(name, 1.5), t(3), raises=True)
    case(name, "unknown interpolation", call(name, 0.5, interpolation="cubic"), t(3), raises=True)
    case(
        name,
        "q of another dtype",
        lambda torch, x, name=name: getattr(torch, name)(x, torch.tensor([1])),
        t(3),
        raises=True,
    )
case(
    "nanquantile",
    "only nans",
    call("nanquantile", 0.5, 1),
    v([[NAN, NAN], [1.0, 2.0]], grad=False),
    check=False,
    grad_fn=False,
)
case("unique_consecutive", "plain", call("unique_consecutive"), ints(9, hi=1, grad=False), dtypes=I64)
case("unique_consecutive", "all of it", call("unique_consecutive", True, True), ints(3, 4, hi=1), dtypes=I64)
case(
    "unique_consecutive",
    "rows",
    call("unique_consecutive", return_inverse=True, return_counts=True, dim=0),
    v([[1, 2], [1, 2], [1, 3], [1, 2]], dtype="int64"),
    dtypes=I64,
)
case("unique_consecutive", "no gradient", call("unique_consecutive"), t(3), check=False)
for dim in (0, 1):
    case("aminmax", f"dim {dim}", lambda torch, x, dim=dim: torch.aminmax(x, dim=dim), t(3, 4, distinct=True))
case("aminmax", "all", call("aminmax"), t(3, 4, distinct=True))
case("aminmax", "keepdim ints", method("aminmax", dim=1, keepdim=True), ints(2, 3), dtypes=I64)
case("aminmax", "empty", call("aminmax"), t(0), raises=True)
case("aminmax", "empty dim", call("aminmax", dim=0), t(0), raises=True)
case("histogram", "number", call("histogram", 4), t(20, grad=False))
case("histogram", "range and density", call("histogram", 5, range=(-1.0, 1.0), density=True), t(20, grad=False))
case("histogram", "edges", call("histogram"), t(20, grad=False), v([-1.0, -0.5, 0.0, 1.5], grad=False))
case("histogram", "weights", lambda torch, x, w: torch.histogram(x, 3, weight=w), t(6, grad=False), t(6, grad=False))
case("histogram", "ints", call("histogram", 3), ints(4), dtypes=I64, raises=True)
case("histogram", "no bins", call("histogram", 0), t(3, grad=False), raises=True)
for p in (1, 2, 3.5):
    case("renorm", f"norm {p}", call("renorm", p, 0, 1.5), t(3, 4, away=(0.0,)))
case("renorm", "of dimension 1", method("renorm", 2, 1, 1.0), t(2, 3, 2, away=(0.0,)))
case("renorm", "in-place", inplace("renorm_", 2, 0, 1.0), t(3, 4, away=(0.0,)))
for args in ((0, 0, 1.0), (2, 0, -1.0), (2, 5, 1.0)):
    case("renorm", f"wrong {args}", call("renorm", *args), t(2, 3), raises=True)
case("renorm", "vector", call("renorm", 2, 0, 1.0), t(3), raises=True)

# Into places
INDEX = v([[0, 1, 2, 0], [1, 1, 0, 2]], dtype="int64")
for reduce in ("sum", "prod", "mean", "amax", "amin"):
    for include in (True, False):
        case(
            "scatter_reduce",
            f"{reduce} {include}",
            lambda torch, x, i, s, r=reduce, inc=include: torch.scatter_reduce(x, 0, i, s, r, include_self=inc),
            t(3, 4, distinct=True, lo=0.3, hi=2),
            INDEX,
            t(2, 4, distinct=True, lo=-2, hi=-0.3),
        )
    case(
        "scatter_reduce",
        f"{reduce} method dim 1",
        lambda torch, x, i, s, r=reduce: x.scatter_reduce(1, i, s, r),
        t(2, 3, lo=0.5, hi=2),
        INDEX,
        t(2, 4, lo=0.5, hi=2),
        check2=reduce in ("sum", "mean", "prod"),
    )
    case(
        "scatter_reduce",
        f"{reduce} ints",
        lambda torch, x, i, s, r=reduce: torch.scatter_reduce(x, 0, i, s, r),
        ints(3, 4, hi=5),
        INDEX,
        ints(2, 4, hi=5),
        dtypes=I64,
    )
    case(
        "scatter_reduce",
        f"{reduce} in-place",
        lambda torch, x, i, s, r=reduce: x.clone().scatter_reduce_(0, i, s, r),
        t(3, 4, lo=0.5, hi=2),
        INDEX,
        t(2, 4, lo=0.5, hi=2),
        check2=reduce in ("sum", "mean", "prod"),
    )
case(
    "scatter_reduce",
    "product with zeros",
    lambda torch, x, i, s: torch.scatter_reduce(x, 0, i, s, "prod"),
    v([1.0, 2.0, 3.0]),
    v([0, 0, 1, 2], dtype="int64"),
    v([0.0, 2.0, 0.0, 4.0]),
    check=False,
)
case(
    "scatter_reduce",
    "unknown",
    lambda torch, x, i, s: torch.scatter_reduce(x, 0, i, s, "foo"),
    t(3, 4),
    INDEX,
    t(2, 4),
    raises=True,
)
for reduce in ("prod", "mean", "amax", "amin"):
    for include in (True, False):
        case(
            "index_reduce",
            f"{reduce} {include}",
            lambda torch, x, i, s, r=reduce, inc=include: torch.index_reduce(x, 0, i, s, r, include_self=inc),
            t(3, 4, distinct=True, lo=0.3, hi=2),
            v([0, 2, 0], dtype="int64"),
            t(3, 4, distinct=True, lo=-2, hi=-0.3),
        )
case(
    "index_reduce",
    "sum",
    lambda torch, x, i, s: torch.index_reduce(x, 0, i, s, "sum"),
    t(3),
    v([0, 1], dtype="int64"),
    t(2),
    raises=True,
)

# Parts
case("hsplit", "matrix", call("hsplit", 2), t(3, 4))
case("hsplit", "vector at indices", call("hsplit", (1, 3)), t(5))
case("vsplit", "matrix", call("vsplit", (1,)), t(3, 4))
case("dsplit", "3d", call("dsplit", 2), t(2, 1, 4))
case("hsplit", "does not divide", call("hsplit", 3), t(2, 4), raises=True)
for name, x in (("hsplit", t()), ("vsplit", t(3)), ("dsplit", t(3, 3))):
    case(name, "too few dimensions", call(name, 1), x, raises=True)
case("split_with_sizes", "two", call("split_with_sizes", [1, 3], 1), t(2, 4))
case("split_with_sizes", "do not add up", call("split_with_sizes", [1, 1]), t(4), raises=True)
case("narrow_copy", "dim 1", call("narrow_copy", 1, 1, 2), t(2, 4))
case("narrow_copy", "too long", call("narrow_copy", 0, 2, 2), t(3), raises=True)
case("diagflat", "matrix", call("diagflat"), t(2, 2))
case("diagflat", "offset", method("diagflat", -1), t(3))
case("row_stack", "vectors", lambda torch, *x: torch.row_stack(x), t(3), t(3))
case("swapaxes_", "method", inplace("swapaxes_", 0, 1), t(2, 3))
case(
    "broadcast_shapes",
    "some",
    lambda torch: [list(torch.broadcast_shapes((2, 1), (1, 3), 3)), list(torch.broadcast_shapes())],
    dtypes=F64,
)
case("broadcast_shapes", "mismatch", lambda torch: torch.broadcast_shapes((2, 3), (4,)), dtypes=F64, raises=True)
case("gradient", "all dims", call("gradient"), t(4, 3), grad_fn=False)
case("gradient", "spacing", call("gradient", spacing=0.5, dim=0), t(5), grad_fn=False)
case("gradient", "second order edges", call("gradient", spacing=2.0, edge_order=2), t(3, 4), grad_fn=False)
case(
    "gradient",
    "coordinates",
    lambda torch, x, c: torch.gradient(x, spacing=(c,)),
    t(4),
    v([0.0, 1.0, 3.0, 3.5], grad=False),
    grad_fn=False,
)
case(
    "gradient",
    "coordinates, second order",
    lambda torch, x, c: torch.gradient(x, spacing=(c,), edge_order=2),
    t(5),
    v([0.0, 1.0, 3.0, 3.5, 5.0], grad=False),
    grad_fn=False,
)
case("gradient", "too short", call("gradient"), t(1), raises=True)
case("gradient", "third order", call("gradient", edge_order=3), t(5), raises=True)
case("gradient", "one spacing too few", call("gradient", spacing=[1.0]), t(3, 3), raises=True)

# Sums and means without nans, and their replacement
for name in ("nansum", "nanmean"):
    case(name, "all", call(name), t(2, 3), grad_fn=name != "nanmean")
    case(name, "dim", call(name, 1), v([[1.0, NAN], [2.0, 3.0]]), check=False)
    case(name, "keepdim", call(name, 0, keepdim=True), t(2, 3))
    case(name, "ints", call(name), ints(3), dtypes=I64, raises=name == "nanmean")
case("nan_to_num", "defaults", call("nan_to_num"), v([NAN, INF, -INF, 1.0]), check=False)
case("nan_to_num", "given", call("nan_to_num", 1.0, posinf=2.0, neginf=3.0), v([NAN, INF, -INF, 1.0]), check=False)
case("nan_to_num", "ints", call("nan_to_num"), ints(3), dtypes=I64)
case("nan_to_num", "in-place", inplace("nan_to_num_"), t(3))

# Differences, counts
case("diff", "last", call("diff"), t(2, 4), grad_fn=False)
case("diff", "twice dim 0", call("diff", 2, 0), t(4, 2), grad_fn=False)
case("diff", "with ends", lambda torch, x, a, b: torch.diff(x, prepend=a, append=b), t(3), t(1), t(2), grad_fn=False)
case("diff", "ints bools", call("diff"), t(5, lo=0, hi=3), dtypes=I64 + BOOL)
case("diff", "too often", call("diff", 5), t(3), grad_fn=False)
case("diff", "0-dim", call("diff"), t(), raises=True)
case("bincount", "plain", call("bincount"), ints(9, hi=4), dtypes=I64)
case("bincount", "minlength", call("bincount", minlength=7), ints(4, hi=2), dtypes=I64)
case("bincount", "weights", call("bincount"), ints(5, hi=3), t(5, grad=False))
case("bincount", "int weights", call("bincount"), ints(5, hi=3), ints(5), dtypes=I64)
case("bincount", "floats", call("bincount"), t(3, grad=False), raises=True)
case("histc", "range", call("histc", 4, -1, 1), t(20, grad=False))
case("histc", "own range", call("histc", bins=3), t(20, grad=False))
case("isin", "tensors", call("isin"), ints(2, 3, hi=5), ints(3, hi=5), dtypes=I64)
case("isin", "inverted", lambda torch, x: torch.isin(x, torch.tensor([1, 2]), invert=True), ints(4, hi=3), dtypes=I64)
case("isin", "number", lambda torch, x: torch.isin(x, 2), ints(4, hi=3), dtypes=I64)
SORTED = v([-1.0, 0.0, 0.0, 1.5], grad=False)
for right in (False, True):
    case(
        "searchsorted",
        f"right {right}",
        call("searchsorted", right=right),
        SORTED,
        v([[-2.0, 0.0], [1.5, 2.0]], grad=False),
    )
    case("bucketize", f"right {right}", call("bucketize", right=right), v([-2.0, 0.0, 1.5], grad=False), SORTED)
case(
    "searchsorted",
    "rows",
    call("searchsorted", out_int32=True),
    v([[0.0, 1.0], [1.0, 2.0]], grad=False),
    v([[0.5], [1.5]], grad=False),
)
case("searchsorted", "number side", lambda torch, s: torch.searchsorted(s, 0.0, side="right"), SORTED)
case(
    "searchsorted",
    "rows do not match",
    call("searchsorted"),
    v([[0.0, 1.0]], grad=False),
    t(2, 2, grad=False),
    raises=True,
)

# Put together of others
case("trace", "matrix", call("trace"), t(3, 4), grad_fn=False)
case("trace", "ints", call("trace"), ints(2, 2), dtypes=I64)
case("trace", "vector", call("trace"), t(3), raises=True)
case("tensordot", "number", call("tensordot", dims=2), t(2, 3, 4), t(3, 4, 2), grad_fn=False)
case("tensordot", "lists", call("tensordot", dims=([1], [0])), t(2, 3), t(3, 4), grad_fn=False)
case("tensordot", "outer", call("tensordot", dims=0), t(2), t(3), grad_fn=False)
case("tensordot", "mismatch", call("tensordot", dims=1), t(2, 3), t(4, 2), raises=True)
case("kron", "matrices", call("kron"), t(2, 3), t(3, 2), grad_fn=False)
case("kron", "vector and matrix", call("kron"), t(2), t(2, 2), grad_fn=False)
for p in (1.0, 2.0, 3.0, INF):
    case("cdist", f"norm {p}", call("cdist", p), t(3, 4), t(2, 4), grad_fn=False, check2=p != INF)
case("cdist", "batches", call("cdist"), t(2, 3, 4), t(2, 2, 4), grad_fn=False)
case(
    "cdist", "no distance", lambda torch, x: torch.cdist(x, x), v([[0.0, 1.0], [2.0, 0.5]]), grad_fn=False, check=False
)
case("cdist", "columns differ", call("cdist"), t(2, 3), t(2, 4), raises=True)
case("block_diag", "three", call("block_diag"), t(2, 3), t(2), t(1, 1), grad_fn=False)
for n in (1, 2, 3):
    case(f"atleast_{n}d", "0-dim", call(f"atleast_{n}d"), t(), grad_fn=False)
    case(
        f"atleast_{n}d",
        "several",
        lambda torch, *x, n=n: getattr(torch, f"atleast_{n}d")(x),
        t(2),
        t(2, 3),
        grad_fn=False,
    )
case("column_stack", "mixed", lambda torch, *x: torch.column_stack(x), t(2), t(2, 3))
case("dstack", "vectors", lambda torch, *x: torch.dstack(x), t(3), t(3))
case("tensor_split", "sections", call("tensor_split", 3), t(7, 2))
case("tensor_split", "indices", call("tensor_split", (1, 4), dim=1), t(2, 5))
case("tensor_split", "none", call("tensor_split", 0), t(3), raises=True)
for k in (-1, 0, 1, 2, 3):
    case("rot90", f"{k} times", call("rot90", k), t(2, 3), grad_fn=False)
case("rot90", "dims", call("rot90", 1, (2, 0)), t(2, 1, 3), grad_fn=False)
case("rot90", "same dims", call("rot90", 1, (0, 0)), t(2, 2), raises=True)
case("argwhere", "2d", call("argwhere"), t(3, 3, lo=0, hi=1, grad=False), dtypes=A)
case("take", "2d", call("take"), t(3, 4), v([[0, -1], [5, 5]], dtype="int64"), grad_fn=False)
case("take", "out of range", call("take"), t(3), v([3], dtype="int64"), raises=True)
case(
    "index_fill",
    "number",
    lambda torch, x, i: torch.index_fill(x, 1, i, 2.0),
    t(2, 4),
    v([0, 3, 0], dtype="int64"),
    grad_fn=False,
)
case(
    "index_fill",
    "in-place",
    lambda torch, x, i: x.clone().index_fill_(0, i, -1),
    t(3, 2, lo=-3, hi=3),
    v([1], dtype="int64"),
    dtypes=N,
    grad_fn=False,
)
