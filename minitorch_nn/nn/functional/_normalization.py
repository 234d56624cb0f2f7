"""Normalisation."""

from __future__ import annotations

from collections.abc import Sequence

from ... import ops
from ...tensor import Tensor
from ._padding import pad
from ._pooling import avg_pool2d

__all__ = [
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "normalize",
    "rms_norm",
]


def _more_than_one_value(size: Sequence[int]) -> None:
    """Raise if there is one value per channel: its variance would be 0."""
    values = size[0]
    for s in size[2:]:
        values *= s
    if values == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(N, C, *) -> the same: (x - mean) / sqrt(var + eps) * weight + bias, for each channel.

    training: mean and biased variance of the batch, which also move the running ones in place (the running variance
    takes the unbiased one): running = (1 - momentum) running + momentum batch. Else the running ones are used.
    """
    if training:
        _more_than_one_value(input.size())
    if training and eps <= 0.0:
        raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    if eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return ops.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(N, C, *) -> the same: batch_norm of each sample by itself.

    use_input_stats: the statistics of each sample; else the running ones. Running statistics, where given, move towards
    the mean of those of the samples.
    """
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
        return ops.batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    spatial = 1
    for s in input.size()[2:]:
        spatial *= s
    if spatial == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape}")
    n, c = input.shape[:2]
    tracked = [None if t is None else t.repeat(n) for t in (running_mean, running_var)]
    each = input.reshape(1, n * c, *input.shape[2:])  # every sample's channels stand alone
    out = ops.batch_norm(each, tracked[0], tracked[1], None, None, True, momentum, eps).reshape(input.shape)
    for running, per_sample in zip((running_mean, running_var), tracked, strict=True):
        if running is not None and per_sample is not None:
            running.copy_(per_sample.view(n, c).mean(0))
    shape = (1, c) + (1,) * (input.ndim - 2)
    if weight is not None:
        out = out * weight.view(shape)
    return out if bias is None else out + bias.view(shape)  # type: ignore[no-any-return]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(*, normalized_shape) -> the same: (x - mean) / sqrt(var + eps) * weight + bias, over the last dimensions."""
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """(N, C, *) -> the same: (x - mean) / sqrt(var + eps) * weight + bias, over C / num_groups channels and `*`."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.ndim}")
    _more_than_one_value([input.shape[0] * input.shape[1] // num_groups, num_groups, *input.shape[2:]])
    return ops.group_norm(input, num_groups, weight, bias, eps)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """(*, normalized_shape) -> the same: x / sqrt(mean(x²) + eps) * weight, over the last dimensions.

    eps: None takes the spacing of the input's dtype at 1.
    """
    shape = tuple(normalized_shape)
    if not shape or tuple(input.shape[-len(shape) :]) != shape:
        wanted = ", ".join(map(str, ("*", *shape)))
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{wanted}], "
            f"but got input of size{list(input.shape)}"
        )
    dims = tuple(range(-len(shape), 0))
    spacing = 2.0 ** -{2: 10, 4: 23, 8: 52}[input.dtype.itemsize] if eps is None else eps
    out = input * ops.rsqrt(ops.mean(input * input, dims, keepdim=True) + spacing)
    return out if weight is None else out * weight


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """(N, C, *) -> the same: x_c / (k + alpha / size * sum of x² over `size` channels around c) ** beta."""
    if input.dim() < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {input.ndim} dimensions)"
        )
    if input.numel() == 0:  # type: ignore[no-untyped-call]
        return input
    n, c = input.shape[:2]
    squares = (input * input).reshape(n, 1, c, -1)
    mean = avg_pool2d(pad(squares, (0, 0, size // 2, (size - 1) // 2)), (size, 1), stride=1)
    return input / (mean.reshape(input.shape) * alpha + k) ** beta  # type: ignore[no-any-return]


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """x / max(p-norm of x along `dim`, eps)."""
    norm = input.norm(p, dim, keepdim=True).clamp_min(eps)
    result = input / norm.expand_as(input)
    return result if out is None else out.copy_(result)
