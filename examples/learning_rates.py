"""Learning-rate schedules: one number per step, printed, and what they do for the same small task."""

from __future__ import annotations

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.optim import lr_scheduler

SCHEDULES = {
    "constant": None,
    "StepLR": lambda o: lr_scheduler.StepLR(o, step_size=5, gamma=0.5),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, milestones=[6, 12], gamma=0.1),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=20),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.2, total_steps=20),
    "inverse root": lambda o: lr_scheduler.LambdaLR(o, lr_lambda=lambda step: (step + 1) ** -0.5),
    "warm-up, then cosine": lambda o: lr_scheduler.SequentialLR(
        o,
        [lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=5), lr_scheduler.CosineAnnealingLR(o, T_max=15)],
        milestones=[5],
    ),
    "warm restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2),
}


class SquareRoot:
    """A schedule needs no base class: anything that sets `lr` in the optimizer's groups is one."""

    def __init__(self, optimizer, lr):
        self.optimizer, self.lr, self.updates = optimizer, lr, 0

    def step(self):
        self.updates += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * pow(self.updates + 1.0, -0.5)


def train(make_schedule, x, y, steps):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = make_schedule(optimizer) if make_schedule else None
    rates = []
    for _ in range(steps):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if schedule is not None:
            schedule.step()
    return loss.item(), rates


def on_plateau(x, y, steps):
    """This one looks at a number: no progress for `patience` steps, and the rate is cut."""
    torch.manual_seed(1)
    weight = torch.zeros(8, 1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.3, patience=2)
    for _ in range(steps):
        loss = nn.functional.l1_loss(x @ weight, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step(loss.item())
    return loss.item(), schedule.get_last_lr()


def main(steps: int = 20) -> list[float]:
    torch.manual_seed(0)
    x = torch.randn(64, 8)
    y = x.sum(1, keepdim=True).sin()
    losses = []
    for name, make in {**SCHEDULES, "of our own": lambda o: SquareRoot(o, 0.1)}.items():
        loss, rates = train(make, x, y, steps)
        losses.append(loss)
        print(f"{name:>20}: loss {loss:.4f}, rates", [round(rate, 4) for rate in rates[::4]])
    loss, rates = on_plateau(x, y, 3 * steps)
    print(f"{'on a plateau':>20}: loss {loss:.4f}, at the end", [round(rate, 6) for rate in rates])
    return [*losses, loss]


if __name__ == "__main__":
    main()
