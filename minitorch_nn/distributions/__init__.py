"""`torch.distributions`: probability distributions that sample PyTorch's streams and differentiate their densities."""

from .._absent import absent
from . import constraints, transforms
from . import kl_gamma as kl_gamma
from .bernoulli import Bernoulli
from .binomial import Binomial
from .categorical import Categorical
from .dirichlet import Beta, Dirichlet
from .distribution import Distribution
from .exponential import Exponential
from .gamma import Chi2, Gamma
from .geometric import Geometric
from .independent import Independent
from .kl import kl_divergence, register_kl
from .laplace import Laplace
from .log_normal import LogNormal
from .mixture import MixtureSameFamily
from .multinomial import Multinomial
from .multivariate_normal import MultivariateNormal
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .poisson import Poisson
from .relaxed import RelaxedBernoulli, RelaxedOneHotCategorical
from .studentT import Cauchy, StudentT
from .transformed import Gumbel, HalfCauchy, HalfNormal, Pareto, Weibull
from .transformed_distribution import TransformedDistribution
from .transforms import *  # noqa: F403
from .uniform import Uniform

__all__ = [
    *transforms.__all__,
    "Gumbel", "HalfCauchy", "HalfNormal", "MixtureSameFamily", "Pareto",
    "RelaxedBernoulli", "RelaxedOneHotCategorical", "TransformedDistribution", "Weibull", "transforms",
    "Beta", "Cauchy", "Chi2", "Dirichlet", "Gamma", "StudentT",
    "Bernoulli", "Binomial", "Categorical", "Distribution", "Exponential", "Geometric", "Independent", "Laplace",
    "LogNormal", "Multinomial", "MultivariateNormal", "Normal", "OneHotCategorical", "Poisson", "Uniform",
    "constraints", "kl_divergence", "register_kl",
]  # fmt: skip

__getattr__ = absent(__name__, globals())
