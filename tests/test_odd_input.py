"""Odd numbers where a series or a recurrence is computed: nan, infinities, huge ones. Each call ends, and soon."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import minitorch_nn as torch

POLYNOMIALS = [
    *(f"chebyshev_polynomial_{k}" for k in "tuvw"),
    *(f"shifted_chebyshev_polynomial_{k}" for k in "tuvw"),
    *("hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"),
]


@pytest.mark.parametrize("name", POLYNOMIALS)
@pytest.mark.parametrize("degree", [math.nan, math.inf, -math.inf, 1e300, -3.0])
def test_a_polynomial_of_no_degree_is_0(name: str, degree: float) -> None:
    x = torch.tensor([0.5, 2.0, -3.0, math.inf], dtype=torch.float64)
    out = getattr(torch.special, name)(x, torch.tensor(degree, dtype=torch.float64))
    assert out.tolist() == [0.0] * 4


@pytest.mark.parametrize("name", [name for name in POLYNOMIALS if "laguerre" not in name])
def test_a_polynomial_that_overflows_ends_as_nan(name: str) -> None:
    x = torch.tensor([3.0, -4.0, math.nan], dtype=torch.float64)
    out = getattr(torch.special, name)(x, torch.tensor([1e12, 1e12, 2.0], dtype=torch.float64))
    assert not out.isfinite().any()


def test_a_derivative_of_digamma_whose_factorial_overflows() -> None:
    out = torch.polygamma(200, torch.tensor([0.5, 700.0], dtype=torch.float64))
    assert out[0] == -math.inf
    assert out[1].isnan()


@pytest.mark.parametrize("shape", [1e9, 1e15, 1e30])
def test_the_gradient_of_a_gamma_number_of_large_shape(shape: float) -> None:
    torch.manual_seed(0)
    a = torch.tensor([shape], dtype=torch.float64, requires_grad=True)
    torch.distributions.Gamma(a, 1.0).rsample().backward()
    assert abs(a.grad.item() - 1) < 1e-3


@pytest.mark.parametrize("shape", [math.nan, -3.0])
def test_a_gamma_number_of_no_shape_is_nan(shape: float) -> None:
    a = torch.tensor([shape])
    assert torch.distributions.Gamma(a, 1.0, validate_args=False).sample().isnan().all()


CONCENTRATIONS = [[3.0], [1000.0, 0.001], [1e9, 3.0], [1e12, 1e12], [1e30, 1.0]]


@pytest.mark.parametrize("concentration", CONCENTRATIONS, ids=str)
def test_the_gradient_of_dirichlet_numbers_at_the_edge(concentration: list[float]) -> None:
    torch.manual_seed(0)
    a = torch.tensor(concentration, requires_grad=True)
    torch.distributions.Dirichlet(a).rsample().pow(2).sum().backward()
    assert a.grad.isfinite().all()
    if len(concentration) == 1:  # the number is 1 whatever the parameter is
        assert a.grad.tolist() == [0.0]


def test_large_and_small_parameters_agree_where_the_gradients_formula_changes(monkeypatch: Any) -> None:
    from minitorch_nn.distributions import gamma_numbers

    a, total = np.array([9e5, 9.5e5]), np.array([1.8e6, 1.9e6])
    drawn = a + np.array([1.3, -2.2]) * np.sqrt(a)
    share = a / total + np.array([1.0, -2.0]) * np.sqrt(a * (total - a) / total**3)

    def slopes() -> list[Any]:
        x, y, alpha, both = map(torch.tensor, (drawn, share, a, total))
        return [gamma_numbers.gamma_slope(alpha, x).numpy(), gamma_numbers.beta_slope(y, alpha, both).numpy()]

    series = slopes()
    monkeypatch.setattr(gamma_numbers, "_LARGE", 1e5)
    for by_expansion, by_series, rtol in zip(slopes(), series, (1e-10, 1e-5), strict=True):
        np.testing.assert_allclose(by_expansion, by_series, rtol=rtol)


def test_the_gradient_of_a_long_running_product_with_a_zero() -> None:
    n = 20_000  # a square of them would not fit into memory
    x = torch.ones(n, dtype=torch.float64)
    x[3] = 0
    x.requires_grad_()
    torch.cumprod(x, 0).sum().backward()
    assert x.grad[:5].tolist() == [3.0, 2.0, 1.0, n - 3.0, 0.0]
