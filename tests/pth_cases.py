"""What is saved and loaded in the tests of the .pth format, built in the namespace (this package or PyTorch) given."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any

import optim_cases


def kinds(torch: Any) -> dict[str, Any]:
    """Every kind of value that a file may hold."""
    plain = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    modules = OrderedDict([("weight", torch.tensor([[1.5, -2.0]])), ("count", torch.tensor(7))])
    modules._metadata = OrderedDict([("", {"version": 1})])  # type: ignore[attr-defined]
    numbers = {
        name: torch.tensor([[0, 1], [1, 3]], dtype=getattr(torch, name))
        for name in ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
    }
    return {
        "state_dict": modules,
        "numbers": numbers,
        "special": torch.tensor([float("inf"), float("-inf"), -0.0, 1e-45]),
        "0-dim": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "frozen": torch.nn.Parameter(torch.tensor([3.0]), requires_grad=False),
        "leaf": torch.tensor([1.0], requires_grad=True),
        "view": plain,
        "transposed view": plain.t(),
        "whole view": plain.view(3, 2),
        "same": modules,
        "size": plain.size(),
        "dtype": torch.float16,
        "list": [1, 2.5, None, True, False, "text", "ünïcode \n", ""],
        "integers": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**31, -(2**40), 2**200, -(2**63)],
        "floats": [0.1, -0.0, float("inf"), 1e-320],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((1,), [2])],
        "bytes": [b"ab\xff\x00", b"latin1"],
        "set": {3},
        "counter": Counter({5: 2, 30: 1}),
        "long": list(range(1500)),
        "many": {str(i): i for i in range(1200)},
        "nested": {"a": {"b": [{"c": ({},)}]}},
        7: "an integer as key",
        (1, "a"): "a tuple as key",
    }


def slices(torch: Any) -> list[Any]:
    """Views that do not use all of their memory."""
    plain = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    return [plain[1:], plain[:, 1], plain[1:, ::2], torch.tensor([1.0, 2.0]).expand(3, 2)]


def training(torch: Any) -> dict[str, Any]:
    """A checkpoint in the middle of training; all its numbers are exact in binary."""
    p, q = optim_cases.parameter(torch), optim_cases.parameter(torch)
    for tensor in (p, q):
        tensor.grad = torch.tensor([1.0, -0.5])
    sgd = torch.optim.SGD([{"params": [p], "lr": 0.5}, {"params": [q]}], lr=0.25, momentum=0.5)
    adam = torch.optim.Adam([p], lr=0.5, betas=(0.5, 0.75))
    schedule = torch.optim.lr_scheduler.MultiStepLR(sgd, [1, 3, 3], gamma=0.5)
    for _ in range(2):
        sgd.step()
        schedule.step()
    adam.step()
    return {
        "model": OrderedDict([("p", q.detach())]),
        "sgd": sgd.state_dict(),
        "adam": adam.state_dict(),
        "schedule": schedule.state_dict(),
        "epoch": 2,
    }


def describe(torch: Any, value: Any) -> Any:
    """A value that can be compared: tensors by type, dtype, size, stride, requires_grad and bytes."""
    if isinstance(value, torch.Tensor):
        array = value.detach().numpy()
        kind = "Parameter" if isinstance(value, torch.nn.Parameter) else "Tensor"
        numbers = array.astype(array.dtype.newbyteorder("<")).tobytes().hex()
        stride = list(value.stride()) if value.numel() else None
        return [kind, str(value.dtype), list(value.shape), stride, value.requires_grad, numbers]
    if isinstance(value, dict):
        inner = [[repr(k), describe(torch, v)] for k, v in value.items()]
        return [type(value).__name__, inner, describe(torch, getattr(value, "_metadata", None))]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [describe(torch, v) for v in value]]
    return [type(value).__name__, repr(value)]
