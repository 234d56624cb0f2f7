"""Functions of whole matrices: powers, the exponential, chains of products, equations of tensors as matrices."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import FLOATING, wide
from ..autograd.op import op
from . import factors
from .filling import copy_
from .join import cat_arrays
from .linalg import matmul
from .shape import movedim, reshape, swap, unsqueeze
from .solve import linalg_inv, linalg_inv_ex, linalg_solve

if TYPE_CHECKING:
    from ..tensor import Tensor

# The exponential ------------------------------------------------------------------------------------------------------
_PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip
_LARGEST = 5.371920351148152
"""The largest 1-norm for which the approximation of degree 13 is exact to double precision"""


def _exponential(a: Any) -> Any:
    """exp of float64 matrices: halved s times, Padé's approximation of degree 13, squared s times"""
    n = a.shape[-1]
    size = np.abs(a).sum(-2).max(-1, initial=0)
    ratio = np.where(np.isfinite(size), size, 0) / _LARGEST
    s = np.ceil(np.log2(np.maximum(ratio, 1))).astype(int)
    a = a / np.exp2(s)[..., None, None]
    one, b = np.eye(n), _PADE
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    u = a @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    v = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    out, _ = factors.solve(v - u, v + u)
    for i in range(int(s.max(initial=0))):
        out = np.where((i < s)[..., None, None], out @ out, out)
    return out


def _exponential_grad(g: Any, A: Any) -> Any:
    """The upper right block of exp((Aᵀ, g; 0, Aᵀ)). Source: Mathias 1996, theorem 2.1"""
    n = A.shape[-1]
    above = cat_arrays(A.mT, g, dim=A.ndim - 1)
    below = cat_arrays(g * 0, A.mT, dim=A.ndim - 1)
    return matrix_exponential(cat_arrays(above, below, dim=A.ndim - 2))[..., :n, n:]


@op(name="LinalgMatrixExpBackward0", A=_exponential_grad)
def matrix_exponential(A: Tensor) -> Tensor:
    """exp(A). Source: Higham 2005, The scaling and squaring method for the matrix exponential revisited, algorithm 2.3"""
    return _exponential(A.astype(np.float64)).astype(A.dtype, copy=False)


def linalg_matrix_exp(A: Tensor) -> Tensor:
    """exp(A) = 1 + A + A²/2 + …: (..., n, n)"""
    factors.square("linalg.matrix_exp", A)
    if A._data.dtype.kind not in FLOATING:
        factors.floating("linalg.matrix_exp", A)
    return matrix_exponential(A)


def matrix_exp(input: Tensor) -> Tensor:
    """`linalg.matrix_exp`"""
    return linalg_matrix_exp(input)


# Powers and products --------------------------------------------------------------------------------------------------
def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions swapped: real numbers are their own conjugates"""
    return transposed(input, "tensor.adjoint()", "adjoint()", "Consider using x.conj().")


def transposed(x: Tensor, name: str, short: str, advice: str) -> Tensor:
    """The last two dimensions swapped; name, short: who asks, for the error and the warning"""
    n = x._data.ndim
    if n == 1:
        raise RuntimeError(f"{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if not n:
        warnings.warn(f"{short} is deprecated on 0-D tensors. {advice}", stacklevel=3)
        return x
    return swap(x, dim0=n - 2, dim1=n - 1)


def linalg_matrix_power(A: Tensor, n: int) -> Tensor:
    """A multiplied n times with itself, A⁻¹ for negative n: (..., m, m); by squaring, in log2(n) steps"""
    if not isinstance(n, int):
        raise TypeError(f"linalg_matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}")
    factors.square("linalg.matrix_power", A)
    if n == 0:
        one = np.eye(A._data.shape[-1], dtype=wide(A._data.dtype))
        return copy_(A.clone(), A._wrap(one))
    if n < 0:
        A, n = linalg_inv(A), -n
    elif n == 1:
        return A.clone()
    if n == 3:
        return matmul(matmul(A, A), A)
    result, square = None, A
    while n:
        if n & 1:
            result = square if result is None else matmul(result, square)
        n >>= 1
        if n:
            square = matmul(square, square)
    assert result is not None
    return result


def matrix_power(input: Tensor, n: int) -> Tensor:
    """`linalg.matrix_power`"""
    return linalg_matrix_power(input, n)


def linalg_multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of matrices in the order that takes the fewest multiplications; the first and last may be vectors

    Source: Cormen et al., Introduction to Algorithms, section 15.2.
    """
    chain = list(tensors)
    if len(chain) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(chain)}")
    last = len(chain) - 1
    for i, x in enumerate(chain):
        ends = i in (0, last)
        if x._data.ndim != 2 and not (ends and x._data.ndim == 1):
            words = f"the {'first' if i == 0 else 'last'} tensor must be 1D or 2D" if ends else f"tensor {i} must be 2D"
            raise RuntimeError(f"multi_dot(): {words} but got {x._data.ndim}D")
    shape = []
    if chain[0]._data.ndim == 1:
        chain[0] = unsqueeze(chain[0], 0)
    else:
        shape.append(chain[0]._data.shape[0])
    if chain[-1]._data.ndim == 1:
        chain[-1] = unsqueeze(chain[-1], -1)
    else:
        shape.append(chain[-1]._data.shape[1])
    for i, (x, y) in enumerate(pairwise(chain)):
        if x._data.shape[1] != y._data.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(tensors[i].shape)} and "
                f"{list(tensors[i + 1].shape)} cannot be multiplied"
            )
    cuts = _best_cuts([x._data.shape[0] for x in chain] + [chain[-1]._data.shape[1]])

    def product(i: int, j: int) -> Tensor:
        return chain[i] if i == j else matmul(product(i, cuts[i, j]), product(cuts[i, j] + 1, j))

    return product(0, last).view(tuple(shape))


def _best_cuts(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where to cut the product of matrices i to j, each (sizes[i], sizes[i + 1])"""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    cuts = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            costs = [cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)]
            cost[i, j] = min(costs)
            cuts[i, j] = i + costs.index(cost[i, j])
    return cuts


def chain_matmul(*matrices: Tensor) -> Tensor:
    """`linalg.multi_dot` of the arguments; deprecated"""
    warnings.warn(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
        "instead, which accepts a list of two or more tensors rather than multiple parameters.",
        stacklevel=2,
    )
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    return matrices[0] if len(matrices) == 1 else linalg_multi_dot(matrices)


def linalg_tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """X with tensordot(X, A, ind) = 1: the inverse of A as a matrix of its first `ind` dimensions by the others"""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    first, rest = A._data.shape[:ind], A._data.shape[ind:]
    n, m = math.prod(first), math.prod(rest)
    if n != m:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{m} != {n}"
        )
    inverse, info = linalg_inv_ex(reshape(A, (n, m)))
    factors.failed("linalg.inv", info._data, factors.SINGULAR)
    return reshape(inverse, (*rest, *first))  # type: ignore[no-any-return]


def linalg_tensorsolve(A: Tensor, B: Tensor, dims: Sequence[int] | None = None) -> Tensor:
    """X with tensordot(A, X, X.ndim) = B; dims: of A, moved to its end first"""
    if dims is not None:
        A = movedim(A, list(dims), list(range(A._data.ndim - len(dims), A._data.ndim)))
    k = B._data.ndim
    first, rest = A._data.shape[:k], A._data.shape[k:]
    n, m = math.prod(first), math.prod(rest)
    if n != m:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but "
            f"got {m} != {n}"
        )
    return reshape(linalg_solve(reshape(A, (n, m)), reshape(B, (-1,))), rest)  # type: ignore[no-any-return]
