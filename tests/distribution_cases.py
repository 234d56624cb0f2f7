"""Distributions, divergences and misuse, each as a function of the namespace (this package or PyTorch) it runs on."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

Make = Callable[[Any, Any], Any]  # (torch, parameter) -> distribution

LOCS, SCALES = [[0.5, -1.0, 2.0], [0.0, 3.0, -0.25]], [0.5, 1.0, 2.5]
PROBS, WEIGHTS = [0.25, 0.5, 0.875], [[1.0, 2.0, 5.0], [0.5, 0.25, 0.25]]
LOGITS = [[0.5, -1.0, 2.0], [0.0, 0.5, -3.0]]
FACTOR = [[1.5, 0.0, 0.0], [0.5, 0.75, 0.0], [-1.0, 0.25, 2.0]]
COVARIANCE = [[2.0, 0.5, 0.25], [0.5, 1.0, -0.25], [0.25, -0.25, 1.5]]
ZEROS_AND_ONES = [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]
REALS, POSITIVES, COUNTS = [[0.25, -2.0, 1.0]], [[0.25, 2.0, 1.0]], [[0.0, 3.0, 1.0]]

# name: (distribution of tensors that `p` makes from nested lists, values for its densities)
DISTRIBUTIONS: dict[str, tuple[Make, Any]] = {
    "normal": (lambda d, p: d.Normal(p(LOCS), p(SCALES)), REALS),
    "normal numbers": (lambda d, p: d.Normal(1, 2.0), REALS),
    "normal mixed": (lambda d, p: d.Normal(0.5, p([SCALES])), REALS),
    "normal many": (lambda d, p: d.Normal(p([0.5] * 20), 2.0), 0.25),
    "log normal": (lambda d, p: d.LogNormal(p(LOCS), p(SCALES)), POSITIVES),
    "laplace": (lambda d, p: d.Laplace(p(LOCS), p(SCALES)), REALS),
    "uniform": (lambda d, p: d.Uniform(p([-2.5, -3.0, 0.5]), p([0.5, -1.0, 4.5])), REALS),
    "uniform numbers": (lambda d, p: d.Uniform(0.0, 3.0), [0.5, 2.0]),
    "exponential": (lambda d, p: d.Exponential(p(SCALES)), POSITIVES),
    "gamma": (lambda d, p: d.Gamma(p([0.25, 1.0, 3.5]), p(SCALES)), POSITIVES),
    "gamma number": (lambda d, p: d.Gamma(0.5, 2.0), POSITIVES),
    "chi2": (lambda d, p: d.Chi2(p([0.5, 2.0, 25.0])), POSITIVES),
    "beta": (lambda d, p: d.Beta(p([0.25, 1.0, 3.5]), p(SCALES)), PROBS),
    "dirichlet": (lambda d, p: d.Dirichlet(p(WEIGHTS)), [0.25, 0.5, 0.25]),
    "student t": (lambda d, p: d.StudentT(p([0.5, 2.0, 5.0]), p(LOCS), p(SCALES)), REALS),
    "cauchy": (lambda d, p: d.Cauchy(p(LOCS), p(SCALES)), REALS),
    "half normal": (lambda d, p: d.HalfNormal(p(SCALES)), POSITIVES),
    "half cauchy": (lambda d, p: d.HalfCauchy(p(SCALES)), POSITIVES),
    "gumbel": (lambda d, p: d.Gumbel(p(LOCS), p(SCALES)), [[0.25, 0.0, 1.0]]),
    "weibull": (lambda d, p: d.Weibull(p(SCALES), p([1.5, 0.75, 2.0])), POSITIVES),
    "pareto": (lambda d, p: d.Pareto(p([0.25, 1.0, 0.5]), p([1.5, 2.5, 3.0])), [[0.5, 2.0, 1.0]]),
    "transformed": (
        lambda d, p: d.TransformedDistribution(
            d.Normal(p(LOCS), p(SCALES)), [d.ExpTransform(), d.AffineTransform(1.0, p([[-2.0]]))]
        ),
        [[0.25, -1.5, 0.5]],
    ),
    "mixture": (
        lambda d, p: d.MixtureSameFamily(d.Categorical(p(WEIGHTS)), d.Normal(p(LOCS), p(SCALES))),
        [0.25, 2.0],
    ),
    "relaxed bernoulli": (lambda d, p: d.RelaxedBernoulli(p(0.5), p(PROBS)), [[0.25, 0.75, 0.5]]),
    "relaxed one hot": (lambda d, p: d.RelaxedOneHotCategorical(p(0.5), p(WEIGHTS)), [0.25, 0.5, 0.25]),
    "exponential number": (lambda d, p: d.Exponential(0.5), POSITIVES),
    "bernoulli": (lambda d, p: d.Bernoulli(p(PROBS)), ZEROS_AND_ONES),
    "bernoulli number": (lambda d, p: d.Bernoulli(0.3), ZEROS_AND_ONES),
    "bernoulli logits": (lambda d, p: d.Bernoulli(logits=p(LOGITS)), ZEROS_AND_ONES),
    "geometric": (lambda d, p: d.Geometric(p(PROBS)), COUNTS),
    "geometric logits": (lambda d, p: d.Geometric(logits=p(LOGITS)), COUNTS),
    "binomial": (lambda d, p: d.Binomial(5, p(PROBS)), COUNTS),
    "binomial logits": (lambda d, p: d.Binomial(7, logits=p(LOGITS)), COUNTS),
    "binomial counts": (lambda d, p: d.Binomial(*(p(v, "float64") for v in ([3.0, 60.0, 300.0], PROBS))), COUNTS),
    "poisson": (lambda d, p: d.Poisson(p([0.5, 4.0, 9.5])), COUNTS),
    "poisson large": (lambda d, p: d.Poisson(p([10.0, 35.0, 400.0])), COUNTS),
    "poisson number": (lambda d, p: d.Poisson(2.0), COUNTS),
    "categorical": (lambda d, p: d.Categorical(p(WEIGHTS)), [0, 2]),
    "categorical one": (lambda d, p: d.Categorical(p(WEIGHTS[0])), [0, 2, 1]),
    "categorical logits": (lambda d, p: d.Categorical(logits=p(LOGITS)), [[1, 2], [0, 0]]),
    "one hot": (lambda d, p: d.OneHotCategorical(p(WEIGHTS)), [0.0, 1.0, 0.0]),
    "one hot logits": (lambda d, p: d.OneHotCategorical(logits=p(LOGITS)), [0.0, 1.0, 0.0]),
    "multinomial": (lambda d, p: d.Multinomial(4, p(WEIGHTS)), [1.0, 3.0, 0.0]),
    "multinomial dice": (lambda d, p: d.Multinomial(100, p([1 / 6] * 6)), [20.0, 10.0, 15.0, 15.0, 20.0, 20.0]),
    "multinomial logits": (lambda d, p: d.Multinomial(4, logits=p(LOGITS)), [1.0, 3.0, 0.0]),
    "independent": (lambda d, p: d.Independent(d.Normal(p(LOCS), p(SCALES)), 1), REALS[0]),
    "independent bernoulli": (lambda d, p: d.Independent(d.Bernoulli(p(PROBS)), 1), ZEROS_AND_ONES),
    "independent none": (lambda d, p: d.Independent(d.Bernoulli(p(PROBS)), 0), ZEROS_AND_ONES),
    "multivariate factor": (lambda d, p: d.MultivariateNormal(p(LOCS), scale_tril=p(FACTOR)), REALS[0]),
    "multivariate covariance": (lambda d, p: d.MultivariateNormal(p(LOCS[0]), p(COVARIANCE)), LOCS),
    "multivariate precision": (
        lambda d, p: d.MultivariateNormal(p(LOCS[0]), precision_matrix=p([COVARIANCE])),
        [LOCS],
    ),
}

ASKED = ("mean", "mode", "variance", "stddev")


def plain(value: Any) -> Any:
    """A tensor as [dtype, shape, numbers]"""
    if value is None or not hasattr(value, "detach"):
        return value
    return [str(value.dtype), list(value.shape), [repr(x) for x in value.detach().reshape(-1).tolist()]]


def attempt(call: Callable[[], Any]) -> Any:
    """What a call returns, or the error's type"""
    try:
        return plain(call())
    except NotImplementedError:
        return "NotImplementedError"


