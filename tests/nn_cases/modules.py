"""Module and its containers: registration, walking, printing, state dicts, hooks, and what is refused, as texts."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from .common import Case, raised, wave

CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[f"module/{function.__name__}"] = function
    return function


def net(torch: Any) -> Any:
    """A small model with a parameter, buffers, a shared layer and a nested list of its own."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.conv = nn.Conv2d(width, width, 3, padding=1)
            self.bn = nn.BatchNorm2d(width)

        def forward(self, x: Any) -> Any:
            return self.bn(self.conv(x)).relu() + x

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))
            self.register_buffer("mean", torch.zeros(3))
            self.register_buffer("seen", torch.zeros(1), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("absent", None)
            self.stem = nn.Conv2d(3, 4, 1, bias=False)
            self.blocks = nn.Sequential(Block(4), Block(4))
            self.heads = nn.ModuleList([nn.Linear(4, 2), nn.Linear(4, 2), nn.Linear(4, 3)])
            self.shared = self.stem
            self.empty = None
            self.act = nn.ModuleDict({"relu": nn.ReLU(), "drop": nn.Dropout(0.1)})

        def forward(self, x: Any) -> Any:
            x = self.blocks(self.stem(x * self.scale)).mean((2, 3))
            return [head(x) for head in self.heads]

    return Net()


@case
def listing(torch: Any) -> Any:
    m = net(torch)
    return [
        [name for name, _ in m.named_parameters()],
        [name for name, _ in m.named_parameters(prefix="net", recurse=False)],
        [name for name, _ in m.named_parameters(remove_duplicate=False)],
        [name for name, _ in m.named_buffers()],
        [name for name, _ in m.named_modules()],
        [name for name, _ in m.named_modules(remove_duplicate=False)],
        [name for name, _ in m.named_children()],
        [type(child).__name__ for child in m.children()],
        len(list(m.modules())),
        len(list(m.parameters())),
        len(list(m.buffers())),
        list(m.state_dict()),
        list(m.state_dict(prefix="a.")),
        [m.state_dict()._metadata[k]["version"] for k in m.state_dict()._metadata],
        list(m.state_dict()._metadata),
        type(m.state_dict()).__name__,
        [v.requires_grad for v in m.state_dict(keep_vars=True).values()],
        any(v.requires_grad for v in m.state_dict().values()),
        m.state_dict()["scale"].data_ptr() == m.scale.data_ptr(),
    ]


@case
def printing(torch: Any) -> Any:
    nn = torch.nn

    class TwoLines(nn.Module):
        def extra_repr(self) -> str:
            return "first\nsecond"

    class Mixed(nn.Sequential):
        def extra_repr(self) -> str:
            return "extra"

    return [
        repr(net(torch)),
        str(nn.Module()),
        repr(TwoLines()),
        repr(Mixed(nn.ReLU())),
        repr(nn.Sequential()),
        repr(nn.Sequential(OrderedDict(a=nn.Linear(1, 2), b=nn.Sequential(nn.Tanh())))),
        repr(nn.ModuleList()),
        repr(nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh(), nn.Sequential(nn.Tanh()), nn.Sequential(nn.Tanh())])),
        repr(nn.ParameterList([torch.zeros(2, 3), nn.Parameter(torch.zeros(())), "text", 3])),
        repr(nn.ParameterDict({"b": torch.zeros(2), "a": nn.Parameter(torch.zeros(2, 2))})),
        repr(nn.Parameter(torch.tensor([1.5, 2.0]))),
        repr(nn.Parameter(torch.tensor([[1.5]], dtype=torch.float64), requires_grad=False)),
        repr(nn.Parameter(torch.tensor([1, 2]), requires_grad=False)),
        repr(nn.Parameter()),
    ]


