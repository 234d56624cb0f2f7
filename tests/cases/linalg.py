"""Products of matrices and vectors, and what is built from them."""

from __future__ import annotations

from .core import BOOL, F32, I64, Case, N, Table, bools, call, inplace, ints, method, pos, t, v

case = Table()
CASES: list[Case] = case

MATMUL = {
    "1d 1d": ((3,), (3,)), "2d 1d": ((2, 3), (3,)), "1d 2d": ((3,), (3, 2)), "2d 2d": ((2, 3), (3, 4)),
    "3d 3d": ((2, 2, 3), (2, 3, 2)),
    "3d 2d": ((2, 2, 3), (3, 2)), "2d 3d": ((2, 3), (2, 3, 2)), "3d 1d": ((2, 2, 3), (3,)), "1d 3d": ((3,), (2, 3, 2)),
    "broadcast": ((2, 1, 2, 3), (3, 3, 2)), "4d 4d": ((2, 1, 2, 2), (1, 2, 2, 1)), "empty rows": ((0, 3), (3, 2)),
    "empty inner": ((2, 0), (0, 3)),
    "empty batch": ((0, 2, 3), (0, 3, 2)), "empty vectors": ((0,), (0,)),
}  # fmt: skip
for id, (a, b) in MATMUL.items():
    case("matmul", id, call("matmul"), t(*a), t(*b), dtypes=N)
case("matmul", "operator", lambda torch, a, b: a @ b, t(2, 3), t(3, 2))
case("matmul", "method", method("matmul"), t(2, 3), t(3, 2))
case("matmul", "transposed left", call("matmul"), t(2, 3, layout="T"), t(3, 2))
case("matmul", "transposed right", call("matmul"), t(2, 3), t(3, 2, layout="T"))
case("matmul", "slices", call("matmul"), t(2, 3, layout="slice"), t(3, 2, layout="slice"))
case("matmul", "with its transpose", lambda torch, a: a @ a.T, t(2, 3))
case("matmul", "expanded", lambda torch, a, b: a.expand(2, 2, 3) @ b, t(1, 2, 3), t(3, 2))
case("matmul", "left constant", call("matmul"), t(2, 3, grad=False), t(3, 2))
case("matmul", "right constant", call("matmul"), t(2, 3), t(3, 2, grad=False))
case("matmul", "bool", call("matmul"), bools(2, 2), bools(2, 2), dtypes=BOOL, raises=True)
case("matmul", "mixed dtypes", call("matmul"), t(2, 2), ints(2, 2), raises=True)
case("matmul", "float32 float64", call("matmul"), t(2, 2), t(2, 2, dtype="float64"), dtypes=F32, raises=True)
for id, a, b in (
    ("inner 2d 2d", (2, 3), (4, 2)), ("inner 1d 1d", (2,), (3,)), ("inner 2d 1d", (2, 3), (2,)),
    ("inner 1d 2d", (2,), (3, 2)),
    ("inner 3d", (2, 2, 3), (2, 2, 3)), ("0-dim left", (), (2,)), ("0-dim right", (2, 2), ()),
    ("batch", (2, 2, 3), (3, 3, 2)),
):  # fmt: skip
    case("matmul", id + " wrong", call("matmul"), t(*a), t(*b), raises=True)
case("__rmatmul__", "tensors", lambda torch, a, b: b.__rmatmul__(a), t(2, 3), t(3, 2))
case("__rmatmul__", "vector", lambda torch, a, b: b.__rmatmul__(a), t(3), t(3, 2))

