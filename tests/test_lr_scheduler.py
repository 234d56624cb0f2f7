"""Schedules: PyTorch's rates at every step (recorded), combined, jumped to, resumed, saved."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import optim_cases as cases
import pytest

RECORDED = json.loads((Path(__file__).parent / "recorded" / "optim.json").read_text())["schedules"]


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_rates_and_state_are_pytorchs(torch: Any, name: str) -> None:
    result = json.loads(json.dumps(cases.run_schedule(torch, name)))
    for key in RECORDED[name]:
        assert result[key] == RECORDED[name][key], key  # floats too, to the last bit


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")  # PyTorch's, inside combined schedules
@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_a_loaded_state_goes_on_identically(torch: Any, name: str) -> None:
    optimizer, scheduler = cases.make_schedule(torch, name)
    for step in range(17):
        cases.step_schedule(name, optimizer, scheduler, step)
    saved = copy.deepcopy([optimizer.state_dict(), scheduler.state_dict()])
    expected = [cases.step_schedule(name, optimizer, scheduler, step) for step in range(17, 40)]

    optimizer, scheduler = cases.make_schedule(torch, name)
    optimizer.load_state_dict(saved[0])
    given = dict(saved[1])
    scheduler.load_state_dict(saved[1])
    assert saved[1] == given or torch.__name__ == "torch"  # PyTorch's CyclicLR takes an entry out
    assert [cases.step_schedule(name, optimizer, scheduler, step) for step in range(17, 40)] == expected


def sgd(torch: Any, lr: Any = 1.0) -> Any:
    return torch.optim.SGD([cases.parameter(torch)], lr=lr)


def test_the_right_order_does_not_warn(torch: Any) -> None:
    optimizer = sgd(torch)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        scheduler.step()


def test_steps_before_the_schedule_was_made_do_not_count(torch: Any) -> None:
    optimizer = sgd(torch)
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
        scheduler.step()


def test_a_second_schedule_does_not_forget_the_steps(torch: Any) -> None:
    optimizer = sgd(torch)
    first = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    second = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first.step()
        second.step()


def test_a_tensor_as_rate_is_filled_in_place(torch: Any) -> None:
    lr = torch.tensor(1.0)
    optimizer = sgd(torch, lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is lr and lr.item() == 0.5
    assert scheduler.get_last_lr()[0] is not lr and scheduler.base_lrs[0].item() == 1.0


def test_a_schedule_of_ones_own_under_the_old_base_name(torch: Any) -> None:
    class Inverse(torch.optim.lr_scheduler._LRScheduler):  # type: ignore[misc,name-defined]
        def get_lr(self) -> list[float]:
            return [base / (1 + self.last_epoch) for base in self.base_lrs]

    optimizer = sgd(torch)
    scheduler = Inverse(optimizer)
    rates = []
    for _ in range(3):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates == [1.0, 1 / 2, 1 / 3]
    assert isinstance(scheduler, torch.optim.lr_scheduler.LRScheduler)


def test_schedulers_of_two_optimizers_cannot_be_combined(torch: Any) -> None:
    schedules = torch.optim.lr_scheduler
    a, b = sgd(torch), sgd(torch)
    for combine in (
        lambda s: schedules.SequentialLR(a, s, [1]),
        lambda s: schedules.ChainedScheduler(s),
    ):
        with pytest.raises(
            ValueError, match="expects all schedulers to belong to the same optimizer, but got scheduler"
        ):
            combine([schedules.StepLR(a, 1), schedules.StepLR(b, 1)])


def test_warm_restarts_take_fractions_of_an_epoch(torch: Any) -> None:
    optimizer = sgd(torch)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2)
    optimizer.step()
    scheduler.step(0.5)
    assert scheduler.get_last_lr()[0] == pytest.approx(0.8535533905932737, abs=1e-15)
    scheduler.step(2.5)
    assert scheduler.get_last_lr()[0] == pytest.approx(0.8535533905932737, abs=1e-15)


def test_plateau_takes_a_tensor_and_counts(torch: Any) -> None:
    optimizer = sgd(torch)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, cooldown=1)
    for loss in (1.0, 1.0, 1.0):
        scheduler.step(torch.tensor(loss))
    assert optimizer.param_groups[0]["lr"] == 0.1 and scheduler.in_cooldown
