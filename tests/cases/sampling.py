"""Grids, bags of embeddings, unpooling, packed sequences, margins of several classes, CTC, masked attention."""

from __future__ import annotations

import itertools
from typing import Any

from .core import F32, Case, Table, call, ints, pos, t, v

case = Table()
CASES: list[Case] = case
P = "nn.functional."
# the names of PyTorch's nodes are those of its kernels; here most of these are compositions
NO = dict(check=False, grad_fn=False)
COMPOSED = dict(grad_fn=False)

GRID = P + "grid_sample"
for mode, padding, align in itertools.product(
    ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection"), (True, False)
):
    options = dict(mode=mode, padding_mode=padding, align_corners=align)
    checks = dict(check=mode != "nearest", check2=False, rtol32=1e-4, why="the share of a corner cancels")
    case(
        GRID,
        f"{mode} {padding} {align}",
        call(GRID, **options),
        t(2, 2, 3, 4),
        t(2, 2, 3, 2, lo=-1.7, hi=1.7),
        **checks,
    )
case(
    GRID,
    "3d",
    call(GRID, align_corners=False),
    t(1, 2, 2, 3, 2),
    t(1, 2, 1, 2, 3, lo=-1, hi=1),
    rtol32=1e-4,
    check2=False,
)
case(GRID, "3d nearest", call(GRID, mode="nearest", align_corners=True), t(1, 1, 2, 3, 2), t(1, 2, 1, 2, 3), **NO)
case(GRID, "one pixel", call(GRID, padding_mode="reflection", align_corners=True), t(1, 1, 1, 3), t(1, 2, 2, 2), **NO)
case(GRID, "batch sizes", call(GRID, align_corners=True), t(2, 1, 2, 2), t(1, 2, 2, 2), raises=True)
case(GRID, "last dimension", call(GRID, align_corners=True), t(1, 1, 2, 2), t(1, 2, 2, 3), raises=True)
case(GRID, "dimensions", call(GRID, align_corners=True), t(1, 1, 2, 2), t(1, 2, 2, 2, 2), raises=True)
case(GRID, "empty", call(GRID, align_corners=True), t(1, 1, 0, 2), t(1, 2, 2, 2), raises=True)
case(GRID, "unknown mode", call(GRID, mode="cubic"), t(1, 1, 2, 2), t(1, 2, 2, 2), raises=True)
case(GRID, "bicubic 3d", call(GRID, "bicubic", align_corners=True), t(1, 1, 2, 2, 2), t(1, 2, 2, 2, 3), raises=True)
AFFINE = P + "affine_grid"
for align in (True, False):
    case(AFFINE, f"2d {align}", call(AFFINE, (2, 1, 2, 3), align), t(2, 2, 3), **COMPOSED)
    case(AFFINE, f"3d {align}", call(AFFINE, (1, 1, 2, 3, 2), align), t(1, 3, 4), **COMPOSED)
case(AFFINE, "one row", call(AFFINE, (1, 1, 1, 3), False), t(1, 2, 3), **COMPOSED)
case(AFFINE, "wrong theta", call(AFFINE, (1, 1, 2, 2), False), t(1, 2, 2), raises=True)
case(AFFINE, "wrong size", call(AFFINE, (1, 2, 2), False), t(1, 2, 3), raises=True)
case(AFFINE, "batch", call(AFFINE, (1, 1, 2, 2), False), t(2, 2, 3), raises=True)

BAG = P + "embedding_bag"


def bag(*args: Any, **options: Any) -> Any:
    """weight first, so that it is the differentiable input."""
    offsets = options.pop("offsets", None)

    def run(torch: Any, weight: Any, indices: Any, *more: Any) -> Any:
        at = None if offsets is None else torch.tensor(offsets)
        if more:
            options["per_sample_weights"] = more[0]
        return torch.nn.functional.embedding_bag(indices, weight, at, *args, **options)

    return run


ROWS = v([1, 2, 4, 4, 0, 2, 1], dtype="int64")
for mode in ("sum", "mean", "max"):
    more = COMPOSED
    case(BAG, f"{mode} offsets", bag(mode=mode, offsets=[0, 2, 2, 5]), t(6, 3, distinct=True), ROWS, **more)
    case(BAG, f"{mode} 2d", bag(mode=mode), t(5, 2, distinct=True), v([[0, 1], [4, 4]], dtype="int64"), **more)
    last = dict(include_last_offset=True, offsets=[0, 3, 7])
    case(BAG, f"{mode} last offset", bag(mode=mode, **last), t(6, 3, distinct=True), ROWS, **more)
    padded = dict(padding_idx=-2, offsets=[0, 2, 4])
    case(BAG, f"{mode} padding", bag(mode=mode, **padded), t(6, 3, distinct=True), ROWS, **more)
    case(BAG, f"{mode} empty", bag(mode=mode, offsets=[0, 0]), t(6, 3), ints(0), **more)
    case(BAG, f"{mode} int32", bag(mode=mode), t(5, 2), v([[0, 1], [4, 3]], dtype="int32"), **more)
