"""Cutting a batch of images into blocks of work."""

from __future__ import annotations

import itertools

from . import parallel

Block = tuple[int, int, int, int]  # images n0 … n1, rows i0 … i1 of each


def image_blocks(batch: int, size: tuple[int, int], cell_bytes: int, limit: int) -> list[Block]:
    """Cut (batch, *size) into blocks of at most about `limit` bytes: several whole images, or some rows of one.

    `cell_bytes`: what one position of `size` takes.
    """
    height, width = size
    if not batch * height * width:
        return []
    image_bytes = height * width * cell_bytes
    if image_bytes <= limit:
        return [(n0, n1, 0, height) for n0, n1 in parallel.spans(batch, limit // image_bytes)]
    pieces = min(height, -(-image_bytes // limit))
    edges = [height * i // pieces for i in range(pieces + 1)]
    return [(n, n + 1, i0, i1) for n in range(batch) for i0, i1 in itertools.pairwise(edges)]
