"""Sampling images by grids, the reverse of max pooling, and bags of embeddings."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from ... import ops
from ...tensor import Tensor, arange
from ._linear import _no_sparse_gradient, _shorten_rows_

__all__ = ["affine_grid", "embedding_bag", "grid_sample", "max_unpool1d", "max_unpool2d", "max_unpool3d"]

_Size = int | Sequence[int]


def _align(align_corners: bool | None) -> bool:
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
            "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
            stacklevel=3,
        )
    return bool(align_corners)


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """(N, C, H, W), (N, H', W', 2) -> (N, C, H', W'): the input at the places (x, y) of the grid, in [-1, 1].

    Or (N, C, D, H, W) and (N, D', H', W', 3). mode: 'bilinear', 'nearest', or 'bicubic' (not in 3 dimensions).
    padding_mode: 'zeros', 'border' or 'reflection', for places outside. align_corners: -1 and 1 are the centres of the
    outermost pixels, else their outer edges.

    Source: Jaderberg et al. 2015, Spatial Transformer Networks, section 3.3.
    """
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', "
            f"but got: '{padding_mode}'"
        )
    return ops.grid_sampler(input, grid, mode, padding_mode, _align(align_corners))


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """theta (N, 2, 3), size (N, C, H, W) -> a grid (N, H, W, 2) for grid_sample; or (N, 3, 4) and (N, C, D, H, W).

    Source: Jaderberg et al. 2015, Spatial Transformer Networks, section 3.2.
    """
    align_corners = _align(align_corners)
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    if len(size) not in (4, 5):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {size}."
        )
    d = len(size) - 2
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (d, d + 1):
        raise ValueError(
            f"Expected a batch of {d}D affine matrices of shape Nx{d}x{d + 1} for size {size}. Got {theta.shape}."
        )
    if align_corners and min(size[2:]) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is "
            "not an intended use case of affine_grid. See the documentation of affine_grid for details.",
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return ops.affine_grid_generator(theta, size, align_corners)


def _unpool(
    input: Tensor,
    indices: Tensor,
    kernel_size: _Size,
    stride: _Size | None,
    padding: _Size,
    output_size: Sequence[int] | None,
    dims: int,
) -> Tensor:
    def each(value: _Size) -> tuple[int, ...]:
        return (value,) * dims if isinstance(value, int) else tuple(value)

    kernel, pads = each(kernel_size), each(padding)
    steps = kernel if stride is None else each(stride)
    default = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(input.shape[-dims:], steps, kernel, pads, strict=False)]
    if output_size is None:
        return ops.max_unpool(input, indices, tuple(default))
    size = tuple(output_size)
    size = size[2:] if len(size) == dims + 2 else size
    if len(size) != dims:
        raise ValueError(
            f"output_size should be a sequence containing {dims} or {dims + 2} elements, "
            f"but it has a length of '{len(size)}'"
        )
    for d in range(dims):
        least, most = default[d] - steps[d], default[d] + steps[d]
        if not least < size[d] < most:
            shown = output_size if len(output_size) == dims else output_size[2:]
            raise ValueError(f'invalid output_size "{shown}" (dim {d} must be between {least} and {most})')
    return ops.max_unpool(input, indices, size)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """(N, C, L) or (C, L), and the indices of max_pool1d -> (N, C, L_out): each value where it came from, else 0."""
    return _unpool(input, indices, kernel_size, stride, padding, output_size, 1)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """(N, C, H, W) or (C, H, W), and the indices of max_pool2d -> (N, C, H_out, W_out): values where they came from.

    Elsewhere 0. H_out = (H - 1) stride - 2 padding + kernel_size, or output_size: less than stride away from that.
    """
    return _unpool(input, indices, kernel_size, stride, padding, output_size, 2)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: _Size,
    stride: _Size | None = None,
    padding: _Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """(N, C, D, H, W) or (C, D, H, W), and indices into D H W -> values where they came from. See max_unpool2d."""
    return _unpool(input, indices, kernel_size, stride, padding, output_size, 3)


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """(B, n) of indices, or (n,) with offsets (B,), and weight (V, E) -> (B, E). See nn.EmbeddingBag."""
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, "
            f"then it must have the same shape as the input ({input.shape})"
        )
    if weight.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets)}"
            )
        offsets = arange(0, input.numel(), input.size(1), dtype=input.dtype)  # type: ignore[no-untyped-call]
        include_last_offset = False
        input = input.reshape(-1)
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    elif input.ndim == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.ndim != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    _no_sparse_gradient(sparse)
    if max_norm is not None:
        _shorten_rows_(weight, input, max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    return ops.embedding_bags(
        weight, input, offsets, scale_grad_by_freq, mode, per_sample_weights, include_last_offset, padding_idx
    )
