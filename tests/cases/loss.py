"""Losses of nn.functional."""

from __future__ import annotations

from .core import I64, Case, Table, call, ints, pos, t, v

case = Table()
CASES: list[Case] = case
P = "nn.functional."
NO = dict(check=False)
REDUCTIONS = ("mean", "sum", "none")

for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
    op = P + name
    kinks = dict(lo=3.1, hi=5.0)  # |input - target| stays off 0 and off 1
    for reduction in REDUCTIONS:
        case(op, reduction, call(op, reduction=reduction), t(2, 3), t(2, 3, **kinks))
    case(op, "near", call(op), t(2, 3, lo=0.0, hi=0.3), t(2, 3, lo=0.5, hi=0.9))
    case(op, "broadcast warns", call(op), t(2, 3), t(3, **kinks))
    case(op, "0-dim", call(op), t(), t(**kinks))
    case(op, "constant target", call(op), t(3), t(3, grad=False, **kinks))
    case(op, "constant input", call(op), t(3, grad=False), t(3, **kinks))
    case(op, "equal", call(op), v([1.0, 2.0]), v([1.0, 2.0]), **NO)
    case(op, "empty", call(op), t(0), t(0), **NO)
    case(op, "transposed", call(op), t(2, 3, layout="T"), t(2, 3, **kinks))
    case(op, "shapes", call(op), t(2, 3), t(2, 2), raises=True)
    case(op, "unknown reduction", call(op, reduction="avg"), t(2), t(2), raises=True)
    case(op, "int", call(op), ints(3), ints(3), dtypes=I64)
case(P + "smooth_l1_loss", "beta", call(P + "smooth_l1_loss", beta=0.5), t(3, lo=0, hi=0.2), v([1.0, 0.5, 0.6]))
case(P + "smooth_l1_loss", "beta 0", call(P + "smooth_l1_loss", beta=0.0), t(3, lo=0, hi=0.2), v([1.0, 0.5, 0.6]))
case(P + "smooth_l1_loss", "at beta", call(P + "smooth_l1_loss"), v([0.0, 0.0]), v([1.0, -1.0]), **NO)
case(P + "smooth_l1_loss", "negative beta", call(P + "smooth_l1_loss", beta=-1.0), t(2), t(2), raises=True)
case(P + "huber_loss", "delta", call(P + "huber_loss", delta=0.5), t(3, lo=0, hi=0.2), v([1.0, 0.5, 0.6]))
case(P + "huber_loss", "weight", call(P + "huber_loss", weight=None), t(3, lo=0, hi=0.2), v([1.0, 0.5, 0.6]))
case(P + "huber_loss", "negative delta", call(P + "huber_loss", delta=-1.0), t(2), t(2), raises=True)

