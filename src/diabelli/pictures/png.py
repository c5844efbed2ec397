"""PNG by the chunk: a fast writer, and a filter that hands a decoder only what it needs.

https://www.w3.org/TR/png-3/ is the specification that the names come from.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from isal import isal_zlib

from diabelli.errors import InvalidPicture
from diabelli.pictures.limits import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL_CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_COLOUR_CHUNKS = (b"tRNS", b"gAMA", b"sRGB", b"iCCP", b"eXIf")
_UP_FILTER = 2
_XMP_KEYWORD = b"XML:com.adobe.xmp\0\0\0\0\0"


def strip_ancillary_chunks(data: bytes) -> bytes:
    """The PNG `data` without what does not change its (default) picture.

    Text is dropped unread, so that nothing has to bound its decompression; animation is dropped,
    so that what remains is the default image; optional chunks with a wrong checksum are dropped,
    as browsers do. What follows the end of the picture is dropped as well.

    Raises `InvalidPicture` where a chunk is cut short, a needed chunk has a wrong checksum, or the
    end of the picture is missing.
    """
    kept: list[bytes | memoryview] = [SIGNATURE]
    for kind, whole in _chunks(data):
        if kind not in _CRITICAL_CHUNKS + _COLOUR_CHUNKS:
            continue
        sound = isal_zlib.crc32(whole[4:-4]) == int.from_bytes(whole[-4:], "big")
        if kind in _CRITICAL_CHUNKS and not sound:
            raise InvalidPicture(f"the PNG is damaged: wrong checksum in its {kind.decode()} chunk")
        if sound:
            kept.append(whole)
        if kind == b"IEND":
            return b"".join(kept)
    raise InvalidPicture("the PNG is cut short: its end is missing")


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Each chunk of the PNG as its type and the whole of its bytes, as far as they are complete."""
    view = memoryview(data)
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 12 + length
        if end > len(data):
            return
        yield data[position + 4 : position + 8], view[position:end]
        position = end


def read_header(data: bytes) -> tuple[int, int, int]:
    """The width, height and bits per sample that the PNG `data` declares.

    Raises `InvalidPicture` where it does not begin with a header.
    """
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise InvalidPicture("the PNG is damaged: it does not begin with its header")
    width, height, bits = struct.unpack(">IIB", data[16:25])
    return width, height, bits


def encode_png(image: Image, xmp: bytes | None = None) -> bytes:
    """The image as a PNG, with the XMP packet where there is one.

    image: (height, width, 3 or 4) uint8, both sides at least 1.
    """
    height, width, channels = image.shape
    colour_type = {3: 2, 4: 6}[channels]
    parts = [
        SIGNATURE,
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)),
        _chunk(b"sRGB", b"\0"),
    ]
    if xmp is not None:
        parts.append(_chunk(b"iTXt", _XMP_KEYWORD + xmp))
    parts += [_chunk(b"IDAT", isal_zlib.compress(_apply_up_filter(image), 1)), _chunk(b"IEND", b"")]
    return b"".join(parts)


def _apply_up_filter(image: Image) -> bytes:
    """Each row as its difference from the row above, behind the byte that says so.

    One filter for all rows is quicker than choosing one for each, and hardly larger.
    """
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    lines = np.empty((height, 1 + width * channels), np.uint8)
    lines[:, 0] = _UP_FILTER
    lines[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])
    return lines.tobytes()


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = isal_zlib.crc32(body, isal_zlib.crc32(kind))
    return len(body).to_bytes(4, "big") + kind + body + checksum.to_bytes(4, "big")