@case
def attributes(torch: Any) -> Any:
    """A name is in one place: whatever is assigned last."""
    nn = torch.nn
    m = nn.Module()
    log: list[Any] = []

    def look() -> None:
        log.append([list(m._parameters), list(m._buffers), list(m._modules), "x" in m.__dict__, hasattr(m, "x")])

    m.x = 1
    look()
    m.x = nn.Parameter(torch.zeros(1))
    look()
    m.x = None
    look()
    log.append(m.x is None)
    log.append(raised(lambda: setattr(m, "x", nn.ReLU())))
    del m.x
    m.x = nn.ReLU()
    look()
    m.x = None
    look()
    del m.x
    look()
    m.x = nn.Buffer(torch.zeros(2), persistent=False)
    look()
    log.append([list(m.state_dict()), type(m.x).__name__])
    m.x = torch.ones(2)
    look()
    m.x = nn.Parameter(torch.zeros(1))
    look()
    m.y = torch.ones(1)  # a plain Tensor is a plain attribute
    log.append([list(m._buffers), "y" in m.__dict__])
    log.append(raised(lambda: delattr(m, "nope")))
    return log


@case
def refused(torch: Any) -> Any:
    nn = torch.nn
    m = net(torch)

    class Early(nn.Module):
        def __init__(self, value: Any) -> None:
            self.value = value

    class NoForward(nn.Module):
        pass

    def assign(name: str, value: Any) -> Callable[[], None]:
        return lambda: setattr(m, name, value)

    return [
        raised(lambda: Early(nn.Parameter(torch.zeros(1)))),
        raised(lambda: Early(nn.ReLU())),
        raised(lambda: NoForward()(1)),
        raised(assign("scale", torch.zeros(1))),
        raised(assign("scale", 1.0)),
        raised(assign("stem", torch.zeros(1))),
        raised(assign("stem", "conv")),
        raised(assign("mean", 3)),
        raised(lambda: m.register_buffer("scale", torch.zeros(1))),
        raised(lambda: m.register_buffer("a.b", torch.zeros(1))),
        raised(lambda: m.register_buffer("", torch.zeros(1))),
        raised(lambda: m.register_buffer(3, torch.zeros(1))),
        raised(lambda: m.register_buffer("b", 3)),
        raised(lambda: m.register_parameter("stem", None)),
        raised(lambda: m.register_parameter("forward", None)),
        raised(lambda: m.register_parameter("a.b", None)),
        raised(lambda: m.register_parameter("", None)),
        raised(lambda: m.register_parameter(3, None)),
        raised(lambda: m.register_parameter("p", torch.zeros(1))),
        raised(lambda: m.register_parameter("p", [1.0])),
        raised(lambda: m.add_module("scale", None)),
        raised(lambda: m.add_module("a.b", None)),
        raised(lambda: m.add_module("", nn.ReLU())),
        raised(lambda: m.add_module(3, nn.ReLU())),
        raised(lambda: m.add_module("p", 3)),
        raised(lambda: m.train(1)),
        raised(lambda: m.to(torch.int64)),
        raised(lambda: m.get_submodule("blocks.2")),
        raised(lambda: m.get_submodule("mean")),
        raised(lambda: m.get_parameter("stem.bias2")),
        raised(lambda: m.get_parameter("mean")),
        raised(lambda: m.get_buffer("scale")),
        raised(lambda: m.set_submodule("", nn.ReLU())),
        raised(lambda: m.set_submodule("blocks.0", 3)),
        raised(lambda: m.set_submodule("blocks.7", nn.ReLU(), strict=True)),
        raised(lambda: m.unknown_thing),
        raised(lambda: m.load_state_dict(3)),
        raised(lambda: nn.Sequential(3)),
        raised(lambda: nn.Sequential(nn.ReLU())[1]),
        raised(lambda: nn.Sequential(nn.ReLU()) + 3),
        raised(lambda: nn.Sequential(nn.ReLU()) * 0).split(" for ")[0],
        raised(lambda: nn.Sequential(nn.ReLU()).insert(3, nn.ReLU())),
        raised(lambda: nn.ModuleList([nn.ReLU()])[-2]),
        raised(lambda: nn.ModuleList(3)),
        raised(lambda: nn.ModuleList([nn.ReLU()])(1)),
        raised(lambda: nn.ModuleDict({"a": nn.ReLU()})["b"]),
        raised(lambda: nn.ModuleDict({"a.b": nn.ReLU()})),
        raised(lambda: nn.ModuleDict(3)),
        raised(lambda: nn.ModuleDict([("a", nn.ReLU(), 1)])),
        raised(lambda: nn.ParameterList(torch.zeros(2))),
        raised(lambda: nn.ParameterList([torch.zeros(2)])[1]),
        raised(lambda: nn.ParameterList()(1)),
        raised(lambda: nn.ParameterDict({3: torch.zeros(1)})),
        raised(lambda: nn.ParameterDict(3)),
        raised(lambda: nn.Parameter(torch.tensor([1, 2]))),
        raised(lambda: nn.Linear(2, 2)(torch.zeros(1, 2), torch.zeros(1, 2))),
    ]