def run(torch: Any, name: str) -> dict[str, Any]:
    made: list[Any] = []

    def p(values: Any, dtype: str = "float32") -> Any:
        made.append(torch.tensor(values, dtype=getattr(torch, dtype), requires_grad=True))
        return made[-1]

    make, values = DISTRIBUTIONS[name]
    torch.manual_seed(3)
    one = make(torch.distributions, p)
    x = torch.tensor(values)
    exact = {
        "repr": repr(one),
        "shapes": [list(one.batch_shape), list(one.event_shape)],
        "support": repr(one.support),
        "abilities": [bool(one.has_rsample), bool(one.has_enumerate_support)],
    }
    result: dict[str, Any] = {"sample": plain(one.sample()), "samples": plain(one.sample((2, 3)))}
    if one.has_rsample:
        drawn = one.rsample((4,))
        result["rsample"] = plain(drawn)
        if made:
            grads = torch.autograd.grad((drawn * drawn).sum(), made, retain_graph=True, allow_unused=True)
            result["rsample grads"] = [plain(g) for g in grads]
    result |= {key: attempt(lambda key=key: getattr(one, key)) for key in ASKED}  # type: ignore[misc]
    result["log_prob"] = plain(one.log_prob(x))
    result["entropy"] = attempt(one.entropy)
    result["cdf"] = attempt(lambda: one.cdf(x))
    result["icdf"] = attempt(lambda: one.icdf(torch.tensor([[0.25], [0.75]])))
    if one.has_enumerate_support:
        result["all"] = attempt(one.enumerate_support)
        result["all once"] = attempt(lambda: one.enumerate_support(False))
    if made:
        total = one.log_prob(x).sum()
        result["log_prob grads"] = [plain(g) for g in torch.autograd.grad(total, made, allow_unused=True)]
    wide = one.expand((2, *one.batch_shape))
    exact["wide"] = [repr(wide), list(wide.batch_shape), list(wide.event_shape)]
    drawn = wide.sample()
    result["wide sample"] = plain(drawn)
    result["wide log_prob"] = plain(wide.log_prob(drawn))
    result["next"] = plain(torch.rand(2))  # as many numbers were drawn
    return {"exact": exact, "values": result}


