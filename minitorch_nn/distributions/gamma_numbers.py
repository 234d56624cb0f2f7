"""Gamma and Dirichlet random numbers: the streams of PyTorch's CPU kernels, and their gradients.

A number x drawn by its distribution function F(x; a) moves with the parameter by dx/da = -(dF/da) / (dF/dx). PyTorch
computes this by approximations of a relative error of about 1e-3; here it is a series to rounding.

Sources: Marsaglia and Tsang 2000, A Simple Method for Generating Gamma Variables; Figurnov et al. 2018, Implicit
Reparameterization Gradients, equation 7; the series: DLMF 8.7.1 and 8.17.8.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.op import op
from ..ops.checks import no_derivative
from ..ops.gamma import digamma
from ..ops.reduction import sum_dims
from ..random import current_generator
from ..tensor import Tensor

Array = np.ndarray[Any, Any]


# Numbers --------------------------------------------------------------------------------------------------------------
def _draw(alpha: Any) -> float:
    """One number of shape alpha, a NumPy scalar in whose precision the constants are rounded"""
    if not alpha >= 0:
        return math.nan
    generator, real = current_generator(), type(alpha)

    def uniform() -> float:
        return 1 - float(generator.uniform64(1)[0])

    scale = 1.0
    if alpha < 1:
        if alpha == 0:
            return 0.0
        scale = uniform() ** float(real(1) / alpha)
        alpha = alpha + real(1)
    d = float(alpha - real(np.float32(1) / np.float32(3)))
    c = 1 / math.sqrt(9 * d)
    while True:
        x, y = 0.0, 0.0
        while y <= 0:
            x = float(generator.normal((1,), dtype=np.float64, one_by_one=True)[0])
            y = 1 + c * x
        v, u, square = y * y * y, uniform(), x * x
        if u < 1 - float(np.float32(0.0331)) * square * square:
            return scale * d * v
        if math.log(u) < 0.5 * square + d * (1 - v + math.log(v)):
            return scale * d * v


def _draw_all(alpha: Array) -> Array:
    numbers = np.array([_draw(a) for a in alpha.reshape(-1)], np.float64).reshape(alpha.shape)
    return numbers.astype(alpha.dtype)


@op(name="StandardGammaBackward0", alpha=lambda g, alpha, out: _gamma_back(g, alpha, out))
def standard_gamma(alpha: Tensor) -> Tensor:
    """A number from the gamma distribution of rate 1 for each shape alpha > 0, in its dtype"""
    return np.maximum(_draw_all(alpha), np.finfo(alpha.dtype).tiny)  # type: ignore[call-overload,return-value,arg-type]


@op(name="_DirichletBackward", alpha=lambda g, alpha, out: _dirichlet_back(g, alpha, out))
def dirichlet(alpha: Tensor) -> Tensor:
    """(*, n): gamma numbers of shapes alpha divided by their sum"""
    kind: Any = alpha.dtype
    drawn = np.maximum(_draw_all(alpha.astype(np.float64)), np.finfo(np.float64).tiny)  # type: ignore[attr-defined]
    share = (drawn / drawn.sum(-1, keepdims=True)).astype(kind)
    return np.clip(share, np.finfo(kind).tiny, np.nextafter(kind.type(1), kind.type(0)))  # type: ignore[no-any-return]


def _gamma_back(g: Any, alpha: Any, x: Any) -> Any:
    return g * gamma_slope(alpha, x)


def _dirichlet_back(g: Any, alpha: Any, x: Any) -> Any:
    slope = beta_slope(x, alpha, sum_dims(alpha, dim=(-1,), keepdim=True))
    return slope * (g - sum_dims(x * g, dim=(-1,), keepdim=True))


# Gradients ------------------------------------------------------------------------------------------------------------
_LARGE = 1e6
"""From which parameters on the series give way to expansions"""

_NO = {"alpha": lambda g: no_derivative("_standard_gamma_grad"), "x": lambda g: no_derivative("_standard_gamma_grad")}


@op(**_NO)  # type: ignore[arg-type]
def gamma_slope(alpha: Tensor, x: Tensor) -> Tensor:
    """dx/dalpha of a gamma number x of shape alpha

    F = sum over n of x^(alpha + n) e^-x / gamma(alpha + n + 1), differentiated term by term, over the density; for large
    alpha, where the series is long, the expansion of x by a normal number.
    """
    a, y = (np.asarray(v, np.float64) for v in (alpha, x))
    large = a > _LARGE
    slope = np.where(large, _slope_of_large(a, y), _slope_by_series(np.where(large, 1.0, a), np.where(large, 1.0, y)))
    return slope.astype(x.dtype)  # type: ignore[return-value,attr-defined]


def _slope_of_large(a: Array, y: Array) -> Array:
    """dy/da at a fixed z, where y = a + z sqrt(a) + (z^2 - 1) / 3 + (z^3 - 7 z) / (36 sqrt(a)) + …

    Source: Cornish and Fisher 1938, Moments and Cumulants in the Specification of Distributions; within 1e-11 above 1e6.
    """
    root = np.sqrt(a)
    z = (y - a) / root
    for _ in range(3):  # each step gains a factor of sqrt(a)
        z = (y - a - (z * z - 1) / 3 - (z**3 - 7 * z) / (36 * root)) / root
    return 1 + z / (2 * root) - (z**3 - 7 * z) / (72 * a * root)


def _slope_by_series(a: Array, y: Array) -> Array:
    term, psi, log = y / a, _digamma(a + 1), np.log(y)
    total = term * (log - psi)
    n = 1.0
    while (np.absolute(term * (log - psi)) > 1e-17 * np.absolute(total)).any():
        term = term * y / (a + n)
        psi = psi + 1 / (a + n)
        total = total + term * (log - psi)
        n += 1
    return -total


def _digamma(x: Array) -> Array:
    return np.asarray(digamma(x))  # type: ignore[arg-type]


_NONE = {k: (lambda g: no_derivative("_dirichlet_grad")) for k in ("x", "alpha", "total")}


@op(**_NONE)  # type: ignore[arg-type]
def beta_slope(x: Tensor, alpha: Tensor, total: Tensor) -> Tensor:
    """dx/dalpha / (1 - x) of a number x of the beta distribution of alpha and total - alpha

    For x below the mean by F's series in x, above it by that of 1 - F in 1 - x; the other one where that would be long.
    0 where total = alpha: x is 1 then. Where both parameters are large, x moves as a normal number with its mean and
    deviation does, to a part in 1e6.
    """
    y, a, s = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (x, alpha, total)))
    b = s - a
    fixed, large = b == 0, np.minimum(a, b) > _LARGE
    moved = b / (s * s) + (y - a / s) * 0.5 * (1 / a - 2 / s - 1 / (s + 1))
    simple = fixed | large
    series = _beta_slope_by_series(*(np.where(simple, v, w) for v, w in ((0.5, y), (1.0, a), (1.0, b))))
    slope = np.where(fixed, 0.0, np.where(large, moved, series) / (1 - y))
    return slope.astype(x.dtype)  # type: ignore[return-value,attr-defined]


def _beta_slope_by_series(y: Array, a: Array, b: Array) -> Array:
    s = a + b
    low = y <= a / s
    low = np.where(np.where(low, y, 1 - y) > 0.99, ~low, low)
    z, first = np.where(low, y, 1 - y), np.where(low, a, b)
    term = y * (1 - y) / first
    start = np.log(np.where(low, y, 1 - z))
    rising, falling = _digamma(s), np.where(low, _digamma(a + 1), _digamma(a))
    total_slope = term * (start + rising - falling)
    n = 0.0
    while True:
        term = term * z * (s + n) / (first + n + 1)
        rising = rising + 1 / (s + n)
        falling = np.where(low, falling + 1 / (a + n + 1), falling)
        change = term * (start + rising - falling)
        total_slope = total_slope + change
        n += 1
        if not (np.absolute(change) > 1e-17 * np.absolute(total_slope)).any():
            break
    return np.where(low, -total_slope, total_slope)
