"""Divergences of the gamma, beta and Dirichlet distributions, and of transformed ones."""

from __future__ import annotations

import math

from ..ops.gamma import digamma, lgamma
from ..tensor import Tensor
from .dirichlet import Beta, Dirichlet
from .gamma import Gamma
from .kl import _normal_normal, register_kl
from .studentT import Cauchy
from .transformed import EULER, Gumbel, HalfNormal, Pareto


@register_kl(Beta, Beta)
def _beta_beta(p: Beta, q: Beta) -> Tensor:
    a, b, c, d = p.concentration1, p.concentration0, q.concentration1, q.concentration0
    total, other = a + b, c + d
    level = lgamma(c) + lgamma(d) + lgamma(total) - (lgamma(a) + lgamma(b) + lgamma(other))
    return level + (a - c) * digamma(a) + (b - d) * digamma(b) + (other - total) * digamma(total)


@register_kl(Dirichlet, Dirichlet)
def _dirichlet_dirichlet(p: Dirichlet, q: Dirichlet) -> Tensor:
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    level = lgamma(total) - lgamma(b.sum(-1)) - (lgamma(a) - lgamma(b)).sum(-1)
    return level + ((a - b) * (digamma(a) - digamma(total).unsqueeze(-1))).sum(-1)


@register_kl(Gamma, Gamma)
def _gamma_gamma(p: Gamma, q: Gamma) -> Tensor:
    a, b = p.concentration, q.concentration
    level = b * (p.rate / q.rate).log() + lgamma(b) - lgamma(a)
    return level + (a - b) * digamma(a) + (q.rate - p.rate) * (a / p.rate)


@register_kl(Cauchy, Cauchy)
def _cauchy_cauchy(p: Cauchy, q: Cauchy) -> Tensor:
    """Source: Chyzak and Nielsen 2019, A closed-form formula for the Kullback-Leibler divergence between Cauchy laws."""
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(HalfNormal, HalfNormal)
def _half_normal_half_normal(p: HalfNormal, q: HalfNormal) -> Tensor:
    return _normal_normal(p.base_dist, q.base_dist)


@register_kl(Gumbel, Gumbel)
def _gumbel_gumbel(p: Gumbel, q: Gumbel) -> Tensor:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc) / q.scale
    moved = lgamma(1 + ratio) - distance
    return -ratio.log() + distance + moved.exp() + (ratio * EULER - (1 + EULER))


@register_kl(Pareto, Pareto)
def _pareto_pareto(p: Pareto, q: Pareto) -> Tensor:
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return result.masked_fill(p.scale < q.scale, math.inf)
