"""Source of any other format, as Pillow reads it, and pictures that Pillow has decoded."""

from __future__ import annotations

from io import BytesIO
from typing import cast

import numpy as np
from PIL import ExifTags, ImageFile, TiffImagePlugin
from PIL import Image as Pillow

from diabelli.pictures import exif
from diabelli.pictures.colour_space import ColourSpace
from diabelli.pictures.interruption import Interrupt
from diabelli.pictures.readers.layers import Layers
from diabelli.pictures.readers.samples import to_eight_bits

_ROW_BYTES = 8
"""Bytes for each pixel of a row in a file at most: four channels of 16 bits."""


class GenericReader:
    """Reads a picture that Pillow has opened.

    Attributes:
        width: in pixels.
        height: in pixels.
    """

    def __init__(self, picture: Pillow.Image, space: ColourSpace | None = None) -> None:
        """`space` applies if the picture has no ICC profile."""
        self._picture, self._space = picture, space
        self.width, self.height = picture.size

    def load(self, interrupt: Interrupt) -> Layers:
        """Decode the pixels of the first frame, in one step.

        Raises:
            OSError, SyntaxError, ValueError: Pillow cannot decode the pixels.
        """
        picture = self._picture
        interrupt()
        if isinstance(picture, ImageFile.ImageFile):
            # Pillow collects a whole row from pieces of this size, in quadratic time.
            picture.decodermaxblock = max(ImageFile.MAXBLOCK, _ROW_BYTES * picture.width)
        picture.load()
        return Layers(
            colour=_without_alpha(picture),
            alpha=_alpha(picture),
            profile=picture.info.get("icc_profile"),
            space=None if picture.info.get("icc_profile") else self._space,
            orientation=_orientation(picture),
        )


def open_with_pillow(data: bytes, formats: tuple[str, ...]) -> Pillow.Image:
    """Open `data` as one of Pillow's `formats`, without decoding the pixels."""
    return Pillow.open(BytesIO(data), formats=formats)


def _without_alpha(picture: Pillow.Image) -> Pillow.Image:
    """Convert to mode L, RGB or CMYK: the kinds of colour that ICC profiles describe."""
    if picture.mode in ("L", "RGB", "CMYK"):
        return picture
    if picture.mode.startswith("I") or picture.mode == "F":
        return to_eight_bits(picture)
    if picture.mode == "LA":
        return picture.getchannel("L")
    if picture.mode == "1":
        return picture.convert("L")
    # Converted by way of RGBA: Pillow blends the transparent entries of a palette otherwise.
    return _to_rgba(picture).convert("RGB")


def _alpha(picture: Pillow.Image) -> Pillow.Image | None:
    """Return alpha (mode L), or None if the picture declares none."""
    key = picture.info.get("transparency")
    if key is not None and picture.mode in ("1", "L", "I;16", "RGB"):
        same = _equals(picture, key)
        return Pillow.fromarray(np.where(same, np.uint8(0), np.uint8(255)))
    if picture.has_transparency_data:
        return _to_rgba(picture).getchannel("A")
    return None


def _to_rgba(picture: Pillow.Image) -> Pillow.Image:
    """Convert to RGBA; Pillow would copy a picture that already is."""
    return picture if picture.mode == "RGBA" else picture.convert("RGBA")


def _equals(picture: Pillow.Image, key: int | tuple[int, int, int]) -> np.ndarray:
    """Compare samples (mode 1, L, I;16 or RGB) with a PNG's transparent colour: (row, column).

    Pillow keeps that colour in the depth of the file, but stretches samples of 2 and 4 bits to 8
    and keeps the high bytes of 16-bit colour. It does not record the depth of the file.
    """
    samples = np.asarray(picture)
    if picture.mode == "RGB":
        colour = np.asarray(key)
        return np.asarray((samples == (colour >> 8 if colour.max() > 255 else colour)).all(axis=2))
    value = cast(int, key)
    if picture.mode == "1":
        return np.asarray(samples == bool(value))
    if picture.mode == "L":
        value = _stretched(samples, value & 255)
    return np.asarray(samples == value)


def _stretched(samples: np.ndarray, key: int) -> int:
    """Scale `key` as Pillow scaled samples (row, column) of 2 or 4 bits to 8.

    A key of 1 to 15 can equal no sample if all are multiples of 17. The file then had fewer bits.
    """
    for step, most in ((85, 3), (17, 15)):
        if key <= most and not (samples % step).any():
            return key * step
    return key


def _orientation(picture: Pillow.Image) -> int:
    """Return the orientation, 1..8, by EXIF, not by XMP; 1 for WebP: browsers do not rotate it."""
    if picture.format == "WEBP":
        return 1
    if isinstance(picture, TiffImagePlugin.TiffImageFile):
        value = picture.tag_v2.get(ExifTags.Base.Orientation, 1)
        return value if value in range(1, 9) else 1
    block = picture.info.get("exif", b"")
    return exif.orientation(block) if isinstance(block, bytes) else 1