case(BAG, "weights", bag(mode="sum", offsets=[0, 2, 2, 5]), t(6, 3), ROWS, t(7), **COMPOSED)
case(BAG, "by frequency", bag(mode="sum", offsets=[0, 3], scale_grad_by_freq=True), t(6, 3), ROWS, **NO)
case(BAG, "first offset", bag(offsets=[1, 3]), t(6, 3), ROWS, raises=True)
case(BAG, "last offset too large", bag(offsets=[0, 9]), t(6, 3), ROWS, raises=True)
case(BAG, "no offsets", bag(), t(6, 3), ROWS, raises=True)
case(BAG, "unknown mode", bag(mode="min", offsets=[0]), t(6, 3), ROWS, raises=True)
case(BAG, "padding out of range", bag(padding_idx=6, offsets=[0]), t(6, 3), ROWS, raises=True)
case(BAG, "out of range", bag(offsets=[0], mode="sum"), t(3, 3), v([0, 3], dtype="int64"), dtypes=F32, raises=True)
case(BAG, "float indices", bag(offsets=[0]), t(3, 3), v([0.0], grad=False), raises=True)
case(BAG, "weights for a mean", bag(offsets=[0]), t(6, 3), ROWS, t(7), raises=True)


def unpool(dims: int, kernel: int, **options: Any) -> Any:
    output_size = options.pop("output_size", None)

    def run(torch: Any, x: Any) -> Any:
        F = torch.nn.functional
        y, i = getattr(F, f"max_pool{dims}d")(x, kernel, **options, return_indices=True)
        return getattr(F, f"max_unpool{dims}d")(y, i, kernel, **options, output_size=output_size)

    return run


for dims in (1, 2):
    op, size = f"{P}max_unpool{dims}d", (6,) * dims
    case(op, "2", unpool(dims, 2), t(2, 2, *size, distinct=True), **COMPOSED)
    case(op, "unbatched", unpool(dims, 2), t(2, *size, distinct=True), **COMPOSED)
    case(op, "stride", unpool(dims, 2, stride=3, output_size=size), t(1, 2, *size, distinct=True), **COMPOSED)
    case(op, "output size", unpool(dims, 2, output_size=(7,) * dims), t(1, 2, *size, distinct=True), **COMPOSED)
    case(op, "output size wrong", unpool(dims, 2, output_size=(9,) * dims), t(1, 2, *size, distinct=True), raises=True)
    case(op, "int32", call(op, 2), t(1, 1, *size), ints(1, 1, *size, hi=0, dtype="int32"), raises=True)
    case(op, "shapes", call(op, 2), t(1, 1, *size), ints(1, 2, *size, hi=0), raises=True)

for training, id in ((False, "eval"), (True, "training, all above 0")):
    case(
        P + "rrelu",
        id,
        call(P + "rrelu", training=training),
        pos(3, 4) if training else t(3, 4, away=(0.0,)),
        **COMPOSED,
    )
case(P + "rrelu", "bounds", call(P + "rrelu", 0.5, 0.1), t(2), raises=True)

MULTI, LABELS, SOFT = P + "multi_margin_loss", P + "multilabel_margin_loss", P + "multilabel_soft_margin_loss"
SEVERAL = v([[0, 2, -1, 1], [-1, 0, 1, 2], [3, 2, 1, 0]], dtype="int64")
for reduction in ("mean", "sum", "none"):
    away = dict(lo=-0.4, hi=0.4)  # off the hinge at 1
    for p in (1, 2):
        case(MULTI, f"{reduction} {p}", call(MULTI, p, reduction=reduction), t(3, 4, **away), ints(3), **COMPOSED)
    case(MULTI, f"{reduction} one", call(MULTI, reduction=reduction), t(4, **away), v(2, dtype="int64"), **COMPOSED)
    case(LABELS, reduction, call(LABELS, reduction=reduction), t(3, 4, **away), SEVERAL, **COMPOSED)
    case(
        LABELS,
        f"{reduction} one",
        call(LABELS, reduction=reduction),
        t(4, **away),
        v([1, 3, -1, 0], dtype="int64"),
        **COMPOSED,
    )
    case(SOFT, reduction, call(SOFT, reduction=reduction), t(3, 4), t(3, 4, lo=0, hi=1, grad=False), **COMPOSED)
    case(
        SOFT,
        f"{reduction} weight",
        call(SOFT, reduction=reduction),
        t(3, 4),
        t(3, 4, lo=0, hi=1, grad=False),
        pos(4, grad=False),
        **COMPOSED,
    )
