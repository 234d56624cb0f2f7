"""The IDX format of MNIST and its kin: a magic number, the sizes as big-endian 32-bit numbers, then the bytes.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from typing import IO, Any

import numpy as np

_UBYTE = 0x08
_MOST_BYTES = 1 << 31
_CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str], ndim: int) -> np.ndarray[Any, Any]:
    """The bytes of an IDX file, gzipped or not: uint8, `ndim` dimensions.

    No more is allocated than the file really holds, whatever sizes it declares.

    Raises FileNotFoundError, or a ValueError that names the file for another magic number (0x801 for 1 dimension, 0x803
    for 3), sizes above 2 GB, a file that is cut short, too long, or not properly gzipped.
    """
    name = os.fspath(path)
    with open(path, "rb") as plain:
        zipped = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        try:
            return _read(gzip.GzipFile(fileobj=plain) if zipped else plain, name, ndim)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name!r} is damaged: {error}. Download it again.") from error


def _read(file: Any, name: str, ndim: int) -> np.ndarray[Any, Any]:
    header = file.read(4 + 4 * ndim)
    expected = bytes([0, 0, _UBYTE, ndim])
    if header[:4] != expected:
        raise ValueError(
            f"{name!r} is no IDX file of {ndim}-dimensional bytes: it starts with 0x{header[:4].hex()}, "
            f"expected 0x{expected.hex()}."
        )
    if len(header) < 4 + 4 * ndim:
        raise ValueError(f"{name!r} is cut short: {len(header)} bytes. Download it again.")
    shape = tuple(np.frombuffer(header, ">u4", ndim, 4).tolist())
    size = math.prod(shape)
    if size > _MOST_BYTES:
        raise ValueError(f"{name!r} declares the sizes {shape}, which is more than {_MOST_BYTES} bytes.")
    body = _read_up_to(file, size + 1)
    if len(body) != size:
        less = f"only {len(body)} follow" if len(body) < size else "more follow"
        raise ValueError(
            f"{name!r} is damaged: it declares the sizes {shape}, {size} bytes, but {less}. Download it again."
        )
    return np.frombuffer(body, np.uint8).reshape(shape)


def _read_up_to(file: IO[bytes], most: int) -> bytearray:
    body = bytearray()
    while len(body) < most and (chunk := file.read(min(_CHUNK, most - len(body)))):
        body += chunk
    return body
