"""Floating-point overflow, division by zero and nan are values here, as in PyTorch, not NumPy warnings.

`np.errstate` costs 0.8 us a use, more than a small operation; setting the context variable behind it costs 0.2 us.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

try:
    from numpy._core.umath import _extobj_contextvar, _make_extobj  # type: ignore[attr-defined]

    # both without a function of Python around them, for they run with every kernel
    hush: Callable[[], Any] = partial(_extobj_contextvar.set, _make_extobj(all="ignore"))
    """Silence this thread's floating-point warnings; give the result to `restore` afterwards."""
    restore = _extobj_contextvar.reset
    """Put the warnings back as they were."""
except ImportError:  # another NumPy may keep its state elsewhere: the public way is slower, not different
    hush = partial(np.seterr, all="ignore")

    def restore(token: Any) -> None:
        np.seterr(**token)
