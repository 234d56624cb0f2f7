"""`func.vmap`, `jvp`, `linearize`, `jacfwd`, `stack_module_state`. Numbers and words are PyTorch 2.13.0's."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings(  # PyTorch's own, where it compiles formulas of its forward mode
    "ignore:.torch.jit:DeprecationWarning", "ignore:Attempted to insert:UserWarning"
)


@pytest.fixture
def func(torch: Any) -> Any:
    return importlib.import_module(f"{torch.__name__}.func")


@pytest.fixture
def x(torch: Any) -> Any:
    return torch.arange(6.0).reshape(3, 2)


def test_vmap_takes_and_puts_the_batch_anywhere(torch: Any, func: Any, x: Any) -> None:
    w = torch.tensor([1.0, -2.0])
    assert func.vmap(torch.dot, (0, None))(x, w).tolist() == [-2.0, -4.0, -6.0]
    assert func.vmap(lambda a: a.sum(), in_dims=1)(x).tolist() == [6.0, 9.0]
    product = func.vmap(lambda a, b: a * b, in_dims=(0, -1), out_dims=-1)(x, x.t())
    assert product.tolist() == [[0.0, 4.0, 16.0], [1.0, 9.0, 25.0]]
    across, named = torch.vmap(lambda a: (a, {"k": a * 2}), out_dims=(1, 0))(x)
    assert across.equal(x.t())
    assert named["k"].equal(x * 2)
    outer = func.vmap(func.vmap(lambda a, b: a * b, (0, None)), (None, 0))
    assert outer(w, w).tolist() == [[1.0, -2.0], [-2.0, 4.0]]
    assert func.vmap(lambda a: w, out_dims=None)(x) is w


def test_gradients_of_each_example(torch: Any, func: Any, x: Any) -> None:
    def loss(weights: Any, bias: Any, x: Any, y: Any) -> Any:
        return ((x @ weights["w"] + bias - y) ** 2).sum()

    weights, y = {"w": torch.tensor([1.0, -2.0])}, torch.tensor([1.0, 0.0, 2.0])
    each = func.vmap(func.grad(loss, argnums=(0, 1)), in_dims=(None, None, 0, 0))(weights, torch.tensor(0.5), x, y)
    assert each[0]["w"].tolist() == [[-0.0, -5.0], [-14.0, -21.0], [-60.0, -75.0]]
    assert each[1].tolist() == [-5.0, -7.0, -15.0]


def test_vmap_is_part_of_the_graph(torch: Any, func: Any) -> None:
    a = torch.ones(3, 2, requires_grad=True)
    func.vmap(lambda t: (t * torch.tensor([1.0, -2.0])).sum())(a).sum().backward()
    assert a.grad.tolist() == [[1.0, -2.0]] * 3


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda v, t, x: v(t.dot, in_dims=[0, 0])(x, x),
            ValueError,
            "vmap(dot, in_dims=[0, 0], ...)(<inputs>): expected",
        ),
        (lambda v, t, x: v(t.dot)(), ValueError, "vmap(dot)(<inputs>): got no inputs."),
        (
            lambda v, t, x: v(t.dot, (0,))(x, x),
            ValueError,
            "vmap(dot, in_dims=(0,), ...)(<inputs>): in_dims is not comp",
        ),
        (
            lambda v, t, x: v(t.dot)(x, 3),
            ValueError,
            "vmap(dot, in_dims=0, ...)(<inputs>): Got in_dim=0 for an input but",
        ),
        (lambda v, t, x: v(t.dot, (0, 5))(x, x), ValueError, "vmap(dot, in_dims=(0, 5), ...)(<inputs>): Got in_dim=5"),
        (lambda v, t, x: v(t.dot, (None, None))(x, x), ValueError, "vmap: Expected at least one Tensor to vmap over"),
        (lambda v, t, x: v(t.dot, (0, 1))(x, x), ValueError, "vmap: Expected all tensors to have the same size"),
        (
            lambda v, t, x: v(lambda a: 3)(x),
            ValueError,
            "vmap(<lambda>, ...): `<lambda>` must only return Tensors, got",
        ),
        (
            lambda v, t, x: v(t.neg, out_dims=None)(x),
            ValueError,
            "vmap(neg, ...): `neg` can not return a BatchedTensor",
        ),
        (
            lambda v, t, x: v(t.neg, out_dims=(0, 0))(x),
            ValueError,
            "vmap(neg, ..., out_dims=(0, 0))(<inputs>): out_dims",
        ),
        (
            lambda v, t, x: v(t.neg, out_dims="x")(x),
            ValueError,
            "vmap(neg, ..., out_dims=x): `out_dims` must be an int",
        ),
        (lambda v, t, x: v(t.neg, randomness="x")(x), RuntimeError, "Only allowed values for randomness are 'error', "),
        (lambda v, t, x: v(lambda a: a + t.rand(2))(x), RuntimeError, "vmap: called random operation while in random"),
        (lambda v, t, x: v(t.neg, chunk_size=0)(x), ValueError, "vmap: chunk_size should be None or greater than 0."),
    ],
)
def test_what_vmap_refuses(
    torch: Any, func: Any, x: Any, call: Callable[..., Any], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind) as error:
        call(func.vmap, torch, x)
    assert str(error.value).startswith(text)


def test_randomness(torch: Any, func: Any, x: Any) -> None:
    draw = lambda a: a * 0 + torch.rand(2)  # noqa: E731
    torch.manual_seed(3)
    numbers = torch.rand(5, 2)
    torch.manual_seed(3)
    assert func.vmap(draw, randomness="different")(x).equal(numbers[:3])
    assert func.vmap(draw, randomness="same")(x).equal(numbers[3:4].expand(3, 2))
    assert torch.rand(2).equal(numbers[4])


def test_along_a_direction(torch: Any, func: Any) -> None:
    w = torch.tensor([1.0, -2.0])
    out, pushed = func.jvp(lambda a, b: (a * b, {"s": a.sum()}), (w, w), (torch.ones(2), torch.tensor([1.0, 0.0])))
    assert (out[0].tolist(), pushed[0].tolist(), pushed[1]["s"].tolist()) == ([1.0, 4.0], [2.0, -2.0], 2.0)
    assert not pushed[0].requires_grad
    out, pushed, aux = func.jvp(lambda a: (a**2, a), (w,), (torch.ones(2),), has_aux=True)
    assert (pushed.tolist(), aux.tolist()) == ([2.0, -4.0], [1.0, -2.0])
    out, along = func.linearize(lambda a: a**3, w)
    assert (out.tolist(), along(torch.ones(2)).tolist()) == ([1.0, -8.0], [3.0, 12.0])
    twice = func.grad(lambda a: func.jvp(lambda b: b**3, (a,), (torch.ones(2),))[1].sum())
    assert twice(w).tolist() == [6.0, -12.0]
    with pytest.raises(RuntimeError, match="Expected primals to be a tuple"):
        func.jvp(torch.sin, w, w)


@pytest.mark.parametrize("names", [("jacfwd", "jacfwd"), ("jacfwd", "jacrev"), ("jacrev", "jacfwd")])
def test_jacobians(torch: Any, func: Any, x: Any, names: tuple[str, str]) -> None:
    first, second = (getattr(func, name) for name in names)
    w = torch.tensor([1.0, -2.0])
    assert first(lambda a: torch.stack([a[0] ** 2 * a[1], a[1] * 3]))(w).tolist() == [[-4.0, 1.0], [0.0, 3.0]]
    by_a, by_b = first(lambda a, b: (a * b * b).sum(), argnums=(0, 1))(w, w)
    assert (by_a.tolist(), by_b.tolist()) == ([1.0, 4.0], [2.0, 8.0])
    assert first(second(lambda a: (a**3).sum()))(w).tolist() == [[6.0, 0.0], [0.0, -12.0]]
    assert func.vmap(func.hessian(lambda a: (a**3).sum()))(x)[1].tolist() == [[12.0, 0.0], [0.0, 18.0]]


def test_an_ensemble(torch: Any, func: Any, x: Any) -> None:
    models = [torch.nn.Linear(2, 2) for _ in range(3)]
    parameters, buffers = func.stack_module_state(models)
    assert {k: (tuple(v.shape), v.is_leaf) for k, v in parameters.items()} == {
        "weight": ((3, 2, 2), True),
        "bias": ((3, 2), True),
    }
    together = func.vmap(lambda p, b: func.functional_call(models[0], (p, b), (x,)))(parameters, buffers)
    assert torch.allclose(together, torch.stack([m(x) for m in models]))
    with pytest.raises(RuntimeError, match="Expected at least one model, got 0"):
        func.stack_module_state([])
    with pytest.raises(RuntimeError, match="same class"):
        func.stack_module_state([models[0], torch.nn.ReLU()])
