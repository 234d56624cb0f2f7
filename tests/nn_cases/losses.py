"""The loss layers: printed text, value and gradients, each with all its options."""

# ruff: noqa: E501  (a table: one case a line)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .common import Case, forward_and_gradients, raised, wave

CASES: dict[str, Case] = {}

Make = Callable[[Any, dict[str, Any]], Any]


def _wave(*shape: int, phase: float = 0.1) -> Callable[[Any], Any]:
    return lambda torch: wave(torch, *shape, phase=phase)


def _probabilities(*shape: int) -> Callable[[Any], Any]:
    return lambda torch: wave(torch, *shape, phase=1.3) * 0.45 + 0.5


def _signs(*shape: int) -> Callable[[Any], Any]:
    return lambda torch: torch.sign(wave(torch, *shape, phase=0.7)).detach()


def _labels(*values: Any) -> Callable[[Any], Any]:
    return lambda torch: torch.tensor(values)


X, Y = _wave(3, 4), _wave(3, 4, phase=2.0)
LOG = lambda torch: torch.log_softmax(wave(torch, 3, 4), 1).detach()  # noqa: E731
WEIGHT = lambda torch: wave(torch, 4, phase=1.0) + 2  # noqa: E731
LABELS = _labels(2, 0, 3)

# constructor from nn, torch and the reduction; inputs
LOSSES: dict[str, tuple[Callable[..., Any], tuple[Callable[[Any], Any], ...]]] = {
    "MSELoss": (lambda nn, torch, r: nn.MSELoss(reduction=r), (X, Y)),
    "L1Loss": (lambda nn, torch, r: nn.L1Loss(reduction=r), (X, Y)),
    "SmoothL1Loss": (lambda nn, torch, r: nn.SmoothL1Loss(reduction=r, beta=0.5), (X, Y)),
    "SmoothL1Loss beta 0": (lambda nn, torch, r: nn.SmoothL1Loss(reduction=r, beta=0.0), (X, Y)),
    "HuberLoss": (lambda nn, torch, r: nn.HuberLoss(reduction=r, delta=0.5), (X, Y)),
    "NLLLoss": (lambda nn, torch, r: nn.NLLLoss(reduction=r), (LOG, LABELS)),
    "NLLLoss weight": (lambda nn, torch, r: nn.NLLLoss(weight=WEIGHT(torch), reduction=r, ignore_index=0), (LOG, LABELS)),
    "NLLLoss 2d": (lambda nn, torch, r: nn.NLLLoss(reduction=r), (_wave(2, 3, 2, 2), _labels([[0, 1], [2, 2]], [[1, 0], [0, 1]]))),
    "CrossEntropyLoss": (lambda nn, torch, r: nn.CrossEntropyLoss(reduction=r), (X, LABELS)),
    "CrossEntropyLoss single": (lambda nn, torch, r: nn.CrossEntropyLoss(reduction=r), (_wave(4), lambda torch: torch.tensor(2))),
    "CrossEntropyLoss weight": (lambda nn, torch, r: nn.CrossEntropyLoss(WEIGHT(torch), ignore_index=3, reduction=r, label_smoothing=0.1), (X, LABELS)),
    "CrossEntropyLoss 2d": (lambda nn, torch, r: nn.CrossEntropyLoss(reduction=r, label_smoothing=0.2), (_wave(2, 3, 2), _labels([0, 2], [1, 1]))),
    "CrossEntropyLoss probabilities": (lambda nn, torch, r: nn.CrossEntropyLoss(WEIGHT(torch), reduction=r, label_smoothing=0.1), (X, lambda torch: torch.softmax(wave(torch, 3, 4, phase=5.0), 1).detach())),
    "BCELoss": (lambda nn, torch, r: nn.BCELoss(reduction=r), (_probabilities(3, 4), _probabilities(3, 4))),
    "BCELoss weight": (lambda nn, torch, r: nn.BCELoss(WEIGHT(torch), reduction=r), (_probabilities(3, 4), _probabilities(3, 4))),
    "BCEWithLogitsLoss": (lambda nn, torch, r: nn.BCEWithLogitsLoss(reduction=r), (X, _probabilities(3, 4))),
    "BCEWithLogitsLoss weights": (lambda nn, torch, r: nn.BCEWithLogitsLoss(WEIGHT(torch), pos_weight=WEIGHT(torch) * 2, reduction=r), (X, _probabilities(3, 4))),
    "KLDivLoss": (lambda nn, torch, r: nn.KLDivLoss(reduction="batchmean" if r == "mean" else r), (LOG, _probabilities(3, 4))),
    "KLDivLoss log": (lambda nn, torch, r: nn.KLDivLoss(reduction="batchmean" if r == "mean" else r, log_target=True), (LOG, Y)),
    "PoissonNLLLoss": (lambda nn, torch, r: nn.PoissonNLLLoss(full=True, reduction=r), (X, lambda torch: wave(torch, 3, 4) + 2)),
    "PoissonNLLLoss plain": (lambda nn, torch, r: nn.PoissonNLLLoss(log_input=False, reduction=r), (_probabilities(3, 4), lambda torch: wave(torch, 3, 4) + 2)),
    "GaussianNLLLoss": (lambda nn, torch, r: nn.GaussianNLLLoss(full=True, reduction=r), (X, Y, _probabilities(3, 4))),
    "GaussianNLLLoss short": (lambda nn, torch, r: nn.GaussianNLLLoss(reduction=r, eps=0.5), (X, Y, _probabilities(3))),
    "HingeEmbeddingLoss": (lambda nn, torch, r: nn.HingeEmbeddingLoss(reduction=r), (X, _signs(3, 4))),
    "SoftMarginLoss": (lambda nn, torch, r: nn.SoftMarginLoss(reduction=r), (X, _signs(3, 4))),
    "MarginRankingLoss": (lambda nn, torch, r: nn.MarginRankingLoss(0.3, reduction=r), (_wave(5), _wave(5, phase=2.0), _signs(5))),
    "CosineEmbeddingLoss": (lambda nn, torch, r: nn.CosineEmbeddingLoss(0.1, reduction=r), (X, Y, _signs(3))),
    "TripletMarginLoss": (lambda nn, torch, r: nn.TripletMarginLoss(reduction=r), (X, Y, _wave(3, 4, phase=4.0))),
    "TripletMarginLoss swap": (lambda nn, torch, r: nn.TripletMarginLoss(0.5, p=1.0, swap=True, reduction=r), (X, Y, _wave(3, 4, phase=4.0))),
}  # fmt: skip


