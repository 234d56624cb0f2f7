"""`torch.FloatTensor` and its kin: the old names that stand for Tensor and a dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.variable import TensorBase
from ..dtypes import dtype as DType
from . import creation


class _OldType(type):
    """`FloatTensor([1, 2])`, `FloatTensor(2, 3)` and `isinstance(t, FloatTensor)`."""

    dtype: DType

    def __call__(cls, *args: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], (Sequence, np.ndarray)) and not hasattr(args[0], "numel"):
            return creation.tensor(args[0], dtype=cls.dtype)
        if len(args) == 1 and isinstance(args[0], TensorBase):
            if args[0]._data.dtype != cls.dtype.numpy:
                raise TypeError(f"expected {cls} (got torch.{args[0].dtype.type_name}Tensor)")  # type: ignore[attr-defined]
            return args[0].detach()  # type: ignore[attr-defined]
        return creation.empty(*(args or (0,)), dtype=cls.dtype)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, TensorBase) and instance._data.dtype == cls.dtype.numpy

    def __repr__(cls) -> str:
        return f"torch.{cls.__name__}"


def _old_type(dtype: DType) -> Any:
    return _OldType(f"{dtype.type_name}Tensor", (), {"dtype": dtype, "__module__": "torch"})


DoubleTensor, FloatTensor, HalfTensor = map(_old_type, (dtypes.float64, dtypes.float32, dtypes.float16))
LongTensor, IntTensor, ShortTensor = map(_old_type, (dtypes.int64, dtypes.int32, dtypes.int16))
CharTensor, ByteTensor, BoolTensor = map(_old_type, (dtypes.int8, dtypes.uint8, dtypes.bool))
