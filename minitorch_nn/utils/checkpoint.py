"""`utils.checkpoint`: less memory for more time. What a part of a network saves is dropped and computed again in backward.

Forward runs under hooks that keep a placeholder for each saved value. The first placeholder that backward opens runs the
part once more, from the same inputs and random state, and the values that it saves this time, in the same order, are
what the placeholders stood for. Each is dropped when it has been used.

Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost" (2016), for the idea.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from ..autograd import Function, backward, enable_grad, is_grad_enabled
from ..autograd.graph import saved_tensors_hooks
from ..nn import Sequential
from ..random import fork_rng, get_rng_state, set_rng_state
from ..tensor import Tensor, empty

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential", "noop_context_fn", "set_checkpoint_early_stop"]

Contexts = tuple[AbstractContextManager[Any], AbstractContextManager[Any]]


class CheckpointError(RuntimeError):
    """The second run was not like the first."""


def noop_context_fn() -> Contexts:
    """Contexts that do nothing, for the first run and for the second."""
    return nullcontext(), nullcontext()


_early_stop: bool | None = None


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Say for all checkpoints within the block whether the second run ends at the last value that is needed."""
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], Contexts] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """function(*args, **kwargs), whose intermediate values are not kept but computed again in backward.

    use_reentrant: False is the better choice. True, which None means with a warning, runs forward without recording and
        a backward pass within backward: some argument must require a gradient, `autograd.grad` is not supported, no
        keyword arguments.
    context_fn: gives the contexts for the first and the second run.
    determinism_check: "default" compares shape and dtype of the recomputed values, "none" does not.
    early_stop: end the second run at the last value that is needed.
    preserve_rng_state: (keyword, True) let the second run draw the same random numbers as the first.
    debug=True is not supported.

    Raises CheckpointError where the second run saves other values than the first.
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling "
            "checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to "
            "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
            "differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    if debug:
        raise NotImplementedError("utils.checkpoint.checkpoint(debug=True) is not there")
    if determinism_check not in ("default", "none"):
        raise ValueError(f"determinism_check should be one of ['default', 'none'] but got {determinism_check}")
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return _Reentrant.apply(function, preserve, *args)
    if not is_grad_enabled():
        return function(*args, **kwargs)
    stop = early_stop if _early_stop is None else _early_stop
    first, again = context_fn()
    names = list(kwargs)
    inputs = _keep((*args, *kwargs.values()))

    def run(values: tuple[Any, ...]) -> None:
        positional = values[: len(values) - len(names)]
        with again:
            function(*positional, **dict(zip(names, values[len(positional) :], strict=True)))

    part = _Part(run, inputs, get_rng_state() if preserve else None, stop, determinism_check == "default")
    with first, saved_tensors_hooks(part.pack, part.unpack):
        result = function(*args, **kwargs)
    part.complete = True
    return result


def checkpoint_sequential(
    functions: Sequential | Iterable[Callable[[Any], Any]],
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    **kwargs: Any,
) -> Any:
    """The functions one after the other, in `segments` parts of which all but the last are checkpoints.

    preserve_rng_state: as in `checkpoint`.
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In "
            "version 2.9 we will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, but "
            "if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more "
            "details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    steps: list[Callable[[Any], Any]] = list(functions.children() if isinstance(functions, Sequential) else functions)
    size = len(steps) // segments

    def chain(part: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
        def run(x: Any) -> Any:
            for step in part:
                x = step(x)
            return x

        return run

    for i in range(segments - 1):
        part = chain(steps[i * size : (i + 1) * size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return chain(steps[(segments - 1) * size :])(input)


# The placeholders -----------------------------------------------------------------------------------------------------
class _Stop(Exception):
    """The second run has saved all that is needed"""


class _Part:
    """One call of `checkpoint`: how many values its run saved, and those of the second run that are still to be used"""

    complete = False

    def __init__(
        self,
        run: Callable[[tuple[Any, ...]], None],
        inputs: Callable[[], tuple[Any, ...]],
        rng_state: Any,
        early_stop: bool,
        check: bool,
    ) -> None:
        self.run, self.inputs, self.rng_state, self.early_stop, self.check = run, inputs, rng_state, early_stop, check
        self.kinds: list[tuple[Any, Any]] = []
        """Shape and dtype of each saved value."""
        self.values: dict[int, Tensor] = {}

    def pack(self, t: Tensor) -> int:
        self.kinds.append((t.shape, t.dtype))
        return len(self.kinds) - 1

    def unpack(self, number: int) -> Tensor:
        if number not in self.values:
            self.recompute()
        return self.values.pop(number)

    def recompute(self) -> None:
        expected = len(self.kinds)
        saved: list[Tensor] = []

        def pack(t: Tensor) -> Tensor:
            saved.append(t)
            if len(saved) == expected and (self.early_stop or not self.complete):
                raise _Stop
            return t

        with fork_rng(enabled=self.rng_state is not None):
            if self.rng_state is not None:
                set_rng_state(self.rng_state)
            try:
                with enable_grad(), saved_tensors_hooks(pack, lambda t: t):
                    self.run(self.inputs())
            except _Stop:
                pass
        if len(saved) > expected:
            raise CheckpointError(
                "torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward "
                "pass."
            )
        if len(saved) < expected:
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {expected}\nNumber of tensors saved during "
                f"recomputation: {len(saved)}."
            )
        if self.check:
            self._compare(saved)
        self.values = dict(enumerate(saved))

    def _compare(self, saved: list[Tensor]) -> None:
        wrong = [
            f"tensor at position {i}:\nsaved metadata: {_metadata(*kind)}\nrecomputed metadata: {_metadata(t.shape, t.dtype)}"
            for i, (kind, t) in enumerate(zip(self.kinds, saved, strict=True))
            if (t.shape, t.dtype) != kind
        ]
        if wrong:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during "
                "the forward pass.\n" + "\n".join(wrong) + "\n."
            )


def _metadata(shape: Any, dtype: Any) -> str:
    return f"{{'shape': {shape}, 'dtype': {dtype}, 'device': device(type='cpu')}}"


class _Keep(Function):
    """Saves the tensors that it is given, so that hooks of an outer checkpoint may drop these too"""

    @staticmethod
    def forward(ctx: Any, signal: Tensor, *tensors: Tensor) -> Tensor:
        ctx.save_for_backward(*tensors)
        return empty(0)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise AssertionError("nothing reads the output, so no gradient comes here")


def _keep(values: tuple[Any, ...]) -> Callable[[], tuple[Any, ...]]:
    """A function that gives the values again, tensors as leaves of a graph of their own"""
    tensors = [v for v in values if isinstance(v, Tensor)]
    wanted = [t.requires_grad for t in tensors]
    others = [None if isinstance(v, Tensor) else v for v in values]
    is_tensor = [isinstance(v, Tensor) for v in values]
    node: Any = _Keep.apply(empty(0, requires_grad=True), *tensors).grad_fn

    def again() -> tuple[Any, ...]:
        found = iter([t.detach().requires_grad_(w) for t, w in zip(node.saved_tensors, wanted, strict=True)])
        return tuple(next(found) if is_t else v for v, is_t in zip(others, is_tensor, strict=True))

    return again


# The other way --------------------------------------------------------------------------------------------------------
class _Reentrant(Function):
    """Forward without recording; backward runs the function again, recorded, and a backward pass through that"""

    @staticmethod
    def forward(ctx: Any, function: Callable[..., Any], preserve: bool, *args: Any) -> Any:
        if not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=4)
        ctx.function, ctx.rng_state = function, get_rng_state() if preserve else None
        ctx.others = [None if isinstance(a, Tensor) else a for a in args]
        ctx.tensors = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        ctx.save_for_backward(*[args[i] for i in ctx.tensors])
        return function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        args = list(ctx.others)
        for i, t in zip(ctx.tensors, ctx.saved_tensors, strict=True):
            args[i] = t.detach().requires_grad_(t.requires_grad)
        with fork_rng(enabled=ctx.rng_state is not None):
            if ctx.rng_state is not None:
                set_rng_state(ctx.rng_state)
            with enable_grad():
                outputs = ctx.function(*args)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [(o, g) for o, g in zip(outputs, grads, strict=True) if isinstance(o, Tensor) and o.requires_grad]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([o for o, _ in pairs], [g for _, g in pairs])
        return None, None, *[a.grad if isinstance(a, Tensor) else None for a in args]
