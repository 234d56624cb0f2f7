"""Convolution and its two gradients on channels-last arrays of float32; everything else is left to NumPy's kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numpy import convolution as plain
from ..numpy.memory import channels_first
from ..numpy.memory import channels_last as as_channels_last
from . import primitives as dnn
from .primitives import BIAS, DIFF_DST, DIFF_SRC, DIFF_WEIGHTS, DST, SRC, WEIGHTS, Primitive, Reorder, described

Pair = tuple[int, int]


class _Shape:
    """What the three primitives of one convolution share."""

    def __init__(
        self,
        x_shape: tuple[int, ...],
        weight_shape: tuple[int, ...],
        stride: Pair,
        padding: Pair,
        dilation: Pair,
        groups: int,
    ) -> None:
        out_channels, depth, kh, kw = weight_shape
        size = plain.output_size((x_shape[2], x_shape[3]), (kh, kw), stride, padding, dilation)
        self.out = (x_shape[0], *size, out_channels)
        self.vector = described((out_channels,), (1,))
        self.src = dnn.channels_last(x_shape)
        self.dst = dnn.channels_last((x_shape[0], out_channels, *size))
        lead = () if groups == 1 else (groups,)
        shape = (*lead, out_channels // groups, depth, kh, kw)
        taps = (kh * kw * depth, 1, kw * depth, depth)  # (O, kh, kw, I) in memory
        self.weights = described(shape, (taps[0] * out_channels // groups, *taps) if lead else taps)
        self.any = described(shape)
        self.window = (
            dnn.numbers(stride), dnn.numbers([d - 1 for d in dilation]), dnn.numbers(padding), dnn.numbers(padding),
        )  # fmt: skip

    def forward_description(self, bias: bool = False) -> Any:
        """The forward primitive's description, which those of the gradients are made beside"""
        vector = self.vector if bias else None
        return dnn.made(
            dnn.dnnl.convolution_forward_primitive_desc_create,
            dnn.ENGINE, dnn.FORWARD_TRAINING, dnn.DIRECT, self.src, self.any, vector, self.dst, *self.window, dnn.ATTRIBUTES,
        )  # fmt: skip


class _Forward:
    def __init__(self, shape: _Shape, bias: bool) -> None:
        description = shape.forward_description(bias)
        weights = dnn.queried(description, dnn.QUERY_WEIGHTS)
        roles = [(SRC, shape.src), (WEIGHTS, weights)]
        if bias:
            roles.append((BIAS, shape.vector))
        self.reorder = Reorder(shape.weights, weights, weights)
        self.run = Primitive(description, [*roles, (DST, shape.dst)])
        self.out = shape.out


class _InputGrad:
    def __init__(self, shape: _Shape) -> None:
        description = dnn.made(
            dnn.dnnl.convolution_backward_data_primitive_desc_create, dnn.ENGINE, dnn.DIRECT, shape.src, shape.any,
            shape.dst, *shape.window, shape.forward_description(), dnn.ATTRIBUTES,
        )  # fmt: skip
        weights = dnn.queried(description, dnn.QUERY_WEIGHTS)
        self.reorder = Reorder(shape.weights, weights, weights)
        self.run = Primitive(description, ((DIFF_DST, shape.dst), (WEIGHTS, weights), (DIFF_SRC, shape.src)))


class _WeightGrad:
    def __init__(self, shape: _Shape) -> None:
        description = dnn.made(
            dnn.dnnl.convolution_backward_weights_primitive_desc_create, dnn.ENGINE, dnn.DIRECT, shape.src, shape.any,
            None, shape.dst, *shape.window, shape.forward_description(), dnn.ATTRIBUTES,
        )  # fmt: skip
        weights = dnn.queried(description, dnn.QUERY_DIFF_WEIGHTS)
        self.reorder = Reorder(weights, shape.weights, weights)
        self.run = Primitive(description, ((SRC, shape.src), (DIFF_DST, shape.dst), (DIFF_WEIGHTS, weights)))


def _fits(*arrays: np.ndarray | None) -> bool:
    return all(a is None or (a.dtype == np.float32 and a.size > 0) for a in arrays)


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """As the NumPy backend's `conv2d`."""
    if not _fits(x, weight, bias):
        return plain.conv2d(x, weight, stride, padding, dilation, groups, bias)
    key = ("conv2d", x.shape, weight.shape, stride, padding, dilation, groups, bias is not None)
    kernel = dnn.cached(
        key, lambda: _Forward(_Shape(x.shape, weight.shape, stride, padding, dilation, groups), bias is not None)
    )
    if kernel.run.is_slow:
        return plain.conv2d(x, weight, stride, padding, dilation, groups, bias)
    y = np.empty(kernel.out, np.float32)
    weights = kernel.reorder.to_primitive(as_channels_last(weight))
    if bias is None:
        kernel.run(as_channels_last(x), weights, y)
    else:
        kernel.run(as_channels_last(x), weights, np.ascontiguousarray(bias), y)
    return channels_first(y)


def conv2d_input_grad(
    g: np.ndarray,
    weight: np.ndarray,
    x_shape: tuple[int, ...],
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """As the NumPy backend's `conv2d_input_grad`."""
    shape = (x_shape[2], x_shape[3]), (weight.shape[2], weight.shape[3])
    if (
        not _fits(g, weight, bias)
        or plain.output_size(*shape, stride, padding, dilation) != g.shape[2:]
        or 0 in x_shape
    ):
        return plain.conv2d_input_grad(g, weight, x_shape, stride, padding, dilation, groups, bias)
    key = ("conv2d_input_grad", x_shape, weight.shape, stride, padding, dilation, groups)
    kernel = dnn.cached(key, lambda: _InputGrad(_Shape(x_shape, weight.shape, stride, padding, dilation, groups)))
    if kernel.run.is_slow:
        return plain.conv2d_input_grad(g, weight, x_shape, stride, padding, dilation, groups, bias)
    batch, channels, height, width = x_shape
    gx = np.empty((batch, height, width, channels), np.float32)
    kernel.run(as_channels_last(g), kernel.reorder.to_primitive(as_channels_last(weight)), gx)
    if bias is not None:
        gx += bias
    return channels_first(gx)


def conv2d_weight_grad(
    g: np.ndarray,
    x: np.ndarray,
    weight_shape: tuple[int, ...],
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """As the NumPy backend's `conv2d_weight_grad`."""
    shape = (x.shape[2], x.shape[3]), (weight_shape[2], weight_shape[3])
    if not _fits(g, x) or plain.output_size(*shape, stride, padding, dilation) != g.shape[2:]:
        return plain.conv2d_weight_grad(g, x, weight_shape, stride, padding, dilation, groups)
    key = ("conv2d_weight_grad", x.shape, weight_shape, stride, padding, dilation, groups)
    kernel = dnn.cached(key, lambda: _WeightGrad(_Shape(x.shape, weight_shape, stride, padding, dilation, groups)))
    if kernel.run.is_slow:
        return plain.conv2d_weight_grad(g, x, weight_shape, stride, padding, dilation, groups)
    out_channels, depth, kh, kw = weight_shape
    gw = np.empty((out_channels, kh, kw, depth), np.float32)
    kernel.run(as_channels_last(x), as_channels_last(g), kernel.reorder.target(gw))
    kernel.reorder.to_array(gw)
    return channels_first(gw)
