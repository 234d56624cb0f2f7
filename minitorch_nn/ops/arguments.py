"""Arguments that an operation does not take, said in PyTorch's words.

PyTorch parses the arguments of every call before it computes. Here the call is made, and only where it fails are its
arguments held against PyTorch's signatures: if they do not fit, that is the error that is raised. So the words cost a good
call nothing but the frame of `checked`, and no operation needs to look at the types of its arguments.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np

from ..autograd.variable import TensorBase
from .checks import is_plain
from .dims import ALIASES
from .output import takes_out, write
from .override import overridden, overriding
from .signatures import Signature, full_name, signatures, table

F = TypeVar("F", bound=Callable[..., Any])
_ARRAYS = (np.ndarray, np.generic)


# The error ------------------------------------------------------------------------------------------------------------
def refusal(form: str, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """The first line of PyTorch's TypeError for arguments that `name` does not take; None if it takes them.

    form: "torch" for a function, "Tensor" for a method, whose args do not hold the tensor itself.
    """
    known = signatures(form, name)
    if known is None:
        return None
    if not known:
        if kwargs:
            return f"TensorBase.{name}() takes no keyword arguments"
        return f"TensorBase.{name}() takes no arguments ({len(args)} given)" if args else None
    if len(known) == 1:
        return known[0].refusal(args, kwargs) or known[0].unpacked(args, kwargs)
    element = None
    for s in known:
        text = s.refusal(args, kwargs)
        if text is None:
            return s.unpacked(args, kwargs)
        if text.startswith("expected Tensor as element"):
            element = element or text
    if element is not None:
        return element
    count = len(args) + len(kwargs)
    plausible = [s for s in known if not s.deprecated and s.least <= count <= len(s.parameters)]
    if len(plausible) == 1:
        return plausible[0].refusal(args, kwargs)
    given = ", ".join(map(full_name, args))
    if kwargs:  # PyTorch's words, from the last keyword to the first
        named = ", ".join(f"{k}={full_name(v)}" for k, v in reversed(kwargs.items()))
        given = f"{given}, {named}" if args else f"{named}, "
    shown = [s for s in known if not s.deprecated]
    if len(shown) == 1:
        fits = [i < shown[0].most and shown[0].parameters[i].takes(x)[0] for i, x in enumerate(args)]
        if not kwargs:  # what does not fit is marked
            marked = (full_name(x) if ok else f"!{full_name(x)}!" for x, ok in zip(args, fits, strict=True))
            given = ", ".join(marked)
        elif unknown := [k for k in kwargs if k not in {p.name for p in shown[0].parameters}]:
            return (
                f"{name}() received an invalid combination of arguments - got unrecognized keyword arguments: "
                f"{', '.join(unknown)}"
            )
        return f"{name}() received an invalid combination of arguments - got ({given}), but expected {shown[0].text()}"
    return f"{name}() received an invalid combination of arguments - got ({given}), but expected one of:"


def options(form: str, name: str) -> Iterable[str]:
    """The signatures that PyTorch has under a name, one to a line."""
    return [s.text() for s in signatures(form, name) or () if not s.deprecated]


_INNER = {
    "nll_loss": "nll_loss_nd", "cross_entropy": "cross_entropy_loss", "logsigmoid": "log_sigmoid", "unfold": "im2col",
    "fold": "col2im", "norm": "linalg_vector_norm", "unique": "_unique2",
}  # fmt: skip
"""What PyTorch's errors call functions that it computes under another name."""
_RENAMED = {"norm": {"p": "ord", "input": "self"}, "one_hot": {"tensor": "input"}}
"""How that inner function calls our arguments, where it does not call them as we do."""


@functools.cache
def _is_alike(name: str, function: Any) -> bool:
    """Whether our function takes its arguments as PyTorch's inner function of that name does."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return True
    own = [p.name for p in parameters]
    known = signatures("torch", name) or []
    theirs = {p.name for s in known for p in s.parameters}
    return (
        name == function.__name__
        and theirs.issuperset(own)
        and "reduction" not in own
        and any(_in_order(own, s) for s in known)
    )


def _in_order(own: list[str], signature: Signature) -> bool:
    """Whether the arguments of a signature that must be given are ours, in the order in which we have them."""
    shared = [p.name for p in signature.parameters if p.name in own and not p.keyword_only]
    needed = {p.name for p in signature.parameters if not p.optional}
    return needed.issubset(own) and shared == sorted(shared, key=own.index)


def _misfit(name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """What PyTorch's inner function says of those arguments that ours shares with it: they are handed on by position."""
    try:
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError:
        return None
    renamed = _RENAMED.get(function.__name__, {})
    values = {renamed.get(k, k): v for k, v in given.items()}
    for signature in (signatures("torch", name) or ())[:1]:
        if args and signature.parameters and signature.parameters[0].kind == "Tensor":
            values.setdefault(signature.parameters[0].name, args[0])
        for n, p in enumerate(signature.parameters):
            value = values.get(p.name)
            needed = p.kind == "Tensor" and not p.may_be_none and p.name in values
            named = p.name == "reduction" or (p.name == "ord" and isinstance(value, str))  # a number inside PyTorch
            if (value is not None or needed) and not named:
                fits, wrong = p.takes(value)
                if not fits:
                    return signature.misfit(p, value, n + 1, wrong)
        return signature.unpacked((), values)
    return None


