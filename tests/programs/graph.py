"""Programs about the graph: hooks of all kinds, passes from several roots, changes in place. What they log is compared.

A program is a list of steps `[operation, arguments…]` on float64 tensors of two elements, or of one after a split. The
tensors are called by the number of their step, "4.1" is the second result of step 4.
"""

from __future__ import annotations

import random
from typing import Any

WEIGHTS = {
    "add": 3, "mul": 4, "sin": 2, "exp": 2, "scale": 2, "view": 2, "clone": 1, "detach": 1, "unbind": 1, "split": 1,
    "join": 2, "two": 4, "mul_": 2, "scale_": 1, "exp_": 2, "requires_grad_": 0.6, "no_grad": 1, "hook": 6, "retain": 2,
    "post": 2, "node_hook": 2, "node_prehook": 2, "backward": 4, "grad": 4, "remove": 0.5, "multi": 1,
}  # fmt: skip


def shown(t: Any) -> Any:
    """A tensor for the log: `[elements, requires_grad]`."""
    return None if t is None else [[round(v, 9) for v in t.detach().reshape(-1).tolist()], t.requires_grad]


def function_of(torch: Any) -> Any:
    class Two(torch.autograd.Function):
        """(2 a, a b); `how`: 1 is told of missing gradients, 2 gives none for a."""

        @staticmethod
        def forward(ctx: Any, a: Any, b: Any, how: int, log: list[Any]) -> Any:
            ctx.save_for_backward(a, b)
            ctx.how, ctx.log = how, log
            ctx.set_materialize_grads(not how & 1)
            return a * 2, a * b

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            a, b = ctx.saved_tensors
            ctx.log.append(["backward", shown(g), shown(h), list(ctx.needs_input_grad)])
            for_b = None if h is None else h * a
            if ctx.how & 2:
                return None, for_b, None, None
            parts = [p for p in (None if g is None else g * 2, None if h is None else h * b) if p is not None]
            return (sum(parts[1:], parts[0]) if parts else None), for_b, None, None

    return Two


class GraphRun:
    """The state of a running program; `log` is what happened."""

    def __init__(self, torch: Any) -> None:
        self.torch, self.two = torch, function_of(torch)
        self.values: dict[str, Any] = {}
        self.handles: dict[int, Any] = {}
        self.nodes: list[Any] = []  # a leaf's node lives as long as somebody holds it
        self.log: list[Any] = []

    def step(self, n: int, step: list[Any]) -> None:
        operation, *args = step
        try:
            result = self.call(n, operation, *args)
        except Exception as error:
            self.log.append([n, type(error).__name__, str(error).split("\n")[0]])
            result = None
        several = isinstance(result, (tuple, list))
        for i, t in enumerate(result if several else [result]):
            if isinstance(t, self.torch.Tensor):
                self.values[f"{n}.{i}" if several else f"{n}"] = t
        self.log.append([n, {name: self.state(t) for name, t in self.values.items()}])

    def state(self, t: Any) -> Any:
        try:
            node = t.grad_fn
            return [shown(t), t.is_leaf, t.retains_grad, t._version, node and node.name(), shown(t.grad)]
        except RuntimeError as error:  # of a view whose base was changed
            return str(error).split("\n")[0]

    def call(self, n: int, operation: str, *args: Any) -> Any:
        torch, log = self.torch, self.log
        if operation in ("leaf", "backward", "grad", "multi", "remove"):
            return getattr(self, f"do_{operation}")(n, *args)
        x, rest = self.values[args[0]], args[1:]
        match operation:
            case "add":
                return x + self.values[rest[0]]
            case "mul":
                return x * self.values[rest[0]]
            case "mul_":
                x.mul_(self.values[rest[0]])
            case "scale":
                return x * 2.0
            case "scale_":
                x.mul_(2.0)
            case "view":
                return x.view(2)
            case "split":
                return x.split(1)
            case "join":
                return torch.cat([x.reshape(-1)[:1], self.values[rest[0]].reshape(-1)[-1:]])
            case "two":
                return self.two.apply(x, self.values[rest[0]], rest[1], log)
            case "no_grad":
                with torch.no_grad():
                    return x * 3.0
            case "retain":
                return x.retain_grad()
            case "hook" if not (x._is_view() and x.is_leaf):  # on which PyTorch 2.13.0 crashes
                self.handles[n] = x.register_hook(self.tensor_hook(n, rest[0]))
            case "post":
                hook = lambda t: log.append([n, shown(t.grad)])  # noqa: E731
                self.handles[n] = x.register_post_accumulate_grad_hook(hook)
            case "node_hook" | "node_prehook":
                node = x.grad_fn or x.view_as(x).grad_fn.next_functions[0][0]
                self.nodes.append(node)
                register = node.register_hook if operation == "node_hook" else node.register_prehook
                self.handles[n] = register(self.node_hook(n, rest[0]))
            case "requires_grad_":
                x.requires_grad_(rest[0])
            case "exp_":
                x.exp_()
            case "sin" | "exp" | "clone" | "detach" | "unbind":
                return getattr(x, operation)()
        return None

    def tensor_hook(self, n: int, kind: int) -> Any:
        def hook(g: Any) -> Any:
            self.log.append([n, shown(g)])
            return g * 2 if kind == 1 else g + 1 if kind == 2 and g is not None else None

        return hook

    def node_hook(self, n: int, kind: int) -> Any:
        def hook(*grads: Any) -> Any:
            self.log.append([n, *[[shown(g) for g in each] for each in grads]])
            return None if kind == 0 else tuple(None if g is None or kind == 2 else g * 2 for g in grads[0])

        return hook

    def do_leaf(self, n: int, values: list[float], requires_grad: bool) -> Any:
        return self.torch.tensor(values, dtype=self.torch.float64, requires_grad=requires_grad)

    def do_remove(self, n: int, number: int) -> None:
        self.handles[number].remove()

    def do_multi(self, n: int, names: list[str], mode: str) -> None:
        def hook(grads: Any) -> None:
            self.log.append([n, [shown(g) for g in grads] if mode == "all" else shown(grads)])

        tensors = [self.values[name] for name in names]
        self.handles[n] = self.torch.autograd.graph.register_multi_grad_hook(tensors, hook, mode=mode)

    def seeds(self, tensors: list[Any]) -> list[Any]:
        torch = self.torch
        return [torch.arange(1, 1 + t.numel(), dtype=torch.float64).reshape(t.shape) for t in tensors]

    def do_backward(self, n: int, roots: list[str], inputs: Any, retain: bool, create: bool, off: bool) -> None:
        tensors = [self.values[name] for name in roots]
        wanted = None if inputs is None else [self.values[name] for name in inputs]
        with self.torch.set_grad_enabled(not off):
            self.torch.autograd.backward(tensors, self.seeds(tensors), retain, create, inputs=wanted)

    def do_grad(self, n: int, roots: list[str], inputs: list[str], retain: bool, create: bool, off: bool) -> None:
        tensors, wanted = [self.values[name] for name in roots], [self.values[name] for name in inputs]
        options = {"retain_graph": retain, "create_graph": create, "allow_unused": True}
        with self.torch.set_grad_enabled(not off):
            found = self.torch.autograd.grad(tensors, wanted, self.seeds(tensors), **options)
        self.log.append([n, [shown(g) for g in found]])


