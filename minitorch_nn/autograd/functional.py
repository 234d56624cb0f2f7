"""`autograd.functional`: Jacobians, Hessians and their products with vectors, of a function of tensors.

    vjp  v^T J      one backward pass
    jvp  J v        the backward pass of v^T J, which is linear in v, differentiated for v ("double backward")
    vhp  v^T H      the vjp of the gradient
    hvp  H v        the jvp of the gradient

Everywhere `func` takes tensors and returns a tensor or a tuple of them; `inputs` is a tensor or a tuple of them, and the
results have the structure of the inputs (jvp: of the outputs).

create_graph: the results can be differentiated again.
strict: raise where an output or a derivative does not depend on an input, instead of giving zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._bfloat16 import ones_like
from .differentiate import grad, stacked
from .grad_mode import enable_grad, is_grad_enabled
from .variable import TensorBase, tensor_type

if TYPE_CHECKING:
    from ..tensor import Tensor

Tensors = Any
"""A tensor or a tuple of them."""


def vjp(
    func: Callable[..., Tensors], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(inputs), v^T J): the outputs, and for each input the derivative of sum(v * outputs).

    v: like the outputs; may be left out where the output is a single number.
    """
    with enable_grad():
        ins, one_in = _as_tuple(inputs, "inputs", "vjp")
        ins = _prepared(ins, create_graph, need_graph=True)
        outs, one_out = _outputs(func, ins, "vjp")
        _check(outs, "outputs", strict)
        if v is not None:
            vs = _vector(v, outs, one_out, "vjp")
        elif len(outs) == 1 and outs[0].nelement() == 1:
            vs = (None,)
        else:
            raise RuntimeError(
                "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
            )
    with _recording(create_graph):
        grads = _filled(_gradients(outs, ins, vs, create_graph), ins, strict, create_graph, "back")
    return _one(_finished(outs, create_graph), one_out), _one(_finished(grads, create_graph), one_in)


