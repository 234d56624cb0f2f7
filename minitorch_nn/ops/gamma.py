"""The gamma function's logarithm and its derivatives, the Hurwitz zeta function, incomplete gamma functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, no_derivative, supports
from .erf import each
from .functions import exp, log

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# The logarithm --------------------------------------------------------------------------------------------------------
def _lgamma(x: Any) -> Any:
    """log |gamma(x)| of a float64 array: inf at 0, -1, -2, … and where it overflows"""
    infinite = ((x <= 0) & (x == np.floor(x))) | (np.absolute(x) > 2.5e305)
    return np.where(infinite, np.inf, each(math.lgamma, np.where(infinite, 1.0, x)))


@op(kind="float", input=lambda g, input: g * digamma(input))
def lgamma(input: Tensor) -> Tensor:
    """log |gamma(input)|; inf at 0 and the negative whole numbers"""
    return _lgamma(np.asarray(input, dtype=np.float64)).astype(input.dtype)  # type: ignore[no-any-return]


@op(name="MvlgammaBackward0", kind="float", input=lambda g, input, p: g * _sum_of_digammas(input, p))
def log_gamma_of_order(input: Tensor, *, p: int) -> Tensor:
    """The sum of lgamma(input - j / 2) for j from 0 to p - 1, and p (p - 1) / 4 * log(pi)"""
    x = np.asarray(input, dtype=np.float64)
    total = p * (p - 1) / 4 * math.log(math.pi) + _lgamma(x)
    for j in range(1, p):
        total = total + _lgamma(x - j / 2)
    return total.astype(input.dtype)


def _sum_of_digammas(x: Any, p: int) -> Any:
    total = digamma(x)
    for j in range(1, p):
        total = total + digamma(x - j / 2)
    return total


def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension p, for input above (p - 1) / 2"""
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    return log_gamma_of_order(input, p=p)


# Its derivatives ------------------------------------------------------------------------------------------------------
_ASYMPTOTIC = (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12)
"""Of x^-14 … x^-2 in log(x) - 1 / (2 x) - digamma(x): the Bernoulli numbers B[2 n] / (2 n)"""


def _digamma(x: Any) -> Any:
    """Reflection below 0, steps up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.7, 6.3.5, 6.3.18)"""
    below = x < 0
    z = np.where(below, 1 - x, x)
    out = np.zeros_like(z)
    while (small := z < 10).any():
        out -= np.where(small, 1 / np.where(small, z, 1), 0)
        z = np.where(small, z + 1, z)
    square = 1 / (z * z)
    out = out + np.log(z) - 0.5 / z - square * np.polyval(_ASYMPTOTIC, square)
    fraction = x - np.trunc(x)
    out = np.where(below, out - np.pi / np.tan(np.pi * fraction), out)
    out = np.where(below & (fraction == 0), np.nan, out)
    return np.where(x == 0, np.copysign(np.inf, -x), out)


@op(kind="float", input=lambda g, input: g * polygamma_n(input, n=1))
def digamma(input: Tensor) -> Tensor:
    """The derivative of lgamma; nan at the negative whole numbers, -inf at 0 and inf at -0"""
    return _digamma(np.asarray(input, dtype=np.float64)).astype(input.dtype)  # type: ignore[no-any-return]


@op(name="PolygammaBackward0", kind="float", input=lambda g, input, n: g * polygamma_n(input, n=n + 1))
def polygamma_n(input: Tensor, *, n: int) -> Tensor:
    """The n-th derivative of digamma"""
    x = np.asarray(input, dtype=np.float64)
    if n == 0:
        out = _digamma(x)
    elif n == 1:  # reflected, as the zeta function of a negative number converges slowly
        below = x < 0.5
        out = _zeta(2.0, np.where(below, 1 - x, x))
        sine = np.sin(np.pi * (x - np.rint(x)))
        out = np.where(below, (np.pi / sine) ** 2 - out, np.where(x == np.inf, 0.0, out))
    else:
        out = (1 if n % 2 else -1) * np.exp(math.lgamma(n + 1)) * _zeta(n + 1.0, x)
    return out.astype(input.dtype)  # type: ignore[no-any-return]


