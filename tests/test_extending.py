"""What code for PyTorch hands over that is neither tensor nor list; `MT_TEST_NAMESPACE=torch` runs the same on PyTorch."""

from __future__ import annotations

import array
from collections import UserList, deque
from typing import Any

import numpy as np
import pytest


# __torch_function__ ---------------------------------------------------------------------------------------------------
class Scalar:
    """n times n, with one value on the diagonal"""

    torch: Any

    def __init__(self, n: int, value: float) -> None:
        self.n, self.value = n, value

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is cls.torch.mean:
            return args[0].value / args[0].n
        if func in (cls.torch.add, cls.torch.Tensor.add):
            return [*args], kwargs, types
        return NotImplemented


class Special(Scalar):
    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return "special" if func is cls.torch.cat else NotImplemented


def test_objects_answer_for_operations(torch: Any) -> None:
    Scalar.torch = torch
    a, b, one = Scalar(5, 2.0), Special(2, 1.0), torch.ones(1)
    assert torch.mean(a) == 0.4
    assert torch.add(one, a) == ([one, a], None, (Scalar,))
    assert torch.add(a, one, alpha=2) == ([a, one], {"alpha": 2}, (Scalar,))
    assert one.add(a) == ([one, a], None, (Scalar,))
    assert torch.cat([a, b]) == "special"  # the subclass is asked first
    assert torch.add(a, b) == ([a, b], None, (Special, Scalar))  # and its base after it
    for call, name in ((torch.mul, "torch.mul"), (torch.Tensor.mul, "torch.Tensor.mul")):
        with pytest.raises(TypeError, match=f"^Multiple dispatch failed for '{name}'; all __torch_function__ handlers"):
            call(one, a)


# Sequences ------------------------------------------------------------------------------------------------------------
class Pair:
    def __len__(self) -> int:
        return 2

    def __getitem__(self, i: int) -> float:
        return [0.5, 1.5][i]


SEQUENCES = {
    "deque": (deque([1.0, 2.0]), [1.0, 2.0]),
    "nested": ([deque([1, 2]), (3, 4)], [[1, 2], [3, 4]]),
    "in a deque": (deque([[1], [2]]), [[1], [2]]),
    "user list": (UserList([1, 2]), [1, 2]),
    "array": (array.array("d", [1.0, 2.0]), [1.0, 2.0]),
    "of one's own": (Pair(), [0.5, 1.5]),
    "empty": (deque(), []),
    "numbers of NumPy": (deque([np.float64(1.0)]), [1.0]),
}


@pytest.mark.parametrize(("data", "expected"), SEQUENCES.values(), ids=SEQUENCES)
def test_sequences(torch: Any, data: Any, expected: Any) -> None:
    assert torch.tensor(data).tolist() == torch.as_tensor(data).tolist() == expected


@pytest.mark.parametrize(
    "data", [{1, 2}, {0: 1}, iter([1]), (x for x in [1])], ids=["set", "dict", "iterator", "generator"]
)
def test_no_sequences(torch: Any, data: Any) -> None:
    with pytest.raises(RuntimeError, match=f"^Could not infer dtype of {type(data).__name__}$"):
        torch.tensor(data)


# An index of no dimension ---------------------------------------------------------------------------------------------
def test_lone_index(torch: Any) -> None:
    at, x = torch.tensor(2), torch.arange(4.0, requires_grad=True)
    assert torch.zeros(4).scatter_(0, at, value=1).tolist() == [0, 0, 1, 0]
    assert torch.zeros(4).scatter(0, at, torch.tensor([5.0, 6.0])).tolist() == [0, 0, 5, 0]
    assert torch.ones(4).scatter_add_(0, at, torch.tensor(5.0)).tolist() == [1, 1, 6, 1]
    picked = x.gather(0, at)
    assert picked.shape == () and picked.item() == 2
    picked.backward()
    assert x.grad.tolist() == [0, 0, 1, 0]


# Old types, shapes, state ---------------------------------------------------------------------------------------------
def test_old_types(torch: Any) -> None:
    assert torch.tensor([1]).type(torch.FloatTensor).dtype is torch.float32
    assert torch.tensor([1.5]).type(torch.LongTensor).tolist() == [1]


def test_broadcast_shapes_is_a_size(torch: Any) -> None:
    shape = torch.broadcast_shapes((2, 1), (1, 3), (1,))
    assert type(shape) is torch.Size and shape == (2, 3)
    assert type(torch.broadcast_shapes((10**6, 1), (1, 10**6))) is torch.Size  # no such memory is asked for


def test_prefix_of_a_state_dict(torch: Any) -> None:
    state = torch.nn.DataParallel(torch.nn.Linear(2, 1)).state_dict()
    torch.nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
    assert list(state) == ["weight", "bias"]
    torch.nn.Linear(2, 1).load_state_dict(state)


# Attention ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("causal", [False, True])
def test_attention_lies_as_the_query(torch: Any, causal: bool) -> None:
    q, k, v = torch.rand(2, 3, 3, 4, 8, requires_grad=True).transpose(2, 3).unbind(1)
    attend = torch.nn.functional.scaled_dot_product_attention
    out = attend(q, k, v, is_causal=causal)
    assert out.stride() == (96, 8, 32, 1)  # the query's order of axes, without its gaps
    assert out.grad_fn.name() == "ScaledDotProductFlashAttentionForCpuBackward0"
    heads = out.transpose(1, 2).view(2, 3, 32)
    plain = attend(q.contiguous(), k.contiguous(), v.contiguous(), is_causal=causal)
    assert plain.stride() == (96, 24, 8, 1)
    assert torch.allclose(heads, plain.transpose(1, 2).reshape(2, 3, 32))
    heads.pow(2).sum().backward()
    assert attend(q, k, v, dropout_p=0.5).stride() == (96, 24, 8, 1)


def test_identity_transform_hits_the_pixels(torch: Any) -> None:
    """A point beside its pixel by a rounding error would get the slope of the other side."""
    theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    grid = torch.nn.functional.affine_grid(theta, [1, 1, 28, 28], align_corners=False)
    steps, width = np.arange(28.0), float(np.float32(2 / 27))
    line = np.where(steps < 14, width * steps - 1, 1 - width * (27 - steps)).astype(np.float32)
    assert grid[0, 0, :, 0].tolist() == (line * 27 / 28).tolist()