def _case(make: Callable[..., Any], inputs: tuple[Callable[[Any], Any], ...], fixed: bool) -> Case:
    def case(torch: Any) -> Any:
        result: list[Any] = []
        for reduction in ("mean", "sum", "none"):
            loss = make(torch.nn, torch, reduction)
            values = [make_input(torch) for make_input in inputs]
            held = values[1:] if fixed else []
            call = (lambda x, held=held, loss=loss: loss(x, *held)) if fixed else loss
            result += [repr(loss), list(loss.state_dict())]
            result += forward_and_gradients(torch, call, *(values[:1] if fixed else values))
        return result

    return case


GRADIENT_BY_TARGET = {
    "MSELoss",
    "L1Loss",
    "SmoothL1Loss",
    "HuberLoss",
    "TripletMarginLoss",
    "GaussianNLLLoss",
    "BCEWithLogitsLoss",
}
for name, (make, inputs) in LOSSES.items():
    CASES[f"loss/{name}"] = _case(make, inputs, fixed=name not in GRADIENT_BY_TARGET)

REFUSED: dict[str, Callable[[Any, Any], Any]] = {
    "MSELoss reduction": lambda torch, nn: nn.MSELoss(reduction="avg")(torch.zeros(2), torch.zeros(2)),
    "CrossEntropyLoss reduction": lambda torch, nn: nn.CrossEntropyLoss(reduction="avg")(
        torch.zeros(2, 3), torch.tensor([0, 1])
    ),
    "CrossEntropyLoss range": lambda torch, nn: nn.CrossEntropyLoss()(torch.zeros(1, 3), torch.tensor([5])),
    "CrossEntropyLoss sizes": lambda torch, nn: nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 1, 2])),
    "CrossEntropyLoss dtype": lambda torch, nn: nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.zeros(2)),
    "CrossEntropyLoss weight": lambda torch, nn: nn.CrossEntropyLoss(torch.ones(2))(
        torch.zeros(2, 3), torch.tensor([0, 1])
    ),
    "BCELoss range": lambda torch, nn: nn.BCELoss()(torch.ones(2) * 2, torch.ones(2)),
    "BCELoss sizes": lambda torch, nn: nn.BCELoss()(torch.zeros(2), torch.zeros(2, 1)),
    "BCEWithLogitsLoss sizes": lambda torch, nn: nn.BCEWithLogitsLoss()(torch.zeros(2), torch.zeros(2, 1)),
    "HuberLoss delta": lambda torch, nn: nn.HuberLoss(delta=0.0)(torch.zeros(2), torch.zeros(2)),
    "HuberLoss delta type": lambda torch, nn: nn.HuberLoss(delta="1"),
    "SmoothL1Loss beta": lambda torch, nn: nn.SmoothL1Loss(beta=-1.0)(torch.zeros(2), torch.zeros(2)),
    "TripletMarginLoss margin": lambda torch, nn: nn.TripletMarginLoss(margin=0.0),
    "CosineEmbeddingLoss dims": lambda torch, nn: nn.CosineEmbeddingLoss()(
        torch.zeros(2), torch.zeros(2), torch.ones(2)
    ),
    "MarginRankingLoss dims": lambda torch, nn: nn.MarginRankingLoss()(
        torch.zeros(2), torch.zeros(2, 2), torch.ones(2)
    ),
    "GaussianNLLLoss var": lambda torch, nn: nn.GaussianNLLLoss()(torch.zeros(2), torch.zeros(2), -torch.ones(2)),
}
for name, refused in REFUSED.items():
    CASES[f"refused/{name}"] = lambda torch, refused=refused: raised(lambda: refused(torch, torch.nn))
