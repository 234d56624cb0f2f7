"""`torch.distributions`: probability distributions that sample PyTorch's streams and differentiate their densities."""

from .._absent import absent
from . import constraints
from .bernoulli import Bernoulli
from .binomial import Binomial
from .categorical import Categorical
from .distribution import Distribution
from .exponential import Exponential
from .geometric import Geometric
from .independent import Independent
from .kl import kl_divergence, register_kl
from .laplace import Laplace
from .log_normal import LogNormal
from .multinomial import Multinomial
from .multivariate_normal import MultivariateNormal
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .poisson import Poisson
from .uniform import Uniform

__all__ = [
    "Bernoulli", "Binomial", "Categorical", "Distribution", "Exponential", "Geometric", "Independent", "Laplace",
    "LogNormal", "Multinomial", "MultivariateNormal", "Normal", "OneHotCategorical", "Poisson", "Uniform",
    "constraints", "kl_divergence", "register_kl",
]  # fmt: skip

_NO_GAMMA = "its samples would need PyTorch's gamma numbers, which are left out"

__getattr__ = absent(
    __name__, globals(), Gamma=_NO_GAMMA, Beta=_NO_GAMMA, Dirichlet=_NO_GAMMA, Chi2=_NO_GAMMA, StudentT=_NO_GAMMA
)
