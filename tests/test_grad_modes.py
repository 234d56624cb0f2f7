"""Grad modes: what they switch, and that they switch back. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

import threading
from typing import Any

import pytest


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0].split(" (Triggered", 1)[0]


def test_no_grad(torch: Any) -> None:
    x = leaf(torch, 1.0)
    with torch.no_grad():
        assert not torch.is_grad_enabled()
        y = x * 2
        with torch.enable_grad():
            z = x * 2
            assert torch.is_grad_enabled()
        assert not torch.is_grad_enabled()
        made = torch.ones(2, requires_grad=True)
    assert torch.is_grad_enabled()
    assert not y.requires_grad and y.is_leaf and z.requires_grad and made.requires_grad


def test_modes_end_at_an_exception(torch: Any) -> None:
    for mode in (torch.no_grad, lambda: torch.set_grad_enabled(False), torch.inference_mode):
        with pytest.raises(ZeroDivisionError), mode():
            assert not torch.is_grad_enabled()
            raise ZeroDivisionError
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_modes_as_decorators(torch: Any) -> None:
    x = leaf(torch, 1.0)

    @torch.no_grad()
    def quiet(depth: int) -> Any:
        return quiet(depth - 1) if depth else x * 2

    @torch.enable_grad()
    def loud() -> Any:
        return x * 2

    @torch.set_grad_enabled(False)
    def also_quiet() -> Any:
        return x * 2

    @torch.no_grad
    def without_parentheses() -> Any:
        """Its text."""
        return x * 2

    assert torch.is_grad_enabled()
    assert not quiet(3).requires_grad and not also_quiet().requires_grad and not without_parentheses().requires_grad
    assert without_parentheses.__name__ == "without_parentheses" and without_parentheses.__doc__ == "Its text."
    with torch.no_grad():
        assert loud().requires_grad
    assert torch.is_grad_enabled()


def test_a_decorated_generator(torch: Any) -> None:
    @torch.no_grad()
    def items() -> Any:
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    for inside in items():
        assert not inside and torch.is_grad_enabled()


def test_set_grad_enabled(torch: Any) -> None:
    torch.set_grad_enabled(False)
    try:
        assert not torch.is_grad_enabled()
        with torch.set_grad_enabled(True):
            assert torch.is_grad_enabled()
        assert not torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)
    assert torch.is_grad_enabled()


def test_modes_belong_to_a_thread(torch: Any) -> None:
    seen = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
        assert not torch.is_grad_enabled()
    assert seen == [True]


def test_inference_mode(torch: Any) -> None:
    x = leaf(torch, 1.0)
    with torch.inference_mode():
        y = x * 2
        assert torch.is_inference_mode_enabled() and y.is_inference() and not y.requires_grad
        y.add_(1)
    assert not torch.is_inference_mode_enabled() and not x.is_inference()
    with pytest.raises(RuntimeError) as error:
        x * y
    assert message(error) == (
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
        "computation tracked by "
        "autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use "
        "`torch.no_grad()` "
        "instead of `torch.inference_mode()`."
    )
    assert (x + y).requires_grad, "nothing is saved for a sum"
    with pytest.raises(RuntimeError) as error:
        y.mul_(2)
    assert message(error) == (
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
        "normal tensor before doing "
        "inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
    )
    with torch.inference_mode(False):
        assert not torch.is_inference_mode_enabled()

    @torch.inference_mode()
    def infer() -> Any:
        return x * 2

    assert infer().is_inference()


def test_backward_inside_no_grad(torch: Any) -> None:
    x = leaf(torch, 2.0)
    y = (x * x).sum()
    with torch.no_grad():
        y.backward()
    assert x.grad.tolist() == [4.0] and not x.grad.requires_grad
