"""What torch.utils.data does, each case a function of the namespace (this package or PyTorch) it runs on.

A case gives something that JSON can hold. `record/record_data.py` writes down PyTorch's answers, `test_data.py`
compares.
"""

from __future__ import annotations

import collections
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

Case = Callable[[Any], Any]


def tail(torch: Any) -> list[float]:
    """What the default generator gives next: tells whether a case has drawn as often as it should."""
    return [torch.rand(1).item()]


def seeded(order: Callable[[Any], Any]) -> Case:
    """Three passes over what `order(torch)` makes, from seed 7, and the default generator's next number."""

    def case(torch: Any) -> Any:
        torch.manual_seed(7)
        sampler = order(torch)
        return [list(sampler), list(sampler), list(sampler), tail(torch)]

    return case


def generator(torch: Any, seed: int = 3) -> Any:
    result = torch.Generator()
    result.manual_seed(seed)
    return result


def fractions(torch: Any, lengths: list[float], seed: int | None = None) -> Any:
    torch.manual_seed(7)
    extra = {} if seed is None else {"generator": generator(torch, seed)}
    parts = torch.utils.data.random_split(range(10), lengths, **extra)
    return [[list(part.indices), list(part)] for part in parts] + tail(torch)


WEIGHTS = [0.1, 0.9, 0.4, 0.7, 3.0, 0.0, 0.6]

ORDERS: dict[str, Case] = {
    "sequential": seeded(lambda t: t.utils.data.SequentialSampler(range(5))),
    "random": seeded(lambda t: t.utils.data.RandomSampler(range(40))),
    "random, fewer": seeded(lambda t: t.utils.data.RandomSampler(range(40), num_samples=11)),
    "random, more than there are": seeded(lambda t: t.utils.data.RandomSampler(range(7), num_samples=17)),
    "random, generator": seeded(lambda t: t.utils.data.RandomSampler(range(9), generator=generator(t))),
    "replacement": seeded(lambda t: t.utils.data.RandomSampler(range(9), replacement=True)),
    "replacement, 70": seeded(lambda t: t.utils.data.RandomSampler(range(9), replacement=True, num_samples=70)),
    "replacement, 64": seeded(lambda t: t.utils.data.RandomSampler(range(9), True, 64, generator(t))),
    "subset": seeded(lambda t: t.utils.data.SubsetRandomSampler([2, 3, 5, 7, 11, 13])),
    "subset, generator": seeded(lambda t: t.utils.data.SubsetRandomSampler([2, 3, 5, 7], generator(t))),
    "weighted": seeded(lambda t: t.utils.data.WeightedRandomSampler(WEIGHTS, 20)),
    "weighted, one": seeded(lambda t: t.utils.data.WeightedRandomSampler(WEIGHTS, 1)),
    "weighted, no replacement": seeded(lambda t: t.utils.data.WeightedRandomSampler(WEIGHTS, 5, replacement=False)),
    "weighted, generator": seeded(lambda t: t.utils.data.WeightedRandomSampler(WEIGHTS, 5, True, generator(t))),
    "batches": seeded(lambda t: t.utils.data.BatchSampler(t.utils.data.RandomSampler(range(7)), 3, False)),
    "batches, drop last": seeded(lambda t: t.utils.data.BatchSampler(t.utils.data.RandomSampler(range(7)), 3, True)),
    "split": lambda t: fractions(t, [7, 3]),
    "split, fractions": lambda t: fractions(t, [0.33, 0.33, 0.34]),
    "split, generator": lambda t: fractions(t, [0.5, 0.5], seed=3),
}


