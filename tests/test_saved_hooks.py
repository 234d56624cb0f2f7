"""Hooks on saved values, and checkpoints. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

import gc
import importlib
import tracemalloc
from typing import Any

import pytest
from conftest import NAMESPACE

CP = importlib.import_module(f"{NAMESPACE}.utils.checkpoint")


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0]


# saved_tensors_hooks --------------------------------------------------------------------------------------------------
def test_what_is_packed_and_in_what_order(torch: Any) -> None:
    log: list[Any] = []
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)

    def pack(t: Any) -> Any:
        log.append(("pack", [round(v, 3) for v in t.tolist()], t is x or t is w))
        return len(log), t.tolist()

    def unpack(packed: Any) -> Any:
        log.append(("unpack", packed[0]))
        return torch.tensor(packed[1])

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = (x * w).exp().sum()
    y.backward(retain_graph=True)
    y.backward()
    again = [("unpack", 3), ("unpack", 1), ("unpack", 2)]
    assert [e[:2] for e in log] == [
        ("pack", [3.0, 4.0]), ("pack", [1.0, 2.0]), ("pack", [20.086, 2980.958]), *again, *again,
    ]  # fmt: skip
    assert x.grad.tolist() == pytest.approx([120.513, 23847.66], rel=1e-5)


def test_hooks_that_change_the_values(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 4, lambda t: t / 2):
        y = (x**3).sum()
    y.backward()
    assert x.grad.tolist() == [12.0, 48.0]


def test_inner_hooks_take_the_place_of_outer_ones(torch: Any) -> None:
    log = []
    hooks = torch.autograd.graph.saved_tensors_hooks
    x = leaf(torch, 1.0)

    def mark(name: str) -> Any:
        return hooks(lambda t: (log.append(name), t)[1], lambda t: t)

    with mark("outer"):
        x.exp()
        with mark("inner"):
            x.exp()
        x.exp()
    x.exp()
    assert log == ["outer", "inner", "outer"]


def test_hooks_and_second_derivatives(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 2, lambda t: t / 2):
        y = (x**3).sum()
        (g,) = torch.autograd.grad(y, x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    assert g.tolist() == [3.0, 12.0] and h.tolist() == [6.0, 12.0]


def test_hooks_of_a_function(torch: Any) -> None:
    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            out = x.exp()
            ctx.save_for_backward(x, out)
            return out

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, out = ctx.saved_tensors
            return g * out * x / x

    log: list[Any] = []
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: (log.append("pack"), t)[1], lambda t: (log.append("unpack"), t)[1]
    ):
        y = Exp.apply(x)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    assert log[:4] == ["pack", "pack", "unpack", "unpack"]
    assert g.tolist() == pytest.approx(x.exp().tolist()) == h.tolist()


def test_wrong_hooks(torch: Any) -> None:
    graph = torch.autograd.graph
    x = leaf(torch, 1.0)
    with graph.saved_tensors_hooks(lambda t: t, lambda t: 3):
        y = (x * x).sum()
    with pytest.raises(TypeError) as error:
        y.backward()
    assert message(error) == "Output of saved tensor unpack_hook expected to be a Tensor but got result of type int"
    with graph.saved_tensors_hooks(lambda t: t.add_(1), lambda t: t), pytest.raises(RuntimeError) as changed:
        (x.detach().requires_grad_() * 1).exp()
    assert message(changed).startswith("A saved tensor pack hook is modifying its input in place.")
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_disabled_hooks(torch: Any) -> None:
    graph = torch.autograd.graph
    hooks = graph.saved_tensors_hooks(lambda t: t, lambda t: t)
    with graph.disable_saved_tensors_hooks("not here"), pytest.raises(RuntimeError, match="not here"), hooks:
        pass
    with hooks, pytest.raises(RuntimeError, match="nor here"), graph.disable_saved_tensors_hooks("nor here"):
        pass
    with hooks:
        leaf(torch, 1.0).exp()


def test_edges_and_nodes(torch: Any) -> None:
    graph = torch.autograd.graph
    x = leaf(torch, 1.0)
    y = x * 2
    edge = graph.get_gradient_edge(y)
    node = edge.node
    assert node is y.grad_fn and edge.output_nr == 0 and isinstance(node, graph.Node)
    node.metadata["note"] = 1
    assert y.grad_fn.metadata == {"note": 1}
    before = x._version
    graph.increment_version(x)
    assert x._version == before + 1


@pytest.mark.skipif(NAMESPACE == "torch", reason="left out here")
def test_in_place_steps_under_identity_hooks(torch: Any) -> None:
    """PyTorch gives wrong gradients here, without an error: the hooks keep the tensor that is changed."""
    results = []
    for hooked in (False, True):
        x = leaf(torch, 1.0, 2.0)
        y = x * 1
        context = torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t) if hooked else torch.enable_grad()
        with context:
            y.mul_(leaf(torch, 0.3, 0.4))
            y.sin_()
            y.cos_()
        y.sum().backward()
        results.append(x.grad.tolist())
    assert results[0] == results[1]


def test_pack_hooks_see_the_history_of_inputs(torch: Any) -> None:
    seen: list[Any] = []
    x = leaf(torch, 1.0, 2.0)
    y = x * 2
    with torch.autograd.graph.saved_tensors_hooks(lambda t: seen.append(t.grad_fn) or t, lambda t: t):
        y.square().sum().backward()
    assert seen == [y.grad_fn]


def test_save_on_cpu(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.autograd.graph.save_on_cpu():
        y = (x * x).exp().sum()
    y.backward()
    assert torch.allclose(x.grad, 2 * x.detach() * x.detach().square().exp())


# checkpoint -----------------------------------------------------------------------------------------------------------
def block(torch: Any, x: Any, w: Any) -> Any:
    h = torch.nn.functional.dropout(torch.tanh(x @ w), 0.5)
    return (h * h).sin()


def inputs(torch: Any) -> tuple[Any, Any]:
    torch.manual_seed(3)
    return torch.randn(3, 4, requires_grad=True), torch.randn(4, 5, requires_grad=True)


def gradients(torch: Any, run: Any) -> tuple[list[Any], list[float]]:
    x, w = inputs(torch)
    run(x, w).sum().backward()
    return [x.grad.tolist(), w.grad.tolist()], torch.rand(2).tolist()


@pytest.mark.parametrize("reentrant", [False, True])
@pytest.mark.parametrize("nested", [False, True])
def test_a_checkpoint_changes_nothing(torch: Any, reentrant: bool, nested: bool) -> None:
    """The gradients and the random numbers after it are those without."""

    def inner(x: Any, w: Any) -> Any:
        return block(torch, x, w)

    def checkpointed(x: Any, w: Any) -> Any:
        return CP.checkpoint(inner, x, w, use_reentrant=reentrant)

    def outer(x: Any, w: Any) -> Any:
        return (checkpointed(x * 0.5, w) * x.sum()).exp()

    def outer_checkpointed(x: Any, w: Any) -> Any:
        return CP.checkpoint(outer, x, w, use_reentrant=reentrant)

    def outer_plain(x: Any, w: Any) -> Any:
        return (inner(x * 0.5, w) * x.sum()).exp()

    if nested:
        assert gradients(torch, outer_checkpointed) == gradients(torch, outer_plain)
    else:
        assert gradients(torch, checkpointed) == gradients(torch, inner)


@pytest.mark.parametrize("reentrant", [False, True])
def test_the_function_runs_again_in_backward(torch: Any, reentrant: bool) -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(torch.is_grad_enabled())
        return x.exp().sin()

    x = leaf(torch, 1.0)
    y = CP.checkpoint(f, x, use_reentrant=reentrant)
    assert runs == [not reentrant]
    y.backward()
    assert runs == [not reentrant, True]
    with torch.no_grad():
        assert not CP.checkpoint(f, x, use_reentrant=reentrant).requires_grad


def test_early_stop(torch: Any) -> None:
    log = []

    def f(x: Any) -> Any:
        y = x.exp().sin()
        log.append("end")
        return y

    CP.checkpoint(f, leaf(torch, 1.0), use_reentrant=False).backward()
    assert log == ["end"]
    CP.checkpoint(f, leaf(torch, 1.0), use_reentrant=False, early_stop=False).backward()
    assert log == ["end"] * 3


def test_keywords_closures_and_no_grad_parts(torch: Any) -> None:
    w = leaf(torch, 2.0, 5.0)

    def f(x: Any, *, p: int) -> Any:
        with torch.no_grad():
            m = x * 2
        return (x**3 * p * m * w).sum()

    x = leaf(torch, 1.0, 2.0)
    y = CP.checkpoint(f, x, p=2, use_reentrant=False)
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    assert g.tolist() == [24.0, 480.0]
    g.sum().backward()
    assert x.grad.tolist() == [48.0, 480.0] and w.grad.tolist() == [12.0, 96.0]


def test_a_gradient_inside_a_checkpoint(torch: Any) -> None:
    def penalty(x: Any) -> Any:
        (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
        return (g * g).sum()

    x = leaf(torch, 1.0, 2.0)
    CP.checkpoint(penalty, x, use_reentrant=False).backward()
    assert x.grad.tolist() == [36.0, 288.0]


def test_backward_twice_with_retain_graph(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = CP.checkpoint(lambda a: (a * a).exp(), x, use_reentrant=False)
    y.backward(retain_graph=True)
    first = x.grad.item()
    y.backward()
    assert x.grad.item() == pytest.approx(2 * first)


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (lambda x: x.exp(), "torch.utils.checkpoint: A different number of tensors was saved during the original"),
        (
            lambda x: x[:1].exp().sin(),
            "torch.utils.checkpoint: Recomputed values for the following tensors have different",
        ),
    ],
)
def test_another_second_run(torch: Any, second: Any, text: str) -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(1)
        return (x.exp().sin() if len(runs) == 1 else second(x)).sum()

    with pytest.raises(CP.CheckpointError) as error:
        CP.checkpoint(f, leaf(torch, 1.0, 2.0), use_reentrant=False).backward()
    assert message(error).startswith(text)


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpoint_sequential(torch: Any, reentrant: bool) -> None:
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.Dropout(0.5), nn.Tanh(), nn.Linear(4, 1))
    found = []
    for checkpointed in (False, True):
        torch.manual_seed(1)
        x = torch.randn(6, 2, requires_grad=True)
        model.zero_grad()
        out = CP.checkpoint_sequential(model, 3, x, use_reentrant=reentrant) if checkpointed else model(x)
        out.sum().backward()
        found.append([p.grad.tolist() for p in model.parameters()] + x.grad.tolist())
    assert found[0] == found[1]


def test_what_checkpoint_refuses(torch: Any) -> None:
    with pytest.raises(ValueError, match="Unexpected keyword arguments: p"):
        CP.checkpoint(lambda x, p: x, leaf(torch, 1.0), p=1, use_reentrant=True)
    with pytest.warns(UserWarning, match="the use_reentrant parameter should be passed explicitly"):
        CP.checkpoint(lambda x: x * 1, leaf(torch, 1.0))


@pytest.mark.skipif(NAMESPACE == "torch", reason="its memory is not Python's")
def test_memory_is_freed(torch: Any) -> None:
    """The peak of ten checkpointed blocks of ten saved megabytes is near that of one block."""

    def body(x: Any) -> Any:
        for _ in range(10):
            x = x.sin()
        return x

    def peak(run: Any) -> float:
        x = torch.zeros(250_000, requires_grad=True)
        gc.collect()
        tracemalloc.start()
        y = x
        for _ in range(10):
            y = run(y)
        y.sum().backward()
        top = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        return top

    assert peak(body) > 95
    assert peak(lambda x: CP.checkpoint(body, x, use_reentrant=False)) < 35
    outer = lambda x: CP.checkpoint(  # noqa: E731
        lambda y: CP.checkpoint(body, CP.checkpoint(body, y, use_reentrant=False), use_reentrant=False),
        x,
        use_reentrant=False,
    )
    assert peak(outer) < 45


@pytest.mark.parametrize(
    ("make", "kept"),
    [
        (lambda torch, x, w: x**2, {"self": "x", "exponent": 2}),
        (lambda torch, x, w: x.exp(), {"result": "y"}),
        (lambda torch, x, w: x * w, {"self": "x", "other": "w"}),
        (lambda torch, x, w: x.detach() * w, {"self": "x"}),
        (lambda torch, x, w: x.relu(), {"result": "y"}),
        (lambda torch, x, w: x.sum(), {"self_sym_sizes": (3,)}),
    ],
)
def test_a_node_shows_what_it_keeps_under_pytorchs_names(torch: Any, make: Any, kept: dict[str, Any]) -> None:
    x, w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
    y = make(torch, x, w)
    for name, expected in kept.items():
        value = getattr(y.grad_fn, f"_saved_{name}")
        if isinstance(expected, str):
            assert value.equal({"x": x, "w": w, "y": y}[expected])
        else:
            assert value == expected
    with pytest.raises(AttributeError, match="object has no attribute '_saved_nothing'"):
        _ = y.grad_fn._saved_nothing


def test_a_leaf_is_saved_as_itself_and_a_freed_value_is_missed(torch: Any) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x**2
    assert y.grad_fn._saved_self is x
    y.sum().backward()
    with pytest.raises(RuntimeError, match="a second time"):
        _ = y.grad_fn._saved_self


def test_hooks_of_one_saved_tensor(torch: Any) -> None:
    x, w = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
    y = x * w
    seen = []
    y.grad_fn._raw_saved_self.register_hooks(
        lambda t: t.tolist(), lambda kept: seen.append(kept) or torch.tensor(kept) * 10
    )
    with pytest.raises(RuntimeError, match="hooks have already been set"):
        y.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
    y.sum().backward()
    assert w.grad.tolist() == [10.0, 20.0] and x.grad.tolist() == [3.0, 4.0] and seen == [[1.0, 2.0]]
    z = x * w
    z.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
    with torch.no_grad():
        w += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()
