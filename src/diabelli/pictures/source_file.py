"""Reads files of sources, no further than a limit: devices and pipes may have no end."""

from __future__ import annotations

import os
from typing import Any

from diabelli.errors import InvalidPicture
from diabelli.pictures.limits import LOCAL

_PART_BYTES = 1 << 20


def read_source(source: str | os.PathLike[str] | Any, max_bytes: int = LOCAL.max_bytes) -> bytes:
    """Return the content of a file.

    Args:
        source: a path, or a file that is open for reading bytes.
        max_bytes: accepted number of bytes; of a longer file one byte more is returned, so that
            decoding refuses it.

    Raises:
        InvalidPicture: the open file has text, or the path cannot be one.
        OSError: the file cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        try:
            with open(source, "rb") as file:
                return read_source(file, max_bytes)
        except ValueError as cause:
            raise InvalidPicture(f"the path {source!r} is not accepted: {cause}") from cause
    parts: list[bytes] = []
    left = max_bytes + 1
    while left > 0 and (part := source.read(min(left, _PART_BYTES))):
        if isinstance(part, str):
            raise InvalidPicture("the source is a file opened as text: open it in mode 'rb'")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
