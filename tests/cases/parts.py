"""Memory under other strides, copies with a part written, and what may not be written where it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core import F64, I64, Case, Input, N, Table, bools, call, inplace, ints, method, t, v

case = Table()
CASES: list[Case] = case


def refused(op: str, id: str, fn: Callable[..., Any], *inputs: Input, **options: Any) -> None:
    case(op, id, fn, *inputs, dtypes=F64, raises=True, check=False, check2=False, **options)


# as_strided -----------------------------------------------------------------------------------------------------------
WAYS: dict[str, tuple[Any, ...]] = {
    "matrix": ((2, 2), (3, 1)),
    "steps": ((3,), (2,)),
    "offset": ((2, 2), (1, 1), 1),
    "overlapping": ((3, 3), (1, 1)),
    "repeated": ((2, 3), (0, 1)),
    "one element": ((), (), 4),
    "nothing": ((0, 2), (1, 1)),
}
for id, how in WAYS.items():
    case("as_strided", id, method("as_strided", *how), t(2, 3), dtypes=N)
case("as_strided", "function", call("as_strided", (2, 2), (1, 3), storage_offset=1), t(2, 3))
case("as_strided", "of a view", lambda torch, x: (x * 1)[1:].as_strided((3,), (1,)), t(3, 2))
case(  # the gradient of what the view does not show is lost
    "as_strided", "before a view", lambda torch, x: (x * 1)[1:].as_strided((4,), (1,), 1), t(3, 2), check=False
)
case("as_strided", "of an expanded one", lambda torch, x: (x * 1).expand(2, 3).as_strided((2,), (1,)), t(1, 3))
case("as_strided", "in-place", inplace("as_strided_", (3,), (2,)), t(2, 3))
case("as_strided", "written", lambda torch, x: x.clone().as_strided((2,), (2,)).mul_(3), t(2, 3))
refused("as_strided", "out of bounds", method("as_strided", (4, 4), (3, 1)), t(2, 3))
refused("as_strided", "negative stride", method("as_strided", (2,), (-1,)), t(2, 3))
refused("as_strided", "negative offset", method("as_strided", (2,), (1,), -1), t(2, 3))
refused("as_strided", "lengths", method("as_strided", (2,), (1, 1)), t(2, 3))

# fill_diagonal_, resize_ ----------------------------------------------------------------------------------------------
for shape in ((3, 3), (2, 3), (7, 3), (3, 3, 3)):
    for wrap in (False, True):
        id = f"{'x'.join(map(str, shape))}{' wrap' * wrap}"
        case("fill_diagonal_", id, inplace("fill_diagonal_", 5, wrap=wrap), t(*shape), dtypes=N)
refused("fill_diagonal_", "vector", inplace("fill_diagonal_", 5), t(3))
refused("fill_diagonal_", "unequal", inplace("fill_diagonal_", 5), t(2, 3, 3))
case("resize_", "smaller", lambda torch, x: x.clone().resize_(2, 2), t(2, 3, grad=False), dtypes=N)
case("resize_", "back", lambda torch, x: x.clone().resize_(2).resize_(3, 2), t(2, 3, grad=False), dtypes=N)
case("resize_", "larger", lambda torch, x: x.clone().resize_(9)[:6], t(2, 3, grad=False))
case("resize_", "as", lambda torch, x: x.clone().resize_as_(torch.zeros(2, 2)), t(2, 3, grad=False))
refused("resize_", "requires grad", lambda torch, x: x.clone().resize_(2), t(2, 3))

# index_copy -----------------------------------------------------------------------------------------------------------
for name in ("index_copy", "index_copy_"):

    def copied(dim: int, name: str = name) -> Callable[..., Any]:
        return lambda torch, x, i, s: getattr(x.clone(), name)(dim, i, s)

    case(name, "rows", copied(0), t(3, 2), v([2, 0], dtype="int64"), t(2, 2), dtypes=N)
    case(name, "columns", copied(-1), t(2, 3), v([1], dtype="int64"), t(2, 1))
    case(name, "0-dim", copied(0), t(), v([0], dtype="int64"), t())
    case(name, "0-dim index", copied(0), t(3, 2), v(1, dtype="int64"), t(1, 2))
    case(name, "none", copied(0), t(3, 2), v([], dtype="int64"), t(0, 2))
    refused(name, "out of range", copied(0), t(3, 2), v([3, 0], dtype="int64"), t(2, 2))
    refused(name, "counts", copied(0), t(3, 2), v([1], dtype="int64"), t(2, 2))
    refused(name, "matrix", copied(0), t(3, 2), ints(1, 2), t(2, 2))
    refused(name, "int32", copied(0), t(3, 2), ints(2, dtype="int32"), t(2, 2))
    refused(name, "dtypes", copied(0), t(3, 2), ints(2), t(2, 2, dtype="float32"))
    refused(name, "dimensions", copied(0), t(3, 2), ints(1), t(2))
    refused(name, "shapes", copied(0), t(3, 2), ints(2), t(2, 3))

# index_fill -----------------------------------------------------------------------------------------------------------
case("index_fill_", "in-place", lambda torch, x, i: x.clone().index_fill_(1, i, 5), t(2, 3), v([0, -1], dtype="int64"))
case("index_fill", "tensor", lambda torch, x, i, v: x.index_fill(0, i, v), t(3, 2), v([2, 0], dtype="int64"), t())
case("index_fill", "0-dim", lambda torch, x, i: x.index_fill(0, i, 5), t(), v([0], dtype="int64"))
case("index_fill", "fraction", lambda torch, x, i: x.index_fill(0, i, 1.5), t(3), v(1, dtype="int64"), dtypes=N)
refused("index_fill", "out of range", lambda torch, x, i: x.index_fill(0, i, 5), t(3), v([3], dtype="int64"))
refused("index_fill", "matrix", lambda torch, x, i: x.index_fill(0, i, 5), t(3), v([[1]], dtype="int64"))
refused("index_fill", "int32", lambda torch, x, i: x.index_fill(0, i, 5), t(3), v([1], dtype="int32"))
refused("index_fill", "value", lambda torch, x, i: x.index_fill(0, i, x), t(3), v([1], dtype="int64"))

# masked_scatter -------------------------------------------------------------------------------------------------------
case("masked_scatter", "plain", method("masked_scatter"), t(2, 3), bools(2, 3), t(2, 3), dtypes=N)
case("masked_scatter", "broadcast mask", method("masked_scatter"), t(2, 3), bools(3), t(7))
case("masked_scatter", "broadcast input", call("masked_scatter"), t(3), bools(2, 3), t(2, 3))
case("masked_scatter", "in-place", lambda torch, x, m, s: x.clone().masked_scatter_(m, s), t(2, 3), bools(3), t(2, 3))
refused("masked_scatter", "too few", lambda torch, x, s: x.masked_scatter(torch.ones(3).bool(), s), t(3), t(2))
refused("masked_scatter", "dtypes", method("masked_scatter"), t(3), bools(3), t(3, dtype="float32"))
refused("masked_scatter", "mask", method("masked_scatter"), t(3), ints(3), t(3))
refused("masked_scatter", "large mask", lambda torch, x, m: x.clone().masked_scatter_(m, x), t(3), bools(2, 3))

# select_scatter, slice_scatter, diagonal_scatter ----------------------------------------------------------------------
case("select_scatter", "row", method("select_scatter", 0, 1), t(3, 2), t(2), dtypes=N)
case("select_scatter", "column", call("select_scatter", dim=1, index=-1), t(3, 2), t(3))
case(
    "select_scatter",
    "other dtype",
    method("select_scatter", 0, 1),
    t(3, 2),
    t(2, dtype="float32"),
    dtypes=F64,
    check=False,
)
refused("select_scatter", "index", method("select_scatter", 0, 3), t(3, 2), t(2))
refused("select_scatter", "shape", method("select_scatter", 0, 1), t(3, 2), t(1, 2))
case("slice_scatter", "rows", method("slice_scatter", 0, 1), t(3, 2), t(2, 2), dtypes=N)
case("slice_scatter", "steps", call("slice_scatter", dim=1, start=0, end=None, step=2), t(2, 5), t(2, 3))
case("slice_scatter", "all", method("slice_scatter"), t(3, 2), t(3, 2))
case("slice_scatter", "negative", method("slice_scatter", 0, -1, 9), t(3, 2), t(1, 2))
refused("slice_scatter", "step", method("slice_scatter", 0, 0, 2, 0), t(3, 2), t(3, 2))
refused("slice_scatter", "shape", method("slice_scatter", 0, 1), t(3, 2), t(3, 2))
case("diagonal_scatter", "main", method("diagonal_scatter"), t(2, 3), t(2), dtypes=N)
case("diagonal_scatter", "above", call("diagonal_scatter", offset=1), t(3, 3), t(2))
case("diagonal_scatter", "dims", method("diagonal_scatter", -1, 2, 0), t(3, 2, 3), t(2, 2))
refused("diagonal_scatter", "shape", method("diagonal_scatter"), t(2, 3), t(3))
refused("diagonal_scatter", "same dim", method("diagonal_scatter", 0, 1, 1), t(2, 3), t(2))

# put ------------------------------------------------------------------------------------------------------------------
for name in ("put", "put_"):

    def placed(accumulate: bool = False, name: str = name) -> Callable[..., Any]:
        return lambda torch, x, i, s: getattr(x.clone(), name)(i, s, accumulate)

    case(name, "places", placed(), t(2, 3), v([4, -6], dtype="int64"), t(2), dtypes=N)
    case(name, "added", placed(True), t(2, 3), v([4, 4, -2], dtype="int64"), t(3), dtypes=N)
    case(name, "shapes", placed(), t(2, 3), v([[4], [0]], dtype="int64"), t(1, 2))
    refused(name, "out of range", placed(), t(2, 3), v([6], dtype="int64"), t(1))
    refused(name, "counts", placed(), t(2, 3), v([1], dtype="int64"), t(2))
    refused(name, "nothing", placed(), t(0), v([0], dtype="int64"), t(1))
    refused(name, "int32", placed(), t(2, 3), ints(2, dtype="int32"), t(2))

# Memory that is read and written --------------------------------------------------------------------------------------
MASK = [[True, False, True], [True, True, False]]


def on_expanded(change: Callable[..., Any]) -> Callable[..., Any]:
    """The change of a row that is expanded to two"""
    return lambda torch, x: change(torch, x.clone().expand(2, 3))


def on_copy(change: Callable[..., Any]) -> Callable[..., Any]:
    return lambda torch, x: change(torch, x.clone())


ALLOWED: dict[str, Callable[..., Any]] = {
    "fill_": lambda T, x: x.fill_(2),
    "zero_": lambda T, x: x.zero_(),
    "masked_fill_": lambda T, x: x.masked_fill_(T.tensor(MASK), 9.0),
    "tril_": lambda T, x: x.tril_(),
    "fill_diagonal_": lambda T, x: x.fill_diagonal_(1.0),
    "index_fill_": lambda T, x: x.index_fill_(1, T.tensor([2]), 1.0),
    "index_put_": lambda T, x: x.index_put_((T.tensor([0]), T.tensor([1])), T.tensor([9.0], dtype=x.dtype)),
    "an element": lambda T, x: x.__setitem__((0, 0), 9.0) or x,
    "a row": lambda T, x: x.__setitem__(0, 9.0) or x,
    "itself": lambda T, x: x.copy_(x),
}
REFUSED: dict[str, Callable[..., Any]] = {
    "add_": lambda T, x: x.add_(1),
    "exp_": lambda T, x: x.exp_(),
    "copy_": lambda T, x: x.copy_(T.zeros(3, dtype=x.dtype)),
    "everything": lambda T, x: x.__setitem__(..., 9.0),
    "fill_ by a tensor": lambda T, x: x.fill_(T.tensor(2.0)),
    "wrong shapes": lambda T, x: x.add_(T.zeros(5, 5)),
    "scatter_": lambda T, x: x.scatter_(0, T.tensor([[0, 1, 0]]), 1.0),
    "index_add_": lambda T, x: x.index_add_(0, T.tensor([0]), T.zeros(1, 3, dtype=x.dtype)),
    "index_copy_": lambda T, x: x.index_copy_(0, T.tensor([0]), T.zeros(1, 3, dtype=x.dtype)),
    "masked_scatter_": lambda T, x: x.masked_scatter_(T.tensor(MASK), T.zeros(6, dtype=x.dtype)),
    "put_": lambda T, x: x.put_(T.tensor([0]), T.zeros(1, dtype=x.dtype)),
    "uniform_": lambda T, x: x.uniform_(),
}
OVERLAPS: dict[str, tuple[Callable[..., Any], bool]] = {
    "add_ itself": (lambda T, x: x.add_(x), True),
    "add_ a view of all": (lambda T, x: x.add_(x.view(3, 2)), True),
    "add_ a part": (lambda T, x: x[1:].add_(x[:-1]), False),
    "add_ an element": (lambda T, x: x.add_(x[0, 0]), False),
    "copy_ a part": (lambda T, x: x[1:].copy_(x[:-1]), False),
    "copy_ the transpose": (lambda T, x: x[:2].copy_(x[:2].t()), False),
    "lerp_": (lambda T, x: x[1:].lerp_(x[:-1], 0.5), False),
    "set a part": (lambda T, x: x.__setitem__(slice(1, None), x[:-1]), False),
    "set rows": (lambda T, x: x.__setitem__(T.tensor([0]), x[0]), False),
    "set one for a mask": (lambda T, x: x.__setitem__(x > 0, x[0, 0]) or x, True),
    "index_add_": (lambda T, x: x.index_add_(0, T.tensor([0]), x[:1]), False),
    "index_put_": (lambda T, x: x.index_put_((T.tensor([0]),), x[:1]), False),
    "scatter_": (lambda T, x: x.scatter_(0, T.zeros(3, 2).long(), x), False),
    "scatter_add_": (lambda T, x: x.scatter_add_(0, T.zeros(3, 2).long(), x), False),
    "index_copy_": (lambda T, x: x.index_copy_(0, T.tensor([0]), x[:1]), False),
    "put_": (lambda T, x: x.put_(T.tensor([0]), x[0, :1]), False),
    "addmm_": (lambda T, x: x[:2].addmm_(x[:2], x[:2]), True),
}
for id, fn in ALLOWED.items():
    case("write to an expanded tensor", id, on_expanded(fn), t(1, 3, grad=False))
for id, fn in REFUSED.items():
    refused("write to an expanded tensor", f"not {id}", on_expanded(fn), t(1, 3, grad=False))
for id, (fn, fine) in OVERLAPS.items():
    (case if fine else refused)("write to what is read", id, on_copy(fn), t(3, 2, grad=False))

# Bounds of integers ---------------------------------------------------------------------------------------------------
for name in ("clamp_", "clamp_min_", "clamp_max_"):
    for kind in ("int64", "bool"):
        case(name, f"fraction {kind}", inplace(name, 0.5), v([1, 0], dtype=kind), dtypes=I64, raises=True, check=False)
