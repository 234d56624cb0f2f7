"""Tensors: arrays with a shape and a dtype. Create, look inside, cut, combine, and pass to NumPy and back."""

from __future__ import annotations

import numpy as np

import minitorch_nn as torch


def create() -> None:
    print("from a list     ", torch.tensor([[1, 2], [3, 4]]))
    print("integers count  ", torch.arange(6), torch.arange(6).dtype)
    print("one float is enough for floats", torch.tensor([1, 2.5]))
    print("zeros and ones  ", torch.zeros(2), torch.ones(2, dtype=torch.int64))
    print("evenly spaced   ", torch.linspace(0, 1, 5))
    x = torch.rand(2, 3)
    print("the same shape, another content", torch.ones_like(x).shape, torch.rand_like(x).shape)
    print(f"shape {x.shape}, dtype {x.dtype}, device {x.device}, {x.numel()} elements in {x.dim()} dimensions")


def cut() -> None:
    x = torch.arange(12).reshape(3, 4)
    print(x)
    print("row, column, corner    ", x[0], x[:, 0], x[-1, -1].item())
    print("every other column     ", x[:, ::2])
    print("the even numbers       ", x[x % 2 == 0])
    print("rows 2 and 0           ", x[torch.tensor([2, 0])])
    print("one number of each row ", x[torch.arange(3), [0, 2, 1]])
    x[1] = 0  # assigning to a cut changes the tensor itself
    x[:, 1] += 100
    print(x)


def combine() -> None:
    a, b = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([2.0, 2.0, 2.0])
    print("element by element", a + b, a * b, a**b, torch.exp(a))
    print("products          ", a @ b, torch.outer(a, b)[0], torch.ones(2, 3) @ a)
    print("joined            ", torch.cat([a, b]), torch.stack([a, b]).shape)
    print("summed            ", a.sum(), a.mean(), torch.ones(2, 3).sum(dim=0), torch.ones(2, 3).sum(1, keepdim=True))
    print("compared          ", a == b, (a > b).any(), a.argmax())


def broadcast() -> None:
    """A dimension of length 1, or one that is missing on the left, is repeated as often as needed."""
    column, row = torch.arange(3).reshape(3, 1), torch.arange(2)
    print("(3, 1) + (2,) ->", (column + row).shape)
    print(column + row)
    try:
        torch.ones(2, 3) + torch.ones(2)
    except RuntimeError as error:
        print("does not fit:", str(error).splitlines()[0])


def share() -> None:
    """A view, and an array of `numpy()`, are the same memory under another name; `clone` is a copy."""
    x = torch.zeros(4)
    view, copy, array = x.view(2, 2), x.clone(), x.numpy()
    x.add_(1)
    view[0, 0] = 7
    print("shared:", x, array, "copied:", copy)
    back = torch.from_numpy(np.arange(3.0))  # NumPy's floats are float64
    print("from NumPy:", back, back.float().dtype)


def main() -> float:
    torch.manual_seed(0)
    for part in (create, cut, combine, broadcast, share):
        print(f"--- {part.__name__}")
        part()
    return torch.rand(100).sum().item()


if __name__ == "__main__":
    main()
