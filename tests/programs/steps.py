"""The steps that programs are drawn from, by family: each is drawn to fit the tensors there are, or nearly."""

from __future__ import annotations

import random
from typing import Any

from .arguments import dim, factors, index, integers, mask, scalar

FLOATS = (
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "relu",
    "neg",
    "abs",
    "square",
    "sqrt",
    "exp",
    "expm1",
    "log1p",
    "reciprocal",
    "clone",
    "contiguous",
    "detach",
    "sign",
    "erf",
    "log",
    "isnan",
    "isfinite",
    "logical_not",
    "rsqrt",
    "log2",
    "log10",
    "tan",
    "positive",
)
BINARY = (
    "add",
    "sub",
    "mul",
    "mul",
    "add",
    "div",
    "maximum",
    "minimum",
    "atan2",
    "__rsub__",
    "__rtruediv__",
    "gt",
    "le",
    "eq",
    "ne",
    "lt",
    "ge",
    "logical_and",
    "logical_or",
    "fmod",
    "remainder",
    "floor_divide",
    "true_divide",
)
CHANGES = ("add_", "sub_", "mul_", "mul_", "add_", "div_", "copy_", "iadd", "imul", "copy_", "clamp_min_", "atan2_")
CHANGES_ALONE = (
    "zero_",
    "neg_",
    "exp_",
    "tanh_",
    "sigmoid_",
    "relu_",
    "abs_",
    "sin_",
    "cos_",
    "sqrt_",
    "square_",
    "reciprocal_",
    "erf_",
    "log1p_",
    "sign_",
    "floor_",
    "expm1_",
)
DTYPES = ("torch.float64", "torch.float32", "torch.int64", "torch.bool")


def unary(rng: random.Random, pool: Any) -> Any:
    return [rng.choice(FLOATS[:17] if rng.random() < 0.7 else FLOATS), [pool.any()]]


