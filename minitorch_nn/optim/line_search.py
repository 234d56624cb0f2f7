"""How far to go along a direction: the strong Wolfe conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..tensor import Tensor

Number = Any  # a Python number, or a 0-dim Tensor: they mix as in PyTorch, so that roundings agree


class Point(NamedTuple):
    """A step t along the direction: the loss there, its gradient, and its slope (the gradient along the direction)."""

    t: Number
    loss: float
    grad: Tensor
    slope: Number


def cubic_minimum(a: Point, b: Point, bounds: tuple[Number, Number] | None = None) -> Number:
    """Where the cubic through the losses and slopes of two points is least, within `bounds` (default: between them).

    d1 = a' + b' - 3 (f(a) - f(b)) / (a - b);  d2 = sqrt(d1² - a' b');  t = b - (b - a) (b' + d2 - d1) / (b' - a' + 2 d2)

    for a <= b; the middle of the bounds where there is no minimum.
    Source: Nocedal and Wright 2006, "Numerical Optimization", equation 3.59.
    """
    low, high = bounds or ((a.t, b.t) if a.t <= b.t else (b.t, a.t))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    d2 = square.sqrt()
    if a.t > b.t:
        a, b = b, a
    best = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(best, low), high)


def strong_wolfe(
    evaluate: Callable[[Number], Point],
    start: Point,
    t: Number,
    longest: Number,
    tolerance_change: float = 1e-9,
    max_evals: int = 25,
    c1: float = 1e-4,
    c2: float = 0.9,
) -> tuple[Point, int]:
    """A point with f(t) <= f(0) + c1 t f'(0) and |f'(t)| <= c2 |f'(0)|, and how many points were looked at.

    evaluate: the point at a step t. start: the point at 0. t: the first step to try. longest: the largest element of
    the direction, by which `tolerance_change` bounds the bracket. Where the evaluations run out: the best point so far.
    Source: Nocedal and Wright 2006, "Numerical Optimization", algorithms 3.5 and 3.6, as in minFunc's WolfeLineSearch.
    """

    def too_high(p: Point) -> bool:
        return bool(p.loss > start.loss + c1 * p.t * start.slope)

    def flat_enough(p: Point) -> bool:
        return bool(abs(p.slope) <= -c2 * start.slope)

    # Go on until two points have a minimum between them
    before, here = start, evaluate(t)
    evals, rounds, bracket = 1, 0, [start, start]
    while rounds < max_evals:
        if too_high(here) or (rounds > 1 and here.loss >= before.loss):
            bracket = [before, here]
            break
        if flat_enough(here):
            return here, evals
        if here.slope >= 0:
            bracket = [before, here]
            break
        bounds = here.t + 0.01 * (here.t - before.t), here.t * 10
        before, here = here, evaluate(cubic_minimum(before, here, bounds))
        evals += 1
        rounds += 1
    if rounds == max_evals:
        bracket = [start, here]

    # Draw the two together
    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    stuck = False
    while rounds < max_evals:
        if abs(bracket[1].t - bracket[0].t) * longest < tolerance_change:
            break
        t = cubic_minimum(bracket[0], bracket[1])
        # Too close to an end twice in a row, or beyond it: step a tenth of the bracket inwards instead
        left, right = min(p.t for p in bracket), max(p.t for p in bracket)
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            if stuck or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        here = evaluate(t)
        evals += 1
        rounds += 1
        if too_high(here) or here.loss >= bracket[low].loss:
            bracket[high] = here
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        done = flat_enough(here)
        if not done and here.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = here
        if done:
            break
    return bracket[low], evals
