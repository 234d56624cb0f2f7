"""What all optimizers share: parameter groups, state, hooks, `state_dict`, printing."""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from .._bfloat16 import FLOATING, write
from ..autograd.hooks import Hooks, RemovableHandle, add_hook, new_hooks
from ..tensor import Tensor

__all__ = ["Optimizer", "ParamsT"]

ParamsT = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
"""Parameters, `named_parameters()`, or groups: dicts with "params" and the options that differ in this group."""

_HOOKS = ("step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post")


class Optimizer:
    """Parameter groups, their options and the state of each parameter; a subclass adds `step`.

    params: an iterable of Tensors, of (name, Tensor) pairs, or of dicts `{"params": …, "lr": …}`.
    defaults: the options of groups that don't give their own.

    `param_groups` is a list of dicts; options may be changed there at any time. `state` maps each parameter to a dict.
    Not in PyTorch's way: state loaded by `load_state_dict` is copied, so two optimizers never share a buffer.

    Raises TypeError or ValueError for parameters that are not leaf Tensors, are in two groups, or in no order.
    """

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._init_hooks()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {_typename(params)}"
            )
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def _init_hooks(self) -> None:
        self._hooks: dict[str, Hooks] = {name: new_hooks() for name in _HOOKS}
        self._opt_called: bool | None = None
        """Whether `step` ran since a scheduler began to watch; None while none does."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = _with_hooks(cls.step)  # type: ignore[method-assign]

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_hooks" not in self.__dict__:  # a copy or an unpickled optimizer: hooks don't travel
            self._init_hooks()

    def __repr__(self) -> str:
        groups = [
            f"\nParameter Group {i}\n"
            + "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            for i, group in enumerate(self.param_groups)
        ]
        return f"{type(self).__name__} ({''.join(groups)})"

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters once by their gradients.

        closure: evaluates the model again and returns the loss, for optimizers that need it more than once.
        """
        raise NotImplementedError

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or with `set_to_none=False` set them to zero.

        A parameter without a gradient is skipped by `step`; one with a zero gradient still decays and keeps moving.
        """
        for param in self._parameters():
            if param.grad is None:
                continue
            if set_to_none:
                param.grad = None
                continue
            if param.grad.grad_fn is not None:
                param.grad.detach_()
            param.grad.requires_grad_(False).zero_()

    def _parameters(self) -> Iterable[Any]:
        return chain.from_iterable(group["params"] for group in self.param_groups)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Optimize more parameters: `{"params": …}` and the options that differ from the defaults.

        Raises as the constructor does, and ValueError if only some parameters or groups have names.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but "
                "the ordering of tensors in sets will change between runs. Please use a list instead."
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [p[0] for p in params if isinstance(p, tuple)]
        if names and len(names) != len(params):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        param_group["params"] = params = [p[1] if isinstance(p, tuple) else p for p in params]
        if names:
            param_group["param_names"] = names
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {_typename(param)}")
            if not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        if len(params) != len(set(params)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; "
                "in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        named = "param_names" in param_group
        if any(("param_names" in group) != named for group in self.param_groups):
            raise ValueError(
                "all optimizer param groups should be with/without names. "
                f"cannot add param group {'with' if named else 'without'} names to the optimizer"
            )
        if not set(params).isdisjoint(self._parameters()):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def state_dict(self) -> dict[str, Any]:
        """`{"state": {index: {…}}, "param_groups": [{…, "params": [index, …]}]}`, parameters counted in order.

        The tensors in it are the optimizer's own, not copies.
        """
        for hook in self._hooks["state_dict_pre"].values():
            hook(self)
        index: dict[int, int] = {}
        param_groups = []
        start = 0
        for group in self.param_groups:
            for i, param in enumerate(group["params"], start):
                index.setdefault(id(param), i)
            start += len(group["params"])
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [index[id(param)] for param in group["params"]]
            param_groups.append(packed)
        state = {index[id(k)] if isinstance(k, Tensor) else k: value for k, value in self.state.items()}
        result: dict[str, Any] = {"state": state, "param_groups": param_groups}
        for hook in self._hooks["state_dict_post"].values():
            changed = hook(self, result)
            result = result if changed is None else changed
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the options and state from `state_dict`; parameters are matched by their order.

        Tensors of the state are copied, and cast to the dtype of their parameter (except "step").
        Raises ValueError if the groups differ in number or length; nothing is changed then.
        """
        state_dict = state_dict.copy()
        for hook in self._hooks["load_state_dict_pre"].values():
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        saved_groups = deepcopy(state_dict["param_groups"])
        if len(self.param_groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(g["params"]) != len(s["params"]) for g, s in zip(self.param_groups, saved_groups, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        saved_ids = chain.from_iterable(group["params"] for group in saved_groups)
        by_id = dict(zip(saved_ids, self._parameters(), strict=True))
        state: defaultdict[Any, Any] = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in by_id:
                state[by_id[key]] = self._loaded_state(by_id[key], value)
            else:
                state[key] = value
        for group, saved in zip(self.param_groups, saved_groups, strict=True):
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved_groups})
        for hook in self._hooks["load_state_dict_post"].values():
            hook(self)

    def _loaded_state(self, param: Tensor, value: Any, key: Any = None) -> Any:
        """A copy of a parameter's saved state, its tensors in the dtype and memory order of the parameter."""
        if isinstance(value, dict):
            return {k: self._loaded_state(param, v, k) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._loaded_state(param, v) for v in value)
        if not isinstance(value, Tensor):
            return deepcopy(value)
        own = key != "step" and param._data.dtype.kind in FLOATING
        layout = param._data if value._data.shape == param._data.shape else value._data
        copy = np.empty_like(layout, dtype=param._data.dtype if own else value._data.dtype)
        write(copy, value._data)
        return Tensor._wrap(copy)

    def _register(self, name: str, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        hooks = self._hooks[name]
        handle = add_hook(hooks, hook)
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each `step`; it may return other (args, kwargs)."""
        return self._register("step_pre", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each `step`."""
        return self._register("step_post", hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict` is made."""
        return self._register("state_dict_pre", hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` on each result of `state_dict`; it may return another one."""
        return self._register("state_dict_post", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before a state dict is loaded; it may return another one."""
        return self._register("load_state_dict_pre", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` after a state dict was loaded."""
        return self._register("load_state_dict_post", hook, prepend)


def _with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step` between its hooks, with a note for schedulers that it ran."""

    @functools.wraps(step)
    def hooked(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if type(self).step is not hooked:  # reached by `super().step()`: the subclass's step runs the hooks
            return step(self, *args, **kwargs)
        for hook in self._hooks["step_pre"].values():
            changed = hook(self, (self, *args), kwargs)
            if changed is None:
                continue
            if not (isinstance(changed, tuple) and len(changed) == 2):
                raise RuntimeError(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}.")
            (_, *args), kwargs = changed
        if self._opt_called is False:
            self._opt_called = True
        result = step(self, *args, **kwargs)
        for hook in self._hooks["step_post"].values():
            hook(self, (self, *args), kwargs)
        return result

    hooked.hooked = True  # type: ignore[attr-defined]
    return hooked


def _typename(value: Any) -> str:
    """How PyTorch names the type of `value` in an error: `torch.FloatTensor`, `int`, `collections.OrderedDict`."""
    if isinstance(value, Tensor):
        return f"torch.{value.dtype.type_name}Tensor"
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
