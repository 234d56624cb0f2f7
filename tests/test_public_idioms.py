"""Small things that published programs rely on: names of a module's inside, old constructors, `__module__`."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest


@pytest.mark.parametrize("data", [range(3), deque([0, 1, 2]), (0, 1, 2)], ids=["range", "deque", "tuple"])
def test_the_old_constructors_take_any_sequence(torch: Any, data: Any) -> None:
    assert torch.LongTensor(data).tolist() == [0, 1, 2]
    assert torch.LongTensor(data).dtype == torch.int64
    assert torch.Tensor(data).dtype == torch.float32
    assert torch.Tensor(data).tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(("data", "text"), [("ab", "invalid data type 'str'"), ({1, 2}, "be a sequence \\(got set\\)")])
def test_the_old_constructor_refuses_what_is_none(torch: Any, data: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        torch.Tensor(data)


def test_a_recurrent_layer_names_its_weights_in_order(torch: Any) -> None:
    layer = torch.nn.GRU(3, 4, num_layers=2, bidirectional=True)
    names = [name for name, _ in layer.named_parameters()]
    assert layer._flat_weights_names == names
    for name in layer._flat_weights_names:
        if "weight" in name:
            torch.nn.init.zeros_(layer._parameters[name])
    assert [w is p for w, p in zip(layer._flat_weights, layer.parameters(), strict=True)] == [True] * 16
    assert layer._flat_weights[0].abs().sum() == 0
    assert torch.nn.LSTM(2, 3, bias=False)._flat_weights_names == ["weight_ih_l0", "weight_hh_l0"]


def test_a_schedule_is_told_from_a_function_by_its_module(torch: Any) -> None:
    schedulers = torch.optim.lr_scheduler
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    for name in ("StepLR", "OneCycleLR", "SequentialLR", "ReduceLROnPlateau", "CosineAnnealingLR", "LRScheduler"):
        assert getattr(schedulers, name).__module__ == schedulers.__name__
    assert schedulers.StepLR(optimizer, 1).__module__ == schedulers.__name__


def test_assert_in_a_model(torch: Any) -> None:
    torch._assert(True, "not shown")
    with pytest.raises(AssertionError, match="Expected 3 dimensions"):
        torch._assert(torch.zeros(2).dim() == 3, "Expected 3 dimensions")


def test_one_drawn_number_stays_of_its_dtype(torch: Any) -> None:
    zero, one = torch.tensor(0.0), torch.tensor(1.0)
    draws = [torch.normal(zero, one), torch.normal(zero), torch.distributions.Normal(zero, one).sample()]
    assert [d.tanh().dtype for d in draws] == [torch.float32] * 3
    draws.append(torch.randint_like(zero, 5))
    for d in draws:
        before = d.clone()
        d += 1  # in place: the number must be an array's element
        assert (d - before).item() == pytest.approx(1.0)
