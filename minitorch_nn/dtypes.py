"""Number types under PyTorch's names, and PyTorch's rule for what two of them give together."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from ._bfloat16 import BFLOAT16, EPS, FLOATING, LARGEST, SMALLEST_NORMAL, state

_by_numpy: dict[np.dtype[Any], dtype] = {}


class dtype:
    """A number type: `dtype.numpy` is NumPy's own, `repr` is PyTorch's (`torch.float32`).

    Instances are singletons; compare them with `is` or `==`.
    """

    __slots__ = ("is_floating_point", "is_signed", "itemsize", "name", "numpy", "type_name")

    name: str
    """`float32`: the name without the `torch.` in front."""
    type_name: str
    """`Float`: how PyTorch's errors call it."""

    numpy: np.dtype[Any]
    """Not set for the two types whose arrays operations look for, until somebody asks for it."""

    def __init__(self, name: str, type_name: str, half: np.dtype[Any] | None = None) -> None:
        kind = np.dtype(name) if half is None else half
        self.name, self.type_name, self.itemsize = name, type_name, kind.itemsize
        self.is_floating_point = kind.kind in FLOATING
        self.is_signed = kind.kind in FLOATING or kind.kind == "i"
        _by_numpy[kind] = self
        if half is None:
            self.numpy = kind

    def __getattr__(self, name: str) -> Any:
        if name != "numpy":
            raise AttributeError(f"'torch.dtype' object has no attribute '{name}'")
        state.in_use = True  # who asks for the type of its arrays may make one
        self.numpy = next(kind for kind, d in _by_numpy.items() if d is self)
        return self.numpy

    @property
    def is_complex(self) -> builtins.bool:
        return False

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


float64 = double = dtype("float64", "Double")
float32 = float = dtype("float32", "Float")
float16 = half = dtype("float16", "Half", np.dtype(np.float16))
bfloat16 = dtype("bfloat16", "BFloat16", BFLOAT16)
int64 = long = dtype("int64", "Long")
int32 = int = dtype("int32", "Int")
int16 = short = dtype("int16", "Short")
int8 = dtype("int8", "Char")
uint8 = dtype("uint8", "Byte")
bool = dtype("bool", "Bool")


class _Missing(dtype):
    """A number type of PyTorch's that has a name here and nothing else: making a tensor of it raises."""

    __slots__ = ("_why",)

    def __init__(self, name: str, itemsize: builtins.int, why: str) -> None:
        self.name, self.type_name, self.itemsize, self._why = name, name, itemsize, why
        self.is_floating_point = False
        self.is_signed = not name.startswith("u")

    @property
    def is_complex(self) -> builtins.bool:
        return self.name.startswith("complex")

    @property
    def numpy(self) -> np.dtype[Any]:  # type: ignore[override]
        """Raises NotImplementedError: there are no arrays of it."""
        raise NotImplementedError(f"{self!r} is left out of minitorch_nn: {self._why}")


complex64 = cfloat = _Missing("complex64", 8, "there are no complex tensors")
complex128 = cdouble = _Missing("complex128", 16, "there are no complex tensors")
uint16 = _Missing("uint16", 2, "use torch.int32, which holds all its numbers")
uint32 = _Missing("uint32", 4, "use torch.int64, which holds all its numbers")
uint64 = _Missing("uint64", 8, "use torch.int64")

_by_name = {d.name: d for d in (*_by_numpy.values(), complex64, complex128, uint16, uint32, uint64)}
_default = float32


def named(name: str) -> dtype:
    """The dtype called `name`, for unpickling."""
    return _by_name[name]


def every_dtype() -> list[dtype]:
    """All that tensors can have."""
    return list(_by_numpy.values())


def from_numpy(numpy_dtype: np.dtype[Any]) -> dtype:
    """The dtype of an array's `dtype`. Raises TypeError for one that PyTorch does not have."""
    try:
        return _by_numpy[numpy_dtype]
    except KeyError:
        pass
    native = numpy_dtype.newbyteorder("=")
    if native in _by_numpy:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. "
            "Conversion between byte orders is currently not supported."
        )
    supported = "float64, float32, float16, int64, int32, int16, int8, uint8, and bool"
    raise TypeError(
        f"can't convert np.ndarray of type {numpy_dtype.type.__module__}.{numpy_dtype.type.__name__}. "
        f"The only supported types are: {supported}."
    )


