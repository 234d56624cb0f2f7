"""Linear algebra beyond the table of operations: what factors multiply to, gradients that PyTorch lacks, printed text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import NAMESPACE

ours = pytest.mark.skipif(NAMESPACE != "minitorch_nn", reason="PyTorch differs here")


def draw(torch: Any, *shape: int, seed: int = 0, dtype: str = "float64") -> Any:
    return torch.from_numpy(np.random.RandomState(seed).standard_normal(shape).astype(dtype))


def close(torch: Any, a: Any, b: Any, dtype: str) -> bool:
    return bool(torch.allclose(a, b, rtol=0, atol=1e-10 if dtype == "float64" else 2e-4))


SHAPES = [(5, 5), (7, 4), (4, 7), (2, 3, 6, 6), (3, 5, 2), (1, 1), (3, 0), (0, 3), (0, 4, 4)]
DTYPES = ["float64", "float32"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_factors_multiply_to_the_matrix(torch: Any, shape: tuple[int, ...], dtype: str) -> None:
    a = draw(torch, *shape, dtype=dtype)
    linalg = torch.linalg
    q, r = linalg.qr(a)
    assert close(torch, q @ r, a, dtype)
    assert close(torch, q.mT @ q, torch.eye(q.shape[-1], dtype=a.dtype).expand(q.mT.shape[:-1] + q.shape[-1:]), dtype)
    full, rest = linalg.qr(a, "complete")
    assert full.shape[-2:] == (shape[-2], shape[-2]) and close(torch, full @ rest, a, dtype)
    u, s, vh = linalg.svd(a, full_matrices=False)
    assert close(torch, (u * s[..., None, :]) @ vh, a, dtype)
    assert bool((s[..., :-1] >= s[..., 1:]).all()) and close(torch, linalg.svdvals(a), s, dtype)
    p, l, u = linalg.lu(a)  # noqa: E741
    assert close(torch, p @ l @ u, a, dtype) and bool((l.abs() <= 1 + 1e-6).all())
    unpacked = torch.lu_unpack(*linalg.lu_factor_ex(a)[:2])
    assert all(torch.equal(x, y) for x, y in zip(unpacked, (p, l, u), strict=True))
    x = linalg.pinv(a)
    assert x.shape == a.mT.shape and close(torch, a @ x @ a, a, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(6, 6), (2, 3, 4, 4), (1, 1), (0, 3, 3), (0, 0)])
def test_functions_of_symmetric_matrices(torch: Any, shape: tuple[int, ...], dtype: str) -> None:
    x = draw(torch, *shape, dtype=dtype)
    a = x @ x.mT + torch.eye(shape[-1], dtype=x.dtype)
    values, vectors = torch.linalg.eigh(a)
    assert close(torch, (vectors * values[..., None, :]) @ vectors.mT, a, dtype)
    assert close(torch, torch.linalg.eigvalsh(a), values, dtype)
    low = torch.linalg.cholesky(a)
    assert close(torch, low @ low.mT, a, dtype) and torch.equal(low, low.tril())
    exact = (vectors * torch.exp(-values)[..., None, :]) @ vectors.mT
    assert close(torch, torch.linalg.matrix_exp(-a), exact, dtype)


def test_one_triangle_is_read(torch: Any) -> None:
    a = draw(torch, 3, 3) + 9 * torch.eye(3, dtype=torch.float64)
    low, high = a.tril() + a.tril(-1).mT, a.triu() + a.triu(1).mT
    for name in ("eigh", "eigvalsh"):
        of = getattr(torch.linalg, name)
        assert torch.equal(
            torch.stack([*map(torch.sum, leaves(of(a)))]), torch.stack([*map(torch.sum, leaves(of(low)))])
        )
        assert torch.allclose(leaves(of(a, UPLO="U"))[0], leaves(of(high))[0])
    assert torch.equal(torch.linalg.cholesky(a), torch.linalg.cholesky(low))
    assert torch.equal(torch.linalg.cholesky(a, upper=True), torch.linalg.cholesky(high, upper=True))
    noise = torch.full((3, 3), float("nan"), dtype=torch.float64)
    b = draw(torch, 3, 2, seed=1)
    for upper in (False, True):
        part = (a.triu() + noise.tril(-1)) if upper else (a.tril() + noise.triu(1))
        x = torch.linalg.solve_triangular(part, b, upper=upper)
        assert torch.allclose((a.triu() if upper else a.tril()) @ x, b)


def leaves(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@ours
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_the_gradient_of_det_is_exact_for_every_rank(torch: Any, rank: int) -> None:
    """By central differences, which are exact for a polynomial of degree 1 in each element"""
    a = (draw(torch, 3, rank) @ draw(torch, rank, 3, seed=1)).requires_grad_()
    torch.linalg.det(a).backward()
    for i, j in np.ndindex(3, 3):
        step = torch.zeros(3, 3, dtype=torch.float64)
        step[i, j] = 0.5
        expected = torch.linalg.det(a.detach() + step) - torch.linalg.det(a.detach() - step)
        assert torch.allclose(a.grad[i, j], expected, atol=1e-12)


@ours
@pytest.mark.parametrize("p", [None, 2, -2, "fro", "nuc", 1, -1, float("inf"), -float("inf")])
def test_the_condition_number_has_a_gradient(torch: Any, p: Any) -> None:
    a = draw(torch, 3, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: torch.linalg.cond(x, p), (a,))
    assert torch.autograd.gradgradcheck(lambda x: torch.linalg.cond(x, p), (a,))


@ours
def test_vander_has_a_gradient(torch: Any) -> None:
    a = draw(torch, 3).requires_grad_()
    for options in ({}, {"N": 2}, {"increasing": True}):
        assert torch.autograd.gradcheck(lambda x, o=options: torch.vander(x, **o), (a,))


@ours
def test_pdist_has_a_second_derivative(torch: Any) -> None:
    assert torch.autograd.gradgradcheck(torch.pdist, (draw(torch, 4, 3).requires_grad_(),))


def test_there_is_no_gradient_where_q_is_not_unique_or_not_there(torch: Any) -> None:
    a = draw(torch, 3, 2).requires_grad_()
    with pytest.raises(RuntimeError, match="not differentiable when mode='complete' and nrows > ncols"):
        torch.linalg.qr(a, "complete")[1].sum().backward()
    with pytest.raises(RuntimeError, match="depends on Q, which is not computed when mode='r'"):
        torch.linalg.qr(a, "r")[1].sum().backward()


def test_lin_alg_error_is_a_runtime_error_of_its_own(torch: Any) -> None:
    error = torch.linalg.LinAlgError
    assert issubclass(error, RuntimeError) and error is not RuntimeError
    zero = torch.zeros(2, 2)
    for fails in (
        torch.linalg.inv,
        torch.inverse,
        torch.linalg.cholesky,
        lambda a: torch.linalg.solve(a, torch.ones(2)),
    ):
        with pytest.raises(error):
            fails(zero)


@ours
def test_eigenvalues_of_general_matrices_say_why_they_are_not_there(torch: Any) -> None:
    for name in ("eig", "eigvals"):
        with pytest.raises(NotImplementedError, match=f"linalg.{name}: .* there are no complex tensors"):
            getattr(torch.linalg, name)(torch.eye(2))


TEXT = {
    "linalg.slogdet": "torch.return_types.linalg_slogdet(\nsign=tensor(1.),\nlogabsdet=tensor(1.3863))",
    "slogdet": "torch.return_types.slogdet(\nsign=tensor(1.),\nlogabsdet=tensor(1.3863))",
    "linalg.inv_ex": "torch.return_types.linalg_inv_ex(\ninverse=tensor([[0.5000, 0.0000],\n        [0.0000, 0.5000]]),\n"
    "info=tensor(0, dtype=torch.int32))",
    "linalg.lu_factor": "torch.return_types.linalg_lu_factor(\nLU=tensor([[2., 0.],\n        [0., 2.]]),\n"
    "pivots=tensor([1, 2], dtype=torch.int32))",
    "linalg.cholesky_ex": "torch.return_types.linalg_cholesky_ex(\nL=tensor([[1.4142, 0.0000],\n        [0.0000, 1.4142]]),\n"
    "info=tensor(0, dtype=torch.int32))",
    "linalg.lu": "torch.return_types.linalg_lu(\nP=tensor([[1., 0.],\n        [0., 1.]]),\nL=tensor([[1., 0.],\n"
    "        [0., 1.]]),\nU=tensor([[2., 0.],\n        [0., 2.]]))",
}


@pytest.mark.parametrize("name", TEXT)
def test_results_print_as_in_pytorch(torch: Any, name: str) -> None:
    function = torch
    for part in name.split("."):
        function = getattr(function, part)
    assert repr(function(2 * torch.eye(2))) == TEXT[name]


def test_results_go_by_number_and_by_name(torch: Any) -> None:
    a = draw(torch, 3, 2)
    result = torch.linalg.svd(a, full_matrices=False)
    u, s, vh = result
    assert result.U is u and result.S is s and result.Vh is vh and result[1] is s


def test_the_gradients_of_two_results_are_added(torch: Any) -> None:
    """The results of one decomposition share a node: each use of them adds to one gradient"""
    a = (draw(torch, 3, 3) + 4 * torch.eye(3, dtype=torch.float64)).requires_grad_()
    q, r = torch.linalg.qr(a)
    (q.sum() + r.sum()).backward(retain_graph=True)
    together = a.grad.clone()
    a.grad = None
    q.sum().backward(retain_graph=True)
    r.sum().backward()
    assert torch.allclose(a.grad, together)
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        r.sum().backward()


def test_changing_a_result_in_place_is_found_out(torch: Any) -> None:
    a = draw(torch, 3, 3).requires_grad_()
    inverse = torch.linalg.inv(a)
    with torch.no_grad():
        inverse.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        inverse.sum().backward()


def test_multi_dot_takes_the_cheapest_order(torch: Any) -> None:
    """(1000, 2) (2, 1000) (1000, 1): from the right it never holds a (1000, 1000) matrix"""
    a, b, c = draw(torch, 50, 2), draw(torch, 2, 50, seed=1), draw(torch, 50, 1, seed=2)
    assert torch.allclose(torch.linalg.multi_dot([a, b, c]), a @ (b @ c))


@ours
def test_the_order_of_products() -> None:
    from minitorch_nn.ops.matrix_functions import _best_cuts

    assert _best_cuts([30, 35, 15, 5, 10, 20, 25])[0, 5] == 2  # Cormen et al., figure 15.5
    assert _best_cuts([1000, 2, 1000, 1])[0, 2] == 0
