"""A generative adversarial net on points of a ring: a generator against a discriminator, each with its own Adam."""

from __future__ import annotations

import minitorch_nn as torch
from minitorch_nn import nn


def real_points(count):
    angle = 2 * torch.pi * torch.rand(count)
    return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.05 * torch.randn(count, 2)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Linear") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.2)
        nn.init.constant_(m.bias.data, 0)


def main(steps: int = 200, batch: int = 64) -> list[float]:
    torch.manual_seed(999)
    generator = nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.LeakyReLU(0.2), nn.Linear(32, 2))
    discriminator = nn.Sequential(
        nn.Linear(2, 32), nn.LeakyReLU(0.2, inplace=True), nn.Linear(32, 32), nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(32, 1), nn.Sigmoid(),
    )  # fmt: skip
    generator.apply(weights_init)
    discriminator.apply(weights_init)
    print(discriminator)
    criterion = nn.BCELoss()
    fixed_noise = torch.randn(256, 4)
    opt_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.999))
    opt_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
    for step in range(steps):
        # The discriminator: real ones are 1, made ones 0. `detach` keeps the generator out of it.
        discriminator.zero_grad()
        label = torch.full((batch,), 1.0)
        err_real = criterion(discriminator(real_points(batch)).view(-1), label)
        err_real.backward()
        fake = generator(torch.randn(batch, 4))
        label.fill_(0.0)
        err_fake = criterion(discriminator(fake.detach()).view(-1), label)
        err_fake.backward()
        opt_d.step()
        # The generator: wants its points taken for real.
        generator.zero_grad()
        label.fill_(1.0)
        err_g = criterion(discriminator(fake).view(-1), label)
        err_g.backward()
        opt_g.step()
        if step % 10 == 0:
            print(f"[{step}/{steps}]\tLoss_D: {(err_real + err_fake).item():.4f}\tLoss_G: {err_g.item():.4f}")
    generator.eval()
    with torch.no_grad():
        radius = generator(fixed_noise).norm(dim=1)
    print(f"radius of the made points: {radius.mean():.3f} +- {radius.std():.3f}")
    return [(err_real + err_fake).item(), err_g.item()]


if __name__ == "__main__":
    main()
