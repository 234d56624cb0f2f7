"""Initialisation: the same seed gives PyTorch's numbers, and leaves the generator where PyTorch does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from nn_cases import inits
from nn_cases.common import compare, load, run

RECORDED = load()


@pytest.mark.filterwarnings("ignore:mean is more than 2 std")
@pytest.mark.parametrize("name", inits.CASES)
def test_as_recorded(torch: Any, name: str) -> None:
    got = run({name: inits.CASES[name]}, torch)[name]
    # QR comes from another linear algebra library than PyTorch's, logarithms from another mathematical one.
    rtol, atol = (1e-10, 1e-12) if "float64" in name else (1e-6, 1e-7)
    compare(got, RECORDED[name], rtol, atol)


def test_uniform_draws_are_equal_to_the_bit(torch: Any) -> None:
    for name, want in RECORDED.items():
        if name.startswith(
            ("init/uniform_", "init/kaiming_uniform_", "init/xavier_uniform_", "init/layer Linear", "init/layer Conv")
        ):
            for g, w in zip(run({name: inits.CASES[name]}, torch)[name], want, strict=True):
                if isinstance(w, np.ndarray):
                    np.testing.assert_array_equal(g, w, err_msg=name)


def test_init_does_not_record(torch: Any) -> None:
    p = torch.nn.Parameter(torch.zeros(3, 3))
    torch.nn.init.orthogonal_(torch.nn.init.normal_(p))
    assert p.is_leaf and p.requires_grad and p.grad_fn is None


def test_generator_argument(torch: Any) -> None:
    def draw(seed: int) -> Any:
        return torch.nn.init.kaiming_normal_(torch.zeros(4, 5), generator=torch.Generator().manual_seed(seed))

    torch.manual_seed(1)
    undisturbed = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(draw(3), draw(3)) and not torch.equal(draw(3), draw(4))
    assert torch.equal(torch.rand(3), undisturbed)


def test_warnings(torch: Any) -> None:
    init = torch.nn.init
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        init.kaiming_uniform_(torch.zeros(0, 3))
    with pytest.warns(UserWarning, match="mean is more than 2 std from"):
        init.trunc_normal_(torch.zeros(2), mean=5.0)
    with pytest.warns(
        FutureWarning, match="`nn.init.xavier_normal` is now deprecated in favor of `nn.init.xavier_normal_`"
    ):
        init.xavier_normal(torch.zeros(2, 2))
