"""Special functions, and the rarer elementwise ones."""

from __future__ import annotations

from .core import BOOL, F64, I64, Case, Table, call, inplace, ints, method, pos, t, v

case = Table()
CASES: list[Case] = case

INF, NAN = float("inf"), float("nan")
OWN = {"rtol32": 3e-5, "why": "PyTorch evaluates these in float32, with up to 1e-5 of error; here it is float64 inside"}

# One tensor in: the inputs' range, where there is a kink or a pole, and whether there is an in-place method
UNARY = {
    "acosh": dict(lo=1.2, hi=4.0), "asinh": {}, "atanh": dict(lo=-0.8, hi=0.8), "deg2rad": {}, "rad2deg": {},
    "digamma": dict(lo=0.3, hi=4.0), "erfc": {}, "erfinv": dict(lo=-0.8, hi=0.8), "i0": {},
    "lgamma": dict(lo=0.3, hi=4.0), "logit": dict(lo=0.1, hi=0.9), "sinc": dict(away=(0.0, 1.0, -1.0)),
    "special.entr": dict(lo=0.2, hi=3.0), "special.erfcx": {}, "special.expit": {}, "special.exp2": {},
    "special.expm1": {}, "special.gammaln": dict(lo=0.3, hi=4.0), "special.i0e": dict(away=(0.0,)), "special.i1": {},
    "special.i1e": dict(away=(0.0,)), "special.log1p": dict(lo=-0.6, hi=3.0), "special.log_ndtr": {},
    "special.ndtr": {}, "special.ndtri": dict(lo=0.1, hi=0.9), "special.psi": dict(lo=0.3, hi=4.0),
    "special.erf": {}, "special.erfc": {}, "special.erfinv": dict(lo=-0.8, hi=0.8), "special.sinc": dict(lo=0.2, hi=2.0),
    "special.digamma": dict(lo=0.3, hi=4.0), "special.i0": {}, "special.logit": dict(lo=0.1, hi=0.9),
}  # fmt: skip
TRIGAMMA = ("digamma", "special.psi", "special.digamma", "lgamma", "special.gammaln")

for name, options in UNARY.items():
    own = dict(OWN, grad_fn=name != "special.ndtr")
    if "gamma" in name or "psi" in name:
        own |= {"rtol64": 3e-9, "why": "PyTorch's trigamma, the gradient of digamma, has 9 digits"}
    case(name, "2d", call(name), t(2, 3, **options), **own)
    case(name, "0-dim", call(name), t(**options), **own)
    case(name, "transposed", call(name), t(3, 2, layout="T", **options), **own)
    case(name, "empty", call(name), t(2, 0, **options), **own)
    case(name, "int bool", call(name), t(4, lo=1, hi=3), dtypes=I64 + BOOL, **own)
    if "." not in name:
        case(name, "slice method", method(name), t(2, 2, layout="slice", **options), **own)
        case(name, "in-place method", inplace(name + "_"), t(3, **options), **own)
for name in ("asinh", "atanh", "acosh", "erfc", "erfinv", "i0", "sinc", "logit", "deg2rad", "rad2deg", "special.ndtri"):
    case(name, "special values", call(name), v([INF, -INF, NAN, 0.0, -0.0, 1.0]), check=False, **OWN)
for name in ("digamma", "lgamma"):
    case(name, "poles", lambda torch, x, name=name: getattr(torch, name)(x.detach()),
         v([INF, NAN, 0.0, -0.0, -1.0, -2.0, -0.5, 1.0, 2.0]), check=False, **OWN)  # fmt: skip
