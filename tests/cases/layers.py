"""Pooling, normalisation, padding, embedding and resizing."""

from __future__ import annotations

from typing import Any

from .core import F64, I64, Case, Input, Table, call, ints, pos, t, v

case = Table()
CASES: list[Case] = case
P = "nn.functional."
NO = dict(check=False)


def pool(name: str, *args: Any, **options: Any) -> Any:
    return call(P + name, *args, **options)


DIST = dict(distinct=True)
for name, more in (("max_pool2d", DIST), ("avg_pool2d", {})):
    op = P + name
    case(op, "2", pool(name, 2), t(2, 2, 4, 4, **more))
    case(op, "pair", pool(name, (2, 1)), t(1, 1, 4, 3, **more))
    case(op, "overlapping", pool(name, 3, 1), t(1, 1, 4, 4, **more))
    case(op, "stride padding", pool(name, 3, stride=2, padding=1), t(1, 2, 5, 5, **more))
    case(op, "ceil", pool(name, 2, ceil_mode=True), t(1, 1, 5, 5, **more))
    case(op, "ceil padding", pool(name, 2, stride=2, padding=1, ceil_mode=True), t(1, 1, 4, 5, **more))
    case(op, "leaves a rest", pool(name, 2), t(1, 1, 5, 5, **more))
    case(op, "unbatched", pool(name, 2), t(2, 4, 4, **more))
    case(op, "transposed", pool(name, 2), t(1, 2, 4, 4, layout="T", **more))
    case(op, "whole", pool(name, 3), t(1, 2, 3, 3, **more))
    case(op, "stride above kernel", pool(name, 1, 2), t(1, 1, 4, 4, **more))
    case(op, "empty batch", pool(name, 2), t(0, 2, 4, 4))
    case(op, "kernel too large", pool(name, 5), t(1, 1, 3, 3), raises=True)
    case(op, "padding too large", pool(name, 2, padding=2), t(1, 1, 4, 4), raises=True)
    case(op, "2d", pool(name, 2), t(4, 4), raises=True)
    case(
        op,
        "strides of the result",
        lambda torch, x, n=name: list(getattr(torch.nn.functional, n)(x, 2).stride()),
        t(2, 2, 4, 4),
    )