@case
def state_errors(torch: Any) -> Any:
    nn = torch.nn
    m = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    good = m.state_dict()

    def load(strict: bool = True, **changes: Any) -> str:
        state = OrderedDict(good)
        for key, value in changes.items():
            key = key.replace("_", ".", 1)
            if value is None:
                del state[key]
            else:
                state[key] = value
        return raised(lambda: str(m.load_state_dict(state, strict=strict)))

    return [
        load(),
        load(**{"0_weight": None}),
        load(**{"0_weight": None, "1_running_mean": None}),
        load(**{"2_weight": torch.zeros(1), "0_extra": torch.zeros(1)}),
        load(**{"0_weight": torch.zeros(3, 3)}),
        load(**{"0_weight": torch.zeros(3, 3), "0_bias": None, "1_more": torch.zeros(2)}),
        load(strict=False, **{"0_weight": torch.zeros(3, 3), "0_bias": None}),
        load(**{"0_weight": [1.0, 2.0]}),
        repr(m.load_state_dict(good)),
        repr(m.load_state_dict({"0.weight": torch.ones(3, 2), "x": torch.zeros(1)}, strict=False)),
        m[0].weight.detach(),
        repr(m.load_state_dict({"1.num_batches_tracked": torch.tensor([7])}, strict=False).unexpected_keys),
        int(m[1].num_batches_tracked),
    ]


@case
def loading(torch: Any) -> Any:
    """Copying keeps the parameter and its dtype; `assign` takes the Tensor given."""
    nn = torch.nn
    m = nn.Linear(2, 2)
    weight = m.weight
    state = {"weight": wave(torch, 2, 2), "bias": torch.zeros(2)}
    m.load_state_dict(state)
    log: list[Any] = [m.weight is weight, m.weight.detach(), m.weight.requires_grad]
    m.requires_grad_(False)
    m.load_state_dict(state, assign=True)
    log += [m.weight is weight, repr(m.weight.dtype), m.weight.requires_grad, type(m.weight).__name__]
    log += [m.weight.data_ptr() == state["weight"].data_ptr()]
    return log


