"""Chunks of a PNG: those that count, and what they unpack to.

https://www.w3.org/TR/png-3/ is the specification. Optional chunks that are damaged, malformed,
repeated or misplaced are ignored, as in browsers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from isal import isal_zlib

from diabelli.errors import InvalidPicture
from diabelli.pictures.png import SIGNATURE

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
"""Samples of a pixel by colour type."""
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT")
_DESCRIBING = (b"IHDR", b"PLTE", b"tRNS", b"cICP", b"iCCP", b"sRGB", b"cHRM", b"gAMA", b"eXIf")

_INFLATE_ERROR = cast(type[Exception], isal_zlib.error)  # isal's stubs call it an instance

_MAX_CHUNKS = 1 << 18
"""Chunks that are parsed: a loop of 0.2 s. Encoders write at most one for each 8 KiB."""
_MAX_PROFILE_BYTES = 16 * 1024 * 1024
"""Unpacked size of an ICC profile; the largest printer profiles have about 4 MiB."""
_ZLIB_HEADER_BYTES = 2
_PIECE_BYTES = 1 << 16
"""Compressed bytes unpacked at once when rows are counted."""
_UNPACKED_BYTES = 1 << 20
"""Bytes that they unpack to at a time."""
_LONGEST_CHECKED = 256
"""Bytes of a chunk that decide whether it is well-formed; a profile has a name of up to 79."""


def parse(data: bytes) -> tuple[bytes, dict[bytes, bytes], list[memoryview]]:
    """Split a PNG into its header, the chunks that describe its picture, and its pixels.

    Of a chunk that is repeated, the first that is well-formed counts. Optional chunks after the
    pixels do not count. A missing or damaged end is accepted: the pixels show if rows are missing.

    Raises:
        InvalidPicture: there is no header, a needed chunk has a wrong checksum, or there are too
            many chunks.
    """
    found: dict[bytes, bytes] = {}
    pixels: list[memoryview] = []
    fault = "is cut short"
    for count, (kind, body, checksum) in enumerate(_chunks(data)):
        if count == 0 and (kind != b"IHDR" or len(body) != 13):
            fault = "is damaged"
            break
        if count > _MAX_CHUNKS:
            raise InvalidPicture(
                f"the PNG has more than the {_MAX_CHUNKS} chunks that are accepted", param="image"
            )
        if kind == b"IEND":
            fault = "is damaged"
            break
        wanted = kind == b"IDAT" or (
            kind in _DESCRIBING
            and kind not in found
            and not pixels
            and _counts(kind, bytes(body[:_LONGEST_CHECKED]), len(body), found)
        )
        if not wanted:
            continue
        if isal_zlib.crc32(body, isal_zlib.crc32(kind)) != checksum:
            if kind in _CRITICAL:
                raise InvalidPicture(
                    f"the PNG is damaged: wrong checksum in its {kind.decode()} chunk",
                    param="image",
                )
            continue
        if kind == b"IDAT":
            pixels.append(body)
        else:
            found[kind] = bytes(body)
    if b"IHDR" not in found:
        raise InvalidPicture(f"the PNG {fault}: it does not begin with its header", param="image")
    if not pixels:
        raise InvalidPicture(f"the PNG {fault}: it has no pixels", param="image")
    return found[b"IHDR"], found, pixels


def _counts(kind: bytes, start: bytes, length: int, found: dict[bytes, bytes]) -> bool:
    """Return whether a chunk is well-formed and in its place, as browsers see it.

    Args:
        kind: of the chunk.
        start: its first bytes.
        length: of its body in bytes.
        found: the chunks before it.
    """
    if kind == b"cICP":
        return length == 4 and start[2] == 0 and start[3] <= 1 and b"PLTE" not in found
    if kind == b"tRNS":
        colour = found[b"IHDR"][9]
        if colour == PALETTE:
            return length > 0 and b"PLTE" in found
        return colour in (GREY, RGB) and length >= 2 * CHANNELS[colour]
    if kind == b"iCCP":
        name, _, rest = start.partition(b"\0")
        return bool(name) and (len(name) == len(start) or rest[:1] == b"\0")
    if kind == b"sRGB":
        return length == 1 and start[0] <= 3
    if kind == b"gAMA":
        return length == 4 and any(start)
    return kind != b"cHRM" or length == 32


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, int]]:
    """Yield type, body and checksum of each complete chunk."""
    view = memoryview(data)
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        end = position + 8 + int.from_bytes(data[position : position + 4], "big")
        if end + 4 > len(data):
            return
        checksum = int.from_bytes(data[end : end + 4], "big")
        yield data[position + 4 : position + 8], view[position + 8 : end], checksum
        position = end + 4


def with_checksum(pixels: list[memoryview], size: int) -> list[memoryview] | None:
    """Return compressed pixels with the right checksum; None if their data are damaged, too.

    Args:
        pixels: zlib data.
        size: bytes that they should unpack to.
    """
    data = memoryview(b"".join(pixels))
    inflater = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)
    end, unpacked, checksum = 0, 0, 1
    try:
        for start in range(_ZLIB_HEADER_BYTES, len(data), _PIECE_BYTES):
            rest = bytes(data[start : start + _PIECE_BYTES])
            end = start + len(rest)
            for piece in _unpack(inflater, rest):
                unpacked += len(piece)
                checksum = isal_zlib.adler32(piece, checksum)
                if unpacked > size:
                    return None
            if inflater.eof:
                break
    except _INFLATE_ERROR:
        return None
    if not inflater.eof or unpacked != size:
        return None
    end -= len(inflater.unused_data)
    return [data[:end], memoryview(checksum.to_bytes(4, "big"))]


def unpack_profile(body: bytes) -> bytes | None:
    """Return the profile of an iCCP chunk; None if it is malformed or unpacks to too much."""
    name, _, rest = body.partition(b"\0")
    if not name or rest[:1] != b"\0":
        return None
    try:
        inflater = isal_zlib.decompressobj()
        profile: bytes = inflater.decompress(rest[1:], _MAX_PROFILE_BYTES + 1)
    except _INFLATE_ERROR:
        return None
    return profile if inflater.eof and len(profile) <= _MAX_PROFILE_BYTES else None


def unpacked_size(compressed: list[memoryview], enough: int) -> int:
    """Return the unpacked bytes of zlib data, counted up to `enough` and never held whole."""
    inflater = isal_zlib.decompressobj()
    size = 0
    try:
        for body in compressed:
            for start in range(0, len(body), _PIECE_BYTES):
                for piece in _unpack(inflater, bytes(body[start : start + _PIECE_BYTES])):
                    size += len(piece)
                    if size >= enough:
                        return enough
    except _INFLATE_ERROR:
        pass
    return size


def _unpack(inflater: isal_zlib.Decompress, rest: bytes) -> Iterator[bytes]:
    """Yield what the next compressed bytes unpack to, in pieces of bounded size."""
    is_full = True
    # A full piece may leave unpacked bytes in the inflater after the last compressed one.
    while (rest or is_full) and not inflater.eof:
        piece = inflater.decompress(rest, _UNPACKED_BYTES)
        yield piece
        rest, is_full = inflater.unconsumed_tail, len(piece) == _UNPACKED_BYTES
