"""Products of vectors and matrices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.op import op
from .elementwise import plus, times
from .shape import expand_shape, permute_dims, reshape, squeeze_dim, swap, t_2d, unsafe_view, unsqueeze_at

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(name="DotBackward0", input=lambda g, tensor: g * tensor, tensor=lambda g, input: g * input)
def dot_product(input: Tensor, tensor: Tensor) -> Tensor:
    """(n,) . (n,) -> ()"""
    return np.dot(input, tensor)


@op(name="MvBackward0", input=lambda g, vec: outer_product(g, vec), vec=lambda g, input: mat_vec(t_2d(input), g))
def mat_vec(input: Tensor, vec: Tensor) -> Tensor:
    """(m, k) @ (k,) -> (m,)"""
    return np.matmul(input, vec)


@op(name="MulBackward0", a=lambda g, b: mat_vec(g, b), b=lambda g, a: mat_vec(t_2d(g), a))
def outer_product(a: Tensor, b: Tensor) -> Tensor:
    """(m,), (n,) -> (m, n)"""
    return np.multiply.outer(a, b)  # type: ignore[no-any-return]


@op(name="MmBackward0", input=lambda g, mat2: mat_mat(g, t_2d(mat2)), mat2=lambda g, input: mat_mat(t_2d(input), g))
def mat_mat(input: Tensor, mat2: Tensor) -> Tensor:
    """(m, k) @ (k, n) -> (m, n)"""
    return np.matmul(input, mat2)


@op(
    name="BmmBackward0",
    input=lambda g, mat2: batch_mat_mat(g, swap(mat2, dim0=1, dim1=2)),
    mat2=lambda g, input: batch_mat_mat(swap(input, dim0=1, dim1=2), g),
)
def batch_mat_mat(input: Tensor, mat2: Tensor) -> Tensor:
    """(b, m, k) @ (b, k, n) -> (b, m, n)"""
    return np.matmul(input, mat2)


@op(
    name="AddmmBackward0",
    input=lambda g, beta: _scaled(g, beta),
    mat1=lambda g, mat2, alpha: _scaled(mat_mat(g, t_2d(mat2)), alpha),
    mat2=lambda g, mat1, alpha: _scaled(mat_mat(t_2d(mat1), g), alpha),
)
def add_mat_mat(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * mat1 @ mat2"""
    out = np.matmul(mat1, mat2)
    if alpha != 1:
        out *= alpha
    out += input if beta == 1 else input * beta  # type: ignore[operator]
    return out


def _scaled(x: Any, by: float) -> Any:
    return x if by == 1 else x * by


# The public forms, with PyTorch's checks ------------------------------------------------------------------------------
def _same_dtype(a: Any, b: Any, what: str = "expected m1 and m2 to have the same dtype, but got: {} != {}") -> None:
    from ..dtypes import from_numpy

    if a.dtype != b.dtype:
        names = {"float32": "float", "float64": "double", "float16": "c10::Half", "int64": "long", "int32": "int"}
        raise RuntimeError(what.format(*(names.get(x.dtype.name, from_numpy(x.dtype).type_name.lower()) for x in (a, b))))


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The product of two vectors: (n,), (n,) -> ()"""
    a, b = input._data, tensor._data
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        _same_dtype(a, b, "dot : expected both vectors to have same dtype, but found {} and {}")
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the same number of elements, "
            f"but got {a.size} and {b.size} elements respectively"
        )
    return dot_product(input, tensor)


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """(m, k), (k,) -> (m,)"""
    a, b = input._data, vec._data
    if a.ndim != 2 or b.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {1}, {a.ndim}, {b.ndim}")
    _same_dtype(a, b)
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x{a.shape[1]}), vec ({b.shape[0]})")
    return mat_vec(input, vec)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """(m, k), (k, n) -> (m, n)"""
    a, b = input._data, mat2._data
    if a.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if b.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _same_dtype(a, b)
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(_cannot_multiply(a.shape, b.shape))
    return mat_mat(input, mat2)


def _cannot_multiply(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    return f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})"


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """(b, m, k), (b, k, n) -> (b, m, n)"""
    a, b = input._data, mat2._data
    if a.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if b.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    _same_dtype(a, b)
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}]."
        )
    return batch_mat_mat(input, mat2)


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * mat1 @ mat2"""
    a, b = mat1._data, mat2._data
    if a.ndim != 2:
        raise RuntimeError(f"mat1 must be a matrix, got {a.ndim}-D tensor")
    if b.ndim != 2:
        raise RuntimeError(f"mat2 must be a matrix, got {b.ndim}-D tensor")
    _same_dtype(a, b, "mat1 and mat2 must have the same dtype, but got {} and {}")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(_cannot_multiply(a.shape, b.shape))
    shape = (a.shape[0], b.shape[1])
    if input._data.shape != shape:
        input = input.expand(shape)
    return add_mat_mat(input, mat1, mat2, beta=beta, alpha=alpha)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """(m,), (n,) -> (m, n)"""
    for name, x in (("self", input), ("vec2", vec2)):
        if x._data.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x._data.ndim}-D")
    return times(unsqueeze_at(input, dim=1), vec2)


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """input @ other, as NumPy's: vectors, matrices, and batches of them, broadcast"""
    a, b = input._data, other._data
    n, m = a.ndim, b.ndim
    if n == 2 and m == 2:
        return mm(input, other)
    if n == 0 or m == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {n}D and {m}D")
    if n == 1 and m == 1:
        return dot(input, other)
    if n == 2 and m == 1:
        return mv(input, other)
    if n == 1 and m == 2:
        return squeeze_dim(mm(unsqueeze_at(input, dim=0), other), dims=(0,))
    _same_dtype(a, b)
    if n >= 3 and m <= 2:  # fold the batch into the rows: one product
        if m == 1:
            if a.shape[-1] != b.shape[0]:
                rows = math.prod(a.shape[:-1])
                raise RuntimeError(f"size mismatch, got input ({rows}), mat ({rows}x{a.shape[-1]}), vec ({b.shape[0]})")
            return unsafe_view(mat_vec(reshape(input, (-1, a.shape[-1])), other), shape=a.shape[:-1])
        if a.shape[-1] != b.shape[0]:
            raise RuntimeError(_cannot_multiply((math.prod(a.shape[:-1]), a.shape[-1]), b.shape))
        return unsafe_view(mat_mat(_rows(input), other), shape=(*a.shape[:-1], b.shape[1]))
    left = unsqueeze_at(input, dim=0) if n == 1 else input
    right = unsqueeze_at(other, dim=1) if m == 1 else other
    out = _batched(left, right)
    if n == 1:
        return squeeze_dim(out, dims=(out._data.ndim - 2,))
    return squeeze_dim(out, dims=(out._data.ndim - 1,)) if m == 1 else out


