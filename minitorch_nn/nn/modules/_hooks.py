"""Calling a Module: forward hooks, backward hooks, and the note that tells which layer an error came from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...autograd import Function, is_grad_enabled
from ...autograd.hooks import Hooks, RemovableHandle, add_hook, new_hooks
from ...tensor import Tensor
from ._global_hooks import NOT_BOTH, both, everywhere, hook_last_node, split_backward_hooks

if TYPE_CHECKING:
    from .module import Module

_Hook = Callable[..., Any]


class _Hooks:
    """The part of Module that is called, and lets functions of the user run around `forward` and around backward."""

    _backward_pre_hooks: Hooks
    _backward_hooks: Hooks
    _forward_hooks: Hooks
    _forward_pre_hooks: Hooks
    _hooks_with_kwargs: set[int]
    _hooks_always_called: set[int]
    _is_full_backward_hook: bool | None = None
    """Whether the backward hooks are full ones; None before the first."""

    if TYPE_CHECKING:

        def named_modules(self) -> Iterator[tuple[str, Module]]: ...

    def _init_hooks(self) -> None:
        self.__dict__.update(
            _backward_pre_hooks=new_hooks(),
            _backward_hooks=new_hooks(),
            _forward_hooks=new_hooks(),
            _forward_pre_hooks=new_hooks(),
            _hooks_with_kwargs=set(),
            _hooks_always_called=set(),
            _state_dict_hooks=new_hooks(),
            _state_dict_pre_hooks=new_hooks(),
            _load_state_dict_pre_hooks=new_hooks(),
            _load_state_dict_post_hooks=new_hooks(),
        )

    def _forward_unimplemented(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    forward: Callable[..., Any] = _forward_unimplemented

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` on the arguments, with the hooks around it."""
        try:
            if not (
                self._forward_hooks
                or self._forward_pre_hooks
                or self._backward_hooks
                or self._backward_pre_hooks
                or everywhere
            ):
                return self.forward(*args, **kwargs)
            return self._call_with_hooks(args, kwargs)
        except Exception as error:
            _note_layer(error, self, args)
            raise

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        called: set[int] = set()
        result = None
        try:
            args, kwargs = self._run_pre_hooks(args, kwargs)
            backward = None
            full, plain = split_backward_hooks(self)
            pre = [*everywhere.backward_pre.values(), *self._backward_pre_hooks.values()]
            if full or pre:
                backward = _BackwardHooks(self, full, pre)
                args = backward.around_inputs(args)
            result = self.forward(*args, **kwargs)
            for key, hook in both(everywhere.forward, self._forward_hooks):
                called.add(key)
                result = self._run_forward_hook(key, hook, args, kwargs, result)
            if backward is not None:
                result = backward.around_outputs(result)
            if plain:
                hook_last_node(self, plain, args, result)
            return result
        except Exception:
            for key, hook in both(everywhere.forward, self._forward_hooks):
                if (key in self._hooks_always_called or key in everywhere.always_called) and key not in called:
                    try:
                        result = self._run_forward_hook(key, hook, args, kwargs, result)
                    except Exception as error:
                        warnings.warn(
                            "module forward hook with ``always_call=True`` raised an exception that was silenced "
                            f"as another error was raised in forward: {error}",
                            stacklevel=2,
                        )
            raise

    def _run_forward_hook(self, key: int, hook: _Hook, args: Any, kwargs: Any, result: Any) -> Any:
        """The output of the module after this hook has seen it."""
        with_kwargs = key in self._hooks_with_kwargs or key in everywhere.with_kwargs
        changed = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
        return result if changed is None else changed

    def _run_pre_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        for key, hook in both(everywhere.forward_pre, self._forward_pre_hooks):
            if key in self._hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is None:
                    continue
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                    )
                args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        return args, kwargs

    # ---- registering ------------------------------------------------------------------------------------------

    def register_forward_pre_hook(
        self, hook: _Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before forward (`hook(module, args, kwargs)` with `with_kwargs`).

        What it returns, if not None, replaces the arguments: one value or a tuple; with `with_kwargs` (args, kwargs).
        """
        handle = _add(self._forward_pre_hooks, hook, prepend)
        if with_kwargs:
            self._hooks_with_kwargs.add(handle.id)
        return handle

    def register_forward_hook(
        self, hook: _Hook, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after forward (`hook(module, args, kwargs, output)` with `with_kwargs`).

        What it returns, if not None, replaces the output. With `always_call` it also runs when forward raised.
        """
        handle = _add(self._forward_hooks, hook, prepend)
        if with_kwargs:
            self._hooks_with_kwargs.add(handle.id)
        if always_call:
            self._hooks_always_called.add(handle.id)
        return handle

    def register_full_backward_pre_hook(self, hook: _Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` before the module's backward; what it returns replaces `grad_output`."""
        return _add(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: _Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` after the module's backward.

        Both are tuples with one entry per positional argument or output, None for what is not a Tensor. What it
        returns, if not None, replaces `grad_input`.
        """
        if self._is_full_backward_hook is False:
            raise RuntimeError(NOT_BOTH)
        self._is_full_backward_hook = True
        return _add(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: _Hook) -> RemovableHandle:
        """The old form of `register_full_backward_hook`: sees the gradients of the last node that forward recorded."""
        if self._is_full_backward_hook is True:
            raise RuntimeError(NOT_BOTH)
        self._is_full_backward_hook = False
        return add_hook(self._backward_hooks, hook)


def _add(hooks: Hooks, hook: _Hook, prepend: bool) -> RemovableHandle:
    handle = add_hook(hooks, hook)
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


# ---- which layer failed -----------------------------------------------------------------------------------------


def _note_layer(error: Exception, module: Any, args: tuple[Any, ...]) -> None:
    """Note on `error` the innermost layer that raised it, by its dotted name as seen from `module`.

    Each module that the error passes on its way up calls this, and lengthens the name.
    """
    failure: tuple[Any, str, str] | None = getattr(error, "_failed_layer", None)
    if failure is None:
        shapes = ", ".join(str(tuple(a.shape)) for a in args if isinstance(a, Tensor))
        layer, tail, note = module, f": input {shapes}" if shapes else "", ""
    else:
        layer, tail, note = failure
    name = next((name for name, found in module.named_modules() if found is layer), "")
    kind = type(layer).__name__
    new = (f"in {name} ({kind})" if name else f"in {kind}") + tail
    notes: list[str] = getattr(error, "__notes__", [])
    if note in notes:
        notes[notes.index(note)] = new
    else:
        error.add_note(new)
    error._failed_layer = (layer, tail, new)  # type: ignore[attr-defined]


# ---- backward hooks ---------------------------------------------------------------------------------------------


class BackwardHookFunction(Function):
    """Identity on Tensors; in backward, `pass_on(grads)` sees the gradients and may replace them."""

    @staticmethod
    def forward(ctx: Any, pass_on: Callable[..., Any], *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.pass_on = pass_on
        ctx.mark_non_differentiable(*(t for t in tensors if not t.requires_grad))
        return tuple(t.view_as(t) for t in tensors)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Any, ...]:
        return None, *ctx.pass_on(grads)


class _BackwardHooks:
    """One call of a module with backward hooks: its inputs and outputs go through an identity that runs the hooks."""

    def __init__(self, module: _Hooks, hooks: list[_Hook], pre_hooks: list[_Hook]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_output: tuple[Any, ...] | None = None
        self.n_inputs = 0
        self.inputs_tracked = False

    def around_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        self.n_inputs = len(args)
        wrapped = _through_identity(args, self._after_backward)
        self.inputs_tracked = wrapped is not None
        return args if wrapped is None else wrapped

    def around_outputs(self, result: Any) -> Any:
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                f"but received {type(result)}",
                stacklevel=4,
            )
        outputs = result if isinstance(result, tuple) else (result,)
        wrapped = _through_identity(outputs, self._before_backward)
        if wrapped is None:
            return result
        return wrapped if isinstance(result, tuple) else wrapped[0]

    def _before_backward(self, grad_output: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients reach the module's outputs: pre-hooks, then the hooks too if no input wants a gradient."""
        for pre_hook in self.pre_hooks:
            changed = pre_hook(self.module, grad_output)
            if changed is None:
                continue
            changed = tuple(changed) if isinstance(changed, (tuple, list)) else (changed,)
            if len(changed) != len(grad_output):
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(changed)}, but expected {len(grad_output)}"
                )
            grad_output = changed
        self.grad_output = grad_output
        if not self.inputs_tracked:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no "
                "inputs require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
                "#torch.nn.Module.register_full_backward_hook for more details.",
                stacklevel=5,
            )
            for hook in self.hooks:
                changed = hook(self.module, (None,) * self.n_inputs, grad_output)
                if changed is not None and not (isinstance(changed, tuple) and all(g is None for g in changed)):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always return None "
                        "or None for all gradients."
                    )
        return grad_output

    def _after_backward(self, grad_input: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients reach the module's inputs: the hooks see them beside those of the outputs."""
        if self.grad_output is None:
            return grad_input
        for hook in self.hooks:
            changed = hook(self.module, grad_input, self.grad_output)
            if changed is None:
                continue
            changed = tuple(changed) if isinstance(changed, (tuple, list)) else (changed,)
            if len(changed) != len(grad_input):
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, "
                    f"got {len(changed)}, but expected {len(grad_input)}"
                )
            grad_input = changed
        self.grad_output = None
        return grad_input


def _through_identity(values: tuple[Any, ...], see: Callable[..., tuple[Any, ...]]) -> tuple[Any, ...] | None:
    """`values` with the Tensors sent through the identity; `see` gets one gradient per value, None where no Tensor is.

    None where nothing among them requires a gradient.
    """
    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
    if not (is_grad_enabled() and any(values[i].requires_grad for i in places)):
        return None

    def pass_on(grads: tuple[Any, ...]) -> tuple[Any, ...]:
        spread: list[Any] = [None] * len(values)
        for place, grad in zip(places, grads, strict=True):
            spread[place] = grad
        seen = see(tuple(spread))
        return tuple(seen[place] for place in places)

    wrapped = list(values)
    for place, tensor in zip(places, BackwardHookFunction.apply(pass_on, *(values[i] for i in places)), strict=True):
        wrapped[place] = tensor
    if hasattr(values, "_fields"):  # a namedtuple takes its values one by one
        return type(values)(*wrapped)
    return tuple(wrapped)
