"""Pruned, orthogonal and projected layers, and converted normalisations."""

from __future__ import annotations

import importlib
from typing import Any

import pytest


def test_pruning_goes_on_and_off(torch: Any) -> None:
    torch.manual_seed(0)  # of some weights the first pruning takes a whole row
    prune = importlib.import_module(f"{torch.__name__}.nn.utils.prune")
    layer = torch.nn.Linear(3, 4)
    before = layer.weight.detach().clone()
    prune.l1_unstructured(layer, "weight", amount=5)
    assert list(layer.state_dict()) == ["bias", "weight_orig", "weight_mask"]
    order = before.abs().reshape(-1).argsort()
    assert not layer.weight.reshape(-1)[order[:5]].any() and (layer.weight_mask == 0).sum() == 5
    prune.ln_structured(layer, "weight", amount=0.5, n=2, dim=0)
    assert (layer.weight_mask.sum(1) == 0).sum() == 2 and prune.is_pruned(layer)
    layer(torch.ones(1, 3)).sum().backward()
    assert torch.equal(layer.weight_orig.grad, layer.weight_mask)
    prune.remove(layer, "weight")
    assert not prune.is_pruned(layer) and [n for n, _ in layer.named_parameters()] == ["bias", "weight"]
    with pytest.raises(ValueError, match="has to be pruned before pruning can be removed"):
        prune.remove(layer, "weight")


def test_global_pruning_takes_the_smallest_of_all(torch: Any) -> None:
    prune = importlib.import_module(f"{torch.__name__}.nn.utils.prune")
    layers = torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)
    values = torch.cat([layer.weight.detach().abs().reshape(-1) for layer in layers])
    prune.global_unstructured([(layer, "weight") for layer in layers], prune.L1Unstructured, amount=0.5)
    mask = torch.cat([layer.weight_mask.reshape(-1) for layer in layers])
    assert values[mask == 0].max() < values[mask == 1].min() and mask.sum() == 10


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3)])
@pytest.mark.parametrize("orthogonal_map", ["matrix_exp", "cayley", "householder"])
def test_orthogonal_weights_stay_so(torch: Any, orthogonal_map: str, shape: tuple[int, int]) -> None:
    layer = torch.nn.Linear(*shape).double()
    torch.nn.utils.parametrizations.orthogonal(layer, orthogonal_map=orthogonal_map)
    step = torch.optim.SGD(layer.parameters(), 0.1)
    for _ in range(2):
        layer(torch.ones(2, shape[0]).double()).pow(2).sum().backward()
        step.step()
    w = layer.weight if shape[1] <= shape[0] else layer.weight.T
    assert torch.allclose(w @ w.T, torch.eye(min(shape)).double())


def test_a_projected_lstm_is_its_steps(torch: Any) -> None:
    layer = torch.nn.LSTM(3, 5, proj_size=2).double()
    x = torch.linspace(-1, 1, 24).double().reshape(4, 2, 3)
    output, (last, cell) = layer(x)
    h, c = torch.zeros(2, 2).double(), torch.zeros(2, 5).double()
    for t in range(4):
        gates = x[t] @ layer.weight_ih_l0.T + layer.bias_ih_l0 + h @ layer.weight_hh_l0.T + layer.bias_hh_l0
        i, f, g, o = gates.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = (o.sigmoid() * c.tanh()) @ layer.weight_hr_l0.T
        assert torch.allclose(output[t], h)
    assert torch.allclose(last[0], h) and torch.allclose(cell[0], c)
    again = torch.lstm(x, (last * 0, cell * 0), list(layer.parameters()), True, 1, 0.0, False, False, False)
    assert torch.equal(again[0], output)


@pytest.mark.parametrize(("dtype", "name"), [("float32", "MkldnnRnnLayerBackward0"), ("float64", "StackBackward0")])
def test_the_name_of_an_lstm_in_the_graph(torch: Any, dtype: str, name: str) -> None:
    kind = getattr(torch, dtype)
    output, _ = torch.nn.LSTM(3, 5, dtype=kind)(torch.zeros(4, 2, 3, dtype=kind))
    assert output.grad_fn.name() == name


def test_batch_norms_become_synchronised(torch: Any) -> None:
    model = torch.nn.Sequential(torch.nn.BatchNorm1d(3), torch.nn.Sequential(torch.nn.BatchNorm2d(2)))
    keys = list(model.state_dict())
    made = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
    assert isinstance(made[0], torch.nn.SyncBatchNorm) and isinstance(made[1][0], torch.nn.SyncBatchNorm)
    assert list(made.state_dict()) == keys


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_spectral_norm_takes_the_outputs_of_a_transposed_convolution_as_rows(torch: Any, axes: int) -> None:
    layer = getattr(torch.nn, f"ConvTranspose{axes}d")(3, 5, 2)
    torch.nn.utils.parametrizations.spectral_norm(layer)
    assert layer.parametrizations.weight[0]._u.shape == (5,)
    old = torch.nn.utils.spectral_norm(getattr(torch.nn, f"ConvTranspose{axes}d")(3, 5, 2))
    assert old.weight_u.shape == (5,)
