"""Record the names that PyTorch's documentation lists of the parts that are followed here.

`python tests/record/record_names.py` writes tests/recorded/names.json. Left out: private names, names of kernels for
other hardware, and of data types and machinery that are not part of the documented interface.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from pathlib import Path

import torch

MODULES = (
    "torch", "torch.Tensor", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.optim",
    "torch.optim.lr_scheduler", "torch.autograd", "torch.autograd.functional", "torch.func", "torch.linalg",
    "torch.utils.data", "torch.random",
)  # fmt: skip
OTHER = re.compile(
    r"_|(cudnn|miopen|mkldnn|fbgemm|quantize|fake_quantize|native|sym|q_|is_autocast|set_autocast|get_autocast|autocast|"
    r"import_ir|parse_|unify|merge_type|profiler|segment|unsafe|lobpcg|batch_norm_|choose_qparams|fused|to_sparse|Literal|"
    r"Optional|Self|bisect_right|factory_kwargs|has_torch|handle_torch|boolean_dispatch|compiled_with|init_num|Profiler|"
    r"kineto|debug_unwrap|rearrange|hash_tensor|slice_inverse|resolve_|thread_safe|swap_in|Nested|enforce_grad)|"
    r".*(_copy|_cell|Storage|sparse.*|Type|_quantized|_tensor_type)$"
)


def documented(name: str) -> list[str]:
    """The public functions and classes of a module."""
    owner = torch.Tensor if name == "torch.Tensor" else importlib.import_module(name)
    found = []
    for key in dir(owner):
        value = getattr(owner, key)
        if OTHER.match(key) or inspect.ismodule(value):
            continue
        own = not (inspect.isclass(value) or inspect.isfunction(value)) or value.__module__.startswith("torch")
        plain = (
            name != "torch"
            or not inspect.isclass(value)
            or issubclass(value, (torch.Tensor, torch.device, torch.dtype))
        )
        if own and plain and (getattr(value, "__doc__", None) or name == "torch.Tensor") and callable(value):
            found.append(key)
    return found


if __name__ == "__main__":
    names = {name: documented(name) for name in MODULES}
    recorded = {"header": {"torch": torch.__version__.split("+")[0]}, "names": names}
    path = Path(__file__).resolve().parent.parent / "recorded" / "names.json"
    path.write_text(json.dumps(recorded, indent=0) + "\n")
    print({name: len(found) for name, found in names.items()})
