"""What random comparison with PyTorch found, as plain statements; see also tests/programs/found.py."""

from __future__ import annotations

from typing import Any

import pytest

ROW_BY_ROW = {
    "amax": lambda t, x: x.amax(1), "sum": lambda t, x: x.sum(1), "mean": lambda t, x: x.mean(1, keepdim=True),
    "var": lambda t, x: x.var(1), "prod": lambda t, x: x.prod(1), "cumsum": lambda t, x: x.cumsum(1),
    "cumprod": lambda t, x: x.cumprod(1), "any": lambda t, x: x.any(1), "count_nonzero": lambda t, x: x.count_nonzero(1),
    "softmax": lambda t, x: x.softmax(1), "log_softmax": lambda t, x: x.log_softmax(0), "norm": lambda t, x: x.norm(dim=1),
    "logsumexp": lambda t, x: x.logsumexp(1), "masked_fill": lambda t, x: x.masked_fill(x > 0, 0.5),
    "scatter": lambda t, x: x.scatter(1, t.zeros(4, 3, 2, dtype=t.int64), 0.5), "rpow": lambda t, x: 2.0**x,
    "layer_norm": lambda t, x: t.nn.functional.layer_norm(x, (3, 2)), "cummax": lambda t, x: x.cummax(1).values,
    "logsigmoid": lambda t, x: t.nn.functional.logsigmoid(x), "logcumsumexp": lambda t, x: x.logcumsumexp(1),
}  # fmt: skip


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_results_of_transposed_tensors_lie_row_by_row(torch: Any, name: str) -> None:
    x = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4).permute(2, 1, 0) - 7
    out = ROW_BY_ROW[name](torch, x)
    assert out.is_contiguous()
    assert out.view(-1).numel() == out.numel()


def test_tensors_of_the_common_shape_are_not_expanded(torch: Any) -> None:
    x, y = torch.zeros(2, 3), torch.zeros(3)
    first, second = torch.broadcast_tensors(x, y)
    assert first is x or first.data_ptr() == x.data_ptr()
    assert second.stride() == (0, 1)


def test_zero_keeps_its_sign(torch: Any) -> None:
    for count in (1, 3, 8, 33):
        x = torch.full((count,), -0.0)
        assert torch.relu(x).signbit().all()


def test_absolute_error_of_bools(torch: Any) -> None:
    x = torch.tensor([True, False])
    with pytest.raises(RuntimeError, match="Subtraction, the `-` operator, with two bool tensors"):
        torch.nn.functional.l1_loss(x, x)
    with pytest.raises(RuntimeError, match="Subtraction, the `-` operator, with two bool tensors"):
        torch.dist(x, x)


def test_data_of_a_leaf_stays_floating(torch: Any) -> None:
    x = torch.zeros(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="data set to a tensor that requires gradients must be floating point"):
        x.data = torch.zeros(2, dtype=torch.int64)


def test_order_of_errors(torch: Any) -> None:
    x = torch.zeros(2, dtype=torch.bool)
    with pytest.raises(RuntimeError, match="selected index k out of range"):
        x.topk(3)
    with pytest.raises(IndexError, match="Dimension specified as -1 but tensor has no dimensions"):
        torch.tensor(1).unique(dim=-1)
    with pytest.raises(RuntimeError, match="at dimension -1"):
        torch.zeros(3).split([1, 1], -1)


def test_divided_by_what_stands_left(torch: Any) -> None:
    assert torch.tensor([2.0, 1.0]).__rdiv__(4).tolist() == [2.0, 4.0]


def test_the_replaced_keep_the_original_in_mind(torch: Any) -> None:
    x = torch.tensor([1.0, -1.0], requires_grad=True)
    y = torch.nn.functional.threshold_(x * 1, 0.7, 5.0)
    (g,) = torch.autograd.grad(y.sum(), x)
    assert g.tolist() == [1.0, 0.0]


def test_divergence_of_negative_targets_has_no_gradient(torch: Any) -> None:
    y = torch.tensor([0.5, -1.0], requires_grad=True)
    (g,) = torch.autograd.grad(torch.nn.functional.kl_div(torch.zeros(2), y, reduction="sum"), y)
    assert g.isnan().tolist() == [False, True]
