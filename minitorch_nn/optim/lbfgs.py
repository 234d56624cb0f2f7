"""L-BFGS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..autograd import enable_grad, no_grad
from ..tensor import Tensor, zeros
from .elementwise import check_nonnegative
from .line_search import Number, Point, strong_wolfe
from .optimizer import Optimizer, ParamsT


def _number(loss: Any) -> float:
    """The loss that a closure returned, a tensor or a number, as a number"""
    return float(loss.detach() if isinstance(loss, Tensor) else loss)


class LBFGS(Optimizer):
    """p += t d, d = -H grad: H, an inverse of the Hessian, from the last changes of the gradients y and parameters s

    Each `step(closure)` makes up to `max_iter` such iterations; the closure is called often, and must clear the
    gradients, compute the loss, call `backward()` and return the loss. For functions without noise.

    params: Tensors or named Tensors, in one group. lr: the step t, which with `line_search_fn="strong_wolfe"` is only
    the first one tried. max_eval: calls of the closure in one step, default 1.25 max_iter. A step ends where no element
    of the gradient is above tolerance_grad, or loss or parameters change by less than tolerance_change.
    history_size: how many (y, s) are kept.
    State, under the first parameter: `func_evals`, `n_iter`, `d`, `t`, `old_dirs` (y), `old_stps` (s), `ro` (1 / y s),
    `H_diag`, `prev_flat_grad`, `prev_loss`, `al`.

    Raises ValueError for a negative lr or more than one group, RuntimeError for another `line_search_fn`.
    Source: Nocedal and Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5; Schmidt's minFunc.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_nonnegative(lr=lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def _flat_grad(self) -> Tensor:
        """All gradients in one vector; zeros for a parameter without"""
        return ops.cat(
            [
                zeros(p.numel(), dtype=p.dtype) if p.grad is None else ops.reshape(p.grad, (-1,))
                for p in self.param_groups[0]["params"]
            ]
        )

    def _move(self, t: Number, direction: Tensor) -> None:
        """p += t d"""
        start = 0
        for p in self.param_groups[0]["params"]:
            part = direction[start : start + p.numel()]
            p.add_(ops.reshape(part, tuple(p.shape)), alpha=float(t))
            start += p.numel()

    def _search(
        self, closure: Callable[[], Any], t: Number, d: Tensor, loss: float, grad: Tensor, slope: Number, max_evals: int
    ) -> tuple[Point, int]:
        """The line search from where the parameters are; they are put back after each look"""
        params = self.param_groups[0]["params"]
        kept = [p.clone() for p in params]

        def evaluate(t: Number) -> Point:
            self._move(t, d)
            loss = _number(closure())
            grad = self._flat_grad()
            for p, value in zip(params, kept, strict=True):
                p.copy_(value)
            return Point(t, loss, grad, grad.dot(d))

        return strong_wolfe(evaluate, Point(0, loss, grad, slope), t, d.abs().max(), max_evals=max_evals)

    @no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Iterate; returns the loss that the closure gave first.

        closure: clears the gradients, computes the loss, calls `backward()`, returns the loss.
        """
        (group,) = self.param_groups
        lr, max_iter, max_eval = float(group["lr"]), group["max_iter"], group["max_eval"]
        tolerance_grad, tolerance_change = group["tolerance_grad"], group["tolerance_change"]
        closure = enable_grad()(closure)
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = closure()
        loss, evals = _number(first_loss), 1
        state["func_evals"] += 1
        grad = self._flat_grad()
        if grad.abs().max() <= tolerance_grad:
            return first_loss

        for iteration in range(1, max_iter + 1):
            state["n_iter"] += 1
            d = state["d"] = self._direction(state, grad, group["history_size"])
            if state.get("prev_flat_grad") is None:
                state["prev_flat_grad"] = grad.clone()
            else:
                state["prev_flat_grad"].copy_(grad)
            previous = state["prev_loss"] = loss
            # The first direction is the gradient's, of any length; later ones are scaled
            t: Number = lr
            if state["n_iter"] == 1:
                inverse: Number = 1.0 / grad.abs().sum()
                t = min(1.0, inverse) * lr
            state["t"] = t
            slope = grad.dot(d)
            if slope > -tolerance_change:
                break
            more_evals = 0
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                found, more_evals = self._search(closure, t, d, loss, grad, slope, max_eval - evals)
                t, loss, grad = found.t, found.loss, found.grad
                state["t"] = t
                self._move(t, d)
            else:
                self._move(t, d)
                if iteration != max_iter:  # after the last one nobody needs the loss
                    loss, grad, more_evals = _number(closure()), self._flat_grad(), 1
            evals += more_evals
            state["func_evals"] += more_evals
            if (
                iteration == max_iter
                or evals >= max_eval
                or grad.abs().max() <= tolerance_grad
                or d.mul(t).abs().max() <= tolerance_change
                or abs(loss - previous) < tolerance_change
            ):
                break
        return first_loss

    def _direction(self, state: dict[str, Any], grad: Tensor, history_size: int) -> Tensor:
        """-H grad, once the last step is taken into H: the two-loop recursion"""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return grad.neg()
        y, s = grad.sub(state["prev_flat_grad"]), state["d"].mul(state["t"])
        ys = y.dot(s)
        changes, steps, ro = state["old_dirs"], state["old_stps"], state["ro"]
        if ys > 1e-10:  # only then H stays positive definite
            if len(changes) == history_size:
                for history in (changes, steps, ro):
                    history.pop(0)
            changes.append(y)
            steps.append(s)
            ro.append(1.0 / ys)
            state["H_diag"] = ys / y.dot(y)
        al = state.setdefault("al", [None] * history_size)
        q = grad.neg()
        for i in range(len(changes) - 1, -1, -1):
            al[i] = steps[i].dot(q) * ro[i]
            q.add_(changes[i], alpha=-float(al[i]))
        d = q.mul(state["H_diag"])
        for i in range(len(changes)):
            d.add_(steps[i], alpha=float(al[i] - changes[i].dot(d) * ro[i]))
        return d
