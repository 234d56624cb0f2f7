"""Derivatives along a direction of the inputs, without a forward mode: `jvp`, `linearize`, `jacfwd`, `hessian`.

v -> J^T v is linear, so its own transposed derivative, found by a backward pass through the backward pass, is t -> J t.
The graph of both is made once; each direction costs one more pass.

Source: Townsend, "A new trick for calculating Jacobian vector products" (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..autograd import enable_grad, is_grad_enabled
from ..autograd import grad as autograd_grad
from ..ops import stack
from ..tensor import Tensor, zeros_like
from .reverse import Argnums, Level, chosen_arguments, jacrev
from .trees import Tree, leaves, rebuild, structure


def _pushed(func: Callable[..., Any], primals: tuple[Any, ...], has_aux: bool) -> tuple[Any, Callable[..., Any], Any]:
    """func(*primals), t -> J t, and what else func returned"""
    recording = is_grad_enabled()
    with Level() as level:
        args = level.enter(primals, tuple(range(len(primals))))
        out = func(*args)
        aux = None
        if has_aux:
            if not isinstance(out, tuple) or len(out) != 2:
                raise RuntimeError(
                    "jvp(f, primals, tangents): output of function f should be a tuple: (output, aux) if has_aux is True"
                )
            out, aux = out
        for t in leaves(out):
            if not isinstance(t, Tensor):
                raise AssertionError(
                    f"jvp(f, primals, tangents): Expected f to return only tensors, got unsupported type {type(t)}"
                )
        result, extra = level.leave(out, recording), level.leave(aux, recording)
        outs = list(leaves(out))
        cotangents = [zeros_like(o).requires_grad_() for o in outs]
        used = [(o, c) for o, c in zip(outs, cotangents, strict=True) if o.requires_grad]
        pulled: list[Any] = [None for _ in level.tensors]
        if used:
            o, c = zip(*used, strict=True)
            pulled = list(autograd_grad(o, level.tensors, c, create_graph=True, allow_unused=True))
    level.differentiate_for(cotangents)

    def push(tangents: Tree) -> Any:
        pairs = [(g, t) for g, t in zip(pulled, leaves(tangents), strict=True) if g is not None]
        keep = is_grad_enabled()
        with enable_grad():
            found = level.gradients([g for g, _ in pairs], keep, [t for _, t in pairs], retain_graph=True)
        return rebuild(out, iter(found))

    return result, push, extra


def jvp(
    func: Callable[..., Any],
    primals: tuple[Any, ...],
    tangents: tuple[Any, ...],
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> tuple[Any, ...]:
    """(func(*primals), J t), where the tangents t are like the primals.

    has_aux: func returns (output, aux), and aux comes as a third result.
    strict=True is not supported.

    >>> import minitorch_nn as torch
    >>> torch.func.jvp(torch.sin, (torch.zeros(2),), (torch.tensor([1.0, 2.0]),))
    (tensor([0., 0.]), tensor([1., 2.]))
    """
    if strict:
        raise NotImplementedError("func.jvp(strict=True) is not there: independent outputs give zeros")
    if not isinstance(primals, tuple):
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    if structure(primals) != structure(tangents):
        raise RuntimeError(
            f"jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. For example, if "
            f"primals is a tuple of 3 tensors, tangents also must be. Got primals with structure {structure(primals)} and "
            f"tangents with structure {structure(tangents)}"
        )
    output, push, aux = _pushed(func, primals, has_aux)
    pushed = push(tangents)
    return (output, pushed, aux) if has_aux else (output, pushed)


def linearize(func: Callable[..., Any], *primals: Tree) -> tuple[Any, Callable[..., Any]]:
    """(func(*primals), jvp_fn): jvp_fn(*tangents) gives J t."""
    output, push, _ = _pushed(func, primals, False)

    def jvp_fn(*tangents: Tree) -> Any:
        if structure(tangents) != structure(primals):
            raise RuntimeError(
                f"Expected the tangents {structure(tangents)} to have the same argspec as the primals {structure(primals)}"
            )
        return push(tangents)

    return output, jvp_fn


def jacfwd(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    chunk_size: int | None = None,
    randomness: str = "error",
) -> Callable[..., Any]:
    """The function that gives the Jacobian of `func` for its arguments `argnums`: output.shape + input.shape.

    One pass for each element of the inputs, where `jacrev` takes one for each element of the output. `chunk_size` and
    `randomness`, which say how PyTorch runs them together, have no place here.
    """
    if chunk_size is not None or randomness != "error":
        raise NotImplementedError("func.jacfwd(chunk_size, randomness) are not there: columns are computed singly")

    @wraps(func)
    def jacobian(*args: Any) -> Any:
        of_chosen, chosen = chosen_arguments(func, args, argnums)
        output, push, aux = _pushed(of_chosen, chosen, has_aux)
        outs, ins = list(leaves(output)), list(leaves(chosen))
        columns: list[list[Any]] = []  # by input, by element
        for k, x in enumerate(ins):
            found = []
            for i in range(x.numel()):
                seeds = [zeros_like(t) for t in ins]
                seeds[k].view(-1)[i] = 1
                found.append(list(leaves(push(rebuild(chosen, iter(seeds))))))
            columns.append(found)
        blocks = []
        for n, out in enumerate(outs):
            shape = tuple(out.shape)
            parts = [
                stack([c[n] for c in found], -1).reshape(shape + tuple(x.shape))
                if found
                else zeros_like(out).reshape(shape + tuple(x.shape))
                for found, x in zip(columns, ins, strict=True)
            ]
            block = rebuild(chosen, iter(parts))
            blocks.append(block[0] if isinstance(argnums, int) else block)
        result = rebuild(output, iter(blocks))
        return (result, aux) if has_aux else result

    return jacobian


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of `func`: the Jacobian of the Jacobian."""
    return jacfwd(jacrev(func, argnums), argnums)
