"""PyTorch's functions of complex numbers, of real ones."""

from __future__ import annotations

from .core import BOOL, F32, I64, Case, Table, call, method, t, v

case = Table()
CASES: list[Case] = case

INF, NAN = float("inf"), float("nan")

# In float32 alone: the gradient of a step is 0 wherever it is, so that there is nothing to check in float64
case("angle", "2d", call("angle"), t(2, 3, away=(0.0,)), dtypes=F32)
case("angle", "0-dim method", method("angle"), t(away=(0.0,)), dtypes=F32)
case("angle", "int bool", call("angle"), t(4), dtypes=I64 + BOOL)
case("angle", "special values", call("angle"), v([INF, -INF, NAN, 0.0, -0.0, -1.0]), check=False, dtypes=F32)