def _no_tensor(name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """The same of an argument that is a Tensor by our own signature, for what PyTorch has no inner function of."""
    signature = inspect.signature(function)
    try:
        values = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return None
    for n, (argument, value) in enumerate(values.items()):
        if signature.parameters[argument].annotation == "Tensor" and not isinstance(value, (TensorBase, np.ndarray)):
            return f"{name}(): argument '{argument}' (position {n + 1}) must be Tensor, not {full_name(value)}"
    return None


_OWN_MODULE = ("linalg_", "special_")
"""How PyTorch's signatures begin of the functions that have modules of their own."""


def _of_module(signed: str, name: str) -> bool:
    """Whether the signature is that of the function itself, which users call in torch.linalg or torch.special"""
    return signed.startswith(_OWN_MODULE) and _INNER.get(name) != signed


_ASKED = {"norm": "layout", "softsign": "abs"}
"""What PyTorch's functions that are written in Python ask their input for, before anything else."""


def explain(form: str, name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exception | None:
    """PyTorch's error for a call of `function`, a method's without its tensor; None where it takes the arguments."""
    asked = _ASKED.get(function.__name__)
    if asked is not None and args and not isinstance(args[0], TensorBase):
        try:
            getattr(args[0], asked)
        except AttributeError as error:
            return AttributeError(str(error))
    if function.__name__ == "split":
        return None  # its own errors are PyTorch's
    if form == "Tensor" or _of_module(name, function.__name__) or _is_alike(name, function):
        text = refusal(form, name, args, kwargs)
    else:
        text = _misfit(name, function, args, kwargs) or _no_tensor(name, function, args, kwargs)
    if text is None:
        return None
    return TypeError("\n * ".join([text, *options(form, name)]) if text.endswith(":") else text)


STRICT = {
    "maximum", "minimum", "logical_and", "logical_or", "logical_xor", "atan2", "addcmul", "addcdiv", "lerp", "where", "argmax",
    "argmin", "median", "kthvalue", "logsumexp", "var", "std", "var_mean", "std_mean", "cumsum", "cumprod", "topk", "sort",
    "argsort", "roll", "norm", "amax", "amin", "all", "any", "count_nonzero", "flatten", "narrow", "eq", "ne", "cross_entropy",
    "nll_loss", "huber_loss", "lt", "le", "gt", "ge", "fmod", "remainder", "batch_norm", "dropout", "avg_pool1d", "avg_pool2d",
    "max_pool1d", "max_pool2d", "tril", "triu", "take_along_dim", "conj", "real", "resolve_conj",
    "resolve_neg", "is_conj", "is_neg", "conj_physical", "embedding", "unfold", "conv1d", "conv2d", "conv_transpose2d", "max",
    "min", "adaptive_avg_pool2d", "adaptive_max_pool2d",
}  # fmt: skip
"""Operations that NumPy would compute with arguments that PyTorch refuses, as a number for a tensor: looked at first."""


def _strict(form: str, name: str, function: Any) -> Any:
    """The function with its arguments looked at before the call, once for each set of their types."""
    seen: set[Any] = set()
    skipped = 1 if form == "Tensor" else 0

    def call(*args: Any, **kwargs: Any) -> Any:
        types = (*map(type, args), *kwargs, *map(type, kwargs.values()))
        if types not in seen:
            error = explain(form, name, function, args[skipped:], kwargs)
            if error is not None:
                raise error
            seen.add(types)
        return function(*args, **kwargs)

    return call


@functools.cache
def _own_names(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _numpy_renamed(function: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keywords with PyTorch's names for NumPy's, but for those that the function itself has"""
    own = _own_names(function)
    return {k if k in own else ALIASES.get(k, k): v for k, v in kwargs.items()}


def by_position(
    form: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The call with PyTorch's names of arguments by their positions, for a function that calls them otherwise: its
    overloads have names of their own, as `scatter(dim, index, value=1)`. None if PyTorch would not take it."""
    for s in signatures(form, name) or ():
        if not s.deprecated and s.refusal(args, kwargs) is None and s.unpacked(args, kwargs) is None:
            placed = s.placed(args, kwargs)
            return placed if len(placed[0]) > len(args) else None
    return None


def with_numbers(
    form: str, name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The call with the numbers in the place of 0-dim tensors that stand for numbers, as `x.sum(torch.tensor(1))`.

    None if there are none. An argument that may be a tensor is left as it is.
    """
    if not any(map(is_plain, (*args, *kwargs.values()))):
        return None
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return None
    read = False
    for argument, value in bound.arguments.items():
        taken = [p for s in signatures(form, name) or () for p in s.parameters if p.name == argument]
        if is_plain(value) and all(p.kind != "Tensor" for p in taken) and any(p.takes(value)[0] for p in taken):
            bound.arguments[argument], read = value.item(), True
    return (bound.args, bound.kwargs) if read else None


def checked(function: F, form: str, name: str, module: str, signed: str = "") -> F:
    """The function, raising PyTorch's TypeError where it fails and PyTorch would not take its arguments.

    NumPy's names of arguments are accepted too, and PyTorch's where ours are others.
    form: of the signatures; name, module: where the function is to be found; signed: its name in the signatures.
    """
    plain: Any = function
    inner: Any = function.__wrapped__ if hasattr(function, "aliased") else function  # type: ignore[attr-defined]
    skipped = 1 if form == "Tensor" else 0
    known_as = name if skipped else signed or _INNER.get(name, name)
    if name in STRICT or _of_module(known_as, name):
        inner = _strict(form, known_as, inner)

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if not ALIASES.keys().isdisjoint(kwargs):
                kwargs = _numpy_renamed(plain, kwargs)
            if "out" in kwargs and not skipped and takes_out(known_as):
                out = kwargs.pop("out")
                return call(*args, **kwargs) if out is None else write(name, call, out, args, kwargs)
        try:
            out = inner(*args, **kwargs)
            if not isinstance(out, _ARRAYS):
                return out
            error = explain(form, known_as, plain, args, kwargs)  # it was computed, though no tensor was given
            if error is None:
                return out
        except Exception as failed:
            if found := overriding(args, kwargs):
                return overridden(call, found, args, kwargs, f"torch.Tensor.{name}" if skipped else f"torch.{name}")
            if kwargs and isinstance(failed, TypeError):
                placed = by_position(form, known_as, args[skipped:], kwargs)
                if placed is not None:
                    with suppress(TypeError):
                        return inner(*args[:skipped], *placed[0], **placed[1])
            read = with_numbers(form, known_as, plain, args, kwargs)
            if read is not None:
                return call(*read[0], **read[1])
            error = explain(form, known_as, plain, args[skipped:], kwargs)
            if error is None:
                raise
        try:
            raise error
        finally:
            del error  # it holds this frame, and so the tensors

    functools.update_wrapper(call, function)
    call.__module__, call.__name__, call.__qualname__ = module, name, f"{form}.{name}" if skipped else name
    call.unchecked = plain  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def checked_factory(function: F) -> F:
    """A function that makes tensors, raising PyTorch's TypeError where it fails and PyTorch would refuse its arguments."""

    @functools.wraps(function)
    def make(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as failed:
            if kwargs and isinstance(failed, TypeError):
                placed = by_position("torch", function.__name__, args, kwargs)
                if placed is not None:
                    with suppress(TypeError):
                        return function(*placed[0], **placed[1])
            read = with_numbers("torch", function.__name__, function, args, kwargs)
            if read is not None:
                return make(*read[0], **read[1])
            text = refusal("torch", function.__name__, args, kwargs)
            if text is None:
                raise
        raise TypeError(text)

    return make  # type: ignore[return-value]


def unchecked(function: F) -> F:
    """The function that `checked` was given; any other as it is."""
    return getattr(function, "unchecked", function)  # type: ignore[no-any-return]


def check_functions(namespace: dict[str, Any], form: str = "torch", prefix: str = "") -> None:
    """Put `checked` functions in the place of those of a module.

    form: "torch" for all of them, or "F" for those alone that torch.nn.functional has not written in Python.
    prefix: what PyTorch's signatures have before the names of the module: "linalg_".
    """
    names = {name for f, name in table() if f == form}
    for name in list(namespace):
        function = namespace[name]
        ours = form == "torch" and not prefix and inspect.isfunction(function) and not name.startswith("_")
        signed = prefix + name if prefix else _INNER.get(name, name)
        if ours or (signed in names and callable(function) and not isinstance(function, type)):
            namespace[name] = checked(unchecked(function), "torch", name, namespace["__name__"], signed)


def check_methods(cls: type, names: Iterable[str] | None = None) -> None:
    """The same for the methods of a class, all or those named; those that take nothing stay as they are."""
    for name in list(vars(cls) if names is None else names):
        function = vars(cls)[name]
        if callable(function) and not name.startswith("__") and not isinstance(function, type):
            plain = unchecked(function)
            taken = table().get(("Tensor", name))
            if taken is None and ("torch", _INNER.get(name, name)) in table():  # PyTorch's method calls the function
                plain = checked(plain, "torch", name, cls.__module__)
            setattr(cls, name, checked(plain, "Tensor", name, cls.__module__) if taken else plain)
