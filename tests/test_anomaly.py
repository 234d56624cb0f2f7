"""Anomaly mode, and the places that the in-place error names. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import NAMESPACE

HERE = str(Path(__file__))
ours = pytest.mark.skipif(NAMESPACE == "torch", reason="lines of our own")


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def line_of(text: str) -> int:
    """The number of the only line of this file that ends with the comment `text`."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    (number,) = [i for i, line in enumerate(lines, 1) if line.endswith(f"# {text}")]
    return number


def failure(run: Callable[[], Any]) -> tuple[str, list[str]]:
    """The first line of the error that `run` raises, and the texts of the warnings before it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(RuntimeError) as error:
            run()
    assert all(w.category is UserWarning for w in caught)
    return str(error.value).split("\n", 1)[0], [str(w.message) for w in caught]


# Anomaly mode ---------------------------------------------------------------------------------------------------------
def test_nan_names_the_function_and_its_line(torch: Any) -> None:
    x = leaf(torch, 0.0, -1.0)
    with torch.autograd.set_detect_anomaly(True):
        y = x.sqrt()  # the square root
        message, (warning,) = failure(y.sum().backward)
    assert message == "Function 'SqrtBackward0' returned nan values in its 0th output."
    assert warning.startswith(
        "Error detected in SqrtBackward0. Traceback of forward call that caused the error:\n  File "
    )
    assert f'{HERE}", line {line_of("the square root")}, in test_nan' in warning and "y = x.sqrt()" in warning
    assert "dispatch.py" not in warning
    assert x.grad is None


def test_which_output_is_nan(torch: Any) -> None:
    x, w = leaf(torch, 0.0), leaf(torch, 1.0)
    with torch.autograd.set_detect_anomaly(True):
        y = w * (x.detach() * float("inf")) + 0 * x
        message, _ = failure(y.sum().backward)
    assert message == "Function 'MulBackward0' returned nan values in its 0th output."
    a = leaf(torch, 0.0)
    with torch.autograd.set_detect_anomaly(True):
        message, _ = failure((torch.ones(1) / a * 0).sum().backward)
    assert message == "Function 'DivBackward0' returned nan values in its 1th output."


def test_a_forward_pass_outside_anomaly_mode(torch: Any) -> None:
    y = leaf(torch, -1.0).sqrt().sum()
    with torch.autograd.set_detect_anomaly(True):
        _, (warning,) = failure(y.backward)
    assert warning.split(" (Triggered")[0] == (
        "Error detected in SqrtBackward0. No forward pass information available. Enable detect anomaly during forward "
        "pass for more information."
    )


def test_without_looking_for_nan(torch: Any) -> None:
    x = leaf(torch, -1.0)
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        x.sqrt().sum().backward()
    assert x.grad.isnan().all()


def test_anomaly_mode_is_restored(torch: Any) -> None:
    x = leaf(torch, -1.0)
    torch.autograd.set_detect_anomaly(True)
    with torch.autograd.set_detect_anomaly(False):
        x.sqrt().sum().backward()
    failure(x.sqrt().sum().backward)
    torch.autograd.set_detect_anomaly(False)
    x.sqrt().sum().backward()
    assert "traceback_" not in (x * 2).grad_fn.metadata


def test_detect_anomaly_warns_that_it_is_slow(torch: Any) -> None:
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled. This mode will increase the runtime"):
        context = torch.autograd.detect_anomaly()
    x = leaf(torch, -1.0)
    with context:
        message, _ = failure(x.sqrt().sum().backward)
    assert message == "Function 'SqrtBackward0' returned nan values in its 0th output."
    x.sqrt().sum().backward()


def test_any_error_in_backward_names_the_line(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.autograd.set_detect_anomaly(True):
        y = x * 1
        z = y * y  # saves y
        y.add_(1)
        message, (warning,) = failure(z.sum().backward)
    assert message.startswith("one of the variables needed for gradient computation has been modified by an inplace")
    assert message.endswith(
        "Hint: the backtrace further above shows the operation that failed to compute its gradient. The variable in "
        "question was changed in there or anywhere later. Good luck!"
    )
    assert f"line {line_of('saves y')}, in" in warning


def test_nan_from_a_part_changed_in_place(torch: Any) -> None:
    with torch.autograd.set_detect_anomaly(True):
        y = leaf(torch, -1.0, 1.0) * 1
        y[:1].mul_(float("nan"))  # the part
        message, (warning,) = failure(y.sum().backward)
    # PyTorch runs MulBackward0 inside CopySlices
    assert message.split("'")[1] in ("torch::autograd::CopySlices", "MulBackward0")
    assert f"line {line_of('the part')}, in" in warning


def test_an_error_in_a_second_backward_names_both_lines(torch: Any) -> None:
    x = leaf(torch, 0.0, 1.0)
    with torch.autograd.set_detect_anomaly(True):
        y = x**1.5  # the power
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (h,) = torch.autograd.grad(g.sum(), x, create_graph=True)  # induced
        _, texts = failure(lambda: torch.autograd.grad((h * 0).sum(), x))
    assert len(texts) >= 2 and "Previous calculation was induced by PowBackward0" in texts[1]
    assert f"line {line_of('induced')}, in" in texts[0]


def test_nan_from_a_function_of_the_user(torch: Any) -> None:
    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * float("nan")

    with torch.autograd.set_detect_anomaly(True):
        message, (warning,) = failure(Broken.apply(leaf(torch, 1.0)).sum().backward)  # applied
    assert message == "Function 'BrokenBackward' returned nan values in its 0th output."
    assert f"line {line_of('applied')}, in" in warning


# Places in the in-place error -----------------------------------------------------------------------------------------
def places(run: Callable[[], Any]) -> list[str]:
    """The two lines after PyTorch's"""
    with pytest.raises(RuntimeError, match="modified by an inplace operation") as error:
        run()
    return str(error.value).split("\n")[1:]


