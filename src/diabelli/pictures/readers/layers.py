"""Decoded layers of a picture, before colour management and orientation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PIL import Image as Pillow

from diabelli.pictures.colour_space import ColourSpace
from diabelli.pictures.interruption import Interrupt


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """Decoded pixels and what the file declares about them.

    Attributes:
        colour: mode L, RGB or CMYK, 8 bits a channel.
        alpha: mode L of the same size; None if the picture is opaque.
        profile: ICC profile of `colour`; ignored if it is damaged or of another kind of colour.
        space: colour space of `colour` without a usable profile; None means sRGB.
        orientation: EXIF orientation, 1..8.
    """

    colour: Pillow.Image
    alpha: Pillow.Image | None = None
    profile: bytes | None = None
    space: ColourSpace | None = None
    orientation: int = 1


class Reader(Protocol):
    """A source whose header has been parsed.

    Attributes:
        width: in pixels.
        height: in pixels.
    """

    width: int
    height: int

    def load(self, interrupt: Interrupt) -> Layers:
        """Decode the pixels; call `interrupt` between steps where the format allows it."""
        ...
