"""Reads the XMP packet of an encoded picture."""

from __future__ import annotations

from io import BytesIO

from PIL import Image as Pillow

from diabelli.errors import InvalidPicture

_FORMATS = ("PNG", "JPEG", "WEBP")


def read_xmp(picture: bytes) -> bytes | None:
    """Return the XMP packet of a PNG, JPEG or WebP, without decoding its pixels; None without one.

    Raises:
        InvalidPicture: the bytes are of no such picture.
    """
    try:
        with Pillow.open(BytesIO(picture), formats=_FORMATS) as opened:
            packet = opened.info.get("xmp")
    # Pillow raises many classes for damaged files.
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as cause:
        raise InvalidPicture("the file is no PNG, JPEG or WebP") from cause
    return packet.encode() if isinstance(packet, str) else packet