case(
    MULTI,
    "weight",
    lambda torch, x, y, w: torch.nn.functional.multi_margin_loss(x, y, margin=0.5, weight=w),
    t(3, 4, lo=-0.2, hi=0.2),
    ints(3),
    pos(4, grad=False),
    **COMPOSED,
)
case(MULTI, "out of range", call(MULTI), t(2, 3), v([0, 3], dtype="int64"), raises=True)
case(MULTI, "batch sizes", call(MULTI), t(2, 3), v([0], dtype="int64"), raises=True)
case(MULTI, "3d", call(MULTI), t(2, 3, 3), v([0, 1], dtype="int64"), raises=True)
case(MULTI, "p", call(MULTI, 3), t(2, 3), v([0, 1], dtype="int64"), raises=True)
case(MULTI, "unknown reduction", call(MULTI, reduction="avg"), t(2, 3), ints(2, hi=2), raises=True)
case(LABELS, "shapes", call(LABELS), t(2, 3), v([0, 1], dtype="int64"), raises=True)
case(LABELS, "out of range", call(LABELS), t(1, 3), v([[0, 3, -1]], dtype="int64"), raises=True)
TRIPLET = P + "triplet_margin_with_distance_loss"
case(TRIPLET, "default", call(TRIPLET), t(3, 4), t(3, 4), t(3, 4), **COMPOSED)
case(TRIPLET, "margin", call(TRIPLET, margin=0.0), t(3, 4), t(3, 4), t(3, 4), raises=True)

CTC = P + "ctc_loss"


def ctc(targets: Any, input_lengths: Any, target_lengths: Any, **options: Any) -> Any:
    def run(torch: Any, scores: Any) -> Any:
        log_probs = scores.log_softmax(-1)
        y = torch.tensor(targets)
        return torch.nn.functional.ctc_loss(log_probs, y, input_lengths, target_lengths, **options)

    return run


CTC_OPTIONS = dict(check2=False, rtol32=1e-4, grad_fn=False, why="sums of exponentials of logarithms")
TEXTS = [[1, 2, 2], [3, 1, 3]]
for reduction in ("mean", "sum", "none"):
    for zero in (False, True):
        options = dict(reduction=reduction, zero_infinity=zero)
        case(CTC, f"{reduction} {zero}", ctc(TEXTS, [6, 6], [3, 2], **options), t(6, 2, 4), **CTC_OPTIONS)
        case(CTC, f"{reduction} {zero} lengths", ctc(TEXTS, [4, 6], [3, 0], **options), t(6, 2, 4), **CTC_OPTIONS)
    case(CTC, f"{reduction} joined", ctc([1, 2, 3], [5, 4], [2, 1], reduction=reduction), t(5, 2, 4), **CTC_OPTIONS)
    case(CTC, f"{reduction} unbatched", ctc([1, 2], (5,), (2,), reduction=reduction), t(5, 4), **CTC_OPTIONS)
case(CTC, "does not fit", ctc(TEXTS, [3, 6], [3, 2]), t(6, 2, 4), **{**CTC_OPTIONS, "check": False})
case(CTC, "zero infinity", ctc(TEXTS, [3, 6], [3, 2], zero_infinity=True), t(6, 2, 4), **CTC_OPTIONS)
case(CTC, "blank", ctc(TEXTS, [6, 6], [3, 2], blank=0), t(6, 2, 4), **CTC_OPTIONS)
case(CTC, "last blank", ctc([[0, 1], [2, 0]], [5, 5], [2, 2], blank=3), t(5, 2, 4), **CTC_OPTIONS)
case(CTC, "blank out of range", ctc(TEXTS, [6, 6], [3, 2], blank=4), t(6, 2, 4), raises=True)
case(CTC, "input length", ctc(TEXTS, [7, 6], [3, 2]), t(6, 2, 4), raises=True)
case(CTC, "target length", ctc(TEXTS, [6, 6], [4, 2]), t(6, 2, 4), raises=True)
case(CTC, "number of lengths", ctc(TEXTS, [6], [3, 2]), t(6, 2, 4), raises=True)
case(CTC, "negative length", ctc(TEXTS, [6, -1], [3, 2]), t(6, 2, 4), raises=True)

