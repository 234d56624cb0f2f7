"""Convolution, pooling, padding and resampling of volumes, (N, C, D, H, W)."""

from __future__ import annotations

from typing import Any

from .core import Case, Table, call, t

case = Table()
CASES: list[Case] = case
P = "nn.functional."
DIST = dict(distinct=True)


def f(name: str, *args: Any, **options: Any) -> Any:
    return call(P + name, *args, **options)


X, W, B = t(2, 2, 3, 4, 3), t(2, 2, 2, 2, 2), t(2)
case(P + "conv3d", "plain", f("conv3d"), X, W)
case(P + "conv3d", "bias", f("conv3d"), X, W, B)
case(P + "conv3d", "unbatched", f("conv3d", padding=1), t(2, 2, 3, 2), W)
case(P + "conv3d", "strides", f("conv3d", stride=(2, 1, 2), padding=(1, 2, 0), dilation=(1, 2, 1)), X, W)
case(P + "conv3d", "depth alone", f("conv3d", stride=2, padding=2, dilation=3), t(1, 1, 4, 2, 2), t(1, 1, 2, 1, 1))
case(P + "conv3d", "groups", f("conv3d", groups=2), X, t(4, 1, 2, 2, 2))
case(P + "conv3d", "same", f("conv3d", padding="same"), X, t(2, 2, 3, 1, 3))
case(P + "conv3d", "channels", f("conv3d"), X, t(2, 3, 2, 2, 2), raises=True)
case(P + "conv3d", "too small", f("conv3d"), X, t(2, 2, 4, 2, 2), raises=True)
case(P + "conv3d", "plane", f("conv3d"), t(2, 3, 4), W, raises=True)
case(P + "conv_transpose3d", "plain", f("conv_transpose3d"), t(1, 2, 2, 3, 2), W, B)
case(
    P + "conv_transpose3d",
    "strides",
    f("conv_transpose3d", stride=(2, 1, 3), padding=(1, 0, 1), output_padding=(1, 0, 2)),
    t(1, 2, 2, 3, 2),
    W,
)
case(P + "conv_transpose3d", "groups", f("conv_transpose3d", groups=2, dilation=2), t(1, 2, 2, 2, 2), t(2, 1, 2, 1, 2))
case(
    P + "conv_transpose3d", "output padding", f("conv_transpose3d", output_padding=1), t(1, 2, 2, 3, 2), W, raises=True
)
for name, more in (("max_pool3d", DIST), ("avg_pool3d", {})):
    op = P + name
    case(op, "2", f(name, 2), t(1, 2, 4, 4, 4, **more))
    case(op, "sides", f(name, (2, 1, 3), (1, 2, 1), (1, 0, 1)), t(1, 1, 3, 4, 3, **more))
    case(op, "ceil", f(name, 2, ceil_mode=True), t(1, 1, 3, 5, 3, **more))
    case(op, "ceil padding", f(name, 3, 2, 1, ceil_mode=True), t(1, 1, 4, 4, 3, **more))
    case(op, "unbatched", f(name, 2, 1), t(2, 2, 3, 2, **more))
    case(op, "empty batch", f(name, 2), t(0, 2, 4, 4, 4))
    case(op, "kernel too large", f(name, 5), t(1, 1, 3, 3, 3), raises=True)
    case(op, "padding too large", f(name, 2, padding=2), t(1, 1, 4, 4, 4), raises=True)
    case(op, "two sides", f(name, (2, 2)), t(1, 1, 4, 4, 4), raises=True)
    case(op, "plane", f(name, 2), t(4, 4, 4), raises=True)
case(P + "max_pool3d", "dilation", f("max_pool3d", 2, 1, dilation=(1, 2, 1)), t(1, 1, 3, 4, 3, **DIST))
case(P + "max_pool3d", "indices", f("max_pool3d", 2, 2, 1, return_indices=True), t(1, 2, 4, 3, 4, **DIST))
case(P + "avg_pool3d", "padding not counted", f("avg_pool3d", 3, 2, 1, count_include_pad=False), t(1, 1, 4, 3, 4))
case(P + "avg_pool3d", "divisor", f("avg_pool3d", 2, divisor_override=3), t(1, 1, 4, 2, 4))
for size in (1, 2, (2, 3, 5), (None, 1, 2)):
    case(P + "adaptive_avg_pool3d", f"{size}", f("adaptive_avg_pool3d", size), t(1, 2, 3, 4, 5))
    case(P + "adaptive_max_pool3d", f"{size}", f("adaptive_max_pool3d", size), t(1, 2, 3, 4, 5, **DIST))
case(P + "adaptive_max_pool3d", "indices", f("adaptive_max_pool3d", 2, return_indices=True), t(1, 3, 4, 5, **DIST))
case(P + "adaptive_avg_pool3d", "negative", f("adaptive_avg_pool3d", -1), t(1, 2, 3, 4, 5), raises=True)
case(P + "adaptive_avg_pool3d", "plane", f("adaptive_avg_pool3d", 2), t(3, 4, 5), raises=True)
case(P + "lp_pool3d", "2", f("lp_pool3d", 2.0, 2), t(1, 1, 4, 2, 4, lo=0.5, hi=2.0))
for mode in ("reflect", "replicate", "circular"):
    case(P + "pad", f"volume {mode}", f("pad", (1, 2, 2, 0, 1, 1), mode), t(1, 2, 3, 4, 3))
    case(P + "pad", f"volume {mode} cropped", f("pad", (1, -1, -2, 0, 1, 1), mode), t(1, 3, 4, 3))
case(P + "pad", "plane circular cropped", f("pad", (1, -2, -1, 2), "circular"), t(1, 1, 4, 5))
case(P + "interpolate", "trilinear", f("interpolate", scale_factor=2, mode="trilinear"), t(1, 1, 2, 3, 2))
case(
    P + "interpolate",
    "trilinear corners",
    f("interpolate", size=(3, 2, 5), mode="trilinear", align_corners=True),
    t(1, 1, 2, 3, 2),
)
for mode in ("nearest", "nearest-exact", "area"):
    case(P + "interpolate", f"volume {mode}", f("interpolate", size=(3, 2, 5), mode=mode), t(1, 1, 2, 3, 2))
