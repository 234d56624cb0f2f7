"""Derivatives against finite differences: (f(x + eps) - f(x - eps)) / 2 eps, one input element at a time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..random import current_generator
from .differentiate import grad
from .variable import TensorBase, tensor_type

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """What `gradcheck` and `gradgradcheck` raise where a derivative is wrong."""


def gradcheck(
    func: Function,
    inputs: TensorBase | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """|analytical - numerical| <= atol + rtol * |numerical|, for every element of every Jacobian.

    func: takes `inputs`, returns a Tensor or a tuple of Tensors.
    inputs: a Tensor or a tuple; the float64 Tensors among them that require a gradient are checked. Their memory may
        not overlap.
    eps: step of the differences. nondet_tol: by how much two backward passes may differ.
    check_undefined_grad: with several outputs, also leave each one out in turn, as happens where a loss uses only
        some of them.
    raise_exception: False returns False where a check fails.

    Returns True.

    Raises GradcheckError where a check fails, ValueError where no input requires a gradient, RuntimeError for an
    input that was expanded, NotImplementedError for what PyTorch has and this package has not: forward mode, vmap,
    sparse tensors and `fast_mode`.

    Source: the slow mode of torch.autograd.gradcheck, whose messages these are.
    """
    _refuse(
        check_batched_grad=check_batched_grad,
        check_batched_forward_grad=check_batched_forward_grad,
        check_forward_ad=check_forward_ad,
        fast_mode=fast_mode,
        masked=bool(masked),
    )
    if not check_backward_ad:
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    try:
        return _check(func, _as_tuple(inputs), eps, atol, rtol, nondet_tol, check_undefined_grad, check_grad_dtypes)
    except GradcheckError:
        if raise_exception:
            raise
        return False


def gradgradcheck(
    func: Function,
    inputs: TensorBase | Sequence[Any],
    grad_outputs: TensorBase | Sequence[TensorBase] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """gradcheck of (inputs, grad_outputs) -> the gradients of `func`: its second derivatives.

    grad_outputs: one Tensor for every output that requires a gradient; by default drawn from [-1, 1), from a fixed
        seed.
    gen_non_contig_grad_outputs: draw them non-contiguous. The other arguments, the result and the errors are
        gradcheck's.
    """
    _refuse(check_fwd_over_rev=check_fwd_over_rev)
    if not check_rev_over_rev:
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    given = _as_tuple(inputs)
    if grad_outputs is None:
        cotangents = tuple(_cotangent(o, gen_non_contig_grad_outputs) for o in _differentiable(func(*given)))
    else:
        cotangents = _as_tuple(grad_outputs)
    count = len(cotangents)

    def first_derivative(*args: Any) -> tuple[Any, ...]:
        xs, gs = args[: len(args) - count], args[len(args) - count :]
        wanted = [x for x in xs if _wants_gradient(x)]
        grads = grad(_differentiable(func(*xs)), wanted, gs, create_graph=True, allow_unused=True)
        return tuple(g for g in grads if g is not None)

    return gradcheck(
        first_derivative,
        given + cotangents,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        fast_mode=fast_mode,
        masked=masked,
    )


def _refuse(**options: bool) -> None:
    for name, on in options.items():
        if on:
            raise NotImplementedError(
                f"gradcheck: {name}=True is not there: this package has no forward mode, vmap, sparse tensors or "
                f"fast mode"
            )


def _check(
    func: Function,
    inputs: tuple[Any, ...],
    eps: float,
    atol: float,
    rtol: float,
    nondet_tol: float,
    check_undefined_grad: bool,
    check_grad_dtypes: bool,
) -> bool:
    wanted = _check_inputs(inputs)
    result = _as_tuple(func(*inputs))
    outputs = _differentiable(result)
    chosen = [i for i, o in enumerate(result) if o.requires_grad] or list(range(len(result)))
    numerical = [_numerical_jacobians(func, inputs, x, result, chosen, eps) for x in wanted]
    if not outputs:
        if any(jacobian.any() for per_input in numerical for jacobian in per_input):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return True
    for i, output in enumerate(outputs):
        analytical = _analytical_jacobians(wanted, output, nondet_tol, check_grad_dtypes)
        for j, (a, per_output) in enumerate(zip(analytical, numerical, strict=True)):
            n = per_output[i]
            if not np.allclose(a, n, rtol=rtol, atol=atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {i} with respect to input {j},\n"
                    f"numerical:{tensor_type()._wrap(n)}\nanalytical:{tensor_type()._wrap(a)}\n"
                )
    _check_scales_with_grad_output(outputs, wanted)
    if check_undefined_grad and len(outputs) > 1:
        _check_outputs_left_out(func, inputs, wanted)
    return True


def _check_inputs(inputs: tuple[Any, ...]) -> list[TensorBase]:
    """The tensors to check."""
    wanted = []
    for i, x in enumerate(inputs):
        if not _wants_gradient(x):
            continue
        wanted.append(x)
        if x._data.dtype != np.float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or complex. "
                "This check will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=4,
            )
        if x._data.size and any(
            stride == 0 and size > 1 for stride, size in zip(x._data.strides, x._data.shape, strict=True)
        ):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                f"non-overlapping to be able to "
                "compute the numerical gradients correctly. You should call .contiguous on the input before "
                "passing it to gradcheck."
            )
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    return wanted


def _numerical_jacobians(
    func: Function, inputs: tuple[Any, ...], x: TensorBase, result: tuple[Any, ...], chosen: list[int], eps: float
) -> list[Array]:
    """d result[i] / d x for the chosen i, each (elements of x, elements of the output)."""
    jacobians = [np.zeros((x._data.size, result[i]._data.size), _wide(result[i]._data.dtype)) for i in chosen]

    def values(index: int) -> list[Array]:
        outputs = _as_tuple(func(*inputs))
        for i in chosen:
            _check_same(result[i], outputs[i], eps, index)
        return [
            outputs[i]._data.astype(_wide(outputs[i]._data.dtype)) for i in chosen
        ]  # a copy: an output may be the input itself

    flat = x._data.flat
    for index in range(x._data.size):
        was = flat[index]
        try:
            flat[index] = was - eps
            below = values(index)
            flat[index] = was + eps
            above = values(index)
        finally:
            flat[index] = was
        for jacobian, a, b in zip(jacobians, below, above, strict=True):
            with np.errstate(invalid="ignore"):  # inf - inf is nan, and a nan does not match
                jacobian[index] = ((b - a) / (2 * eps)).reshape(-1)
    return jacobians


def _wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype if dtype.kind == "f" else np.dtype(np.float64)


def _check_same(expected: Any, got: Any, eps: float, index: int) -> None:
    for what in ("shape", "dtype"):
        if getattr(expected, what) != getattr(got, what):
            raise AssertionError(
                f"Expected `func` to return outputs with the same {what} when inputs are perturbed on index {index} "
                f"by {eps}, but got: "
                f"{what}s {getattr(expected, what)} and {getattr(got, what)}."
            )


def _analytical_jacobians(
    wanted: list[TensorBase], output: TensorBase, nondet_tol: float, check_dtypes: bool
) -> list[Array]:
    """d output / d x for every x, by one backward pass for every element of the output, all run twice."""
    first, second = (_jacobians_by_rows(wanted, output, check_dtypes) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        if a.size and not np.array_equal(a, b, equal_nan=True) and not np.abs(a - b).max() <= nondet_tol:
            raise GradcheckError(
                "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times "
                "gives different values, "
                f"although analytical gradient matches numerical gradient.The tolerance for nondeterminism was "
                f"{nondet_tol}.\n"
                "A gradient rule that draws random numbers, or keeps state, does this; where the difference is "
                "small and meant, "
                "pass nondet_tol."
            )
    return first


def _jacobians_by_rows(wanted: list[TensorBase], output: TensorBase, check_dtypes: bool) -> list[Array]:
    size = output._data.size
    jacobians = [np.zeros((x._data.size, size), x._data.dtype) for x in wanted]
    for column in range(size):
        unit = np.zeros(output._data.shape, output._data.dtype)
        unit.flat[column] = 1
        grads = grad([output], wanted, [tensor_type()._wrap(unit)], retain_graph=True, allow_unused=True)
        for jacobian, x, g in zip(jacobians, wanted, grads, strict=True):
            if g is None:
                continue
            if g._data.shape != x._data.shape:
                raise GradcheckError("Analytical gradient has incorrect size")
            if check_dtypes and g._data.dtype != x._data.dtype:
                raise GradcheckError("Gradient has dtype mismatch")
            jacobian[:, column] = g._data.reshape(-1)
    return jacobians


def _check_scales_with_grad_output(outputs: tuple[Any, ...], wanted: list[TensorBase]) -> None:
    """A zero gradient of the outputs gives zero gradients."""
    for x, g in zip(wanted, grad(outputs, wanted, _zeros(outputs), retain_graph=True, allow_unused=True), strict=True):
        if g is None:
            continue
        if g._data.any():
            raise GradcheckError("backward not multiplied by grad_output")
        if g._data.dtype != x._data.dtype:
            raise GradcheckError("grad is incorrect type")
        if g._data.shape != x._data.shape:
            raise GradcheckError("grad is incorrect size")


def _check_outputs_left_out(func: Function, inputs: tuple[Any, ...], wanted: list[TensorBase]) -> None:
    """With no gradient at all for one of the outputs, and zeros for the others, the inputs' are zero or None."""
    for left_out in range(len(_differentiable(func(*inputs)))):
        rest = [o for i, o in enumerate(_differentiable(func(*inputs))) if i != left_out]
        try:
            grads = grad(rest, wanted, _zeros(rest), allow_unused=True)
        except RuntimeError as error:
            raise GradcheckError("Expected backward function to handle undefined output grads.") from error
        if any(g is not None and g._data.any() for g in grads):
            raise GradcheckError(
                "Expected all input grads to be undefined or zero when all output grads are undefined or zero."
            )


def _zeros(outputs: Sequence[Any]) -> list[Any]:
    return [tensor_type()._wrap(np.zeros_like(o._data)) for o in outputs]


def _cotangent(output: TensorBase, non_contiguous: bool) -> Any:
    """A random gradient for `output` that requires a gradient itself, from the default generator as in PyTorch."""
    shape = output._data.shape
    apart = non_contiguous and output._data.size > 1
    values = current_generator().uniform((*shape[:-1], 2 * shape[-1]) if apart else shape, -1, 1, output._data.dtype)
    if apart:
        values = values[..., 1::2]
    return tensor_type()._wrap(values).requires_grad_()


def _wants_gradient(x: Any) -> bool:
    return isinstance(x, TensorBase) and x._edge() is not None


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _differentiable(result: Any) -> tuple[Any, ...]:
    return tuple(o for o in _as_tuple(result) if o.requires_grad)