def _two(kind: str, *first: Any) -> Callable[[Any], Any]:
    def call(torch: Any) -> Any:
        t, make = torch.tensor, getattr(torch.distributions, kind)
        half = len(first) // 2
        return make(*(t(v) for v in first[:half])), make(*(t(v) for v in first[half:]))

    return call


P, Q = [0.0, 0.3, 0.5, 1.0], [0.2, 0.6, 0.0, 1.0]

DIVERGENCES: dict[str, Callable[[Any], Any]] = {
    "normal": _two("Normal", LOCS, SCALES, [1.0, 0.0, 2.0], [2.0, 1.0, 0.5]),
    "log normal": _two("LogNormal", LOCS, SCALES, [1.0, 0.0, 2.0], [2.0, 1.0, 0.5]),
    "laplace": _two("Laplace", LOCS, SCALES, [1.0, 0.0, 2.0], [2.0, 1.0, 0.5]),
    "uniform": _two("Uniform", [0.0, 1.0], [1.0, 2.0], [-1.0, 1.5], [1.5, 3.0]),
    "exponential": _two("Exponential", SCALES, [1.0, 2.0, 0.25]),
    "geometric": _two("Geometric", PROBS, [0.5, 0.25, 0.5]),
    "bernoulli": _two("Bernoulli", P, Q),
    "poisson": _two("Poisson", SCALES, [1.0, 2.0, 0.25]),
    "categorical": _two("Categorical", [[0.0, 1.0, 3.0], [1.0, 1.0, 1.0]], [[1.0, 1.0, 1.0], [0.0, 2.0, 1.0]]),
    "one hot": _two("OneHotCategorical", WEIGHTS, [1.0, 1.0, 1.0]),
    "multivariate": lambda t: (
        t.distributions.MultivariateNormal(t.tensor(LOCS), t.tensor(COVARIANCE)),
        t.distributions.MultivariateNormal(t.tensor(LOCS[1]), scale_tril=t.tensor(FACTOR)),
    ),
    "gamma": _two("Gamma", SCALES, [1.0, 2.0, 0.25], [2.0, 0.5, 1.0], SCALES),
    "beta": _two("Beta", SCALES, [1.0, 2.0, 0.25], [2.0, 0.5, 1.0], SCALES),
    "dirichlet": _two("Dirichlet", WEIGHTS, [1.0, 2.0, 0.5]),
    "cauchy": _two("Cauchy", LOCS, SCALES, [1.0, 0.0, 2.0], [2.0, 1.0, 0.5]),
    "gumbel": _two("Gumbel", LOCS, SCALES, [1.0, 0.0, 2.0], [2.0, 1.0, 0.5]),
    "half normal": _two("HalfNormal", SCALES, [2.0, 1.0, 0.5]),
    "pareto": _two("Pareto", [0.25, 1.0, 0.5], SCALES, [0.2, 0.5, 1.0], [2.0, 1.0, 0.5]),
    "binomial": lambda t: (
        t.distributions.Binomial(t.tensor([5, 6]), t.tensor([0.25, 0.5])),
        t.distributions.Binomial(5, t.tensor([0.5, 0.25])),
    ),
    "independent": lambda t: tuple(
        t.distributions.Independent(t.distributions.Normal(t.tensor(LOCS) + i, t.tensor(SCALES)), 1) for i in (0, 1)
    ),
    **{
        f"{p} {q}": lambda t, p=p, q=q: (_one(t, p), _one(t, q))  # type: ignore[misc]
        for p, q in (
            ("Bernoulli", "Poisson"), ("Exponential", "Normal"), ("Laplace", "Normal"), ("Normal", "Laplace"),
            ("Uniform", "Normal"), ("Uniform", "Exponential"),
        )
    },
}  # fmt: skip