def jvp(
    func: Callable[..., Tensors], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(inputs), J v): the outputs, and their change along v.

    v: like the inputs; may be left out where the input is a single number.
    """
    with enable_grad():
        ins, one_in = _as_tuple(inputs, "inputs", "jvp")
        ins = _prepared(ins, create_graph, need_graph=True)
        if v is not None:
            vs = _vector(v, ins, one_in, "jvp")
        elif len(ins) == 1 and ins[0].nelement() == 1:
            vs = (_ones(ins[0]),)
        else:
            raise RuntimeError(
                "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
                "element."
            )
        outs, one_out = _outputs(func, ins, "jvp")
        _check(outs, "outputs", strict)
        directions = tuple(_zeros(o).requires_grad_() for o in outs)
        grads = _gradients(outs, ins, directions, create_graph=True)
        _check(grads, "grad_inputs", strict)
    with _recording(create_graph):
        along = _gradients(_some(grads, ins), directions, vs, create_graph)
        along = _filled(along, outs, strict, create_graph, "back_trick")
    return _one(_finished(outs, create_graph), one_out), _one(_finished(along, create_graph), one_out)


def jacobian(
    func: Callable[..., Tensors],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Tensors:
    """J[o][i]: for each output o and input i a tensor of shape o.shape + i.shape, the derivatives of o for i.

    One backward pass for each element of the outputs; `vectorize` and `strategy` choose how PyTorch computes, not what.
    """
    _check_strategy(vectorize, strategy, create_graph, strict)
    with enable_grad():
        ins, one_in = _as_tuple(inputs, "inputs", "jacobian")
        ins = _prepared(ins, create_graph, need_graph=True)
        outs, one_out = _outputs(func, ins, "jacobian")
        _check(outs, "outputs", strict)
        rows = tuple(_rows(out, i, ins, create_graph, strict) for i, out in enumerate(outs))
    rows = tuple(_one(_finished(r, create_graph), one_in) for r in rows)
    return rows[0] if one_out else rows


def _rows(out: Any, number: int, ins: tuple[Any, ...], create_graph: bool, strict: bool) -> tuple[Tensor, ...]:
    """The derivatives of one output for each input"""
    parts: list[list[Any]] = [[] for _ in ins]
    flat = out.reshape(-1)
    for k in range(out.nelement()):
        found = _gradients((flat[k],), ins, (None,), create_graph, retain=True)
        for i, (g, x) in enumerate(zip(found, ins, strict=True)):
            if g is None:
                if strict:
                    raise RuntimeError(
                        f"Output {number} of the user-provided function is independent of input {i}. This is not allowed in "
                        "strict mode."
                    )
                g = _zeros(x)
            elif strict and create_graph and not g.requires_grad:
                raise RuntimeError(
                    # PyTorch puts the number of the output here
                    f"The jacobian of the user-provided function is independent of input {number}. This is not allowed in "
                    "strict mode when create_graph=True."
                )
            parts[i].append(g)
    return tuple(_stacked(rows, out, x) for rows, x in zip(parts, ins, strict=True))


def _stacked(rows: list[Any], out: Any, x: Any) -> Tensor:
    """Gradients, one for each element of `out`, as one tensor of shape out.shape + x.shape"""
    return stacked(rows, x).reshape(*out.shape, *x.shape)  # type: ignore[no-any-return]


def hessian(
    func: Callable[..., Tensor],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Tensors:
    """H[i][j]: for each pair of inputs a tensor of shape i.shape + j.shape, the second derivatives of a scalar func.

    `vectorize` and `outer_jacobian_strategy` choose how PyTorch computes, not what.
    """
    if outer_jacobian_strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    _check_strategy(vectorize, outer_jacobian_strategy, create_graph, strict)
    ins, one_in = _as_tuple(inputs, "inputs", "hessian")

    def scalar(*args: Any) -> Any:
        return _scalar_output(func, args, "hessian", strict)[0]

    def gradient(*args: Any) -> Any:
        found = jacobian(scalar, args, create_graph=True)
        _check(found, "jacobian", strict)
        return found

    found = jacobian(gradient, ins, create_graph=create_graph, strict=strict)
    return found[0][0] if one_in else found


def vhp(
    func: Callable[..., Tensor], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensor, Tensors]:
    """(func(inputs), v^T H) for a func that returns one number; v: like the inputs."""
    with enable_grad():
        ins, one_in = _as_tuple(inputs, "inputs", "vhp")
        ins = _prepared(ins, create_graph, need_graph=True)
        vs = _direction(v, ins, one_in, "vhp")
        out = _scalar_output(func, ins, "vhp", strict)
        slope = _gradients(out, ins, (None,), create_graph=True)
        _check(slope, "jacobian", strict)
    with _recording(create_graph):
        found = _gradients(_some(slope, ins), ins, vs, create_graph)
        found = _filled(found, ins, strict, create_graph, "double_back")
    return _finished(out, create_graph)[0], _one(_finished(found, create_graph), one_in)


def hvp(
    func: Callable[..., Tensor], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensor, Tensors]:
    """(func(inputs), H v) for a func that returns one number; v: like the inputs. Slower than the equal `vhp`."""
    with enable_grad():
        ins, one_in = _as_tuple(inputs, "inputs", "hvp")
        ins = _prepared(ins, create_graph, need_graph=True)
        vs = _direction(v, ins, one_in, "hvp")
        out = _scalar_output(func, ins, "hvp", strict)
        slope = _gradients(out, ins, (None,), create_graph=True)
        _check(slope, "jacobian", strict)
        directions = tuple(_zeros(x).requires_grad_() for x in ins)
        curve = _gradients(_some(slope, ins), ins, directions, create_graph=True)
        _check(curve, "hessian", strict)
    with _recording(create_graph):
        found = _gradients(_some(curve, ins), directions, vs, create_graph)
        found = _filled(found, ins, strict, create_graph, "double_back_trick")
    return _finished(out, create_graph)[0], _one(_finished(found, create_graph), one_in)


# Inputs and outputs ---------------------------------------------------------------------------------------------------
def _as_tuple(x: Any, what: str, function: str) -> tuple[tuple[Any, ...], bool]:
    """x as a tuple of tensors, and whether it was a single tensor"""
    one = not isinstance(x, tuple)
    several = (x,) if one else x
    for i, t in enumerate(several):
        if not isinstance(t, TensorBase):
            where = f"given {what} has type {type(t)}" if one else f"value at index {i} has type {type(t)}"
            raise TypeError(
                f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but the {where}."
            )
    return several, one


def _outputs(func: Callable[..., Any], ins: tuple[Any, ...], function: str) -> tuple[tuple[Any, ...], bool]:
    return _as_tuple(func(*ins), "outputs of the user-provided function", function)


def _scalar_output(func: Callable[..., Any], ins: tuple[Any, ...], function: str, strict: bool) -> tuple[Any, ...]:
    outs, one = _outputs(func, ins, function)
    _check(outs, "outputs", strict)
    if not one:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if outs[0].nelement() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {function} should contain a single element")
    return (outs[0].reshape(()),) if function == "hessian" else outs


def _prepared(ins: tuple[Any, ...], create_graph: bool, need_graph: bool) -> tuple[Any, ...]:
    """Tensors to differentiate for: linked with the caller's where the results shall be, else on their own"""
    return tuple(
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_(need_graph) for x in ins
    )


def _finished(results: Sequence[Any], create_graph: bool) -> tuple[Any, ...]:
    return tuple(r if create_graph else r.detach() for r in results)


def _one(results: tuple[Any, ...], one: bool) -> Any:
    return results[0] if one else results


def _recording(create_graph: bool) -> Any:
    """Within the functions that the user differentiates again, record; else as the caller has it"""
    return enable_grad() if create_graph else _Unchanged()


class _Unchanged:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *args: object) -> None:
        pass


