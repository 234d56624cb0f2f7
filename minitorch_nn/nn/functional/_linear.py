"""Linear maps, convolutions and look-ups."""

from __future__ import annotations

from collections.abc import Sequence

from ... import ops
from ...autograd import no_grad
from ...tensor import Tensor

__all__ = [
    "bilinear",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "embedding",
    "linear",
    "one_hot",
]

_Size = int | Sequence[int]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(*, in), (out, in), (out,) -> (*, out): input weightᵀ + bias."""
    return ops.linear(input, weight, bias)


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(*, in1), (*, in2), (out, in1, in2), (out,) -> (*, out): y_k = x1ᵀ A_k x2 + b_k."""
    if input1.dim() != input2.dim():
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.dim()} and {input2.dim()}")
    for d, (n1, n2) in enumerate(zip(input1.shape[:-1], input2.shape[:-1], strict=True)):
        if n1 != n2:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {d}: got {n1} and {n2}")
    for name, x, k in (("input1", input1, 1), ("input2", input2, 2)):
        if x.shape[-1] != weight.shape[k]:
            raise RuntimeError(
                f"bilinear(): {name} size does not match weight size: got {x.shape[-1]} but expected {weight.shape[k]}"
            )
    out = ops.einsum("...i,kij,...j->...k", input1, weight, input2)
    return out if bias is None else out + bias


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Size = 1,
    padding: _Size | str = 0,
    dilation: _Size = 1,
    groups: int = 1,
) -> Tensor:
    """(N, C_in, L), (C_out, C_in / groups, k), (C_out,) -> (N, C_out, L_out): cross-correlation. See nn.Conv1d."""
    return ops.conv1d(input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Size = 1,
    padding: _Size | str = 0,
    dilation: _Size = 1,
    groups: int = 1,
) -> Tensor:
    """(N, C_in, H, W), (C_out, C_in / groups, kh, kw), (C_out,) -> (N, C_out, H_out, W_out): cross-correlation.

    The batch dimension may be left out. See nn.Conv2d for the arguments and sizes.
    """
    return ops.conv2d(input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Size = 1,
    padding: _Size = 0,
    output_padding: _Size = 0,
    groups: int = 1,
    dilation: _Size = 1,
) -> Tensor:
    """(N, C_in, L), (C_in, C_out / groups, k), (C_out,) -> (N, C_out, L_out). See nn.ConvTranspose1d."""
    return ops.conv_transpose1d(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Size = 1,
    padding: _Size = 0,
    output_padding: _Size = 0,
    groups: int = 1,
    dilation: _Size = 1,
) -> Tensor:
    """(N, C_in, H, W), (C_in, C_out / groups, kh, kw), (C_out,) -> (N, C_out, H_out, W_out). See nn.ConvTranspose2d."""
    return ops.conv_transpose2d(input, weight, bias, stride, padding, output_padding, groups, dilation)


def _no_sparse_gradient(sparse: bool) -> None:
    if sparse:
        raise NotImplementedError("embedding: sparse=True is not available: gradients are dense here; leave it out")


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """(*) of int64 or int32, (V, D) -> (*, D): row `i` of the weight for each index `i`. See nn.Embedding."""
    _no_sparse_gradient(sparse)
    if padding_idx is not None:
        if padding_idx > 0:
            if padding_idx >= weight.size(0):
                raise AssertionError("Padding_idx must be within num_embeddings")
        elif padding_idx < 0:
            if padding_idx < -weight.size(0):
                raise AssertionError("Padding_idx must be within num_embeddings")
            padding_idx = weight.size(0) + padding_idx
    if max_norm is not None:
        _shorten_rows_(weight, input, max_norm, norm_type)
    return ops.embedding(weight, input, -1 if padding_idx is None else padding_idx, scale_grad_by_freq)


def _shorten_rows_(weight: Tensor, rows: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale those `rows` of the weight that are longer than `max_norm` down to it, in place."""
    with no_grad():
        chosen = ops.unique(rows)
        values = weight[chosen]
        norms = ops.norm(values, norm_type, 1, keepdim=True)
        weight[chosen] = ops.where(norms > max_norm, values * (max_norm / (norms + 1e-7)), values)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """(*) of int64 -> (*, num_classes) of int64: 1 at the index, else 0; num_classes=-1 means the largest index + 1."""
    return ops.one_hot(tensor, num_classes)
