"""Fast PNG encoder.

https://www.w3.org/TR/png-3/ is the specification that the names come from.
"""

from __future__ import annotations

import struct

import numpy as np
from isal import isal_zlib

from diabelli.pictures.limits import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP_FILTER = 2  # PNG's number of the filter Up
_XMP_KEYWORD = b"XML:com.adobe.xmp\0\0\0\0\0"
_FIRST_BLOCK_BYTES = 16
"""Bytes of the first deflate block: at the third byte of a longer one, ISA-L hashes an address of
the thread's stack instead of the data, so that the result depends on the thread."""


def encode_png(image: Image, xmp: bytes | None = None) -> bytes:
    """Encode `image` as a PNG, with the XMP packet if there is one.

    Args:
        image: (row, column, 3 or 4) uint8, both sides at least 1.
        xmp: XMP packet, UTF-8.
    """
    height, width, channels = image.shape
    colour_type = {3: 2, 4: 6}[channels]
    parts = [
        SIGNATURE,
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)),
        chunk(b"sRGB", b"\0"),
    ]
    if xmp is not None:
        parts.append(chunk(b"iTXt", _XMP_KEYWORD + xmp))
    parts += [chunk(b"IDAT", *deflate(_apply_up_filter(image))), chunk(b"IEND", b"")]
    return b"".join(parts)


def _apply_up_filter(image: Image) -> bytes:
    """Apply PNG's filter Up: each row minus the row above, after the filter's number.

    One filter for all rows takes less time than a choice for each, and few bytes more.
    """
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    lines = np.empty((height, 1 + width * channels), np.uint8)
    lines[:, 0] = _UP_FILTER
    lines[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])
    return lines.tobytes()


def deflate(data: bytes) -> list[bytes]:
    """Compress `data` to a zlib stream, in pieces; equal data give equal bytes in every thread."""
    compressor = isal_zlib.compressobj(1)
    view = memoryview(data)
    return [
        compressor.compress(view[:_FIRST_BLOCK_BYTES]),
        compressor.flush(isal_zlib.Z_SYNC_FLUSH),
        compressor.compress(view[_FIRST_BLOCK_BYTES:]),
        compressor.flush(),
    ]


def chunk(kind: bytes, *body: bytes | memoryview) -> bytes:
    """Return a chunk of that type: length, type, body in pieces, checksum."""
    checksum = isal_zlib.crc32(kind)
    for piece in body:
        checksum = isal_zlib.crc32(piece, checksum)
    length = sum(map(len, body)).to_bytes(4, "big")
    return b"".join([length, kind, *body, checksum.to_bytes(4, "big")])
