"""Modules that hold modules: `Sequential`, `ModuleList`, `ModuleDict`."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from itertools import chain
from typing import Any, Self, overload

from .module import Module, _indent_tail

__all__ = ["ModuleDict", "ModuleList", "Sequential"]


class _Listed(Module):
    """What Sequential and ModuleList share: children under the names "0", "1", ..., reached by index."""

    _modules: dict[str, Module]  # type: ignore[assignment]

    def _key(self, index: int) -> str:
        """The name of the child at `index`."""
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range")
        return list(self._modules)[index]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._key(idx), module)

    def __delitem__(self, idx: int | slice) -> None:
        for key in list(self._modules)[idx] if isinstance(idx, slice) else [self._key(idx)]:
            delattr(self, key)
        self._modules = {str(i): module for i, module in enumerate(self._modules.values())}

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def append(self, module: Module) -> Self:
        """Add `module` at the end. Returns self."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add all of `modules` at the end. Returns self."""
        for module in list(modules):
            self.append(module)
        return self

    def _insert(self, index: int, module: Module) -> None:
        children = list(self._modules.values())
        children.insert(index, module)
        self._modules = {str(i): child for i, child in enumerate(children)}

    def pop(self, key: int | slice) -> Any:
        """Remove what is at `key`, and return it."""
        removed = self[key]  # type: ignore[index]
        del self[key]
        return removed


class Sequential(_Listed):
    """x -> modules[n](... modules[1](modules[0](x))): each module's output is the next one's input.

    The modules are given one by one, named "0", "1", ..., or as one OrderedDict with names of their own.

    >>> from minitorch_nn import nn
    >>> nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    @overload
    def __init__(self, *args: Module) -> None: ...
    @overload
    def __init__(self, arg: OrderedDict[str, Module], /) -> None: ...

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named: Iterable[tuple[str, Module]] = args[0].items()
        else:
            named = ((str(i), module) for i, module in enumerate(args))
        for name, module in named:
            self.add_module(name, module)

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return self._modules[self._key(idx)]

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def insert(self, index: int, module: Module) -> Self:
        """Add `module` before the one at `index`. Returns self."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}")
        self._insert(index, module)
        return self

    def __add__(self, other: Sequential) -> Sequential:
        _check_operand("add", other)
        return Sequential().extend(self).extend(other)

    def __iadd__(self, other: Sequential) -> Self:
        _check_operand("add", other)
        return self.extend(other)

    def __mul__(self, other: int) -> Sequential:
        return Sequential().extend(list(self) * self._check_factor(other))

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Self:
        return self.extend(list(self) * (self._check_factor(other) - 1))

    def _check_factor(self, factor: int) -> int:
        if not isinstance(factor, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(factor)}")
        if factor <= 0:
            raise ValueError(f"Non-positive multiplication factor {factor} for {type(self)}")
        return factor


def _check_operand(operation: str, other: Any) -> None:
    if not isinstance(other, Sequential):
        raise ValueError(f"{operation} operator supports only objects of Sequential class, but {type(other)} is given.")


class ModuleList(_Listed):
    """A list of modules that are registered, with no forward of its own: index it or iterate over it.

    modules: the modules, any iterable.
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self._modules.values())[idx])
        return self._modules[self._key(idx)]

    def insert(self, index: int, module: Module) -> None:
        """Add `module` before the one at `index`."""
        self._insert(index, module)

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add all of `modules` at the end. Returns self."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"ModuleList.extend should be called with an iterable, but got {type(modules).__name__}")
        return super().extend(modules)

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(chain(self, other))

    def __repr__(self) -> str:
        """Equal neighbours are printed once: `(0-2): 3 x Linear(...)`."""
        runs: list[tuple[str, int, int]] = []  # text, first index, last index
        for i, text in enumerate(repr(module) for module in self):
            if runs and runs[-1][0] == text:
                runs[-1] = (text, runs[-1][1], i)
            else:
                runs.append((text, i, i))
        if not runs:
            return f"{self._get_name()}()"
        lines = [
            f"({first}): {text}" if first == last else f"({first}-{last}): {last - first + 1} x {text}"
            for text, first, last in runs
        ]
        return f"{self._get_name()}(\n  " + "\n  ".join(_indent_tail(line, 2) for line in lines) + "\n)"


class ModuleDict(Module):
    """A dict of modules that are registered under their keys, in the order in which they were added.

    modules: a mapping, or an iterable of (key, module) pairs.
    """

    _modules: dict[str, Module]  # type: ignore[assignment]

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Remove everything."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Remove the module at `key`, and return it."""
        return self._modules.pop(key)

    def keys(self) -> KeysView[str]:
        """The keys."""
        return self._modules.keys()

    def items(self) -> ItemsView[str, Module]:
        """The (key, module) pairs."""
        return self._modules.items()

    def values(self) -> ValuesView[Module]:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Mapping[str, Module] | ModuleDict | Iterable[tuple[str, Module]]) -> None:
        """Add or replace: from a mapping, or from (key, module) pairs."""
        for key, module in _pairs("ModuleDict", "ModuleDict", modules):
            self[key] = module


def _pairs(kind: str, subject: str, source: Any) -> Iterator[tuple[str, Any]]:
    """The (key, value) pairs of a mapping, a container of this package, or an iterable of pairs, checked."""
    if not isinstance(source, Iterable):
        raise TypeError(
            f"{subject}.update should be called with an iterable of key/value pairs, but got {type(source).__name__}"
        )
    if isinstance(source, (Mapping, ModuleDict)):
        yield from source.items()
        return
    for j, pair in enumerate(source):
        if not isinstance(pair, Iterable):
            raise TypeError(f"{kind} update sequence element #{j} should be Iterable; is{type(pair).__name__}")
        if len(pair) != 2:  # type: ignore[arg-type]
            raise ValueError(f"{kind} update sequence element #{j} has length {len(pair)}; 2 is required")  # type: ignore[arg-type]
        yield pair[0], pair[1]  # type: ignore[index]
