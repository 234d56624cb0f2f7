"""Datasets, samplers, collation and the loader in the caller's thread, against what PyTorch 2.13.0 does."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import data_cases as cases
import numpy as np
import pytest

from minitorch_nn import data

RECORDED = json.loads((Path(__file__).parent / "recorded" / "data.json").read_text(encoding="utf-8"))


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("name", cases.ORDERS)
def test_order_is_that_of_pytorch(torch: Any, name: str) -> None:
    assert as_json(cases.ORDERS[name](torch)) == RECORDED["orders"][name]


@pytest.mark.parametrize("name", cases.LOADERS)
def test_loader_gives_the_batches_of_pytorch(torch: Any, name: str) -> None:
    assert as_json(cases.LOADERS[name](torch)) == RECORDED["loaders"][name]


@pytest.mark.parametrize("name", cases.SAMPLES)
def test_default_collate(torch: Any, name: str) -> None:
    assert cases.collated(torch, name, "default_collate") == RECORDED["default_collate"][name]


@pytest.mark.parametrize("name", cases.CONVERTED)
def test_default_convert(torch: Any, name: str) -> None:
    assert cases.collated(torch, name, "default_convert") == RECORDED["default_convert"][name]


@pytest.mark.parametrize("name", cases.MISUSE)
def test_misuse_raises_the_error_of_pytorch(torch: Any, name: str) -> None:
    assert cases.misuse(torch, name) == RECORDED["misuse"][name]


def test_collate_errors_name_the_sample() -> None:
    with pytest.raises(RuntimeError, match=r"but got \[1\] at entry 0 and \[2\] at entry 3"):
        data.default_collate([np.ones(1)] * 3 + [np.ones(2)])
    with pytest.raises(RuntimeError, match="Sample 0 has 2 elements, sample 2 has 1"):
        data.default_collate([(1, 2), (3, 4), (5,)])


def test_tensor_dataset(torch: Any) -> None:
    x, y = torch.arange(6.0).reshape(3, 2), torch.tensor([3, 1, 2])
    dataset = torch.utils.data.TensorDataset(x, y)
    assert len(dataset) == 3
    assert [part.tolist() for part in dataset[1]] == [[2.0, 3.0], 1]
    assert [part.tolist() for part in dataset[-1]] == [[4.0, 5.0], 2]
    (images, labels), *rest = torch.utils.data.DataLoader(dataset, batch_size=2)
    assert (images.shape, labels.dtype, len(rest)) == (torch.Size([2, 2]), torch.int64, 1)


def test_a_subclass_of_tensor_dataset_keeps_its_own_samples(torch: Any) -> None:
    class Doubled(torch.utils.data.TensorDataset):
        def __getitem__(self, index: int) -> Any:
            return [2 * part for part in super().__getitem__(index)]

    batch = next(iter(torch.utils.data.DataLoader(Doubled(torch.arange(3.0)), batch_size=3)))
    assert [part.tolist() for part in batch] == [[0.0, 2.0, 4.0]]


def test_parts_and_sums_of_datasets(torch: Any) -> None:
    d = torch.utils.data
    joined = d.ConcatDataset([range(3), [], range(10, 12)])
    assert (len(joined), [joined[i] for i in range(-5, 5)]) == (5, [0, 1, 2, 10, 11] * 2)
    assert list(joined) == [0, 1, 2, 10, 11]  # iterating ends: an index beyond the end raises IndexError
    nested = d.Subset(d.Subset(range(100), range(50, 60)), [1, 3])
    assert (list(nested), nested.__getitems__([1, 0]), len(nested)) == ([51, 53], [53, 51], 2)
    both = d.StackDataset(range(3), "abc")
    assert (both[1], len(both), d.StackDataset(a=range(3))[2]) == ((1, "b"), 3, {"a": 2})
    chained = cases.stream(torch, 2) + cases.stream(torch, 3)
    assert list(chained) == [0, 1, 0, 1, 2]
    assert isinstance(d.TensorDataset(torch.ones(1)) + d.TensorDataset(torch.ones(2)), d.ConcatDataset)


def test_random_split_warns_of_an_empty_part(torch: Any) -> None:
    with pytest.warns(UserWarning, match=r"Length of split at index 1 is 0. This might result in an empty dataset."):
        torch.utils.data.random_split(range(3), [0.9, 0.1 - 1e-12])


@pytest.mark.parametrize(
    ("options", "length"),
    [({}, 7), ({"batch_size": 3}, 3), ({"batch_size": 3, "drop_last": True}, 2), ({"batch_size": None}, 7)],
)
def test_length(torch: Any, options: dict[str, Any], length: int) -> None:
    loader = torch.utils.data.DataLoader(range(7), **options)
    assert len(loader) == length == len(list(loader))


def test_a_stream_longer_than_it_said_warns(torch: Any) -> None:
    stream = cases.stream(torch, 5)
    type(stream).__len__ = lambda self: 2
    loader = torch.utils.data.DataLoader(stream, batch_size=1)
    assert len(loader) == 2
    with pytest.warns(UserWarning, match="was reported to be 2"):
        assert len(list(loader)) == 5


def test_whole_batches_are_asked_for_at_once(torch: Any) -> None:
    asked = []

    class Batched:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, index: int) -> int:
            raise AssertionError("one by one")

        def __getitems__(self, indices: list[int]) -> list[int]:
            asked.append(indices)
            return [10 * i for i in indices]

    batches = [batch.tolist() for batch in torch.utils.data.DataLoader(Batched(), batch_size=2)]
    assert (asked, batches) == ([[0, 1], [2, 3], [4]], [[0, 10], [20, 30], [40]])


def test_collate_fn_gets_the_list_of_samples(torch: Any) -> None:
    loader = torch.utils.data.DataLoader(range(4), batch_size=2, collate_fn=lambda samples: ("batch", samples))
    assert list(loader) == [("batch", [0, 1]), ("batch", [2, 3])]


def test_pin_memory_does_nothing_and_says_so(torch: Any) -> None:
    loader = torch.utils.data.DataLoader(range(2), pin_memory=True)
    with pytest.warns(UserWarning, match="'pin_memory' argument is set as true but no accelerator is found"):
        assert [batch.tolist() for batch in loader] == [[0], [1]]


def test_what_is_left_out_raises() -> None:
    for options in ({"num_workers": 1, "multiprocessing_context": "spawn"}, {"num_workers": 1, "in_order": False}):
        with pytest.raises(NotImplementedError, match=next(reversed(options))):
            data.DataLoader(range(2), **options)


def test_a_failing_sample_is_named() -> None:
    class Broken:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, index: int) -> int:
            if index == 3:
                raise ValueError("not this one")
            return index

    with pytest.raises(ValueError, match="not this one") as caught:
        list(data.DataLoader(Broken(), batch_size=2))
    assert "This was sample 3 of the dataset." in caught.value.__notes__


def test_importing_data_draws_nothing(torch: Any) -> None:
    torch.manual_seed(0)
    expected = torch.rand(1).item()
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.utils.data.DataLoader(range(9), shuffle=True, num_workers=3)  # not iterated: nothing happens yet
    assert torch.rand(1).item() == expected


def test_batches_are_arrays_of_their_own(torch: Any) -> None:
    numbers = np.arange(4.0)
    batch = next(iter(torch.utils.data.DataLoader(numbers, batch_size=4)))
    batch += 1
    assert numbers.tolist() == [0.0, 1.0, 2.0, 3.0]
