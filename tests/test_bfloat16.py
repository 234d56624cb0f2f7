"""bfloat16: rounding, its arrays in memory, and everything that tensors do, as PyTorch does it."""

from __future__ import annotations

import io
import json
import math
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bfloat16_cases import CASES, outcome
from cases import CASES as TABLE
from cases.core import Case
from cases.run import cotangents, describe_error, leaves

import minitorch_nn as mt
from minitorch_nn import _bfloat16 as arrays

RECORDED = json.loads((Path(__file__).parent / "recorded" / "bfloat16.json").read_text())
ALL = np.arange(1 << 16, dtype=np.uint16)


# The array side -------------------------------------------------------------------------------------------------------
def test_every_bfloat16_survives_float32() -> None:
    wide = arrays.widen(ALL.view(arrays.BFLOAT16))
    assert wide.dtype == np.float32 and np.array_equal(wide.view(np.uint32), ALL.astype(np.uint32) << 16)
    again, nan = arrays.narrow(wide).view(np.uint16), np.isnan(wide)
    assert np.array_equal(again[~nan], ALL[~nan]) and (again[nan] == 0xFFFF).all() and nan.sum() == 254


def test_rounding_is_to_the_nearest_and_ties_to_even() -> None:
    finite = ALL[np.isfinite(arrays.widen(ALL.view(arrays.BFLOAT16))) & (ALL < 0x7F7F)]  # positive, and so is the next
    low, high = (
        arrays.widen(bits.view(arrays.BFLOAT16)).astype(np.float64) for bits in (finite, finite + np.uint16(1))
    )
    middle = ((low + high) / 2).astype(np.float32)
    even = np.where(finite % 2 == 0, finite, finite + 1)
    for sign in (1, -1):
        bit = np.uint16(0x8000 if sign < 0 else 0)
        for value, expected in (
            (middle, even),
            (np.nextafter(middle, np.float32(0)), finite),
            (np.nextafter(middle, np.float32(np.inf)), finite + 1),
        ):
            assert np.array_equal(arrays.narrow(sign * value).view(np.uint16), expected.astype(np.uint16) | bit)


def test_what_lies_beyond_the_largest_is_infinite() -> None:
    values = np.array([3.3895e38, 3.4e38, -1e300, 1e-46, -0.0])
    assert arrays.upcast(arrays.narrow(values)).tolist() == [arrays.LARGEST, math.inf, -math.inf, 0.0, 0.0]
    assert math.copysign(1, arrays.upcast(arrays.narrow(values))[-1]) == -1


