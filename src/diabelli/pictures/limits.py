"""What a picture may be: the formats that are written, the limits on what is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""A decoded picture: (row, column, channel), uint8, sRGB; 3 channels, or 4 with straight alpha."""

Format: TypeAlias = Literal["png", "webp", "jpeg"]
"""A format that results are written in."""

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """What a source may be.

    Attributes:
        formats: Pillow's names of the formats that are read; the bytes decide, never a file name.
        max_bytes: a source has at most that many bytes.
        max_pixels: height times width is at most that.
        square: whether the height must equal the width.
    """

    formats: tuple[str, ...]
    max_bytes: int
    max_pixels: int
    square: bool


OPENAI = DecodeLimits(formats=("PNG",), max_bytes=4 * _MIB - 1, max_pixels=25_000_000, square=True)
"""OpenAI's rule for a source: a square PNG of less than 4 MB."""

ANY = DecodeLimits(
    formats=("PNG", "JPEG", "WEBP", "AVIF", "GIF"),
    max_bytes=25 * _MIB,
    max_pixels=25_000_000,
    square=False,
)
"""What a server takes from its clients where it is told to take more than OpenAI did."""

LOCAL = DecodeLimits(
    formats=(*ANY.formats, "BMP", "ICO", "JPEG2000", "PPM", "QOI", "TGA", "TIFF"),
    max_bytes=512 * _MIB,
    max_pixels=89_000_000,
    square=False,
)
"""What the command and the library take from the person who runs them."""
