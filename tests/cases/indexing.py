"""Reading and writing by index, mask, gather and scatter; sorting and searching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core import BOOL, I64, A, Case, F, N, Table, bools, call, ints, method, t, v

case = Table()
CASES: list[Case] = case


def put(key: Callable[[Any], Any], value: Any = None) -> Callable[..., Any]:
    """x[key] = value, on a copy; the value is the second tensor where none is given."""

    def run(torch: Any, x: Any, *tensors: Any) -> Any:
        y = x.clone()
        y[key(torch)] = tensors[0] if value is None else value
        return y

    return run


def get(key: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda torch, x: x[key(torch)]


# id -> (key, shape of x, shape of x[key])
KEYS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...], tuple[int, ...]]] = {
    "int": (lambda T: 1, (3, 2), (2,)),
    "negative int": (lambda T: -1, (3, 2), (2,)),
    "two ints": (lambda T: (1, 0), (3, 2), ()),
    "slice": (lambda T: slice(1, None), (3, 2), (2, 2)),
    "slice step": (lambda T: slice(None, None, 2), (5,), (3,)),
    "slice negative": (lambda T: slice(-2, None), (3, 2), (2, 2)),
    "slice beyond": (lambda T: slice(1, 10), (3,), (2,)),
    "slice empty": (lambda T: slice(2, 1), (3,), (0,)),
    "column": (lambda T: (slice(None), 1), (3, 2), (3,)),
    "ellipsis": (lambda T: (..., 0), (2, 2, 3), (2, 2)),
    "ellipsis middle": (lambda T: (0, ..., 1), (2, 2, 3), (2,)),
    "None": (lambda T: None, (2, 3), (1, 2, 3)),
    "None in between": (lambda T: (slice(None), None, 0), (2, 3), (2, 1)),
    "empty tuple": (lambda T: (), (2, 2), (2, 2)),
    "ellipsis alone": (lambda T: ..., (2, 2), (2, 2)),
    "list": (lambda T: [0, 2], (3, 2), (2, 2)),
    "list in tuple": (lambda T: ([0, 2],), (3, 2), (2, 2)),
    "tensor": (lambda T: T.tensor([2, 0]), (3, 2), (2, 2)),
    "tensor negative": (lambda T: T.tensor([-1, 0]), (3,), (2,)),
    "tensor int32": (lambda T: T.tensor([1, 0], dtype=T.int32), (3,), (2,)),
    "tensor 2d": (lambda T: T.tensor([[0, 1], [2, 1]]), (3, 2), (2, 2, 2)),
    "tensor 0-dim": (lambda T: T.tensor(1), (3, 2), (2,)),
    "tensor empty": (lambda T: T.tensor([], dtype=T.int64), (3, 2), (0, 2)),
    "two tensors": (lambda T: (T.tensor([0, 2]), T.tensor([1, 0])), (3, 2), (2,)),
    "two tensors broadcast": (lambda T: (T.tensor([[0], [2]]), T.tensor([1, 0])), (3, 2), (2, 2)),
    "slice and tensor": (lambda T: (slice(None), T.tensor([1, 0, 1])), (2, 2), (2, 3)),
    "tensor and slice": (lambda T: (T.tensor([1, 0]), slice(0, 1)), (2, 2), (2, 1)),
    "tensors apart": (lambda T: (T.tensor([0, 1]), slice(None), T.tensor([1, 0])), (2, 3, 2), (2, 3)),
    "int and tensor": (lambda T: (0, T.tensor([1, 0])), (2, 2), (2,)),
    "tensor and int": (lambda T: (T.tensor([1, 0]), 1), (2, 3), (2,)),
    "int slice tensor": (lambda T: (0, slice(None), T.tensor([1, 0, 0])), (2, 2, 2), (2, 3)),
    "None and tensor": (lambda T: (None, T.tensor([1, 0])), (2, 2), (1, 2, 2)),
    "ellipsis and tensor": (lambda T: (..., T.tensor([1, 0])), (2, 2), (2, 2)),
    "arange pair": (lambda T: (T.arange(3), T.tensor([1, 0, 1])), (3, 2), (3,)),
    "mask": (lambda T: T.tensor([True, False, True]), (3, 2), (2, 2)),
    "mask 2d": (lambda T: T.tensor([[True, False], [False, True]]), (2, 2), (2,)),
    "mask none true": (lambda T: T.tensor([False, False]), (2, 3), (0, 3)),
    "mask on the second dim": (lambda T: (slice(None), T.tensor([True, False, True])), (2, 3), (2, 2)),
    "mask and tensor": (lambda T: (T.tensor([True, False, True]), T.tensor([1, 0])), (3, 2), (2,)),
    "mask list": (lambda T: [True, False, True], (3, 2), (2, 2)),
    "True": (lambda T: True, (2,), (1, 2)),
    "False": (lambda T: False, (2,), (0, 2)),
    "range": (lambda T: list(range(2)), (3, 2), (2, 2)),
}

REPEATS = (
    "tensor 2d",
    "slice and tensor",
    "int slice tensor",
)  # the same place twice: which value is kept is not promised
for id, (key, shape, taken) in KEYS.items():
    once = id not in REPEATS
    case("__getitem__", id, get(key), t(*shape), dtypes=A)
    case("__getitem__", id + " of a transposed", get(key), t(*shape, layout="T"))
    case("__setitem__", id, put(key), t(*shape), t(*taken), dtypes=A, check=once)
    case("__setitem__", id + " number", put(key, 1.5), t(*shape), dtypes=F)

TWICE = {
    "tensor": (lambda T: T.tensor([1, 1, 0, 1]), (3, 2)),
    "tensor after slice": (lambda T: (slice(None), T.tensor([0, 0, 2])), (2, 3)),
    "pairs": (lambda T: (T.tensor([0, 0, 1]), T.tensor([1, 1, 0])), (2, 2)),
    "negative and positive": (lambda T: T.tensor([-1, 2, 2]), (3,)),
}
for id, (key, shape) in TWICE.items():
    case("__getitem__", f"twice the same, {id}", get(key), t(*shape))

case("__getitem__", "0-dim ellipsis", get(lambda T: ...), t())
case("__getitem__", "0-dim None", get(lambda T: None), t())
case("__getitem__", "0-dim True", get(lambda T: True), t())
case("__getitem__", "chained", lambda torch, x: x[1:][:, 0][1], t(3, 2))
case("__getitem__", "uint8 mask warns", get(lambda T: T.tensor([1, 0], dtype=T.uint8)), t(2))
case("__getitem__", "compared", lambda torch, x: x[x > 0], v([1.0, -1.0, 2.0, -0.5]))
case("__setitem__", "compared", lambda torch, x: [y := x.clone(), y.__setitem__(y < 0, 0.0)][0], v([1.0, -1.0, 2.0]))
case("__setitem__", "broadcast row", put(lambda T: slice(None)), t(3, 2), t(2))
case("__setitem__", "broadcast 0-dim", put(lambda T: T.tensor([0, 2])), t(3, 2), t())
case("__setitem__", "leading ones", put(lambda T: 0), t(2, 3), t(1, 3))
case("__setitem__", "from itself", lambda torch, x: [y := x.clone(), y.__setitem__(0, y[1])][0], t(2, 3))
case(
    "__setitem__",
    "chained",
    lambda torch, x, z: [y := x.clone(), y[0].__setitem__(slice(1, None), z)][0],
    t(2, 3),
    t(2),
)
case("__setitem__", "int from float", put(lambda T: 0, 2.7), ints(3), dtypes=I64)
case("__setitem__", "float into int tensor", put(lambda T: 0), ints(3), v(1.7, dtype="float32"), dtypes=I64)
case("__setitem__", "same place twice", put(lambda T: T.tensor([0, 0])), t(3), v([1.0, 1.0]), check=False)
case("__setitem__", "transposed base", lambda torch, x, z: [y := x.clone(), y.t().__setitem__(0, z)][0], t(3, 2), t(3))
for id, key, shape in (
    ("int out of range", lambda T: 3, (3,)), ("negative out of range", lambda T: -4, (3,)),
    ("too many", lambda T: (0, 0), (3,)),
    ("0-dim", lambda T: 0, ()), ("negative step", lambda T: slice(None, None, -1), (3,)),
    ("float", lambda T: 1.0, (3,)),
    ("string", lambda T: "a", (3,)), ("tensor out of range", lambda T: T.tensor([3]), (3,)),
    ("float tensor", lambda T: T.tensor([1.0]), (3,)),
    ("mask of wrong size", lambda T: T.tensor([True, False]), (3,)),
    ("tensors that don't broadcast", lambda T: (T.tensor([0, 1]), T.tensor([0, 1, 1])), (2, 2)),
    ("zero step", lambda T: slice(None, None, 0), (3,)),
    ("mask of wrong size 2d", lambda T: T.tensor([[True, False]]), (2, 2)),
):  # fmt: skip
    case("__getitem__", id, get(key), t(*shape), raises=True)
    case("__setitem__", id, put(key, 1.0), t(*shape), raises=True)
case("__setitem__", "value of wrong shape", put(lambda T: 0), t(2, 3), t(2), raises=True)
case("__setitem__", "value of wrong shape by tensor", put(lambda T: T.tensor([0, 1])), t(3), t(3), raises=True)
case(
    "__setitem__", "value of wrong shape by mask", put(lambda T: T.tensor([True, False, True])), t(3), t(3), raises=True
)

INDEX = ints(2, 3, lo=0, hi=1)
case("gather", "dim 0", lambda torch, x, i: torch.gather(x, 0, i), t(2, 3), INDEX, dtypes=A)
case("gather", "dim 1", lambda torch, x, i: x.gather(1, i), t(2, 3), ints(2, 4, hi=2))
case("gather", "negative dim", lambda torch, x, i: x.gather(-1, i), t(2, 3), ints(2, 1, hi=2))
case("gather", "twice the same", lambda torch, x, i: x.gather(0, i), t(3), v([1, 1, 0, 1], dtype="int64"))
case("gather", "smaller index", lambda torch, x, i: x.gather(dim=0, index=i), t(3, 3), ints(1, 2, hi=2))
case("gather", "0-dim", lambda torch, x, i: x.gather(0, i), t(), v(0, dtype="int64"))
case("gather", "0-dim index", lambda torch, x, i: x.gather(0, i), t(3), v(2, dtype="int64"))
case("gather", "out of range", lambda torch, x, i: x.gather(0, i), t(3), v([3], dtype="int64"), raises=True)
case("gather", "float index", lambda torch, x, i: x.gather(0, i), t(3), v([1.0]), raises=True)
case("gather", "wrong dims", lambda torch, x, i: x.gather(0, i), t(3), ints(1, 2), raises=True)
case("gather", "index too large", lambda torch, x, i: x.gather(0, i), t(2, 2), ints(1, 3, hi=1), raises=True)
case("take_along_dim", "dim", lambda torch, x, i: torch.take_along_dim(x, i, dim=1), t(2, 3), ints(2, 2, hi=2))
case("take_along_dim", "broadcast", lambda torch, x, i: x.take_along_dim(i, 0), t(2, 3), ints(1, 3, hi=1))
case("take_along_dim", "flat", lambda torch, x, i: torch.take_along_dim(x, i), t(2, 3), ints(4, hi=5))

PERM = v([[0, 2, 1], [2, 0, 1]], dtype="int64")
case("scatter", "tensor", lambda torch, x, i, s: x.scatter(1, i, s), t(2, 3), PERM, t(2, 3), dtypes=N)
case("scatter", "number", lambda torch, x, i: torch.scatter(x, 1, i, 1.5), t(2, 3), v([[0], [2]], dtype="int64"))
case(
    "scatter",
    "in-place one-hot",
    lambda torch, i: torch.zeros(2, 3).scatter_(1, i, 1),
    v([[0], [2]], dtype="int64"),
    dtypes=I64,
)
case(
    "scatter", "smaller source", lambda torch, x, i, s: x.scatter(0, i, s), t(3, 2), v([[0, 2]], dtype="int64"), t(1, 2)
)
case("scatter", "0-dim index", lambda torch, x, i: x.scatter(0, i, 1.5), t(3), v(2, dtype="int64"))
case("scatter", "in-place", lambda torch, x, i, s: x.clone().scatter_(1, i, s), t(2, 3), PERM, t(2, 3))
case(
    "scatter", "out of range", lambda torch, x, i, s: x.scatter(0, i, s), t(3), v([3], dtype="int64"), t(1), raises=True
)
case(
    "scatter",
    "reduce add",
    lambda torch, x, i, s: x.scatter(0, i, s, reduce="add"),
    t(3),
    v([0, 0], dtype="int64"),
    t(2),
)
case("scatter", "reduce multiply", lambda torch, x, i: x.scatter(0, i, 2.0, reduce="multiply"), t(3), ints(2, hi=2))
case(
    "scatter_add",
    "twice the same",
    lambda torch, x, i, s: x.scatter_add(0, i, s),
    t(3),
    v([0, 0, 2, 0], dtype="int64"),
    t(4),
    dtypes=N,
)
case("scatter_add", "2d", lambda torch, x, i, s: torch.scatter_add(x, 1, i, s), t(2, 3), ints(2, 3, hi=2), t(2, 3))
case("scatter_add", "in-place", lambda torch, x, i, s: x.clone().scatter_add_(0, i, s), t(3), ints(2, hi=2), t(2))

case("index_select", "dim 0", lambda torch, x, i: torch.index_select(x, 0, i), t(3, 2), ints(4, hi=2), dtypes=A)
case("index_select", "dim -1", lambda torch, x, i: x.index_select(-1, i), t(2, 3), ints(2, hi=2))
case("index_select", "empty", lambda torch, x, i: x.index_select(0, i), t(2, 3), ints(0))
case("index_select", "transposed", lambda torch, x, i: x.index_select(0, i), t(3, 2, layout="T"), ints(3, hi=2))
case("index_select", "out of range", lambda torch, x, i: x.index_select(0, i), t(3), v([3], dtype="int64"), raises=True)
case("index_select", "2d index", lambda torch, x, i: x.index_select(0, i), t(3), ints(1, 1), raises=True)
case("index_select", "float index", lambda torch, x, i: x.index_select(0, i), t(3), v([1.0]), raises=True)
case(
    "index_add",
    "dim 0",
    lambda torch, x, i, s: torch.index_add(x, 0, i, s),
    t(3, 2),
    v([0, 0, 2], dtype="int64"),
    t(3, 2),
    dtypes=N,
)
case(
    "index_add",
    "alpha",
    lambda torch, x, i, s: x.index_add(1, i, s, alpha=2),
    t(2, 3),
    v([1, 1], dtype="int64"),
    t(2, 2),
)
case(
    "index_add", "in-place", lambda torch, x, i, s: x.clone().index_add_(0, i, s), t(3), v([2, 2], dtype="int64"), t(2)
)
case(
    "index_put",
    "one index",
    lambda torch, x, i, s: torch.index_put(x, (i,), s),
    t(3, 2),
    v([0, 2], dtype="int64"),
    t(2, 2),
    dtypes=A,
)
case(
    "index_put",
    "accumulate",
    lambda torch, x, i, s: x.index_put((i,), s, accumulate=True),
    t(3),
    v([0, 0, 2], dtype="int64"),
    t(3),
    dtypes=N,
)
case(
    "index_put",
    "two indices",
    lambda torch, x, i, j, s: x.index_put((i, j), s),
    t(2, 3),
    v([0, 1], dtype="int64"),
    v([2, 0], dtype="int64"),
    t(2),
)
case(
    "index_put",
    "in-place mask",
    lambda torch, x, m: x.clone().index_put_((m,), torch.tensor(0.0, dtype=x.dtype)),
    t(3),
    v([True, False, True], dtype="bool"),
)

case("masked_fill", "number", lambda torch, x, m: x.masked_fill(m, 1.5), t(2, 3), bools(2, 3))
case(
    "masked_fill",
    "infinity",
    lambda torch, x, m: x.masked_fill(m, float("-inf")),
    t(2, 3),
    bools(3),
    check=False,
)
case("masked_fill", "int", lambda torch, x, m: torch.masked_fill(x, m, 1), t(4), bools(4), dtypes=A)
case(
    "masked_fill",
    "0-dim tensor",
    lambda torch, x, m, s: x.masked_fill(m, s),
    t(3),
    v([True, False, True], dtype="bool"),
    t(),
)
case("masked_fill", "in-place", lambda torch, x, m: x.clone().masked_fill_(m, 0), t(2, 3), bools(2, 1))
case("masked_fill", "mask makes it grow", lambda torch, x, m: x.masked_fill(m, 0.0), t(3), bools(2, 3))
case("masked_fill", "mask of floats", lambda torch, x, m: x.masked_fill(m, 0.0), t(3), t(3), raises=True)
case("masked_fill", "1-dim value", lambda torch, x, m, s: x.masked_fill(m, s), t(3), bools(3), t(1), raises=True)
case("masked_fill", "float into int", lambda torch, x, m: x.masked_fill(m, 1.5), ints(3), bools(3), dtypes=I64)
case("masked_select", "2d", lambda torch, x, m: torch.masked_select(x, m), t(2, 3), bools(2, 3), dtypes=A)
case(
    "masked_select", "broadcast", lambda torch, x, m: x.masked_select(m), t(2, 3), v([True, False, True], dtype="bool")
)
case("masked_select", "x broadcast", lambda torch, x, m: x.masked_select(m), t(3), bools(2, 3))
case("masked_select", "mask of ints", lambda torch, x, m: x.masked_select(m), t(3), ints(3), raises=True)

MASK = v([[True, False, True], [False, False, True]], dtype="bool")
case("where", "tensors", lambda torch, m, a, b: torch.where(m, a, b), MASK, t(2, 3), t(2, 3), dtypes=A)
case(
    "where",
    "broadcast",
    lambda torch, m, a, b: torch.where(m, a, b),
    v([True, False, True], dtype="bool"),
    t(2, 1),
    t(3),
)
case("where", "number right", lambda torch, m, a: torch.where(m, a, 0.0), MASK, t(2, 3))
case("where", "number left", lambda torch, m, a: torch.where(m, 1, a), MASK, t(2, 3), dtypes=N)
case("where", "two numbers", lambda torch, m: torch.where(m, 1.0, 0.0), MASK, dtypes=F[:1])
case("where", "int numbers", lambda torch, m: torch.where(m, 1, 0), MASK, dtypes=F[:1])
case("where", "mixed dtypes", lambda torch, m, a, b: torch.where(m, a, b), MASK, t(2, 3), ints(2, 3))
case("where", "0-dim", lambda torch, m, a, b: torch.where(m, a, b), v(True, dtype="bool"), t(), t(2))
case("where", "method", lambda torch, a, m, b: a.where(m, b), t(2, 3), MASK, t(3))
case("where", "condition alone", lambda torch, m: torch.where(m), MASK, dtypes=BOOL)
case("where", "condition of floats", lambda torch, m, a, b: torch.where(m, a, b), t(3), t(3), t(3), raises=True)
case("where", "shapes", lambda torch, m, a, b: torch.where(m, a, b), MASK, t(2, 2), t(2, 3), raises=True)

case("topk", "largest", lambda torch, x: tuple(torch.topk(x, 2)), t(2, 4, distinct=True), dtypes=N)
case("topk", "smallest", lambda torch, x: tuple(x.topk(2, largest=False)), t(2, 4, distinct=True))
case("topk", "dim", lambda torch, x: tuple(x.topk(1, dim=0)), t(3, 2, distinct=True))
case("topk", "fields", lambda torch, x: [(r := x.topk(2, -1, True, True)).values, r.indices], t(5, distinct=True))
case("topk", "too many", lambda torch, x: x.topk(4), t(3), raises=True)
case("topk", "0-dim", lambda torch, x: tuple(x.topk(1)), t())
case("sort", "last dim", lambda torch, x: tuple(torch.sort(x)), t(2, 4, distinct=True), dtypes=N)
case("sort", "descending", lambda torch, x: tuple(x.sort(descending=True)), t(2, 4, distinct=True))
case("sort", "dim", lambda torch, x: tuple(x.sort(0)), t(3, 2, distinct=True))
case(
    "sort",
    "stable",
    lambda torch, x: tuple(torch.sort(x, stable=True)),
    v([2.0, 1.0, 2.0, 1.0]),
    check=False,
)
case("sort", "nan", lambda torch, x: tuple(x.sort()), v([2.0, float("nan"), 1.0]), check=False)
case("sort", "0-dim", lambda torch, x: tuple(x.sort()), t())
case("sort", "fields", lambda torch, x: [(r := x.sort()).values, r.indices], t(3, distinct=True))
case("argsort", "last dim", call("argsort"), t(2, 4, distinct=True), dtypes=N)
case("argsort", "dim descending", method("argsort", dim=0, descending=True), t(3, 2, distinct=True))
case("argsort", "stable", call("argsort", stable=True), v([2.0, 1.0, 2.0, 1.0]))
case("nonzero", "2d", call("nonzero"), v([[0, 1], [2, 0]]), dtypes=A)
case("nonzero", "1d method", method("nonzero"), v([0.0, 1.0, 2.0]))
case("nonzero", "as_tuple", call("nonzero", as_tuple=True), v([[0, 1], [2, 0]]), dtypes=A)
case("nonzero", "0-dim", call("nonzero"), v(1.0))
case("nonzero", "none", call("nonzero"), v([0.0, 0.0]))
case("unique", "flat", call("unique"), v([[3, 1], [1, 2]]), dtypes=N)
case("unique", "inverse counts", call("unique", return_inverse=True, return_counts=True), v([3, 1, 1, 2]), dtypes=N)
case("unique", "counts", call("unique", return_counts=True), v([3, 1, 1, 2]), dtypes=N)
case("unique", "inverse 2d", method("unique", return_inverse=True), v([[3, 1], [1, 2]]), dtypes=I64)
case("unique", "dim", call("unique", dim=0), v([[3, 1], [1, 2], [3, 1]]), dtypes=N)
case("unique", "empty", call("unique"), t(0))
case("unique", "bool", call("unique"), v([True, False, True], dtype="bool"), dtypes=BOOL)
