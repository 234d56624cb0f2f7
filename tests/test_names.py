"""Names: what code for PyTorch uses is there, what is left out says so, and what has no effect is documented."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from cases.by_use import BY_USE, LEFT_OUT, exists
from cases.names import OPERATIONS
from conftest import NAMESPACE

ours = pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="in this package's own words")


@pytest.mark.parametrize("name", BY_USE)
def test_a_name_that_is_much_used_is_there_or_says_why_not(torch: Any, name: str) -> None:
    if name not in LEFT_OUT or NAMESPACE == "torch":
        assert exists(torch, name)
        return
    with pytest.raises(AttributeError, match="is left out of minitorch_nn: "):
        operator = torch
        for part in name.split("."):
            operator = getattr(operator, part)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_a_function_or_a_method(torch: Any, name: str) -> None:
    plain = name.split("__")[0] if not name.startswith("__") else {"__rdiv__": "__rtruediv__"}.get(name, name)
    if "." in plain:
        assert callable(getattr(torch.nn.functional, plain.rsplit(".", 1)[1]))
    else:
        assert hasattr(torch.Tensor, plain) or callable(getattr(torch, plain))


IMPORTS = """
import {0} as torch
import {0}.nn as nn
import {0}.nn.functional as F
import {0}.optim as optim
import {0}.optim.lr_scheduler as lr_scheduler
import {0}.utils.data
import {0}.cuda, {0}.jit, {0}.distributed as dist
import {0}.backends.cudnn as cudnn
from {0} import Tensor, nn, optim
from {0}.autograd import Function, Variable
from {0}.nn import Module, Parameter
from {0}.nn.modules import Linear
from {0}.nn.parameter import Parameter as P
from {0}.optim import SGD, Adam
from {0}.optim.lr_scheduler import StepLR
from {0}.utils.data import DataLoader, Dataset, TensorDataset, random_split
from {0}.utils.data.dataset import Subset
from {0}.utils.dlpack import from_dlpack, to_dlpack
assert P is Parameter and torch.utils.data.DataLoader is DataLoader and F.relu is nn.functional.relu
"""


def test_the_usual_imports_in_a_fresh_process() -> None:
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", IMPORTS.format(NAMESPACE)], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@ours
def test_importing_the_package_does_not_import_what_it_may_not_need() -> None:
    code = "import sys, minitorch_nn; print([m for m in ('PIL', 'tqdm', 'torch') if m in sys.modules])"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


LATE = """
import sys, minitorch_nn as torch
parts = ["amp", "cuda", "distributions", "func", "io", "linalg", "nn.utils.parametrizations", "nn.utils.prune", "optim.lbfgs",
         "optim.lr_scheduler", "special", "utils.checkpoint", "utils.data"]
