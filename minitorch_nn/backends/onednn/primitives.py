"""Primitives of oneDNN on NumPy arrays: made once for a shape, then run on whatever memory is handed in.

One is not to be run by two threads at the same time, so each thread has a cache of its own.
"""

from __future__ import annotations

import ctypes
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from ctypes import c_char_p, c_int64, c_void_p
from typing import Any

import numpy as np

from ..numpy.parallel import get_num_threads
from .interface import Argument, Library, load

FORWARD_TRAINING, BACKWARD = 64, 128
DIRECT = 1
SRC, DST, WEIGHTS, BIAS, MEAN, VARIANCE, SCALE, SHIFT = 1, 17, 33, 41, 49, 50, 51, 52
SCRATCHPAD, DIFF_SRC, DIFF_DST, DIFF_WEIGHTS, DIFF_SCALE, DIFF_SHIFT = 80, 129, 145, 161, 255, 256
QUERY_IMPLEMENTATION, QUERY_WEIGHTS, QUERY_DIFF_WEIGHTS, QUERY_SCRATCHPAD = 8, 131, 132, 136
_CPU, _F32, _ANY, _USER_SCRATCHPAD, _IN_ORDER = 1, 3, 1, 1, 1
_KEPT = 512  # primitives in a thread's cache

dnnl: Library = load()


def made(create: Callable[..., Any], *arguments: Any) -> c_void_p:
    """The object that a function of oneDNN's makes"""
    handle = c_void_p()
    create(ctypes.byref(handle), *arguments)
    return handle


ENGINE = made(dnnl.engine_create, _CPU, 0)
ATTRIBUTES = made(dnnl.primitive_attr_create)
dnnl.primitive_attr_set_scratchpad_mode(ATTRIBUTES, _USER_SCRATCHPAD)


class _Thread(threading.local):
    def __init__(self) -> None:
        self.stream = made(dnnl.stream_create, ENGINE, _IN_ORDER)
        self.primitives: OrderedDict[Hashable, Any] = OrderedDict()
        self.scratchpad = np.empty(0, np.uint8)
        self.threads = 0  # that the primitives were made for


_thread = _Thread()


def numbers(values: Sequence[int]) -> Any:
    """An array of int64 for C"""
    return (c_int64 * len(values))(*values)


def described(shape: Sequence[int], strides: Sequence[int] | None = None) -> c_void_p:
    """The descriptor of float32 memory; strides in elements, None for whatever the primitive likes best"""
    if strides is None:
        return made(dnnl.memory_desc_create_with_tag, len(shape), numbers(shape), _F32, _ANY)
    return made(dnnl.memory_desc_create_with_strides, len(shape), numbers(shape), _F32, numbers(strides))


def channels_last(shape: Sequence[int]) -> c_void_p:
    """The descriptor of (N, C, H, W) that lies as (N, H, W, C)"""
    _, c, h, w = shape
    return described(shape, (h * w * c, 1, w * c, c))


def queried(primitive: c_void_p, what: int) -> c_void_p:
    """A descriptor that a primitive's description has settled on"""
    return c_void_p(dnnl.query_md(primitive, what, 0))


class Primitive:
    """A primitive and the memory objects it works on: call it with the arrays, in the order of the roles."""

    __slots__ = ("_arguments", "_count", "_memories", "_primitive", "_scratch", "_size", "implementation", "is_slow")

    def __init__(self, description: c_void_p, roles: Sequence[tuple[int, c_void_p]]) -> None:
        text = c_char_p()
        dnnl.primitive_desc_query(description, QUERY_IMPLEMENTATION, 0, ctypes.byref(text))
        self.implementation = (text.value or b"").decode()
        self.is_slow = "ref" in self.implementation
        """Whether it is the reference implementation: plain loops, up to thousands of times slower"""
        self._primitive = made(dnnl.primitive_create, description)
        scratch = queried(description, QUERY_SCRATCHPAD)
        self._size = dnnl.desc_size(scratch)
        self._count = len(roles) + 1
        self._arguments = (Argument * self._count)()
        memories = [made(dnnl.memory_create, d, ENGINE, None) for _, d in (*roles, (SCRATCHPAD, scratch))]
        for place, (role, memory) in enumerate(zip([*[r for r, _ in roles], SCRATCHPAD], memories, strict=True)):
            self._arguments[place] = Argument(role, memory)
        self._memories, self._scratch = memories[:-1], memories[-1]

    def __call__(self, *arrays: np.ndarray) -> None:
        for memory, array in zip(self._memories, arrays, strict=True):
            dnnl.memory_set_data_handle(memory, array.ctypes.data)
        if self._size:
            if _thread.scratchpad.size < self._size:
                _thread.scratchpad = np.empty(self._size, np.uint8)
            dnnl.memory_set_data_handle(self._scratch, _thread.scratchpad.ctypes.data)
        dnnl.primitive_execute(self._primitive, _thread.stream, self._count, self._arguments)
        dnnl.stream_wait(_thread.stream)


class Reorder:
    """Weights from the layout of an array to that of a primitive, or back; nothing is done where they are one."""

    __slots__ = ("_buffer", "_primitive")

    def __init__(self, source: c_void_p, target: c_void_p, size_of: c_void_p) -> None:
        self._primitive: Primitive | None = None
        if not dnnl.desc_equal(source, target):
            description = made(dnnl.reorder_primitive_desc_create, source, ENGINE, target, ENGINE, ATTRIBUTES)
            self._primitive = Primitive(description, ((SRC, source), (DST, target)))
        self._buffer = np.empty(dnnl.desc_size(size_of), np.uint8) if self._primitive else None

    def to_primitive(self, array: np.ndarray) -> np.ndarray:
        """The array's values in the primitive's layout"""
        if self._primitive is None or self._buffer is None:
            return array
        self._primitive(array, self._buffer)
        return self._buffer

    def target(self, array: np.ndarray) -> np.ndarray:
        """Where the primitive is to write what shall end in `array`"""
        return array if self._buffer is None else self._buffer

    def to_array(self, array: np.ndarray) -> None:
        """Bring what the primitive wrote to `target` into `array`"""
        if self._primitive is not None and self._buffer is not None:
            self._primitive(self._buffer, array)


def cached(key: Hashable, make: Callable[[], Any]) -> Any:
    """What `make` gives, kept under `key` for this thread; the oldest is dropped when there are many."""
    kept = _thread.primitives
    if _thread.threads != get_num_threads():
        _thread.threads = get_num_threads()
        kept.clear()
        if dnnl.set_threads is not None:
            dnnl.set_threads(_thread.threads)
    found = kept.get(key)
    if found is None:
        found = kept[key] = make()
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    return found


def describe() -> str:
    """One line: which oneDNN, from where, and how many threads."""
    return f"oneDNN {'.'.join(map(str, dnnl.version))} ({dnnl.path}), {get_num_threads()} thread(s)"
