"""Every layer: printed text, keys, and forward and gradients on fixed weights, in training and evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .common import Case, fill, forward_and_gradients, raised, wave

CASES: dict[str, Case] = {}

IMAGE, ROWS, SIGNAL = (2, 4, 6, 5), (3, 4), (2, 4, 7)

# constructor, shapes of the inputs
LAYERS: dict[str, tuple[Callable[[Any], Any], tuple[tuple[int, ...], ...]]] = {
    "Identity": (lambda nn: nn.Identity(54, unused=True), (ROWS,)),
    "Linear": (lambda nn: nn.Linear(4, 3), (ROWS,)),
    "Linear 3d": (lambda nn: nn.Linear(7, 3), (SIGNAL,)),
    "Linear 1d": (lambda nn: nn.Linear(4, 3), ((4,),)),
    "Linear no bias": (lambda nn: nn.Linear(4, 3, bias=False), (ROWS,)),
    "Bilinear": (lambda nn: nn.Bilinear(4, 3, 2), (ROWS, (3, 3))),
    "Conv1d": (lambda nn: nn.Conv1d(4, 6, 3, stride=2, padding=1), (SIGNAL,)),
    "Conv1d groups": (lambda nn: nn.Conv1d(4, 6, 3, groups=2, dilation=2, bias=False), (SIGNAL,)),
    "Conv1d reflect": (lambda nn: nn.Conv1d(4, 2, 3, padding=2, padding_mode="reflect"), (SIGNAL,)),
    "Conv2d": (lambda nn: nn.Conv2d(4, 3, 3), (IMAGE,)),
    "Conv2d unbatched": (lambda nn: nn.Conv2d(4, 3, 3), (IMAGE[1:],)),
    "Conv2d stride": (lambda nn: nn.Conv2d(4, 3, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2)), (IMAGE,)),
    "Conv2d groups": (lambda nn: nn.Conv2d(4, 8, 3, groups=4, padding=1, bias=False), (IMAGE,)),
    "Conv2d same": (lambda nn: nn.Conv2d(4, 3, (4, 3), padding="same"), (IMAGE,)),
    "Conv2d valid": (lambda nn: nn.Conv2d(4, 3, 2, padding="valid"), (IMAGE,)),
    "Conv2d circular": (lambda nn: nn.Conv2d(4, 3, 3, padding=(1, 2), padding_mode="circular"), (IMAGE,)),
    "Conv2d replicate same": (lambda nn: nn.Conv2d(4, 3, 4, padding="same", padding_mode="replicate"), (IMAGE,)),
    "ConvTranspose1d": (lambda nn: nn.ConvTranspose1d(4, 6, 3, stride=2, groups=2), (SIGNAL,)),
    "ConvTranspose2d": (lambda nn: nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), (IMAGE,)),
    "ConvTranspose2d dilated": (lambda nn: nn.ConvTranspose2d(4, 6, 2, dilation=2, groups=2, bias=False), (IMAGE,)),
    "BatchNorm1d": (lambda nn: nn.BatchNorm1d(4), (ROWS,)),
    "BatchNorm1d 3d": (lambda nn: nn.BatchNorm1d(4, momentum=0.3), (SIGNAL,)),
    "BatchNorm2d": (lambda nn: nn.BatchNorm2d(4), (IMAGE,)),
    "BatchNorm2d cumulative": (lambda nn: nn.BatchNorm2d(4, eps=1e-3, momentum=None), (IMAGE,)),
    "BatchNorm2d plain": (lambda nn: nn.BatchNorm2d(4, affine=False), (IMAGE,)),
    "BatchNorm2d no bias": (lambda nn: nn.BatchNorm2d(4, bias=False), (IMAGE,)),
    "BatchNorm2d untracked": (lambda nn: nn.BatchNorm2d(4, track_running_stats=False), (IMAGE,)),
    "InstanceNorm1d": (lambda nn: nn.InstanceNorm1d(4), (SIGNAL,)),
    "InstanceNorm2d": (lambda nn: nn.InstanceNorm2d(4, affine=True, track_running_stats=True), (IMAGE,)),
    "InstanceNorm2d unbatched": (lambda nn: nn.InstanceNorm2d(4, affine=True), (IMAGE[1:],)),
    "LayerNorm": (lambda nn: nn.LayerNorm(4), (ROWS,)),
    "LayerNorm 2 axes": (lambda nn: nn.LayerNorm((6, 5), eps=1e-3), (IMAGE,)),
    "LayerNorm plain": (lambda nn: nn.LayerNorm([4], elementwise_affine=False), (ROWS,)),
    "LayerNorm no bias": (lambda nn: nn.LayerNorm(4, bias=False), (ROWS,)),
    "GroupNorm": (lambda nn: nn.GroupNorm(2, 4), (IMAGE,)),
    "GroupNorm plain": (lambda nn: nn.GroupNorm(4, 4, affine=False), (SIGNAL,)),
    "RMSNorm": (lambda nn: nn.RMSNorm(4), (ROWS,)),
    "RMSNorm eps": (lambda nn: nn.RMSNorm((6, 5), eps=0.1, elementwise_affine=False), (IMAGE,)),
    "LocalResponseNorm": (lambda nn: nn.LocalResponseNorm(3, alpha=0.5, k=2.0), (IMAGE,)),
    "Flatten": (lambda nn: nn.Flatten(), (IMAGE,)),
    "Flatten some": (lambda nn: nn.Flatten(0, 2), (IMAGE,)),
    "Unflatten": (lambda nn: nn.Unflatten(1, (2, 2)), (IMAGE,)),
    "MaxPool1d": (lambda nn: nn.MaxPool1d(3, stride=2, padding=1), (SIGNAL,)),
    "MaxPool2d": (lambda nn: nn.MaxPool2d(2), (IMAGE,)),
    "MaxPool2d padded": (
        lambda nn: nn.MaxPool2d((3, 2), stride=2, padding=1, dilation=(1, 2), ceil_mode=True),
        (IMAGE,),
    ),
    "MaxPool2d unbatched": (lambda nn: nn.MaxPool2d(3, 1), (IMAGE[1:],)),
    "AvgPool1d": (lambda nn: nn.AvgPool1d(3, padding=1), (SIGNAL,)),
    "AvgPool2d": (lambda nn: nn.AvgPool2d(3, 2, 1), (IMAGE,)),
    "AvgPool2d without pad": (lambda nn: nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), (IMAGE,)),
    "AvgPool2d divisor": (lambda nn: nn.AvgPool2d(2, divisor_override=3), (IMAGE,)),
    "AdaptiveAvgPool1d": (lambda nn: nn.AdaptiveAvgPool1d(3), (SIGNAL,)),
    "AdaptiveAvgPool2d": (lambda nn: nn.AdaptiveAvgPool2d(1), (IMAGE,)),
    "AdaptiveAvgPool2d uneven": (lambda nn: nn.AdaptiveAvgPool2d((4, None)), (IMAGE,)),
    "AdaptiveMaxPool1d": (lambda nn: nn.AdaptiveMaxPool1d(3), (SIGNAL,)),
    "AdaptiveMaxPool2d": (lambda nn: nn.AdaptiveMaxPool2d((4, 2)), (IMAGE,)),
    "LPPool1d": (lambda nn: nn.LPPool1d(2, 3, stride=2), (SIGNAL,)),
    "LPPool2d": (lambda nn: nn.LPPool2d(4, (2, 3)), (IMAGE,)),
    "Unfold": (lambda nn: nn.Unfold((2, 3), padding=1), (IMAGE,)),
    "Fold": (lambda nn: nn.Fold((4, 3), 2), ((2, 8, 6),)),
    "PixelShuffle": (lambda nn: nn.PixelShuffle(2), (IMAGE,)),
    "PixelUnshuffle": (lambda nn: nn.PixelUnshuffle(2), ((1, 2, 4, 6),)),
    "ChannelShuffle": (lambda nn: nn.ChannelShuffle(2), (IMAGE,)),
    "ZeroPad1d": (lambda nn: nn.ZeroPad1d(2), (SIGNAL,)),
    "ZeroPad2d": (lambda nn: nn.ZeroPad2d((1, 2, 0, 1)), (IMAGE,)),
    "ConstantPad1d": (lambda nn: nn.ConstantPad1d((1, 0), 3.5), (SIGNAL,)),
    "ConstantPad2d": (lambda nn: nn.ConstantPad2d(1, 3.5), (IMAGE,)),
    "ReflectionPad1d": (lambda nn: nn.ReflectionPad1d((2, 1)), (SIGNAL,)),
    "ReflectionPad2d": (lambda nn: nn.ReflectionPad2d((1, 2, 3, 0)), (IMAGE,)),
    "ReplicationPad1d": (lambda nn: nn.ReplicationPad1d(2), (SIGNAL,)),
    "ReplicationPad2d": (lambda nn: nn.ReplicationPad2d(2), (IMAGE,)),
    "CircularPad1d": (lambda nn: nn.CircularPad1d((1, 3)), (SIGNAL,)),
    "CircularPad2d": (lambda nn: nn.CircularPad2d(2), (IMAGE,)),
    "Upsample": (lambda nn: nn.Upsample(scale_factor=2), (IMAGE,)),
    "Upsample bilinear": (lambda nn: nn.Upsample(size=(7, 9), mode="bilinear"), (IMAGE,)),
    "UpsamplingNearest2d": (lambda nn: nn.UpsamplingNearest2d(size=8), (IMAGE,)),
    "UpsamplingBilinear2d": (lambda nn: nn.UpsamplingBilinear2d(scale_factor=2), (IMAGE,)),
    "PairwiseDistance": (lambda nn: nn.PairwiseDistance(), (ROWS, ROWS)),
    "CosineSimilarity": (lambda nn: nn.CosineSimilarity(), (ROWS, ROWS)),
    "Dropout nothing": (lambda nn: nn.Dropout(0.0), (ROWS,)),
    "Dropout everything": (lambda nn: nn.Dropout(1.0), (ROWS,)),
    "Dropout2d everything": (lambda nn: nn.Dropout2d(1.0), (IMAGE,)),
    "AlphaDropout nothing": (lambda nn: nn.AlphaDropout(0.0), (ROWS,)),
    "PReLU": (lambda nn: nn.PReLU(), (IMAGE,)),
    "PReLU channels": (lambda nn: nn.PReLU(4, init=0.1), (IMAGE,)),
    "Softmax": (lambda nn: nn.Softmax(dim=1), (IMAGE,)),
    "Softmin": (lambda nn: nn.Softmin(dim=-1), (ROWS,)),
    "LogSoftmax": (lambda nn: nn.LogSoftmax(dim=0), (ROWS,)),
    "Softmax2d": (lambda nn: nn.Softmax2d(), (IMAGE,)),
    "GLU": (lambda nn: nn.GLU(1), (IMAGE,)),
    "GELU tanh": (lambda nn: nn.GELU(approximate="tanh"), (ROWS,)),
    "Softplus": (lambda nn: nn.Softplus(beta=2, threshold=1), (ROWS,)),
    "Threshold": (lambda nn: nn.Threshold(0.1, 20), (ROWS,)),
    "Threshold in place": (lambda nn: nn.Sequential(nn.Identity(), nn.Threshold(0.1, 20, inplace=True)), (ROWS,)),
    "Hardtanh": (lambda nn: nn.Hardtanh(-0.5, 0.7), (ROWS,)),
}
for name in (
    "ReLU", "ReLU6", "LeakyReLU", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid", "Sigmoid",
    "Tanh", "LogSigmoid", "Softsign", "Tanhshrink", "Hardshrink", "Softshrink",
):  # fmt: skip
    LAYERS[name] = (lambda nn, name=name: getattr(nn, name)(), (ROWS,))


def _input(torch: Any, shape: tuple[int, ...], k: int) -> Any:
    return wave(torch, *shape, phase=0.1 + 0.5 * k)


def _layer(make: Callable[[Any], Any], shapes: tuple[tuple[int, ...], ...]) -> Case:
    def case(torch: Any) -> Any:
        layer = fill(torch, make(torch.nn))
        result: list[Any] = [repr(layer), list(layer.state_dict())]
        in_place = "in place" in repr(make) or "inplace=True" in repr(layer)
        for mode in (True, False):
            layer.train(mode)
            layer.zero_grad()
            inputs = [_input(torch, shape, k) * (1 + mode) for k, shape in enumerate(shapes)]
            call = (lambda *xs: layer(*(x * 1 for x in xs))) if in_place else layer
            result += forward_and_gradients(torch, call, *inputs, parameters=list(layer.parameters()))
        return [*result, list(layer.buffers())]

    return case


for name, (make, shapes) in LAYERS.items():
    CASES[f"layer/{name}"] = _layer(make, shapes)

IN_PLACE = {
    name: (lambda nn, name=name: getattr(nn, name)(inplace=True), (ROWS,))
    for name in (
        "ReLU",
        "ReLU6",
        "LeakyReLU",
        "ELU",
        "CELU",
        "SELU",
        "SiLU",
        "Mish",
        "Hardswish",
        "Hardsigmoid",
        "Hardtanh",
    )
}


def _in_place(make: Callable[[Any], Any], shape: tuple[int, ...]) -> Case:
    """The layer overwrites its input, whether it is a leaf without gradient or the result of something."""

    def case(torch: Any) -> Any:
        layer = make(torch.nn)
        x = wave(torch, *shape)
        same = layer(x) is x
        leaf = wave(torch, *shape, phase=2.0).requires_grad_()
        result = forward_and_gradients(torch, lambda y: layer(y * 1), leaf)
        return [repr(layer), same, x, result, raised(lambda: layer(leaf))]

    return case


for name, (make, shapes) in IN_PLACE.items():
    CASES[f"layer/{name} in place"] = _in_place(make, shapes[0])


# ---- what PyTorch refuses -----------------------------------------------------------------------------------------

REFUSED: dict[str, Callable[[Any], Any]] = {
    "Linear shape": lambda torch: torch.nn.Linear(4, 3)(torch.zeros(2, 5)),
    "Conv2d groups zero": lambda torch: torch.nn.Conv2d(4, 4, 3, groups=0),
    "Conv2d in_channels": lambda torch: torch.nn.Conv2d(4, 6, 3, groups=3),
    "Conv2d out_channels": lambda torch: torch.nn.Conv2d(4, 6, 3, groups=4),
    "Conv2d same stride": lambda torch: torch.nn.Conv2d(4, 6, 3, padding="same", stride=2),
    "Conv2d channels": lambda torch: torch.nn.Conv2d(3, 6, 3)(torch.zeros(2, 4, 8, 8)),
    "Conv2d small": lambda torch: torch.nn.Conv2d(3, 6, 3)(torch.zeros(2, 3, 2, 2)),
    "Conv2d 2d": lambda torch: torch.nn.Conv2d(3, 6, 3)(torch.zeros(8, 8)),
    "ConvTranspose2d mode": lambda torch: torch.nn.ConvTranspose2d(3, 3, 3, padding_mode="reflect"),
    "ConvTranspose2d size": lambda torch: torch.nn.ConvTranspose2d(3, 3, 3, stride=2)(
        torch.zeros(1, 3, 4, 4), (20, 20)
    ),
    "BatchNorm1d dims": lambda torch: torch.nn.BatchNorm1d(4)(torch.zeros(2, 4, 3, 3)),
    "BatchNorm2d dims": lambda torch: torch.nn.BatchNorm2d(4)(torch.zeros(2, 4)),
    "BatchNorm2d channels": lambda torch: torch.nn.BatchNorm2d(4)(torch.zeros(2, 3, 2, 2)),
    "BatchNorm1d one value": lambda torch: torch.nn.BatchNorm1d(4)(torch.zeros(1, 4)),
    "InstanceNorm2d dims": lambda torch: torch.nn.InstanceNorm2d(4)(torch.zeros(2, 4)),
    "InstanceNorm2d channels": lambda torch: torch.nn.InstanceNorm2d(4, affine=True)(torch.zeros(2, 3, 2, 2)),
    "InstanceNorm1d one value": lambda torch: torch.nn.InstanceNorm1d(4)(torch.zeros(2, 4, 1)),
    "LayerNorm shape": lambda torch: torch.nn.LayerNorm(4)(torch.zeros(2, 3)),
    "GroupNorm divide": lambda torch: torch.nn.GroupNorm(3, 4),
    "GroupNorm channels": lambda torch: torch.nn.GroupNorm(2, 4)(torch.zeros(2, 6, 3)),
    "Dropout p": lambda torch: torch.nn.Dropout(1.5),
    "Dropout1d dims": lambda torch: torch.nn.Dropout1d()(torch.zeros(2)),
    "Embedding padding": lambda torch: torch.nn.Embedding(4, 2, padding_idx=4),
    "Embedding range": lambda torch: torch.nn.Embedding(4, 2)(torch.tensor([0, 4])),
    "Embedding weight": lambda torch: torch.nn.Embedding(4, 2, _weight=torch.zeros(2, 4)),
    "Unflatten list": lambda torch: torch.nn.Unflatten(1, 4),
    "Unflatten float": lambda torch: torch.nn.Unflatten(1, (2, 2.0)),
    "Hardtanh limits": lambda torch: torch.nn.Hardtanh(1.0, 0.0),
    "Softshrink negative": lambda torch: torch.nn.Softshrink(-1.0)(torch.zeros(2)),
    "GLU odd": lambda torch: torch.nn.GLU()(torch.zeros(2, 3)),
    "Softmax2d dims": lambda torch: torch.nn.Softmax2d()(torch.zeros(2, 3)),
    "CircularPad2d dims": lambda torch: torch.nn.CircularPad2d(1)(torch.zeros(3, 3)),
    "MaxPool2d padding": lambda torch: torch.nn.MaxPool2d(3, padding=2)(torch.zeros(1, 3, 8, 8)),
    "MaxPool2d small": lambda torch: torch.nn.MaxPool2d(3)(torch.zeros(1, 3, 2, 2)),
    "AdaptiveAvgPool2d dims": lambda torch: torch.nn.AdaptiveAvgPool2d(2)(torch.zeros(3, 3)),
    "keyword": lambda torch: torch.nn.Module(1),
    "unknown keyword": lambda torch: torch.nn.Module(depth=1),
}
for name, refused in REFUSED.items():
    CASES[f"refused/{name}"] = lambda torch, refused=refused: raised(lambda: refused(torch))


# ---- layers that are not functions of floating inputs, and details ---------------------------------------------------


def _embedding(**options: Any) -> Case:
    def case(torch: Any) -> Any:
        layer = fill(torch, torch.nn.Embedding(6, 3, **options))
        index = torch.tensor([[1, 4], [4, 2]])
        out = layer(index)
        (out * wave(torch, *out.shape)).sum().backward()
        return [repr(layer), layer.padding_idx, out.detach(), layer.weight.grad, layer.weight.detach()]

    return case


for name, options in {
    "plain": {},
    "padding_idx": {"padding_idx": 4},
    "negative padding_idx": {"padding_idx": -2},
    "max_norm": {"max_norm": 0.8},
    "max_norm 1": {"max_norm": 1.0, "norm_type": 1.0},
    "scale_grad_by_freq": {"scale_grad_by_freq": True},
}.items():
    CASES[f"layer/Embedding {name}"] = _embedding(**options)


def from_pretrained(torch: Any) -> Any:
    layer = torch.nn.Embedding.from_pretrained(wave(torch, 3, 2), padding_idx=1)
    return [repr(layer), layer.weight.requires_grad, layer(torch.tensor([2, 0])).detach()]


def pooled_indices(torch: Any) -> Any:
    x = wave(torch, *IMAGE)
    return [
        torch.nn.MaxPool2d(2, return_indices=True)(x),
        torch.nn.MaxPool1d(3, return_indices=True)(wave(torch, *SIGNAL)),
        torch.nn.AdaptiveMaxPool2d(2, return_indices=True)(x),
    ]


def transposed_output_size(torch: Any) -> Any:
    layer = fill(torch, torch.nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1))
    x = wave(torch, *IMAGE)
    return [layer(x, output_size=size).detach() for size in ((11, 10), (12, 9), (2, 2, 11, 9))]


def batch_norm_details(torch: Any) -> Any:
    """Statistics after several batches; frozen weights do not stop them; gradients in evaluation; half a state dict."""
    bn = fill(torch, torch.nn.BatchNorm2d(4))
    bn.requires_grad_(False)
    states = []
    for k in range(3):
        bn(_input(torch, IMAGE, k) * (k + 1))
        states += [bn.running_mean.clone(), bn.running_var.clone(), int(bn.num_batches_tracked)]
    bn.eval()
    x = wave(torch, *IMAGE).requires_grad_()
    (bn(x) ** 2).sum().backward()
    bn.requires_grad_(True)
    bn.train()
    bn.momentum = None
    cumulative = [bn(_input(torch, IMAGE, k)).detach() for k in range(2)]
    bn.reset_running_stats()
    return [states, x.grad, cumulative, bn.running_var, bn.num_batches_tracked, bn.num_batches_tracked.dtype.__repr__()]


def batch_norm_old_state(torch: Any) -> Any:
    """`num_batches_tracked` may be missing in a plain dict, or in one of an older version, not in a new one."""
    state = torch.nn.BatchNorm2d(2).state_dict()
    plain = {k: v for k, v in state.items() if k != "num_batches_tracked"}
    bn = torch.nn.BatchNorm2d(2)
    bn(torch.ones(2, 2, 3, 3))
    kept = [str(bn.load_state_dict(plain)), int(bn.num_batches_tracked)]
    versioned = state.copy()
    versioned._metadata = state._metadata
    del versioned["num_batches_tracked"]
    return [*kept, raised(lambda: bn.load_state_dict(versioned))]


def half_precision(torch: Any) -> Any:
    """Results keep the dtype of the layer."""
    layers = [torch.nn.Linear(4, 2), torch.nn.Conv2d(1, 1, 2), torch.nn.BatchNorm2d(1), torch.nn.LayerNorm(4)]
    return [repr(layer.double()(torch.zeros(1, 1, 4, 4, dtype=torch.float64)).dtype) for layer in layers]


for function in (
    from_pretrained, pooled_indices, transposed_output_size, batch_norm_details, batch_norm_old_state, half_precision,
):  # fmt: skip
    CASES[f"layer/{function.__name__}"] = function


# ---- resampling -------------------------------------------------------------------------------------------------


def _interpolate(mode: str) -> Case:
    def case(torch: Any) -> Any:
        x = wave(torch, 2, 2, 5, 4)
        resize = torch.nn.functional.interpolate
        return [
            resize(x, mode=mode, align_corners=corners, **options)
            for options in (
                {"size": (7, 3)},
                {"scale_factor": (1.7, 2.0)},
                {"scale_factor": 0.6, "recompute_scale_factor": True},
            )
            for corners in ((None, False, True) if mode.startswith("bi") else (None,))
        ]

    return case


for mode in ("nearest", "nearest-exact", "area", "bilinear", "bicubic"):
    CASES[f"interpolate/{mode}"] = _interpolate(mode)
