"""`torch.func`: derivatives as functions of functions, which may be nested.

>>> import minitorch_nn as torch
>>> from minitorch_nn.func import grad
>>> grad(grad(lambda x: x**3))(torch.tensor(2.0))
tensor(12.)

Where PyTorch hides each level of nesting in a wrapper of the tensors, here each level differentiates for leaves of its
own, or for aliases of its arguments where those are part of a graph already. Arguments and results may be tensors in
nested tuples, lists and dicts. `vmap` is a loop; there is no forward mode, so that `jvp`, `jacfwd` and `linearize`
differentiate the backward pass instead.
"""

from __future__ import annotations

from typing import Any, NoReturn

from .forward import hessian as hessian
from .forward import jacfwd as jacfwd
from .forward import jvp as jvp
from .forward import linearize as linearize
from .reverse import functional_call as functional_call
from .reverse import grad as grad
from .reverse import grad_and_value as grad_and_value
from .reverse import jacrev as jacrev
from .reverse import vjp as vjp
from .vmap import stack_module_state as stack_module_state
from .vmap import vmap as vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]


def functionalize(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises NotImplementedError: there is no compiler that would need it."""
    raise NotImplementedError("func.functionalize is not there; there is no compiler that would need it")
