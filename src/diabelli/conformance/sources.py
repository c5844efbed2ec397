"""PNG sources of every kind that the specification allows, and of some that it does not.

https://www.w3.org/TR/png-3/ is the specification that the names come from.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from diabelli.pictures.png import SIGNATURE, chunk

Samples = NDArray[np.int64]
"""(row, column, channel) samples, each 0..2^bits - 1."""

SIDE = 64
"""Pixels; small sources keep a run short."""
COLOUR_TYPES = {"grey": 0, "rgb": 2, "palette": 3, "grey-alpha": 4, "rgb-alpha": 6}
CHANNELS = {"grey": 1, "rgb": 3, "palette": 1, "grey-alpha": 2, "rgb-alpha": 4}
DEPTHS = {
    "grey": (1, 2, 4, 8, 16),
    "rgb": (8, 16),
    "palette": (1, 2, 4, 8),
    "grey-alpha": (8, 16),
    "rgb-alpha": (8, 16),
}
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
_PASSES = (*_ADAM7, (1, 0, 2, 1))
"""First row, first column, row step and column step of each pass."""


def samples(colour: str, bits: int, width: int = SIDE, height: int = SIDE) -> Samples:
    """Return a gradient with a disc: a subject, and every level of the depth."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    disc = (y - 0.5) ** 2 + (x - 0.5) ** 2 < 0.09
    planes = [np.where(disc, 1 - y, x), np.where(disc, 0.2, y), np.where(disc, x, 0.6)]
    if colour in ("grey-alpha", "rgb-alpha"):
        planes[CHANNELS[colour] - 1 :] = [np.where(disc, 1, 0.5)]
    stacked = np.stack(planes[: CHANNELS[colour]], -1)
    return np.asarray(np.rint(stacked * (2**bits - 1)), np.int64)


def png(
    colour: str = "rgb",
    bits: int = 8,
    *,
    interlaced: bool = False,
    width: int = SIDE,
    height: int = SIDE,
    extra: bytes = b"",
    idat_bytes: int | None = None,
) -> bytes:
    """Return a PNG of `samples`.

    Args:
        colour: a key of `COLOUR_TYPES`.
        bits: depth of a sample.
        interlaced: whether the pixels are in the seven passes of Adam7.
        width: in pixels.
        height: in pixels.
        extra: chunks before the pixels.
        idat_bytes: bytes of each IDAT chunk; None makes one chunk.
    """
    values = samples(colour, bits, width, height)
    header = struct.pack(">IIBBBBB", width, height, bits, COLOUR_TYPES[colour], 0, 0, interlaced)
    palette = chunk(b"PLTE", bytes(range(256)) * 3) if bits == 8 else chunk(b"PLTE", _levels(bits))
    passes = [values[a::c, b::d] for a, b, c, d in _PASSES] if interlaced else [values]
    data = zlib.compress(b"".join(_packed(one, bits) for one in passes if one.size))
    step = idat_bytes or len(data)
    pixels = [chunk(b"IDAT", data[at : at + step]) for at in range(0, len(data), step)]
    head = [SIGNATURE, chunk(b"IHDR", header), *([palette] if colour == "palette" else [])]
    return b"".join([*head, extra, *pixels, chunk(b"IEND", b"")])


def _levels(bits: int) -> bytes:
    """Return the entries of a palette: 2^bits levels of orange."""
    level = np.linspace(0, 255, 2**bits).astype(np.uint8)
    return np.stack([level, level // 2, 255 - level], -1).tobytes()


def _packed(values: Samples, bits: int) -> bytes:
    """Return the rows as PNG packs them, unfiltered."""
    flat = values.reshape(len(values), -1)
    if bits == 16:
        rows = flat.astype(">u2").view(np.uint8)
    elif bits == 8:
        rows = flat.astype(np.uint8)
    else:
        ones = (flat[..., np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1
        rows = np.packbits(ones.reshape(len(flat), -1).astype(np.uint8), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in rows)


@cache
def plain() -> bytes:
    """Return a valid square 8-bit RGB PNG."""
    return png()


def of_size(size: int) -> bytes:
    """Return a valid PNG of exactly that many bytes, padded by an unknown ancillary chunk."""
    padding = size - len(plain()) - len(chunk(b"fiLl", b""))
    return png(extra=chunk(b"fiLl", bytes(padding)))


def damaged_header() -> bytes:
    """Return a PNG whose IHDR chunk has a wrong checksum."""
    data = bytearray(plain())
    data[29] ^= 0xFF
    return bytes(data)


def bomb() -> bytes:
    """Return a PNG of some hundred bytes that declares 30000x30000 pixels."""
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 6, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"".join([SIGNATURE, chunk(b"IHDR", header), pixels, chunk(b"IEND", b"")])


def animated() -> bytes:
    """Return an APNG of one frame."""
    control = chunk(b"acTL", struct.pack(">II", 1, 0))
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, SIDE, SIDE, 0, 0, 1, 10, 0, 0))
    return png(extra=control + frame)


def damaged_text() -> bytes:
    """Return a PNG with a text chunk whose checksum is wrong."""
    text = bytearray(chunk(b"tEXt", b"Comment\0damaged"))
    text[-1] ^= 0xFF
    return png(extra=bytes(text))
