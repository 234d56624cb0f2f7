"""Logarithms of sums and of odds, and products with a logarithm, element by element."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .checks import FLOATS, supports
from .choose import where
from .functions import exp, exp2, log

if TYPE_CHECKING:
    from ..tensor import Tensor

Number = int | float | bool


# Of sums --------------------------------------------------------------------------------------------------------------
@op(
    kind="promote",
    input=lambda g, input, other: g / (1 + exp(other - input)),
    other=lambda g, input, other: g / (1 + exp(input - other)),
)
@supports(FLOATS, "logaddexp_cpu")
def logaddexp(input: Tensor, other: Tensor) -> Tensor:
    """log(exp(input) + exp(other)), without overflow"""
    return np.logaddexp(input, other)


@op(
    kind="promote",
    input=lambda g, input, other: g / (1 + exp2(other - input)),
    other=lambda g, input, other: g / (1 + exp2(input - other)),
)
@supports(FLOATS, "logaddexp2_cpu")
def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """log2(2 ** input + 2 ** other), without overflow"""
    return np.logaddexp2(input, other)


# Of odds --------------------------------------------------------------------------------------------------------------
def _logit_grad(g: Any, x: Any, eps: float | None) -> Any:
    low, high, outside = (0.0, 1.0, math.nan) if eps is None else (eps, 1.0 - eps, 0.0)
    slope = x * (1 - x)
    slope = where(slope == 0, 0.0, slope)  # of -0 it would be -0
    return where((x >= low) & (x <= high), g / slope, outside)


@op(name="LogitBackward0", kind="float", input=lambda g, input, eps: _logit_grad(g, input, eps))
def log_odds(input: Tensor, *, eps: float | None) -> Tensor:
    """log(input / (1 - input)), of input held within [eps, 1 - eps]"""
    x: Any = input
    if eps is not None:  # first the lower bound, so that an eps above 1/2 gives 1 - eps, as in PyTorch
        x = np.where(x < eps, x.dtype.type(eps), np.where(x > 1 - eps, x.dtype.type(1 - eps), x))
    return np.log(x / (1 - x))


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """log(input / (1 - input)), the inverse of sigmoid; eps: hold the input within [eps, 1 - eps] first"""
    return log_odds(input, eps=eps)


# Times a logarithm ----------------------------------------------------------------------------------------------------
def _times_log(x: Any, y: Any) -> Any:
    out = np.where(np.equal(x, 0), 0.0 * np.asarray(x), x * np.log(y))
    return np.where(np.isnan(y), y, out).astype(np.result_type(x, y))


@op(
    name="XlogyBackward0",
    kind="float",
    input=lambda g, input, other: where((input == 0) & (other <= 0), 0.0, times_log(g, other)),
    other=lambda g, input, other: g * (input / other),
)
def times_log(input: Tensor, other: Tensor) -> Tensor:
    """input * log(other), and 0 where input is 0"""
    return _times_log(input, other)


@op(name="XlogyBackward1", kind="float", other=lambda g, input, other: g * (input / other))
def number_times_log(input: Number, other: Tensor) -> Tensor:
    """As `times_log`, for a Python number input"""
    return _times_log(input, other)


def _by_number(g: Any, input: Any, factor: float) -> Any:
    """g * factor, and 0 where both input and the logarithm's argument forbid it"""
    return g * factor if math.isfinite(factor) else where(input == 0, 0.0, g * factor)


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


@op(name="XlogyBackward2", kind="float", input=lambda g, input, other: _by_number(g, input, _log(other)))
def times_log_of_number(input: Tensor, *, other: Number) -> Tensor:
    """As `times_log`, for a Python number other"""
    return np.where(input == 0, 0 * input, input * _log(other)) if other == other else np.full_like(input, math.nan)


def xlogy(input: Any, other: Any) -> Tensor:
    """input * log(other): 0 where input is 0, nan where other is nan; either may be a Python number"""
    if not hasattr(input, "_data"):
        return number_times_log(input, other)
    return times_log(input, other) if hasattr(other, "_data") else times_log_of_number(input, other=other)


def _times_log1p(x: Any, y: Any) -> Any:
    out = np.where(np.equal(x, 0), 0.0 * np.asarray(x), x * np.log1p(y))
    return np.where(np.isnan(y), y, out).astype(np.result_type(x, y))


@op(
    name="SpecialXlog1PyBackward0",
    kind="float",
    input=lambda g, input, other: where((input == 0) & (other <= -1), 0.0, times_log1p(g, other)),
    other=lambda g, input, other: g * (input / (other + 1)),
)
def times_log1p(input: Tensor, other: Tensor) -> Tensor:
    """input * log(1 + other), and 0 where input is 0"""
    return _times_log1p(input, other)


@op(name="SpecialXlog1PyBackward1", kind="float", other=lambda g, input, other: g * (input / (other + 1)))
def number_times_log1p(input: Number, other: Tensor) -> Tensor:
    """As `times_log1p`, for a Python number input"""
    return _times_log1p(input, other)


def _log1p(x: float) -> float:
    return math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan


@op(name="SpecialXlog1PyBackward2", kind="float", input=lambda g, input, other: _by_number(g, input, _log1p(other)))
def times_log1p_of_number(input: Tensor, *, other: Number) -> Tensor:
    """As `times_log1p`, for a Python number other"""
    return np.where(input == 0, 0 * input, input * _log1p(other)) if other == other else np.full_like(input, math.nan)


def xlog1py(input: Any, other: Any) -> Tensor:
    """input * log(1 + other): 0 where input is 0, nan where other is nan; either may be a Python number"""
    if not hasattr(input, "_data"):
        return number_times_log1p(input, other)
    return times_log1p(input, other) if hasattr(other, "_data") else times_log1p_of_number(input, other=other)


@op(name="SpecialEntrBackward0", kind="float", input=lambda g, input: -g * (1 + log(input)))
def entr(input: Tensor) -> Tensor:
    """-input * log(input), 0 at 0, -inf below: a term of the entropy"""
    out: Any = np.where(input < 0, -np.inf, 0).astype(input.dtype)
    positive = ~(input <= 0)
    return np.where(positive, -input * np.log(np.where(positive, input, 1)), out)
