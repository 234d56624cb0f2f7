"""Saving and loading: `state_dict`, `load_state_dict` and their hooks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...autograd import no_grad
from ...autograd.hooks import Hooks, RemovableHandle, add_hook
from ...tensor import Tensor
from ..parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

_EXTRA_STATE = "_extra_state"  # key under which get_extra_state() is saved


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` returns: keys the module wanted and did not get, and keys it has no place for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    def __str__(self) -> str:
        return repr(self)


class _StateDict:
    """The part of Module that turns it into a dict of named Tensors and back."""

    _version: int = 1
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers_set: set[str]
    _state_dict_hooks: Hooks
    _state_dict_pre_hooks: Hooks
    _load_state_dict_pre_hooks: Hooks
    _load_state_dict_post_hooks: Hooks

    # ---- saving -----------------------------------------------------------------------------------------------

    def get_extra_state(self) -> Any:
        """Anything beyond parameters and buffers that a subclass wants saved; define it with `set_extra_state`."""
        raise NotImplementedError(f"{type(self).__name__} defines no get_extra_state()")

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` returned."""
        raise NotImplementedError(f"{type(self).__name__} defines no set_extra_state()")

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Put this module's own entries, not its children's, into `destination`."""
        for name, parameter in self._parameters.items():
            if parameter is not None:
                destination[prefix + name] = parameter if keep_vars else parameter.detach()
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = buffer if keep_vars else buffer.detach()
        if type(self).get_extra_state is not _StateDict.get_extra_state:
            destination[prefix + _EXTRA_STATE] = self.get_extra_state()

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """dotted name -> Tensor, for all parameters and persistent buffers, in the order of declaration.

        The Tensors share memory with the module's; clone them to keep a snapshot. They are detached unless `keep_vars`.
        """
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()  # type: ignore[attr-defined]  # version of each module's entries
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for pre_hook in self._state_dict_pre_hooks.values():
            pre_hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            if hook(self, destination, prefix, local_metadata) is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return destination

    # ---- loading ----------------------------------------------------------------------------------------------

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Copy this module's own entries, not its children's, out of `state_dict`; list what does not fit."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        buffers = {k: v for k, v in self._buffers.items() if k not in self._non_persistent_buffers_set}
        members = {k: v for k, v in {**self._parameters, **buffers}.items() if v is not None}
        for name, member in members.items():
            key = prefix + name
            if key in state_dict:
                self._load_member(name, member, key, state_dict[key], local_metadata, error_msgs)
            elif strict:
                missing_keys.append(key)

        extra_key = prefix + _EXTRA_STATE
        if type(self).set_extra_state is not _StateDict.set_extra_state:
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)

        for key in state_dict if strict else ():
            if key.startswith(prefix) and key != extra_key:
                name, *rest = key[len(prefix) :].split(".", 1)
                if name not in (self._modules if rest else members):
                    unexpected_keys.append(key)

    def _load_member(
        self, name: str, member: Tensor, key: str, value: Any, local_metadata: dict[str, Any], error_msgs: list[str]
    ) -> None:
        """Copy (or with `assign` put) one value of a state dict into the parameter or buffer `name`."""
        if not isinstance(value, Tensor):
            error_msgs.append(
                f'While copying the parameter named "{key}", '
                f"expected torch.Tensor or Tensor-like object from checkpoint but received {type(value)}"
            )
            return
        if member.ndim == 0 and tuple(value.shape) == (1,):
            value = value[0]
        if value.shape != member.shape:
            error_msgs.append(
                f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
                f"the shape in current model is {member.shape}."
            )
            return
        try:
            with no_grad():
                if not local_metadata.get("assign_to_params_buffers", False):
                    member.copy_(value)
                elif isinstance(member, Parameter):
                    new = value if isinstance(value, Parameter) else Parameter(value, member.requires_grad)
                    setattr(self, name, new.requires_grad_(member.requires_grad))
                else:
                    setattr(self, name, value)
        except Exception as error:  # reported with all the others
            error_msgs.append(
                f'While copying the parameter named "{key}", '
                f"whose dimensions in the model are {member.size()} and "
                f"whose dimensions in the checkpoint are {value.size()}, "
                f"an exception occurred : {error.args}."
            )

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the Tensors of `state_dict` into the parameters and buffers of the same dotted names.

        strict: missing and unexpected names are errors; else they are only returned. Another shape is always an error.
        assign: take the given Tensors themselves (and their dtype) instead of copying; parameters keep `requires_grad`.

        Returns (missing_keys, unexpected_keys).
        Raises RuntimeError listing everything that does not fit; what fits has been loaded by then, as in PyTorch.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        keys = IncompatibleKeys([], [])
        error_msgs: list[str] = []

        def load(module: _StateDict, entries: dict[str, Any], prefix: str) -> None:
            local_metadata = dict(metadata.get(prefix[:-1], {})) if metadata is not None else {}
            if assign:
                local_metadata["assign_to_params_buffers"] = True
            module._load_from_state_dict(
                entries, prefix, local_metadata, True, keys.missing_keys, keys.unexpected_keys, error_msgs
            )
            for name, child in module._modules.items():
                if child is not None:
                    below = f"{prefix}{name}."
                    load(child, {k: v for k, v in entries.items() if k.startswith(below)}, below)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, keys) is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new "
                        "values, if incompatible_keys need to be modified, it should be done inplace."
                    )

        load(self, OrderedDict(state_dict), "")  # a copy: modules may change it while they load

        if strict:
            if keys.unexpected_keys:
                error_msgs.insert(0, f"Unexpected key(s) in state_dict: {_quoted(keys.unexpected_keys)}. ")
            if keys.missing_keys:
                error_msgs.insert(0, f"Missing key(s) in state_dict: {_quoted(keys.missing_keys)}. ")
        if error_msgs:
            error_msgs += _advice(keys) if strict else []
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(error_msgs)
            )
        return keys

    # ---- hooks ------------------------------------------------------------------------------------------------

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before the module's entries are collected."""
        return add_hook(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after; it may change the dict in place."""
        return add_hook(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)`
        before this module loads; it may change the dict in place.
        """
        return add_hook(self._load_state_dict_pre_hooks, hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after this module and its children have loaded; it may change the
        two lists in place.
        """
        return add_hook(self._load_state_dict_post_hooks, hook)


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)


def _advice(keys: IncompatibleKeys) -> list[str]:
    """What to do about keys that do not match: a common prefix, or names that are nearly right."""
    missing, unexpected = keys
    for prefix in {key.split(".")[0] + "." for key in unexpected}:
        if {key.removeprefix(prefix) for key in unexpected} >= set(missing) != set():
            return [f'The names differ by the prefix "{prefix}": load {{k.removeprefix("{prefix}"): v, ...}}.']
    from difflib import get_close_matches  # only on an error's way: it takes a while to import

    advice = []
    for key in unexpected[:3]:
        for nearest in get_close_matches(key, missing, n=1, cutoff=0.8):
            advice.append(f'Did you mean "{nearest}" by "{key}"?')
    return advice
