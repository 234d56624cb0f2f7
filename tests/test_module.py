"""Module and containers: as recorded from PyTorch, and what is ours: freezing, notes on errors, nearest names."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from nn_cases import containers, hooks, modules, utilities
from nn_cases.common import compare, load, raised, run

RECORDED = load()
CASES = {**modules.CASES, **containers.CASES, **hooks.CASES, **utilities.CASES}


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
@pytest.mark.parametrize("name", CASES)
def test_as_recorded(torch: Any, name: str) -> None:
    compare(run({name: CASES[name]}, torch)[name], RECORDED[name])


@pytest.fixture
def mt() -> Any:
    return pytest.importorskip("minitorch_nn")


def notes(f: Any) -> list[str]:
    try:
        f()
    except Exception as error:
        return list(getattr(error, "__notes__", []))
    raise AssertionError("nothing was raised")


def test_error_names_the_layer_that_raised(mt: Any) -> None:
    nn = mt.nn
    inner = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(5, 4, 3))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 1)
            self.layers = nn.ModuleList([inner])

        def forward(self, x: Any) -> Any:
            return self.layers[0](self.stem(x))

    net = Net()
    assert notes(lambda: net(mt.zeros(2, 3, 8, 8))) == ["in layers.0.1 (Conv2d): input (2, 4, 8, 8)"]
    assert notes(lambda: net(mt.zeros(2, 4, 8, 8))) == ["in stem (Conv2d): input (2, 4, 8, 8)"]
    assert notes(lambda: inner(mt.zeros(2, 4, 8, 8))) == ["in 1 (Conv2d): input (2, 4, 8, 8)"]
    assert notes(lambda: nn.Linear(2, 2)(mt.zeros(3))) == ["in Linear: input (3,)"]
    first_line = raised(lambda: net(mt.zeros(2, 3, 8, 8)))
    assert first_line.startswith(
        "RuntimeError: Given groups=1, weight of size [4, 5, 3, 3], expected input[2, 4, 8, 8]"
    )


def test_error_passed_through_two_models_is_named_in_each(mt: Any) -> None:
    """An error caught in one model and raised again in another is not named by a layer of the first."""
    nn = mt.nn
    broken = nn.Linear(2, 2)

    class Catches(nn.Module):
        def forward(self, x: Any) -> Any:
            try:
                return broken(x)
            except RuntimeError as error:
                raise ValueError("other") from error

    assert notes(lambda: nn.Sequential(Catches())(mt.zeros(3))) == ["in 0 (Catches): input (3,)"]


def test_unknown_attribute_shows_the_nearest(mt: Any) -> None:
    class Net(mt.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = mt.nn.Conv2d(1, 1, 1)
            self.register_buffer("mean", mt.zeros(1))

    net = Net()
    assert raised(lambda: net.cnv1) == "AttributeError: 'Net' object has no attribute 'cnv1'\nDid you mean 'conv1'?"
    assert raised(lambda: net.maen) == "AttributeError: 'Net' object has no attribute 'maen'\nDid you mean 'mean'?"
    assert raised(lambda: net.zzz) == "AttributeError: 'Net' object has no attribute 'zzz'"
    assert raised(lambda: net.get_submodule("conv2")).endswith("has no attribute `conv2`\nDid you mean 'conv1'?")
    assert getattr(net, "cnv1", 3) == 3


def test_state_dict_advice(mt: Any) -> None:
    linear = mt.nn.Linear(2, 2)
    state = linear.state_dict()
    prefixed = {f"module.{k}": v for k, v in state.items()}
    assert raised(lambda: linear.load_state_dict(prefixed)).endswith(
        '\n\tThe names differ by the prefix "module.": load {k.removeprefix("module."): v, ...}.'
    )
    misspelt = {"wieght": state["weight"], "bias": state["bias"]}
    assert raised(lambda: linear.load_state_dict(misspelt)).endswith('\n\tDid you mean "weight" by "wieght"?')


def test_only_the_cpu(mt: Any) -> None:
    m = mt.nn.Linear(2, 2)
    for use in (m.cuda, lambda: m.to("cuda"), lambda: m.to(device="cuda:0"), lambda: mt.nn.Linear(2, 2, device="cuda")):
        with pytest.raises(RuntimeError, match="CPU only"):
            use()
    assert m.to("cpu") is m and m.cpu() is m
    with pytest.raises(TypeError, match="unexpected keyword argument 'memory_formt'"):
        m.to(memory_formt=1)


# ---- freezing -------------------------------------------------------------------------------------------------------


def small_net(mt: Any) -> Any:
    nn = mt.nn
    body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5), nn.Flatten())
    return nn.Sequential(body, nn.Linear(8, 2))


def test_freeze_is_sticky_recursive_and_idempotent(mt: Any) -> None:
    net = small_net(mt)
    body = net[0]
    assert body.freeze() is body and body.freeze() is body
    for _ in range(2):
        assert net.train() is net
        assert [m.training for m in net.modules()] == [True, *[False] * 5, True]
    assert [p.requires_grad for p in net.parameters()] == [False] * 4 + [True] * 2
    x = mt.randn(4, 1, 4, 4)
    before = {k: v.clone() for k, v in body.state_dict().items()}
    first = body(x)
    net(x).sum().backward()
    assert mt.equal(body(x), first)  # no dropout, no statistics: a fixed function
    assert all(mt.equal(v, before[k]) for k, v in body.state_dict().items())
    assert [p.grad is None for p in net.parameters()] == [True] * 4 + [False] * 2
    assert not first.requires_grad


def test_unfreeze_brings_back_the_mode_asked_for_last(mt: Any) -> None:
    net = small_net(mt)
    net.freeze()
    assert net.unfreeze() is net
    assert all(m.training for m in net.modules()) and all(p.requires_grad for p in net.parameters())
    net[0].freeze()
    net.eval()
    net.unfreeze()
    assert not any(m.training for m in net.modules())
    net.unfreeze()
    assert not any(m.training for m in net.modules())
    net.train()
    net[0][1].freeze()
    assert [m.training for m in net.modules()] == [True, True, True, False, True, True, True]


def test_a_frozen_prefix_records_nothing(mt: Any) -> None:
    """No node of the graph belongs to the frozen part, so backward does not visit it."""
    net = small_net(mt)
    net[0].freeze()
    names, stack = set(), [net(mt.randn(4, 1, 4, 4)).grad_fn]
    while stack:
        node = stack.pop()
        names.add(type(node).__name__)
        stack += [edge for edge, _ in node.next_functions if edge is not None]
    assert names == {"AddmmBackward0", "AccumulateGrad", "TBackward0"}


def test_requires_grad_alone_does_not_stop_statistics(mt: Any) -> None:
    net = small_net(mt).requires_grad_(False)
    before = net[0][1].running_mean.clone()
    net(mt.ones(2, 1, 4, 4))
    assert not mt.equal(net[0][1].running_mean, before)


def test_a_layer_added_to_a_frozen_model_is_not_frozen(mt: Any) -> None:
    net = small_net(mt).freeze()
    net.append(mt.nn.Linear(2, 2))
    net.train()
    assert net[2].training and net[2].weight.requires_grad and not net[1].weight.requires_grad


def test_copies_of_a_frozen_model_are_frozen(mt: Any) -> None:
    net = small_net(mt).freeze()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        other.train()
        assert not any(m.training for m in other.modules()) and not any(p.requires_grad for p in other.parameters())


def test_clipping_nothing_warns(mt: Any) -> None:
    with pytest.warns(UserWarning, match="`parameters` is an empty generator"):
        mt.nn.utils.clip_grad_norm_((p for p in []), 1.0)


# ---- other details of ours ------------------------------------------------------------------------------------------


def test_pickle_keeps_everything(mt: Any) -> None:
    net = small_net(mt)
    other = pickle.loads(pickle.dumps(net))
    assert repr(other) == repr(net)
    assert all(mt.equal(a, b) for a, b in zip(net.state_dict().values(), other.state_dict().values(), strict=True))
    assert [type(p).__name__ for p in other.parameters()] == ["Parameter"] * 6


def test_hooked_module_without_gradient_costs_no_graph(mt: Any) -> None:
    m = mt.nn.Linear(2, 2).requires_grad_(False)
    m.register_full_backward_hook(lambda *args: None)
    assert m(mt.ones(1, 2)).grad_fn is None


def test_backward_hook_in_double_backward(mt: Any) -> None:
    """Hooks run under create_graph with Tensors that are part of the graph."""
    seen = []
    m = mt.nn.Tanh()
    m.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append(grad_input[0].requires_grad))
    x = mt.tensor([0.3, 0.5], dtype=mt.float64, requires_grad=True)
    (g,) = mt.autograd.grad(m(x).sum(), x, create_graph=True)
    (gg,) = mt.autograd.grad(g.sum(), x)
    t = mt.tanh(x.detach())
    assert seen == [True]
    assert mt.allclose(gg, -2 * t * (1 - t * t))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (lambda mt: mt.nn.Linear(2, 2, bias=True, device="cpu"), "bias=True"),
        (lambda mt: mt.nn.Linear(2, 2, dtype=mt.float64), "out_features=2"),
    ],
)
def test_device_and_dtype_arguments(mt: Any, source: Any, text: str) -> None:
    assert text in repr(source(mt))
    assert mt.nn.Linear(2, 2, dtype=mt.float64).weight.dtype == mt.float64
