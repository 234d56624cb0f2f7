"""Hooks on tensors, on leaves after accumulation, and on nodes. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

from typing import Any

import pytest


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0]


def test_a_hook_sees_the_whole_gradient_once(torch: Any) -> None:
    seen = []
    x = leaf(torch, 2.0)
    y = x * 3
    y.register_hook(lambda g: seen.append(g.tolist()))
    x.register_hook(lambda g: seen.append(g.tolist()))
    (y * y + y).sum().backward()
    assert seen == [[13.0], [39.0]]


def test_hooks_run_in_order_and_may_replace(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 1
    order = []
    y.register_hook(lambda g: (order.append(("first", g.item())), g * 2)[1])
    y.register_hook(lambda g: order.append(("second", g.item())))
    y.register_hook(lambda g: (order.append(("third", g.item())), g + 1)[1])
    y.sum().backward()
    assert order == [("first", 1.0), ("second", 2.0), ("third", 2.0)]
    assert x.grad.tolist() == [3.0]


def test_hooks_of_a_leaf_replace_what_is_accumulated(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    x.register_hook(lambda g: g * 10)
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    assert x.grad.tolist() == [40.0, 40.0]


def test_removing_a_hook(torch: Any) -> None:
    x, seen = leaf(torch, 1.0), []
    handle = x.register_hook(seen.append)
    (x * 1).sum().backward()
    handle.remove()
    handle.remove()
    (x * 1).sum().backward()
    assert len(seen) == 1
    with x.register_hook(seen.append):
        (x * 1).sum().backward()
    (x * 1).sum().backward()
    assert len(seen) == 2


def test_a_hook_that_removes_another(torch: Any) -> None:
    x, seen = leaf(torch, 1.0), []
    handles = []
    x.register_hook(lambda g: handles[0].remove())
    handles.append(x.register_hook(lambda g: seen.append("second")))
    (x * 1).sum().backward()
    (x * 1).sum().backward()
    assert len(seen) <= 1


def test_retain_grad_comes_after_the_hooks(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 1
    y.retain_grad()
    y.register_hook(lambda g: g * 2)
    y.sum().backward()
    assert y.grad.tolist() == [2.0] and x.grad.tolist() == [2.0]
    z = x * 1
    z.register_hook(lambda g: g * 5)
    z.retain_grad()
    z.register_hook(lambda g: g + 1)
    z.sum().backward()
    assert z.grad.tolist() == [6.0]


def test_hooks_run_for_autograd_grad(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g * 100)
    assert torch.autograd.grad(y.sum(), x, retain_graph=True)[0].tolist() == [2000.0]
    assert torch.autograd.grad(y.sum(), y)[0].tolist() == [10.0]


def test_an_error_in_a_hook_comes_through(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 2

    def broken(g: Any) -> None:
        raise ValueError("mine")

    y.register_hook(broken)
    with pytest.raises(ValueError, match="mine"):
        y.sum().backward()
    assert x.grad is None and torch.is_grad_enabled()


def test_what_a_hook_may_return(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    handle = x.register_hook(lambda g: 3)
    with pytest.raises(TypeError) as error:
        (x * 1).sum().backward()
    assert message(error) == "expected Variable, but hook returned 'int'"
    handle.remove()
    x.register_hook(lambda g: g[:1])
    with pytest.raises(RuntimeError) as wrong:
        (x * 1).sum().backward()
    assert message(wrong) == "hook '<lambda>' has changed the size of value"


def test_a_hook_needs_a_gradient_to_see(torch: Any) -> None:
    with pytest.raises(RuntimeError) as error:
        torch.ones(1).register_hook(print)
    assert message(error) == "cannot register a hook on a tensor that doesn't require gradient"


def test_hooks_do_not_record(torch: Any) -> None:
    x, seen = leaf(torch, 1.0), []
    x.register_hook(lambda g: seen.append((torch.is_grad_enabled(), g.requires_grad)))
    (x * x).sum().backward()
    assert seen == [(False, False)]
    with pytest.warns(UserWarning, match="will create a reference cycle between the parameter and its gradient"):
        (x * x).sum().backward(create_graph=True)
    assert seen[1] == (True, True)
    x.grad = None


def test_a_hook_on_a_tensor_changed_in_place_later(torch: Any) -> None:
    """The hook belongs to the value that the tensor had when the hook was registered."""
    x, seen = leaf(torch, 1.0), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.item()))
    y.mul_(10)
    y.register_hook(lambda g: seen.append(g.item()))
    (y * 3).sum().backward()
    assert seen == [3.0, 30.0]


def test_post_accumulate_hooks(torch: Any) -> None:
    x, seen = leaf(torch, 1.0), []
    x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.item())))
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append("again"))
    (x * 3).sum().backward()
    (x * 3).sum().backward()
    assert seen == [(True, 3.0), "again", (True, 6.0), "again"]
    handle.remove()
    torch.autograd.grad((x * 3).sum(), x)
    assert len(seen) == 4
    with pytest.raises(RuntimeError) as error:
        (x * 1).register_post_accumulate_grad_hook(print)
    assert message(error) == "post accumulate grad hooks cannot be registered on non-leaf tensors"


def test_an_optimizer_in_a_post_accumulate_hook(torch: Any) -> None:
    x = leaf(torch, 1.0)

    def step(p: Any) -> None:
        with torch.no_grad():
            p -= 0.5 * p.grad
        p.grad = None

    x.register_post_accumulate_grad_hook(step)
    for _ in range(2):
        (x * 1).sum().backward()
    assert x.tolist() == [0.0] and x.grad is None


def test_node_hooks(torch: Any) -> None:
    x, w, seen = leaf(torch, 2.0), leaf(torch, 3.0), []
    y = x * w
    post = y.grad_fn.register_hook(lambda gi, go: seen.append(([g.item() for g in gi], [g.item() for g in go])))
    y.grad_fn.register_prehook(lambda go: (go[0] * 10,))
    y.sum().backward(retain_graph=True)
    assert seen == [([30.0, 20.0], [10.0])]
    assert x.grad.tolist() == [30.0]
    post.remove()
    y.sum().backward()
    assert len(seen) == 1


def test_node_hooks_may_replace_what_is_handed_on(torch: Any) -> None:
    x, w = leaf(torch, 2.0), leaf(torch, 3.0)
    y = x * w
    y.grad_fn.register_hook(lambda gi, go: (gi[0] * 100, gi[1]))
    y.sum().backward()
    assert x.grad.tolist() == [300.0] and w.grad.tolist() == [2.0]


def test_a_node_hook_sees_None_where_nothing_is_wanted(torch: Any) -> None:
    x, seen = leaf(torch, 2.0), []
    y = x * torch.tensor([3.0])
    y.grad_fn.register_hook(lambda gi, go: seen.append([None if g is None else g.item() for g in gi]))
    y.sum().backward()
    assert seen == [[3.0, None]]


def test_the_order_of_all_hooks(torch: Any) -> None:
    log: list[Any] = []
    x = leaf(torch, 1.0, 2.0)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: (log.append("tensor"), g * 2)[1])
    y.grad_fn.register_prehook(lambda g: (log.append("pre"), (g[0] + 1,))[1])
    y.register_hook(lambda g: log.append(g.tolist()))
    y.grad_fn.register_hook(lambda i, o: log.append((i[0].tolist(), o[0].tolist())))
    y.sum().backward()
    assert log == ["tensor", [2.0, 2.0], "pre", ([6.0, 6.0], [3.0, 3.0])]
    assert y.grad.tolist() == [2.0, 2.0] and x.grad.tolist() == [6.0, 6.0]


def test_the_order_of_the_hooks_of_a_leaf(torch: Any) -> None:
    log: list[Any] = []
    x = leaf(torch, 1.0, 2.0)
    y = x * torch.ones(2)
    node = y.grad_fn.next_functions[0][0]
    node.register_prehook(lambda g: (log.append("pre"), (g[0] * 3,))[1])
    node.register_hook(lambda i, o: log.append((i, o[0].tolist())))
    x.register_hook(lambda g: log.append("tensor"))
    x.register_post_accumulate_grad_hook(lambda p: log.append(p.grad.tolist()))
    y.sum().backward()
    assert log == ["tensor", "pre", [3.0, 3.0], ((), [3.0, 3.0])]


def test_a_prehook_sees_all_outputs(torch: Any) -> None:
    log: list[Any] = []
    x = leaf(torch, 1.0, 2.0)
    a, _ = x.unbind()
    a.grad_fn.register_prehook(lambda g: log.append([None if p is None else p.item() for p in g]))
    a.register_hook(lambda g: g * 5)
    a.backward()
    assert log == [[5.0, None]] and x.grad.tolist() == [5.0, 0.0]


COUNT = "hook '<lambda>' has returned an incorrect number of values (got {}, but expected {})"


@pytest.mark.parametrize(
    ("register", "hook", "text"),
    [
        ("register_hook", lambda i, o: (i[0],), COUNT.format(1, 2)),
        ("register_prehook", lambda g: (g[0], g[0]), COUNT.format(2, 1)),
        ("register_prehook", lambda g: 3, "expected tuple, but hook returned 'int'"),
    ],
)
def test_what_a_node_hook_may_return(torch: Any, register: str, hook: Any, text: str) -> None:
    y = leaf(torch, 1.0, 2.0) * leaf(torch, 3.0, 4.0)
    getattr(y.grad_fn, register)(hook)
    with pytest.raises((RuntimeError, TypeError)) as error:
        y.sum().backward()
    assert message(error) == text


def test_backward_inside_a_hook(torch: Any) -> None:
    x, z = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    y = x * 2

    def hook(g: Any) -> None:
        with torch.enable_grad():
            (z * g).sum().backward()

    y.register_hook(hook)
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0] and z.grad.tolist() == [1.0, 1.0]


def test_hooks_are_part_of_a_recorded_backward(torch: Any) -> None:
    x, seen = leaf(torch, 1.0, 2.0), []
    y = x**3
    y.register_hook(lambda g: (seen.append(g.requires_grad), g * g)[1])
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    assert seen == [True, False], "recorded in the first pass, and run again, unrecorded, in the second"
    assert g.tolist() == [12.0, 3072.0] and h.tolist() == [1752.0, 7080960.0]


def test_retained_gradients_follow_the_tensor(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0] and y.grad.tolist() == [1.0, 1.0]
