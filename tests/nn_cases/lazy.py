"""Lazy layers: before the first call, at it, after it; loading; errors."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from .common import Case, raised, wave

CASES: dict[str, Case] = {}

# constructor, shape of the first input
LAYERS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "Linear": (lambda nn: nn.LazyLinear(3), (2, 4)),
    "Linear no bias": (lambda nn: nn.LazyLinear(3, bias=False), (2, 5, 4)),
    "Conv1d": (lambda nn: nn.LazyConv1d(6, 3, 2, padding=1), (2, 4, 7)),
    "Conv2d": (lambda nn: nn.LazyConv2d(6, (3, 2), groups=2, dilation=2), (2, 4, 7, 6)),
    "Conv2d unbatched": (lambda nn: nn.LazyConv2d(5, 3, padding="same", bias=False), (4, 7, 6)),
    "Conv2d circular": (lambda nn: nn.LazyConv2d(5, 3, padding=1, padding_mode="circular"), (1, 4, 7, 6)),
    "ConvTranspose1d": (lambda nn: nn.LazyConvTranspose1d(6, 3, stride=2, output_padding=1), (2, 4, 5)),
    "ConvTranspose2d": (lambda nn: nn.LazyConvTranspose2d(6, 3, 2, 1, groups=2), (2, 4, 5, 6)),
    "BatchNorm1d": (lambda nn: nn.LazyBatchNorm1d(), (3, 4)),
    "BatchNorm2d": (lambda nn: nn.LazyBatchNorm2d(1e-3, momentum=None), (2, 4, 3, 3)),
    "BatchNorm2d no bias": (lambda nn: nn.LazyBatchNorm2d(bias=False), (2, 4, 3, 3)),
    "BatchNorm2d plain": (lambda nn: nn.LazyBatchNorm2d(affine=False, track_running_stats=False), (2, 4, 3, 3)),
    "InstanceNorm1d": (lambda nn: nn.LazyInstanceNorm1d(), (2, 4, 5)),
    "InstanceNorm2d": (lambda nn: nn.LazyInstanceNorm2d(affine=False), (2, 4, 5, 3)),
}


def _state(module: Any) -> list[Any]:
    """What the state dict holds: texts for what has no shape."""
    lazy = [(k, v) for k, v in module.state_dict().items()]
    return [[k, repr(v) if repr(v).startswith("<") else v] for k, v in lazy]


def _life(make: Any, shape: tuple[int, ...]) -> Case:
    def case(torch: Any) -> Any:
        torch.manual_seed(1)
        layer = make(torch.nn)
        before = [repr(layer), type(layer).__name__, _state(layer), [type(p).__name__ for p in layer.parameters()]]
        parameters = list(layer.parameters())
        out = layer(wave(torch, *shape, dtype=torch.float32))
        after = [repr(layer), type(layer).__name__, _state(layer), out]
        same = [p is q for p, q in zip(parameters, layer.parameters(), strict=True)]
        left = [name for name in ("_initialize_hook", "cls_to_become") if hasattr(layer, name)]
        return [before, after, same, left, [p.requires_grad for p in parameters]]

    return case


for name, row in LAYERS.items():
    CASES[f"lazy/{name}"] = _life(*row)


def _network(torch: Any) -> Any:
    """A network of lazy layers trains as one that was made with sizes, from the same loaded weights."""
    nn = torch.nn
    torch.manual_seed(2)
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    text = repr(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x = wave(torch, 3, 2, 5, 5, dtype=torch.float32)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = (net(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return [text, repr(net), losses, _state(net)]


def _loading(torch: Any) -> Any:
    nn = torch.nn
    full = nn.Linear(2, 3)
    with torch.no_grad():
        for p in full.parameters():
            p.copy_(wave(torch, *p.shape))
    lazy, other = nn.LazyLinear(3), nn.LazyLinear(3)
    result = [repr(lazy.load_state_dict(other.state_dict())), repr(lazy.weight)]
    result += [repr(lazy.load_state_dict(full.state_dict())), repr(lazy), lazy.weight, lazy.bias]
    result += [lazy(torch.ones(1, 2)), repr(lazy)]
    norm, known = nn.LazyBatchNorm1d(), nn.BatchNorm1d(4)
    norm.load_state_dict(known.state_dict())
    result += [repr(norm), _state(norm), norm(wave(torch, 3, 4, dtype=torch.float32)), repr(norm), _state(norm)]
    return result


def _changing(torch: Any) -> Any:
    """dtype and copies before the first call."""
    nn = torch.nn
    layer, norm = nn.LazyLinear(3).double(), nn.LazyBatchNorm1d().double()
    kinds = [str(layer.weight.dtype), repr(layer.weight), str(norm.running_mean.dtype), repr(norm.running_mean)]
    copied = copy.deepcopy(layer)
    out = [str(copied(torch.ones(1, 2).double()).dtype), repr(copied), repr(layer), repr(layer.weight)]
    explicit = nn.LazyLinear(3, dtype=torch.float64)
    one = nn.UninitializedParameter(requires_grad=False)
    one.materialize((2, 3))
    buffer = nn.UninitializedBuffer(dtype=torch.int64)
    buffer.materialize((2,))
    made = [type(one).__name__, one.requires_grad, list(one.shape), type(buffer).__name__, str(buffer.dtype)]
    hooked = nn.LazyLinear(2)
    seen: list[str] = []
    hooked.register_forward_pre_hook(lambda m, args: seen.append(type(m).__name__))
    hooked(torch.ones(1, 2))
    return [kinds, out, str(explicit.weight.dtype), made, seen, str(layer.weight.size()), layer.weight.ndim]


def _errors(torch: Any) -> Any:
    nn = torch.nn
    loaded = nn.LazyLinear(3)
    loaded.load_state_dict(nn.Linear(2, 3).state_dict())
    uses = {
        "add": lambda: nn.LazyLinear(3).weight + 1,
        "sum": lambda: nn.LazyLinear(3).weight.sum(),
        "numel": lambda: sum(p.numel() for p in nn.LazyLinear(3).parameters()),
        "detach": lambda: nn.LazyLinear(3).weight.detach(),
    }
    # PyTorch names its own method here
    used = {k: [part for part in raised(f).split("uninitialized parameter in ")[:1]] for k, f in uses.items()}
    return [
        used,
        {
            name: raised(f)
            for name, f in {
                "shape": lambda: nn.LazyLinear(3).weight.shape,
                "loaded size": lambda: loaded(torch.ones(1, 5)),
                "into a known one": lambda: nn.Linear(2, 3).load_state_dict(nn.LazyLinear(3).state_dict()),
                "batch norm dims": lambda: nn.LazyBatchNorm2d()(torch.ones(2, 3)),
                "conv dims": lambda: nn.LazyConv2d(4, 3)(torch.ones(2, 2)),
                "conv groups": lambda: nn.LazyConv2d(4, 3, groups=2)(torch.ones(1, 3, 5, 5)),
                "more inputs": lambda: nn.LazyLinear(3)(torch.ones(1, 2), 5),
            }.items()
        },
    ]


CASES |= {
    "lazy: network": _network,
    "lazy: loading": _loading,
    "lazy: changing": _changing,
    "lazy: errors": _errors,
}
