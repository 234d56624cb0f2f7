"""Embeddings, one-hot vectors, similarity, attention: compositions that PyTorch offers as one function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from ..dtypes import from_numpy, result_numpy
from .activation import dropout
from .arithmetic import over, plus, times
from .choose import where
from .dims import one_dim
from .indexing import put_index
from .join import broadcast_tensors
from .linalg import matmul
from .norm import vector_norm
from .rearrange import repeat_interleave
from .reduction import sum_dims
from .shape import transpose
from .softmax import softmax

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(
    name="EmbeddingBackward0",
    weight=lambda g, indices, padding, by_count, weight_shape: _embedding_grad(
        g, indices, padding, by_count, weight_shape
    ),
)
def look_up(weight: Tensor, *, indices: Any, padding: int, by_count: bool) -> Tensor:
    """The rows `indices` of weight"""
    return np.take(weight, indices, 0)


def _embedding_grad(g: Any, indices: Any, padding: int, by_count: bool, shape: tuple[int, ...]) -> Any:
    scale = None
    if by_count:
        scale = 1 / np.bincount(indices.reshape(-1), minlength=shape[0])[indices]
    if padding >= 0:
        scale = (indices != padding) * (1 if scale is None else scale)
    if scale is not None:
        g = g * np.asarray(scale[..., None], dtype=getattr(g, "_data", g).dtype)
    return put_index(g, index=(indices,), shape=shape)


def embedding(weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False) -> Tensor:
    """weight (V, E), indices (*) of ints -> (*, E); the row padding_idx gets no gradient"""
    i = indices._data
    if i.dtype.kind not in "iu" or i.dtype.itemsize < 4:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{indices.dtype.type_name}Tensor instead (while checking arguments for embedding)"
        )
    if weight._data.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if i.size and (i.min() < 0 or i.max() >= weight._data.shape[0]):
        raise IndexError("index out of range in self")
    return look_up(weight, indices=i, padding=padding_idx, by_count=scale_grad_by_freq)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """(*) of int64 classes -> (*, num_classes) of 0 and 1; num_classes -1 takes the largest class + 1"""
    t = tensor._data
    if t.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not t.size:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return tensor._wrap(np.zeros((*t.shape, num_classes), np.int64))
    if t.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes != -1 and t.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    count = int(t.max()) + 1 if num_classes == -1 else num_classes
    return tensor._wrap((t[..., None] == np.arange(count)).astype(np.int64))


@op(name="CloneBackward0", input=lambda g: g)
def at_least(input: Tensor, *, min: float) -> Tensor:
    """max(input, min), which the gradient does not see"""
    return np.maximum(input, min)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x1 . x2 / (max(|x1|, eps) * max(|x2|, eps)) over dim, after broadcasting"""
    kind = result_numpy(x1._data, x2._data)
    if kind.kind != "f":
        raise RuntimeError(
            f"expected common dtype to be floating point, yet common dtype is {from_numpy(kind).type_name}"
        )
    x1, x2 = broadcast_tensors(x1.to(from_numpy(kind)), x2.to(from_numpy(kind)))
    dims = (one_dim(dim, x1._data.ndim),) if x1._data.ndim else ()
    unit = [over(x, at_least(vector_norm(x, ord=2.0, dim=dims, keepdim=True), min=eps)) for x in (x1, x2)]
    return sum_dims(times(*unit), dim=dims, keepdim=False)


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """softmax(query @ key.T * scale + mask) @ value; query (..., L, E), key (..., S, E), value (..., S, V)

    attn_mask: bool (True takes part) or a float to add. scale: 1 / sqrt(E) by default.

    Source: Vaswani et al. 2017, Attention Is All You Need, equation 1.
    """
    rows, columns = query._data.shape[-2], key._data.shape[-2]
    if is_causal and attn_mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if enable_gqa:
        groups = query._data.shape[-3] // key._data.shape[-3]
        key, value = repeat_interleave(key, groups, -3), repeat_interleave(value, groups, -3)
    factor = 1 / math.sqrt(query._data.shape[-1]) if scale is None else scale
    scores = times(matmul(query, transpose(key, -2, -1)), factor)
    if is_causal:
        scores = where(np.tril(np.ones((rows, columns), bool)), scores, -math.inf)
    elif attn_mask is not None:
        scores = where(attn_mask, scores, -math.inf) if attn_mask._data.dtype.kind == "b" else plus(scores, attn_mask)
    return matmul(dropout(softmax(scores, -1), dropout_p), value)
