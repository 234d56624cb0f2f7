"""For each operation that is compared most closely, the function that draws a random call of it."""

from __future__ import annotations

import random
from typing import Any

from . import layer_samples as net
from . import samples as s
from .arguments import dim, integers, scalar
from .samples import BOOLS, Draw, F, Sample, activation, binary, creation, shaped, spelled, unary, with_dim

UNARY = [
    "neg",
    "abs",
    "exp",
    "log",
    "log2",
    "log10",
    "log1p",
    "expm1",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "square",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "sign",
    "floor",
    "ceil",
    "round",
    "trunc",
    "erf",
    "logical_not",
    "isnan",
    "isinf",
    "isfinite",
    "nonzero",
    "clone",
    "t",
]
BINARY = [
    "true_divide",
    "maximum",
    "minimum",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "logical_and",
    "logical_or",
    "floor_divide",
    "remainder",
    "fmod",
    "atan2",
]
METHODS = ["contiguous", "float", "double", "long", "bool", "zero_", "T", "mT"]
ACTIVATIONS: dict[str, dict[str, Any]] = {
    "relu": {}, "leaky_relu": {"negative_slope": (0.2, -0.1, 0)}, "elu": {"alpha": (0.5, 2)}, "selu": {},
    "gelu": {"approximate": ("none", "tanh", "other")}, "silu": {}, "softplus": {"beta": (2, 0.5), "threshold": (1, 20)},
    "softsign": {}, "hardtanh": {"min_val": (-0.5, -1), "max_val": (0.5, 2)}, "relu6": {}, "logsigmoid": {},
    "hardswish": {}, "hardsigmoid": {}, "mish": {},
}  # fmt: skip