case("mm", "2d", call("mm"), t(2, 3), t(3, 4), dtypes=N)
case("mm", "method transposed", method("mm"), t(2, 3, layout="T"), t(3, 4, layout="T"))
case("mm", "empty", call("mm"), t(2, 0), t(0, 3))
case("mm", "twice itself", lambda torch, a: a.mm(a), t(2, 2))
case("mm", "wrong sizes", call("mm"), t(2, 3), t(2, 3), raises=True)
case("mm", "3d", call("mm"), t(1, 2, 3), t(3, 2), raises=True)
case("mm", "1d", call("mm"), t(2, 3), t(3), raises=True)
case("bmm", "3d", call("bmm"), t(2, 2, 3), t(2, 3, 2), dtypes=N)
case("bmm", "method", method("bmm"), t(3, 1, 2), t(3, 2, 1))
case("bmm", "empty", call("bmm"), t(0, 2, 3), t(0, 3, 2))
case("bmm", "2d", call("bmm"), t(2, 3), t(3, 2), raises=True)
case("bmm", "batch sizes", call("bmm"), t(2, 2, 3), t(1, 3, 2), raises=True)
case("bmm", "inner sizes", call("bmm"), t(2, 2, 3), t(2, 2, 3), raises=True)
case("mv", "2d 1d", call("mv"), t(2, 3), t(3), dtypes=N)
case("mv", "method transposed", method("mv"), t(2, 3, layout="T"), t(3))
case("mv", "wrong size", call("mv"), t(2, 3), t(2), raises=True)
case("mv", "2d 2d", call("mv"), t(2, 3), t(3, 1), raises=True)
case("dot", "1d", call("dot"), t(3), t(3), dtypes=N)
case("dot", "with itself", lambda torch, x: torch.dot(x, x), t(4))
case("dot", "method slice", method("dot"), t(3, layout="slice"), t(3))
case("dot", "empty", call("dot"), t(0), t(0))
case("dot", "2d", call("dot"), t(2, 2), t(2, 2), raises=True)
case("dot", "sizes", call("dot"), t(2), t(3), raises=True)
case("dot", "mixed dtypes", call("dot"), t(2), ints(2), raises=True)
case("dot", "inner", call("inner"), t(2, 3), t(4, 3))
case("outer", "1d", call("outer"), t(2), t(3), dtypes=N)
case("outer", "method", method("outer"), t(3), t(2))
case("outer", "ger", call("ger"), t(3), t(2))
case("outer", "2d", call("outer"), t(2, 2), t(2), raises=True)
case("addmm", "plain", call("addmm"), t(2, 4), t(2, 3), t(3, 4), dtypes=N)
case("addmm", "row", call("addmm"), t(4), t(2, 3), t(3, 4))
case("addmm", "alpha beta", call("addmm", alpha=0.5, beta=2), t(2, 2), t(2, 3), t(3, 2))
case("addmm", "beta 0", call("addmm", beta=0), t(2, 2), t(2, 3), t(3, 2))
case("addmm", "0-dim", call("addmm"), t(), t(2, 3), t(3, 2))
case("addmm", "in-place", inplace("addmm_", alpha=2), t(2, 2), t(2, 3), t(3, 2))
case("addmm", "wrong sizes", call("addmm"), t(2, 2), t(2, 3), t(2, 2), raises=True)
case("addmm", "baddbmm", call("baddbmm"), t(2, 2, 2), t(2, 2, 3), t(2, 3, 2))
case("addmm", "addmv", call("addmv"), t(2), t(2, 3), t(3))

EINSUM = {
    "product": ("ij,jk->ik", (2, 3), (3, 2)), "implicit": ("ij,jk", (2, 3), (3, 2)), "inner": ("i,i->", (3,), (3,)),
    "outer": ("i,j->ij", (2,), (3,)),
    "batch": ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), "elementwise": ("ij,ij->ij", (2, 3), (2, 3)),
    "ellipsis": ("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    "bilinear": ("bn,anm,bm->ba", (2, 3), (2, 3, 2), (2, 2)), "transpose": ("ij->ji", (2, 3)),
    "trace": ("ii->", (3, 3)), "diagonal": ("ii->i", (3, 3)),
    "sum": ("ij->", (2, 3)), "row sums": ("ij->i", (2, 3)), "broadcast one": ("ij,jk->ik", (2, 1), (3, 2)),
    "spaces": ("i j , j k -> i k", (2, 3), (3, 2)),
    "implicit transpose": ("ba", (2, 3)), "attention": ("bqhd,bkhd->bhqk", (1, 2, 2, 3), (1, 3, 2, 3)),
    "capital": ("Ab,bC->AC", (2, 3), (3, 2)),
    "sum of one": ("ij,k->k", (2, 3), (2,)), "repeated in two": ("ii,ij->j", (2, 2), (2, 3)),
}  # fmt: skip
for id, (equation, *shapes) in EINSUM.items():
    case(
        "einsum",
        id,
        lambda torch, *x, e=equation: torch.einsum(e, *x),
        *[t(*s) for s in shapes],
        grad_fn=False,
        why="the node's name depends on the order PyTorch contracts in",
    )
