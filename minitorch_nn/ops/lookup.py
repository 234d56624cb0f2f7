"""Embeddings, one-hot vectors, similarity, attention: compositions that PyTorch offers as one function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, HALVES, float_of, wide
from ..autograd.op import op
from ..dtypes import from_numpy, result_numpy
from .activation import dropout
from .arithmetic import over, plus, times
from .checks import cpp_name, type_name
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
        g = g * np.asarray(scale[..., None], dtype=wide(getattr(g, "_data", g).dtype))
    return put_index(g, index=(indices,), shape=shape)


def embedding(
    weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Tensor:
    """weight (V, E), indices (*) of ints -> (*, E); the row padding_idx gets no gradient"""
    if sparse:
        raise NotImplementedError("embedding: sparse=True is not available: gradients are dense here; leave it out")
    i = indices._data
    if i.dtype.kind not in "iu" or i.dtype.itemsize < 4:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{type_name(indices)} instead (while checking arguments for embedding)"
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
    if kind.kind not in FLOATING:
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

    attn_mask: bool (True takes part) or a float to add; a row that sees nothing gives 0. scale: 1 / sqrt(E) by default.

    Source: Vaswani et al. 2017, Attention Is All You Need, equation 1.
    """
    dims = [x._data.ndim for x in (query, key, value)]
    if min(dims) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {dims[0]} key.dim: "
            f"{dims[1]} and value.dim: {dims[2]} instead."
        )
    _check_attention(query, key, value, attn_mask, dropout_p, is_causal)
    if query._data.dtype.char in HALVES:  # rounded once, at the end, as PyTorch's one kernel does
        q, k, v = [x.float() for x in (query, key, value)]
        mask = attn_mask if attn_mask is None or attn_mask._data.dtype.kind == "b" else attn_mask.float()
        out = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa)
        return out.to(query.dtype)
    rows, columns = query._data.shape[-2], key._data.shape[-2]
    if enable_gqa:
        heads, shared = query._data.shape[-3], key._data.shape[-3]
        if heads % shared or heads % value._data.shape[-3]:
            raise RuntimeError("Number of heads in key and value must divide the number of heads in ")
        key = repeat_interleave(key, heads // shared, -3)
        value = repeat_interleave(value, heads // value._data.shape[-3], -3)
    factor = 1 / math.sqrt(query._data.shape[-1]) if scale is None else scale
    scores = times(matmul(query, transpose(key, -2, -1)), factor)
    if is_causal:
        scores = where(np.tril(np.ones((rows, columns), bool)), scores, -math.inf)
    elif attn_mask is not None:
        scores = where(attn_mask, scores, -math.inf) if attn_mask._data.dtype.kind == "b" else plus(scores, attn_mask)
        blind = np.isneginf(float_of(scores._data)).all(-1, keepdims=True)
        if blind.any():  # a row that sees nothing gives 0, not the mean of nothing
            weights = where(blind, 0.0, softmax(where(blind, 0.0, scores), -1))
            return _laid_out(matmul(dropout(weights, dropout_p, True), value), query, dropout_p)
    return _laid_out(matmul(dropout(softmax(scores, -1), dropout_p, True), value), query, dropout_p)


@op(name="ScaledDotProductFlashAttentionForCpuBackward0", input=lambda g: g)
def in_memory_of(input: Tensor, *, axes: tuple[int, ...]) -> Tensor:
    """input in memory of its own, in which the axes follow each other in this order"""
    array: Any = input
    return np.ascontiguousarray(array.transpose(axes)).transpose(np.argsort(axes))  # type: ignore[return-value]


def _laid_out(out: Tensor, query: Tensor, dropout_p: float) -> Tensor:
    """The result with its axes in memory as PyTorch's one kernel for four dimensions leaves it: as those of the query.

    A query of shape (batch, heads, length, size) is most often a transposed (batch, length, heads, size), and after the
    attention `out.transpose(1, 2).view(...)` is to work.
    """
    q = query._data
    if q.ndim != 4 or dropout_p or q.shape != out._data.shape or 0 in q.strides:
        return out
    axes = tuple(sorted(range(4), key=lambda d: -q.strides[d]))
    return out if axes == (0, 1, 2, 3) else in_memory_of(out, axes=axes)


def _check_attention(query: Any, key: Any, value: Any, mask: Any, dropout_p: float, is_causal: bool) -> None:
    if is_causal and mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    kinds = [x._data.dtype for x in (query, key, value)]
    if len(set(kinds)) > 1:
        names = [cpp_name(x) for x in (query, key, value)]
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {names[0]} key.dtype: "
            f"{names[1]} and value.dtype: {names[2]} instead."
        )
    if mask is not None and mask._data.dtype not in (np.bool_, np.float32, kinds[0]):
        raise RuntimeError(
            f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{cpp_name(mask)} and  query.dtype: {cpp_name(query)} instead."
        )
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
