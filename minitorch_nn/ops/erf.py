"""The error function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .functions import exp

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(kind="float", input=lambda g, input: g * (2 / math.sqrt(math.pi) * exp(-(input * input))))
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
