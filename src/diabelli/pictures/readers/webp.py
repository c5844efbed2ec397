"""WebP source: checks the size before a canvas is allocated."""

from __future__ import annotations

import struct

from diabelli.errors import InvalidPicture


def is_webp(data: bytes) -> bool:
    """Return whether `data` begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def is_cut_short(data: bytes) -> bool:
    """Return whether a WebP has fewer bytes than its header states."""
    return is_webp(data) and 8 + int.from_bytes(data[4:8], "little") > len(data)


def read_size(data: bytes) -> tuple[int, int]:
    """Return width and height of the canvas.

    Raises:
        InvalidPicture: the first chunk is none of VP8, VP8L and VP8X, or it is cut short.
    """
    kind = data[12:16]
    if len(data) >= 30:
        if kind == b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(
                data[27:30], "little"
            )
        if kind == b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if kind == b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
    fault = "is damaged" if len(data) >= 30 else "is cut short"
    raise InvalidPicture(f"the WebP {fault}: it does not begin with a picture", param="image")