early = [part for part in parts if f"{torch.__name__}.{part}" in sys.modules]
assert not early, early
from minitorch_nn import GradScaler, autocast
from minitorch_nn.optim import *
from minitorch_nn.distributions import Normal
assert torch.distributions.Normal is Normal and torch.optim.LBFGS is LBFGS is torch.optim.lbfgs.LBFGS
assert torch.amp.GradScaler is GradScaler and torch.nn.utils.prune.identity and torch.load and torch.vmap is torch.func.vmap
assert {"special", "vmap"} <= set(dir(torch)) and {"prune", "fusion"} <= set(dir(torch.nn.utils))
"""


@ours
def test_rarely_used_parts_are_imported_when_they_are_asked_for() -> None:
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", LATE], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@ours
@pytest.mark.parametrize("part", ["", "cuda", "nn.utils", "optim", "utils"])
def test_what_type_checkers_see_is_there(part: str) -> None:
    module = importlib.import_module(f"{NAMESPACE}.{part}".rstrip("."))
    seen = [
        alias.asname or alias.name
        for block in ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    ]
    assert seen and not [name for name in seen if not hasattr(module, name)]


@pytest.mark.parametrize(
    "part", ["", "nn", "nn.functional", "optim", "cuda", "jit", "utils.data", "accelerator", "distributed"]
)
def test_an_unknown_name_has_pytorchs_error(torch: Any, part: str) -> None:
    module = importlib.import_module(f"{NAMESPACE}.{part}".rstrip("."))
    with pytest.raises(AttributeError, match=f"^module '{f'torch.{part}'.rstrip('.')}' has no attribute 'qqqqqq'$"):
        module.qqqqqq  # noqa: B018
    with pytest.raises(AttributeError, match=r"^'Tensor' object has no attribute 'qqqqqq'$"):
        torch.ones(1).qqqqqq  # noqa: B018


@ours
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sofmax", "Did you mean: 'softmax'?"),
        ("nn.Liner", "Did you mean: 'Linear'?"),
        ("nn.functional.cross_entrpy", "Did you mean: 'cross_entropy'?"),
        ("optim.Adm", "Did you mean: 'Adam'?"),
        ("Tensor.qqq", "type object 'Tensor' has no attribute 'qqq'"),
        ("hub", "'hub' is left out of minitorch_nn: nothing is downloaded"),
        ("jit.script", "'script' is left out of minitorch_nn: there is no script compiler"),
        ("sparse_coo_tensor", "there are no sparse tensors"),
        ("distributed.init_process_group", "training runs in one process"),
    ],
)
def test_an_unknown_name_says_what_to_do(torch: Any, name: str, message: str) -> None:
    with pytest.raises(AttributeError) as caught:
        for part in name.split("."):
            torch = getattr(torch, part)
    assert message in str(caught.value)


@ours
def test_an_unknown_attribute_of_a_tensor_says_what_to_do(torch: Any) -> None:
    with pytest.raises(AttributeError, match=r"'Tensor' object has no attribute 'reshpe'. Did you mean: 'reshape'\?"):
        torch.ones(1).reshpe  # noqa: B018
    with pytest.raises(AttributeError, match="'to_sparse' is left out of minitorch_nn: there are no sparse tensors"):
        torch.ones(1).to_sparse()


# There is no GPU ------------------------------------------------------------------------------------------------------
def test_code_that_asks_for_a_gpu_is_told_there_is_none(torch: Any) -> None:
    assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
    assert not torch.accelerator.is_available() and torch.accelerator.current_accelerator() is None
    assert not torch.backends.cudnn.is_available() and not torch.backends.mps.is_available()
    assert not torch.jit.is_scripting() and torch.get_default_device() == torch.device("cpu")
    torch.cuda.manual_seed_all(1)
    torch.cuda.empty_cache()
    with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is available"):
        torch.accelerator.current_device_index()
    for call in (torch.cuda.current_device, torch.cuda.synchronize):
        with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
            call()


@ours
def test_what_needs_a_gpu_raises_and_says_what_to_do(torch: Any) -> None:
    for call in (
        lambda: torch.device("cuda"),
        lambda: torch.ones(1).cuda(),
        lambda: torch.ones(1).to("cuda:0"),
        lambda: torch.ones(1, device="mps"),
        lambda: torch.nn.Linear(1, 1).cuda(),
        lambda: torch.set_default_device("cuda"),
    ):
        with pytest.raises(RuntimeError, match="computes on the CPU only"):
            call()
    with pytest.raises(AssertionError, match="CPU only"):
        torch.cuda.set_device(0)
    with pytest.raises(RuntimeError):
        torch.Generator("cuda")


def test_switches_keep_what_they_are_told(torch: Any) -> None:
    cudnn = torch.backends.cudnn
    before = cudnn.benchmark, cudnn.deterministic, cudnn.enabled
    try:
        cudnn.benchmark, cudnn.deterministic, cudnn.enabled = True, True, False
        assert (cudnn.benchmark, cudnn.deterministic, cudnn.enabled) == (True, True, False)
        torch.use_deterministic_algorithms(True, warn_only=True)
        assert torch.are_deterministic_algorithms_enabled() and torch.is_deterministic_algorithms_warn_only_enabled()
        torch.set_float32_matmul_precision("high")
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        cudnn.benchmark, cudnn.deterministic, cudnn.enabled = before
        torch.use_deterministic_algorithms(False)
        torch.set_float32_matmul_precision("highest")


def test_the_number_of_threads(torch: Any) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        assert torch.get_num_threads() == 1
        for wrong in (0, 1.5):
            with pytest.raises(RuntimeError, match="set_num_threads expects a"):
                torch.set_num_threads(wrong)
    finally:
        torch.set_num_threads(before)


@ours
def test_compile_returns_its_argument_and_says_so_once(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minitorch_nn.settings._compile_said", False)
    net = torch.nn.Linear(2, 2)
    with pytest.warns(UserWarning, match="torch.compile returns its argument"):
        assert torch.compile(net, mode="max-autotune") is net
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.compile(net) is net

        @torch.compile(dynamic=True)
        def function() -> int:
            return 3

        assert function() == 3
    with pytest.raises(TypeError, match="unexpected keyword argument 'fast'"):
        torch.compile(net, fast=True)


@ours
def test_the_version_names_pytorchs_and_its_own(torch: Any) -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert torch.__version__ == f"2.13.0+minitorch.{project['version']}" == torch.version.__version__
    assert torch.version.cuda is None


def test_data_parallel_on_the_cpu_runs_the_module_itself(torch: Any) -> None:
    net = torch.nn.Linear(2, 3)
    parallel = torch.nn.DataParallel(net)
    x = torch.randn(4, 2)
    assert parallel.module is net and torch.equal(parallel(x), net(x))
    assert list(parallel.state_dict()) == ["module.weight", "module.bias"]


def test_the_old_tensor_types(torch: Any) -> None:
    assert torch.FloatTensor([1, 2]).dtype == torch.float32 and torch.LongTensor(2, 3).shape == (2, 3)
    assert isinstance(torch.ones(1), torch.FloatTensor) and not isinstance(torch.ones(1), torch.LongTensor)
    assert (
        torch.ByteTensor([1]).type() == "torch.ByteTensor"
        and torch.typename(torch.BoolTensor([True])) == "torch.BoolTensor"
    )


# The order in memory --------------------------------------------------------------------------------------------------
def test_channels_last_is_what_strides_show(torch: Any) -> None:
    x = torch.arange(2.0 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    for made in (
        x.contiguous(memory_format=torch.channels_last),
        x.to(memory_format=torch.channels_last),
        x.clone(memory_format=torch.channels_last),
        torch.clone(x, memory_format=torch.channels_last),
    ):
        assert made.stride() == (60, 1, 15, 3) and torch.equal(made, x)
        assert made.is_contiguous(memory_format=torch.channels_last) and not made.is_contiguous()
        assert made.contiguous().stride() == x.stride()
    for like in (torch.zeros_like, torch.ones_like, torch.empty_like, torch.rand_like, torch.randn_like):
        assert like(x, memory_format=torch.channels_last).stride() == (60, 1, 15, 3)
        assert like(x, memory_format=torch.contiguous_format).stride() == x.stride()
    assert torch.full_like(x, 2.0, memory_format=torch.channels_last).stride() == (60, 1, 15, 3)
    assert x.is_contiguous() and not x.is_contiguous(memory_format=torch.channels_last)
    assert x.to(memory_format=torch.preserve_format) is x
    assert not torch.ones(2, 2).is_contiguous(memory_format=torch.channels_last)
    with pytest.raises(RuntimeError, match="required rank 4 tensor to use channels_last format"):
        torch.ones(2, 2).contiguous(memory_format=torch.channels_last)
    with pytest.raises(TypeError, match="memory_format"):
        x.contiguous(memory_format="channels_last")


def test_channels_last_keeps_the_gradient(torch: Any) -> None:
    x = torch.ones(1, 2, 2, 2, requires_grad=True)
    (x.to(memory_format=torch.channels_last) * torch.arange(8.0).reshape(1, 2, 2, 2)).sum().backward()
    assert x.grad.flatten().tolist() == list(range(8))
    assert torch.zeros_like(x, memory_format=torch.channels_last, requires_grad=True).is_leaf


def test_a_convolution_gives_the_same_in_either_order(torch: Any) -> None:
    net = torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    x = torch.randn(2, 3, 6, 6)
    assert torch.allclose(net(x), net(x.contiguous(memory_format=torch.channels_last)), atol=1e-6)


def test_the_one_layout_and_pinned_memory(torch: Any) -> None:
    x = torch.ones(2, 2)
    for made in (
        torch.zeros(2, 2, layout=torch.strided, pin_memory=False),
        torch.full((2, 2), 1.0, layout=torch.strided),
        torch.empty_like(x, layout=torch.strided),
        torch.randn(2, 2, pin_memory=False),
    ):
        assert made.layout is torch.strided and made.shape == (2, 2)
    assert torch.arange(3, layout=torch.strided).tolist() == [0, 1, 2]
    first = torch.rand_like(x, generator=torch.Generator().manual_seed(4))
    assert torch.equal(first, torch.rand(2, 2, generator=torch.Generator().manual_seed(4)))
    assert (
        repr(torch.strided) == "torch.strided"
        and torch.empty(1, 2, 3, 4, memory_format=torch.channels_last).shape[1] == 2
    )


# Nothing is accepted and ignored --------------------------------------------------------------------------------------
@ours
def test_the_conformance_page_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    docs = Path(__file__).parent.parent / "docs"
    monkeypatch.syspath_prepend(docs)
    make = importlib.import_module("make_conformance")
    written = make.PAGE.read_text(encoding="utf-8")
    assert written == make.page(make.written_counts()), "run docs/make_conformance.py"
