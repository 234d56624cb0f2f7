"""The error function and its complement, the normal distribution's integral, and their inverses, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, supports
from .functions import exp

if TYPE_CHECKING:
    from ..tensor import Tensor

ROOT_2, ROOT_PI, ROOT_2_PI = math.sqrt(2), math.sqrt(math.pi), math.sqrt(2 * math.pi)


def each(function: Callable[[float], float], x: Any) -> Any:
    """function(element) of every element, float64: for what the C library has and NumPy has not"""
    return np.fromiter(map(function, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


# The error function ---------------------------------------------------------------------------------------------------
@op(kind="float", input=lambda g, input: g * (2 / ROOT_PI * exp(-(input * input))))
def erf(input: Tensor) -> Tensor:
    """2 / sqrt(pi) * the integral of exp(-t*t) from 0 to input

    Source: the rational approximations of Sun's fdlibm (s_erf.c, 1993), good to 1 ulp in float64.
    """
    x = np.asarray(input, dtype=np.float64)
    z = np.absolute(x)
    out = np.empty_like(z)
    for inside, part in (
        (z < 0.84375, _erf_small),
        ((z >= 0.84375) & (z < 1.25), _erf_middle),
        ((z >= 1.25) & (z < 6), _erf_large),
    ):
        if inside.any():
            out[inside] = part(z[inside])
    out[z >= 6] = 1.0
    out[np.isnan(x)] = np.nan
    return np.copysign(out, x).astype(input.dtype)


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """c[0] + c[1] x + c[2] x^2 + ..."""
    out = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        out *= x
        out += c
    return out


# fmt: off
_PP = (1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03,
       -2.37630166566501626084e-05)
_QQ = (1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
       1.32494738004321644526e-04, -3.96022827877536812320e-06)
_PA = (-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01,
       -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03)
_QA = (1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
       1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02)
_RA = (-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01,
       -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00)
_SA = (1.0, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
       6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00,
       -6.04244152148580987438e-02)
_RB = (-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02,
       -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02)
_SB = (1.0, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
       3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01)
# fmt: on


def _erf_small(z: Any) -> Any:
    return z + z * (_polynomial(_PP, z * z) / _polynomial(_QQ, z * z))


def _erf_middle(z: Any) -> Any:
    return 8.45062911510467529297e-01 + _polynomial(_PA, z - 1) / _polynomial(_QA, z - 1)


def _erf_large(z: Any) -> Any:
    s = 1 / (z * z)
    near = z < 1 / 0.35
    r = np.where(near, _polynomial(_RA, s), _polynomial(_RB, s))
    d = np.where(near, _polynomial(_SA, s), _polynomial(_SB, s))
    return 1 - np.exp(-z * z - 0.5625 + r / d) / z


# Complementary error function -----------------------------------------------------------------------------------------
@op(kind="float", input=lambda g, input: g * (-2 / ROOT_PI * exp(-(input * input))))
def erfc(input: Tensor) -> Tensor:
    """1 - erf(input), exact where erf is near 1"""
    return each(math.erfc, input).astype(input.dtype)  # type: ignore[no-any-return]


def _exp_square(x: Any) -> Any:
    """exp(x^2), good to a few ulp: the square in two parts, for its rounding error would be multiplied by itself"""
    high = np.clip(x, -30, 30).astype(np.float32).astype(np.float64)  # beyond 27 it is inf anyway
    return np.exp(high * high) * np.exp((x - high) * (x + high))


def _scaled_erfc(x: Any) -> Any:
    """exp(x^2) * erfc(x) of a float64 array

    Source: below 10 the definition, from there 12 terms of the asymptotic series (Abramowitz and Stegun 7.1.23).
    """
    far = x >= 10
    out = np.asarray(_exp_square(np.where(far, 0, x)) * each(math.erfc, np.where(far, 0, x)))
    if far.any():
        z = x[far]
        square, term, total = 2 * z * z, np.ones_like(z), np.ones_like(z)
        for n in range(1, 13):
            term = -term * (2 * n - 1) / square
            total += term
        out[far] = total / (z * ROOT_PI)
    return out


@op(name="SpecialErfcxBackward0", kind="float", input=lambda g, input, out: g * (2 * input * out - 2 / ROOT_PI))
@supports(FLOATS, "erfcx_cpu", halves=False)
def erfcx(input: Tensor) -> Tensor:
    """exp(input^2) * erfc(input), without underflow; within 1e-14 of the value in float64"""
    return _scaled_erfc(np.asarray(input, dtype=np.float64)).astype(input.dtype)  # type: ignore[no-any-return]


# The normal distribution ----------------------------------------------------------------------------------------------
def ndtr(input: Tensor) -> Tensor:
    """(1 + erf(input / sqrt(2))) / 2, the share of a normal distribution below input"""
    x = input / ROOT_2
    return (1 + erf(x)) * 0.5


@op(
    name="SpecialLogNdtrBackward0",
    kind="float",
    input=lambda g, input, out: g / ROOT_2_PI * exp(-(out + input * input / 2)),
)
@supports(FLOATS, "log_ndtr_cpu", halves=False)
def log_ndtr(input: Tensor) -> Tensor:
    """log(ndtr(input)), exact far below 0"""
    x = np.asarray(input, dtype=np.float64) / ROOT_2
    below = x < -1 / ROOT_2
    low = np.where(below, x, -1)
    out = np.where(below, np.log(_scaled_erfc(-low) / 2) - low * low, np.log1p(-each(math.erfc, x) / 2))
    return out.astype(input.dtype)  # type: ignore[no-any-return]


# fmt: off
_MIDDLE = ((2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
            1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0),
           (5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
            5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0))
_OUTER = ((7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e+0,
           3.64784832476320460504e+0, 5.76949722146069140550e+0, 4.63033784615654529590e+0, 1.42343711074968357734e+0),
          (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
           6.89767334985100004550e-1, 1.67638483018380384940e+0, 2.05319162663775882187e+0, 1.0))
_FAR = ((2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
         2.96560571828504891230e-1, 1.78482653991729133580e+0, 5.46378491116411436990e+0, 6.65790464350110377720e+0),
        (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
         1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0))
# fmt: on


def _ratio(tables: tuple[tuple[float, ...], tuple[float, ...]], r: Any) -> Any:
    return np.polyval(tables[0], r) / np.polyval(tables[1], r)


def _quantile(q: Any, tail: Any) -> Any:
    """The standard normal quantile of 1/2 + q, where the nearer tail has the share `tail`

    Both are given, for near 1/2 the one is exact, near 0 and 1 the other.
    Source: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988), 477-484; good to about 1e-16.
    """
    middle = np.absolute(q) <= 0.425
    near = q * _ratio(_MIDDLE, 0.180625 - q * q)
    r = np.sqrt(-np.log(np.where(middle, 0.25, tail)))
    beyond = np.where(np.isinf(r), np.inf, np.where(r <= 5, _ratio(_OUTER, r - 1.6), _ratio(_FAR, r - 5)))
    return np.where(middle, near, np.copysign(beyond, q))


@op(kind="float", name="SpecialNdtriBackward0", input=lambda g, out: g * (ROOT_2_PI * exp(out * out / 2)))
@supports(FLOATS, "ndtri_cpu", halves=False)
def ndtri(input: Tensor) -> Tensor:
    """The inverse of ndtr: -inf at 0, inf at 1, nan outside"""
    p = np.asarray(input, dtype=np.float64)
    return _quantile(p - 0.5, np.minimum(p, 1 - p)).astype(input.dtype)  # type: ignore[no-any-return]


@op(kind="float", input=lambda g, out: g * (ROOT_PI / 2 * exp(out * out)))
def erfinv(input: Tensor) -> Tensor:
    """The inverse of erf: -inf at -1, inf at 1, nan outside

    PyTorch's rounding error grows towards the ends as erf does not tell neighbours apart there; this one's does not.
    """
    y = np.asarray(input, dtype=np.float64)
    return (_quantile(y / 2, (1 - np.absolute(y)) / 2) / ROOT_2).astype(input.dtype)  # type: ignore[no-any-return]
