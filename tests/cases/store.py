"""Recorded results on disk.

One .npz holds every number, end to end by dtype; one .json line per case says which are whose.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

RECORDED = Path(__file__).parent.parent / "recorded"


def save(name: str, results: dict[str, Any], header: dict[str, str]) -> None:
    pools: dict[str, list[np.ndarray]] = {}
    sizes: dict[str, int] = {}

    def pack(tree: Any) -> Any:
        if isinstance(tree, list):
            return [pack(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        if "array" not in tree:
            return {k: pack(item) for k, item in tree.items()}
        kind = tree["dtype"].removeprefix("torch.")
        array = tree["array"]
        start = sizes.setdefault(kind, 0)
        pools.setdefault(kind, []).append(array.reshape(-1))
        sizes[kind] += array.size
        packed = {"at": [kind, list(array.shape), start]}
        if tree.get("requires_grad"):
            packed["fn"] = tree["grad_fn"]
        return packed

    lines = [f"{json.dumps(key)}: {json.dumps(pack(result), separators=(',', ':'))}" for key, result in results.items()]
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{name}.json").write_text("{\n" + ",\n".join([f'"header": {json.dumps(header)}', *lines]) + "\n}\n")
    np.savez_compressed(RECORDED / f"{name}.npz", **{kind: np.concatenate(arrays) for kind, arrays in pools.items()})


def load(name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The header, and each case's result as `run.evaluate` gave it."""
    with np.load(RECORDED / f"{name}.npz", allow_pickle=False) as file:
        pools = {kind: file[kind] for kind in file.files}

    def unpack(tree: Any) -> Any:
        if isinstance(tree, list):
            return [unpack(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        if "at" not in tree:
            return {k: unpack(item) for k, item in tree.items()}
        kind, shape, start = tree["at"]
        array = pools[kind][start : start + int(np.prod(shape))].reshape(shape)
        return {"dtype": "torch." + kind, "array": array, "requires_grad": "fn" in tree, "grad_fn": tree.get("fn")}

    table = json.loads((RECORDED / f"{name}.json").read_text())
    header = table.pop("header")
    return header, {key: unpack(result) for key, result in table.items()}
