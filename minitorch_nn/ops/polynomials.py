"""Orthogonal polynomials P[n](x), element by element, by their three-term recurrences; part of no graph.

Source: Abramowitz and Stegun 22.7. A degree below 0, nan or beyond int64 gives 0; a fraction of it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, supports

if TYPE_CHECKING:
    from ..tensor import Tensor

Rule = Callable[[int, Any, Any, Any], Any]


def _value(x: Any, n: Any, first: Callable[[Any], Any], rule: Rule) -> Any:
    """P[n](x): P[0] = 1, P[1] = first(x), P[k] = rule(k, x, P[k - 1], P[k - 2])"""
    kind = (x if hasattr(x, "dtype") else n).dtype
    x, n = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(n, np.float64))
    n = np.where(np.absolute(n) < 2**63, np.trunc(n), -1)
    before, now = np.ones_like(x), np.asarray(first(x))
    out = np.where(n < 0, 0.0, np.where(n == 0, 1.0, now))
    for k in range(2, int(n.max(initial=0)) + 1):
        before, now = now, rule(k, x, now, before)
        out = np.where(n == k, now, out)
        if (np.isnan(now) | (n <= k)).all():  # no later term brings a number back
            out = np.where(n > k, np.nan, out)
            break
    return out.astype(kind)


def _chebyshev(k: int, x: Any, p: Any, q: Any) -> Any:
    return 2 * x * p - q


@op(kind="float")
@supports(FLOATS, "chebyshev_polynomial_t_cpu", halves=False)
def chebyshev_polynomial_t(input: Tensor, n: Tensor) -> Tensor:
    """T[n](input), the Chebyshev polynomial of the first kind"""
    return _value(input, n, lambda x: x, _chebyshev)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "chebyshev_polynomial_u_cpu", halves=False)
def chebyshev_polynomial_u(input: Tensor, n: Tensor) -> Tensor:
    """U[n](input), the Chebyshev polynomial of the second kind"""
    return _value(input, n, lambda x: 2 * x, _chebyshev)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "chebyshev_polynomial_v_cpu", halves=False)
def chebyshev_polynomial_v(input: Tensor, n: Tensor) -> Tensor:
    """V[n](input), the Chebyshev polynomial of the third kind"""
    return _value(input, n, lambda x: 2 * x - 1, _chebyshev)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "chebyshev_polynomial_w_cpu", halves=False)
def chebyshev_polynomial_w(input: Tensor, n: Tensor) -> Tensor:
    """W[n](input), the Chebyshev polynomial of the fourth kind"""
    return _value(input, n, lambda x: 2 * x + 1, _chebyshev)  # type: ignore[no-any-return]


def _shifted(k: int, x: Any, p: Any, q: Any) -> Any:
    return 2 * (2 * x - 1) * p - q


@op(kind="float")
@supports(FLOATS, "shifted_chebyshev_polynomial_t_cpu", halves=False)
def shifted_chebyshev_polynomial_t(input: Tensor, n: Tensor) -> Tensor:
    """T[n](2 * input - 1)"""
    return _value(input, n, lambda x: 2 * x - 1, _shifted)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "shifted_chebyshev_polynomial_u_cpu", halves=False)
def shifted_chebyshev_polynomial_u(input: Tensor, n: Tensor) -> Tensor:
    """U[n](2 * input - 1)"""
    return _value(input, n, lambda x: 4 * x - 2, _shifted)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "shifted_chebyshev_polynomial_v_cpu", halves=False)
def shifted_chebyshev_polynomial_v(input: Tensor, n: Tensor) -> Tensor:
    """V[n](2 * input - 1)"""
    return _value(input, n, lambda x: 4 * x - 3, _shifted)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "shifted_chebyshev_polynomial_w_cpu", halves=False)
def shifted_chebyshev_polynomial_w(input: Tensor, n: Tensor) -> Tensor:
    """W[n](2 * input - 1)"""
    return _value(input, n, lambda x: 4 * x - 1, _shifted)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "hermite_polynomial_h_cpu", halves=False)
def hermite_polynomial_h(input: Tensor, n: Tensor) -> Tensor:
    """H[n](input), the physicists' Hermite polynomial"""
    return _value(input, n, lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - 2 * (k - 1) * q)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "hermite_polynomial_he_cpu", halves=False)
def hermite_polynomial_he(input: Tensor, n: Tensor) -> Tensor:
    """He[n](input), the probabilists' Hermite polynomial"""
    return _value(input, n, lambda x: x, lambda k, x, p, q: x * p - (k - 1) * q)  # type: ignore[no-any-return]


@op(kind="float")
@supports(FLOATS, "laguerre_polynomial_l_cpu", halves=False)
def laguerre_polynomial_l(input: Tensor, n: Tensor) -> Tensor:
    """L[n](input), the Laguerre polynomial"""
    return _value(  # type: ignore[no-any-return]
        input, n, lambda x: 1 - x, lambda k, x, p, q: ((2 * k - 1 - x) * p - (k - 1) * q) / k
    )


@op(kind="float")
@supports(FLOATS, "legendre_polynomial_p_cpu", halves=False)
def legendre_polynomial_p(input: Tensor, n: Tensor) -> Tensor:
    """P[n](input), the Legendre polynomial"""
    return _value(  # type: ignore[no-any-return]
        input, n, lambda x: x, lambda k, x, p, q: ((2 * k - 1) * x * p - (k - 1) * q) / k
    )
