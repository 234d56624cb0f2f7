"""Linear algebra: decompositions, equations, functions of whole matrices, and what is built from vectors.

Singular vectors and eigenvectors are compared without their signs, which depend on the LAPACK library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core import BOOL, F64, I64, Case, N, Table, bools, call, inplace, ints, method, pos, t, v

case = Table()
CASES: list[Case] = case

LA = "linalg."
NAME = dict(grad_fn=False, why="PyTorch's name of the node tells how its result lies in memory, or an overload in C++")
ROUND = dict(rtol32=3e-4, why="float32 is computed in double precision here and rounded; PyTorch works in float32")
EMPTY = dict(check=False)


def good(torch: Any, x: Any, shift: float = 4.0) -> Any:
    """A matrix far from singular."""
    rows, columns = x.shape[-2:]
    return x + shift * torch.eye(rows, columns, dtype=x.dtype)


def positive(torch: Any, x: Any) -> Any:
    """A positive-definite matrix."""
    return x @ x.mT + 2 * torch.eye(x.shape[-1], dtype=x.dtype)


def triangle(torch: Any, x: Any, upper: bool = False) -> Any:
    """A triangular matrix far from singular."""
    return good(torch, x).triu() if upper else good(torch, x).tril()


def spread(torch: Any, x: Any) -> Any:
    """A symmetric matrix with eigenvalues well apart."""
    n = x.shape[-1]
    return x + x.mT + 6 * torch.arange(n, dtype=x.dtype).diag()


def with_(prepare: Callable[..., Any], name: str, *extra: Any, **options: Any) -> Callable[..., Any]:
    """`torch.<name>` of the first tensor made fit, and the others as they are."""
    apply = call(name, *extra, **options)
    return lambda torch, x, *rest: apply(torch, prepare(torch, x), *rest)


def unsigned(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda torch, *tensors: tuple(part.abs() for part in fn(torch, *tensors))


SQUARE = {"one": (1, 1), "2": (2, 2), "3": (3, 3), "batch": (2, 3, 3), "two batches": (2, 1, 2, 2)}
NONE = {"0 by 0": (0, 0), "empty batch": (0, 2, 2), "batch of 0 by 0": (2, 0, 0)}
RECTANGLES = {"square": (3, 3), "tall": (4, 2), "wide": (2, 4), "batch tall": (2, 3, 2), "batch wide": (2, 2, 3)}
WRONG = {"rectangle": t(2, 3), "vector": t(3)}

# Determinants and inverses
for name in ("linalg.det", "det", "linalg.slogdet", "slogdet", "linalg.inv", "inverse", "linalg.inv_ex"):
    for id, shape in SQUARE.items():
        case(name, id, with_(good, name), t(*shape), **ROUND)
    for id, shape in NONE.items():
        case(name, id, call(name), t(*shape), **EMPTY)
    for id, x in WRONG.items():
        case(name, id, call(name), x, raises=True)
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
    case(name, "half", call(name), t(2, 2, dtype="float16"), dtypes=F64, raises=True)
for name in ("det", "slogdet", "inverse", "logdet", "pinverse", "matrix_exp"):
    case(name, "method", lambda torch, x, n=name: getattr(positive(torch, x), n)(), t(3, 3), **ROUND)
case("linalg.det", "negative", call("linalg.det"), v([[0.0, 2.0], [3.0, 1.0]]))
case("linalg.det", "rank n - 1", call("linalg.det"), v([[1.0, 2.0], [2.0, 4.0]], grad=False))
case("linalg.det", "zero", call("linalg.det"), v([[0.0] * 3] * 3, grad=False))
case("linalg.det", "transposed", call("linalg.det"), t(3, 3, layout="T"))
case("linalg.slogdet", "negative", call("linalg.slogdet"), v([[0.0, 2.0], [3.0, 1.0]]))
case("linalg.slogdet", "singular", call("linalg.slogdet"), t(2, 2, values=[[1.0, 2.0], [2.0, 4.0]], grad=False))
case("logdet", "positive", with_(positive, "logdet"), t(2, 3, 3))
case("logdet", "negative", call("logdet"), v([[0.0, 2.0], [3.0, 1.0]]), check=False)
case("logdet", "rectangle", call("logdet"), t(2, 3), raises=True)
SINGULAR = v([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]])
ONE_SINGULAR = v([[1.0, 2.0], [2.0, 4.0]])
case("linalg.inv", "singular", call("linalg.inv"), ONE_SINGULAR, raises=True)
case("linalg.inv", "singular in batch", call("linalg.inv"), SINGULAR, raises=True)
case("linalg.inv_ex", "check", call("linalg.inv_ex", check_errors=True), SINGULAR, raises=True)
case("linalg.inv_ex", "singular info", lambda torch, x: torch.linalg.inv_ex(x).info, v(SINGULAR.values, grad=False))

# Equations
for name in ("linalg.solve", "linalg.solve_ex"):
    for id, a, b in (
        ("matrix", (3, 3), (3, 2)), ("vector", (3, 3), (3,)), ("batch", (2, 3, 3), (2, 3, 2)),
        ("batch of vectors", (2, 3, 3), (2, 3)), ("broadcast B", (2, 1, 2, 2), (3, 2, 2)),
        ("one A", (2, 2), (3, 2, 1)), ("one B", (3, 2, 2), (2, 1)),
    ):  # fmt: skip
        case(name, id, with_(good, name), t(*a), t(*b), **ROUND)
    case(name, "right", with_(good, name, left=False), t(2, 3, 3), t(2, 2, 3), **ROUND)
    case(name, "empty batch", call(name), t(0, 2, 2), t(0, 2, 1), **EMPTY)
    case(name, "no columns", call(name), t(2, 2), t(2, 0), **EMPTY)
    for id, a, b in (
        ("rectangle", t(2, 3), t(2)), ("sizes", t(2, 2), t(3, 1)), ("dtypes", t(2, 2), ints(2, 1)),
        ("batches", t(2, 2, 2), t(3, 2, 1)), ("int", ints(2, 2), ints(2, 1)), ("vector A", t(2), t(2)),
    ):  # fmt: skip
        case(name, id + " wrong", call(name), a, b, raises=True)
case("linalg.solve", "singular", call("linalg.solve"), ONE_SINGULAR, t(2), raises=True)
case("linalg.solve", "singular in batch", call("linalg.solve"), SINGULAR, t(2, 2), raises=True)
case("linalg.solve", "constant A", with_(good, "linalg.solve"), t(2, 2, grad=False), t(2, 1))
case("linalg.solve", "constant B", with_(good, "linalg.solve"), t(2, 2), t(2, 1, grad=False))
case("linalg.solve_ex", "check", call("linalg.solve_ex", check_errors=True), SINGULAR, t(2, 2, 1), raises=True)
ST = "linalg.solve_triangular"
for upper in (False, True):
    for left in (False, True):
        for unit in (False, True):
            options = dict(upper=upper, left=left, unitriangular=unit)
            id = " ".join(k for k, on in options.items() if on) or "lower right"
            case(ST, id, with_(good, ST, **options), t(3, 3), t(*((3, 2) if left else (2, 3))), **ROUND)
case(ST, "batch", with_(good, ST, upper=True), t(2, 3, 3), t(2, 3, 1), **ROUND)
case(ST, "broadcast", with_(good, ST, upper=False), t(2, 2), t(3, 2, 2), **ROUND)
case(
    ST,
    "zero diagonal",
    call(ST, upper=True),
    t(2, 2, values=[[1.0, 2.0], [0.0, 0.0]], grad=False),
    v([[1.0], [2.0]], grad=False),
)
case(ST, "rectangle", call(ST, upper=True), t(2, 3), t(2, 1), raises=True)
case(ST, "sizes", call(ST, upper=True), t(2, 2), t(3, 1), raises=True)
case(ST, "right sizes", call(ST, upper=True, left=False), t(2, 2), t(1, 3), raises=True)
case(ST, "vector", call(ST, upper=True), t(2, 2), t(2), raises=True)
for upper in (False, True):
    id = "upper" if upper else "lower"
    case(
        "cholesky_solve",
        id,
        lambda torch, b, x, u=upper: torch.cholesky_solve(b, triangle(torch, x, u), u),
        t(3, 2),
        t(3, 3),
        **ROUND,
    )
    case(
        "cholesky_inverse",
        id,
        lambda torch, x, u=upper: torch.cholesky_inverse(triangle(torch, x, u), u),
        t(3, 3),
        **ROUND,
    )
case(
    "cholesky_solve",
    "batch",
    lambda torch, b, x: torch.cholesky_solve(b, triangle(torch, x)),
    t(2, 3, 2),
    t(2, 3, 3),
    **ROUND,
)
case("cholesky_solve", "method", lambda torch, b, x: b.cholesky_solve(triangle(torch, x)), t(2, 1), t(2, 2), **ROUND)
case("cholesky_solve", "vector", call("cholesky_solve"), t(2), t(2, 2), raises=True)
case("cholesky_solve", "sizes", call("cholesky_solve"), t(3, 1), t(2, 2), raises=True)
case("cholesky_inverse", "batch", with_(triangle, "cholesky_inverse"), t(2, 2, 2), **ROUND)
case("cholesky_inverse", "vector", call("cholesky_inverse"), t(2), raises=True)
case("cholesky_inverse", "rectangle", call("cholesky_inverse"), t(2, 3), raises=True)
LS = "linalg.lstsq"
for id, a, b in (
    ("tall", (4, 2), (4, 3)),
    ("wide", (2, 4), (2, 3)),
    ("square", (3, 3), (3, 1)),
    ("batch", (2, 4, 2), (2, 4, 1)),
):
    case(LS, id, with_(good, LS), t(*a), t(*b), **ROUND)
for driver in ("gels", "gelsy", "gelsd", "gelss"):
    case(LS, driver, with_(good, LS, driver=driver), t(4, 2), t(4, 2), **ROUND)
case(
    LS,
    "rank 1",
    call(LS, driver="gelsd"),
    t(3, 2, values=[[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], grad=False),
    t(3, 1, grad=False),
    dtypes=F64,
)
for id, a, b in (("sizes", t(2, 2), t(3, 1)), ("vector", t(2), t(2)), ("dtypes", t(2, 2), ints(2, 1))):
    case(LS, id + " wrong", call(LS), a, b, raises=True)
case(LS, "driver wrong", call(LS, driver="qr"), t(2, 2), t(2, 1), raises=True)
for name in ("linalg.pinv", "pinverse"):
    for id, shape in RECTANGLES.items():
        case(name, id, with_(good, name), t(*shape), **ROUND)
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
    case(name, "vector", call(name), t(2), raises=True)
case("linalg.pinv", "hermitian", with_(positive, "linalg.pinv", hermitian=True), t(3, 3), **ROUND)
case("linalg.pinv", "rank 1", call("linalg.pinv"), t(2, 2, values=[[1.0, 2.0], [2.0, 4.0]], grad=False), dtypes=F64)
case("linalg.pinv", "atol", with_(good, "linalg.pinv", atol=0.1), t(3, 2), **ROUND)
case("linalg.pinv", "rtol", with_(good, "linalg.pinv", rtol=1e-3), t(2, 3), **ROUND)
case("linalg.pinv", "empty", call("linalg.pinv"), t(0, 3), **EMPTY)

# QR
for name in ("linalg.qr", "qr"):
    for id, shape in RECTANGLES.items():
        case(name, id, with_(good, name), t(*shape), **ROUND)
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
    case(name, "vector", call(name), t(2), raises=True)
case("linalg.qr", "complete square", with_(good, "linalg.qr", "complete"), t(3, 3), **ROUND)
case("linalg.qr", "complete wide", with_(good, "linalg.qr", mode="complete"), t(2, 3), **ROUND)
case("linalg.qr", "complete tall", with_(good, "linalg.qr", "complete"), t(3, 2), check=False, **ROUND)
case("linalg.qr", "r", with_(good, "linalg.qr", "r"), t(3, 2), check=False, **ROUND)
case("linalg.qr", "Q alone", lambda torch, x: torch.linalg.qr(good(torch, x)).Q, t(4, 2), **ROUND)
case("linalg.qr", "R alone", lambda torch, x: torch.linalg.qr(good(torch, x)).R, t(2, 4), **ROUND)
case("linalg.qr", "R alone of a tall one", lambda torch, x: torch.linalg.qr(good(torch, x)).R, t(4, 2), **ROUND)
case("linalg.qr", "Q alone of a wide one", lambda torch, x: torch.linalg.qr(good(torch, x)).Q, t(2, 4), **ROUND)
case("linalg.qr", "no rows", call("linalg.qr"), t(0, 3), **EMPTY)
case("linalg.qr", "no columns complete", call("linalg.qr", "complete"), t(3, 0), **EMPTY)
case("linalg.qr", "mode", call("linalg.qr", "full"), t(2, 2), raises=True)
case("qr", "all", with_(good, "qr", some=False), t(3, 3), **ROUND)
case("qr", "method", lambda torch, x: good(torch, x).qr(), t(3, 2), **ROUND)

# Singular values
for id, shape in RECTANGLES.items():
    case("linalg.svd", id, unsigned(with_(good, "linalg.svd", full_matrices=False)), t(*shape), **ROUND)
    case("linalg.svdvals", id, with_(good, "linalg.svdvals"), t(*shape), **ROUND)
    case("svd", id, unsigned(with_(good, "svd")), t(*shape), **ROUND)
case("linalg.svd", "full square", unsigned(with_(good, "linalg.svd")), t(3, 3), **ROUND)
case("linalg.svd", "full tall", lambda torch, x: torch.linalg.svd(good(torch, x)).S, t(4, 2), **ROUND)
case("linalg.svd", "U alone", lambda torch, x: torch.linalg.svd(good(torch, x), False).U.abs(), t(4, 2), **ROUND)
case("linalg.svd", "Vh alone", lambda torch, x: torch.linalg.svd(good(torch, x), False).Vh.abs(), t(2, 4), **ROUND)
case("linalg.svd", "empty", call("linalg.svd"), t(3, 0), **EMPTY)
case("linalg.svdvals", "empty", call("linalg.svdvals"), t(0, 3), **EMPTY)
case("linalg.svdvals", "no gradient", call("linalg.svdvals"), t(3, 2, grad=False), **ROUND)
case("linalg.svd", "nan", call("linalg.svd"), v([[1.0, float("nan")], [0.0, 1.0]]), raises=True)
case("linalg.svd", "driver", call("linalg.svd", driver="gesvd"), t(2, 2), raises=True)
case("svd", "values alone", lambda torch, x: torch.svd(good(torch, x), compute_uv=False), t(3, 2), **ROUND)
case("svd", "method", lambda torch, x: good(torch, x).svd().S, t(3, 2), **ROUND)
for name in ("linalg.svd", "linalg.svdvals"):
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
    case(name, "vector", call(name), t(2), raises=True)

# Eigenvalues of symmetric matrices
for id, shape in {"3": (3, 3), "2": (2, 2), "one": (1, 1), "batch": (2, 3, 3)}.items():
    case("linalg.eigh", id, unsigned(with_(spread, "linalg.eigh")), t(*shape), **ROUND)
    case("linalg.eigvalsh", id, with_(spread, "linalg.eigvalsh"), t(*shape), **ROUND)
for name in ("linalg.eigh", "linalg.eigvalsh"):
    prepare = unsigned(with_(spread, name, "U")) if name == "linalg.eigh" else with_(spread, name, UPLO="U")
    case(name, "upper", prepare, t(3, 3), **ROUND)
    case(name, "empty", call(name), t(0, 0), **EMPTY)
    for id, x in WRONG.items():
        case(name, id, call(name), x, raises=True)
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
    case(name, "UPLO", call(name, UPLO="x"), t(2, 2), raises=True)
    case(name, "nan", call(name), v([[1.0, float("nan")], [float("nan"), 1.0]], grad=False))
case("linalg.eigh", "vectors alone", lambda torch, x: torch.linalg.eigh(spread(torch, x))[1].abs(), t(3, 3), **ROUND)
case("linalg.eigvalsh", "no gradient", with_(spread, "linalg.eigvalsh"), t(3, 3, grad=False), **ROUND)

# LU
for id, shape in RECTANGLES.items():
    case("linalg.lu", id, with_(good, "linalg.lu"), t(*shape), **ROUND)
    case("linalg.lu_factor", id, with_(good, "linalg.lu_factor"), t(*shape), **ROUND)
    case("linalg.lu_factor_ex", id, with_(good, "linalg.lu_factor_ex"), t(*shape), **ROUND)
    case("lu_unpack", id, lambda torch, x: torch.lu_unpack(*torch.linalg.lu_factor(good(torch, x))), t(*shape), **ROUND)
case("linalg.lu", "rows swapped", call("linalg.lu"), v([[0.1, 2.0, 1.0], [3.0, 0.2, 1.0], [1.0, 4.0, 0.5]]), **ROUND)
case("linalg.lu", "L alone", lambda torch, x: torch.linalg.lu(good(torch, x)).L, t(3, 3), **ROUND)
case("linalg.lu", "U alone", lambda torch, x: torch.linalg.lu(good(torch, x)).U, t(3, 2), **ROUND)
case(
    "lu_unpack",
    "U alone",
    lambda torch, x: torch.lu_unpack(*torch.linalg.lu_factor(good(torch, x)))[2],
    t(3, 3),
    **ROUND,
)
case("linalg.lu", "empty", call("linalg.lu"), t(3, 0), **EMPTY)
case("linalg.lu_factor_ex", "singular", call("linalg.lu_factor_ex"), v(SINGULAR.values, grad=False))
case("linalg.lu_factor_ex", "check", call("linalg.lu_factor_ex", check_errors=True), SINGULAR, raises=True)
case("linalg.lu_factor", "singular", call("linalg.lu_factor"), ONE_SINGULAR, raises=True)
for name in ("linalg.lu", "linalg.lu_factor"):
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
    case(name, "vector", call(name), t(2), raises=True)
    case(name, "no pivots", call(name, pivot=False), t(2, 2), raises=True)
case("lu", "deprecated", with_(good, "lu"), t(3, 3), **ROUND)
case("lu", "infos", with_(good, "lu", get_infos=True), t(3, 3), **ROUND)


def solved(**options: Any) -> Callable[..., Any]:
    return lambda torch, x, b: torch.linalg.lu_solve(*torch.linalg.lu_factor(good(torch, x)), b, **options)


LUS = "linalg.lu_solve"
case(LUS, "plain", solved(), t(3, 3), t(3, 2), **ROUND)
case(LUS, "batch", solved(), t(2, 3, 3), t(2, 3, 1), **ROUND)
case(LUS, "right", solved(left=False), t(3, 3), t(2, 3), **ROUND)
case(LUS, "adjoint", solved(adjoint=True), t(3, 3), t(3, 2), **ROUND)
case(LUS, "adjoint right", solved(left=False, adjoint=True), t(3, 3), t(2, 3), **ROUND)
PIVOTS = v([1, 2], dtype="int32")
case(LUS, "sizes", call(LUS), t(2, 2), PIVOTS, t(3, 1), raises=True)
case(LUS, "pivots", call(LUS), t(2, 2), t(2, grad=False), t(2, 1), raises=True)
case(
    "lu_solve",
    "plain",
    lambda torch, b, x: torch.lu_solve(b, *torch.linalg.lu_factor(good(torch, x))),
    t(3, 2),
    t(3, 3),
    **ROUND,
)

# Cholesky
for name in ("linalg.cholesky", "linalg.cholesky_ex", "cholesky"):
    for id, shape in SQUARE.items():
        case(name, id, with_(positive, name), t(*shape), **ROUND)
    case(name, "upper", with_(positive, name, upper=True), t(3, 3), **ROUND)
    for id, x in WRONG.items():
        case(name, id, call(name), x, raises=True)
for name in ("linalg.cholesky", "cholesky"):
    case(name, "not positive", call(name), v([[1.0, 2.0], [2.0, 1.0]]), raises=True)
    case(
        name, "not positive in batch", call(name), v([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]]), raises=True
    )
case("linalg.cholesky", "int", call("linalg.cholesky"), ints(2, 2), dtypes=I64, raises=True)
case("linalg.cholesky", "empty batch", call("linalg.cholesky"), t(0, 2, 2), **EMPTY)
case(
    "linalg.cholesky_ex",
    "info",
    lambda torch, x: torch.linalg.cholesky_ex(x).info,
    v([[1.0, 2.0], [2.0, 1.0]], grad=False),
)
case(
    "linalg.cholesky_ex",
    "check",
    call("linalg.cholesky_ex", check_errors=True),
    v([[1.0, 2.0], [2.0, 1.0]]),
    raises=True,
)

# Functions of matrices
for name in ("linalg.matrix_exp", "matrix_exp"):
    for id, shape in SQUARE.items():
        case(name, id, call(name), t(*shape), **ROUND)
    case(name, "large", call(name), t(2, 2, lo=-9.0, hi=9.0), **ROUND)
    case(name, "zeros", call(name), v([[0.0, 0.0], [0.0, 0.0]]), **ROUND)
    case(name, "empty", call(name), t(0, 0), **EMPTY)
    case(name, "rectangle", call(name), t(2, 3), raises=True)
    case(name, "int", call(name), ints(2, 2), dtypes=I64, raises=True)
for n in (-3, -1, 0, 1, 2, 3, 4, 5, 8):
    case(
        "linalg.matrix_power",
        str(n),
        with_(good, "linalg.matrix_power", n),
        t(3, 3),
        check=n != 0,
        check2=n not in (0, 1),
        **ROUND,
    )
case("linalg.matrix_power", "batch", call("linalg.matrix_power", 2), t(2, 2, 2), dtypes=N)
case("linalg.matrix_power", "rectangle", call("linalg.matrix_power", 2), t(2, 3), raises=True)
case("linalg.matrix_power", "int", call("linalg.matrix_power", -1), ints(2, 2), dtypes=I64, raises=True)
case("linalg.matrix_power", "float power", call("linalg.matrix_power", 2.0), t(2, 2), raises=True)
case("matrix_power", "3", call("matrix_power", 3), t(2, 2))
case("matrix_power", "method", method("matrix_power", 2), t(2, 2))
case("linalg.matrix_rank", "full", with_(good, "linalg.matrix_rank"), t(2, 3, 2))
case("linalg.matrix_rank", "one", call("linalg.matrix_rank"), v([[1.0, 2.0], [2.0, 4.0]]))
case("linalg.matrix_rank", "hermitian", with_(positive, "linalg.matrix_rank", hermitian=True), t(3, 3))
case("linalg.matrix_rank", "atol", call("linalg.matrix_rank", atol=1.0), v([[3.0, 0.0], [0.0, 0.5]]))
case("linalg.matrix_rank", "tol", call("linalg.matrix_rank", 1.0), v([[3.0, 0.0], [0.0, 0.5]]))
case("linalg.matrix_rank", "rtol", call("linalg.matrix_rank", rtol=0.1), v([[3.0, 0.0], [0.0, 0.5]]))
case("linalg.matrix_rank", "empty", call("linalg.matrix_rank"), t(0, 3))
case("linalg.matrix_rank", "vector", call("linalg.matrix_rank"), t(2), raises=True)
for p in (None, 2, -2, "nuc"):
    case("linalg.cond", str(p), with_(good, "linalg.cond", p), t(2, 3, 3), **ROUND)
for p in ("fro", 1, -1, float("inf"), -float("inf")):
    case("linalg.cond", str(p), with_(good, "linalg.cond", p), t(2, 3, 3, grad=False), **ROUND)
case("linalg.cond", "tall", with_(good, "linalg.cond"), t(3, 2), **ROUND)
case("linalg.cond", "singular", call("linalg.cond", 1), t(2, 2, values=[[1.0, 2.0], [2.0, 4.0]], grad=False))
case("linalg.cond", "order", call("linalg.cond", 3), t(2, 2), raises=True)
case("linalg.cond", "rectangle", call("linalg.cond", 1), t(2, 3), raises=True)
case("linalg.cond", "vector", call("linalg.cond"), t(2), raises=True)
for ord in ("fro", "nuc", 2, -2, 1, -1, float("inf"), -float("inf")):
    case("linalg.matrix_norm", str(ord), with_(good, "linalg.matrix_norm", ord), t(2, 3, 4), **ROUND)
    case("linalg.matrix_norm", f"{ord} dims", call("linalg.matrix_norm", ord, (2, 0), True), t(3, 2, 4), **ROUND)
    case("linalg.norm", str(ord), with_(good, "linalg.norm", ord), t(3, 4), **ROUND)
case("linalg.matrix_norm", "vector", call("linalg.matrix_norm", "nuc"), t(2), raises=True)
case("linalg.matrix_norm", "order", call("linalg.matrix_norm", 3), t(2, 2), raises=True)
case("linalg.matrix_norm", "same dims", call("linalg.matrix_norm", 2, (0, 0)), t(2, 2), raises=True)
case("linalg.matrix_norm", "int", call("linalg.matrix_norm", "nuc"), ints(2, 2), dtypes=I64, raises=True)
case("linalg.norm", "3d", call("linalg.norm", 2), t(2, 2, 2), raises=True)
case("linalg.vector_norm", "3", call("linalg.vector_norm", 3), t(2, 3))
case("norm", "nuc", lambda torch, x: torch.norm(good(torch, x), "nuc"), t(3, 2), **ROUND)
case("norm", "nuc dims", lambda torch, x: torch.norm(x, "nuc", dim=(0, 2)), t(3, 2, 2), **ROUND)
case("nuclear_norm", "matrix", with_(good, "nuclear_norm"), t(3, 2), **ROUND)
case("frobenius_norm", "dim", call("frobenius_norm", 1), t(2, 3), **NAME)
for id, *shapes in (
    ("two", (2, 3), (3, 4)), ("three", (2, 3), (3, 4), (4, 1)), ("four", (4, 2), (2, 3), (3, 1), (1, 3)),
    ("first a vector", (3,), (3, 2), (2, 2)), ("last a vector", (2, 3), (3, 4), (4,)), ("both", (3,), (3, 2), (2,)),
):  # fmt: skip
    case("linalg.multi_dot", id, lambda torch, *x: torch.linalg.multi_dot(x), *[t(*s) for s in shapes], **ROUND)
for id, *shapes in (
    ("one", (2, 2)),
    ("sizes", (2, 2), (3, 2)),
    ("3d", (2, 2), (1, 2, 2), (2, 2)),
    ("3d first", (1, 2, 2), (2, 2)),
):
    case(
        "linalg.multi_dot",
        id + " wrong",
        lambda torch, *x: torch.linalg.multi_dot(x),
        *[t(*s) for s in shapes],
        raises=True,
    )
case("chain_matmul", "three", call("chain_matmul"), t(2, 3), t(3, 4), t(4, 1))
case(
    "linalg.tensorinv",
    "4d",
    lambda torch, x: torch.linalg.tensorinv(good(torch, x).reshape(2, 2, 4)),
    t(4, 4),
    **NAME | ROUND,
)
case(
    "linalg.tensorinv",
    "ind 1",
    lambda torch, x: torch.linalg.tensorinv(good(torch, x).reshape(4, 2, 2), 1),
    t(4, 4),
    **NAME | ROUND,
)
case("linalg.tensorinv", "sizes", call("linalg.tensorinv"), t(2, 3), raises=True)
case("linalg.tensorinv", "ind 0", call("linalg.tensorinv", ind=0), t(2, 2), raises=True)
case(
    "linalg.tensorsolve",
    "3d",
    lambda torch, x, b: torch.linalg.tensorsolve(good(torch, x).reshape(4, 2, 2), b),
    t(4, 4),
    t(4),
    **ROUND,
)
case(
    "linalg.tensorsolve",
    "dims",
    lambda torch, x, b: torch.linalg.tensorsolve(good(torch, x).reshape(2, 4, 2), b, dims=(0,)),
    t(4, 4),
    t(4),
    **ROUND,
)
case("linalg.tensorsolve", "sizes", call("linalg.tensorsolve"), t(2, 3), t(2), raises=True)

# Vectors
for name in ("linalg.cross", "cross"):
    case(name, "vectors", call(name, dim=-1), t(3), t(3), dtypes=N)
    case(name, "rows", call(name, dim=-1), t(2, 3), t(2, 3))
    case(name, "columns", call(name, dim=0), t(3, 2), t(3, 2))
    case(name, "broadcast", call(name, dim=-1), t(2, 1, 3), t(1, 2, 3))
    case(name, "mixed dtypes", call(name, dim=-1), t(2, 3), ints(2, 3), raises=True)
    case(name, "size", call(name, dim=-1), t(2, 2), t(2, 2), raises=True)
    case(name, "ndim", call(name, dim=-1), t(3), t(2, 3), raises=True)
case("cross", "no dim", call("cross"), t(2, 3), t(2, 3))
case("linalg.vecdot", "rows", call("linalg.vecdot"), t(2, 3), t(3))
case("linalg.vecdot", "vectors", call("linalg.vecdot"), t(3), t(3))
case("linalg.vecdot", "dim", call("linalg.vecdot", dim=0), t(2, 3), t(2, 3))
case("linalg.vecdot", "sizes", call("linalg.vecdot"), t(2), t(3), raises=True)
case("linalg.diagonal", "batch", call("linalg.diagonal"), t(2, 3, 2), dtypes=N)
case("linalg.diagonal", "offset", call("linalg.diagonal", offset=1), t(2, 3))
case("linalg.vander", "vector", call("linalg.vander"), t(3), dtypes=N)
case("linalg.vander", "batch", call("linalg.vander", N=4), t(2, 2))
case("linalg.vander", "N 1", call("linalg.vander", N=1), t(3), raises=True)
case("linalg.vander", "number", call("linalg.vander"), t(), raises=True)
# PyTorch raises for the gradient of `vander`, which it fills in place
case("vander", "vector", call("vander"), t(3, grad=False), dtypes=N)
case("vander", "N", call("vander", 2), t(3, grad=False))
case("vander", "increasing", call("vander", increasing=True), t(3, grad=False))
case("vander", "matrix", call("vander"), t(2, 2), raises=True)
case("vdot", "vectors", call("vdot"), t(3), t(3), dtypes=N)
case("vdot", "method", method("vdot"), t(3), t(3))
case("vdot", "matrix", call("vdot"), t(2, 2), t(2), raises=True)
case("vdot", "sizes", call("vdot"), t(3), t(2), raises=True)
case("addr", "plain", call("addr"), t(2, 3), t(2), t(3), dtypes=N)
case("addr", "scaled", call("addr", beta=0.5, alpha=2.0), t(2, 3), t(2), t(3))
case("addr", "beta 0", call("addr", beta=0), t(2, 3), t(2), t(3))
case("addr", "row", method("addr"), t(3), t(2), t(3))
case("addr", "in-place", inplace("addr_"), t(2, 3), t(2), t(3))
case("addr", "bool", call("addr"), bools(2, 2), bools(2), bools(2), dtypes=BOOL)
case("addr", "matrix", call("addr"), t(2, 3), t(2, 2), t(3), raises=True)
case("addr", "sizes", call("addr"), t(2, 2), t(2), t(3), raises=True)
case("addbmm", "plain", call("addbmm"), t(2, 4), t(3, 2, 3), t(3, 3, 4), dtypes=N)
case("addbmm", "scaled", call("addbmm", beta=0.5, alpha=2.0), t(2, 2), t(2, 2, 3), t(2, 3, 2))
case("addbmm", "beta 0", call("addbmm", beta=0), t(2, 2), t(2, 2, 3), t(2, 3, 2))
case("addbmm", "row", method("addbmm"), t(2), t(2, 2, 3), t(2, 3, 2))
case("addbmm", "in-place", inplace("addbmm_"), t(2, 2), t(2, 2, 3), t(2, 3, 2))
case("addbmm", "batches", call("addbmm"), t(2, 2), t(2, 2, 3), t(1, 3, 2), raises=True)
case("addbmm", "sizes", call("addbmm"), t(2, 2), t(1, 2, 3), t(1, 2, 2), raises=True)

# Distances, statistics, integrals
for p in (1, 2, 3, float("inf")):
    case("dist", f"p {p}", call("dist", p), t(2, 3), t(3))
    case("pdist", f"p {p}", call("pdist", float(p)), t(4, 3), check2=False, why="PyTorch has no second derivative")
case("dist", "method", method("dist"), t(2), t(2))
case("dist", "p 0", call("dist", 0), t(2, grad=False), t(2, grad=False))
case("pdist", "one row", call("pdist"), t(1, 3), check=False)
case("pdist", "vector", call("pdist"), t(3), raises=True)
case("pdist", "int", call("pdist"), ints(3, 2), dtypes=I64, raises=True)
case("pdist", "negative p", call("pdist", -1.0), t(3, 2), raises=True)
case("cov", "matrix", call("cov"), t(2, 4), dtypes=N)
case("cov", "vector", method("cov"), t(4))
case("cov", "correction 0", call("cov", correction=0), t(2, 4))
case("cov", "fweights", lambda torch, x, w: torch.cov(x, fweights=w), t(2, 3), ints(3, lo=1, hi=4))
case("cov", "aweights", lambda torch, x, w: torch.cov(x, aweights=w), t(2, 3), pos(3))
case(
    "cov",
    "both weights",
    lambda torch, x, f, a: torch.cov(x, fweights=f, aweights=a),
    t(2, 3),
    ints(3, lo=1, hi=4),
    pos(3),
)
case("cov", "correction too large", call("cov", correction=3), t(2, 2, grad=False))
case("cov", "3d", call("cov"), t(2, 2, 2), raises=True)
case("cov", "bool", call("cov"), bools(2, 2), dtypes=BOOL, raises=True)
for id, key, w in (
    ("floats", "fweights", t(3)), ("negative", "fweights", v([-1, 1, 1], dtype="int64")), ("size", "fweights", ints(2)),
    ("2d", "fweights", ints(1, 3)), ("ints", "aweights", ints(3)), ("size", "aweights", pos(2)),
):  # fmt: skip
    case("cov", f"{key} {id} wrong", lambda torch, x, w, k=key: torch.cov(x, **{k: w}), t(2, 3), w, raises=True)
case("corrcoef", "matrix", call("corrcoef"), t(3, 5), rtol32=1e-4, why="a clamp decides at 1")
case("corrcoef", "vector", method("corrcoef"), t(4, grad=False))
case("corrcoef", "3d", call("corrcoef"), t(2, 2, 2), raises=True)
for name in ("trapezoid", "trapz", "cumulative_trapezoid"):
    case(name, "plain", call(name), t(2, 4), dtypes=N, **NAME)
    case(name, "dx", call(name, dx=0.5), t(2, 4), **NAME)
    case(name, "dim", call(name, dim=0), t(3, 2), **NAME)
    case(name, "x", call(name), t(2, 4), t(4), **NAME)
    case(name, "x of y's shape", call(name, dim=1), t(2, 4), t(2, 4), **NAME)
    case(name, "x along dim 0", call(name, dim=0), t(3, 2), t(3), **NAME)
    case(name, "sizes", call(name), t(3), t(2), raises=True)
    case(name, "bool", call(name), bools(3), dtypes=BOOL, raises=True)

# All choices
case("tril_indices", "square", lambda torch: torch.tril_indices(3, 3), dtypes=I64)
case("tril_indices", "offset", lambda torch: torch.tril_indices(2, 4, 1, dtype=torch.int32), dtypes=I64)
case("tril_indices", "negative", lambda torch: torch.tril_indices(-1, 3), dtypes=I64, raises=True)
case("triu_indices", "square", lambda torch: torch.triu_indices(3, 3), dtypes=I64)
case("triu_indices", "offset", lambda torch: torch.triu_indices(4, 2, -1), dtypes=I64)
case("cartesian_prod", "two", call("cartesian_prod"), t(2), t(3), dtypes=N)
case("cartesian_prod", "three", call("cartesian_prod"), t(2), t(1), t(2))
case("cartesian_prod", "one", lambda torch, x: torch.cartesian_prod(x * 2), t(2))
case("cartesian_prod", "matrix", call("cartesian_prod"), t(2, 2), raises=True)
case("combinations", "pairs", call("combinations"), t(4), dtypes=N)
case("combinations", "triples with replacement", call("combinations", 3, True), t(3))
case("combinations", "none", call("combinations", 0), t(3, grad=False))
case("combinations", "too many", call("combinations", 4), t(3, grad=False))
case("combinations", "matrix", call("combinations"), t(2, 2), raises=True)
case("combinations", "negative", call("combinations", -1), t(2), raises=True)

# Transposes
for name in ("H", "mH", "mT"):
    case(name, "matrix", lambda torch, x, n=name: getattr(x, n), t(2, 3))
    case(name, "vector", lambda torch, x, n=name: getattr(x, n), t(3), raises=True)
    case(name, "number", lambda torch, x, n=name: getattr(x * 2, n), t())
    case(name, "batch", lambda torch, x, n=name: getattr(x, n), t(2, 2, 3), raises=name == "H")
case("adjoint", "matrix", call("adjoint"), t(2, 3))
case("adjoint", "method", method("adjoint"), t(2, 2, 3))
case("adjoint", "vector", call("adjoint"), t(3), raises=True)
