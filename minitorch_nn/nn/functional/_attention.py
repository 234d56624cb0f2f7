"""Attention."""

from __future__ import annotations

from ... import ops
from ...tensor import Tensor

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """(*, L, E), (*, S, E), (*, S, Ev) -> (*, L, Ev): softmax(query keyᵀ * scale + mask) value.

    attn_mask: (*, L, S), bool (True takes part) or floating (added). is_causal: position i sees positions up to i.
    scale: 1 / sqrt(E) by default. enable_gqa: heads of key and value (dimension -3) are shared by groups of queries'.

    Source: Vaswani et al. 2017, Attention Is All You Need, section 3.2.1.
    """
    return ops.scaled_dot_product_attention(
        query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
    )
