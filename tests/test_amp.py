"""Mixed precision and `torch.cuda` on a machine without a GPU: off with PyTorch's warnings, and the scaler on the CPU."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import pytest

OFF = "CUDA is not available or torch_xla is imported. Disabling autocast."
SCALER_OFF = "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling."


def old(name: str, instead: str) -> tuple[str, str]:
    return "FutureWarning", f"`torch.cuda.amp.{name}(args...)` is deprecated. Please use `torch.amp.{instead}` instead."


WARNS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "autocast cuda": (lambda t: t.autocast("cuda"), [("UserWarning", OFF)]),
    "autocast cuda off": (lambda t: t.autocast("cuda", enabled=False), []),
    "autocast cuda half": (lambda t: t.amp.autocast(device_type="cuda", dtype=t.float16), [("UserWarning", OFF)]),
    "autocast cpu off": (lambda t: t.autocast("cpu", dtype=t.bfloat16, enabled=False), []),
    "autocast cpu float32": (
        lambda t: t.autocast("cpu", dtype=t.float32),
        [
            (
                "UserWarning",
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
            )
        ],
    ),
    "scaler": (lambda t: t.amp.GradScaler(), [("UserWarning", SCALER_OFF)]),
    "scaler cuda": (lambda t: t.GradScaler("cuda"), [("UserWarning", SCALER_OFF)]),
    "scaler off": (lambda t: t.amp.GradScaler("cuda", enabled=False), []),
    "scaler cpu": (lambda t: t.amp.GradScaler("cpu"), []),
    "cuda.amp autocast": (
        lambda t: t.cuda.amp.autocast(),
        [old("autocast", "autocast('cuda', args...)"), ("UserWarning", OFF)],
    ),
    "cuda.amp autocast off": (
        lambda t: t.cuda.amp.autocast(False),
        [old("autocast", "autocast('cuda', args...)")],
    ),
    "cuda.amp scaler": (
        lambda t: t.cuda.amp.GradScaler(),
        [old("GradScaler", "GradScaler('cuda', args...)"), ("UserWarning", SCALER_OFF)],
    ),
    "cuda.amp scaler off": (
        lambda t: t.cuda.amp.GradScaler(enabled=False),
        [old("GradScaler", "GradScaler('cuda', args...)")],
    ),
}


@pytest.mark.parametrize("name", WARNS)
def test_it_warns_as_pytorch(torch: Any, name: str) -> None:
    make, expected = WARNS[name]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make(torch)
    assert [(w.category.__name__, str(w.message)) for w in caught] == expected
    assert all(w.filename == __file__ for w in caught[:1])  # it points at the line that called


RAISES: dict[str, tuple[Any, type[Exception], str]] = {
    "autocast device": (lambda t: t.autocast(t.device("cpu")), ValueError, "Expected `device_type` of type `str`, got"),
    "autocast decorating": (
        lambda t: t.autocast("cpu", enabled=False)(3),
        TypeError,
        "requires a callable, but got in",
    ),
    "growth": (
        lambda t: t.amp.GradScaler("cpu", growth_factor=1.0),
        AssertionError,
        "The growth factor must be > 1.0.",
    ),
    "backoff": (lambda t: t.amp.GradScaler("cpu", backoff_factor=1), AssertionError, "The backoff factor must be < 1."),
    "update first": (lambda t: t.amp.GradScaler("cpu").update(), AssertionError, "Attempted update but _scale is None"),
    "empty state": (
        lambda t: t.amp.GradScaler("cpu").load_state_dict({}),
        RuntimeError,
        "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.",
    ),
    "scale of a number": (
        lambda t: t.amp.GradScaler("cpu").scale(3),
        ValueError,
        "outputs must be a Tensor or an iter",
    ),
    "current_device": (lambda t: t.cuda.current_device(), AssertionError, "Torch not compiled with CUDA enabled"),
    "synchronize": (lambda t: t.cuda.synchronize(), AssertionError, "Torch not compiled with CUDA enabled"),
    "get_device_name": (lambda t: t.cuda.get_device_name(0), AssertionError, "Torch not compiled with CUDA enabled"),
    "mem_get_info": (lambda t: t.cuda.mem_get_info(), AssertionError, "Torch not compiled with CUDA enabled"),
    "initial_seed": (lambda t: t.cuda.initial_seed(), AssertionError, "Torch not compiled with CUDA enabled"),
    "default_stream": (lambda t: t.cuda.default_stream(), AssertionError, "Torch not compiled with CUDA enabled"),
    "Stream": (lambda t: t.cuda.Stream(), RuntimeError, "torch.cuda.Stream requires CUDA support"),
    "Event": (lambda t: t.cuda.Event(enable_timing=True), RuntimeError, "Tried to instantiate dummy base class Event"),
    "device": (lambda t: t.cuda.device(0).__enter__(), RuntimeError, "PyTorch was compiled without CUDA support"),
}


@pytest.mark.parametrize("name", RAISES)
def test_it_raises_as_pytorch(torch: Any, name: str) -> None:
    call, kind, text = RAISES[name]
    with pytest.raises(kind) as caught:
        call(torch)
    assert text in str(caught.value)


def test_what_all_gpus_are_told_is_told_to_none(torch: Any) -> None:
    cuda = torch.cuda
    assert not cuda.is_available() and cuda.device_count() == 0 and not cuda.is_initialized()
    for call in (
        cuda.empty_cache,
        cuda.seed,
        cuda.seed_all,
        lambda: cuda.manual_seed(1),
        lambda: cuda.manual_seed_all(1),
    ):
        assert call() is None
    assert [
        cuda.memory_allocated(),
        cuda.max_memory_allocated(),
        cuda.memory_reserved(),
        cuda.max_memory_reserved(),
    ] == [0] * 4
    assert cuda.memory_stats() == {} and cuda.get_rng_state_all() == [] and cuda.get_arch_list() == []
    assert cuda.set_rng_state_all([]) is None
    assert issubclass(cuda.OutOfMemoryError, RuntimeError) and torch.OutOfMemoryError is cuda.OutOfMemoryError
    with cuda.stream(None):
        pass
    assert importlib.import_module(f"{torch.__name__}.cuda.amp").autocast is cuda.amp.autocast


def test_autocast_on_the_cpu_says_that_there_is_none(torch: Any) -> None:
    if torch.__name__ == "torch":
        pytest.skip("PyTorch has it")
    for dtype in (None, torch.bfloat16, torch.float16):
        with pytest.raises(NotImplementedError, match="enabled=False"):
            torch.autocast("cpu", dtype=dtype)


def test_autocast_that_is_off_changes_nothing(torch: Any) -> None:
    x = torch.ones(2, 2)

    @torch.autocast("cpu", enabled=False)
    def product(a: Any) -> Any:
        """a a"""
        return a @ a

    with torch.autocast("cpu", enabled=False):
        assert (x @ x).dtype is torch.float32 and not torch.is_autocast_enabled("cpu")
    assert product(x).dtype is torch.float32 and product.__doc__ == "a a"
    assert torch.get_autocast_dtype("cpu") is torch.bfloat16 and torch.get_autocast_dtype("cuda") is torch.float16


def test_the_decorators_of_functions(torch: Any) -> None:
    class Double(torch.autograd.Function):  # type: ignore[misc,name-defined]
        @staticmethod
        @torch.amp.custom_fwd(device_type="cuda", cast_inputs=torch.float16)
        def forward(ctx: Any, x: Any) -> Any:
            assert ctx._fwd_used_autocast is False
            return x * 2

        @staticmethod
        @torch.amp.custom_bwd(device_type="cuda")
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 2

    x = torch.ones(2, requires_grad=True)
    Double.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0] and x.grad.dtype is torch.float32


def train(torch: Any, scaler: Any, steps: int, grads: dict[int, float]) -> list[Any]:
    """The parameter, the scale and the count after each step; the gradients of some are replaced"""
    p = torch.tensor([1.0, 2.0], requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.25)
    seen = []
    for step in range(steps):
        optimizer.zero_grad()
        scaler.scale((p * p).sum()).backward()
        if step in grads:
            p.grad.fill_(grads[step])
        if step % 2:
            scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        seen.append([*p.tolist(), scaler.get_scale(), scaler._get_growth_tracker()])
    return seen


def test_a_scaler_that_is_off_passes_through(torch: Any) -> None:
    scaler = torch.amp.GradScaler("cuda", enabled=False)
    loss = torch.ones(1)
    assert scaler.scale(loss) is loss and scaler.get_scale() == 1.0 and scaler.state_dict() == {}
    assert train(torch, scaler, 2, {}) == [[0.5, 1.0, 1.0, 0], [0.25, 0.5, 1.0, 0]]
    assert not scaler.is_enabled()


def test_the_scale_follows_what_the_steps_find(torch: Any) -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2, backoff_factor=0.25)
    assert train(torch, scaler, 6, {2: float("inf"), 5: float("nan")}) == [
        [0.5, 1.0, 8.0, 1],
        [0.25, 0.5, 16.0, 0],
        [0.25, 0.5, 4.0, 0],  # left out
        [0.125, 0.25, 4.0, 1],
        [0.0625, 0.125, 8.0, 0],
        [0.0625, 0.125, 2.0, 0],  # left out
    ]
    again = torch.amp.GradScaler("cpu")
    again.load_state_dict(scaler.state_dict())
    assert (
        again.state_dict()
        == scaler.state_dict()
        == {
            "scale": 2.0,
            "growth_factor": 2.0,
            "backoff_factor": 0.25,
            "growth_interval": 2,
            "_growth_tracker": 0,
        }
    )
    scaler.update(64.0)
    assert scaler.get_scale() == 64.0
    assert [x.item() for x in scaler.scale((torch.tensor(1.0), torch.tensor(2.0)))] == [64.0, 128.0]


def test_calls_out_of_order(torch: Any) -> None:
    p = torch.tensor([1.0], requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.25)
    scaler = torch.amp.GradScaler("cpu")
    with pytest.raises(AssertionError, match="Attempted step but _scale is None"):
        scaler.step(optimizer)
    loss = scaler.scale(p.sum())
    with pytest.raises(AssertionError, match="No inf checks were recorded for this optimizer"):
        scaler.step(optimizer)
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(p.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) has already been called on this optimizer"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) is being called after step\(\)"):
        scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=r"step\(\) has already been called since the last update"):
        scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="Closure use is not currently supported"):
        scaler.step(optimizer, closure=lambda: loss)
    scaler.update()
    with pytest.raises(AssertionError, match="No inf checks were recorded prior to update"):
        scaler.update()
    half = torch.ones(1, dtype=torch.float16, requires_grad=True)
    half.grad = torch.ones(1, dtype=torch.float16)
    with pytest.raises(ValueError, match="Attempting to unscale FP16 gradients"):
        scaler.unscale_(torch.optim.SGD([half]))