PACK = "nn.utils.rnn.pack_padded_sequence"
case(PACK, "data", lambda torch, x: torch.nn.utils.rnn.pack_padded_sequence(x, [4, 2, 1]).data, t(4, 3, 2))
case(
    PACK,
    "and back",
    lambda torch, x: torch.nn.utils.rnn.pad_packed_sequence(
        torch.nn.utils.rnn.pack_padded_sequence(x, [1, 4, 2], True, False), True, -1.0, 5
    ),
    t(3, 4, 2),
    **COMPOSED,
)
case(PACK, "not sorted", call(PACK, [1, 2, 3]), t(4, 3, 2), raises=True)
case(PACK, "empty sequence", call(PACK, [2, 1, 0]), t(4, 3, 2), raises=True)
case(PACK, "number of lengths", call(PACK, [2, 1]), t(4, 3, 2), raises=True)
case(PACK, "empty", call(PACK, [2, 1, 1]), t(0, 3, 2), raises=True)
for side in ("left", "right"):
    pad = "nn.utils.rnn.pad_sequence"
    case(
        pad,
        side,
        lambda torch, *x, s=side: torch.nn.utils.rnn.pad_sequence(x, True, 2.0, s),
        t(2, 2),
        t(3, 2),
        **COMPOSED,
    )

SDPA = P + "scaled_dot_product_attention"
MASK = v([[True, False, True], [False, False, False]], dtype="bool")
case(SDPA, "a row that sees nothing", call(SDPA), t(2, 2, 4), t(2, 3, 4), t(2, 3, 4), MASK, **COMPOSED)
case(SDPA, "shared heads", call(SDPA, enable_gqa=True), t(1, 4, 2, 3), t(1, 2, 3, 3), t(1, 2, 3, 3), **COMPOSED)
case(SDPA, "given scale", call(SDPA, scale=0.3), t(2, 2, 4), t(2, 3, 4), t(2, 3, 4), **COMPOSED)
case(SDPA, "causal, more keys", call(SDPA, is_causal=True), t(2, 2, 4), t(2, 3, 4), t(2, 3, 4), **COMPOSED)
case(SDPA, "heads do not divide", call(SDPA, enable_gqa=True), t(1, 4, 2, 3), t(1, 3, 3, 3), t(1, 3, 3, 3), raises=True)
case(SDPA, "integer mask", call(SDPA), t(2, 2, 4), t(2, 3, 4), t(2, 3, 4), ints(2, 3), raises=True)
case(SDPA, "dropout out of range", call(SDPA, dropout_p=1.5), t(2, 2, 4), t(2, 3, 4), t(2, 3, 4), raises=True)

for name, inputs in {
    "margin_ranking_loss": (t(3), t(3), v([1.0, -1.0, 1.0], grad=False)),
    "hinge_embedding_loss": (t(3, lo=-0.5, hi=0.5), v([1.0, -1.0, 1.0], grad=False)),
    "cosine_embedding_loss": (t(3, 4), t(3, 4), v([1.0, -1.0, 1.0], grad=False)),
    "triplet_margin_loss": (t(3, 4), t(3, 4), t(3, 4)),
}.items():
    for number in (0, 1, 2):
        case(name, f"reduction {number}", call(name, reduction=number), *inputs, **COMPOSED)
case(
    "poisson_nll_loss", "numbers", call("poisson_nll_loss", True, False, 1e-8, 1), t(3), pos(3, grad=False), **COMPOSED
)
case("pairwise_distance", "2", call("pairwise_distance"), t(3, 4), t(3, 4), **COMPOSED)
case("constant_pad_nd", "1", call("constant_pad_nd", (1, 2), 0.5), t(2, 3))
case("rms_norm", "last", call("rms_norm", (3,)), t(2, 3), **COMPOSED)
case("bilinear", "2", call("bilinear"), t(3, 2), t(3, 4), t(2, 2, 4), t(2), **COMPOSED)
case("pixel_shuffle", "2", call("pixel_shuffle", 2), t(1, 4, 2, 2), **COMPOSED)
case("pixel_unshuffle", "2", call("pixel_unshuffle", 2), t(1, 1, 4, 4), **COMPOSED)
case("channel_shuffle", "2", call("channel_shuffle", 2), t(1, 4, 2, 2), **COMPOSED)
case("norm_except_dim", "0", call("norm_except_dim", 2, 0), t(3, 4), **COMPOSED)
case(
    "grid_sampler",
    "numbers",
    call("grid_sampler", 0, 1, True),
    t(1, 2, 3, 3),
    t(1, 2, 2, 2, lo=-0.9, hi=0.9),
    check2=False,
)
case("affine_grid_generator", "2d", call("affine_grid_generator", (1, 1, 2, 2), False), t(1, 2, 3), **COMPOSED)
for name, gates in (("rnn_tanh_cell", 1), ("rnn_relu_cell", 1), ("gru_cell", 3)):
    case(
        name,
        "1",
        call(name),
        t(2, 3),
        t(2, 2),
        t(2 * gates, 3),
        t(2 * gates, 2),
        t(2 * gates),
        t(2 * gates),
        **COMPOSED,
    )
case(
    "lstm_cell",
    "1",
    lambda torch, x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights),
    t(2, 3),
    t(2, 2),
    t(2, 2),
    t(8, 3),
    t(8, 2),
    t(8),
    t(8),
    **COMPOSED,
)
