"""Tensor and the functions that make one."""

from ._tensor import Size as Size
from ._tensor import Tensor as Tensor
from .creation import (
    arange as arange,
)
from .creation import (
    as_tensor as as_tensor,
)
from .creation import (
    empty as empty,
)
from .creation import (
    empty_like as empty_like,
)
from .creation import (
    eye as eye,
)
from .creation import (
    from_numpy as from_numpy,
)
from .creation import (
    full as full,
)
from .creation import (
    full_like as full_like,
)
from .creation import (
    linspace as linspace,
)
from .creation import (
    logspace as logspace,
)
from .creation import (
    normal as normal,
)
from .creation import (
    ones as ones,
)
from .creation import (
    ones_like as ones_like,
)
from .creation import (
    rand as rand,
)
from .creation import (
    rand_like as rand_like,
)
from .creation import (
    randint as randint,
)
from .creation import (
    randint_like as randint_like,
)
from .creation import (
    randn as randn,
)
from .creation import (
    randn_like as randn_like,
)
from .creation import (
    randperm as randperm,
)
from .creation import (
    tensor as tensor,
)
from .creation import (
    zeros as zeros,
)
from .creation import (
    zeros_like as zeros_like,
)