TABLE: dict[str, Sample] = {
    **{name: unary(name) for name in UNARY},
    **{name: binary(name) for name in BINARY},
    **{name: (lambda d, name=name: [name, [d.x()[0]]]) for name in METHODS},
    **{f"nn.functional.{name}": activation(name, **choices) for name, choices in ACTIVATIONS.items()},
    "add": s.added("add"),
    "sub": s.added("sub"),
    "mul": binary("mul"),
    "div__no_rounding_mode": s.division(None),
    "div__floor_rounding": s.division("floor"),
    "div__trunc_rounding": s.division("trunc"),
    "pow": s.power,
    **{name: s.reflected(name) for name in ("__radd__", "__rsub__", "__rmul__", "__rdiv__", "__rpow__")},
    "__rmatmul__": s.any_matmul("__rmatmul__"),
    "__getitem__": s.getitem,
    "clamp": s.clamp,
    "clamp_min": s.limit("clamp_min"),
    "clamp_max": s.limit("clamp_max"),
    "max__binary": binary("max"),
    "min__binary": binary("min"),
    "max__reduction_no_dim": unary("max"),
    "min__reduction_no_dim": unary("min"),
    "max__reduction_with_dim": with_dim("max"),
    "min__reduction_with_dim": with_dim("min"),
    "amax": with_dim("amax", several=True, optional=True),
    "amin": with_dim("amin", several=True, optional=True),
    "argmax": with_dim("argmax", optional=True),
    "argmin": with_dim("argmin", optional=True),
    "sum": with_dim("sum", several=True, optional=True),
    "mean": with_dim("mean", several=True, optional=True),
    "prod": with_dim("prod", optional=True),
    "std": s.deviation("std", False),
    "std__unbiased": s.deviation("std", True),
    "var": s.deviation("var", False),
    "var__unbiased": s.deviation("var", True),
    "norm": s.norm,
    "cumsum": with_dim("cumsum", keepdim=False),
    "all": with_dim("all", several=True, optional=True),
    "any": with_dim("any", several=True, optional=True),
    "where": s.where,
    "masked_fill": s.masked_fill,
    "matmul": s.any_matmul("matmul"),
    "mm": s.matmul("mm", [1, 2], [2, 3]),
    "bmm": s.matmul("bmm", [4, 1, 2], [4, 2, 3]),
    "mv": s.matmul("mv", [1, 2], [2]),
    "dot": s.matmul("dot", [1], [1]),
    "outer": s.matmul("outer", [1], [2]),
    "addmm": s.addmm,
    "einsum": s.einsum,
    "transpose": shaped(lambda d, x, shape, where, n: [spelled(d, "transpose"), [x, where, dim(d.rng, len(shape))]]),
    "permute": shaped(lambda d, x, shape, w, n: ["permute", [x, d.rng.sample(range(len(shape)), len(shape))]]),
    "reshape": s.reshaped("reshape"),
    "view": s.reshaped("view"),
    "view_as": s.like("view_as"),
    "flatten": shaped(lambda d, x, shape, where, n: ["flatten", [x, *d.rng.choice(([], [where], [where, -1]))]]),
    "squeeze": with_dim("squeeze", keepdim=False, optional=True),
    "squeeze__multiple": with_dim("squeeze", keepdim=False, several=True),
    "unsqueeze": shaped(lambda d, x, shape, where, n: [spelled(d, "unsqueeze"), [x, dim(d.rng, len(shape) + 1)]]),
    "expand": s.expand,
    "expand_as": s.like("expand_as"),
    "broadcast_to": shaped(
        lambda d, x, shape, where, n: ["broadcast_to", [x, [*d.rng.choice(([], [2], [0])), *shape]]]
    ),
    "repeat": shaped(
        lambda d, x, shape, w, n: ["repeat", [x, [d.rng.choice((0, 1, 2)) for _ in shape] + d.rng.choice(([], [2]))]]
    ),
    "cat": s.join("cat"),
    "stack": s.join("stack"),
    "split": shaped(lambda d, x, shape, where, n: [spelled(d, "split"), [x, d.rng.choice((1, 2, 3, 0)), where]]),
    "split__list_args": shaped(lambda d, x, shape, where, n: [spelled(d, "split"), [x, [1, max(n - 1, 0)], where]]),
    "chunk": shaped(lambda d, x, shape, where, n: [spelled(d, "chunk"), [x, d.rng.choice((1, 2, 3, 0)), where]]),
    "unbind": shaped(lambda d, x, shape, where, n: [spelled(d, "unbind"), [x, where]]),
    "gather": s.scattered("gather"),
    "scatter": s.scattered("scatter"),
    "scatter_add": s.scattered("scatter_add"),
    "index_select": shaped(
        lambda d, x, shape, where, n: [
            spelled(d, "index_select"),
            [x, where, integers(d.rng, [d.rng.choice((0, 1, 3))], n)],
        ]
    ),
    "index_add": s.index_add,
    "index_put": s.index_put,
    "select": shaped(lambda d, x, shape, where, n: [spelled(d, "select"), [x, where, d.rng.randrange(-n - 1, n + 1)]]),
    "narrow": shaped(
        lambda d, x, shape, where, n: [
            spelled(d, "narrow"),
            [x, where, d.rng.randrange(-n, n + 1), d.rng.randrange(0, n + 1)],
        ]
    ),
    "tril": shaped(lambda d, x, shape, where, n: [spelled(d, "tril"), [x], d.options(diagonal=(0, 1, -1, 3))]),
    "triu": shaped(lambda d, x, shape, where, n: [spelled(d, "triu"), [x], d.options(diagonal=(0, 1, -1, 3))]),
    "diag": shaped(lambda d, x, shape, where, n: [spelled(d, "diag"), [x], d.options(diagonal=(0, 1, -1))]),
    "diagonal": shaped(
        lambda d, x, shape, where, n: [
            spelled(d, "diagonal"),
            [x],
            d.options(offset=(0, 1, -1, 5), dim1=(0, -1), dim2=(1, -2)),
        ]
    ),
    **{
        name: creation(name)
        for name in ("arange", "linspace", "ones", "zeros", "full", "eye", "zeros_like", "ones_like")
    },
    **{name: creation(name) for name in ("full_like", "new_zeros", "new_ones", "new_full")},
    "to": shaped(lambda d, x, shape, w, n: ["to", [x, d.rng.choice([f"torch.{t}" for t in s.DTYPES])]]),
    "fill": shaped(lambda d, x, shape, w, n: ["torch.fill", [x, d.rng.choice((scalar(d.rng), d.tensor([])))]]),
    "isclose": lambda d: [*binary("isclose")(d), d.options(rtol=(0.5,), atol=(1.0,), equal_nan=BOOLS)],
    "allclose": lambda d: [*binary("allclose")(d), d.options(rtol=(0.5,), atol=(1.0,), equal_nan=BOOLS)],
    "equal": binary("equal"),
    "topk": shaped(
        lambda d, x, shape, where, n: [
            spelled(d, "topk"),
            [x, d.rng.randrange(0, n + 2), where],
            d.options(largest=BOOLS),
        ]
    ),
    "sort": shaped(
        lambda d, x, shape, where, n: ["sort", [x], {"dim": where, "stable": True, **d.options(descending=BOOLS)}]
    ),
    "argsort": shaped(
        lambda d, x, shape, where, n: ["argsort", [x], {"dim": where, "stable": True, **d.options(descending=BOOLS)}]
    ),
    "unique": shaped(
        lambda d, x, shape, where, n: [
            "unique",
            [x],
            d.options(return_inverse=BOOLS, return_counts=BOOLS, dim=(where, None)),
        ]
    ),
    "log_softmax": with_dim("log_softmax", keepdim=False, dtype=("torch.float64", "torch.float32", None)),
    "softmax": with_dim("softmax", keepdim=False, dtype=("torch.float64", "torch.float32", None)),
    "logsumexp": with_dim("logsumexp", several=True),
    "count_nonzero": with_dim("count_nonzero", keepdim=False, optional=True, several=True),
    "flip": shaped(lambda d, x, shape, where, n: [spelled(d, "flip"), [x, d.rng.choice(([where], [], [0, -1]))]]),
    "roll": shaped(
        lambda d, x, shape, where, n: [
            spelled(d, "roll"),
            [x, *d.rng.choice(([1], [2, where], [[1, -1], [0, where]], [[1], []]))],
        ]
    ),
    "item": unary("sum"),
    "lerp": s.lerp,
    "addcmul": s.three("addcmul"),
    "addcdiv": s.three("addcdiv"),
    "masked_select": shaped(lambda d, x, shape, where, n: [spelled(d, "masked_select"), [x, d.other(shape, "bool")]]),
    "take_along_dim": s.take_along,
    "meshgrid__variadic_tensors": lambda d: [
        "torch.meshgrid",
        [d.tensor(d.shape(0, 1)) for _ in range(d.rng.choice((1, 2, 3)))],
        {"indexing": d.rng.choice(("ij", "xy"))},
    ],
    "repeat_interleave": shaped(
        lambda d, x, shape, where, n: [
            spelled(d, "repeat_interleave"),
            [x, d.rng.choice((0, 2, integers(d.rng, [n], 3)))],
            d.options(dim=(where,)),
        ]
    ),
    "tile": shaped(
        lambda d, x, shape, where, n: [spelled(d, "tile"), [x, d.rng.choice(([2], [1, 2], [], [2, 1, 1, 1, 2]))]]
    ),
    "unfold": shaped(
        lambda d, x, shape, where, n: ["unfold", [x, where, d.rng.choice((1, 2, 3, 0)), d.rng.choice((1, 2))]]
    ),
    "nn.functional.softmin": lambda d: [F + "softmin", with_dim("softmax", keepdim=False)(d)[1]],
    "nn.functional.prelu": net.prelu,
    "nn.functional.linear": net.linear,
    "nn.functional.conv1d": net.conv(1),
    "nn.functional.conv2d": net.conv(2),
    "nn.functional.conv_transpose2d": net.conv(2, transposed=True),
    "nn.functional.batch_norm": net.batch_norm,
    "nn.functional.layer_norm": net.layer_norm,
    "nn.functional.group_norm": net.group_norm,
    "nn.functional.instance_norm": net.instance_norm,
    "nn.functional.dropout": net.dropout,
    "nn.functional.embedding": net.embedding,
    **{
        f"nn.functional.{kind}_pool{n}d": net.pool(f"{kind}_pool{n}d", n)
        for kind in ("max", "avg", "adaptive_avg")
        for n in (1, 2)
    },
    "nn.functional.adaptive_max_pool2d": net.pool("adaptive_max_pool2d", 2),
    **{f"nn.functional.pad__{mode}": net.padding(mode) for mode in ("constant", "reflect", "replicate")},
    "nn.functional.unfold": net.columns,
    "nn.functional.interpolate__nearest": net.interpolate("nearest"),
    "nn.functional.interpolate__bilinear": net.interpolate("bilinear"),
    "nn.functional.mse_loss": net.pair_loss("mse_loss"),
    "nn.functional.l1_loss": net.pair_loss("l1_loss"),
    "nn.functional.smooth_l1_loss": net.pair_loss("smooth_l1_loss", beta=(0, 0.5, 2)),
    "nn.functional.huber_loss": net.pair_loss("huber_loss", delta=(0.5, 2)),
    "nn.functional.nll_loss": net.class_loss("nll_loss"),
    "nn.functional.cross_entropy": net.class_loss("cross_entropy"),
    "nn.functional.binary_cross_entropy": net.pair_loss("binary_cross_entropy"),
    "nn.functional.binary_cross_entropy_with_logits": net.pair_loss("binary_cross_entropy_with_logits"),
    "nn.functional.kl_div": net.kl_div,
    "nn.functional.one_hot": lambda d: [F + "one_hot", [integers(d.rng, d.shape(0, 3), 4), d.rng.choice((-1, 4, 3))]],
    "nn.functional.normalize": net.normalize,
    "nn.functional.cosine_similarity": net.cosine,
    "nn.functional.scaled_dot_product_attention": net.attention,
    "nn.functional.local_response_norm": net.response_norm,
}


def draw_sample(rng: random.Random, name: str) -> dict[str, Any]:
    """A program of one random call of the operation, and a pass backward, now and then two."""
    d = Draw(rng)
    step = TABLE[name](d)
    step += [{}] * (3 - len(step))
    inputs = [f"x{n}" for n, leaf in enumerate(d.leaves) if leaf[2]]
    steps = [step]
    if inputs:
        steps.append(["derivatives", [f"x{len(d.leaves)}", inputs, rng.random() < 0.3]])
        steps[-1].append({})
    return {"leaves": d.leaves, "steps": steps}
