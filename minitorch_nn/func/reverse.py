"""Derivatives by the backward pass: `grad`, `vjp`, `jacrev`; and modules called with other parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..autograd import enable_grad, is_grad_enabled
from ..autograd import grad as _autograd_grad
from ..autograd.node import AccumulateGrad, Node
from ..nn import Module
from ..nn.utils.stateless import replaced
from ..ops import stack
from ..tensor import Tensor, zeros_like
from .trees import Tree, leaves, rebuild, structure

Argnums = int | tuple[int, ...]


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the gradient of `func`, which returns a scalar, for its arguments `argnums`.

    has_aux: func returns (scalar, aux), the new function (gradient, aux).
    """
    both = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """As `grad`; the new function returns (gradient, value), or with `has_aux` (gradient, (value, aux))."""

    @wraps(func)
    def both(*args: Any, **kwargs: Any) -> Any:
        recording = is_grad_enabled()
        with Level() as level:
            args = level.enter(args, argnums)
            out = func(*args, **kwargs)
            aux = None
            if has_aux:
                if not isinstance(out, tuple) or len(out) != 2:
                    raise RuntimeError(
                        "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is True"
                    )
                out, aux = out
            _check_scalar(out)
            found = level.gradients(out, recording, retain_graph=recording)
            chosen = rebuild(_chosen(args, argnums), iter(found))
            value = level.leave(out, recording)
            return chosen, ((value, level.leave(aux, recording)) if has_aux else value)

    return both


