"""`autograd.functional` and `func`. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from conftest import NAMESPACE

FN = importlib.import_module(f"{NAMESPACE}.func")
ours = pytest.mark.skipif(NAMESPACE == "torch", reason="left out here")


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0]


def double(torch: Any, values: Any) -> Any:
    return torch.tensor(values, dtype=torch.float64)


def numbers(tree: Any) -> Any:
    """Tensors in tuples, lists and dicts as numbers"""
    if isinstance(tree, (tuple, list)):
        return tuple(numbers(t) for t in tree)
    if isinstance(tree, dict):
        return {k: numbers(t) for k, t in tree.items()}
    return tree.tolist()


def cube(x: Any) -> Any:
    return (x**3).sum()


def mixed(x: Any, y: Any) -> Any:
    return (x**3).sum() * y.prod()


def several(x: Any, y: Any) -> Any:
    return x * y.sum(), (y * 2).sum() * x[0], x.sum()


# autograd.functional --------------------------------------------------------------------------------------------------
def test_jacobian(torch: Any) -> None:
    jacobian = torch.autograd.functional.jacobian
    x, y = double(torch, [1.0, 2.0]), double(torch, [[0.5, 0.25]])
    assert numbers(jacobian(lambda a: a * a.sum(), x)) == [[4.0, 1.0], [2.0, 5.0]]
    assert numbers(jacobian(lambda a: a * a.sum(), (x,))) == ([[4.0, 1.0], [2.0, 5.0]],)
    assert numbers(jacobian(several, (x, y))) == (
        ([[0.75, 0.0], [0.0, 0.75]], [[[1.0, 1.0]], [[2.0, 2.0]]]),
        ([1.5, 0.0], [[2.0, 2.0]]),
        ([1.0, 1.0], [[0.0, 0.0]]),
    )
    assert numbers(jacobian(lambda a: a[None].expand(2, 2), x)) == [[[1.0, 0.0], [0.0, 1.0]]] * 2
    assert jacobian(cube, x).shape == (2,) and not jacobian(cube, x).requires_grad


def test_hessian(torch: Any) -> None:
    hessian = torch.autograd.functional.hessian
    x, y = double(torch, [1.0, 2.0]), double(torch, [[0.5, 0.25]])
    assert numbers(hessian(cube, x)) == [[6.0, 0.0], [0.0, 12.0]]
    assert numbers(hessian(mixed, (x, y))) == (
        ([[0.75, 0.0], [0.0, 1.5]], [[[0.75, 1.5]], [[3.0, 6.0]]]),
        ([[[0.75, 3.0], [1.5, 6.0]]], [[[[0.0, 9.0]], [[9.0, 0.0]]]]),
    )
    assert numbers(hessian(lambda a: a.sum(), x)) == [[0.0, 0.0], [0.0, 0.0]]
    assert numbers(hessian(lambda a: cube(a).reshape(1, 1), x)) == [[6.0, 0.0], [0.0, 12.0]]


def test_products_with_vectors(torch: Any) -> None:
    fn = torch.autograd.functional
    x, y = double(torch, [1.0, 2.0]), double(torch, [[0.5, 0.25]])
    v, w = double(torch, [1.0, -1.0]), double(torch, [[1.0, 2.0]])
    f = lambda a: a * a.sum()  # noqa: E731
    assert numbers(fn.vjp(f, x, v)) == ([3.0, 6.0], [2.0, -4.0])
    assert numbers(fn.jvp(f, x, v)) == ([3.0, 6.0], [3.0, -3.0])
    assert numbers(fn.vjp(cube, x)) == (9.0, [3.0, 12.0])
    assert numbers(fn.jvp(lambda a: a.exp() * 0 + x, double(torch, 1.0))) == ([1.0, 2.0], [0.0, 0.0])
    assert numbers(fn.vhp(cube, x, v)) == numbers(fn.hvp(cube, x, v)) == (9.0, [6.0, -12.0])
    both = (1.125, ([4.5, 13.5], [[18.0 - 9.0 - 9.0 + 9.0, 0.0]]))
    got = numbers(fn.vhp(mixed, (x, y), (v, w)))
    assert got == numbers(fn.hvp(mixed, (x, y), (v, w))) and got[0] == both[0]
    assert got[1] == ([0.75 + 0.75 + 3.0, -1.5 + 3.0 + 12.0], [[18.0 + 0.75 - 3.0, 9.0 + 1.5 - 6.0]])


@pytest.mark.parametrize("name", ["jacobian", "hessian", "vjp", "jvp", "vhp", "hvp"])
def test_results_that_can_be_differentiated(torch: Any, name: str) -> None:
    x = double(torch, [1.0, 2.0]).requires_grad_()
    v = double(torch, [1.0, -1.0])
    vector = {"jvp": (v,), "vhp": (v,), "hvp": (v,)}.get(name, ())

    def run(x: Any) -> Any:
        found = getattr(torch.autograd.functional, name)(cube, x, *vector, create_graph=True)
        return found if name in ("jacobian", "hessian") else found[1]

    assert run(x).requires_grad
    assert torch.autograd.gradcheck(run, (x,))


STRICT = [
    ("vjp", lambda a: a.detach().sum(), "Output 0 of the user-provided function does not require gradients."),
    ("jvp", lambda a: a.detach().sum(), "Output 0 of the user-provided function does not require gradients."),
    ("jacobian", lambda a: (a, a.detach()), "Output 1 of the user-provided function does not require gradients."),
    (
        "hessian",
        lambda a: a.sum(),
        "While computing the hessian, found that the jacobian of the user-provided function",
    ),
    ("vhp", lambda a: a.sum(), "While computing the hessian, found that the jacobian of the user-provided function"),
    ("hvp", lambda a: a.sum(), "While computing the hessian, found that the jacobian of the user-provided function"),
]


@pytest.mark.parametrize(("name", "f", "text"), STRICT, ids=[c[0] for c in STRICT])
def test_strict(torch: Any, name: str, f: Any, text: str) -> None:
    x = double(torch, [1.0, 2.0])
    vector = {"vjp": (), "jacobian": (), "hessian": ()}.get(name, (x,))
    with pytest.raises(RuntimeError) as error:
        getattr(torch.autograd.functional, name)(f, x, *vector, strict=True)
    assert message(error).startswith(text)


MISUSE = [
    (lambda fn, x: fn.jacobian(cube, [x]), TypeError,
     "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but the given inputs has type"),
    (lambda fn, x: fn.jacobian(cube, (x, 3)), TypeError,
     "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but the value at index 1 has type"),
    (lambda fn, x: fn.jacobian(lambda a: 3, x), TypeError,
     "The outputs of the user-provided function given to jacobian must be either a Tensor or a tuple of Tensors but"),
    (lambda fn, x: fn.vjp(lambda a: a * 2, x), RuntimeError,
     "The vector v can only be None if the user-provided function returns a single Tensor with a single element."),
    (lambda fn, x: fn.jvp(cube, x), RuntimeError,
     "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element."),
    (lambda fn, x: fn.vjp(lambda a: a * 2, x, x[:1]), RuntimeError,
     "v has invalid size: should be torch.Size([2]) but got torch.Size([1])."),
    (lambda fn, x: fn.vjp(lambda a: (a, a), x, (x,)), RuntimeError,
     "v is a tuple of invalid length: should be 2 but got 1."),
    (lambda fn, x: fn.vjp(lambda a: a * 2, x, (x, x)), RuntimeError, "The given v should contain a single Tensor."),
    (lambda fn, x: fn.hessian(lambda a: a * 2, x), RuntimeError,
     "The Tensor returned by the function given to hessian should contain a single element"),
    (lambda fn, x: fn.hvp(lambda a: (a, a), x, x), RuntimeError,
     "The function given to hvp should return a single Tensor"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), MISUSE)
def test_misuse(torch: Any, call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as error:
        call(torch.autograd.functional, double(torch, [1.0, 2.0]))
    assert message(error).startswith(text)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PyTorch's forward mode warns of its own code
@pytest.mark.parametrize("strategy", ["reverse-mode", "forward-mode"])
def test_vectorized(torch: Any, strategy: str) -> None:
    fn, x = torch.autograd.functional, double(torch, [1.0, 2.0])
    assert torch.allclose(fn.jacobian(cube, x, vectorize=True, strategy=strategy), fn.jacobian(cube, x))
    total = lambda x: cube(x).sum()  # noqa: E731
    found = fn.hessian(total, x, vectorize=True, outer_jacobian_strategy=strategy)
    assert torch.allclose(found, fn.hessian(total, x))
    for options, kind in (({"strict": True}, RuntimeError), ({"strategy": "sideways"}, AssertionError)):
        with pytest.raises(kind):
            fn.jacobian(cube, x, vectorize=True, **{"strategy": strategy} | options)
    for options in ({}, {"create_graph": True, "vectorize": True}):
        with pytest.raises(NotImplementedError):
            fn.jacobian(cube, x, strategy="forward-mode", **options)


@ours
def test_what_functional_leaves_out(torch: Any) -> None:
    x = double(torch, [1.0])
    for call in (
        lambda: FN.functionalize(cube),
        lambda: FN.jvp(cube, (x,), (x,), strict=True),
        lambda: FN.jacfwd(cube, chunk_size=2),
        lambda: FN.jacrev(cube, chunk_size=2),
    ):
        with pytest.raises(NotImplementedError, match="not there"):
            call()


# func -----------------------------------------------------------------------------------------------------------------
def test_grad(torch: Any) -> None:
    x, y = double(torch, [1.0, 2.0]), double(torch, [3.0, 4.0])
    f = lambda a, b: (a * b * b).sum()  # noqa: E731
    assert numbers(FN.grad(f)(x, y)) == [9.0, 16.0]
    assert numbers(FN.grad(f, argnums=1)(x, y)) == numbers(FN.grad(f, argnums=-1)(x, y)) == [6.0, 16.0]
    assert numbers(FN.grad(f, argnums=(0, 1))(x, y)) == ([9.0, 16.0], [6.0, 16.0])
    assert numbers(FN.grad_and_value(f)(x, y)) == ([9.0, 16.0], 41.0)
    assert numbers(FN.grad(lambda p: (p["a"] * 2).sum())({"a": x, "b": y})) == {"a": [2.0, 2.0], "b": [0.0, 0.0]}
    aux = lambda a: (cube(a), {"twice": a * 2})  # noqa: E731
    assert numbers(FN.grad(aux, has_aux=True)(x)) == ([3.0, 12.0], {"twice": [2.0, 4.0]})
    assert numbers(FN.grad_and_value(aux, has_aux=True)(x)) == ([3.0, 12.0], (9.0, {"twice": [2.0, 4.0]}))


def test_nested(torch: Any) -> None:
    x = double(torch, 2.0)
    assert FN.grad(FN.grad(FN.grad(lambda a: a**4)))(x).item() == 48.0
    assert FN.grad(lambda b: FN.grad(lambda a: a * a * b)(b * b))(x).item() == 24.0
    assert FN.grad(lambda b: FN.vjp(lambda a: a * a * b, b * b)[1](b)[0])(x).item() == 64.0
    assert numbers(FN.jacrev(FN.jacrev(lambda a: (a**3).sum()))(double(torch, [1.0, 2.0]))) == [[6.0, 0.0], [0.0, 12.0]]


def test_what_the_results_belong_to(torch: Any) -> None:
    x, w = double(torch, [1.0, 2.0]), double(torch, [3.0, 4.0]).requires_grad_()
    assert not FN.grad(cube)(x).requires_grad
    outer = FN.grad(lambda a: (a * a * w).sum())(x)
    assert outer.requires_grad
    outer.sum().backward()
    assert w.grad.tolist() == [2.0, 4.0] and x.grad is None and not x.requires_grad
    assert FN.grad(cube)(w).requires_grad
    with torch.no_grad():
        found, value = FN.grad_and_value(cube)(w)
    assert found.tolist() == [27.0, 48.0] and not found.requires_grad and not value.requires_grad


def test_vjp(torch: Any) -> None:
    x, y = double(torch, [1.0, 2.0]), double(torch, [3.0, 4.0])
    out, vjp_fn = FN.vjp(lambda a, b: (a * b, a.sum()), x, y)
    assert numbers(out) == ([3.0, 8.0], 3.0)
    assert numbers(vjp_fn((x, double(torch, 1.0)))) == ([4.0, 9.0], [1.0, 4.0])
    assert numbers(vjp_fn((y, double(torch, 0.0)))) == ([9.0, 16.0], [3.0, 8.0])
    out, vjp_fn, aux = FN.vjp(lambda a: (a * 2, a), x, has_aux=True)
    assert numbers((out, vjp_fn(y), aux)) == ([2.0, 4.0], ([6.0, 8.0],), [1.0, 2.0])


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_jacrev_and_hessian(torch: Any) -> None:
    x, y = double(torch, [1.0, 2.0]), double(torch, [3.0, 4.0])
    eye, none = [[2.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]]
    f = lambda a, b: {"u": a * 2, "v": b.sum()}  # noqa: E731
    assert numbers(FN.jacrev(f)(x, y)) == {"u": eye, "v": [0.0, 0.0]}
    assert numbers(FN.jacrev(f, argnums=(0, 1))(x, y)) == {"u": (eye, none), "v": ([0.0, 0.0], [1.0, 1.0])}
    assert numbers(FN.jacrev(lambda a: (a * 2, a), has_aux=True)(x)) == (eye, [1.0, 2.0])
    g = lambda a, b: (a * a * b).sum()  # noqa: E731
    assert numbers(FN.hessian(g, argnums=(0, 1))(x, y)) == (
        ([[6.0, 0.0], [0.0, 8.0]], [[2.0, 0.0], [0.0, 4.0]]),
        ([[2.0, 0.0], [0.0, 4.0]], none),
    )
    assert FN.hessian(lambda a: a**3)(y).shape == (2, 2, 2)


def test_functional_call(torch: Any) -> None:
    lin = torch.nn.Linear(2, 1)
    before = lin.weight
    x, new = torch.ones(1, 2), {"weight": torch.tensor([[2.0, 3.0]]), "bias": torch.tensor([1.0])}
    assert FN.functional_call(lin, new, (x,)).item() == 6.0 == FN.functional_call(lin, new, x).item()
    assert FN.functional_call(lin, [{"weight": new["weight"]}, {"bias": new["bias"]}], x).item() == 6.0
    assert lin.weight is before
    found = FN.grad(lambda p: FN.functional_call(lin, p, (x,)).sum())(new)
    assert numbers(found) == {"weight": [[1.0, 1.0]], "bias": [1.0]}
    with pytest.raises(RuntimeError):
        FN.functional_call(lin, {"weight": torch.ones(3, 3)}, x)
    assert lin.weight is before and dict(lin.named_parameters()).keys() == {"weight", "bias"}


def test_functional_call_of_a_network(torch: Any) -> None:
    nn = torch.nn
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Linear(2, 2, bias=False))
    model[2].weight = model[0].weight  # tied
    state = {
        k: torch.zeros_like(v) for k, v in {**dict(model.named_parameters()), **dict(model.named_buffers())}.items()
    }
    out = FN.functional_call(model, state, torch.ones(3, 2))
    assert numbers(out) == ([0.0, 0.0],) * 3 or out.tolist() == [[0.0, 0.0]] * 3
    assert state["1.num_batches_tracked"].item() == 1 and model[1].num_batches_tracked.item() == 0
    with pytest.raises(RuntimeError) as error:
        FN.functional_call(model, {"0.weigh": torch.ones(1)}, torch.ones(3, 2), strict=True)
    assert "Unexpected key(s): '0.weigh'." in str(error.value) and "Missing key(s): '0.bias'" in str(error.value)


FUNC_MISUSE = [
    (lambda x: FN.grad(lambda a: a * 2)(x), RuntimeError,
     "grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with 1 dims. Maybe you wanted to"),
    (lambda x: FN.grad(lambda a: 3)(x), RuntimeError,
     "grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got <class 'int'>"),
    (lambda x: FN.grad(cube, argnums=1)(x), RuntimeError, "Got argnum=1, but only 1 positional inputs"),
    (lambda x: FN.grad(cube)(3.0), ValueError, "Thing passed to transform API must be Tensor, got <class 'float'>"),
    (lambda x: FN.grad(cube, argnums=())(x), RuntimeError, "argnums must be non-empty"),
    (lambda x: FN.grad(cube, has_aux=True)(x), RuntimeError,
     "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is True"),
    (lambda x: FN.vjp(lambda a: (a, a), x)[1](x), RuntimeError,
     "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function."),
    (lambda x: FN.jacrev(lambda a: 3)(x), RuntimeError,
     "vjp(f, *primals): expected f(*primals) to return only tensors, got unsupported type <class 'int'>"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), FUNC_MISUSE)
def test_func_misuse(torch: Any, call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as error:
        call(double(torch, [1.0, 2.0]))
    assert message(error).startswith(text)