case("lgamma", "far", lambda torch, x: torch.lgamma(x.detach()), t(50, lo=-20, hi=60), rtol64=1e-12, **OWN)
case("digamma", "far", lambda torch, x: torch.digamma(x.detach()), t(50, lo=2, hi=60), rtol64=1e-12, **OWN)
case("i0", "far", call("i0"), t(20, lo=-30, hi=30), check=False, rtol64=1e-12, **OWN)
case("special.i1", "far", call("special.i1"), t(20, lo=-30, hi=30), check=False, rtol64=1e-12, **OWN)
case("special.i1", "at zero", call("special.i1"), v([0.0, 1.0]), check2=False)
case("special.i1e", "at zero", call("special.i1e"), v([0.0]), check=False)
case("special.erfcx", "far", call("special.erfcx"), t(20, lo=1, hi=60), check=False, dtypes=F64, rtol64=1e-12)
case("special.log_ndtr", "far", call("special.log_ndtr"), t(20, lo=-30, hi=4), check=False, rtol64=1e-12, **OWN)
case("special.entr", "at zero and below", call("special.entr"), v([0.0, -1.0, NAN, INF]), check=False)
case("logit", "eps", call("logit", 0.25), v([0.1, 0.3, 0.6, 0.9]), check2=False)
case("logit", "outside", call("logit"), v([-0.5, 1.5, 0.5]), check=False)
case("sinc", "at zero", call("sinc"), v([0.0, 0.5]), check=False)
case("special.round", "decimals", call("special.round", decimals=1), v([1.26, -0.34]), check=False)

for n in range(4):
    case("polygamma", f"order {n}", lambda torch, x, n=n: torch.polygamma(n, x), pos(2, 3), rtol64=3e-9, rtol32=1e-4,
         why="PyTorch's trigamma has 9 digits in float64, and its float32 forms lose some")  # fmt: skip
case("polygamma", "method", method("polygamma", 2), pos(3), rtol32=1e-4, why=OWN["why"])
case("polygamma", "negative order", lambda torch, x: torch.polygamma(-1, x), pos(2), raises=True)
case(
    "special.polygamma", "order 2", lambda torch, x: torch.special.polygamma(2, x), pos(3), rtol32=1e-4, why=OWN["why"]
)
case("mvlgamma", "order 3", call("mvlgamma", 3), t(2, 3, lo=2, hi=5), **OWN)
case("mvlgamma", "order 1 method", method("mvlgamma", 1), pos(3), **OWN)
case("mvlgamma", "order 0", call("mvlgamma", 0), pos(2), raises=True)
case("special.multigammaln", "order 2", call("special.multigammaln", 2), t(3, lo=1, hi=5), **OWN)
case("special.zeta", "two tensors", call("special.zeta"), t(4, lo=1.5, hi=5, grad=False), pos(4), **OWN)
case("special.zeta", "derivative of the first", call("special.zeta"), t(2, lo=1.5, hi=5), pos(2), check=False)
case("special.zeta", "number first", lambda torch, x: torch.special.zeta(2.5, x), pos(3), **OWN)
case("special.zeta", "number second", lambda torch, x: torch.special.zeta(x, 2.5), t(3, lo=1.5, hi=4), check=False)
for name in ("igamma", "igammac", "special.gammainc", "special.gammaincc"):
    case(name, "two tensors", call(name), t(5, lo=0.5, hi=4, grad=False), pos(5), **OWN)
    case(name, "no derivative of the first", call(name), pos(2), pos(2), check=False)

# Two in
FLOATS_ONLY = ("hypot", "logaddexp", "logaddexp2", "nextafter")
for name in ("copysign", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "nextafter", "xlogy", "special.xlog1py"):
    low = dict(lo=0.3, hi=3.0) if name == "xlogy" else dict(away=(0.0,))
    if name == "special.xlog1py":
        low = dict(lo=-0.6, hi=2.0)
    smooth = {} if name != "nextafter" else {"check": False}
    case(name, "same", call(name), t(2, 3, away=(0.0,)), t(2, 3, **low), **smooth)
    if name != "nextafter":
        case(name, "broadcast", call(name), t(2, 1, away=(0.0,)), t(1, 3, **low), **smooth)
    case(name, "ints", call(name), ints(3, lo=1, hi=4), ints(3, lo=1, hi=4), dtypes=I64, raises=name in FLOATS_ONLY)
    case(name, "mismatch", call(name), t(2), t(3, **low), raises=True)
for name in ("fmax", "fmin"):
    case(name, "ties and nans", call(name), v([1.0, NAN, 2.0, NAN]), v([1.0, 2.0, NAN, NAN]), check=False)
    case(name, "mixed", call(name), ints(3), t(3), check2=False)