def _rows(x: Tensor) -> Tensor:
    shape = x._data.shape
    return reshape(x, (math.prod(shape[:-1]), shape[-1]))  # type: ignore[no-any-return]


def _batched(left: Tensor, right: Tensor) -> Tensor:
    """Broadcast the leading dimensions, then one batched product"""
    a, b = left._data.shape, right._data.shape
    from ..autograd.arrays import broadcast_error

    wrong = broadcast_error(a[:-2], b[:-2])
    if wrong is not None:
        text = str(wrong)
        raise RuntimeError(text)
    lead = np.broadcast_shapes(a[:-2], b[:-2])
    if a[-1] != b[-2]:
        count = math.prod(lead)
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{count}, {a[-1]}] but got: "
            f"[{count}, {b[-2]}]."
        )
    count = math.prod(lead)
    x = left if a[:-2] == lead else expand_shape(left, shape=(*lead, *a[-2:]))
    y = right if b[:-2] == lead else expand_shape(right, shape=(*lead, *b[-2:]))
    if len(lead) == 1:
        return batch_mat_mat(x, y)
    out = batch_mat_mat(reshape(x, (count, *a[-2:])), reshape(y, (count, *b[-2:])))
    return unsafe_view(out, shape=(*lead, a[-2], b[-1]))


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weight.T + bias; input (..., in), weight (out, in), bias (out,) -> (..., out)"""
    x, w = input._data, weight._data
    if x.ndim == 2 and bias is not None and w.ndim == 2 and bias._data.ndim == 1:
        _same_dtype(x, w, "mat1 and mat2 must have the same dtype, but got {} and {}")
        if x.shape[1] != w.shape[1]:
            raise RuntimeError(_cannot_multiply(x.shape, w.shape[::-1]))
        return add_mat_mat(bias, input, t_2d(weight))
    if x.ndim >= 3 and bias is not None and w.ndim == 2:
        _same_dtype(x, w, "mat1 and mat2 must have the same dtype, but got {} and {}")
        if x.shape[-1] != w.shape[1]:
            raise RuntimeError(_cannot_multiply((math.prod(x.shape[:-1]), x.shape[-1]), w.shape[::-1]))
        flat = add_mat_mat(bias, _rows(input), t_2d(weight))
        return reshape(flat, (*x.shape[:-1], w.shape[0]))  # type: ignore[no-any-return]
    out = matmul(input, t_2d(weight) if w.ndim == 2 else weight)
    return out if bias is None else plus(out, bias)


# Einstein sums --------------------------------------------------------------------------------------------------------
def einsum(equation: str, *operands: Any) -> Tensor:
    """The sum over the products that the equation's letters name, as `einsum("ij,jk->ik", a, b)`"""
    tensors = list(operands[0]) if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else list(operands)
    inputs, output = _parse(equation.replace(" ", ""), tensors)
    left, letters = _plain(tensors[0], inputs[0])
    for i, (t, names) in enumerate(zip(tensors[1:], inputs[1:], strict=True), start=1):
        right, right_letters = _plain(t, names)
        later = {c for rest in inputs[i + 1 :] for c in rest} | set(output)
        left, letters = _contract(left, letters, right, right_letters, later)
    gone = tuple(i for i, c in enumerate(letters) if c not in output)
    if gone:
        left = left.sum(gone)
        letters = [c for c in letters if c in output]
    order = tuple(letters.index(c) for c in output)
    return left if order == tuple(range(len(order))) else permute_dims(left, dims=order)


