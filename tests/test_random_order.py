"""In which order random numbers go into a tensor that does not lie row by row in memory: as PyTorch puts them.

`MT_TEST_NAMESPACE=torch` runs these on PyTorch itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FILLS = {
    "uniform_": lambda torch, x: x.uniform_(),
    "random_": lambda torch, x: x.random_(1000),
    "random_ over all": lambda torch, x: x.random_(),
    "exponential_": lambda torch, x: x.exponential_(),
    "bernoulli_": lambda torch, x: x.bernoulli_(0.3),
    "bernoulli_ of a tensor": lambda torch, x: x.bernoulli_(torch.full_like(x, 0.3)),
    "xavier_uniform_": lambda torch, x: torch.nn.init.xavier_uniform_(x),
    "dropout": lambda torch, x: torch.nn.functional.dropout(x.fill_(1.0), 0.3),
    "dropout, in place": lambda torch, x: torch.nn.functional.dropout(x.fill_(1.0), 0.3, inplace=True),
    "alpha_dropout": lambda torch, x: torch.nn.functional.alpha_dropout(x.fill_(1.0), 0.3, training=True),
}


def filled(torch: Any, fill: Callable[[Any, Any], Any], x: Any) -> Any:
    torch.manual_seed(0)
    return fill(torch, x)


@pytest.mark.parametrize("name", FILLS)
def test_the_numbers_follow_the_memory_of_a_view(torch: Any, name: str) -> None:
    fill = FILLS[name]
    row_by_row = filled(torch, fill, torch.empty(5, 8))
    assert torch.equal(filled(torch, fill, torch.empty(5, 8).t()), row_by_row.t())


def test_three_dimensions_and_a_part(torch: Any) -> None:
    plain = filled(torch, FILLS["uniform_"], torch.empty(2, 3, 4))
    turned = filled(torch, FILLS["uniform_"], torch.empty(2, 3, 4).permute(2, 0, 1))
    assert torch.equal(turned, plain.permute(2, 0, 1))
    part = filled(torch, FILLS["uniform_"], torch.zeros(4, 6).t()[::2])
    assert torch.equal(part, filled(torch, FILLS["uniform_"], torch.empty(4, 3)).t())


def test_normal_numbers_of_a_view_are_made_one_by_one(torch: Any) -> None:
    x = filled(torch, lambda torch, x: x.normal_(), torch.empty(5, 4).t())
    expected = torch.tensor(
        [1.5410, -0.2934, -2.1788, 0.5684]
    )  # PyTorch 2.13.0; randn(20) begins with -1.1258, -1.1524
    assert torch.allclose(x[:, 0], expected, atol=5e-5)
    assert not torch.equal(x, filled(torch, lambda torch, x: x.normal_(), torch.empty(5, 4)).t())


def test_what_a_convolution_gives_lies_row_by_row_to_the_user(torch: Any) -> None:
    x = torch.nn.functional.conv2d(torch.ones(2, 3, 5, 5), torch.ones(4, 3, 3, 3)).fill_(1.0)
    dropped = filled(torch, FILLS["dropout"], x)
    assert torch.equal(dropped, filled(torch, FILLS["dropout"], torch.empty(2, 4, 3, 3)))


def test_gumbel_noise_is_drawn_row_by_row_however_the_logits_lie(torch: Any) -> None:
    def noise(torch: Any, x: Any) -> Any:
        return torch.nn.functional.gumbel_softmax(x.zero_())

    assert torch.equal(filled(torch, noise, torch.empty(3, 5).t()), filled(torch, noise, torch.empty(5, 3)))
