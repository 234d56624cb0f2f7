"""The least time a case can take on this machine: its arithmetic at the measured rate of float32 matrix products, or the
bytes it must move at the measured rate of copying, whichever is longer.

Counted while one step runs here: 2 operations for each multiply-add of a convolution or a matrix product; and for the
bytes, each recorded result written and read once in the forward pass and once in the backward pass, and each trained
parameter with its gradient and its momentum read and written once. The rate of copying is that of large arrays; a case
that stays in the caches can be faster than its floor of bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from time import perf_counter
from typing import Any


def count(torch: Any, step: Callable[[], None]) -> dict[str, float]:
    """Operations and bytes of one step on this framework."""
    kernels, engine = torch.backends.kernels, torch.autograd.engine
    operations, traffic = 0.0, 0.0

    def product(a: Any, b: Any, result: Any) -> float:
        return 2.0 * result.size * a.shape[-1]

    def convolution(weight_shape: tuple[int, ...], positions: Any) -> float:
        return 2.0 * math.prod(weight_shape) * positions.shape[0] * math.prod(positions.shape[2:])

    counted: dict[str, Callable[[tuple[Any, ...], Any], float]] = {
        "matmul": lambda args, out: product(args[0], args[1], out),
        "conv2d": lambda args, out: convolution(args[1].shape, out),
        "conv2d_input_grad": lambda args, out: convolution(args[1].shape, args[0]),
        "conv2d_weight_grad": lambda args, out: convolution(args[2], args[0]),
    }
    originals = {name: getattr(kernels, name) for name in counted}

    def watched(name: str) -> Callable[..., Any]:
        def kernel(*args: Any, **kwargs: Any) -> Any:
            nonlocal operations
            out = originals[name](*args, **kwargs)
            operations += counted[name](args, out)
            return out

        return kernel

    run_backward = engine._run

    def walk(roots: Any, *args: Any) -> Any:
        nonlocal traffic
        seen = {edge for edge, _ in roots}
        stack = list(seen)
        while stack:
            node = stack.pop()
            size = math.prod(node.shape) * node.dtype.itemsize if not node.several else 0
            traffic += (5 if isinstance(node, torch.autograd.node.AccumulateGrad) else 4) * size
            for edge in node.edges:
                if edge is not None and edge not in seen:
                    seen.add(edge)
                    stack.append(edge)
        return run_backward(roots, *args)

    try:
        for name in counted:
            setattr(kernels, name, watched(name))
        engine._run = walk
        step()
    finally:
        for name, original in originals.items():
            setattr(kernels, name, original)
        engine._run = run_backward
    return {"operations": operations, "bytes": traffic}


def rates() -> dict[str, float]:
    """Operations a second of a large float32 product, and bytes a second of a large copy, the best of several."""
    import numpy as np

    a = np.ones((2048, 2048), np.float32)
    big = np.ones(1 << 26, np.float32)
    target = np.empty_like(big)

    def best(run: Callable[[], Any]) -> float:
        times = []
        for _ in range(7):
            start = perf_counter()
            run()
            times.append(perf_counter() - start)
        return min(times)

    return {
        "operations": 2 * 2048**3 / best(lambda: a @ a),
        "bytes": 2 * big.nbytes / best(lambda: np.copyto(target, big)),
    }


def floor_ms(work: dict[str, float], rate: dict[str, float]) -> float:
    """The least time in milliseconds"""
    return 1e3 * max(work["operations"] / rate["operations"], work["bytes"] / rate["bytes"])


if __name__ == "__main__":  # in a process of its own, for the peak memory of a process counts what its parent held
    print(json.dumps(rates()))
