"""Convolution and transposed convolution."""

from __future__ import annotations

from typing import Any

from .core import F64, Case, Table, call, t

case = Table()
CASES: list[Case] = case
P = "nn.functional."
CONV = dict(rtol32=1e-4, why="sums of many products, in another order")

CONV2D: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "plain": ((2, 2, 4, 4), (3, 2, 3, 3), {}),
    "1x1": ((2, 3, 3, 2), (2, 3, 1, 1), {}),
    "stride": ((1, 2, 5, 5), (2, 2, 3, 3), {"stride": 2}),
    "stride pair": ((1, 2, 5, 4), (2, 2, 2, 2), {"stride": (2, 1)}),
    "stride 1x1": ((1, 2, 4, 4), (3, 2, 1, 1), {"stride": 2}),
    "stride leaves a rest": ((1, 1, 6, 6), (1, 1, 3, 3), {"stride": 2}),
    "stride above kernel": ((1, 1, 5, 5), (1, 1, 2, 2), {"stride": 3}),
    "padding": ((1, 2, 3, 3), (2, 2, 3, 3), {"padding": 1}),
    "padding pair": ((1, 1, 3, 4), (2, 1, 2, 3), {"padding": (0, 2)}),
    "same": ((1, 2, 4, 3), (2, 2, 3, 3), {"padding": "same"}),
    "same even kernel": ((1, 1, 4, 4), (1, 1, 2, 4), {"padding": "same"}),
    "same dilated": ((1, 1, 4, 4), (1, 1, 3, 2), {"padding": "same", "dilation": 2}),
    "valid": ((1, 1, 3, 3), (1, 1, 2, 2), {"padding": "valid"}),
    "dilation": ((1, 2, 5, 5), (2, 2, 2, 2), {"dilation": 2}),
    "dilation stride padding": ((1, 1, 5, 6), (1, 1, 2, 3), {"dilation": (2, 1), "stride": (1, 2), "padding": (1, 0)}),
    "groups": ((1, 4, 3, 3), (4, 2, 2, 2), {"groups": 2}),
    "depthwise": ((2, 3, 3, 3), (3, 1, 2, 2), {"groups": 3}),
    "depthwise multiplier": ((1, 2, 3, 3), (4, 1, 2, 2), {"groups": 2, "padding": 1}),
    "kernel as large": ((2, 2, 3, 3), (2, 2, 3, 3), {}),
    "unbatched": ((2, 4, 4), (3, 2, 3, 3), {}),
    "one pixel": ((1, 1, 1, 1), (2, 1, 3, 3), {"padding": 1}),
}
for id, (x, w, options) in CONV2D.items():
    case(P + "conv2d", id, call(P + "conv2d", **options), t(*x), t(*w), **CONV)
    case(P + "conv2d", id + " bias", call(P + "conv2d", **options), t(*x), t(*w), t(w[0]), **CONV)
