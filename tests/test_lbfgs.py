"""L-BFGS and averaged weights: PyTorch's losses and values (recorded), resuming, and what is kept."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import lbfgs_cases as cases
import numpy as np
import pytest

RECORDED = json.loads((Path(__file__).parent / "recorded" / "lbfgs.json").read_text())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", cases.LBFGS)
def test_every_loss_is_pytorchs(torch: Any, name: str, dtype: str) -> None:
    result = cases.minimise(torch, name, dtype)
    expected = RECORDED["lbfgs"][f"{name}/{dtype}"]
    assert result["keys"] == expected["keys"]
    if dtype == "float64":
        assert result["counts"] == expected["counts"]
    # An iteration magnifies the last bit's rounding about twofold (PyTorch started one bit beside drifts as fast), so
    # only the first evaluations can be compared closely.
    n, tolerance = (40, 1e-8) if dtype == "float64" else (10, 5e-4)
    np.testing.assert_allclose(result["losses"][:n], expected["losses"][:n], rtol=tolerance, atol=1e-12)
    np.testing.assert_allclose(result["returned"][0], expected["returned"][0], rtol=tolerance)
    if dtype == "float64":
        np.testing.assert_allclose(result["params"][0], expected["params"][0], rtol=tolerance)


@pytest.mark.parametrize("name", cases.AVERAGES)
def test_averages_are_pytorchs(torch: Any, name: str) -> None:
    result, expected = cases.average(torch, name), RECORDED["averages"][name]
    assert result["state"].keys() == expected["state"].keys() and result["momentum"] == expected["momentum"]
    for key, value in expected["state"].items():
        np.testing.assert_allclose(result["state"][key], value, rtol=1e-6, atol=1e-7, err_msg=key)
    for ours, theirs in zip(result["norm"], expected["norm"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(result["output"], expected["output"], rtol=1e-6, atol=1e-7)


def test_a_loaded_state_goes_on_identically(torch: Any) -> None:
    """The third and fourth step from a saved state, against four steps in one go"""

    def stepped(params: list[Any], optimizer: Any, loss_of: Any, steps: int) -> None:
        def closure() -> Any:
            optimizer.zero_grad()
            loss = loss_of()
            loss.backward()
            return loss

        for _ in range(steps):
            optimizer.step(closure)

    problem, options = cases.LBFGS["rosenbrock wolfe"]
    params, loss_of = problem(torch, "float64")
    optimizer = torch.optim.LBFGS(params, **options)
    stepped(params, optimizer, loss_of, 2)
    saved, values = copy.deepcopy(optimizer.state_dict()), [p.tolist() for p in params]
    stepped(params, optimizer, loss_of, 2)

    again, loss_of = problem(torch, "float64")
    with torch.no_grad():
        for p, value in zip(again, values, strict=True):
            p.copy_(torch.tensor(value, dtype=torch.float64))
    resumed = torch.optim.LBFGS(again, **options)
    resumed.load_state_dict(saved)
    stepped(again, resumed, loss_of, 2)
    assert [p.tolist() for p in again] == [p.tolist() for p in params]


def test_a_step_without_closure_is_refused(torch: Any) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'closure'"):
        torch.optim.LBFGS([torch.ones(1, requires_grad=True)]).step()


def test_the_averaged_model_is_a_copy(torch: Any) -> None:
    model = torch.nn.Linear(2, 1)
    averaged = torch.optim.swa_utils.AveragedModel(model)
    averaged.update_parameters(model)
    assert torch.equal(averaged.module.weight, model.weight) and averaged.module.weight is not model.weight
    assert averaged.n_averaged.item() == 1 and averaged.module.weight.requires_grad
    with torch.no_grad():
        model.weight.fill_(5.0)
    assert not torch.equal(averaged.module.weight, model.weight)


def test_statistics_are_not_touched_where_there_are_none(torch: Any) -> None:
    model = torch.nn.Linear(2, 1)
    model.eval()
    torch.optim.swa_utils.update_bn([torch.ones(1, 2)], model)
    assert not model.training
