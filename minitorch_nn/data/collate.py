"""From a list of samples to one batch: tensors are stacked, containers are walked."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from .. import dtypes, ops
from ..tensor import Tensor, as_tensor, tensor

CollateMap = dict[Any, Callable[..., Any]]

_WRONG_TYPE = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


class StackedSamples(Sequence[tuple[Any, ...]]):
    """Samples that lie stacked already: a list of the tuples `(columns[0][i], columns[1][i], …)` to any code that asks
    for one, but `default_collate` takes whole columns, which saves a Tensor and two copies per sample.

    columns: of equal length, each a Tensor or a list.
    """

    def __init__(self, *columns: Tensor | list[Any]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, index: Any) -> Any:
        parts = tuple(column[index] for column in self.columns)
        return StackedSamples(*parts) if isinstance(index, slice) else parts

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return (self[i] for i in range(len(self)))


def _walk(data: Any, items: Callable[[Any], Any]) -> Any:
    """A container of the type of `data`, with `items(key)` at each key; plain where that type can't be built."""
    if isinstance(data, Mapping):
        values = {key: items(key) for key in data}
        try:
            if isinstance(data, MutableMapping):
                # The type may carry more than its items (a defaultdict's factory): copy it, then replace the items.
                mapping = copy.copy(data)
                mapping.update(values)
                return mapping
            return type(data)(values)  # type: ignore[call-arg]
        except TypeError:
            return values
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(items(i) for i in range(len(data))))
    parts = [items(i) for i in range(len(data))]
    if isinstance(data, tuple):
        return parts
    try:
        if isinstance(data, MutableSequence):
            sequence = copy.copy(data)
            for i, part in enumerate(parts):
                sequence[i] = part
            return sequence
        return type(data)(parts)
    except TypeError:
        return parts


def default_convert(data: Any) -> Any:
    """NumPy arrays and scalars in `data` become tensors; what holds them keeps its type (a tuple becomes a list)."""
    if isinstance(data, Tensor):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        return data if data.dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, (Mapping, Sequence)) and not isinstance(data, (str, bytes)):
        return _walk(data, lambda key: default_convert(data[key]))
    return data


def collate(batch: Sequence[Any], *, collate_fn_map: CollateMap | None = None) -> Any:
    """Merge the samples of `batch` by the function that `collate_fn_map` has for the type of the first one.

    A type that is not in the map is looked up by `isinstance` in the map's order; mappings, named tuples and sequences
    are merged element by element. Each function is called as `fn(batch, collate_fn_map=collate_fn_map)`.

    Raises TypeError for a type nothing is known of, RuntimeError for sequences of different lengths.
    """
    if isinstance(batch, StackedSamples) and collate_fn_map is default_collate_fn_map:
        return [c if isinstance(c, Tensor) else collate(c, collate_fn_map=collate_fn_map) for c in batch.columns]
    elem = batch[0]
    if collate_fn_map is not None:
        fn = collate_fn_map.get(type(elem))
        if fn is None:
            fn = next((f for kind, f in collate_fn_map.items() if isinstance(elem, kind)), None)
        if fn is not None:
            return fn(batch, collate_fn_map=collate_fn_map)
    if not isinstance(elem, (Mapping, Sequence)):
        hint = "\nGive the dataset a transform that ends in ToTensor()." if _is_picture(elem) else ""
        raise TypeError(_WRONG_TYPE.format(type(elem)) + hint)
    if isinstance(elem, Sequence):
        for i, sample in enumerate(batch):
            if len(sample) != len(elem):
                raise RuntimeError(
                    "each element in list of batch should be of equal size\n"
                    f"Sample 0 has {len(elem)} elements, sample {i} has {len(sample)}."
                )
    gather = list if isinstance(elem, Mapping) else tuple  # as PyTorch: strings out of tuples come back in a tuple
    return _walk(elem, lambda key: collate(gather(sample[key] for sample in batch), collate_fn_map=collate_fn_map))


def _is_picture(elem: Any) -> bool:
    return type(elem).__module__.startswith("PIL.")


def collate_tensor_fn(batch: Sequence[Tensor], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    return ops.stack(batch, 0)


def collate_numpy_array_fn(batch: Sequence[Any], *, collate_fn_map: CollateMap | None = None) -> Any:
    if batch[0].dtype.kind in "SUO":
        raise TypeError(_WRONG_TYPE.format(batch[0].dtype))
    return collate([as_tensor(b) for b in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch: Sequence[Any], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    return as_tensor(np.asarray(batch))


def collate_float_fn(batch: Sequence[float], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    return tensor(list(batch), dtype=dtypes.float64)


def collate_int_fn(batch: Sequence[int], *, collate_fn_map: CollateMap | None = None) -> Tensor:
    return tensor(list(batch))


def collate_str_fn(batch: Any, *, collate_fn_map: CollateMap | None = None) -> Any:
    return batch


default_collate_fn_map: CollateMap = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def default_collate(batch: Sequence[Any]) -> Any:
    """Stack the samples of `batch` along a new first dimension.

    Tensors and arrays are stacked, ints and bools become an int64 or bool tensor, floats a float64 tensor, strings stay
    a list; dicts, named tuples, tuples and lists are merged element by element (a tuple becomes a list).

    >>> default_collate([(0, 1.5), (2, 3.5)])
    [tensor([0, 2]), tensor([1.5000, 3.5000], dtype=torch.float64)]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
