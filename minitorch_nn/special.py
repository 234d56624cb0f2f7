"""`torch.special`: special functions under the names they have in mathematics."""

from __future__ import annotations

from ._absent import absent as _absent
from .ops.arguments import check_functions as _check_functions
from .ops.bessel import i0 as i0
from .ops.bessel import i0e as i0e
from .ops.bessel import i1 as i1
from .ops.bessel import i1e as i1e
from .ops.erf import erf as erf
from .ops.erf import erfc as erfc
from .ops.erf import erfcx as erfcx
from .ops.erf import erfinv as erfinv
from .ops.erf import log_ndtr as log_ndtr
from .ops.erf import ndtr as ndtr
from .ops.erf import ndtri as ndtri
from .ops.functions import exp2 as exp2
from .ops.functions import expm1 as expm1
from .ops.functions import log1p as log1p
from .ops.functions import round_decimals as _round_decimals
from .ops.functions import sigmoid as _sigmoid
from .ops.gamma import digamma as digamma
from .ops.gamma import igamma as _igamma
from .ops.gamma import igammac as _igammac
from .ops.gamma import lgamma as _lgamma
from .ops.gamma import mvlgamma as _mvlgamma
from .ops.gamma import polygamma as polygamma
from .ops.gamma import zeta as zeta
from .ops.hyperbolic import sinc as sinc
from .ops.logarithms import entr as entr
from .ops.logarithms import logit as logit
from .ops.logarithms import xlog1py as xlog1py
from .ops.logarithms import xlogy as xlogy
from .ops.polynomials import chebyshev_polynomial_t as chebyshev_polynomial_t
from .ops.polynomials import chebyshev_polynomial_u as chebyshev_polynomial_u
from .ops.polynomials import chebyshev_polynomial_v as chebyshev_polynomial_v
from .ops.polynomials import chebyshev_polynomial_w as chebyshev_polynomial_w
from .ops.polynomials import hermite_polynomial_h as hermite_polynomial_h
from .ops.polynomials import hermite_polynomial_he as hermite_polynomial_he
from .ops.polynomials import laguerre_polynomial_l as laguerre_polynomial_l
from .ops.polynomials import legendre_polynomial_p as legendre_polynomial_p
from .ops.polynomials import shifted_chebyshev_polynomial_t as shifted_chebyshev_polynomial_t
from .ops.polynomials import shifted_chebyshev_polynomial_u as shifted_chebyshev_polynomial_u
from .ops.polynomials import shifted_chebyshev_polynomial_v as shifted_chebyshev_polynomial_v
from .ops.polynomials import shifted_chebyshev_polynomial_w as shifted_chebyshev_polynomial_w
from .ops.softmax import log_softmax as log_softmax
from .ops.softmax import logsumexp as logsumexp
from .ops.softmax import softmax as softmax
from .tensor import Tensor as _Tensor

# The names that differ from those in the main namespace
expit = _sigmoid
gammainc = _igamma
gammaincc = _igammac
gammaln = _lgamma
multigammaln = _mvlgamma
psi = digamma


def round(input: _Tensor, *, decimals: int = 0) -> _Tensor:
    """The nearest number with so many decimals, halves to even; the gradient is 0"""
    return _round_decimals(input, decimals=decimals)


_CYLINDER = "it has no gradient in PyTorch either; i0, i0e, i1 and i1e are there"

_check_functions(globals(), prefix="special_")
__getattr__ = _absent(
    __name__,
    globals(),
    airy_ai=_CYLINDER,
    bessel_j0=_CYLINDER,
    bessel_j1=_CYLINDER,
    bessel_y0=_CYLINDER,
    bessel_y1=_CYLINDER,
    modified_bessel_i0="use i0, which has a gradient",
    modified_bessel_i1="use i1, which has a gradient",
    modified_bessel_k0=_CYLINDER,
    modified_bessel_k1=_CYLINDER,
    scaled_modified_bessel_k0=_CYLINDER,
    scaled_modified_bessel_k1=_CYLINDER,
    spherical_bessel_j0=_CYLINDER,
)