def _vector(v: Any, like: tuple[Any, ...], one: bool, function: str) -> tuple[Any, ...]:
    vs, _ = _as_tuple(v, "v", function)
    vs = _prepared(vs, create_graph=is_grad_enabled(), need_graph=False)
    if len(vs) != len(like):
        if one:
            raise RuntimeError("The given v should contain a single Tensor.")
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(vs)}.")
    for i, (a, b) in enumerate(zip(vs, like, strict=True)):
        if a.shape != b.shape:
            entry = "" if one else f"Entry {i} in "
            raise RuntimeError(f"{entry}v has invalid size: should be {b.shape} but got {a.shape}.")
    return vs


def _direction(v: Any, ins: tuple[Any, ...], one: bool, function: str) -> tuple[Any, ...]:
    if v is not None:
        return _vector(v, ins, one, function)
    if len(ins) != 1 or ins[0].nelement() != 1:
        raise RuntimeError(
            "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
            "element."
        )
    return (_ones(ins[0]),)


# Gradients ------------------------------------------------------------------------------------------------------------
def _gradients(
    outs: tuple[Any, ...],
    ins: tuple[Any, ...],
    grads: tuple[Any, ...],
    create_graph: bool,
    retain: bool | None = None,
) -> tuple[Any, ...]:
    """`autograd.grad` that leaves out the outputs that depend on nothing"""
    pairs = [(o, g) for o, g in zip(outs, grads, strict=True) if o is not None and o.requires_grad]
    if not pairs:
        return (None,) * len(ins)
    roots, seeds = zip(*pairs, strict=True)
    return grad(roots, ins, seeds, retain_graph=retain, create_graph=create_graph, allow_unused=True)


def _some(grads: tuple[Any, ...], refs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Gradients with zeros for those that are None"""
    return tuple(_zeros(x) if g is None else g for g, x in zip(grads, refs, strict=True))


_INDEPENDENT = {
    "back": "The output of the user-provided function is independent of input {i}. This is not allowed in strict mode.",
    "back_trick": (
        "The gradient with respect to the input is independent of entry {i} in the grad_outputs when using the double "
        "backward trick to compute forward mode gradients. This is not allowed in strict mode."
    ),
    "double_back": (
        "The jacobian of the user-provided function is independent of input {i}. This is not allowed in strict mode."
    ),
    "double_back_trick": (
        "The hessian of the user-provided function is independent of entry {i} in the grad_jacobian. This is not allowed in "
        "strict mode as it prevents from using the double backward trick to replace forward mode AD."
    ),
}


def _filled(
    grads: tuple[Any, ...], refs: tuple[Any, ...], strict: bool, create_graph: bool, stage: str
) -> tuple[Any, ...]:
    """Gradients with zeros for None, or an error where `strict`"""
    for i, g in enumerate(grads if strict else ()):
        if g is None:
            raise RuntimeError(_INDEPENDENT[stage].format(i=i))
        if create_graph and not g.requires_grad:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {i}. This is not allowed in strict mode "
                "when create_graph=True."
            )
    return _some(grads, refs)


def _check(tensors: tuple[Any, ...], what: str, strict: bool) -> None:
    """Where `strict`: all must depend on the inputs"""
    for i, t in enumerate(tensors if strict else ()):
        if t is None:
            raise RuntimeError(_INDEPENDENT["back"].format(i=i))
        if t.requires_grad:
            continue
        if what == "outputs":
            raise RuntimeError(
                f"Output {i} of the user-provided function does not require gradients. The outputs must be computed in a "
                "differentiable manner from the input when running in strict mode."
            )
        if what == "hessian":
            raise RuntimeError(
                f"The hessian of the user-provided function with respect to input {i} is independent of the input. This is "
                "not allowed in strict mode. You should ensure that your function is thrice differentiable and that the "
                "hessian depends on the inputs."
            )
        if what == "jacobian":
            raise RuntimeError(
                "While computing the hessian, found that the jacobian of the user-provided function with respect to input "
                f"{i} is independent of the input. This is not allowed in strict mode. You should ensure that your function "
                "is twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear "
                "function for example)."
            )
        raise RuntimeError(
            f"The gradient with respect to input {i} is independent of the inputs of the user-provided function. This is not "
            "allowed in strict mode."
        )


def _check_strategy(vectorize: bool, strategy: str, create_graph: bool, strict: bool) -> None:
    """Raise where PyTorch refuses what `jacobian` is asked for together."""
    if strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than '
            'inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        if create_graph:
            raise NotImplementedError(
                'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
                'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.'
            )
        if strict:
            raise RuntimeError(
                'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together '
                '(yet). Please either set `strict=False` or `strategy="reverse-mode"`.'
            )
        if not vectorize:
            raise NotImplementedError(
                "Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
                "only implemented for `vectorize=True`."
            )
    if vectorize and strict:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please "
            "either set `strict=False` or `vectorize=False`."
        )


def _zeros(t: Any) -> Any:
    return tensor_type()._wrap(np.zeros_like(t._data))


def _ones(t: Any) -> Any:
    return tensor_type()._wrap(ones_like(t._data))
