"""Cases for the tests of `nn`: each runs in PyTorch to be recorded, and here to be compared."""

from __future__ import annotations

from . import containers, hooks, inits, layers, losses, modules, networks, utilities

CASES = {
    **containers.CASES,
    **hooks.CASES,
    **inits.CASES,
    **layers.CASES,
    **losses.CASES,
    **modules.CASES,
    **networks.CASES,
    **utilities.CASES,
}
