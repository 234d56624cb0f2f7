"""Where in the user's code something happened: the nearest line outside this package.

A place is (code object, offset of the instruction): no frame is kept, so no local variable lives longer for it, and
the line number is looked up only when somebody wants to read it. Finding one takes about 0.1 us.
"""

from __future__ import annotations

import linecache
from itertools import islice
from os import sep
from os.path import dirname
from sys import _getframe
from types import CodeType, FrameType

Place = tuple[CodeType, int]

_ROOT = dirname(dirname(__file__)) + sep


class _Inside(dict[str, bool]):
    """Whether a file belongs to this package; each file is looked at once."""

    def __missing__(self, file: str) -> bool:
        inside = self[file] = file.startswith(_ROOT)
        return inside


inside = _Inside()


def user_place() -> Place | None:
    """The place that called into this package; None where there is no such frame."""
    frame = _getframe(2)
    code = frame.f_code
    try:
        while inside[code.co_filename]:
            frame = frame.f_back  # type: ignore[assignment]
            code = frame.f_code
    except AttributeError:  # the end of the stack, tested this way because it costs nothing
        return None
    return code, frame.f_lasti


def user_frame() -> FrameType | None:
    """The frame of `user_place`. Not to be kept."""
    frame: FrameType | None = _getframe(1)
    while frame is not None and inside[frame.f_code.co_filename]:
        frame = frame.f_back
    return frame


def describe(place: Place | None) -> str:
    """`file:line, in function: text of the line`"""
    if place is None:
        return "an unknown place"
    code, offset = place
    # one entry for each instruction of two bytes, as `traceback` reads it
    line = next(islice(code.co_positions(), offset // 2, None), (None,))[0] or code.co_firstlineno
    text = linecache.getline(code.co_filename, line).strip()
    return f"{code.co_filename}:{line}, in {code.co_name}" + (f": {text}" if text else "")
