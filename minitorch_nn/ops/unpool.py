"""The reverse of max pooling, and leaky ReLU with a random slope."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, float_of, wide
from ..autograd.op import op
from ..random import default_generator
from .arithmetic import times
from .checks import kind_name, not_implemented, supports
from .gather import gather_at
from .shape import reshape

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["max_unpool", "rrelu"]


@op(name="MaxUnpoolBackward0", input=lambda g, index: gather_at(g, index=index, dim=2))
def unpool_rows(input: Tensor, *, index: Any, size: int) -> Tensor:
    """(N, C, n) -> (N, C, size): zeros with each value at its index; of two values at one place the last stays"""
    out = np.zeros((*input.shape[:2], size), input.dtype)  # type: ignore[call-overload]
    np.put_along_axis(out, index, input, 2)
    return out  # type: ignore[no-any-return]


def max_unpool(input: Tensor, indices: Tensor, output_size: tuple[int, ...]) -> Tensor:
    """(N, C, *) or (C, *) -> (N, C, *output_size): 0 but where max pooling found its values, by its indices"""
    x, i, dims = input._data, indices._data, len(output_size)
    if i.dtype != np.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {kind_name(i)}")
    if x.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Input to max_unpooling{dims}d should be a {dims + 1}d or {dims + 2}d Tensor, but got a tensor with {x.ndim} "
            "dimensions."
        )
    tail = (1,) if dims == 1 else ()  # PyTorch's is the one in two dimensions
    if x.shape != i.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({[*x.shape, *tail]}) but got indices "
            f"tensor with shape: {[*i.shape, *tail]}"
        )
    size = math.prod(output_size)
    wrong = (i < 0) | (i >= size)
    if wrong.any():
        volume = "x".join(map(str, (*output_size, *tail)))
        raise RuntimeError(f"Found an invalid max index: {i[wrong][-1]} (output volumes are of size {volume})")
    lead = x.shape[: x.ndim - dims]
    n, c = lead if len(lead) == 2 else (1, lead[0])
    flat = (n, c, math.prod(x.shape[x.ndim - dims :]))
    out = unpool_rows(reshape(input, flat), index=i.reshape(flat), size=size)
    return reshape(out, (*lead, *output_size))  # type: ignore[no-any-return]


@supports(FLOATING, "rrelu_with_noise_out_cpu")
def _slopes(x: Any, lower: float, upper: float) -> Any:
    """1 where x is above 0, else drawn from U(lower, upper), element by element as PyTorch draws them"""
    if x.dtype == np.float16:  # bfloat16 it has
        raise not_implemented("rrelu_with_noise_out_cpu", x)
    noise = np.ones(x.shape, wide(x.dtype))
    below = float_of(x) <= 0
    noise[below] = default_generator.uniform((int(np.count_nonzero(below)),), lower, upper, np.float64)
    return noise


def rrelu(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3) -> Tensor:
    """input above 0, else input times a number drawn from U(lower, upper) for each element

    Source: Xu et al. 2015, Empirical Evaluation of Rectified Activations in Convolutional Network, section 2.4.
    """
    slopes = input._wrap(_slopes(input._data, lower, upper))
    if input._data.dtype.kind == "V":
        return times(input.float(), slopes).to(input.dtype)  # the slopes are not rounded
    return times(input, slopes)