class Drawing:
    """27 samples, each of which draws: the number, a uniform number and an integer, as random transforms do."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch

    def __len__(self) -> int:
        return 27

    def __getitem__(self, index: int) -> tuple[int, float, int]:
        info = self.torch.utils.data.get_worker_info()
        # PyTorch's worker processes have a default generator of their own, threads are given one.
        own = {} if info is None or info.rng is None else {"generator": info.rng.torch_generator}
        return index, self.torch.rand(1, **own).item(), self.torch.randint(0, 1000, (1,), **own).item()


class Stream:
    """An iterable dataset of the numbers below n; workers share them."""

    def __init__(self, torch: Any, n: int) -> None:
        self.torch, self.n = torch, n

    def __iter__(self) -> Any:
        info = self.torch.utils.data.get_worker_info()
        return iter(range(self.n)) if info is None else iter(range(info.id, self.n, info.num_workers))


def stream(torch: Any, n: int) -> Any:
    return type("Numbers", (Stream, torch.utils.data.IterableDataset), {})(torch, n)


def plain(value: Any) -> Any:
    """Tensors as lists, all through."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def loaded(make: Callable[[Any], Any]) -> Case:
    """Two epochs of the loader that `make(torch)` gives, from seed 7."""

    def case(torch: Any) -> Any:
        torch.manual_seed(7)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # more workers than cores
            loader = make(torch)
            return [[plain(batch) for batch in loader] for _ in range(2)] + tail(torch)

    return case


def loader(**options: Any) -> Case:
    return loaded(lambda torch: torch.utils.data.DataLoader(Drawing(torch), **options))


LOADERS: dict[str, Case] = {
    "in order": loader(batch_size=4),
    "shuffle": loader(batch_size=4, shuffle=True),
    "shuffle, drop last": loader(batch_size=4, shuffle=True, drop_last=True),
    "one by one": loader(batch_size=None, shuffle=True),
    "1 worker": loader(batch_size=4, shuffle=True, num_workers=1),
    "2 workers": loader(batch_size=4, shuffle=True, num_workers=2),
    "3 workers": loader(batch_size=2, num_workers=3, prefetch_factor=1),
    "2 workers that stay": loader(batch_size=4, shuffle=True, num_workers=2, persistent_workers=True),
    "2 workers, one by one": loader(batch_size=None, shuffle=True, num_workers=2),
    "generator": loaded(lambda t: t.utils.data.DataLoader(Drawing(t), 4, True, num_workers=2, generator=generator(t))),
    "sampler": loaded(
        lambda t: t.utils.data.DataLoader(Drawing(t), 4, sampler=t.utils.data.SubsetRandomSampler(range(3, 17)))
    ),
    "batch sampler": loaded(
        lambda t: t.utils.data.DataLoader(
            Drawing(t), batch_sampler=t.utils.data.BatchSampler(t.utils.data.RandomSampler(range(9)), 4, False)
        )
    ),
    "stream": loaded(lambda t: t.utils.data.DataLoader(stream(t, 11), 4)),
    "stream, drop last": loaded(lambda t: t.utils.data.DataLoader(stream(t, 11), 4, drop_last=True)),
    "stream, 2 workers": loaded(lambda t: t.utils.data.DataLoader(stream(t, 16), 4, num_workers=2)),
    "stream, one by one": loaded(lambda t: t.utils.data.DataLoader(stream(t, 5), None)),
    "subset": loaded(lambda t: t.utils.data.DataLoader(t.utils.data.Subset(Drawing(t), [1, 2, 25]), 2)),
    "concatenated": loaded(
        lambda t: t.utils.data.DataLoader(t.utils.data.ConcatDataset([range(3), range(10, 15)]), 3, shuffle=True)
    ),
}

Point = collections.namedtuple("Point", ["x", "y"])