def saved_at(comment: str, function: str, code: str) -> str:
    return f"The value was saved at {HERE}:{line_of(comment)}, in {function}: {code}  # {comment}"


def changed_at(comment: str, function: str, code: str) -> str:
    return f"It was changed at {HERE}:{line_of(comment)}, in {function}: {code}  # {comment}"


@ours
def test_the_error_names_both_places(torch: Any) -> None:
    def forward(x: Any) -> Any:
        y = x * 1
        z = y * y  # saved here
        y.add_(1)  # changed here
        return z.sum()

    assert places(forward(leaf(torch, 1.0, 2.0)).backward) == [
        saved_at("saved here", "forward", "z = y * y"),
        changed_at("changed here", "forward", "y.add_(1)"),
    ]


@ours
@pytest.mark.parametrize(
    "kind", ["function", "module", "setitem", "augmented", "zero_", "relu_", "detached", "optimizer"]
)
def test_places_through_layers_of_the_package(torch: Any, kind: str) -> None:
    nn = torch.nn
    layer = nn.Linear(2, 2)

    def change(y: Any) -> None:
        if kind == "setitem":
            y[0] = 3.0  # by setitem
        elif kind == "augmented":
            y *= 2  # by augmented
        elif kind == "zero_":
            y.zero_()  # by zero_
        elif kind == "relu_":
            nn.functional.relu(y, inplace=True)  # by relu_
        elif kind == "detached":
            y.detach().mul_(2)  # by detached
        elif kind == "optimizer":
            torch.optim.SGD([layer.weight], 0.1).step()  # by optimizer
        else:
            y.add_(1)  # by the rest

    y = leaf(torch, 1.0, 2.0) * 1
    if kind == "module":
        z = nn.Sigmoid()(y)  # saved by module
        changed = z
    elif kind == "optimizer":
        z = layer(y)  # saved by optimizer
        layer.weight.grad, changed = torch.ones(2, 2), None
    else:
        z = torch.exp(y) if kind == "function" else y * y  # saved by the rest
        changed = z if kind == "function" else y
    change(changed)
    saved, change_line = places(z.sum().backward)
    rest = {"function", "module"}
    assert re.search(
        f":{line_of('saved by ' + (kind if kind in ('module', 'optimizer') else 'the rest'))}, in test", saved
    )
    assert re.search(f":{line_of('by ' + ('the rest' if kind in rest else kind))}, in change:", change_line)


@ours
def test_places_of_a_function_of_the_user(torch: Any) -> None:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 2 * x * g

    y = leaf(torch, 1.0) * 1
    z = Square.apply(y)  # by apply
    y.mul_(2)  # after apply
    assert places(z.sum().backward) == [
        saved_at("by apply", "test_places_of_a_function_of_the_user", "z = Square.apply(y)"),
        changed_at("after apply", "test_places_of_a_function_of_the_user", "y.mul_(2)"),
    ]


@ours
def test_a_place_keeps_no_frame_alive(torch: Any) -> None:
    import weakref

    class Marker:
        pass

    def forward() -> tuple[Any, Any]:
        marker = Marker()
        y = leaf(torch, 1.0) * 1
        z = y * y
        y.add_(1)
        return z, weakref.ref(marker)

    z, marker = forward()
    assert marker() is None and z.requires_grad
