"""Distributions: PyTorch's samples from the same seed, densities, gradients, texts and errors (recorded)."""

from __future__ import annotations

import importlib
import json
import math
from pathlib import Path
from typing import Any, ClassVar

import distribution_cases as cases
import numpy as np
import pytest
from conftest import NAMESPACE

RECORDED = json.loads((Path(__file__).parent / "recorded" / "distributions.json").read_text())


KINDS = (
    "Normal", "LogNormal", "Laplace", "Uniform", "Exponential", "Bernoulli", "Geometric", "Binomial", "Poisson",
    "Categorical", "OneHotCategorical", "Multinomial", "Independent", "MultivariateNormal", "Gamma", "Dirichlet",
    "StudentT", "TransformedDistribution",
)  # fmt: skip


APPROXIMATED = {f"{name}: rsample grads" for name in ("gamma", "chi2", "beta", "dirichlet", "student t")}
"""PyTorch's gradients of these numbers are approximations of a relative error of about 1e-3, so no closer comparison says
anything; `test_gradients_of_gamma_and_beta_numbers_are_exact` holds them to the quantile functions"""


def compare(got: Any, expected: Any, where: str, rtol: float = 4e-6) -> None:
    """Lists of tensors as `plain` writes them: dtypes and shapes equal, numbers to float32's rounding"""
    if expected and isinstance(expected, list) and (expected[0] is None or isinstance(expected[0], list)):
        assert len(got) == len(expected), where
        for i, (a, b) in enumerate(zip(got, expected, strict=True)):
            compare(a, b, f"{where}[{i}]", rtol)
    elif isinstance(expected, list):
        assert got[:2] == expected[:2], where
        numbers = [[float(x.replace("True", "1").replace("False", "0")) for x in side[2]] for side in (got, expected)]
        scale = max((abs(x) for x in numbers[1] if np.isfinite(x)), default=0.0)
        np.testing.assert_allclose(*numbers, rtol=rtol, atol=4e-7 * max(scale, 1.0), err_msg=where)
    else:
        assert got == expected, where


@pytest.mark.parametrize("name", cases.DISTRIBUTIONS)
def test_samples_densities_and_gradients_are_pytorchs(torch: Any, name: str) -> None:
    got, expected = json.loads(json.dumps(cases.run(torch, name))), RECORDED["distributions"][name]
    assert got["exact"] == expected["exact"]
    assert got["values"].keys() == expected["values"].keys()
    for key, value in expected["values"].items():
        where = f"{name}: {key}"
        compare(got["values"][key], value, where, 2e-3 if where in APPROXIMATED else 4e-6)


@pytest.mark.parametrize("name", cases.DIVERGENCES)
def test_divergences_are_pytorchs(torch: Any, name: str) -> None:
    compare(cases.divergence(torch, name), RECORDED["divergences"][name], name)


@pytest.mark.parametrize("name", cases.MISUSE)
def test_misuse_raises_and_warns_as_pytorch(torch: Any, name: str) -> None:
    assert json.loads(json.dumps(cases.run_misuse(torch, name))) == RECORDED["misuse"][name]


def test_module_paths(torch: Any) -> None:
    for kind in KINDS:
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")
        module = {"student_t": "studentT"}.get(snake, snake)
        found = importlib.import_module(f"{torch.__name__}.distributions.{module}")
        assert getattr(found, kind) is getattr(torch.distributions, kind)
    assert (
        importlib.import_module(f"{torch.__name__}.distributions.kl").kl_divergence is torch.distributions.kl_divergence
    )


def test_checks_can_be_switched_off(torch: Any) -> None:
    one = torch.distributions.Normal(0.0, -1.0, validate_args=False)
    assert one.scale.item() == -1.0 and one.expand((2,))._validate_args is False
    torch.distributions.Distribution.set_default_validate_args(False)
    try:
        assert torch.distributions.Bernoulli(0.5).log_prob(torch.tensor(0.5)).item() == pytest.approx(-0.6931472)
    finally:
        torch.distributions.Distribution.set_default_validate_args(True)
    with pytest.raises(ValueError, match="to be within the support"):
        torch.distributions.Bernoulli(0.5).log_prob(torch.tensor(0.5))


