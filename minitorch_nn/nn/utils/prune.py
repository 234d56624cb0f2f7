"""Pruning: a parameter becomes `<name>_orig` times a mask of zeros and ones, the buffer `<name>_mask`.

A pruned module computes module.<name> = <name>_orig * <name>_mask before each forward. Pruning it again acts on what is
left. `remove` makes the pruned values the parameter again.

Source: Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks, section 3.
"""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from ... import ops
from ...tensor import Tensor, ones_like, rand, rand_like, zeros_like
from ..modules.module import Module
from .convert_parameters import parameters_to_vector

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


class BasePruningMethod(ABC):
    """What all ways of pruning share. A subclass has a PRUNING_TYPE and `compute_mask`.

    PRUNING_TYPE: 'unstructured' (single elements), 'structured' (whole slices along `self.dim`) or 'global' (the mask is
    for the whole tensor, whatever was pruned before).
    """

    PRUNING_TYPE: ClassVar[str]
    _tensor_name: str

    def __call__(self, module: Module, inputs: Any) -> None:
        """The forward pre-hook: set the parameter's pruned value."""
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask for a tensor of importances t, on top of default_mask; all of one shape."""

    def apply_mask(self, module: Module) -> Tensor:
        """<name>_orig * <name>_mask"""
        if getattr(self, "_tensor_name", None) is None:
            raise AssertionError(f"Module {module} has to be pruned")
        orig = getattr(module, self._tensor_name + "_orig")
        return getattr(module, self._tensor_name + "_mask").to(dtype=orig.dtype) * orig  # type: ignore[no-any-return]

    @classmethod
    def apply(
        cls, module: Module, name: str, *args: Any, importance_scores: Tensor | None = None, **kwargs: Any
    ) -> BasePruningMethod:
        """Prune module.<name>, again if it is pruned. importance_scores: rank by these instead of the values."""
        orig = getattr(module, name)
        if importance_scores is not None and importance_scores.shape != orig.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}, got "
                f"{importance_scores.shape} vs {orig.shape}"
            )
        scores = orig if importance_scores is None else importance_scores
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        earlier = _hooks(module, name)
        if earlier:
            (_, first), *more = earlier
            if more:
                raise AssertionError(
                    f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. Use a "
                    "PruningContainer."
                )
            container = first if isinstance(first, PruningContainer) else PruningContainer(first)
            container.add_pruning_method(method)
            method = container
            mask = method.compute_mask(scores, getattr(module, name + "_mask").detach().clone())
        else:
            mask = method.compute_mask(scores, ones_like(orig))
            module.register_parameter(name + "_orig", orig)
            del module._parameters[name]
        for key, _ in earlier:
            del module._forward_pre_hooks[key]
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None) -> Tensor:
        """t with what this method prunes set to 0; of no module."""
        if importance_scores is not None and importance_scores.shape != t.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as tensor t, got {importance_scores.shape} vs {t.shape}"
            )
        mask = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(t if importance_scores is None else importance_scores, mask)  # type: ignore[no-any-return]

    def remove(self, module: Module) -> None:
        """Make the pruned values the parameter again; the mask goes."""
        if getattr(self, "_tensor_name", None) is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        name = self._tensor_name
        value = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        orig: Any = module._parameters.pop(name + "_orig")
        orig.data = value.data
        del module._buffers[name + "_mask"]
        setattr(module, name, orig)


def _hooks(module: Module, name: str) -> list[tuple[int, BasePruningMethod]]:
    """The pruning methods of module.<name>, with their keys among the forward pre-hooks."""
    hooks = module._forward_pre_hooks.items()
    return [(k, hook) for k, hook in hooks if isinstance(hook, BasePruningMethod) and hook._tensor_name == name]


class PruningContainer(BasePruningMethod):
    """Pruning methods of one tensor, in the order they were applied; the last one prunes what the others left."""

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """Put a method of the same tensor at the end."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if self._tensor_name != method._tensor_name:
            raise ValueError(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to PruningContainer "
                f"{self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> BasePruningMethod:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """default_mask with the last method's mask where it acts on what is left."""
        method = self._pruning_methods[-1]
        where = _left(method, t, default_mask)
        mask = default_mask.to(dtype=t.dtype).clone()  # type: ignore[no-untyped-call]
        mask[where] = method.compute_mask(t[where], default_mask=default_mask[where]).to(dtype=mask.dtype)
        return mask


def _left(method: Any, t: Tensor, mask: Tensor) -> Any:
    """The index of the elements that the mask leaves to a method."""
    if method.PRUNING_TYPE == "unstructured":
        return mask == 1
    if method.PRUNING_TYPE == "global":
        return (slice(None),) * t.dim()
    if method.PRUNING_TYPE != "structured":
        raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
    if not hasattr(method, "dim"):
        raise AttributeError('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.')
    dims = t.dim()
    dim = method.dim + dims if method.dim < 0 else method.dim
    if dim < 0:
        raise IndexError(f"Index is out of bounds for tensor with dimensions {dims}")
    where: list[Any] = [slice(None)] * dims
    where[dim] = mask.sum(dim=[d for d in range(dims) if d != dim]) != 0
    return tuple(where)


class Identity(BasePruningMethod):
    """Prunes nothing, but makes the mask and the `_orig` parameter."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class _ByAmount(BasePruningMethod):
    """amount: how many elements, or slices: a number of them, or their share in [0, 1]."""

    def __init__(self, amount: float) -> None:
        if not isinstance(amount, numbers.Real):
            raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
        whole = isinstance(amount, numbers.Integral)
        if amount < 0 or (amount > 1 and not whole):
            raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")
        self.amount: Any = amount

    def _count(self, size: int) -> int:
        count = int(self.amount) if isinstance(self.amount, numbers.Integral) else round(self.amount * size)
        if count > size:
            raise ValueError(f"amount={count} should be smaller than the number of parameters to prune={size}")
        return count


class _Elements(_ByAmount):
    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        mask: Any = default_mask.clone()  # type: ignore[no-untyped-call]
        count: int = self._count(t.numel())  # type: ignore[no-untyped-call]
        if count:
            mask.view(-1)[self._chosen(t, count)] = 0
        return mask  # type: ignore[no-any-return]

    def _chosen(self, t: Tensor, count: int) -> Tensor:
        raise NotImplementedError


class RandomUnstructured(_Elements):
    """Prunes elements at random."""

    def _chosen(self, t: Tensor, count: int) -> Tensor:
        return ops.topk(rand_like(t).view(-1), count).indices  # type: ignore[no-any-return]


class L1Unstructured(_Elements):
    """Prunes the elements of the smallest |t|."""

    def _chosen(self, t: Tensor, count: int) -> Tensor:
        return ops.topk(t.abs().view(-1), count, largest=False).indices  # type: ignore[no-any-return]


class _Slices(_ByAmount):
    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if t.dim() <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
                f"{t.shape} with {t.dim()} dims"
            )
        if self.dim >= t.dim():
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        size = t.shape[self.dim]
        count = self._count(size)
        if not count:
            return default_mask
        where: list[Any] = [slice(None)] * t.dim()
        where[self.dim] = self._kept(t, size, count)
        mask = zeros_like(t)
        mask[tuple(where)] = 1
        mask *= default_mask.to(dtype=mask.dtype)
        return mask

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        """The slices that stay: their places, or which of the `size` they are."""
        raise NotImplementedError


class RandomStructured(_Slices):
    """Prunes slices along `dim` at random."""

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        numbers_drawn = rand(size)
        return numbers_drawn > ops.kthvalue(numbers_drawn, count).values  # type: ignore[no-any-return]


class LnStructured(_Slices):
    """Prunes the slices along `dim` of the smallest n-norm."""

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        dim = self.dim % t.dim()
        norms = ops.norm(t, self.n, [d for d in range(t.dim()) if d != dim])
        return ops.topk(norms, size - count).indices  # type: ignore[no-any-return]


class CustomFromMask(BasePruningMethod):
    """Prunes where a given mask is 0."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)  # type: ignore[no-any-return]


# The functions --------------------------------------------------------------------------------------------------------
def identity(module: Module, name: str) -> Module:
    """Make the mask and the `_orig` parameter of module.<name>, pruning nothing. Returns the module, as all do."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prune `amount` (a number, or a share in [0, 1]) of the elements of module.<name>, at random."""
    RandomUnstructured.apply(module, name, amount=amount)
    return module


def l1_unstructured(module: Module, name: str, amount: float, importance_scores: Tensor | None = None) -> Module:
    """Prune those elements of module.<name> whose absolute value is smallest."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prune slices of module.<name> along `dim`, at random."""
    RandomStructured.apply(module, name, amount=amount, dim=dim)
    return module


def ln_structured(
    module: Module, name: str, amount: float, n: Any, dim: int, importance_scores: Tensor | None = None
) -> Module:
    """Prune those slices of module.<name> along `dim` whose n-norm is smallest."""
    LnStructured.apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prune module.<name> where the mask is 0."""
    CustomFromMask.apply(module, name, mask=mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Module, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune parameters, (module, name) each, as if they were one tensor. kwargs: of the pruning_method, as amount=0.2."""
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    pairs = list(parameters)
    values = [getattr(module, name) for module, name in pairs]
    importance = parameters_to_vector([scores.get(pair, value) for pair, value in zip(pairs, values, strict=True)])
    masks = [
        getattr(module, name + "_mask", ones_like(value)) for (module, name), value in zip(pairs, values, strict=True)
    ]
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            f'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method {pruning_method} of type '
            f"{method.PRUNING_TYPE}"
        )
    mask = PruningContainer(method).compute_mask(importance, parameters_to_vector(masks))
    start = 0
    for (module, name), value in zip(pairs, values, strict=True):
        custom_from_mask(module, name, mask[start : start + value.numel()].view_as(value))
        start += value.numel()


def remove(module: Module, name: str) -> Module:
    """Make the pruned values of module.<name> the parameter again, without mask and hook; they stay 0."""
    for key, hook in _hooks(module, name):
        hook.remove(module)
        del module._forward_pre_hooks[key]
        return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Whether the module, or one in it, is pruned."""
    return any(isinstance(h, BasePruningMethod) for m in module.modules() for h in m._forward_pre_hooks.values())