SAMPLES: dict[str, Callable[[Any], Any]] = {
    "tensors": lambda t: [t.tensor([1.0, 2.0]), t.tensor([3.0, 4.0])],
    "arrays": lambda t: [np.array([1, 2], np.uint8), np.array([3, 4], np.uint8)],
    "NumPy scalars": lambda t: [np.float64(1.5), np.float64(2.5)],
    "ints": lambda t: [1, 2, 3],
    "bools": lambda t: [True, False],
    "floats": lambda t: [1.0, 2.5],
    "strings": lambda t: ["a", "b"],
    "bytes": lambda t: [b"a", b"b"],
    "pairs": lambda t: [(1, 2.0), (3, 4.0)],
    "pairs with strings": lambda t: [(1, "a"), (2, "b")],
    "lists": lambda t: [[1, 2], [3, 4]],
    "dicts": lambda t: [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
    "ordered dict": lambda t: [collections.OrderedDict(b=1, a=2), collections.OrderedDict(b=3, a=4)],
    "named tuples": lambda t: [Point(1, 2.0), Point(3, 4.0)],
    "deep": lambda t: [{"a": [Point(1, (2, "s"))]}, {"a": [Point(3, (4, "t"))]}],
    "unequal tensors": lambda t: [t.tensor([1.0]), t.tensor([1.0, 2.0])],
    "unequal lists": lambda t: [[1, 2], [3]],
    "nothing known": lambda t: [object(), object()],
    "none": lambda t: [None],
    "strings in arrays": lambda t: [np.array(["a"]), np.array(["b"])],
}

CONVERTED = [name for name in SAMPLES if name != "nothing known"]  # that one prints an address


def collated(torch: Any, name: str, function: str) -> list[str]:
    """The printed batch, or the type and first line of the error."""
    try:
        return ["result", repr(getattr(torch.utils.data, function)(SAMPLES[name](torch)))]
    except Exception as error:
        text = str(error).splitlines()[0]
        return [type(error).__name__, text.replace("'object'", "object")]


def _misuse(torch: Any) -> dict[str, Callable[[], Any]]:
    d = torch.utils.data
    data = range(10)
    tensors = [torch.tensor([1.0]), torch.tensor([1.0, 2.0])]
    override = type("Override", (d.Subset,), {"__getitem__": lambda self, i: 0})
    numbers = stream(torch, 5)
    return {
        "split counts": lambda: d.random_split(data, [5, 6]),
        "split fraction": lambda: d.random_split(data, [1.5, -0.5]),
        "tensor sizes": lambda: d.TensorDataset(*tensors),
        "concat nothing": lambda: d.ConcatDataset([]),
        "concat stream": lambda: d.ConcatDataset([numbers]),
        "concat index": lambda: d.ConcatDataset([data])[-11],
        "stack nothing": lambda: d.StackDataset(),
        "stack both": lambda: d.StackDataset(data, a=data),
        "stack sizes": lambda: d.StackDataset(data, range(3)),
        "subset override": lambda: override(data, [0]),
        "dataset": lambda: d.Dataset()[0],
        "sampler": lambda: iter(d.Sampler()),
        "replacement type": lambda: d.RandomSampler(data, replacement=1),
        "num_samples 0": lambda: d.RandomSampler(data, num_samples=0),
        "empty": lambda: d.RandomSampler([]),
        "shuffle empty": lambda: d.DataLoader([], shuffle=True),
        "weights shape": lambda: d.WeightedRandomSampler([[1.0, 2.0]], 2),
        "weights num_samples": lambda: d.WeightedRandomSampler([1.0], True),
        "weights replacement": lambda: d.WeightedRandomSampler([1.0], 1, replacement=1),
        "weights negative": lambda: list(d.WeightedRandomSampler([-1.0, 2.0], 2)),
        "weights too few": lambda: list(d.WeightedRandomSampler([1.0, 2.0], 3, replacement=False)),
        "batch size 0": lambda: d.DataLoader(data, batch_size=0),
        "batch size float": lambda: d.DataLoader(data, batch_size=2.0),
        "drop_last type": lambda: d.BatchSampler(data, 2, drop_last=1),
        "workers": lambda: d.DataLoader(data, num_workers=-1),
        "timeout": lambda: d.DataLoader(data, timeout=-1),
        "timeout, no workers": lambda: iter(d.DataLoader(data, timeout=1)),
        "prefetch, no workers": lambda: d.DataLoader(data, prefetch_factor=2),
        "prefetch negative": lambda: d.DataLoader(data, num_workers=1, prefetch_factor=-1),
        "persistent, no workers": lambda: d.DataLoader(data, persistent_workers=True),
        "context, no workers": lambda: d.DataLoader(data, multiprocessing_context="fork"),
        "sampler and shuffle": lambda: d.DataLoader(data, sampler=data, shuffle=True),
        "batch sampler and size": lambda: d.DataLoader(data, batch_size=2, batch_sampler=[[0]]),
        "drop last, no batches": lambda: d.DataLoader(data, batch_size=None, drop_last=True),
        "stream shuffle": lambda: d.DataLoader(numbers, shuffle=True),
        "stream sampler": lambda: d.DataLoader(numbers, sampler=[0]),
        "stream batch sampler": lambda: d.DataLoader(numbers, batch_sampler=[[0]]),
        "later batch size": lambda: setattr(d.DataLoader(data), "batch_size", 3),
        "later dataset": lambda: setattr(d.DataLoader(data), "dataset", []),
    }


MISUSE = [
    "split counts", "split fraction", "tensor sizes", "concat nothing", "concat stream", "concat index",
    "stack nothing",
    "stack both", "stack sizes", "subset override", "dataset", "sampler", "replacement type", "num_samples 0", "empty",
    "shuffle empty", "weights shape", "weights num_samples", "weights replacement", "weights negative",
    "weights too few", "batch size 0", "batch size float", "drop_last type", "workers", "timeout",
    "timeout, no workers", "prefetch, no workers", "prefetch negative", "persistent, no workers",
    "context, no workers", "sampler and shuffle", "batch sampler and size", "drop last, no batches",
    "stream shuffle", "stream sampler", "stream batch sampler", "later batch size", "later dataset",
]  # fmt: skip


def misuse(torch: Any, name: str) -> list[str]:
    """The type and the text of the error, its first line only."""
    try:
        _misuse(torch)[name]()
    except Exception as error:
        return [type(error).__name__, str(error).splitlines()[0] if str(error) else ""]
    return ["no error", ""]


def crop_corner(torch: Any, height: int, width: int, size: tuple[int, int]) -> list[int]:
    """The random numbers of torchvision's RandomCrop.get_params, which can't be installed beside PyTorch 2.13 here."""
    if (height, width) == size:
        return [0, 0]
    top = torch.randint(0, height - size[0] + 1, size=(1,)).item()
    return [top, torch.randint(0, width - size[1] + 1, size=(1,)).item()]


def resized_crop_box(torch: Any, height: int, width: int, scale: Any, ratio: Any) -> list[int]:
    """Those of RandomResizedCrop.get_params."""
    log_ratio = torch.log(torch.tensor(ratio))
    for _ in range(10):
        area = height * width * torch.empty(1).uniform_(scale[0], scale[1]).item()
        proportion = torch.exp(torch.empty(1).uniform_(log_ratio[0], log_ratio[1])).item()
        w, h = round(math.sqrt(area * proportion)), round(math.sqrt(area / proportion))
        if 0 < w <= width and 0 < h <= height:
            top = torch.randint(0, height - h + 1, size=(1,)).item()
            return [top, torch.randint(0, width - w + 1, size=(1,)).item(), h, w]
    w, h = width, height
    if width / height < min(ratio):
        h = round(width / min(ratio))
    elif width / height > max(ratio):
        w = round(height * max(ratio))
    return [(height - h) // 2, (width - w) // 2, h, w]


BOXES: dict[str, tuple[int, int, Any, Any]] = {
    "usual": (60, 80, (0.08, 1.0), (3 / 4, 4 / 3)),
    "square": (32, 32, (0.5, 1.0), (1.0, 1.0)),
    "never fits, wide": (10, 200, (0.9, 1.0), (3 / 4, 4 / 3)),
    "never fits, high": (200, 10, (0.9, 1.0), (3 / 4, 4 / 3)),
}