def polygamma(n: Any, input: Any) -> Tensor:
    """The n-th derivative of digamma (n = 0: digamma itself)"""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return polygamma_n(input, n=n)


# Hurwitz zeta ---------------------------------------------------------------------------------------------------------
_EULER = (12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.8924375803183791606e9, 7.47242496e10,
          -2.950130727918164224e12, 1.1646782814350067249e14, -4.5979787224074726105e15, 1.8152105401943546773e17,
          -7.1661652561756670113e18)  # fmt: skip
"""(2 n)! / B[2 n] for n from 1"""


def _zeta(x: Any, q: Any) -> Any:
    """The sum of (q + k)^-x over k >= 0, of float64 arrays; below 0 the terms of either sign are two such sums"""
    x, q = np.broadcast_arrays(np.asarray(x, np.float64), q)
    below = (q < 0) & (q != np.floor(q)) & (x == np.floor(x))
    first = np.where(below, q - np.floor(q), np.where(q > 0, q, 1.0))  # the first one above 0
    total = _zeta_above_0(x, first)
    if below.any():
        left = _zeta_above_0(x, 1 - first) - _zeta_above_0(x, np.where(below, 1 - q, 1.0))
        total = np.where(below, total + np.where(x % 2 == 0, left, -left), total)
    pole = (q <= 0) & (q == np.floor(q))
    total = np.where(pole, np.inf, np.where(((q < 0) & ~below) | np.isnan(q), np.nan, total))
    return np.where(x == 1, np.inf, np.where(x < 1, np.nan, total))


def _zeta_above_0(x: Any, q: Any) -> Any:
    """Terms until q + k is above 9, at least 9 of them, the rest by Euler and Maclaurin. Source: Cephes, zeta.c."""
    total, a, b = np.power(q, -x), q, np.zeros_like(q)
    for i in range(10):
        more = (i < 9) | (a <= 9)
        a = np.where(more, a + 1, a)
        b = np.where(more, np.power(a, -x), b)
        total = np.where(more, total + b, total)
    total = total + b * a / (x - 1) - 0.5 * b
    factor, power = np.ones_like(x), b / a
    for k, euler in enumerate(_EULER):
        factor = factor * (x + 2 * k)
        total = total + np.where(power == 0, 0, factor * power / euler)
        factor = factor * (x + 2 * k + 1)
        power = power / (a * a)
    return total


def _rounded(x: Any, q: Any) -> Any:
    kind = (x if hasattr(x, "dtype") else q).dtype
    return _zeta(x, np.asarray(q, np.float64)).astype(kind)


@op(
    name="SpecialZetaBackward0",
    kind="float",
    input=lambda g: no_derivative("zeta"),
    other=lambda g, input, other: g * -input * zeta_of(input + 1.0, other),
)
@supports(FLOATS, "zeta_cpu", halves=False)
def zeta_of(input: Tensor, other: Tensor) -> Tensor:
    """The sum of (other + k) ** -input over k >= 0"""
    return _rounded(input, other)  # type: ignore[no-any-return]


@op(
    name="SpecialZetaBackward1",
    kind="float",
    other=lambda g, input, other: g * (-input * zeta_of_number(input + 1.0, other)),
)
def zeta_of_number(input: Number, other: Tensor) -> Tensor:
    """As `zeta_of`, for a Python number input"""
    return _rounded(input, other)  # type: ignore[no-any-return]


@op(name="SpecialZetaBackward2", kind="float", input=lambda g: no_derivative("zeta"))
@supports(FLOATS, "zeta_cpu", halves=False)
def zeta_at_number(input: Tensor, *, other: Number) -> Tensor:
    """As `zeta_of`, for a Python number other"""
    return _rounded(input, other)  # type: ignore[no-any-return]