case(P + "max_pool2d", "dilation", pool("max_pool2d", 2, stride=1, dilation=2), t(1, 1, 4, 4, **DIST))
case(P + "max_pool2d", "indices", pool("max_pool2d", 2, return_indices=True), t(1, 2, 4, 4, **DIST))
case(P + "max_pool2d", "indices padded", pool("max_pool2d", 3, 2, 1, return_indices=True), t(1, 1, 4, 4, **DIST))
case(P + "max_pool2d", "ties: the first wins", pool("max_pool2d", 2), v([[[[1.0, 1.0], [1.0, 1.0]]]]), **NO)
case(
    P + "max_pool2d",
    "ties overlapping",
    pool("max_pool2d", 2, 1),
    v([[[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]]),
    **NO,
)
case(P + "max_pool2d", "pads with minus infinity", pool("max_pool2d", 3, 2, 1), t(1, 1, 4, 4, lo=-5, hi=-1, **DIST))
case(P + "max_pool2d", "nan", pool("max_pool2d", 2), v([[[[1.0, float("nan")], [3.0, 4.0]]]]), **NO)
case(P + "max_pool2d", "int", pool("max_pool2d", 2), ints(1, 1, 2, 2), dtypes=I64)
case(P + "avg_pool2d", "padding not counted", pool("avg_pool2d", 3, 2, 1, count_include_pad=False), t(1, 1, 4, 4))
case(P + "avg_pool2d", "ceil padding not counted", pool("avg_pool2d", 2, 2, 1, True, False), t(1, 1, 4, 4))
case(P + "avg_pool2d", "divisor", pool("avg_pool2d", 2, divisor_override=3), t(1, 1, 4, 4))
for name, more in (("max_pool1d", DIST), ("avg_pool1d", {})):
    case(P + name, "2", pool(name, 2), t(2, 2, 5, **more))
    case(P + name, "stride padding", pool(name, 3, stride=2, padding=1), t(1, 1, 6, **more))
    case(P + name, "ceil", pool(name, 2, ceil_mode=True), t(1, 1, 5, **more))
    case(P + name, "unbatched", pool(name, 2), t(2, 4, **more))
    case(P + name, "1d", pool(name, 2), t(4), raises=True)
for name, size, odd in (("adaptive_avg_pool2d", (1, 2, 5, 4), {}), ("adaptive_max_pool2d", (1, 2, 5, 4), DIST)):
    case(P + name, "1", pool(name, 1), t(*size, **odd))
    case(P + name, "pair", pool(name, (3, 2)), t(*size, **odd))
    case(P + name, "None", pool(name, (None, 2)), t(*size, **odd))
    case(P + name, "larger than the input", pool(name, (7, 4)), t(*size, **odd))
    case(P + name, "even", pool(name, 2), t(1, 1, 4, 4, **odd))
    case(P + name, "unbatched", pool(name, 2), t(2, 3, 3, **odd))
    case(P + name, "2d", pool(name, 2), t(3, 3), raises=True)
case(P + "adaptive_max_pool2d", "indices", pool("adaptive_max_pool2d", 2, return_indices=True), t(1, 1, 4, 5, **DIST))
case(P + "adaptive_avg_pool1d", "uneven", pool("adaptive_avg_pool1d", 3), t(1, 2, 5))
case(P + "adaptive_avg_pool1d", "1", pool("adaptive_avg_pool1d", 1), t(2, 1, 4))
case(P + "adaptive_avg_pool1d", "unbatched", pool("adaptive_avg_pool1d", 2), t(2, 4))

SOFT = dict(rtol32=1e-4, rtol64=1e-10, why="the variance cancels")


def batch_norm(**options: Any) -> Any:
    """Running statistics are the last two inputs, returned as they stand afterwards."""

    def run(torch: Any, x: Any, mean: Any, var: Any, *affine: Any) -> Any:
        y = torch.nn.functional.batch_norm(x, mean, var, *affine, **options)
        return y, mean, var

    return run


def stats(n: int) -> tuple[Input, Input]:
    return t(n, grad=False), pos(n, grad=False)


BN = P + "batch_norm"
for id, shape in {"2d": (4, 3), "3d": (2, 3, 2), "4d": (2, 2, 2, 3), "4d one channel": (2, 1, 2, 2)}.items():
    n = shape[1]
    only = dict(check=False, why="running statistics move between the evaluations")
    case(
        BN,
        id + " train affine",
        lambda torch, x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, True),
        t(*shape),
        pos(n),
        t(n),
        **SOFT,
    )
    case(
        BN,
        id + " train plain",
        lambda torch, x: torch.nn.functional.batch_norm(x, None, None, training=True),
        t(*shape),
        **SOFT,
    )
    case(BN, id + " train running", batch_norm(training=True), t(*shape), *stats(n), pos(n), t(n), **{**SOFT, **only})
    case(BN, id + " eval affine", batch_norm(), t(*shape), *stats(n), pos(n), t(n), **SOFT)
    case(BN, id + " eval plain", batch_norm(training=False), t(*shape), *stats(n), **SOFT)
case(BN, "momentum", batch_norm(training=True, momentum=0.3), t(4, 2), *stats(2), **{**SOFT, **only})
case(BN, "eps", batch_norm(eps=0.1), t(4, 2), *stats(2), **SOFT)
case(
    BN,
    "frozen affine",
    lambda torch, x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, True),
    t(4, 2),
    pos(2, grad=False),
    t(2, grad=False),
    **SOFT,
)
case(
    BN,
    "constant input",
    lambda torch, x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, True),
    t(4, 2, grad=False),
    pos(2),
    t(2),
    **SOFT,
)
case(
    BN,
    "transposed",
    lambda torch, x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, True),
    t(3, 2, 4, layout="T"),
    pos(2),
    t(2),
    **SOFT,
)
case(
    BN,
    "far from zero",
    lambda torch, x: torch.nn.functional.batch_norm(x + 1000, None, None, training=True),
    t(8, 2),
    dtypes=F64,
    check=False,
    rtol64=1e-8,
)
case(
    BN,
    "one value per channel",
    lambda torch, x: torch.nn.functional.batch_norm(x, None, None, training=True),
    t(1, 3),
    raises=True,
)
case(
    BN, "eval without statistics", lambda torch, x: torch.nn.functional.batch_norm(x, None, None), t(2, 3), raises=True
)
case(BN, "statistics of wrong size", batch_norm(), t(4, 3), *stats(2), raises=True)
case(
    BN,
    "weight of wrong size",
    lambda torch, x, w: torch.nn.functional.batch_norm(x, None, None, w, None, True),
    t(4, 3),
    t(2),
    raises=True,
)
LN = P + "layer_norm"
for id, shape, normal in (
    ("2d", (2, 4), (4,)),
    ("3d last", (2, 2, 3), (3,)),
    ("3d two", (2, 2, 3), (2, 3)),
    ("all", (2, 3), (2, 3)),
):
    case(LN, id, call(LN, normal), t(*shape), **SOFT)
    case(
        LN,
        id + " affine",
        lambda torch, x, w, b, n=normal: torch.nn.functional.layer_norm(x, n, w, b),
        t(*shape),
        pos(*normal),
        t(*normal),
        **SOFT,
    )
