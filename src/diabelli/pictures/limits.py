"""Limits on sources, the output formats, and the array type of decoded images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""Decoded image: (row, column, channel) uint8 in sRGB; 3 channels, or 4 with straight alpha."""

Format: TypeAlias = Literal["png", "webp", "jpeg"]
"""Output format."""

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """Limits that a source must meet before it is decoded.

    Attributes:
        formats: Pillow's names of the accepted formats; detected from the bytes, not a file name.
        max_bytes: maximum size of the file in bytes.
        max_pixels: maximum of height times width.
        square: whether the height must equal the width.
    """

    formats: tuple[str, ...]
    max_bytes: int
    max_pixels: int
    square: bool


OPENAI = DecodeLimits(formats=("PNG",), max_bytes=4 * _MIB - 1, max_pixels=25_000_000, square=True)
"""OpenAI's limits: a square PNG of less than 4 MiB."""

ANY = DecodeLimits(
    formats=("PNG", "JPEG", "WEBP", "AVIF", "GIF"),
    max_bytes=25 * _MIB,
    max_pixels=25_000_000,
    square=False,
)
"""Limits of a server with `inputs = "any"`: what browsers show, in any shape."""

LOCAL = DecodeLimits(
    formats=(*ANY.formats, "BMP", "ICO", "JPEG2000", "PPM", "QOI", "TGA", "TIFF"),
    max_bytes=512 * _MIB,
    max_pixels=89_000_000,
    square=False,
)
"""Limits of the command and the library: sources come from the person who runs them."""
