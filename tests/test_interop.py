"""Tensors and NumPy, DLPack, copies and pickles: shared memory where it is promised, no gradient lost unnoticed."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from conftest import NAMESPACE

ours = pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="beyond PyTorch, which raises here")

POSITIVE = np.random.RandomState(0).uniform(0.2, 0.8, (3, 4))
OTHER = np.random.RandomState(1).uniform(0.5, 1.5, (3, 4))
SQUARE = POSITIVE[:, :3]

SAME_NAME = """
sin cos tan arcsin arccos arctan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt square reciprocal negative
positive absolute fabs sum mean prod cumsum cumprod std var ravel squeeze transpose copy max min sort
""".split()  # noqa: SIM905

CASES: dict[str, Any] = {name: getattr(np, name) for name in SAME_NAME}
CASES |= {
    "add array": lambda t: np.add(t, OTHER),
    "array times": lambda t: OTHER * t,
    "array minus": lambda t: OTHER - t,
    "array over": lambda t: OTHER / t,
    "array to the power": lambda t: OTHER**t,
    "float64 scalar": lambda t: np.float64(2) * t,
    "number over": lambda t: np.divide(2, t),
    "remainder": lambda t: np.remainder(t, 0.3),
    "maximum": lambda t: np.maximum(t, 0.5),
    "minimum of array": lambda t: np.minimum(OTHER, t),
    "arctan2": lambda t: np.arctan2(t, OTHER),
    "matmul": lambda t: np.matmul(t, OTHER.T),
    "array @": lambda t: OTHER.T @ t,
    "sum over an axis": lambda t: np.sum(t, axis=0, keepdims=True),
    "mean over axes": lambda t: np.mean(t, (0, 1)),
    "std with ddof": lambda t: np.std(t, 1, ddof=1),
    "max over an axis": lambda t: np.max(t, axis=1),
    "prod over an axis": lambda t: np.prod(t, 1),
    "cumsum over an axis": lambda t: np.cumsum(t, axis=1),
    "sort over an axis": lambda t: np.sort(t, axis=0),
    "concatenate": lambda t: np.concatenate([t, OTHER, t], axis=1),
    "stack": lambda t: np.stack((t, t), axis=1),
    "hstack": lambda t: np.hstack([t, OTHER]),
    "vstack": lambda t: np.vstack([t, OTHER]),
    "where": lambda t: np.where(OTHER > 1, t, 0.0),
    "transpose axes": lambda t: np.transpose(t, (1, 0)),
    "swapaxes": lambda t: np.swapaxes(t, 0, 1),
    "moveaxis": lambda t: np.moveaxis(t, 0, -1),
    "reshape": lambda t: np.reshape(t, (2, 6)),
    "expand_dims": lambda t: np.expand_dims(t, 1),
    "broadcast_to": lambda t: np.broadcast_to(t, (2, 3, 4)),
    "tile": lambda t: np.tile(t, (2, 1)),
    "repeat": lambda t: np.repeat(t, 2, axis=0),
    "flip": lambda t: np.flip(t, 1),
    "roll": lambda t: np.roll(t, 1),
    "dot": lambda t: np.dot(t, OTHER.T),
    "inner": lambda t: np.inner(t, OTHER),
    "outer": lambda t: np.outer(t, OTHER),
    "einsum": lambda t: np.einsum("ij,kj->ik", t, OTHER),
    "clip": lambda t: np.clip(t, 0.3, 0.6),
    "tril": lambda t: np.tril(t, -1),
    "diag": lambda t: np.diag(t),
    "norm": lambda t: np.linalg.norm(t, axis=1),
}


@ours
@pytest.mark.parametrize("name", CASES)
def test_a_numpy_function_gives_numpys_value_and_a_gradient(torch: Any, name: str) -> None:
    t = torch.tensor(POSITIVE, requires_grad=True)
    out = CASES[name](t)
    assert type(out) is torch.Tensor and out.requires_grad
    np.testing.assert_allclose(out.detach().numpy(), CASES[name](POSITIVE), rtol=1e-12)
    assert torch.autograd.gradcheck(CASES[name], t)


@ours
@pytest.mark.parametrize(
    "name", ["isnan", "isfinite", "isinf", "sign", "floor", "ceil", "trunc", "rint", "argmax", "argsort"]
)
def test_a_numpy_function_without_gradient(torch: Any, name: str) -> None:
    t = torch.tensor(POSITIVE, requires_grad=True)
    np.testing.assert_array_equal(getattr(np, name)(t).detach().numpy(), getattr(np, name)(POSITIVE))


@ours
@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.histogram(t),
        lambda t: np.median(t),
        lambda t: np.cbrt(t),
        lambda t: np.add.reduce(t),
        lambda t: np.multiply(t, 2, out=np.empty((3, 4))),
        lambda t: np.concatenate([t, t], out=np.empty((6, 4))),
        lambda t: np.array(t),
        lambda t: np.asarray(t, dtype=np.float32),
    ],
)
def test_a_gradient_is_never_lost_unnoticed(torch: Any, call: Any) -> None:
    t = torch.tensor(POSITIVE, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad. Use tensor.detach"):
        call(t)


@ours
def test_numpys_other_functions_run_on_the_arrays_of_tensors_without_gradient(torch: Any) -> None:
    t = torch.tensor(POSITIVE)
    assert np.median(t) == np.median(POSITIVE)
    assert np.array_equal(np.cbrt(t).numpy(), np.cbrt(POSITIVE)) and isinstance(np.cbrt(t), torch.Tensor)
    assert torch.equal(np.add.reduce(t), torch.tensor(np.add.reduce(POSITIVE)))
    before = t._version
    np.add.at(t, 0, 1.0)
    assert t[0, 0] == POSITIVE[0, 0] + 1 and t._version > before


@ours
def test_arguments_without_a_counterpart_raise(torch: Any) -> None:
    t = torch.tensor(POSITIVE)
    with pytest.raises(TypeError, match=r"np.sum on a Tensor: .*'where'; it takes \(a, axis, keepdims\)"):
        np.sum(t, where=POSITIVE > 1)
    with pytest.raises(TypeError, match=r"np.sin on a Tensor: .*'dtype'"):
        np.sin(t, dtype=np.float32)
    with pytest.raises(TypeError, match="out must not be a Tensor"):
        np.sin(POSITIVE, out=t)


@ours
def test_an_array_without_a_copy(torch: Any) -> None:
    t = torch.zeros(2)
    assert np.array(t, copy=False).ctypes.data == t.data_ptr()
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.asarray(t, dtype=np.int32, copy=False)


@ours
def test_in_place_arithmetic_of_an_array_writes_into_it(torch: Any) -> None:
    array = np.ones(3)
    same = array
    array += torch.arange(3)
    assert same is array and array.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(RuntimeError, match="requires grad"):
        array += torch.ones(3, requires_grad=True)
    assert array.tolist() == [1.0, 2.0, 3.0]


def test_numpy_scalars_do_not_widen(torch: Any) -> None:
    t = torch.ones(2)
    for scalar in (np.float64(2), np.float32(2), np.int64(2)):
        assert (scalar * t).dtype == (t * scalar).dtype == torch.float32


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # PyTorch's own
def test_asarray_shares_memory_and_casts(torch: Any) -> None:
    t = torch.zeros(3)
    array = np.asarray(t)
    t[0] = 5
    assert array[0] == 5 and array.dtype == np.float32
    assert np.asarray(t, dtype=np.int32).dtype == np.int32
    copied = np.array(t)
    t[1] = 7
    assert copied[1] == 0
    with pytest.raises(RuntimeError, match="requires grad"):
        np.asarray(torch.nn.Parameter(torch.ones(1)))


def test_from_numpy_shares_memory_both_ways(torch: Any) -> None:
    array = np.zeros((2, 3))
    t = torch.from_numpy(array)
    array[0, 0] = 1
    t[1, 2] = 2
    assert t[0, 0] == 1 and array[1, 2] == 2
    assert torch.as_tensor(array).data_ptr() == t.data_ptr() == torch.asarray(array).data_ptr()
    assert torch.tensor(array).data_ptr() != t.data_ptr() != torch.asarray(array, copy=True).data_ptr()


def test_a_read_only_array_is_said(torch: Any) -> None:
    array = np.zeros(2)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="not writable"):
        torch.from_numpy(array)


def test_frombuffer(torch: Any) -> None:
    buffer = bytearray(8)
    t = torch.frombuffer(buffer, dtype=torch.int16, offset=2, count=2)
    buffer[2] = 3
    assert t.tolist() == [3, 0]
    with pytest.raises(ValueError, match=r"buffer length \(7 bytes\) after offset \(1 bytes\) must be a multiple"):
        torch.frombuffer(buffer, dtype=torch.int16, offset=1)


def test_where_with_a_condition_alone(torch: Any) -> None:
    assert [place.tolist() for place in np.where(torch.tensor([[1.0, 0.0], [0.0, 2.0]]) > 0)] == [[0, 1], [0, 1]]


def test_a_parameter_is_formatted_as_its_text(torch: Any) -> None:
    assert f"{torch.tensor(2.5):.2f}" == "2.50" and f"{torch.tensor(2.0)}" == "2.0"
    assert f"{torch.nn.Parameter(torch.tensor(2.0))}" == "Parameter containing:\ntensor(2., requires_grad=True)"
    with pytest.raises(TypeError, match=r"unsupported format string passed to Parameter.__format__"):
        format(torch.nn.Parameter(torch.tensor(2.0)), ".2f")


# DLPack ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"])
def test_dlpack_shares_memory_with_numpy(torch: Any, dtype: str) -> None:
    t = torch.zeros(2, 3, dtype=getattr(torch, dtype)).t()
    array = np.from_dlpack(t)
    assert array.shape == (3, 2) and array.dtype == dtype and array.ctypes.data == t.data_ptr()
    back = torch.from_dlpack(array)
    assert back.dtype == t.dtype and back.data_ptr() == t.data_ptr()
    assert tuple(t.__dlpack_device__()) == (1, 0)


@ours
def test_dlpack_shares_memory_with_pytorch(torch: Any) -> None:
    reference = pytest.importorskip("torch")
    theirs = reference.arange(6.0).reshape(2, 3)
    t = torch.from_dlpack(theirs)
    t[0, 0] = 9
    assert theirs[0, 0] == 9 and t.stride() == theirs.stride()
    back = reference.from_dlpack(t[:, 1:])
    back[1, 1] = 7
    assert t[1, 2] == 7


def test_dlpack_refuses_what_requires_a_gradient(torch: Any) -> None:
    with pytest.raises(BufferError, match=r"Can't export tensors that require gradient, use tensor.detach\(\)"):
        torch.ones(2, requires_grad=True).__dlpack__()


def test_a_capsule_is_read(torch: Any) -> None:
    t = torch.arange(3)
    again = torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(t))
    again[0] = 5
    assert t.tolist() == [5, 1, 2]
    with pytest.raises(RuntimeError, match="from_dlpack received an invalid capsule"):
        torch.from_dlpack([1])


# Copies ---------------------------------------------------------------------------------------------------------------
def through_pickle(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_a_copy_has_its_own_memory(torch: Any, duplicate: Any) -> None:
    t = torch.arange(6.0).reshape(2, 3).t().requires_grad_()
    t.mark = "mine"
    twin = duplicate(t)
    with torch.no_grad():
        t += 1
    assert twin.requires_grad and twin.is_leaf and twin[1, 0] == 1 and twin.mark == "mine" and twin.stride() == (1, 3)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_views_of_one_memory_are_so_in_a_deep_copy(torch: Any, order: tuple[int, ...]) -> None:
    t = torch.arange(6.0).reshape(2, 3)
    views = [t, t[1], t.t()]
    twins = copy.deepcopy([views[i] for i in order])
    whole, row, turned = (twins[order.index(i)] for i in range(3))
    whole[1, 0] = 77
    assert row.tolist() == [77.0, 4.0, 5.0] and turned[0, 1] == 77 and turned.stride() == (1, 3) and t[1, 0] == 3


def test_strides_of_a_tensor_without_elements(torch: Any) -> None:
    assert torch.zeros(0, 3).stride() == copy.deepcopy(torch.zeros(0, 3)).stride() == (3, 1)
    assert torch.zeros(2, 0, 3).stride() == (3, 3, 1)


def test_a_shallow_copy_shares_memory(torch: Any) -> None:
    t = torch.ones(2)
    assert copy.copy(t).data_ptr() == t.data_ptr()
    assert type(copy.copy(torch.nn.Parameter(t))) is torch.nn.Parameter


def test_a_pickle_of_a_result_is_a_leaf_and_deepcopy_refuses_it(torch: Any) -> None:
    y = torch.ones(2, requires_grad=True) * 2
    twin = through_pickle(y)
    assert twin.is_leaf and twin.requires_grad and twin.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(y)


def test_deepcopy_copies_the_gradient_a_pickle_does_not(torch: Any) -> None:
    t = torch.ones(2, requires_grad=True)
    t.sum().backward()
    assert copy.deepcopy(t).grad.tolist() == [1.0, 1.0] and copy.deepcopy(t).grad is not t.grad
    assert through_pickle(t).grad is None


def double(module: Any, args: Any, output: Any) -> Any:
    return output * 2


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_a_module_is_copied_with_hooks_buffers_and_shared_parameters(torch: Any, duplicate: Any) -> None:
    nn = torch.nn
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3))
    net[2].weight = net[0].weight
    net[0].register_forward_hook(double)
    net[0].weight.requires_grad_(False)
    net(torch.randn(4, 3))
    twin = duplicate(net)
    assert twin[0].weight is twin[2].weight and twin[0].weight is not net[0].weight and not twin[0].weight.requires_grad
    assert torch.equal(twin[1].running_mean, net[1].running_mean)
    assert twin[1].running_mean.data_ptr() != net[1].running_mean.data_ptr()
    x = torch.randn(4, 3)
    assert torch.equal(twin.eval()(x), net.eval()(x))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_an_optimizer_is_copied_with_its_parameters_and_state(torch: Any, duplicate: Any) -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    sgd = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    weight.grad = torch.ones(2)
    sgd.step()
    twins, twin = duplicate(([weight], sgd))
    assert twin.param_groups[0]["params"][0] is twins[0] and twins[0] is not weight
    twins[0].grad = torch.ones(2)
    twin.step()
    sgd.step()
    assert torch.equal(twins[0], weight) and twin.state[twins[0]]["momentum_buffer"].tolist() == pytest.approx(
        [1.9] * 2
    )


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, through_pickle, lambda g: g.clone_state()])
def test_a_generator_goes_on_by_itself(torch: Any, duplicate: Any) -> None:
    generator = torch.Generator().manual_seed(3)
    torch.randn(3, generator=generator)
    twin = duplicate(generator)
    first = torch.randn(5, generator=generator)
    assert type(twin) is torch.Generator and torch.equal(torch.randn(5, generator=twin), first)


# The random state as tensors ------------------------------------------------------------------------------------------
def test_the_random_state_is_a_byte_tensor(torch: Any) -> None:
    state = torch.get_rng_state()
    assert state.dtype == torch.uint8 and state.shape == (5056,) and torch.equal(state, torch.random.get_rng_state())
    first = torch.rand(3)
    torch.set_rng_state(state)
    assert torch.equal(torch.rand(3), first)
    with torch.random.fork_rng():
        torch.rand(1)
    assert torch.Generator().device == torch.device("cpu") and torch.manual_seed(1) is torch.default_generator
    for wrong, message in (
        (np.zeros(5056, np.uint8), "but got numpy.ndarray"),
        (torch.zeros(5056), "must be a torch.ByteT"),
    ):
        with pytest.raises(TypeError, match=message):
            torch.set_rng_state(wrong)
    torch.set_rng_state(state)


def test_a_random_state_goes_to_pytorch_and_back(torch: Any) -> None:
    reference = pytest.importorskip("torch")
    ours_, theirs = torch.Generator().manual_seed(5), reference.Generator().manual_seed(1)
    torch.randn(3, generator=ours_)
    theirs.set_state(reference.from_dlpack(ours_.get_state()))
    assert torch.randn(20, generator=ours_).tolist() == pytest.approx(reference.randn(20, generator=theirs).tolist())


@ours
def test_warnings_are_not_raised_by_a_shared_array(torch: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.from_dlpack(np.ones(2)).tolist() == [1.0, 1.0]
