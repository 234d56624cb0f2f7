"""Trees: tensors in nested tuples, lists and dicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Tree = Any
"""A tensor, or tuples, lists and dicts of trees."""


def leaves(tree: Tree) -> Iterator[Any]:
    """What stands at the ends of `tree`, from left to right."""
    if isinstance(tree, (tuple, list)):
        for part in tree:
            yield from leaves(part)
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from leaves(part)
    else:
        yield tree


def rebuild(tree: Tree, values: Iterator[Any]) -> Tree:
    """A tree like `tree` with `values` at its ends."""
    if isinstance(tree, (tuple, list)):
        parts = [rebuild(part, values) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    if isinstance(tree, dict):
        return type(tree)((k, rebuild(part, values)) for k, part in tree.items())
    return next(values)


def structure(tree: Tree) -> str:
    """`tree` as text with * for its ends."""
    if isinstance(tree, (tuple, list)):
        inner = ", ".join(map(structure, tree))
        return f"({inner})" if isinstance(tree, tuple) else f"[{inner}]"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{k!r}: {structure(v)}" for k, v in tree.items()) + "}"
    return "*"


def spread(dims: Tree, tree: Tree) -> list[Any] | None:
    """What `dims` says for each end of `tree`, where one end of `dims` may stand for a whole subtree; None if unlike."""
    if not isinstance(dims, (tuple, list, dict)):
        return [dims for _ in leaves(tree)]
    if type(dims) is not type(tree) or len(dims) != len(tree):
        return None
    if isinstance(dims, dict) and isinstance(tree, dict):
        if dims.keys() != tree.keys():
            return None
        pairs = [(dims[k], tree[k]) for k in tree]
    else:
        pairs = list(zip(dims, tree, strict=True))
    result: list[Any] = []
    for d, part in pairs:
        below = spread(d, part)
        if below is None:
            return None
        result += below
    return result
