"""Optimizers: PyTorch's values over 50 steps (recorded), texts, state, hooks, and the memory they work in."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import optim_cases as cases
import pytest

RECORDED = Path(__file__).parent / "recorded"
VALUES = np.load(RECORDED / "optim.npz")
TEXTS = json.loads((RECORDED / "optim.json").read_text())

DTYPES = ("float32", "float64")


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.fixture
def ours(torch: Any) -> Any:
    if torch.__name__ == "torch":
        pytest.skip("about the inside of this package")
    return torch


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_values_over_50_steps(torch: Any, name: str, dtype: str) -> None:
    result = cases.run_optimizer(torch, name, dtype)
    # PyTorch multiplies and adds with one rounding where NumPy needs two: the last bits of the largest number differ.
    tolerance = 1e-6 if dtype == "float32" else 2e-15
    for key in ("values", "state"):
        expected = VALUES[f"{name}/{dtype}/{key}"]
        scale = np.abs(expected).max(initial=0.0)
        np.testing.assert_allclose(result[key], expected, rtol=20 * tolerance, atol=tolerance * scale)
    assert result["values"].dtype == dtype


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_printed_text_groups_and_layout_of_the_state(torch: Any, name: str) -> None:
    for dtype in DTYPES:
        assert as_json(cases.run_optimizer(torch, name, dtype)["text"]) == TEXTS["optimizers"][f"{name}/{dtype}"]


@pytest.mark.parametrize("name", cases.MISUSE)
def test_misuse_raises_and_warns_as_pytorch(torch: Any, name: str) -> None:
    assert as_json(cases.run_misuse(torch, name)) == TEXTS["misuse"][name]


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_a_loaded_state_goes_on_identically(torch: Any, name: str) -> None:
    straight = cases.make_params(torch, "float32")
    cases.run_steps(torch, cases.OPTIMIZERS[name](torch, straight), straight, "float32")

    params = cases.make_params(torch, "float32")
    optimizer = cases.OPTIMIZERS[name](torch, params)
    cases.run_steps(torch, optimizer, params, "float32", stop=20)
    saved = copy.deepcopy(optimizer.state_dict())
    again = [p.detach().clone().requires_grad_() for p in params]
    resumed = cases.OPTIMIZERS[name](torch, again)
    resumed.load_state_dict(saved)
    cases.run_steps(torch, resumed, again, "float32", start=20)
    assert cases.flat(again).tobytes() == cases.flat(straight).tobytes()


def one(torch: Any, **options: Any) -> tuple[Any, Any]:
    """A parameter (1, 2) with gradient (1, -1), and an SGD on it."""
    p = cases.parameter(torch)
    p.grad = torch.tensor([1.0, -1.0])
    return p, torch.optim.SGD([p], **{"lr": 0.5, **options})


def test_sgd_by_hand(torch: Any) -> None:
    p, optimizer = one(torch, momentum=0.5)
    for expected in ([0.5, 2.5], [-0.25, 3.25], [-1.125, 4.125]):  # velocities 1, 1.5, 1.75
        optimizer.step()
        assert p.tolist() == expected


def test_the_first_momentum_is_the_gradient_and_a_copy_of_it(torch: Any) -> None:
    p, optimizer = one(torch, momentum=0.5, dampening=0.75)
    optimizer.step()
    p.grad.zero_()
    assert optimizer.state[p]["momentum_buffer"].tolist() == [1.0, -1.0]
    assert optimizer.state_dict()["state"][0]["momentum_buffer"] is optimizer.state[p]["momentum_buffer"]


def test_a_parameter_without_gradient_is_skipped(torch: Any) -> None:
    p, q = cases.parameter(torch), cases.parameter(torch)
    p.grad = torch.tensor([1.0, 1.0])
    optimizer = torch.optim.Adam([p, q], weight_decay=0.5)
    optimizer.step()
    assert q.tolist() == [1.0, 2.0] and list(optimizer.state_dict()["state"]) == [0]


def test_zero_grad(torch: Any) -> None:
    p, optimizer = one(torch)
    grad = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is grad and grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert p.grad is None


def test_zero_grad_of_a_gradient_with_history(torch: Any) -> None:
    p = cases.parameter(torch)
    (p.grad,) = torch.autograd.grad((p * p).sum(), p, create_graph=True)
    optimizer = torch.optim.SGD([p])
    optimizer.zero_grad(set_to_none=False)
    assert not p.grad.requires_grad and p.grad.tolist() == [0.0, 0.0]


def test_closure_runs_with_gradients_and_its_loss_is_returned(torch: Any) -> None:
    p = cases.parameter(torch)
    optimizer = torch.optim.SGD([p], lr=0.25)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 5.0
    assert p.tolist() == [0.5, 1.0]
    assert optimizer.step() is None


def test_parameters_of_a_graph_are_changed_in_place_and_it_notices(torch: Any) -> None:
    p, optimizer = one(torch)
    loss = (p * p).sum()
    optimizer.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_added_groups(torch: Any) -> None:
    p, optimizer = one(torch, momentum=0.5)
    q = cases.parameter(torch)
    optimizer.add_param_group({"params": q, "lr": 1.0})
    q.grad = torch.tensor([1.0, 1.0])
    optimizer.step()
    assert p.tolist() == [0.5, 2.5] and q.tolist() == [0.0, 1.0]
    assert [group["momentum"] for group in optimizer.param_groups] == [0.5, 0.5]
    for make in (torch.optim.Adagrad, torch.optim.Adam, torch.optim.RMSprop, torch.optim.Adadelta):
        late = make([p])
        late.add_param_group({"params": [q]})
        late.step()
        assert list(late.state_dict()["state"]) == [0, 1]


def test_named_parameters(torch: Any) -> None:
    p = cases.parameter(torch)
    named = torch.optim.SGD([("weight", p)], lr=0.1)
    assert named.param_groups[0]["params"] == [p] and named.param_groups[0]["param_names"] == ["weight"]
    assert named.state_dict()["param_groups"][0]["param_names"] == ["weight"]
    named.load_state_dict(torch.optim.SGD([cases.parameter(torch)], lr=0.3).state_dict())
    assert named.param_groups[0]["param_names"] == ["weight"] and named.param_groups[0]["lr"] == 0.3
    other = torch.optim.SGD([("bias", cases.parameter(torch))])
    other.load_state_dict(named.state_dict())
    assert other.param_groups[0]["param_names"] == ["weight"]


def test_step_hooks(torch: Any) -> None:
    p, optimizer = one(torch)
    seen: list[Any] = []
    first = optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(("pre", o is optimizer, len(args))))
    optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(("post", p.tolist())))
    optimizer.step()
    first.remove()
    optimizer.step()
    assert seen == [("pre", True, 1), ("post", [0.5, 2.5]), ("post", [0.0, 3.0])]
    optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7), kwargs))
    assert optimizer.step() == 7
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got 3\."):
        optimizer.step()


def test_state_dict_hooks(torch: Any) -> None:
    _, optimizer = one(torch)
    order: list[str] = []
    optimizer.register_state_dict_pre_hook(lambda o: order.append("b"))
    optimizer.register_state_dict_pre_hook(lambda o: order.append("a"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1})
    state = optimizer.state_dict()
    assert order == ["a", "b"] and state["more"] == 1
    optimizer.register_load_state_dict_pre_hook(lambda o, s: {**s, "param_groups": [{**s["param_groups"][0], "lr": 9}]})
    optimizer.register_load_state_dict_post_hook(lambda o: order.append("loaded"))
    optimizer.load_state_dict(state)
    assert optimizer.param_groups[0]["lr"] == 9 and order[-1] == "loaded"


def test_an_optimizer_of_ones_own(torch: Any) -> None:
    class Sign(torch.optim.Optimizer):  # type: ignore[misc,name-defined]
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    p.add_(p.grad.sign(), alpha=-group["lr"])
                    self.state[p]["seen"] = self.state[p].get("seen", 0) + 1

    class Twice(Sign):
        def step(self, closure: Any = None) -> None:
            super().step()
            super().step()

    p, _ = one(torch)
    calls: list[int] = []
    optimizer = Twice([p], lr=0.5)
    optimizer.register_step_post_hook(lambda *_: calls.append(1))
    optimizer.step()
    assert p.tolist() == [0.0, 3.0] and calls == [1]
    assert optimizer.state_dict()["state"] == {0: {"seen": 2}}


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_copies_are_independent(torch: Any, duplicate: Any) -> None:
    p, optimizer = one(torch, momentum=0.5)
    optimizer.step()
    optimizer.register_step_post_hook(print)
    twin = duplicate(optimizer)
    (q,) = twin.param_groups[0]["params"]
    q.grad = torch.tensor([1.0, -1.0])
    twin.step()
    assert q.tolist() == [-0.25, 3.25] and p.tolist() == [0.5, 2.5]
    assert repr(twin) == repr(optimizer)


def test_loading_copies_the_tensors(ours: Any) -> None:
    _, optimizer = one(ours, momentum=0.5)
    optimizer.step()
    saved = optimizer.state_dict()
    _, other = one(ours, momentum=0.5)
    other.load_state_dict(saved)
    other.step()
    assert saved["state"][0]["momentum_buffer"].tolist() == [1.0, -1.0]


def test_loaded_tensors_take_the_dtype_of_their_parameter_but_the_step_stays(torch: Any) -> None:
    p, _ = one(torch)
    optimizer = torch.optim.Adam([p])
    optimizer.step()
    double = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    other = torch.optim.Adam([double])
    other.load_state_dict(optimizer.state_dict())
    state = other.state[double]
    assert state["exp_avg"].dtype is torch.float64 and state["step"].dtype is torch.float32


def test_a_state_of_other_shapes_is_refused_and_nothing_changes(ours: Any) -> None:
    _, optimizer = one(ours, momentum=0.5)
    optimizer.step()
    wide = ours.tensor([1.0, 2.0, 3.0], requires_grad=True)
    other = ours.optim.SGD([wide], lr=0.125)
    with pytest.raises(ValueError, match=r"'momentum_buffer' of shape \[2\] for a parameter of shape \[3\]"):
        other.load_state_dict(optimizer.state_dict())
    assert other.param_groups[0]["lr"] == 0.125 and not other.state


def test_states_of_older_versions_are_completed(torch: Any) -> None:
    for make in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop, torch.optim.Adadelta):
        p, _ = one(torch)
        optimizer = make([p], lr=0.5)
        state = optimizer.state_dict()
        for name in ("maximize", "foreach", "differentiable"):
            del state["param_groups"][0][name]
        optimizer.load_state_dict(state)
        optimizer.step()
        assert optimizer.param_groups[0]["maximize"] is False and optimizer.param_groups[0]["foreach"] is None


@pytest.mark.parametrize(
    "options", [{"differentiable": True}, {"capturable": True}], ids=["differentiable", "capturable"]
)
def test_what_has_no_effect_here_is_refused(ours: Any, options: dict[str, bool]) -> None:
    (name,) = options
    for make in (ours.optim.Adam, ours.optim.AdamW, ours.optim.RMSprop, ours.optim.Adadelta):
        with pytest.raises(NotImplementedError, match=f"{name}=True"):
            make([cases.parameter(ours)], **options)


@pytest.mark.parametrize("options", [{"foreach": True}, {"foreach": False}, {"fused": True}])
def test_foreach_and_fused_make_no_difference(torch: Any, options: dict[str, bool]) -> None:
    p, optimizer = one(torch, momentum=0.5, **options)
    optimizer.step()
    assert p.tolist() == [0.5, 2.5] and optimizer.defaults.items() >= options.items()


def test_half_precision_stays(torch: Any) -> None:
    for make in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop, torch.optim.Adagrad):
        p = torch.tensor([1.0, 2.0], dtype=torch.float16, requires_grad=True)
        p.grad = torch.tensor([0.5, -0.5], dtype=torch.float16)
        make([p], lr=0.1).step()
        assert p.dtype is torch.float16 and p.tolist()[0] < 1.0 < 2.0 < p.tolist()[1]


LAYOUTS: dict[str, Any] = {
    "contiguous": lambda a: a.copy(),
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "channels last": lambda a: np.ascontiguousarray(a.reshape(50, 10, 20, 15).transpose(0, 2, 3, 1)).transpose(
        0, 3, 1, 2
    ),
    "sliced": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "reversed": lambda a: a[::-1].copy()[::-1],
}


@pytest.mark.parametrize("gradient", LAYOUTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_large_parameters_in_any_layout(ours: Any, layout: str, gradient: str) -> None:
    """150,000 elements are worked on in pieces; the result is the same to the bit as on one row of them each."""
    draw = np.random.RandomState(3)
    values, grads = (draw.standard_normal((500, 300)).astype(np.float32) for _ in range(2))
    shape = LAYOUTS[layout](values).shape
    for name in ("SGD", "Adam"):
        options = {"momentum": 0.9, "nesterov": True} if name == "SGD" else {"amsgrad": True}
        p = ours.from_numpy(LAYOUTS[layout](values)).requires_grad_() if layout != "reversed" else None
        if p is None:  # PyTorch's from_numpy refuses backward strides; a kernel of this package may return them
            p = ours.Tensor._wrap(LAYOUTS[layout](values))
            p.requires_grad_()
        rows = [ours.from_numpy(row.copy()).requires_grad_() for row in values]
        large = getattr(ours.optim, name)([p], lr=0.1, weight_decay=0.01, **options)
        small = getattr(ours.optim, name)(rows, lr=0.1, weight_decay=0.01, **options)
        p.grad = ours.Tensor._wrap(LAYOUTS[gradient](grads).reshape(500, 300).reshape(shape))
        for row, g in zip(rows, grads, strict=True):
            row.grad = ours.from_numpy(g.copy())
        for _ in range(3):
            large.step()
            small.step()
        assert p._data.reshape(500, 300).tobytes() == np.stack([row.numpy() for row in map(detached, rows)]).tobytes()


def detached(t: Any) -> Any:
    return t.detach()


def test_state_keeps_the_memory_order_of_the_parameter(ours: Any) -> None:
    for layout in ("transposed", "channels last"):
        array = LAYOUTS[layout](np.ones((500, 300), np.float32))
        p = ours.Tensor._wrap(array).requires_grad_()
        p.grad = ours.Tensor._wrap(np.ones_like(array))
        optimizer = ours.optim.SGD([p], lr=0.5, momentum=0.9)
        optimizer.step()
        assert optimizer.state[p]["momentum_buffer"]._data.strides == array.strides
        assert p._data is array and (array == 0.5).all()
        optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        assert optimizer.state[p]["momentum_buffer"]._data.strides == array.strides


def test_one_step_is_one_change(torch: Any) -> None:
    p, optimizer = one(torch)
    optimizer.step()
    assert p._version == 1