case(LN, "weight alone", lambda torch, x, w: torch.nn.functional.layer_norm(x, (3,), w), t(2, 3), pos(3), **SOFT)
case(LN, "eps", call(LN, (3,), eps=0.1), t(2, 3), **SOFT)
case(LN, "transposed", call(LN, (3,)), t(2, 3, layout="T"), **SOFT)
case(LN, "wrong shape", call(LN, (4,)), t(2, 3), raises=True)
GN = P + "group_norm"
for id, shape, groups in (
    ("4d", (2, 4, 2, 2), 2),
    ("one group", (2, 2, 3), 1),
    ("as instance norm", (1, 2, 2, 2), 2),
    ("2d", (3, 8), 2),
):
    case(GN, id, call(GN, groups), t(*shape), **SOFT)
    case(
        GN,
        id + " affine",
        lambda torch, x, w, b, g=groups: torch.nn.functional.group_norm(x, g, w, b),
        t(*shape),
        pos(shape[1]),
        t(shape[1]),
        **SOFT,
    )
case(GN, "channels not divisible", call(GN, 3), t(2, 4, 2), raises=True)
IN = P + "instance_norm"
case(IN, "4d", call(IN), t(2, 2, 2, 3), grad_fn=False, **SOFT)
case(
    IN,
    "3d affine",
    lambda torch, x, w, b: torch.nn.functional.instance_norm(x, None, None, w, b),
    t(2, 2, 4),
    pos(2),
    t(2),
    grad_fn=False,
    **SOFT,
)
case(
    IN,
    "running",
    lambda torch, x, m, s: (torch.nn.functional.instance_norm(x, m, s, use_input_stats=False), m, s),
    t(2, 2, 4),
    *stats(2),
    grad_fn=False,
    **SOFT,
)
case(IN, "one value", call(IN), t(1, 2, 1), raises=True)
case(P + "local_response_norm", "4d", call(P + "local_response_norm", 3), t(1, 4, 2, 2), grad_fn=False)
case(
    P + "local_response_norm",
    "options",
    call(P + "local_response_norm", 2, alpha=0.5, beta=0.5, k=2.0),
    t(1, 3, 2),
    grad_fn=False,
)

PAD = P + "pad"
for id, shape, pad in (
    ("last", (2, 3), (1, 2)), ("two dims", (2, 3), (1, 0, 2, 1)), ("4d", (1, 2, 2, 3), (1, 1, 1, 1)),
    ("negative crops", (3, 4), (-1, 1)),
    ("crop both", (3, 4), (-1, -1, -1, 0)), ("nothing", (2, 3), (0, 0)), ("0 wide", (2, 0), (1, 1)),
):  # fmt: skip
    case(PAD + "__constant", id, call(PAD, pad), t(*shape))
case(PAD + "__constant", "value", call(PAD, (1, 1), value=2.5), t(2, 2))
case(PAD + "__constant", "positional", call(PAD, (1, 1), "constant", -1), t(2, 2))
case(PAD + "__constant", "int", call(PAD, (1, 1)), ints(2, 2), dtypes=I64)
case(PAD + "__constant", "odd", call(PAD, (1, 1, 1)), t(2, 2), raises=True)
case(PAD + "__constant", "too many", call(PAD, (1, 1, 1, 1)), t(2), raises=True)
case(PAD + "__constant", "unknown mode", call(PAD, (1, 1), mode="mirror"), t(2, 2), raises=True)
for mode in ("reflect", "replicate", "circular"):
    op = f"{PAD}__{mode}"
    case(op, "1d", call(PAD, (1, 2), mode=mode), t(1, 2, 4))
    case(op, "2d", call(PAD, (1, 2, 2, 1), mode=mode), t(1, 1, 3, 3))
    case(op, "unbatched", call(PAD, (2, 1), mode=mode), t(2, 3))
    case(op, "1 sided", call(PAD, (0, 1, 1, 0), mode=mode), t(1, 2, 2, 2))
    case(op, "of a vector", call(PAD, (1, 1), mode=mode), t(3), raises=True)