def zeta(input: Any, other: Any) -> Tensor:
    """The Hurwitz zeta function: the sum of (other + k) ** -input over k >= 0; either may be a Python number

    nan for input below 1, inf at 1; it has no derivative with respect to input.
    """
    if not hasattr(input, "_data"):
        return zeta_of_number(input, other)
    return zeta_of(input, other) if hasattr(other, "_data") else zeta_at_number(input, other=other)


# Incomplete gamma functions -------------------------------------------------------------------------------------------
def _density(a: Any, x: Any) -> Any:
    """x ** a * exp(-x) / gamma(a + 1)"""
    return np.exp(a * np.log(x) - x - _lgamma(a + 1))


def _lower(a: Any, x: Any) -> Any:
    """The share below x by the power series (Abramowitz and Stegun 6.5.29), good for x below a + 1"""
    term, total, n = np.ones_like(x), np.ones_like(x), a.copy()
    for _ in range(20000):
        n += 1
        term = term * (x / n)
        total = total + term
        if (term <= total * 1e-17).all():
            break
    return total * _density(a, x)


def _upper(a: Any, x: Any) -> Any:
    """The share above x by the continued fraction (Abramowitz and Stegun 6.5.31; Lentz's method), for x from a + 1 on"""
    b = x + 1 - a
    c, d = np.full_like(x, 1e300), 1 / b
    h = d.copy()
    for i in range(1, 20000):
        an = -i * (i - a)
        b = b + 2
        d = 1 / np.where(d * an + b == 0, 1e-300, d * an + b)
        c = np.where(b + an / c == 0, 1e-300, b + an / c)
        h = h * (c * d)
        if (np.absolute(c * d - 1) < 1e-16).all():
            break
    return h * a * _density(a, x)


def _share(input: Any, other: Any, above: bool) -> Any:
    kind = np.result_type(input, other)
    a, x = (np.array(v, np.float64) for v in np.broadcast_arrays(input, other))
    out = np.full(x.shape, np.nan)
    valid = ~((a < 0) | (x < 0))
    inner = valid & (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    settled = [(valid & np.isinf(x), 1.0), (valid & np.isinf(a), 0.0), (valid & np.isinf(a) & np.isinf(x), np.nan),
               (valid & (x == 0), 0.0), (valid & (a == 0), 1.0), ((a == 0) & ~(x > 0), np.nan)]  # fmt: skip
    if (inner & (a > 1e6)).any():
        raise NotImplementedError("igamma: a shape above 1e6 is not available: the series would be too long")
    for where_, below in settled:
        out[where_] = 1 - below if above else below
    for part, function, is_upper in ((x < a + 1, _lower, False), (x >= a + 1, _upper, True)):
        if (at := inner & part).any():
            share = function(a[at], x[at])
            out[at] = share if is_upper == above else 1 - share
    return out.astype(kind)


@op(
    kind="float",
    input=lambda g: no_derivative("igamma: input"),
    other=lambda g, input, other: g * exp((input - 1) * log(other) - other - lgamma(input)),
)
def igamma(input: Tensor, other: Tensor) -> Tensor:
    """The share of the gamma distribution of shape input below other (the regularised lower incomplete function)

    No derivative with respect to input. The relative error is about 1e-15 * input (PyTorch's is 2e-9 near input = other
    from 20 on). Raises NotImplementedError for an input above 1e6.
    """
    return _share(input, other, above=False)  # type: ignore[no-any-return]


@op(
    kind="float",
    input=lambda g: no_derivative("igammac: input"),
    other=lambda g, input, other: -g * exp((input - 1) * log(other) - other - lgamma(input)),
)
def igammac(input: Tensor, other: Tensor) -> Tensor:
    """1 - igamma(input, other), exact where that is near 1; as `igamma` in derivative and error"""
    return _share(input, other, above=True)  # type: ignore[no-any-return]
