"""`no_grad`, `enable_grad`, `set_grad_enabled`, `inference_mode`: whether operations are recorded, per thread."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class _Mode(threading.local):
    """The switches of one thread; a new thread starts with recording on."""

    grad = True
    inference = False


mode = _Mode()
_mode = mode  # for the class whose argument is called `mode` too


def is_grad_enabled() -> bool:
    """Whether operations on tensors that require gradients are recorded now, in this thread."""
    return mode.grad


def is_inference_mode_enabled() -> bool:
    """Whether `inference_mode` is on now, in this thread."""
    return mode.inference


class _ModeSwitch:
    """A context manager that is also a decorator for functions and generator functions."""

    grad: bool
    inference: bool | None = None  # None leaves it as it is

    def __enter__(self) -> None:
        saved = self.__dict__.setdefault("_saved", [])  # a stack: the same object may be entered twice
        saved.append((mode.grad, mode.inference))
        mode.grad = self.grad
        if self.inference is not None:
            mode.inference = self.inference

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        mode.grad, mode.inference = self.__dict__["_saved"].pop()

    def _again(self) -> _ModeSwitch:
        """A new switch of the same setting, so that a decorated function may recurse or run in two threads."""
        return type(self)()

    def __call__(self, func: F) -> F:
        if inspect.isgeneratorfunction(func):
            return _decorate_generator(self._again, func)

        @functools.wraps(func)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return func(*args, **kwargs)

        return wrapped  # type: ignore[return-value]


def _decorate_generator(switch: Callable[[], _ModeSwitch], func: F) -> F:
    """The mode holds while the generator's own code runs, not while its caller does."""

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        generator = func(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, generator)
        while True:
            try:
                with switch():
                    item = resume()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield item
                resume = functools.partial(generator.send, sent)
            except GeneratorExit:
                with switch():
                    generator.close()
                raise
            except BaseException as error:
                resume = functools.partial(generator.throw, error)

    return wrapped  # type: ignore[return-value]


class no_grad(_ModeSwitch):
    """Record nothing: results do not require gradients, whatever their inputs do.

    >>> import minitorch_nn as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     print((x * 2).requires_grad)
    False
    """

    grad = False

    def __new__(cls, func: Callable[..., Any] | None = None) -> Any:
        self = super().__new__(cls)
        return self if func is None else self(func)  # `@no_grad` without parentheses


class enable_grad(_ModeSwitch):
    """Record again, inside a `no_grad` block."""

    grad = True

    def __new__(cls, func: Callable[..., Any] | None = None) -> Any:
        self = super().__new__(cls)
        return self if func is None else self(func)


class set_grad_enabled(_ModeSwitch):
    """Record or not, by `mode`. As a plain call it stays in force; as a context manager it is undone at the end."""

    def __init__(self, mode: bool) -> None:
        self.__dict__["_saved"] = [(_mode.grad, _mode.inference)]
        self.grad = _mode.grad = bool(mode)

    def __enter__(self) -> None:
        pass  # switched, and the old state kept, when it was made

    def _again(self) -> _ModeSwitch:
        return set_grad_enabled(self.grad)

    def __call__(self, func: F) -> F:
        mode.grad = self.__dict__["_saved"][0][0]  # used as a decorator: the switch belongs to the calls only
        return super().__call__(func)


class inference_mode(_ModeSwitch):
    """`no_grad`, and the results can never be part of a graph: they keep no version counter."""

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        self = super().__new__(cls)
        if callable(mode):
            cls.__init__(self)
            return self(mode)
        return self

    def __init__(self, mode: bool | Callable[..., Any] = True) -> None:
        self.inference = bool(mode)
        self.grad = not mode

    def _again(self) -> _ModeSwitch:
        return inference_mode(bool(self.inference))
