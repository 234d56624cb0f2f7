"""Initialisation: the numbers that each function draws after `manual_seed`, and those of each layer's constructor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .common import Case, raised

CASES: dict[str, Case] = {}

SHAPES = (
    (5,),
    (3, 4),
    (4, 3),
    (6, 5),
    (8, 4, 3, 3),
)  # below, at and above the 16 from which normals are drawn in blocks

INITS: dict[str, Callable[[Any, Any], Any]] = {
    "uniform_": lambda init, t: init.uniform_(t, -2.0, 3.0),
    "normal_": lambda init, t: init.normal_(t, 1.0, 0.5),
    "trunc_normal_": lambda init, t: init.trunc_normal_(t, std=0.02),
    "trunc_normal_ narrow": lambda init, t: init.trunc_normal_(t, 0.0, 1.0, -0.6, 0.9),
    "trunc_normal_ tail": lambda init, t: init.trunc_normal_(t, 0.0, 1.0, 1.0, 1.5),
    "constant_": lambda init, t: init.constant_(t, 0.3),
    "ones_": lambda init, t: init.ones_(t),
    "zeros_": lambda init, t: init.zeros_(t),
    "eye_": lambda init, t: init.eye_(t),
    "dirac_": lambda init, t: init.dirac_(t),
    "dirac_ groups": lambda init, t: init.dirac_(t, 2),
    "xavier_uniform_": lambda init, t: init.xavier_uniform_(t, gain=1.5),
    "xavier_normal_": lambda init, t: init.xavier_normal_(t),
    "kaiming_uniform_": lambda init, t: init.kaiming_uniform_(t, a=0.2),
    "kaiming_uniform_ fan_out": lambda init, t: init.kaiming_uniform_(t, mode="fan_out", nonlinearity="tanh"),
    "kaiming_normal_": lambda init, t: init.kaiming_normal_(t),
    "kaiming_normal_ fan_out": lambda init, t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
    "orthogonal_": lambda init, t: init.orthogonal_(t, gain=2.0),
    "sparse_": lambda init, t: init.sparse_(t, 0.4, std=0.1),
    "kaiming_normal_ mode": lambda init, t: init.kaiming_normal_(t, mode="fan"),
    "kaiming_normal_ nonlinearity": lambda init, t: init.kaiming_normal_(t, nonlinearity="softmax"),
}


def _init(call: Callable[[Any, Any], Any], shape: tuple[int, ...], dtype: str) -> Case:
    def case(torch: Any) -> Any:
        torch.manual_seed(11)
        tensor = torch.nn.Parameter(torch.zeros(shape, dtype=getattr(torch, dtype)))
        results: list[Any] = []
        error = raised(lambda: results.append(call(torch.nn.init, tensor) is tensor))
        following = torch.rand(3)  # as many numbers were taken from the generator
        return [error, results, tensor.detach(), following]

    return case


for name, call in INITS.items():
    for shape in SHAPES:
        for dtype in ("float32", "float64"):
            CASES[f"init/{name} {'x'.join(map(str, shape))} {dtype}"] = _init(call, shape, dtype)


def gains(torch: Any) -> Any:
    gain = torch.nn.init.calculate_gain
    names = ("linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
    return [
        *(float(gain(name)) for name in names),
        float(gain("leaky_relu", 0.2)),
        float(gain("leaky_relu", 1)),
        raised(lambda: gain("leaky_relu", True)),
        raised(lambda: gain("softmax")),
    ]


CASES["init/gains"] = gains

LAYERS: dict[str, Callable[[Any], Any]] = {
    "Linear": lambda nn: nn.Linear(7, 5),
    "Linear no bias": lambda nn: nn.Linear(3, 2, bias=False),
    "Linear float64": lambda nn: nn.Linear(7, 5).double(),
    "Bilinear": lambda nn: nn.Bilinear(3, 4, 2),
    "Conv1d": lambda nn: nn.Conv1d(3, 4, 5),
    "Conv2d": lambda nn: nn.Conv2d(3, 4, 3),
    "Conv2d groups": lambda nn: nn.Conv2d(4, 4, (3, 1), groups=2),
    "ConvTranspose1d": lambda nn: nn.ConvTranspose1d(3, 4, 3),
    "ConvTranspose2d": lambda nn: nn.ConvTranspose2d(4, 6, 3, groups=2),
    "Embedding": lambda nn: nn.Embedding(5, 4, padding_idx=1),
    "Embedding small": lambda nn: nn.Embedding(3, 4),
    "BatchNorm2d": lambda nn: nn.BatchNorm2d(3),
    "LayerNorm": lambda nn: nn.LayerNorm((3, 2)),
    "PReLU": lambda nn: nn.PReLU(3),
    "net": lambda nn: nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10)),
}


def _layer(make: Callable[[Any], Any]) -> Case:
    def case(torch: Any) -> Any:
        torch.manual_seed(5)
        layer = make(torch.nn)
        return [list(layer.state_dict().items()), torch.rand(2)]

    return case


for name, make in LAYERS.items():
    CASES[f"init/layer {name}"] = _layer(make)
