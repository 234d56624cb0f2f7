"""A variational autoencoder: squeeze a digit into a few normal variables, and draw new digits from noise."""

from __future__ import annotations

from digits import load_digits

import minitorch_nn as torch
from minitorch_nn import nn, optim
from minitorch_nn.nn import functional as F
from minitorch_nn.utils.data import DataLoader, TensorDataset


class VAE(nn.Module):
    def __init__(self, latent=4):
        super().__init__()
        self.fc1 = nn.Linear(64, 48)
        self.fc21 = nn.Linear(48, latent)
        self.fc22 = nn.Linear(48, latent)
        self.fc3 = nn.Linear(latent, 48)
        self.fc4 = nn.Linear(48, 64)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        """mu + noise * std: the noise is an input, so the gradient passes to mu and std."""
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64))
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    """How badly the picture is reproduced, and how far the code is from a standard normal variable."""
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 64), reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def picture(image):
    return "\n".join("".join(" .:*#"[int(v * 4.99)] for v in row) for row in image.tolist())


def main(epochs: int = 5) -> list[float]:
    torch.manual_seed(1)
    loader = DataLoader(TensorDataset(torch.from_numpy(load_digits()[0])), batch_size=128, shuffle=True)
    model = VAE()
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for epoch in range(1, epochs + 1):
        model.train()
        train_loss = 0.0
        for (data,) in loader:
            optimizer.zero_grad()
            recon_batch, mu, logvar = model(data)
            loss = loss_function(recon_batch, data, mu, logvar)
            loss.backward()
            train_loss += loss.item()
            optimizer.step()
        losses.append(train_loss / len(loader.dataset))
        print(f"====> Epoch: {epoch} Average loss: {losses[-1]:.4f}")
    model.eval()
    with torch.no_grad():
        print(picture(model.decode(torch.randn(1, 4)).view(8, 8)))
    return [losses[0], losses[-1]]


if __name__ == "__main__":
    main()