def vjp(func: Callable[..., Any], *primals: Tree, has_aux: bool = False) -> tuple[Any, ...]:
    """(func(*primals), vjp_fn): vjp_fn(cotangents) gives cotangents^T J, a tuple with an entry for each primal.

    has_aux: func returns (output, aux), and aux comes as a third result.
    """
    recording = is_grad_enabled()
    with Level() as level:
        args = level.enter(primals, tuple(range(len(primals))))
        out = func(*args)
        aux = None
        if has_aux:
            if not isinstance(out, tuple) or len(out) != 2:
                raise RuntimeError(
                    "vjp(f, *primals): output of function f should be a tuple: (output, aux) if has_aux is True"
                )
            out, aux = out
        for t in leaves(out):
            if not isinstance(t, Tensor):
                raise RuntimeError(
                    f"vjp(f, *primals): expected f(*primals) to return only tensors, got unsupported type {type(t)}"
                )
        result, extra = level.leave(out, recording), level.leave(aux, recording)

    def vjp_fn(cotangents: Tree, retain_graph: bool = True, create_graph: bool | None = None) -> tuple[Tree, ...]:
        seeds, outs = list(leaves(cotangents)), list(leaves(out))
        if structure(cotangents) != structure(out):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {structure(cotangents)}, primal output: {structure(out)}"
            )
        keep = is_grad_enabled() if create_graph is None else create_graph
        with enable_grad():
            found = level.gradients(outs, keep, seeds, retain_graph=retain_graph)
        return rebuild(args, iter(found))  # type: ignore[no-any-return]

    return (result, vjp_fn, extra) if has_aux else (result, vjp_fn)


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The function that gives the Jacobian of `func` for its arguments `argnums`: output.shape + input.shape.

    One backward pass for each element of the output, so `chunk_size`, a size of batches of them, has no place here.
    """
    if chunk_size is not None or _preallocate_and_copy:
        raise NotImplementedError(
            "func.jacrev(chunk_size, _preallocate_and_copy) are not there: rows are computed singly"
        )

    @wraps(func)
    def jacobian(*args: Any) -> Any:
        of_chosen, chosen = chosen_arguments(func, args, argnums)
        output, vjp_fn, *aux = vjp(of_chosen, *chosen, has_aux=has_aux)
        outs = list(leaves(output))
        blocks = []
        for k, out in enumerate(outs):
            rows = []
            for i in range(out.numel()):
                seeds = [zeros_like(o) for o in outs]
                seeds[k].view(-1)[i] = 1
                found = vjp_fn(rebuild(output, iter(seeds)))
                rows.append(list(leaves(found)))
            shapes = [tuple(t.shape) for t in leaves(chosen)]
            columns = [
                stack([r[j] for r in rows]).reshape(tuple(out.shape) + shape)
                if rows
                else zeros_like(out).reshape(tuple(out.shape) + shape)
                for j, shape in enumerate(shapes)
            ]
            block = rebuild(chosen, iter(columns))
            blocks.append(block[0] if isinstance(argnums, int) else block)
        result = rebuild(output, iter(blocks))
        return (result, aux[0]) if has_aux else result

    return jacobian


def chosen_arguments(
    func: Callable[..., Any], args: tuple[Any, ...], argnums: Argnums
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """`func` as a function of its arguments `argnums` alone, the others being as in `args`; and these arguments."""
    numbers = _numbers(args, argnums)

    def of_chosen(*chosen: Any) -> Any:
        new = list(args)
        for n, value in zip(numbers, chosen, strict=True):
            new[n] = value
        return func(*new)

    return of_chosen, tuple(args[n] for n in numbers)


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: dict[str, Tensor] | Sequence[dict[str, Tensor]],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """module(*args, **kwargs) with the given tensors in place of its parameters and buffers of those names.

    args: a tuple of arguments, or a single one.
    tie_weights: a parameter that the module holds under several names is replaced under all of them.
    strict: every parameter and buffer must be given, and nothing else.
    """
    if isinstance(parameter_and_buffer_dicts, dict):
        given = dict(parameter_and_buffer_dicts)
    elif isinstance(parameter_and_buffer_dicts, (list, tuple)):
        if not all(isinstance(d, dict) for d in parameter_and_buffer_dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        names = [n for d in parameter_and_buffer_dicts for n in d]
        repeated = [n for i, n in enumerate(names) if n in names[:i]]
        if repeated:
            raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        given = {n: t for d in parameter_and_buffer_dicts for n, t in d.items()}
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with replaced(module, given, tie_weights, strict):
        return module(*arguments, **(kwargs or {}))


# One level of differentiation -----------------------------------------------------------------------------------------
class Level:
    """Records within its block; knows the tensors that it differentiates for."""

    def __enter__(self) -> Level:
        self.mode = enable_grad()
        self.mode.__enter__()
        return self

    def __exit__(self, *exc: Any) -> None:
        self.mode.__exit__(*exc)

    def enter(self, args: tuple[Any, ...], argnums: Argnums) -> tuple[Any, ...]:
        """The arguments, those of `argnums` as tensors of this level."""
        numbers = _numbers(args, argnums)
        for n in numbers:
            for t in leaves(args[n]):
                if not isinstance(t, Tensor):
                    raise ValueError(f"Thing passed to transform API must be Tensor, got {type(t)}")
        new = list(args)
        self.tensors: list[Tensor] = []
        for n in numbers:
            inner = [t.view_as(t) if t.requires_grad else t.detach().requires_grad_() for t in leaves(args[n])]
            self.tensors += inner
            new[n] = rebuild(args[n], iter(inner))
        self.own = {t._edge() for t in self.tensors if t.is_leaf}
        return tuple(new)

    def differentiate_for(self, tensors: list[Tensor]) -> None:
        """Let `gradients` give those for `tensors`, leaves of this level."""
        self.tensors = tensors
        self.own |= {t._edge() for t in tensors}

    def gradients(
        self, outs: Any, recording: bool, seeds: Any = None, retain_graph: bool | None = None
    ) -> list[Tensor]:
        """The gradients of `outs`, zeros where there is no dependence."""
        several = outs if isinstance(outs, list) else [outs]
        pairs = [(o, None if seeds is None else seeds[i]) for i, o in enumerate(several) if o.requires_grad]
        if not pairs:
            return [zeros_like(t.detach()) for t in self.tensors]
        create = recording and any(
            self._depends_on_others(t) for t in (*[o for o, _ in pairs], *(seeds or ())) if t.requires_grad
        )
        found = _autograd_grad(
            [o for o, _ in pairs],
            self.tensors,
            None if seeds is None else [s for _, s in pairs],
            retain_graph=retain_graph,
            create_graph=create,
            allow_unused=True,
        )
        return [
            zeros_like(t.detach()) if g is None else self.leave(g, create)
            for g, t in zip(found, self.tensors, strict=True)
        ]

    def leave(self, tree: Tree, recording: bool) -> Tree:
        """A result, without history if that is of this level alone."""

        def out(t: Any) -> Any:
            if isinstance(t, Tensor) and t.requires_grad and not (recording and self._depends_on_others(t)):
                return t.detach()
            return t

        return rebuild(tree, map(out, leaves(tree)))

    def _depends_on_others(self, t: Tensor) -> bool:
        """Whether the graph of `t` ends at a leaf that is not of this level."""
        start = t._edge()
        stack_, seen = [start], {start}
        while stack_:
            node: Node | None = stack_.pop()
            if node is None:
                continue
            if isinstance(node, AccumulateGrad):
                if node not in self.own:
                    return True
                continue
            for e in node.edges:
                if e is not None and e not in seen:
                    seen.add(e)
                    stack_.append(e)
        return False


def _numbers(args: tuple[Any, ...], argnums: Argnums) -> list[int]:
    if isinstance(argnums, tuple) and not argnums:
        raise RuntimeError("argnums must be non-empty")
    several = (argnums,) if isinstance(argnums, int) else argnums
    if not isinstance(several, tuple) or not all(isinstance(n, int) for n in several):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    for n in several:
        if not -len(args) <= n < len(args):
            raise RuntimeError(f"Got argnum={n}, but only {len(args)} positional inputs")
    numbers = [n % len(args) for n in several]
    if len(set(numbers)) != len(numbers):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return numbers


def _chosen(args: tuple[Any, ...], argnums: Argnums) -> Tree:
    chosen = tuple(args[n] for n in _numbers(args, argnums))
    return chosen[0] if isinstance(argnums, int) else chosen


def _check_scalar(out: Any) -> None:
    start = "grad_and_value(f)(*args): Expected f(*args) to return a "
    if not isinstance(out, Tensor):
        raise RuntimeError(f"{start}Tensor, got {type(out)}")
    if out.ndim != 0:
        raise RuntimeError(
            f"{start}scalar Tensor, got tensor with {out.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
        )