def binary(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    name = rng.choice(BINARY[:9] if rng.random() < 0.75 else BINARY)
    other = scalar(rng) if rng.random() < 0.25 else pool.like(pool.shape(x)) if rng.random() < 0.95 else pool.any()
    if name in ("maximum", "minimum", "atan2", "logical_and", "logical_or") and not isinstance(other, str):
        other = x
    if name.startswith("__") and isinstance(other, str):
        name = "sub"
    options = {"alpha": rng.choice((2, -1, 0.5))} if name in ("add", "sub") and rng.random() < 0.15 else {}
    if name == "div" and rng.random() < 0.1:
        options = {"rounding_mode": rng.choice(("floor", "trunc"))}
    return [name, [x, other], options]


def power(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    return rng.choice(
        (
            ["pow", [x, rng.choice((2, 3, 0.5, -1, 0, 1, 2.0))]],
            ["pow", [x, x]],
            ["__rpow__", [x, 2]],
            ["lerp", [x, x, 0.25]],
            ["addcmul", [x, x, x], {"value": 0.5}],
            ["addcdiv", [x, x, x]],
        )
    )


def view(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    shape = pool.shape(x)
    n = len(shape)
    d = dim(rng, n)
    size = shape[d] if -n <= d < n else 1
    count = pool.values[x].numel()
    order = rng.sample(range(n), n)
    window = rng.choice((1, 2, 3))  # windows that overlap must not be written to
    narrow_start = rng.randrange(size + 1)
    choices = [
        ["view", [x, *factors(rng, count)]],
        ["view", [x, -1]],
        ["reshape", [x, factors(rng, count)]],
        ["transpose", [x, d, dim(rng, n)]],
        ["permute", [x, *order]],
        ["getitem", [x, *index(rng, shape)]],
        ["getitem", [x, *index(rng, shape)]],
        ["getitem", [x, *index(rng, shape, True)]],
        ["select", [x, d, rng.randrange(-size, size) if size else 0]],
        ["narrow", [x, d, narrow_start, rng.randrange(size - narrow_start + 1)]],
        [
            "expand",
            [
                x,
                *([rng.choice((1, 2))] if rng.random() < 0.4 else []),
                *[rng.choice((s, -1)) if s != 1 else rng.choice((1, 2, 3)) for s in shape],
            ],
        ],
        ["unsqueeze", [x, dim(rng, n + 1)]],
        ["squeeze", [x]],
        ["squeeze", [x, d]],
        ["diagonal", [x], {"offset": rng.choice((0, 0, 1, -1))}],
        ["diagonal", [x, 0, 1, -1]] if n != 2 or rng.random() < 0.3 else ["diagonal", [x]],
        ["unfold", [x, d, window, window + rng.choice((0, 0, 1))]],
        ["split", [x, rng.choice((1, 2)), d]],
        ["chunk", [x, rng.choice((1, 2, 3)), d]],
        ["unbind", [x, d]],
        ["flatten", [x]],
        ["flatten", [x, 0, dim(rng, n)]],
        ["t", [x]],
        ["movedim", [x, d, 0]],
        ["view_as", [x, x]],
        ["swapaxes", [x, 0, d]],
        ["unflatten", [x, d, [size, 1]]],
        ["broadcast_to", [x, [2, *shape]]],
        ["data" if rng.random() < 0.3 else "detach", [x]],
        ["split", [x, [1, size - 1], d]],
    ]
    step = rng.choice(choices)
    if not step[1][1:] and step[0] == "view":
        step = ["view", [x, []]]
    return step


def change(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    shape = pool.shape(x)
    n = len(shape)
    d = dim(rng, n)
    size = shape[d] if -n <= d < n else 1
    kind = rng.random()

    def rows_of(shape: list[int], size: int) -> dict[str, Any]:
        return integers(rng, shape, size, wrong=0.0)  # PyTorch has written a part when it meets a wrong one

    if kind < 0.4:
        other = scalar(rng) if rng.random() < 0.3 else pool.like(shape) if rng.random() < 0.95 else pool.any()
        if isinstance(other, str) and other != x and pool.shares(other, x):
            other = 1.5  # what comes of parts that overlap is not defined
        name = rng.choice(CHANGES[:10] if rng.random() < 0.8 else CHANGES)
        if name in ("copy_", "atan2_") and not isinstance(other, str):
            other = x
        if name == "clamp_min_":
            other = 0.5
        return [name, [x, other]]
    if kind < 0.55:
        return [rng.choice(CHANGES_ALONE), [x]]
    if kind < 0.75:
        where = index(rng, shape, rng.random() < 0.5, wrong=0.0)
        value = scalar(rng) if rng.random() < 0.5 else pool.pick(lambda y: y.dim() <= 1) or 1.0
        if isinstance(value, str) and pool.shares(value, x):
            value = 1.5
        return ["setitem", [x, where, value]]
    rows = rng.choice((1, 2))
    other = pool.like(shape) or x
    part = [rows if i == d % max(n, 1) else s for i, s in enumerate(shape)]
    return rng.choice(
        (
            ["fill_", [x, scalar(rng)]],
            ["masked_fill_", [x, mask(rng, shape), scalar(rng)]],
            ["masked_fill_", [x, mask(rng, shape[-1:]), 0.5]],
            ["clamp_", [x, -0.5, 0.75]],
            ["index_add_", [x, d, rows_of([size], size), other]],
            ["scatter_", [x, d, rows_of(part, size), 0.5]],
            ["scatter_add_", [x, d, rows_of(shape, size), other]],
            ["index_put_", [x, [rows_of([2], shape[0] if shape else 1)], other], {"accumulate": True}],
            ["lerp_", [x, other, 0.25]],
            ["addcmul_", [x, other, other], {"value": 0.5}],
            ["addcdiv_", [x, other, other]],
            ["pow_", [x, 2]],
            ["tril_", [x]],
            ["t_", [x]],
            ["transpose_", [x, d, 0]],
            ["unsqueeze_", [x, d]],
            ["squeeze_", [x]],
            ["requires_grad_", [x]],
            ["detach_", [x]],
        )
    )


def reduction(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    n = len(pool.shape(x))
    d = dim(rng, n)
    keep = {"keepdim": True} if rng.random() < 0.4 else {}
    name = rng.choice(
        (
            "sum",
            "mean",
            "sum",
            "mean",
            "prod",
            "max",
            "min",
            "amax",
            "amin",
            "var",
            "std",
            "norm",
            "logsumexp",
            "softmax",
            "log_softmax",
            "cumsum",
            "cumprod",
            "argmax",
            "argmin",
            "all",
            "any",
            "count_nonzero",
            "sort",
            "softmax",
        )
    )
    if name in ("softmax", "log_softmax", "cumsum", "cumprod"):
        return [name, [x, d]]
    if name == "sort":
        return [name, [x], {"dim": d, "stable": True}]
    if name == "count_nonzero":
        return [name, [x]]
    if name == "norm":
        return rng.choice((["norm", [x]], ["norm", [x, rng.choice((1, 2, 3)), d], keep]))
    if name == "logsumexp" or rng.random() < 0.6:
        if name in ("sum", "mean", "amax", "amin", "var") and n >= 2 and rng.random() < 0.25:
            return [name, [x, [0, -1]], keep]
        return [name, [x, d], keep]
    return [name, [x]]


def product(rng: random.Random, pool: Any) -> Any:
    x = pool.floating()
    if x is None:
        return None
    shape, dtype = pool.shape(x), pool.values[x].dtype
    rows = shape[-1] if shape else 1

    def fits(y: Any) -> bool:
        s = list(y.shape)
        return y.dtype == dtype and bool(s) and s[-2 if len(s) > 1 else 0] == rows

    y = pool.pick(fits) if rng.random() < 0.95 else pool.any()
    if y is None:
        return ["outer", [x, x]] if len(shape) == 1 else ["matmul", [x, x]] if rng.random() < 0.2 else None
    s = pool.shape(y)
    names = ["matmul", "matmul", "torch.matmul"]
    if (len(shape), len(s)) == (2, 2):
        names += ["mm", "addmm"]
    if (len(shape), len(s)) == (2, 1):
        names += ["mv"]
    if (len(shape), len(s)) == (3, 3):
        names += ["bmm"]
    if (len(shape), len(s)) == (1, 1):
        names += ["dot", "outer"]
    name = rng.choice(names)
    return ["torch.addmm", [x, x, y]] if name == "addmm" else [name, [x, y]]


def join(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    shape = pool.shape(x)
    y = pool.pick(lambda y: list(y.shape) == shape) if rng.random() < 0.9 else pool.any()
    d = dim(rng, len(shape) if rng.random() < 0.8 else len(shape) + 1)
    name = rng.choice(("cat", "stack", "cat", "stack", "hstack", "vstack"))
    return [
        f"torch.{name}",
        [rng.choice(([x, y], [y, x], [x], [x, x]))],
        {} if name[1:] == "stack" and len(name) == 6 else {"dim": d},
    ]


def choose(rng: random.Random, pool: Any) -> Any:
    x = pool.any()
    shape = pool.shape(x)
    n = len(shape)
    d = dim(rng, n)
    size = shape[d] if -n <= d < n else 1
    other = pool.like(shape) or x
    part = [rng.choice((1, 2)) if i == d % max(n, 1) else s for i, s in enumerate(shape)]
    return rng.choice(
        (
            [
                "torch.where",
                [
                    mask(rng, shape if rng.random() < 0.7 else shape[-1:]),
                    x,
                    other if rng.random() < 0.7 else scalar(rng),
                ],
            ],
            ["clamp", [x, -0.5, 0.75]],
            ["clamp", [x], {"min": 0.25}],
            ["clamp", [x], {"max": 1}],
            ["gather", [x, d, integers(rng, part, size)]],
            ["index_select", [x, d, integers(rng, [rng.choice((0, 1, 3))], size)]],
            ["take_along_dim", [x, integers(rng, part, size), d]],
            ["masked_select", [x, mask(rng, shape)]],
            ["masked_fill", [x, mask(rng, shape), scalar(rng)]],
            ["tril", [x]],
            ["triu", [x, 1]],
            ["flip", [x, [d]]],
            ["roll", [x, 1, d]],
            ["repeat", [x, *[rng.choice((1, 2)) for _ in shape]]] if n else ["repeat", [x, 2]],
            ["repeat_interleave", [x, 2, d]],
            ["tile", [x, [2]]],
            ["scatter", [x, d, integers(rng, part, size), 0.5]],
            ["scatter_add", [x, d, integers(rng, shape, size), other]],
            ["index_add", [x, d, integers(rng, [size], size), other]],
            ["index_put", [x, [integers(rng, [2], shape[0] if shape else 1)], other]],
            ["to", [x, rng.choice(DTYPES)]],
            ["float", [x]],
            ["double", [x]],
            ["long", [x]],
            ["bool", [x]],
            ["type_as", [x, other]],
            ["expand_as", [other, x]],
            ["torch.zeros_like", [x]],
            ["torch.ones_like", [x]],
            ["torch.full_like", [x, 0.5]],
            ["diag", [x]],
            ["torch.nn.functional.leaky_relu", [x]],
            ["torch.nn.functional.silu", [x]],
        )
    )


def graph(rng: random.Random, pool: Any) -> Any:
    """Hooks, kept gradients, and passes in the middle of the program."""
    x = pool.pick(lambda y: y.requires_grad) if rng.random() < 0.95 else pool.any()
    if x is None:
        return None
    leaves = [n for n in pool.names if pool.values[n].requires_grad]
    passes = {k: True for k in ("retain_graph", "create_graph") if rng.random() < 0.5}
    return rng.choice(
        (
            ["hook", [x, rng.choice((None, 2.0, -1.0))]],
            ["retain_grad", [x]],
            ["backward", [x, rng.random() < 0.9], passes],
            ["backward", [x, rng.random() < 0.9], passes],
            ["grad", [[x], rng.sample(leaves, min(len(leaves), rng.choice((1, 2))))], {"allow_unused": True, **passes}],
            [
                "grad",
                [[x], rng.sample(leaves, min(len(leaves), rng.choice((1, 2))))],
                {"create_graph": True, "allow_unused": rng.random() < 0.8},
            ],
            ["get_grad", [rng.choice(leaves)]] if leaves else ["retain_grad", [x]],
        )
    )


FAMILIES = {
    "unary": (10, unary),
    "binary": (14, binary),
    "power": (3, power),
    "view": (24, view),
    "change": (20, change),
    "reduction": (9, reduction),
    "product": (5, product),
    "join": (4, join),
    "choose": (9, choose),
    "graph": (12, graph),
}
"""The weight and the drawing function of each family."""
