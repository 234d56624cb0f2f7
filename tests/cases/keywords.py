"""Calls by keyword, under the names that PyTorch has for its arguments: every overload's, and of every form's.

A call is a path, the arguments by position (of a method, the tensor first) and those by keyword, in the descriptions of
`errors_good`. Random results are left out: what counts there is that the keyword is taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .errors import real
from .errors_good import T

FILE = Path(__file__).parent.parent / "recorded" / "keywords.json"
X, Y, V, SQ, C = T("f", 2, 3), T("f", 2, 3, scale=2), T("f", 3), T("f", 3, 3), T("f", 2, 4, 6)
IX, B, P, J = T("i", 2, 3), T("b", 2, 3), T("d", 3), T("i", 3)

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    # Overloads that name an argument otherwise
    ("Tensor.scatter", (X, 1, IX), {"value": 3.0}),
    ("Tensor.scatter", (X,), {"dim": 1, "index": IX, "src": Y}),
    ("Tensor.scatter_", (X, 1, IX), {"value": 3.0}),
    ("Tensor.scatter_", (X,), {"dim": 1, "index": IX, "value": 2.0, "reduce": "add"}),
    ("scatter", (X, 1, IX), {"value": 3.0}),
    ("scatter", (), {"input": X, "dim": 1, "index": IX, "value": 3.0}),
    ("isin", (), {"elements": X, "test_element": 2}),
    ("isin", (), {"element": 2, "test_elements": IX}),
    ("where", (), {"condition": B, "self": 1.0, "other": X}),
    ("pow", (), {"self": 2.0, "exponent": X}),
    ("remainder", (), {"self": 7, "other": Y}),
    ("xlogy", (), {"self": 2, "other": Y}),
    ("bucketize", (), {"self": 2, "boundaries": V}),
    ("searchsorted", (), {"sorted_sequence": V, "self": 2}),
    ("searchsorted", (), {"sorted_sequence": V, "input": X, "sorter": J, "side": "right"}),
    ("arange", (), {"end": 4}),
    ("arange", (), {"start": 1, "end": 7, "step": 2}),
    ("tensor_split", (X,), {"sections": 2, "dim": 1}),
    ("tensor_split", (X,), {"indices": [1], "dim": 1}),
    ("Tensor.tensor_split", (X,), {"sections": 2}),
    ("hsplit", (C,), {"sections": 2}),
    ("hsplit", (C,), {"indices": [1, 3]}),
    ("Tensor.vsplit", (C,), {"sections": 2}),
    ("split", (X,), {"split_size_or_sections": 1, "dim": 1}),
    ("Tensor.split", (X,), {"split_size": [1, 2], "dim": 1}),
    ("split_with_sizes", (X,), {"split_sizes": [1, 2], "dim": 1}),
    # Sizes
    ("Tensor.view", (X,), {"size": (3, 2)}),
    ("Tensor.view", (X,), {"dtype": "torch.int32"}),
    ("Tensor.view", (T("f", 2, 4),), {"dtype": "torch.float64"}),
    ("Tensor.view", (X,), {"dtype": "torch.int16"}),
    ("Tensor.expand", (V,), {"size": (2, 3)}),
    ("Tensor.permute", (C,), {"dims": (2, 0, 1)}),
    ("Tensor.repeat", (X,), {"repeats": (2, 1)}),
    ("Tensor.reshape", (X,), {"shape": (3, 2)}),
    ("Tensor.tile", (X,), {"dims": (2,)}),
    ("Tensor.flip", (X,), {"dims": (0, 1)}),
    ("Tensor.sum_to_size", (X,), {"size": (1, 3)}),
    ("Tensor.to", (X,), {"tensor": P}),
    ("permute", (), {"input": C, "dims": (2, 0, 1)}),
    ("reshape", (), {"input": X, "shape": (6,)}),
    ("tile", (), {"input": X, "dims": (1, 2)}),
    # NumPy's names, and arguments that have these names themselves
    ("sum", (X,), {"axis": 1, "keepdims": True}),
    ("nn.functional.cosine_similarity", (), {"x1": X, "x2": Y, "dim": 1}),
    ("cosine_similarity", (), {"x1": X, "x2": Y}),
    ("pairwise_distance", (), {"x1": X, "x2": Y, "p": 1.0}),
    ("cdist", (), {"x1": X, "x2": Y, "compute_mode": "donot_use_mm_for_euclid_dist"}),
    ("trapezoid", (), {"y": X, "x": Y, "dim": 1}),
    ("vander", (), {"x": V, "N": 2, "increasing": True}),
    ("swapaxes", (X,), {"axis0": 0, "axis1": 1}),
    ("tensordot", (), {"a": X, "b": Y, "dims": ([1], [1])}),
    # In place, and as functions
    ("abs_", (), {"input": X}),
    ("clamp_", (), {"input": X, "min": 1.0, "max": 2.0}),
    ("round_", (), {"input": X, "decimals": 1}),
    ("nan_to_num_", (), {"input": X, "nan": 1.0}),
    ("xlogy_", (), {"input": X, "other": Y}),
    ("threshold_", (), {"input": X, "threshold": 1.0, "value": 5.0}),
    ("zero_", (), {"input": X}),
    ("Tensor.clamp_", (X,), {"min": 1.0}),
    ("Tensor.add_", (X,), {"other": Y, "alpha": 2}),
    ("Tensor.div_", (X,), {"other": 2.0, "rounding_mode": "floor"}),
    ("Tensor.addcmul_", (X,), {"tensor1": Y, "tensor2": Y, "value": 2.0}),
    ("Tensor.lerp_", (X,), {"end": Y, "weight": 0.5}),
    ("Tensor.pow_", (X,), {"exponent": 2}),
    ("Tensor.copy_", (X,), {"other": V}),
    ("Tensor.cumsum_", (X,), {"dim": 1}),
    ("Tensor.squeeze_", (T("f", 1, 3),), {"dim": 0}),
    ("Tensor.transpose_", (X,), {"dim0": 0, "dim1": 1}),
    ("Tensor.swapaxes_", (X,), {"axis0": 0, "axis1": 1}),
    ("Tensor.tril_", (SQ,), {"diagonal": -1}),
    ("Tensor.fill_", (X,), {"value": 2.0}),
    ("Tensor.addmm_", (T("f", 2, 3),), {"mat1": X, "mat2": SQ, "beta": 2}),
    ("Tensor.resize_as_", (X,), {"the_template": V}),
    ("Tensor.random_", (X,), {"from": 4, "to": 5}),
    ("Tensor.uniform_", (X,), {"from": 2.0, "to": 2.0}),
    # dtype=, p=, train=, arguments that have no effect on a CPU
    ("nansum", (X,), {"dim": 1, "dtype": "torch.float64"}),
    ("nanmean", (X,), {"dim": 1, "dtype": "torch.float64"}),
    ("atan2", (), {"input": X, "other": Y}),
    ("arctan2", (), {"input": X, "other": Y}),
    ("Tensor.arctan2_", (X,), {"other": Y}),
    ("bernoulli", (X,), {"p": 1.0}),
    ("Tensor.bernoulli", (X,), {"p": 0.0}),
    ("dropout", (), {"input": X, "p": 0.0, "train": True}),
    ("batch_norm", (T("f", 3, 2), None, None, None, None, True, 0.1, 1e-5, True), {}),
    ("group_norm", (X, 3, None, None, 1e-5, True), {}),
    ("layer_norm", (X, [3], None, None, 1e-5, False), {}),
    ("embedding", (), {"weight": SQ, "indices": J, "sparse": False}),
    ("result_type", (), {"tensor": X, "other": P}),
    ("Tensor.histogram", (X,), {"density": True}),
    ("einsum", (X, [0, 1], SQ, [1, 2], [2, 0]), {}),
    ("einsum", (X, [Ellipsis, 30], [Ellipsis]), {}),
    # What lies in memory, and what complex numbers have
    ("Tensor.nonzero_static", (X,), {"size": 3}),
    ("nonzero_static", (B,), {"size": 8, "fill_value": -2}),
    ("unravel_index", (J, (2, 3)), {}),
    ("Tensor.unsafe_split", (X,), {"split_size": 2, "dim": 1}),
    ("unsafe_chunk", (X,), {"chunks": 2, "dim": 1}),
    ("angle", (), {"input": T("i", 3)}),
    ("Tensor.dim_order", (C,), {}),
    ("Tensor.new", (X, [1, 2]), {}),
]  # fmt: skip


def outcome(torch: Any, call: tuple[str, tuple[Any, ...], dict[str, Any]]) -> Any:
    """The result of a call, in lists and words"""
    path, args, kwargs = call
    values = [real(torch, a) for a in args]
    named = {k: real(torch, v) for k, v in kwargs.items()}
    found = torch
    for part in path.split("."):
        found = getattr(found, part)
    return described(torch, found(*values, **named))


def described(torch: Any, x: Any) -> Any:
    if isinstance(x, torch.Tensor):
        return [str(x.dtype), list(x.shape), x.double().reshape(-1).tolist()]
    return [described(torch, y) for y in x] if isinstance(x, (list, tuple)) else str(x)
