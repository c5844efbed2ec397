"""EXIF orientation, read without the rest of EXIF."""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_SHORT = 3
_PREFIX = b"Exif\0\0"


def orientation(exif: bytes) -> int:
    """Return the orientation 1..8 of an EXIF block; 1 if there is none or the block is damaged.

    Args:
        exif: TIFF structure, with or without the prefix that JPEG puts before it.
    """
    exif = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}4xI", exif)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == _ORIENTATION:
                return int(value) if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
