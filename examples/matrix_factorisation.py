"""Recommending by matrix factorisation: a vector for each user and each item, a rating is their product plus biases."""

from __future__ import annotations

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.utils.data import DataLoader, TensorDataset, random_split


class MatrixFactorisation(nn.Module):
    def __init__(self, users, items, factors):
        super().__init__()
        self.user_factors = nn.Embedding(users, factors)
        self.item_factors = nn.Embedding(items, factors)
        self.user_bias = nn.Embedding(users, 1)
        self.item_bias = nn.Embedding(items, 1)
        for bias in (self.user_bias, self.item_bias):
            nn.init.zeros_(bias.weight)
        for factor in (self.user_factors, self.item_factors):
            nn.init.normal_(factor.weight, std=0.1)

    def forward(self, user, item):
        product = (self.user_factors(user) * self.item_factors(item)).sum(1, keepdim=True)
        return (product + self.user_bias(user) + self.item_bias(item)).squeeze(1)


def made_ratings(users, items, count):
    taste, kind = torch.randn(users, 3), torch.randn(items, 3)
    user, item = torch.randint(0, users, (count,)), torch.randint(0, items, (count,))
    rating = torch.einsum("nf,nf->n", taste[user], kind[item]) + 0.1 * torch.randn(count)
    return user, item, rating.round().clamp(-2, 2) + 3  # one to five stars


def main(epochs: int = 5, users: int = 50, items: int = 40, count: int = 2000) -> list[float]:
    torch.manual_seed(0)
    ratings = TensorDataset(*made_ratings(users, items, count))
    print("first:", *ratings[0], "stars:", nn.functional.one_hot(ratings.tensors[2].long()).sum(0).tolist()[1:])
    train, test = random_split(ratings, [0.9, 0.1], generator=torch.Generator().manual_seed(42))
    loader = DataLoader(train, batch_size=64, shuffle=True)
    model = MatrixFactorisation(users, items, factors=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=1e-4)
    loss_function = nn.MSELoss()
    user, item, rating = (torch.stack(column) for column in zip(*test, strict=True))
    losses = []
    for epoch in range(epochs):
        for batch_user, batch_item, batch_rating in loader:
            optimizer.zero_grad()
            loss = loss_function(model(batch_user, batch_item), batch_rating)
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            losses.append(loss_function(model(user, item), rating).sqrt().item())
        print(f"epoch {epoch + 1}: RMSE {losses[-1]:.4f}")
    with torch.no_grad():
        everything = model.user_factors.weight @ model.item_factors.weight.T + model.item_bias.weight.T
        scores, best = everything[7].topk(3)
    print("for user 7:", best.tolist(), scores)
    return [losses[0], losses[-1]]


if __name__ == "__main__":
    main()
