"""oneDNN 3 through its C interface: finding the library, checking it, and the calls that the kernels need.

The extra `fast` installs it (the package `onednn-cpu-gomp`); a system's or conda's `libdnnl.so.3` serves as well.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from ctypes import POINTER, c_char_p, c_float, c_int, c_int64, c_size_t, c_uint, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any

INSTALL = "pip install 'minitorch-nn[fast]'"
_ENVIRONMENT = "MINITORCH_NN_ONEDNN"
_NAMES = ("libdnnl.so.3", "libdnnl.3.dylib", "dnnl.dll")


class Version(ctypes.Structure):
    """`dnnl_version_t` of oneDNN 3"""

    _fields_ = (
        ("major", c_int),
        ("minor", c_int),
        ("patch", c_int),
        ("hash", c_char_p),
        ("cpu_runtime", c_uint),
        ("gpu_runtime", c_uint),
    )


class Argument(ctypes.Structure):
    """`dnnl_exec_arg_t`: the role of a memory object in a primitive"""

    _fields_ = (("role", c_int), ("memory", c_void_p))


_HANDLE, _OUT = c_void_p, POINTER(c_void_p)
_CALLS: dict[str, list[Any]] = {
    "engine_create": [_OUT, c_int, c_size_t],
    "stream_create": [_OUT, _HANDLE, c_uint],
    "stream_wait": [_HANDLE],
    "memory_desc_create_with_strides": [_OUT, c_int, POINTER(c_int64), c_int, POINTER(c_int64)],
    "memory_desc_create_with_tag": [_OUT, c_int, POINTER(c_int64), c_int, c_int],
    "memory_create": [_OUT, _HANDLE, _HANDLE, c_void_p],
    "memory_set_data_handle": [_HANDLE, c_void_p],
    "primitive_attr_create": [_OUT],
    "primitive_attr_set_scratchpad_mode": [_HANDLE, c_int],
    "primitive_desc_query": [_HANDLE, c_int, c_int, c_void_p],
    "primitive_create": [_OUT, _HANDLE],
    "primitive_execute": [_HANDLE, _HANDLE, c_int, POINTER(Argument)],
    "reorder_primitive_desc_create": [_OUT, *[_HANDLE] * 5],
    "convolution_forward_primitive_desc_create": [_OUT, _HANDLE, c_int, c_int, *[_HANDLE] * 4, *[POINTER(c_int64)] * 4, _HANDLE],
    "convolution_backward_data_primitive_desc_create": [
        _OUT, _HANDLE, c_int, *[_HANDLE] * 3, *[POINTER(c_int64)] * 4, _HANDLE, _HANDLE,
    ],
    "convolution_backward_weights_primitive_desc_create": [
        _OUT, _HANDLE, c_int, *[_HANDLE] * 4, *[POINTER(c_int64)] * 4, _HANDLE, _HANDLE,
    ],
    "batch_normalization_forward_primitive_desc_create": [_OUT, _HANDLE, c_int, *[_HANDLE] * 2, c_float, c_uint, _HANDLE],
    "batch_normalization_backward_primitive_desc_create": [
        _OUT, _HANDLE, c_int, *[_HANDLE] * 3, c_float, c_uint, _HANDLE, _HANDLE,
    ],
}  # fmt: skip
_STATUS = {
    1: "out of memory",
    2: "invalid arguments",
    3: "unimplemented",
    4: "last implementation reached",
    5: "runtime error",
}


class Library:
    """The functions of oneDNN as attributes, without their prefix `dnnl_`; each raises RuntimeError where it fails.

    Raises ImportError for a file that can't be loaded, is not oneDNN, or is of another major version.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, path: str) -> None:
        # Threads of libgomp go on spinning after their work, on cores that NumPy wants; read when it is loaded
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            self._library = ctypes.CDLL(path)
        except OSError as error:
            raise ImportError(f"oneDNN could not be loaded from {path}: {error}") from None
        self.path = path
        self.version = self._checked_version()
        for name, arguments in _CALLS.items():
            setattr(self, name, self._function(name, arguments))
        self.desc_size = self._bare("memory_desc_get_size", [_HANDLE], c_size_t)
        self.desc_equal = self._bare("memory_desc_equal", [_HANDLE, _HANDLE], c_int)
        self.query_md = self._bare("primitive_desc_query_md", [_HANDLE, c_int, c_int], c_void_p)
        self.set_threads = getattr(self._library, "omp_set_num_threads", None)
        """Set the number of threads for the calling thread; None where oneDNN was not built on OpenMP"""

    def _checked_version(self) -> tuple[int, int, int]:
        version = self._bare("version", [], POINTER(Version))().contents
        if version.major != 3:
            raise ImportError(
                f"oneDNN {version.major}.{version.minor} at {self.path} has another interface: version 3 is needed"
            )
        return version.major, version.minor, version.patch

    def _bare(self, name: str, arguments: list[Any], result: Any) -> Any:
        try:
            function = getattr(self._library, f"dnnl_{name}")
        except AttributeError:
            raise ImportError(f"{self.path} has no dnnl_{name}: it is no oneDNN 3") from None
        function.argtypes, function.restype = arguments, result
        return function

    def _function(self, name: str, arguments: list[Any]) -> Any:
        function = self._bare(name, arguments, c_int)

        def check(status: int, function: Any, arguments: Any) -> int:
            if status:
                raise RuntimeError(f"dnnl_{name}: {_STATUS.get(status, f'status {status}')}")
            return status

        function.errcheck = check
        return function


def candidates() -> list[str]:
    """Where the library may be, the likeliest place first."""
    asked = os.environ.get(_ENVIRONMENT)
    if asked:
        return [asked]
    folders = [Path(sys.prefix, "lib"), Path(sys.base_prefix, "lib"), Path(sys.prefix, "Library", "bin")]
    found = [str(folder / name) for folder in dict.fromkeys(folders) for name in _NAMES if (folder / name).exists()]
    system = ctypes.util.find_library("dnnl")
    return [*found, *([system] if system else [])]


def load() -> Library:
    """The library. Raises ImportError, which says what to install, where there is none that fits."""
    paths = candidates()
    if not paths:
        raise ImportError(f"oneDNN is not installed; {INSTALL}")
    reasons = []
    for path in paths:
        try:
            return Library(path)
        except ImportError as error:
            reasons.append(str(error))
    raise ImportError("; ".join(reasons))
