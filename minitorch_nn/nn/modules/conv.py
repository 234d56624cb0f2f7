"""Convolution layers: `Conv1d`, `Conv2d`, `ConvTranspose1d`, `ConvTranspose2d`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...dtypes import dtype as DType
from ...tensor import Tensor, empty
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module
from .utils import _ntuple

__all__ = ["Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d"]

_Size = int | tuple[int, ...]
_PADDINGS = {"same", "valid"}
_PADDING_MODES = {"zeros", "reflect", "replicate", "circular"}


class _ConvNd(Module):
    """What all convolutions share; subclasses say how many spatial axes there are."""

    _axes: int
    _transposed = False
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _Size,
        stride: _Size,
        padding: _Size | str,
        dilation: _Size,
        output_padding: _Size,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: DType | None,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _ntuple(kernel_size, self._axes)
        self.stride = _ntuple(stride, self._axes)
        self.padding: Any = padding if isinstance(padding, str) else _ntuple(padding, self._axes)
        self.dilation = _ntuple(dilation, self._axes)
        self.transposed = self._transposed
        self.output_padding = _ntuple(output_padding, self._axes)
        self.groups = groups
        self.padding_mode = padding_mode
        if isinstance(padding, str):
            if padding not in _PADDINGS:
                raise ValueError(f"Invalid padding string {padding!r}, should be one of {_PADDINGS}")
            if padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in _PADDING_MODES:
            raise ValueError(f"padding_mode must be one of {_PADDING_MODES}, but got padding_mode='{padding_mode}'")

        outer, inner = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(empty((outer, inner // groups, *self.kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, from U(-1/sqrt(k), 1/sqrt(k)), k = weight.shape[1] * the kernel's elements."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        init._uniform_bias_(self.bias, self.weight)

    def _padding_by_side(self) -> list[int]:
        """The padding as `F.pad` wants it: last axis first, before and after."""
        sides: list[int] = []
        for axis in reversed(range(self._axes)):
            if self.padding == "same":
                total = self.dilation[axis] * (self.kernel_size[axis] - 1)
                sides += [total // 2, total - total // 2]
            elif self.padding == "valid":
                sides += [0, 0]
            else:
                sides += [self.padding[axis], self.padding[axis]]
        return sides

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Conv(_ConvNd):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _Size,
        stride: _Size = 1,
        padding: _Size | str = 0,
        dilation: _Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        conv = (F.conv1d, F.conv2d, F.conv3d)[self._axes - 1]
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._padding_by_side(), mode=self.padding_mode), 0
        return conv(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """(N, C_in, L) or (C_in, L) -> (N, C_out, L_out) or (C_out, L_out): cross-correlation along the last axis.

    L_out = floor((L + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1.
    weight: (C_out, C_in / groups, kernel_size). See Conv2d for the arguments.
    """

    _axes = 1


class Conv2d(_Conv):
    """(N, C_in, H, W) or (C_in, H, W) -> (N, C_out, H_out, W_out) or (C_out, H_out, W_out): cross-correlation.

    out[n, o, y, x] = bias[o] + sum over c, i, j of weight[o, c, i, j] * x[n, c, y stride + i dilation - padding, ...]
    H_out = floor((H + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1, and W_out alike.

    kernel_size, stride, padding, dilation: one int, or one for each spatial axis.
    padding: also 'valid' (none) or 'same' (as much as keeps the size; stride 1 only).
    groups: input and output channels are split into so many groups, and each sees only its own.
    padding_mode: 'zeros', 'reflect', 'replicate' or 'circular'.
    weight: (C_out, C_in / groups, kernel height, kernel width), bias: (C_out,) or None; both drawn from
    U(-1/sqrt(k), 1/sqrt(k)) with k = C_in / groups * kernel height * kernel width.
    """

    _axes = 2


class _ConvTranspose(_ConvNd):
    _transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _Size,
        stride: _Size = 1,
        padding: _Size = 0,
        output_padding: _Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: _Size = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        conv = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self._axes - 1]
        output_padding = self.output_padding if output_size is None else self._output_padding_for(input, output_size)
        return conv(
            input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation
        )

    def _output_padding_for(self, input: Tensor, output_size: Sequence[int]) -> list[int]:
        """The output padding that gives `output_size` (spatial sizes, or the whole shape)."""
        lead = input.ndim - self._axes
        asked = output_size[lead:] if len(output_size) == lead + self._axes else output_size
        wanted = list(asked)
        if len(wanted) != self._axes:
            raise ValueError(
                f"ConvTranspose{self._axes}D: for {input.ndim}D input, output_size must have {self._axes} "
                f"or {lead + self._axes} elements (got {len(wanted)})"
            )
        sizes = [
            (input.shape[lead + d] - 1) * self.stride[d]
            - 2 * self.padding[d]
            + self.dilation[d] * (self.kernel_size[d] - 1)
            + 1
            for d in range(self._axes)
        ]
        largest = [size + stride - 1 for size, stride in zip(sizes, self.stride, strict=True)]
        if any(not low <= size <= high for low, size, high in zip(sizes, wanted, largest, strict=True)):
            raise ValueError(
                f"requested an output size of {asked}, but valid sizes range from {sizes} to {largest} "
                f"(for an input of {input.shape[2:]})"
            )
        return [size - low for size, low in zip(wanted, sizes, strict=True)]


class ConvTranspose1d(_ConvTranspose):
    """(N, C_in, L) -> (N, C_out, L_out): the gradient of Conv1d with respect to its input, as a layer.

    L_out = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1.
    weight: (C_in, C_out / groups, kernel_size). Called with `output_size`, it picks the output padding itself.
    """

    _axes = 1


class ConvTranspose2d(_ConvTranspose):
    """(N, C_in, H, W) -> (N, C_out, H_out, W_out): the gradient of Conv2d with respect to its input, as a layer.

    H_out = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1, and W_out alike.
    weight: (C_in, C_out / groups, height, width). Called with `output_size`, it picks the output padding itself.
    Only padding_mode='zeros'.
    """

    _axes = 2
