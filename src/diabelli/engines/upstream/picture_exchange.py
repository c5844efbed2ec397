"""Pictures on their way to an upstream and back."""

from __future__ import annotations

import numpy as np

from diabelli import pictures
from diabelli.errors import EngineFailed, InvalidPicture
from diabelli.pictures import DecodeLimits, Image

PREVIEW_SIDE = 256
"""Longest side of a preview in pixels, about that of trained engines."""
_MIN_REPLY_BYTES = 16 * 1024 * 1024
"""Bytes of a result that are always accepted: some upstreams make larger pictures than asked."""
_MAX_PIXELS = 4096 * 4096
"""Pixels of a result; no upstream makes larger ones."""
_FORMATS = ("PNG", "JPEG", "WEBP")


def encode_source(source: Image, height: int, width: int) -> bytes:
    """Return a picture as upstreams receive it: PNG, three channels of 8 bits, no metadata.

    Servers crop or stretch in different ways, so the size is already the working size. A source of
    another aspect ratio is padded; `decode_result` removes the bars by cropping.

    Args:
        source: (row, column, 3) uint8.
        height: of the working size in pixels.
        width: of the working size in pixels.
    """
    padded = pictures.fit(source, height, width, "pad", max_side=max(source.shape))
    return pictures.encode(pictures.cover(padded, height, width), "png")


def result_bytes(height: int, width: int) -> int:
    """Return the maximum size in bytes of one encoded result of that working size."""
    return max(_MIN_REPLY_BYTES, 4 * height * width)


def reply_bytes(height: int, width: int, n: int) -> int:
    """Return the maximum size in bytes of a JSON reply with `n` results in base64."""
    return n * result_bytes(height, width) * 4 // 3 + 64 * 1024


def decode_result(data: bytes) -> Image:
    """Return a result as (row, column, 3) uint8: upright, in sRGB, on white.

    Raises:
        EngineFailed: It is no picture in an accepted format, or has too many pixels.
    """
    limits = DecodeLimits(
        formats=_FORMATS, max_bytes=len(data), max_pixels=_MAX_PIXELS, square=False
    )
    try:
        return pictures.flatten_on_white(pictures.decode(data, limits))
    except InvalidPicture as cause:
        raise EngineFailed(f"the upstream's picture is not usable: {cause.message}") from cause


def has_picture(data: bytes) -> bool:
    """Return whether data begins like a picture in an accepted format."""
    return data.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"RIFF"))


def decode_preview(data: bytes, height: int, width: int) -> Image:
    """Return a small image of an encoded preview, with the aspect ratio of the variation."""
    scale = min(1.0, PREVIEW_SIDE / max(height, width))
    return pictures.cover(
        decode_result(data), max(1, round(height * scale)), max(1, round(width * scale))
    )


def is_source(image: Image, source: Image) -> bool:
    """Return whether a result is the source, apart from resampling and compression."""
    if image.shape != source.shape:
        return False
    difference = np.abs(image[::4, ::4].astype(np.int16) - source[::4, ::4])
    return bool(difference.mean() < 1)
