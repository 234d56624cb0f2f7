"""A name that a module does not have yet is loaded; one that it never has raises, with the nearest valid name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

LEFT_OUT = {
    "Stream": "there is no GPU",
    "Event": "there is no GPU",
    "ao": "quantisation is left out",
    "complex": "there are no complex tensors",
    "chalf": "there are no complex tensors",
    "complex32": "there are no complex tensors",
    "CrossMapLRN2d": "use nn.LocalResponseNorm",
    "DistributedDataParallel": "training runs in one process",
    "export": "there is no compiler",
    "fft": "there are no complex tensors",
    "FractionalMaxPool2d": "use nn.AdaptiveMaxPool2d",
    "FractionalMaxPool3d": "use nn.AdaptiveMaxPool3d",
    "fx": "there is no tracer",
    "hub": "nothing is downloaded",
    "init_process_group": "training runs in one process",
    "mps": "there is no GPU",
    "multiprocessing": "a DataLoader's workers are threads",
    "onnx": "there is no exporter; torch.save and safetensors are there",
    "profiler": "use cProfile",
    "quantization": "quantisation is left out",
    "quantize_per_tensor": "quantisation is left out",
    "quint8": "quantisation is left out",
    "qint8": "quantisation is left out",
    "script": "there is no script compiler; call the function itself",
    "sparse": "there are no sparse tensors",
    "sparse_coo_tensor": "there are no sparse tensors",
    "sparse_csr_tensor": "there are no sparse tensors",
    "stft": "there are no complex tensors",
    "tensorboard": "write what you log to a file, or use a logger of its own package",
    "to_sparse": "there are no sparse tensors",
    "trace": "there is no tracer; call the function itself",
    "xpu": "there is no GPU",
}
"""Notable names of PyTorch that are left out, and what to do instead or why."""


def hint(name: str, known: list[str], left_out: dict[str, str] = LEFT_OUT) -> str:
    """What to add to "has no attribute 'name'": that PyTorch's name is left out, or the nearest known one."""
    if name in left_out:
        return f"\n'{name}' is left out of minitorch_nn: {left_out[name]}"
    from difflib import get_close_matches  # only on an error's way: it takes a while to import

    near = get_close_matches(name, [k for k in known if not k.startswith("_")], 1, 0.75)
    return f". Did you mean: '{near[0]}'?" if near else ""


def absent(
    module: str, namespace: dict[str, Any], later: Mapping[str, str] = MappingProxyType({}), /, **left_out: str
) -> Callable[[str], Any]:
    """The `__getattr__` of a module: loads what is loaded late, else raises AttributeError in PyTorch's words.

    later: the names that are imported when they are first asked for, since most programs do without them and the import
    takes a while. Each with the submodule that has it, "" for a submodule itself. For type checkers the module imports
    them `if TYPE_CHECKING`.
    left_out: more names that are left out here, and why.
    """
    torch_name = module.replace("minitorch_nn", "torch", 1)
    reasons = LEFT_OUT | left_out

    def __getattr__(name: str) -> Any:
        if name in later:
            home = importlib.import_module(f"{module}.{later[name] or name}")
            namespace[name] = getattr(home, name) if later[name] else home
            return namespace[name]
        tail = "" if name.startswith("__") else hint(name, [*namespace, *later], reasons)
        raise AttributeError(f"module '{torch_name}' has no attribute '{name}'{tail}")

    if later:
        namespace["__dir__"] = lambda: sorted({*namespace, *later})
    return __getattr__