case(PAD + "__reflect", "too large", call(PAD, (3, 0), mode="reflect"), t(1, 1, 3), raises=True)

UN = P + "unfold"
case(UN, "2", call(UN, 2), t(1, 2, 3, 3))
case(UN, "stride padding", call(UN, 2, stride=2, padding=1), t(2, 1, 4, 3))
case(UN, "dilation", call(UN, (2, 1), dilation=2), t(1, 1, 4, 3))
case(UN, "fold", call(P + "fold", (3, 3), 2), t(1, 8, 4))

EMB = P + "embedding"


def embed(**options: Any) -> Any:
    return lambda torch, i, w: torch.nn.functional.embedding(i, w, **options)


case(EMB, "1d", embed(), ints(3, hi=3), t(4, 2))
case(EMB, "2d twice the same", embed(), v([[0, 1], [1, 1]], dtype="int64"), t(3, 2))
case(EMB, "0-dim", embed(), v(1, dtype="int64"), t(3, 2))
case(EMB, "padding_idx", embed(padding_idx=1), v([0, 1, 1, 2], dtype="int64"), t(3, 2), **NO)
case(EMB, "negative padding_idx", embed(padding_idx=-1), v([0, 2, 2], dtype="int64"), t(3, 2), **NO)
case(EMB, "empty", embed(), ints(0), t(3, 2))
case(EMB, "int32", embed(), v([0, 2], dtype="int32"), t(3, 2))
case(EMB, "out of range", embed(), v([3], dtype="int64"), t(3, 2), raises=True)
case(EMB, "negative", embed(), v([-1], dtype="int64"), t(3, 2), raises=True)
case(EMB, "float", embed(), v([1.0], grad=False), t(3, 2), raises=True)
case(EMB, "padding_idx out of range", embed(padding_idx=3), v([0], dtype="int64"), t(3, 2), raises=True)

UP = P + "interpolate"
NEAR, BI = UP + "__nearest", UP + "__bilinear"
case(NEAR, "scale 2", call(UP, scale_factor=2), t(1, 2, 2, 3))
case(NEAR, "size", call(UP, size=(3, 5)), t(1, 1, 2, 2))
case(NEAR, "down", call(UP, size=2), t(1, 1, 5, 5))
case(NEAR, "1d", call(UP, scale_factor=2), t(1, 2, 3))
case(NEAR, "scale 1.5", call(UP, scale_factor=1.5, mode="nearest"), t(1, 1, 3, 3))
case(NEAR, "exact", call(UP, scale_factor=1.5, mode="nearest-exact"), t(1, 1, 3, 3))
case(NEAR, "exact 1d", call(UP, size=5, mode="nearest-exact"), t(1, 2, 3))
case(BI, "bicubic", call(UP, scale_factor=2, mode="bicubic"), t(1, 2, 3, 3))
case(NEAR, "both", call(UP, size=2, scale_factor=2), t(1, 1, 3, 3), raises=True)
case(NEAR, "neither", call(UP), t(1, 1, 3, 3), raises=True)
case(NEAR, "align_corners", call(UP, scale_factor=2, align_corners=True), t(1, 1, 3, 3), raises=True)
case(BI, "scale 2", call(UP, scale_factor=2, mode="bilinear"), t(1, 2, 2, 3))
case(BI, "align_corners", call(UP, size=(4, 5), mode="bilinear", align_corners=True), t(1, 1, 2, 3))
case(BI, "down", call(UP, size=(2, 2), mode="bilinear", align_corners=False), t(1, 1, 5, 4))
case(BI, "scale 0.7", call(UP, scale_factor=0.7, mode="bilinear"), t(1, 1, 5, 5))
case(BI, "linear", call(UP, scale_factor=2, mode="linear"), t(1, 1, 3))
case(BI, "3d input", call(UP, scale_factor=2, mode="bilinear"), t(1, 2, 3), raises=True)
