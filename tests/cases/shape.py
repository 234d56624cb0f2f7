"""Operations that move elements: views, copies, joins and cuts.

Where an operation gives a view, a case writes through it (`written`) and returns the base, so that sharing memory and
the gradient through a rewritten view are seen together; strides are returned where PyTorch's users see them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core import A, Case, F, N, Table, call, ints, method, t

case = Table()
CASES: list[Case] = case


def written(view: Callable[[Any], Any]) -> Callable[..., Any]:
    """The base after the view of it was doubled in place."""

    def run(torch: Any, x: Any) -> Any:
        base = x.clone()
        view(base).mul_(2)
        return base

    return run


def strided(view: Callable[[Any], Any]) -> Callable[..., Any]:
    """The view with its strides, offset and contiguity."""

    def run(torch: Any, x: Any) -> Any:
        y = view(x)
        return y, list(y.stride()), y.storage_offset(), y.is_contiguous()

    return run


VIEWS: dict[tuple[str, str], tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    ("view", "2d"): (lambda x: x.view(3, 2), (2, 3)),
    ("view", "size tuple"): (lambda x: x.view((3, 2)), (2, 3)),
    ("view", "minus one"): (lambda x: x.view(-1), (2, 3)),
    ("view", "batch"): (lambda x: x.view(2, -1), (2, 3, 2)),
    ("view", "to 0-dim"): (lambda x: x.view(()), (1,)),
    ("view", "ones"): (lambda x: x.view(1, 2, 1, 3), (2, 3)),
    ("view", "empty"): (lambda x: x.view(0, 3), (3, 0)),
    ("reshape", "2d"): (lambda x: x.reshape(3, 2), (2, 3)),
    ("reshape", "list"): (lambda x: x.reshape([3, -1]), (2, 3)),
    ("reshape", "flat"): (lambda x: x.reshape(-1), (2, 3)),
    ("reshape", "to 0-dim"): (lambda x: x.reshape(()), (1, 1)),
    ("flatten", "all"): (lambda x: x.flatten(), (2, 3)),
    ("flatten", "start"): (lambda x: x.flatten(1), (2, 3, 2)),
    ("flatten", "start end"): (lambda x: x.flatten(0, 1), (2, 3, 2)),
    ("flatten", "negative"): (lambda x: x.flatten(start_dim=-2), (2, 3, 2)),
    ("squeeze", "all"): (lambda x: x.squeeze(), (1, 3, 1)),
    ("squeeze", "dim"): (lambda x: x.squeeze(0), (1, 3, 1)),
    ("squeeze", "negative dim"): (lambda x: x.squeeze(-1), (1, 3, 1)),
    ("squeeze", "dim not one"): (lambda x: x.squeeze(1), (1, 3)),
    ("squeeze__multiple", "dims"): (lambda x: x.squeeze((0, 2)), (1, 3, 1)),
    ("squeeze__multiple", "negative dims"): (lambda x: x.squeeze((-1, 1)), (1, 3, 1)),
    ("unsqueeze", "front"): (lambda x: x.unsqueeze(0), (2, 3)),
    ("unsqueeze", "back"): (lambda x: x.unsqueeze(-1), (2, 3)),
    ("unsqueeze", "middle"): (lambda x: x.unsqueeze(dim=1), (2, 3)),
    ("unsqueeze", "0-dim"): (lambda x: x.unsqueeze(0), ()),
    ("transpose", "2d"): (lambda x: x.transpose(0, 1), (2, 3)),
    ("transpose", "negative"): (lambda x: x.transpose(-1, 0), (2, 3, 4)),
    ("transpose", "same"): (lambda x: x.transpose(1, 1), (2, 3)),
    ("transpose", "swapaxes"): (lambda x: x.swapaxes(0, 1), (2, 3)),
    ("permute", "3d"): (lambda x: x.permute(2, 0, 1), (2, 3, 4)),
    ("permute", "tuple"): (lambda x: x.permute((1, 0)), (2, 3)),
    ("permute", "negative"): (lambda x: x.permute(-1, 0, 1), (2, 3, 2)),
    ("permute", "movedim"): (lambda x: x.movedim(0, -1), (2, 3, 2)),
    ("t", "2d"): (lambda x: x.t(), (2, 3)),
    ("t", "1d"): (lambda x: x.t(), (3,)),
    ("t", "0-dim"): (lambda x: x.t(), ()),
    ("T", "2d"): (lambda x: x.T, (2, 3)),
    ("T", "1d"): (lambda x: x.T, (3,)),
    ("T", "3d warns"): (lambda x: x.T, (2, 3, 2)),
    ("mT", "2d"): (lambda x: x.mT, (2, 3)),
    ("mT", "3d"): (lambda x: x.mT, (2, 3, 4)),
    ("select", "first"): (lambda x: x.select(0, 1), (2, 3)),
    ("select", "negative"): (lambda x: x.select(-1, -1), (2, 3)),
    ("select", "middle"): (lambda x: x.select(dim=1, index=0), (2, 3, 2)),
    ("narrow", "rows"): (lambda x: x.narrow(0, 1, 2), (4, 2)),
    ("narrow", "columns"): (lambda x: x.narrow(1, 0, 1), (2, 3)),
    ("narrow", "negative"): (lambda x: x.narrow(-1, -2, 2), (2, 3)),
    ("narrow", "nothing"): (lambda x: x.narrow(0, 1, 0), (2, 3)),
    ("diagonal", "main"): (lambda x: x.diagonal(), (3, 3)),
    ("diagonal", "above"): (lambda x: x.diagonal(1), (3, 4)),
    ("diagonal", "below"): (lambda x: x.diagonal(-1), (3, 2)),
    ("diagonal", "dims"): (lambda x: x.diagonal(0, 1, 2), (2, 3, 3)),
    ("unfold", "plain"): (lambda x: x.unfold(0, 2, 2), (4, 2)),
    ("view_as", "2d"): (lambda x: x.view_as(x.detach().t().contiguous()), (2, 3)),
    ("__getitem__", "written int"): (lambda x: x[1], (3, 2)),
    ("__getitem__", "written slice"): (lambda x: x[::2], (3, 2)),
    ("__getitem__", "written column"): (lambda x: x[:, 1:], (2, 3)),
    ("__getitem__", "written None"): (lambda x: x[None, :, 0], (2, 3)),
    ("__getitem__", "written ellipsis"): (lambda x: x[..., -1], (2, 3, 2)),
    ("contiguous", "already"): (lambda x: x.contiguous(), (2, 3)),
}

for (op, id), (view, shape) in VIEWS.items():
    case(op, id, strided(view), t(*shape), dtypes=A)
    case(op, id + " written through", written(view), t(*shape))
    if len(shape) > 1 and op not in ("view", "view_as"):
        case(op, id + " of a transposed", strided(view), t(*shape, layout="T"))
        case(op, id + " of a slice", strided(view), t(*shape, layout="slice"))

OVERLAP = dict(check=False)
case("unfold", "overlapping", method("unfold", 0, 3, 1), t(5))
case("unfold", "two dims", lambda torch, x: x.unfold(0, 2, 1).unfold(1, 2, 2), t(3, 4))
case("unfold", "too large", method("unfold", 0, 3, 1), t(2), raises=True)
case("expand", "row", strided(lambda x: x.expand(3, 2)), t(1, 2), dtypes=A)
case("expand", "new dim", strided(lambda x: x.expand(2, -1, 3)), t(2, 1))
case("expand", "tuple", call("Tensor.expand", (2, 3)), t(3))
case("expand", "0-dim", method("expand", 2, 2), t())
case("expand", "to nothing", method("expand", 0, 2), t(1, 2))
case("expand", "transposed", method("expand", 2, 3, 2), t(3, 2, layout="T"))
case("expand", "wrong size", method("expand", 3, 3), t(2, 3), raises=True)
case("expand", "too few", method("expand", 3), t(2, 3), raises=True)
case("expand", "leading minus one", method("expand", -1, 3), t(3), raises=True)
case("expand_as", "2d", method("expand_as"), t(1, 3), t(2, 3))
case("expand_as", "0-dim", method("expand_as"), t(), t(2, 2))
case("broadcast_to", "2d", call("broadcast_to", (2, 3)), t(3), dtypes=N)
case("broadcast_to", "method", method("broadcast_to", (4, 2)), t(1, 2))
case("broadcast_to", "wrong", call("broadcast_to", (2, 4)), t(3), raises=True)
case("broadcast_to", "tensors", call("broadcast_tensors"), t(2, 1), t(3))

case("view", "of a transposed", method("view", -1), t(2, 3, layout="T"), raises=True)
case("view", "of a transposed that fits", strided(lambda x: x.view(2, 1, 3)), t(2, 3, layout="T"))
case("view", "of a slice", method("view", 6), t(2, 3, layout="slice"), raises=True)
case("view", "wrong size", method("view", 4), t(2, 3), raises=True)
case("view", "two unknown", method("view", -1, -1), t(2, 3), raises=True)
case("view", "unknown of wrong size", method("view", 4, -1), t(2, 3), raises=True)
case("view", "unknown of empty", method("view", 0, -1), t(0, 3), raises=True)
case("view", "negative size", method("view", -2, 3), t(2, 3), raises=True)
case("reshape", "wrong size", call("reshape", (4,)), t(2, 3), raises=True)
case("reshape", "function", call("reshape", (3, 2)), t(2, 3))
case("reshape", "of a transposed copies", written(lambda x: x.t().reshape(-1)), t(2, 3))
case("reshape", "reshape_as", method("reshape_as"), t(2, 3), t(3, 2))
case("flatten", "0-dim", call("flatten"), t())
case("flatten", "function", call("flatten", 1), t(2, 3, 2))
case("flatten", "wrong order", call("flatten", 2, 1), t(2, 3, 2), raises=True)
case("flatten", "unflatten", method("unflatten", 1, (2, -1)), t(2, 6))
case("flatten", "ravel", call("ravel"), t(2, 3))
case("squeeze", "function", call("squeeze"), t(1, 2, 1))
case("squeeze", "out of range", call("squeeze", 3), t(1, 2), raises=True)
case("unsqueeze", "out of range", call("unsqueeze", 4), t(1, 2), raises=True)
case("transpose", "function", call("transpose", 0, 1), t(2, 3))
case("transpose", "out of range", call("transpose", 0, 2), t(2, 3), raises=True)
case("permute", "function", call("permute", (1, 0)), t(2, 3))
case("permute", "wrong number", call("permute", (0,)), t(2, 3), raises=True)
case("permute", "repeated", call("permute", (0, 0)), t(2, 3), raises=True)
case("t", "3d", call("t"), t(2, 2, 2), raises=True)
case("mT", "1d", lambda torch, x: x.mT, t(3), raises=True)
case("select", "out of range", call("select", 0, 2), t(2, 3), raises=True)
case("narrow", "too long", call("narrow", 0, 1, 2), t(2, 3), raises=True)
case("narrow", "function", call("narrow", 1, 1, 2), t(2, 3))

case("repeat", "rows", method("repeat", 2, 1), t(2, 3), dtypes=A)
case("repeat", "both", method("repeat", 2, 3), t(2, 2))
case("repeat", "more dims", method("repeat", 2, 1, 2), t(2, 3))
case("repeat", "tuple", method("repeat", (2, 2)), t(3))
case("repeat", "0-dim", method("repeat", 3), t())
case("repeat", "zero times", method("repeat", 0, 2), t(2, 3))
case("repeat", "too few", method("repeat", 2), t(2, 3), raises=True)
case("tile", "plain", call("tile", (2, 2)), t(2, 3), dtypes=N)
case("tile", "fewer dims", call("tile", (2,)), t(2, 3))
case("tile", "method", method("tile", 3), t(2))
case("repeat_interleave", "flat", call("repeat_interleave", 2), t(2, 2), dtypes=N)
case("repeat_interleave", "dim", call("repeat_interleave", 3, dim=1), t(2, 2))
case("repeat_interleave", "per element", call("repeat_interleave", dim=0), t(3, 2), ints(3, lo=0, hi=2))
case("repeat_interleave", "method", method("repeat_interleave", 2, 0), t(2, 2))

for name in ("cat", "concat", "concatenate"):
    case(
        "cat",
        name,
        lambda torch, a, b, n=name: getattr(torch, n)([a, b]),
        t(2, 3),
        t(1, 3),
        dtypes=A if name == "cat" else F,
    )
case("cat", "dim 1", lambda torch, a, b: torch.cat((a, b), 1), t(2, 3), t(2, 1))
case("cat", "dim -1", lambda torch, a, b, c: torch.cat([a, b, c], dim=-1), t(2, 1), t(2, 2), t(2, 0))
case("cat", "mixed dtypes", lambda torch, a, b: torch.cat([a, b]), t(2), ints(2))
case("cat", "legacy empty", lambda torch, a, b: torch.cat([a, b]), t(0), t(2, 3))
case("cat", "same twice", lambda torch, a: torch.cat([a, a]), t(2, layout="slice"))
case("cat", "constant first", lambda torch, a, b: torch.cat([a, b]), t(1, 2, grad=False), t(2, 2))
case("stack", "constant first", lambda torch, a, b: torch.stack([a, b]), t(2, grad=False), t(2))
case("cat", "one", lambda torch, a: torch.cat([a]), t(2, 2))
case("cat", "wrong sizes", lambda torch, a, b: torch.cat([a, b]), t(2, 3), t(2, 2), raises=True)
case("cat", "0-dim", lambda torch, a, b: torch.cat([a, b]), t(), t(), raises=True)
case("cat", "nothing", lambda torch: torch.cat([]), raises=True)
case("cat", "out of range", lambda torch, a: torch.cat([a, a], 2), t(2, 3), raises=True)
case("stack", "dim 0", lambda torch, a, b: torch.stack([a, b]), t(2, 3), t(2, 3), dtypes=A)
case("stack", "dim 1", lambda torch, a, b: torch.stack((a, b), 1), t(2, 3), t(2, 3))
case("stack", "dim -1", lambda torch, a, b: torch.stack([a, b], dim=-1), t(2), t(2))
case("stack", "0-dim", lambda torch, a, b: torch.stack([a, b]), t(), t())
case("stack", "wrong sizes", lambda torch, a, b: torch.stack([a, b]), t(2), t(3), raises=True)
case("stack", "nothing", lambda torch: torch.stack([]), raises=True)
case("stack", "hstack", lambda torch, a, b: torch.hstack([a, b]), t(2, 1), t(2, 2))
case("stack", "vstack", lambda torch, a, b: torch.vstack([a, b]), t(3), t(3))

case("split", "size", lambda torch, x: torch.split(x, 2), t(5, 2), dtypes=N)
case("split", "dim", lambda torch, x: x.split(2, dim=1), t(2, 5))
case("split", "negative dim", lambda torch, x: x.split(1, -1), t(2, 2))
case("split", "size beyond", lambda torch, x: x.split(10), t(3))
case("split", "one piece used", lambda torch, x: x.split(2)[1], t(5))
case("split", "written through", written(lambda x: x.split(2, 1)[0].unsqueeze(0)), t(2, 4), raises=True)
case("split__list_args", "sizes", lambda torch, x: torch.split(x, [1, 3]), t(4, 2))
case("split__list_args", "dim", lambda torch, x: x.split([2, 1, 0], dim=1), t(2, 3))
case("split__list_args", "wrong sum", lambda torch, x: x.split([1, 1]), t(3), raises=True)
case("chunk", "even", lambda torch, x: torch.chunk(x, 2), t(4, 2), dtypes=N)
case("chunk", "uneven", lambda torch, x: x.chunk(3), t(7))
case("chunk", "fewer than asked", lambda torch, x: x.chunk(4), t(6))
case("chunk", "dim", lambda torch, x: x.chunk(2, dim=-1), t(2, 3))
case("chunk", "zero", lambda torch, x: x.chunk(0), t(3), raises=True)
case("unbind", "dim 0", lambda torch, x: torch.unbind(x), t(2, 3), dtypes=N)
case("unbind", "dim 1", lambda torch, x: x.unbind(1), t(2, 3))
case("unbind", "iterated", lambda torch, x: [row * i for i, row in enumerate(x, 1)], t(3, 2))
case("unbind", "0-dim", lambda torch, x: torch.unbind(x), t(), raises=True)

for name in ("tril", "triu"):
    for diagonal in (0, 1, -1):
        case(name, f"diagonal {diagonal}", call(name, diagonal), t(3, 4), dtypes=A if diagonal == 0 else F)
    case(name, "batched", method(name), t(2, 3, 3))
    case(name, "keyword", call(name, diagonal=2), t(3, 3))
    case(name, "in-place", lambda torch, x, n=name: getattr(x.clone(), n + "_")(), t(3, 3))
    case(name, "1d", call(name), t(3), raises=True)
case("diag", "of a vector", call("diag"), t(3), dtypes=N)
case("diag", "of a matrix", call("diag"), t(3, 3))
case("diag", "offset", call("diag", 1), t(2))
case("diag", "offset of a matrix", method("diag", -1), t(3, 2))
case("diag", "3d", call("diag"), t(2, 2, 2), raises=True)
case("flip", "dim", call("flip", (0,)), t(2, 3), dtypes=A)
case("flip", "dims", call("flip", [0, -1]), t(2, 3))
case("flip", "method", method("flip", 0, 1), t(2, 2))
case("flip", "empty", call("flip", (0,)), t(0, 2))
case("flip", "fliplr", call("fliplr"), t(2, 3))
case("flip", "flipud", call("flipud"), t(2, 3))
case("flip", "out of range", call("flip", (2,)), t(2, 3), raises=True)
case("roll", "flat", call("roll", 1), t(2, 3), dtypes=N)
case("roll", "dim", call("roll", 1, 0), t(3, 2))
case("roll", "dims", call("roll", (1, -1), (0, 1)), t(3, 4))
case("roll", "negative", method("roll", -2, dims=1), t(2, 3))
case("meshgrid__variadic_tensors", "ij", lambda torch, a, b: torch.meshgrid(a, b, indexing="ij"), t(2), t(3))
case("meshgrid__variadic_tensors", "xy", lambda torch, a, b: torch.meshgrid(a, b, indexing="xy"), t(2), t(3))
case(
    "meshgrid__variadic_tensors",
    "three",
    lambda torch, a, b, c: torch.meshgrid(a, b, c, indexing="ij"),
    t(2),
    t(1),
    t(2),
)
case("meshgrid__variadic_tensors", "0-dim", lambda torch, a, b: torch.meshgrid(a, b, indexing="ij"), t(), t(2))
case("meshgrid__variadic_tensors", "no indexing warns", lambda torch, a, b: torch.meshgrid(a, b), t(2), t(2))

case("clone", "plain", call("clone"), t(2, 3), dtypes=A)
case("clone", "transposed keeps strides", strided(lambda x: x.clone()), t(2, 3, layout="T"))
case("clone", "slice", strided(lambda x: x.clone()), t(2, 3, layout="slice"))
case("clone", "does not share", lambda torch, x: [y := x.detach().clone(), y.mul_(2), x][2], t(2))
case("contiguous", "of a transposed", strided(lambda x: x.contiguous()), t(2, 3, layout="T"))
case("contiguous", "of a slice", strided(lambda x: x.contiguous()), t(2, 3, layout="slice"))
case("contiguous", "elementwise keeps the layout", strided(lambda x: x * 2), t(2, 3, layout="T"))
case("contiguous", "elementwise of a slice", strided(lambda x: x.exp()), t(2, 3, layout="slice"))