NLL, CE = P + "nll_loss", P + "cross_entropy"
TARGET = v([0, 2, 1], dtype="int64")
WEIGHT = v([0.5, 2.0, 1.0], grad=False)
for op in (NLL, CE):
    for reduction in REDUCTIONS:
        case(op, reduction, call(op, reduction=reduction), t(3, 3), TARGET)
        case(op, reduction + " weight", call(op, weight=None, reduction=reduction), t(3, 3), TARGET)
        case(
            op,
            reduction + " class weights",
            lambda torch, x, y, w, o=op, r=reduction: getattr(torch.nn.functional, o[14:])(x, y, w, reduction=r),
            t(3, 3),
            TARGET,
            WEIGHT,
        )
        case(op, reduction + " ignore_index", call(op, ignore_index=2, reduction=reduction), t(3, 3), TARGET)
        case(op, reduction + " 4d", call(op, reduction=reduction), t(2, 3, 2, 1), ints(2, 2, 1, hi=2))
    case(
        op,
        "weights and ignore_index",
        lambda torch, x, y, w, o=op: getattr(torch.nn.functional, o[14:])(x, y, w, ignore_index=-1),
        t(3, 3),
        v([0, -1, 1], dtype="int64"),
        WEIGHT,
    )
    case(op, "ignore_index -100", call(op), t(3, 3), v([0, -100, 1], dtype="int64"))
    case(op, "all ignored", call(op), t(2, 3), v([-100, -100], dtype="int64"), **NO)
    case(op, "1d input", call(op), t(3), v(2, dtype="int64"))
    case(op, "3d input", call(op), t(2, 3, 4), ints(2, 4, hi=2))
    case(op, "empty batch", call(op), t(0, 3), ints(0), **NO)
    case(op, "empty batch sum", call(op, reduction="sum"), t(0, 3), ints(0))
    case(op, "transposed", call(op), t(3, 4, layout="T"), v([0, 2, 3], dtype="int64"))
    case(op, "out of bounds", call(op), t(2, 3), v([0, 5], dtype="int64"), raises=True)
    case(op, "negative target", call(op), t(2, 3), v([0, -1], dtype="int64"), raises=True)
    case(op, "batch sizes", call(op), t(2, 3), ints(3), raises=True)
    case(op, "float target", call(op), t(2, 3), v([0.0, 1.0], grad=False), raises=True)
    case(
        op,
        "weight of wrong size",
        lambda torch, x, y, w, o=op: getattr(torch.nn.functional, o[14:])(x, y, w),
        t(2, 3),
        ints(2),
        t(2, grad=False),
        raises=True,
    )
    case(op, "0-dim input", call(op), t(), v(0, dtype="int64"), raises=True)
    case(op, "int32 target", call(op), t(2, 3), v([0, 1], dtype="int32"), raises=True)
    case(op, "unknown reduction", call(op, reduction="avg"), t(2, 3), ints(2, hi=2), raises=True)
    case(op, "int input", call(op), ints(2, 3), ints(2, hi=2), dtypes=I64, raises=True)
for smoothing in (0.1, 1.0):
    for reduction in REDUCTIONS:
        case(
            CE,
            f"smoothing {smoothing} {reduction}",
            call(CE, label_smoothing=smoothing, reduction=reduction),
            t(3, 3),
            TARGET,
        )
