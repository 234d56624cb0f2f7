"""More steps that programs are drawn from: scans, the scatter family, memory by strides, matrices, state of tensors."""

from __future__ import annotations

import random
from typing import Any

from .arguments import dim, index, integers, mask, scalar

SMOOTH = ("sinh", "cosh", "asinh", "atan", "erfc", "exp2", "sinc", "deg2rad", "nan_to_num", "frac", "signbit", "isinf")


def _here(rng: random.Random, pool: Any) -> tuple[str, list[int], int, int]:
    """A tensor, its shape, one of its dimensions, and the size there"""
    x = pool.any()
    shape = pool.shape(x)
    d = dim(rng, len(shape))
    return x, shape, d, shape[d] if -len(shape) <= d < len(shape) else 1


def scan(rng: random.Random, pool: Any) -> Any:
    x, shape, d, _ = _here(rng, pool)
    other = pool.like(shape) or x
    return rng.choice(
        (
            [rng.choice(SMOOTH), [x]],
            [rng.choice(("logcumsumexp", "cummax", "cummin")), [x, d]],
            ["diff", [x], {"dim": d}],
            ["torch.xlogy", [x, other]],
            ["torch.hypot", [x, x]],
            ["torch.logaddexp", [x, x]],
            ["heaviside", [x, x]],
            ["median", [x]],
            ["nansum", [x, d]],
            ["aminmax", [x], {"dim": d}],
            ["torch.std_mean", [x], {"dim": d}],
            ["dist", [x, x]],
            ["renorm", [x, 2, d, 1.0]],
            ["bincount", [x]],
            ["cross", [x, x], {"dim": d}],
        )
    )


def scattered(rng: random.Random, pool: Any) -> Any:
    x, shape, d, size = _here(rng, pool)
    n = max(len(shape), 1)
    source = pool.pick(lambda y: list(y.shape) == shape) or x
    rows = integers(rng, shape, size, wrong=0.0)
    few = integers(rng, [2], size, wrong=0.0)
    part = [2 if i == d % n else s for i, s in enumerate(shape)]
    block = pool.pick(lambda y: list(y.shape) == part)
    end = "_" if rng.random() < 0.5 else ""
    apart = end and source != x and pool.shares(source, x)
    if source == x or apart:
        source = x if not end else None
    choices: list[Any] = [
        [f"index_fill{end}", [x, d, few, 0.5]],
        [f"masked_fill{end}", [x, mask(rng, shape), scalar(rng)]],
        ["index_select", [x, d, few]],
        ["take", [x, integers(rng, [3], max(pool.values[x].numel(), 1), negative=True)]],
        ["torch.where", [mask(rng, shape), x, scalar(rng)]],
        ["torch.where", [mask(rng, shape), scalar(rng), x]],
        ["torch.where", [mask(rng, shape)]],
        ["nonzero", [x]],
        ["setitem", [x, index(rng, shape, True, wrong=0.0), scalar(rng)]],
        ["getitem", [x, *index(rng, shape, True)]],
        ["getitem", [x, {"slice": [None, None, -1]}]],
    ]
    if source is not None:
        choices += [
            [f"scatter_reduce{end}", [x, d, rows, source, rng.choice(("sum", "mean", "amax", "amin", "prod"))]],
            [f"index_add{end}", [x, d, integers(rng, [size], size, wrong=0.0), source], {"alpha": 2}],
            [f"masked_scatter{end}", [x, mask(rng, shape), source]],
            [f"scatter{end}", [x, d, rows, source]] if size < 2 else [f"scatter_add{end}", [x, d, rows, source]],
            [f"index_copy{end}", [x, d, {**few, "tensor": list(range(size)), "shape": [size]}, source]],
            ["slice_scatter", [x, source, d]],
        ]
    if block is not None:
        choices += [["index_reduce", [x, d, few, block, "amax"]], ["torch.cat", [[x, block], d]]]
    return rng.choice(choices)


def memory(rng: random.Random, pool: Any) -> Any:
    """Layouts and the state of tensors: what they are asked, and how it is changed."""
    x, shape, d, _ = _here(rng, pool)
    n = len(shape)
    some = rng.choice((1, 2))
    return rng.choice(
        (
            ["as_strided", [x, [some, 2], [1, 1]]],
            ["as_strided", [x, [2], [some], 0]],
            ["clone", [x], {"memory_format": rng.choice(("torch.contiguous_format", "torch.preserve_format"))}],
            ["asked", [x]],
            ["asked", [x]],
            ["same_memory", [x, pool.any()]],
            ["set_data", [x, pool.pick(lambda y: list(y.shape) == shape) or x]],
            ["set_grad", [x, rng.choice((None, x))]],
            ["detach_", [x]],
            ["requires_grad_", [x, rng.random() < 0.5]],
            ["unbind", [x, d]],
            ["chunk", [x, 2, d]],
            ["tensor_split", [x, 2, d]],
            ["swapdims_", [x, d, 0]],
            ["squeeze", [x, [0, d]]],
            ["rot90", [x]],
            ["fliplr", [x]],
            ["ravel", [x]],
            ["unsqueeze", [x, d]],
            ["expand", [x, *[2] * (n == 0), *shape]],
            ["contiguous", [x]],
            ["reshape", [x, [-1]]],
            ["select_scatter", [x, pool.like([s for i, s in enumerate(shape) if i != d % max(n, 1)]) or x, d, 0]],
            ["diagonal_scatter", [x, x]],
            ["to", [x, rng.choice(("torch.float16", "torch.float32", "torch.float64", "torch.int64"))]],
        )
    )


def matrices(rng: random.Random, pool: Any) -> Any:
    square = pool.pick(lambda y: y.is_floating_point() and y.dim() >= 2 and y.shape[-1] == y.shape[-2])
    if square is None:
        return None
    return rng.choice(
        (
            ["det", [square]],
            ["trace", [square]],
            ["matrix_power", [square, 2]],
            ["torch.linalg.norm", [square]],
            ["torch.linalg.vector_norm", [square], {"ord": rng.choice((1, 2, 3)), "dim": -1}],
            ["adjoint", [square]],
            ["tril", [square]],
            ["kron", [square, square]],
            ["torch.linalg.multi_dot", [[square, square, square]]],
            ["torch.tensordot", [square, square], {"dims": 1}],
            ["baddbmm", [square, square, square]],
            ["addmv", [square, square, square]],
        )
    )


MORE = {
    "scan": (6, scan),
    "scattered": (8, scattered),
    "memory": (8, memory),
    "matrices": (3, matrices),
}
