"""Activation functions of nn.functional."""

from __future__ import annotations

from typing import Any

from .core import F64, I64, Case, Table, call, ints, t, v

case = Table()
CASES: list[Case] = case
KINK: dict[str, Any] = dict(check=False)
SIXTH: dict[str, Any] = dict(rtol64=1e-7, why="PyTorch's gradient multiplies by 1/6 rounded to float32")

# name -> (kinks, variants of arguments)
FUNCTIONS: dict[str, tuple[tuple[float, ...], list[dict[str, object]]]] = {
    "relu": ((0.0,), []),
    "leaky_relu": ((0.0,), [{"negative_slope": 0.2}]),
    "elu": ((0.0,), [{"alpha": 0.5}]),
    "selu": ((0.0,), []),
    "celu": ((0.0,), [{"alpha": 2.0}]),
    "gelu": ((), [{"approximate": "tanh"}]),
    "silu": ((), []),
    "softplus": ((), [{"beta": 2.0}, {"beta": 1.0, "threshold": 1.0}]),
    "softsign": ((0.0,), []),
    "hardtanh": ((-1.0, 1.0), [{"min_val": -0.5, "max_val": 0.5}]),
    "relu6": ((0.0, 6.0), []),
    "logsigmoid": ((), []),
    "hardswish": ((-3.0, 3.0), []),
    "hardsigmoid": ((-3.0, 3.0), []),
    "mish": ((), []),
    "sigmoid": ((), []),
    "tanh": ((), []),
    "tanhshrink": ((), []),
    "softshrink": ((-0.5, 0.5), [{"lambd": 0.3}]),
    "hardshrink": ((-0.5, 0.5), []),
}
ALSO = {"hardtanh": (-0.5, 0.5), "softplus": (0.5, 1.0), "softshrink": (-0.3, 0.3)}  # kinks of the variants
IN_PLACE = (
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "silu",
    "hardtanh",
    "relu6",
    "hardswish",
    "hardsigmoid",
    "mish",
)

for name, (kinks, variants) in FUNCTIONS.items():
    op, away = "nn.functional." + name, (*kinks, *ALSO.get(name, ()))
    rough = SIXTH if name == "hardsigmoid" else {}
    case(op, "2d", call(op), t(2, 4, lo=-5, hi=8, away=away), **rough)
    case(op, "0-dim", call(op), t(away=away), **rough)
    case(op, "empty", call(op), t(0, 2))
    case(op, "transposed", call(op), t(2, 3, lo=-4, hi=4, away=away, layout="T"), **rough)
    case(op, "slice", call(op), t(2, 2, lo=-4, hi=4, away=away, layout="slice"), **rough)
    case(op, "at the kinks", call(op), v([*kinks, 0.0, -0.0]), **KINK, **rough)
    case(op, "far out", call(op), v([-200.0, -30.0, 30.0, 200.0]), **KINK)
    if name != "gelu":  # PyTorch gives inf in float64 and nan in float32
        case(op, "infinite", call(op), v([float("inf"), -float("inf"), float("nan")]), **KINK)
    case(op, "int", call(op), ints(4, lo=-2, hi=2), dtypes=I64)
    for i, options in enumerate(variants):
        case(op, f"variant {i}", call(op, **options), t(2, 4, lo=-3, hi=3, away=away))
    if name in IN_PLACE:
        case(
            op,
            "in-place",
            lambda torch, x, n=name: getattr(torch.nn.functional, n)(x.exp().sub(2), inplace=True),
            t(2, 3, lo=-1.5, hi=1.5, away=(0.69, 0.0, 1.0986)),
            **rough,
        )

case("nn.functional.relu", "relu_", lambda torch, x: torch.nn.functional.relu_(x.clone()), t(4, away=(0.0,)))
case("nn.functional.gelu", "unknown approximation", call("nn.functional.gelu", approximate="sinh"), t(2), raises=True)
PRELU = "nn.functional.prelu"
case(PRELU, "one weight", call(PRELU), t(2, 3, away=(0.0,)), v([0.25]))
case(PRELU, "weight per channel", call(PRELU), t(2, 3, 2, away=(0.0,)), t(3))
case(PRELU, "at zero", call(PRELU), v([0.0, 1.0, -1.0]), v([0.25]), **KINK)
case(PRELU, "wrong number of weights", call(PRELU), t(2, 3), t(2), raises=True)
THRESHOLD = "nn.functional.threshold"
case(THRESHOLD, "plain", call(THRESHOLD, 0.5, -3.0), t(2, 3, away=(0.5,)))
case(THRESHOLD, "at the threshold", call(THRESHOLD, 0.5, -3.0), v([0.5, 1.0, 0.0]), **KINK)
GLU = "nn.functional.glu"
case(GLU, "last dim", call(GLU), t(2, 4))
case(GLU, "dim 0", call(GLU, 0), t(4, 2))
case(GLU, "odd", call(GLU), t(2, 3), raises=True)

DROP = "nn.functional.dropout"
case(DROP, "eval", call(DROP, 0.5, False), t(2, 3))
case(DROP, "p 0", call(DROP, p=0.0), t(2, 3), grad_fn=False)
case(DROP, "p 1", call(DROP, p=1.0), t(2, 3))
case(
    DROP,
    "kept or zero",
    lambda torch, x: (lambda y: bool(((y == 0) | (y == x * 2)).all()))(torch.nn.functional.dropout(x, 0.5)),
    t(20, away=(0.0,)),
    dtypes=F64,
)
case(DROP, "p out of range", call(DROP, p=1.5), t(2), raises=True)
case("nn.functional.dropout2d", "eval", call("nn.functional.dropout2d", 0.5, False), t(1, 2, 2, 2))
