"""Random calls of the operations of neural networks; see samples.py."""

from __future__ import annotations

import math
from typing import Any

from .arguments import integers
from .samples import BOOLS, Draw, F, Sample


def conv(n: int, transposed: bool = False) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        d.floating()
        groups = rng.choice((1, 1, 2))
        channels, out = groups * rng.choice((1, 2)), groups * rng.choice((1, 2))
        kernel = [rng.choice((1, 2, 3)) for _ in range(n)]
        lead = [rng.choice((0, 1, 2, 2))] if rng.random() < 0.9 else []
        x = d.tensor([*lead, channels, *[rng.choice((3, 4, 5)) for _ in range(n)]])
        weight = d.tensor([channels, out // groups, *kernel] if transposed else [out, channels // groups, *kernel])
        bias = rng.choice((None, d.tensor([out])))
        options = d.options(stride=(1, 2), padding=(0, 1, 2), dilation=(1, 2)) | {"groups": groups}
        if not transposed and options.get("stride") != 2 and rng.random() < 0.1:
            options["padding"] = "same"
        return [F + f"conv{'_transpose' * transposed}{n}d", [x, weight, bias], options]

    return draw


def channels_of(d: Draw, low: int = 2) -> tuple[str, list[int]]:
    d.floating()
    spatial = [d.rng.choice((2, 3, 4)) for _ in range(d.rng.randrange(low - 2, 3))]
    shape = [d.rng.choice((1, 2, 3)), d.rng.choice((1, 2, 4)), *spatial]
    return d.tensor(shape), shape


def batch_norm(d: Draw) -> list[Any]:
    x, shape = channels_of(d)
    training = d.rng.random() < 0.6
    mean, var = (d.tensor([shape[1]], grad=False) for _ in range(2))
    d.leaves[-1][3] = [abs(v) + 1 for v in d.leaves[-1][3]]
    options = d.options(weight=(d.tensor([shape[1]]),), bias=(d.tensor([shape[1]]),), eps=(1e-3,), momentum=(0.3,))
    return [F + "batch_norm", [x, mean, var], {"training": training, **options}]


def instance_norm(d: Draw) -> list[Any]:
    x, shape = channels_of(d, 3)
    return [F + "instance_norm", [x], d.options(weight=(d.tensor([shape[1]]),), bias=(d.tensor([shape[1]]),))]


def group_norm(d: Draw) -> list[Any]:
    x, shape = channels_of(d)
    groups = d.rng.choice((1, 2, 4))
    return [F + "group_norm", [x, groups], d.options(weight=(d.tensor([shape[1]]),), bias=(d.tensor([shape[1]]),))]


def layer_norm(d: Draw) -> list[Any]:
    d.floating()
    x, shape = d.x(1)
    last = shape[-d.rng.randrange(1, len(shape) + 1) :]
    return [F + "layer_norm", [x, last], d.options(weight=(d.tensor(last),), bias=(d.tensor(last),))]


def pool(name: str, n: int) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        d.floating()
        lead = rng.choice(([2, 2], [1, 3], [2], [0, 2], [2, 2]))
        x = d.tensor([*lead, *[rng.choice((3, 4, 5, 6)) for _ in range(n)]])
        if name.startswith("adaptive"):
            return [F + name, [x, rng.choice((1, 2, 3, [2] * n, 5))]]
        options = d.options(stride=(1, 2, 3), padding=(0, 1), ceil_mode=BOOLS)
        if name.startswith("max"):
            options |= d.options(dilation=(1, 2), return_indices=BOOLS)
        else:
            options |= d.options(count_include_pad=BOOLS)
        return [F + name, [x, rng.choice((1, 2, 3))], options]

    return draw


def padding(mode: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        x, shape = d.x(1 if mode == "constant" else 2)
        n = rng.randrange(1, len(shape) + 1) if mode == "constant" else len(shape) - rng.choice((1, 2))
        low = -1 if mode == "constant" else 0
        return [F + "pad", [x, [rng.randrange(low, 3) for _ in range(2 * n)]], {"mode": mode}]

    return draw


def interpolate(mode: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        d.floating()
        n = 2 if mode == "bilinear" else d.rng.choice((1, 2))
        x = d.tensor([d.rng.choice((1, 2)), 2, *[d.rng.choice((2, 3, 4)) for _ in range(n)]])
        size: dict[str, Any] = d.rng.choice(
            ({"size": [5, 3][:n]}, {"scale_factor": 2}, {"scale_factor": 1.5}, {"size": 1})
        )
        return [
            F + "interpolate",
            [x],
            {"mode": mode, **size, **(d.options(align_corners=BOOLS) if mode == "bilinear" else {})},
        ]

    return draw


def pair_loss(name: str, **choices: Any) -> Sample:
    def draw(d: Draw) -> list[Any]:
        d.floating()
        x, shape = d.x()
        options = d.options(reduction=("none", "sum", "mean", "typo"), **choices)
        y = d.tensor(shape) if d.rng.random() < 0.8 else d.other(shape)
        if name == "binary_cross_entropy":
            for leaf in d.leaves:
                leaf[3] = [abs(v) / 2 for v in leaf[3]]
        return [F + name, [x, y], options]

    return draw


def class_loss(name: str) -> Sample:
    def draw(d: Draw) -> list[Any]:
        rng = d.rng
        d.floating()
        classes = rng.choice((1, 2, 4))
        shape = rng.choice(([classes], [3, classes], [3, classes], [2, classes, 2], [2, classes, 2, 3], [0, classes]))
        target: Any = integers(rng, [] if len(shape) == 1 else [shape[0], *shape[2:]], classes)
        options = d.options(
            reduction=("none", "sum", "mean"), weight=(d.tensor([classes], grad=False),), ignore_index=(0, 1)
        )
        if name == "cross_entropy":
            options |= d.options(label_smoothing=(0.1, 0.5))
            if rng.random() < 0.25:
                target = d.tensor(shape)
        return [F + name, [d.tensor(shape), target], options]

    return draw


def attention(d: Draw) -> list[Any]:
    rng = d.rng
    d.floating()
    lead = rng.choice(([], [2], [2, 2]))
    q, k, e, v = (rng.choice((1, 2, 3)) for _ in range(4))
    args: list[Any] = [d.tensor([*lead, q, e]), d.tensor([*lead, k, e]), d.tensor([*lead, k, v])]
    options = rng.choice(
        ({}, {"is_causal": True}, {"attn_mask": d.tensor([q, k], "bool")}, {"attn_mask": d.tensor([q, k])})
    )
    return [F + "scaled_dot_product_attention", args, options | d.options(scale=(0.5,))]


def embedding(d: Draw) -> list[Any]:
    d.floating()
    rows = d.rng.choice((1, 3, 5))
    return [
        F + "embedding",
        [integers(d.rng, d.shape(0, 3), rows), d.tensor([rows, 2])],
        d.options(padding_idx=(0, -1)),
    ]


def cosine(d: Draw) -> list[Any]:
    d.floating()
    x, shape = d.x(1)
    return [F + "cosine_similarity", [x, d.other(shape, d.dtype)], d.options(dim=(0, -1))]


def linear(d: Draw) -> list[Any]:
    d.floating()
    x, shape = d.x(1)
    out = d.rng.choice((1, 2, 3))
    weight = [out, shape[-1]] if d.rng.random() < 0.9 else [shape[-1]]
    return [F + "linear", [x, d.tensor(weight), d.rng.choice((None, d.tensor(weight[:-1])))]]


def columns(d: Draw) -> list[Any]:
    x = d.tensor([2, 2, d.rng.choice((3, 4)), d.rng.choice((3, 4, 5))][d.rng.randrange(2) :])
    return [F + "unfold", [x, d.rng.choice((1, 2, [2, 3]))], d.options(stride=(1, 2), padding=(0, 1), dilation=(1, 2))]


def normalize(d: Draw) -> list[Any]:
    d.floating()
    return [F + "normalize", [d.x(1)[0]], d.options(p=(1, 2, 3.0, math.inf), dim=(0, -1))]


def dropout(d: Draw) -> list[Any]:
    d.floating()
    return [
        F + "dropout",
        [d.x()[0]],
        {"p": d.rng.choice((0, 0.5, 1.0, 1.5)), "training": d.rng.choice((False, False, True))},
    ]


def kl_div(d: Draw) -> list[Any]:
    return pair_loss("kl_div", log_target=BOOLS)(d)


def prelu(d: Draw) -> list[Any]:
    d.floating()
    x, shape = d.x()
    return [F + "prelu", [x, d.tensor([d.rng.choice((1, shape[1] if len(shape) > 1 else 1))])]]


def response_norm(d: Draw) -> list[Any]:
    x, _ = channels_of(d, 3)
    return [F + "local_response_norm", [x, d.rng.choice((1, 2, 3))], d.options(alpha=(0.1,), beta=(0.5, 1), k=(2,))]