# A number x of the distribution function F(x; a) moves with its parameter as the quantile function of a does ----------
def below(x: float, a: float, b: float | None) -> float:
    """The regularised incomplete beta function, DLMF 8.17.8, or gamma function (no b), 8.7.1"""
    if b is not None and x > a / (a + b):
        return 1 - below(1 - x, b, a)
    term = total = 1.0
    n = 0
    while term > 1e-18 * total:
        term *= x * (1.0 if b is None else a + b + n) / (a + n + 1)
        total += term
        n += 1
    rest = -x if b is None else b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(b)
    return math.exp(a * math.log(x) - math.lgamma(a + 1) + rest) * total


def slope(x: float, a: float, b: float | None = None) -> float:
    """dx/da at a constant F: the five-point difference of quantiles, each found by bisection"""
    p, h = below(x, a, b), 2e-3 * a

    def quantile(a: float) -> float:
        low, high = x / 2, 2 * x if b is None else min(2 * x, (1 + x) / 2)
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if below(middle, a, b) < p else (low, middle)
        return low

    return (8 * (quantile(a + h) - quantile(a - h)) - quantile(a + 2 * h) + quantile(a - 2 * h)) / (12 * h)


EXACT = {
    "gamma": (lambda d, a: d.Gamma(a, 1.0), [0.25, 1.0, 3.5, 40.0]),
    "chi2": (lambda d, a: d.Chi2(2 * a), [0.25, 1.0, 12.5]),
    "beta, its first parameter": (lambda d, a: d.Beta(a, 2.5), [0.5, 1.0, 3.5, 40.0]),
    "beta, its second parameter": (lambda d, a: d.Beta(2.5, a), [0.5, 1.0, 3.5, 40.0]),
    "dirichlet": (lambda d, a: d.Dirichlet(a), [0.5, 1.0, 3.5]),
}


@pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="PyTorch approximates them")
@pytest.mark.parametrize("name", EXACT)
def test_gradients_of_gamma_and_beta_numbers_are_exact(torch: Any, name: str) -> None:
    make, values = EXACT[name]
    torch.manual_seed(5)
    for _ in range(3):
        a = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        x = make(torch.distributions, a).rsample()
        for i, (value, number) in enumerate(zip(values, x.tolist(), strict=True)):
            got = torch.autograd.grad(x[i], a, retain_graph=True)[0][i].item()
            if name == "chi2":
                expected = 2 * slope(number / 2, value)
            elif name == "dirichlet":
                expected = slope(number, value, sum(values) - value)
            elif name == "beta, its second parameter":
                expected = -slope(1 - number, value, 2.5)
            else:
                expected = slope(number, value, None if name == "gamma" else 2.5)
            assert got == pytest.approx(expected, rel=1e-9), (value, number)


def test_a_distribution_and_a_divergence_of_ones_own(torch: Any) -> None:
    d = torch.distributions

    class Point(d.Distribution):  # type: ignore[misc,name-defined]
        arg_constraints: ClassVar[Any] = {"at": d.constraints.real}
        support = d.constraints.real
        has_rsample = True

        def __init__(self, at: Any) -> None:
            self.at = at
            super().__init__(at.shape)

        @d.constraints.dependent_property(is_discrete=False, event_dim=0)
        def support_of(self) -> Any:
            return d.constraints.real

        def rsample(self, sample_shape: Any = ()) -> Any:
            return self.at + torch.zeros(self._extended_shape(sample_shape))

    @d.register_kl(Point, d.Normal)
    def _point_normal(p: Any, q: Any) -> Any:
        return -q.log_prob(p.at)

    point = Point(torch.tensor([1.0, 2.0], requires_grad=True))
    assert repr(point) == "Point(at: torch.Size([2]))" and point.sample((3,)).shape == (3, 2)
    assert not point.sample().requires_grad and point.rsample().requires_grad
    normal = d.Normal(0.0, 1.0)
    assert torch.equal(d.kl_divergence(point, normal), -normal.log_prob(point.at))

    class Sub(Point):
        pass

    assert torch.equal(d.kl_divergence(Sub(point.at), normal), -normal.log_prob(point.at))


def test_a_policy_gradient(torch: Any) -> None:
    """What reinforcement learning does with a Categorical"""
    logits = torch.zeros(3, requires_grad=True)
    torch.manual_seed(0)
    policy = torch.distributions.Categorical(logits=logits)
    action = policy.sample()
    (-policy.log_prob(action) * 2.0).backward()
    expected = [2 / 3] * 3
    expected[action.item()] -= 2.0
    assert logits.grad.tolist() == pytest.approx(expected)