def _one(torch: Any, kind: str) -> Any:
    t = torch.tensor
    given = {"Normal": (LOCS, SCALES), "Laplace": (LOCS, SCALES), "Uniform": ([0.5, -1.0, 2.0], [2.0, 3.0, 2.5])}
    return getattr(torch.distributions, kind)(*(t(v) for v in given.get(kind, ([0.25, 0.5, 0.75],))))


def divergence(torch: Any, name: str) -> Any:
    return plain(torch.distributions.kl_divergence(*DIVERGENCES[name](torch)))


def _own(torch: Any) -> Any:
    return type("Own", (torch.distributions.Distribution,), {})


MISUSE: dict[str, Callable[[Any], Any]] = {
    "scale": lambda t: t.distributions.Normal(t.zeros(2), t.tensor([1.0, -1.0])),
    "scale parameter": lambda t: t.distributions.Normal(0.0, t.nn.Parameter(t.tensor([0.0]))),
    "loc nan": lambda t: t.distributions.Normal(math.nan, 1.0),
    "uniform bounds": lambda t: t.distributions.Uniform(1.0, 0.0),
    "probs": lambda t: t.distributions.Bernoulli(t.tensor([0.5, 1.5])),
    "probs and logits": lambda t: t.distributions.Bernoulli(0.5, logits=0.5),
    "neither": lambda t: t.distributions.Categorical(),
    "categorical number": lambda t: t.distributions.Categorical(t.tensor(1.0)),
    "categorical logits number": lambda t: t.distributions.Categorical(logits=t.tensor(1.0)),
    "categorical negative": lambda t: t.distributions.Categorical(t.tensor([-1.0, 2.0])),
    "categorical nan": lambda t: t.distributions.Categorical(logits=t.tensor([math.nan, 2.0])),
    "multinomial count": lambda t: t.distributions.Multinomial(t.tensor([3]), t.ones(2)),
    "multinomial probs": lambda t: t.distributions.Multinomial(3, t.tensor([-1.0, 2.0])),
    "one hot probs": lambda t: t.distributions.OneHotCategorical(t.tensor([-1.0, 2.0])),
    "binomial count": lambda t: t.distributions.Binomial(-1, t.tensor([0.5])),
    "binomial entropy": lambda t: t.distributions.Binomial(t.tensor([1, 2]), t.tensor([0.5])).entropy(),
    "binomial all": lambda t: t.distributions.Binomial(t.tensor([1, 2]), t.tensor([0.5])).enumerate_support(),
    "geometric zero": lambda t: t.distributions.Geometric(t.tensor([0.0, 0.5])),
    "poisson rate": lambda t: t.distributions.Poisson(-1.0),
    "exponential rate": lambda t: t.distributions.Exponential(t.tensor([0.0])),
    "not a number": lambda t: t.distributions.Normal("0", 1.0),
    "value type": lambda t: t.distributions.Normal(0.0, 1.0).log_prob(3.0),
    "value nan": lambda t: t.distributions.Normal(0.0, 1.0).log_prob(t.tensor([math.nan, 1.0])),
    "value outside": lambda t: t.distributions.Exponential(1.0).log_prob(t.tensor(-1.0)),
    "value uniform": lambda t: t.distributions.Uniform(0.0, 1.0).log_prob(t.tensor([2.0])),
    "value category": lambda t: t.distributions.Categorical(t.ones(3)).log_prob(t.tensor(3)),
    "value fraction": lambda t: t.distributions.Poisson(1.0).log_prob(t.tensor(0.5)),
    "value one hot": lambda t: t.distributions.OneHotCategorical(t.ones(2)).log_prob(t.tensor([1.0, 1.0])),
    "value counts": lambda t: t.distributions.Multinomial(3, t.ones(2)).log_prob(t.tensor([3.0, 1.0])),
    "value boolean": lambda t: t.distributions.Bernoulli(0.5).log_prob(t.tensor(0.5)),
    "value shape": lambda t: t.distributions.Normal(t.zeros(2), 1.0).log_prob(t.zeros(3)),
    "value event": lambda t: t.distributions.MultivariateNormal(t.zeros(2), t.eye(2)).log_prob(t.zeros(3)),
    "independent dims": lambda t: t.distributions.Independent(t.distributions.Normal(0.0, 1.0), 1),
    "independent all": lambda t: t.distributions.Independent(
        t.distributions.Bernoulli(t.ones(2)), 1
    ).enumerate_support(),
    "multivariate none": lambda t: t.distributions.MultivariateNormal(t.zeros(2)),
    "multivariate loc": lambda t: t.distributions.MultivariateNormal(t.tensor(0.0), t.eye(2)),
    "multivariate vector": lambda t: t.distributions.MultivariateNormal(t.zeros(2), t.ones(2)),
    "multivariate vector factor": lambda t: t.distributions.MultivariateNormal(t.zeros(2), scale_tril=t.ones(2)),
    "multivariate indefinite": lambda t: t.distributions.MultivariateNormal(t.zeros(2), -t.eye(2)),
    "multivariate asymmetric": lambda t: t.distributions.MultivariateNormal(
        t.zeros(2), t.tensor([[2.0, 1.0], [0.0, 2.0]])
    ),
    "multivariate factor": lambda t: t.distributions.MultivariateNormal(t.zeros(2), scale_tril=t.ones(2, 2)),
    "kl unknown": lambda t: t.distributions.kl_divergence(
        t.distributions.Laplace(0.0, 1.0), t.distributions.Bernoulli(0.5)
    ),
    "kl shapes": lambda t: t.distributions.kl_divergence(
        *(t.distributions.MultivariateNormal(t.zeros(n), t.eye(n)) for n in (2, 3))
    ),
    "kl binomial": lambda t: t.distributions.kl_divergence(
        t.distributions.Binomial(3, t.tensor(0.5)), t.distributions.Binomial(4, t.tensor(0.5))
    ),
    "kl register number": lambda t: t.distributions.register_kl(3, t.distributions.Normal),
    "mode": lambda t: t.distributions.Multinomial(3, t.ones(2)).mode,
    "default": lambda t: t.distributions.Distribution.set_default_validate_args(3),
    "sample_n": lambda t: t.distributions.Normal(0.0, 1.0).sample_n(2),
    "own without constraints": lambda t: _own(t)(),
}


def run_misuse(torch: Any, name: str) -> dict[str, Any]:
    """What it raised, and the warnings: types and texts."""
    result: dict[str, Any] = {"raises": None}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            MISUSE[name](torch)
        except Exception as error:
            text = str(error).replace(torch.__name__, "torch")
            result["raises"] = [type(error).__name__, text]
    result["warns"] = [[w.category.__name__, str(w.message).replace("<class '__main__", "<class '")] for w in caught]
    return result