case(
    CE,
    "smoothing weights",
    lambda torch, x, y, w: torch.nn.functional.cross_entropy(x, y, w, label_smoothing=0.2),
    t(3, 3),
    TARGET,
    WEIGHT,
)
case(CE, "smoothing ignore_index", call(CE, label_smoothing=0.2, ignore_index=1), t(3, 3), TARGET)
case(
    CE,
    "smoothing weights ignore_index",
    lambda torch, x, y, w: torch.nn.functional.cross_entropy(x, y, w, label_smoothing=0.2, ignore_index=1),
    t(3, 3),
    TARGET,
    WEIGHT,
)
PROB = v([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
for reduction in REDUCTIONS:
    case(CE, f"probabilities {reduction}", call(CE, reduction=reduction), t(2, 3), PROB)
case(CE, "probabilities smoothing", call(CE, label_smoothing=0.1), t(2, 3), PROB)
case(
    CE,
    "probabilities weights",
    lambda torch, x, y, w: torch.nn.functional.cross_entropy(x, y, w),
    t(2, 3),
    PROB,
    WEIGHT,
)
case(CE, "probabilities constant", call(CE), t(2, 3), v([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], grad=False))
case(CE, "probabilities 3d", call(CE), t(2, 3, 2), pos(2, 3, 2))
case(CE, "probabilities ignore_index", call(CE, ignore_index=1), t(2, 3), PROB, raises=True)
case(CE, "smoothing out of range", call(CE, label_smoothing=1.5), t(2, 3), ints(2, hi=2), raises=True)
case(CE, "far out", call(CE), v([[1000.0, -1000.0], [0.0, 500.0]]), v([1, 1], dtype="int64"), **NO)
case(CE, "minus infinity", call(CE), v([[0.0, float("-inf")], [0.0, 1.0]]), v([0, 1], dtype="int64"), **NO)

BCE, LOGITS = P + "binary_cross_entropy", P + "binary_cross_entropy_with_logits"
for op, domain in ((BCE, dict(lo=0.1, hi=0.9)), (LOGITS, {})):
    for reduction in REDUCTIONS:
        case(op, reduction, call(op, reduction=reduction), t(2, 3, **domain), t(2, 3, lo=0.1, hi=0.9, grad=False))
    case(op, "target with gradient", call(op), t(3, **domain), t(3, lo=0.1, hi=0.9))
    case(
        op,
        "weight",
        lambda torch, x, y, w, o=op: getattr(torch.nn.functional, o[14:])(x, y, w),
        t(2, 3, **domain),
        t(2, 3, lo=0, hi=1, grad=False),
        pos(3, grad=False),
    )
    case(op, "0 and 1 targets", call(op), t(3, **domain), v([0.0, 1.0, 1.0], grad=False))
    case(op, "0-dim", call(op), t(**domain), v(1.0, grad=False))
    case(op, "empty", call(op), t(0), t(0, grad=False), **NO)
    case(op, "sizes", call(op), t(2, 3), t(3), raises=True)
    case(op, "int target", call(op), t(3, **domain), ints(3, hi=1), raises=True, **NO)
case(
    BCE,
    "certain",
    call(BCE),
    v([0.0, 1.0, 0.0]),
    v([0.0, 1.0, 1.0], grad=False),
    rtol64=1e-7,
    why="PyTorch divides by 1e-12 rounded to float32",
    **NO,
)
case(BCE, "out of range", call(BCE), v([1.5, 0.5]), v([0.0, 1.0], grad=False), raises=True)
case(
    LOGITS,
    "pos_weight",
    lambda torch, x, y, w: torch.nn.functional.binary_cross_entropy_with_logits(x, y, pos_weight=w),
    t(2, 3),
    t(2, 3, lo=0, hi=1, grad=False),
    pos(3, grad=False),
)
case(LOGITS, "far out", call(LOGITS), v([-1000.0, 1000.0, 1000.0]), v([0.0, 1.0, 0.0], grad=False), **NO)
case(LOGITS, "at zero", call(LOGITS), v([0.0, -0.0]), v([0.0, 1.0], grad=False))

KL = P + "kl_div"
for reduction in (*REDUCTIONS, "batchmean"):
    case(KL, reduction, call(KL, reduction=reduction), t(2, 3, lo=-3, hi=-0.1), t(2, 3, lo=0.1, hi=0.9))
case(KL, "log target", call(KL, reduction="batchmean", log_target=True), t(2, 3), t(2, 3))
case(KL, "zero target", call(KL, reduction="sum"), t(2), v([0.0, 0.5], grad=False))
case(KL, "broadcast", call(KL, reduction="sum"), t(3), t(2, 3, lo=0.1, hi=0.9, grad=False))

case(P + "one_hot", "plain", call(P + "one_hot"), v([0, 2, 1]), dtypes=I64)
case(P + "one_hot", "classes 2d", call(P + "one_hot", 4), v([[0, 2], [1, 3]]), dtypes=I64)
case(P + "one_hot", "keyword", call(P + "one_hot", num_classes=3), v(1), dtypes=I64)
case(P + "one_hot", "too few classes", call(P + "one_hot", 2), v([0, 2]), dtypes=I64, raises=True)
case(P + "one_hot", "negative", call(P + "one_hot"), v([-1, 2]), dtypes=I64, raises=True)
case(P + "one_hot", "float", call(P + "one_hot"), v([1.0]), raises=True)
case(
    P + "margin_ranking_loss",
    "mean",
    call(P + "margin_ranking_loss", margin=0.1),
    t(3, lo=0, hi=1),
    t(3, lo=2, hi=3),
    v([1.0, -1.0, 1.0], grad=False),
)
case(
    P + "cosine_embedding_loss",
    "mean",
    call(P + "cosine_embedding_loss"),
    pos(2, 3),
    pos(2, 3),
    v([1.0, -1.0], grad=False),
)
case(P + "triplet_margin_loss", "mean", call(P + "triplet_margin_loss"), t(2, 3), t(2, 3), t(2, 3))
case(P + "poisson_nll_loss", "mean", call(P + "poisson_nll_loss"), t(3), pos(3, grad=False))
case(P + "soft_margin_loss", "mean", call(P + "soft_margin_loss"), t(3), v([1.0, -1.0, 1.0], grad=False))