case("copysign", "number", call("copysign", -1.0), t(4, away=(0.0,)))
case("copysign", "zeros", call("copysign"), v([0.0, -0.0, 1.0]), v([-0.0, 1.0, 0.0]), check=False)
case("copysign", "in-place", inplace("copysign_", -2), t(3, away=(0.0,)))
case("xlogy", "zero", call("xlogy"), v([0.0, 0.0, 0.0, 1.0]), v([0.0, -1.0, NAN, 2.0]), check=False)
case("xlogy", "number second", call("xlogy", 2.0), t(3))
case("xlogy", "number second zero", call("xlogy", 0.0), v([0.0, 1.0]), check=False)
case("xlogy", "number first", lambda torch, x: torch.xlogy(2.0, x), pos(3))
case("xlogy", "in-place", inplace("xlogy_"), t(3), pos(3))
case("special.xlogy", "same", call("special.xlogy"), t(3), pos(3))
case("special.xlog1py", "zero", call("special.xlog1py"), v([0.0, 0.0, 1.0]), v([-1.0, NAN, 2.0]), check=False)
case("special.xlog1py", "number second", lambda torch, x: torch.special.xlog1py(x, 2.0), t(3))
case("special.xlog1py", "number first", lambda torch, x: torch.special.xlog1py(2.0, x), pos(3))
case("heaviside", "same", call("heaviside"), v([-1.0, 0.0, 2.0]), v([5.0, 6.0, 7.0]), check=False)
case("heaviside", "no gradients", call("heaviside"), t(3, grad=False), t(3, grad=False))
case("heaviside", "other dtype", call("heaviside"), t(3), ints(3), raises=True)
case("ldexp", "int exponents", call("ldexp"), t(4), ints(4, lo=0, hi=3))
case("ldexp", "two tensors", call("ldexp"), t(2, 1), t(3))
case("ldexp", "ints", call("ldexp"), ints(3), ints(3), dtypes=I64)
case("ldexp", "in-place", inplace("ldexp_"), t(3), ints(3))
case("float_power", "number", call("float_power", 2), pos(2, 2))
case("float_power", "two tensors", call("float_power"), pos(3), t(3))
case("float_power", "base is a number", lambda torch, x: torch.float_power(2, x), t(3))
case("float_power", "ints", call("float_power"), ints(3, lo=1, hi=4), ints(3, lo=-2, hi=2), dtypes=I64)
case("frexp", "some", call("frexp"), v([0.3, -5.0, 0.0, 1.0, 100.0]), check=False)
case("frexp", "method", method("frexp"), pos(2, 2), check2=False)
case("frexp", "ints", call("frexp"), ints(3), dtypes=I64, raises=True)
for name in ("gcd", "lcm"):
    case(name, "ints", call(name), ints(6, lo=-12, hi=12), ints(6, lo=-12, hi=12), dtypes=I64)
    case(
        name,
        "broadcast other dtype",
        call(name),
        ints(2, 1, lo=0, hi=9),
        ints(3, lo=0, hi=9, dtype="int32"),
        dtypes=I64,
    )
    case(name, "in-place", inplace(name + "_"), ints(3, hi=9), ints(3, hi=9), dtypes=I64)
    case(name, "floats", call(name), t(3), t(3), raises=True)
for name in ("signbit", "isposinf", "isneginf", "isreal"):
    case(name, "special values", call(name), v([INF, -INF, NAN, -0.0, 0.0, -2.0]))
    case(name, "ints and bools", method(name), t(4, lo=-2, hi=2), dtypes=I64 + BOOL)

# Polynomials: part of no graph
for name in ("chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w",
             "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
             "shifted_chebyshev_polynomial_w", "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l",
             "legendre_polynomial_p"):  # fmt: skip
    options = {"rtol64": 1e-10, "rtol32": 1e-3, "why": "PyTorch cancels in its own recurrence; this one is in float64"}
    case(
        f"special.{name}",
        "degrees",
        call(f"special.{name}"),
        t(9, lo=-1.5, hi=1.5),
        v([-1, 0, 1, 2, 3, 4, 5, 7, 10], dtype="int64"),
        **options,
    )
    case(
        f"special.{name}", "number", lambda torch, x, name=name: getattr(torch.special, name)(x, 3), t(2, 2), **options
    )

