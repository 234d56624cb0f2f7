"""Shares of several processes, data sets side by side read in whole batches, and PyTorch's module paths."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

SHARES: dict[str, tuple[dict[str, Any], list[list[int]]]] = {
    "shuffled": ({"n": 10, "of": 3}, [[4, 5, 0, 2], [1, 3, 8, 4], [7, 9, 6, 1]]),
    "in order": ({"n": 10, "of": 3, "shuffle": False}, [[0, 3, 6, 9], [1, 4, 7, 0], [2, 5, 8, 1]]),
    "dropped": ({"n": 10, "of": 3, "seed": 4, "drop_last": True}, [[0, 6, 2], [4, 7, 8], [9, 3, 1]]),
    "too few": ({"n": 2, "of": 5}, [[0], [1], [0], [1], [0]]),
    "too few dropped": ({"n": 2, "of": 3, "drop_last": True}, [[], [], []]),
    "even": ({"n": 4, "of": 2, "shuffle": False, "drop_last": True}, [[0, 2], [1, 3]]),
}


@pytest.mark.parametrize("name", SHARES)
def test_shares_are_pytorchs(torch: Any, name: str) -> None:
    options, expected = SHARES[name]
    options = dict(options)
    data, count = range(options.pop("n")), options.pop("of")
    samplers = [torch.utils.data.DistributedSampler(data, count, rank, **options) for rank in range(count)]
    assert [list(s) for s in samplers] == expected
    assert [len(s) for s in samplers] == [len(share) for share in expected]
    assert [list(s) for s in samplers] == expected  # an epoch has one order


def test_each_epoch_has_an_order_of_its_own(torch: Any) -> None:
    sampler = torch.utils.data.DistributedSampler(range(10), 2, 1)
    first = list(sampler)
    sampler.set_epoch(3)
    assert first == [1, 5, 9, 8, 2] and list(sampler) == [0, 7, 5, 9, 4] and sampler.epoch == 3
    loader = torch.utils.data.DataLoader(range(10), 2, sampler=sampler)
    assert [b.tolist() for b in loader] == [[0, 7], [5, 9], [4]]


def test_a_rank_outside_is_refused(torch: Any) -> None:
    with pytest.raises(ValueError, match=r"Invalid rank 3, rank should be in the interval \[0, 2\]"):
        torch.utils.data.DistributedSampler(range(10), 3, 3)
    with pytest.raises((RuntimeError, ValueError)):  # PyTorch with and without its distributed package
        torch.utils.data.DistributedSampler(range(10))


def test_data_sets_side_by_side_give_whole_batches(torch: Any) -> None:
    data = torch.utils.data
    tensors = data.TensorDataset(torch.arange(4.0))
    assert data.StackDataset([5, 6, 7], [1, 2, 3]).__getitems__([0, 2]) == [(5, 1), (7, 3)]
    assert data.StackDataset(a=[5, 6, 7], b=[1, 2, 3]).__getitems__([2]) == [{"a": 7, "b": 3}]
    batches = list(data.DataLoader(data.StackDataset(x=tensors, y=[3, 4, 5, 6]), 3))
    assert batches[0]["x"][0].tolist() == [0.0, 1.0, 2.0] and batches[1]["y"].tolist() == [6]

    class Short(list[Any]):
        def __getitems__(self, indices: list[int]) -> list[Any]:
            return []

    with pytest.raises(ValueError, match=r"Nested dataset's output size mismatch\. Expected 2, got 0"):
        data.StackDataset(Short([1, 2])).__getitems__([0, 1])


def test_the_old_spelling_warns(torch: Any) -> None:
    joined = torch.utils.data.ConcatDataset([[1, 2], [3]])
    with pytest.warns(FutureWarning, match="`cummulative_sizes` attribute is renamed to `cumulative_sizes`"):
        assert joined.cummulative_sizes == [2, 3]


def test_options_that_make_no_difference_without_workers(torch: Any) -> None:
    loader = torch.utils.data.DataLoader([1, 2, 3], 2, in_order=False)
    assert [b.tolist() for b in loader] == [[1, 2], [3]] and loader.multiprocessing_context is None


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("utils.data.sampler", "BatchSampler RandomSampler Sampler SequentialSampler SubsetRandomSampler"),
        ("utils.data.dataset", "ChainDataset ConcatDataset Dataset IterableDataset StackDataset Subset random_split"),
        ("utils.data.dataloader", "DataLoader default_collate default_convert get_worker_info"),
        ("utils.data.distributed", "DistributedSampler"),
    ],
)
def test_module_paths(torch: Any, module: str, names: str) -> None:
    found = importlib.import_module(f"{torch.__name__}.{module}")
    for name in names.split():
        assert getattr(found, name) is getattr(torch.utils.data, name)
    assert getattr(torch.utils.data, module.rpartition(".")[2]) is found
