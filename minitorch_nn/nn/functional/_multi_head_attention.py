"""Attention with several heads, and the masks it takes."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ... import ops
from ...tensor import Tensor, zeros, zeros_like
from ._attention import scaled_dot_product_attention
from ._dropout import dropout
from ._linear import linear
from ._padding import pad

__all__ = ["multi_head_attention_forward"]


def _canonical_mask(
    mask: Tensor | None,
    mask_name: str,
    target_type: Any,
    other: Tensor | None = None,
    other_name: str = "",
) -> Tensor | None:
    """The mask as numbers to add: a bool mask becomes -inf where True. Warns if `other` is of another dtype."""
    if mask is None:
        return None
    if str(mask.dtype) != "torch.bool" and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {mask_name} are supported")
    if other is not None and mask.dtype != other.dtype:
        warnings.warn(
            f"Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for both instead.",
            stacklevel=3,
        )
    if mask.is_floating_point():
        return mask
    return zeros_like(mask, dtype=target_type).masked_fill_(mask, -math.inf)


def _check_shapes(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None, num_heads: int
) -> bool:
    """Whether the inputs have a batch dimension; raises AssertionError if they do not go together."""
    n = query.ndim
    if n not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {n}-D query tensor")
    given = "For batched (3-D) `query`" if n == 3 else "For unbatched (2-D) `query`"
    if key.ndim != n or value.ndim != n:
        raise AssertionError(
            f"{given}, expected `key` and `value` to be {n}-D"
            f" but found {key.ndim}-D and {value.ndim}-D tensors respectively"
        )
    if padding is not None and padding.ndim != n - 1:
        raise AssertionError(
            f"{given}, expected `key_padding_mask` to be `None` or {n - 1}-D but found {padding.ndim}-D tensor instead"
        )
    if mask is not None and mask.ndim not in (2, 3):
        raise AssertionError(
            f"{given}, expected `attn_mask` to be `None`, 2-D or 3-D but found {mask.ndim}-D tensor instead"
        )
    if n == 2 and mask is not None and mask.ndim == 3:
        expected = (num_heads, query.shape[0], key.shape[0])
        if mask.shape != expected:
            raise AssertionError(f"Expected `attn_mask` shape to be {expected} but got {mask.shape}")
    return n == 3


def _project(
    query: Tensor, key: Tensor, value: Tensor, weight: Tensor, bias: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """query, key and value times their thirds of the weight; what is the same tensor is multiplied once"""
    size = query.size(-1)
    if key is value and query is key:
        q, k, v = ops.chunk(linear(query, weight, bias), 3, -1)
        return q, k, v
    if key is value:
        w_q, w_kv = ops.split(weight, [size, 2 * size])
        b_q, b_kv = (None, None) if bias is None else ops.split(bias, [size, 2 * size])
        k, v = ops.chunk(linear(key, w_kv, b_kv), 2, -1)
        return linear(query, w_q, b_q), k, v
    weights = ops.chunk(weight, 3)
    biases: Any = (None, None, None) if bias is None else ops.chunk(bias, 3)
    q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
    return q, k, v


def _as_3d(mask: Tensor, rows: int, columns: int, batches: int) -> Tensor:
    """attn_mask as (1 or batches, rows, columns); `batches` counts heads too."""
    if mask.ndim == 2:
        if mask.shape != (rows, columns):
            raise RuntimeError(f"The shape of the 2D attn_mask is {mask.shape}, but should be {(rows, columns)}.")
        return mask.unsqueeze(0)
    if mask.shape != (batches, rows, columns):
        raise RuntimeError(f"The shape of the 3D attn_mask is {mask.shape}, but should be {(batches, rows, columns)}.")
    return mask


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """(L, N, E), (S, N, E), (S, N, E) -> (L, N, E), and the weights (N, L, S) or None. See nn.MultiheadAttention.

    in_proj_weight: (3 E, E), for query, key and value; or separate ones. The batch dimension N may be left out.
    is_causal: only a hint that attn_mask is the causal one. static_k, static_v are not available.
    """
    if static_k is not None or static_v is not None:
        raise NotImplementedError("multi_head_attention_forward: static_k and static_v are not available")
    batched = _check_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        same, also = key is value, query is key
        query = query.unsqueeze(1)
        key = query if also else key.unsqueeze(1)
        value = key if same else value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    rows, batch, size = query.shape
    key_padding_mask = _canonical_mask(key_padding_mask, "key_padding_mask", query.dtype, attn_mask, "attn_mask")
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    is_causal = is_causal and key_padding_mask is None and not need_weights
    attn_mask = None if is_causal else _canonical_mask(attn_mask, "attn_mask", query.dtype)

    if size != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {size}")
    width = size // num_heads
    if width * num_heads != size:
        raise AssertionError(f"embed_dim {size} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight and key.shape[:2] != value.shape[:2]:
        raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
    if not use_separate_proj_weight and key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    if not use_separate_proj_weight:
        if in_proj_weight is None:
            raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
        q, k, v = _project(query, key, value, in_proj_weight, in_proj_bias)
    else:
        parts = []
        biases: Any = (None, None, None) if in_proj_bias is None else ops.chunk(in_proj_bias, 3)
        given = {"q": (query, q_proj_weight), "k": (key, k_proj_weight), "v": (value, v_proj_weight)}
        for (name, (x, weight)), bias in zip(given.items(), biases, strict=True):
            if weight is None:
                raise AssertionError(f"use_separate_proj_weight is True but {name}_proj_weight is None")
            parts.append(linear(x, weight, bias))
        q, k, v = parts

    if attn_mask is not None:
        attn_mask = _as_3d(attn_mask, rows, key.shape[0], batch * num_heads)
    more = 0  # keys beyond those given
    if bias_k is not None and bias_v is not None:
        k, v, more = ops.cat([k, bias_k.repeat(1, batch, 1)]), ops.cat([v, bias_v.repeat(1, batch, 1)]), more + 1
    elif bias_k is not None:
        raise AssertionError("bias_k is set but bias_v is None")
    elif bias_v is not None:
        raise AssertionError("bias_v is set but bias_k is None")
    q, k, v = (x.reshape(x.shape[0], batch * num_heads, width).transpose(0, 1) for x in (q, k, v))
    if add_zero_attn:
        nothing = zeros((batch * num_heads, 1, width), dtype=k.dtype)
        k, v, more = ops.cat([k, nothing], 1), ops.cat([v, nothing], 1), more + 1
    if more:
        attn_mask = None if attn_mask is None else pad(attn_mask, (0, more))
        key_padding_mask = None if key_padding_mask is None else pad(key_padding_mask, (0, more))
    columns = k.size(1)
    if key_padding_mask is not None:
        for dim, want in enumerate((batch, columns)):
            if key_padding_mask.shape[dim] != want:
                raise AssertionError(
                    f"Expected key_padded_mask.shape[{dim}] to be {want}, but got {key_padding_mask.shape[dim]}"
                )
        by_head = key_padding_mask.view(batch, 1, 1, columns).expand(-1, num_heads, -1, -1)
        by_head = by_head.reshape(batch * num_heads, 1, columns)
        attn_mask = by_head if attn_mask is None else attn_mask + by_head

    weights = None
    chance = dropout_p if training else 0.0
    if need_weights:
        scores = ops.bmm(q * math.sqrt(1.0 / float(width)), k.transpose(1, 2))
        weights = ops.softmax(scores if attn_mask is None else scores + attn_mask, -1)
        if chance > 0.0:
            weights = dropout(weights, chance)
        mixed = ops.bmm(weights, v)
        weights = weights.view(batch, num_heads, rows, columns)
        weights = weights.mean(1) if average_attn_weights else weights
        weights = weights if batched else weights.squeeze(0)
    else:
        q, k, v = (x.reshape(batch, num_heads, -1, width) for x in (q, k, v))
        if attn_mask is not None:
            one = attn_mask.size(0) == 1
            attn_mask = attn_mask.unsqueeze(0) if one else attn_mask.view(batch, num_heads, -1, columns)
        mixed = scaled_dot_product_attention(q, k, v, attn_mask, chance, is_causal)
        mixed = mixed.reshape(batch * num_heads, rows, width)
    out = linear(mixed.transpose(0, 1).reshape(rows * batch, size), out_proj_weight, out_proj_bias)
    out = out.view(rows, batch, out.size(1))
    return out if batched else out.squeeze(1), weights
