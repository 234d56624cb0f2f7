"""`vmap`: a function of one example as a function of a batch of them, here by a loop over the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

from ..nn import Module
from ..ops import stack
from ..random import get_rng_state, set_rng_state
from ..tensor import Tensor
from .trees import Tree, leaves, rebuild, spread, structure


def vmap(
    func: Callable[..., Any],
    in_dims: Tree = 0,
    out_dims: Tree = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that calls `func` for each example of a batch and stacks the results.

    It is a loop: `func` runs once for each example, and sees tensors without the batch's dimension. Values and
    derivatives are those of PyTorch's vmap, the time is that of the loop.

    in_dims: the dimension of the batch in each argument, None for one that all examples share; one number for all, or
        a tuple like the arguments. Keyword arguments are shared.
    out_dims: where the dimension of the batch goes in each result; None for a result that is the same for all examples.
    randomness: "different" random numbers for each example, the "same" for all, or "error" where any are drawn.
    chunk_size: how many examples PyTorch computes at a time; the results do not depend on it.

    Raises ValueError where in_dims, out_dims and what they describe do not fit together, RuntimeError for an empty batch.

    >>> import minitorch_nn as torch
    >>> x, y = torch.arange(6.0).reshape(3, 2), torch.ones(3, 2)
    >>> torch.vmap(torch.dot)(x, y)
    tensor([1., 5., 9.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @wraps(func)
    def batched(*args: Any, **kwargs: Any) -> Any:
        name = getattr(func, "__name__", repr(func))
        if not all(d is None or isinstance(d, int) for d in leaves(out_dims)):
            raise ValueError(
                f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
                "representing where in the outputs the vmapped dimension should appear."
            )
        dims = _in_dims(name, in_dims, args)
        size = _size(dims, args)
        rows = []
        for i in range(size):
            state = None if randomness == "different" else get_rng_state()
            rows.append(func(*_example(args, dims, i), **kwargs))
            if state is not None and not bool((state == get_rng_state()).all()):
                if randomness == "error":
                    raise RuntimeError(
                        "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
                        "'different' randomness flags on vmap or perform the randomness operation out of vmap"
                    )
                if i < size - 1:
                    set_rng_state(state)
        return _stacked(name, rows, out_dims)

    return batched


def _in_dims(name: str, in_dims: Tree, args: tuple[Any, ...]) -> list[int | None]:
    """The dimension of the batch in each tensor of the arguments"""
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) tuple "
            f"matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    dims = spread(in_dims, args)
    if dims is None:
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure {structure(in_dims)} but "
            f"inputs has structure {structure(args)}."
        )
    for arg, d in zip(leaves(args), dims, strict=True):
        if d is None:
            continue
        if not isinstance(d, int):
            raise ValueError(
                f"{start}Got in_dim={d} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(arg, Tensor):
            raise ValueError(
                f"{start}Got in_dim={d} for an input but the input is of type {type(arg)}. We cannot vmap over non-Tensor "
                "arguments, please use None as the respective in_dim"
            )
        if not -arg.ndim <= d < arg.ndim:
            raise ValueError(
                f"{start}Got in_dim={d} for some input, but that input is a Tensor of dimensionality {arg.ndim} so expected "
                f"in_dim to satisfy -{arg.ndim} <= in_dim < {arg.ndim}."
            )
    return dims


def _size(dims: list[int | None], args: tuple[Any, ...]) -> int:
    """How many examples there are"""
    sizes = [arg.shape[d] for arg, d in zip(leaves(args), dims, strict=True) if d is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped "
            "dimension"
        )
    if sizes[0] == 0:
        raise RuntimeError(
            "vmap: the batch is empty, so there is no example from which to learn the shape of the result"
        )
    return int(sizes[0])


def _example(args: tuple[Any, ...], dims: list[int | None], i: int) -> Any:
    """The arguments of example i"""

    def parts() -> Iterator[Any]:
        for arg, d in zip(leaves(args), dims, strict=True):
            yield arg if d is None else arg.select(d, i)

    return rebuild(args, parts())


def _stacked(name: str, rows: list[Any], out_dims: Tree) -> Any:
    """The results of all examples as one"""
    first = rows[0]
    single = isinstance(first, Tensor) and isinstance(out_dims, tuple) and len(out_dims) == 1
    dims = spread(out_dims[0] if single else out_dims, first)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {structure(out_dims)} but outputs has structure {structure(first)}."
        )

    def column(values: tuple[Any, ...], d: int | None) -> Any:
        if d is None:
            if isinstance(values[0], Tensor) and not all(v is values[0] or v.equal(values[0]) for v in values):
                raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
            return values[0]
        if not isinstance(values[0], Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(values[0])}. Did you mean to set "
                "out_dims= to None for output?"
            )
        return stack(list(values), d)

    columns = zip(*[leaves(row) for row in rows], strict=True)
    return rebuild(first, iter([column(values, d) for values, d in zip(columns, dims, strict=True)]))


def stack_module_state(models: Sequence[Module] | Any) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(parameters, buffers) of several modules of one kind, each stacked along a new first dimension.

    With `functional_call` and `vmap` they run as an ensemble. The stacked tensors are leaves.
    """
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({m.training for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(m) for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    kinds = [[dict(m.named_parameters()) for m in models], [dict(m.named_buffers()) for m in models]]
    parameters, buffers = ({k: _leaf([d[k] for d in dicts], k) for k in dicts[0]} for dicts in kinds)
    return parameters, buffers


def _leaf(tensors: list[Tensor], name: str) -> Tensor:
    wanted = {t.requires_grad for t in tensors}
    if len(wanted) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return stack(tensors).detach().requires_grad_(wanted.pop())