def draw_graph_program(rng: random.Random, torch: Any) -> list[list[Any]]:
    """A program of up to 22 steps, run on `torch` while it is drawn."""
    run = GraphRun(torch)
    steps: list[list[Any]] = []

    def add(step: list[Any]) -> None:
        run.step(len(steps), step)
        steps.append(step)

    for _ in range(rng.randrange(1, 4)):
        add(["leaf", [rng.randrange(-4, 5) / 4 for _ in range(2)], rng.random() < 0.85])
    for _ in range(rng.randrange(4, 22)):
        operation = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        names = list(run.values)
        some = lambda: rng.choice(names[-4:]) if rng.random() < 0.5 else rng.choice(names)  # noqa: B023, E731
        tracked = [name for name in names if run.values[name].requires_grad] or names
        many = lambda: [rng.choice(tracked) for _ in range(rng.randrange(1, 4))]  # noqa: B023, E731
        if operation in ("add", "mul", "mul_", "join"):
            add([operation, some(), some()])
        elif operation == "two":
            add([operation, some(), some(), rng.randrange(4)])
        elif operation == "requires_grad_":
            add([operation, some(), rng.random() < 0.5])
        elif operation in ("hook", "node_hook", "node_prehook"):
            add([operation, rng.choice(tracked), rng.choice((0, 0, 1, 2))])
        elif operation == "multi":
            add([operation, many(), rng.choice(("all", "any"))])
        elif operation in ("backward", "grad"):
            inputs = None if operation == "backward" and rng.random() < 0.6 else many()
            roots = [rng.choice(tracked) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
            add([operation, roots, inputs, rng.random() < 0.7, rng.random() < 0.25, rng.random() < 0.1])
        elif operation != "remove":
            add([operation, some()])
        elif run.handles:
            add([operation, rng.choice(list(run.handles))])
    return steps


def log_of(torch: Any, steps: list[list[Any]]) -> list[Any]:
    """What happens when the program runs."""
    run = GraphRun(torch)
    for n, step in enumerate(steps):
        run.step(n, step)
    return run.log
