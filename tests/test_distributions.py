"""Distributions: PyTorch's samples from the same seed, densities, gradients, texts and errors (recorded)."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, ClassVar

import distribution_cases as cases
import numpy as np
import pytest

RECORDED = json.loads((Path(__file__).parent / "recorded" / "distributions.json").read_text())


KINDS = (
    "Normal", "LogNormal", "Laplace", "Uniform", "Exponential", "Bernoulli", "Geometric", "Binomial", "Poisson",
    "Categorical", "OneHotCategorical", "Multinomial", "Independent", "MultivariateNormal", "Gamma", "Dirichlet",
    "StudentT", "TransformedDistribution",
)  # fmt: skip


APPROXIMATED = {f"{name}: rsample grads" for name in ("gamma", "chi2", "beta", "dirichlet", "student t")}
"""PyTorch's gradients of these numbers are approximations of a relative error of about 1e-3"""


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
        module = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")
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
