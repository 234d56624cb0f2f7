"""Calls with bfloat16 (and float16) whose results, or errors, are compared as text: `name: f(torch)`."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any


def b(torch: Any, *values: float, **options: Any) -> Any:
    return torch.tensor(values, dtype=torch.bfloat16, **options)


def grads(torch: Any, f: Callable[[Any], Any], *inputs: Any) -> Any:
    wanted = [x.requires_grad_() for x in inputs]
    out = f(*wanted)
    out.sum().backward()
    return out, [x.grad for x in wanted]


def changed(x: Any, f: Callable[[Any], Any]) -> Any:
    f(x)
    return x


def second(torch: Any) -> Any:
    x = b(torch, 1.1, 2.2, requires_grad=True)
    (g,) = torch.autograd.grad((x * x * x).sum(), x, create_graph=True)
    return g, torch.autograd.grad(g.sum(), x)


def in_place(torch: Any) -> Any:
    x = b(torch, 1.1, 2.2, 3.3, requires_grad=True)
    y = x.clone()
    y.mul_(x)
    y[0] = 5
    y[1:].div_(3)
    y.sum().backward()
    (x * 3).sum().backward()  # adds to what is there
    return y, x.grad


def hooks(torch: Any) -> Any:
    seen: list[Any] = []
    x = b(torch, 1.1, 2.2, requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: seen.append(g))
    y.retain_grad()
    (y.exp() + y).sum().backward()
    return seen, y.grad, x.grad


def with_default(name: str, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(torch: Any) -> Any:
        torch.set_default_dtype(getattr(torch, name))
        try:
            return f(torch), torch.get_default_dtype()
        finally:
            torch.set_default_dtype(torch.float32)

    return run


def drawn(name: str, size: int) -> Callable[[Any], Any]:
    return lambda torch: getattr(torch, name)(size, dtype=torch.bfloat16)


def module(torch: Any, name: str, *args: Any, shape: tuple[int, ...] = (2, 3)) -> Any:
    layer = getattr(torch.nn, name)(*args).bfloat16()
    x = torch.rand(*shape).bfloat16().requires_grad_()
    out = layer(x)
    return out.dtype, out.shape, [p.dtype for p in layer.state_dict().values()]


def optimized(torch: Any) -> Any:
    p = torch.nn.Parameter(b(torch, 1.0, -2.0, 0.5))
    steps = torch.optim.Adam([p], lr=0.1)
    p.grad = b(torch, 0.5, 0.25, -1.0)
    steps.step()
    state = steps.state_dict()["state"][0]
    return p, {k: v.dtype for k, v in state.items()}


CASES: dict[str, Callable[[Any], Any]] = {
    # made
    "tensor": lambda t: b(t, 1.0, 2.5, 3.14159),
    "ties to even": lambda t: b(t, 257.0, 259.0, 1e39, float("nan"), -0.0, 1e-45),
    "zeros ones full": lambda t: (
        [f(2, dtype=t.bfloat16) for f in (t.zeros, t.ones)] + [t.full((2,), 1.1, dtype=t.bfloat16)]
    ),
    "like": lambda t: [t.ones_like(b(t, 2.0)), t.full_like(b(t, 2.0), 1.1), t.zeros_like(t.ones(2), dtype=t.bfloat16)],
    "new": lambda t: [b(t).new_ones(2), b(t).new_full((1,), 3.3), b(t).new_tensor([3.3]), b(t).new_zeros(1)],
    "arange": lambda t: [t.arange(3, dtype=t.bfloat16), t.arange(0, 1, 0.1, dtype=t.bfloat16)],
    "linspace": lambda t: [t.linspace(0, 1, 7, dtype=t.bfloat16), t.logspace(0, 1, 7, dtype=t.bfloat16)],
    "eye": lambda t: t.eye(2, dtype=t.bfloat16),
    "of tensors": lambda t: t.tensor([t.tensor(1.5, dtype=t.bfloat16), 2]),
    "as_tensor": lambda t: [t.as_tensor([1.1], dtype=t.bfloat16), t.as_tensor(b(t, 1.1), dtype=t.float32)],
    "frombuffer": lambda t: t.frombuffer(bytearray(b"\x80\x3f\x00\x40"), dtype=t.bfloat16),
    # drawn
    **{f"{name} {size}": drawn(name, size) for name in ("rand", "randn") for size in (5, 16, 20, 900)},
    "randint": lambda t: t.randint(0, 200, (8,), dtype=t.bfloat16),
    "randperm": lambda t: t.randperm(10, dtype=t.bfloat16),
    "uniform_": lambda t: t.empty(20, dtype=t.bfloat16).uniform_(2, 7),
    "normal_": lambda t: t.empty(20, dtype=t.bfloat16).normal_(2, 3),
    "exponential_": lambda t: t.empty(9, dtype=t.bfloat16).exponential_(),
    "random_": lambda t: t.empty(9, dtype=t.bfloat16).random_(),
    "bernoulli": lambda t: [t.bernoulli(t.rand(9).bfloat16()), t.empty(9, dtype=t.bfloat16).bernoulli_(0.3)],
    "multinomial": lambda t: t.multinomial(t.rand(9).bfloat16(), 3),
    "normal of tensors": lambda t: t.normal(b(t, 1.0, 2.0, 3.0), b(t, 1.0, 2.0, 3.0)),
    "dropout": lambda t: t.nn.functional.dropout(t.ones(9, dtype=t.bfloat16), 0.3),
    "kaiming": lambda t: t.nn.init.kaiming_uniform_(t.empty(3, 3, dtype=t.bfloat16)),
    # turned into other types and read
    "casts": lambda t: [
        b(t, 1.5, 2.7).to(getattr(t, d)) for d in ("float64", "float32", "float16", "int64", "uint8", "bool")
    ],
    "from others": lambda t: [
        t.tensor([1, 259]).bfloat16(),
        t.tensor([True]).bfloat16(),
        t.tensor([1.1]).double().bfloat16(),
    ],
    "type": lambda t: [b(t).type(), t.ones(1).type("torch.BFloat16Tensor"), t.ones(1).type(t.bfloat16)],
    "numbers": lambda t: [
        b(t, 1.1).item(),
        b(t, 1.1, 2.0).tolist(),
        float(b(t, 2.3)),
        int(b(t, 2.7)),
        bool(b(t, -0.0)),
    ],
    "format": lambda t: f"{t.tensor(2.3, dtype=t.bfloat16):.3f}",
    "contains": lambda t: [2.296875 in b(t, 2.3), 2.3 in b(t, 2.3)],
    "numpy": lambda t: b(t, 1.0).numpy(),
    "sizes": lambda t: [b(t, 1.0, 2.0).nbytes, b(t).element_size(), t.zeros(2, 3, dtype=t.bfloat16).t().stride()],
    "pickle": lambda t: [pickle.loads(pickle.dumps(b(t, 1.1))), copy.deepcopy(b(t, 1.1))],
    "type is one object": lambda t: pickle.loads(pickle.dumps(t.bfloat16)) is t.bfloat16,
    # types together
    "promotion": lambda t: [
        b(t, 1.1) + other
        for other in (
            b(t, 1.1),
            1.1,
            1,
            t.tensor([3]),
            t.tensor([1.1]),
            t.tensor([1.1]).half(),
            t.tensor(1.1),
            t.tensor([True]),
        )
    ],
    "0-dim": lambda t: [b(t, 1.1)[0] * other for other in (t.tensor([3]), t.tensor([1.1]), t.tensor([1.1]).half(), 2)],
    "promote_types": lambda t: [
        t.promote_types(t.bfloat16, getattr(t, d)) for d in ("float16", "float64", "int64", "bool", "bfloat16")
    ],
    "result_type": lambda t: [t.result_type(b(t, 1.0), 2.0), t.result_type(t.tensor([1]), b(t, 1.0)[0])],
    "can_cast": lambda t: [t.can_cast(t.bfloat16, t.int32), t.can_cast(t.float64, t.bfloat16)],
    "finfo": lambda t: [
        t.finfo(t.bfloat16),
        t.finfo(t.bfloat16).max,
        t.finfo(t.bfloat16).tiny,
        t.finfo(t.bfloat16).bits,
    ],
    "in place and promotion": lambda t: [b(t, 1.1).add_(t.tensor([1.1])), t.tensor([1.1]).add_(b(t, 1.1))],
    "into integers": lambda t: t.tensor([1]).add_(b(t, 1.0)),
    # computed with
    "arithmetic": lambda t: [b(t, 2.5) // 1, b(t, 2.5) % 2, b(t, 2.5) ** 2, 2 ** b(t, 2.5), 1 / b(t, 3.0), -b(t, 0.0)],
    "alpha": lambda t: b(t, 3.0).add(1, alpha=2.5),
    "comparison": lambda t: [
        b(t, 1.0, float("nan"), -0.0) == b(t, 1.0, float("nan"), 0.0),
        b(t, 1.0) < 2,
        b(t, 1.0).equal(b(t, 1.0)),
    ],
    "no bits": lambda t: b(t, 3.0) & 1,
    "no invert": lambda t: ~b(t, 3.0),
    "sums": lambda t: [
        t.ones(300, dtype=t.bfloat16).sum(),
        t.ones(300, dtype=t.bfloat16).cumsum(0)[-1],
        b(t, 1.0).sum(dtype=t.float32),
    ],
    "means": lambda t: [
        t.rand(300).bfloat16().mean(),
        t.rand(300).bfloat16().std(),
        t.tensor([3, 4]).mean(dtype=t.bfloat16),
    ],
    "extremes": lambda t: [t.rand(6).bfloat16().max(), t.rand(2, 3).bfloat16().min(1), t.rand(6).bfloat16().argmax()],
    "order": lambda t: [t.rand(6).bfloat16().sort(), t.rand(6).bfloat16().topk(2), b(t, 1.0, float("nan")).max()],
    "where": lambda t: [
        t.where(t.rand(3) > 0.5, t.rand(3).bfloat16(), 0.0),
        t.nonzero(b(t, 0.0, 2.0)),
        b(t, 0.0, 2.0).any(),
    ],
    "cat": lambda t: [t.cat([b(t, 1.1), b(t, 2.2)]), t.cat([b(t, 1.1), t.rand(1)]), t.stack([b(t, 1.1)] * 2)],
    "views": lambda t: t.rand(3, 4).bfloat16().t()[1:].reshape(-1),
    "expanded": lambda t: [b(t, 1.1).expand(2, 1).float(), b(t, 1.1).expand(2, 1) + 1],
    "matmul": lambda t: t.rand(4, 5).bfloat16() @ t.rand(5, 3).bfloat16(),
    "matmul of two types": lambda t: t.rand(4, 4).bfloat16() @ t.rand(4, 4),
    "linear of two types": lambda t: t.nn.Linear(3, 2)(t.rand(2, 3).bfloat16()),
    "einsum": lambda t: t.einsum("ij,jk->ik", t.rand(2, 3).bfloat16(), t.rand(3, 2).bfloat16()),
    "masked writes": lambda t: [
        changed(b(t, 1.1, 2.2), lambda v: v.__setitem__(v > 1.5, 0.1)),
        changed(b(t, 1.1), lambda v: v.fill_(2.2)),
        changed(b(t, 1.1), lambda v: v.zero_()),
        changed(b(t, 1.1), lambda v: v.copy_(t.tensor([259]))),
        changed(b(t, 1.1, 2.2), lambda v: v[1:].mul_(3.3)),
        b(t, 1.1, 2.2).masked_fill(t.tensor([True, False]), 3.3),
    ],
    # differentiated
    "gradients": lambda t: grads(t, lambda x, y: x * y / 3, b(t, 1.1, 2.2), b(t, 3.3, 4.4)),
    "gradient of a sum of broadcasts": lambda t: grads(t, lambda x, y: x * y, b(t, 1.1), t.rand(50).bfloat16()),
    "gradient through types": lambda t: grads(t, lambda x: (x.float() * 1.23).bfloat16() + x, b(t, 1.1, 2.2)),
    "softmax": lambda t: grads(t, lambda x: (x.softmax(0) * x).sum(), b(t, 1.1, 2.2, 3.3)),
    "linear": lambda t: grads(t, t.nn.functional.linear, b(t, 1.1, 2.2).view(1, 2).detach(), t.ones(1, 2).bfloat16()),
    "second derivative": second,
    "in place": in_place,
    "hooks": hooks,
    "mse": lambda t: grads(t, lambda x: t.nn.functional.mse_loss(x, t.zeros_like(x)), b(t, 1.1, 2.2)),
    "cast back for the loss": lambda t: grads(
        t, lambda x: t.nn.functional.cross_entropy(x[None].float(), t.tensor([1])), b(t, 1.1, 2.2)
    ),
    # modules and optimizers
    "Linear": lambda t: module(t, "Linear", 3, 2),
    "Conv2d": lambda t: module(t, "Conv2d", 2, 3, 3, shape=(1, 2, 4, 4)),
    "LayerNorm": lambda t: module(t, "LayerNorm", 3),
    "BatchNorm1d": lambda t: module(t, "BatchNorm1d", 3),
    "to": lambda t: t.nn.Linear(3, 2).to(t.bfloat16)(t.ones(1, 3).bfloat16()),
    "parameter": lambda t: t.nn.Parameter(t.ones(2, dtype=t.bfloat16)),
    "Adam": optimized,
    # printed
    "scientific": lambda t: b(t, 1e-3, 2e5, float("nan"), float("inf")),
    "empty": lambda t: [b(t), t.zeros(0, 3, dtype=t.bfloat16)],
    "summarised": lambda t: t.rand(50, 50).bfloat16(),
    "requires_grad": lambda t: [b(t, 1.5, requires_grad=True), b(t, 1.5, requires_grad=True) * 2],
    # the default type
    "default": with_default(
        "bfloat16",
        lambda t: [
            t.tensor([1.5]),
            t.tensor([1]) / 3,
            t.rand(2),
            t.arange(2) * 1.1,
            t.arange(0, 1, 0.3),
            t.ones(1).float(),
            t.Tensor([1.1]),
        ],
    ),
    "default in layers": with_default("bfloat16", lambda t: t.nn.Linear(2, 2)(t.ones(1, 2))),
    "default float16": with_default("float16", lambda t: [t.tensor([1]) / 3, t.tensor([1.1]), t.rand(2)]),
    # read and written element by element, or in a kernel of its own
    "apply_": lambda t: [
        b(t, 1.5, 2.7).apply_(lambda x: x * 1.1),
        b(t, 1.5).map_(b(t, 2.5), lambda x, y: x / y),
        b(t, 1.5).map2_(b(t, 2.5), b(t, 3.5), lambda x, y, z: x * y + z),
    ],
    "map_ of two types": lambda t: b(t, 1.5).map_(t.tensor([2]), lambda x, y: x),
    "frexp": lambda t: t.frexp(b(t, 1.0, 2.5, -300.0, 0.0)),
    "histogram": lambda t: [
        t.histogram(b(t, 1.0, 2.5, 3.0), 3, range=(0, 4), density=True),
        t.histogram(b(t, 1.0, 2.5), b(t, 0.0, 2.0, 4.0), weight=b(t, 0.5, 2.0)),
    ],
    "histogram without a range": lambda t: t.histogram(b(t, 1.0, 2.5), 3),
    "finite differences": lambda t: [
        t.gradient(t.tensor([1, 4, 9.5, 16.25]).bfloat16()),
        t.gradient(b(t, 1, 4, 9, 16), spacing=(b(t, 0, 1, 3, 4),)),
    ],
    "bincount": lambda t: t.bincount(t.tensor([0, 2, 2]), b(t, 0.1, 0.2, 0.3)),
    "rrelu": lambda t: t.nn.functional.rrelu(b(t, -1.0, 2.0, -3.0), training=True),
    "cov": lambda t: t.cov(t.rand(2, 4).bfloat16(), aweights=t.rand(4).bfloat16()),
    "powers": lambda t: [t.vander(b(t, 1.0, 2.0, 3.0)), t.linalg.matrix_power(t.ones(2, 2).bfloat16(), 0)],
    "sign of nan": lambda t: t.signbit(t.tensor([float("nan"), -float("nan"), -0.0]).bfloat16()),
    "no kernel": lambda t: t.special.ndtri(b(t, 0.5)),
    "no decomposition": lambda t: t.linalg.svd(t.ones(2, 2).bfloat16()),
    "a parameter is not formatted": lambda t: f"{t.nn.Parameter(t.tensor(2.0, dtype=t.bfloat16))}",
    # float16 computes in float32, too
    "float16 sums": lambda t: [
        (t.ones(1000).half() * 100).sum(),
        t.rand(300).half().mean(),
        (t.rand(9).half() * 3).var(),
    ],
    "float16 of float64": lambda t: [
        t.tensor([1 + 2.0**-11 + 2.0**-30], dtype=t.float64).half(),  # rounded twice, by way of float32
        t.full((1,), 1 + 2.0**-11 + 2.0**-30, dtype=t.float16),
        changed(t.zeros(1).half(), lambda v: v.__setitem__(0, 1 + 2.0**-11 + 2.0**-30)),
    ],
    "float16 without a kernel": lambda t: t.linalg.det(t.ones(2, 2).half()),
    "float16 products": lambda t: t.rand(4, 50).half() @ t.rand(50, 3).half(),
    "float16 numbers": lambda t: [t.ones(1).half() * 1e-8, t.ones(1).half() * 70000.0, t.rand(3).half() / 3.3],
    "float16 gradients": lambda t: grads(t, lambda x: (x.sigmoid() * x.softmax(0)).sum(), t.rand(5).half()),
}


def outcome(torch: Any, name: str) -> str:
    """The text of a case's result, or of its error."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(CASES[name](torch))
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"
