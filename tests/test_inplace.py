"""Changes in place: versions, views, rewritten histories, and what is refused.

`MT_TEST_NAMESPACE=torch` runs the same on PyTorch.
"""

from __future__ import annotations

from typing import Any

import pytest


def leaf(torch: Any, *values: float) -> Any:
    return torch.tensor(values, requires_grad=True)


def message(error: Any) -> str:
    return str(error.value).split("\n", 1)[0].split(" (Triggered", 1)[0]


MODIFIED = "one of the variables needed for gradient computation has been modified by an inplace operation: "
HINT = (
    " Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)


def node(t: Any) -> str | None:
    return None if t.grad_fn is None else type(t.grad_fn).__name__


# Versions -------------------------------------------------------------------------------------------------------------
def test_versions_count_changes(torch: Any) -> None:
    x = torch.ones(3)
    assert x._version == 0
    x.add_(1)
    x[0] = 5
    x.zero_()
    x += 1
    assert x._version == 4
    with torch.no_grad():
        x.mul_(2)
    assert x._version == 5


def test_views_and_detached_tensors_share_a_version(torch: Any) -> None:
    x = torch.ones(2, 2)
    view, row, loose, data, copy = x.view(4), x[0], x.detach(), x.data, x.clone()
    row.add_(1)
    assert x._version == view._version == row._version == loose._version == 1
    assert data._version == copy._version == 0
    loose.mul_(2)
    assert x._version == 2


@pytest.mark.parametrize(
    ("save", "text"),
    [
        (
            lambda y: y * y,
            "[torch.FloatTensor [2]], which is output 0 of Add, is at version 1; expected version 0 instead.",
        ),
        (
            lambda y: y.exp(),
            "[torch.FloatTensor [2]], which is output 0 of Exp, is at version 1; expected version 0 instead.",
        ),
        (
            lambda y: y.sigmoid(),
            "[torch.FloatTensor [2]], which is output 0 of Sigmoid, is at version 1; expected version 0 instead.",
        ),
        (
            lambda y: y.relu(),
            "[torch.FloatTensor [2]], which is output 0 of Relu, is at version 1; expected version 0 instead.",
        ),
    ],
)
def test_a_saved_tensor_changed_in_place(torch: Any, save: Any, text: str) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    z = save(y)
    (y if "Add" in text else z).add_(1)
    with pytest.raises(RuntimeError) as error:
        z.sum().backward()
    assert message(error) == MODIFIED + text + HINT


def test_a_saved_leaf_changed_under_no_grad(torch: Any) -> None:
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    y = (x * w).sum()
    with torch.no_grad():
        w.add_(1)
        w.add_(1)
    with pytest.raises(RuntimeError) as error:
        y.backward()
    assert message(error).startswith(MODIFIED + "[torch.FloatTensor [2]] is at version 2; expected version 0 instead.")


def test_a_saved_tensor_of_another_dtype_and_shape(torch: Any) -> None:
    x = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    y = x + 1
    z = y * y
    y[0] = 0
    with pytest.raises(RuntimeError) as error:
        z.sum().backward()
    made_by = "which is output 0 of torch::autograd::CopySlices, is at version 1"
    assert message(error).startswith(f"{MODIFIED}[torch.DoubleTensor [2, 3]], {made_by}")


def test_a_change_before_saving_or_of_something_else_is_fine(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    y.add_(1)
    z = y * y
    (x + 0).add_(5)
    z.sum().backward()
    assert x.grad.tolist() == [4.0, 6.0]


def test_a_saved_tensor_changed_through_a_view(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    z = y * y
    y[0] = 7.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_a_saved_tensor_changed_through_detach(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    z = y * y
    y.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_a_sum_saves_nothing(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    z = y + 1
    y.zero_()
    z.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


# Histories ------------------------------------------------------------------------------------------------------------
def test_an_in_place_step_is_recorded(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 2
    y.add_(1).mul_(y.detach().clone())
    assert node(y) == "MulBackward0"
    y.sum().backward()
    assert x.grad.tolist() == [6.0, 10.0]


@pytest.mark.parametrize(
    "name", ["exp", "sin", "cos", "tanh", "sigmoid", "sqrt", "log", "abs", "neg", "reciprocal", "square", "relu"]
)
def test_in_place_functions(torch: Any, name: str) -> None:
    x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    y = x + 0
    assert getattr(y, name + "_")() is y
    other = getattr(x, name)()
    assert y.tolist() == other.tolist()
    assert torch.autograd.grad(y.sum(), x)[0].tolist() == torch.autograd.grad(other.sum(), x)[0].tolist()


def test_a_constant_becomes_part_of_the_graph(torch: Any) -> None:
    x, y = leaf(torch, 3.0), torch.ones(2)
    y[1] = x[0] * 2
    assert y.requires_grad and not y.is_leaf and node(y) == "CopySlices"
    y.sum().backward()
    assert x.grad.tolist() == [2.0]
    z = torch.zeros(1)
    z.add_(x)
    assert z.requires_grad and node(z) == "AddBackward0"


def test_writing_to_a_slice(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0, 3.0)
    y = x * 2
    y[0] = 10.0
    assert node(y) == "CopySlices"
    (y * y).sum().backward()
    assert x.grad.tolist() == [0.0, 16.0, 24.0]


def test_writing_through_a_view(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0, 3.0, 4.0)
    base = x * 1
    view = base.view(2, 2)
    view[0].mul_(10)
    assert base.tolist() == [10.0, 20.0, 3.0, 4.0]
    assert node(base) == "CopySlices"
    base.sum().backward(retain_graph=True)
    assert x.grad.tolist() == [10.0, 10.0, 1.0, 1.0]
    x.grad = None
    view.sum().backward()
    assert x.grad.tolist() == [10.0, 10.0, 1.0, 1.0], "the view sees the base's new history"


def test_changing_the_base_changes_the_view(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    base = x * 1
    view = base[1]
    base.mul_(x.detach() * 5)
    assert view.item() == 20.0
    view.backward()
    assert x.grad.tolist() == [0.0, 10.0]


def test_a_view_of_a_view_and_two_writers(torch: Any) -> None:
    x = torch.arange(1.0, 7.0).requires_grad_()
    base = x.clone()
    table = base.view(2, 3)
    column, row = table[:, 1], table[1]
    column.mul_(10)
    row.add_(100)
    assert base.tolist() == [1.0, 20.0, 3.0, 104.0, 150.0, 106.0]
    (base * torch.arange(6.0)).sum().backward()
    assert x.grad.tolist() == [0.0, 10.0, 2.0, 3.0, 40.0, 5.0]


def test_copying_into_a_slice(torch: Any) -> None:
    x, y = leaf(torch, 1.0, 2.0, 3.0), leaf(torch, 5.0, 6.0)
    z = x * 2
    z[1:].copy_(y)
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0] and y.grad.tolist() == [1.0, 1.0]


def test_filling_from_a_loop(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0, 3.0)
    out = torch.zeros(3)
    for i in range(3):
        out[i] = x[i] * (i + 1)
    out.sum().backward()
    assert x.grad.tolist() == [1.0, 2.0, 3.0]


def test_an_in_place_step_of_a_transposed_view(torch: Any) -> None:
    x = torch.arange(4.0).reshape(2, 2).requires_grad_()
    base = x * 1
    base.t()[0].mul_(3)
    assert base.tolist() == [[0.0, 1.0], [6.0, 3.0]]
    base.sum().backward()
    assert x.grad.tolist() == [[3.0, 1.0], [3.0, 1.0]]


def test_masked_assignment(torch: Any) -> None:
    x = leaf(torch, -1.0, 2.0, -3.0)
    y = x * 2
    y[y < 0] = 0.0
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 2.0, 0.0]


def test_second_derivative_through_an_in_place_step(torch: Any) -> None:
    x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)

    def f(x: Any) -> Any:
        y = x * x
        y[0].mul_(y[1].clone())
        y.exp_()
        return y

    assert torch.autograd.gradcheck(f, (x,))
    assert torch.autograd.gradgradcheck(f, (x,))


# What is refused ------------------------------------------------------------------------------------------------------
def test_a_leaf_in_place(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    for change in (
        lambda: x.add_(1),
        lambda: x.zero_(),
        lambda: x.mul_(2),
        lambda: x.copy_(torch.ones(2)),
        lambda: x.exp_(),
    ):
        with pytest.raises(RuntimeError) as error:
            change()
        assert message(error) == "a leaf Variable that requires grad is being used in an in-place operation."
    assert x.tolist() == [1.0, 2.0]


def test_a_view_of_a_leaf_in_place(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    view = x[0]
    for change in (lambda: view.add_(1), lambda: x.view(2).zero_(), lambda: x.__setitem__(0, 1.0)):
        with pytest.raises(RuntimeError) as error:
            change()
        assert message(error) == "a view of a leaf Variable that requires grad is being used in an in-place operation."


def test_a_leaf_under_no_grad(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.no_grad():
        x -= 0.5
        x[0] = 9.0
        x.mul_(2)
    assert x.tolist() == [18.0, 3.0] and x.is_leaf and x.requires_grad
    (x * x).sum().backward()
    assert x.grad.tolist() == [36.0, 6.0]


def test_augmented_assignment_of_a_plain_name(torch: Any) -> None:
    x = leaf(torch, 1.0)
    y = x * 1
    z = y
    y += 1
    y *= 2
    y -= 1
    y /= 3
    assert z is y and z.item() == 1.0
    y.backward()
    assert x.grad.item() == pytest.approx(2 / 3)


def test_a_view_made_under_no_grad(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    with torch.no_grad():
        view = y[0]
    with pytest.raises(RuntimeError) as error:
        view.mul_(2)
    assert message(error).startswith(
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled."
    )


def test_one_of_many_views_in_place(torch: Any) -> None:
    y = leaf(torch, 1.0, 2.0) * 1
    for part, text in (
        (y.split(1)[0], "Output 0 of Split is a view and is being modified inplace."),
        (y.unbind()[1], "Output 1 of Unbind is a view and is being modified inplace."),
        (y.chunk(2)[0], "Output 0 of Split is a view and is being modified inplace."),
    ):
        with pytest.raises(RuntimeError) as error:
            part.mul_(2)
        assert message(error).startswith(
            text
            + " This view is the output of a function that returns multiple views. Such functions do not allow the "
            "output views to be "
            "modified inplace. You should replace the inplace operation by an out-of-place one."
        ), message(error)


def test_detach_in_place_of_a_view(torch: Any) -> None:
    view = (leaf(torch, 1.0, 2.0) * 1)[0]
    with pytest.raises(RuntimeError) as error:
        view.detach_()
    assert message(error).startswith("Can't detach views in-place. Use detach() instead.")


def test_expanded_memory(torch: Any) -> None:
    y = torch.zeros(1).expand(3)
    with pytest.raises(RuntimeError) as error:
        y.add_(1)
    assert message(error) == (
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor "
        "before performing the operation."
    )


def made_under_no_grad(torch: Any) -> Any:
    x = torch.ones(2)
    with torch.no_grad():
        view = x[0]
    return x, view


def test_which_rule_of_views_comes_first(torch: Any) -> None:
    """A view that was made under no_grad; then one of many; then a view of a leaf; then a leaf."""
    x, view = made_under_no_grad(torch)
    view.add_(1)  # nothing requires a gradient, so all is well
    x.requires_grad_()
    with pytest.raises(
        RuntimeError, match="A view was created in no_grad mode and is being modified inplace with grad"
    ):
        view.add_(1)
    _, view = made_under_no_grad(torch)
    with pytest.raises(
        RuntimeError, match="A view was created in no_grad mode and is being modified inplace with grad"
    ):
        view.mul_(leaf(torch, 3.0)[0])
    with pytest.raises(RuntimeError, match="Output 0 of Unbind is a view and is being modified inplace"):
        leaf(torch, 1.0, 2.0).unbind()[0].add_(1)
    part = torch.ones(2).unbind()[0]
    part.add_(1)
    with pytest.raises(RuntimeError, match="This view is the output of a function that returns multiple views"):
        part.mul_(leaf(torch, 3.0)[0])


def test_views_made_before_a_gradient_was_asked_for(torch: Any) -> None:
    x = torch.ones(2)
    view = x[0:1]
    x.requires_grad_()
    own = torch.ones(2)[0:1].requires_grad_()
    for t in (view, own):
        with pytest.raises(RuntimeError) as error:
            t.add_(1)
        assert message(error) == "a view of a leaf Variable that requires grad is being used in an in-place operation."


# Views that were returned among others, or made under no_grad ---------------------------------------------------------
SEVERAL = "Output 0 of Split is a view and its base or another view of its base has been modified inplace."
UNRECORDED = (
    "A view was created in no_grad mode and its base or another view of its base has been modified inplace with"
)


def test_one_of_several_views_after_a_change_of_their_base(torch: Any) -> None:
    y = leaf(torch, 1.0, 2.0) * 1
    part = y.split(1)[0]
    y.add_(1)
    assert part.requires_grad and part.tolist() == [2.0]
    for ask in (lambda: part.grad_fn, lambda: part.is_leaf, lambda: part * 2, lambda: part[0]):
        with pytest.raises(RuntimeError) as error:
            ask()
        assert message(error).startswith(SEVERAL)
    with torch.no_grad():
        assert (part * 2).tolist() == [4.0]
    assert (part > 1).item() is True, "a comparison is not recorded"
    assert repr(part).startswith("tensor([2.]")


def test_a_view_made_under_no_grad_after_a_change_of_its_base(torch: Any) -> None:
    y = leaf(torch, 1.0, 2.0) * 1
    with torch.no_grad():
        view = y[0]
        y.add_(1)
    with pytest.raises(RuntimeError) as error:
        _ = view * 2
    assert message(error).startswith(UNRECORDED)


def test_a_view_of_one_of_several(torch: Any) -> None:
    part = (leaf(torch, 1.0, 2.0) * 1).split(1)[0]
    with pytest.raises(RuntimeError, match=r"Output 0 of View is a view and is being modified inplace\. This view is"):
        part.view(1, 1).add_(1)
    with torch.no_grad():
        unrecorded = part.view(1, 1)
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode and is being modified inplace"):
        unrecorded.add_(1)
    with pytest.raises(RuntimeError, match="Output 0 of View is a view of a view which was created in no_grad mode"):
        unrecorded.view(1).add_(1)


def test_a_gradient_does_not_pass_a_view_made_under_no_grad(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.no_grad():
        view, (part, _) = x[0:1], x.split(1)
    for t in (view, part):
        assert t.requires_grad and t.is_leaf and t.grad_fn is None
        y = (t * 3).sum()
        assert y.requires_grad
        y.backward()
        assert t.grad is None and x.grad is None


# In-place views -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("t_", (), "TBackward1"),
        ("transpose_", (0, 1), "TransposeBackward1"),
        ("swapaxes_", (0, 1), "TransposeBackward1"),
        ("unsqueeze_", (0,), "UnsqueezeBackward1"),
        ("squeeze_", (), "SqueezeBackward3"),
        ("squeeze_", (0,), "SqueezeBackward4"),
        ("squeeze_", ((0, 1),), "SqueezeBackward5"),
        ("as_strided_", ((2,), (1,)), "AsStridedBackward1"),
    ],
)
def test_in_place_views(torch: Any, name: str, args: Any, expected: str) -> None:
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    y = x * 1
    y.retain_grad()
    assert getattr(y, name)(*args) is y and node(y) == expected and y._version == 1
    (y * torch.arange(1.0, 3.0).reshape(y.shape)).sum().backward()
    assert x.grad.tolist() == [[1.0, 2.0]]
    assert y.grad.shape == x.shape, "it retains the gradient of what it was"
    with torch.no_grad():
        z = x * 1
        z.t_()
    assert z.shape == (2, 1)


def test_a_leaf_reshaped_under_no_grad(torch: Any) -> None:
    x = leaf(torch, 1.0, 2.0)
    with torch.no_grad():
        x.unsqueeze_(0)
    (x * x).sum().backward()
    assert x.grad.tolist() == [[2.0, 4.0]]


# Dtypes, memory that is shared ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["add_", "sub_", "mul_", "div_", "pow_", "copy_"])
def test_a_float32_tensor_changed_by_a_float64_one(torch: Any, name: str) -> None:
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    w = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    y, other = x * 1, x * 1
    getattr(y, name)(w)
    getattr(other, name)(w.float())
    assert node(y) == node(other) and y.dtype == torch.float32
    got, expected = torch.autograd.grad(y.sum(), (x, w)), torch.autograd.grad(other.sum(), (x, w))
    assert [g.dtype for g in got] == [torch.float32, torch.float64]
    assert all(torch.allclose(g, e) for g, e in zip(got, expected, strict=True))


def test_an_expanded_gradient_is_not_added_into(torch: Any) -> None:
    x = torch.ones(3, requires_grad=True)
    for _ in range(2):
        x.backward(torch.ones(1).expand(3))
    assert x.grad.tolist() == [2.0, 2.0, 2.0]
    x.grad[0] = 5.0
    assert x.grad.tolist() == [5.0, 2.0, 2.0]


def test_expanded_memory_may_be_written_to_through_a_part(torch: Any) -> None:
    y = torch.zeros(1, 3).expand(2, 3)
    y[0] = 1
    y[1, 2] = 7
    assert y.tolist() == [[1.0, 1.0, 7.0]] * 2


def test_what_comes_of_asking_for_gradients(torch: Any) -> None:
    y = leaf(torch, 1.0) * 1
    assert y.requires_grad_() is y
    with pytest.raises(RuntimeError) as error:
        y.requires_grad = True
    assert message(error) == "you can only change requires_grad flags of leaf variables."
    with pytest.raises(RuntimeError, match="If you want to use a computed variable in a subgraph"):
        y.requires_grad_(False)


@pytest.mark.parametrize("name", ["relu_", "sigmoid_", "exp_", "tanh_"])
def test_a_rule_of_the_result_keeps_the_tensor_itself(torch: Any, name: str) -> None:
    x = torch.tensor([-1.0, 0.5, 2.0], requires_grad=True)
    y = x * 1
    getattr(y, name)()
    kept = y.grad_fn._saved_result
    assert kept.data_ptr() == y.data_ptr() and torch.equal(kept, y)
    y.sum().backward()
    plain = getattr(torch, name[:-1])(x.detach().requires_grad_())
    assert torch.equal(y, plain)