@case
def extra_state(torch: Any) -> Any:
    class Counter(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.count = 0

        def get_extra_state(self) -> Any:
            return {"count": self.count}

        def set_extra_state(self, state: Any) -> None:
            self.count = state["count"]

    a, b = torch.nn.Sequential(Counter()), torch.nn.Sequential(Counter())
    a[0].count = 5
    b.load_state_dict(a.state_dict())
    return [
        list(a.state_dict()),
        b[0].count,
        raised(lambda: b.load_state_dict({})),
        raised(lambda: torch.nn.Sequential(torch.nn.ReLU()).load_state_dict(a.state_dict())),
    ]


@case
def state_hooks(torch: Any) -> Any:
    m = torch.nn.Sequential(torch.nn.Linear(1, 1))
    log: list[Any] = []
    handles = [
        m.register_state_dict_pre_hook(lambda module, prefix, keep: log.append(["pre", prefix, keep])),
        m[0].register_state_dict_post_hook(lambda module, state, prefix, meta: state.pop(prefix + "bias") and None),
        m[0].register_load_state_dict_pre_hook(
            lambda module, state, prefix, *rest: state.update({prefix + "bias": torch.ones(1)})
        ),
        m.register_load_state_dict_post_hook(
            lambda module, keys: log.append([*keys.missing_keys, *keys.unexpected_keys])
        ),
    ]
    state = m.state_dict()
    log.append(list(state))
    log.append(str(m.load_state_dict(state)))
    log.append(m[0].bias.detach())
    for handle in handles:
        handle.remove()
    log.append(list(m.state_dict()))
    m.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    log.append(str(m.load_state_dict({"0.weight": torch.zeros(1, 1)})))
    return log


@case
def modes(torch: Any) -> Any:
    m = net(torch)
    calls: list[str] = []
    m.apply(lambda module: calls.append(type(module).__name__))
    m.eval()
    log: list[Any] = [calls, [x.training for x in m.modules()], m.train() is m, [x.training for x in m.modules()]]
    m.requires_grad_(False)
    log.append([p.requires_grad for p in m.parameters()])
    m.requires_grad_(True)
    x = torch.ones(1, 3, 4, 4)
    sum(y.sum() for y in m(x)).backward()
    log.append([p.grad is not None for p in m.parameters()])
    m.zero_grad(set_to_none=False)
    log.append([float(p.grad.abs().sum()) for p in m.parameters()])
    m.zero_grad()
    log.append([p.grad is None for p in m.parameters()])
    return log


@case
def conversion(torch: Any) -> Any:
    """A conversion changes the values of the same Parameter objects, and their gradients; not integer buffers."""
    m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    before = list(m.parameters())
    m(torch.ones(3, 2)).sum().backward()
    log: list[Any] = []
    for convert in (
        lambda: m.double(), lambda: m.to(torch.float32), lambda: m.half(), lambda: m.float(),
        lambda: m.to("cpu", torch.float64),
        lambda: m.to(torch.zeros(1)), lambda: m.to(dtype=torch.float64), lambda: m.to(device="cpu"), lambda: m.cpu(),
        lambda: m.type(torch.float32),
    ):  # fmt: skip
        log.append(convert() is m)
        log.append([repr(v.dtype) for v in m.state_dict().values()])
        log.append([repr(p.grad.dtype) for p in m.parameters()])
    return [*log, all(a is b for a, b in zip(before, m.parameters(), strict=True))]


@case
def lookup(torch: Any) -> Any:
    nn = torch.nn
    m = net(torch)
    m.set_submodule("blocks.1.conv", nn.Conv2d(4, 4, 1))
    m.set_submodule("extra", nn.Tanh())
    return [
        repr(m.get_submodule("blocks.1.conv")),
        repr(m.get_submodule("extra")),
        m.get_submodule("") is m,
        m.get_parameter("blocks.0.bn.weight") is m.blocks[0].bn.weight,
        m.get_buffer("blocks.0.bn.running_var") is m.blocks[0].bn.running_var,
    ]


@case
def copies(torch: Any) -> Any:
    """A deep copy shares nothing, keeps types, order, sharing between its parts, and requires_grad."""
    m = net(torch)
    m.scale.requires_grad_(False)
    m.mean = torch.nn.Buffer(torch.ones(3))
    other = copy.deepcopy(m)
    with torch.no_grad():
        other.stem.weight.add_(1)
    return [
        repr(other) == repr(m),
        list(other.state_dict()),
        type(other.scale).__name__,
        type(other.mean).__name__,
        other.scale.requires_grad,
        other.shared is other.stem,
        bool((other.stem.weight == m.stem.weight + 1).all()),
        other.training,
    ]