_OF_PYTHON = {builtins.float: float64, builtins.int: int64, builtins.bool: bool}


def as_dtype(value: Any) -> dtype:
    """A `dtype` argument: a dtype, or one of Python's types `float`, `int` and `bool`. Raises TypeError for others."""
    found = value if isinstance(value, dtype) else _OF_PYTHON.get(value) if isinstance(value, type) else None
    if found is None:
        raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(value).__name__}")
    return found


def get_default_dtype() -> dtype:
    """The floating-point type of new tensors: `torch.float32` until `set_default_dtype` changes it."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Make `d` (float16, bfloat16, float32 or float64) the type of new floating-point tensors."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


def promote_numpy(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """The type that holds both: as NumPy's, but an integer beside a float takes the float's type unchanged."""
    if a.kind in FLOATING and b.kind not in FLOATING:
        return a
    if b.kind in FLOATING and a.kind not in FLOATING:
        return b
    if a.kind == "V" or b.kind == "V":  # bfloat16 and float16: neither holds the other
        return a if a.kind == b.kind else np.promote_types(np.float32, b if a.kind == "V" else a)
    return np.promote_types(a, b)


_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "V": 2}


def _scalar_dtype(value: Any) -> np.dtype[Any]:
    if isinstance(value, (builtins.bool, np.bool_)):
        return bool.numpy
    return int64.numpy if isinstance(value, (builtins.int, np.integer)) else _default.numpy


def result_numpy(*values: Any) -> np.dtype[Any]:
    """The result type of arrays and Python numbers together.

    Arrays with dimensions decide; a 0-dim array, and after it a Python number, only counts where it is of a higher
    kind (bool < integer < float) than all before it: a float64 scalar never widens a float32 tensor.
    """
    best: np.dtype[Any] | None = None
    for tier in range(3):
        tier_type: np.dtype[Any] | None = None
        for v in values:
            if isinstance(v, np.ndarray):
                if (v.ndim == 0) != (tier == 1) or tier == 2:
                    continue
                d = v.dtype
            elif tier == 2:
                d = _scalar_dtype(v)
            else:
                continue
            tier_type = d if tier_type is None else promote_numpy(tier_type, d)
        if tier_type is not None and (best is None or _RANK[tier_type.kind] > _RANK[best.kind]):
            best = tier_type
    assert best is not None
    return best


# PyTorch's functions on these rules -----------------------------------------------------------------------------------
def result_type(tensor: Any, other: Any) -> dtype:
    """The dtype of `tensor + other`: tensors or numbers."""
    return from_numpy(result_numpy(*(getattr(t, "_data", t) for t in (tensor, other))))


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds both."""
    return from_numpy(promote_numpy(as_dtype(type1).numpy, as_dtype(type2).numpy))


def can_cast(from_: dtype, to: dtype) -> builtins.bool:
    """Whether a result of the dtype `from_` may be written into a tensor of the dtype `to`: not of a lower kind."""
    return _RANK[as_dtype(from_).numpy.kind] <= _RANK[as_dtype(to).numpy.kind]


class finfo:
    """Limits of a floating-point dtype (the default one if none is given): `finfo(torch.float32).eps`."""

    def __init__(self, type: dtype | None = None) -> None:
        d = _default if type is None else type
        if not d.is_floating_point:
            raise TypeError(f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{d}'")
        self.dtype = d.name
        if d is bfloat16:
            self.bits, self.eps, self.resolution = 16, EPS, 0.01
            self.max, self.min = LARGEST, -LARGEST
            self.tiny = self.smallest_normal = SMALLEST_NORMAL
            return
        limits = np.finfo(d.numpy)
        self.bits = builtins.int(limits.bits)
        self.eps, self.max, self.min = (
            builtins.float(limits.eps),
            builtins.float(limits.max),
            builtins.float(limits.min),
        )
        self.tiny = self.smallest_normal = builtins.float(limits.tiny)
        self.resolution = builtins.float(limits.resolution)

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{n}={getattr(self, n):g}' for n in names)}, dtype={self.dtype})"


class iinfo:
    """Limits of an integer dtype: `iinfo(torch.int8).max`."""

    def __init__(self, type: dtype) -> None:
        if type.numpy.kind not in "iu":
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{type}'")
        limits = np.iinfo(type.numpy)
        self.bits, self.dtype, self.max, self.min = (
            limits.bits,
            type.name,
            builtins.int(limits.max),
            builtins.int(limits.min),
        )

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