X, W = t(1, 2, 3, 3), t(2, 2, 2, 2)
case(P + "conv2d", "constant input", call(P + "conv2d"), t(1, 2, 3, 3, grad=False), W, t(2), **CONV)
case(P + "conv2d", "frozen weight", call(P + "conv2d"), X, t(2, 2, 2, 2, grad=False), **CONV)
case(
    P + "conv2d",
    "only the bias",
    call(P + "conv2d"),
    t(1, 2, 3, 3, grad=False),
    t(2, 2, 2, 2, grad=False),
    t(2),
    **CONV,
)
case(P + "conv2d", "transposed input", call(P + "conv2d"), t(1, 2, 3, 4, layout="T"), W, **CONV)
case(P + "conv2d", "sliced", call(P + "conv2d"), t(1, 2, 3, 3, layout="slice"), t(2, 2, 2, 2, layout="slice"), **CONV)
case(P + "conv2d", "empty batch", call(P + "conv2d"), t(0, 2, 3, 3), W, t(2))
case(
    P + "conv2d",
    "strides of the result",
    lambda torch, x, w: list(torch.nn.functional.conv2d(x, w).stride()),
    t(2, 2, 4, 4),
    t(3, 2, 2, 2),
)
case(
    P + "conv2d",
    "view of the result",
    lambda torch, x, w: torch.nn.functional.conv2d(x, w).view(2, -1),
    t(2, 2, 3, 3),
    t(2, 2, 2, 2),
    **CONV,
)
case(
    P + "conv2d",
    "two in a row",
    lambda torch, x, w, u: torch.nn.functional.conv2d(torch.nn.functional.conv2d(x, w, padding=1).relu(), u),
    t(1, 1, 3, 3),
    t(2, 1, 2, 2),
    t(1, 2, 2, 2),
    **CONV,
)
case(P + "conv2d", "channels", call(P + "conv2d"), t(1, 3, 3, 3), W, raises=True)
case(P + "conv2d", "kernel too large", call(P + "conv2d"), t(1, 2, 2, 2), t(2, 2, 3, 3), raises=True)
case(P + "conv2d", "2d input", call(P + "conv2d"), t(3, 3), W, raises=True)
case(P + "conv2d", "bias of wrong size", call(P + "conv2d"), X, W, t(3), raises=True)
case(P + "conv2d", "same with stride", call(P + "conv2d", padding="same", stride=2), X, W, raises=True)
case(P + "conv2d", "unknown padding", call(P + "conv2d", padding="full"), X, W, raises=True)
case(P + "conv2d", "groups don't divide", call(P + "conv2d", groups=2), t(1, 3, 3, 3), t(2, 1, 2, 2), raises=True)
case(P + "conv2d", "zero stride", call(P + "conv2d", stride=0), X, W, raises=True)
case(P + "conv2d", "negative padding", call(P + "conv2d", padding=-1), X, W, raises=True)
case(
    P + "conv2d",
    "mixed dtypes",
    call(P + "conv2d"),
    t(1, 2, 3, 3, dtype="float32"),
    t(2, 2, 2, 2, dtype="float64"),
    raises=True,
    dtypes=F64,
)
for id, x, w, options in (
    ("plain", (2, 2, 5), (3, 2, 3), {}), ("stride padding", (1, 1, 6), (2, 1, 3), {"stride": 2, "padding": 1}),
    ("dilation", (1, 2, 6), (1, 2, 2), {"dilation": 2}),
    ("groups", (1, 4, 4), (2, 2, 2), {"groups": 2}), ("same", (1, 1, 4), (1, 1, 2), {"padding": "same"}),
    ("unbatched", (2, 4), (1, 2, 2), {}),
):  # fmt: skip
    case(P + "conv1d", id, call(P + "conv1d", **options), t(*x), t(*w), t(w[0]), **CONV)
case(P + "conv1d", "no bias", call(P + "conv1d"), t(1, 2, 4), t(2, 2, 2), **CONV)
case(P + "conv1d", "channels", call(P + "conv1d"), t(1, 3, 4), t(2, 2, 2), raises=True)
for id, x, w, options in (
    ("plain", (1, 2, 3, 3), (2, 3, 2, 2), {}), ("stride", (1, 2, 2, 2), (2, 1, 3, 3), {"stride": 2}),
    ("padding", (1, 1, 3, 3), (1, 2, 3, 3), {"padding": 1}),
    ("output padding", (1, 1, 2, 2), (1, 1, 3, 3), {"stride": 2, "output_padding": 1}),
    ("groups", (1, 2, 2, 2), (2, 1, 2, 2), {"groups": 2}),
    ("dilation", (1, 1, 3, 3), (1, 1, 2, 2), {"dilation": 2}), ("unbatched", (2, 2, 2), (2, 1, 2, 2), {}),
):  # fmt: skip
    groups = options.get("groups", 1)
    case(P + "conv_transpose2d", id, call(P + "conv_transpose2d", **options), t(*x), t(*w), t(w[1] * groups), **CONV)
case(P + "conv_transpose2d", "no bias", call(P + "conv_transpose2d"), t(1, 1, 2, 2), t(1, 1, 2, 2), **CONV)
case(P + "conv_transpose2d", "channels", call(P + "conv_transpose2d"), t(1, 3, 2, 2), t(2, 1, 2, 2), raises=True)
