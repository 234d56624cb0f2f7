"""The backward pass itself: every node once, no recursion, nothing kept alive.

`MT_TEST_NAMESPACE=torch` runs the same on PyTorch.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import NAMESPACE


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_chain_of_100_000(torch: Any) -> None:
    assert sys.getrecursionlimit() < 50_000
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    y.backward()
    assert x.grad.item() == pytest.approx(1.00001**100_000, rel=1e-9)
    del y  # freeing a long chain must not recurse either


def test_a_chain_of_100_000_twice_differentiated(torch: Any) -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = x * x
    for _ in range(20_000):
        y = y + 0.0
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    (h,) = torch.autograd.grad(g, x)
    assert g.item() == 2.0 and h.item() == 2.0


def test_a_diamond_of_1_000_levels_visits_every_node_once(torch: Any) -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y, calls = x, []
    for level in range(1000):
        y = y * 0.5 + y * 0.5
        y.grad_fn.register_hook(lambda gi, go, level=level: calls.append(level))
    y.backward()
    assert calls == list(range(999, -1, -1)), "once each, from the top"
    assert x.grad.item() == 1.0


def test_a_ladder_where_every_node_reads_the_two_before(torch: Any) -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    a, b, calls = x, x * 1, []
    for _ in range(300):
        a, b = b, (a + b) * 0.5
        b.grad_fn.register_hook(lambda gi, go: calls.append(1))
    b.backward()
    assert len(calls) == 300
    assert x.grad.item() == pytest.approx(1.0)


def test_a_sum_of_many_uses(torch: Any) -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    total = sum(x * i for i in range(2000))
    total.backward()
    assert x.grad.item() == sum(range(2000))


def test_dropping_the_loss_frees_the_graph(torch: Any) -> None:
    x = torch.ones(3, requires_grad=True)
    with without_collector():
        h = x * 2
        loss = (h.exp() * h).sum()
        watched = [weakref.ref(h), weakref.ref(loss)]
        del h
        del loss
        assert [w() for w in watched] == [None, None]


@pytest.mark.parametrize(
    "run", ["forward", "backward", "create_graph", "grad", "retain_grad", "hook", "inplace", "view", "error"]
)
def test_no_reference_cycles(torch: Any, run: str) -> None:
    """After everything is dropped the collector finds nothing of ours."""
    w = torch.ones(4, requires_grad=True)

    def work() -> Any:
        h = w * 2
        y = h.exp() * h
        if run == "retain_grad":
            h.retain_grad()
        if run == "hook":
            h.register_hook(lambda g: g * 2)
        if run == "inplace":
            y.mul_(3)
        if run == "view":
            y[1:].mul_(3)
        loss = y.sum()
        if run in ("backward", "retain_grad", "hook", "inplace", "view"):
            loss.backward()
        if run == "create_graph":
            (g,) = torch.autograd.grad(loss, w, create_graph=True)
            g.sum().backward()
        if run == "grad":
            torch.autograd.grad(loss, w)
        if run == "error":
            loss.backward()
            with pytest.raises(RuntimeError):
                loss.backward()
        return weakref.ref(h), weakref.ref(y), weakref.ref(loss)

    with without_collector():
        assert [ref() for ref in work()] == [None, None, None]


def test_saved_values_go_as_backward_passes(torch: Any) -> None:
    """Backward without retain_graph frees what was saved though the loss lives on."""
    x = torch.ones(3, requires_grad=True)
    with without_collector():
        h = x * 2
        loss = (h * h).sum()
        watched = weakref.ref(h)
        del h
        loss.backward()
        assert watched() is None
        assert loss.item() == 12.0


def test_a_frozen_prefix_is_not_recorded(torch: Any) -> None:
    w1, w2 = torch.ones(2, 2), torch.ones(2, 2, requires_grad=True)
    h = (torch.ones(1, 2) @ w1).relu()
    assert h.grad_fn is None
    y = h @ w2
    assert y.grad_fn.next_functions[0][0] is None


def test_two_threads_backward_on_one_leaf_each(torch: Any) -> None:
    results: dict[int, list[float]] = {}

    def work(k: int) -> None:
        x = torch.full((3,), float(k), requires_grad=True)
        for _ in range(50):
            x.grad = None
            (x * x).sum().backward()
        results[k] = x.grad.tolist()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: [2.0 * k] * 3 for k in range(4)}


def test_backward_inside_backward(torch: Any) -> None:
    x = torch.tensor([2.0], requires_grad=True)

    class Inner(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            with torch.enable_grad():
                y = x.detach().requires_grad_()
                (slope,) = torch.autograd.grad((y * y).sum(), y)
            return g * slope

    Inner.apply(x).backward()
    assert x.grad.tolist() == [4.0]


def test_an_error_in_the_middle_leaves_the_engine_usable(torch: Any) -> None:
    x = torch.tensor([2.0], requires_grad=True)

    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        Broken.apply(x).backward()
    assert torch.is_grad_enabled()
    (x * 3).backward()
    assert x.grad.tolist() == [3.0]


def test_a_slice_at_a_time_of_one_tensor(torch: Any) -> None:
    """Gradients of many reads of one tensor add up without mixing."""
    x = torch.zeros(50, requires_grad=True)
    total = sum(x[i] * i for i in range(50))
    total.backward()
    assert x.grad.tolist() == [float(i) for i in range(50)]


# What becomes of leaves -----------------------------------------------------------------------------------------------
def test_a_leaf_that_no_longer_asks_gets_nothing(torch: Any) -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    x.requires_grad_(False)
    y.sum().backward()
    assert x.grad is None
    y = x.requires_grad_() * 2
    x.detach_()
    x.mul_(torch.ones(2, requires_grad=True))
    with pytest.raises(RuntimeError, match="leaf variable has been moved into the graph interior"):
        y.sum().backward()


@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")
def test_gradients_of_a_recorded_pass_belong_to_their_leaf(torch: Any) -> None:
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    ((a + b) ** 3).sum().backward(create_graph=True)
    assert a.grad is not b.grad
    assert a.grad.grad_fn.name() == "torch::autograd::CopyBackwards"
    first = a.grad
    (a * 2).sum().backward()  # is added in place, to a tensor of the graph
    assert a.grad is first
    assert (a.grad.tolist(), b.grad.tolist()) == ([14.0, 14.0], [12.0, 12.0])
    a.grad = b.grad = None  # ends the cycle


def test_a_number_made_of_a_tracked_tensor_warns_once(torch: Any) -> None:
    code = f"""
import warnings, {torch.__name__} as torch
x = torch.ones(1, requires_grad=True)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    int(x), x.item(), float(x.detach()), float(x), float(x), complex(x)
print([str(w.message)[:55] for w in caught])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['Converting a tensor with requires_grad=True to a scalar']\n"


@pytest.mark.parametrize("size", [(8, 4, 3), (64, 784, 256), (300, 300, 300)])
def test_a_first_gradient_is_taken_over_and_not_copied(
    size: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if NAMESPACE != "minitorch_nn":
        pytest.skip("looks inside this package")
    import minitorch_nn as torch
    from minitorch_nn.autograd import node

    copied = []
    monkeypatch.setattr(node, "_copy_like", lambda g, pattern: copied.append(g.shape) or g.copy())
    batch, inputs, outputs = size
    layer, x, w = torch.nn.Linear(inputs, outputs), torch.randn(batch, inputs), torch.randn(batch, outputs)
    for _ in range(3):  # threads that wait hold nothing of the round before
        layer.zero_grad()
        (layer(x) * w).sum().backward()
    assert copied == []
