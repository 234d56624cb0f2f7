"""Lazy layers, as recorded from PyTorch."""

from __future__ import annotations

from typing import Any

import pytest
from nn_cases import lazy, sequence
from nn_cases.common import compare, raised, run

RECORDED = sequence.load()


@pytest.mark.parametrize("name", lazy.CASES)
def test_as_recorded(torch: Any, name: str) -> None:
    # Layers in float32: PyTorch takes the sums in another order, and normalisation magnifies the difference
    compare(run({name: lazy.CASES[name]}, torch)[name], RECORDED[name], rtol=5e-6, atol=5e-7)


def test_the_recording_is_of_these_cases() -> None:
    assert set(RECORDED) == {*lazy.CASES, *sequence.CASES}


def test_a_lazy_module_of_ones_own(torch: Any) -> None:
    nn = torch.nn
    mixin = nn.modules.lazy.LazyModuleMixin

    class Scale(mixin, nn.Module):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.UninitializedParameter()

        def initialize_parameters(self, x: Any) -> None:
            with torch.no_grad():
                self.scale.materialize((x.shape[-1],))
                self.scale.fill_(2.0)

        def forward(self, x: Any) -> Any:
            return x * self.scale

    class Forgets(mixin, nn.Module):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.UninitializedParameter()

        def initialize_parameters(self, x: Any) -> None:
            pass

    layer = Scale()
    assert layer.has_uninitialized_params()
    assert torch.equal(layer(torch.ones(2, 3)), torch.full((2, 3), 2.0)) and type(layer) is Scale
    assert not layer.has_uninitialized_params() and isinstance(layer.scale, nn.Parameter)
    assert raised(lambda: Forgets()(torch.ones(2))).startswith(
        "RuntimeError: module Forgets has not been fully initialized"
    )
    assert raised(lambda: mixin.initialize_parameters(layer)) == (
        "NotImplementedError: initialize_parameters is not implemented for Scale"
    )


def test_an_error_at_the_first_call_leaves_the_layer_lazy(torch: Any) -> None:
    layer = torch.nn.LazyConv2d(4, 3)
    assert raised(lambda: layer(torch.ones(2, 2))).startswith("RuntimeError: Expected 3D (unbatched) or 4D (batched)")
    assert type(layer) is torch.nn.LazyConv2d and layer(torch.ones(1, 2, 5, 5)).shape == (1, 4, 3, 3)
