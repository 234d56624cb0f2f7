"""Matrix products: small ones on one thread, large ones on those of the BLAS, many small ones shared out."""

from __future__ import annotations

import math

import numpy as np

from . import parallel

_LARGE = 4_000_000  # multiplications from which on a second thread pays


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a @ b with NumPy's rules of broadcasting: (..., m, k) and (..., k, n) -> (..., m, n)."""
    if a.size * b.size < _LARGE:  # small for certain, and the quickest test of it
        return np.matmul(a, b)  # type: ignore[no-any-return]
    if a.ndim < 2 or b.ndim < 2 or a.size * b.shape[-1] < _LARGE or parallel.get_num_threads() == 1:
        # From 262,144 multiplications on OpenBLAS uses its threads, which spin while they wait for each other. Where
        # another process wants a core, (256, 128) @ (128, 32) took up to 8,100 µs so, and up to 91 µs on one thread.
        with parallel.one_thread_blas:
            return np.asarray(np.matmul(a, b))
    if a.ndim > 2 and b.ndim == 2:  # one tall product instead of many small ones
        return matmul(a.reshape(-1, a.shape[-1]), b).reshape(*a.shape[:-1], b.shape[-1])
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    if math.prod(batch) == 1 or math.prod(a.shape[-2:]) * b.shape[-1] >= _LARGE:
        # 370 us for (1600, 64) @ (64, 512), against 510 us cut over the threads of the kernels and 780 us on one
        return np.matmul(a, b)  # type: ignore[no-any-return]
    out = np.empty((*batch, a.shape[-2], b.shape[-1]), np.result_type(a, b))
    a, b = np.broadcast_to(a, (*batch, *a.shape[-2:])), np.broadcast_to(b, (*batch, *b.shape[-2:]))
    axis = int(np.argmax(batch))
    spans = parallel.spans(batch[axis], -(-batch[axis] // parallel.get_num_threads()))
    parts = [(slice(None),) * axis + (slice(*span),) for span in spans]
    parallel.run(lambda index: _into(out[parts[index]], a[parts[index]], b[parts[index]]), len(parts))
    return out


def _into(out: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    np.matmul(a, b, out=out)