@pytest.mark.parametrize("layout", ["C", "F", "sliced", "expanded", "0-dim", "empty"])
def test_layouts(layout: str) -> None:
    whole = np.linspace(-3, 3, 24, dtype=np.float32).reshape(4, 6)
    array = {
        "C": whole, "F": whole.T, "sliced": whole[::2, 1::3], "expanded": np.broadcast_to(whole[0], (4, 6)),
        "0-dim": whole[1, 1:2].reshape(()), "empty": whole[:0],
    }[layout]  # fmt: skip
    narrow = arrays.narrow(array)
    assert narrow.shape == array.shape and narrow.itemsize == 2
    if layout in "CF":
        assert [s // 2 for s in narrow.strides] == [s // 4 for s in array.strides]
        assert [s // 2 for s in narrow.strides] == [s // 4 for s in arrays.widen(narrow).strides]
    assert np.allclose(arrays.widen(narrow), array, rtol=2**-8)


def test_nobody_looks_for_it_until_it_is_asked_for() -> None:
    code = (
        "import minitorch_nn as t; from minitorch_nn._bfloat16 import state; a = t.ones(2, requires_grad=True);"
        "(a * 2).sum().backward(); t.nn.Linear(2, 2)(a); first = state.in_use; a.bfloat16(); print(first, state.in_use)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


# As PyTorch -----------------------------------------------------------------------------------------------------------
def test_the_recording_is_of_this_table() -> None:
    assert RECORDED["texts"].keys() == CASES.keys(), "run tests/record/record_bfloat16.py"


@pytest.mark.parametrize("name", CASES)
def test_text_is_pytorchs(torch: Any, name: str) -> None:
    assert outcome(torch, name) == RECORDED["texts"][name]


# The table of operations ----------------------------------------------------------------------------------------------
STEP = {"torch.bfloat16": 2.0**-7, "torch.float16": 2.0**-10, "torch.float32": 1e-5, "torch.float64": 1e-11}
NEAR = 2.01
"""Steps from PyTorch's result, twice as many for gradients, within which nobody asks who is right"""
EXACT = 0.75
"""Steps from the exact result, half a step being the rounding itself, where PyTorch's is not near"""
CANCELLING = {
    "nn.functional.normalize": 2, "logaddexp": 1.5, "matrix_exp": 3, "cov": 6, "log_softmax": 6,
    "nn.functional.cross_entropy": 4, "triplet_margin_loss": 13, "cosine_embedding_loss": 16,
}  # fmt: skip
"""Steps from the exact result for operations made of several, each rounded as in PyTorch, whose terms cancel"""
BEYOND = (
    "nn.functional.local_response_norm", "nn.functional.avg_pool3d", "nn.functional.lp_pool3d",
    "nn.functional.affine_grid", "special.i1", "special.i1e", "special.zeta",
)  # fmt: skip
"""Operations that PyTorch has no kernel for, none for the gradient, or (special.zeta) none for a Python number"""
OTHERWISE = {
    "div__no_rounding_mode/with itself": "the rest of a difference that is zero",
    "nn.functional.binary_cross_entropy/certain": "0 / 0 where PyTorch's smallest divisor, 1e-12, is none in float16",
    **dict.fromkeys(
        ("squeeze/dim of a transposed", "squeeze/negative dim of a transposed", "squeeze/dim not one of a transposed",
         "squeeze__multiple/negative dims of a transposed"),
        "the stride of a dimension of size 1 in a copy",
    ),
    **dict.fromkeys(
        ("det/0 by 0", "det/empty batch", "det/batch of 0 by 0", "linalg.det/0 by 0", "linalg.det/empty batch",
         "linalg.det/batch of 0 by 0", "linalg.solve/empty batch", "linalg.solve_ex/empty batch", "linalg.svd/empty",
         "linalg.svdvals/empty", "linalg.eigh/empty", "linalg.eigvalsh/empty", "linalg.lu/empty",
         "linalg.cholesky/empty batch"),
        "PyTorch asks for a kernel where there is something to compute",
    ),
    **dict.fromkeys(
        ("linalg.lu/no pivots", "linalg.lu_factor/no pivots", "linalg.lu_solve/sizes", "linalg.lu_solve/pivots",
         "nn.functional.multi_margin_loss/unknown reduction", "quantile/out of range", "nanquantile/out of range",
         "pdist/one row", "linalg.pinv/atol", "linalg.cond/nuc"),
        "two faults, and the other is told",
    ),
}  # fmt: skip


def evaluate(case: Case, torch: Any, kind: str, exactly: bool = False) -> dict[str, Any]:
    """As cases.run.evaluate, at a type that NumPy may not have; exactly: in float64, from the same numbers"""
    torch.manual_seed(0)
    args: list[Any] = []
    for spec, array in zip(case.inputs, case.arrays("float32", 0), strict=True):
        x = torch.from_numpy(array)
        if spec.dtype is None and array.dtype == np.float32:
            x = x.to(getattr(torch, kind))
            x = x.double() if exactly else x
        args.append(x.requires_grad_() if spec.grad and x.is_floating_point() else x)
    try:
        out = case.fn(torch, *args)
    except Exception as error:
        return {"raises": describe_error(error)}
    result: dict[str, Any] = {"out": described(torch, out)}
    outs, wanted = [o for o in leaves(torch, out) if o.requires_grad], [x for x in args if x.requires_grad]
    if outs and wanted:
        given = cotangents(case, torch, outs, 0)
        if exactly:
            given = [c.to(getattr(torch, kind)).double() for c in given]
        try:
            found = torch.autograd.grad(outs, wanted, given, allow_unused=True)
        except Exception as error:
            return result | {"raises": describe_error(error)}
        result["grads"] = [described(torch, g) for g in found]
    return result


def described(torch: Any, tree: Any) -> Any:
    if isinstance(tree, torch.Tensor):
        node = None if tree.grad_fn is None else type(tree.grad_fn).__name__
        plain = tree.detach().float() if tree.dtype is torch.bfloat16 else tree.detach()
        return {"dtype": str(tree.dtype), "array": plain.numpy().copy(), "node": node}
    return [described(torch, t) for t in tree] if isinstance(tree, (list, tuple)) else tree


def differences(case: Case, expected: Any, got: Any, exact: Any, room: float = NEAR) -> list[str]:
    """What is neither PyTorch's nor the exact result rounded."""
    if isinstance(expected, dict) and isinstance(got, dict) and "array" not in expected:
        if expected.keys() != got.keys() or expected.get("raises") != got.get("raises"):
            return [f"{expected.get('raises')} {got.get('raises')}"]
        return [
            d
            for k in expected.keys() - {"raises"}
            for d in differences(case, expected[k], got[k], exact.get(k), room * (2 if k == "grads" else 1))
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        beside = exact if isinstance(exact, list) and len(exact) == len(got) else [None] * len(got)
        return [d for e, g, x in zip(expected, got, beside, strict=True) for d in differences(case, e, g, x, room)]
    if not isinstance(expected, dict) or not isinstance(got, dict):
        same = expected == got or (expected != expected and got != got)
        return [] if same or isinstance(expected, torch_types()) else [f"{expected} {got}"]
    a, b = expected["array"], got["array"]
    if expected["dtype"] != got["dtype"] or a.shape != b.shape or (case.grad_fn and expected["node"] != got["node"]):
        return [f"{expected} {got}"]
    if not case.values:
        return []
    if expected["dtype"] not in STEP:
        return [] if np.array_equal(a, b) else [f"{a} {b}"]
    if steps(a, b, expected["dtype"]) <= room:
        return []
    if not isinstance(exact, dict) or exact["array"].shape != a.shape:
        return [f"{a} {b}"]
    off = steps(exact["array"], b, expected["dtype"])
    return (
        []
        if off <= CANCELLING.get(case.op, EXACT)
        else [f"{off:.1f} steps from the exact result: {exact['array']} {b}"]
    )


def steps(a: Any, b: Any, dtype: str) -> float:
    """How far b is from a in steps of the type, at most; small elements of a beside large ones count as larger"""
    a, b = np.atleast_1d(a).astype(np.float64), np.atleast_1d(b).astype(np.float64)
    scale = np.abs(a[np.isfinite(a)]).max(initial=0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        apart = np.abs(a - b) / (STEP[dtype] * np.maximum(np.abs(a), scale / 8))
    apart[(a == b) | (np.isnan(a) & np.isnan(b))] = 0
    apart[np.isinf(b) & (np.abs(a) >= 65520 if dtype == "torch.float16" else False)] = 0  # rounded, it is infinite
    return float(np.nan_to_num(apart, nan=np.inf).max(initial=0))


def torch_types() -> tuple[type, ...]:
    reference = sys.modules["torch"]
    return (reference.dtype, reference.Size, reference.device)


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_the_table_of_operations(request: pytest.FixtureRequest, kind: str) -> None:
    """Every case of float32, at this type: dtypes, nodes and errors are PyTorch's, values PyTorch's or the exact ones."""
    if not request.config.getoption("--live"):
        pytest.skip("compares with PyTorch itself, see --live")
    reference = pytest.importorskip("torch")
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in TABLE:
            if "float32" not in case.dtypes or case.name in OTHERWISE:
                continue
            expected, got = (evaluate(case, torch, kind) for torch in (reference, mt))
            if "not implemented for" in str(expected.get("raises")) and "raises" not in got and case.op in BEYOND:
                continue
            exact = evaluate(case, reference, kind, exactly=True)
            wrong += [f"{case.name}: {d}" for d in differences(case, expected, got, exact)]
    assert not wrong, "\n".join(wrong)


# Saved and trained ----------------------------------------------------------------------------------------------------
def test_saved_tensors_share_memory_again() -> None:
    whole = mt.arange(6, dtype=mt.bfloat16)
    stream = io.BytesIO()
    mt.save([whole, whole[2:4]], stream)
    assert len(whole.untyped_storage()) == 12 if hasattr(whole, "untyped_storage") else True
    stream.seek(0)
    a, b = mt.load(stream)
    a[2] = 77
    assert a.dtype is b.dtype is mt.bfloat16 and b.tolist() == [77.0, 3.0]


def test_pytorch_reads_it() -> None:
    reference = pytest.importorskip("torch")
    layer = mt.nn.Linear(3, 2).bfloat16()
    stream = io.BytesIO()
    mt.save(layer.state_dict(), stream)
    stream.seek(0)
    state = reference.load(stream, weights_only=True)
    assert all(v.dtype is reference.bfloat16 for v in state.values())
    assert {k: v.tolist() for k, v in state.items()} == {k: v.tolist() for k, v in layer.state_dict().items()}


@pytest.mark.parametrize(("name", "options"), [("SGD", {"momentum": 0.9}), ("Adam", {}), ("RMSprop", {})])
@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_training_lowers_the_loss(name: str, options: dict[str, Any], kind: str) -> None:
    mt.manual_seed(0)
    dtype = getattr(mt, kind)
    net = mt.nn.Sequential(mt.nn.Linear(4, 16), mt.nn.ReLU(), mt.nn.LayerNorm(16), mt.nn.Linear(16, 3)).to(dtype)
    x, y = mt.randn(32, 4).to(dtype), mt.randint(0, 3, (32,))
    steps = getattr(mt.optim, name)(net.parameters(), lr=0.02, eps=1e-4, **options) if name != "SGD" else mt.optim.SGD(
        net.parameters(), lr=0.05, **options
    )  # fmt: skip
    losses = []
    for _ in range(60):
        steps.zero_grad()
        loss = mt.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        steps.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2 and loss.dtype is dtype
    assert all(p.dtype is dtype and p.grad.dtype is dtype for p in net.parameters())
    state = steps.state_dict()["state"]
    assert all(v.dtype is dtype for s in state.values() for k, v in s.items() if k != "step")
    steps.load_state_dict(steps.state_dict())


def test_arrays_of_users_do_not_become_bfloat16() -> None:
    with pytest.raises(TypeError, match=r"can't convert np.ndarray of type numpy.void"):
        mt.from_numpy(np.zeros(2, arrays.BFLOAT16))
    with pytest.raises(TypeError, match=r"can't convert np.ndarray of type numpy.void"):
        mt.tensor(np.zeros(2, [("a", "f4")]))