# In place, as functions
for name in ("exp_", "abs_", "sigmoid_", "lgamma_", "rad2deg_", "zero_", "neg_", "trunc_", "square_", "nan_to_num_"):
    if name != "lgamma_":
        case(
            name, "function", lambda torch, x, name=name: getattr(torch, name)(x.clone()), t(3, away=(-1, 0, 1)), **OWN
        )
case("clamp_", "function", lambda torch, x: torch.clamp_(x.clone(), 0.0, 1.0), t(4, away=(0, 1)))
case("fill_", "function", lambda torch, x: torch.fill_(x.clone(), 2.0), t(4))
case("index_put_", "function", lambda torch, x, y: torch.index_put_(x.clone(), (torch.tensor([0, 2]),), y), t(4), t(2))

# Python functions for each element
case("apply_", "floats", lambda torch, x: x.detach().clone().apply_(lambda e: e * 2 + 1), t(2, 3))
case("apply_", "ints", lambda torch, x: x.clone().apply_(lambda e: e * e), ints(4), dtypes=I64)
case("apply_", "requires grad", lambda torch, x: x.apply_(lambda e: e), t(2), raises=True)
case("map_", "two", lambda torch, x, y: x.clone().map_(y, lambda a, b: a - b), t(2, 3, grad=False), t(3, grad=False))
case(
    "map_", "other dtype", lambda torch, x, y: x.clone().map_(y, lambda a, b: a), t(3, grad=False), ints(3), raises=True
)
case("map2_", "three", lambda torch, x, y, z: x.clone().map2_(y, z, lambda a, b, c: a + b * c),
     t(3, grad=False), t(3, grad=False), t(3, grad=False))  # fmt: skip

# Windows and sequences
for name in ("hann_window", "hamming_window", "bartlett_window", "blackman_window", "kaiser_window"):
    for n in (0, 1, 2, 5, 8):
        case(name, f"periodic {n}", lambda torch, name=name, n=n: getattr(torch, name)(n), dtypes=F64)
        case(
            name,
            f"symmetric {n}",
            lambda torch, name=name, n=n: getattr(torch, name)(n, False, dtype=torch.float64),
            dtypes=F64,
        )
    case(name, "negative", lambda torch, name=name: getattr(torch, name)(-1), dtypes=F64, raises=True)
    case(name, "integers", lambda torch, name=name: getattr(torch, name)(3, dtype=torch.int64), dtypes=F64, raises=True)
case("range", "with its end", lambda torch: torch.range(1, 4), dtypes=F64)
case("range", "step", lambda torch: torch.range(0, 1, 0.25), dtypes=F64)
case("range", "int64", lambda torch: torch.range(0, 7, 3, dtype=torch.int64), dtypes=F64)
case(
    "scalar_tensor",
    "numbers",
    lambda torch: [torch.scalar_tensor(3), torch.scalar_tensor(True, dtype=torch.int64)],
    dtypes=F64,
)

# Random
for name, args in (("geometric_", (0.3,)), ("log_normal_", ()), ("cauchy_", (1.0, 2.0))):

    def drawn(torch, name=name, args=args, shape=(5,), dtype="float32"):  # type: ignore[no-untyped-def]
        torch.manual_seed(11)
        return getattr(torch.empty(shape, dtype=getattr(torch, dtype)), name)(*args)

    case(name, "few", drawn, dtypes=F64)
    case(name, "many", lambda torch, drawn=drawn: drawn(torch, shape=(7, 9), dtype="float64"), dtypes=F64)
    case(name, "half", lambda torch, drawn=drawn: drawn(torch, shape=(20,), dtype="float16"), dtypes=F64)
    case(
        name,
        "out of range",
        lambda torch, name=name: getattr(torch.empty(2), name)(*((0.0, -1.0) if name != "geometric_" else (1.5,))),
        dtypes=F64,
        raises=True,
    )
