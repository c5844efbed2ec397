"""AVIF source: bounds the coded frames and reads the code points of its colour space."""

from __future__ import annotations

from diabelli.pictures.colour_space import ColourSpace, from_code_points


def is_avif(data: bytes) -> bool:
    """Whether `data` begins as an AVIF does."""
    return data[4:8] == b"ftyp"


def read_colour_space(data: bytes) -> ColourSpace | None:
    """Return the colour space of the first nclx box; None if it is sRGB or not declared."""
    at = data.find(b"colrnclx")
    if at < 0:
        return None
    return from_code_points(
        *(int.from_bytes(data[at + 8 + i : at + 10 + i], "big") for i in (0, 2))
    )
