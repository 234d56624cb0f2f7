"""The oneDNN backend: chosen where it can run, with a reason where it is not; its results are tested in test_kernels.py."""

from __future__ import annotations

import os
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest

from minitorch_nn import backends
from minitorch_nn.backends.numpy import parallel

onednn = pytest.importorskip("minitorch_nn.backends.onednn", exc_type=ImportError) if sys.platform == "linux" else None


def described(**environment: str) -> str:
    """What a new process says of its backend"""
    code = "import minitorch_nn; print(minitorch_nn.backends.describe())"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MINITORCH_NN_")}
    root = str(Path(__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def library() -> str:
    assert onednn is not None
    return str(onednn.primitives.dnnl.path)


def test_it_is_preferred_where_it_can_run() -> None:
    text = described(MINITORCH_NN_ONEDNN=library())
    assert text.startswith("onednn: oneDNN 3.") and library() in text
    text = described(MINITORCH_NN_ONEDNN=library(), MINITORCH_NN_BACKEND="numpy")
    assert text.startswith("numpy: ") and "not used" not in text


def test_a_missing_or_wrong_library_is_a_reason_and_no_error(tmp_path: Path) -> None:
    text = described(MINITORCH_NN_ONEDNN=str(tmp_path / "libdnnl.so.3"))
    assert text.startswith("numpy: ") and "onednn is not used: oneDNN could not be loaded from" in text
    damaged = tmp_path / "damaged.so"
    damaged.write_bytes(b"not a library")
    assert "onednn is not used: oneDNN could not be loaded from" in described(MINITORCH_NN_ONEDNN=str(damaged))
    other = find_library("m")
    if other is not None:
        assert "it is no oneDNN 3" in described(MINITORCH_NN_ONEDNN=other)


def test_asked_for_by_name_it_does_not_fall_back(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        described(MINITORCH_NN_BACKEND="onednn", MINITORCH_NN_ONEDNN=str(tmp_path / "none.so"))
    assert "ImportError: oneDNN could not be loaded" in failed.value.stderr


def test_a_change_of_the_thread_count_is_followed() -> None:
    assert onednn is not None
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((4, 16, 20, 20)).astype("f"), rng.standard_normal((16, 16, 3, 3)).astype("f")
    before, expected = parallel.get_num_threads(), backends._load("numpy").conv2d(x, w)
    try:
        for count in (1, 2, 3, 64):
            parallel.set_num_threads(count)
            first = onednn.conv2d(x, w)
            np.testing.assert_allclose(first, expected, rtol=0, atol=1e-4)
            assert all(np.array_equal(first, onednn.conv2d(x, w)) for _ in range(3))  # the same bits in each run
    finally:
        parallel.set_num_threads(before)


def test_no_slow_reference_kernels_and_no_other_dtypes() -> None:
    assert onednn is not None
    x, w = np.ones((1, 4, 9, 9)), np.ones((4, 4, 3, 3))
    assert onednn.conv2d(x, w).dtype == np.float64
    assert onednn.conv2d(x.astype("e"), w.astype("e")).dtype == np.float16
    kept = onednn.primitives._thread.primitives.values()
    onednn.conv2d(x.astype("f"), w.astype("f"))
    assert kept and all(not getattr(k, "run", k).is_slow for k in kept)


def test_nan_and_infinity_pass_through() -> None:
    assert onednn is not None
    x, w = np.ones((1, 16, 6, 6), "f"), np.ones((16, 16, 1, 1), "f")
    x[0, 3, 2, 2], x[0, 5, 4, 4] = np.nan, np.inf
    y = onednn.conv2d(x, w)
    assert np.isnan(y[0, :, 2, 2]).all() and np.isposinf(y[0, :, 4, 4]).all() and np.isfinite(y[0, :, 0]).all()