case("einsum", "list", lambda torch, a, b: torch.einsum("ij,jk->ik", [a, b]), t(2, 3), t(3, 2), grad_fn=False)
case("einsum", "int", lambda torch, a, b: torch.einsum("ij,jk->ik", a, b), ints(2, 3), ints(3, 2), dtypes=I64)
for id, equation, shapes in (
    ("sizes", "ij,jk->ik", ((2, 3), (2, 2))), ("too few operands", "ij,jk->ik", ((2, 3),)),
    ("unknown output", "ij->ik", ((2, 3),)),
    ("wrong dims", "ijk->i", ((2, 3),)), ("bad letter", "i1->i", ((2, 3),)),
    ("too many operands", "ij->i", ((2, 3), (2, 2))),
):  # fmt: skip
    case(
        "einsum",
        id + " wrong",
        lambda torch, *x, e=equation: torch.einsum(e, *x),
        *[t(*s) for s in shapes],
        raises=True,
    )

L = "nn.functional.linear"
case(L, "2d bias", call(L), t(2, 3), t(4, 3), t(4))
case(L, "2d no bias", call(L), t(2, 3), t(4, 3))
case(L, "1d", call(L), t(3), t(4, 3), t(4))
case(L, "1d no bias", call(L), t(3), t(4, 3))
case(L, "3d bias", call(L), t(2, 2, 3), t(4, 3), t(4))
case(L, "3d no bias", call(L), t(2, 2, 3), t(4, 3))
case(L, "frozen weight", call(L), t(2, 3), t(4, 3, grad=False), t(4, grad=False))
case(L, "constant input", call(L), t(2, 3, grad=False), t(4, 3), t(4))
case(L, "empty batch", call(L), t(0, 3), t(4, 3), t(4))
case(L, "transposed", call(L), t(2, 3, layout="T"), t(4, 3, layout="T"), t(4))
case(L, "wrong features", call(L), t(2, 4), t(4, 3), t(4), raises=True)
case(L, "wrong features no bias", call(L), t(2, 4), t(4, 3), raises=True)
case(L, "mixed dtypes", call(L), t(2, 3), t(4, 3, dtype="float16"), raises=True)
case(
    "nn.functional.bilinear", "bias", call("nn.functional.bilinear"), t(2, 3), t(2, 2), t(4, 3, 2), t(4), grad_fn=False
)

COS = "nn.functional.cosine_similarity"
case(COS, "dim 1", call(COS), pos(2, 3), t(2, 3))
case(COS, "dim 0", call(COS, dim=0), t(3), pos(3))
case(COS, "broadcast", call(COS, dim=-1), pos(2, 1, 3), t(4, 3))
case(COS, "zero vector", call(COS, dim=0), v([0.0, 0.0]), v([1.0, 2.0]), check=False)
NORM = "nn.functional.normalize"
case(NORM, "dim 1", call(NORM), t(2, 3))
case(NORM, "dim 0", call(NORM, dim=0), t(3, 2))
case(NORM, "p 1", call(NORM, p=1), t(2, 3, away=(0.0,)))
case(NORM, "zero row", call(NORM), v([[0.0, 0.0], [3.0, 4.0]]), check=False)

ATT = "nn.functional.scaled_dot_product_attention"
NAME = dict(grad_fn=False, why="PyTorch names the kernel it chose")
case(ATT, "4d", call(ATT), t(1, 2, 3, 4), t(1, 2, 3, 4), t(1, 2, 3, 4), check2=False, **NAME)
case(
    ATT,
    "4d, heads transposed",
    lambda torch, *qkv: torch.nn.functional.scaled_dot_product_attention(*(x.transpose(1, 2) for x in qkv)),
    *(t(1, 3, 2, 4) for _ in range(3)),
    check2=False,
    **NAME,
)
case(ATT, "3d other lengths", call(ATT), t(2, 3, 2), t(2, 4, 2), t(2, 4, 3), **NAME)
case(ATT, "causal", call(ATT, is_causal=True), t(2, 3, 2), t(2, 3, 2), t(2, 3, 2), **NAME)
case(
    ATT,
    "bool mask",
    call(ATT),
    t(2, 2, 2),
    t(2, 3, 2),
    t(2, 3, 2),
    v([[True, False, True], [True, True, False]], dtype="bool"),
    **NAME,
)
case(ATT, "float mask", call(ATT), t(2, 2, 2), t(2, 3, 2), t(2, 3, 2), t(2, 3, grad=False), **NAME)
case(ATT, "scale", call(ATT, scale=0.3), t(2, 2, 2), t(2, 3, 2), t(2, 3, 2), **NAME)