def _parse(equation: str, tensors: list[Any]) -> tuple[list[list[str]], list[str]]:
    """The letters of each operand and of the output; `...` becomes letters of its own, counted from the right"""
    left, arrow, right = equation.partition("->")
    parts = left.split(",")
    if len(parts) != len(tensors):
        more = "more" if len(parts) > len(tensors) else "fewer"
        if more == "more":
            raise RuntimeError(f"einsum(): more operands were expected than provided: {len(parts)} for {len(tensors)}")
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    sizes: dict[str, int] = {}
    longest = 0
    inputs = []
    for k, (part, t) in enumerate(zip(parts, tensors, strict=True)):
        shape = t._data.shape
        names = list(part.replace("...", ""))
        hidden = len(shape) - len(names)
        if hidden < 0 or ("..." not in part and hidden):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(names)}) "
                + ("is more than" if hidden < 0 else "does not match")
                + f" the number of dimensions ({len(shape)}) for operand {k}"
                + ("" if hidden < 0 else " and no ellipsis was given")
            )
        longest = max(longest, hidden)
        if "..." in part:
            at = part.index("...")
            names[at:at] = [f".{hidden - i}" for i in range(hidden)]
        for c, n in zip(names, shape, strict=True):
            if sizes.get(c, 1) not in (1, n) and n != 1:
                raise RuntimeError(
                    f"einsum(): subscript {c} has size {n} for operand {k} which does not broadcast with previously seen "
                    f"size {sizes[c]}"
                )
            sizes[c] = max(sizes.get(c, 1), n)
        inputs.append(names)
    dots = [f".{longest - i}" for i in range(longest)]
    if arrow:
        output = list(right.replace("...", ""))
        if "..." in right:
            at = right.index("...")
            output[at:at] = dots
        for c in output:
            if c not in sizes:
                raise RuntimeError(
                    f"einsum(): output subscript {c} does not appear in the equation for any input operand"
                )
    else:
        every = [c for names in inputs for c in names]
        output = dots + sorted(c for c in set(every) if every.count(c) == 1 and not c.startswith("."))
    return inputs, output


def _plain(t: Any, letters: list[str]) -> tuple[Any, list[str]]:
    """A letter that stands twice in one operand: its diagonal"""
    letters = list(letters)
    for c in dict.fromkeys(letters):
        while letters.count(c) > 1:
            i = letters.index(c)
            j = letters.index(c, i + 1)
            t = t.diagonal(0, i, j)
            letters = [x for k, x in enumerate(letters) if k not in (i, j)] + [c]
    return t, letters


def _contract(x: Any, a: list[str], y: Any, b: list[str], later: set[str]) -> tuple[Any, list[str]]:
    """One product: letters of both that are needed later are a batch, letters of both that are not are summed"""
    only_a = [c for c in a if c not in b and c not in later]
    only_b = [c for c in b if c not in a and c not in later]
    if only_a:
        x, a = x.sum(tuple(a.index(c) for c in only_a)), [c for c in a if c not in only_a]
    if only_b:
        y, b = y.sum(tuple(b.index(c) for c in only_b)), [c for c in b if c not in only_b]
    batch = [c for c in a if c in b and c in later]
    summed = [c for c in a if c in b and c not in later]
    rows, columns = [c for c in a if c not in b], [c for c in b if c not in a]
    size = {c: max([t._data.shape[n.index(c)] for t, n in ((x, a), (y, b)) if c in n]) for c in {*a, *b}}

    def arrange(t: Any, names: list[str], *groups: list[str]) -> Any:
        order = [c for group in groups for c in group]
        t = permute_dims(t, dims=tuple(names.index(c) for c in order))
        full = tuple(size[c] for c in order)
        if t._data.shape != full:
            t = expand_shape(t, shape=full)
        return reshape(t, tuple(math.prod(size[c] for c in group) for group in groups))

    product = batch_mat_mat(arrange(x, a, batch, rows, summed), arrange(y, b, batch, summed, columns))
    letters = [*batch, *rows, *columns]
    return reshape(product, tuple(size[c] for c in letters)), letters
