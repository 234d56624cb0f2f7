"""What random comparison found to have a node of its own."""

from __future__ import annotations

from .core import Case, F, Table, t

case = Table()
CASES: list[Case] = case

case("div", "rounding mode None", lambda to, a, b: a.div(b, rounding_mode=None), t(2, 3), t(2, 3, lo=0.5), dtypes=F)
THRESHOLD = "nn.functional.threshold_"
case(THRESHOLD, "in-place", lambda to, a: to.nn.functional.threshold_(a * 1, 1.0, 5.0), t(2, 3, away=(1.0,)), dtypes=F)
