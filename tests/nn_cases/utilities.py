"""`nn.utils`: clipping gradients, and parameters as one vector."""

from __future__ import annotations

from typing import Any

from .common import Case, fill, raised, wave

CASES: dict[str, Case] = {}


def _with_gradients(torch: Any, factor: float = 1.0) -> Any:
    model = fill(torch, torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 2)))
    for i, p in enumerate(model.parameters()):
        p.grad = None if i == 1 else wave(torch, *p.shape, phase=i) * factor
    return model


def clipping_by_norm(torch: Any) -> Any:
    clip = torch.nn.utils.clip_grad_norm_
    log: list[Any] = []
    for norm_type in (2.0, 1.0, float("inf"), 3):
        for max_norm in (0.5, 100.0):
            model = _with_gradients(torch)
            log.append(clip(model.parameters(), max_norm, norm_type=norm_type))
            log.append([p.grad for p in model.parameters() if p.grad is not None])
    model = _with_gradients(torch)
    log += [clip(model[0].weight, 0.1), model[0].weight.grad, clip([], 1.0), clip([model[0].bias], 1.0)]
    broken = _with_gradients(torch, float("nan"))
    log.append(raised(lambda: clip(broken.parameters(), 1.0, error_if_nonfinite=True)))
    log.append(clip(broken.parameters(), 1.0))
    return log


def clipping_in_parts(torch: Any) -> Any:
    utils = torch.nn.utils
    model = _with_gradients(torch)
    total = utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    utils.clip_grads_with_norm_(model.parameters(), 0.3, total)
    return [total, [p.grad for p in model.parameters() if p.grad is not None], utils.get_total_norm([])]


def clipping_by_value(torch: Any) -> Any:
    model = _with_gradients(torch)
    torch.nn.utils.clip_grad_value_(model.parameters(), 0.4)
    torch.nn.utils.clip_grad_value_(model[0].weight, 0.1)
    return [p.grad for p in model.parameters() if p.grad is not None]


def vectors(torch: Any) -> Any:
    utils = torch.nn.utils
    model = _with_gradients(torch)
    vector = utils.parameters_to_vector(model.parameters())
    log: list[Any] = [vector.detach(), vector.requires_grad]
    (vector**2).sum().backward()
    log.append(model[0].bias.grad)
    utils.vector_to_parameters(vector.detach() * 2, model.parameters())
    log += [[p.detach() for p in model.parameters()], [p.requires_grad for p in model.parameters()]]
    return [*log, raised(lambda: utils.vector_to_parameters([1.0], model.parameters()))]


for function in (clipping_by_norm, clipping_in_parts, clipping_by_value, vectors):
    CASES[f"utils/{function.__name__}"] = function
