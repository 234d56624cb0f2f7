"""Einstein sums: products and sums along the dimensions that letters name."""

from __future__ import annotations

import math
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

from ..autograd.variable import TensorBase
from .checks import expect_tensors
from .linalg import batch_mat_mat
from .shape import expand_shape, permute_dims, reshape

if TYPE_CHECKING:
    from ..tensor import Tensor


def einsum(*args: Any) -> Tensor:
    """The sum over the products that the equation's letters name, as `einsum("ij,jk->ik", a, b)`

    A letter that does not stand right of the arrow is summed over; without an arrow the letters that stand once are
    kept, in alphabetical order. `...` stands for dimensions that broadcast. Numbers below 52 may stand for the letters,
    in lists after the operands: `einsum(a, [0, 1], b, [1, 2], [0, 2])`.
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    equation, operands = _from_lists(args) if isinstance(args[0], TensorBase) else (args[0], args[1:])
    if not isinstance(equation, str):
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}")
    tensors = list(operands[0]) if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else list(operands)
    expect_tensors(tensors, 1)
    inputs, output = _parse(equation, tensors)
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


def _from_lists(args: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The equation and the operands of `einsum(a, [0, 1], b, [1, 2], [0, 2])`"""
    left = ",".join(map(_subscripts, args[1::2]))
    return (f"{left}->{_subscripts(args[-1])}" if len(args) % 2 else left), args[: len(args) // 2 * 2 : 2]


def _subscripts(numbers: Any) -> str:
    """The letters that the numbers of a list stand for; an Ellipsis is `...`"""
    text = ""
    for n in numbers:
        if n is not Ellipsis and not 0 <= n < len(ascii_letters):
            raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
        text += "..." if n is Ellipsis else (ascii_uppercase + ascii_lowercase)[n]
    return text


def _parse(equation: str, tensors: list[Any]) -> tuple[list[list[str]], list[str]]:
    """The letters of each operand and of the output; `...` becomes letters of its own, counted from the right"""
    _check_letters(equation)
    left, arrow, right = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(tensors):
        which = "fewer" if len(parts) > len(tensors) else "more"
        raise RuntimeError(f"einsum(): {which} operands were provided than specified in the equation")
    sizes: dict[str, int] = {}
    inputs = []
    for k, (part, t) in enumerate(zip(parts, tensors, strict=True)):
        shape = t._data.shape
        names = _letters(part, k, len(shape))
        for c, n in zip(names, shape, strict=True):
            if sizes.get(c, 1) not in (1, n) and n != 1:
                raise RuntimeError(
                    f"einsum(): subscript {c} has size {n} for operand {k} which does not broadcast with previously seen "
                    f"size {sizes[c]}"
                )
            sizes[c] = n if sizes.get(c, 1) == 1 else sizes[c]
        inputs.append(names)
    dots = sorted((c for c in sizes if c.startswith(".")), key=lambda c: -int(c[1:]))
    if not arrow:
        every = [c for names in inputs for c in names]
        return inputs, dots + sorted(c for c in set(every) if every.count(c) == 1 and c not in dots)
    output = list(right.replace("...", ""))
    for c in output:
        if output.count(c) > 1:
            raise RuntimeError(f"einsum(): output subscript {c} appears more than once in the output")
        if c not in sizes:
            raise RuntimeError(f"einsum(): output subscript {c} does not appear in the equation for any input operand")
    if "..." in right:
        at = right.index("...")
        output[at:at] = dots
    return inputs, output


def _check_letters(equation: str) -> None:
    for i, c in enumerate(equation.replace("->", "  ")):
        if c not in "., " and not (c.isascii() and c.isalpha()):
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {i} in the equation string, subscripts must be in [a-zA-Z]"
            )


def _letters(part: str, k: int, dimensions: int) -> list[str]:
    """The letters of operand k, as many as it has dimensions"""
    names = list(part.replace("...", ""))
    hidden = dimensions - len(names)
    if "..." in part and hidden >= 0:
        at = part.index("...")
        names[at:at] = [f".{hidden - i}" for i in range(hidden)]
    elif hidden:
        how = "is more than" if "..." in part else "does not match"
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(names)}) {how} the number of dimensions "
            f"({dimensions}) for operand {k}" + ("" if "..." in part else " and no ellipsis was given")
        )
    return names


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


def _sizes(t: Any, letters: list[str]) -> dict[str, int]:
    return dict(zip(letters, t._data.shape, strict=True))


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
    size = _sizes(x, a) | {c: n for c, n in _sizes(y, b).items() if n != 1 or c not in a}

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
