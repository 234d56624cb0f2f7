"""Accumulating gradients, and `backward`. `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). "
    "Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you "
    "need to backward through the graph a second time or if you need to access saved tensors after calling backward."
)


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0].split(" (Triggered", 1)[0]


# Accumulation ---------------------------------------------------------------------------------------------------------
def test_gradients_accumulate(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    (x * x).sum().backward()
    first = x.grad
    assert first.tolist() == [2.0, 4.0]
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    assert x.grad is first, "the second pass adds into the first's tensor"


def test_a_tensor_used_twice(torch: Any) -> None:
    x = leaf(torch, 3.0)
    (x * x + x + x).sum().backward()
    assert x.grad.tolist() == [8.0]


def test_diamond(torch: Any) -> None:
    x = leaf(torch, 2.0)
    a = x * 3
    b, c = a * 2, a * a
    (b * c).sum().backward()  # 2 * 27 x^3
    assert x.grad.tolist() == [2 * 27 * 3 * 4.0]


def test_one_gradient_array_handed_to_two_leaves(torch: Any) -> None:
    a, b = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    (a + b).backward(torch.tensor([1.0, 10.0]))
    a.grad.mul_(5)
    assert b.grad.tolist() == [1.0, 10.0]
    a.grad = None
    (a + b).sum().backward()
    assert a.grad.tolist() == [1.0, 1.0] and b.grad.tolist() == [2.0, 11.0]


def test_the_gradient_given_is_not_the_gradient_kept(torch: Any) -> None:
    x, g = leaf(torch, 1.0), torch.tensor([2.0])
    x.clone().backward(g)
    x.grad.zero_()
    assert g.tolist() == [2.0]
    y = leaf(torch, 1.0)
    y.backward(g)
    y.grad.add_(1)
    assert g.tolist() == [2.0]


def test_a_broadcast_gradient_is_written_safely(torch: Any) -> None:
    x = torch.zeros(2, 2, requires_grad=True)
    x.sum().backward()
    x.grad[0, 0] = 5.0
    assert x.grad.tolist() == [[5.0, 1.0], [1.0, 1.0]]


def test_transposed_leaves_hold_their_own_gradients(torch: Any) -> None:
    x = torch.ones(2, 3, requires_grad=True)
    y = x.t()
    (y * torch.arange(6.0).reshape(3, 2)).sum().backward()
    assert x.grad.tolist() == [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]


def test_duplicate_indices_add_up(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0, 3.0)
    x[torch.tensor([0, 0, 2, 0])].sum().backward()
    assert x.grad.tolist() == [3.0, 0.0, 1.0]


def test_grad_may_be_assigned(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    x.grad = torch.tensor([1.0, 1.0])
    x.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    del x.grad
    assert x.grad is None
    for wrong, text in (
        (
            torch.ones(3),
            "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure that the "
            "gradient and the tensor",
        ),
        (1.0, "assigned grad expected to be a Tensor or None but got grad of type float"),
        (
            torch.ones(2, dtype=torch.float64),
            "attempting to assign a gradient with dtype 'double' to a tensor with grad_dtype",
        ),
        (x, "can't assign Variable as its own grad"),
    ):
        with pytest.raises((RuntimeError, TypeError)) as error:
            x.grad = wrong
        assert text in message(error), message(error)


def test_gradients_have_the_dtype_and_shape_of_the_leaf(torch: Any) -> None:
    x = torch.ones(1, 3, requires_grad=True)
    y = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    (x * y).sum().backward()
    assert x.grad.dtype == torch.float32 and x.grad.shape == (1, 3)
    assert y.grad.dtype == torch.float64 and y.grad.shape == (2, 3)


# backward -------------------------------------------------------------------------------------------------------------
def test_a_second_backward_raises(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError) as error:
        y.backward()
    assert message(error) == FREED
    assert x.grad.tolist() == [2.0]


def test_a_second_backward_where_nothing_was_saved(torch: Any) -> None:
    x, y = leaf(torch, 1.0), leaf(torch, 2.0)
    z = ((x + y).reshape(1, 1).sum() - 1).neg()
    z.backward()
    z.backward()
    assert x.grad.tolist() == [-2.0]


REPEATABLE = {
    "add number": lambda T, x, w: x + 1, "sub number": lambda T, x, w: x - 1, "number sub": lambda T, x, w: 1 - x,
    "neg": lambda T, x, w: -x,
    "add alpha": lambda T, x, w: T.add(x, w, alpha=3), "sum": lambda T, x, w: x.sum(), "mean": lambda T, x, w: x.mean(),
    "reshape": lambda T, x, w: x.reshape(1, 2), "t": lambda T, x, w: x.reshape(1, 2).t(),
    "cat": lambda T, x, w: T.cat([x, x]),
    "select": lambda T, x, w: x[0], "slice": lambda T, x, w: x[1:], "cumsum": lambda T, x, w: x.cumsum(0),
    "expand": lambda T, x, w: x.expand(2, 2),
    "repeat": lambda T, x, w: x.repeat(2), "stack": lambda T, x, w: T.stack([x, x]),
    "split": lambda T, x, w: x.split(1)[0],
    "tril": lambda T, x, w: x.reshape(1, 2).tril(), "flip": lambda T, x, w: x.flip(0),
    "clone": lambda T, x, w: x.clone(),
    "to": lambda T, x, w: x.double(), "floor": lambda T, x, w: x.floor(), "sign": lambda T, x, w: x.sign(),
    "roll": lambda T, x, w: x.roll(1),
    "pad": lambda T, x, w: T.nn.functional.pad(x, (1, 1)), "remainder number": lambda T, x, w: x % 2,
}  # fmt: skip
ONCE = {
    "mul": lambda T, x, w: x * w, "mul number": lambda T, x, w: x * 3, "div number": lambda T, x, w: x / 3,
    "number div": lambda T, x, w: 3 / x,
    "pow": lambda T, x, w: x**2, "index": lambda T, x, w: x[T.tensor([0])], "mask": lambda T, x, w: x[w > 1],
    "where": lambda T, x, w: T.where(w > 1, x, 0.0), "relu": lambda T, x, w: x.relu(),
    "clamp": lambda T, x, w: x.clamp(min=0),
    "max dim": lambda T, x, w: x.max(0)[0], "max": lambda T, x, w: x.max(), "amax": lambda T, x, w: x.amax(0),
    "abs": lambda T, x, w: x.abs(),
    "gather": lambda T, x, w: x.gather(0, T.tensor([0])),
    "index_select": lambda T, x, w: x.index_select(0, T.tensor([0])),
    "matmul": lambda T, x, w: x.reshape(1, 2) @ w, "mse": lambda T, x, w: T.nn.functional.mse_loss(x, w),
    "std": lambda T, x, w: x.std(),
    "masked_fill": lambda T, x, w: x.masked_fill(w > 1, 0), "minimum": lambda T, x, w: T.minimum(x, w),
    "prod": lambda T, x, w: x.prod(),
    "norm": lambda T, x, w: x.norm(), "softmax": lambda T, x, w: x.softmax(0), "sort": lambda T, x, w: x.sort()[0],
    "exp": lambda T, x, w: x.exp(),
    "sigmoid": lambda T, x, w: x.sigmoid(), "tanh": lambda T, x, w: x.tanh(), "sqrt": lambda T, x, w: x.sqrt(),
    "log": lambda T, x, w: x.log(),
}  # fmt: skip


@pytest.mark.parametrize("name", REPEATABLE)
def test_operations_that_save_no_tensor_run_backward_twice(torch: Any, name: str) -> None:
    x, w = leaf(torch, 1.0, 2.0), torch.tensor([1.0, 2.0])
    y = REPEATABLE[name](torch, x, w)
    y.backward(torch.ones_like(y))
    once = x.grad.clone()
    y.backward(torch.ones_like(y))
    assert x.grad.tolist() == (2 * once).tolist()


@pytest.mark.parametrize("name", ONCE)
def test_operations_that_save_a_tensor_run_backward_once(torch: Any, name: str) -> None:
    x, w = leaf(torch, 1.0, 2.0), torch.tensor([1.0, 2.0])
    y = ONCE[name](torch, x, w)
    y.backward(torch.ones_like(y))
    with pytest.raises(RuntimeError) as error:
        y.backward(torch.ones_like(y))
    assert message(error) == FREED


def test_a_freed_part_shared_by_two_losses(torch: Any) -> None:
    x = leaf(torch, 2.0)
    shared = x.exp()
    a, b = (shared + 1).sum(), (shared + 2).sum()
    a.backward()
    with pytest.raises(RuntimeError) as error:
        b.backward()
    assert message(error) == FREED


def test_retain_graph(torch: Any) -> None:
    x = leaf(torch, 3.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [18.0]
    with pytest.raises(RuntimeError):
        y.backward()


def test_a_non_scalar_needs_a_gradient(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with pytest.raises(RuntimeError) as error:
        (x * 2).backward()
    assert message(error) == "grad can be implicitly created only for scalar outputs"
    (x[:1] * 2).backward()  # one element is enough
    assert x.grad.tolist() == [2.0, 0.0]


def test_backward_of_what_requires_no_gradient(torch: Any) -> None:
    with pytest.raises(RuntimeError) as error:
        torch.ones(1).backward()
    assert message(error) == "element 0 of tensors does not require grad and does not have a grad_fn"


def test_a_gradient_of_the_wrong_shape(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with pytest.raises(RuntimeError) as error:
        (x * 2).backward(torch.ones(3))
    assert message(error) == (
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2])."
    )


def test_a_gradient_that_is_no_tensor(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with pytest.raises(TypeError) as error:
        (x * 2).backward([1.0, 1.0])
    assert "gradients can be either Tensors or None, but got" in message(error) or "gradients argument" in message(
        error
    )


@pytest.mark.parametrize(
    ("gradients", "words"),
    [
        ((None, None), "grad can be implicitly created only for scalar outputs"),  # of the second, before the first's
        ((True, 5), "gradients can be either Tensors or None, but got int"),
        ((True,), "got 2 tensors and 1 gradients"),
        ((True, True), "element 0 of tensors does not require grad and does not have a grad_fn"),
    ],
)
def test_the_first_fault_among_several_gradients(torch: Any, gradients: tuple[Any, ...], words: str) -> None:
    outputs = [torch.ones(2), leaf(torch, 1.0, 2.0) * 2]
    with pytest.raises((RuntimeError, TypeError)) as error:
        torch.autograd.backward(outputs, [torch.ones(2) if g is True else g for g in gradients])
    assert message(error) == words


def test_backward_on_a_leaf(torch: Any) -> None:
    x = torch.tensor(2.0, requires_grad=True)
    x.backward()
    assert x.grad.item() == 1.0
    x.backward(torch.tensor(3.0))
    assert x.grad.item() == 4.0


def test_backward_of_inputs(torch: Any) -> None:
    x, y = leaf(torch, 2.0), leaf(torch, 3.0)
    middle = x * y
    (middle * y).sum().backward(inputs=[x], retain_graph=True)
    assert x.grad.tolist() == [9.0] and y.grad is None
    (middle * y).sum().backward(inputs=y)
    assert x.grad.tolist() == [9.0] and y.grad.tolist() == [12.0]
    with pytest.raises(RuntimeError) as error:
        (x * y).sum().backward(inputs=[])
    assert message(error) == "`inputs` argument to `backward()` cannot be empty."


def test_backward_into_a_non_leaf(torch: Any) -> None:
    x = leaf(torch, 2.0)
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward(inputs=[y])
    assert y.grad.tolist() == [12.0] and x.grad is None


def test_autograd_backward_of_several(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    torch.autograd.backward([(x * 2).sum(), x * x], [None, torch.tensor([1.0, 10.0])])
    assert x.grad.tolist() == [4.0, 42.0]
    torch.autograd.backward((x * 2).sum())
    assert x.grad.tolist() == [6.0, 44.0]


def test_a_gradient_made_under_inference_mode_is_not_added_to(torch: Any) -> None:
    x = torch.ones(1, requires_grad=True)
    with torch.inference_mode():
        x.grad = torch.ones(1)
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor outside InferenceMode is not allowed"):
        (x * 2).sum().backward()
